/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/matmul.h - the matrix product, for operators that contain
 * one.
 */
#ifndef OC_ANALYZERS_OPS_MATMUL_H
#define OC_ANALYZERS_OPS_MATMUL_H

#include "analyzers/ops/common.h"

/* Shape of numpy's matmul(a, b); sticky failure when they do not fit. */
oc_shape oc_matmul_shape(oc_op *op, oc_shape a, oc_shape b);

/* MACs of a product of two inputs whose result is output 0: outputs times
 * inner dim; only stored weights when `right` is sparse. */
void oc_matmul_macs(oc_op *op, oc_cost *sum, size_t left, size_t right);

/* Gemm's [M, N] of input 0 and input b, as transA and transB have them. */
oc_shape oc_gemm_shape(oc_op *op, size_t b);
/* Gemm itself. */
void oc_gemm_infer(oc_op *op);
void oc_gemm_cost(oc_op *op, oc_cost *sum);
/* Its M * N * K MACs. */
void oc_gemm_macs(oc_op *op, oc_cost *sum);

#endif
