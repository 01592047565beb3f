/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/report_rows.c - the nodes that run, as rows of a report.
 */
#include <string.h>

#include "analyzers/builder.h"

void oc_builder_list_rows(oc_builder *b)
{
    const oc_analysis *a = b->a;
    const char *last = "";
    b->row = OC_NEW(a->arena, const oc_row *, a->row_count);
    b->scope = OC_NEW(a->arena, const char *, a->row_count);
    b->listed = OC_NEW(a->arena, uint32_t, a->row_count);
    for (size_t i = 0; i < a->row_count; i++) {
        b->listed[i] = OC_NO_NODE;
        if (a->row[i]->silent)
            continue;
        b->listed[i] = (uint32_t)b->row_count;
        const char *scope = oc_builder_scope(b, a->row[i]);
        if (strcmp(scope, last) != 0) /* neighbours often share one */
            last = oc_builder_string(b, scope);
        b->scope[b->row_count] = last;
        b->row[b->row_count++] = a->row[i];
        oc_arena_reset(a->scratch);
    }
}

uint32_t oc_builder_row(const oc_builder *b, size_t row)
{
    return row < b->a->row_count ? b->listed[row] : OC_NO_NODE;
}

static const oc_report_tensor *const *tensors_of(oc_builder *b,
                                                 const oc_row *row,
                                                 const oc_value_id *id,
                                                 size_t count,
                                                 const oc_fact *const *fact)
{
    const oc_report_tensor **list =
        OC_NEW(b->arena, const oc_report_tensor *, count);
    for (size_t i = 0; i < count; i++) {
        const char *name =
            id[i] == OC_NO_VALUE ? "" : row->frame->scope->value[id[i]].name;
        list[i] = oc_builder_tensor(b, name, fact ? fact[i] : NULL);
    }
    return list;
}

oc_certainty oc_row_certainty(const oc_row *row)
{
    oc_certainty worst = OC_EXACT;
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        if (worst < row->certainty[metric])
            worst = row->certainty[metric];
    return worst;
}

static void put_handles(oc_text *key, const uint64_t *handle, size_t count)
{
    oc_text_put(key, (const char *)handle, count * sizeof(*handle));
}

/* Its rank, and its dims. */
static void put_shape(oc_text *key, const oc_fact *fact)
{
    const uint64_t rank = fact ? (uint64_t)fact->type.rank : 0;
    put_handles(key, &rank, 1);
    if (fact && fact->type.rank > 0)
        put_handles(key, fact->type.dim, (size_t)fact->type.rank);
}

/* "layer.12.attention" and "layer.3.attention" are both "layer.*.attention". */
static void put_starred(oc_text *key, const char *scope)
{
    while (*scope) {
        const size_t letters = strcspn(scope, "0123456789");
        oc_text_put(key, scope, letters);
        scope += letters;
        const size_t digits = strspn(scope, "0123456789");
        if (digits)
            oc_text_put(key, "*", 1);
        scope += digits;
    }
}

/* The same operator, figures, shapes and starred scope. */
static uint32_t alike_key(oc_builder *b, oc_map *keys, const oc_row *row,
                          const char *scope)
{
    oc_text key = {.arena = b->a->scratch};
    uint64_t number;
    oc_text_puts(&key, row->node->op_type);
    oc_text_put(&key, "", 1);
    oc_text_puts(&key, row->node->domain);
    put_handles(&key, row->metric, OC_METRIC_COUNT);
    for (size_t i = 0; i < row->output_count; i++)
        put_shape(&key, row->output[i]);
    put_starred(&key, scope);
    if (oc_map_get(keys, key.data, key.bytes, &number))
        return (uint32_t)number;
    number = oc_map_count(keys) + 1;
    oc_map_put(keys, oc_arena_text(b->a->arena, key.data, key.bytes), key.bytes,
               number);
    return (uint32_t)number;
}

static void fill_figures(oc_builder *b, const oc_row *row, oc_report_node *node)
{
    const oc_expr traffic = oc_expr_add(b->a->space, row->metric[OC_READ_BYTES],
                                        row->metric[OC_WRITE_BYTES]);
    node->executions = oc_builder_figure(b, row->executions);
    node->macs = oc_builder_figure(b, row->metric[OC_MACS]);
    node->flops = oc_builder_figure(b, row->metric[OC_FLOPS]);
    node->transcendentals =
        oc_builder_figure(b, row->metric[OC_TRANSCENDENTALS]);
    node->params = oc_builder_figure(b, row->params);
    node->weight_bytes = oc_builder_figure(b, row->weight_bytes);
    node->read_bytes = oc_builder_figure(b, row->metric[OC_READ_BYTES]);
    node->write_bytes = oc_builder_figure(b, row->metric[OC_WRITE_BYTES]);
    node->traffic_bytes = oc_builder_figure(b, traffic);
}

static void fill_node(oc_builder *b, oc_map *keys, size_t i,
                      oc_report_node *node)
{
    const oc_row *row = b->row[i];
    node->name = oc_builder_string(b, row->node->name);
    node->op_type = oc_builder_string(b, row->node->op_type);
    node->domain = oc_builder_string(b, row->node->domain);
    node->scope = b->scope[i];
    node->subgraph = row->subgraph ? oc_builder_string(b, row->subgraph) : NULL;
    node->note = row->note;
    fill_figures(b, row, node);
    node->live_bytes = b->live[i];
    node->input_count = (uint32_t)row->input_count;
    node->output_count = (uint32_t)row->output_count;
    node->inputs =
        tensors_of(b, row, row->node->input, row->input_count, row->input);
    node->outputs =
        tensors_of(b, row, row->node->output, row->output_count, row->output);
    node->since_version = (uint32_t)row->since_version;
    node->attention = OC_NO_BLOCK;
    node->alike = alike_key(b, keys, row, b->scope[i]);
    node->status = (uint8_t)oc_builder_status(oc_row_certainty(row));
    node->role = (uint8_t)row->role;
    node->counted = row->counted;
}

void oc_builder_nodes(oc_builder *b)
{
    oc_report_node *nodes = OC_NEW(b->arena, oc_report_node, b->row_count);
    oc_map *keys = oc_map_new(b->a->arena);
    for (size_t i = 0; i < b->row_count; i++) {
        fill_node(b, keys, i, &nodes[i]);
        oc_arena_reset(b->a->scratch);
    }
    b->report->node_count = b->row_count;
    b->report->nodes = b->nodes = nodes;
}
