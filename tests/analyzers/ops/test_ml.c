/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_ml.c - ai.onnx.ml. */
#include "support/test.h"

#define ML "ai.onnx.ml::"

static void a_linear_model_is_a_product_and_its_intercepts(void **state)
{
    (void)state;
    const result r = run_op(
        ML "LinearRegressor",
        "targets=2 coefficients=1.0,2.0,3.0,4.0,5.0,6.0 intercepts=0.5,0.5",
        "f32[10,3]");
    assert_string_equal(r.outputs, "f32[10,2]");
    assert_int_equal(r.macs, 10 * 3 * 2);
    assert_int_equal(r.flops, 2 * r.macs + 10 * 2);
    assert_string_equal(run_op(ML "LinearRegressor", "", "f32[3]").outputs,
                        "f32[1,1]");
    assert_string_equal(
        run_op(ML "LinearRegressor", "targets=0", "f32[n,3]").diagnostic,
        "targets must be positive");
}

static void a_classifier_gives_labels_and_scores(void **state)
{
    (void)state;
    const result r =
        run_op_outputs(ML "LinearClassifier",
                       "classlabels_ints=7,8,9 intercepts=0.0,0.5,1.0 "
                       "post_transform=SOFTMAX",
                       "f32[10,4]", 2);
    assert_string_equal(r.outputs, "i64[10] f32[10,3]");
    assert_int_equal(r.macs, 10 * 4 * 3);
    /* intercepts, and a softmax of 10 rows */
    assert_int_equal(r.flops, 2 * r.macs + 30 + 4 * 30 - 2 * 10);
    assert_int_equal(r.transcendentals, 30);
}

static void one_score_of_two_classes_gives_two_columns(void **state)
{
    (void)state;
    const result r = run_op_outputs(ML "LinearClassifier",
                                    "classlabels_ints=0,1 intercepts=0.5, "
                                    "post_transform=LOGISTIC",
                                    "f32[10,4]", 2);
    assert_string_equal(r.outputs, "i64[10] f32[10,2]");
    assert_int_equal(r.macs, 10 * 4);
    assert_int_equal(r.transcendentals, 10 * 2);
}

static void a_kernel_is_taken_with_every_support_vector(void **state)
{
    (void)state;
    const result r =
        run_op(ML "SVMRegressor", "n_supports=3 kernel_type=RBF rho=0.5,",
               "f32[10,4]");
    assert_string_equal(r.outputs, "f32[10,1]");
    assert_int_equal(r.macs, 10 * 3 * 4 + 10 * 3);
    assert_int_equal(r.flops, 2 * r.macs + 10 * 3 * (4 + 1));
    assert_int_equal(r.transcendentals, 10 * 3);
    const result linear = run_op(ML "SVMRegressor", "", "f32[10,4]");
    assert_int_equal(linear.macs, 10 * 4);
    assert_int_equal(linear.flops, 2 * linear.macs + 10);
}

static void classes_vote_in_pairs(void **state)
{
    (void)state;
    const result r =
        run_op_outputs(ML "SVMClassifier",
                       "vectors_per_class=2,1,2,2 kernel_type=POLY "
                       "classlabels_ints=0,1,2,3",
                       "f32[10,4]", 2);
    assert_string_equal(r.outputs, "i64[10] f32[10,6]");
    assert_int_equal(r.macs, 10 * 7 * 4 + 10 * 7 * 3);
    assert_int_equal(r.flops, 2 * r.macs + 10 * 7 * 2);
    assert_string_equal(
        run_op(ML "SVMClassifier", "vectors_per_class=2,-1", "f32[10,4]")
            .diagnostic,
        "vectors_per_class is out of range");
}

/* A root (node 0) with a leaf at depth 1 and a node with leaves at depth 2. */
#define NODES                                                                  \
    "nodes_featureids=0,1 nodes_truenodeids=1,0 nodes_trueleafs=0,1 "          \
    "nodes_falsenodeids=2,1 nodes_falseleafs=1,1 leaf_targetids=0,0,0 "

static void a_tree_costs_its_deepest_leaf_at_most(void **state)
{
    (void)state;
    const result r = run_op(ML "TreeEnsemble@5",
                            NODES "tree_roots=0, n_targets=1", "f32[10,4]");
    assert_string_equal(r.outputs, "f32[10,1]");
    assert_int_equal(r.flops, 10 * (2 + 1)); /* comparisons, one weight */
    assert_string_equal(r.status, "upper-bound");
    const result bare = run_op(ML "TreeEnsemble@5",
                               NODES "tree_roots=1, n_targets=1", "f32[10,4]");
    assert_int_equal(bare.flops, 10 * (1 + 1));
    assert_string_equal(bare.status, "exact"); /* both leaves at depth 1 */
    const result mean =
        run_op(ML "TreeEnsemble@5",
               NODES "tree_roots=1, n_targets=2 aggregate_function=0 "
                     "post_transform=2",
               "f32[10,4]");
    assert_int_equal(mean.flops, 10 * (1 + 1) + 10 * 2);
    assert_int_equal(mean.transcendentals, 10 * 2);
}

static void nodes_that_form_no_tree_are_a_diagnostic(void **state)
{
    (void)state;
    const char *circle =
        "nodes_featureids=0,1 nodes_truenodeids=1,0 nodes_trueleafs=0,0 "
        "nodes_falsenodeids=2,1 nodes_falseleafs=1,1 leaf_targetids=0,0,0 "
        "tree_roots=0, n_targets=1";
    const result r = run_op(ML "TreeEnsemble@5", circle, "f32[10,4]");
    assert_string_equal(r.diagnostic, "nodes do not form trees");
    assert_int_equal(r.flops, FIGURE_UNKNOWN);
    assert_string_equal(
        run_op(ML "TreeEnsemble@5", NODES "tree_roots=2,", "f32[10,4]")
            .diagnostic,
        "nodes, leaves and roots do not fit together");
}

static void rows_are_divided_by_their_norms(void **state)
{
    (void)state;
    const result greatest = run_op(ML "Normalizer", "", "f64[10,4]");
    assert_string_equal(greatest.outputs, "f32[10,4]");
    /* a row: 3 comparisons, 4 divisions; absolute values are free */
    assert_int_equal(greatest.flops, 10 * (3 + 4));
    const result root = run_op(ML "Normalizer", "norm=L2", "f32[10,4]");
    assert_int_equal(root.flops, 10 * (4 + 3 + 4));
    assert_int_equal(root.transcendentals, 10);
    assert_string_equal(
        run_op(ML "Normalizer", "norm=L3", "f32[n,4]").diagnostic,
        "norm is not known");
}

static void features_are_scaled_one_by_one(void **state)
{
    (void)state;
    const result scaled = run_op(ML "Scaler", "", "i64[10,4]");
    assert_string_equal(scaled.outputs, "f32[10,4]");
    assert_int_equal(scaled.flops, 2 * 10 * 4);
    assert_int_equal(run_op(ML "Imputer", "", "f32[10,4]").flops, 2 * 10 * 4);
    assert_int_equal(run_op(ML "Binarizer", "", "f32[10,4]").flops, 10 * 4);
}

static void encoders_only_move(void **state)
{
    (void)state;
    const result taken =
        run_op(ML "ArrayFeatureExtractor", "", "f32[n,9] i64[1,2]=0,3");
    assert_string_equal(taken.outputs, "f32[n,2]");
    assert_string_equal(taken.role, "data");
    assert_string_equal(
        run_op(ML "OneHotEncoder", "cats_int64s=1,2,3", "i64[n,2]").outputs,
        "f32[n,2,3]");
    assert_string_equal(
        run_op(ML "LabelEncoder@2", "values_floats=1.0,2.0", "i64[n]").outputs,
        "f32[n]");
    assert_string_equal(run_op(ML "CategoryMapper", "", "str[n]").outputs,
                        "i64[n]");
    assert_string_equal(run_op(ML "FeatureVectorizer", "inputdimensions=4,3",
                               "f32[n,4] f32[n,3]")
                            .outputs,
                        "f32[n,7]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linear_model_is_a_product_and_its_intercepts),
        cmocka_unit_test(a_classifier_gives_labels_and_scores),
        cmocka_unit_test(one_score_of_two_classes_gives_two_columns),
        cmocka_unit_test(a_kernel_is_taken_with_every_support_vector),
        cmocka_unit_test(classes_vote_in_pairs),
        cmocka_unit_test(a_tree_costs_its_deepest_leaf_at_most),
        cmocka_unit_test(nodes_that_form_no_tree_are_a_diagnostic),
        cmocka_unit_test(rows_are_divided_by_their_norms),
        cmocka_unit_test(features_are_scaled_one_by_one),
        cmocka_unit_test(encoders_only_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
