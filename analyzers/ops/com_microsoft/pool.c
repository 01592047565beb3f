/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/pool.c - pooling in other layouts, and of
 * quantised tensors.
 */
#include "analyzers/ops/pool.h"
#include "analyzers/ops/descriptor.h"

typedef struct pool {
    bool channels_last; /* always; else as the attribute says */
    bool global;
    bool maximum;   /* else the mean, */
    bool power;     /* or the root of the sum of powers */
    bool quantized; /* dequantized before, requantized after */
} pool;

static void infer(oc_op *op)
{
    const pool *row = oc_op_data(op);
    const bool last =
        row->channels_last || oc_op_attr_int(op, "channels_last", 0) != 0;
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0))
        return;
    const oc_shape y =
        row->global ? oc_pool_global_shape(op, last) : oc_pool_shape(op, last);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_op_set_output(op, 1, OC_ELEM_INT64, y);
}

static void cost(oc_op *op, oc_cost *sum)
{
    const pool *row = oc_op_data(op);
    const oc_expr inputs = oc_op_input_numel(op, 0);
    const oc_expr outputs = oc_op_output_numel(op, 0);
    const oc_expr taps = row->global ? inputs : oc_pool_taps(op);
    if (row->power)
        oc_pool_lp_cost(op, sum, taps);
    else if (!row->maximum)
        oc_cost_add(sum, OC_FLOPS, "sum and divide", taps);
    else if (!oc_expr_is(taps, 0))
        oc_cost_add(sum, OC_FLOPS, "comparisons", oc_sub(op, taps, outputs));
    if (!row->quantized)
        return;
    oc_cost_add(sum, OC_FLOPS, "dequantise", oc_times(op, 2, inputs));
    oc_cost_add(sum, OC_FLOPS, "requantise", oc_times(op, 5, outputs));
}

/* MaxUnpool in channels-last layout. */
static void infer_unpool(oc_op *op)
{
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (oc_op_has_rank(op, 0))
        oc_op_set_output(op, 0, oc_op_dtype(op, 0),
                         oc_pool_unpooled_shape(op, true));
}

#define ROW(in_domain, name, version, words, scales, ...)                      \
    OC_CONTRIB(in_domain, name, version, words, infer, cost,                   \
               .scale_inputs = scales, .data = &(const pool){__VA_ARGS__})
#define MAXIMUM "one comparison per output and window element but the first"
#define MEAN "one addition per output and window element, the last a division"
#define POWER                                                                  \
    "a power and an addition per output and window element, a root per output"
#define QUANTIZED MEAN "; 2 per input to dequantise, 5 per output to requantise"
#define SCALES (OC_IN(1) | OC_IN(2) | OC_IN(3) | OC_IN(4))

OC_OP_DEFINE(microsoft_pool) = {
    ROW("com.microsoft", "NhwcMaxPool", 1, MAXIMUM, 0, .channels_last = true,
        .maximum = true),
    ROW("com.microsoft", "MaxpoolWithMask", 1, MAXIMUM, 0, .maximum = true),
    ROW("com.microsoft", "QLinearAveragePool", 1, QUANTIZED, SCALES,
        .quantized = true),
    ROW("com.microsoft", "QLinearGlobalAveragePool", 1, QUANTIZED, SCALES,
        .quantized = true, .global = true),
    ROW("com.microsoft.nchwc", "MaxPool", 1, MAXIMUM, 0, .maximum = true),
    ROW("com.microsoft.nchwc", "AveragePool", 1, MEAN, 0, .global = false),
    ROW("com.microsoft.nchwc", "GlobalMaxPool", 1, MAXIMUM, 0, .global = true,
        .maximum = true),
    ROW("com.microsoft.nchwc", "GlobalAveragePool", 1, MEAN, 0, .global = true),
    ROW("com.ms.internal.nhwc", "MaxPool", 1, MAXIMUM, 0, .channels_last = true,
        .maximum = true),
    ROW("com.ms.internal.nhwc", "AveragePool", 7, MEAN, 0,
        .channels_last = true),
    ROW("com.ms.internal.nhwc", "GlobalMaxPool", 1, MAXIMUM, 0,
        .channels_last = true, .global = true, .maximum = true),
    ROW("com.ms.internal.nhwc", "GlobalAveragePool", 1, MEAN, 0,
        .channels_last = true, .global = true),
    ROW("com.ms.internal.nhwc", "QLinearAveragePool", 1, QUANTIZED, SCALES,
        .channels_last = true, .quantized = true),
    ROW("com.ms.internal.nhwc", "LpPool", 11, POWER, 0, .channels_last = true,
        .power = true),
    ROW("com.ms.internal.nhwc", "GlobalLpPool", 2, POWER, 0,
        .channels_last = true, .global = true, .power = true),
    OC_CONTRIB("com.ms.internal.nhwc", "MaxUnpool", 9,
               "moves bytes: reads X and the indices, writes the output",
               infer_unpool, NULL, .shape_inputs = OC_IN(2),
               .traits = OC_TRAIT_MOVES),
    {0},
};
