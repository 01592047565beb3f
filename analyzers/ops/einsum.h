/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/einsum.h - an Einsum equation, read.
 *
 * In here: what einsum.c (equation and shape) tells einsum_path.c (the order
 * in which operands are contracted, and its cost).
 */
#ifndef OC_ANALYZERS_OPS_EINSUM_H
#define OC_ANALYZERS_OPS_EINSUM_H

#include "analyzers/ops/common.h"

#define OC_EINSUM_LABELS 64

/* Labels are numbered as they appear; sets of them are bit masks. */
typedef struct oc_einsum {
    size_t label_count;
    oc_expr extent[OC_EINSUM_LABELS];
    size_t operand_count;
    uint64_t *operand; /* labels of each */
    uint64_t result;   /* labels of the output */
} oc_einsum;

/* The cheapest order of contraction by MACs, then by flops; with symbolic
 * extents the minimum over all orders that may be. */
void oc_einsum_cost(oc_op *op, oc_cost *sum, const oc_einsum *equation);

#endif
