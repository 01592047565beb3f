/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/gather.c - GatherBlockQuantized and
 * TorchEmbedding: rows of a table, of which only those are read.
 */
#include "analyzers/ops/descriptor.h"

enum { DATA, INDICES, SCALES, ZERO_POINTS };

/* x with one axis replaced by the dims of the indices. */
static oc_shape gathered(oc_op *op, oc_shape x, size_t axis, oc_shape indices)
{
    oc_shape y = oc_shape_new(op, x.rank - 1 + indices.rank);
    for (size_t i = 0; i < axis; i++)
        y.dim[i] = x.dim[i];
    for (size_t i = 0; i < indices.rank; i++)
        y.dim[axis + i] = indices.dim[i];
    for (size_t i = axis + 1; i < x.rank; i++)
        y.dim[indices.rank + i - 1] = x.dim[i];
    return y;
}

/* Elements that a byte of uint8 data holds. */
static oc_expr packing(oc_op *op)
{
    const int64_t bits = oc_op_attr_int(op, "bits", 4);
    if (oc_op_dtype(op, DATA) != OC_ELEM_UINT8)
        return oc_expr_of(1);
    if (bits == 2 || bits == 4 || bits == 8)
        return oc_expr_of(8 / bits);
    oc_op_fail(op, "bits must be 2, 4 or 8");
    return OC_UNKNOWN;
}

static void infer_quantized(oc_op *op)
{
    oc_op_set_dtype(op, 0, oc_op_dtype(op, SCALES));
    if (!oc_op_has_rank(op, DATA) || !oc_op_has_rank(op, INDICES))
        return;
    oc_shape data = oc_op_input(op, DATA);
    const size_t axis =
        oc_op_axis(op, oc_op_attr_int(op, "gather_axis", 0), data.rank);
    if (data.rank == 0)
        return;
    data.dim[data.rank - 1] = oc_mul(op, data.dim[data.rank - 1], packing(op));
    oc_op_set_output(op, 0, oc_op_dtype(op, SCALES),
                     gathered(op, data, axis, oc_op_input(op, INDICES)));
}

/* Of a table, what the indices select on its gather axis. */
static void read_selected(oc_op *op, oc_cost *sum, size_t input,
                          const char *attribute)
{
    if (!oc_op_has_input(op, input))
        return;
    oc_shape x = oc_op_input(op, input);
    if (x.rank == 0)
        return;
    const int64_t given = attribute ? oc_op_attr_int(op, attribute, 0) : 0;
    x.dim[oc_op_axis(op, given, x.rank)] = oc_op_input_numel(op, INDICES);
    oc_cost_read(sum, input, oc_shape_numel(op, x));
}

static void cost_quantized(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "dequantise",
                oc_times(op, 2, oc_op_output_numel(op, 0)));
    oc_cost_weight(sum, DATA,
                   oc_mul(op, oc_op_input_numel(op, DATA), packing(op)));
    read_selected(op, sum, DATA, "gather_axis");
    read_selected(op, sum, SCALES, "gather_axis");
    read_selected(op, sum, ZERO_POINTS, "gather_axis");
}

static void infer_embedding(oc_op *op)
{
    oc_op_set_dtype(op, 0, oc_op_dtype(op, DATA));
    if (!oc_op_has_rank(op, DATA) || !oc_op_has_rank(op, INDICES))
        return;
    const oc_shape table = oc_op_input(op, DATA);
    if (table.rank != 2)
        oc_op_fail(op, "weight must be a matrix");
    else
        oc_op_set_output(op, 0, oc_op_dtype(op, DATA),
                         gathered(op, table, 0, oc_op_input(op, INDICES)));
}

static void cost_embedding(oc_op *op, oc_cost *sum)
{
    read_selected(op, sum, DATA, NULL);
}

OC_OP_DEFINE(microsoft_gather) = {
    OC_MICROSOFT(
        "GatherBlockQuantized",
        "2 FLOPs per output to dequantise; only selected rows are read",
        infer_quantized, cost_quantized, .weight_inputs = OC_IN(0),
        .scale_inputs = OC_IN(2) | OC_IN(3)),
    OC_MICROSOFT("TorchEmbedding", "moves bytes: only selected rows are read",
                 infer_embedding, cost_embedding, .weight_inputs = OC_IN(0),
                 .shape_inputs = OC_IN(2) | OC_IN(3), .traits = OC_TRAIT_MOVES),
    {0},
};
