/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/softmax.c - Softmax, LogSoftmax, Hardmax and the losses made
 * of them: NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss.
 */
#include "analyzers/ops/softmax.h"

#include <string.h>

#include "analyzers/ops/descriptor.h"

static void compare(oc_op *op, oc_cost *sum, int64_t per_element,
                    oc_expr elements, oc_expr rows)
{
    oc_cost_add(sum, OC_FLOPS, "per element, less the first of a row",
                oc_sub(op, oc_times(op, per_element, elements),
                       oc_times(op, per_element / 2, rows)));
}

void oc_softmax_cost(oc_op *op, oc_cost *sum, oc_expr elements, oc_expr rows)
{
    if (oc_expr_is(elements, 0))
        return;
    compare(op, sum, 4, elements, rows);
    oc_cost_add(sum, OC_TRANSCENDENTALS, "one exponential per element",
                elements);
}

/* With one logarithm per row, and a difference for the quotient. */
static void log_softmax_cost(oc_op *op, oc_cost *sum, oc_expr elements,
                             oc_expr rows)
{
    if (oc_expr_is(elements, 0))
        return;
    oc_softmax_cost(op, sum, elements, rows);
    oc_cost_add(sum, OC_TRANSCENDENTALS, "one logarithm per row", rows);
}

static void hardmax_cost(oc_op *op, oc_cost *sum, oc_expr elements,
                         oc_expr rows)
{
    if (!oc_expr_is(elements, 0))
        compare(op, sum, 2, elements, rows);
}

/* Before opset 13 the input was a matrix, split before `axis`; since then
 * every line along `axis` is a row. */
static oc_expr rows_of(oc_op *op, oc_shape x)
{
    const bool coerces = oc_op_version(op) < 13;
    const int64_t axis = oc_op_attr_int(op, "axis", coerces ? 1 : -1);
    if (coerces && axis >= 0 && (uint64_t)axis == x.rank)
        return oc_shape_numel(op, x);
    const size_t first = oc_op_axis(op, axis, x.rank);
    const oc_expr before = oc_shape_product(op, x, 0, first);
    if (coerces)
        return before;
    return oc_mul(op, before, oc_shape_product(op, x, first + 1, x.rank));
}

static void infer_rows(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), x);
    rows_of(op, x); /* refuses an axis that there is not */
}

/* A row's .data. */
typedef struct rows_cost {
    void (*cost)(oc_op *op, oc_cost *sum, oc_expr elements, oc_expr rows);
} rows_cost;

static void cost_rows(oc_op *op, oc_cost *sum)
{
    const rows_cost *row = oc_op_data(op);
    const oc_shape x = oc_op_input(op, 0);
    row->cost(op, sum, oc_shape_numel(op, x), rows_of(op, x));
}

/* ---- losses: scores [N, C, D1..Dk], targets [N, D1..Dk] ---- */

static bool reduces(oc_op *op, const char *how)
{
    return strcmp(oc_op_attr_string(op, "reduction", "mean"), how) == 0;
}

static void infer_loss(oc_op *op)
{
    const int type = oc_op_dtype(op, 0);
    if (reduces(op, "none"))
        oc_op_set_output(op, 0, type, oc_op_input(op, 1));
    else
        oc_op_set_output(op, 0, type, oc_shape_new(op, 0));
    if (oc_op_has_output(op, 1)) /* log_prob */
        oc_op_set_output(op, 1, type, oc_op_input(op, 0));
}

/* Weighted and negated scores of the targets; their sum; the mean divides by
 * the number of targets or by the sum of their weights. */
static void cost_loss(oc_op *op, oc_cost *sum)
{
    const oc_expr targets = oc_op_input_numel(op, 1);
    const bool mean = reduces(op, "mean");
    if (oc_expr_is(targets, 0))
        return;
    oc_cost_add(sum, OC_FLOPS, "pick and weigh", oc_times(op, 2, targets));
    if (mean)
        oc_cost_add(sum, OC_FLOPS, "mean", targets);
    else if (reduces(op, "sum"))
        oc_cost_add(sum, OC_FLOPS, "sum", oc_plus(op, targets, -1));
    if (mean && oc_op_has_input(op, 2))
        oc_cost_add(sum, OC_FLOPS, "sum of the weights",
                    oc_plus(op, targets, -1));
}

static void cost_cross_entropy(oc_op *op, oc_cost *sum)
{
    log_softmax_cost(op, sum, oc_op_input_numel(op, 0),
                     oc_op_input_numel(op, 1));
    cost_loss(op, sum);
}

#define ROWS(name, cost_function, words)                                       \
    OC_ONNX(name, 1, words, name "-13", infer_rows, cost_rows,                 \
            .data = &(const rows_cost){cost_function})

OC_OP_DEFINE(softmax) = {
    ROWS("Softmax", oc_softmax_cost,
         "per row of n elements, done so that nothing overflows: n - 1 "
         "comparisons for the maximum, n subtractions, n exponentials "
         "(transcendental), n - 1 additions, n divisions: 4n - 2 flops"),
    ROWS("LogSoftmax", log_softmax_cost,
         "per row of n elements: n - 1 comparisons for the maximum, n "
         "subtractions, n exponentials and one logarithm (transcendental), "
         "n - 1 additions, n subtractions: 4n - 2 flops"),
    ROWS("Hardmax", hardmax_cost,
         "two comparisons per element less one per row"),
    {.domain = "",
     .op_type = "NegativeLogLikelihoodLoss",
     .since_version = 12,
     .rule = "two flops per target, and the reduction",
     .source = "ONNX operators, NegativeLogLikelihoodLoss-22",
     .infer = infer_loss,
     .cost = cost_loss,
     .weight_inputs = OC_IN(2)},
    {.domain = "",
     .op_type = "SoftmaxCrossEntropyLoss",
     .since_version = 12,
     .rule = "as LogSoftmax and NegativeLogLikelihoodLoss",
     .source = "ONNX operators, SoftmaxCrossEntropyLoss-13",
     .infer = infer_loss,
     .cost = cost_cross_entropy,
     .weight_inputs = OC_IN(2)},
    {0},
};
