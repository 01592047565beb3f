/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/norm.h - normalisation, for the operators that contain one.
 */
#ifndef OC_ANALYZERS_OPS_NORM_H
#define OC_ANALYZERS_OPS_NORM_H

#include "analyzers/ops/common.h"

/*
 * per_element flops for each of `elements`, and per_group for each of
 * `groups`, and one transcendental (the root) for each group. Nothing when
 * there is no element.
 */
void oc_norm_cost(oc_op *op, oc_cost *sum, int64_t per_element,
                  oc_expr elements, int64_t per_group, oc_expr groups);

/* Mean and variance over groups of the elements of input 0, with a gain and,
 * when `biased`, a shift; without the mean: root mean square. */
void oc_norm_layer(oc_op *op, oc_cost *sum, oc_expr groups, bool biased);
void oc_norm_rms(oc_op *op, oc_cost *sum, oc_expr groups);

/* BatchNormalization and InstanceNormalization; channels are the last dim in
 * rows with .data, else the second. */
void oc_norm_batch_infer(oc_op *op);
void oc_norm_batch_cost(oc_op *op, oc_cost *sum);
void oc_norm_instance_cost(oc_op *op, oc_cost *sum);

#endif
