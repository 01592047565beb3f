/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/scan_value.c - single values: read within bounds, written again.
 *
 * In here: the lower half of the scan. Numbers are written anew in their
 * shortest form, strings are checked, lengths are reserved and filled in.
 * Not in here: which field is which, and nesting (parser/scan.c).
 */
#include "parser/scan_state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "parser/limits.h"

OC_PRINTF(4, 5)
bool oc_scan_refuse(struct oc_scanner *scan, const char *id, uint64_t at,
                    const char *format, ...)
{
    char text[200];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    oc_fail_at(scan->source->err, OC_ERR_INPUT, id, (size_t)at, "%s", text);
    return false;
}

bool oc_scan_limit(struct oc_scanner *scan, const char *name, uint64_t most,
                   const char *what)
{
    oc_limit_fail(scan->source->err, name, most, (size_t)oc_scan_offset(scan),
                  what);
    return false;
}

bool oc_scan_out_of_memory(struct oc_scanner *scan)
{
    oc_fail_at(scan->source->err, OC_ERR_NOMEM, "memory.exhausted",
               (size_t)oc_scan_offset(scan), "out of memory for the graph");
    return false;
}

static bool put(struct oc_scanner *scan, const void *data, size_t bytes)
{
    oc_segment *copy = oc_scan_copy(scan);
    scan->out->kept_bytes += bytes;
    if (!scan->in_payload)
        scan->retained_bytes += bytes;
    if (scan->retained_bytes > scan->limits->metadata ||
        bytes > INT32_MAX - copy->bytes)
        return oc_scan_limit(scan, "metadata", scan->limits->metadata,
                             "bytes of graph without weights");
    return oc_segment_put(copy, data, bytes) || oc_scan_out_of_memory(scan);
}

static bool put_tag(struct oc_scanner *scan, uint32_t number, oc_wire wire)
{
    char tag[OC_VARINT_MOST];
    return put(scan, tag, oc_wire_put_tag(tag, number, wire));
}

static bool put_varint(struct oc_scanner *scan, uint64_t value)
{
    char number[OC_VARINT_MOST];
    return put(scan, number, oc_wire_put_varint(number, value));
}

/* A tag and the number behind it: a value or a length. */
static bool put_head(struct oc_scanner *scan, uint32_t number, oc_wire wire,
                     uint64_t value)
{
    char head[2 * OC_VARINT_MOST];
    size_t bytes = oc_wire_put_tag(head, number, wire);
    bytes += oc_wire_put_varint(head + bytes, value);
    return put(scan, head, bytes);
}

bool oc_scan_put_field(struct oc_scanner *scan, uint32_t number, uint64_t value)
{
    return put_head(scan, number, OC_WIRE_VARINT, value);
}

bool oc_scan_put_begin(struct oc_scanner *scan, uint32_t number,
                       size_t *length_at)
{
    char head[OC_VARINT_MOST + OC_LENGTH_BYTES] = {0};
    size_t bytes = oc_wire_put_tag(head, number, OC_WIRE_BYTES);
    *length_at = oc_scan_copy(scan)->bytes + bytes;
    return put(scan, head, bytes + OC_LENGTH_BYTES);
}

void oc_scan_fill_length(oc_segment *copy, size_t at)
{
    size_t bytes = copy->bytes - at - OC_LENGTH_BYTES;
    oc_wire_put_length(copy->data + at, (uint32_t)bytes);
}

void oc_scan_take_back(struct oc_scanner *scan, size_t bytes)
{
    oc_segment *copy = oc_scan_copy(scan);
    scan->out->kept_bytes -= copy->bytes - bytes;
    scan->retained_bytes -= copy->bytes - bytes;
    copy->bytes = bytes;
}

/* Copies the next bytes of the source. */
static bool copy_bytes(struct oc_scanner *scan, uint64_t bytes)
{
    oc_source *source = scan->source;
    while (bytes) {
        size_t held;
        if (!oc_source_more(source, &held))
            return false;
        if (!held)
            return oc_source_truncated(source);
        if (held > bytes)
            held = (size_t)bytes;
        if (!put(scan, source->at, held))
            return false;
        source->at += held;
        bytes -= held;
    }
    return true;
}

bool oc_scan_outside(struct oc_scanner *scan, const char *what, uint64_t at)
{
    uint64_t size = scan->source->size;
    if (size != OC_SIZE_UNKNOWN && oc_scan_top(scan)->end == size)
        return oc_scan_refuse(scan, "wire.truncated", at,
                              "the input ends at byte %" PRIu64 ", inside %s",
                              size, what);
    return oc_scan_refuse(scan, "wire.length", at,
                          "%s at byte %" PRIu64 " runs past the end of its %s",
                          what, at, oc_schema_name(oc_scan_top(scan)->message));
}

static bool read_varint(struct oc_scanner *scan, uint64_t *value)
{
    uint64_t at = oc_scan_offset(scan);
    return oc_wire_varint(scan->source, value) &&
           (oc_scan_offset(scan) <= oc_scan_top(scan)->end ||
            oc_scan_outside(scan, "a number", at));
}

bool oc_scan_read_size(struct oc_scanner *scan, struct oc_scanned *field)
{
    uint64_t at = oc_scan_offset(scan);
    field->bytes = field->wire == OC_WIRE_FIXED64   ? 8
                   : field->wire == OC_WIRE_FIXED32 ? 4
                                                    : 0;
    if (field->wire == OC_WIRE_BYTES && !read_varint(scan, &field->bytes))
        return false;
    return field->bytes <= oc_scan_top(scan)->end - oc_scan_offset(scan) ||
           oc_scan_outside(scan, "a field", at);
}

bool oc_scan_skip(struct oc_scanner *scan, const struct oc_scanned *field)
{
    uint64_t ignored;
    return field->wire == OC_WIRE_VARINT
               ? read_varint(scan, &ignored)
               : oc_source_skip(scan->source, field->bytes);
}

bool oc_scan_count_dims(struct oc_scanner *scan, const oc_field *spec)
{
    return !spec->rank || ++oc_scan_top(scan)->rank <= scan->limits->rank ||
           oc_scan_limit(scan, "rank", scan->limits->rank,
                         "dims of one tensor");
}

bool oc_scan_keeps_entry(struct oc_scanner *scan)
{
    const struct oc_frame *frame = oc_scan_top(scan);
    return oc_schema_keeps(frame->message,
                           oc_scan_copy(scan)->data + frame->key_at,
                           frame->key_bytes);
}

static bool keep_varint(struct oc_scanner *scan, const struct oc_scanned *field)
{
    uint64_t value;
    if (!oc_scan_count_dims(scan, field->spec) || !read_varint(scan, &value))
        return false;
    if (field->spec->elem_type)
        oc_scan_top(scan)->elem_type = (int32_t)value;
    return oc_scan_put_field(scan, field->number, value);
}

/* Copies a value of known size; *at is where it begins in the copy. */
static bool keep_value(struct oc_scanner *scan, const struct oc_scanned *field,
                       size_t *at)
{
    bool headed =
        field->wire == OC_WIRE_BYTES
            ? put_head(scan, field->number, OC_WIRE_BYTES, field->bytes)
            : put_tag(scan, field->number, field->wire);
    if (!headed)
        return false;
    *at = oc_scan_copy(scan)->bytes;
    return copy_bytes(scan, field->bytes);
}

static bool keep_bytes(struct oc_scanner *scan, const struct oc_scanned *field)
{
    size_t at;
    return keep_value(scan, field, &at);
}

static bool check_string(struct oc_scanner *scan, uint64_t at, const char *text,
                         size_t bytes)
{
    if (memchr(text, '\0', bytes))
        return oc_scan_refuse(scan, "text.nul", at,
                              "the string at byte %" PRIu64 " contains a NUL",
                              at);
    if (oc_utf8_prefix(text, bytes) != bytes && !scan->out->not_utf8_count++)
        scan->out->not_utf8_offset = at;
    return true;
}

static bool keep_string(struct oc_scanner *scan, const struct oc_scanned *field)
{
    uint64_t begin = oc_scan_offset(scan);
    size_t at;
    if (field->bytes > scan->limits->name)
        return oc_scan_limit(scan, "name", scan->limits->name,
                             "bytes of a name");
    if (!keep_value(scan, field, &at) ||
        !check_string(scan, begin, oc_scan_copy(scan)->data + at,
                      (size_t)field->bytes))
        return false;
    if (field->number != 1 || !oc_schema_is_entry(oc_scan_top(scan)->message))
        return true;
    oc_scan_top(scan)->key_at = at;
    oc_scan_top(scan)->key_bytes = (size_t)field->bytes;
    /* The value may be large, and nobody will read it. */
    return oc_scan_keeps_entry(scan) ||
           oc_source_skip(scan->source,
                          oc_scan_top(scan)->end - oc_scan_offset(scan));
}

static bool keep_packed_varints(struct oc_scanner *scan,
                                const struct oc_scanned *field)
{
    uint64_t end = oc_scan_offset(scan) + field->bytes;
    size_t length_at;
    if (!oc_scan_put_begin(scan, field->number, &length_at))
        return false;
    while (oc_scan_offset(scan) < end) {
        uint64_t value;
        if (!oc_scan_count_dims(scan, field->spec) ||
            !read_varint(scan, &value) || !put_varint(scan, value))
            return false;
    }
    oc_scan_fill_length(oc_scan_copy(scan), length_at);
    return oc_scan_offset(scan) == end ||
           oc_scan_refuse(scan, "wire.length", (uint64_t)end,
                          "packed numbers run past their end at byte %" PRIu64,
                          end);
}

static bool keep_varints(struct oc_scanner *scan,
                         const struct oc_scanned *field)
{
    return field->wire == OC_WIRE_VARINT ? keep_varint(scan, field)
                                         : keep_packed_varints(scan, field);
}

static bool keep_fixed_list(struct oc_scanner *scan,
                            const struct oc_scanned *field, uint64_t size)
{
    if (field->bytes % size)
        return oc_scan_refuse(scan, "wire.length", field->begin,
                              "packed numbers at byte %" PRIu64 " have %" PRIu64
                              " bytes, no multiple of %" PRIu64,
                              field->begin, field->bytes, size);
    return keep_bytes(scan, field);
}

bool oc_scan_keep(struct oc_scanner *scan, const struct oc_scanned *field)
{
    switch ((oc_field_kind)field->spec->kind) {
    case OC_FIELD_VARINT:
        return keep_varint(scan, field);
    case OC_FIELD_STRING:
        return keep_string(scan, field);
    case OC_FIELD_VARINTS:
    case OC_FIELD_DATA_VARINTS:
        return keep_varints(scan, field);
    case OC_FIELD_FIXED32S:
    case OC_FIELD_DATA_FIXED32S:
        return keep_fixed_list(scan, field, 4);
    case OC_FIELD_DATA_FIXED64S:
        return keep_fixed_list(scan, field, 8);
    default:
        return keep_bytes(scan, field);
    }
}
