/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/packed.c - attention over sequences of several
 * lengths, put one after another without padding: PackedAttention,
 * PackedMultiHeadAttention, PagedAttention, SparsePagedAttention.
 *
 * The scores are those of every sequence with itself, so they depend on the
 * contents of `cumulative_sequence_length`; when these are not known, their
 * number for one head is a symbol between its bounds.
 */
#include <string.h>

#include "analyzers/ops/attention_core.h"
#include "analyzers/ops/com_microsoft/selected.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/norm.h"
#include "analyzers/ops/rotary.h"

/* The last sequence ends with the last token. */
static void check_ends(oc_op *op, size_t ends, oc_expr tokens)
{
    const oc_block *known = oc_op_value(op, ends);
    if (known && known->count > 0)
        oc_unify(op, known->element[known->count - 1], tokens);
}

/* ---- the packed forms of Attention and MultiHeadAttention ---- */

typedef struct layout {
    bool projects; /* the input, by weights at 1 */
    size_t bias, token_offset, attention_bias;
} layout;

typedef struct packed {
    oc_attention attention;
    oc_expr tokens;
    oc_expr width; /* of q, k and v of all heads together */
} packed;

static void read_projected(oc_op *op, packed *p)
{
    const oc_shape x = oc_op_input(op, 0), w = oc_op_input(op, 1);
    if (!oc_op_has_rank(op, 0) || !oc_op_has_rank(op, 1))
        return;
    if (x.rank != 2 || w.rank != 2) {
        oc_op_fail(op, "input and weights must have 2 dims");
        return;
    }
    oc_unify(op, x.dim[1], w.dim[0]);
    p->tokens = x.dim[0];
    p->width = w.dim[1];
    oc_attention_split(op, &p->attention, w.dim[1]);
}

/* q, k and v apart, [tokens, heads * width], or [tokens, heads, 3, width]. */
static void read_operands(oc_op *op, packed *p)
{
    oc_attention *a = &p->attention;
    const oc_shape q = oc_op_input(op, 0);
    if (!oc_op_has_rank(op, 0))
        return;
    p->tokens = q.rank ? q.dim[0] : OC_UNKNOWN;
    if (q.rank == 4) {
        a->qk_width = a->v_width = q.dim[3];
    } else if (q.rank == 2) {
        const oc_type *v = oc_op_type(op, 2);
        a->qk_width = oc_attention_per_head(op, q.dim[1], a->heads);
        a->v_width = v->rank == 2
                         ? oc_attention_per_head(op, v->dim[1], a->heads)
                         : OC_UNKNOWN;
    } else {
        oc_op_fail(op, "the query must have 2 dims, or 4 when packed");
    }
    p->width = oc_mul(op, a->heads,
                      oc_add(op, oc_times(op, 2, a->qk_width), a->v_width));
}

static packed packed_of(oc_op *op)
{
    const layout *at = oc_op_data(op);
    packed p = {.attention = {.heads = oc_attention_heads(op, "num_heads")}};
    p.attention.kv_heads = p.attention.heads;
    if (at->projects)
        read_projected(op, &p);
    else
        read_operands(op, &p);
    return p;
}

static void infer_packed(oc_op *op)
{
    const layout *at = oc_op_data(op);
    const packed p = packed_of(op);
    oc_shape y = oc_shape_new(op, 2);
    check_ends(op, at->token_offset + 1, p.tokens);
    y.dim[0] = p.tokens;
    y.dim[1] = oc_mul(op, p.attention.heads, p.attention.v_width);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Sum of squared lengths: the sequences' ends are input token_offset + 1; no
 * sequence is longer than token_offset [B, T] is wide. */
static oc_expr squared_lengths(oc_op *op, size_t token_offset, oc_expr tokens)
{
    const oc_block *ends = oc_op_value(op, token_offset + 1);
    oc_expr sum = oc_expr_of(0);
    for (size_t i = 1; ends && i < ends->count; i++) {
        const oc_expr length =
            oc_sub(op, ends->element[i], ends->element[i - 1]);
        sum = oc_add(op, sum, oc_mul(op, length, length));
    }
    if (ends && oc_expr_is_known(sum))
        return sum;
    const oc_type *offset = oc_op_type(op, token_offset);
    return oc_fresh(op, tokens,
                    offset->rank == 2 ? oc_mul(op, tokens, offset->dim[1])
                                      : OC_UNKNOWN);
}

static void cost_packed(oc_op *op, oc_cost *sum)
{
    const layout *at = oc_op_data(op);
    packed p = packed_of(op);
    oc_attention *a = &p.attention;
    const oc_expr results = oc_mul(op, p.tokens, p.width);
    const oc_shape x = oc_op_input(op, 0);
    const int type = oc_op_dtype(op, 0);
    a->rows = oc_mul(op, p.tokens, a->heads);
    a->scores =
        oc_mul(op, a->heads, squared_lengths(op, at->token_offset, p.tokens));
    oc_cost_types(sum, type, type);
    if (at->projects && x.rank == 2)
        oc_cost_add(sum, OC_MACS, "projections", oc_mul(op, results, x.dim[1]));
    if (oc_op_has_input(op, at->bias))
        oc_cost_add(sum, OC_FLOPS, "bias", results);
    oc_attention_scale(sum, a);
    oc_attention_core(op, sum, a);
    oc_attention_masks(op, sum, a, OC_IN(at->attention_bias));
}

/* ---- PagedAttention and SparsePagedAttention ---- */

enum {
    QUERY,
    KEY,
    VALUE,
    KEY_CACHE,
    VALUE_CACHE,
    ENDS,
    PAST_LENGTHS,
    BLOCK_TABLE
};

/* Positions of inputs that differ. */
typedef struct paging {
    size_t cos, head_sink, q_norm;
    size_t selected; /* or 0: every position is attended to */
} paging;

static bool latent(oc_op *op)
{
    return !strcmp(oc_op_attr_string(op, "kv_cache_layout", "SEPARATE"),
                   "LATENT");
}

/* One latent row serves as key and, its first part, as value. */
static packed paged_of(oc_op *op)
{
    packed p = {
        .attention = {.heads = oc_attention_heads(op, "num_heads"),
                      .kv_heads = oc_attention_heads(op, "kv_num_heads")}};
    oc_attention *a = &p.attention;
    const oc_shape q = oc_op_input(op, QUERY);
    const int64_t narrow = oc_op_attr_int(op, "v_head_size", 0);
    oc_attention_groups(op, a->heads, a->kv_heads);
    if (!oc_op_has_rank(op, QUERY))
        return p;
    if (q.rank != 2) {
        oc_op_fail(op, "the query must have 2 dims");
        return p;
    }
    p.tokens = q.dim[0];
    const oc_expr vectors =
        oc_op_has_input(op, KEY)
            ? a->heads
            : oc_add(op, a->heads, oc_times(op, 2, a->kv_heads));
    a->qk_width = oc_attention_per_head(op, q.dim[1], vectors);
    a->v_width = latent(op) && narrow > 0 ? oc_int(op, narrow) : a->qk_width;
    return p;
}

static void infer_paged(oc_op *op)
{
    const packed p = paged_of(op);
    oc_shape y = oc_shape_new(op, 2);
    check_ends(op, ENDS, p.tokens);
    y.dim[0] = p.tokens;
    y.dim[1] = oc_mul(op, p.attention.heads, p.attention.v_width);
    oc_op_set_output(op, 0, oc_op_dtype(op, QUERY), y);
    oc_op_copy_type(op, 1, KEY_CACHE);
    oc_op_copy_type(op, 2, VALUE_CACHE);
}

/* Sum over sequences of new positions times all positions. */
static oc_expr paged_pairs(oc_op *op, oc_expr tokens)
{
    const oc_block *ends = oc_op_value(op, ENDS);
    const oc_block *past = oc_op_value(op, PAST_LENGTHS);
    oc_expr sum = oc_expr_of(0);
    const bool given = ends && past && ends->count == past->count + 1;
    for (size_t i = 1; given && i < ends->count; i++) {
        const oc_expr length =
            oc_sub(op, ends->element[i], ends->element[i - 1]);
        const oc_expr keys = oc_add(op, past->element[i - 1], length);
        sum = oc_add(op, sum, oc_mul(op, length, keys));
    }
    if (given && oc_expr_is_known(sum))
        return sum;
    const oc_type *table = oc_op_type(op, BLOCK_TABLE);
    const oc_type *cache = oc_op_type(op, KEY_CACHE);
    return oc_fresh(
        op, tokens,
        table->rank == 2 && cache->rank == 4
            ? oc_mul(op, tokens, oc_mul(op, table->dim[1], cache->dim[1]))
            : OC_UNKNOWN);
}

/* The caches are updated in place: of each only new rows are written, and no
 * more is read than every sequence has positions. */
static void cost_paged(oc_op *op, oc_cost *sum)
{
    const paging *at = oc_op_data(op);
    packed p = paged_of(op);
    oc_attention *a = &p.attention;
    const int type = oc_op_dtype(op, QUERY);
    const oc_expr vectors =
        oc_mul(op, p.tokens, oc_add(op, a->heads, a->kv_heads));
    a->rows = oc_mul(op, p.tokens, a->heads);
    a->scores = at->selected ? oc_selected_scores(op, sum, a, at->selected)
                             : oc_mul(op, a->heads, paged_pairs(op, p.tokens));
    oc_cost_types(sum, type, type);
    oc_attention_scale(sum, a);
    oc_attention_core(op, sum, a);
    if (oc_op_has_input(op, at->head_sink))
        oc_cost_add(sum, OC_FLOPS, "attention sink", a->rows);
    if (oc_op_has_input(op, at->q_norm))
        oc_norm_cost(op, sum, 4, oc_mul(op, vectors, a->qk_width), 1, vectors);
    if (oc_op_attr_int(op, "do_rotary", 0) != 0) {
        oc_rotary_flops(op, sum,
                        oc_mul(op, vectors, oc_rotary_width(op, at->cos)));
        oc_rotary_reads(op, sum, at->cos, p.tokens);
    }
    for (size_t i = 0; i < 2; i++) {
        if (!oc_op_has_output(op, 1 + i))
            continue;
        const oc_shape cache = oc_op_output(op, 1 + i);
        if (cache.rank == 4)
            oc_cost_write(
                sum, 1 + i,
                oc_mul(op, p.tokens, oc_shape_product(op, cache, 2, 4)));
    }
}

#define RULE "as dense attention, for the scores of every sequence with itself"

/* ---- entries selected for each token ---- */

/* How many, if the contents of `counts` are known. */
static oc_expr counted(oc_op *op, size_t counts)
{
    const oc_block *each = oc_op_value(op, counts);
    oc_expr sum = each ? oc_expr_of(0) : OC_UNKNOWN;
    for (size_t i = 0; each && i < each->count; i++)
        sum = oc_add(op, sum, each->element[i]);
    return sum;
}

oc_expr oc_selected_scores(oc_op *op, oc_cost *sum, const oc_attention *a,
                           size_t selected)
{
    const bool local = !strcmp(oc_op_attr_string(op, "attention_mode", ""),
                               "local_plus_selected");
    const oc_shape entries = oc_op_input(op, selected);
    const oc_expr known = counted(op, selected + 1);
    const int64_t window = oc_op_attr_int(op, "local_window_size", -1);
    const oc_expr most = entries.rank == 2 ? entries.dim[1] : OC_UNKNOWN;
    oc_expr scores = oc_expr_is_known(known) ? oc_mul(op, a->heads, known)
                                             : oc_mul(op, a->rows, most);
    if (local)
        scores = oc_add(
            op, scores,
            oc_mul(op, a->rows, window > 0 ? oc_int(op, window) : OC_UNKNOWN));
    if (!local && oc_expr_is_known(known))
        return scores;
    oc_cost_is(sum, OC_MACS, OC_UPPER_BOUND);
    oc_cost_is(sum, OC_FLOPS, OC_UPPER_BOUND);
    oc_cost_is(sum, OC_TRANSCENDENTALS, OC_UPPER_BOUND);
    return scores;
}

OC_OP_DEFINE(microsoft_packed) = {
    OC_MICROSOFT("PackedAttention", RULE, infer_packed, cost_packed,
                 .weight_inputs = OC_IN(1) | OC_IN(2),
                 .data = &(const layout){.projects = true,
                                         .bias = 2,
                                         .token_offset = 3,
                                         .attention_bias = 5}),
    OC_MICROSOFT("PackedMultiHeadAttention", RULE, infer_packed, cost_packed,
                 .data = &(const layout){.bias = 3,
                                         .token_offset = 4,
                                         .attention_bias = 6}),
    OC_MICROSOFT(
        "PagedAttention",
        "as dense attention, for the scores of every sequence's new "
        "positions with all of its positions",
        infer_paged, cost_paged, .buffer_inputs = OC_IN(8) | OC_IN(9),
        .scale_inputs = OC_IN(14) | OC_IN(15),
        .data = &(const paging){.cos = 8, .head_sink = 11, .q_norm = 12}),
    OC_MICROSOFT("SparsePagedAttention",
                 "as PagedAttention, over the entries that were selected for "
                 "each token; at most as many as there is room for, and the "
                 "local window",
                 infer_paged, cost_paged,
                 .buffer_inputs = OC_IN(14) | OC_IN(15),
                 .scale_inputs = OC_IN(19) | OC_IN(20),
                 .data = &(const paging){.cos = 14,
                                         .head_sink = 16,
                                         .q_norm = 17,
                                         .selected = 9}),
    {0},
};
