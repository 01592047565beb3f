/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/scan.c - from bytes to a compact copy that is safe to unpack.
 *
 * The walk keeps its own stack, so that the depth of a file is a number to
 * compare and not depth of the C stack. A message is copied field by field;
 * its length is reserved and filled in when its end is reached.
 */
#include "parser/scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "parser/limits.h"
#include "parser/schema.h"
#include "parser/wire.h"

/* Private fields of the compact copy; see proto/onnx.proto. */
#define FIELD_OFFSET 1000
#define FIELD_SKIPPED_BYTES 1001
#define FIELD_RAW_BYTES 1002

/* What a segment costs beside its contents, charged as retained. */
#define SEGMENT_BYTES 192

#define NOT_COPIED SIZE_MAX
#define ONE_OF_SEEN 31 /* a bit that is no field number in use */

/* A message that was entered and not yet left. */
struct frame {
    oc_message message;
    uint64_t begin; /* of its content, in the source */
    uint64_t end;
    size_t segment;
    size_t start;     /* in the segment: of its tag, */
    size_t length_at; /* of its length, or NOT_COPIED at a segment's start, */
    size_t key_at;    /* and of an entry's key */
    size_t key_bytes;
    uint32_t seen; /* bit per single field */
    uint64_t rank;
    uint64_t payload_kept;
    uint64_t payload_skipped;
    uint64_t raw_bytes;
};

struct scan {
    oc_source *source;
    const oc_limits *limits;
    oc_arena *arena;
    oc_compact *out;
    struct frame *frames;
    size_t depth, frame_room;
    uint64_t counts[OC_COUNTER_COUNT];
    uint64_t retained_bytes; /* kept, but for payload */
    bool in_payload;
};

/* A field whose tag was just read. */
struct field {
    const oc_field *spec;
    uint32_t number;
    oc_wire wire;
    uint64_t begin; /* of its tag */
    uint64_t bytes; /* of its value, unless that is a varint */
};

static struct frame *top(struct scan *scan)
{
    return &scan->frames[scan->depth - 1];
}

static oc_segment *copy_of(struct scan *scan)
{
    return &scan->out->segment[top(scan)->segment];
}

static uint64_t offset(const struct scan *scan)
{
    return oc_source_offset(scan->source);
}

static bool limit(struct scan *scan, const char *name, uint64_t most,
                  const char *what)
{
    oc_limit_fail(scan->source->err, name, most, (size_t)offset(scan), what);
    return false;
}

OC_PRINTF(4, 5)
static bool refuse(struct scan *scan, const char *id, uint64_t at,
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

static bool out_of_memory(struct scan *scan)
{
    oc_fail_at(scan->source->err, OC_ERR_NOMEM, "memory.out",
               (size_t)offset(scan), "out of memory for the graph");
    return false;
}

/* ---- writing the copy ---- */

static bool put(struct scan *scan, const void *data, size_t bytes)
{
    oc_segment *copy = copy_of(scan);
    scan->out->kept_bytes += bytes;
    if (!scan->in_payload)
        scan->retained_bytes += bytes;
    if (scan->retained_bytes > scan->limits->metadata ||
        bytes > INT32_MAX - copy->bytes)
        return limit(scan, "metadata", scan->limits->metadata,
                     "bytes of graph without weights");
    return oc_segment_put(copy, data, bytes) || out_of_memory(scan);
}

static bool put_tag(struct scan *scan, uint32_t number, oc_wire wire)
{
    char tag[OC_VARINT_MOST];
    return put(scan, tag, oc_wire_put_tag(tag, number, wire));
}

static bool put_varint(struct scan *scan, uint64_t value)
{
    char number[OC_VARINT_MOST];
    return put(scan, number, oc_wire_put_varint(number, value));
}

static bool put_field(struct scan *scan, uint32_t number, uint64_t value)
{
    return put_tag(scan, number, OC_WIRE_VARINT) && put_varint(scan, value);
}

/* Reserves a length; *at is where. */
static bool put_length(struct scan *scan, size_t *at)
{
    char length[OC_LENGTH_BYTES] = {0};
    *at = copy_of(scan)->bytes;
    return put(scan, length, sizeof(length));
}

static void fill_length(oc_segment *copy, size_t at)
{
    size_t bytes = copy->bytes - at - OC_LENGTH_BYTES;
    oc_wire_put_length(copy->data + at, (uint32_t)bytes);
}

/* Takes back what was written since the copy had `bytes`. */
static void take_back(struct scan *scan, size_t bytes)
{
    oc_segment *copy = copy_of(scan);
    scan->out->kept_bytes -= copy->bytes - bytes;
    scan->retained_bytes -= copy->bytes - bytes;
    copy->bytes = bytes;
}

/* Copies the next bytes of the source. */
static bool copy_bytes(struct scan *scan, uint64_t bytes)
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

/* ---- reading within bounds ---- */

static bool outside(struct scan *scan, const char *what, uint64_t at)
{
    uint64_t size = scan->source->size;
    if (size != OC_SIZE_UNKNOWN && top(scan)->end == size)
        return refuse(scan, "wire.truncated", at,
                      "the input ends at byte %" PRIu64 ", inside %s", size,
                      what);
    return refuse(scan, "wire.length", at,
                  "%s at byte %" PRIu64 " runs past the end of its %s", what,
                  at, oc_schema_name(top(scan)->message));
}

static bool read_varint(struct scan *scan, uint64_t *value)
{
    uint64_t at = offset(scan);
    return oc_wire_varint(scan->source, value) &&
           (offset(scan) <= top(scan)->end || outside(scan, "a number", at));
}

/* Finds out how many bytes the value has, and that the message has them. */
static bool read_size(struct scan *scan, struct field *field)
{
    uint64_t at = offset(scan);
    field->bytes = field->wire == OC_WIRE_FIXED64   ? 8
                   : field->wire == OC_WIRE_FIXED32 ? 4
                                                    : 0;
    if (field->wire == OC_WIRE_BYTES && !read_varint(scan, &field->bytes))
        return false;
    return field->bytes <= top(scan)->end - offset(scan) ||
           outside(scan, "a field", at);
}

/* Moves past the value of a field that is not kept. */
static bool skip_value(struct scan *scan, const struct field *field)
{
    uint64_t ignored;
    return field->wire == OC_WIRE_VARINT
               ? read_varint(scan, &ignored)
               : oc_source_skip(scan->source, field->bytes);
}

/* Repeated numbers come packed or one by one. */
static bool right_type(struct scan *scan, const struct field *field)
{
    static const oc_wire one[] = {
        [OC_FIELD_VARINT] = OC_WIRE_VARINT,
        [OC_FIELD_FIXED32] = OC_WIRE_FIXED32,
        [OC_FIELD_STRING] = OC_WIRE_BYTES,
        [OC_FIELD_BYTES] = OC_WIRE_BYTES,
        [OC_FIELD_MESSAGE] = OC_WIRE_BYTES,
        [OC_FIELD_VARINTS] = OC_WIRE_VARINT,
        [OC_FIELD_FIXED32S] = OC_WIRE_FIXED32,
        [OC_FIELD_RAW] = OC_WIRE_BYTES,
        [OC_FIELD_DATA_BYTES] = OC_WIRE_BYTES,
        [OC_FIELD_DATA_VARINTS] = OC_WIRE_VARINT,
        [OC_FIELD_DATA_FIXED32S] = OC_WIRE_FIXED32,
        [OC_FIELD_DATA_FIXED64S] = OC_WIRE_FIXED64,
    };
    oc_field_kind kind = (oc_field_kind)field->spec->kind;
    bool single = kind == OC_FIELD_VARINT || kind == OC_FIELD_FIXED32;
    if (field->wire == one[kind] || (field->wire == OC_WIRE_BYTES && !single))
        return true;
    return refuse(scan, "wire.type", field->begin,
                  "field %" PRIu32 " of %s has wire type %d", field->number,
                  oc_schema_name(top(scan)->message), (int)field->wire);
}

static bool count(struct scan *scan, oc_counter counter)
{
    static const char *const what[] = {
        [OC_COUNT_NODES] = "nodes",
        [OC_COUNT_VALUES] = "values",
        [OC_COUNT_INITIALIZERS] = "tensors",
        [OC_COUNT_ATTRIBUTES] = "attributes",
        [OC_COUNT_STRINGS] = "strings",
        [OC_COUNT_FUNCTIONS] = "functions",
    };
    const oc_limits *limits = scan->limits;
    if (counter == OC_COUNT_NOTHING)
        return true;
    uint64_t found = ++scan->counts[counter];
    if (counter == OC_COUNT_NODES)
        return found <= limits->nodes ||
               limit(scan, "nodes", limits->nodes, "nodes");
    if (counter == OC_COUNT_FUNCTIONS)
        return found <= limits->functions ||
               limit(scan, "functions", limits->functions, "functions");
    return found <= limits->items ||
           limit(scan, "items", limits->items, what[counter]);
}

static bool count_dims(struct scan *scan, const oc_field *spec)
{
    return !spec->rank || ++top(scan)->rank <= scan->limits->rank ||
           limit(scan, "rank", scan->limits->rank, "dims of one tensor");
}

/* Single fields are refused the second time: protobuf would merge them, and
 * lose data where they differ. */
static bool first_time(struct scan *scan, const struct field *field)
{
    const oc_field *spec = field->spec;
    if (!spec->single && !spec->one_of)
        return true;
    uint32_t bit = UINT32_C(1) << (spec->one_of ? ONE_OF_SEEN : field->number);
    if (top(scan)->seen & bit)
        return refuse(
            scan, "wire.repeated", field->begin,
            "field %" PRIu32 " of %s at byte %" PRIu64 " is there twice",
            field->number, oc_schema_name(top(scan)->message), field->begin);
    top(scan)->seen |= bit;
    return true;
}

/* ---- entering and leaving messages ---- */

static struct frame *push(struct scan *scan)
{
    if (scan->depth == scan->frame_room) {
        size_t room = scan->frame_room ? 2 * scan->frame_room : 16;
        struct frame *frames = OC_NEW(scan->arena, struct frame, room);
        if (scan->depth)
            memcpy(frames, scan->frames, scan->depth * sizeof(*frames));
        scan->frames = frames;
        scan->frame_room = room;
    }
    return &scan->frames[scan->depth++];
}

static bool enter(struct scan *scan, const struct field *field)
{
    struct frame inner = {.message = (oc_message)field->spec->message,
                          .segment = top(scan)->segment,
                          .start = copy_of(scan)->bytes,
                          .begin = offset(scan),
                          .end = offset(scan) + field->bytes,
                          .length_at = NOT_COPIED};
    if (scan->depth > scan->limits->depth)
        return limit(scan, "depth", scan->limits->depth, "nested messages");
    if (field->spec->apart) {
        if (!oc_compact_add(scan->out, &inner.segment))
            return out_of_memory(scan);
        scan->out->kept_bytes += SEGMENT_BYTES;
        scan->retained_bytes += SEGMENT_BYTES;
        if (!put_field(scan, field->number, inner.segment))
            return false;
    } else if (!put_tag(scan, field->number, OC_WIRE_BYTES) ||
               !put_length(scan, &inner.length_at)) {
        return false;
    }
    *push(scan) = inner;
    return true;
}

/* What the copy says of a message beside its fields. */
static bool put_private(struct scan *scan)
{
    const struct frame *frame = top(scan);
    if (frame->message != OC_NODE && frame->message != OC_TENSOR)
        return true;
    if (!put_field(scan, FIELD_OFFSET, frame->begin))
        return false;
    if (frame->raw_bytes && !put_field(scan, FIELD_RAW_BYTES, frame->raw_bytes))
        return false;
    return !frame->payload_skipped ||
           put_field(scan, FIELD_SKIPPED_BYTES, frame->payload_skipped);
}

static bool keeps_entry(struct scan *scan)
{
    const struct frame *frame = top(scan);
    return oc_schema_keeps(frame->message, copy_of(scan)->data + frame->key_at,
                           frame->key_bytes);
}

static bool leave(struct scan *scan)
{
    if (!put_private(scan))
        return false;
    struct frame *frame = top(scan);
    if (oc_schema_is_entry(frame->message) && !keeps_entry(scan))
        take_back(scan, frame->start);
    else if (frame->length_at != NOT_COPIED)
        fill_length(copy_of(scan), frame->length_at);
    scan->depth--;
    return true;
}

/* ---- the kinds of fields ---- */

static bool keep_varint(struct scan *scan, const struct field *field)
{
    uint64_t value;
    return count_dims(scan, field->spec) && read_varint(scan, &value) &&
           put_field(scan, field->number, value);
}

/* Copies a value of known size; *at is where it begins in the copy. */
static bool keep_value(struct scan *scan, const struct field *field, size_t *at)
{
    if (!put_tag(scan, field->number, field->wire) ||
        (field->wire == OC_WIRE_BYTES && !put_varint(scan, field->bytes)))
        return false;
    *at = copy_of(scan)->bytes;
    return copy_bytes(scan, field->bytes);
}

static bool keep_bytes(struct scan *scan, const struct field *field)
{
    size_t at;
    return keep_value(scan, field, &at);
}

static bool is_utf8(const char *text, size_t bytes)
{
    while (bytes) {
        size_t step = oc_utf8_length(text, bytes);
        if (!step)
            return false;
        text += step;
        bytes -= step;
    }
    return true;
}

static bool check_string(struct scan *scan, uint64_t at, const char *text,
                         size_t bytes)
{
    if (memchr(text, '\0', bytes))
        return refuse(scan, "text.nul", at,
                      "the string at byte %" PRIu64 " contains a NUL", at);
    if (!is_utf8(text, bytes) && !scan->out->not_utf8_count++)
        scan->out->not_utf8_offset = at;
    return true;
}

static bool keep_string(struct scan *scan, const struct field *field)
{
    uint64_t begin = offset(scan);
    size_t at;
    if (field->bytes > scan->limits->name)
        return limit(scan, "name", scan->limits->name, "bytes of a name");
    if (!keep_value(scan, field, &at) ||
        !check_string(scan, begin, copy_of(scan)->data + at,
                      (size_t)field->bytes))
        return false;
    if (field->number != 1 || !oc_schema_is_entry(top(scan)->message))
        return true;
    top(scan)->key_at = at;
    top(scan)->key_bytes = (size_t)field->bytes;
    /* The value may be large, and nobody will read it. */
    return keeps_entry(scan) ||
           oc_source_skip(scan->source, top(scan)->end - offset(scan));
}

static bool keep_packed_varints(struct scan *scan, const struct field *field)
{
    uint64_t end = offset(scan) + field->bytes;
    size_t length_at;
    if (!put_tag(scan, field->number, OC_WIRE_BYTES) ||
        !put_length(scan, &length_at))
        return false;
    while (offset(scan) < end) {
        uint64_t value;
        if (!count_dims(scan, field->spec) || !read_varint(scan, &value) ||
            !put_varint(scan, value))
            return false;
    }
    fill_length(copy_of(scan), length_at);
    return offset(scan) == end ||
           refuse(scan, "wire.length", (uint64_t)end,
                  "packed numbers run past their end at byte %" PRIu64, end);
}

static bool keep_varints(struct scan *scan, const struct field *field)
{
    return field->wire == OC_WIRE_VARINT ? keep_varint(scan, field)
                                         : keep_packed_varints(scan, field);
}

static bool keep_fixed_list(struct scan *scan, const struct field *field,
                            uint64_t size)
{
    if (field->bytes % size)
        return refuse(scan, "wire.length", field->begin,
                      "packed numbers at byte %" PRIu64 " have %" PRIu64
                      " bytes, no multiple of %" PRIu64,
                      field->begin, field->bytes, size);
    return keep_bytes(scan, field);
}

static bool keep_data(struct scan *scan, const struct field *field)
{
    switch ((oc_field_kind)field->spec->kind) {
    case OC_FIELD_DATA_VARINTS:
        return keep_varints(scan, field);
    case OC_FIELD_DATA_FIXED32S:
        return keep_fixed_list(scan, field, 4);
    case OC_FIELD_DATA_FIXED64S:
        return keep_fixed_list(scan, field, 8);
    default:
        return keep_bytes(scan, field);
    }
}

/* Payload is kept as long as the tensor stays small. */
static bool keep_payload(struct scan *scan, const struct field *field)
{
    struct frame *frame = top(scan);
    uint64_t bytes = field->wire == OC_WIRE_VARINT ? 8 : field->bytes;
    if (field->spec->kind == OC_FIELD_RAW)
        frame->raw_bytes = bytes;
    if (bytes > OC_PAYLOAD_KEPT - frame->payload_kept) {
        frame->payload_skipped += bytes;
        return skip_value(scan, field);
    }
    frame->payload_kept += bytes;
    scan->in_payload = true;
    bool kept = keep_data(scan, field);
    scan->in_payload = false;
    return kept;
}

static bool keep_field(struct scan *scan, const struct field *field)
{
    switch ((oc_field_kind)field->spec->kind) {
    case OC_FIELD_VARINT:
        return keep_varint(scan, field);
    case OC_FIELD_STRING:
        return keep_string(scan, field);
    case OC_FIELD_MESSAGE:
        return enter(scan, field);
    case OC_FIELD_VARINTS:
        return keep_varints(scan, field);
    case OC_FIELD_FIXED32S:
        return keep_fixed_list(scan, field, 4);
    case OC_FIELD_FIXED32:
    case OC_FIELD_BYTES:
        return keep_bytes(scan, field);
    case OC_FIELD_UNKNOWN:
    case OC_FIELD_DROPPED:
        return skip_value(scan, field);
    default:
        return keep_payload(scan, field);
    }
}

static bool drop_unknown(struct scan *scan, const struct field *field)
{
    uint64_t most = scan->limits->unknown;
    if (++scan->out->unknown_fields > most)
        return limit(scan, "unknown", most, "unknown fields");
    return skip_value(scan, field);
}

static bool next_field(struct scan *scan)
{
    struct field field = {.begin = offset(scan)};
    if (!oc_wire_tag(scan->source, &field.number, &field.wire))
        return false;
    if (offset(scan) > top(scan)->end)
        return outside(scan, "a field", field.begin);
    field.spec = oc_schema_field(top(scan)->message, field.number);
    if (!read_size(scan, &field))
        return false;
    if (!field.spec)
        return drop_unknown(scan, &field);
    if (field.spec->kind == OC_FIELD_DROPPED)
        return skip_value(scan, &field);
    return right_type(scan, &field) && first_time(scan, &field) &&
           count(scan, (oc_counter)field.spec->counter) &&
           (field.spec->kind != OC_FIELD_MESSAGE ||
            count_dims(scan, field.spec)) &&
           keep_field(scan, &field);
}

/* The outermost message ends where the input does. */
static bool at_end(struct scan *scan, bool *ended)
{
    size_t more = 1;
    if (top(scan)->end == OC_SIZE_UNKNOWN &&
        !oc_source_more(scan->source, &more))
        return false;
    *ended = !more || offset(scan) == top(scan)->end;
    return true;
}

static bool walk(struct scan *scan)
{
    bool ended = false;
    while (scan->depth > 1 || !ended) {
        if (scan->depth > 1 && offset(scan) == top(scan)->end) {
            if (!leave(scan))
                return false;
        } else if (!next_field(scan)) {
            return false;
        }
        if (scan->depth == 1 && !at_end(scan, &ended))
            return false;
    }
    return true;
}

static void add_hint(oc_error *err)
{
    if (strcmp(err->id, "wire.truncated") == 0)
        oc_error_hint(err, "the file is incomplete: copy or export it again");
    else if (err->code == OC_ERR_INPUT)
        oc_error_hint(err, "the file is damaged, or no ONNX model: export it "
                           "again");
}

bool oc_scan(oc_compact *out, oc_source *source, const oc_limits *limits,
             oc_arena *arena)
{
    struct scan scan = {
        .source = source, .limits = limits, .arena = arena, .out = out};
    *push(&scan) = (struct frame){.message = OC_MODEL, .end = source->size};
    bool whole = oc_compact_add(out, &top(&scan)->segment)
                     ? walk(&scan)
                     : out_of_memory(&scan);
    if (whole && !(top(&scan)->seen & UINT32_C(1) << 7))
        whole = refuse(&scan, "model.no-graph", offset(&scan),
                       "the model ends without a graph");
    if (whole)
        whole = oc_source_finish(source);
    if (!whole)
        add_hint(source->err);
    return whole;
}
