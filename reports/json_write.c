/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/json_write.c - a report as JSON.
 *
 * In here: layout and escaping. Not in here: keys and their order (schema.c).
 *
 * Written as it goes, without a tree of values: a report may have millions of
 * rows. Outside of rows every member has a line of its own, a row is one
 * line. Strings are escaped further than JSON asks for, so that a report on a
 * terminal or in the log of a CI system is inert: the C1 controls, what
 * reorders or hides text, and the second of two '#', which open commands to
 * some CI systems.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "onnxcost/write.h"

#include "base/error.h"
#include "reports/out.h"
#include "reports/schema.h"
#include "reports/unicode.h"

/* ---- strings ---- */

static const char *short_escape(uint32_t code)
{
    switch (code) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

static void put_unit(oc_out *out, uint32_t unit)
{
    char digits[9];
    oc_out_puts(out, "\\u");
    oc_out_put(out, digits, oc_hex_print(digits, unit & 0xFFFF, 4));
}

/* As one UTF-16 unit, or as a surrogate pair. */
static void put_escape(oc_out *out, uint32_t code)
{
    if (code < 0x10000) {
        put_unit(out, code);
        return;
    }
    put_unit(out, 0xD800 + ((code - 0x10000) >> 10));
    put_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
}

static void put_rune(oc_out *out, const oc_rune *rune, uint32_t before)
{
    const char *escape = short_escape(rune->code);
    if (escape)
        oc_out_puts(out, escape);
    else if (!rune->valid)
        oc_out_puts(out, OC_REPLACEMENT_UTF8);
    else if (oc_rune_is_control(rune->code) ||
             (rune->code == '#' && before == '#'))
        put_escape(out, rune->code);
    else
        oc_out_put(out, rune->data, rune->bytes);
}

#define EACH UINT64_C(0x0101010101010101) /* of eight bytes */

static bool has_byte(uint64_t eight, char byte)
{
    const uint64_t zeros = eight ^ (EACH * (unsigned char)byte);
    return (zeros - EACH) & ~zeros & (EACH << 7);
}

/* Where no high bit is set, only a byte below ' ' borrows from it. */
static bool are_plain(const char text[8])
{
    uint64_t eight;
    memcpy(&eight, text, sizeof(eight));
    return !((eight | (eight - EACH * ' ')) & (EACH << 7)) &&
           !has_byte(eight, '\x7f') && !has_byte(eight, '"') &&
           !has_byte(eight, '\\') && !has_byte(eight, '#');
}

/* How many bytes from here on stand for themselves, whatever is before. */
static size_t plain_bytes(const char *text, const char *end)
{
    const char *c = text;
    while (end - c >= 8 && are_plain(c))
        c += 8;
    while (c < end && (unsigned char)(*c - ' ') <= '~' - ' ' && *c != '"' &&
           *c != '\\' && *c != '#')
        c++;
    return (size_t)(c - text);
}

static void put_string(oc_out *out, const char *text)
{
    const char *end = text + strlen(text);
    oc_rune rune;
    uint32_t before = 0;
    oc_out_char(out, '"');
    while (text < end) {
        const size_t plain = plain_bytes(text, end);
        if (plain) {
            oc_out_put(out, text, plain);
            text += plain;
            before = (uint32_t)text[-1];
        }
        if (text == end || !oc_rune_next(&rune, &text, end))
            break;
        put_rune(out, &rune, before);
        before = rune.code;
    }
    oc_out_char(out, '"');
}

static void put_name(oc_out *out, const char *text)
{
    if (text)
        put_string(out, text);
    else
        oc_out_puts(out, "null");
}

/* ---- single values ---- */

static void put_figure(oc_out *out, oc_figure figure)
{
    if (oc_figure_is_static(figure))
        oc_out_int(out, figure.value);
    else
        put_name(out, figure.formula);
}

static void put_maybe_int(oc_out *out, bool has, int64_t value)
{
    if (has)
        oc_out_int(out, value);
    else
        oc_out_puts(out, "null");
}

static void put_quantity(oc_out *out, const oc_quantity *quantity)
{
    oc_out_puts(out, "{\"value\": ");
    put_maybe_int(out, quantity->has_value, quantity->value);
    oc_out_puts(out, ", \"formula\": ");
    put_name(out, quantity->formula);
    oc_out_puts(out, ", \"status\": ");
    put_string(out, oc_schema_status_names[quantity->status]);
    oc_out_puts(out, ", \"upper\": ");
    if (quantity->has_upper)
        oc_out_int(out, quantity->upper_value);
    else
        put_name(out, quantity->upper_formula);
    oc_out_char(out, '}');
}

/* Six digits, by the library that knows how to do it in every locale. */
static void put_real(oc_out *out, double value)
{
    json_t *real = json_real(value);
    char *text = json_dumps(real, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    if (text)
        oc_out_puts(out, text);
    else
        oc_out_fail(out, oc_fail(out->err, OC_ERR_NOMEM, "memory.exhausted",
                                 "out of memory writing JSON"));
    free(text);
    json_decref(real);
}

static unsigned load_enum(const void *at, size_t bytes)
{
    unsigned value;
    if (bytes == 1)
        return *(const unsigned char *)at;
    memcpy(&value, at, sizeof(value));
    return value;
}

static size_t load_count(const void *at, size_t bytes)
{
    uint32_t small;
    size_t count;
    if (bytes == sizeof(count)) {
        memcpy(&count, at, sizeof(count));
        return count;
    }
    memcpy(&small, at, sizeof(small));
    return small;
}

static void put_tri(oc_out *out, oc_tri value)
{
    oc_out_puts(out, value == OC_YES  ? "true"
                     : value == OC_NO ? "false"
                                      : "null");
}

/* ---- structure ---- */

/* In front of a member or row, and after the last one (before the closing
 * bracket). Indent 0 is a row: all on one line. */
static void put_break(oc_out *out, bool comma, unsigned indent)
{
    if (comma)
        oc_out_char(out, ',');
    if (indent > 0) {
        oc_out_char(out, '\n');
        oc_out_repeat(out, ' ', indent);
    } else if (comma) {
        oc_out_char(out, ' ');
    }
}

static void put_end(oc_out *out, char bracket, unsigned indent)
{
    if (indent > 0) {
        oc_out_char(out, '\n');
        oc_out_repeat(out, ' ', indent - 1);
    }
    oc_out_char(out, bracket);
}

typedef struct value {
    const oc_field *field;
    const char *base; /* the struct that the field is a member of */
    size_t position;  /* of the row in its array */
    unsigned indent;  /* of what is inside; 0: on one line */
} value;

static void put_value(oc_out *out, const value *v);

static void put_fields(oc_out *out, const oc_field *fields, const char *base,
                       size_t position, unsigned indent)
{
    oc_out_char(out, '{');
    for (const oc_field *field = fields; field->key; field++) {
        value member = {field, base, position, indent ? indent + 1 : 0};
        put_break(out, field != fields, indent);
        oc_out_char(out, '"'); /* our keys need no escapes */
        oc_out_puts(out, field->key);
        oc_out_puts(out, "\": ");
        put_value(out, &member);
    }
    put_end(out, '}', indent);
}

static void put_array(oc_out *out, const value *v)
{
    const oc_field *field = v->field;
    const char *const *rows = (const void *)(v->base + field->at);
    size_t count = load_count(v->base + field->count_at, field->count_bytes);
    if (count == 0) {
        oc_out_puts(out, "[]");
        return;
    }
    oc_out_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        value row = {field->element, *rows + i * field->size, i, 0};
        put_break(out, i > 0, v->indent);
        put_value(out, &row);
    }
    put_end(out, ']', v->indent);
}

static void put_bindings(oc_out *out, const value *v)
{
    const oc_binding *const *rows = (const void *)(v->base + v->field->at);
    size_t count = load_count(v->base + v->field->count_at, sizeof(size_t));
    if (count == 0) {
        oc_out_puts(out, "{}");
        return;
    }
    oc_out_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        put_break(out, i > 0, v->indent);
        put_string(out, (*rows)[i].name);
        oc_out_puts(out, ": ");
        oc_out_int(out, (*rows)[i].value);
    }
    put_end(out, '}', v->indent);
}

static void put_tensor(oc_out *out, const oc_report_tensor *tensor)
{
    if (tensor)
        put_fields(out, oc_schema_tensor[tensor->kind], (const void *)tensor, 0,
                   0);
    else
        oc_out_puts(out, "null");
}

static void put_pointed(oc_out *out, const value *v)
{
    const char *const *pointed = (const void *)(v->base + v->field->at);
    if (*pointed)
        put_fields(out, v->field->fields, *pointed, 0, v->indent);
    else
        oc_out_puts(out, "null");
}

static bool is_null(const value *v)
{
    const oc_field *field = v->field;
    return field->optional && !*(const bool *)(v->base + field->has_at);
}

static void put_value(oc_out *out, const value *v)
{
    const oc_field *field = v->field;
    const void *at = v->base + field->at;
    if (is_null(v)) {
        oc_out_puts(out, "null");
        return;
    }
    switch (field->kind) {
    case OC_FIELD_CONSTANT:
        oc_out_puts(out, field->names[0]);
        break;
    case OC_FIELD_POSITION:
        oc_out_int(out, (int64_t)v->position);
        break;
    case OC_FIELD_TEXT:
    case OC_FIELD_NAME:
        put_name(out, *(const char *const *)at);
        break;
    case OC_FIELD_INT:
        oc_out_int(out, *(const int64_t *)at);
        break;
    case OC_FIELD_ROW:
        put_maybe_int(out, *(const uint32_t *)at != field->none,
                      *(const uint32_t *)at);
        break;
    case OC_FIELD_OFFSET:
        put_maybe_int(out, *(const size_t *)at != OC_NO_OFFSET,
                      (int64_t) * (const size_t *)at);
        break;
    case OC_FIELD_BOOL:
        oc_out_puts(out, *(const bool *)at ? "true" : "false");
        break;
    case OC_FIELD_TRI:
        put_tri(out, *(const oc_tri *)at);
        break;
    case OC_FIELD_ENUM:
        put_name(out, field->names[load_enum(at, field->size)]);
        break;
    case OC_FIELD_REAL:
        put_real(out, *(const double *)at);
        break;
    case OC_FIELD_FIGURE:
        put_figure(out, *(const oc_figure *)at);
        break;
    case OC_FIELD_QUANTITY:
        put_quantity(out, at);
        break;
    case OC_FIELD_TENSOR:
        put_tensor(out, at);
        break;
    case OC_FIELD_TENSOR_AT:
        put_tensor(out, *(const oc_report_tensor *const *)at);
        break;
    case OC_FIELD_OBJECT:
        put_fields(out, field->fields, v->base, v->position, v->indent);
        break;
    case OC_FIELD_POINTED:
        put_pointed(out, v);
        break;
    case OC_FIELD_ARRAY:
        put_array(out, v);
        break;
    case OC_FIELD_BINDINGS:
        put_bindings(out, v);
        break;
    }
}

oc_status oc_report_write_json(const oc_report *report, const oc_sink *sink,
                               oc_error *err)
{
    oc_out out;
    oc_out_open(&out, sink, err);
    put_fields(&out, oc_schema_report, (const void *)report, 0, 1);
    oc_out_char(&out, '\n');
    return oc_out_close(&out);
}
