/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/nonzero.c - NonZero and Compress: how much comes out depends
 * on the data, so it is a named symbol with bounds unless they are known.
 */
#include "analyzers/ops/movement.h"

/* How many of the elements are not 0, or OC_UNKNOWN. */
static oc_expr count_nonzero(oc_op *op, const oc_block *block, size_t limit)
{
    int64_t count = 0;
    for (size_t i = 0; i < block->count && i < limit; i++) {
        const oc_tri zero = oc_equal(op, block->element[i], oc_expr_of(0));
        if (zero == OC_MAYBE)
            return OC_UNKNOWN;
        count += zero == OC_NO;
    }
    return oc_expr_of(count);
}

/* All elements are positive, or all negative. */
static bool never_zero(oc_op *op, size_t input)
{
    oc_expr lower, upper;
    if (!oc_op_range(op, input, &lower, &upper))
        return false;
    return oc_at_most(op, oc_expr_of(1), lower) == OC_YES ||
           oc_at_most(op, upper, oc_expr_of(-1)) == OC_YES;
}

static oc_expr nonzero_count(oc_op *op)
{
    const oc_block *x = oc_op_value(op, 0);
    const oc_expr numel =
        oc_op_has_rank(op, 0) ? oc_op_input_numel(op, 0) : OC_UNKNOWN;
    if (never_zero(op, 0))
        return numel;
    const oc_expr count = x ? count_nonzero(op, x, x->count) : OC_UNKNOWN;
    return oc_expr_is_known(count) ? count : oc_fresh(op, OC_UNKNOWN, numel);
}

/* y[axis, k]: where the k-th element that is not 0 stands. */
static void set_positions(oc_op *op, oc_shape y)
{
    const oc_block *x = oc_op_value(op, 0);
    oc_block block;
    if (!x || !oc_block_of(op, y, &block))
        return;
    const size_t columns = (size_t)block.dim[1];
    oc_expr *element = OC_OP_NEW(op, oc_expr, block.count);
    int64_t *at = OC_OP_NEW(op, int64_t, x->rank);
    size_t k = 0;
    for (size_t i = 0; i < x->count && k < columns; i++) {
        if (oc_equal(op, x->element[i], oc_expr_of(0)) == OC_YES)
            continue;
        oc_block_position(x, i, at);
        for (size_t axis = 0; axis < x->rank; axis++)
            element[axis * columns + k] = oc_expr_of(at[axis]);
        k++;
    }
    oc_op_set_value(op, 0, element);
}

static void infer_nonzero(oc_op *op)
{
    const oc_shape y = oc_shape_new(op, 2);
    const bool ranked = oc_op_has_rank(op, 0);
    if (ranked)
        y.dim[0] = oc_expr_of((int64_t)oc_op_input(op, 0).rank);
    y.dim[1] = nonzero_count(op);
    oc_op_set_output(op, 0, OC_ELEM_INT64, y);
    set_positions(op, y);
    if (ranked && oc_op_input(op, 0).rank == 1)
        oc_op_set_range(op, 0, oc_expr_of(0),
                        oc_plus(op, oc_op_input(op, 0).dim[0], -1));
}

static void cost_nonzero(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "comparisons", oc_op_input_numel(op, 0));
}

/* Slices along `axis`, or elements, that `condition` keeps. */
typedef struct kept {
    bool flat;
    size_t axis;
    const oc_block *x;
    const int64_t *position; /* of what is kept */
} kept;

static bool kept_source(const void *how, const int64_t *to, int64_t *from)
{
    const kept *k = how;
    if (k->flat) {
        oc_block_position(k->x, (size_t)k->position[to[0]], from);
        return true;
    }
    for (size_t axis = 0; axis < k->x->rank; axis++)
        from[axis] = axis == k->axis ? k->position[to[axis]] : to[axis];
    return true;
}

static void move_kept(oc_op *op, oc_shape y, bool flat, size_t axis)
{
    const oc_block *x = oc_op_value(op, 0), *mask = oc_op_value(op, 1);
    if (!x || !mask)
        return;
    int64_t *position = OC_OP_NEW(op, int64_t, mask->count);
    size_t count = 0;
    const kept how = {flat, axis, x, position};
    const size_t limit = flat ? x->count : (size_t)x->dim[axis];
    for (size_t i = 0; i < mask->count && i < limit; i++)
        if (oc_equal(op, mask->element[i], oc_expr_of(0)) == OC_NO)
            position[count++] = (int64_t)i;
    oc_block_move(op, 0, y, kept_source, &how, OC_UNKNOWN);
}

/* The condition may be shorter than the dim; what is beyond it keeps none. */
static oc_expr kept_count(oc_op *op, oc_expr dim)
{
    const oc_block *mask = oc_op_value(op, 1);
    const oc_expr length =
        oc_op_has_rank(op, 1) ? oc_op_input_numel(op, 1) : OC_UNKNOWN;
    oc_expr count = OC_UNKNOWN;
    if (mask && oc_expr_is_immediate(dim))
        count = count_nonzero(op, mask, (size_t)oc_expr_immediate(dim));
    else if (mask)
        count = count_nonzero(op, mask, mask->count);
    if (oc_expr_is_known(count))
        return count;
    const bool shorter = oc_at_most(op, length, dim) == OC_YES;
    return oc_fresh(op, OC_UNKNOWN,
                    shorter || !oc_expr_is_known(dim) ? length : dim);
}

static void infer_compress(oc_op *op)
{
    const bool flat = !oc_op_has_attr(op, "axis");
    const oc_shape x = oc_op_input(op, 0);
    size_t axis = 0;
    oc_shape y = flat ? oc_shape_new(op, 1) : x;
    if (!flat && !oc_op_has_rank(op, 0)) {
        oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
        return;
    }
    if (!flat)
        axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    if (axis >= y.rank)
        return;
    y.dim[axis] =
        kept_count(op, flat && oc_op_has_rank(op, 0) ? oc_shape_numel(op, x)
                       : flat                        ? OC_UNKNOWN
                                                     : x.dim[axis]);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_op_pass_range(op, 0, 0);
    move_kept(op, y, flat, axis);
}

static void cost_compress(oc_op *op, oc_cost *sum)
{
    oc_cost_read(sum, 0, oc_op_output_numel(op, 0));
}

OC_OP_DEFINE(nonzero) = {
    {.domain = "",
     .op_type = "NonZero",
     .since_version = 9,
     .rule = "one comparison per input element",
     .source = "ONNX operators, NonZero-13",
     .infer = infer_nonzero,
     .cost = cost_nonzero},
    {.domain = "",
     .op_type = "Compress",
     .since_version = 9,
     .rule = "selected elements and the condition read, the selection "
             "written",
     .source = "ONNX operators, Compress-28",
     .infer = infer_compress,
     .cost = cost_compress,
     .traits = OC_TRAIT_MOVES},
    {0},
};
