/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/concat.c - Concat: tensors one after the other along an axis.
 */
#include "analyzers/ops/movement.h"

/* The first input of known rank, or the number of inputs. */
static size_t first_ranked(oc_op *op)
{
    size_t i = 0;
    while (i < oc_op_input_count(op) && !oc_op_has_rank(op, i))
        i++;
    return i;
}

static size_t axis_of(oc_op *op, size_t rank)
{
    if (oc_op_version(op) >= 4 && !oc_op_has_attr(op, "axis"))
        oc_op_fail(op, "axis is missing");
    return oc_op_axis(op, oc_op_attr_int(op, "axis", 1), rank);
}

/* All dims but the one along the axis. */
static void unify(oc_op *op, oc_shape *y, oc_shape x, size_t axis)
{
    if (x.rank != y->rank) {
        oc_op_fail(op, "inputs differ in rank");
        return;
    }
    for (size_t i = 0; i < y->rank; i++)
        if (i != axis)
            y->dim[i] = oc_unify(op, y->dim[i], x.dim[i]);
}

/* Two by two: each sum on the way is kept, and of many symbols one after the
 * other they would be long. */
static oc_expr sum_of(oc_op *op, oc_expr *length, size_t count)
{
    for (; count > 1; count = (count + 1) / 2)
        for (size_t i = 0; 2 * i < count; i++)
            length[i] = 2 * i + 1 < count
                            ? oc_add(op, length[2 * i], length[2 * i + 1])
                            : length[2 * i];
    return length[0];
}

/* The part lies within the whole when put at `offset` along the axis. */
static bool fits(const oc_block *whole, const oc_block *part, size_t axis,
                 int64_t offset)
{
    bool within = part->rank == whole->rank;
    for (size_t i = 0; within && i < whole->rank; i++)
        within = part->dim[i] + (i == axis ? offset : 0) <= whole->dim[i];
    return within;
}

/* Elements of inputs whose values are not known are not known. */
static void fill(oc_op *op, oc_shape y, size_t axis)
{
    oc_block whole, part;
    if (!oc_block_of(op, y, &whole))
        return;
    oc_expr *element = OC_OP_NEW(op, oc_expr, whole.count);
    int64_t *at = OC_OP_NEW(op, int64_t, y.rank);
    int64_t offset = 0;
    bool any = false;
    for (size_t i = 0; i < oc_op_input_count(op); i++) {
        if (!oc_op_has_input(op, i))
            continue;
        if (!oc_block_of(op, oc_op_input(op, i), &part) ||
            !fits(&whole, &part, axis, offset))
            return;
        const oc_block *x = oc_op_value(op, i);
        any = any || x;
        for (size_t k = 0; k < part.count; k++) {
            oc_block_position(&part, k, at);
            at[axis] += offset;
            element[oc_block_index(&whole, at)] =
                x ? x->element[k] : OC_UNKNOWN;
        }
        offset += part.dim[axis];
    }
    if (any)
        oc_op_set_value(op, 0, element);
}

static void bound(oc_op *op)
{
    oc_range all = oc_op_bounds(op, 0);
    for (size_t i = 1; i < oc_op_input_count(op); i++)
        if (oc_op_has_input(op, i))
            all = oc_range_union(op, all, oc_op_bounds(op, i));
    oc_op_set_range(op, 0, all.lower, all.upper);
}

static void infer(oc_op *op)
{
    const size_t first = first_ranked(op);
    if (first == oc_op_input_count(op)) {
        oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
        return;
    }
    oc_shape y = oc_op_input(op, first);
    const size_t axis = axis_of(op, y.rank);
    if (y.rank == 0) {
        oc_op_fail(op, "scalars cannot be concatenated");
        return;
    }
    oc_expr *length = OC_OP_NEW(op, oc_expr, oc_op_input_count(op));
    size_t count = 0;
    for (size_t i = 0; i < oc_op_input_count(op); i++) {
        if (!oc_op_has_input(op, i))
            continue;
        const bool ranked = oc_op_has_rank(op, i);
        const oc_shape x = ranked ? oc_op_input(op, i) : y;
        if (i != first && ranked)
            unify(op, &y, x, axis);
        length[count++] = ranked && axis < x.rank ? x.dim[axis] : OC_UNKNOWN;
    }
    y.dim[axis] = sum_of(op, length, count);
    oc_op_set_output(op, 0, oc_op_dtype(op, first), y);
    fill(op, y, axis);
    bound(op);
}

static void cost(oc_op *op, oc_cost *sum)
{
    if (oc_op_input_count(op) == 1)
        oc_cost_view(sum);
}

OC_OP_DEFINE(concat) = {
    {.domain = "",
     .op_type = "Concat",
     .since_version = 1,
     .rule = "every element read and written; a view of a single input",
     .source = "ONNX operators, Concat-13",
     .infer = infer,
     .cost = cost,
     .traits = OC_TRAIT_MOVES},
    {0},
};
