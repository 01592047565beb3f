/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/live.c - which nodes the graph outputs depend on, and which node
 * reads a value last.
 */
#include "analyzers/analysis.h"

/* The graphs around the one being walked, with the node each is at. */
typedef struct walk {
    const oc_graph *graph;
    size_t position;
    const struct walk *outer;
} walk;

static void use(oc_liveness *live, const walk *at, oc_value_id value)
{
    if (value == OC_NO_VALUE)
        return;
    const oc_graph *home = live->scope->value[value].graph;
    while (at->outer && at->graph != home)
        at = at->outer;
    live->live[value] = true;
    if (live->last_use[value] < at->position)
        live->last_use[value] = at->position;
}

static void walk_graph(oc_liveness *live, const oc_graph *graph,
                       const walk *outer);

static void walk_node(oc_liveness *live, const oc_node *node, const walk *at)
{
    for (size_t i = 0; i < node->input_count; i++)
        use(live, at, node->input[i]);
    for (size_t i = 0; i < node->attribute_count; i++) {
        const oc_attribute *attribute = &node->attribute[i];
        if (attribute->type != OC_ATTR_GRAPH &&
            attribute->type != OC_ATTR_GRAPHS)
            continue;
        for (size_t k = 0; k < attribute->count; k++)
            walk_graph(live, attribute->graphs[k], at);
    }
}

static bool any_output_live(const oc_liveness *live, const oc_node *node)
{
    for (size_t i = 0; i < node->output_count; i++)
        if (node->output[i] != OC_NO_VALUE && live->live[node->output[i]])
            return true;
    return false;
}

/* Nested graphs are as deep as the file's message depth allows. */
static void walk_graph(oc_liveness *live, const oc_graph *graph,
                       const walk *outer)
{
    walk at = {graph, SIZE_MAX, outer};
    for (size_t i = 0; i < graph->output_count; i++)
        use(live, &at, graph->output[i]);
    for (size_t i = graph->node_count; i-- > 0;) {
        at.position = i;
        if (any_output_live(live, graph->node[i]))
            walk_node(live, graph->node[i], &at);
        else
            live->dead_nodes++;
    }
}

const oc_liveness *oc_liveness_of(oc_analysis *a, const oc_graph *graph)
{
    for (oc_liveness *live = a->liveness; live; live = live->next)
        if (live->scope == graph->scope)
            return live;
    oc_liveness *live = OC_NEW(a->arena, oc_liveness, 1);
    live->scope = graph->scope;
    live->live = OC_NEW(a->arena, bool, graph->scope->value_count);
    live->last_use = OC_NEW(a->arena, size_t, graph->scope->value_count);
    live->next = a->liveness;
    a->liveness = live;
    walk_graph(live, graph, NULL);
    return live;
}
