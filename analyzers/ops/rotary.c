/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/rotary.c - RotaryEmbedding and its com.microsoft relatives.
 *
 * The first `rotary_embedding_dim` elements of every head (all by default)
 * are turned by angles whose cosines and sines are inputs.
 */
#include "analyzers/ops/rotary.h"

#include "analyzers/ops/descriptor.h"

/* Positions of inputs, which differ between the two domains. */
typedef struct rotary {
    size_t positions;
    size_t cos;
} rotary;

void oc_rotary_flops(oc_op *op, oc_cost *sum, oc_expr rotated_elements)
{
    oc_cost_add(sum, OC_FLOPS, "rotary embedding",
                oc_times(op, 3, rotated_elements));
}

void oc_rotary_reads(oc_op *op, oc_cost *sum, size_t cos, oc_expr positions)
{
    for (size_t i = cos; i < cos + 2; i++) {
        const oc_shape table = oc_op_input(op, i);
        if (table.rank > 0)
            oc_cost_read(sum, i,
                         oc_mul(op, positions, table.dim[table.rank - 1]));
    }
}

/* Positions known to lie in an interval must have a row in table `cos`. */
static void bound_positions(oc_op *op, size_t positions, size_t cos)
{
    oc_expr first, last;
    if (!oc_op_range(op, positions, &first, &last) || !oc_expr_is_known(last) ||
        !oc_op_has_rank(op, cos))
        return;
    const oc_shape table = oc_op_input(op, cos);
    if (table.rank == 2 && oc_expr_is_known(table.dim[0]) &&
        oc_assume_that(op, OC_ASSUME_AT_MOST, oc_plus(op, last, 1),
                       table.dim[0]) == OC_NO)
        oc_op_fail(op, "positions exceed the rotary table");
}

oc_expr oc_rotary_width(oc_op *op, size_t cos)
{
    const oc_shape table = oc_op_input(op, cos);
    return table.rank ? oc_times(op, 2, table.dim[table.rank - 1]) : OC_UNKNOWN;
}

static void infer(oc_op *op)
{
    const rotary *at = oc_op_data(op);
    const oc_shape x = oc_op_input(op, 0);
    if (oc_op_has_rank(op, 0) && x.rank != 3 && x.rank != 4)
        oc_op_fail(op, "the input must have 3 or 4 dims");
    if (oc_op_attr_int(op, "num_heads", 0) < 0 ||
        oc_op_attr_int(op, "rotary_embedding_dim", 0) < 0)
        oc_op_fail(op, "num_heads and rotary_embedding_dim must not be "
                       "negative");
    bound_positions(op, at->positions, at->cos);
    oc_op_copy_type(op, 0, 0);
}

/* Tokens, and elements of them that are rotated. */
static oc_expr rotated(oc_op *op, oc_shape x, oc_expr *tokens)
{
    const int64_t heads = oc_op_attr_int(op, "num_heads", 0);
    const int64_t width = oc_op_attr_int(op, "rotary_embedding_dim", 0);
    if (x.rank != 3 && x.rank != 4) {
        *tokens = OC_UNKNOWN;
        return OC_UNKNOWN;
    }
    *tokens = oc_mul(op, x.dim[0], x.dim[x.rank - 2]);
    if (width == 0)
        return oc_shape_numel(op, x);
    if (x.rank == 3 && heads == 0) {
        oc_op_fail(op, "a partial rotation of 3 dims needs num_heads");
        return OC_UNKNOWN;
    }
    const oc_expr count = x.rank == 4 ? x.dim[1] : oc_int(op, heads);
    return oc_mul(op, *tokens, oc_mul(op, count, oc_int(op, width)));
}

static void cost(oc_op *op, oc_cost *sum)
{
    const rotary *at = oc_op_data(op);
    oc_expr tokens;
    const oc_expr elements = rotated(op, oc_op_input(op, 0), &tokens);
    oc_rotary_flops(op, sum, elements);
    if (oc_op_has_input(op, at->positions))
        oc_rotary_reads(op, sum, at->cos, tokens);
}

/* Gemma computes the tables itself: emb -> sin, cos; then q and k are each
 * q * cos + q_rot * sin. */
static void infer_gemma(oc_op *op)
{
    oc_op_copy_type(op, 0, 1);
    oc_op_copy_type(op, 1, 3);
}

static void cost_gemma(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_TRANSCENDENTALS, "sine and cosine",
                oc_times(op, 2, oc_op_input_numel(op, 0)));
    oc_rotary_flops(op, sum, oc_op_input_numel(op, 1));
    oc_rotary_flops(op, sum, oc_op_input_numel(op, 3));
}

#define CONTRIB(name)                                                          \
    OC_MICROSOFT(name, RULE, infer, cost,                                      \
                 .buffer_inputs = OC_IN(2) | OC_IN(3),                         \
                 .data = &(const rotary){.positions = 1, .cos = 2})
#define RULE "6 FLOPs per rotated pair; cosines and sines are read by position"

OC_OP_DEFINE(rotary) = {
    {.domain = "",
     .op_type = "RotaryEmbedding",
     .since_version = 23,
     .rule = RULE,
     .source = "ONNX operators, RotaryEmbedding-23",
     .infer = infer,
     .cost = cost,
     .buffer_inputs = OC_IN(1) | OC_IN(2),
     .data = &(const rotary){.positions = 3, .cos = 1}},
    CONTRIB("RotaryEmbedding"),
    CONTRIB("MRotaryEmbedding"),
    OC_MICROSOFT("GemmaRotaryEmbedding",
                 "a sine and a cosine per element of emb, 3 FLOPs per element "
                 "of q and k",
                 infer_gemma, cost_gemma),
    {0},
};
