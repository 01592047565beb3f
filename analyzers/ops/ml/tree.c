/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/ml/tree.c - TreeEnsemble, TreeEnsembleRegressor and
 * TreeEnsembleClassifier.
 *
 * A row descends every tree, one comparison a level, and adds the weights of
 * the leaves it reaches. How deep it gets depends on the data: the mean by
 * the popularities that the file gives is an estimate, else the deepest leaf
 * is an upper bound.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/ml/forest.h"
#include "analyzers/ops/ml/ml.h"

static oc_expr target_count(oc_op *op)
{
    const int64_t targets = oc_op_attr_int(op, "n_targets", -1);
    if (!oc_op_has_attr(op, "n_targets"))
        return OC_UNKNOWN;
    if (targets < 1)
        oc_op_fail(op, "n_targets must be positive");
    return oc_int(op, targets);
}

static void infer_ensemble(oc_op *op)
{
    oc_ml_set_matrix(op, 0, oc_op_dtype(op, 0), oc_ml_input(op, 0).rows,
                     target_count(op));
}

static void infer_regressor(oc_op *op)
{
    oc_ml_set_matrix(op, 0, OC_ELEM_FLOAT, oc_ml_input(op, 0).rows,
                     target_count(op));
}

static void infer_classifier(oc_op *op)
{
    const oc_expr rows = oc_ml_input(op, 0).rows;
    const oc_ml_labels labels = oc_ml_get_labels(op, "classlabels_int64s");
    oc_ml_set_vector(op, 0, labels.elem_type, rows);
    oc_ml_set_matrix(op, 1, OC_ELEM_FLOAT, rows,
                     oc_int(op, (int64_t)labels.count));
}

static void descend_cost(oc_op *op, oc_cost *sum, const oc_forest_walk *walk,
                         oc_expr rows)
{
    oc_expr levels = oc_expr_of(walk->deepest);
    if (oc_expr_is_known(walk->mean)) {
        levels = walk->mean;
        oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    } else if (walk->shallowest < walk->deepest) {
        oc_cost_is(sum, OC_FLOPS, OC_UPPER_BOUND);
    }
    oc_cost_add(sum, OC_FLOPS, "comparisons down the trees",
                oc_mul(op, rows, levels));
}

static bool averages(oc_op *op)
{
    const char *name = oc_op_attr_string(op, "aggregate_function", NULL);
    return name ? strcmp(name, "AVERAGE") == 0
                : oc_op_attr_int(op, "aggregate_function", 1) == 0;
}

/* Thresholds of interior nodes and weights of leaves. */
static void count_parameters(oc_cost *sum, const oc_forest *forest)
{
    int64_t count = 0;
    for (size_t i = 0; i < forest->count; i++)
        count += forest->node[i].leaf ? forest->node[i].values : 1;
    oc_cost_parameters(sum, count);
}

static void cost_forest(oc_op *op, oc_cost *sum, oc_forest forest,
                        oc_expr scores)
{
    const oc_expr rows = oc_ml_input(op, 0).rows;
    const oc_forest_walk walk = oc_forest_measure(op, &forest);
    count_parameters(sum, &forest);
    descend_cost(op, sum, &walk, rows);
    oc_cost_add(sum, OC_FLOPS, "weights of the leaves",
                oc_times(op, walk.values, rows));
    if (averages(op))
        oc_cost_add(sum, OC_FLOPS, "average over trees", scores);
    oc_ml_post_transform(op, sum, rows, scores);
}

static void cost_ensemble(oc_op *op, oc_cost *sum)
{
    cost_forest(op, sum, oc_forest_by_position(op), oc_op_output_numel(op, 0));
}

static void cost_regressor(oc_op *op, oc_cost *sum)
{
    cost_forest(op, sum,
                oc_forest_by_ids(op, "target_treeids", "target_nodeids"),
                oc_op_output_numel(op, 0));
}

/* Scores even when only the labels are asked for. */
static void cost_classifier(oc_op *op, oc_cost *sum)
{
    const size_t classes = oc_ml_get_labels(op, "classlabels_int64s").count;
    cost_forest(op, sum, oc_forest_by_ids(op, "class_treeids", "class_nodeids"),
                oc_times(op, (int64_t)classes, oc_ml_input(op, 0).rows));
}

#define TREES(name, version, op_source, infer_function, cost_function)         \
    OC_ONNX_ML(name, version,                                                  \
               "per row and tree one comparison a level and one addition a "   \
               "weight of the leaf, and the transform of the scores",          \
               op_source, infer_function, cost_function)

OC_OP_DEFINE(ml_tree) = {
    TREES("TreeEnsemble", 5, "TreeEnsemble-5", infer_ensemble, cost_ensemble),
    TREES("TreeEnsembleRegressor", 1, "TreeEnsembleRegressor-3",
          infer_regressor, cost_regressor),
    TREES("TreeEnsembleClassifier", 1, "TreeEnsembleClassifier-3",
          infer_classifier, cost_classifier),
    {0},
};
