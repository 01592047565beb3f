/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/scan.h - from bytes to a compact copy that is safe to unpack.
 *
 * In here: the guard. Nothing reaches protobuf-c that has not passed it: it
 * has no limits of its own, cuts strings at NUL and loses data when it
 * merges.
 * Not in here: the meaning of names (parser/load.h).
 */
#ifndef OC_PARSER_SCAN_H
#define OC_PARSER_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/model.h"

#include "base/arena.h"
#include "base/text.h"
#include "parser/source.h"

/* A tensor's payload is kept up to this size, for shape arithmetic. */
#define OC_PAYLOAD_KEPT ((uint64_t)32 << 10)

/*
 * The copy, in the form that proto/onnx.proto states. Segment 0 is the
 * ModelProto; every graph, and every type inside a type, is a segment of its
 * own, to which its parent refers by number.
 */
typedef struct oc_compact {
    oc_text *segment;
    size_t segment_count;
    uint64_t kept_bytes;     /* of all segments */
    uint64_t unknown_fields; /* dropped, and new to us */
    uint64_t not_utf8_count; /* of strings */
    uint64_t not_utf8_offset; /* of the first of them */
} oc_compact;

/* Reads the source to its end. On success it was one whole model with a
 * graph; otherwise source->err says what is wrong, and where. */
bool oc_scan(oc_compact *out, oc_source *source, const oc_limits *limits,
             oc_arena *arena);

#endif
