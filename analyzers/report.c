/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/report.c - the finished analysis as an oc_report: the
 * model, totals, and the order in which the parts are made.
 */
#include <string.h>

#include "analyzers/memory/memory.h"

/* ---- the model ---- */

static void fill_model(oc_builder *b)
{
    const oc_model_facts *facts = b->a->facts;
    oc_report_model *model = &b->report->model;
    oc_report_opset *opset =
        OC_NEW(b->arena, oc_report_opset, facts->opset_count);
    for (size_t i = 0; i < facts->opset_count; i++)
        opset[i] =
            (oc_report_opset){oc_builder_string(b, facts->opset[i].domain),
                              facts->opset[i].version};
    oc_report_file *external =
        OC_NEW(b->arena, oc_report_file, facts->external_count);
    for (size_t i = 0; i < facts->external_count; i++)
        external[i] =
            (oc_report_file){oc_builder_string(b, facts->external[i].location),
                             (int64_t)facts->external[i].bytes};
    *model = (oc_report_model){
        .file = oc_builder_string(b, facts->file),
        .bytes = (int64_t)facts->file_bytes,
        .fingerprint = oc_builder_string(b, facts->fingerprint),
        .ir_version = facts->ir_version,
        .opset_count = facts->opset_count,
        .opsets = opset,
        .producer = oc_builder_string(b, facts->producer),
        .producer_version = oc_builder_string(b, facts->producer_version),
        .graph = oc_builder_string(b, b->a->graph->name),
        .nodes = (int64_t)facts->node_count,
        .functions = (int64_t)facts->function_count,
        .external_count = facts->external_count,
        .external = external};
}

static const oc_report_tensor *list_values(oc_builder *b, const oc_value_id *id,
                                           size_t count)
{
    oc_report_tensor *list = OC_NEW(b->arena, oc_report_tensor, count);
    const oc_frame *frame = b->a->main;
    for (size_t i = 0; i < count; i++)
        list[i] = *oc_builder_tensor(b, frame->scope->value[id[i]].name,
                                     oc_frame_fact(frame, id[i]));
    return list;
}

static void fill_interface(oc_builder *b)
{
    const oc_graph *graph = b->a->graph;
    b->report->input_count = graph->input_count;
    b->report->inputs = list_values(b, graph->input, graph->input_count);
    b->report->output_count = graph->output_count;
    b->report->outputs = list_values(b, graph->output, graph->output_count);
}

/* ---- totals ---- */

/* The sum of upper bounds, where every figure is exact or has one. */
static void fill_upper(oc_builder *b, oc_metric metric, oc_quantity *quantity)
{
    oc_sum *sum = oc_sum_new(b->a->space);
    bool bounded = false;
    for (size_t i = 0; i < b->row_count; i++) {
        const oc_row *row = b->row[i];
        if (!row->counted)
            continue;
        const bool has = oc_expr_is_known(row->upper[metric]);
        if (!has && row->certainty[metric] > OC_UPPER_BOUND)
            return;
        bounded |= has;
        oc_sum_add(sum, has ? row->upper[metric] : row->metric[metric]);
    }
    if (!bounded)
        return;
    const oc_expr upper = oc_sum_value(sum);
    quantity->has_upper =
        oc_expr_to_i64(b->a->space, upper, &quantity->upper_value);
    if (!quantity->has_upper)
        quantity->upper_formula = oc_builder_formula(b, upper);
}

static void fill_totals(oc_builder *b, const oc_group_sum *all,
                        const oc_weights *weights)
{
    static const struct {
        oc_total total;
        oc_metric metric;
    } from_rows[] = {{OC_TOTAL_MACS, OC_MACS},
                     {OC_TOTAL_FLOPS, OC_FLOPS},
                     {OC_TOTAL_TRANSCENDENTALS, OC_TRANSCENDENTALS},
                     {OC_TOTAL_READ_BYTES, OC_READ_BYTES},
                     {OC_TOTAL_WRITE_BYTES, OC_WRITE_BYTES}};
    oc_quantity *totals = b->report->totals;
    for (size_t i = 0; i < sizeof(from_rows) / sizeof(from_rows[0]); i++) {
        const oc_metric metric = from_rows[i].metric;
        oc_quantity *quantity = &totals[from_rows[i].total];
        *quantity = oc_builder_quantity(b, oc_sum_value(all->metric[metric]),
                                        all->worst[metric]);
        fill_upper(b, metric, quantity);
    }
    const oc_certainty read = all->worst[OC_READ_BYTES];
    const oc_certainty write = all->worst[OC_WRITE_BYTES];
    totals[OC_TOTAL_TRAFFIC_BYTES] = oc_builder_quantity(
        b,
        oc_expr_add(b->a->space, oc_sum_value(all->metric[OC_READ_BYTES]),
                    oc_sum_value(all->metric[OC_WRITE_BYTES])),
        read > write ? read : write);
    const oc_certainty counted = b->a->origins_cut ? OC_LOWER_BOUND : OC_EXACT;
    totals[OC_TOTAL_PARAMS] = oc_builder_quantity(b, weights->params, counted);
    totals[OC_TOTAL_BUFFERS] =
        oc_builder_quantity(b, weights->buffers, counted);
    totals[OC_TOTAL_QUANTIZATION_ELEMENTS] =
        oc_builder_quantity(b, weights->quantization_elements, counted);
    totals[OC_TOTAL_WEIGHT_BYTES] =
        oc_builder_quantity(b, weights->weight_bytes, counted);
}

typedef struct oc_typed_macs {
    int left, right;
    oc_sum *sum;
} oc_typed_macs;

typedef struct oc_typed_list {
    size_t count, room;
    oc_typed_macs *pair;
} oc_typed_list;

static oc_sum *sum_of_types(oc_builder *b, oc_typed_list *list, int left,
                            int right)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->pair[i].left == left && list->pair[i].right == right)
            return list->pair[i].sum;
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 8;
        oc_typed_macs *more = OC_NEW(b->a->arena, oc_typed_macs, list->room);
        if (list->count)
            memcpy(more, list->pair, list->count * sizeof(*more));
        list->pair = more;
    }
    list->pair[list->count] =
        (oc_typed_macs){left, right, oc_sum_new(b->a->space)};
    return list->pair[list->count++].sum;
}

static void fill_macs_by_type(oc_builder *b)
{
    oc_typed_list types = {0};
    for (size_t i = 0; i < b->row_count; i++) {
        const oc_row *row = b->row[i];
        const oc_expr macs = row->metric[OC_MACS];
        if (row->counted && oc_expr_is_known(macs) && !oc_expr_is(macs, 0))
            oc_sum_add(sum_of_types(b, &types, row->macs_left, row->macs_right),
                       macs);
    }
    oc_report_macs *list = OC_NEW(b->arena, oc_report_macs, types.count);
    for (size_t i = 0; i < types.count; i++)
        list[i] = (oc_report_macs){
            oc_elem_name(types.pair[i].left), oc_elem_name(types.pair[i].right),
            oc_builder_figure(b, oc_sum_value(types.pair[i].sum))};
    b->report->macs_by_type_count = types.count;
    b->report->macs_by_type = list;
}

/* ---- the whole ---- */

static void fill_options(oc_builder *b)
{
    const oc_analyze_options *options = b->a->options;
    const char **list = OC_NEW(b->arena, const char *, options->counting_count);
    for (size_t i = 0; i < options->counting_count; i++)
        list[i] = oc_builder_string(b, options->counting[i]);
    b->report->option_count = options->counting_count;
    b->report->options = list;
    b->report->tool_name = "onnxcost";
    b->report->tool_version = ONNXCOST_VERSION;
}

static void fill(oc_builder *b)
{
    oc_group_sum all;
    oc_builder_index_symbols(b);
    oc_builder_list_rows(b);
    const oc_weights weights = oc_analysis_weights(b->a);
    oc_group_sum_start(b, &all);
    for (size_t i = 0; i < b->row_count; i++)
        oc_group_sum_add(&all, b->row[i]);
    b->flops = oc_sum_value(all.metric[OC_FLOPS]);
    b->macs = all.worst[OC_MACS] < OC_LOWER_BOUND
                  ? oc_sum_value(all.metric[OC_MACS])
                  : OC_UNKNOWN;
    fill_options(b);
    fill_model(b);
    fill_interface(b);
    fill_totals(b, &all, &weights);
    fill_macs_by_type(b);
    oc_builder_memory(b);
    oc_builder_machine(b);
    oc_builder_coverage(b);
    oc_builder_groups(b);
    oc_builder_nodes(b);
    oc_builder_blocks(b);
    oc_builder_derivation(b);
    oc_builder_assumptions(b);
    oc_builder_definitions(b);
    oc_builder_symbols(b);
    oc_builder_note_unknown(b);
    oc_builder_note_overflow(b);
    oc_note_ties(b->a, weights.params);
    oc_builder_diagnostics(b);
}

void oc_analysis_report(oc_analysis *a, oc_arena *arena, oc_report **out)
{
    oc_builder b = {.a = a,
                    .arena = arena,
                    .report = OC_NEW(arena, oc_report, 1),
                    .texts = oc_map_new(a->arena),
                    .tensors = oc_map_new(a->arena)};
    oc_map_reserve(b.tensors, a->main->scope->value_count);
    fill(&b);
    b.report->memory_owner = arena;
    *out = b.report;
}
