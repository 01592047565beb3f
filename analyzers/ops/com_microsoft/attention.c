/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/attention.c - Attention, QAttention,
 * DecoderMaskedSelfAttention, QOrderedAttention: self-attention that also
 * projects its input.
 *
 * [q k v] = X * W + bias, then multi-head attention; no output projection.
 * Keys and values of earlier calls come and go as one tensor
 * [2, B, heads, positions, width].
 */
#include "analyzers/ops/attention_core.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/rotary.h"

#define ABSENT SIZE_MAX

/* Positions of inputs; W are one or three merged on their columns. */
typedef struct layout {
    size_t weight, weight_count, bias, past;
    uint32_t masks; /* masks and biases on the scores */
    size_t result;  /* input that has the element type of the output */
    bool quantized; /* integer projections, scaled back */
} layout;

typedef struct projected {
    oc_attention attention;
    oc_expr width; /* of q, k and v of all heads together */
    oc_expr past;  /* positions */
    bool shared;   /* past and present are one buffer of `past` positions */
} projected;

/* Columns of all weights together. */
static oc_expr columns(oc_op *op, const layout *at, oc_expr x_width)
{
    oc_expr sum = oc_expr_of(0);
    for (size_t i = 0; i < at->weight_count; i++) {
        const oc_shape w = oc_op_input(op, at->weight + i);
        if (w.rank != 2) {
            if (oc_op_has_rank(op, at->weight + i))
                oc_op_fail(op, "weights must be a matrix");
            return OC_UNKNOWN;
        }
        oc_unify(op, x_width, w.dim[0]);
        sum = oc_add(op, sum, w.dim[1]);
    }
    return sum;
}

static oc_expr past_positions(oc_op *op, size_t input)
{
    if (input == ABSENT || !oc_op_has_input(op, input))
        return oc_expr_of(0);
    const oc_type *past = oc_op_type(op, input);
    if (past->rank == 5)
        return past->dim[3];
    if (past->rank >= 0)
        oc_op_fail(op, "past must have 5 dims");
    return OC_UNKNOWN;
}

static projected projected_of(oc_op *op)
{
    const layout *at = oc_op_data(op);
    const oc_shape x = oc_attention_operand(op, 0);
    projected p = {.width = columns(op, at, x.dim[2]),
                   .past = past_positions(op, at->past)};
    oc_attention *a = &p.attention;
    a->batch = x.dim[0];
    a->queries = x.dim[1];
    a->heads = a->kv_heads = oc_attention_heads(op, "num_heads");
    oc_attention_split(op, a, p.width);
    p.shared = oc_op_attr_int(op, "past_present_share_buffer", 0) != 0;
    a->keys = p.shared ? p.past : oc_add(op, p.past, a->queries);
    oc_attention_dense(op, a);
    return p;
}

static void infer(oc_op *op)
{
    const layout *at = oc_op_data(op);
    const projected p = projected_of(op);
    const oc_attention *a = &p.attention;
    oc_shape y = oc_shape_new(op, 3), present = oc_shape_new(op, 5);
    y.dim[0] = a->batch;
    y.dim[1] = a->queries;
    y.dim[2] = oc_mul(op, a->heads, a->v_width);
    present.dim[0] = oc_expr_of(2);
    present.dim[1] = a->batch;
    present.dim[2] = a->heads;
    present.dim[3] = a->keys;
    present.dim[4] = a->qk_width;
    const int type = oc_op_dtype(op, at->result);
    oc_op_set_output(op, 0, type, y);
    oc_op_set_output(op, 1, type, present);
}

static void cost_projection(oc_op *op, oc_cost *sum, const layout *at,
                            oc_expr inputs, oc_expr results)
{
    oc_cost_types(sum, oc_op_dtype(op, 0), oc_op_dtype(op, at->weight));
    oc_cost_add(sum, OC_MACS, "projections", inputs);
    if (oc_op_has_input(op, at->bias))
        oc_cost_add(sum, OC_FLOPS, "bias", results);
    if (at->quantized)
        oc_cost_add(sum, OC_FLOPS, "scale projections",
                    oc_times(op, 2, results));
}

static void cost_rotary(oc_op *op, oc_cost *sum, const oc_attention *a)
{
    const int64_t given = oc_op_attr_int(op, "rotary_embedding_dim", 0);
    const oc_expr width = given > 0 ? oc_int(op, given) : a->qk_width;
    oc_rotary_flops(op, sum, oc_times(op, 2, oc_mul(op, a->rows, width)));
}

static void cost(oc_op *op, oc_cost *sum)
{
    const layout *at = oc_op_data(op);
    const projected p = projected_of(op);
    const oc_attention *a = &p.attention;
    const oc_expr results =
        oc_mul(op, oc_mul(op, a->batch, a->queries), p.width);
    cost_projection(op, sum, at,
                    oc_mul(op, results, oc_attention_operand(op, 0).dim[2]),
                    results);
    const int type = oc_op_dtype(op, at->result);
    oc_cost_types(sum, type, type);
    oc_attention_scale(sum, a);
    oc_attention_core(op, sum, a);
    oc_attention_masks(op, sum, a, at->masks);
    if (oc_op_attr_int(op, "do_rotary", 0) != 0)
        cost_rotary(op, sum, a);
    if (p.shared)
        oc_cost_write(sum, 1,
                      oc_mul(op, a->rows, oc_add(op, a->qk_width, a->v_width)));
}

#define RULE                                                                   \
    "one MAC per weight and token, then one per score and element of a key "   \
    "and of a value; per score 1 FLOP to scale it, 1 for each mask or "        \
    "bias, 4 and an exp for the softmax less 2 per row"
#define ROW(name, weights, scales, ...)                                        \
    OC_MICROSOFT(name, RULE, infer, cost, .weight_inputs = weights,            \
                 .scale_inputs = scales, .data = &(const layout){__VA_ARGS__})

OC_OP_DEFINE(microsoft_attention) = {
    ROW("Attention", OC_IN(1) | OC_IN(2), 0, .weight = 1, .weight_count = 1,
        .bias = 2, .masks = OC_IN(3) | OC_IN(5), .past = 4),
    ROW("DecoderMaskedSelfAttention", OC_IN(1) | OC_IN(2), 0, .weight = 1,
        .weight_count = 1, .bias = 2, .masks = OC_IN(3) | OC_IN(5), .past = 4),
    ROW("QAttention", OC_IN(1) | OC_IN(2),
        OC_IN(3) | OC_IN(4) | OC_IN(6) | OC_IN(7), .weight = 1,
        .weight_count = 1, .bias = 2, .masks = OC_IN(5), .past = 8, .result = 2,
        .quantized = true),
    ROW("QOrderedAttention",
        OC_IN(5) | OC_IN(6) | OC_IN(7) | OC_IN(11) | OC_IN(12) | OC_IN(13),
        OC_IN(1) | OC_IN(2) | OC_IN(3) | OC_IN(4) | OC_IN(8) | OC_IN(9) |
            OC_IN(10) | OC_IN(14) | OC_IN(15) | OC_IN(16),
        .weight = 5, .weight_count = 3, .bias = 11,
        .masks = OC_IN(17) | OC_IN(19), .past = ABSENT, .quantized = true),
    {0},
};
