/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/expand.c - Expand and Tile: elements repeated along axes.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

/* Both repeat the input with its position taken modulo its dims, counted
 * from the last axis. */
typedef struct repetition {
    size_t rank; /* of the output */
    const oc_block *x;
} repetition;

static bool source(const void *how, const int64_t *to, int64_t *from)
{
    const repetition *r = how;
    const size_t added = r->rank - r->x->rank;
    for (size_t axis = 0; axis < r->x->rank; axis++)
        from[axis] = to[axis + added] % r->x->dim[axis];
    return true;
}

static void set_repeated(oc_op *op, oc_shape y)
{
    const oc_block *x = oc_op_value(op, 0);
    const repetition how = {y.rank, x};
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_op_pass_range(op, 0, 0);
    if (x && x->count > 0)
        oc_block_move(op, 0, y, source, &how, OC_UNKNOWN);
}

/* The dims asked for; -1, which some exporters write, is 1. */
static oc_shape asked(oc_op *op, oc_expr_list list)
{
    const oc_shape shape = {list.count, list.value};
    for (size_t axis = 0; axis < shape.rank; axis++) {
        if (oc_expr_is(shape.dim[axis], -1)) {
            oc_op_warn(op, "shape.expand", "shape holds -1, taken as 1");
            shape.dim[axis] = oc_expr_of(1);
        } else if (oc_at_most(op, shape.dim[axis], oc_expr_of(-1)) == OC_YES) {
            oc_op_fail(op, "shape holds a negative dim");
        }
    }
    return shape;
}

/* A dim of x under one that is asked for. Where that is not known it can be
 * anything, unless x cannot be repeated. */
static oc_expr expanded(oc_op *op, oc_expr x, oc_expr want)
{
    if (oc_expr_is_known(want))
        return oc_broadcast(op, x, want);
    if (oc_equal(op, x, oc_expr_of(1)) == OC_NO)
        return x;
    return oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
}

static void infer_expand(oc_op *op)
{
    const oc_expr_list list = oc_op_expr_list(op, NULL, 1);
    const oc_shape x = oc_op_input(op, 0);
    if (!list.counted)
        oc_op_needs(op);
    const oc_shape want = asked(op, list);
    const size_t rank = x.rank > want.rank ? x.rank : want.rank;
    const oc_shape y = oc_shape_new(op, rank);
    for (size_t i = 1; i <= rank; i++) {
        const oc_expr has = i <= x.rank ? x.dim[x.rank - i] : oc_expr_of(1);
        y.dim[rank - i] =
            i <= want.rank ? expanded(op, has, want.dim[want.rank - i]) : has;
    }
    set_repeated(op, y);
}

static oc_expr repeated(oc_op *op, oc_expr dim, oc_expr times)
{
    if (oc_at_most(op, times, oc_expr_of(-1)) == OC_YES)
        oc_op_fail(op, "a dim is repeated a negative number of times");
    if (oc_expr_is_known(times) || oc_expr_is(dim, 0))
        return oc_mul(op, dim, times);
    return oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
}

static void infer_tile(oc_op *op)
{
    const oc_expr_list repeats = oc_op_expr_list(op, NULL, 1);
    const oc_shape y = oc_op_input(op, 0);
    if (!oc_op_has_rank(op, 0)) {
        oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
        return;
    }
    if (repeats.counted && repeats.count != y.rank) {
        oc_op_fail(op, "repeats must name every axis once");
        return;
    }
    for (size_t axis = 0; axis < y.rank; axis++)
        y.dim[axis] =
            repeated(op, y.dim[axis],
                     repeats.counted ? repeats.value[axis] : OC_UNKNOWN);
    set_repeated(op, y);
}

/* Before opset 6: so many tiles along one axis. */
static void infer_tile_axis(oc_op *op)
{
    const oc_expr tiles = oc_op_scalar(op, 1), which = oc_op_scalar(op, 2);
    const oc_shape y = oc_op_input(op, 0);
    if (!oc_op_has_rank(op, 0) || !oc_expr_is_immediate(which)) {
        oc_op_set_output(op, 0, oc_op_dtype(op, 0), oc_shape_new(op, y.rank));
        return;
    }
    const size_t axis = oc_op_axis(op, oc_expr_immediate(which), y.rank);
    if (axis < y.rank)
        y.dim[axis] = repeated(op, y.dim[axis], tiles);
    set_repeated(op, y);
}

/* As many elements as before: none was repeated. */
static void cost(oc_op *op, oc_cost *sum)
{
    if (oc_equal(op, oc_op_input_numel(op, 0), oc_op_output_numel(op, 0)) ==
        OC_YES)
        oc_cost_view(sum);
}

#define REPEAT(name, since, newest, function, shapes)                          \
    OC_ONNX(name, since,                                                       \
            "the input read once, every output element written; a view "       \
            "when nothing is repeated",                                        \
            newest, function, cost, .shape_inputs = shapes,                    \
            .traits = OC_TRAIT_MOVES | OC_TRAIT_FOLLOWS)

OC_OP_DEFINE(expand) = {
    REPEAT("Expand", 8, "Expand-13", infer_expand, OC_IN(1)),
    REPEAT("Tile", 1, "Tile-1", infer_tile_axis, OC_IN(1) | OC_IN(2)),
    REPEAT("Tile", 6, "Tile-13", infer_tile, OC_IN(1)),
    {0},
};
