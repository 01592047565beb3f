/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/cumulative.c - CumSum, CumProd, ReverseSequence: the order
 * of elements along an axis matters.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

/* A row's .data: how one element joins those before it. */
typedef struct accumulation {
    oc_expr (*join)(oc_op *op, oc_expr sum, oc_expr next);
    int neutral;
} accumulation;

static oc_expr add(oc_op *op, oc_expr sum, oc_expr next)
{
    return oc_add(op, sum, next);
}

static oc_expr multiply(oc_op *op, oc_expr sum, oc_expr next)
{
    return oc_mul(op, sum, next);
}

/* Rounded as the type rounds while everything is constant. */
static oc_expr joined(oc_op *op, oc_expr sum, oc_expr next)
{
    const accumulation *row = oc_op_data(op);
    const int type = oc_op_dtype(op, 0);
    const oc_expr e = row->join(op, sum, next);
    double value;
    if (!oc_elem_is_float(type) || !oc_to_double(op, e, &value))
        return e;
    return oc_real(op, value, type);
}

/* One line of `length` elements, `stride` apart. */
static void accumulate(oc_op *op, const oc_expr *x, oc_expr *y, size_t length,
                       size_t stride)
{
    const accumulation *row = oc_op_data(op);
    const bool reverse = oc_op_attr_int(op, "reverse", 0) != 0;
    const bool exclusive = oc_op_attr_int(op, "exclusive", 0) != 0;
    oc_expr sum = oc_expr_of(row->neutral);
    for (size_t i = 0; i < length; i++) {
        const size_t at = (reverse ? length - 1 - i : i) * stride;
        const oc_expr before = sum;
        sum = joined(op, sum, x[at]);
        y[at] = exclusive ? before : sum;
    }
}

/* The axis, an input, where it is known; else the rank. */
static size_t axis_of(oc_op *op, size_t rank)
{
    const oc_expr axis = oc_op_scalar(op, 1);
    return rank > 0 && oc_expr_is_immediate(axis)
               ? oc_op_axis(op, oc_expr_immediate(axis), rank)
               : rank;
}

static void infer_cumulative(oc_op *op)
{
    const oc_block *x = oc_op_value(op, 0);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), oc_op_input(op, 0));
    if (!x || axis_of(op, x->rank) >= x->rank)
        return;
    const size_t axis = axis_of(op, x->rank);
    const size_t length = (size_t)x->dim[axis];
    oc_expr *y = OC_OP_NEW(op, oc_expr, x->count);
    size_t stride = 1;
    for (size_t i = axis + 1; i < x->rank; i++)
        stride *= (size_t)x->dim[i];
    for (size_t i = 0; i < x->count; i++)
        if (i / stride % length == 0)
            accumulate(op, x->element + i, y + i, length, stride);
    oc_op_set_value(op, 0, y);
}

static void cost_cumulative(oc_op *op, oc_cost *sum)
{
    oc_shape x = oc_op_input(op, 0);
    const size_t axis = axis_of(op, x.rank);
    const oc_expr all = oc_shape_numel(op, x);
    oc_expr rows = OC_UNKNOWN;
    if (axis < x.rank && !oc_expr_is(x.dim[axis], 0)) {
        x.dim[axis] = oc_expr_of(1);
        rows = oc_shape_numel(op, x);
    }
    oc_cost_add(sum, OC_FLOPS, "all but the first along the axis",
                oc_expr_is(all, 0) ? all : oc_sub(op, all, rows));
}

static void infer_reverse(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_op_copy_type(op, 0, 0);
    oc_op_pass_range(op, 0, 0);
    if (!oc_op_has_rank(op, 0))
        return;
    const size_t batch =
        oc_op_axis(op, oc_op_attr_int(op, "batch_axis", 1), x.rank);
    const size_t time =
        oc_op_axis(op, oc_op_attr_int(op, "time_axis", 0), x.rank);
    if (batch == time)
        oc_op_fail(op, "batch_axis and time_axis are the same");
    else if (oc_op_has_rank(op, 1) && oc_op_input(op, 1).rank == 1)
        oc_unify(op, x.dim[batch], oc_op_input(op, 1).dim[0]);
}

#define CUMULATIVE(name, since, newest, function, start)                       \
    OC_ONNX(name, since, "one FLOP per element but the first along the axis",  \
            newest, infer_cumulative, cost_cumulative,                         \
            .shape_inputs = OC_IN(1),                                          \
            .data = &(const accumulation){function, start})

OC_OP_DEFINE(cumulative) = {
    CUMULATIVE("CumSum", 11, "CumSum-14", add, 0),
    CUMULATIVE("CumProd", 26, "CumProd-26", multiply, 1),
    {.domain = "",
     .op_type = "ReverseSequence",
     .since_version = 10,
     .rule = "every element read and written",
     .source = "ONNX operators, ReverseSequence-28",
     .infer = infer_reverse,
     .traits = OC_TRAIT_MOVES},
    {0},
};
