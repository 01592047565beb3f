/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/elementwise_bits.c - BitShift and the bitwise operators.
 */
#include <string.h>

#include "analyzers/ops/elementwise.h"

/* Shifts by a constant are products and floors of quotients, which symbols
 * have too. */
static oc_expr shift(oc_op *op, oc_expr a, oc_expr b)
{
    if (!oc_expr_is_immediate(b) || oc_expr_immediate(b) < 0 ||
        oc_expr_immediate(b) > 61)
        return OC_UNKNOWN;
    const oc_expr power = oc_expr_of(INT64_C(1) << oc_expr_immediate(b));
    const char *direction = oc_op_attr_string(op, "direction", "");
    if (strcmp(direction, "LEFT") == 0)
        return oc_mul(op, a, power);
    return oc_floor_div(op, a, power);
}

static oc_expr bit_and(oc_op *op, oc_expr a, oc_expr b)
{
    if (!oc_expr_is_immediate(a) || !oc_expr_is_immediate(b))
        return OC_UNKNOWN;
    return oc_int(op, oc_expr_immediate(a) & oc_expr_immediate(b));
}

/* x | y = x + y - (x & y), x ^ y = x + y - 2 * (x & y) */
static oc_expr bit_or(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_sub(op, oc_add(op, a, b), bit_and(op, a, b));
}

static oc_expr bit_xor(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_sub(op, bit_or(op, a, b), bit_and(op, a, b));
}

/* The value with all bits set: -1 where there is a sign. */
static oc_expr all_ones(int elem_type)
{
    switch (elem_type) {
    case OC_ELEM_UINT8:
        return oc_expr_of(UINT8_MAX);
    case OC_ELEM_UINT16:
        return oc_expr_of(UINT16_MAX);
    case OC_ELEM_UINT32:
        return oc_expr_of(UINT32_MAX);
    case OC_ELEM_INT8:
    case OC_ELEM_INT16:
    case OC_ELEM_INT32:
    case OC_ELEM_INT64:
        return oc_expr_of(-1);
    default:
        return OC_UNKNOWN;
    }
}

static oc_expr bit_not(oc_op *op, oc_expr a, oc_expr b)
{
    (void)b;
    return oc_sub(op, all_ones(oc_op_dtype(op, 0)), a);
}

#define ONE "one FLOP per output element"

OC_OP_DEFINE(elementwise_bits) = {
    OC_BINARY("BitShift", 11, ONE, "BitShift-28", .flops = 1, .value = shift),
    OC_BINARY("BitwiseAnd", 18, ONE, "BitwiseAnd-18", .flops = 1,
              .value = bit_and),
    OC_BINARY("BitwiseOr", 18, ONE, "BitwiseOr-18", .flops = 1,
              .value = bit_or),
    OC_BINARY("BitwiseXor", 18, ONE, "BitwiseXor-18", .flops = 1,
              .value = bit_xor),
    OC_UNARY("BitwiseNot", 18, ONE, "BitwiseNot-18", .flops = 1,
             .value = bit_not),
    {0},
};
