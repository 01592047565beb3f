/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/elementwise_math.c - real functions of one operand, and the
 * roundings. Exporters of old opsets compute sizes in floats (scale, Floor,
 * Cast), so constants are evaluated, and Floor and Ceil of symbols too.
 */
#include <math.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/elementwise.h"

/* A row of a real function: what it costs, and the function. */
typedef struct real_function {
    oc_elementwise row;
    double (*of)(double);
} real_function;

/* A constant's value; the elements of an integer tensor have none. */
static oc_expr evaluate(oc_op *op, oc_expr a, oc_expr b)
{
    const real_function *function = oc_op_data(op);
    const int type = oc_op_dtype(op, 0);
    double value;
    (void)b;
    if (!oc_elem_is_float(type) || !oc_to_double(op, a, &value))
        return OC_UNKNOWN;
    return oc_real(op, function->of(value), type);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static oc_expr reciprocal(oc_op *op, oc_expr a, oc_expr b)
{
    (void)b;
    return oc_quotient(op, oc_expr_of(1), a);
}

static oc_expr round_down(oc_op *op, oc_expr a, oc_expr b)
{
    (void)b;
    return oc_floor_div(op, a, oc_expr_of(1));
}

static oc_expr round_up(oc_op *op, oc_expr a, oc_expr b)
{
    (void)b;
    return oc_ceil_div(op, a, oc_expr_of(1));
}

/* Halves go to the even neighbour; of symbols only integers are rounded. */
static oc_expr round_to_even(oc_op *op, oc_expr a, oc_expr b)
{
    const oc_expr below = round_down(op, a, b);
    const oc_expr twice = oc_times(op, 2, oc_sub(op, a, below));
    const oc_expr next = oc_plus(op, below, 1);
    double constant;
    if (oc_equal(op, a, below) == OC_YES)
        return a;
    if (!oc_to_double(op, a, &constant))
        return OC_UNKNOWN;
    if (oc_expr_is(twice, 1))
        return oc_times(op, 2, oc_floor_div(op, next, oc_expr_of(2)));
    return oc_at_most(op, twice, oc_expr_of(1)) == OC_YES ? below : next;
}

#define TRANSCENDENTAL(name, version, op_source, function)                     \
    OC_ONNX(name, version, "one transcendental per element", op_source,        \
            oc_unary_infer, oc_elementwise_cost,                               \
            .data = &(const real_function){                                    \
                {.transcendentals = 1, .value = evaluate}, function})
#define ONE "one FLOP per element"

OC_OP_DEFINE(elementwise_math) = {
    TRANSCENDENTAL("Exp", 1, "Exp-13", exp),
    TRANSCENDENTAL("Log", 1, "Log-13", log),
    TRANSCENDENTAL("Sqrt", 1, "Sqrt-13", sqrt),
    TRANSCENDENTAL("Sin", 7, "Sin-22", sin),
    TRANSCENDENTAL("Cos", 7, "Cos-22", cos),
    TRANSCENDENTAL("Tan", 7, "Tan-22", tan),
    TRANSCENDENTAL("Asin", 7, "Asin-22", asin),
    TRANSCENDENTAL("Acos", 7, "Acos-22", acos),
    TRANSCENDENTAL("Atan", 7, "Atan-22", atan),
    TRANSCENDENTAL("Sinh", 9, "Sinh-22", sinh),
    TRANSCENDENTAL("Cosh", 9, "Cosh-22", cosh),
    TRANSCENDENTAL("Tanh", 1, "Tanh-13", tanh),
    TRANSCENDENTAL("Asinh", 9, "Asinh-22", asinh),
    TRANSCENDENTAL("Acosh", 9, "Acosh-22", acosh),
    TRANSCENDENTAL("Atanh", 9, "Atanh-22", atanh),
    TRANSCENDENTAL("Erf", 9, "Erf-13", erf),
    TRANSCENDENTAL("Sigmoid", 1, "Sigmoid-13", sigmoid),
    OC_UNARY("Reciprocal", 1, ONE, "Reciprocal-13", .flops = 1,
             .value = reciprocal),
    OC_UNARY("Floor", 1, ONE, "Floor-13", .flops = 1, .value = round_down),
    OC_UNARY("Ceil", 1, ONE, "Ceil-13", .flops = 1, .value = round_up),
    OC_UNARY("Round", 11, ONE, "Round-22", .flops = 1, .value = round_to_even),
    {0},
};
