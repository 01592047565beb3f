/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/slice.h - the part of a dim between two bounds, which may be
 * symbolic.
 */
#ifndef OC_ANALYZERS_OPS_SLICE_H
#define OC_ANALYZERS_OPS_SLICE_H

#include "analyzers/ops/movement.h"

/* Elements first, first + step, .. of a dim, `length` of them. */
typedef struct oc_part {
    oc_expr first;
    oc_expr length;
    int64_t step;
} oc_part;

/* numpy's dim[start:end:step] as Slice clamps it; step is not 0. A bound
 * that is not known, or of unknown sign, gives a fresh length. */
oc_part oc_part_of(oc_op *op, oc_expr dim, oc_expr start, oc_expr end,
                   int64_t step);

#endif
