/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/matmul_integer.h - products of quantised matrices, for the
 * operators that contain one.
 */
#ifndef OC_ANALYZERS_OPS_MATMUL_INTEGER_H
#define OC_ANALYZERS_OPS_MATMUL_INTEGER_H

#include "analyzers/ops/matmul.h"

/* One subtraction per element of inputs a and b where their zero points are
 * given; that of a constant b is applied at load time. */
void oc_matmul_zero_points(oc_op *op, oc_cost *sum, size_t a, size_t a_zero,
                           size_t b, size_t b_zero);

#endif
