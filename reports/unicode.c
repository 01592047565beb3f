/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/unicode.c - the characters of names that a model controls.
 *
 * Tables of our own instead of wcwidth() and iswcntrl(), which depend on the
 * locale and with it would the output.
 */
#include "reports/unicode.h"

#include <string.h>

#include "base/text.h"

typedef struct range {
    uint32_t first, last;
} range;

/* Controls and what hides or reorders text: Unicode Cc, the bidirectional
 * controls, zero-width characters, separators, tags. Sorted. */
static const range controls[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},
    {0x061C, 0x061C},   {0x180E, 0x180E},   {0x200B, 0x200F},
    {0x2028, 0x202E},   {0x2060, 0x206F},   {0xFEFF, 0xFEFF},
    {0xFFF9, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF}};

static const range combining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

/* East Asian Width W and F of Unicode, small gaps closed. */
static const range wide[] = {
    {0x1100, 0x115F},   {0x2329, 0x232A},   {0x2E80, 0x303E},
    {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},
    {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x16FE0, 0x18CFF}, {0x1AFF0, 0x1B2FF}, {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF},
    {0x20000, 0x3FFFD}};

#define IN(code, ranges) in(code, ranges, sizeof(ranges) / sizeof(ranges[0]))

static bool in(uint32_t code, const range *ranges, size_t count)
{
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (ranges[low + half].last < code) {
            low += half + 1;
            count -= half + 1;
        } else if (ranges[low + half].first > code) {
            count = half;
        } else {
            return true;
        }
    }
    return false;
}

static uint32_t decode(const char *data, size_t bytes)
{
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = (unsigned char)data[0] & lead_bits[bytes];
    for (size_t i = 1; i < bytes; i++)
        code = code << 6 | ((unsigned char)data[i] & 0x3Fu);
    return code;
}

bool oc_rune_next(oc_rune *rune, const char **text, const char *end)
{
    if (*text == end)
        return false;
    size_t bytes = oc_utf8_length(*text, (size_t)(end - *text));
    rune->valid = bytes > 0;
    rune->code = rune->valid ? decode(*text, bytes) : OC_REPLACEMENT;
    rune->data = *text;
    rune->bytes = rune->valid ? bytes : 1;
    *text += rune->bytes;
    return true;
}

bool oc_rune_is_control(uint32_t code)
{
    return IN(code, controls);
}

size_t oc_hex_print(char *digits, uint32_t value, size_t least)
{
    size_t count = least;
    while (count < 8 && value >> (4 * count) != 0)
        count++;
    for (size_t i = 0; i < count; i++)
        digits[i] = "0123456789abcdef"[value >> (4 * (count - 1 - i)) & 15];
    digits[count] = '\0';
    return count;
}

/* By hand: a name may be a million of them. */
size_t oc_rune_spell(char spelt[OC_RUNE_ROOM], uint32_t code)
{
    const bool is_byte = code < 0x100;
    const char *opens = is_byte ? "\\x" : "\\u{";
    size_t used = strlen(opens);
    memcpy(spelt, opens, used);
    used += oc_hex_print(spelt + used, code, is_byte ? 2 : 1);
    if (!is_byte)
        spelt[used++] = '}';
    spelt[used] = '\0';
    return used;
}

unsigned oc_rune_columns(uint32_t code)
{
    if (code < 0x0300)
        return 1;
    return IN(code, combining) ? 0 : IN(code, wide) ? 2 : 1;
}
