/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/checked.h - integer arithmetic that says when it does not fit.
 */
#ifndef OC_BASE_CHECKED_H
#define OC_BASE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

#include "onnxcost/compat.h"

/* Each is true when *result holds the exact result. */
static inline bool oc_add_i64(int64_t *result, int64_t a, int64_t b)
{
    return !OC_ADD_OVERFLOWS(a, b, result);
}
static inline bool oc_mul_i64(int64_t *result, int64_t a, int64_t b)
{
    return !OC_MUL_OVERFLOWS(a, b, result);
}
static inline bool oc_add_i128(oc_i128 *result, oc_i128 a, oc_i128 b)
{
    return !OC_ADD_OVERFLOWS(a, b, result);
}
static inline bool oc_sub_i128(oc_i128 *result, oc_i128 a, oc_i128 b)
{
    return !OC_SUB_OVERFLOWS(a, b, result);
}
static inline bool oc_mul_i128(oc_i128 *result, oc_i128 a, oc_i128 b)
{
    return !OC_MUL_OVERFLOWS(a, b, result);
}

#define OC_I128_MAX                                                            \
    ((oc_i128)(((oc_u128)INT64_MAX << 64) | (oc_u128)UINT64_MAX))
#define OC_I128_MIN (-OC_I128_MAX - 1)

/* Floor division and its remainder (0 <= remainder < b for b > 0).
 * False when b == 0 or the quotient does not fit. */
bool oc_floor_div_i128(oc_i128 *quotient, oc_i128 a, oc_i128 b);
bool oc_floor_mod_i128(oc_i128 *remainder, oc_i128 a, oc_i128 b);
/* Non-negative; 0 only for (0, 0). */
oc_u128 oc_gcd_u128(oc_u128 a, oc_u128 b);
/* Least k with 2^k >= value; 0 for value <= 1: `(value - 1).bit_length()`
 * for value >= 1. */
int oc_clog2_i128(oc_i128 value);

#endif
