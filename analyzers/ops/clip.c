/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/clip.c - Clip: min(max(x, lower), upper), the bounds given by
 * attributes before opset 11 and by inputs since.
 */
#include "analyzers/ops/elementwise.h"

typedef struct bound {
    bool given;
    oc_expr value;
} bound;

static bound get_bound(oc_op *op, const char *attribute, size_t input)
{
    bound b = {.value = OC_UNKNOWN};
    if (oc_op_version(op) < 11) {
        b.given = oc_op_has_attr(op, attribute);
        b.value =
            oc_real(op, oc_op_attr_float(op, attribute, 0), oc_op_dtype(op, 0));
        return b;
    }
    b.given = oc_op_has_input(op, input);
    const oc_block *block = b.given ? oc_op_value(op, input) : NULL;
    if (block && block->count == 1)
        b.value = block->element[0];
    return b;
}

static oc_expr clip(oc_op *op, oc_expr x, bound lower, bound upper)
{
    if (lower.given)
        x = oc_max(op, x, lower.value);
    return upper.given ? oc_min(op, x, upper.value) : x;
}

static void set_bounds(oc_op *op, bound lower, bound upper)
{
    oc_range y = oc_op_bounds(op, 0);
    const oc_range least = {lower.value, lower.value};
    const oc_range greatest = {upper.value, upper.value};
    if (oc_elem_is_float(oc_op_dtype(op, 0)))
        return;
    if (lower.given)
        y = oc_range_greatest(op, y, least);
    if (upper.given)
        y = oc_range_least(op, y, greatest);
    oc_op_set_range(op, 0, y.lower, y.upper);
}

static void infer(oc_op *op)
{
    const oc_block *x = oc_op_value(op, 0);
    const bound lower = get_bound(op, "min", 1);
    const bound upper = get_bound(op, "max", 2);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), oc_op_input(op, 0));
    if (!x) {
        set_bounds(op, lower, upper);
        return;
    }
    oc_expr *y = OC_OP_NEW(op, oc_expr, x->count);
    for (size_t i = 0; i < x->count; i++)
        y[i] = clip(op, x->element[i], lower, upper);
    oc_op_set_value(op, 0, y);
}

static void cost(oc_op *op, oc_cost *sum)
{
    const int bounds =
        (int)get_bound(op, "min", 1).given + (int)get_bound(op, "max", 2).given;
    if (bounds)
        oc_cost_add(sum, OC_FLOPS, "per element and bound",
                    oc_times(op, bounds, oc_op_output_numel(op, 0)));
}

OC_OP_DEFINE(clip) = {
    {.domain = "",
     .op_type = "Clip",
     .since_version = 1,
     .rule = "one FLOP per element and bound given",
     .source = "ONNX operators, Clip-13",
     .infer = infer,
     .cost = cost},
    {0},
};
