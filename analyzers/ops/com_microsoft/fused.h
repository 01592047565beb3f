/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/fused.h - what other operators carry inside: an
 * activation named by an attribute.
 */
#ifndef OC_ANALYZERS_OPS_COM_MICROSOFT_FUSED_H
#define OC_ANALYZERS_OPS_COM_MICROSOFT_FUSED_H

#include "analyzers/ops/common.h"

/* Cost of the activation that attribute `activation` names, in any case, on
 * so many elements; no attribute, "" and "none" cost nothing, an activation
 * that is not known makes the figures unknown. */
void oc_fused_activation(oc_op *op, oc_cost *sum, oc_expr elements);
void oc_fused_activation_named(oc_op *op, oc_cost *sum, const char *name,
                               oc_expr elements);

/* Product of all dims but the last: rows of a matrix or norm. */
oc_expr oc_fused_rows(oc_op *op, size_t input);

#endif
