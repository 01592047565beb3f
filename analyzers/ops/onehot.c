/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/onehot.c - OneHot, EyeLike, Trilu: elements that are one
 * thing or another by where they stand.
 */
#include "analyzers/ops/movement.h"

/* y[i.., k, j..] = values[indices[i.., j..] == k], negative indices counted
 * from the depth. */
static void set_hot(oc_op *op, oc_shape y, size_t axis)
{
    const oc_block *indices = oc_op_value(op, 0);
    const oc_block *values = oc_op_value(op, 2);
    oc_block block;
    if (!indices || !values || values->count != 2 ||
        !oc_block_of(op, y, &block))
        return;
    oc_expr *element = OC_OP_NEW(op, oc_expr, block.count);
    int64_t *at = OC_OP_NEW(op, int64_t, y.rank);
    for (size_t i = 0; i < block.count; i++) {
        oc_block_position(&block, i, at);
        const int64_t k = at[axis], depth = block.dim[axis];
        for (size_t d = axis; d + 1 < y.rank; d++)
            at[d] = at[d + 1];
        const oc_expr e = indices->element[oc_block_index(indices, at)];
        if (!oc_expr_is_immediate(e))
            return;
        const int64_t index = oc_expr_immediate(e);
        element[i] = values->element[index == k || index == k - depth];
    }
    oc_op_set_value(op, 0, element);
}

static void infer_onehot(oc_op *op)
{
    const oc_shape indices = oc_op_input(op, 0);
    const int elem_type = oc_op_dtype(op, 2);
    oc_expr depth = oc_op_scalar(op, 1);
    if (!oc_op_has_rank(op, 0)) {
        oc_op_set_dtype(op, 0, elem_type);
        return;
    }
    if (!oc_expr_is_known(depth))
        depth = oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    if (oc_at_most(op, depth, oc_expr_of(-1)) == OC_YES)
        oc_op_fail(op, "depth is negative");
    const oc_shape y = oc_shape_new(op, indices.rank + 1);
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", -1), y.rank);
    for (size_t i = 0; i < y.rank; i++)
        y.dim[i] = i < axis    ? indices.dim[i]
                   : i == axis ? depth
                               : indices.dim[i - 1];
    oc_op_set_output(op, 0, elem_type, y);
    set_hot(op, y, axis);
}

/* The two values are not worth counting. */
static void cost_onehot(oc_op *op, oc_cost *sum)
{
    (void)op;
    oc_cost_read(sum, 2, oc_expr_of(0));
}

static void require_matrix(oc_op *op)
{
    if (oc_op_has_rank(op, 0) && oc_op_input(op, 0).rank < 2)
        oc_op_fail(op, "input has fewer than 2 dims");
}

/* Ones on a diagonal of a matrix shaped like the input. */
static void infer_eye(oc_op *op)
{
    const int64_t dtype = oc_op_attr_int(op, "dtype", oc_op_dtype(op, 0));
    const int64_t k = oc_op_attr_int(op, "k", 0);
    const oc_shape y = oc_op_input(op, 0);
    oc_block block;
    require_matrix(op);
    oc_op_set_output(
        op, 0,
        dtype > 0 && dtype <= OC_ELEM_INT2 ? (int)dtype : OC_ELEM_UNKNOWN, y);
    if (y.rank != 2 || !oc_block_of(op, y, &block))
        return;
    oc_expr *element = OC_OP_NEW(op, oc_expr, block.count);
    for (size_t i = 0; i < block.count; i++) {
        const int64_t row = (int64_t)i / block.dim[1];
        element[i] = oc_expr_of((int64_t)i % block.dim[1] - row == k);
    }
    oc_op_set_value(op, 0, element);
}

static void cost_eye(oc_op *op, oc_cost *sum)
{
    (void)op;
    oc_cost_read(sum, 0, oc_expr_of(0));
}

typedef struct triangle {
    size_t rank;
    bool upper;
    int64_t k;
} triangle;

static bool source(const void *how, const int64_t *to, int64_t *from)
{
    const triangle *t = how;
    const int64_t off = to[t->rank - 1] - to[t->rank - 2];
    for (size_t axis = 0; axis < t->rank; axis++)
        from[axis] = to[axis];
    return t->upper ? off >= t->k : off <= t->k;
}

/* Zeros on one side of a diagonal of every matrix. */
static void infer_trilu(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    const oc_expr k =
        oc_op_has_input(op, 1) ? oc_op_scalar(op, 1) : oc_expr_of(0);
    require_matrix(op);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), x);
    if (x.rank < 2 || !oc_expr_is_immediate(k))
        return;
    const triangle how = {x.rank, oc_op_attr_int(op, "upper", 1) != 0,
                          oc_expr_immediate(k)};
    oc_block_move(op, 0, x, source, &how, oc_expr_of(0));
}

OC_OP_DEFINE(onehot) = {
    {.domain = "",
     .op_type = "OneHot",
     .since_version = 9,
     .rule = "indices read, every output element written",
     .source = "ONNX operators, OneHot-28",
     .infer = infer_onehot,
     .cost = cost_onehot,
     .shape_inputs = OC_IN(1) | OC_IN(2),
     .traits = OC_TRAIT_MOVES},
    {.domain = "",
     .op_type = "EyeLike",
     .since_version = 9,
     .rule = "every element written; of the input only the shape is used",
     .source = "ONNX operators, EyeLike-22",
     .infer = infer_eye,
     .cost = cost_eye,
     .traits = OC_TRAIT_MOVES},
    {.domain = "",
     .op_type = "Trilu",
     .since_version = 14,
     .rule = "every element read and written",
     .source = "ONNX operators, Trilu-14",
     .infer = infer_trilu,
     .shape_inputs = OC_IN(1),
     .traits = OC_TRAIT_MOVES},
    {0},
};
