/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/view.c - Identity, Flatten, Squeeze, Unsqueeze: the elements
 * of the input in their order, under dims that need no division.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

static void infer_identity(oc_op *op)
{
    oc_op_copy_type(op, 0, 0);
    if (oc_op_has_rank(op, 0))
        oc_op_pass_elements(op, 0, 0, oc_op_input(op, 0));
}

static void set_view(oc_op *op, oc_shape y)
{
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_op_pass_elements(op, 0, 0, y);
}

/* [d0 * .. * d(axis-1), d(axis) * ..]; the axis may be the rank itself. */
static void infer_flatten(oc_op *op)
{
    const int64_t given = oc_op_attr_int(op, "axis", 1);
    if (!oc_op_has_rank(op, 0)) {
        set_view(op, oc_shape_new(op, 2));
        return;
    }
    const oc_shape x = oc_op_input(op, 0);
    const size_t axis =
        given == (int64_t)x.rank ? x.rank : oc_op_axis(op, given, x.rank);
    oc_shape y = oc_shape_new(op, 2);
    y.dim[0] = oc_shape_product(op, x, 0, axis);
    y.dim[1] = oc_shape_product(op, x, axis, x.rank);
    set_view(op, y);
}

/* Without axes every dim of 1 goes, so each must be known to be 1 or not. */
static void squeeze_ones(oc_op *op, oc_shape x, bool *gone)
{
    for (size_t axis = 0; axis < x.rank; axis++) {
        const oc_tri one = oc_equal(op, x.dim[axis], oc_expr_of(1));
        gone[axis] = one == OC_YES;
        if (one == OC_MAYBE)
            oc_op_needs(op);
    }
}

static void infer_squeeze(oc_op *op)
{
    const oc_int_list axes = oc_op_int_list(op, "axes", 1);
    const oc_shape x = oc_op_input(op, 0);
    if (!oc_op_has_rank(op, 0) || (axes.given && !axes.known)) {
        const bool counted = axes.counted && axes.count <= x.rank;
        if (!counted)
            oc_op_needs(op);
        set_view(op, oc_shape_new(op, counted ? x.rank - axes.count : 0));
        return;
    }
    bool *gone = oc_op_axes(op, axes, x.rank, false);
    oc_shape y = {0, OC_OP_NEW(op, oc_expr, x.rank)};
    if (!axes.given)
        squeeze_ones(op, x, gone);
    for (size_t axis = 0; axis < x.rank; axis++)
        if (gone[axis])
            oc_unify(op, x.dim[axis], oc_expr_of(1));
        else
            y.dim[y.rank++] = x.dim[axis];
    set_view(op, y);
}

static void infer_unsqueeze(oc_op *op)
{
    const oc_int_list axes = oc_op_int_list(op, "axes", 1);
    const oc_shape x = oc_op_input(op, 0);
    if (!axes.given)
        oc_op_fail(op, "axes are missing");
    if (!axes.counted)
        oc_op_needs(op);
    const oc_shape y = oc_shape_new(op, x.rank + axes.count);
    if (oc_op_has_rank(op, 0) && axes.known) {
        const bool *added = oc_op_axes(op, axes, y.rank, false);
        size_t next = 0;
        for (size_t axis = 0; axis < y.rank; axis++)
            y.dim[axis] =
                added[axis] || next == x.rank ? oc_expr_of(1) : x.dim[next++];
    }
    set_view(op, y);
}

#define VIEW(name, newest, function)                                           \
    OC_ONNX(name, 1, "a view: no byte moves", newest, function, NULL,          \
            .shape_inputs = OC_IN(1),                                          \
            .traits = OC_TRAIT_VIEW | OC_TRAIT_FOLLOWS)

OC_OP_DEFINE(view) = {
    VIEW("Identity", "Identity-25", infer_identity),
    VIEW("Flatten", "Flatten-25", infer_flatten),
    VIEW("Squeeze", "Squeeze-25", infer_squeeze),
    VIEW("Unsqueeze", "Unsqueeze-25", infer_unsqueeze),
    {0},
};
