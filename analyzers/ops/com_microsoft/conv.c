/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/conv.c - convolutions of ONNX Runtime: with a
 * residual and an activation fused in, in channels-last or blocked layout.
 *
 * The blocked layout of com.microsoft.nchwc keeps the dims [N, C, H, W].
 */
#include "analyzers/ops/conv.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/fused.h"

typedef struct fused_conv {
    oc_conv conv;
    size_t bias;
    size_t residual; /* or 0: no such input */
} fused_conv;

static void infer(oc_op *op)
{
    const fused_conv *row = oc_op_data(op);
    oc_conv_infer(op, row->conv, oc_op_dtype(op, 0));
}

static void cost(oc_op *op, oc_cost *sum)
{
    const fused_conv *row = oc_op_data(op);
    const oc_expr outputs = oc_op_output_numel(op, 0);
    oc_conv_macs(op, sum, row->conv);
    oc_conv_bias(op, sum, row->bias);
    if (row->residual && oc_op_has_input(op, row->residual))
        oc_cost_add(sum, OC_FLOPS, "residual", outputs);
    oc_fused_activation(op, sum, outputs);
}

static void infer_transpose(oc_op *op)
{
    const fused_conv *row = oc_op_data(op);
    oc_conv_transpose_infer(op, row->conv, oc_op_dtype(op, 0));
}

static void cost_transpose(oc_op *op, oc_cost *sum)
{
    const fused_conv *row = oc_op_data(op);
    oc_conv_transpose_macs(op, sum, row->conv);
    oc_conv_bias(op, sum, row->bias);
}

static oc_conv quantized(oc_op *op)
{
    const bool *always = oc_op_data(op);
    const bool last = oc_op_attr_int(op, "channels_last", 0) != 0;
    return (oc_conv){.filter = OC_CONV_QUANTIZED_W,
                     .channels_last = *always || last};
}

static void infer_quantized(oc_op *op)
{
    oc_conv_infer(op, quantized(op), oc_op_dtype(op, OC_CONV_QUANTIZED_Y));
}

static void cost_quantized(oc_op *op, oc_cost *sum)
{
    oc_conv_macs(op, sum, quantized(op));
    oc_conv_quantized_flops(op, sum);
}

static void infer_quantized_transpose(oc_op *op)
{
    oc_conv_transpose_infer(op, quantized(op),
                            oc_op_dtype(op, OC_CONV_QUANTIZED_Y));
}

static void cost_quantized_transpose(oc_op *op, oc_cost *sum)
{
    oc_conv_transpose_macs(op, sum, quantized(op));
    oc_conv_quantized_flops(op, sum);
}

#define QUANTIZED_RULE                                                         \
    " and weight of its filter; one FLOP per input for the zero point; per "   \
    "output 1 for the bias and 5 to scale, round and clamp"
#define FUSED                                                                  \
    "one MAC per output and weight of its filter; one FLOP per output for "    \
    "the bias and one for a residual; then the activation"
#define TRANSPOSED                                                             \
    "one MAC per input and weight of its filter; one FLOP per output for the " \
    "bias"
#define FLOAT_CONV(in_domain, name, version, ...)                              \
    OC_CONTRIB(in_domain, name, version, FUSED, infer, cost,                   \
               .weight_inputs = OC_IN(1) | OC_IN(2),                           \
               .data = &(const fused_conv){__VA_ARGS__})
#define QUANTIZED(in_domain, name, version, words, infer_function,             \
                  cost_function, channels_last)                                \
    OC_CONTRIB(in_domain, name, version, words QUANTIZED_RULE, infer_function, \
               cost_function, .weight_inputs = OC_IN(3) | OC_IN(8),            \
               .scale_inputs = OC_IN(1) | OC_IN(2) | OC_IN(4) | OC_IN(5) |     \
                               OC_IN(6) | OC_IN(7),                            \
               .data = &(const bool){channels_last})
#define QUANTIZED_CONV(in_domain, version, channels_last)                      \
    QUANTIZED(in_domain, "QLinearConv", version, "one MAC per output",         \
              infer_quantized, cost_quantized, channels_last)

OC_OP_DEFINE(microsoft_conv) = {
    FLOAT_CONV("com.microsoft", "FusedConv", 1, .conv = {.filter = 1},
               .bias = 2, .residual = 3),
    FLOAT_CONV("com.microsoft", "NhwcFusedConv", 1,
               .conv = {.filter = 1, .channels_last = true}, .bias = 2,
               .residual = 3),
    FLOAT_CONV("com.microsoft.nchwc", "Conv", 1, .conv = {.filter = 1},
               .bias = 2, .residual = 3),
    FLOAT_CONV("com.ms.internal.nhwc", "Conv", 1,
               .conv = {.filter = 1, .channels_last = true}, .bias = 2),
    FLOAT_CONV("com.microsoft", "NhwcConv", 1,
               .conv = {.filter = 1,
                        .channels_last = true,
                        .filter_channels_last = true},
               .bias = 2),
    OC_CONTRIB("com.ms.internal.nhwc", "ConvTranspose", 1, TRANSPOSED,
               infer_transpose, cost_transpose,
               .weight_inputs = OC_IN(1) | OC_IN(2),
               .data = &(const fused_conv){.conv = {.filter = 1,
                                                    .channels_last = true},
                                           .bias = 2}),
    OC_MICROSOFT("ConvTransposeWithDynamicPads", TRANSPOSED, infer_transpose,
                 cost_transpose, .weight_inputs = OC_IN(1) | OC_IN(3),
                 .shape_inputs = OC_IN(2),
                 .data = &(const fused_conv){.conv = {.filter = 1, .pads = 2},
                                             .bias = 3}),
    QUANTIZED_CONV("com.microsoft", 1, false),
    QUANTIZED_CONV("com.ms.internal.nhwc", 10, true),
    QUANTIZED("com.ms.internal.nhwc", "QLinearConvTranspose", 1,
              "one MAC per input", infer_quantized_transpose,
              cost_quantized_transpose, true),
    {0},
};
