/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/shape.c - Shape and Size: where shape arithmetic begins.
 */
#include "analyzers/ops/movement.h"

/* `name` counted from the end when negative, then moved into [0, rank]. */
static size_t bound(oc_op *op, const char *name, size_t rank, size_t fallback)
{
    if (!oc_op_has_attr(op, name))
        return fallback;
    int64_t at = oc_op_attr_int(op, name, 0);
    if (at < 0)
        at += (int64_t)rank;
    if (at < 0)
        return 0;
    return at > (int64_t)rank ? rank : (size_t)at;
}

static void infer_shape(oc_op *op)
{
    if (!oc_op_has_rank(op, 0)) {
        oc_op_set_output(op, 0, OC_ELEM_INT64, oc_shape_new(op, 1));
        return;
    }
    const oc_shape x = oc_op_input(op, 0);
    const size_t start = bound(op, "start", x.rank, 0);
    const size_t end = bound(op, "end", x.rank, x.rank);
    oc_shape y = oc_shape_new(op, 1);
    y.dim[0] = oc_expr_of(end > start ? (int64_t)(end - start) : 0);
    oc_op_set_output(op, 0, OC_ELEM_INT64, y);
    oc_op_set_value(op, 0, x.dim + (end > start ? start : 0));
}

static void infer_size(oc_op *op)
{
    oc_op_set_output(op, 0, OC_ELEM_INT64, oc_shape_new(op, 0));
    const oc_expr numel =
        oc_op_has_rank(op, 0) ? oc_op_input_numel(op, 0) : OC_UNKNOWN;
    oc_op_set_value(op, 0, &numel);
}

static void cost_nothing(oc_op *op, oc_cost *sum)
{
    (void)op;
    oc_cost_read(sum, 0, oc_expr_of(0));
    oc_cost_write(sum, 0, oc_expr_of(0));
}

OC_OP_DEFINE(shape) = {
    {.domain = "",
     .op_type = "Shape",
     .since_version = 1,
     .rule = "nothing: a shape is known without touching the tensor",
     .source = "ONNX operators, Shape-25",
     .infer = infer_shape,
     .cost = cost_nothing,
     .traits = OC_TRAIT_SHAPE},
    {.domain = "",
     .op_type = "Size",
     .since_version = 1,
     .rule = "nothing: a size is known without touching the tensor",
     .source = "ONNX operators, Size-25",
     .infer = infer_size,
     .cost = cost_nothing,
     .traits = OC_TRAIT_SHAPE},
    {0},
};
