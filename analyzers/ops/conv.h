/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/conv.h - convolution, for the operators that contain one.
 */
#ifndef OC_ANALYZERS_OPS_CONV_H
#define OC_ANALYZERS_OPS_CONV_H

#include "analyzers/ops/window.h"

/* Data is [N, C, D1..Dk], or [N, D1..Dk, C] with channels last, as is the
 * result; the filter is [M, C / group, K1..Kk] (transposed: [C, M / group,
 * K1..Kk]) in either case. */
typedef struct oc_conv {
    size_t data, filter; /* inputs */
    bool channels_last;
} oc_conv;

/* Output 0; sticky failure where data, filter and attributes do not fit. */
void oc_conv_infer(oc_op *op, oc_conv conv, int elem_type);
void oc_conv_transpose_infer(oc_op *op, oc_conv conv, int elem_type);

/* Positions of output 0 (transposed: of the data) times weights, of which a
 * sparse filter has only the stored ones. */
void oc_conv_macs(oc_op *op, oc_cost *sum, oc_conv conv);
void oc_conv_transpose_macs(oc_op *op, oc_cost *sum, oc_conv conv);

/* The attribute `group`; sticky failure below 1. */
oc_expr oc_conv_group(oc_op *op);

/* One flop per output element when input i is given. */
void oc_conv_bias(oc_op *op, oc_cost *sum, size_t input);

#endif
