/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/elementwise_compare.c - comparisons, logic and the tests for
 * NaN and infinity. Shape computations branch on them (Equal(shape, -1)
 * before a Where), so every row also says its value: a question that the
 * bounds of the operands decide is answered, any other stays unknown.
 */
#include "analyzers/ops/elementwise.h"

static oc_expr if_yes(oc_tri answer)
{
    return answer == OC_MAYBE ? OC_UNKNOWN : oc_expr_of(answer == OC_YES);
}

static oc_expr if_no(oc_tri answer)
{
    return answer == OC_MAYBE ? OC_UNKNOWN : oc_expr_of(answer == OC_NO);
}

static oc_expr equal(oc_op *op, oc_expr a, oc_expr b)
{
    return if_yes(oc_equal(op, a, b));
}

static oc_expr greater(oc_op *op, oc_expr a, oc_expr b)
{
    return if_no(oc_at_most(op, a, b));
}

static oc_expr greater_or_equal(oc_op *op, oc_expr a, oc_expr b)
{
    return if_yes(oc_at_most(op, b, a));
}

static oc_expr less(oc_op *op, oc_expr a, oc_expr b)
{
    return greater(op, b, a);
}

static oc_expr less_or_equal(oc_op *op, oc_expr a, oc_expr b)
{
    return greater_or_equal(op, b, a);
}

/* One operand can decide alone, whatever the other is. */
static oc_expr both(oc_op *op, oc_expr a, oc_expr b)
{
    if (oc_expr_is(a, 0) || oc_expr_is(b, 0))
        return oc_expr_of(0);
    return oc_mul(op, a, b);
}

static oc_expr either(oc_op *op, oc_expr a, oc_expr b)
{
    if (oc_expr_is(a, 1) || oc_expr_is(b, 1))
        return oc_expr_of(1);
    return oc_add(op, a, b);
}

static oc_expr differ(oc_op *op, oc_expr a, oc_expr b)
{
    return if_no(oc_equal(op, a, b));
}

static oc_expr negate(oc_op *op, oc_expr a, oc_expr b)
{
    (void)b;
    return oc_sub(op, oc_expr_of(1), a);
}

/* An element that is known is a number: neither NaN nor infinite. */
static oc_expr no_number(oc_op *op, oc_expr a, oc_expr b)
{
    (void)op;
    (void)b;
    return oc_expr_is_known(a) ? oc_expr_of(0) : OC_UNKNOWN;
}

/* ---- where elements are not known, bounds can decide for all ---- */

/* As bounds of bools: 0 is false, 1 is true. */
static oc_range truth(bool no, bool yes)
{
    const oc_range bools = {oc_expr_of(yes), oc_expr_of(!no)};
    return bools;
}

static oc_range greater_bounds(oc_op *op, oc_range a, oc_range b)
{
    return truth(oc_at_most(op, a.upper, b.lower) == OC_YES,
                 oc_at_most(op, a.lower, b.upper) == OC_NO);
}

static oc_range less_bounds(oc_op *op, oc_range a, oc_range b)
{
    return greater_bounds(op, b, a);
}

static oc_range opposite(oc_op *op, oc_range a, oc_range b)
{
    const oc_range bools = {negate(op, a.upper, OC_UNKNOWN),
                            negate(op, a.lower, OC_UNKNOWN)};
    (void)b;
    return bools;
}

static oc_range not_less_bounds(oc_op *op, oc_range a, oc_range b)
{
    return opposite(op, less_bounds(op, a, b), b);
}

static oc_range not_greater_bounds(oc_op *op, oc_range a, oc_range b)
{
    return opposite(op, greater_bounds(op, a, b), b);
}

static oc_range equal_bounds(oc_op *op, oc_range a, oc_range b)
{
    return oc_range_least(op, not_less_bounds(op, a, b),
                          not_greater_bounds(op, a, b));
}

#define ONE "one FLOP per output element"
#define DECIDES(function, limits)                                              \
    .flops = 1, .result = OC_ELEM_BOOL, .value = function, .bounds = limits

OC_OP_DEFINE(elementwise_compare) = {
    OC_BINARY("Equal", 1, ONE, "Equal-19", DECIDES(equal, equal_bounds)),
    OC_BINARY("Greater", 1, ONE, "Greater-13",
              DECIDES(greater, greater_bounds)),
    OC_BINARY("GreaterOrEqual", 12, ONE, "GreaterOrEqual-16",
              DECIDES(greater_or_equal, not_less_bounds)),
    OC_BINARY("Less", 1, ONE, "Less-13", DECIDES(less, less_bounds)),
    OC_BINARY("LessOrEqual", 12, ONE, "LessOrEqual-16",
              DECIDES(less_or_equal, not_greater_bounds)),
    OC_BINARY("And", 1, ONE, "And-7", DECIDES(both, oc_range_least)),
    OC_BINARY("Or", 1, ONE, "Or-7", DECIDES(either, oc_range_greatest)),
    OC_BINARY("Xor", 1, ONE, "Xor-7", DECIDES(differ, NULL)),
    OC_UNARY("Not", 1, ONE, "Not-1", DECIDES(negate, opposite)),
    OC_UNARY("IsNaN", 9, ONE, "IsNaN-20", DECIDES(no_number, NULL)),
    OC_UNARY("IsInf", 10, ONE, "IsInf-20", DECIDES(no_number, NULL)),
    {0},
};
