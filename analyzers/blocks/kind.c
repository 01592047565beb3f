/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/kind.c - which attention a spelt-out block is.
 *
 * In here: the checks that tell attention from what is nearly attention, and
 * MHA, GQA, MQA, MLA, cross-attention from each other; MLA of fused blocks,
 * too.
 */
#include "analyzers/blocks/blocks.h"

/* ---- the three operands ---- */

static uint32_t bit(int axis)
{
    return axis < 0 ? 0 : UINT32_C(1) << axis;
}

static void walk_operands(oc_net *net, oc_attention_block *block)
{
    const oc_contraction *qk = &block->qk, *pv = &block->pv;
    const bool right = block->key_is_right, v_right = block->value_is_right;
    const uint32_t key =
        oc_net_input(net, qk->row, right ? qk->right : qk->left);
    const uint32_t query =
        oc_net_input(net, qk->row, right ? qk->left : qk->right);
    const uint32_t value =
        oc_net_input(net, pv->row, v_right ? pv->right : pv->left);
    const int8_t *k = right ? qk->right_axis : qk->left_axis;
    oc_path_walk(net, &block->k, &block->members, key, bit(k[block->key_axis]),
                 right ? qk->right_summed : qk->left_summed);
    oc_path_walk(net, &block->v, &block->members, value,
                 v_right ? pv->right_summed : pv->left_summed, 0);
    if (block->learned_query)
        block->q = (oc_path){.start = OC_NO_WIRE};
    else
        oc_path_walk(net, &block->q, &block->members, query, 0,
                     right ? qk->left_summed : qk->right_summed);
}

static uint32_t features_of(const oc_frontier *f)
{
    return oc_feature_axes(&f->product, f->activation);
}

static uint32_t source_of(const oc_net *net, const oc_frontier *f)
{
    return oc_net_input(net, f->product.row, f->activation);
}

/* Keys are tokens and their width features; reversed, channels attend. */
static bool is_reversed(const oc_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        const oc_frontier *f = &path->frontier[i];
        const uint32_t features = features_of(f);
        if ((f->width && !(f->width & features)) ||
            (f->positions && !(f->positions & ~features)))
            return true;
    }
    return false;
}

/* ---- widths of projections ---- */

static bool has_frontier(const oc_path *path, const oc_row *row)
{
    for (size_t i = 0; i < path->count; i++)
        if (path->frontier[i].product.row == row)
            return true;
    return false;
}

/* A projection is as wide as what is made from it. */
static bool fits(oc_net *net, const oc_attention_block *block,
                 const oc_frontier *f)
{
    oc_space *space = net->a->space;
    const oc_row *row = f->product.row;
    const oc_expr k = oc_expr_mul(space, block->kv_heads, block->qk_width);
    const oc_expr v = oc_expr_mul(space, block->kv_heads, block->v_width);
    oc_expr width = oc_expr_of(0);
    if (has_frontier(&block->q, row))
        width = oc_expr_add(space, width,
                            oc_expr_mul(space, block->heads, block->qk_width));
    if (has_frontier(&block->k, row))
        width = oc_expr_add(space, width, k);
    if (has_frontier(&block->v, row))
        width = oc_expr_add(space, width, v);
    return oc_axes_extent(net, f->output, features_of(f)) == width;
}

static bool all_fit(oc_net *net, const oc_attention_block *block)
{
    const oc_path *path[] = {&block->q, &block->k, &block->v};
    for (size_t i = 0; i < 3; i++)
        if (path[i]->count == 1 && !fits(net, block, &path[i]->frontier[0]))
            return false;
    return true;
}

/* ---- latent attention ---- */

static void look_behind(oc_net *net, oc_path *path, oc_members *members,
                        const oc_frontier *f)
{
    oc_path_walk(net, path, members, source_of(net, f), 0, 0);
}

/* What lies before a projection is one more and nothing else. */
static bool is_single(const oc_path *path)
{
    return path->count == 1 && !path->other && !path->overfull;
}

static void put_members(oc_analysis *a, oc_members *to, const oc_members *from)
{
    for (size_t i = 0; i < from->count; i++)
        oc_members_put(a, to, from->member[i].row, from->member[i].role);
}

static oc_expr summed_extent(oc_net *net, const oc_frontier *f)
{
    return oc_axes_extent(net, source_of(net, f),
                          f->activation == f->product.left
                              ? f->product.left_summed
                              : f->product.right_summed);
}

/* F(V) lies behind K as well, and is made from a latent that K's other part
 * shares or stands beside. */
static bool is_latent(oc_net *net, oc_attention_block *block)
{
    oc_members behind = {0};
    if (block->v.count != 1 || block->k.count != 2 ||
        !has_frontier(&block->k, block->v.frontier[0].product.row))
        return false;
    look_behind(net, &block->latent, &behind, &block->v.frontier[0]);
    if (!is_single(&block->latent))
        return false;
    put_members(net->a, &block->members, &behind);
    block->latent_width = summed_extent(net, &block->v.frontier[0]);
    return true;
}

static void find_query_latent(oc_net *net, oc_attention_block *block)
{
    oc_members behind = {0};
    if (block->q.count != 1)
        return;
    look_behind(net, &block->query_latent, &behind, &block->q.frontier[0]);
    if (is_single(&block->query_latent)) {
        put_members(net->a, &block->members, &behind);
        block->model_width =
            summed_extent(net, &block->query_latent.frontier[0]);
    } else
        block->query_latent = (oc_path){.start = OC_NO_WIRE};
}

/* The part of K that all heads share, and that is rotated. */
static void find_rope_width(oc_net *net, oc_attention_block *block)
{
    const oc_row *up = block->v.frontier[0].product.row;
    for (size_t i = 0; i < block->k.count; i++) {
        const oc_frontier *f = &block->k.frontier[i];
        if (f->product.row == up)
            continue;
        const oc_expr wide = oc_axes_extent(net, f->output, features_of(f));
        block->rope_width =
            has_frontier(&block->latent, f->product.row)
                ? oc_expr_sub(net->a->space, wide, block->latent_width)
                : wide;
    }
}

/* One matrix a head: batch axes of the product are the weight's as well. */
static bool is_per_head(oc_net *net, const oc_row *row)
{
    oc_contraction c;
    size_t activation;
    if (!oc_parametric(net, row, &c, &activation))
        return false;
    for (int axis = 0; axis < c.rank; axis++)
        if (c.left_axis[axis] >= 0 && c.right_axis[axis] >= 0)
            return true;
    return false;
}

static bool is_absorbed(oc_net *net, oc_attention_block *block)
{
    int64_t k, v;
    return oc_expr_is(block->kv_heads, 1) && !oc_expr_is(block->heads, 1) &&
           block->k.count >= 1 && block->v.count == 1 &&
           has_frontier(&block->k, block->v.frontier[0].product.row) &&
           oc_expr_to_i64(net->a->space, block->qk_width, &k) &&
           oc_expr_to_i64(net->a->space, block->v_width, &v) && v < k &&
           block->output && is_per_head(net, block->output);
}

/* Behind the one matrix a head lies the projection that makes queries, and
 * behind that there may be a latent. */
static void find_query_projection(oc_net *net, oc_attention_block *block,
                                  const oc_frontier *f)
{
    oc_path up, latent;
    oc_members behind = {0}, further = {0};
    look_behind(net, &up, &behind, f);
    if (!is_single(&up))
        return;
    put_members(net->a, &block->members, &behind);
    block->model_width = summed_extent(net, &up.frontier[0]);
    look_behind(net, &latent, &further, &up.frontier[0]);
    if (!is_single(&latent))
        return;
    put_members(net->a, &block->members, &further);
    block->query_latent = latent;
    block->model_width = summed_extent(net, &latent.frontier[0]);
}

static void take_absorbed(oc_net *net, oc_attention_block *block)
{
    block->kind = OC_ATTENTION_MLA_ABSORBED;
    block->latent_width = block->v_width;
    block->rope_width =
        oc_expr_sub(net->a->space, block->qk_width, block->v_width);
    block->value_projection = block->output;
    oc_members_put(net->a, &block->members, block->output, OC_BLOCK_PROJECTION);
    block->output = oc_output_projection(
        net, oc_net_output(net, block->output, 0), &block->members);
    for (size_t i = 0; i < block->q.count; i++)
        if (is_per_head(net, block->q.frontier[i].product.row))
            find_query_projection(net, block, &block->q.frontier[i]);
}

/* ---- the kind ---- */

bool oc_attention_take_latent(oc_net *net, oc_attention_block *block)
{
    if (is_absorbed(net, block)) {
        take_absorbed(net, block);
        return true;
    }
    if (!is_latent(net, block))
        return false;
    block->kind = OC_ATTENTION_MLA;
    find_query_latent(net, block);
    find_rope_width(net, block);
    return true;
}

static void unresolved(oc_attention_block *block, const char *why)
{
    block->kind = OC_ATTENTION_UNRESOLVED;
    block->why = why;
}

static bool is_cross(oc_net *net, const oc_attention_block *block)
{
    uint32_t key[OC_MOST_FRONTIERS];
    if (block->k.count == 0 || block->learned_query)
        return true;
    for (size_t i = 0; i < block->k.count; i++)
        key[i] = source_of(net, &block->k.frontier[i]);
    for (size_t i = 0; i < block->q.count; i++)
        if (oc_same_source(net, source_of(net, &block->q.frontier[i]), key,
                           block->k.count))
            return false;
    return true;
}

static oc_report_attention_kind grouped(const oc_attention_block *block)
{
    if (block->heads == block->kv_heads)
        return OC_ATTENTION_MHA;
    return oc_expr_is(block->kv_heads, 1) ? OC_ATTENTION_MQA : OC_ATTENTION_GQA;
}

/* Constants attend to a projected K and V of one source. */
static bool is_learned_query(const oc_net *net, const oc_attention_block *block)
{
    const oc_path *k = &block->k, *v = &block->v;
    return k->count == 1 && v->count == 1 && k->start != v->start &&
           !k->nonlinear && !k->other &&
           k->frontier[0].product.row != v->frontier[0].product.row &&
           oc_net_viewed(net, source_of(net, &k->frontier[0])) ==
               oc_net_viewed(net, source_of(net, &v->frontier[0]));
}

static const char *obstacle(const oc_attention_block *block)
{
    if (block->why)
        return block->why;
    if (block->q.overfull || block->k.overfull || block->v.overfull)
        return "its queries, keys or values come from too many projections";
    if (!block->learned_query && block->q.count == 0)
        return "no projection makes its queries";
    if (is_reversed(&block->k))
        return "its keys are channels, not positions";
    return NULL;
}

static void take_kind(oc_net *net, oc_attention_block *block)
{
    if (oc_attention_take_latent(net, block))
        return;
    if (all_fit(net, block))
        block->kind =
            is_cross(net, block) ? OC_ATTENTION_CROSS : grouped(block);
    else
        unresolved(block, "the widths of its projections do not fit its heads");
}

bool oc_attention_resolve(oc_net *net, oc_attention_block *block)
{
    walk_operands(net, block);
    if (block->learned_query && !is_learned_query(net, block))
        return false;
    if (!oc_net_is_data(net, block->k.start) &&
        !oc_net_is_data(net, block->q.start))
        return false; /* constant: folded */
    block->output = oc_output_projection(
        net, oc_net_output(net, block->pv.row, 0), &block->members);
    const bool known = oc_attention_dims(net, block);
    const char *why = obstacle(block);
    if (why)
        unresolved(block, why);
    else if (!known)
        unresolved(block, "its heads cannot be told apart");
    else
        take_kind(net, block);
    if (block->output)
        oc_members_put(net->a, &block->members, block->output, OC_BLOCK_OUTPUT);
    return true;
}
