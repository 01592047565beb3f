/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/calls.c - what calls of local functions expand to, counted before
 * any is: forty functions that call each other twice are 2^40 nodes.
 */
#include "analyzers/analysis.h"

/* Of a graph or function with all that it calls. */
typedef struct oc_expanded {
    uint64_t nodes;  /* saturates just above the limit */
    uint64_t height; /* calls inside calls */
} oc_expanded;

typedef struct oc_calls {
    oc_analysis *a;
    oc_map *functions; /* address -> its oc_expanded */
} oc_calls;

static oc_expanded of_graph(const oc_calls *calls, const oc_graph *graph,
                            uint64_t depth);

static void add(const oc_calls *calls, oc_expanded *sum, oc_expanded part)
{
    const uint64_t most = calls->a->limits.inlined + 1;
    const uint64_t nodes = part.nodes < most ? part.nodes : most;
    sum->nodes = sum->nodes > most - nodes ? most : sum->nodes + nodes;
    if (sum->height < part.height)
        sum->height = part.height;
}

static void check_depth(oc_analysis *a, uint64_t depth)
{
    if (depth > a->limits.call_depth)
        oc_analysis_stop(a, OC_ERR_LIMIT, "limit.call-depth",
                         "calls of local functions are nested more than "
                         "%llu deep",
                         (unsigned long long)a->limits.call_depth);
}

static oc_expanded of_function(const oc_calls *calls,
                               const oc_function *function, uint64_t depth)
{
    const uintptr_t key = (uintptr_t)function;
    uint64_t known;
    check_depth(calls->a, depth);
    if (oc_map_get(calls->functions, (const char *)&key, sizeof(key), &known))
        return *(const oc_expanded *)(uintptr_t)known;
    oc_expanded *made = OC_NEW(calls->a->arena, oc_expanded, 1);
    *made = of_graph(calls, function->graph, depth);
    made->height++;
    oc_map_put(calls->functions,
               oc_arena_copy(calls->a->arena, &key, sizeof(key)), sizeof(key),
               (uint64_t)(uintptr_t)made);
    return *made;
}

static oc_expanded of_node(const oc_calls *calls, const oc_node *node,
                           uint64_t depth)
{
    oc_expanded all = {.nodes = 1};
    for (size_t i = 0; i < node->attribute_count; i++) {
        const oc_attribute *attribute = &node->attribute[i];
        if (attribute->type != OC_ATTR_GRAPH &&
            attribute->type != OC_ATTR_GRAPHS)
            continue;
        for (size_t k = 0; k < attribute->count; k++)
            add(calls, &all, of_graph(calls, attribute->graphs[k], depth));
    }
    if (node->function && !node->function->calls_itself)
        add(calls, &all, of_function(calls, node->function, depth + 1));
    check_depth(calls->a, depth + all.height);
    return all;
}

static oc_expanded of_graph(const oc_calls *calls, const oc_graph *graph,
                            uint64_t depth)
{
    oc_expanded all = {0};
    for (size_t i = 0; i < graph->node_count; i++)
        add(calls, &all, of_node(calls, graph->node[i], depth));
    return all;
}

void oc_check_calls(oc_analysis *a)
{
    const oc_calls calls = {a, oc_map_new(a->arena)};
    if (!a->facts->function_count)
        return;
    if (of_graph(&calls, a->graph, 0).nodes > a->limits.inlined)
        oc_analysis_stop(a, OC_ERR_LIMIT, "limit.inline",
                         "calls of local functions expand to more than "
                         "%llu nodes",
                         (unsigned long long)a->limits.inlined);
}
