/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/sort.c - TopK.
 */
#include "analyzers/ops/common.h"

/* K, an attribute before opset 10; OC_UNKNOWN when it depends on data. */
static oc_expr get_k(oc_op *op)
{
    if (oc_op_version(op) < 10)
        return oc_int(op, oc_op_attr_int(op, "k", -1));
    const oc_block *block = oc_op_value(op, 1);
    return block && block->count == 1 ? block->element[0] : OC_UNKNOWN;
}

/* How many are kept of n: k, which must not be above n. */
static oc_expr kept(oc_op *op, oc_expr k, oc_expr n)
{
    if (!oc_expr_is_known(k))
        return oc_fresh(op, oc_expr_of(0), n);
    if (oc_at_most(op, oc_expr_of(0), k) == OC_NO)
        oc_op_fail(op, "K is negative");
    if (!oc_expr_is_known(n))
        return k;
    if (oc_assume_that(op, OC_ASSUME_AT_MOST, k, n) == OC_NO)
        oc_op_fail(op, "K is larger than the axis");
    return oc_min(op, k, n);
}

static void infer(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", -1), y.rank);
    oc_expr n = OC_UNKNOWN, lower, upper;
    if (axis < y.rank) {
        n = y.dim[axis];
        y.dim[axis] = kept(op, get_k(op), n);
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_op_set_output(op, 1, OC_ELEM_INT64, y);
    if (oc_op_range(op, 0, &lower, &upper))
        oc_op_set_range(op, 0, lower, upper);
    oc_op_set_range(op, 1, oc_expr_of(0), oc_plus(op, n, -1));
}

/* A heap of k elements: each element sinks through its levels. */
static void cost(oc_op *op, oc_cost *sum)
{
    const oc_shape y = oc_op_output(op, 0);
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    if (y.rank == 0)
        return;
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", -1), y.rank);
    const oc_expr k = oc_max(op, y.dim[axis], oc_expr_of(2));
    oc_cost_add(sum, OC_FLOPS, "elements * levels of a heap of k",
                oc_mul(op, oc_op_input_numel(op, 0), oc_clog2(op, k)));
}

OC_OP_DEFINE(sort) = {
    {.domain = "",
     .op_type = "TopK",
     .since_version = 1,
     .rule = "per input element ceil(log2 K) comparisons, at least one: a "
             "heap of K elements",
     .source = "ONNX operators, TopK-24",
     .infer = infer,
     .cost = cost,
     .shape_inputs = OC_IN(1)},
    {0},
};
