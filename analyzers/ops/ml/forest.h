/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/ml/forest.h - the trees of a TreeEnsemble node, whichever of
 * the two ways it writes them.
 */
#ifndef OC_ANALYZERS_OPS_ML_FOREST_H
#define OC_ANALYZERS_OPS_ML_FOREST_H

#include "onnxcost/plugin.h"

typedef struct oc_forest_node {
    bool leaf;
    size_t child[2]; /* positions, when not a leaf */
    double hits;     /* popularity of a leaf, 0 when not given */
    int64_t values;  /* weights of a leaf */
} oc_forest_node;

typedef struct oc_forest {
    size_t count, tree_count;
    oc_forest_node *node;
    size_t *root; /* one a tree */
} oc_forest;

/* What one row meets, summed over the trees. */
typedef struct oc_forest_walk {
    int64_t deepest, shallowest; /* comparisons, to such leaves */
    oc_expr mean;   /* comparisons weighted by popularity, or OC_UNKNOWN */
    int64_t values; /* weights, of the richest leaves */
} oc_forest_walk;

/* TreeEnsembleRegressor and -Classifier: nodes are named by tree and number,
 * leaves' weights by "<weights>_treeids" and "<weights>_nodeids". Sticky
 * failure, and no tree, when the attributes contradict each other. */
oc_forest oc_forest_by_ids(oc_op *op, const char *weight_treeids,
                           const char *weight_nodeids);
/* TreeEnsemble: interior nodes and leaves by position. */
oc_forest oc_forest_by_position(oc_op *op);

/* Sticky failure when nodes do not form trees. */
oc_forest_walk oc_forest_measure(oc_op *op, const oc_forest *forest);

#endif
