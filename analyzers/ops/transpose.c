/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/transpose.c - Transpose: dims, and elements, in another
 * order.
 */
#include "analyzers/ops/movement.h"

/* perm[0..rank): which axis of the input each axis of the output is; the
 * reversed order by default. False, and sticky failure, when it is none. */
static bool permutation(oc_op *op, size_t rank, size_t *perm)
{
    const int64_t *given;
    const size_t count = oc_op_attr_ints(op, "perm", &given);
    for (size_t axis = 0; axis < rank; axis++)
        perm[axis] = rank - 1 - axis;
    if (!oc_op_has_attr(op, "perm"))
        return true;
    bool *seen = OC_OP_NEW(op, bool, rank);
    bool good = count == rank;
    for (size_t axis = 0; good && axis < rank; axis++) {
        good = given[axis] >= 0 && given[axis] < (int64_t)rank &&
               !seen[given[axis]];
        if (!good)
            break;
        perm[axis] = (size_t)given[axis];
        seen[given[axis]] = true;
    }
    if (!good)
        oc_op_fail(op, "perm is no permutation of the axes");
    return good;
}

typedef struct order {
    size_t rank;
    const size_t *perm;
} order;

static bool source(const void *how, const int64_t *to, int64_t *from)
{
    const order *o = how;
    for (size_t axis = 0; axis < o->rank; axis++)
        from[o->perm[axis]] = to[axis];
    return true;
}

static void infer(oc_op *op)
{
    if (!oc_op_has_rank(op, 0)) {
        oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
        return;
    }
    const oc_shape x = oc_op_input(op, 0);
    size_t *perm = OC_OP_NEW(op, size_t, x.rank);
    oc_shape y = oc_shape_new(op, x.rank);
    const order how = {x.rank, perm};
    if (permutation(op, x.rank, perm))
        for (size_t axis = 0; axis < x.rank; axis++)
            y.dim[axis] = x.dim[perm[axis]];
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_block_move(op, 0, y, source, &how, OC_UNKNOWN);
    oc_op_pass_range(op, 0, 0);
}

/* No byte moves when the axes of more than one element keep their order. */
static void cost(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    size_t *perm = OC_OP_NEW(op, size_t, x.rank), last = 0;
    if (!oc_op_has_rank(op, 0) || !permutation(op, x.rank, perm))
        return;
    for (size_t axis = 0; axis < x.rank; axis++) {
        if (oc_equal(op, x.dim[perm[axis]], oc_expr_of(1)) == OC_YES)
            continue;
        if (perm[axis] < last)
            return;
        last = perm[axis];
    }
    oc_cost_view(sum);
}

OC_OP_DEFINE(transpose) = {
    {.domain = "",
     .op_type = "Transpose",
     .since_version = 1,
     .rule = "every element read and written; a view when only axes of one "
             "element move",
     .source = "ONNX operators, Transpose-25",
     .infer = infer,
     .cost = cost,
     .traits = OC_TRAIT_MOVES | OC_TRAIT_FOLLOWS},
    {0},
};
