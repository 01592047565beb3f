/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/pow.c - Pow. Runtimes and exporters replace the powers that
 * a few products make, so one known exponent decides the cost.
 */
#include <math.h>

#include "analyzers/ops/elementwise.h"

/* False unless the exponent is one number. */
static bool known_exponent(oc_op *op, double *exponent)
{
    const oc_block *block = oc_op_value(op, 1);
    return block && block->count == 1 &&
           oc_to_double(op, block->element[0], exponent);
}

/* One number that is known once sizes are. */
static bool follows_sizes(oc_op *op)
{
    const oc_block *block = oc_op_value(op, 1);
    double exponent;
    return block && block->count == 1 && oc_expr_is_known(block->element[0]) &&
           !known_exponent(op, &exponent);
}

/* a to the power of a small count, by repeated squaring. */
static oc_expr multiply(oc_op *op, oc_expr a, unsigned count)
{
    oc_expr power = oc_expr_of(1);
    for (; count > 0; count /= 2) {
        if (count % 2 != 0)
            power = oc_mul(op, power, a);
        if (count > 1)
            a = oc_mul(op, a, a);
    }
    return power;
}

/* Constant floats as libm has them; integers and symbols by products. */
static oc_expr value(oc_op *op, oc_expr a, oc_expr b)
{
    const int type = oc_op_dtype(op, 0);
    double base, exponent;
    if (!oc_to_double(op, b, &exponent))
        return OC_UNKNOWN;
    if (oc_elem_is_float(type) && oc_to_double(op, a, &base))
        return oc_real(op, pow(base, exponent), type);
    if (exponent < 0 || exponent > 63 || exponent != floor(exponent))
        return OC_UNKNOWN;
    return multiply(op, a, (unsigned)exponent);
}

static void cost(oc_op *op, oc_cost *sum)
{
    static const struct {
        double exponent;
        int flops, transcendentals;
    } known[] = {{2, 1, 0}, {3, 2, 0}, {4, 2, 0}, {1, 0, 0}, {-1, 1, 0}};
    const oc_expr elements = oc_op_output_numel(op, 0);
    int flops = 0, transcendentals = 1;
    double exponent;
    if (known_exponent(op, &exponent))
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            if (exponent == known[i].exponent) {
                flops = known[i].flops;
                transcendentals = known[i].transcendentals;
            }
    if (follows_sizes(op)) { /* and may turn out to be one of them */
        oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
        oc_cost_is(sum, OC_TRANSCENDENTALS, OC_ESTIMATE);
    }
    if (flops)
        oc_cost_add(sum, OC_FLOPS, "products per element",
                    oc_times(op, flops, elements));
    if (transcendentals)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "per element", elements);
}

OC_OP_DEFINE(pow) = {
    {.domain = "",
     .op_type = "Pow",
     .since_version = 1,
     .rule = "per element: exponent 2 or -1 one FLOP, 3 or 4 two, 1 none; "
             "any other exponent one transcendental",
     .source = "ONNX operators, Pow-15",
     .infer = oc_broadcast_infer,
     .cost = cost,
     .data = &(const oc_elementwise){.value = value}},
    {0},
};
