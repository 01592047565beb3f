/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/conv.h - convolution, for the operators that contain one.
 */
#ifndef OC_ANALYZERS_OPS_CONV_H
#define OC_ANALYZERS_OPS_CONV_H

#include "analyzers/ops/window.h"

/* Data is [N, C, D1..Dk], or [N, D1..Dk, C] with channels last, as is the
 * result; the filter is [M, C / group, K1..Kk] (transposed: [C, M / group,
 * K1..Kk]), or [M, K1..Kk, C / group] with its own channels last. */
typedef struct oc_conv {
    size_t data, filter; /* inputs */
    size_t pads;         /* an input; 0: an attribute */
    bool channels_last, filter_channels_last;
} oc_conv;

/* Output 0; sticky failure where data, filter and attributes do not fit. */
void oc_conv_infer(oc_op *op, oc_conv conv, int elem_type);
void oc_conv_transpose_infer(oc_op *op, oc_conv conv, int elem_type);

/* Operands of one rank, for both of these. */
typedef struct oc_conv_operands {
    oc_shape data, filter; /* the filter as [M, C / group, K1..Kk] */
    bool filtered;         /* its shape is known */
    size_t channel, first; /* axes of the data: C and D1 */
} oc_conv_operands;
/* False after a failure: there are no such operands. */
bool oc_conv_read(oc_op *op, oc_conv conv, oc_conv_operands *operands);
oc_window oc_conv_window(oc_op *op, const oc_conv_operands *operands);

/* Positions of output 0 (transposed: of the data) times weights, of which a
 * sparse filter has only the stored ones. */
void oc_conv_macs(oc_op *op, oc_cost *sum, oc_conv conv);
void oc_conv_transpose_macs(oc_op *op, oc_cost *sum, oc_conv conv);

/* The attribute `group`; sticky failure below 1. */
oc_expr oc_conv_group(oc_op *op);

/* One flop per output element when input i is given. */
void oc_conv_bias(oc_op *op, oc_cost *sum, size_t input);

/* QLinearConv: x, its scale and zero point, w, its, those of y, bias. */
enum { OC_CONV_QUANTIZED_W = 3, OC_CONV_QUANTIZED_Y = 7 };
/* What is done beside the MACs. */
void oc_conv_quantized_flops(oc_op *op, oc_cost *sum);

#endif
