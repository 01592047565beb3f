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
#include <string.h>

#include "base/error.h"
#include "parser/model.h"
#include "parser/scan_state.h"

/* Private fields of the compact copy; see proto/onnx.proto. */
#define FIELD_OFFSET 1000
#define FIELD_SKIPPED_BYTES 1001
#define FIELD_RAW_BYTES 1002

/* What a segment costs beside its contents, charged as retained. */
#define SEGMENT_BYTES 192

#define ONE_OF_SEEN 31 /* a bit that is no field number in use */

/* Repeated numbers come packed or one by one. */
static bool right_type(struct oc_scanner *scan, const struct oc_scanned *field)
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
    return oc_scan_refuse(
        scan, "wire.type", field->begin,
        "field %" PRIu32 " of %s has wire type %d", field->number,
        oc_schema_name(oc_scan_top(scan)->message), (int)field->wire);
}

static bool count(struct oc_scanner *scan, oc_counter counter)
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
               oc_scan_limit(scan, "nodes", limits->nodes, "nodes");
    if (counter == OC_COUNT_FUNCTIONS)
        return found <= limits->functions ||
               oc_scan_limit(scan, "functions", limits->functions, "functions");
    return found <= limits->items ||
           oc_scan_limit(scan, "items", limits->items, what[counter]);
}

/* Single fields are refused the second time: protobuf would merge them, and
 * lose data where they differ. */
static bool first_time(struct oc_scanner *scan, const struct oc_scanned *field)
{
    const oc_field *spec = field->spec;
    if (!spec->single && !spec->one_of)
        return true;
    uint32_t bit = UINT32_C(1) << (spec->one_of ? ONE_OF_SEEN : field->number);
    if (oc_scan_top(scan)->seen & bit)
        return oc_scan_refuse(
            scan, "wire.repeated", field->begin,
            "field %" PRIu32 " of %s at byte %" PRIu64 " is there twice",
            field->number, oc_schema_name(oc_scan_top(scan)->message),
            field->begin);
    oc_scan_top(scan)->seen |= bit;
    return true;
}

static struct oc_frame *push(struct oc_scanner *scan)
{
    if (scan->depth == scan->frame_room) {
        size_t room = scan->frame_room ? 2 * scan->frame_room : 16;
        struct oc_frame *frames = OC_NEW(scan->arena, struct oc_frame, room);
        if (scan->depth)
            memcpy(frames, scan->frames, scan->depth * sizeof(*frames));
        scan->frames = frames;
        scan->frame_room = room;
    }
    return &scan->frames[scan->depth++];
}

static bool enter(struct oc_scanner *scan, const struct oc_scanned *field)
{
    struct oc_frame inner = {.message = (oc_message)field->spec->message,
                             .segment = oc_scan_top(scan)->segment,
                             .start = oc_scan_copy(scan)->bytes,
                             .begin = oc_scan_offset(scan),
                             .end = oc_scan_offset(scan) + field->bytes,
                             .length_at = OC_NOT_COPIED};
    if (scan->depth > scan->limits->depth)
        return oc_scan_limit(scan, "depth", scan->limits->depth,
                             "nested messages");
    if (field->spec->apart) {
        if (!oc_compact_add(scan->out, &inner.segment))
            return oc_scan_out_of_memory(scan);
        scan->out->kept_bytes += SEGMENT_BYTES;
        scan->retained_bytes += SEGMENT_BYTES;
        if (!oc_scan_put_field(scan, field->number, inner.segment))
            return false;
    } else if (!oc_scan_put_begin(scan, field->number, &inner.length_at)) {
        return false;
    }
    *push(scan) = inner;
    return true;
}

/* What the copy says of a message beside its fields. */
static bool put_private(struct oc_scanner *scan)
{
    const struct oc_frame *frame = oc_scan_top(scan);
    if (frame->message != OC_NODE && frame->message != OC_TENSOR)
        return true;
    if (!oc_scan_put_field(scan, FIELD_OFFSET, frame->begin))
        return false;
    if (frame->raw_bytes &&
        !oc_scan_put_field(scan, FIELD_RAW_BYTES, frame->raw_bytes))
        return false;
    return !frame->payload_skipped ||
           oc_scan_put_field(scan, FIELD_SKIPPED_BYTES, frame->payload_skipped);
}

static bool leave(struct oc_scanner *scan)
{
    if (!put_private(scan))
        return false;
    struct oc_frame *frame = oc_scan_top(scan);
    if (oc_schema_is_entry(frame->message) && !oc_scan_keeps_entry(scan))
        oc_scan_take_back(scan, frame->start);
    else if (frame->length_at != OC_NOT_COPIED)
        oc_scan_fill_length(oc_scan_copy(scan), frame->length_at);
    scan->depth--;
    return true;
}

static bool is_float(int32_t elem_type)
{
    return elem_type == OC_ELEM_FLOAT || elem_type == OC_ELEM_DOUBLE ||
           elem_type == OC_ELEM_FLOAT16 || elem_type == OC_ELEM_BFLOAT16;
}

/* Floats of an initializer are looked at one by one or not at all. Dims come
 * before the payload, unless a writer is odd. */
static uint64_t most_payload(struct oc_scanner *scan, const oc_field *spec)
{
    const struct oc_frame *frame = oc_scan_top(scan);
    const struct oc_frame *outer = &scan->frames[scan->depth - 2];
    if (spec->kind != OC_FIELD_RAW || outer->message != OC_GRAPH ||
        !is_float(frame->elem_type))
        return OC_PAYLOAD_KEPT;
    return (frame->rank < 2 ? OC_FLOATS_KEPT : OC_MATRIX_FLOATS_KEPT) *
           oc_elem_bits(frame->elem_type) / 8;
}

/* Payload is kept as long as the tensor stays small. */
static bool keep_payload(struct oc_scanner *scan,
                         const struct oc_scanned *field)
{
    struct oc_frame *frame = oc_scan_top(scan);
    uint64_t bytes = field->wire == OC_WIRE_VARINT ? 8 : field->bytes;
    uint64_t most = most_payload(scan, field->spec);
    if (field->spec->kind == OC_FIELD_RAW)
        frame->raw_bytes = bytes;
    if (bytes > most || frame->payload_kept > most - bytes) {
        frame->payload_skipped += bytes;
        return oc_scan_skip(scan, field);
    }
    frame->payload_kept += bytes;
    scan->in_payload = true;
    bool kept = oc_scan_keep(scan, field);
    scan->in_payload = false;
    return kept;
}

static bool keep_field(struct oc_scanner *scan, const struct oc_scanned *field)
{
    oc_field_kind kind = (oc_field_kind)field->spec->kind;
    if (kind == OC_FIELD_MESSAGE)
        return enter(scan, field);
    return kind >= OC_FIELD_RAW ? keep_payload(scan, field)
                                : oc_scan_keep(scan, field);
}

static bool drop_unknown(struct oc_scanner *scan,
                         const struct oc_scanned *field)
{
    uint64_t most = scan->limits->unknown;
    if (++scan->out->unknown_fields > most)
        return oc_scan_limit(scan, "unknown", most, "unknown fields");
    return oc_scan_skip(scan, field);
}

static bool next_field(struct oc_scanner *scan)
{
    struct oc_scanned field = {.begin = oc_scan_offset(scan)};
    if (!oc_wire_tag(scan->source, &field.number, &field.wire))
        return false;
    if (oc_scan_offset(scan) > oc_scan_top(scan)->end)
        return oc_scan_outside(scan, "a field", field.begin);
    field.spec = oc_schema_field(oc_scan_top(scan)->message, field.number);
    if (!oc_scan_read_size(scan, &field))
        return false;
    if (!field.spec)
        return drop_unknown(scan, &field);
    if (field.spec->kind == OC_FIELD_DROPPED)
        return oc_scan_skip(scan, &field);
    return right_type(scan, &field) && first_time(scan, &field) &&
           count(scan, (oc_counter)field.spec->counter) &&
           (field.spec->kind != OC_FIELD_MESSAGE ||
            oc_scan_count_dims(scan, field.spec)) &&
           keep_field(scan, &field);
}

/* The outermost message ends where the input does. */
static bool at_end(struct oc_scanner *scan, bool *ended)
{
    size_t more = 1;
    if (oc_scan_top(scan)->end == OC_SIZE_UNKNOWN &&
        !oc_source_more(scan->source, &more))
        return false;
    *ended = !more || oc_scan_offset(scan) == oc_scan_top(scan)->end;
    return true;
}

static bool walk(struct oc_scanner *scan)
{
    bool ended = false;
    while (scan->depth > 1 || !ended) {
        if (scan->depth > 1 && oc_scan_offset(scan) == oc_scan_top(scan)->end) {
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
    struct oc_scanner scan = {
        .source = source, .limits = limits, .arena = arena, .out = out};
    *push(&scan) = (struct oc_frame){.message = OC_MODEL, .end = source->size};
    bool whole = oc_compact_add(out, &oc_scan_top(&scan)->segment)
                     ? walk(&scan)
                     : oc_scan_out_of_memory(&scan);
    if (whole && !(oc_scan_top(&scan)->seen & UINT32_C(1) << 7))
        whole = oc_scan_refuse(&scan, "model.no-graph", oc_scan_offset(&scan),
                               "the model ends without a graph");
    if (whole)
        whole = oc_source_finish(source);
    if (!whole)
        add_hint(source->err);
    return whole;
}
