/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/elementwise.c - shapes, values and costs that all
 * element-wise operators share; their tables are in elementwise_*.c.
 */
#include "analyzers/ops/elementwise.h"

/* What an integer type holds; false when elem_type is none. */
static bool integer_limits(oc_op *op, int elem_type, oc_range *limits)
{
    static const struct {
        int elem_type;
        int64_t lower, upper;
    } types[] = {{OC_ELEM_INT8, INT8_MIN, INT8_MAX},
                 {OC_ELEM_INT16, INT16_MIN, INT16_MAX},
                 {OC_ELEM_INT32, INT32_MIN, INT32_MAX},
                 {OC_ELEM_INT64, INT64_MIN, INT64_MAX},
                 {OC_ELEM_UINT8, 0, UINT8_MAX},
                 {OC_ELEM_UINT16, 0, UINT16_MAX},
                 {OC_ELEM_UINT32, 0, UINT32_MAX}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i].elem_type == elem_type) {
            limits->lower = oc_int(op, types[i].lower);
            limits->upper = oc_int(op, types[i].upper);
            return true;
        }
    return false;
}

oc_expr oc_elementwise_round(oc_op *op, oc_expr e)
{
    oc_range limits;
    double value;
    const int type = oc_op_dtype(op, 0);
    if (type == OC_ELEM_INT64 && oc_expr_is_immediate(e))
        return e; /* as nearly all of shape arithmetic */
    if (oc_elem_is_float(type) && oc_to_double(op, e, &value))
        return oc_real(op, value, type);
    if (integer_limits(op, type, &limits) &&
        (oc_at_most(op, limits.lower, e) == OC_NO ||
         oc_at_most(op, e, limits.upper) == OC_NO))
        return OC_UNKNOWN;
    return e;
}

/* b where a is not known: of two limits the one there is. */
static oc_expr the_known(oc_expr a, oc_expr b)
{
    return oc_expr_is_known(a) ? a : b;
}

oc_range oc_range_least(oc_op *op, oc_range a, oc_range b)
{
    const oc_expr both = oc_min(op, a.upper, b.upper);
    const oc_range least = {oc_min(op, a.lower, b.lower),
                            the_known(both, the_known(a.upper, b.upper))};
    return least;
}

oc_range oc_range_greatest(oc_op *op, oc_range a, oc_range b)
{
    const oc_expr both = oc_max(op, a.lower, b.lower);
    const oc_range greatest = {the_known(both, the_known(a.lower, b.lower)),
                               oc_max(op, a.upper, b.upper)};
    return greatest;
}

static bool counts(int elem_type)
{
    return (elem_type >= OC_ELEM_UINT8 && elem_type <= OC_ELEM_INT64) ||
           elem_type == OC_ELEM_BOOL || elem_type == OC_ELEM_UINT32 ||
           elem_type == OC_ELEM_UINT64;
}

/* Where elements do not follow, bounds of all of them may. */
static void bound(oc_op *op)
{
    const oc_elementwise *row = oc_op_data(op);
    if (!row->bounds || !counts(oc_op_dtype(op, 0)))
        return;
    oc_range y = oc_op_bounds(op, 0);
    if (oc_op_input_count(op) == 1)
        y = row->bounds(op, y, y);
    for (size_t i = 1; i < oc_op_input_count(op); i++)
        y = row->bounds(op, y, oc_op_bounds(op, i));
    oc_op_set_range(op, 0, y.lower, y.upper);
}

static int result_type(oc_op *op)
{
    const oc_elementwise *row = oc_op_data(op);
    return row->result ? row->result : oc_op_dtype(op, 0);
}

void oc_unary_infer(oc_op *op)
{
    const oc_elementwise *row = oc_op_data(op);
    const oc_block *x = oc_op_value(op, 0);
    oc_op_set_output(op, 0, result_type(op), oc_op_input(op, 0));
    if (!row->value || !x) {
        bound(op);
        return;
    }
    oc_expr *y = OC_OP_NEW(op, oc_expr, x->count);
    for (size_t i = 0; i < x->count; i++)
        y[i] =
            oc_elementwise_round(op, row->value(op, x->element[i], OC_UNKNOWN));
    oc_op_set_value(op, 0, y);
}

/* Before opset 7 B was broadcast only on request, aligned at `axis`. */
static oc_shape aligned(oc_op *op, oc_shape a, oc_shape b)
{
    if (oc_op_version(op) >= 7 || !oc_op_has_attr(op, "axis") ||
        b.rank >= a.rank)
        return b;
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), a.rank);
    oc_shape moved = oc_shape_new(op, a.rank - axis);
    for (size_t i = 0; i < moved.rank; i++)
        moved.dim[i] = i < b.rank ? b.dim[i] : oc_expr_of(1);
    return moved;
}

/* The elements of a op b, ... over the static dims of the result; false when
 * they do not follow. */
static bool fold(oc_op *op, oc_shape y)
{
    const oc_elementwise *row = oc_op_data(op);
    int64_t *dims;
    size_t count;
    if (!row->value || !oc_shape_fits_block(op, y, &dims, &count))
        return false;
    for (size_t i = 0; i < oc_op_input_count(op); i++)
        if (!oc_op_value(op, i) || (count && !oc_op_value(op, i)->count))
            return false;
    const oc_block *a = oc_op_value(op, 0);
    oc_expr *out = OC_OP_NEW(op, oc_expr, count);
    for (size_t i = 0; i < count; i++) {
        oc_expr e = a->element[oc_block_source(a, dims, y.rank, i)];
        for (size_t k = 1; k < oc_op_input_count(op); k++) {
            const oc_block *b = oc_op_value(op, k);
            const oc_expr other =
                b->element[oc_block_source(b, dims, y.rank, i)];
            e = oc_elementwise_round(op, row->value(op, e, other));
        }
        out[i] = e;
    }
    oc_op_set_value(op, 0, out);
    return true;
}

void oc_broadcast_infer(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    for (size_t i = 1; i < oc_op_input_count(op); i++)
        y = oc_shapes_broadcast(op, y, aligned(op, y, oc_op_input(op, i)));
    oc_op_set_output(op, 0, result_type(op), y);
    if (!fold(op, y))
        bound(op);
}

void oc_elementwise_cost(oc_op *op, oc_cost *sum)
{
    const oc_elementwise *row = oc_op_data(op);
    const oc_expr elements = oc_op_output_numel(op, 0);
    if (row->flops)
        oc_cost_add(sum, OC_FLOPS, "per element",
                    oc_times(op, row->flops, elements));
    if (row->transcendentals)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "per element",
                    oc_times(op, row->transcendentals, elements));
}

void oc_variadic_cost(oc_op *op, oc_cost *sum)
{
    const oc_elementwise *row = oc_op_data(op);
    const int64_t others = (int64_t)oc_op_input_count(op) - 1;
    oc_cost_add(sum, OC_FLOPS, "per element and further input",
                oc_times(op, row->flops * others, oc_op_output_numel(op, 0)));
}
