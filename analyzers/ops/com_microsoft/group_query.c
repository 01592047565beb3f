/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/group_query.c - GroupQueryAttention,
 * SparseAttention and DynamicSparseAttention: causal attention with a cache,
 * in which groups of query heads share a key and value head.
 *
 * q, k and v are [B, T, heads * width], or packed in q on the last dim. New
 * keys and values go to the cache [B, kv_heads, S, width], whose whole
 * length counts as keys.
 */
#include <string.h>

#include "analyzers/ops/attention_core.h"
#include "analyzers/ops/com_microsoft/selected.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/norm.h"
#include "analyzers/ops/rotary.h"

enum { QUERY, KEY, VALUE, PAST_KEY, PAST_VALUE, ROW_INDICES, SELECTED = 7 };

/* Positions of inputs that differ. */
typedef struct layout {
    size_t total_length;
    size_t cos;
    size_t attention_bias, head_sink, q_norm; /* or 0: no such input */
    bool buffer; /* the past is always a buffer, as long as the present */
} layout;

/* Widths and new positions, from q, k and v. */
static oc_attention operands_of(oc_op *op)
{
    oc_attention a = {.heads = oc_attention_heads(op, "num_heads"),
                      .kv_heads = oc_attention_heads(op, "kv_num_heads")};
    const oc_shape q = oc_op_input(op, QUERY);
    oc_attention_groups(op, a.heads, a.kv_heads);
    if (!oc_op_has_rank(op, QUERY))
        return a;
    if (q.rank != 3) {
        oc_op_fail(op, "the query must have 3 dims");
        return a;
    }
    a.batch = q.dim[0];
    a.queries = q.dim[1];
    const oc_expr vectors =
        oc_op_has_input(op, KEY)
            ? a.heads
            : oc_add(op, a.heads, oc_times(op, 2, a.kv_heads));
    a.qk_width = a.v_width = oc_attention_per_head(op, q.dim[2], vectors);
    return a;
}

/* The length of the cache after the call: the total that is asked for, or
 * that of the past when it is a buffer with room for it. */
static oc_expr present_length(oc_op *op, const layout *at, oc_expr queries)
{
    const bool cached = oc_op_has_input(op, PAST_KEY);
    const oc_type *past_type = oc_op_type(op, PAST_KEY);
    const oc_expr past = !cached                ? oc_expr_of(0)
                         : past_type->rank == 4 ? past_type->dim[2]
                                                : OC_UNKNOWN;
    const oc_block *total = oc_op_value(op, at->total_length);
    if (at->buffer || oc_op_attr_int(op, "sliding_window_cache", 0) != 0)
        return past;
    if (total && total->count == 1 && oc_expr_is_known(total->element[0]))
        return oc_max(op, total->element[0], past);
    if (!oc_expr_is_known(past) || !oc_expr_is_known(queries))
        return OC_UNKNOWN;
    return oc_fresh(op, past, oc_add(op, past, queries));
}

/* What the present looks like: the past, lengthened. Two elements of 4 bits
 * share a byte. */
static void infer_present(oc_op *op, size_t output, size_t past,
                          const oc_attention *a, oc_expr length)
{
    const bool cached = oc_op_has_input(op, past);
    const bool halved = oc_op_attr_int(op, "kv_cache_bit_width", 0) == 4;
    oc_shape shape =
        oc_attention_shape(op, a->batch, a->kv_heads, length, a->qk_width);
    if (cached && oc_op_has_rank(op, past)) {
        const oc_shape from = oc_op_input(op, past);
        if (from.rank == 4) {
            oc_unify(op, from.dim[0], a->batch);
            oc_unify(op, from.dim[1], a->kv_heads);
            shape.dim[3] =
                halved ? from.dim[3] : oc_unify(op, from.dim[3], a->qk_width);
        } else {
            oc_op_fail(op, "a past key or value must have 4 dims");
        }
    }
    oc_op_set_output(op, output, oc_op_dtype(op, cached ? past : QUERY), shape);
}

static void infer(oc_op *op)
{
    const layout *at = oc_op_data(op);
    const oc_attention a = operands_of(op);
    const oc_expr length = present_length(op, at, a.queries);
    const oc_block *total = oc_op_value(op, at->total_length);
    oc_shape y = oc_shape_new(op, 3);
    y.dim[0] = a.batch;
    y.dim[1] = a.queries;
    y.dim[2] = oc_mul(op, a.heads, a.qk_width);
    oc_op_set_output(op, 0, oc_op_dtype(op, QUERY), y);
    infer_present(op, 1, PAST_KEY, &a, length);
    infer_present(op, 2, PAST_VALUE, &a, length);
    oc_op_set_output(op, 3, oc_op_dtype(op, QUERY),
                     oc_attention_shape(op, a.batch, a.heads, a.queries,
                                        total && total->count == 1
                                            ? total->element[0]
                                            : length));
}

static oc_attention attention_of(oc_op *op)
{
    oc_attention a = operands_of(op);
    oc_shape present = {0};
    if (oc_op_has_output(op, 1))
        present = oc_op_output(op, 1);
    a.keys = present.rank == 4 ? present.dim[2]
                               : present_length(op, oc_op_data(op), a.queries);
    oc_attention_dense(op, &a);
    return a;
}

/* A past as long as the present is the same buffer: only what is new is
 * written. */
static void cost_cache(oc_op *op, oc_cost *sum, const oc_attention *a)
{
    const oc_type *past = oc_op_type(op, PAST_KEY);
    if (past->rank != 4)
        return;
    const oc_expr grows = oc_exceeds(op, a->keys, past->dim[2]);
    const oc_expr others = oc_sub(op, a->keys, a->queries);
    const oc_expr written = oc_add(op, a->queries, oc_mul(op, grows, others));
    for (size_t i = 0; i < 2; i++) {
        if (!oc_op_has_output(op, 1 + i))
            continue;
        const oc_shape present = oc_op_output(op, 1 + i);
        if (present.rank == 4)
            oc_cost_write(sum, 1 + i,
                          oc_mul(op, oc_shape_product(op, present, 0, 2),
                                 oc_mul(op, written, present.dim[3])));
    }
}

static void cost_rotary(oc_op *op, oc_cost *sum, const layout *at,
                        const oc_attention *a)
{
    const oc_expr tokens = oc_mul(op, a->batch, a->queries);
    if (oc_op_attr_int(op, "do_rotary", 0) == 0)
        return;
    const oc_expr vectors =
        oc_mul(op, tokens, oc_add(op, a->heads, a->kv_heads));
    oc_rotary_flops(op, sum, oc_mul(op, vectors, oc_rotary_width(op, at->cos)));
    oc_rotary_reads(op, sum, at->cos, tokens);
}

/* Root mean square norm of every query and new key. */
static void cost_norm(oc_op *op, oc_cost *sum, const oc_attention *a)
{
    const oc_expr vectors = oc_mul(op, oc_mul(op, a->batch, a->queries),
                                   oc_add(op, a->heads, a->kv_heads));
    oc_norm_cost(op, sum, 4, oc_mul(op, vectors, a->qk_width), 1, vectors);
}

static void cost_dequantize(oc_op *op, oc_cost *sum, const oc_attention *a)
{
    const oc_expr elements = oc_mul(op, oc_mul(op, a->batch, a->kv_heads),
                                    oc_mul(op, a->keys, a->qk_width));
    if (strcmp(oc_op_attr_string(op, "k_quant_type", "NONE"), "NONE"))
        oc_cost_add(sum, OC_FLOPS, "dequantize keys", elements);
    if (strcmp(oc_op_attr_string(op, "v_quant_type", "NONE"), "NONE"))
        oc_cost_add(sum, OC_FLOPS, "dequantize values", elements);
}

static void cost_any(oc_op *op, oc_cost *sum, const oc_attention *a)
{
    const layout *at = oc_op_data(op);
    const int type = oc_op_dtype(op, QUERY);
    oc_cost_types(sum, type, type);
    oc_attention_scale(sum, a);
    oc_attention_core(op, sum, a);
    cost_rotary(op, sum, at, a);
    cost_cache(op, sum, a);
}

static void cost_group_query(oc_op *op, oc_cost *sum)
{
    const layout *at = oc_op_data(op);
    const oc_attention a = attention_of(op);
    cost_any(op, sum, &a);
    oc_attention_masks(op, sum, &a, OC_IN(at->attention_bias));
    if (oc_op_has_input(op, at->head_sink) ||
        oc_op_attr_int(op, "smooth_softmax", 0) > 0)
        oc_cost_add(sum, OC_FLOPS, "attention sink", a.rows);
    if (oc_op_has_input(op, at->q_norm))
        cost_norm(op, sum, &a);
    cost_dequantize(op, sum, &a);
}

/* Blocks of a head's layout: its last row pointer. Heads take the layouts in
 * turn, so every layout serves heads / layouts of them. */
static oc_expr sparse_blocks(oc_op *op, oc_expr heads)
{
    const oc_block *rows = oc_op_value(op, ROW_INDICES);
    if (!rows || rows->rank != 2 || rows->count == 0)
        return OC_UNKNOWN;
    const size_t width = (size_t)rows->dim[1];
    oc_expr blocks = oc_expr_of(0);
    for (size_t last = width; last <= rows->count; last += width)
        blocks = oc_add(op, blocks, rows->element[last - 1]);
    return oc_mul(op, blocks,
                  oc_attention_per_head(op, heads, oc_int(op, rows->dim[0])));
}

/* Scores of the layouts' blocks; without their contents, all of them are an
 * upper bound. */
static void cost_sparse(oc_op *op, oc_cost *sum)
{
    oc_attention a = attention_of(op);
    const oc_expr size = oc_int(op, oc_op_attr_int(op, "sparse_block_size", 0));
    const oc_expr blocks = sparse_blocks(op, a.heads);
    if (oc_expr_is_known(blocks)) {
        a.scores =
            oc_mul(op, oc_mul(op, a.batch, blocks), oc_mul(op, size, size));
    } else {
        oc_cost_is(sum, OC_MACS, OC_UPPER_BOUND);
        oc_cost_is(sum, OC_FLOPS, OC_UPPER_BOUND);
        oc_cost_is(sum, OC_TRANSCENDENTALS, OC_UPPER_BOUND);
    }
    cost_any(op, sum, &a);
}

/* Scores of the entries that were selected for each query. */
static void cost_selected(oc_op *op, oc_cost *sum)
{
    const layout *at = oc_op_data(op);
    oc_attention a = attention_of(op);
    a.scores = oc_selected_scores(op, sum, &a, SELECTED);
    cost_any(op, sum, &a);
    if (oc_op_has_input(op, at->head_sink) ||
        oc_op_attr_int(op, "smooth_softmax", 0) > 0)
        oc_cost_add(sum, OC_FLOPS, "attention sink", a.rows);
    if (oc_op_has_input(op, at->q_norm))
        cost_norm(op, sum, &a);
}

OC_OP_DEFINE(microsoft_group_query) = {
    OC_MICROSOFT("GroupQueryAttention",
                 "one MAC per score and element of a key and of a value, over "
                 "the whole cache; per score 1 FLOP to scale it, 1 for a bias, "
                 "4 and an exp for the softmax less 2 per row; 6 per rotated "
                 "pair",
                 infer, cost_group_query, .shape_inputs = OC_IN(6),
                 .buffer_inputs = OC_IN(7) | OC_IN(8),
                 .scale_inputs = OC_IN(12) | OC_IN(13),
                 .data = &(const layout){.total_length = 6,
                                         .cos = 7,
                                         .attention_bias = 10,
                                         .head_sink = 11,
                                         .q_norm = 14}),
    OC_MICROSOFT(
        "SparseAttention",
        "as dense attention, over the blocks of the sparse layout", infer,
        cost_sparse, .buffer_inputs = OC_IN(9) | OC_IN(10),
        .data = &(const layout){.total_length = 7, .cos = 9, .buffer = true}),
    OC_MICROSOFT("DynamicSparseAttention",
                 "as GroupQueryAttention, over the entries that were selected "
                 "for each query; at most as many as there is room for, and "
                 "the local window",
                 infer, cost_selected, .buffer_inputs = OC_IN(11) | OC_IN(12),
                 .data = &(const layout){.total_length = 10,
                                         .cos = 11,
                                         .head_sink = 16,
                                         .q_norm = 14}),
    {0},
};
