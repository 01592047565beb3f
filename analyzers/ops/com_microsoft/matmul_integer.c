/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/matmul_integer.c - products of integers whose
 * results are scaled to floats or requantised.
 */
#include "analyzers/ops/matmul_integer.h"
#include "analyzers/ops/descriptor.h"

#define ABSENT SIZE_MAX

typedef struct integer_matmul {
    size_t a, b, bias;
    size_t a_zero, b_zero; /* or ABSENT */
    bool quantizes_a;      /* at run time, to uint8 */
    bool scales;           /* 2 flops an output */
    size_t result;         /* input with the output's element type */
    int type;              /* or this type */
} integer_matmul;

static void infer(oc_op *op)
{
    const integer_matmul *row = oc_op_data(op);
    const int type = row->type ? row->type : oc_op_dtype(op, row->result);
    oc_op_set_dtype(op, 0, type);
    if (oc_op_has_rank(op, row->a) && oc_op_has_rank(op, row->b))
        oc_op_set_output(op, 0, type,
                         oc_matmul_shape(op, oc_op_input(op, row->a),
                                         oc_op_input(op, row->b)));
}

static void add_product(oc_op *op, oc_cost *sum, const integer_matmul *row)
{
    const int left = row->quantizes_a ? OC_ELEM_UINT8 : oc_op_dtype(op, row->a);
    oc_cost_types(sum, left, oc_op_dtype(op, row->b));
    oc_matmul_macs(op, sum, row->a, row->b);
}

static void cost(oc_op *op, oc_cost *sum)
{
    const integer_matmul *row = oc_op_data(op);
    const oc_expr outputs = oc_op_output_numel(op, 0);
    add_product(op, sum, row);
    oc_matmul_zero_points(op, sum, row->a, row->a_zero, row->b, row->b_zero);
    if (row->quantizes_a)
        oc_cost_add(
            sum, OC_FLOPS, "quantise A",
            oc_plus(op, oc_times(op, 7, oc_op_input_numel(op, row->a)), 7));
    if (row->scales)
        oc_cost_add(sum, OC_FLOPS, "scale", oc_times(op, 2, outputs));
    if (row->bias && oc_op_has_input(op, row->bias))
        oc_cost_add(sum, OC_FLOPS, "bias", outputs);
}

/* QOrderedMatMul: A, its scale, B, its, Y's, bias, C, its. */
static void cost_ordered(oc_op *op, oc_cost *sum)
{
    const integer_matmul *row = oc_op_data(op);
    const oc_expr outputs = oc_op_output_numel(op, 0);
    add_product(op, sum, row);
    oc_cost_add(sum, OC_FLOPS, "requantise", oc_times(op, 5, outputs));
    if (oc_op_has_input(op, 5))
        oc_cost_add(sum, OC_FLOPS, "bias", outputs);
    if (oc_op_has_input(op, 6))
        oc_cost_add(sum, OC_FLOPS, "scale and add C", oc_times(op, 2, outputs));
}

#define ROW(name, words, cost_function, weights, scales, ...)                  \
    OC_MICROSOFT(name, "one MAC per output and inner index; " words, infer,    \
                 cost_function, .weight_inputs = weights,                      \
                 .scale_inputs = scales,                                       \
                 .data = &(const integer_matmul){__VA_ARGS__})

OC_OP_DEFINE(microsoft_matmul_integer) = {
    ROW("MatMulInteger16", "nothing else", cost, OC_IN(0) | OC_IN(1), 0, .b = 1,
        .a_zero = ABSENT, .b_zero = ABSENT, .type = OC_ELEM_INT32),
    ROW("MatMulIntegerToFloat",
        "one FLOP per element of A, and of a B that is no constant, for "
        "zero points; per output 2 to scale and 1 for a bias",
        cost, OC_IN(0) | OC_IN(1) | OC_IN(6),
        OC_IN(2) | OC_IN(3) | OC_IN(4) | OC_IN(5), .b = 1, .a_zero = 4,
        .b_zero = 5, .bias = 6, .scales = true, .result = 2),
    ROW("DynamicQuantizeMatMul",
        "7 FLOPs per element of A and 7 more to quantise it; per output 2 "
        "to scale and 1 for a bias",
        cost, OC_IN(1) | OC_IN(4), OC_IN(2) | OC_IN(3), .b = 1,
        .a_zero = ABSENT, .b_zero = 3, .bias = 4, .quantizes_a = true,
        .scales = true),
    ROW("QOrderedMatMul",
        "per output 5 FLOPs to scale, round and clamp, 1 for a bias and 2 "
        "for C",
        cost_ordered, OC_IN(0) | OC_IN(2) | OC_IN(5) | OC_IN(6),
        OC_IN(1) | OC_IN(3) | OC_IN(4) | OC_IN(7), .b = 2),
    {0},
};
