/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/path.c - from Q, K and V back to the projections that make
 * them, and from the product with values on to the output projection.
 *
 * Two sets of axes are carried along: those that the positions and the width
 * of the operand come from.
 */
#include "analyzers/blocks/blocks.h"

#define MOST_STEPS 512

typedef struct oc_step {
    uint32_t wire;
    uint32_t positions, width; /* axes */
    oc_expr growth;
} oc_step;

typedef struct oc_walk {
    oc_net *net;
    oc_path *path;
    oc_members *members;
    bool learned; /* from constants that are spread at run time */
    size_t count;
    oc_step step[MOST_STEPS];
} oc_walk;

/* ---- what is met ---- */

static void keep_least(oc_walk *w, oc_expr growth)
{
    int64_t least, more;
    oc_expr *kept = &w->path->growth;
    if (!oc_expr_is_known(*kept) ||
        (oc_expr_to_i64(w->net->a->space, *kept, &least) &&
         oc_expr_to_i64(w->net->a->space, growth, &more) && more < least))
        *kept = growth;
}

static void add_frontier(oc_walk *w, const oc_contraction *product,
                         size_t activation, const oc_step *at)
{
    oc_path *path = w->path;
    if (path->count == OC_MOST_FRONTIERS) {
        path->overfull = true;
        return;
    }
    keep_least(w, at->growth);
    path->frontier[path->count++] =
        (oc_frontier){*product, activation, at->wire, at->positions, at->width};
    oc_members_put(w->net->a, w->members, product->row, OC_BLOCK_PROJECTION);
}

static void add_input(oc_walk *w, const oc_step *at)
{
    oc_path *path = w->path;
    if (path->input_count < sizeof(path->input) / sizeof(path->input[0]))
        path->input[path->input_count++] = at->wire;
    keep_least(w, at->growth);
}

/* An input of the model or body, moved about at most. */
static bool shows_input(const oc_net *net, uint32_t wire)
{
    for (int i = 0; i < 16 && wire != OC_NO_WIRE; i++) {
        const oc_row *row = net->wire[wire].row;
        if (!row)
            return net->wire[wire].input;
        const oc_part part = oc_net_part(net, row);
        if ((!oc_part_moves(part) || part == OC_PART_CONCAT) &&
            part != OC_PART_GATHER)
            return false;
        wire = oc_net_input(net, row, 0);
    }
    return false;
}

/* ---- steps ---- */

static bool is_constant(const oc_net *net, uint32_t wire)
{
    const oc_fact *fact = wire == OC_NO_WIRE ? NULL : net->wire[wire].fact;
    return fact && fact->constant;
}

static bool may_follow(const oc_walk *w, uint32_t wire)
{
    return oc_net_is_data(w->net, wire) ||
           (w->learned && wire != OC_NO_WIRE && !is_constant(w->net, wire) &&
            !oc_net_is_scalar(w->net, wire));
}

/* Of a learned query: its constant, spread over the batch, by another one. */
static bool is_learned_projection(oc_net *net, const oc_row *row,
                                  oc_contraction *out, size_t *activation)
{
    if (!oc_contraction_of(net, row, out))
        return false;
    const bool left = is_constant(net, oc_net_input(net, row, out->left));
    const bool right = is_constant(net, oc_net_input(net, row, out->right));
    *activation = left ? out->right : out->left;
    return left != right;
}

static void push(oc_walk *w, const oc_step *at, const oc_row *row, size_t i,
                 oc_expr growth)
{
    oc_net *net = w->net;
    const uint32_t wire = oc_net_input(net, row, i);
    if (!may_follow(w, wire) || w->count == MOST_STEPS ||
        !oc_net_visit(net, wire))
        return;
    const size_t output = oc_net_position(net, at->wire);
    w->step[w->count++] =
        (oc_step){wire, oc_axes_back(net, row, output, i, at->positions),
                  oc_axes_back(net, row, output, i, at->width),
                  oc_expr_mul(net->a->space, at->growth, growth)};
}

/* How much an operator repeats: what an axis grows by. */
static oc_expr growth_of(oc_net *net, const oc_row *row)
{
    const oc_type *in = oc_net_type(net, oc_net_input(net, row, 0));
    const oc_type *out = oc_net_type(net, oc_net_output(net, row, 0));
    oc_expr growth = oc_expr_of(1);
    if (!in || !out)
        return OC_UNKNOWN;
    for (int axis = 0; axis < out->rank; axis++) {
        const int from = axis - (out->rank - in->rank);
        const oc_expr was = from >= 0 ? in->dim[from] : oc_expr_of(1);
        if (was != out->dim[axis])
            growth = oc_expr_mul(
                net->a->space, growth,
                oc_expr_quotient(net->a->space, out->dim[axis], was));
    }
    return growth;
}

/* Indices that repeat make an axis longer; others only choose. */
static oc_expr gather_growth(oc_net *net, const oc_row *row)
{
    int64_t in, out;
    const oc_expr was = oc_net_numel(net, oc_net_input(net, row, 0));
    const oc_expr now = oc_net_numel(net, oc_net_output(net, row, 0));
    const oc_expr growth = oc_expr_quotient(net->a->space, now, was);
    if (!oc_expr_to_i64(net->a->space, growth, &out))
        return oc_expr_of(1);
    in = 1;
    return out > in ? growth : oc_expr_of(1);
}

static void join_cache(oc_walk *w, const oc_step *at, const oc_row *row,
                       size_t cached)
{
    oc_path *path = w->path;
    if (path->join)
        return;
    path->join = row;
    path->cached = oc_net_input(w->net, row, cached);
    path->past = OC_UNKNOWN;
    oc_members_put(w->net->a, w->members, row, OC_BLOCK_LAYOUT);
    const int axis = (int)oc_row_int(row, "axis", 0);
    const int rank = oc_net_rank(w->net, at->wire);
    if (oc_net_part(w->net, row) == OC_PART_CONCAT)
        path->past =
            oc_net_dim(w->net, path->cached, axis < 0 ? axis + rank : axis);
}

static void meet_concat(oc_walk *w, const oc_step *at, const oc_row *row)
{
    bool made = false;
    for (size_t i = 0; i < row->input_count; i++)
        made |= !shows_input(w->net, oc_net_input(w->net, row, i)) &&
                oc_net_is_data(w->net, oc_net_input(w->net, row, i));
    for (size_t i = 0; i < row->input_count; i++) {
        const uint32_t wire = oc_net_input(w->net, row, i);
        if (made && oc_net_is_data(w->net, wire) && shows_input(w->net, wire))
            join_cache(w, at, row, i);
        else
            push(w, at, row, i, oc_expr_of(1));
    }
}

static void meet_scatter(oc_walk *w, const oc_step *at, const oc_row *row)
{
    const size_t update = oc_row_is(row, "", "TensorScatter") ? 1 : 2;
    const uint32_t data = oc_net_input(w->net, row, 0);
    if (oc_net_is_data(w->net, data) && shows_input(w->net, data))
        join_cache(w, at, row, 0);
    else
        push(w, at, row, 0, oc_expr_of(1));
    push(w, at, row, update, oc_expr_of(1));
}

/* A table of constants, or rows of one. */
static bool is_table(const oc_net *net, uint32_t wire)
{
    const oc_row *row = oc_net_maker(net, wire);
    while (row && oc_part_moves(oc_net_part(net, row)) &&
           !oc_net_is_weight(net, wire)) {
        wire = oc_net_input(net, row, 0);
        row = oc_net_maker(net, wire);
    }
    if (row && oc_net_part(net, row) == OC_PART_GATHER)
        wire = oc_net_input(net, row, 0);
    return oc_net_is_weight(net, wire) && !oc_net_is_scalar(net, wire);
}

/* Follow the operands that have the size of the result. */
static void meet_binary(oc_walk *w, const oc_step *at, const oc_row *row)
{
    const oc_net *net = w->net;
    const size_t first = oc_row_is(row, "", "Where") ? 1 : 0;
    size_t data = 0, full = 0;
    for (size_t i = first; i < row->input_count; i++) {
        const uint32_t wire = oc_net_input(net, row, i);
        const bool is_data = oc_net_is_data(net, wire);
        data += is_data;
        full += is_data && oc_net_same_shape(net, wire, at->wire);
        w->path->rotary |= wire != OC_NO_WIRE && net->wire[wire].angle;
        w->path->tables |= oc_row_is(row, "", "Mul") && is_table(net, wire);
    }
    w->path->negates |= data > 1 && oc_row_is(row, "", "Sub");
    for (size_t i = first; i < row->input_count; i++) {
        const uint32_t wire = oc_net_input(net, row, i);
        if (wire != OC_NO_WIRE && !net->wire[wire].angle &&
            (data < 2 || full == 0 || oc_net_same_shape(net, wire, at->wire)))
            push(w, at, row, i, oc_expr_of(1));
    }
}

static bool is_scale(const oc_net *net, const oc_row *row)
{
    if (!oc_row_is(row, "", "Mul") && !oc_row_is(row, "", "Div"))
        return false;
    for (size_t i = 0; i < 2; i++)
        if (oc_net_is_scalar(net, oc_net_input(net, row, i)))
            return true;
    return false;
}

/* False: the walk ends here. */
static bool take_step(oc_walk *w, const oc_step *at, const oc_row *row)
{
    oc_net *net = w->net;
    const oc_part part = oc_net_part(net, row);
    switch (part) {
    case OC_PART_BINARY:
        meet_binary(w, at, row);
        break;
    case OC_PART_CONCAT:
        meet_concat(w, at, row);
        return true;
    case OC_PART_SCATTER:
        meet_scatter(w, at, row);
        break;
    case OC_PART_GATHER:
    case OC_PART_GATHER_ND:
        if (oc_net_is_data(net, oc_net_input(net, row, 1)))
            return false;
        push(w, at, row, 0, gather_growth(net, row));
        break;
    case OC_PART_EXPAND:
    case OC_PART_TILE:
        push(w, at, row, 0, growth_of(net, row));
        break;
    case OC_PART_NORM:
        w->path->normed = true;
        push(w, at, row, 0, oc_expr_of(1));
        push(w, at, row, 1, oc_expr_of(1));
        break;
    case OC_PART_ROTARY:
        w->path->rotary = true;
        push(w, at, row, 0, oc_expr_of(1));
        break;
    case OC_PART_SOFT_CAP:
    case OC_PART_NONLINEAR:
        w->path->nonlinear = true;
        push(w, at, row, 0, oc_expr_of(1));
        break;
    case OC_PART_KEEP:
        w->path->negates |= oc_row_is(row, "", "Neg");
        push(w, at, row, 0, oc_expr_of(1));
        break;
    case OC_PART_TRANSPOSE:
    case OC_PART_RESHAPE:
    case OC_PART_SPLIT:
    case OC_PART_SLICE:
    case OC_PART_POOL:
    case OC_PART_CONV: /* depthwise */
        push(w, at, row, 0, oc_expr_of(1));
        break;
    default:
        return false;
    }
    return true;
}

static void visit(oc_walk *w, oc_step at)
{
    oc_net *net = w->net;
    const oc_row *row = oc_net_maker(net, at.wire);
    oc_contraction product;
    size_t activation;
    if (!row) {
        if (net->wire[at.wire].input)
            add_input(w, &at);
        else
            w->path->other = true;
    } else if (oc_parametric(net, row, &product, &activation) ||
               (w->learned &&
                is_learned_projection(net, row, &product, &activation))) {
        add_frontier(w, &product, activation, &at);
    } else if (!take_step(w, &at, row)) {
        w->path->other |= oc_net_part(net, row) != OC_PART_TRIG;
    } else {
        oc_members_put(net->a, w->members, row,
                       is_scale(net, row) ? OC_BLOCK_SCALE : OC_BLOCK_LAYOUT);
    }
}

void oc_path_walk(oc_net *net, oc_path *path, oc_members *members,
                  uint32_t start, uint32_t positions, uint32_t width)
{
    oc_walk *w = OC_NEW(net->a->scratch, oc_walk, 1);
    *path = (oc_path){.start = start, .cached = OC_NO_WIRE};
    w->net = net;
    w->path = path;
    w->members = members;
    w->learned = start != OC_NO_WIRE && !oc_net_is_data(net, start);
    oc_net_walk(net);
    if (start == OC_NO_WIRE || !oc_net_visit(net, start))
        return;
    w->step[w->count++] = (oc_step){start, positions, width, oc_expr_of(1)};
    while (w->count)
        visit(w, w->step[--w->count]);
}

/* ---- views ---- */

uint32_t oc_net_viewed(const oc_net *net, uint32_t wire)
{
    for (;;) {
        const oc_row *row = oc_net_maker(net, wire);
        const oc_part part = oc_net_part(net, row);
        if (!row ||
            (part != OC_PART_KEEP && part != OC_PART_RESHAPE &&
             part != OC_PART_TRANSPOSE && part != OC_PART_EXPAND) ||
            oc_row_is(row, "", "Neg"))
            return wire;
        wire = oc_net_input(net, row, 0);
    }
}

/* ---- forwards ---- */

static bool leads_on(const oc_net *net, const oc_row *row, size_t input)
{
    switch (oc_net_part(net, row)) {
    case OC_PART_KEEP:
    case OC_PART_RESHAPE:
    case OC_PART_TRANSPOSE:
    case OC_PART_SLICE:
    case OC_PART_CONCAT:
    case OC_PART_NORM:
        return input == 0 || oc_net_part(net, row) == OC_PART_CONCAT;
    case OC_PART_BINARY: /* a gate or a scale, not the residual */
        return oc_row_is(row, "", "Mul") || oc_row_is(row, "", "Div") ||
               !oc_net_is_data(net, oc_net_input(net, row, !input));
    default:
        return false;
    }
}

/* A constant that is added to what a projection makes is part of it. */
static void put_bias(oc_net *net, const oc_row *projection, oc_members *members)
{
    uint32_t out = oc_net_output(net, projection, 0);
    for (int i = 0; i < 4; i++) {
        const oc_wire *wire = &net->wire[out];
        if (wire->use_count != 1)
            return;
        const oc_use use = net->use[wire->first_use];
        const oc_row *row = net->a->row[use.row];
        const oc_part part = oc_net_part(net, row);
        const bool bias =
            oc_row_is(row, "", "Add") &&
            oc_net_is_weight(net, oc_net_input(net, row, !use.input));
        if (bias)
            oc_members_put(net->a, members, row, OC_BLOCK_LAYOUT);
        if (bias || (part != OC_PART_KEEP && part != OC_PART_RESHAPE &&
                     part != OC_PART_BINARY))
            return;
        if (part == OC_PART_BINARY &&
            oc_net_is_data(net, oc_net_input(net, row, !use.input)) &&
            !oc_net_is_scalar(net, oc_net_input(net, row, !use.input)))
            return;
        out = oc_net_output(net, row, 0);
    }
}

const oc_row *oc_output_projection(oc_net *net, uint32_t wire,
                                   oc_members *members)
{
    enum { MOST_WIRES = 64 };
    uint32_t queue[MOST_WIRES];
    size_t count = 0;
    oc_net_walk(net);
    if (oc_net_visit(net, wire))
        queue[count++] = wire;
    for (size_t i = 0; i < count; i++) {
        const oc_wire *at = &net->wire[queue[i]];
        for (uint32_t k = 0; k < at->use_count && k < MOST_WIRES; k++) {
            const oc_use use = net->use[at->first_use + k];
            const oc_row *row = net->a->row[use.row];
            oc_contraction product;
            size_t activation;
            if (oc_parametric(net, row, &product, &activation)) {
                put_bias(net, row, members);
                return row;
            }
            if (!leads_on(net, row, use.input))
                continue;
            const uint32_t out = oc_net_output(net, row, 0);
            oc_members_put(net->a, members, row, OC_BLOCK_LAYOUT);
            if (count < MOST_WIRES && oc_net_visit(net, out))
                queue[count++] = out;
        }
    }
    return NULL;
}
