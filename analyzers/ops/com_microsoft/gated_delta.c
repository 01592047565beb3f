/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/gated_delta.c - GatedDeltaNet: linear attention
 * on [tokens, heads, width] or [B, T, heads, width], with the gate
 * activations and the norm of q and k fused in.
 *
 * Packed, q holds [tokens, q + k + v] and the state tells the heads.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/linear_attention.h"
#include "analyzers/ops/norm.h"

enum { QUERY, KEY, VALUE, DECAY = 4, BETA, STATE, A_LOG };

/* Queries and keys have `heads` heads, values and states `kv_heads`. */
static oc_linear linear_of(oc_op *op)
{
    const oc_shape q = oc_op_input(op, QUERY);
    const oc_type *v = oc_op_type(op, VALUE), *state = oc_op_type(op, STATE);
    oc_linear a = {.batch = oc_expr_of(1)};
    oc_linear_rule(op, &a);
    if (state->rank == 4) {
        a.kv_heads = state->dim[1];
        a.v_width = state->dim[2];
        a.k_width = state->dim[3];
    }
    if (oc_op_has_input(op, KEY) && (q.rank == 3 || q.rank == 4)) {
        a.positions = oc_shape_product(op, q, 0, q.rank - 2);
        a.heads = q.dim[q.rank - 2];
        a.k_width = q.dim[q.rank - 1];
        if (v->rank == (int)q.rank) {
            a.kv_heads = v->dim[q.rank - 2];
            a.v_width = v->dim[q.rank - 1];
        }
    } else if (q.rank == 2) {
        a.positions = q.dim[0];
        a.heads = oc_attention_per_head(
            op, oc_sub(op, q.dim[1], oc_mul(op, a.kv_heads, a.v_width)),
            oc_times(op, 2, a.k_width));
    } else if (oc_op_has_rank(op, QUERY)) {
        oc_op_fail(op, "the query must have 3 or 4 dims, or 2 when packed");
    }
    return a;
}

static void infer(oc_op *op)
{
    const oc_linear a = linear_of(op);
    const oc_shape q = oc_op_input(op, QUERY);
    const int state_type =
        oc_op_dtype(op, oc_op_has_input(op, STATE) ? STATE : DECAY);
    const size_t lead = q.rank == 4 ? 2 : 1;
    oc_op_set_dtype(op, 0, oc_op_dtype(op, QUERY));
    oc_op_set_dtype(op, 2, OC_ELEM_FLOAT);
    if (!oc_op_has_rank(op, QUERY))
        return;
    oc_shape y = oc_shape_new(op, lead + 2);
    for (size_t axis = 0; axis < lead && axis < q.rank; axis++)
        y.dim[axis] = q.dim[axis];
    y.dim[lead] = oc_max(op, a.heads, a.kv_heads);
    y.dim[lead + 1] = a.v_width;
    oc_op_set_output(op, 0, oc_op_dtype(op, QUERY), y);
    const oc_type *state = oc_op_type(op, STATE);
    const oc_expr batch = state->rank == 4 ? state->dim[0]
                          : lead == 2      ? q.dim[0]
                                           : OC_UNKNOWN;
    oc_op_set_output(
        op, 1, state_type,
        oc_attention_shape(op, batch, a.kv_heads, a.v_width, a.k_width));
}

/* -exp(a_log) * softplus(decay + dt_bias); the sigmoid of beta. */
static void cost_gates(oc_op *op, oc_cost *sum)
{
    const oc_expr decays = oc_op_input_numel(op, DECAY);
    if (!strcmp(oc_op_attr_string(op, "gate_activation", "none"), "qwen")) {
        oc_cost_add(sum, OC_FLOPS, "gate", oc_times(op, 3, decays));
        oc_cost_add(
            sum, OC_TRANSCENDENTALS, "gate",
            oc_add(op, oc_times(op, 2, decays), oc_op_input_numel(op, A_LOG)));
    }
    if (!strcmp(oc_op_attr_string(op, "beta_activation", "none"), "sigmoid"))
        oc_cost_add(sum, OC_TRANSCENDENTALS, "beta",
                    oc_op_input_numel(op, BETA));
}

static void cost(oc_op *op, oc_cost *sum)
{
    const oc_linear a = linear_of(op);
    const oc_expr vectors = oc_times(op, 2, oc_mul(op, a.positions, a.heads));
    oc_cost_types(sum, oc_op_dtype(op, QUERY), oc_op_dtype(op, QUERY));
    oc_linear_cost(op, sum, &a, DECAY);
    cost_gates(op, sum);
    if (oc_op_attr_int(op, "qk_l2_norm", 0) != 0)
        oc_norm_cost(op, sum, 3, oc_mul(op, vectors, a.k_width), -1, vectors);
}

OC_OP_DEFINE(microsoft_gated_delta) = {
    OC_MICROSOFT("GatedDeltaNet",
                 "one MAC per state element and token to update it, one more "
                 "with a delta rule, one to read it; a FLOP per state element "
                 "to decay; gates and norms as they are asked for",
                 infer, cost, .weight_inputs = OC_IN(7) | OC_IN(8)),
    {0},
};
