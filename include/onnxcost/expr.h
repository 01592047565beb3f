/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/expr.h - the handle of an integer (or rational) expression.
 *
 * In here: the handle and its immediate integers. Not in here: the table
 * behind it (symbolic/), which plugins reach through <onnxcost/plugin.h>.
 */
#ifndef ONNXCOST_EXPR_H
#define ONNXCOST_EXPR_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Canonical: two handles of one table are equal as numbers exactly when the
 * expressions have the same canonical form. Odd handles are immediate
 * integers of 63 bits; even ones index the table.
 */
typedef uint64_t oc_expr;

#define OC_UNKNOWN ((oc_expr)0)  /* nothing is known: never 0 */
#define OC_OVERFLOW ((oc_expr)2) /* beyond 128 bits */

#define OC_IMMEDIATE_MAX INT64_C(0x3fffffffffffffff)
#define OC_IMMEDIATE_MIN (-OC_IMMEDIATE_MAX - 1)

static inline bool oc_expr_is_immediate(oc_expr e)
{
    return (e & 1u) != 0;
}

/* Neither OC_UNKNOWN nor OC_OVERFLOW. */
static inline bool oc_expr_is_known(oc_expr e)
{
    return e != OC_UNKNOWN && e != OC_OVERFLOW;
}

/* Only for immediates. */
static inline int64_t oc_expr_immediate(oc_expr e)
{
    return (int64_t)e >> 1;
}

/* OC_OVERFLOW outside 63 bits: larger integers need a table. */
static inline oc_expr oc_expr_of(int64_t value)
{
    if (value < OC_IMMEDIATE_MIN || value > OC_IMMEDIATE_MAX)
        return OC_OVERFLOW;
    return ((uint64_t)value << 1) | 1u;
}

static inline bool oc_expr_is(oc_expr e, int64_t value)
{
    return e == oc_expr_of(value) && oc_expr_is_immediate(e);
}

/* Three answers to a question about expressions. */
typedef enum oc_tri { OC_NO, OC_YES, OC_MAYBE } oc_tri;

#endif
