/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/slice.c - Slice: parts of dims, by attributes before opset
 * 10 and by inputs since; DynamicSlice, experimental in opset 1, by inputs.
 */
#include "analyzers/ops/slice.h"

#include "analyzers/ops/descriptor.h"

/* What a Slice does to every axis of its input. */
typedef struct cut {
    bool known; /* which axes are cut */
    oc_shape x;
    oc_part *part; /* x.rank of them */
    bool *is_cut;
} cut;

static cut cut_nothing(oc_op *op)
{
    cut c = {.x = oc_op_input(op, 0)};
    c.part = OC_OP_NEW(op, oc_part, c.x.rank);
    c.is_cut = OC_OP_NEW(op, bool, c.x.rank);
    for (size_t axis = 0; axis < c.x.rank; axis++) {
        const oc_part whole = {oc_expr_of(0), c.x.dim[axis], 1};
        c.part[axis] = whole;
    }
    return c;
}

/* Entry i of a list: its element, OC_UNKNOWN when that is not known, the
 * fallback when there is no list. */
static oc_expr entry(oc_expr_list list, size_t i, oc_expr fallback)
{
    if (!list.given)
        return fallback;
    return list.counted ? list.value[i] : OC_UNKNOWN;
}

static void cut_axis(oc_op *op, cut *c, size_t axis, oc_expr start, oc_expr end,
                     oc_expr step)
{
    const oc_expr dim = c->x.dim[axis];
    oc_part *part = &c->part[axis];
    if (c->is_cut[axis])
        oc_op_fail(op, "axes name one axis twice");
    c->is_cut[axis] = true;
    if (oc_expr_is(step, 0))
        oc_op_fail(op, "a step is 0");
    else if (oc_expr_is_immediate(step))
        *part = oc_part_of(op, dim, start, end, oc_expr_immediate(step));
    else
        *part = oc_part_of(op, dim, OC_UNKNOWN, OC_UNKNOWN, 1);
}

static bool fits(oc_expr_list list, size_t count)
{
    return !list.counted || list.count == count;
}

/* How many axes are cut: whichever list says it. */
static bool entries(oc_expr_list starts, oc_expr_list ends, oc_int_list axes,
                    size_t *count)
{
    *count = starts.counted ? starts.count
             : ends.counted ? ends.count
                            : axes.count;
    return starts.counted || ends.counted || axes.counted;
}

static cut cut_of(oc_op *op)
{
    const oc_expr_list starts = oc_op_expr_list(op, "starts", 1);
    const oc_expr_list ends = oc_op_expr_list(op, "ends", 2);
    const oc_expr_list steps = oc_op_expr_list(op, NULL, 4);
    const oc_int_list axes = oc_op_int_list(op, "axes", 3);
    cut c = cut_nothing(op);
    size_t count;
    if (!oc_op_has_rank(op, 0))
        return c;
    c.known =
        entries(starts, ends, axes, &count) && (axes.known || !axes.given);
    if (!c.known)
        return c;
    if (!fits(starts, count) || !fits(ends, count) || !fits(steps, count) ||
        (axes.given ? axes.count != count : count > c.x.rank)) {
        oc_op_fail(op, "starts, ends, axes and steps differ in length");
        return c;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t axis =
            axes.given ? oc_op_axis(op, axes.value[i], c.x.rank) : i;
        if (axis < c.x.rank)
            cut_axis(op, &c, axis, entry(starts, i, OC_UNKNOWN),
                     entry(ends, i, OC_UNKNOWN),
                     entry(steps, i, oc_expr_of(1)));
    }
    return c;
}

static bool source(const void *how, const int64_t *to, int64_t *from)
{
    const cut *c = how;
    for (size_t axis = 0; axis < c->x.rank; axis++)
        from[axis] = oc_expr_immediate(c->part[axis].first) +
                     to[axis] * c->part[axis].step;
    return true;
}

static void move(oc_op *op, const cut *c, oc_shape y)
{
    for (size_t axis = 0; axis < y.rank; axis++)
        if (!oc_expr_is_immediate(c->part[axis].first))
            return;
    oc_block_move(op, 0, y, source, c, OC_UNKNOWN);
}

static void infer(oc_op *op)
{
    const cut c = cut_of(op);
    if (!oc_op_has_rank(op, 0)) {
        oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
        return;
    }
    const oc_shape y = oc_shape_new(op, c.x.rank);
    for (size_t axis = 0; c.known && axis < y.rank; axis++)
        y.dim[axis] = c.part[axis].length;
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    move(op, &c, y);
    oc_op_pass_range(op, 0, 0);
}

/* The elements stay where they are: nothing is cut off, or only from the
 * outermost dim that is not 1, and not with gaps. */
static bool is_view(oc_op *op, const cut *c)
{
    size_t changed = 0, last = 0;
    for (size_t axis = 0; axis < c->x.rank; axis++) {
        const oc_part part = c->part[axis];
        const oc_expr dim = c->x.dim[axis];
        if (oc_equal(op, part.length, dim) == OC_YES &&
            (part.step > 0 || oc_at_most(op, dim, oc_expr_of(1)) == OC_YES))
            continue;
        if (part.step != 1)
            return false;
        changed++;
        last = axis;
    }
    return changed == 0 || (changed == 1 && oc_axis_outermost(op, c->x, last));
}

static void cost(oc_op *op, oc_cost *sum)
{
    const cut c = cut_of(op);
    if (c.known && is_view(op, &c))
        oc_cost_view(sum);
    else
        oc_cost_read(sum, 0, oc_op_output_numel(op, 0));
}

#define SLICE(name, newest)                                                    \
    OC_ONNX(name, 1,                                                           \
            "selected elements read and written; a view when nothing but the " \
            "outermost dim is cut, with step 1",                               \
            newest, infer, cost,                                               \
            .shape_inputs = OC_IN(1) | OC_IN(2) | OC_IN(3) | OC_IN(4),         \
            .traits = OC_TRAIT_MOVES | OC_TRAIT_FOLLOWS)

OC_OP_DEFINE(slice) = {
    SLICE("Slice", "Slice-13"),
    SLICE("DynamicSlice", "DynamicSlice-1"),
    {0},
};
