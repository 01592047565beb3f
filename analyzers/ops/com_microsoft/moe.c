/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/moe.c - MoE and QMoE: every token goes through
 * the k best of E small networks, whose results are mixed.
 *
 * fc1 [E, I or 2 I, H], fc2 [E, H, I], fc3 [E, I, H]: with SwiGLU fc1 holds
 * both halves of the gate, or fc3 the other one.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/fused.h"
#include "analyzers/ops/softmax.h"

/* Positions of inputs. */
typedef struct layout {
    size_t fc[3];
    size_t bias[3];
    uint32_t scales; /* of experts, like their weights and biases */
    bool quantized;
} layout;

typedef struct experts {
    oc_expr tokens, count, chosen, used; /* used: experts that are read */
    oc_expr hidden, inner;
    oc_expr pairs; /* tokens * chosen */
    bool gated;
} experts;

static oc_expr dim_of(oc_op *op, size_t input, size_t rank, size_t axis)
{
    const oc_type *type = oc_op_type(op, input);
    if (type->rank == (int)rank)
        return type->dim[axis];
    if (type->rank >= 0)
        oc_op_fail(op, "experts' weights must have 3 dims, routing 2");
    return OC_UNKNOWN;
}

/* Both halves of a gate are in fc1 when it has twice the rows; how wide fc2
 * is stored says nothing when it is packed. */
static experts experts_of(oc_op *op)
{
    const layout *at = oc_op_data(op);
    const bool swiglu =
        !strcmp(oc_op_attr_string(op, "activation_type", "relu"), "swiglu");
    const bool apart = oc_op_has_input(op, at->fc[2]);
    const int64_t k = oc_op_attr_int(op, "k", 1);
    const oc_shape x = oc_op_input(op, 0);
    experts e = {.gated = swiglu || apart};
    if (k < 1)
        oc_op_fail(op, "k must be positive");
    e.tokens = oc_op_vectors(op, 0);
    e.hidden = x.rank ? x.dim[x.rank - 1] : OC_UNKNOWN;
    e.count = dim_of(op, at->fc[0], 3, 0);
    e.inner = dim_of(op, at->fc[0], 3, 1);
    if (swiglu && !apart)
        e.inner = oc_floor_div(op, e.inner, oc_expr_of(2));
    e.chosen = oc_int(op, k);
    e.pairs = oc_mul(op, e.tokens, e.chosen);
    e.used = oc_min(op, e.count, e.pairs);
    return e;
}

static void infer(oc_op *op)
{
    const layout *at = oc_op_data(op);
    oc_unify(op, dim_of(op, 1, 2, 1), dim_of(op, at->fc[0], 3, 0));
    oc_op_copy_type(op, 0, 0);
}

static void cost_router(oc_op *op, oc_cost *sum, const experts *e)
{
    const oc_expr scores = oc_mul(op, e->tokens, e->count);
    oc_softmax_cost(op, sum, scores, e->tokens);
    oc_cost_add(
        sum, OC_FLOPS, "choose experts",
        oc_mul(op, scores, oc_clog2(op, oc_max(op, oc_expr_of(2), e->chosen))));
    const oc_expr products = oc_sub(op, oc_times(op, 2, e->pairs), e->tokens);
    oc_cost_add(sum, OC_FLOPS, "mix experts", oc_mul(op, products, e->hidden));
}

static void cost_biases(oc_op *op, oc_cost *sum, const layout *at,
                        const experts *e)
{
    const bool fused = e->gated && !oc_op_has_input(op, at->fc[2]);
    const oc_expr width[] = {fused ? oc_times(op, 2, e->inner) : e->inner,
                             e->hidden, e->inner};
    for (size_t i = 0; i < 3; i++)
        if (oc_op_has_input(op, at->bias[i]))
            oc_cost_add(sum, OC_FLOPS, "bias", oc_mul(op, e->pairs, width[i]));
}

/* SwiGLU is a SiLU and the product with the other half. */
static void cost_activation(oc_op *op, oc_cost *sum, const experts *e)
{
    const char *name = oc_op_attr_string(op, "activation_type", "relu");
    const oc_expr elements = oc_mul(op, e->pairs, e->inner);
    oc_fused_activation_named(op, sum, strcmp(name, "swiglu") ? name : "silu",
                              elements);
    if (e->gated)
        oc_cost_add(sum, OC_FLOPS, "gate", elements);
}

/* Experts' matrices are packed; what they hold is [H, I] each, fc1 twice when
 * both halves of the gate are in it. */
static void count_weights(oc_op *op, oc_cost *sum, const layout *at,
                          const experts *e)
{
    const bool fused = e->gated && !oc_op_has_input(op, at->fc[2]);
    const oc_expr matrix =
        oc_mul(op, e->count, oc_mul(op, e->hidden, e->inner));
    for (size_t i = 0; i < 3; i++)
        if (oc_op_has_input(op, at->fc[i]))
            oc_cost_weight(sum, at->fc[i],
                           oc_times(op, i == 0 && fused ? 2 : 1, matrix));
}

/* Experts that no token chose are not read: of an expert's tensor, [E, ..],
 * as many parts as experts are used. */
static void cost_reads(oc_op *op, oc_cost *sum, const layout *at,
                       const experts *e)
{
    uint32_t inputs = at->scales;
    for (size_t i = 0; i < 3; i++)
        inputs |= OC_IN(at->fc[i]) | OC_IN(at->bias[i]);
    for (size_t i = 0; i < 32; i++) {
        if (!(inputs & OC_IN(i)) || !oc_op_has_input(op, i))
            continue;
        const oc_shape x = oc_op_input(op, i);
        oc_cost_read(sum, i,
                     oc_mul(op, e->used, oc_shape_product(op, x, 1, x.rank)));
    }
}

/* Weights of fewer bits than a byte are packed along their last dim. */
static void count_packed(oc_op *op, oc_cost *sum, const layout *at)
{
    const int64_t bits = oc_op_attr_int(op, "expert_weight_bits", 4);
    for (size_t i = 0; i < 3; i++)
        if (oc_op_dtype(op, at->fc[i]) == OC_ELEM_UINT8 &&
            (bits == 2 || bits == 4))
            oc_cost_weight(
                sum, at->fc[i],
                oc_times(op, 8 / bits, oc_op_input_numel(op, at->fc[i])));
}

static void cost(oc_op *op, oc_cost *sum)
{
    const layout *at = oc_op_data(op);
    const experts e = experts_of(op);
    const oc_expr weights =
        oc_times(op, e.gated ? 3 : 2, oc_mul(op, e.hidden, e.inner));
    oc_cost_types(sum, oc_op_dtype(op, 0), oc_op_dtype(op, at->fc[0]));
    oc_cost_add(sum, OC_MACS, "chosen experts * weights",
                oc_mul(op, e.pairs, weights));
    cost_biases(op, sum, at, &e);
    cost_activation(op, sum, &e);
    cost_router(op, sum, &e);
    cost_reads(op, sum, at, &e);
    count_weights(op, sum, at, &e);
    if (!at->quantized)
        return;
    count_packed(op, sum, at);
    oc_cost_add(sum, OC_FLOPS, "dequantise weights",
                oc_times(op, 2, oc_mul(op, e.used, weights)));
}

#define RULE                                                                   \
    "one MAC per weight of the k chosen experts and token, their biases "      \
    "and activations, a softmax and a choice over all experts, and the mix "

OC_OP_DEFINE(microsoft_moe) = {
    OC_MICROSOFT("MoE", RULE "of the k results", infer, cost,
                 .weight_inputs = OC_IN(2) | OC_IN(3) | OC_IN(4) | OC_IN(5) |
                                  OC_IN(6) | OC_IN(7),
                 .data = &(const layout){.fc = {2, 4, 6}, .bias = {3, 5, 7}}),
    OC_MICROSOFT("QMoE",
                 RULE
                 "of the k results; 2 FLOPs per weight of an expert in use "
                 "to dequantise it",
                 infer, cost,
                 .weight_inputs = OC_IN(2) | OC_IN(4) | OC_IN(5) | OC_IN(7) |
                                  OC_IN(8) | OC_IN(10),
                 .scale_inputs = OC_IN(3) | OC_IN(6) | OC_IN(9) | OC_IN(11) |
                                 OC_IN(12) | OC_IN(13) | OC_IN(15) | OC_IN(16) |
                                 OC_IN(17) | OC_IN(18) | OC_IN(19) | OC_IN(20),
                 .data = &(const layout){.fc = {2, 5, 8},
                                         .bias = {4, 7, 10},
                                         .scales = OC_IN(3) | OC_IN(6) |
                                                   OC_IN(9) | OC_IN(11) |
                                                   OC_IN(12) | OC_IN(13) |
                                                   OC_IN(15) | OC_IN(16),
                                         .quantized = true}),
    {0},
};
