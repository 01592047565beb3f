/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/elementwise_arithmetic.c - Add, Sub, Mul, Div, Mod, Neg, Abs,
 * Sign, Min, Max, Sum, Mean: arithmetic that shape computations use, so every
 * row also says its value.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/elementwise.h"

static oc_expr add(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_add(op, a, b);
}

static oc_expr sub(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_sub(op, a, b);
}

static oc_expr mul(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_mul(op, a, b);
}

static oc_expr neg(oc_op *op, oc_expr a, oc_expr b)
{
    (void)b;
    return oc_sub(op, oc_expr_of(0), a);
}

/* A dividend of either sign by what is above 0: one of the terms is 0. */
static oc_expr divide_toward_zero(oc_op *op, oc_expr a, oc_expr b)
{
    const oc_expr zero = oc_expr_of(0), exact = oc_quotient(op, a, b);
    if (oc_is_integral(op, exact))
        return exact;
    return oc_add(op, oc_max(op, zero, oc_floor_div(op, a, b)),
                  oc_min(op, zero, oc_ceil_div(op, a, b)));
}

/* Integer division truncates: a floor only where nothing is negative. A
 * divisor that may be 0 would stop the graph: what runs on is not. */
static oc_expr divide(oc_op *op, oc_expr a, oc_expr b)
{
    if (oc_elem_is_float(oc_op_dtype(op, 0)))
        return oc_quotient(op, a, b);
    if (oc_expr_is(b, 0))
        return OC_UNKNOWN;
    if (oc_at_most(op, oc_expr_of(0), b) != OC_YES) {
        if (oc_at_most(op, b, oc_expr_of(-1)) != OC_YES)
            return OC_UNKNOWN;
        return divide(op, neg(op, a, OC_UNKNOWN), neg(op, b, OC_UNKNOWN));
    }
    if (oc_at_most(op, oc_expr_of(0), a) == OC_YES)
        return oc_floor_div(op, a, b);
    if (oc_at_most(op, a, oc_expr_of(0)) == OC_YES)
        return oc_ceil_div(op, a, b);
    return divide_toward_zero(op, a, b);
}

/* The sign of Mod's result follows the divisor, with fmod the dividend. */
static oc_expr mod(oc_op *op, oc_expr a, oc_expr b)
{
    const bool follows_dividend = oc_op_attr_int(op, "fmod", 0) != 0;
    if (oc_at_most(op, oc_expr_of(1), b) != OC_YES)
        return OC_UNKNOWN;
    if (follows_dividend && oc_at_most(op, oc_expr_of(0), a) != OC_YES)
        return oc_sub(op, a, oc_mul(op, b, divide_toward_zero(op, a, b)));
    return oc_mod(op, a, b);
}

static oc_expr absolute(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_max(op, a, neg(op, a, b));
}

static oc_expr sign(oc_op *op, oc_expr a, oc_expr b)
{
    (void)b;
    if (oc_at_most(op, oc_expr_of(1), a) == OC_YES)
        return oc_expr_of(1);
    if (oc_at_most(op, a, oc_expr_of(-1)) == OC_YES)
        return oc_expr_of(-1);
    return oc_expr_is(a, 0) ? a : OC_UNKNOWN;
}

static oc_expr least(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_min(op, a, b);
}

static oc_expr greatest(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_max(op, a, b);
}

/* ---- bounds of integers whose elements are not known ---- */

static const oc_range unbounded = {OC_UNKNOWN, OC_UNKNOWN};

static bool is_point(oc_range a)
{
    return oc_expr_is_known(a.lower) && a.lower == a.upper;
}

static bool not_below(oc_op *op, oc_range a, int64_t limit)
{
    return oc_at_most(op, oc_expr_of(limit), a.lower) == OC_YES;
}

static oc_range sum_bounds(oc_op *op, oc_range a, oc_range b)
{
    const oc_range sum = {oc_add(op, a.lower, b.lower),
                          oc_add(op, a.upper, b.upper)};
    return sum;
}

static oc_range negated(oc_op *op, oc_range a, oc_range b)
{
    const oc_range opposite = {oc_sub(op, oc_expr_of(0), a.upper),
                               oc_sub(op, oc_expr_of(0), a.lower)};
    (void)b;
    return opposite;
}

static oc_range difference_bounds(oc_op *op, oc_range a, oc_range b)
{
    return sum_bounds(op, a, negated(op, b, b));
}

/* Of a constant with anything, or of two that are not negative. */
static oc_range product_bounds(oc_op *op, oc_range a, oc_range b)
{
    if (is_point(a) && !is_point(b))
        return product_bounds(op, b, a);
    if (is_point(b) && !not_below(op, b, 0))
        return not_below(op, negated(op, b, b), 0)
                   ? product_bounds(op, negated(op, a, a), negated(op, b, b))
                   : unbounded;
    if (!is_point(b) && (!not_below(op, a, 0) || !not_below(op, b, 0)))
        return unbounded;
    const oc_range product = {oc_mul(op, a.lower, b.lower),
                              oc_mul(op, a.upper, b.upper)};
    return product;
}

/* By what is positive: the quotient grows with the dividend. */
static oc_range quotient_bounds(oc_op *op, oc_range a, oc_range b)
{
    oc_range quotient = unbounded;
    if (!not_below(op, b, 1))
        return unbounded;
    if (not_below(op, a, 0)) {
        quotient.lower = oc_expr_is_known(b.upper)
                             ? oc_floor_div(op, a.lower, b.upper)
                             : oc_expr_of(0);
        quotient.upper = oc_floor_div(op, a.upper, b.lower);
    } else if (is_point(b)) {
        quotient.lower = divide(op, a.lower, b.lower);
        quotient.upper = divide(op, a.upper, b.lower);
    }
    return quotient;
}

static oc_range remainder_bounds(oc_op *op, oc_range a, oc_range b)
{
    const oc_range rest = {oc_expr_of(0), oc_plus(op, b.upper, -1)};
    if (!not_below(op, b, 1))
        return unbounded;
    if (not_below(op, a, 0))
        return oc_range_least(op, a, rest);
    return oc_op_attr_int(op, "fmod", 0) != 0 ? unbounded : rest;
}

static oc_range distance_bounds(oc_op *op, oc_range a, oc_range b)
{
    const oc_range zero = {oc_expr_of(0), oc_expr_of(0)};
    if (not_below(op, a, 0))
        return a;
    return oc_range_greatest(op, zero,
                             oc_range_greatest(op, a, negated(op, a, b)));
}

static oc_range sign_bounds(oc_op *op, oc_range a, oc_range b)
{
    const oc_range lowest = {oc_expr_of(-1), oc_expr_of(-1)};
    const oc_range highest = {oc_expr_of(1), oc_expr_of(1)};
    (void)b;
    return oc_range_least(op, highest, oc_range_greatest(op, lowest, a));
}

static void mean_cost(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "per element and input",
                oc_times(op, (int64_t)oc_op_input_count(op),
                         oc_op_output_numel(op, 0)));
}

#define ONE "one FLOP per output element"
#define VARIADIC(name, source_version, fold, limits, cost_function, words)     \
    OC_ONNX(name, 1, words, source_version, oc_broadcast_infer, cost_function, \
            .data = &(const oc_elementwise){                                   \
                .flops = 1, .value = fold, .bounds = limits})

OC_OP_DEFINE(elementwise_arithmetic) = {
    OC_BINARY("Add", 1, ONE, "Add-14", .flops = 1, .value = add,
              .bounds = sum_bounds),
    OC_BINARY("Sub", 1, ONE, "Sub-14", .flops = 1, .value = sub,
              .bounds = difference_bounds),
    OC_BINARY("Mul", 1, ONE, "Mul-14", .flops = 1, .value = mul,
              .bounds = product_bounds),
    OC_BINARY("Div", 1, ONE, "Div-14", .flops = 1, .value = divide,
              .bounds = quotient_bounds),
    OC_BINARY("Mod", 10, ONE, "Mod-13", .flops = 1, .value = mod,
              .bounds = remainder_bounds),
    OC_UNARY("Neg", 1, ONE, "Neg-13", .flops = 1, .value = neg,
             .bounds = negated),
    OC_UNARY("Abs", 1, ONE, "Abs-13", .flops = 1, .value = absolute,
             .bounds = distance_bounds),
    OC_UNARY("Sign", 9, ONE, "Sign-13", .flops = 1, .value = sign,
             .bounds = sign_bounds),
    VARIADIC("Max", "Max-13", greatest, oc_range_greatest, oc_variadic_cost,
             "one comparison per output element and further input"),
    VARIADIC("Min", "Min-13", least, oc_range_least, oc_variadic_cost,
             "one comparison per output element and further input"),
    VARIADIC("Sum", "Sum-13", add, sum_bounds, oc_variadic_cost,
             "one addition per output element and further input"),
    VARIADIC("Mean", "Mean-13", NULL, NULL, mean_cost,
             "one addition per output element and input, the last a "
             "division"),
    {0},
};
