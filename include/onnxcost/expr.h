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
 * integers of 63 bits; even ones index the table, so they mean something only
 * beside the table (for a plugin: the oc_op) that made them, and only as long
 * as it lives.
 */
typedef uint64_t oc_expr;

#define OC_UNKNOWN ((oc_expr)0)  /* nothing is known: never the number 0 */
#define OC_OVERFLOW ((oc_expr)2) /* beyond 128 bits, or the table is full */

/* The integers that need no table: 63 bits with their sign. */
#define OC_IMMEDIATE_MAX INT64_C(0x3fffffffffffffff)
#define OC_IMMEDIATE_MIN (-OC_IMMEDIATE_MAX - 1)

/* An integer that needs no table. */
static inline bool oc_expr_is_immediate(oc_expr e)
{
    return (e & 1u) != 0;
}

/* Neither OC_UNKNOWN nor OC_OVERFLOW. */
static inline bool oc_expr_is_known(oc_expr e)
{
    return e != OC_UNKNOWN && e != OC_OVERFLOW;
}

/* Its value. Only for immediates: of others it is meaningless. */
static inline int64_t oc_expr_immediate(oc_expr e)
{
    return (int64_t)e >> 1;
}

/* The immediate of `value`; OC_OVERFLOW outside 63 bits: larger integers need
 * a table (oc_int() of plugin.h). */
static inline oc_expr oc_expr_of(int64_t value)
{
    if (value < OC_IMMEDIATE_MIN || value > OC_IMMEDIATE_MAX)
        return OC_OVERFLOW;
    return ((uint64_t)value << 1) | 1u;
}

/* e is the immediate integer `value`. */
static inline bool oc_expr_is(oc_expr e, int64_t value)
{
    return e == oc_expr_of(value) && oc_expr_is_immediate(e);
}

/* Three answers to a question about expressions or facts; OC_MAYBE: it is
 * not decided, or depends on symbols. */
typedef enum oc_tri { OC_NO, OC_YES, OC_MAYBE } oc_tri;

#endif
