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
#include "onnxcost/plugin.h"

#include "base/arena.h"
#include "parser/compact.h"
#include "parser/source.h"

/* A tensor's payload is kept up to this size, for shape arithmetic. */
#define OC_PAYLOAD_KEPT ((uint64_t)32 << 10)
/* Of initializers of floats, which hold weights, so many elements: a vector's
 * are folded, a matrix may be a part of what hides scores. */
#define OC_FLOATS_KEPT ((uint64_t)OC_BLOCK_MAX_FLOATS)
#define OC_MATRIX_FLOATS_KEPT ((uint64_t)256)

/* Reads the source to its end. On success it was one whole model with a
 * graph; otherwise source->err says what is wrong, and where. *out, empty
 * before, is to be freed in any case; `arena` is for the way there. */
bool oc_scan(oc_compact *out, oc_source *source, const oc_limits *limits,
             oc_arena *arena);

#endif
