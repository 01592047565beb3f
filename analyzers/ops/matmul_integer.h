/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/matmul_integer.h - products of quantised matrices, for the
 * operators that contain one.
 */
#ifndef OC_ANALYZERS_OPS_MATMUL_INTEGER_H
#define OC_ANALYZERS_OPS_MATMUL_INTEGER_H

#include "analyzers/ops/matmul.h"

/* MACs of inputs `left` and `right`, and one subtraction per element of each
 * that has a zero point; that of constant weights is applied at load time. */
void oc_matmul_quantized(oc_op *op, oc_cost *sum, size_t left,
                         size_t left_zero_point, size_t right,
                         size_t right_zero_point);

#endif
