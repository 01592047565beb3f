/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/activation.c - activations: Relu and its kin, the smooth
 * ones, and the experimental element-wise operators of opset 1.
 * Not in here: Sigmoid and Tanh (elementwise_math.c), Clip (clip.c),
 * activations over an axis.
 */
#include <string.h>

#include "analyzers/ops/common.h"
#include "analyzers/ops/elementwise.h"

static oc_expr rectify(oc_op *op, oc_expr a, oc_expr b)
{
    (void)b;
    return oc_max(op, a, oc_expr_of(0));
}

static oc_range rectified(oc_op *op, oc_range a, oc_range b)
{
    const oc_range zero = {oc_expr_of(0), oc_expr_of(0)};
    (void)b;
    return oc_range_greatest(op, a, zero);
}

/* SwiGLU: two operands of one shape, never broadcast. */
static void infer_gated(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    const oc_shape gate = oc_op_input(op, 1);
    if (y.rank != gate.rank)
        oc_op_fail(op, "A and B differ in rank");
    for (size_t axis = 0; axis < y.rank && axis < gate.rank; axis++)
        y.dim[axis] = oc_unify(op, y.dim[axis], gate.dim[axis]);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Before opset 7 a slope of one dim is of the channels. */
static void infer_prelu(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    if (oc_op_version(op) >= 7)
        y = oc_op_spread_over(op, y, 1);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* x * sigmoid(alpha * x): the inner product is there when alpha is not 1. */
static void swish_cost(oc_op *op, oc_cost *sum)
{
    oc_elementwise_cost(op, sum);
    if (oc_op_attr_float(op, "alpha", 1) != 1)
        oc_cost_add(sum, OC_FLOPS, "alpha", oc_op_output_numel(op, 0));
}

static void gelu_cost(oc_op *op, oc_cost *sum)
{
    const char *form = oc_op_attr_string(op, "approximate", "none");
    oc_elementwise_cost(op, sum);
    if (strcmp(form, "tanh") == 0)
        oc_cost_add(sum, OC_FLOPS, "cubic term",
                    oc_times(op, 4, oc_op_output_numel(op, 0)));
}

#define ROW(name, version, op_source, words, flop_count, transc_count)         \
    OC_UNARY(name, version, words, op_source, .flops = flop_count,             \
             .transcendentals = transc_count)

OC_OP_DEFINE(activation) = {
    OC_UNARY("Relu", 1, "one FLOP per element", "Relu-14", .flops = 1,
             .value = rectify, .bounds = rectified),
    ROW("LeakyRelu", 1, "LeakyRelu-16", "two FLOPs per element", 2, 0),
    ROW("ThresholdedRelu", 1, "ThresholdedRelu-22", "two FLOPs per element", 2,
        0),
    ROW("Shrink", 9, "Shrink-9", "three FLOPs per element", 3, 0),
    ROW("Softsign", 1, "Softsign-22", "three FLOPs per element", 3, 0),
    ROW("HardSigmoid", 1, "HardSigmoid-22", "four FLOPs per element", 4, 0),
    ROW("HardSwish", 14, "HardSwish-22", "five FLOPs per element", 5, 0),
    ROW("Elu", 1, "Elu-22", "three FLOPs and one transcendental per element", 3,
        1),
    ROW("Selu", 1, "Selu-22", "four FLOPs and one transcendental per element",
        4, 1),
    ROW("Celu", 12, "Celu-28", "six FLOPs and one transcendental per element",
        6, 1),
    ROW("Softplus", 1, "Softplus-22",
        "one FLOP and two transcendentals per element", 1, 2),
    ROW("Mish", 18, "Mish-22",
        "two FLOPs and three transcendentals per element", 2, 3),
    ROW("Affine", 1, "Affine-1", "two FLOPs per element", 2, 0),
    ROW("ImageScaler", 1, "ImageScaler-1", "two FLOPs per element", 2, 0),
    ROW("Scale", 1, "Scale-1", "one FLOP per element", 1, 0),
    ROW("ParametricSoftplus", 1, "ParametricSoftplus-1",
        "three FLOPs and two transcendentals per element", 3, 2),
    ROW("ScaledTanh", 1, "ScaledTanh-1",
        "two FLOPs and one transcendental per element", 2, 1),
    {.domain = "",
     .op_type = "PRelu",
     .since_version = 1,
     .rule = "two FLOPs per element",
     .source = "ONNX operators, PRelu-16",
     .infer = infer_prelu,
     .cost = oc_elementwise_cost,
     .weight_inputs = OC_IN(1),
     .data = &(const oc_elementwise){.flops = 2}},
    {.domain = "",
     .op_type = "Swish",
     .since_version = 24,
     .rule = "one FLOP and one transcendental per element, one FLOP more "
             "when alpha is not 1",
     .source = "ONNX operators, Swish-24",
     .infer = oc_unary_infer,
     .cost = swish_cost,
     .data = &(const oc_elementwise){.flops = 1, .transcendentals = 1}},
    {.domain = "",
     .op_type = "SwiGLU",
     .since_version = 28,
     .rule = "two FLOPs and one transcendental per element, one FLOP more "
             "when alpha is not 1",
     .source = "ONNX operators, SwiGLU-28",
     .infer = infer_gated,
     .cost = swish_cost,
     .data = &(const oc_elementwise){.flops = 2, .transcendentals = 1}},
    {.domain = "",
     .op_type = "Gelu",
     .since_version = 20,
     .rule = "four FLOPs and one transcendental per element, four FLOPs "
             "more in the tanh form",
     .source = "ONNX operators, Gelu-20",
     .infer = oc_unary_infer,
     .cost = gelu_cost,
     .data = &(const oc_elementwise){.flops = 4, .transcendentals = 1}},
    {0},
};
