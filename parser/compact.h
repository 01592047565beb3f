/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/compact.h - the copy of a model without its weights.
 *
 * In here: its segments and what is known about them. They are not in an
 * arena, since most of the copy is one segment that grows and grows.
 * Not in here: what is written (parser/scan.c) and read (parser/load.c).
 */
#ifndef OC_PARSER_COMPACT_H
#define OC_PARSER_COMPACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct oc_segment {
    char *data;
    size_t bytes, room;
} oc_segment;

/*
 * The copy, in the form that proto/onnx.proto states. Segment 0 is the
 * ModelProto; every graph, and every type inside a type, is a segment of its
 * own, to which its parent refers by number. All zero is empty and ready.
 */
typedef struct oc_compact {
    oc_segment *segment;
    size_t segment_count, segment_room;
    uint64_t kept_bytes;      /* of all segments */
    uint64_t unknown_fields;  /* dropped, and new to us */
    uint64_t not_utf8_count;  /* of strings */
    uint64_t not_utf8_offset; /* of the first of them */
} oc_compact;

/* False when memory is out. */
bool oc_compact_add(oc_compact *compact, size_t *index);
bool oc_segment_grow(oc_segment *segment, size_t bytes);
static inline bool oc_segment_put(oc_segment *segment, const void *data,
                                  size_t bytes)
{
    if ((!segment->data || bytes > segment->room - segment->bytes) &&
        !oc_segment_grow(segment, bytes))
        return false;
    if (bytes)
        memcpy(segment->data + segment->bytes, data, bytes);
    segment->bytes += bytes;
    return true;
}

void oc_segment_free(oc_segment *segment); /* leaves it empty */
void oc_compact_free(oc_compact *compact);

#endif
