/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/matmul_integer.c - MatMulInteger and QLinearMatMul.
 */
#include "analyzers/ops/matmul_integer.h"

void oc_matmul_zero_points(oc_op *op, oc_cost *sum, size_t a, size_t a_zero,
                           size_t b, size_t b_zero)
{
    if (oc_op_has_input(op, a_zero))
        oc_cost_add(sum, OC_FLOPS, "zero point of A", oc_op_input_numel(op, a));
    if (oc_op_has_input(op, b_zero) && !oc_op_is_constant(op, b))
        oc_cost_add(sum, OC_FLOPS, "zero point of B", oc_op_input_numel(op, b));
}

/* A is input 0. */
static void cost_product(oc_op *op, oc_cost *sum, size_t a_zero, size_t b,
                         size_t b_zero)
{
    oc_cost_types(sum, oc_op_dtype(op, 0), oc_op_dtype(op, b));
    oc_matmul_macs(op, sum, 0, b);
    oc_matmul_zero_points(op, sum, 0, a_zero, b, b_zero);
}

static void infer_integer(oc_op *op)
{
    oc_op_set_output(
        op, 0, OC_ELEM_INT32,
        oc_matmul_shape(op, oc_op_input(op, 0), oc_op_input(op, 1)));
}

static void cost_integer(oc_op *op, oc_cost *sum)
{
    cost_product(op, sum, 2, 1, 3);
}

/* QLinearMatMul: a, its scale and zero point, b, its, those of y. */
static void infer_linear(oc_op *op)
{
    oc_op_set_output(
        op, 0, oc_op_dtype(op, 7),
        oc_matmul_shape(op, oc_op_input(op, 0), oc_op_input(op, 3)));
}

static void cost_linear(oc_op *op, oc_cost *sum)
{
    cost_product(op, sum, 2, 3, 5);
    oc_cost_add(sum, OC_FLOPS, "requantise",
                oc_times(op, 5, oc_op_output_numel(op, 0)));
}

OC_OP_DEFINE(matmul_integer) = {
    {.domain = "",
     .op_type = "MatMulInteger",
     .since_version = 10,
     .rule = "one MAC per output element and inner index; one subtraction "
             "per element for zero points, but not of a constant B",
     .source = "ONNX operators, MatMulInteger-10",
     .infer = infer_integer,
     .cost = cost_integer,
     .weight_inputs = OC_IN(0) | OC_IN(1),
     .scale_inputs = OC_IN(2) | OC_IN(3)},
    {.domain = "",
     .op_type = "QLinearMatMul",
     .since_version = 10,
     .rule = "as MatMulInteger; five flops per output to requantise",
     .source = "ONNX operators, QLinearMatMul-21",
     .infer = infer_linear,
     .cost = cost_linear,
     .weight_inputs = OC_IN(0) | OC_IN(3),
     .scale_inputs = OC_IN(1) | OC_IN(2) | OC_IN(4) | OC_IN(5) | OC_IN(6) |
                     OC_IN(7)},
    {0},
};
