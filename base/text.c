/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/text.c - growing text and numbers, independent of any locale.
 *
 * Numbers are rounded in integers: no floating point takes part.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/checked.h"

enum { FIRST_ROOM = 64 };

/* Room for `bytes` more and a NUL. */
static bool reserve(oc_text *text, size_t bytes)
{
    if (text->failed)
        return false;
    if (text->data && bytes < text->room - text->bytes)
        return true;
    size_t room = text->room ? text->room : FIRST_ROOM;
    while (room - text->bytes <= bytes && room <= SIZE_MAX / 2)
        room *= 2;
    char *data = room - text->bytes > bytes
                     ? oc_arena_alloc(text->arena, 1, room)
                     : NULL;
    if (!data) {
        text->failed = true;
        return false;
    }
    if (text->bytes > 0)
        memcpy(data, text->data, text->bytes);
    text->data = data;
    text->room = room;
    return true;
}

void oc_text_put(oc_text *text, const char *data, size_t bytes)
{
    if (!reserve(text, bytes))
        return;
    if (bytes > 0)
        memcpy(text->data + text->bytes, data, bytes);
    text->bytes += bytes;
    text->data[text->bytes] = '\0';
}

void oc_text_puts(oc_text *text, const char *string)
{
    oc_text_put(text, string, strlen(string));
}

void oc_text_printf(oc_text *text, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int length = vsnprintf(NULL, 0, format, values);
    va_end(values);
    if (length < 0 || !reserve(text, (size_t)length))
        return;
    va_start(values, format);
    vsnprintf(text->data + text->bytes, (size_t)length + 1, format, values);
    va_end(values);
    text->bytes += (size_t)length;
}

static oc_u128 magnitude(oc_i128 value)
{
    return value < 0 ? -(oc_u128)value : (oc_u128)value;
}

char *oc_i128_print(char buffer[OC_I128_DIGITS], oc_i128 value)
{
    char digits[OC_I128_DIGITS];
    size_t count = 0;
    oc_u128 rest = magnitude(value);
    for (; rest > UINT64_MAX; rest /= 10)
        digits[count++] = (char)('0' + (int)(rest % 10));
    uint64_t low = (uint64_t)rest; /* divides ten times as fast */
    do {
        digits[count++] = (char)('0' + (int)(low % 10));
        low /= 10;
    } while (low > 0);
    if (value < 0)
        digits[count++] = '-';
    for (size_t i = 0; i < count; i++)
        buffer[i] = digits[count - 1 - i];
    buffer[count] = '\0';
    return buffer;
}

bool oc_i128_parse(oc_i128 *value, const char *text, size_t bytes)
{
    bool negative = bytes > 0 && text[0] == '-';
    size_t start = negative ? 1 : 0;
    oc_i128 result = 0;
    if (start == bytes)
        return false;
    for (size_t i = start; i < bytes; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        int digit = text[i] - '0';
        if (!oc_mul_i128(&result, result, 10) ||
            !oc_add_i128(&result, result, negative ? -digit : digit))
            return false;
    }
    *value = result;
    return true;
}

/* value / unit in steps of 1/parts, halves rounded up. */
static oc_u128 in_parts(oc_u128 value, oc_u128 unit, unsigned parts)
{
    return value / unit * parts + (value % unit * parts + unit / 2) / unit;
}

static char *scaled(char *buffer, size_t room, oc_i128 value, unsigned step,
                    const char *const *names, size_t name_count)
{
    oc_u128 size = magnitude(value);
    oc_u128 unit = step;
    size_t name = 0;
    /* The unit is chosen by what will be printed: 999.95 k is 1.00 M. */
    while (name + 1 < name_count &&
           in_parts(size, unit, 10) >= (oc_u128)step * 10) {
        unit *= step;
        name++;
    }
    oc_u128 hundredths = in_parts(size, unit, 100);
    bool fine = hundredths < 10000;
    oc_u128 parts = fine ? hundredths : in_parts(size, unit, 10);
    unsigned whole_parts = fine ? 100 : 10;
    char whole[OC_I128_DIGITS];
    oc_i128_print(whole, (oc_i128)(parts / whole_parts));
    snprintf(buffer, room, "%s%s.%0*u %s", value < 0 ? "-" : "", whole,
             fine ? 2 : 1, (unsigned)(parts % whole_parts), names[name]);
    return buffer;
}

static char *plain(char *buffer, size_t room, oc_i128 value, const char *unit)
{
    char digits[OC_I128_DIGITS];
    snprintf(buffer, room, "%s%s", oc_i128_print(digits, value), unit);
    return buffer;
}

char *oc_si_print(char *buffer, size_t room, oc_i128 value)
{
    static const char *const names[] = {"k", "M", "G", "T", "P",
                                        "E", "Z", "Y", "R", "Q"};
    if (magnitude(value) < 10000)
        return plain(buffer, room, value, "");
    return scaled(buffer, room, value, 1000, names,
                  sizeof(names) / sizeof(names[0]));
}

char *oc_iec_print(char *buffer, size_t room, oc_i128 bytes)
{
    static const char *const names[] = {"KiB", "MiB", "GiB", "TiB",
                                        "PiB", "EiB", "ZiB", "YiB"};
    if (magnitude(bytes) < 1024)
        return plain(buffer, room, bytes, " B");
    return scaled(buffer, room, bytes, 1024, names,
                  sizeof(names) / sizeof(names[0]));
}

/* The sequence that a lead byte opens; its second byte within [low, high]
 * keeps out overlong forms, surrogates and what is beyond U+10FFFF. */
static size_t lead(unsigned char byte, unsigned char *low, unsigned char *high)
{
    *low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
    *high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    if (byte < 0x80)
        return 1;
    if (byte >= 0xC2 && byte <= 0xDF)
        return 2;
    if (byte >= 0xE0 && byte <= 0xEF)
        return 3;
    return byte >= 0xF0 && byte <= 0xF4 ? 4 : 0;
}

size_t oc_utf8_length(const char *data, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)data;
    unsigned char low, high;
    size_t length = bytes > 0 ? lead(at[0], &low, &high) : 0;
    if (length == 0 || length > bytes)
        return 0;
    if (length > 1 && (at[1] < low || at[1] > high))
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

static bool are_ascii(const char eight[8])
{
    uint64_t bits;
    memcpy(&bits, eight, sizeof(bits));
    return !(bits & UINT64_C(0x8080808080808080));
}

/* Bytes below 0x80 at the begin, eight at a time. */
static size_t ascii_prefix(const char *data, size_t bytes)
{
    size_t at = 0;
    while (bytes - at >= 8 && are_ascii(data + at))
        at += 8;
    if (at && bytes - at < 8 && are_ascii(data + bytes - 8))
        return bytes;
    while (at < bytes && (unsigned char)data[at] < 0x80)
        at++;
    return at;
}

size_t oc_utf8_prefix(const char *data, size_t bytes)
{
    size_t at = 0, step;
    do {
        at += ascii_prefix(data + at, bytes - at);
        step = oc_utf8_length(data + at, bytes - at);
        at += step;
    } while (step > 0);
    return at;
}
