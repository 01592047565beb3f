/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/unique.c - Unique: elements, or slices along an axis, each
 * once. How many there are depends on the data.
 */
#include "analyzers/ops/movement.h"

/* Comparing all with all is for small blocks. */
#define COMPARED_MAX 256

/* The block as `count` slices along an axis: element j of slice i. */
typedef struct slices {
    const oc_block *x;
    size_t count, width;
    size_t inner; /* elements between two neighbours along the axis */
} slices;

static oc_expr element_at(const slices *s, size_t slice, size_t j)
{
    const size_t outer = j / s->inner, rest = j % s->inner;
    return s->x->element[(outer * s->count + slice) * s->inner + rest];
}

static bool same_slice(const slices *s, size_t a, size_t b)
{
    bool same = true;
    for (size_t j = 0; same && j < s->width; j++)
        same = element_at(s, a, j) == element_at(s, b, j);
    return same;
}

/* Only constants are surely different when their expressions are. */
static bool all_constant(oc_op *op, const oc_block *x)
{
    double value;
    bool constant = true;
    for (size_t i = 0; constant && i < x->count; i++)
        constant = oc_to_double(op, x->element[i], &value);
    return constant;
}

static size_t count_distinct(const slices *s)
{
    size_t distinct = 0;
    for (size_t i = 0; i < s->count; i++) {
        bool seen = false;
        for (size_t j = 0; !seen && j < i; j++)
            seen = same_slice(s, i, j);
        distinct += !seen;
    }
    return distinct;
}

/* Of `all` slices: how many differ. */
static oc_expr distinct(oc_op *op, oc_expr all, bool flat, size_t axis)
{
    const oc_block *x = oc_op_value(op, 0);
    const bool some = oc_at_most(op, oc_expr_of(1), all) == OC_YES;
    if (!x || (!flat && axis >= x->rank) || x->count > COMPARED_MAX ||
        !all_constant(op, x))
        return oc_fresh(op, oc_expr_of(some), all);
    slices s = {.x = x, .count = x->count, .width = 1, .inner = 1};
    if (!flat) {
        s.count = (size_t)x->dim[axis];
        s.width = s.count ? x->count / s.count : 0;
        for (size_t i = axis + 1; i < x->rank; i++)
            s.inner *= (size_t)x->dim[i];
    }
    return oc_expr_of((int64_t)count_distinct(&s));
}

static void set_vector(oc_op *op, size_t output, oc_expr length, oc_expr limit)
{
    const oc_shape y = oc_shape_new(op, 1);
    y.dim[0] = length;
    oc_op_set_output(op, output, OC_ELEM_INT64, y);
    oc_op_set_range(op, output, oc_expr_of(0), oc_plus(op, limit, -1));
}

static void infer(oc_op *op)
{
    const bool flat = !oc_op_has_attr(op, "axis");
    const bool ranked = oc_op_has_rank(op, 0);
    const oc_shape x = oc_op_input(op, 0);
    size_t axis = 0;
    oc_shape y = flat ? oc_shape_new(op, 1) : oc_shape_copy(op, x);
    if (!flat && ranked)
        axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    oc_expr all = OC_UNKNOWN;
    if (ranked && axis < y.rank)
        all = flat ? oc_shape_numel(op, x) : x.dim[axis];
    const oc_expr count = distinct(op, all, flat, axis);
    if (axis < y.rank)
        y.dim[axis] = count;
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_op_pass_range(op, 0, 0);
    set_vector(op, 1, count, all);
    set_vector(op, 2, all, count);
    set_vector(op, 3, count, oc_plus(op, all, 1));
}

/* Sorting n elements: n * ceil(log2 n) comparisons. */
static void cost(oc_op *op, oc_cost *sum)
{
    const oc_expr n = oc_op_input_numel(op, 0);
    const oc_expr deep = oc_clog2(op, oc_max(op, oc_expr_of(1), n));
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_add(sum, OC_FLOPS, "sort", oc_mul(op, n, deep));
}

OC_OP_DEFINE(unique) = {
    {.domain = "",
     .op_type = "Unique",
     .since_version = 11,
     .rule = "n * ceil(log2 n) comparisons to sort the n input elements",
     .source = "ONNX operators, Unique-28",
     .infer = infer,
     .cost = cost},
    {0},
};
