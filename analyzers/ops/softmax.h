/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/softmax.h - softmax, for the operators that contain one.
 */
#ifndef OC_ANALYZERS_OPS_SOFTMAX_H
#define OC_ANALYZERS_OPS_SOFTMAX_H

#include "analyzers/ops/common.h"

/* Of `rows` rows with `elements` elements together: maximum, difference,
 * exponential, sum, quotient. Nothing when there is no element. */
void oc_softmax_cost(oc_op *op, oc_cost *sum, oc_expr elements, oc_expr rows);

#endif
