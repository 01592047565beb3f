/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/signal.h - the Fourier transform, for the operators that
 * contain one.
 */
#ifndef OC_ANALYZERS_OPS_SIGNAL_H
#define OC_ANALYZERS_OPS_SIGNAL_H

#include "analyzers/ops/common.h"

/* `count` fast transforms of `length` complex elements, whose twiddle factors
 * are tables: 5 n log2 n flops each, half of that for a real signal when only
 * one side is computed. The logarithm and the half are rounded up. */
void oc_signal_transform(oc_op *op, oc_cost *sum, oc_expr length, oc_expr count,
                         bool one_sided);

#endif
