/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/pad.c - Pad: elements added to, or cut from, both ends of
 * dims; by attributes before opset 11 and by inputs since, as com.microsoft
 * always does.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

/* What is added before and after every axis. */
typedef struct margins {
    bool known; /* which axes are padded */
    size_t rank;
    oc_expr *before, *after;
} margins;

static oc_expr_list pads_of(oc_op *op)
{
    const char *attribute = oc_op_version(op) < 2    ? "paddings"
                            : oc_op_version(op) < 11 ? "pads"
                                                     : NULL;
    return oc_op_expr_list(op, attribute, 1);
}

static margins margins_of(oc_op *op, size_t rank)
{
    const oc_expr_list pads = pads_of(op);
    const oc_int_list axes = oc_op_int_list(op, NULL, 3);
    const size_t count = axes.given ? axes.count : rank;
    margins m = {.known = axes.known || !axes.given, .rank = rank};
    m.before = OC_OP_NEW(op, oc_expr, rank);
    m.after = OC_OP_NEW(op, oc_expr, rank);
    for (size_t axis = 0; axis < rank; axis++)
        m.before[axis] = m.after[axis] = oc_expr_of(0);
    if (pads.counted && (m.known || axes.counted) && pads.count != 2 * count)
        oc_op_fail(op, "pads must hold two numbers for each padded axis");
    for (size_t i = 0; m.known && i < count; i++) {
        const size_t axis =
            axes.given ? oc_op_axis(op, axes.value[i], rank) : i;
        if (axis >= rank)
            break;
        const bool has = pads.counted && pads.count == 2 * count;
        m.before[axis] = has ? pads.value[i] : OC_UNKNOWN;
        m.after[axis] = has ? pads.value[i + count] : OC_UNKNOWN;
    }
    return m;
}

static bool source(const void *how, const int64_t *to, int64_t *from)
{
    const margins *m = how;
    for (size_t axis = 0; axis < m->rank; axis++)
        from[axis] = to[axis] - oc_expr_immediate(m->before[axis]);
    return true;
}

/* Only constants are padded with known elements. */
static void move(oc_op *op, const margins *m, oc_shape y)
{
    const char *mode = oc_op_attr_string(op, "mode", "constant");
    oc_expr fill = oc_expr_of(0);
    if (oc_op_has_input(op, 2))
        fill = oc_op_scalar(op, 2);
    else if (oc_op_has_attr(op, "value"))
        fill = oc_real(op, oc_op_attr_float(op, "value", 0), OC_ELEM_FLOAT);
    if (strcmp(mode, "constant") != 0)
        return;
    for (size_t axis = 0; axis < m->rank; axis++)
        if (!oc_expr_is_immediate(m->before[axis]) ||
            !oc_expr_is_immediate(m->after[axis]))
            return;
    oc_block_move(op, 0, y, source, m, fill);
}

static oc_expr padded(oc_op *op, oc_expr dim, oc_expr before, oc_expr after)
{
    const oc_expr sum = oc_add(op, dim, oc_add(op, before, after));
    if (oc_at_most(op, sum, oc_expr_of(-1)) == OC_YES)
        oc_op_fail(op, "pads cut off more than there is");
    if (oc_expr_is_known(before) && oc_expr_is_known(after))
        return sum;
    return oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
}

static void infer(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    if (!oc_op_has_rank(op, 0)) {
        oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
        return;
    }
    const margins m = margins_of(op, x.rank);
    const oc_shape y = oc_shape_new(op, x.rank);
    for (size_t axis = 0; m.known && axis < x.rank; axis++)
        y.dim[axis] = padded(op, x.dim[axis], m.before[axis], m.after[axis]);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    move(op, &m, y);
}

static void cost(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    if (!oc_op_has_rank(op, 0))
        return;
    const margins m = margins_of(op, x.rank);
    for (size_t axis = 0; axis < x.rank; axis++)
        if (!m.known || !oc_expr_is(m.before[axis], 0) ||
            !oc_expr_is(m.after[axis], 0))
            return;
    oc_cost_view(sum);
}

#define RULE                                                                   \
    "the input read once, every output element written; a view when all pads " \
    "are 0"

OC_OP_DEFINE(pad) = {
    OC_ONNX("Pad", 1, RULE, "Pad-25", infer, cost,
            .shape_inputs = OC_IN(1) | OC_IN(3), .traits = OC_TRAIT_MOVES),
    OC_MICROSOFT("Pad", RULE, infer, cost, .shape_inputs = OC_IN(1),
                 .traits = OC_TRAIT_MOVES),
    {0},
};
