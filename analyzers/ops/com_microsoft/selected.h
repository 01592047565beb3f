/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/selected.h - attention over entries that another
 * operator selected for every query.
 */
#ifndef OC_ANALYZERS_OPS_COM_MICROSOFT_SELECTED_H
#define OC_ANALYZERS_OPS_COM_MICROSOFT_SELECTED_H

#include "analyzers/ops/attention_core.h"

/*
 * Scores of `a`, of which rows and heads are known: input `selected` has a row
 * of entries for every token, input selected + 1 how many of them are used.
 * Counts that are not known make figures upper bounds, and so does a local
 * window, in which a query near the start sees less.
 */
oc_expr oc_selected_scores(oc_op *op, oc_cost *sum, const oc_attention *a,
                           size_t selected);

#endif
