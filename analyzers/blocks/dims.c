/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/dims.c - the dims of a spelt-out attention block, from the
 * two contractions and the projections: no layout is assumed where the
 * projections can tell.
 *
 *   heads    = elements of the scores / (rows of the Q projection * keys)
 *   kv_heads = elements of K / (batch * keys * width * repeats)
 */
#include "analyzers/blocks/blocks.h"

/* ---- quotients of products ---- */

oc_expr oc_ratio(oc_space *space, const oc_expr *over, size_t over_count,
                 const oc_expr *under, size_t under_count)
{
    oc_expr rest[4 * OC_MOST_AXES], top = oc_expr_of(1), low = oc_expr_of(1);
    size_t left = 0;
    for (size_t i = 0; i < under_count && i < 4 * OC_MOST_AXES; i++)
        rest[left++] = under[i];
    for (size_t i = 0; i < over_count; i++) {
        size_t k = 0;
        while (k < left && rest[k] != over[i])
            k++;
        if (k < left && oc_expr_is_known(over[i]))
            rest[k] = rest[--left];
        else
            top = oc_expr_mul(space, top, over[i]);
    }
    for (size_t k = 0; k < left; k++)
        low = oc_expr_mul(space, low, rest[k]);
    if (oc_expr_is(low, 1))
        return top;
    return oc_expr_quotient(space, top, low);
}

/* ---- which axis is which ---- */

typedef struct oc_layout {
    int rank;
    int query_axis;
    size_t lead_count;
    oc_expr lead[OC_MOST_AXES]; /* the other axes, in order */
    oc_expr queries, keys;
} oc_layout;

/* Queries: beside the keys in a matrix product, else the last of Q's own. */
static int query_axis(const oc_net *net, const oc_attention_block *block)
{
    const oc_contraction *c = &block->qk;
    const int8_t *q = block->key_is_right ? c->left_axis : c->right_axis;
    const int8_t *k = block->key_is_right ? c->right_axis : c->left_axis;
    if (oc_net_part(net, c->row) == OC_PART_MATMUL && c->rank >= 2) {
        const int axis = 2 * c->rank - 3 - block->key_axis;
        return axis >= 0 && axis < c->rank && q[axis] >= 0 && k[axis] < 0 ? axis
                                                                          : -1;
    }
    for (int axis = c->rank; axis-- > 0;)
        if (q[axis] >= 0 && k[axis] < 0)
            return axis;
    return -1;
}

static oc_layout layout_of(const oc_net *net, const oc_attention_block *block)
{
    oc_layout l = {.rank = block->qk.rank,
                   .query_axis = query_axis(net, block),
                   .queries = oc_expr_of(1)};
    for (int axis = 0; axis < l.rank; axis++) {
        const oc_expr dim = oc_net_dim(net, block->scores, axis);
        if (axis == block->key_axis)
            l.keys = dim;
        else if (axis == l.query_axis)
            l.queries = dim;
        else
            l.lead[l.lead_count++] = dim;
    }
    return l;
}

/* ---- projections ---- */

typedef struct oc_dims_list {
    size_t count;
    oc_expr dim[3 * OC_MOST_AXES];
} oc_dims_list;

static void put_axes(oc_net *net, oc_dims_list *list, uint32_t wire,
                     uint32_t axes)
{
    const int rank = oc_net_rank(net, wire);
    for (int axis = 0; axis < rank; axis++)
        if (axes >> axis & 1)
            list->dim[list->count++] = oc_net_dim(net, wire, axis);
}

static uint32_t features_of(const oc_frontier *f)
{
    return oc_feature_axes(&f->product, f->activation);
}

/* How many rows a projection makes: its output without the features. */
static void put_rows(oc_net *net, oc_dims_list *list, const oc_frontier *f)
{
    put_axes(net, list, f->output, ~features_of(f));
}

static bool is_trailing_product(oc_net *net, const oc_layout *l, oc_expr heads)
{
    oc_expr product = oc_expr_of(1);
    for (size_t i = l->lead_count; i-- > 0;) {
        product = oc_expr_mul(net->a->space, product, l->lead[i]);
        if (product == heads)
            return true;
    }
    return false;
}

static bool is_count(oc_net *net, oc_expr e)
{
    int64_t value;
    return oc_expr_to_i64(net->a->space, e, &value) && value >= 1;
}

static bool find_heads(oc_net *net, oc_attention_block *block,
                       const oc_layout *l)
{
    oc_dims_list over = {0}, under = {0};
    oc_expr heads = OC_UNKNOWN;
    for (size_t i = 0; i < l->lead_count; i++)
        over.dim[over.count++] = l->lead[i];
    over.dim[over.count++] = l->queries;
    if (block->q.count == 1) {
        put_rows(net, &under, &block->q.frontier[0]);
        heads = oc_ratio(net->a->space, over.dim, over.count, under.dim,
                         under.count);
    }
    if (l->rank >= 4 && l->lead_count > 0 &&
        !(is_count(net, heads) && is_trailing_product(net, l, heads)))
        heads = l->lead[l->lead_count - 1];
    block->heads = heads;
    return is_count(net, heads);
}

/* Heads may be folded into the rows of queries, with one K head. */
static void find_batch(oc_net *net, oc_attention_block *block,
                       const oc_layout *l)
{
    oc_space *space = net->a->space;
    const oc_expr lead = oc_ratio(space, l->lead, l->lead_count, NULL, 0);
    block->queries = l->queries;
    block->batch = oc_ratio(space, l->lead, l->lead_count, &block->heads, 1);
    oc_expr tokens = l->keys, rows = OC_UNKNOWN;
    if (oc_expr_is_known(block->past))
        tokens = oc_expr_sub(space, tokens, block->past);
    if (block->k.count == 1) {
        oc_dims_list dims = {0};
        put_rows(net, &dims, &block->k.frontier[0]);
        rows = oc_ratio(space, dims.dim, dims.count, &tokens, 1);
    }
    if (!oc_expr_is(block->heads, 1) && rows == lead &&
        oc_expr_is_known(rows)) {
        block->batch = lead;
        block->queries = oc_ratio(space, &l->queries, 1, &block->heads, 1);
    }
}

static bool find_kv_heads(oc_net *net, oc_attention_block *block)
{
    oc_dims_list over = {0};
    const oc_expr under[] = {block->batch, block->keys, block->qk_width,
                             block->k.growth};
    put_axes(net, &over, block->k.start, UINT32_MAX);
    block->kv_heads = oc_ratio(net->a->space, over.dim, over.count, under, 4);
    return is_count(net, block->kv_heads);
}

static void find_widths(oc_net *net, oc_attention_block *block)
{
    const oc_contraction *qk = &block->qk, *pv = &block->pv;
    block->qk_width = oc_axes_extent(net, oc_net_input(net, qk->row, qk->left),
                                     qk->left_summed);
    const int8_t *v = block->value_is_right ? pv->right_axis : pv->left_axis;
    const int8_t *p = block->value_is_right ? pv->left_axis : pv->right_axis;
    block->v_width = OC_UNKNOWN;
    const bool matrix = oc_net_part(net, pv->row) == OC_PART_MATMUL;
    for (int axis = pv->rank; axis-- > 0;)
        if (v[axis] >= 0 && p[axis] < 0) {
            block->v_width =
                oc_net_dim(net, oc_net_output(net, pv->row, 0), axis);
            if (!matrix || axis >= pv->rank - 2)
                return;
        }
}

oc_expr oc_attention_model_width(oc_net *net, const oc_path *query)
{
    if (query->count != 1)
        return OC_UNKNOWN;
    const oc_frontier *f = &query->frontier[0];
    const oc_contraction *c = &f->product;
    return oc_axes_extent(net, oc_net_input(net, c->row, f->activation),
                          f->activation == c->left ? c->left_summed
                                                   : c->right_summed);
}

/* False: a dim could not be told. */
bool oc_attention_dims(oc_net *net, oc_attention_block *block)
{
    const oc_layout l = layout_of(net, block);
    block->pairs = oc_net_numel(net, block->scores);
    block->keys = l.keys;
    block->past = block->k.join ? block->k.past : oc_expr_of(0);
    find_widths(net, block);
    block->model_width = oc_attention_model_width(net, &block->q);
    if (block->learned_query) {
        const oc_frontier *f = &block->k.frontier[0];
        oc_dims_list width = {0};
        put_axes(net, &width, f->output, features_of(f));
        block->heads = block->kv_heads = oc_ratio(
            net->a->space, width.dim, width.count, &block->qk_width, 1);
        block->queries = l.queries;
        block->batch =
            oc_ratio(net->a->space, l.lead, l.lead_count, &block->heads, 1);
        return is_count(net, block->heads);
    }
    if (!find_heads(net, block, &l))
        return false;
    find_batch(net, block, &l);
    return find_kv_heads(net, block);
}
