/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/attention.c - Attention.
 *
 * Y = softmax(softcap(Q * K') + mask) * V per head; Q and K are each scaled
 * by the square root of `scale`. Q, K, V are [B, heads, T, width] or, with
 * head counts as attributes, [B, T, heads * width]. A past is put before K
 * and V on the axis of positions.
 */
#include "analyzers/ops/attention_core.h"

enum { Q, K, V, MASK, PAST_KEY, PAST_VALUE };

/* One of Q, K, V, whichever way it is laid out. */
typedef struct operand {
    oc_expr batch;
    oc_expr heads;
    oc_expr positions;
    oc_expr width;
} operand;

static operand operand_of(oc_op *op, size_t input, const char *heads)
{
    const oc_shape x = oc_op_input(op, input);
    operand result = {0};
    if (x.rank == 4) {
        result = (operand){x.dim[0], x.dim[1], x.dim[2], x.dim[3]};
    } else if (x.rank == 3) {
        const oc_expr count = oc_attention_heads(op, heads);
        result = (operand){x.dim[0], count, x.dim[1],
                           oc_attention_per_head(op, x.dim[2], count)};
    } else if (oc_op_has_rank(op, input)) {
        oc_op_fail(op, "Q, K and V must have 3 or 4 dims");
    }
    return result;
}

/* Positions that a cache [B, heads, P, width] adds before those of x. */
static oc_expr past_positions(oc_op *op, size_t input, const operand *x)
{
    if (!oc_op_has_input(op, input))
        return oc_expr_of(0);
    const oc_type *past = oc_op_type(op, input);
    if (past->rank < 0)
        return OC_UNKNOWN;
    if (past->rank != 4) {
        oc_op_fail(op, "a past key or value must have 4 dims");
        return OC_UNKNOWN;
    }
    oc_unify(op, past->dim[0], x->batch);
    oc_unify(op, past->dim[1], x->heads);
    oc_unify(op, past->dim[3], x->width);
    return past->dim[2];
}

static oc_attention attention_of(oc_op *op)
{
    const operand q = operand_of(op, Q, "q_num_heads");
    const operand k = operand_of(op, K, "kv_num_heads");
    const operand v = operand_of(op, V, "kv_num_heads");
    oc_attention a = {
        .heads = q.heads, .queries = q.positions, .v_width = v.width};
    a.batch = oc_unify(op, oc_unify(op, q.batch, k.batch), v.batch);
    a.kv_heads = oc_unify(op, k.heads, v.heads);
    a.qk_width = oc_unify(op, q.width, k.width);
    a.keys =
        oc_unify(op, oc_add(op, past_positions(op, PAST_KEY, &k), k.positions),
                 oc_add(op, past_positions(op, PAST_VALUE, &v), v.positions));
    oc_attention_groups(op, a.heads, a.kv_heads);
    oc_attention_dense(op, &a);
    return a;
}

/* The mask is broadcast to the scores; since opset 24 its last dim may be
 * shorter than the keys. */
static void check_mask(oc_op *op, oc_shape scores)
{
    if (!oc_op_has_input(op, MASK) || !oc_op_has_rank(op, MASK))
        return;
    oc_shape mask = oc_op_input(op, MASK);
    if (mask.rank > 4)
        oc_op_fail(op, "attn_mask must have at most 4 dims");
    else if (mask.rank > 0 && oc_op_version(op) >= 24)
        mask.dim[mask.rank - 1] = oc_expr_of(1);
    if (mask.rank <= 4)
        oc_shapes_broadcast(op, scores, mask);
}

static oc_shape result_shape(oc_op *op, const oc_attention *a)
{
    if (oc_op_has_rank(op, Q) && oc_op_input(op, Q).rank == 4)
        return oc_attention_shape(op, a->batch, a->heads, a->queries,
                                  a->v_width);
    oc_shape y = oc_shape_new(op, 3);
    y.dim[0] = a->batch;
    y.dim[1] = a->queries;
    y.dim[2] = oc_mul(op, a->heads, a->v_width);
    return y;
}

static void infer(oc_op *op)
{
    const oc_attention a = attention_of(op);
    oc_op_set_output(op, 0, oc_op_dtype(op, Q), result_shape(op, &a));
    oc_op_set_output(
        op, 1, oc_op_dtype(op, K),
        oc_attention_shape(op, a.batch, a.kv_heads, a.keys, a.qk_width));
    oc_op_set_output(
        op, 2, oc_op_dtype(op, V),
        oc_attention_shape(op, a.batch, a.kv_heads, a.keys, a.v_width));
    const oc_shape scores =
        oc_attention_shape(op, a.batch, a.heads, a.queries, a.keys);
    oc_op_set_output(op, 3, oc_op_dtype(op, Q), scores);
    check_mask(op, oc_attention_shape(op, a.batch, a.heads, a.queries, a.keys));
}

static void cost(oc_op *op, oc_cost *sum)
{
    const oc_attention a = attention_of(op);
    oc_attention_core(op, sum, &a);
    const oc_expr q = oc_mul(op, a.rows, a.qk_width);
    const oc_expr k = oc_mul(op, oc_mul(op, a.batch, a.kv_heads),
                             oc_mul(op, a.keys, a.qk_width));
    oc_cost_add(sum, OC_FLOPS, "scale Q and K", oc_add(op, q, k));
    oc_attention_masks(op, sum, &a, OC_IN(MASK));
}

OC_OP_DEFINE(attention) = {
    {.domain = "",
     .op_type = "Attention",
     .since_version = 23,
     .rule = "one MAC per score and element of a key and of a value; 1 FLOP "
             "per element of Q and K to scale them; per score 1 for a mask, "
             "4 and an exp for the softmax less 2 per row, 2 and a tanh for "
             "a soft cap",
     .source = "ONNX operators, Attention-25",
     .infer = infer,
     .cost = cost,
     .buffer_inputs = OC_IN(3)},
    /* its bodies: modify.c */
    {.domain = "ai.onnx.preview",
     .op_type = "FlexAttention",
     .since_version = 1,
     .rule = "as Attention; its bodies' rows are worth all scores, and move "
             "no bytes of their own",
     .source = "ONNX operators, ai.onnx.preview FlexAttention-1",
     .infer = infer,
     .cost = cost},
    {0},
};
