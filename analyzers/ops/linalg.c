/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/linalg.c - Det.
 */
#include "analyzers/ops/common.h"

static void infer(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (y.rank < 2) {
        oc_op_fail(op, "X must hold square matrices");
        return;
    }
    oc_unify(op, y.dim[y.rank - 2], y.dim[y.rank - 1]);
    y.rank -= 2;
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Elimination: 2/3 n^3 per matrix, terms of lower order left out; rounded to
 * the nearest. */
static void cost(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    if (x.rank < 2)
        return;
    const oc_expr n = x.dim[x.rank - 1];
    const oc_expr cubes = oc_mul(op, oc_shape_product(op, x, 0, x.rank - 2),
                                 oc_mul(op, n, oc_mul(op, n, n)));
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    const oc_expr thirds = oc_add(op, oc_times(op, 2, cubes), oc_expr_of(1));
    oc_cost_add(sum, OC_FLOPS, "elimination",
                oc_floor_div(op, thirds, oc_expr_of(3)));
}

OC_OP_DEFINE(linalg) = {
    {.domain = "",
     .op_type = "Det",
     .since_version = 11,
     .rule = "about 2/3 n^3 flops per matrix",
     .source = "ONNX operators, Det-22",
     .infer = infer,
     .cost = cost},
    {0},
};
