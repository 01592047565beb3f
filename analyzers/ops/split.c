/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/split.c - Split: a dim cut into pieces, by given lengths or
 * evenly.
 */
#include "analyzers/ops/movement.h"

/* Lengths that are given must fill the dim. */
static void lengths_given(oc_op *op, oc_expr dim, oc_expr_list list,
                          oc_expr *length)
{
    oc_expr all = oc_expr_of(0);
    if (list.counted && list.count < oc_op_output_count(op)) {
        oc_op_fail(op, "split has fewer lengths than there are outputs");
        return;
    }
    for (size_t i = 0; list.counted && i < list.count; i++) {
        if (oc_at_most(op, list.value[i], oc_expr_of(-1)) == OC_YES)
            oc_op_fail(op, "split holds a negative length");
        all = oc_add(op, all, list.value[i]);
    }
    if (list.counted)
        oc_unify(op, dim, all);
    for (size_t i = 0; i < oc_op_output_count(op); i++) {
        length[i] = list.counted ? list.value[i] : OC_UNKNOWN;
        if (!oc_expr_is_known(length[i]))
            length[i] = oc_fresh(op, OC_UNKNOWN, dim);
    }
}

/* `pieces` of them: the last is what the others, rounded up, leave. */
static void lengths_even(oc_op *op, oc_expr dim, int64_t pieces,
                         oc_expr *length)
{
    const oc_expr chunk = oc_ceil_div(op, dim, oc_int(op, pieces));
    const oc_expr rest =
        oc_sub(op, dim, oc_mul(op, oc_int(op, pieces - 1), chunk));
    if (oc_at_most(op, rest, oc_expr_of(-1)) == OC_YES)
        oc_op_fail(op, "the dim has too few elements for num_outputs");
    for (size_t i = 0; i < oc_op_output_count(op); i++)
        length[i] = (int64_t)i == pieces - 1 ? rest : chunk;
}

static void lengths_of(oc_op *op, oc_expr dim, oc_expr *length)
{
    const int64_t outputs = (int64_t)oc_op_output_count(op);
    const oc_expr_list list = oc_op_expr_list(op, "split", 1);
    if (list.given) {
        lengths_given(op, dim, list, length);
    } else if (oc_op_has_attr(op, "num_outputs")) {
        const int64_t pieces = oc_op_attr_int(op, "num_outputs", outputs);
        if (pieces < outputs)
            oc_op_fail(op, "num_outputs is less than there are outputs");
        else
            lengths_even(op, dim, pieces, length);
    } else {
        const oc_expr pieces = oc_expr_of(outputs);
        if (oc_assume_that(op, OC_ASSUME_DIVIDES, pieces, dim) == OC_NO)
            oc_op_fail(op, "the dim does not split evenly");
        for (int64_t i = 0; i < outputs; i++)
            length[i] = oc_floor_div(op, dim, pieces);
    }
}

typedef struct piece {
    size_t rank, axis;
    int64_t offset;
} piece;

static bool source(const void *how, const int64_t *to, int64_t *from)
{
    const piece *p = how;
    for (size_t axis = 0; axis < p->rank; axis++)
        from[axis] = to[axis] + (axis == p->axis ? p->offset : 0);
    return true;
}

/* Lengths that contradict the dim were refused, but still arrive here. */
static void move(oc_op *op, size_t output, oc_shape x, oc_shape y, size_t axis,
                 oc_expr offset)
{
    const oc_expr end = oc_add(op, offset, y.dim[axis]);
    if (!oc_expr_is_immediate(offset) || oc_expr_immediate(offset) < 0 ||
        oc_at_most(op, end, x.dim[axis]) != OC_YES)
        return;
    const piece how = {x.rank, axis, oc_expr_immediate(offset)};
    oc_block_move(op, output, y, source, &how, OC_UNKNOWN);
}

static void infer(oc_op *op)
{
    const int elem_type = oc_op_dtype(op, 0);
    const oc_shape x = oc_op_input(op, 0);
    const size_t outputs = oc_op_output_count(op);
    oc_expr *length = OC_OP_NEW(op, oc_expr, outputs);
    oc_expr offset = oc_expr_of(0);
    size_t axis = 0;
    if (oc_op_has_rank(op, 0))
        axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    if (axis < x.rank && outputs > 0)
        lengths_of(op, x.dim[axis], length);
    for (size_t i = 0; i < outputs; i++) {
        const oc_shape y = oc_shape_copy(op, x);
        if (axis < x.rank)
            y.dim[axis] = length[i];
        oc_op_set_output(op, i, elem_type, y);
        if (axis < x.rank)
            move(op, i, x, y, axis, offset);
        oc_op_pass_range(op, i, 0);
        offset = oc_add(op, offset, length[i]);
    }
}

static bool is_view(oc_op *op)
{
    if (!oc_op_has_rank(op, 0))
        return false;
    const oc_shape x = oc_op_input(op, 0);
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    return oc_op_output_count(op) == 1 || oc_axis_outermost(op, x, axis);
}

static void cost(oc_op *op, oc_cost *sum)
{
    oc_expr read = oc_expr_of(0);
    for (size_t i = 0; i < oc_op_output_count(op); i++)
        if (oc_op_has_output(op, i))
            read = oc_add(op, read, oc_op_output_numel(op, i));
    if (is_view(op))
        oc_cost_view(sum);
    else
        oc_cost_read(sum, 0, read);
}

OC_OP_DEFINE(split) = {
    {.domain = "",
     .op_type = "Split",
     .since_version = 1,
     .rule = "every element read and written; views when the outermost dim "
             "that is not 1 is split",
     .source = "ONNX operators, Split-18",
     .infer = infer,
     .cost = cost,
     .shape_inputs = OC_IN(1),
     .traits = OC_TRAIT_MOVES | OC_TRAIT_FOLLOWS},
    {0},
};
