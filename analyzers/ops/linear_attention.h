/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/linear_attention.h - attention without a softmax: per head a
 * state of key width by value width, decayed, corrected and read at every
 * position.
 */
#ifndef OC_ANALYZERS_OPS_LINEAR_ATTENTION_H
#define OC_ANALYZERS_OPS_LINEAR_ATTENTION_H

#include "analyzers/ops/attention_core.h"

typedef struct oc_linear {
    oc_expr batch;
    oc_expr positions;
    oc_expr heads;    /* of the queries */
    oc_expr kv_heads; /* that have a state */
    oc_expr k_width;
    oc_expr v_width;
    bool decays;   /* the state, before it is updated */
    bool corrects; /* the update, by what the state already says */
} oc_linear;

/* decays and corrects, from the attribute update_rule. */
void oc_linear_rule(oc_op *op, oc_linear *a);

/* The recurrence, with an exponential for each element of input `decay`. */
void oc_linear_cost(oc_op *op, oc_cost *sum, const oc_linear *a, size_t decay);

#endif
