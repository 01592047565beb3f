/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/padding.c - RemovePadding and RestorePadding:
 * sequences [B, T, width] to and from their real tokens [tokens, width].
 */
#include "analyzers/ops/descriptor.h"

/* The sum of the sequences' token counts; a symbol when they are not known. */
static oc_expr real_tokens(oc_op *op, oc_expr positions)
{
    const oc_block *counts = oc_op_value(op, 1);
    oc_expr sum = oc_expr_of(0);
    for (size_t i = 0; counts && i < counts->count; i++)
        sum = oc_add(op, sum, counts->element[i]);
    return counts && oc_expr_is_known(sum)
               ? sum
               : oc_fresh(op, oc_expr_of(0), positions);
}

static void infer_remove(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    const int type = oc_op_dtype(op, 1);
    oc_shape tokens = oc_shape_new(op, 2), offset = oc_shape_new(op, 2);
    oc_shape ends = oc_shape_new(op, 1), longest = oc_shape_new(op, 1);
    longest.dim[0] = oc_expr_of(1);
    if (x.rank == 3) {
        offset.dim[0] = x.dim[0];
        offset.dim[1] = x.dim[1];
        tokens.dim[0] = real_tokens(op, oc_mul(op, x.dim[0], x.dim[1]));
        tokens.dim[1] = x.dim[2];
        ends.dim[0] = oc_plus(op, x.dim[0], 1);
    } else if (oc_op_has_rank(op, 0)) {
        oc_op_fail(op, "the input must have 3 dims");
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), tokens);
    oc_op_set_output(op, 1, type, offset);
    oc_op_set_output(op, 2, type, ends);
    oc_op_set_output(op, 3, type, longest);
}

static void cost_remove(oc_op *op, oc_cost *sum)
{
    oc_cost_read(sum, 0, oc_op_output_numel(op, 0));
}

static void infer_restore(oc_op *op)
{
    const oc_shape tokens = oc_op_input(op, 0), offset = oc_op_input(op, 1);
    oc_shape y = oc_shape_new(op, 3);
    if (tokens.rank == 2 && offset.rank == 2) {
        y.dim[0] = offset.dim[0];
        y.dim[1] = offset.dim[1];
        y.dim[2] = tokens.dim[1];
    } else if (oc_op_has_rank(op, 0) && oc_op_has_rank(op, 1)) {
        oc_op_fail(op, "input and token_offset must have 2 dims");
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

OC_OP_DEFINE(microsoft_padding) = {
    OC_MICROSOFT("RemovePadding", "moves bytes: only real tokens are read",
                 infer_remove, cost_remove, .traits = OC_TRAIT_MOVES),
    OC_MICROSOFT("RestorePadding", "moves bytes", infer_restore, NULL,
                 .traits = OC_TRAIT_MOVES),
    {0},
};
