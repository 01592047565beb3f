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

/* Output elements times window elements: the flops of an average. */
oc_expr oc_pool_taps(oc_op *op);

#endif
