/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/position_bias.c - biases of attention scores by
 * relative position: RelativePositionBias, GatedRelativePositionBias.
 */
#include "analyzers/ops/attention_core.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

/* ---- RelativePositionBias: one row of the table per pair ---- */

static void infer_position_bias(oc_op *op)
{
    const oc_shape table = oc_op_input(op, 0);
    oc_shape y = oc_shape_new(op, 4);
    if (oc_op_has_rank(op, 0) && table.rank != 2)
        oc_op_fail(op, "the table must be a matrix");
    y.dim[0] = oc_expr_of(1);
    y.dim[1] = table.rank == 2 ? table.dim[1] : OC_UNKNOWN;
    y.dim[2] = oc_op_scalar(op, 1);
    y.dim[3] = oc_op_scalar(op, 2);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_position_bias(oc_op *op, oc_cost *sum)
{
    oc_cost_read(sum, 0, oc_op_output_numel(op, 0));
}

/* ---- GatedRelativePositionBias: a bias [1, h, T, T], scaled for each query
 * by gates that a product with `weight` [dk, D] gives ---- */

static void infer_gated_bias(oc_op *op)
{
    const oc_shape bias = oc_op_input(op, 2), q = oc_op_input(op, 0);
    const oc_shape offset = oc_op_has_input(op, 6) ? oc_op_input(op, 6) : q;
    oc_shape y = oc_shape_new(op, 4);
    if (oc_op_has_rank(op, 2) && bias.rank != 4)
        oc_op_fail(op, "rel_pos must have 4 dims");
    y.dim[0] = offset.rank > 1 ? offset.dim[0] : OC_UNKNOWN;
    y.dim[1] = oc_attention_heads(op, "num_heads");
    y.dim[2] = bias.rank == 4 ? bias.dim[2] : OC_UNKNOWN;
    y.dim[3] = bias.rank == 4 ? bias.dim[3] : OC_UNKNOWN;
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Of every query of a head: its bias, the product and its bias, two sums of
 * D / 2, two sigmoids, 4 more; then the bias of every pair is scaled. */
static void cost_gated_bias(oc_op *op, oc_cost *sum)
{
    const oc_shape y = oc_op_output(op, 0), w = oc_op_input(op, 3);
    if (y.rank != 4 || w.rank != 2) {
        oc_op_needs(op);
        return;
    }
    const oc_expr queries = oc_shape_product(op, y, 0, 3);
    const oc_expr sums = oc_times(op, 2, w.dim[1]); /* bias, D - 2, and 2 */
    oc_cost_types(sum, oc_op_dtype(op, 0), oc_op_dtype(op, 3));
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_is(sum, OC_TRANSCENDENTALS, OC_ESTIMATE);
    oc_cost_add(sum, OC_MACS, "queries * weights",
                oc_mul(op, queries, oc_shape_numel(op, w)));
    oc_cost_add(sum, OC_FLOPS, "query bias", oc_mul(op, queries, w.dim[0]));
    oc_cost_add(sum, OC_FLOPS, "gates",
                oc_mul(op, queries, oc_plus(op, sums, 2)));
    oc_cost_add(sum, OC_FLOPS, "scale the bias", oc_shape_numel(op, y));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "sigmoids", oc_times(op, 2, queries));
}

OC_OP_DEFINE(microsoft_position_bias) = {
    OC_MICROSOFT("RelativePositionBias",
                 "moves bytes: one table element per output",
                 infer_position_bias, cost_position_bias,
                 .weight_inputs = OC_IN(0), .shape_inputs = OC_IN(1) | OC_IN(2),
                 .traits = OC_TRAIT_MOVES),
    OC_MICROSOFT("GatedRelativePositionBias",
                 "one MAC per query of a head and weight; an estimate of its "
                 "documented equations: dk + 2 D + 2 FLOPs and 2 sigmoids per "
                 "query of a head, one FLOP per output",
                 infer_gated_bias, cost_gated_bias,
                 .weight_inputs = OC_IN(1) | OC_IN(3) | OC_IN(4) | OC_IN(5)),
    {0},
};
