/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/where.c - Where: one of two elements.
 */
#include "analyzers/ops/movement.h"

static oc_expr element_of(oc_op *op, size_t input, const int64_t *dims,
                          size_t rank, size_t index)
{
    const oc_block *block = oc_op_value(op, input);
    if (!block || block->count == 0)
        return OC_UNKNOWN;
    return block->element[oc_block_source(block, dims, rank, index)];
}

/* Equal arms need no condition. */
static oc_expr chosen(oc_op *op, oc_expr condition, oc_expr x, oc_expr y)
{
    if (oc_expr_is(condition, 1))
        return x;
    if (oc_expr_is(condition, 0))
        return y;
    return oc_equal(op, x, y) == OC_YES ? x : OC_UNKNOWN;
}

/* Inputs whose values are not known still leave the other arm's. */
static void choose(oc_op *op, oc_shape y)
{
    oc_block block;
    if ((!oc_op_value(op, 1) && !oc_op_value(op, 2)) ||
        !oc_block_of(op, y, &block))
        return;
    oc_expr *element = OC_OP_NEW(op, oc_expr, block.count);
    for (size_t i = 0; i < block.count; i++)
        element[i] = chosen(op, element_of(op, 0, block.dim, block.rank, i),
                            element_of(op, 1, block.dim, block.rank, i),
                            element_of(op, 2, block.dim, block.rank, i));
    oc_op_set_value(op, 0, element);
}

/* Those of the arm that is always taken, else of both. */
static oc_range bounds(oc_op *op)
{
    const oc_range condition = oc_op_bounds(op, 0);
    if (oc_expr_is(condition.lower, 1))
        return oc_op_bounds(op, 1);
    if (oc_expr_is(condition.upper, 0))
        return oc_op_bounds(op, 2);
    return oc_range_union(op, oc_op_bounds(op, 1), oc_op_bounds(op, 2));
}

static void infer(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    y = oc_shapes_broadcast(op, y, oc_op_input(op, 1));
    y = oc_shapes_broadcast(op, y, oc_op_input(op, 2));
    const int elem_type =
        oc_op_dtype(op, 1) ? oc_op_dtype(op, 1) : oc_op_dtype(op, 2);
    oc_op_set_output(op, 0, elem_type, y);
    choose(op, y);
    const oc_range range = bounds(op);
    oc_op_set_range(op, 0, range.lower, range.upper);
}

static void cost(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "per element", oc_op_output_numel(op, 0));
}

OC_OP_DEFINE(where) = {
    {.domain = "",
     .op_type = "Where",
     .since_version = 9,
     .rule = "one FLOP per output element",
     .source = "ONNX operators, Where-16",
     .infer = infer,
     .cost = cost},
    {0},
};
