/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/causal_conv.c - CausalConvWithState: a depthwise convolution
 * that looks back only, and carries the last inputs over to the next call.
 *
 * ai.onnx has X [B, C, L]. com.microsoft adds up to two dims before L, a
 * dilation, [B, L, channels..] for channels_last, and one state for each of
 * the last `state_window` positions. Its packed form,
 * VarlenCausalConvWithState, has sequences one after another, [tokens, C], and
 * a state for each.
 */
#include <string.h>

#include "analyzers/ops/common.h"
#include "analyzers/ops/descriptor.h"

enum { X, WEIGHT };

/* A row's .data: the input of the bias. */
typedef struct layout {
    size_t bias;
} layout;

/* Positions that a state holds: (k - 1) * dilation. */
static oc_expr state_length(oc_op *op)
{
    const oc_shape w = oc_op_input(op, WEIGHT);
    const int64_t dilation = oc_op_attr_int(op, "dilation", 1);
    if (dilation < 1)
        oc_op_fail(op, "dilation must be positive");
    if (w.rank < 3)
        return OC_UNKNOWN;
    const oc_expr gaps = oc_plus(op, w.dim[w.rank - 1], -1);
    return oc_mul(op, oc_max(op, oc_expr_of(0), gaps), oc_int(op, dilation));
}

/* X with the causal axis cut to the state's length. */
static oc_shape state_shape(oc_op *op, oc_shape x)
{
    const bool last = oc_op_attr_int(op, "channels_last", 0) != 0;
    const int64_t window = oc_op_attr_int(op, "state_window", 0);
    const size_t lead = window != 0;
    if (window < 0)
        oc_op_fail(op, "state_window must not be negative");
    oc_shape state = oc_shape_new(op, lead + x.rank);
    if (lead)
        state.dim[0] = oc_int(op, window);
    for (size_t axis = 0; axis < x.rank; axis++)
        state.dim[lead + axis] = x.dim[axis];
    state.dim[lead + (last ? 1 : x.rank - 1)] = state_length(op);
    return state;
}

static void infer(oc_op *op)
{
    const oc_shape x = oc_op_input(op, X);
    oc_op_copy_type(op, 0, X);
    oc_op_set_dtype(op, 1, oc_op_dtype(op, X));
    if (!oc_op_has_rank(op, X))
        return;
    if (x.rank < 3)
        oc_op_fail(op, "the input must have a batch, channels and a length");
    else
        oc_op_set_output(op, 1, oc_op_dtype(op, X), state_shape(op, x));
}

/* Sequences are one fewer than their ends, input 2. */
static void infer_packed(oc_op *op)
{
    const oc_shape x = oc_op_input(op, X), ends = oc_op_input(op, 2);
    const int type = oc_op_dtype(op, X);
    oc_shape state = oc_shape_new(op, 3), update = oc_shape_new(op, 3);
    oc_op_copy_type(op, 0, X);
    if (oc_op_has_rank(op, X) && x.rank != 2)
        oc_op_fail(op, "the input must have tokens and channels");
    if (ends.rank == 1)
        state.dim[0] = update.dim[0] = oc_plus(op, ends.dim[0], -1);
    if (x.rank == 2)
        state.dim[1] = update.dim[2] = x.dim[1];
    state.dim[2] = state_length(op);
    update.dim[1] = oc_int(op, oc_op_attr_int(op, "state_update_capacity", 0));
    oc_op_set_output(op, 1, type, state);
    oc_op_set_output(op, 2, type, update);
}

static void cost(oc_op *op, oc_cost *sum)
{
    const layout *at = oc_op_data(op);
    const oc_shape w = oc_op_input(op, WEIGHT);
    const char *activation = oc_op_attr_string(op, "activation", "none");
    const oc_expr outputs = oc_op_output_numel(op, 0);
    oc_cost_add(sum, OC_MACS, "outputs * kernel",
                oc_mul(op, outputs, oc_shape_product(op, w, 2, w.rank)));
    if (oc_op_has_input(op, at->bias))
        oc_cost_add(sum, OC_FLOPS, "bias", outputs);
    if (strcmp(activation, "silu") && strcmp(activation, "swish"))
        return;
    oc_cost_add(sum, OC_FLOPS, "SiLU", outputs);
    oc_cost_add(sum, OC_TRANSCENDENTALS, "SiLU", outputs);
}

#define RULE                                                                   \
    "one MAC per output and kernel element, one FLOP per output for the "      \
    "bias, 1 and a sigmoid for SiLU"

OC_OP_DEFINE(causal_conv) = {
    {.domain = "",
     .op_type = "CausalConvWithState",
     .since_version = 27,
     .rule = RULE,
     .source = "ONNX operators, CausalConvWithState-27",
     .infer = infer,
     .cost = cost,
     .weight_inputs = OC_IN(1) | OC_IN(2),
     .data = &(const layout){.bias = 2}},
    OC_MICROSOFT("CausalConvWithState", RULE, infer, cost,
                 .weight_inputs = OC_IN(1) | OC_IN(2),
                 .data = &(const layout){.bias = 2}),
    OC_MICROSOFT("VarlenCausalConvWithState", RULE, infer_packed, cost,
                 .weight_inputs = OC_IN(1) | OC_IN(3),
                 .data = &(const layout){.bias = 3}),
    {0},
};
