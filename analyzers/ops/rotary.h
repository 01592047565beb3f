/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/rotary.h - rotary position embedding, for operators that
 * contain one.
 */
#ifndef OC_ANALYZERS_OPS_ROTARY_H
#define OC_ANALYZERS_OPS_ROTARY_H

#include "analyzers/ops/common.h"

/* A pair (a, b) becomes (a*cos - b*sin, b*cos + a*sin): 6 flops. */
void oc_rotary_flops(oc_op *op, oc_cost *sum, oc_expr rotated_elements);

/* The cosine and sine tables at inputs `cos` and `cos + 1` are read by
 * position: one row of them for each of `positions`. */
void oc_rotary_reads(oc_op *op, oc_cost *sum, size_t cos, oc_expr positions);

/* Rotated elements of a head: twice the width of table `cos`. */
oc_expr oc_rotary_width(oc_op *op, size_t cos);

#endif
