/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/range.c - Range: start, start + delta, .. before limit;
 * com.microsoft may leave out a delta of 1.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

/* A difference of floats is rounded as the type rounds; symbols stand for
 * whole numbers only. */
static oc_expr distance(oc_op *op, oc_expr start, oc_expr limit)
{
    const int type = oc_op_dtype(op, 0);
    const oc_expr all = oc_sub(op, limit, start);
    double value;
    if (!oc_elem_is_float(type))
        return all;
    if (oc_to_double(op, all, &value))
        return oc_real(op, value, type);
    return oc_is_integral(op, all) ? all : OC_UNKNOWN;
}

/* max(0, ceil((limit - start) / delta)), delta of one sign. */
static oc_expr length_of(oc_op *op, oc_expr start, oc_expr limit, oc_expr delta)
{
    const oc_expr zero = oc_expr_of(0);
    oc_expr all = distance(op, start, limit);
    if (oc_expr_is(delta, 0)) {
        oc_op_fail(op, "delta is 0");
        return OC_UNKNOWN;
    }
    if (oc_at_most(op, delta, zero) == OC_YES) {
        all = oc_sub(op, zero, all);
        delta = oc_sub(op, zero, delta);
    }
    if (!oc_expr_is_known(all) || oc_at_most(op, zero, delta) != OC_YES)
        return oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    return oc_max(op, zero, oc_ceil_div(op, all, delta));
}

static void set_elements(oc_op *op, oc_shape y, oc_expr start, oc_expr delta)
{
    oc_block block;
    if (!oc_block_of(op, y, &block))
        return;
    oc_expr *element = OC_OP_NEW(op, oc_expr, block.count);
    for (size_t i = 0; i < block.count; i++)
        element[i] = oc_add(op, start, oc_times(op, (int64_t)i, delta));
    oc_op_set_value(op, 0, element);
}

/* All elements lie between start and the last one before limit. */
static void set_bounds(oc_op *op, oc_expr start, oc_expr limit, oc_expr delta,
                       oc_expr length)
{
    const oc_expr steps = oc_mul(op, oc_plus(op, length, -1), delta);
    const oc_expr last = oc_add(op, start, steps);
    if (oc_expr_is(delta, 1))
        oc_op_set_range(op, 0, start, oc_plus(op, limit, -1));
    else if (oc_at_most(op, oc_expr_of(0), delta) == OC_YES)
        oc_op_set_range(op, 0, start, last);
    else if (oc_at_most(op, delta, oc_expr_of(0)) == OC_YES)
        oc_op_set_range(op, 0, last, start);
}

static void infer(oc_op *op)
{
    const oc_expr start = oc_op_scalar(op, 0), limit = oc_op_scalar(op, 1);
    const oc_expr delta =
        oc_op_has_input(op, 2) ? oc_op_scalar(op, 2) : oc_expr_of(1);
    const oc_shape y = oc_shape_new(op, 1);
    y.dim[0] = length_of(op, start, limit, delta);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    set_elements(op, y, start, delta);
    if (!oc_elem_is_float(oc_op_dtype(op, 0)))
        set_bounds(op, start, limit, delta, y.dim[0]);
}

#define RULE "every element written once"
#define OPERANDS (OC_IN(0) | OC_IN(1) | OC_IN(2))

OC_OP_DEFINE(number_range) = {
    OC_ONNX("Range", 11, RULE, "Range-27", infer, NULL,
            .shape_inputs = OPERANDS, .traits = OC_TRAIT_MOVES),
    OC_MICROSOFT("Range", RULE, infer, NULL, .shape_inputs = OPERANDS,
                 .traits = OC_TRAIT_MOVES),
    {0},
};
