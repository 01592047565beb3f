/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/reduce.c - Reduce*, ArgMax and ArgMin.
 *
 * Costs are linear in the elements of the input and of the output: a sum of
 * n elements is n - 1 additions, so a whole reduction is inputs - outputs.
 * Reductions of shape vectors (ReduceProd, ReduceMin, ...) have values.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/elementwise.h"

/* A row's .data. */
typedef struct reduction {
    int input_flops, output_flops; /* per element */
    int input_transcendentals, output_transcendentals;
    /* Of two elements or partial results; NULL when values do not follow. */
    oc_expr (*combine)(oc_op *op, oc_expr a, oc_expr b);
    int64_t of_nothing; /* result over no elements, if has_neutral */
    bool has_neutral;
    bool divides; /* a mean: by the count at last */
    bool selects; /* the result is one of the elements */
} reduction;

/* The axes of one reduction. */
typedef struct axes {
    oc_int_list list;
    bool all;   /* none named: every axis */
    bool none;  /* none named and told to do nothing then */
    bool keeps; /* a reduced axis stays, with extent 1 */
} axes;

static axes get_axes(oc_op *op)
{
    axes a = {.list = oc_op_int_list(op, "axes", 1),
              .keeps = oc_op_attr_int(op, "keepdims", 1) != 0};
    if (a.list.counted && a.list.count == 0)
        a.list.given = false;
    a.none =
        !a.list.given && oc_op_attr_int(op, "noop_with_empty_axes", 0) != 0;
    a.all = !a.list.given && !a.none;
    return a;
}

/* Which axes is not known: of the result at most the rank is. */
static oc_shape vague_shape(oc_op *op, axes a, size_t rank)
{
    if (!a.keeps && (!a.list.counted || a.list.count > rank))
        oc_op_needs(op);
    else if (!a.keeps)
        rank -= a.list.count;
    return oc_shape_new(op, rank);
}

/* x without the marked axes, or with 1 for each. */
static oc_shape reduced_shape(oc_op *op, oc_shape x, const bool *marked,
                              bool keeps)
{
    oc_shape y = oc_shape_new(op, x.rank);
    y.rank = 0;
    for (size_t axis = 0; axis < x.rank; axis++)
        if (!marked[axis])
            y.dim[y.rank++] = x.dim[axis];
        else if (keeps)
            y.dim[y.rank++] = oc_expr_of(1);
    return y;
}

/* Where element `index` of x goes in the result. */
static size_t target(const oc_block *x, const bool *marked, size_t index)
{
    size_t position = 0, stride = 1;
    for (size_t axis = x->rank; axis-- > 0;) {
        const size_t extent = (size_t)x->dim[axis];
        if (!marked[axis]) {
            position += index % extent * stride;
            stride *= extent;
        }
        index /= extent;
    }
    return position;
}

/* Integer means truncate: a floor only where nothing is negative. */
static oc_expr mean(oc_op *op, oc_expr sum, size_t count)
{
    const oc_expr divisor = oc_int(op, (int64_t)count);
    if (oc_elem_is_float(oc_op_dtype(op, 0)))
        return oc_quotient(op, sum, divisor);
    if (oc_at_most(op, oc_expr_of(0), sum) == OC_YES)
        return oc_floor_div(op, sum, divisor);
    return OC_UNKNOWN;
}

static void fold(oc_op *op, const bool *marked, size_t count)
{
    const reduction *row = oc_op_data(op);
    const oc_block *x = oc_op_value(op, 0);
    oc_expr *y = OC_OP_NEW(op, oc_expr, count);
    const size_t each = count ? x->count / count : 0;
    for (size_t i = 0; i < count && each == 0; i++)
        y[i] = row->has_neutral ? oc_int(op, row->of_nothing) : OC_UNKNOWN;
    bool *started = OC_OP_NEW(op, bool, count);
    for (size_t i = 0; i < x->count; i++) {
        const size_t to = target(x, marked, i);
        y[to] = started[to] ? row->combine(op, y[to], x->element[i])
                            : x->element[i];
        started[to] = true;
    }
    for (size_t i = 0; i < count; i++)
        y[i] = oc_elementwise_round(op,
                                    row->divides ? mean(op, y[i], each) : y[i]);
    oc_op_set_value(op, 0, y);
}

/* The value of the result when that of the input is known, else its bounds
 * when each result is one of the elements. */
static void infer_value(oc_op *op, const bool *marked, oc_shape y)
{
    const reduction *row = oc_op_data(op);
    oc_expr lower, upper;
    int64_t *dims;
    size_t count;
    if (oc_op_value(op, 0)) {
        if (row->combine && oc_shape_fits_block(op, y, &dims, &count))
            fold(op, marked, count);
    } else if (row->selects && oc_op_range(op, 0, &lower, &upper)) {
        oc_op_set_range(op, 0, lower, upper);
    }
}

static void infer(oc_op *op)
{
    const axes a = get_axes(op);
    const int type = oc_op_dtype(op, 0);
    if (a.all && !a.keeps && !oc_op_has_rank(op, 0)) {
        oc_op_set_output(op, 0, type, oc_shape_new(op, 0));
        return;
    }
    const oc_shape x = oc_op_input(op, 0);
    if (a.list.given && !a.list.known) {
        oc_op_set_output(op, 0, type, vague_shape(op, a, x.rank));
        return;
    }
    const bool *marked = oc_op_axes(op, a.list, x.rank, a.all);
    const oc_shape y = reduced_shape(op, x, marked, a.keeps);
    oc_op_set_output(op, 0, type, y);
    infer_value(op, marked, y);
}

static void add_linear(oc_op *op, oc_cost *sum, oc_metric metric, int per_input,
                       int per_output)
{
    if (!per_input && !per_output)
        return;
    oc_cost_add(sum, metric, "per input and output element",
                oc_add(op, oc_times(op, per_input, oc_op_input_numel(op, 0)),
                       oc_times(op, per_output, oc_op_output_numel(op, 0))));
}

/* Nothing is computed over an empty axis; bytes move all the same. */
static void cost(oc_op *op, oc_cost *sum)
{
    const reduction *row = oc_op_data(op);
    if (oc_expr_is(oc_op_input_numel(op, 0), 0))
        return;
    add_linear(op, sum, OC_FLOPS, row->input_flops, row->output_flops);
    add_linear(op, sum, OC_TRANSCENDENTALS, row->input_transcendentals,
               row->output_transcendentals);
}

static void cost_reduce(oc_op *op, oc_cost *sum)
{
    if (get_axes(op).none)
        oc_cost_view(sum);
    else
        cost(op, sum);
}

/* ArgMax, ArgMin: positions along one axis. */
static void infer_arg(oc_op *op)
{
    const bool keeps = oc_op_attr_int(op, "keepdims", 1) != 0;
    const oc_shape x = oc_op_input(op, 0);
    bool *marked = OC_OP_NEW(op, bool, x.rank + 1);
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    marked[axis] = true;
    oc_op_set_output(op, 0, OC_ELEM_INT64, reduced_shape(op, x, marked, keeps));
    if (axis < x.rank)
        oc_op_set_range(op, 0, oc_expr_of(0), oc_plus(op, x.dim[axis], -1));
}

static oc_expr add(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_add(op, a, b);
}

static oc_expr mul(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_mul(op, a, b);
}

static oc_expr least(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_min(op, a, b);
}

static oc_expr greatest(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_max(op, a, b);
}

#define REDUCTION(name, op_source, words, ...)                                 \
    OC_ONNX(name, 1, words, op_source, infer, cost_reduce,                     \
            .shape_inputs = OC_IN(1), .data = &(const reduction){__VA_ARGS__})
#define ARG(name)                                                              \
    OC_ONNX(name, 1, ONCE, name "-13", infer_arg, cost,                        \
            .data = &(const reduction){.input_flops = 1, .output_flops = -1})
#define ONCE "one FLOP per input element but the first of each result"
#define TWICE                                                                  \
    "two FLOPs per input element, but one for the first of each result"

OC_OP_DEFINE(reduce) = {
    REDUCTION("ReduceSum", "ReduceSum-13", ONCE, .input_flops = 1,
              .output_flops = -1, .combine = add, .has_neutral = true),
    REDUCTION("ReduceProd", "ReduceProd-18", ONCE, .input_flops = 1,
              .output_flops = -1, .combine = mul, .has_neutral = true,
              .of_nothing = 1),
    REDUCTION("ReduceMax", "ReduceMax-20", ONCE, .input_flops = 1,
              .output_flops = -1, .combine = greatest, .selects = true),
    REDUCTION("ReduceMin", "ReduceMin-20", ONCE, .input_flops = 1,
              .output_flops = -1, .combine = least, .selects = true),
    REDUCTION("ReduceMean", "ReduceMean-18",
              "one addition per input element but the first, and one "
              "division, for each result",
              .input_flops = 1, .combine = add, .divides = true),
    REDUCTION("ReduceL1", "ReduceL1-18", TWICE, .input_flops = 2,
              .output_flops = -1),
    REDUCTION("ReduceSumSquare", "ReduceSumSquare-18", TWICE, .input_flops = 2,
              .output_flops = -1),
    REDUCTION("ReduceL2", "ReduceL2-18",
              TWICE "; one transcendental per result", .input_flops = 2,
              .output_flops = -1, .output_transcendentals = 1),
    REDUCTION("ReduceLogSum", "ReduceLogSum-28",
              ONCE "; one transcendental per result", .input_flops = 1,
              .output_flops = -1, .output_transcendentals = 1),
    REDUCTION("ReduceLogSumExp", "ReduceLogSumExp-28",
              "the greatest is subtracted first: three FLOPs and one "
              "transcendental per input element, one FLOP less and one "
              "transcendental more per result",
              .input_flops = 3, .output_flops = -1, .input_transcendentals = 1,
              .output_transcendentals = 1),
    ARG("ArgMax"),
    ARG("ArgMin"),
    {0},
};
