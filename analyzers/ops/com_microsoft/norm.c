/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/norm.c - layer and root-mean-square norms of a
 * sum: SkipLayerNormalization and its relatives, EmbedLayerNormalization,
 * GatedRMSNorm, QOrderedLayerNormalization.
 */
#include "analyzers/ops/norm.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/fused.h"

/* ---- input + skip + bias, then a norm ---- */

typedef struct skip {
    bool mean; /* subtracted: layer norm, else root mean square */
    size_t beta, bias;
} skip;

/* mean and inverse deviation: one a row, always float. */
static void infer_statistics(oc_op *op, size_t output)
{
    oc_shape rows = oc_op_input(op, 0);
    if (rows.rank)
        rows.dim[rows.rank - 1] = oc_expr_of(1);
    oc_op_set_output(op, output, OC_ELEM_FLOAT, rows);
}

static void infer_skip(oc_op *op)
{
    oc_op_copy_type(op, 0, 0);
    oc_op_copy_type(op, 3, 0);
    if (!oc_op_has_rank(op, 0))
        return;
    const oc_shape x = oc_op_input(op, 0);
    if (x.rank == 0)
        oc_op_fail(op, "the input must not be a scalar");
    else if (oc_op_has_rank(op, 1))
        oc_shapes_broadcast(op, x, oc_op_input(op, 1));
    infer_statistics(op, 1);
    infer_statistics(op, 2);
}

static void cost_skip(oc_op *op, oc_cost *sum)
{
    const skip *row = oc_op_data(op);
    const oc_expr elements = oc_op_input_numel(op, 0);
    const oc_expr rows = oc_op_vectors(op, 0);
    oc_cost_add(sum, OC_FLOPS, "skip", elements);
    if (oc_op_has_input(op, row->bias))
        oc_cost_add(sum, OC_FLOPS, "bias", elements);
    if (row->mean)
        oc_norm_layer(op, sum, rows, oc_op_has_input(op, row->beta));
    else
        oc_norm_rms(op, sum, rows);
}

/* ---- EmbedLayerNormalization ---- */

enum { INPUT_IDS, SEGMENT_IDS, WORD_TABLE, POSITION_TABLE, SEGMENT_TABLE };

typedef struct embed {
    size_t result;       /* input with the output's element type */
    size_t position_ids; /* or 0: no such input */
} embed;

/* Positions are 0..T-1 unless they are given. */
static void check_positions(oc_op *op, oc_expr positions)
{
    const embed *row = oc_op_data(op);
    oc_expr first, last = OC_UNKNOWN;
    if (!oc_op_has_rank(op, POSITION_TABLE))
        return;
    const oc_shape table = oc_op_input(op, POSITION_TABLE);
    if (row->position_ids && oc_op_has_input(op, row->position_ids)) {
        if (!oc_op_range(op, row->position_ids, &first, &last))
            return;
        positions = oc_plus(op, last, 1);
    }
    if (table.rank == 2 && oc_expr_is_known(positions) &&
        oc_expr_is_known(table.dim[0]) &&
        oc_assume_that(op, OC_ASSUME_AT_MOST, positions, table.dim[0]) == OC_NO)
        oc_op_fail(op, "the position table has too few rows");
}

static void infer_embed(oc_op *op)
{
    const oc_shape ids = oc_op_input(op, INPUT_IDS);
    const oc_shape table = oc_op_input(op, WORD_TABLE);
    const embed *row = oc_op_data(op);
    const int type = oc_op_dtype(op, row->result);
    oc_shape y = oc_shape_new(op, 3), index = oc_shape_new(op, 1);
    if (ids.rank == 2 && table.rank == 2) {
        index.dim[0] = y.dim[0] = ids.dim[0];
        y.dim[1] = ids.dim[1];
        y.dim[2] = table.dim[1];
        check_positions(op, ids.dim[1]);
    } else if (oc_op_has_rank(op, INPUT_IDS) &&
               oc_op_has_rank(op, WORD_TABLE)) {
        oc_op_fail(op, "ids and tables must have 2 dims");
    }
    oc_op_set_output(op, 0, type, y);
    oc_op_set_output(op, 1, oc_op_dtype(op, INPUT_IDS), index);
    oc_op_set_output(op, 2, type, y);
}

static void cost_embed(oc_op *op, oc_cost *sum)
{
    const oc_shape y = oc_op_output(op, 0);
    const oc_expr elements = oc_shape_numel(op, y);
    const bool segments = oc_op_has_input(op, SEGMENT_TABLE);
    for (size_t i = WORD_TABLE; i <= SEGMENT_TABLE; i++)
        if (oc_op_has_input(op, i))
            oc_cost_read(sum, i, elements);
    oc_cost_add(sum, OC_FLOPS, "add embeddings",
                oc_times(op, segments ? 2 : 1, elements));
    oc_norm_cost(op, sum, 7, elements, 2, oc_shape_product(op, y, 0, 2));
}

/* ---- the others: output like the input ---- */

/* Rows are as long as `scale`. */
static void cost_gated(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_input_numel(op, 0);
    const oc_expr length = oc_op_input_numel(op, 1);
    if (oc_expr_is(length, 0))
        return;
    oc_norm_rms(op, sum, oc_floor_div(op, elements, length));
    oc_cost_add(sum, OC_FLOPS, "gate", elements);
    oc_fused_activation_named(
        op, sum, oc_op_attr_string(op, "activation", "silu"), elements);
}

/* Dequantize, norm, quantize. */
static void cost_ordered(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    const oc_expr elements = oc_shape_numel(op, x);
    if (!oc_op_has_rank(op, 0))
        return;
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", -1), x.rank);
    oc_norm_layer(op, sum, oc_shape_product(op, x, 0, axis),
                  oc_op_has_input(op, 3));
    oc_cost_add(sum, OC_FLOPS, "scale, round and clamp",
                oc_times(op, 6, elements));
}

static oc_expr groups_of(oc_op *op)
{
    const int64_t groups = oc_op_attr_int(op, "groups", 0);
    if (groups < 1) {
        oc_op_fail(op, "groups must be positive");
        return OC_UNKNOWN;
    }
    return oc_int(op, groups);
}

static void cost_group(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_input_numel(op, 0);
    const oc_shape x = oc_op_input(op, 0);
    oc_norm_layer(op, sum,
                  x.rank ? oc_mul(op, x.dim[0], groups_of(op)) : OC_UNKNOWN,
                  true);
    if (oc_op_attr_int(op, "activation", 0) == 1)
        oc_fused_activation_named(op, sum, "silu", elements);
    for (size_t i = 3; i < 5; i++)
        if (oc_op_has_input(op, i))
            oc_cost_add(sum, OC_FLOPS, "skip or bias", elements);
}

static void infer_group(oc_op *op)
{
    groups_of(op);
    oc_op_copy_type(op, 0, 0);
    oc_op_copy_type(op, 1, 0);
}

#define SKIP "1 FLOP per element for the skip and 1 for a bias, then the norm"
#define EMBEDDING (OC_IN(2) | OC_IN(3) | OC_IN(4) | OC_IN(5) | OC_IN(6))
#define GROUP                                                                  \
    "7 FLOPs per element and 2 and a square root per group; 1 and a "          \
    "sigmoid per element for SiLU, 1 for skip and 1 for bias"

OC_OP_DEFINE(microsoft_norm) = {
    OC_MICROSOFT("SkipLayerNormalization", SKIP, infer_skip, cost_skip,
                 .weight_inputs = OC_IN(2) | OC_IN(3) | OC_IN(4),
                 .data = &(const skip){.mean = true, .beta = 3, .bias = 4}),
    OC_MICROSOFT("SkipSimplifiedLayerNormalization", SKIP, infer_skip,
                 cost_skip, .weight_inputs = OC_IN(2) | OC_IN(3),
                 .data = &(const skip){.bias = 3}),
    OC_MICROSOFT("EmbedLayerNormalization",
                 "rows of every table are read and added, then the norm",
                 infer_embed, cost_embed, .weight_inputs = EMBEDDING,
                 .data = &(const embed){.result = 2, .position_ids = 8}),
    OC_MICROSOFT("QEmbedLayerNormalization",
                 "rows of every table are read and added, then the norm",
                 infer_embed, cost_embed, .weight_inputs = EMBEDDING,
                 .scale_inputs = OC_IN(8) | OC_IN(9) | OC_IN(10) | OC_IN(11) |
                                 OC_IN(12) | OC_IN(13) | OC_IN(14) | OC_IN(15) |
                                 OC_IN(16) | OC_IN(17),
                 .data = &(const embed){.result = 8}),
    OC_MICROSOFT("GatedRMSNorm",
                 "6 FLOPs and a sigmoid per element, 1 and a square "
                 "root per row",
                 oc_infer_same, cost_gated, .weight_inputs = OC_IN(1)),
    OC_MICROSOFT("QOrderedLayerNormalization",
                 "the norm, and 6 FLOPs per element to "
                 "scale, round and clamp",
                 oc_infer_same, cost_ordered,
                 .weight_inputs = OC_IN(2) | OC_IN(3),
                 .scale_inputs = OC_IN(1) | OC_IN(4)),
    OC_MICROSOFT("GroupNorm", GROUP, infer_group, cost_group,
                 .weight_inputs = OC_IN(1) | OC_IN(2)),
    OC_MICROSOFT("SkipGroupNorm", GROUP, infer_group, cost_group,
                 .weight_inputs = OC_IN(1) | OC_IN(2) | OC_IN(4)),
    {0},
};
