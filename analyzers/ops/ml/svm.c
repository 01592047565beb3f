/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/ml/svm.c - SVMRegressor and SVMClassifier: a kernel of every
 * row with every support vector, then weighted sums of them. Without support
 * vectors they are linear.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/ml/ml.h"

/* Of one row and one vector, beyond the dot product. */
static void kernel_cost(oc_op *op, oc_cost *sum, oc_expr pairs,
                        oc_expr features)
{
    const char *kernel = oc_op_attr_string(op, "kernel_type", "LINEAR");
    oc_expr flops = oc_expr_of(2);
    if (strcmp(kernel, "LINEAR") == 0)
        return;
    if (strcmp(kernel, "RBF") == 0)
        flops = oc_plus(op, features, 1);
    else if (strcmp(kernel, "POLY") != 0 && strcmp(kernel, "SIGMOID") != 0)
        oc_op_fail(op, "kernel_type is not known");
    oc_cost_add(sum, OC_FLOPS, "kernel", oc_mul(op, pairs, flops));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "kernel", pairs);
}

/* The kernels, then `votes` weighted sums of them per row. */
static void support_cost(oc_op *op, oc_cost *sum, oc_ml_matrix x,
                         int64_t vectors, int64_t votes)
{
    const oc_expr pairs = oc_times(op, vectors, x.rows);
    oc_cost_types(sum, oc_op_dtype(op, 0), OC_ELEM_FLOAT);
    oc_cost_add(sum, OC_MACS, "rows * support vectors * features",
                oc_mul(op, pairs, x.columns));
    oc_cost_add(sum, OC_MACS, "votes", oc_times(op, votes, pairs));
    kernel_cost(op, sum, pairs, x.columns);
}

static int64_t support_count(oc_op *op)
{
    const int64_t count = oc_op_attr_int(op, "n_supports", 0);
    if (count < 0)
        oc_op_fail(op, "n_supports is negative");
    return count;
}

static void infer_regressor(oc_op *op)
{
    oc_ml_set_matrix(op, 0, OC_ELEM_FLOAT, oc_ml_input(op, 0).rows,
                     oc_expr_of(1));
}

/* Support vectors, their coefficients and the offsets stand in attributes. */
static void count_parameters(oc_op *op, oc_cost *sum)
{
    static const char *const names[] = {"support_vectors", "coefficients",
                                        "rho"};
    const float *values;
    for (size_t i = 0; i < 3; i++)
        oc_cost_parameters(sum,
                           (int64_t)oc_op_attr_floats(op, names[i], &values));
}

static void cost_regressor(oc_op *op, oc_cost *sum)
{
    const oc_ml_matrix x = oc_ml_input(op, 0);
    const int64_t vectors = support_count(op);
    count_parameters(op, sum);
    if (vectors > 0)
        support_cost(op, sum, x, vectors, 1);
    else
        oc_ml_linear_cost(op, sum, x, oc_expr_of(1), true);
    oc_ml_post_transform(op, sum, x.rows, x.rows);
}

/* Support vectors of all classes; sticky failure when a count is absurd. */
static int64_t class_support_count(oc_op *op)
{
    const int64_t *counts;
    const size_t classes = oc_op_attr_ints(op, "vectors_per_class", &counts);
    int64_t sum = 0;
    for (size_t i = 0; i < classes; i++)
        if (counts[i] < 0 || OC_ADD_OVERFLOWS(sum, counts[i], &sum)) {
            oc_op_fail(op, "vectors_per_class is out of range");
            return 0;
        }
    return sum;
}

static int64_t class_count(oc_op *op)
{
    const size_t count = oc_ml_get_labels(op, "classlabels_ints").count;
    return count ? (int64_t)count : 1;
}

/* A score per class; without probabilities, one per pair of classes, which
 * for two classes is given with both signs. */
static oc_expr score_count(oc_op *op)
{
    const float *values;
    const int64_t classes = class_count(op);
    const bool probable = oc_op_attr_floats(op, "prob_a", &values) > 0;
    const oc_expr c = oc_int(op, classes);
    if (probable || classes < 3 || class_support_count(op) == 0)
        return c;
    return oc_floor_div(op, oc_mul(op, c, oc_plus(op, c, -1)), oc_expr_of(2));
}

static void infer_classifier(oc_op *op)
{
    const oc_ml_matrix x = oc_ml_input(op, 0);
    oc_ml_set_vector(op, 0, oc_ml_get_labels(op, "classlabels_ints").elem_type,
                     x.rows);
    oc_ml_set_matrix(op, 1, OC_ELEM_FLOAT, x.rows, score_count(op));
}

static void cost_classifier(oc_op *op, oc_cost *sum)
{
    const oc_ml_matrix x = oc_ml_input(op, 0);
    const int64_t vectors = class_support_count(op);
    const int64_t classes = class_count(op);
    count_parameters(op, sum);
    if (vectors > 0)
        support_cost(op, sum, x, vectors, classes - 1);
    else
        oc_ml_linear_cost(op, sum, x, oc_int(op, classes), true);
    oc_ml_post_transform(op, sum, x.rows, oc_mul(op, x.rows, score_count(op)));
}

#define SVM(name, infer_function, cost_function, votes)                        \
    OC_ONNX_ML(name, 1,                                                        \
               "rows*vectors*features MACs and " votes ", the kernel per row " \
               "and vector; without support vectors as a linear model",        \
               name "-1", infer_function, cost_function)

OC_OP_DEFINE(ml_svm) = {
    SVM("SVMRegressor", infer_regressor, cost_regressor,
        "one MAC per row and vector"),
    SVM("SVMClassifier", infer_classifier, cost_classifier,
        "one MAC per row, vector and other class"),
    {0},
};
