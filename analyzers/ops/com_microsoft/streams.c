/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/streams.c - features kept in several branches:
 * BranchwiseRMSNorm, HyperConnectionPreMix, HyperConnectionPostMix and
 * EngramGate.
 *
 * Branches are a dim of their own, [.., C, H], or share one with the
 * features, [.., C * H], when `num_branches` says how many they are.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/norm.h"

/* Streams as [rows, branches, width]; unknown dims when the rank is not. */
typedef struct streams {
    oc_expr rows, branches, width;
    size_t lead; /* dims before the branches */
    bool known;
} streams;

static streams streams_of(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    const int64_t given = oc_op_attr_int(op, "num_branches", 0);
    const size_t own = given > 0 ? 1 : 2;
    streams s = {0};
    if (!oc_op_has_rank(op, 0))
        return s;
    if (given < 0 || x.rank < own) {
        oc_op_fail(op, "streams have no dim of branches, or num_branches is "
                       "negative");
        return s;
    }
    s.known = true;
    s.lead = x.rank - own;
    s.rows = oc_shape_product(op, x, 0, s.lead);
    s.branches = given > 0 ? oc_int(op, given) : x.dim[s.lead];
    s.width = x.dim[x.rank - 1];
    if (given > 0 &&
        oc_assume_that(op, OC_ASSUME_DIVIDES, s.branches, s.width) == OC_NO)
        oc_op_fail(op, "the features are no multiple of num_branches");
    if (given > 0)
        s.width = oc_floor_div(op, s.width, s.branches);
    return s;
}

static oc_expr elements_of(oc_op *op, const streams *s)
{
    return oc_mul(op, s->rows, oc_mul(op, s->branches, s->width));
}

/* ---- BranchwiseRMSNorm: a row for every branch ---- */

static void infer_norm(oc_op *op)
{
    streams_of(op);
    oc_op_copy_type(op, 0, 0);
}

static void cost_norm(oc_op *op, oc_cost *sum)
{
    const streams s = streams_of(op);
    const bool scaled = oc_op_has_input(op, 1);
    oc_norm_cost(op, sum, scaled ? 4 : 3, elements_of(op, &s), 1,
                 oc_mul(op, s.rows, s.branches));
}

/* ---- HyperConnectionPreMix: branches weighed and summed ---- */

static void infer_pre_mix(oc_op *op)
{
    const streams s = streams_of(op);
    const oc_shape x = oc_op_input(op, 0);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!s.known)
        return;
    oc_shape y = oc_shape_new(op, s.lead + 1);
    for (size_t axis = 0; axis < s.lead; axis++)
        y.dim[axis] = x.dim[axis];
    y.dim[s.lead] = s.width;
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_pre_mix(oc_op *op, oc_cost *sum)
{
    const streams s = streams_of(op);
    oc_cost_add(sum, OC_MACS, "branches * features", elements_of(op, &s));
    if (oc_op_attr_float(op, "reduction_scale", 1) != 1)
        oc_cost_add(sum, OC_FLOPS, "scale", oc_mul(op, s.rows, s.width));
}

/* ---- HyperConnectionPostMix: every branch is a mix of all of them, and of
 * the block's output ---- */

static void infer_post_mix(oc_op *op)
{
    streams_of(op);
    oc_op_copy_type(op, 0, 0);
}

static void cost_post_mix(oc_op *op, oc_cost *sum)
{
    const streams s = streams_of(op);
    const oc_expr elements = elements_of(op, &s);
    if (oc_op_has_input(op, 3))
        oc_cost_add(sum, OC_MACS, "features * pairs of branches",
                    oc_mul(op, elements, s.branches));
    oc_cost_add(sum, OC_FLOPS, "gate and add the block's output",
                oc_times(op, 2, elements));
}

/* ---- EngramGate: sigmoid(signed root of norm(key) . norm(query)) * value,
 * all [B, T, branches, width] but the value, [B, T, width] ---- */

static void infer_gate(oc_op *op)
{
    const oc_shape key = oc_op_input(op, 0);
    const int type = oc_op_dtype(op, 2);
    if (oc_op_has_rank(op, 0) && key.rank != 4)
        oc_op_fail(op, "the key must have 4 dims");
    oc_op_set_output(op, 0, type, key);
    oc_op_set_output(op, 1, type, key);
}

/* Of a dot product: scale, magnitude, bound, root, sign, product, sigmoid. */
static void cost_gate(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_input_numel(op, 0);
    const oc_expr gates = oc_op_rows(op, 0, 3);
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_is(sum, OC_TRANSCENDENTALS, OC_ESTIMATE);
    for (int norm = 0; norm < 2; norm++) /* key and query */
        oc_norm_cost(op, sum, 4, elements, 1, gates);
    oc_cost_add(sum, OC_MACS, "keys * queries", elements);
    oc_cost_add(sum, OC_FLOPS, "signed root", oc_times(op, 5, gates));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "root and sigmoid",
                oc_times(op, 2, gates));
    oc_cost_add(sum, OC_FLOPS, "gate the value", elements);
    if (oc_op_has_output(op, 1))
        oc_norm_cost(op, sum, 4, elements, 1, gates);
}

OC_OP_DEFINE(microsoft_streams) = {
    OC_MICROSOFT("BranchwiseRMSNorm",
                 "four flops per element (three without scale), one and a root "
                 "per branch",
                 infer_norm, cost_norm, .weight_inputs = OC_IN(1)),
    OC_MICROSOFT("HyperConnectionPreMix",
                 "one MAC per element of the streams, one FLOP per output for "
                 "reduction_scale",
                 infer_pre_mix, cost_pre_mix),
    OC_MICROSOFT("HyperConnectionPostMix",
                 "one MAC per element and branch for stream_mix, 2 FLOPs per "
                 "element for the block's output",
                 infer_post_mix, cost_post_mix),
    OC_MICROSOFT("EngramGate",
                 "estimate of its documented equations: the norms of key, "
                 "query and perhaps result, one MAC per key element, 5 FLOPs, "
                 "a root and a sigmoid per gate, one FLOP per result",
                 infer_gate, cost_gate,
                 .weight_inputs = OC_IN(3) | OC_IN(4) | OC_IN(5)),
    {0},
};
