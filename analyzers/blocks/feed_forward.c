/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/feed_forward.c - two projections with an activation
 * between them, gated or not, and mixtures of experts.
 *
 * What such a pair is made of also makes classifier heads: it must be as wide
 * behind as before, and its result must be added to a stream.
 */
#include "analyzers/blocks/patterns.h"

#include <string.h>

#define MOST_STEPS 28

/* What lies between the last projection and the first ones. */
typedef struct oc_between {
    size_t count, done;
    uint32_t wire[MOST_STEPS];
    size_t up_count;
    const oc_row *up[2];
    size_t activation[2];
    bool nonlinear, gated, failed;
} oc_between;

static void push(oc_net *net, oc_between *w, uint32_t wire)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->wire[i] == wire)
            return;
    if (!oc_net_is_data(net, wire))
        return;
    w->failed |= w->count == MOST_STEPS;
    if (!w->failed)
        w->wire[w->count++] = wire;
}

static void meet_projection(oc_between *w, const oc_row *row, size_t activation)
{
    w->failed |= w->up_count == 2;
    if (w->failed)
        return;
    w->up[w->up_count] = row;
    w->activation[w->up_count++] = activation;
}

static size_t data_operands(oc_net *net, const oc_row *row)
{
    size_t count = 0;
    for (size_t i = 0; i < row->input_count; i++)
        count += oc_net_is_data(net, oc_net_input(net, row, i));
    return count;
}

/* Gates multiply; two streams that are added are something else. */
static void step(oc_net *net, oc_between *w, oc_pattern_block *block)
{
    const oc_row *row = oc_net_maker(net, w->wire[w->done++]);
    oc_contraction product;
    size_t activation;
    if (oc_parametric(net, row, &product, &activation)) {
        meet_projection(w, row, activation);
        oc_pattern_put(block, row);
        return;
    }
    const oc_part part = oc_net_part(net, row);
    switch (part) {
    case OC_PART_NONLINEAR:
    case OC_PART_SOFT_CAP:
        w->nonlinear = true;
        break;
    case OC_PART_BINARY:
        w->gated |= data_operands(net, row) > 1;
        w->nonlinear |= oc_row_is(row, "", "Max");
        break;
    case OC_PART_KEEP:
    case OC_PART_RESHAPE:
    case OC_PART_TRANSPOSE:
    case OC_PART_SPLIT:
    case OC_PART_SLICE:
    case OC_PART_CONV: /* depthwise */
        break;
    default:
        w->failed = true;
        return;
    }
    oc_pattern_put(block, row);
    for (size_t i = 0; i < row->input_count; i++)
        push(net, w, oc_net_input(net, row, i));
}

static bool joins_a_stream(oc_net *net, const oc_row *row)
{
    return (oc_row_is(row, "", "Add") && data_operands(net, row) == 2) ||
           oc_row_is(row, "com.microsoft", "SkipLayerNormalization") ||
           oc_row_is(row, "com.microsoft", "SkipSimplifiedLayerNormalization");
}

/* Biases, scales, moves, norms as operators or in primitives. */
static bool may_precede_residual(const oc_net *net, const oc_row *row)
{
    const oc_part part = oc_net_part(net, row);
    return part == OC_PART_BINARY || part == OC_PART_NORM ||
           part == OC_PART_REDUCE || oc_part_moves(part) ||
           oc_row_is(row, "", "Sqrt") || oc_row_is(row, "", "Reciprocal");
}

/* What it makes is added to another stream. */
static bool is_residual(oc_net *net, const oc_row *down)
{
    enum { MOST_WIRES = 16 };
    uint32_t queue[MOST_WIRES];
    size_t count = 0;
    queue[count++] = oc_net_output(net, down, 0);
    for (size_t i = 0; i < count; i++) {
        const oc_wire *at = &net->wire[queue[i]];
        for (uint32_t k = 0; k < at->use_count && k < MOST_WIRES; k++) {
            const oc_row *row = net->a->row[net->use[at->first_use + k].row];
            if (joins_a_stream(net, row))
                return true;
            if (may_precede_residual(net, row) && count < MOST_WIRES &&
                row->node->output_count > 0)
                queue[count++] = oc_net_output(net, row, 0);
        }
    }
    return false;
}

static oc_expr width_in(oc_net *net, const oc_contraction *c, size_t activation)
{
    return oc_axes_extent(net, oc_net_input(net, c->row, activation),
                          activation == c->left ? c->left_summed
                                                : c->right_summed);
}

static oc_expr width_out(oc_net *net, const oc_contraction *c,
                         size_t activation)
{
    return oc_axes_extent(net, oc_net_output(net, c->row, 0),
                          oc_feature_axes(c, activation));
}

/* Not one that is looked up: those are experts. */
static bool has_own_weight(oc_net *net, const oc_contraction *c,
                           size_t activation)
{
    return oc_net_is_weight(
        net,
        oc_net_input(net, c->row, activation == c->left ? c->right : c->left));
}

/* From the last projection back. */
bool oc_recognise_feed_forward(oc_net *net, const oc_row *down,
                               oc_pattern_block *block)
{
    oc_contraction product, up;
    size_t activation, from;
    oc_between w = {0};
    if (oc_net_part(net, down) == OC_PART_CONV ||
        !oc_parametric(net, down, &product, &activation) ||
        !has_own_weight(net, &product, activation))
        return false;
    push(net, &w, oc_net_input(net, down, activation));
    while (w.done < w.count && !w.failed)
        step(net, &w, block);
    if (w.failed || !w.nonlinear || w.up_count == 0 ||
        !oc_parametric(net, w.up[0], &up, &from) ||
        width_in(net, &up, from) != width_out(net, &product, activation))
        return false;
    if (w.up_count == 2 &&
        oc_net_viewed(net, oc_net_input(net, w.up[0], w.activation[0])) !=
            oc_net_viewed(net, oc_net_input(net, w.up[1], w.activation[1])))
        return false;
    if (!is_residual(net, down))
        return false;
    const bool split =
        width_out(net, &up, from) != width_in(net, &product, activation);
    block->kind =
        w.up_count == 2 || split ? "gated-feed-forward" : "feed-forward";
    oc_pattern_put(block, down);
    return true;
}

/* ---- mixtures of experts ---- */

/* Experts and how many run: of the operator, or of the TopK that chooses. */
static bool find_choice(oc_net *net, const oc_row *row, oc_pattern_block *block)
{
    if (!oc_row_is(row, "", "TopK")) {
        block->experts = oc_net_dim(net, oc_net_input(net, row, 2), 0);
        block->chosen = oc_expr_of(oc_row_int(row, "k", 1));
        return oc_expr_is_known(block->experts);
    }
    const uint32_t scores = oc_net_input(net, row, 0);
    const uint32_t best = oc_net_output(net, row, 0);
    block->experts = oc_net_dim(net, scores, oc_net_rank(net, scores) - 1);
    block->chosen = oc_net_dim(net, best, oc_net_rank(net, best) - 1);
    return true;
}

/* What odds come from: a Where leaves some of them out. */
static const oc_row *odds_from(oc_net *net, const oc_row *row)
{
    size_t from = 0;
    if (oc_row_is(row, "", "Where"))
        from = oc_net_is_data(net, oc_net_input(net, row, 1)) ? 1 : 2;
    return oc_pattern_from(net, row, from);
}

/* Softmax of a projection: the router. */
static bool put_router(oc_net *net, const oc_row *top, oc_pattern_block *block)
{
    const oc_row *row = oc_pattern_from(net, top, 0);
    oc_contraction product;
    size_t activation;
    for (int i = 0; i < 6 && row; i++) {
        oc_pattern_put(block, row);
        if (oc_parametric(net, row, &product, &activation))
            return true;
        if (oc_net_part(net, row) != OC_PART_SOFTMAX &&
            oc_net_part(net, row) != OC_PART_BINARY &&
            oc_net_part(net, row) != OC_PART_NONLINEAR &&
            oc_net_part(net, row) != OC_PART_RESHAPE)
            return false;
        row = odds_from(net, row);
    }
    return false;
}

/* The products with matrices that the chosen indices look up. */
static oc_expr put_experts(oc_net *net, const oc_row *top,
                           oc_pattern_block *block)
{
    enum { MOST_WIRES = 64 };
    uint32_t queue[MOST_WIRES];
    size_t count = 0;
    oc_expr params = oc_expr_of(0);
    oc_net_walk(net);
    if (top->node->output_count > 1 &&
        oc_net_visit(net, oc_net_output(net, top, 1)))
        queue[count++] = oc_net_output(net, top, 1);
    for (size_t i = 0; i < count; i++) {
        const oc_wire *at = &net->wire[queue[i]];
        for (uint32_t k = 0; k < at->use_count && k < MOST_WIRES; k++) {
            const oc_use use = net->use[at->first_use + k];
            const oc_row *row = net->a->row[use.row];
            const oc_part part = oc_net_part(net, row);
            const bool looks_up =
                (part == OC_PART_GATHER || part == OC_PART_GATHER_ND) &&
                use.input == 1;
            if (looks_up && oc_net_is_weight(net, oc_net_input(net, row, 0))) {
                oc_pattern_put(block, row);
                params = oc_expr_add(net->a->space, params, row->params);
                const oc_row *next = oc_pattern_next(net, row);
                while (next && oc_part_moves(oc_net_part(net, next)))
                    next = oc_pattern_next(net, next);
                if (next && oc_is_contraction(oc_net_part(net, next)))
                    oc_pattern_put(block, next);
            } else if ((oc_part_moves(part) || part == OC_PART_BINARY ||
                        part == OC_PART_NONLINEAR) &&
                       row->node->output_count > 0 && count < MOST_WIRES &&
                       oc_net_visit(net, oc_net_output(net, row, 0))) {
                queue[count++] = oc_net_output(net, row, 0);
            }
        }
    }
    return params;
}

bool oc_recognise_mixture(oc_net *net, const oc_row *row,
                          oc_pattern_block *block)
{
    oc_space *space = net->a->space;
    const bool whole = !oc_row_is(row, "", "TopK");
    if (!find_choice(net, row, block) ||
        (!whole && !put_router(net, row, block)))
        return false;
    oc_pattern_put(block, row);
    const size_t before = block->count;
    const oc_expr experts = whole ? row->params : put_experts(net, row, block);
    oc_expr all = oc_expr_of(0);
    if (!whole && block->count == before)
        return false;
    for (size_t i = 0; i < block->count; i++)
        all = oc_expr_add(space, all, block->row[i]->params);
    block->kind = "mixture-of-experts";
    block->active_params = oc_expr_add(
        space, oc_expr_sub(space, all, experts),
        oc_expr_mul(space, block->chosen,
                    oc_expr_quotient(space, experts, block->experts)));
    return true;
}
