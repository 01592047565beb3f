/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/reshape.c - Reshape: the same elements under other dims.
 *
 * In here: the target's 0, -1 and unknown elements, and what the two shapes
 * say about each other. Dims are cancelled before anything is divided or
 * recorded: [batch, seq, 768] seen as [batch, seq, 12, -1] asks only what
 * 768 / 12 is.
 */
#include "analyzers/ops/movement.h"

/* Factors of the two shapes; those that met their equal are 1. */
typedef struct factors {
    size_t count;
    oc_expr *value;
} factors;

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* a / b where that is a polynomial with integer coefficients. */
static oc_expr exact(oc_op *op, oc_expr a, oc_expr b)
{
    if (oc_expr_is(b, 0))
        return OC_UNKNOWN;
    const oc_expr quotient = oc_quotient(op, a, b);
    return oc_is_integral(op, quotient) ? quotient : OC_UNKNOWN;
}

/* Divides what two factors have in common out of both. */
static void cancel_pair(oc_op *op, oc_expr *a, oc_expr *b)
{
    const oc_expr zero = oc_expr_of(0), one = oc_expr_of(1);
    if (*a == zero || *b == zero || !oc_expr_is_known(*a) ||
        !oc_expr_is_known(*b) || *a == one || *b == one)
        return;
    if (*a == *b) {
        *a = *b = one;
        return;
    }
    if (oc_expr_is_immediate(*a) && oc_expr_is_immediate(*b)) {
        const int64_t p = oc_expr_immediate(*a), q = oc_expr_immediate(*b);
        const int64_t common = common_divisor(p, q);
        *a = oc_expr_of(p / common);
        *b = oc_expr_of(q / common);
        return;
    }
    const oc_expr left = exact(op, *a, *b), right = exact(op, *b, *a);
    if (left != OC_UNKNOWN) {
        *a = left;
        *b = one;
    } else if (right != OC_UNKNOWN) {
        *a = one;
        *b = right;
    }
}

/* Equal dims first, so that a quotient never splits a dim that has its twin
 * further on. */
static void cancel(oc_op *op, factors a, factors b)
{
    for (size_t i = 0; i < a.count; i++)
        for (size_t j = 0; j < b.count; j++)
            if (a.value[i] == b.value[j])
                cancel_pair(op, &a.value[i], &b.value[j]);
    for (size_t i = 0; i < a.count; i++)
        for (size_t j = 0; j < b.count; j++)
            cancel_pair(op, &a.value[i], &b.value[j]);
}

static oc_expr product(oc_op *op, factors f)
{
    const oc_shape shape = {f.count, f.value};
    return oc_shape_numel(op, shape);
}

/* The dim that -1 stands for: x over y, both without their common part. */
static oc_expr remaining(oc_op *op, factors x, factors y)
{
    const oc_expr whole = product(op, x), part = product(op, y);
    if (!oc_expr_is_known(whole) || !oc_expr_is_known(part) ||
        oc_expr_is(part, 0))
        return OC_UNKNOWN;
    const oc_expr quotient = exact(op, whole, part);
    if (quotient != OC_UNKNOWN)
        return quotient;
    if (oc_assume_that(op, OC_ASSUME_DIVIDES, part, whole) == OC_NO)
        oc_op_fail(op, "the elements do not fill the shape");
    return oc_floor_div(op, whole, part);
}

typedef struct target {
    oc_shape shape;
    bool *copied; /* 0: the dim of the input */
    size_t open;  /* which element is -1 or the only unknown one */
    bool has_open;
} target;

static void open_at(oc_op *op, target *t, size_t axis)
{
    if (t->has_open)
        oc_op_fail(op, "shape holds -1 twice");
    t->has_open = true;
    t->open = axis;
    t->shape.dim[axis] = OC_UNKNOWN;
}

/* The dim of the input that a 0 stands for. */
static void copy_at(oc_op *op, target *t, size_t axis)
{
    t->copied[axis] = true;
    t->shape.dim[axis] = OC_UNKNOWN;
    if (!oc_op_has_rank(op, 0))
        return;
    const oc_shape x = oc_op_input(op, 0);
    if (axis < x.rank)
        t->shape.dim[axis] = x.dim[axis];
    else
        oc_op_fail(op, "shape copies a dim that the input does not have");
}

static target target_of(oc_op *op, oc_expr_list list)
{
    const bool zero_is_zero = oc_op_attr_int(op, "allowzero", 0) != 0;
    target t = {.shape = {list.count, list.value},
                .copied = OC_OP_NEW(op, bool, list.count)};
    size_t unknown = 0, last_unknown = 0;
    for (size_t axis = 0; axis < list.count; axis++) {
        const oc_expr e = list.value[axis];
        if (!oc_expr_is_known(e)) {
            unknown++;
            last_unknown = axis;
        } else if (oc_expr_is(e, -1)) {
            open_at(op, &t, axis);
        } else if (oc_expr_is(e, 0) && !zero_is_zero) {
            copy_at(op, &t, axis);
        } else if (oc_at_most(op, e, oc_expr_of(-1)) == OC_YES) {
            oc_op_fail(op, "shape holds a negative dim");
        }
    }
    if (unknown == 1 && !t.has_open)
        open_at(op, &t, last_unknown);
    return t;
}

/* What the input's dims say about the target, once its rank is known. */
static void relate(oc_op *op, target *t)
{
    const oc_shape x = oc_shape_copy(op, oc_op_input(op, 0));
    const oc_shape y = oc_shape_copy(op, t->shape);
    for (size_t axis = 0; axis < y.rank && axis < x.rank; axis++)
        if (t->copied[axis])
            x.dim[axis] = y.dim[axis] = oc_expr_of(1);
    if (t->has_open)
        y.dim[t->open] = oc_expr_of(1);
    const factors whole = {x.rank, x.dim}, part = {y.rank, y.dim};
    cancel(op, whole, part);
    if (t->has_open)
        t->shape.dim[t->open] = remaining(op, whole, part);
    else if (oc_assume_that(op, OC_ASSUME_EQUAL, product(op, whole),
                            product(op, part)) == OC_NO)
        oc_op_fail(op, "the elements do not fill the shape");
}

static void infer(oc_op *op)
{
    const oc_expr_list list = oc_op_expr_list(op, "shape", 1);
    if (!list.counted) {
        oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
        return;
    }
    target t = target_of(op, list);
    if (oc_op_has_rank(op, 0))
        relate(op, &t);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), t.shape);
    oc_op_pass_elements(op, 0, 0, t.shape);
}

OC_OP_DEFINE(reshape) = {
    {.domain = "",
     .op_type = "Reshape",
     .since_version = 1,
     .rule = "a view: no byte moves",
     .source = "ONNX operators, Reshape-25",
     .infer = infer,
     .shape_inputs = OC_IN(1),
     .traits = OC_TRAIT_VIEW | OC_TRAIT_FOLLOWS},
    {0},
};
