/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/cast.c - Cast, CastLike, BitCast: another element type.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

/* Integer types: bits, and whether one is the sign. */
static bool integer_type(int elem_type, int *bits, bool *is_signed)
{
    static const struct {
        int elem_type, bits;
        bool is_signed;
    } integers[] = {
        {OC_ELEM_INT2, 2, true},   {OC_ELEM_UINT2, 2, false},
        {OC_ELEM_INT4, 4, true},   {OC_ELEM_UINT4, 4, false},
        {OC_ELEM_INT8, 8, true},   {OC_ELEM_UINT8, 8, false},
        {OC_ELEM_INT16, 16, true}, {OC_ELEM_UINT16, 16, false},
        {OC_ELEM_INT32, 32, true}, {OC_ELEM_UINT32, 32, false},
        {OC_ELEM_INT64, 64, true}, {OC_ELEM_UINT64, 64, false},
    };
    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
        if (integers[i].elem_type == elem_type) {
            *bits = integers[i].bits;
            *is_signed = integers[i].is_signed;
            return true;
        }
    return false;
}

/* Constants that the type cannot hold wrap in ways that differ by runtime:
 * not known. Symbols are sizes and always fit. */
static oc_expr held(oc_op *op, oc_expr e, int bits, bool is_signed)
{
    double value;
    if (bits == 64 || !oc_to_double(op, e, &value))
        return e;
    const int64_t top = INT64_C(1) << (is_signed ? bits - 1 : bits);
    const int64_t low = is_signed ? -top : 0;
    const bool fits = value >= (double)low && value < (double)top;
    return fits ? e : OC_UNKNOWN;
}

/* Towards zero. */
static oc_expr truncated(oc_op *op, oc_expr e)
{
    const oc_expr zero = oc_expr_of(0), one = oc_expr_of(1);
    if (oc_is_integral(op, e))
        return e;
    if (oc_at_most(op, zero, e) == OC_YES)
        return oc_floor_div(op, e, one);
    if (oc_at_most(op, e, zero) == OC_YES)
        return oc_ceil_div(op, e, one);
    return OC_UNKNOWN;
}

static oc_expr converted(oc_op *op, oc_expr e, int to)
{
    int bits;
    bool is_signed;
    double value;
    if (!oc_expr_is_known(e) || to == oc_op_dtype(op, 0))
        return e;
    if (to == OC_ELEM_BOOL) {
        const oc_tri zero = oc_equal(op, e, oc_expr_of(0));
        return zero == OC_MAYBE ? OC_UNKNOWN : oc_expr_of(zero == OC_NO);
    }
    if (integer_type(to, &bits, &is_signed))
        return held(op, truncated(op, e), bits, is_signed);
    if (!oc_elem_is_float(to))
        return OC_UNKNOWN;
    return oc_to_double(op, e, &value) ? oc_real(op, value, to) : e;
}

static void set_converted(oc_op *op, int to)
{
    const oc_block *x = oc_op_value(op, 0);
    int bits;
    bool is_signed;
    oc_op_set_output(op, 0, to, oc_op_input(op, 0));
    if (to == oc_op_dtype(op, 0) ||
        (integer_type(to, &bits, &is_signed) && bits >= 32 &&
         integer_type(oc_op_dtype(op, 0), &bits, &is_signed)))
        oc_op_pass_range(op, 0, 0);
    if (!x)
        return;
    oc_expr *y = OC_OP_NEW(op, oc_expr, x->count);
    for (size_t i = 0; i < x->count; i++)
        y[i] = converted(op, x->element[i], to);
    oc_op_set_value(op, 0, y);
}

/* Before opset 6 the type was written by its name. */
static int named_type(const char *name)
{
    static const char *const names[] = {
        "UNDEFINED", "FLOAT",  "UINT8",     "INT8",      "UINT16",  "INT16",
        "INT32",     "INT64",  "STRING",    "BOOL",      "FLOAT16", "DOUBLE",
        "UINT32",    "UINT64", "COMPLEX64", "COMPLEX128"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return (int)i;
    return OC_ELEM_UNKNOWN;
}

static int target_type(oc_op *op)
{
    if (oc_op_version(op) < 6)
        return named_type(oc_op_attr_string(op, "to", ""));
    const int64_t to = oc_op_attr_int(op, "to", OC_ELEM_UNKNOWN);
    return to > 0 && to <= OC_ELEM_INT2 ? (int)to : OC_ELEM_UNKNOWN;
}

static void infer_cast(oc_op *op)
{
    const int to = target_type(op);
    if (to == OC_ELEM_UNKNOWN)
        oc_op_fail(op, "to names no element type");
    set_converted(op, to);
}

static void infer_like(oc_op *op)
{
    set_converted(op, oc_op_dtype(op, 1));
}

/* The same bits, so the same shape; nothing is known of the numbers. */
static void infer_bits(oc_op *op)
{
    const int to = target_type(op);
    if (to == OC_ELEM_UNKNOWN)
        oc_op_fail(op, "to names no element type");
    const oc_shape y = oc_op_input(op, 0);
    oc_op_set_output(op, 0, to, y);
    if (to == oc_op_dtype(op, 0))
        oc_op_pass_elements(op, 0, 0, y);
}

/* Of the second operand of CastLike only the type is looked at. */
static void cost(oc_op *op, oc_cost *sum)
{
    oc_cost_read(sum, 1, oc_expr_of(0));
    if (oc_op_dtype(op, 0) != OC_ELEM_UNKNOWN &&
        oc_op_dtype(op, 0) == oc_op_output_dtype(op, 0))
        oc_cost_view(sum);
}

#define CONVERT(name, since, newest, function)                                 \
    OC_ONNX(name, since,                                                       \
            "every element read and written; a view when the type stays",      \
            newest, function, cost,                                            \
            .traits = OC_TRAIT_MOVES | OC_TRAIT_FOLLOWS)

OC_OP_DEFINE(cast) = {
    CONVERT("Cast", 1, "Cast-28", infer_cast),
    CONVERT("CastLike", 15, "CastLike-25", infer_like),
    {.domain = "",
     .op_type = "BitCast",
     .since_version = 26,
     .rule = "a view: no byte moves",
     .source = "ONNX operators, BitCast-26",
     .infer = infer_bits,
     .traits = OC_TRAIT_VIEW | OC_TRAIT_FOLLOWS},
    {0},
};
