/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/ml/forest.c - reads and measures the trees of a TreeEnsemble
 * node. Attributes come from the file: every position is checked, and each
 * node is visited once at most.
 */
#include "analyzers/ops/ml/forest.h"

#include <stdlib.h>
#include <string.h>

/* ---- nodes named by tree and number ---- */

typedef struct node_name {
    int64_t tree, number;
    size_t position;
} node_name;

static int compare_names(const void *left, const void *right)
{
    const node_name *a = left, *b = right;
    if (a->tree != b->tree)
        return a->tree < b->tree ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return 0;
}

/* SIZE_MAX when there is no such node. */
static size_t find(const node_name *names, size_t count, int64_t tree,
                   int64_t number)
{
    const node_name wanted = {.tree = tree, .number = number};
    const node_name *found =
        bsearch(&wanted, names, count, sizeof(*names), compare_names);
    return found ? found->position : SIZE_MAX;
}

/* The attributes of the nodes, one element a node each. */
typedef struct node_lists {
    const int64_t *tree, *number, *if_true, *if_false;
    const char *const *mode;
    const float *hits; /* NULL: not given */
    size_t count;
} node_lists;

static bool get_lists(oc_op *op, node_lists *lists)
{
    const size_t n = oc_op_attr_ints(op, "nodes_treeids", &lists->tree);
    lists->count = n;
    if (oc_op_attr_ints(op, "nodes_nodeids", &lists->number) == n &&
        oc_op_attr_ints(op, "nodes_truenodeids", &lists->if_true) == n &&
        oc_op_attr_ints(op, "nodes_falsenodeids", &lists->if_false) == n &&
        oc_op_attr_strings(op, "nodes_modes", &lists->mode) == n) {
        if (oc_op_attr_floats(op, "nodes_hitrates", &lists->hits) != n)
            lists->hits = NULL;
        return true;
    }
    oc_op_fail(op, "the lists of nodes differ in length");
    return false;
}

/* The first node of each tree, in the order of the file, is its root. */
static void find_roots(oc_forest *forest, const node_name *names)
{
    for (size_t i = 0; i < forest->count; i++) {
        if (i == 0 || names[i].tree != names[i - 1].tree)
            forest->root[forest->tree_count++] = names[i].position;
        else if (names[i].position < forest->root[forest->tree_count - 1])
            forest->root[forest->tree_count - 1] = names[i].position;
    }
}

static void link_nodes(oc_op *op, oc_forest *forest, const node_lists *lists,
                       const node_name *names)
{
    for (size_t i = 0; i < forest->count; i++) {
        oc_forest_node *node = &forest->node[i];
        const int64_t tree = lists->tree[i];
        node->leaf = strcmp(lists->mode[i], "LEAF") == 0;
        node->hits = lists->hits ? (double)lists->hits[i] : 0;
        if (node->leaf)
            continue;
        node->child[0] = find(names, forest->count, tree, lists->if_true[i]);
        node->child[1] = find(names, forest->count, tree, lists->if_false[i]);
        if (node->child[0] == SIZE_MAX || node->child[1] == SIZE_MAX) {
            oc_op_fail(op, "a node has a child that is not there");
            forest->tree_count = 0;
            return;
        }
    }
}

static void add_weights(oc_op *op, const oc_forest *forest,
                        const node_name *names, const char *treeids,
                        const char *nodeids)
{
    const int64_t *trees, *numbers;
    const size_t n = oc_op_attr_ints(op, treeids, &trees);
    if (oc_op_attr_ints(op, nodeids, &numbers) != n) {
        oc_op_fail(op, "the lists of weights differ in length");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t leaf = find(names, forest->count, trees[i], numbers[i]);
        if (leaf != SIZE_MAX)
            forest->node[leaf].values++;
    }
}

oc_forest oc_forest_by_ids(oc_op *op, const char *weight_treeids,
                           const char *weight_nodeids)
{
    oc_forest forest = {0};
    node_lists lists = {0};
    if (!get_lists(op, &lists))
        return forest;
    forest.count = lists.count;
    forest.node = OC_OP_NEW(op, oc_forest_node, forest.count);
    forest.root = OC_OP_NEW(op, size_t, forest.count);
    node_name *names = OC_OP_NEW(op, node_name, forest.count);
    for (size_t i = 0; i < forest.count; i++)
        names[i] = (node_name){lists.tree[i], lists.number[i], i};
    if (forest.count)
        qsort(names, forest.count, sizeof(*names), compare_names);
    find_roots(&forest, names);
    link_nodes(op, &forest, &lists, names);
    add_weights(op, &forest, names, weight_treeids, weight_nodeids);
    return forest;
}

/* ---- nodes by position: interior ones first, then leaves ---- */

static bool get_child(oc_forest_node *node, int which, int64_t position,
                      int64_t is_leaf, size_t interior, size_t leaves)
{
    const size_t limit = is_leaf ? leaves : interior;
    if (position < 0 || (uint64_t)position >= limit)
        return false;
    node->child[which] = (size_t)position + (is_leaf ? interior : 0);
    return true;
}

static bool link_positions(oc_op *op, oc_forest *forest, size_t interior,
                           size_t leaves)
{
    static const char *const ids[] = {"nodes_truenodeids",
                                      "nodes_falsenodeids"};
    static const char *const kinds[] = {"nodes_trueleafs", "nodes_falseleafs"};
    for (int which = 0; which < 2; which++) {
        const int64_t *position, *is_leaf;
        if (oc_op_attr_ints(op, ids[which], &position) != interior ||
            oc_op_attr_ints(op, kinds[which], &is_leaf) != interior)
            return false;
        for (size_t i = 0; i < interior; i++)
            if (!get_child(&forest->node[i], which, position[i], is_leaf[i],
                           interior, leaves))
                return false;
    }
    return true;
}

static bool link_roots(oc_op *op, oc_forest *forest, size_t interior)
{
    const int64_t *roots;
    const size_t count = oc_op_attr_ints(op, "tree_roots", &roots);
    forest->root = OC_OP_NEW(op, size_t, count);
    for (size_t i = 0; i < count; i++) {
        if (roots[i] < 0 || (uint64_t)roots[i] >= interior)
            return false;
        forest->root[i] = (size_t)roots[i];
    }
    forest->tree_count = count;
    return true;
}

oc_forest oc_forest_by_position(oc_op *op)
{
    oc_forest forest = {0};
    const int64_t *list;
    const size_t interior = oc_op_attr_ints(op, "nodes_featureids", &list);
    const size_t leaves = oc_op_attr_ints(op, "leaf_targetids", &list);
    forest.count = interior + leaves;
    forest.node = OC_OP_NEW(op, oc_forest_node, forest.count);
    for (size_t i = interior; i < forest.count; i++)
        forest.node[i] = (oc_forest_node){.leaf = true, .values = 1};
    if (!link_positions(op, &forest, interior, leaves) ||
        !link_roots(op, &forest, interior)) {
        oc_op_fail(op, "nodes, leaves and roots do not fit together");
        forest.tree_count = 0;
    }
    return forest;
}

/* ---- measuring ---- */

typedef struct step {
    size_t position;
    int64_t depth;
} step;

typedef struct tree_walk {
    int64_t deepest, shallowest, values;
    oc_expr hits, weighted; /* sums over leaves: hits, hits * depth */
} tree_walk;

static void meet_leaf(oc_op *op, tree_walk *walk, const oc_forest_node *leaf,
                      int64_t depth)
{
    const oc_expr hits = oc_real(op, leaf->hits, OC_ELEM_FLOAT);
    if (depth > walk->deepest)
        walk->deepest = depth;
    if (depth < walk->shallowest || walk->shallowest < 0)
        walk->shallowest = depth;
    if (leaf->values > walk->values)
        walk->values = leaf->values;
    walk->hits = oc_add(op, walk->hits, hits);
    walk->weighted = oc_add(op, walk->weighted, oc_times(op, depth, hits));
}

/* Depth first; `visited` is of all trees, since none share a node. */
static bool walk_tree(oc_op *op, const oc_forest *forest, size_t root,
                      step *stack, bool *visited, tree_walk *walk)
{
    size_t height = 0;
    stack[height++] = (step){root, 0};
    while (height > 0) {
        const step at = stack[--height];
        const oc_forest_node *node = &forest->node[at.position];
        if (node->leaf) {
            meet_leaf(op, walk, node, at.depth);
            continue;
        }
        if (visited[at.position])
            return false;
        visited[at.position] = true;
        for (int which = 0; which < 2; which++)
            stack[height++] = (step){node->child[which], at.depth + 1};
    }
    return true;
}

oc_forest_walk oc_forest_measure(oc_op *op, const oc_forest *forest)
{
    oc_forest_walk sum = {.mean = oc_expr_of(0)};
    step *stack = OC_OP_NEW(op, step, forest->count + 2);
    bool *visited = OC_OP_NEW(op, bool, forest->count);
    for (size_t i = 0; i < forest->tree_count; i++) {
        tree_walk walk = {
            .shallowest = -1, .hits = oc_expr_of(0), .weighted = oc_expr_of(0)};
        if (!walk_tree(op, forest, forest->root[i], stack, visited, &walk)) {
            oc_op_fail(op, "nodes do not form trees");
            break;
        }
        sum.deepest += walk.deepest;
        sum.shallowest += walk.shallowest;
        sum.values += walk.values;
        const bool popular = oc_at_most(op, walk.hits, oc_expr_of(0)) == OC_NO;
        sum.mean = oc_add(op, sum.mean,
                          popular ? oc_quotient(op, walk.weighted, walk.hits)
                                  : OC_UNKNOWN);
    }
    return sum;
}
