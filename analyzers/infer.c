/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/infer.c - one pass over a graph in its order.
 *
 * Not in here: one operator (operator.c), operators with bodies (control.c),
 * what is written down (frame.c).
 */
#include "analyzers/analysis.h"

static void set_initializers(oc_analysis *a, oc_frame *frame,
                             const oc_graph *graph)
{
    for (size_t i = 0; i < graph->initializer_count; i++) {
        const oc_value_id id = graph->initializer[i];
        if (frame->live->live[id] && !frame->fact[id])
            oc_frame_set(
                a, frame, id,
                oc_fact_of_tensor(a, frame->scope->value[id].initializer));
    }
}

static bool is_live(const oc_frame *frame, const oc_node *node)
{
    for (size_t i = 0; i < node->output_count; i++)
        if (node->output[i] != OC_NO_VALUE &&
            frame->live->live[node->output[i]])
            return true;
    return false;
}

void oc_infer_graph(oc_analysis *a, oc_frame *frame, const oc_graph *graph)
{
    set_initializers(a, frame, graph);
    for (size_t i = 0; i < graph->node_count; i++) {
        const oc_node *node = graph->node[i];
        if (!is_live(frame, node))
            continue;
        a->position = i;
        if (node->function)
            oc_infer_call(a, frame, node);
        else if (!oc_infer_control(a, frame, node))
            oc_infer_operator(a, frame, node);
        oc_arena_reset(a->scratch);
    }
}
