/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/linear_attention.c - LinearAttention.
 *
 * Counted in the recurrent form, whose cost is linear in the length; kernels
 * that work in chunks do more.
 */
#include "analyzers/ops/linear_attention.h"

#include <string.h>

#include "analyzers/ops/descriptor.h"

enum { QUERY, KEY, VALUE, PAST_STATE, DECAY };

void oc_linear_rule(oc_op *op, oc_linear *a)
{
    const char *rule = oc_op_attr_string(op, "update_rule", "gated_delta");
    a->decays = !strcmp(rule, "gated") || !strcmp(rule, "gated_delta");
    a->corrects = !strcmp(rule, "delta") || !strcmp(rule, "gated_delta");
}

static oc_linear linear_of(oc_op *op)
{
    const oc_shape q = oc_attention_operand(op, QUERY),
                   k = oc_attention_operand(op, KEY);
    const oc_shape v = oc_attention_operand(op, VALUE);
    oc_linear a = {.heads = oc_attention_heads(op, "q_num_heads"),
                   .kv_heads = oc_attention_heads(op, "kv_num_heads")};
    a.batch = oc_unify(op, oc_unify(op, q.dim[0], k.dim[0]), v.dim[0]);
    a.positions = oc_unify(op, oc_unify(op, q.dim[1], k.dim[1]), v.dim[1]);
    a.k_width = oc_unify(op, oc_attention_per_head(op, q.dim[2], a.heads),
                         oc_attention_per_head(op, k.dim[2], a.kv_heads));
    a.v_width = oc_attention_per_head(op, v.dim[2], a.kv_heads);
    oc_linear_rule(op, &a);
    return a;
}

/* [batch, heads, key width, value width], in com.microsoft once for each of
 * the last `state_window` positions when that is not 0. */
static oc_shape state_shape(oc_op *op, const oc_linear *a)
{
    const int64_t window = oc_op_attr_int(op, "state_window", 0);
    const oc_shape one =
        oc_attention_shape(op, a->batch, a->kv_heads, a->k_width, a->v_width);
    if (window == 0)
        return one;
    if (window < 0)
        oc_op_fail(op, "state_window must not be negative");
    oc_shape many = oc_shape_new(op, 5);
    many.dim[0] = oc_int(op, window);
    for (size_t axis = 0; axis < one.rank; axis++)
        many.dim[axis + 1] = one.dim[axis];
    return many;
}

static void infer(oc_op *op)
{
    const oc_linear a = linear_of(op);
    oc_shape y = oc_shape_new(op, 3);
    y.dim[0] = a.batch;
    y.dim[1] = a.positions;
    y.dim[2] = oc_mul(op, oc_max(op, a.heads, a.kv_heads), a.v_width);
    oc_op_set_output(op, 0, oc_op_dtype(op, QUERY), y);
    const bool given = oc_op_has_input(op, PAST_STATE);
    oc_op_set_output(op, 1, oc_op_dtype(op, given ? PAST_STATE : QUERY),
                     state_shape(op, &a));
}

void oc_linear_cost(oc_op *op, oc_cost *sum, const oc_linear *a, size_t decay)
{
    const oc_expr tokens = oc_mul(op, a->batch, a->positions);
    const oc_expr vectors = oc_mul(op, tokens, a->kv_heads);
    const oc_expr state = oc_mul(op, a->k_width, a->v_width);
    const oc_expr updates = oc_mul(op, vectors, state);
    const oc_expr reads = oc_mul(op, tokens, oc_max(op, a->heads, a->kv_heads));
    oc_cost_add(sum, OC_MACS, "update the state",
                oc_times(op, a->corrects ? 2 : 1, updates));
    oc_cost_add(sum, OC_MACS, "read the state", oc_mul(op, reads, state));
    if (a->decays) {
        oc_cost_add(sum, OC_FLOPS, "decay", updates);
        oc_cost_add(sum, OC_TRANSCENDENTALS, "decay",
                    oc_op_has_input(op, decay) ? oc_op_input_numel(op, decay)
                                               : vectors);
    }
    if (a->corrects)
        oc_cost_add(sum, OC_FLOPS, "correction",
                    oc_times(op, 2, oc_mul(op, vectors, a->v_width)));
    oc_cost_add(sum, OC_FLOPS, "scale", oc_mul(op, reads, a->v_width));
}

static void cost(oc_op *op, oc_cost *sum)
{
    const oc_linear a = linear_of(op);
    oc_linear_cost(op, sum, &a, DECAY);
}

#define RULE                                                                   \
    "one MAC per state element and token to update it, one more with a "       \
    "delta rule, one per reading head; a FLOP per state element to decay"

OC_OP_DEFINE(linear_attention) = {
    {.domain = "",
     .op_type = "LinearAttention",
     .since_version = 27,
     .rule = RULE,
     .source = "ONNX operators, LinearAttention-27",
     .infer = infer,
     .cost = cost},
    OC_MICROSOFT("LinearAttention", RULE, infer, cost),
    {0},
};
