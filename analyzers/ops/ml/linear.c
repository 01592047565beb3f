/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/ml/linear.c - LinearRegressor and LinearClassifier: one dot
 * product per row and output, and an intercept.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/ml/ml.h"

static size_t float_count(oc_op *op, const char *attribute)
{
    const float *values;
    return oc_op_attr_floats(op, attribute, &values);
}

static oc_expr target_count(oc_op *op)
{
    const int64_t targets = oc_op_attr_int(op, "targets", 1);
    if (targets < 1)
        oc_op_fail(op, "targets must be positive");
    return oc_int(op, targets);
}

static void infer_regressor(oc_op *op)
{
    const oc_ml_matrix x = oc_ml_input(op, 0);
    oc_ml_set_matrix(op, 0, OC_ELEM_FLOAT, x.rows, target_count(op));
}

/* Coefficients and intercepts stand in attributes. */
static void count_parameters(oc_op *op, oc_cost *sum)
{
    oc_cost_parameters(sum, (int64_t)(float_count(op, "coefficients") +
                                      float_count(op, "intercepts")));
}

static void cost_regressor(oc_op *op, oc_cost *sum)
{
    const oc_ml_matrix x = oc_ml_input(op, 0);
    count_parameters(op, sum);
    oc_ml_linear_cost(op, sum, x, target_count(op),
                      float_count(op, "intercepts") > 0);
    oc_ml_post_transform(op, sum, x.rows, oc_op_output_numel(op, 0));
}

/* Sets of coefficients: one an intercept; without any, one a class. */
static size_t scored_classes(oc_op *op)
{
    const size_t intercepts = float_count(op, "intercepts");
    return intercepts ? intercepts
                      : oc_ml_get_labels(op, "classlabels_ints").count;
}

/* One score of a binary classifier gives two columns. */
static size_t column_count(oc_op *op)
{
    const size_t classes = scored_classes(op);
    const size_t labels = oc_ml_get_labels(op, "classlabels_ints").count;
    return classes == 1 && labels == 2 ? 2 : classes;
}

static void infer_classifier(oc_op *op)
{
    const oc_ml_matrix x = oc_ml_input(op, 0);
    const oc_ml_labels labels = oc_ml_get_labels(op, "classlabels_ints");
    oc_ml_set_vector(op, 0, labels.elem_type, x.rows);
    oc_ml_set_matrix(op, 1, OC_ELEM_FLOAT, x.rows,
                     oc_int(op, (int64_t)column_count(op)));
}

static void cost_classifier(oc_op *op, oc_cost *sum)
{
    const oc_ml_matrix x = oc_ml_input(op, 0);
    count_parameters(op, sum);
    oc_ml_linear_cost(op, sum, x, oc_int(op, (int64_t)scored_classes(op)),
                      float_count(op, "intercepts") > 0);
    oc_ml_post_transform(op, sum, x.rows,
                         oc_times(op, (int64_t)column_count(op), x.rows));
}

#define LINEAR(name, infer_function, cost_function)                            \
    OC_ONNX_ML(name, 1,                                                        \
               "rows*features*outputs MACs, one addition per row and output "  \
               "for the intercepts, and the transform of the scores",          \
               name "-1", infer_function, cost_function)

OC_OP_DEFINE(ml_linear) = {
    LINEAR("LinearRegressor", infer_regressor, cost_regressor),
    LINEAR("LinearClassifier", infer_classifier, cost_classifier),
    {0},
};
