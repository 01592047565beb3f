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

#define ONE "one FLOP per output element"
#define DECIDES(function) .flops = 1, .result = OC_ELEM_BOOL, .value = function

OC_OP_DEFINE(elementwise_compare) = {
    OC_BINARY("Equal", 1, ONE, "Equal-19", DECIDES(equal)),
    OC_BINARY("Greater", 1, ONE, "Greater-13", DECIDES(greater)),
    OC_BINARY("GreaterOrEqual", 12, ONE, "GreaterOrEqual-16",
              DECIDES(greater_or_equal)),
    OC_BINARY("Less", 1, ONE, "Less-13", DECIDES(less)),
    OC_BINARY("LessOrEqual", 12, ONE, "LessOrEqual-16", DECIDES(less_or_equal)),
    OC_BINARY("And", 1, ONE, "And-7", DECIDES(both)),
    OC_BINARY("Or", 1, ONE, "Or-7", DECIDES(either)),
    OC_BINARY("Xor", 1, ONE, "Xor-7", DECIDES(differ)),
    OC_UNARY("Not", 1, ONE, "Not-1", DECIDES(negate)),
    OC_UNARY("IsNaN", 9, ONE, "IsNaN-20", DECIDES(no_number)),
    OC_UNARY("IsInf", 10, ONE, "IsInf-20", DECIDES(no_number)),
    {0},
};
