/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/report.c - the finished analysis as an oc_report.
 */
#include <string.h>

#include "analyzers/builder.h"

/* ---- rows ---- */

static void list_rows(oc_builder *b)
{
    const oc_analysis *a = b->a;
    b->row = OC_NEW(a->arena, const oc_row *, a->row_count);
    b->scope = OC_NEW(a->arena, const char *, a->row_count);
    b->listed = OC_NEW(a->arena, uint32_t, a->row_count);
    for (size_t i = 0; i < a->row_count; i++) {
        b->listed[i] = OC_NO_NODE;
        if (a->row[i]->silent)
            continue;
        b->listed[i] = (uint32_t)b->row_count;
        b->scope[b->row_count] = oc_builder_scope(b, a->row[i]);
        b->row[b->row_count++] = a->row[i];
    }
}

static uint32_t listed_row(const oc_builder *b, size_t row)
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

static oc_certainty certainty_of(const oc_row *row)
{
    oc_certainty worst = OC_EXACT;
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        if (worst < row->certainty[metric])
            worst = row->certainty[metric];
    return worst;
}

static void put_handle(oc_text *key, uint64_t handle)
{
    oc_text_put(key, (const char *)&handle, sizeof(handle));
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
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        put_handle(&key, row->metric[metric]);
    for (size_t i = 0; i < row->output_count; i++) {
        const oc_type *type = row->output[i] ? &row->output[i]->type : NULL;
        put_handle(&key, type ? (uint64_t)type->rank : 0);
        for (int axis = 0; type && axis < type->rank; axis++)
            put_handle(&key, type->dim[axis]);
    }
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
    node->input_count = (uint32_t)row->input_count;
    node->output_count = (uint32_t)row->output_count;
    node->inputs =
        tensors_of(b, row, row->node->input, row->input_count, row->input);
    node->outputs =
        tensors_of(b, row, row->node->output, row->output_count, row->output);
    node->since_version = (uint32_t)row->since_version;
    node->attention = OC_NO_BLOCK;
    node->alike = alike_key(b, keys, row, b->scope[i]);
    node->status = (uint8_t)oc_builder_status(certainty_of(row));
    node->role = (uint8_t)row->role;
    node->counted = row->counted;
}

static void fill_nodes(oc_builder *b)
{
    oc_report_node *nodes = OC_NEW(b->arena, oc_report_node, b->row_count);
    oc_map *keys = oc_map_new(b->a->arena);
    for (size_t i = 0; i < b->row_count; i++) {
        fill_node(b, keys, i, &nodes[i]);
        oc_arena_reset(b->a->scratch);
    }
    b->report->node_count = b->row_count;
    b->report->nodes = nodes;
}

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
        oc_builder_quantity(b, weights->quantization_elements, OC_EXACT);
    totals[OC_TOTAL_WEIGHT_BYTES] =
        oc_builder_quantity(b, weights->weight_bytes, OC_EXACT);
}

typedef struct oc_typed_macs {
    int left, right;
    oc_sum *sum;
} oc_typed_macs;

#define MOST_TYPE_PAIRS 64

static void fill_macs_by_type(oc_builder *b)
{
    oc_typed_macs pair[MOST_TYPE_PAIRS];
    size_t count = 0;
    for (size_t i = 0; i < b->row_count; i++) {
        const oc_row *row = b->row[i];
        const oc_expr macs = row->metric[OC_MACS];
        if (!row->counted || !oc_expr_is_known(macs) || oc_expr_is(macs, 0))
            continue;
        size_t at = 0;
        while (at < count && (pair[at].left != row->macs_left ||
                              pair[at].right != row->macs_right))
            at++;
        if (at == MOST_TYPE_PAIRS)
            continue; /* no model mixes so many */
        if (at == count)
            pair[count++] = (oc_typed_macs){row->macs_left, row->macs_right,
                                            oc_sum_new(b->a->space)};
        oc_sum_add(pair[at].sum, macs);
    }
    oc_report_macs *list = OC_NEW(b->arena, oc_report_macs, count);
    for (size_t i = 0; i < count; i++)
        list[i] = (oc_report_macs){
            oc_elem_name(pair[i].left), oc_elem_name(pair[i].right),
            oc_builder_figure(b, oc_sum_value(pair[i].sum))};
    b->report->macs_by_type_count = count;
    b->report->macs_by_type = list;
}

/* ---- coverage ---- */

typedef bool row_test(const oc_row *row);

static bool has_unknown(const oc_row *row)
{
    return row->unknown;
}

static bool is_estimate(const oc_row *row)
{
    const oc_certainty certainty = certainty_of(row);
    return certainty == OC_ESTIMATE || certainty == OC_UPPER_BOUND;
}

/* Operators with rows that pass, with how many. */
static size_t list_ops(oc_builder *b, row_test *passes,
                       const oc_report_op **out)
{
    oc_map *index = oc_map_new(b->a->arena);
    oc_report_op *list = NULL;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < b->row_count; i++) {
        const oc_node *node = b->row[i]->node;
        uint64_t at;
        if (!passes(b->row[i]))
            continue;
        const char *key =
            oc_arena_printf(b->a->arena, "%s\n%s", node->domain, node->op_type);
        if (!oc_map_get(index, key, strlen(key), &at)) {
            if (count == room) {
                room = room ? 2 * room : 8;
                oc_report_op *more = OC_NEW(b->arena, oc_report_op, room);
                if (count)
                    memcpy(more, list, count * sizeof(*more));
                list = more;
            }
            at = count++;
            oc_map_put(index, key, strlen(key), at);
            list[at] = (oc_report_op){oc_builder_string(b, node->op_type),
                                      oc_builder_string(b, node->domain), 0};
        }
        list[at].nodes++;
    }
    *out = list;
    return count;
}

static void fill_coverage(oc_builder *b)
{
    oc_report_coverage *coverage = &b->report->coverage;
    coverage->nodes = (int64_t)b->row_count;
    for (size_t i = 0; i < b->row_count; i++)
        coverage->costed += !b->row[i]->unknown;
    coverage->unknown_count = list_ops(b, has_unknown, &coverage->unknown);
    coverage->estimated_count = list_ops(b, is_estimate, &coverage->estimated);
}

/* ---- symbols, definitions, assumptions ---- */

static void index_symbols(oc_builder *b)
{
    const size_t count = oc_symbol_count(b->a->space);
    b->symbols = oc_map_new(b->a->arena);
    b->symbol_used = OC_NEW(b->a->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = oc_symbol_at(b->a->space, i)->name;
        oc_map_put(b->symbols, name, strlen(name), i);
    }
    b->definitions = oc_map_new(b->a->arena);
    b->definition_used = OC_NEW(b->a->arena, bool, oc_let_count(b->a->space));
    for (size_t i = 0; i < oc_let_count(b->a->space); i++) {
        const char *name = oc_let_name(b->a->space, i);
        oc_map_put(b->definitions, name, strlen(name), i);
    }
}

/* The number a symbol was bound to. */
static bool bound_value(const oc_builder *b, const oc_symbol *symbol,
                        int64_t *value)
{
    uint64_t handle;
    return oc_map_get(b->a->symbols, symbol->name, strlen(symbol->name),
                      &handle) &&
           oc_expr_to_i64(b->a->space, handle, value);
}

/* Names of dims of inputs are listed always, others when a formula has
 * them. */
static bool is_listed(const oc_builder *b, size_t i)
{
    int64_t value;
    const oc_symbol *symbol = oc_symbol_at(b->a->space, i);
    const bool is_dim = symbol->kind == OC_SYMBOL_INPUT &&
                        symbol->bounds.lower != OC_UNBOUNDED_BELOW;
    return is_dim || b->symbol_used[i] || bound_value(b, symbol, &value);
}

static void fill_symbol(oc_builder *b, const oc_symbol *symbol,
                        oc_report_symbol *out)
{
    static const oc_report_symbol_kind kinds[] = {
        [OC_SYMBOL_INPUT] = OC_REPORT_SYMBOL_INPUT,
        [OC_SYMBOL_DECLARED] = OC_REPORT_SYMBOL_DECLARED,
        [OC_SYMBOL_DATA] = OC_REPORT_SYMBOL_DATA_DEPENDENT,
        [OC_SYMBOL_TRIP] = OC_REPORT_SYMBOL_TRIP_COUNT,
        [OC_SYMBOL_ITERATION] = OC_REPORT_SYMBOL_TRIP_COUNT};
    out->name = oc_builder_string(b, symbol->name);
    out->original = oc_builder_string(b, symbol->original ? symbol->original
                                                          : symbol->name);
    out->kind = kinds[symbol->kind];
    out->node = listed_row(b, symbol->node);
    out->has_lower = symbol->bounds.lower != OC_UNBOUNDED_BELOW;
    out->lower = out->has_lower ? symbol->bounds.lower : 0;
    out->has_upper = symbol->bounds.upper != OC_UNBOUNDED_ABOVE;
    out->upper = out->has_upper ? symbol->bounds.upper : 0;
    out->has_value = bound_value(b, symbol, &out->value);
}

static void fill_symbols(oc_builder *b)
{
    const size_t count = oc_symbol_count(b->a->space);
    oc_report_symbol *symbols = OC_NEW(b->arena, oc_report_symbol, count);
    oc_binding *bindings = OC_NEW(b->arena, oc_binding, count);
    oc_report *report = b->report;
    for (size_t i = 0; i < count; i++) {
        if (!is_listed(b, i))
            continue;
        oc_report_symbol *symbol = &symbols[report->symbol_count++];
        fill_symbol(b, oc_symbol_at(b->a->space, i), symbol);
        if (symbol->has_value)
            bindings[report->binding_count++] =
                (oc_binding){symbol->name, symbol->value};
    }
    report->symbols = symbols;
    report->bindings = bindings;
}

/* Those that formulas name, and those that these name: definitions come
 * after what they are made of. */
static void fill_definitions(oc_builder *b)
{
    const oc_space *space = b->a->space;
    size_t count = oc_let_count(space), used = 0;
    const char **formula = OC_NEW(b->a->arena, const char *, count);
    for (size_t i = count; i-- > 0;)
        if (b->definition_used[i]) {
            formula[i] = oc_builder_formula(b, oc_let_definition(space, i));
            used++;
        }
    oc_report_definition *list = OC_NEW(b->arena, oc_report_definition, used);
    for (size_t i = 0; i < count; i++)
        if (b->definition_used[i])
            list[b->report->definition_count++] = (oc_report_definition){
                oc_builder_string(b, oc_let_name(space, i)), formula[i]};
    b->report->definitions = list;
}

static void fill_assumptions(oc_builder *b)
{
    static const oc_report_relation relations[] = {
        [OC_EQUAL] = OC_REPORT_EQUAL,
        [OC_AT_MOST] = OC_REPORT_AT_MOST,
        [OC_DIVIDES] = OC_REPORT_DIVIDES,
        [OC_NONZERO] = OC_REPORT_NONZERO};
    const size_t count = oc_assumption_count(b->a->space);
    oc_report_assumption *list = OC_NEW(b->arena, oc_report_assumption, count);
    for (size_t i = 0; i < count; i++) {
        if (oc_assumption_is_implied(b->a->space, i))
            continue;
        const oc_assumption *from = oc_assumption_at(b->a->space, i);
        list[b->report->assumption_count++] =
            (oc_report_assumption){.kind = relations[from->relation],
                                   .node = listed_row(b, from->node),
                                   .left = oc_builder_formula(b, from->left),
                                   .right = oc_builder_formula(b, from->right),
                                   .noise = from->noise};
    }
    b->report->assumptions = list;
}

/* ---- diagnostics ---- */

/* What is left out, by operator: one warning each. */
static void note_unknown(oc_builder *b)
{
    const oc_report_coverage *coverage = &b->report->coverage;
    for (size_t i = 0; i < coverage->unknown_count; i++) {
        const oc_report_op *op = &coverage->unknown[i];
        const bool plural = op->nodes != 1;
        oc_analysis_note(
            b->a, OC_WARNING, "cost.unknown", OC_NO_ROW,
            oc_arena_printf(b->a->arena,
                            "%lld node%s of %s%s%s %s no known cost; totals "
                            "are lower bounds",
                            (long long)op->nodes, plural ? "s" : "", op->domain,
                            *op->domain ? "::" : "", op->op_type,
                            plural ? "have" : "has"));
    }
}

static bool overflows(const oc_row *row)
{
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        if (row->metric[metric] == OC_OVERFLOW)
            return true;
    return false;
}

static void note_overflow(oc_builder *b)
{
    for (size_t i = 0; i < b->a->row_count; i++)
        if (b->listed[i] != OC_NO_NODE && overflows(b->a->row[i]))
            oc_analysis_note(b->a, OC_WARNING, "arith.overflow", i,
                             "a figure is beyond 128 bits");
}

static void fill_diagnostics(oc_builder *b)
{
    const oc_analysis *a = b->a;
    const oc_model_facts *facts = a->facts;
    oc_report_diagnostic *list = OC_NEW(b->arena, oc_report_diagnostic,
                                        facts->note_count + a->note_count);
    size_t count = 0;
    for (size_t i = 0; i < facts->note_count; i++)
        list[count++] = (oc_report_diagnostic){
            .severity = OC_WARNING,
            .node = OC_NO_NODE,
            .offset = facts->note[i].offset,
            .id = oc_builder_string(b, facts->note[i].id),
            .message = oc_builder_string(b, facts->note[i].message)};
    for (size_t i = 0; i < a->note_count; i++)
        list[count++] = (oc_report_diagnostic){
            .severity = a->note[i].severity,
            .node = listed_row(b, a->note[i].row),
            .offset = a->note[i].offset,
            .id = oc_builder_string(b, a->note[i].id),
            .message = oc_builder_string(b, a->note[i].message)};
    b->report->diagnostic_count = count;
    b->report->diagnostics = list;
}

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
    index_symbols(b);
    list_rows(b);
    const oc_weights weights = oc_analysis_weights(b->a);
    oc_group_sum_start(b, &all);
    for (size_t i = 0; i < b->row_count; i++)
        oc_group_sum_add(&all, b->row[i]);
    fill_options(b);
    fill_model(b);
    fill_interface(b);
    fill_totals(b, &all, &weights);
    fill_macs_by_type(b);
    fill_coverage(b);
    oc_builder_groups(b);
    fill_nodes(b);
    fill_assumptions(b);
    fill_definitions(b);
    fill_symbols(b);
    note_unknown(b);
    note_overflow(b);
    oc_note_ties(b->a, weights.params);
    fill_diagnostics(b);
}

void oc_analysis_report(oc_analysis *a, oc_arena *arena, oc_report **out)
{
    oc_builder b = {.a = a,
                    .arena = arena,
                    .report = OC_NEW(arena, oc_report, 1),
                    .texts = oc_map_new(a->arena),
                    .tensors = oc_map_new(a->arena)};
    fill(&b);
    b.report->memory_owner = arena;
    *out = b.report;
}
