/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/multi_head.c - MultiHeadAttention and
 * DecoderMaskedMultiHeadAttention: attention over projected q, k and v, whose
 * biases may still be to add.
 *
 * q, k and v come apart, [B, T, heads * width]; packed as q
 * [B, T, heads, 3, width] or [B, T, q + k + v]; k and v packed
 * [B, S, heads, 2, width]; or k and v from a cache [B, heads, S, width].
 */
#include "analyzers/ops/attention_core.h"
#include "analyzers/ops/descriptor.h"

enum { QUERY, KEY, VALUE };

typedef struct layout {
    size_t bias, past, past_length; /* inputs; past + 1 is the value's */
    uint32_t masks;
} layout;

typedef struct multi_head {
    oc_attention attention;
    oc_expr fresh; /* key positions that are new, not from a cache */
    bool shared;   /* past and present are one buffer */
} multi_head;

static size_t rank_of(oc_op *op, size_t input)
{
    return oc_op_has_rank(op, input) ? (size_t)oc_op_type(op, input)->rank : 0;
}

/* [B, T, q + k + v]; a cached value tells v from q and k. */
static void split_packed(oc_op *op, const layout *at, oc_attention *a,
                         oc_expr width)
{
    const oc_type *past = oc_op_type(op, at->past + 1);
    const oc_expr all = oc_attention_per_head(op, width, a->heads);
    if (past->rank == 4) {
        a->v_width = past->dim[3];
        a->qk_width = oc_attention_per_head(op, oc_sub(op, all, a->v_width),
                                            oc_expr_of(2));
    } else {
        a->qk_width = a->v_width =
            oc_attention_per_head(op, all, oc_expr_of(3));
    }
}

static void read_query(oc_op *op, const layout *at, multi_head *m)
{
    oc_attention *a = &m->attention;
    const oc_shape q = oc_op_input(op, QUERY);
    if (!oc_op_has_rank(op, QUERY))
        return;
    if (q.rank != 3 && q.rank != 5) {
        oc_op_fail(op, "the query must have 3 dims, or 5 when packed");
        return;
    }
    a->batch = q.dim[0];
    a->queries = q.dim[1];
    if (!oc_op_has_input(op, KEY))
        m->fresh = a->queries;
    if (q.rank == 5)
        a->qk_width = a->v_width = q.dim[4];
    else if (oc_op_has_input(op, KEY))
        a->qk_width = oc_attention_per_head(op, q.dim[2], a->heads);
    else
        split_packed(op, at, a, q.dim[2]);
}

static void read_value(oc_op *op, oc_attention *a)
{
    const oc_shape v = oc_op_input(op, VALUE);
    if (v.rank == 4)
        a->v_width = v.dim[3];
    else if (v.rank == 3)
        a->v_width = oc_attention_per_head(op, v.dim[2], a->heads);
    else if (oc_op_has_rank(op, VALUE))
        oc_op_fail(op, "the value must have 3 or 4 dims");
}

/* Key positions and the value's width. */
static void read_key(oc_op *op, multi_head *m)
{
    oc_attention *a = &m->attention;
    const size_t rank = rank_of(op, KEY);
    if (rank == 0)
        return;
    const oc_shape k = oc_op_input(op, KEY);
    if (rank < 3 || rank > 5) {
        oc_op_fail(op, "the key must have 3 dims, 4 from a cache, or 5 when "
                       "packed");
        return;
    }
    a->batch = oc_unify(op, a->batch, k.dim[0]);
    a->keys = rank == 4 ? k.dim[2] : k.dim[1];
    m->fresh = rank == 4 ? oc_expr_of(0) : k.dim[1];
    if (rank == 5)
        a->v_width = k.dim[4];
    else
        read_value(op, a);
}

/* A cache is a buffer of its full length when it is shared, else it comes
 * before the new keys. */
static void read_past(oc_op *op, const layout *at, multi_head *m)
{
    oc_attention *a = &m->attention;
    const bool cached = rank_of(op, KEY) == 4;
    if (!cached)
        a->keys = m->fresh;
    if (cached || !oc_op_has_input(op, at->past))
        return;
    const oc_type *past = oc_op_type(op, at->past);
    m->shared = oc_op_has_input(op, at->past_length);
    const oc_expr length = past->rank == 4 ? past->dim[2] : OC_UNKNOWN;
    a->keys = m->shared ? length : oc_add(op, length, m->fresh);
}

static multi_head multi_head_of(oc_op *op)
{
    const layout *at = oc_op_data(op);
    multi_head m = {0};
    m.attention.heads = oc_attention_heads(op, "num_heads");
    m.attention.kv_heads = m.attention.heads;
    read_query(op, at, &m);
    read_key(op, &m);
    read_past(op, at, &m);
    oc_attention_dense(op, &m.attention);
    return m;
}

static void infer(oc_op *op)
{
    const multi_head m = multi_head_of(op);
    const oc_attention *a = &m.attention;
    const int type = oc_op_dtype(op, QUERY);
    oc_shape y = oc_shape_new(op, 3);
    y.dim[0] = a->batch;
    y.dim[1] = a->queries;
    y.dim[2] = oc_mul(op, a->heads, a->v_width);
    oc_op_set_output(op, 0, type, y);
    oc_op_set_output(
        op, 1, type,
        oc_attention_shape(op, a->batch, a->heads, a->keys, a->qk_width));
    oc_op_set_output(
        op, 2, type,
        oc_attention_shape(op, a->batch, a->heads, a->keys, a->v_width));
    oc_op_set_output(
        op, 3, type,
        oc_attention_shape(op, a->batch, a->heads, a->queries, a->keys));
}

/* Elements of new keys and of new values. */
static void new_elements(oc_op *op, const multi_head *m, oc_expr *keys,
                         oc_expr *values)
{
    const oc_attention *a = &m->attention;
    const oc_expr vectors =
        oc_mul(op, oc_mul(op, a->batch, a->heads), m->fresh);
    *keys = oc_mul(op, vectors, a->qk_width);
    *values = oc_mul(op, vectors, a->v_width);
}

static void cost(oc_op *op, oc_cost *sum)
{
    const layout *at = oc_op_data(op);
    const multi_head m = multi_head_of(op);
    const oc_attention *a = &m.attention;
    const int type = oc_op_dtype(op, QUERY);
    oc_expr keys, values;
    new_elements(op, &m, &keys, &values);
    oc_cost_types(sum, type, type);
    oc_attention_scale(sum, a);
    oc_attention_core(op, sum, a);
    oc_attention_masks(op, sum, a, at->masks);
    if (oc_op_has_input(op, at->bias))
        oc_cost_add(sum, OC_FLOPS, "bias",
                    oc_add(op, oc_mul(op, a->rows, a->qk_width),
                           oc_add(op, keys, values)));
    if (m.shared) {
        oc_cost_write(sum, 1, keys);
        oc_cost_write(sum, 2, values);
    }
}

#define RULE                                                                   \
    "one MAC per score and element of a key and of a value; per score 1 "      \
    "FLOP to scale it, 1 for each mask or bias, 4 and an exp for the "         \
    "softmax less 2 per row; 1 per element of q and of new keys and values "   \
    "for the bias"
#define ROW(name, ...)                                                         \
    OC_MICROSOFT(name, RULE, infer, cost, .data = &(const layout){__VA_ARGS__})

OC_OP_DEFINE(microsoft_multi_head) = {
    ROW("MultiHeadAttention", .bias = 3, .masks = OC_IN(4) | OC_IN(5),
        .past = 6, .past_length = 8),
    ROW("DecoderMaskedMultiHeadAttention", .bias = 10,
        .masks = OC_IN(3) | OC_IN(4), .past = 5, .past_length = 7),
    {0},
};
