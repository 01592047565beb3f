/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/matmul_packed.c - products with a constant
 * weight of few bits, packed into bytes with scales for blocks of it:
 * MatMulNBits and its relatives.
 *
 * Y = A * dequantize(B)', A [.., K], B N by K. The weight is expanded while it
 * is multiplied; its stored bytes are what is read.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/fused.h"
#include "analyzers/ops/norm.h"

/* A positive attribute. */
static oc_expr positive(oc_op *op, const char *attribute)
{
    const int64_t value = oc_op_attr_int(op, attribute, 0);
    if (value > 0)
        return oc_int(op, value);
    oc_op_fail(op, "N and K must be positive");
    return OC_UNKNOWN;
}

/* A [.., K] becomes [.., N]. */
static void set_product(oc_op *op, size_t output, oc_expr k, oc_expr n)
{
    oc_shape y = oc_op_input(op, 0);
    if (y.rank) {
        oc_unify(op, y.dim[y.rank - 1], k);
        y.dim[y.rank - 1] = n;
    } else if (oc_op_has_rank(op, 0)) {
        oc_op_fail(op, "A must not be a scalar");
    }
    oc_op_set_output(op, output, oc_op_dtype(op, 0), y);
}

/* The type that `bits` of the weight stand for, in reports by type. */
static int weight_type(oc_op *op, size_t weight)
{
    const int64_t bits = oc_op_attr_int(op, "bits", 0);
    return bits == 4   ? OC_ELEM_UINT4
           : bits == 2 ? OC_ELEM_UINT2
                       : oc_op_dtype(op, weight);
}

/* rows * n * k MACs; n * k weights to expand, at so many flops each. */
static void add_product(oc_op *op, oc_cost *sum, size_t weight, oc_expr k,
                        oc_expr n, int dequantize)
{
    const oc_expr weights = oc_mul(op, k, n);
    oc_cost_weight(sum, weight, weights);
    oc_cost_add(sum, OC_MACS, "rows * weights",
                oc_mul(op, oc_op_vectors(op, 0), weights));
    oc_cost_add(sum, OC_FLOPS, "dequantise weights",
                oc_times(op, dequantize, weights));
}

static void add_bias(oc_op *op, oc_cost *sum, size_t input, oc_expr outputs)
{
    if (oc_op_has_input(op, input))
        oc_cost_add(sum, OC_FLOPS, "bias", outputs);
}

/* ---- one product ---- */

typedef struct packed {
    /* K and N, from attributes or from B's shape. */
    void (*dims)(oc_op *op, oc_expr *k, oc_expr *n);
    int dequantize; /* flops per weight */
    size_t bias;    /* or 0: no such input */
} packed;

static void dims_nbits(oc_op *op, oc_expr *k, oc_expr *n)
{
    *k = positive(op, "K");
    *n = positive(op, "N");
}

/* With transB = 0 the weight is used the other way round. */
static void dims_bnb4(oc_op *op, oc_expr *k, oc_expr *n)
{
    const bool flips = oc_op_attr_int(op, "transB", 1) != 0;
    *k = positive(op, flips ? "K" : "N");
    *n = positive(op, flips ? "N" : "K");
}

/* The shape of B is the value of input 2. */
static void dims_fp_q4(oc_op *op, oc_expr *k, oc_expr *n)
{
    const oc_block *shape = oc_op_value(op, 2);
    const bool known = shape && shape->count == 2;
    *k = known ? shape->element[0] : OC_UNKNOWN;
    *n = known ? shape->element[1] : OC_UNKNOWN;
}

static void dims_stored(oc_op *op, oc_expr *k, oc_expr *n)
{
    const oc_shape b = oc_op_input(op, 1);
    if (b.rank != 2 && oc_op_has_rank(op, 1))
        oc_op_fail(op, "B must be a matrix");
    *k = b.rank == 2 ? b.dim[1] : OC_UNKNOWN;
    *n = b.rank == 2 ? b.dim[0] : OC_UNKNOWN;
}

/* Two elements a byte. */
static void dims_halved(oc_op *op, oc_expr *k, oc_expr *n)
{
    dims_stored(op, k, n);
    *k = oc_times(op, 2, *k);
}

static void infer_packed(oc_op *op)
{
    const packed *row = oc_op_data(op);
    oc_expr k, n;
    row->dims(op, &k, &n);
    set_product(op, 0, k, n);
}

static void cost_packed(oc_op *op, oc_cost *sum)
{
    const packed *row = oc_op_data(op);
    oc_expr k, n;
    row->dims(op, &k, &n);
    oc_cost_types(sum, oc_op_dtype(op, 0), weight_type(op, 1));
    add_product(op, sum, 1, k, n, row->dequantize);
    if (row->bias)
        add_bias(op, sum, row->bias, oc_op_output_numel(op, 0));
}

/* ---- several products of one, possibly normed, input ---- */

typedef struct projection {
    const char *n; /* attribute */
    size_t weight; /* input, followed by its scales and bias */
} projection;

typedef struct group {
    projection each[3];
    size_t count;
    bool gated; /* Y = activation(first) * second, the only output */
} group;

static void infer_group(oc_op *op)
{
    const group *row = oc_op_data(op);
    const oc_expr k = positive(op, "K");
    const size_t outputs = row->gated ? 1 : row->count;
    for (size_t i = 0; i < outputs; i++)
        set_product(op, i, k, positive(op, row->each[i].n));
    oc_op_copy_type(op, outputs, 0);
}

static void cost_group(oc_op *op, oc_cost *sum)
{
    const group *row = oc_op_data(op);
    const oc_expr k = positive(op, "K"), rows = oc_op_vectors(op, 0);
    const oc_expr elements = oc_op_input_numel(op, 0);
    if (oc_op_has_input(op, 1))
        oc_cost_add(sum, OC_FLOPS, "skip", elements);
    if (oc_op_has_input(op, 2))
        oc_norm_rms(op, sum, rows);
    for (size_t i = 0; i < row->count; i++) {
        const oc_expr n = positive(op, row->each[i].n);
        const size_t weight = row->each[i].weight;
        oc_cost_types(sum, oc_op_dtype(op, 0), weight_type(op, weight));
        add_product(op, sum, weight, k, n, 2);
        add_bias(op, sum, weight + 2, oc_mul(op, rows, n));
    }
    if (!row->gated)
        return;
    const oc_expr outputs = oc_op_output_numel(op, 0);
    oc_fused_activation(op, sum, outputs);
    oc_cost_add(sum, OC_FLOPS, "gate", outputs);
}

#define PACKED(name, flops_of_each, weights, scales, ...)                      \
    OC_MICROSOFT(name,                                                         \
                 "rows*N*K MACs, " flops_of_each                               \
                 " per weight to dequantise it, one FLOP per output for a "    \
                 "bias",                                                       \
                 infer_packed, cost_packed, .weight_inputs = weights,          \
                 .scale_inputs = scales, .data = &(const packed){__VA_ARGS__})

OC_OP_DEFINE(microsoft_matmul_packed) = {
    PACKED("MatMulNBits", "2 FLOPs", OC_IN(1) | OC_IN(5),
           OC_IN(2) | OC_IN(3) | OC_IN(4), .dims = dims_nbits, .dequantize = 2,
           .bias = 5),
    PACKED("MatMulBnb4", "1 FLOP", OC_IN(1), OC_IN(2), .dims = dims_bnb4,
           .dequantize = 1),
    OC_MICROSOFT("MatMulFpQ4",
                 "rows*N*K MACs, 1 FLOP per weight to dequantise it",
                 infer_packed, cost_packed, .weight_inputs = OC_IN(1),
                 .shape_inputs = OC_IN(2),
                 .data = &(const packed){.dims = dims_fp_q4, .dequantize = 1}),
    PACKED("MatMulBlockQuantizedFp4Weight", "1 FLOP", OC_IN(1) | OC_IN(5),
           OC_IN(2) | OC_IN(3) | OC_IN(4), .dims = dims_halved, .dequantize = 1,
           .bias = 5),
    PACKED("MatMulBlockQuantizedFp8Weight", "1 FLOP", OC_IN(1) | OC_IN(4),
           OC_IN(2) | OC_IN(3), .dims = dims_stored, .dequantize = 1,
           .bias = 4),
    OC_MICROSOFT(
        "MatMulNBitsMlp",
        "the norm and skip that are given, two products of rows*N*K MACs, "
        "2 FLOPs per weight to dequantise it, the activation of one times "
        "the other",
        infer_group, cost_group,
        .weight_inputs = OC_IN(2) | OC_IN(3) | OC_IN(5) | OC_IN(6) | OC_IN(8),
        .scale_inputs = OC_IN(4) | OC_IN(7),
        .data = &(const group){.each = {{"N", 3}, {"N", 6}},
                               .count = 2,
                               .gated = true}),
    OC_MICROSOFT(
        "MatMulNBitsQkv",
        "the norm, the skip if given, three products of rows*N*K MACs, 2 "
        "FLOPs per weight to dequantise it",
        infer_group, cost_group,
        .weight_inputs = OC_IN(2) | OC_IN(3) | OC_IN(5) | OC_IN(6) | OC_IN(8) |
                         OC_IN(9) | OC_IN(11),
        .scale_inputs = OC_IN(4) | OC_IN(7) | OC_IN(10),
        .data = &(const group){.each = {{"Nq", 3}, {"Nkv", 6}, {"Nkv", 9}},
                               .count = 3}),
    {0},
};
