/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/region.c - the rows of a body.
 */
#include "analyzers/region.h"

#include <string.h>

oc_point oc_point_here(const oc_analysis *a)
{
    const oc_point point = {.rows = a->row_count,
                            .notes = a->note_count,
                            .symbols = oc_symbol_count(a->space),
                            .ledger = oc_ledger_here(a->space)};
    return point;
}

void oc_point_rollback_ledger(oc_analysis *a, oc_point point)
{
    oc_ledger_rollback(a->space, point.ledger);
    a->note_count = point.notes;
}

void oc_point_doubt(oc_analysis *a, oc_point point)
{
    oc_ledger_rollback(a->space, point.ledger);
    for (size_t i = point.notes; i < a->note_count; i++)
        a->note[i].contradiction = false;
}

void oc_point_rollback(oc_analysis *a, oc_point point)
{
    oc_point_rollback_ledger(a, point);
    a->row_count = point.rows;
}

size_t oc_region_count(oc_analysis *a, const char *name)
{
    uint64_t k = 0;
    oc_map_get(a->region_counts, name, strlen(name), &k);
    oc_map_put(a->region_counts, name, strlen(name), k + 1);
    return (size_t)k;
}

const char *oc_region_name(oc_analysis *a, const oc_node *node, size_t k,
                           const char *attribute)
{
    const char *outer = a->subgraph ? a->subgraph : "";
    return oc_arena_printf(a->arena, "%s%s%s_%zu.%s", outer, *outer ? "/" : "",
                           node->op_type, k, attribute);
}

oc_body **oc_row_body_end(oc_row *row)
{
    oc_body **end = &row->body;
    while (*end)
        end = &(*end)->next;
    return end;
}

oc_body *oc_region_run(oc_analysis *a, oc_frame *frame, const oc_graph *graph,
                       oc_region region)
{
    oc_body *body = OC_NEW(a->arena, oc_body, 1);
    *oc_row_body_end(region.row) = body;
    const char *subgraph = a->subgraph;
    const bool counted = a->counted, silent = a->silent;
    const size_t position = a->position;
    a->subgraph = region.path;
    a->counted = region.counted;
    a->silent = silent || region.silent;
    *body = (oc_body){.graph = graph,
                      .frame = frame,
                      .kind = region.kind,
                      .first = a->row_count,
                      .silent = a->silent};
    oc_infer_graph(a, frame, graph);
    body->end = a->row_count;
    a->subgraph = subgraph;
    a->counted = counted;
    a->silent = silent;
    a->position = position;
    return body;
}

oc_row *oc_region_row(oc_analysis *a, oc_frame *frame, const oc_node *node)
{
    oc_row *row = oc_row_new(a, frame, node);
    const oc_schema *schema = oc_schema_find(node->domain, node->op_type);
    row->since_version =
        oc_schema_version(schema, oc_frame_opset(frame, node->domain));
    return row;
}

void oc_region_invalid(oc_analysis *a, oc_frame *frame, oc_row *row,
                       const char *why)
{
    const oc_node *node = row->node;
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        row->metric[metric] = OC_UNKNOWN;
        row->certainty[metric] = OC_NOT_KNOWN;
    }
    row->unknown = true;
    for (size_t i = 0; i < node->output_count; i++)
        oc_frame_set(a, frame, node->output[i], oc_fact_unknown(a));
    oc_row_outputs(a, row);
    oc_analysis_note(a, OC_WARNING, "shape.invalid", a->row_count - 1, why);
}

const oc_graph *oc_region_graph(const oc_frame *frame, const oc_node *node,
                                const char *attribute)
{
    const oc_attribute *found = oc_node_attribute(frame, node, attribute);
    if (!found || found->type != OC_ATTR_GRAPH || found->count != 1)
        return NULL;
    return found->graphs[0];
}

const oc_fact *oc_region_output(oc_analysis *a, const oc_frame *frame,
                                const oc_graph *graph, size_t k)
{
    const oc_fact *fact = NULL;
    if (k < graph->output_count)
        fact = oc_frame_fact(frame, graph->output[k]);
    return fact ? fact : oc_fact_unknown(a);
}

oc_fact *oc_fact_renamed(oc_analysis *a, const oc_fact *fact)
{
    const uint64_t number = fact->number;
    oc_fact *renamed = oc_fact_new(a, fact);
    renamed->number = number;
    return renamed;
}
