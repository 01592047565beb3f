/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/dml.c - com.microsoft.dml: ONNX operators with
 * the activation that `fused_activation` names on every output element.
 *
 * Not in here: what the operators cost without it (conv.h, matmul.h, norm.h,
 * elementwise.h).
 */
#include "analyzers/ops/conv.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/elementwise.h"
#include "analyzers/ops/fused.h"
#include "analyzers/ops/matmul.h"
#include "analyzers/ops/norm.h"

static void cost_activation(oc_op *op, oc_cost *sum)
{
    oc_fused_activation_named(op, sum,
                              oc_op_attr_string(op, "fused_activation", ""),
                              oc_op_output_numel(op, 0));
}

/* ---- convolutions ---- */

static const oc_conv plain = {.data = 0, .filter = 1};

static void infer_conv(oc_op *op)
{
    oc_conv_infer(op, plain, oc_op_dtype(op, 0));
}

static void cost_conv(oc_op *op, oc_cost *sum)
{
    oc_conv_macs(op, sum, plain);
    oc_conv_bias(op, sum, 2);
    cost_activation(op, sum);
}

static void infer_transpose(oc_op *op)
{
    oc_conv_transpose_infer(op, plain, oc_op_dtype(op, 0));
}

static void cost_transpose(oc_op *op, oc_cost *sum)
{
    oc_conv_transpose_macs(op, sum, plain);
    oc_conv_bias(op, sum, 2);
    cost_activation(op, sum);
}

/* ---- products and sums ---- */

static void infer_matmul(oc_op *op)
{
    oc_op_set_output(
        op, 0, oc_op_dtype(op, 0),
        oc_matmul_shape(op, oc_op_input(op, 0), oc_op_input(op, 1)));
}

static void cost_matmul(oc_op *op, oc_cost *sum)
{
    oc_matmul_macs(op, sum, 0, 1);
    cost_activation(op, sum);
}

static void cost_gemm(oc_op *op, oc_cost *sum)
{
    oc_gemm_cost(op, sum);
    cost_activation(op, sum);
}

static void infer_sum(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    for (size_t i = 1; i < oc_op_input_count(op); i++)
        y = oc_shapes_broadcast(op, y, oc_op_input(op, i));
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_sum(oc_op *op, oc_cost *sum)
{
    oc_variadic_cost(op, sum);
    cost_activation(op, sum);
}

/* ---- norms ---- */

static void cost_batch(oc_op *op, oc_cost *sum)
{
    oc_norm_batch_cost(op, sum);
    cost_activation(op, sum);
}

static void cost_instance(oc_op *op, oc_cost *sum)
{
    oc_norm_instance_cost(op, sum);
    cost_activation(op, sum);
}

/* Groups are planes, or with across_channels whole examples. Without
 * normalize_variance the mean is all that is taken away. */
static void cost_mean_variance(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    const bool across = oc_op_attr_int(op, "across_channels", 0) != 0;
    const oc_expr elements = oc_shape_numel(op, x);
    const oc_expr groups = oc_shape_product(op, x, 0, across ? 1 : 2);
    if (oc_op_attr_int(op, "normalize_variance", 1) != 0)
        oc_norm_cost(op, sum, 5, elements, 3, groups);
    else
        oc_cost_add(sum, OC_FLOPS, "subtract the mean",
                    oc_times(op, 2, elements));
    cost_activation(op, sum);
}

#define DML(name, words, infer_function, ...)                                  \
    OC_CONTRIB("com.microsoft.dml", name, 1,                                   \
               words "; then the activation per output", infer_function,       \
               __VA_ARGS__)
#define FILTER (OC_IN(1) | OC_IN(2))
#define ONE_ADDITION                                                           \
    .data = &(const oc_elementwise)                                            \
    {                                                                          \
        .flops = 1                                                             \
    }

OC_OP_DEFINE(microsoft_dml) = {
    DML("DmlFusedConv", "as Conv", infer_conv, cost_conv,
        .weight_inputs = FILTER),
    DML("DmlFusedConvTranspose", "as ConvTranspose", infer_transpose,
        cost_transpose, .weight_inputs = FILTER),
    DML("DmlFusedMatMul", "as MatMul", infer_matmul, cost_matmul,
        .weight_inputs = OC_IN(0) | OC_IN(1)),
    DML("DmlFusedGemm", "as Gemm", oc_gemm_infer, cost_gemm,
        .weight_inputs = OC_IN(0) | OC_IN(1) | OC_IN(2)),
    DML("DmlFusedAdd", "one addition per output", infer_sum, cost_sum,
        ONE_ADDITION),
    DML("DmlFusedSum", "one addition per output and input but the first",
        infer_sum, cost_sum, ONE_ADDITION),
    DML("DmlFusedBatchNormalization", "as BatchNormalization",
        oc_norm_batch_infer, cost_batch, .weight_inputs = FILTER,
        .buffer_inputs = OC_IN(3) | OC_IN(4)),
    DML("DmlFusedInstanceNormalization", "as InstanceNormalization",
        oc_infer_same, cost_instance, .weight_inputs = FILTER),
    DML("DmlFusedMeanVarianceNormalization",
        "five flops per element, three and a root per plane, or per example "
        "across channels; two per element for the mean alone",
        oc_infer_same, cost_mean_variance),
    {0},
};
