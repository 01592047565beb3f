/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/report_findings.c - what a report says beside its figures:
 * coverage, symbols, definitions, assumptions, diagnostics.
 */
#include <string.h>

#include "analyzers/builder.h"

/* ---- coverage ---- */

typedef bool row_test(const oc_row *row);

static bool has_unknown(const oc_row *row)
{
    return row->unknown;
}

static bool is_estimate(const oc_row *row)
{
    const oc_certainty certainty = oc_row_certainty(row);
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

void oc_builder_coverage(oc_builder *b)
{
    oc_report_coverage *coverage = &b->report->coverage;
    coverage->nodes = (int64_t)b->row_count;
    for (size_t i = 0; i < b->row_count; i++)
        coverage->costed += !b->row[i]->unknown;
    coverage->unknown_count = list_ops(b, has_unknown, &coverage->unknown);
    coverage->estimated_count = list_ops(b, is_estimate, &coverage->estimated);
}

/* ---- symbols, definitions, assumptions ---- */

void oc_builder_index_symbols(oc_builder *b)
{
    const size_t count = oc_symbol_count(b->a->space);
    b->symbol_count = count;
    b->symbols = oc_map_new(b->a->arena);
    b->symbol_used = OC_NEW(b->a->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = oc_symbol_at(b->a->space, i)->name;
        oc_map_put(b->symbols, name, strlen(name), i);
    }
    b->definitions = oc_map_new(b->a->arena);
}

void oc_builder_index_definitions(oc_builder *b)
{
    const size_t count = oc_let_count(b->a->space);
    if (count == b->definition_count)
        return;
    bool *used = OC_NEW(b->a->arena, bool, count);
    if (b->definition_count)
        memcpy(used, b->definition_used, b->definition_count);
    b->definition_used = used;
    for (size_t i = b->definition_count; i < count; i++) {
        const char *name = oc_let_name(b->a->space, i);
        oc_map_put(b->definitions, name, strlen(name), i);
    }
    b->definition_count = count;
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
    out->node = oc_builder_row(b, symbol->node);
    out->has_lower = symbol->bounds.lower != OC_UNBOUNDED_BELOW;
    out->lower = out->has_lower ? symbol->bounds.lower : 0;
    out->has_upper = symbol->bounds.upper != OC_UNBOUNDED_ABOVE;
    out->upper = out->has_upper ? symbol->bounds.upper : 0;
    out->has_value = bound_value(b, symbol, &out->value);
}

void oc_builder_symbols(oc_builder *b)
{
    const size_t count = b->symbol_count;
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
void oc_builder_definitions(oc_builder *b)
{
    const oc_space *space = b->a->space;
    size_t count = b->definition_count, used = 0;
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

void oc_builder_assumptions(oc_builder *b)
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
                                   .node = oc_builder_row(b, from->node),
                                   .left = oc_builder_formula(b, from->left),
                                   .right = oc_builder_formula(b, from->right),
                                   .noise = from->noise};
    }
    b->report->assumptions = list;
}

/* ---- diagnostics ---- */

/* Why nodes of an operator have no figures. */
static const char *why_unknown(const oc_builder *b, const oc_report_op *op)
{
    const oc_op_descriptor *found =
        oc_registry_find(b->a->registry, op->domain, op->op_type, INT64_MAX);
    if (!found && !oc_control_rule(op->domain, op->op_type, false))
        return NULL;
    if (found && (found->traits & OC_TRAIT_UNCOUNTED))
        return found->rule;
    return "a shape that the rule needs is not known";
}

/* What is left out, by operator: one warning each. */
void oc_builder_note_unknown(oc_builder *b)
{
    const oc_report_coverage *coverage = &b->report->coverage;
    for (size_t i = 0; i < coverage->unknown_count; i++) {
        const oc_report_op *op = &coverage->unknown[i];
        const bool plural = op->nodes != 1;
        const char *why = why_unknown(b, op);
        oc_analysis_note(
            b->a, OC_WARNING, "cost.unknown", OC_NO_ROW,
            oc_arena_printf(b->a->arena,
                            "%lld node%s of %s%s%s %s%s; totals are lower "
                            "bounds",
                            (long long)op->nodes, plural ? "s" : "", op->domain,
                            *op->domain ? "::" : "", op->op_type,
                            why      ? "cannot be costed: "
                            : plural ? "have no cost rule"
                                     : "has no cost rule",
                            why ? why : ""));
    }
}

static bool overflows(const oc_row *row)
{
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        if (row->metric[metric] == OC_OVERFLOW)
            return true;
    return false;
}

void oc_builder_note_overflow(oc_builder *b)
{
    for (size_t i = 0; i < b->a->row_count; i++)
        if (b->listed[i] != OC_NO_NODE && overflows(b->a->row[i]))
            oc_analysis_note(b->a, OC_WARNING, "arith.overflow", i,
                             "a figure is beyond 128 bits");
}

void oc_builder_diagnostics(oc_builder *b)
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
            .node = oc_builder_row(b, a->note[i].row),
            .offset = a->note[i].offset,
            .id = oc_builder_string(b, a->note[i].id),
            .message = oc_builder_string(b, a->note[i].message)};
    b->report->diagnostic_count = count;
    b->report->diagnostics = list;
}
