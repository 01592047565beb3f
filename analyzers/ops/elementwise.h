/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/elementwise.h - one result per element, for the families in
 * elementwise_*.c.
 */
#ifndef OC_ANALYZERS_OPS_ELEMENTWISE_H
#define OC_ANALYZERS_OPS_ELEMENTWISE_H

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

/* A row's .data: what one output element costs and is. */
typedef struct oc_elementwise {
    int flops;
    int transcendentals;
    int result; /* element type of the output; 0: that of input 0 */
    /* An element of the output from those of the inputs; NULL or OC_UNKNOWN
     * when it does not follow. Unary operators ignore b. */
    oc_expr (*value)(oc_op *op, oc_expr a, oc_expr b);
    /* Bounds of the output from those of the inputs, for integers; NULL when
     * they do not follow. */
    oc_range (*bounds)(oc_op *op, oc_range a, oc_range b);
} oc_elementwise;

/* Of min(a, b) and max(a, b): one bounded operand bounds one side. */
oc_range oc_range_least(oc_op *op, oc_range a, oc_range b);
oc_range oc_range_greatest(oc_op *op, oc_range a, oc_range b);

/* Same shape as input 0. */
void oc_unary_infer(oc_op *op);
/* Broadcast of all inputs (two or more); `axis`/`broadcast` attributes of
 * versions before 7 are honoured. */
void oc_broadcast_infer(oc_op *op);
/* flops and transcendentals per output element. */
void oc_elementwise_cost(oc_op *op, oc_cost *sum);
/* (inputs - 1) * flops per output element: Sum, Max, Min. */
void oc_variadic_cost(oc_op *op, oc_cost *sum);

/* A constant as the type of input 0 has it: floats rounded, OC_UNKNOWN for an
 * integer that wraps around. Other expressions unchanged. */
oc_expr oc_elementwise_round(oc_op *op, oc_expr e);

#define OC_UNARY(name, version, words, op_source, ...)                         \
    OC_ONNX(name, version, words, op_source, oc_unary_infer,                   \
            oc_elementwise_cost, .data = &(const oc_elementwise){__VA_ARGS__})

#define OC_BINARY(name, version, words, op_source, ...)                        \
    OC_ONNX(name, version, words, op_source, oc_broadcast_infer,               \
            oc_elementwise_cost, .data = &(const oc_elementwise){__VA_ARGS__})

#endif
