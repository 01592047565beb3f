/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/steer.c - which values decide shapes, trip counts or branches.
 *
 * In here: a walk backwards from shape-like operands, through bodies and
 * functions, before anything is inferred.
 * Not in here: what becomes of the inputs that do (symbols.c).
 */
#include <string.h>

#include "analyzers/analysis.h"
#include "analyzers/generate.h"

/* Bodies whose state steers are walked once more; nests of them would be
 * walked very often. */
#define MOST_WALKED_PER_NODE 8

typedef struct oc_steering {
    oc_analysis *a;
    oc_map *functions; /* address -> what steers in it */
    size_t walked;
} oc_steering;

static void walk_graph(oc_steering *s, const oc_frame *opsets,
                       const oc_graph *graph, bool *steers);

static bool is_marked(const bool *steers, oc_value_id value)
{
    return value != OC_NO_VALUE && steers[value];
}

static void mark(bool *steers, oc_value_id value)
{
    if (value != OC_NO_VALUE)
        steers[value] = true;
}

/* Calls are as deep as oc_check_calls() allows. */
static const bool *within(oc_steering *s, const oc_function *function)
{
    const uintptr_t key = (uintptr_t)function;
    uint64_t known;
    if (oc_map_get(s->functions, (const char *)&key, sizeof(key), &known))
        return (const bool *)(uintptr_t)known;
    const oc_frame opsets = {.opset = function->opset,
                             .opset_count = function->opset_count};
    bool *steers =
        OC_NEW(s->a->arena, bool, function->graph->scope->value_count);
    if (!function->calls_itself)
        walk_graph(s, &opsets, function->graph, steers);
    oc_map_put(s->functions, oc_arena_copy(s->a->arena, &key, sizeof(key)),
               sizeof(key), (uint64_t)(uintptr_t)steers);
    return steers;
}

static void walk_call(oc_steering *s, const oc_node *node, bool *steers)
{
    const oc_graph *graph = node->function->graph;
    const bool *inside = within(s, node->function);
    for (size_t i = 0; i < node->input_count && i < graph->input_count; i++)
        if (inside[graph->input[i]])
            mark(steers, node->input[i]);
}

/* What one iteration hands to the next steers where that steers: Loop's body
 * gives a condition before its state and gets a counter as well. True when
 * that is news. */
static bool close_state(const oc_node *node, const oc_graph *body, bool *steers)
{
    const bool loop = strcmp(node->op_type, "Loop") == 0;
    bool news = false;
    for (size_t i = loop;
         i + loop < body->input_count && i < body->output_count; i++) {
        const oc_value_id out = body->output[i];
        if (out == OC_NO_VALUE || steers[out] ||
            !is_marked(steers, body->input[i + loop]))
            continue;
        steers[out] = news = true;
    }
    return news;
}

/* A body's inputs are the node's last operands, in order; a decoder's are made
 * of sizes. */
static void walk_body(oc_steering *s, const oc_frame *opsets,
                      const oc_node *node, const oc_graph *body, bool wanted,
                      bool *steers)
{
    for (size_t i = 0; wanted && i < body->output_count; i++)
        mark(steers, body->output[i]);
    walk_graph(s, opsets, body, steers);
    if (close_state(node, body, steers) &&
        s->walked < MOST_WALKED_PER_NODE * s->a->facts->node_count)
        walk_graph(s, opsets, body, steers);
    const size_t count = body->input_count;
    if (oc_generates(node->domain, node->op_type))
        return;
    for (size_t i = 0; i < count && count <= node->input_count; i++)
        if (steers[body->input[i]])
            mark(steers, node->input[node->input_count - count + i]);
}

/* The condition, and the trip count before it; lengths of what is generated. */
static bool decides(const oc_node *node, size_t input)
{
    if (node->function)
        return false;
    if (oc_generates(node->domain, node->op_type))
        return oc_generation_decides(node, input);
    if (*node->domain)
        return false;
    if (strcmp(node->op_type, "If") == 0)
        return input < 1;
    return strcmp(node->op_type, "Loop") == 0 && input < 2;
}

static void walk_node(oc_steering *s, const oc_frame *opsets,
                      const oc_node *node, bool *steers)
{
    const oc_op_descriptor *op =
        oc_registry_find(s->a->registry, node->domain, node->op_type,
                         oc_frame_opset(opsets, node->domain));
    bool wanted = false;
    for (size_t i = 0; i < node->output_count; i++)
        wanted |= is_marked(steers, node->output[i]);
    for (size_t k = 0; k < node->attribute_count; k++)
        if (node->attribute[k].type == OC_ATTR_GRAPH)
            walk_body(s, opsets, node, node->attribute[k].graphs[0], wanted,
                      steers);
    if (node->function)
        walk_call(s, node, steers);
    if (op && (op->traits & OC_TRAIT_SHAPE))
        return; /* shapes say it all */
    for (size_t i = 0; i < node->input_count; i++) {
        const bool shape = op && i < 32 && (op->shape_inputs & OC_IN(i));
        if (wanted || shape || decides(node, i))
            mark(steers, node->input[i]);
    }
}

static void walk_graph(oc_steering *s, const oc_frame *opsets,
                       const oc_graph *graph, bool *steers)
{
    s->walked += graph->node_count;
    for (size_t i = graph->node_count; i-- > 0;)
        walk_node(s, opsets, graph->node[i], steers);
}

const bool *oc_analysis_steering(oc_analysis *a)
{
    oc_steering s = {.a = a, .functions = oc_map_new(a->arena)};
    bool *steers = OC_NEW(a->arena, bool, a->graph->scope->value_count);
    walk_graph(&s, a->main, a->graph, steers);
    return steers;
}
