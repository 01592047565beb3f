/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/anchor.c - from a softmax back to the product of queries
 * and keys, and on to the product with values.
 *
 * In here: Softmax and softmax in primitives, what is transparent on the way,
 * operands that may be masks. Everything follows the one axis that the
 * softmax runs over.
 * Not in here: what Q, K and V are (path.c), which kind it is (kind.c).
 */
#include "analyzers/blocks/blocks.h"

#define MOST_STEPS 256

/* A wire with the axis that is followed. */
typedef struct oc_trace {
    uint32_t wire;
    int axis;
} oc_trace;

typedef struct oc_traces {
    size_t count;
    oc_trace trace[MOST_STEPS];
} oc_traces;

static void push(oc_net *net, oc_traces *stack, uint32_t wire, int axis)
{
    if (axis >= 0 && stack->count < MOST_STEPS && oc_net_visit(net, wire))
        stack->trace[stack->count++] = (oc_trace){wire, axis};
}

/* ---- the softmax ---- */

/* What the softmax reads and writes, and along which axis. */
typedef struct oc_softmax {
    uint32_t scores, probabilities;
    int axis;
} oc_softmax;

static bool from_softmax(oc_net *net, const oc_row *row, oc_softmax *found)
{
    found->scores = oc_net_input(net, row, 0);
    found->probabilities = oc_net_output(net, row, 0);
    const int rank = oc_net_rank(net, found->scores);
    const int64_t axis =
        oc_row_int(row, "axis", row->since_version < 13 ? 1 : -1);
    found->axis = (int)(axis < 0 ? axis + rank : axis);
    return rank > 0 && found->axis >= 0 && found->axis < rank &&
           (row->since_version >= 13 || found->axis == rank - 1);
}

/* Div(e, ReduceSum(e)), e = Exp(x) or Exp(x - ReduceMax(x)). */
static bool from_primitives(oc_net *net, const oc_row *row, oc_softmax *found,
                            oc_members *members)
{
    const uint32_t e = oc_net_input(net, row, 0);
    const oc_row *sum = oc_net_maker(net, oc_net_input(net, row, 1));
    const oc_row *exp = oc_net_maker(net, e);
    int64_t axis;
    if (!oc_row_is(row, "", "Div") || !oc_row_is(sum, "", "ReduceSum") ||
        !oc_row_is(exp, "", "Exp") || oc_net_input(net, sum, 0) != e ||
        oc_row_ints(net, sum, "axes", 1, &axis, 1) != 1)
        return false;
    found->scores = oc_net_input(net, exp, 0);
    found->probabilities = oc_net_output(net, row, 0);
    oc_members_put(net->a, members, sum, OC_BLOCK_SCORE);
    oc_members_put(net->a, members, exp, OC_BLOCK_SCORE);
    const oc_row *minus = oc_net_maker(net, found->scores);
    const oc_row *most = oc_row_is(minus, "", "Sub")
                             ? oc_net_maker(net, oc_net_input(net, minus, 1))
                             : NULL;
    if (oc_row_is(most, "", "ReduceMax") &&
        oc_net_input(net, most, 0) == oc_net_input(net, minus, 0)) {
        found->scores = oc_net_input(net, minus, 0);
        oc_members_put(net->a, members, minus, OC_BLOCK_SCORE);
        oc_members_put(net->a, members, most, OC_BLOCK_SCORE);
    }
    const int rank = oc_net_rank(net, found->scores);
    found->axis = (int)(axis < 0 ? axis + rank : axis);
    return rank > 0 && found->axis >= 0 && found->axis < rank;
}

/* ---- contractions on the way ---- */

/* One that mixes heads: same size, and the axis stays whole. */
static bool mixes_heads(oc_net *net, const oc_contraction *c, size_t activation,
                        int axis)
{
    const uint32_t in = oc_net_input(net, c->row, activation);
    const uint32_t out = oc_net_output(net, c->row, 0);
    const int8_t *from = activation == c->left ? c->left_axis : c->right_axis;
    const uint32_t summed =
        activation == c->left ? c->left_summed : c->right_summed;
    return c->rank >= 3 && axis >= 0 && axis < c->rank && from[axis] >= 0 &&
           !(summed >> from[axis] & 1) &&
           oc_net_numel(net, in) == oc_net_numel(net, out);
}

typedef struct oc_candidates {
    size_t count;
    oc_contraction c[4];
    int axis[4];
    bool learned[4];
    size_t keys[4]; /* the input that is K */
} oc_candidates;

static void add_candidate(oc_candidates *list, const oc_contraction *c,
                          int axis, size_t keys, bool learned)
{
    if (list->count < 4) {
        list->c[list->count] = *c;
        list->axis[list->count] = axis;
        list->keys[list->count] = keys;
        list->learned[list->count++] = learned;
    }
}

/* The axis of an operand that an axis of the output is; -1: none. */
static int axis_of(const oc_contraction *c, size_t input, int axis)
{
    return input == c->left ? c->left_axis[axis] : c->right_axis[axis];
}

static void meet_contraction(oc_net *net, oc_traces *stack,
                             oc_candidates *found, oc_members *members,
                             const oc_row *row, int axis)
{
    oc_contraction c;
    size_t activation;
    const bool parametric = oc_parametric(net, row, &c, &activation);
    if (!parametric && !oc_contraction_of(net, row, &c))
        return;
    if (axis >= c.rank)
        return;
    if (parametric) {
        const int from = axis_of(&c, activation, axis);
        if (from < 0 || c.packed)
            return;
        if (mixes_heads(net, &c, activation, axis)) {
            oc_members_put(net->a, members, row, OC_BLOCK_SCORE);
            push(net, stack, oc_net_input(net, row, activation), from);
        } else {
            add_candidate(found, &c, axis, activation, true);
        }
        return;
    }
    const bool left = c.left_axis[axis] >= 0, right = c.right_axis[axis] >= 0;
    if (left != right && !oc_net_is_weight(net, oc_net_input(net, row, c.left)))
        add_candidate(found, &c, axis, left ? c.left : c.right, false);
}

/* ---- backwards ---- */

static void add_mask(oc_net *net, oc_attention_block *block, const oc_row *row,
                     uint32_t wire)
{
    if (wire == OC_NO_WIRE || oc_net_is_scalar(net, wire) ||
        block->mask_count == OC_MOST_MASKS)
        return;
    block->masking_row[block->mask_count] = row;
    block->masking[block->mask_count++] = wire;
}

/* Is a product of anything behind this wire? */
static bool is_made_of_products(oc_net *net, uint32_t start)
{
    enum { MOST_WIRES = 300 };
    uint32_t queue[MOST_WIRES];
    size_t count = 0;
    queue[count++] = start;
    for (size_t i = 0; i < count; i++) {
        const oc_row *row = oc_net_maker(net, queue[i]);
        if (!row)
            continue;
        if (oc_is_contraction(oc_net_part(net, row)))
            return true;
        for (size_t k = 0; k < row->input_count && count < MOST_WIRES; k++)
            if (oc_net_is_data(net, oc_net_input(net, row, k)))
                queue[count++] = oc_net_input(net, row, k);
    }
    return false;
}

static bool may_be_scores(const oc_net *net, const oc_row *row, size_t i)
{
    const size_t first = oc_row_is(row, "", "Where") ? 1 : 0;
    return i >= first && oc_net_is_data(net, oc_net_input(net, row, i));
}

/* Scores go through the operands that have the size of the result; of
 * several, those that are made of products. */
static void meet_binary(oc_net *net, oc_traces *stack,
                        oc_attention_block *block, const oc_row *row, int axis)
{
    const uint32_t out = oc_net_output(net, row, 0);
    size_t full = 0;
    for (size_t i = 0; i < row->input_count; i++)
        full += may_be_scores(net, row, i) &&
                oc_net_same_shape(net, oc_net_input(net, row, i), out);
    for (size_t i = 0; i < row->input_count; i++) {
        const uint32_t wire = oc_net_input(net, row, i);
        bool follows = may_be_scores(net, row, i) &&
                       (full == 0 || oc_net_same_shape(net, wire, out));
        if (follows && full != 1)
            follows = is_made_of_products(net, wire);
        if (follows)
            push(net, stack, wire, oc_axis_back(net, row, 0, i, axis));
        else
            add_mask(net, block, row, wire);
    }
    oc_members_put(net->a, &block->members, row, OC_BLOCK_SCORE);
}

/* A weight that is put beside the scores, a sink, and nothing else. */
static void meet_concat(oc_net *net, oc_traces *stack, oc_members *members,
                        const oc_row *row, int axis)
{
    size_t others = 0, scores = 0;
    for (size_t i = 0; i < row->input_count; i++)
        if (!oc_net_is_weight(net, oc_net_input(net, row, i))) {
            others++;
            scores = i;
        }
    if (others != 1)
        return;
    oc_members_put(net->a, members, row, OC_BLOCK_SCORE);
    push(net, stack, oc_net_input(net, row, scores), axis);
}

static void step_back(oc_net *net, oc_traces *stack, oc_candidates *found,
                      oc_attention_block *block, oc_trace at)
{
    const oc_row *row = oc_net_maker(net, at.wire);
    const oc_part part = oc_net_part(net, row);
    if (!row || oc_net_is_weight(net, at.wire))
        return;
    switch (part) {
    case OC_PART_MATMUL:
    case OC_PART_GEMM:
    case OC_PART_EINSUM:
    case OC_PART_CONV:
        meet_contraction(net, stack, found, &block->members, row, at.axis);
        return;
    case OC_PART_BINARY:
        meet_binary(net, stack, block, row, at.axis);
        return;
    case OC_PART_CONCAT:
        meet_concat(net, stack, &block->members, row, at.axis);
        return;
    case OC_PART_KEEP:
    case OC_PART_SOFT_CAP:
    case OC_PART_RESHAPE:
    case OC_PART_TRANSPOSE:
    case OC_PART_EXPAND:
    case OC_PART_SLICE:
    case OC_PART_SCATTER:
        oc_members_put(net->a, &block->members, row, OC_BLOCK_SCORE);
        push(net, stack, oc_net_input(net, row, 0),
             oc_axis_back(net, row, oc_net_position(net, at.wire), 0, at.axis));
        return;
    default:
        /* Not the scores: they would have led to a product. */
        block->content_bias |= is_made_of_products(net, at.wire);
        return;
    }
}

/* Of several: not those whose keys are no data, or of another size. */
static size_t choose(oc_net *net, const oc_candidates *found,
                     const oc_softmax *softmax, size_t *chosen)
{
    const oc_expr size = oc_net_numel(net, softmax->scores);
    size_t left = 0;
    for (size_t i = 0; i < found->count; i++) {
        const oc_row *row = found->c[i].row;
        const uint32_t keys = oc_net_input(net, row, found->keys[i]);
        if (found->count > 1 &&
            (!oc_net_is_data(net, keys) || found->learned[i] ||
             oc_net_numel(net, oc_net_output(net, row, 0)) != size))
            continue;
        *chosen = i;
        left++;
    }
    return left;
}

static bool find_scores(oc_net *net, const oc_softmax *softmax,
                        oc_attention_block *block)
{
    oc_traces stack = {0};
    oc_candidates found = {0};
    size_t chosen = 0;
    oc_net_walk(net);
    push(net, &stack, softmax->scores, softmax->axis);
    while (stack.count)
        step_back(net, &stack, &found, block, stack.trace[--stack.count]);
    const size_t left = choose(net, &found, softmax, &chosen);
    if (left == 0)
        return false;
    if (left > 1)
        block->why = "its scores are a sum of several products";
    block->qk = found.c[chosen];
    block->learned_query = found.learned[chosen];
    block->key_axis = found.axis[chosen];
    block->key_is_right = found.keys[chosen] == found.c[chosen].right;
    block->scores = oc_net_output(net, block->qk.row, 0);
    oc_members_put(net->a, &block->members, block->qk.row, OC_BLOCK_QK);
    return true;
}

/* ---- forwards ---- */

/* The product with values: it sums over the axis. */
static bool meet_values(oc_net *net, oc_attention_block *block,
                        const oc_row *row, size_t input, int axis,
                        size_t *found)
{
    oc_contraction c;
    if (!oc_contraction_of(net, row, &c) || c.packed ||
        (input != c.left && input != c.right))
        return false;
    const uint32_t summed = input == c.left ? c.left_summed : c.right_summed;
    const size_t other = input == c.left ? c.right : c.left;
    if (!(summed >> axis & 1) ||
        oc_net_is_weight(net, oc_net_input(net, row, other)))
        return false;
    if ((*found)++ == 0) {
        block->pv = c;
        block->value_is_right = other == c.right;
    }
    oc_members_put(net->a, &block->members, row, OC_BLOCK_PV);
    return true;
}

static int step_forward(oc_net *net, const oc_row *row, size_t input, int axis)
{
    oc_contraction c;
    size_t activation;
    switch (oc_net_part(net, row)) {
    case OC_PART_KEEP:
    case OC_PART_RESHAPE:
    case OC_PART_TRANSPOSE:
    case OC_PART_EXPAND:
    case OC_PART_BINARY:
        return oc_axis_forward(net, row, input, 0, axis);
    case OC_PART_SLICE: /* of a sink */
        return input == 0 ? axis : -1;
    case OC_PART_MATMUL:
    case OC_PART_EINSUM:
    case OC_PART_CONV:
        if (!oc_parametric(net, row, &c, &activation) || activation != input)
            return -1;
        for (int to = 0; to < c.rank; to++)
            if (axis_of(&c, input, to) == axis &&
                mixes_heads(net, &c, activation, to))
                return to;
        return -1;
    default:
        return -1;
    }
}

static bool find_values(oc_net *net, const oc_softmax *softmax,
                        oc_attention_block *block)
{
    oc_traces stack = {0};
    size_t found = 0;
    oc_net_walk(net);
    push(net, &stack, softmax->probabilities, softmax->axis);
    while (stack.count) {
        const oc_trace at = stack.trace[--stack.count];
        const oc_wire *wire = &net->wire[at.wire];
        for (uint32_t i = 0; i < wire->use_count && i < MOST_STEPS; i++) {
            const oc_use use = net->use[wire->first_use + i];
            const oc_row *row = net->a->row[use.row];
            if (meet_values(net, block, row, use.input, at.axis, &found))
                continue;
            const int axis = step_forward(net, row, use.input, at.axis);
            if (axis < 0)
                continue;
            if (oc_net_part(net, row) != OC_PART_BINARY ||
                oc_net_same_shape(net, at.wire, oc_net_output(net, row, 0)))
                push(net, &stack, oc_net_output(net, row, 0), axis);
        }
    }
    block->several_values = found > 1;
    return found > 0;
}

bool oc_attention_anchor(oc_net *net, const oc_row *row,
                         oc_attention_block *block)
{
    oc_softmax softmax;
    const bool whole = oc_net_part(net, row) == OC_PART_SOFTMAX;
    if (whole ? !from_softmax(net, row, &softmax)
              : !from_primitives(net, row, &softmax, &block->members))
        return false;
    block->anchor = row;
    oc_members_put(net->a, &block->members, row, OC_BLOCK_SCORE);
    return find_values(net, &softmax, block) &&
           find_scores(net, &softmax, block);
}
