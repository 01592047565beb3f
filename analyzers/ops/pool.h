/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/pool.h - pooling, for the operators that contain it.
 */
#ifndef OC_ANALYZERS_OPS_POOL_H
#define OC_ANALYZERS_OPS_POOL_H

#include "analyzers/ops/window.h"

/* What input 0 becomes under the window of the attributes; spatial axes are
 * those after the second, or after the first but the last. */
oc_shape oc_pool_shape(oc_op *op, bool channels_last);
/* Every spatial dim becomes 1. */
oc_shape oc_pool_global_shape(oc_op *op, bool channels_last);

/* MaxUnpool's result, spatial axes as above. */
oc_shape oc_pool_unpooled_shape(oc_op *op, bool channels_last);
/* Root of the sum of powers of `taps` elements, as attribute p says. */
void oc_pool_lp_cost(oc_op *op, oc_cost *sum, oc_expr taps);

/* Output elements times window elements: the flops of an average. */
oc_expr oc_pool_taps(oc_op *op);

#endif
