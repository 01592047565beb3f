/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/fused.h - activations inside other operators; each costs what
 * it costs as an operator of its own. Not in here: those operators.
 */
#ifndef OC_ANALYZERS_OPS_FUSED_H
#define OC_ANALYZERS_OPS_FUSED_H

#include "onnxcost/plugin.h"

typedef struct oc_activation {
    const char *name;           /* in lower case */
    int flops, transcendentals; /* per element */
} oc_activation;

/* By name, in any case; NULL: not known. */
const oc_activation *oc_activation_find(const char *name);

/* Cost of the activation that attribute `activation` names on so many
 * elements; no attribute, "" and "none" cost nothing, an activation that is
 * not known makes the figures unknown. */
void oc_fused_activation(oc_op *op, oc_cost *sum, oc_expr elements);
void oc_fused_activation_named(oc_op *op, oc_cost *sum, const char *name,
                               oc_expr elements);

#endif
