/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/derive.c - how the figures of one row come about.
 *
 * An operator's cost function is run once more, on operands whose dims are
 * symbols of their own ("X[1]"), each with the bounds of the dim it stands
 * for, so that it decides as it did. The terms it states are then formulas
 * over dims. Put back, they must give the row's figures: where they do not,
 * the terms are shown as they were stated, without formulas.
 */
#include <string.h>

#include "analyzers/builder.h"
#include "analyzers/context.h"
#include "base/error.h"

/* Dims that say nothing are left out when they get in the way. */
typedef enum naming { ALL_DIMS, LARGE_DIMS, NAMINGS } naming;

/* A symbol that stands for a dim of an operand. */
typedef struct stand_in {
    const char *name; /* in the space */
    const char *shown;
    oc_expr actual;
} stand_in;

typedef struct derivation {
    oc_builder *b;
    const oc_row *row;
    naming naming;
    size_t input_count, output_count;
    const char **input_name; /* formal names */
    const char **output_name;
    size_t count, room;
    stand_in *stand_ins;
    oc_map *names;     /* name in the space -> index of the stand-in */
    oc_row redone;     /* with terms over dims */
    bool has_formulas; /* they give the row's figures */
} derivation;

/* ---- formal names ---- */

/* Word i of "X W B", or word k of "inputs..." for every i from there on;
 * "in3" where the schema has none. */
static const char *formal_name(derivation *d, const char *words, size_t i,
                               const char *otherwise)
{
    oc_arena *arena = d->b->arena;
    size_t bytes = strcspn(words, " ");
    for (size_t k = 0; k < i && words[0] != '\0'; k++) {
        if (bytes > 3 && strncmp(words + bytes - 3, "...", 3) == 0)
            break;
        words += bytes;
        words += strspn(words, " ");
        bytes = strcspn(words, " ");
    }
    if (bytes == 0)
        return oc_arena_printf(arena, "%s%zu", otherwise, i);
    if (bytes > 3 && strncmp(words + bytes - 3, "...", 3) == 0)
        return oc_arena_printf(arena, "%.*s_%zu", (int)(bytes - 3), words, i);
    return oc_arena_text(arena, words, bytes);
}

static void name_operands(derivation *d)
{
    const oc_node *node = d->row->node;
    const oc_schema *schema = oc_schema_find(node->domain, node->op_type);
    d->input_name = OC_NEW(d->b->arena, const char *, d->input_count);
    d->output_name = OC_NEW(d->b->arena, const char *, d->output_count);
    for (size_t i = 0; i < d->input_count; i++)
        d->input_name[i] =
            formal_name(d, schema ? schema->input_names : "", i, "in");
    for (size_t i = 0; i < d->output_count; i++)
        d->output_name[i] =
            formal_name(d, schema ? schema->output_names : "", i, "out");
}

/* ---- stand-ins ---- */

static bool is_named(const derivation *d, oc_expr dim)
{
    if (!oc_expr_is_known(dim))
        return false;
    return d->naming == ALL_DIMS || !(oc_expr_is(dim, 0) || oc_expr_is(dim, 1));
}

static const char *fresh_name(derivation *d)
{
    const char *name = oc_arena_printf(d->b->a->arena, "dim_%zu_%u", d->count,
                                       (unsigned)d->naming);
    while (oc_symbol_find(d->b->a->space, name, strlen(name)) != OC_UNKNOWN)
        name = oc_arena_printf(d->b->a->arena, "%s_", name);
    return name;
}

/* Equal formulas are one symbol: an operator may ask whether two sizes are
 * equal. */
static const stand_in *same_formula(const derivation *d, oc_expr dim)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->stand_ins[i].actual == dim && !oc_expr_is_immediate(dim))
            return &d->stand_ins[i];
    return NULL;
}

static oc_expr stand_in_of(derivation *d, oc_expr dim, const char *operand,
                           int axis)
{
    oc_space *space = d->b->a->space;
    const stand_in *known = same_formula(d, dim);
    if (known)
        return oc_symbol_find(space, known->name, strlen(known->name));
    const oc_symbol symbol = {.name = fresh_name(d),
                              .kind = OC_SYMBOL_DECLARED,
                              .bounds = oc_expr_interval(space, dim),
                              .node = SIZE_MAX};
    d->stand_ins[d->count] = (stand_in){
        symbol.name, oc_arena_printf(d->b->a->arena, "%s[%d]", operand, axis),
        dim};
    oc_map_put(d->names, symbol.name, strlen(symbol.name), d->count++);
    return oc_symbol_new(space, &symbol);
}

static const oc_fact *with_stand_ins(derivation *d, const oc_fact *fact,
                                     const char *operand)
{
    if (!fact || fact->type.rank <= 0)
        return fact;
    oc_fact *copy = oc_fact_new(d->b->a, fact);
    oc_expr *dim = OC_NEW(d->b->a->arena, oc_expr, (size_t)fact->type.rank);
    for (int axis = 0; axis < fact->type.rank; axis++)
        dim[axis] = is_named(d, fact->type.dim[axis])
                        ? stand_in_of(d, fact->type.dim[axis], operand, axis)
                        : fact->type.dim[axis];
    copy->type.dim = dim;
    return copy;
}

/* The same value stays the same: operators compare their operands. */
static const oc_fact *copy_of(derivation *d, const oc_fact **copies, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (d->row->input[k] == d->row->input[i])
            return copies[k];
    return with_stand_ins(d, d->row->input[i], d->input_name[i]);
}

static size_t count_dims(const derivation *d)
{
    size_t count = 0;
    for (size_t i = 0; i < d->input_count; i++)
        if (d->row->input[i] && d->row->input[i]->type.rank > 0)
            count += (size_t)d->row->input[i]->type.rank;
    for (size_t i = 0; i < d->output_count; i++)
        if (d->row->output[i] && d->row->output[i]->type.rank > 0)
            count += (size_t)d->row->output[i]->type.rank;
    return count;
}

/* ---- the cost, once more ---- */

static size_t position_of(const oc_node *node)
{
    size_t i = 0;
    while (i < node->graph->node_count && node->graph->node[i] != node)
        i++;
    return i;
}

static void redo(derivation *d)
{
    oc_analysis *a = d->b->a;
    const oc_fact **input =
        OC_NEW(a->arena, const oc_fact *, d->input_count + 1);
    oc_fact **output = OC_NEW(a->arena, oc_fact *, d->output_count + 1);
    for (size_t i = 0; i < d->input_count; i++)
        input[i] = copy_of(d, input, i);
    for (size_t i = 0; i < d->output_count; i++)
        output[i] =
            (oc_fact *)with_stand_ins(d, d->row->output[i], d->output_name[i]);
    d->redone = *d->row;
    d->redone.terms = NULL;
    d->redone.params = oc_expr_of(0);
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        d->redone.metric[metric] = oc_expr_of(0);
    oc_context c = {.op = {&oc_engine_api},
                    .cost = {&oc_engine_api},
                    .a = a,
                    .frame = (oc_frame *)d->row->frame,
                    .node = d->row->node,
                    .descriptor = d->row->op,
                    .version = d->row->since_version,
                    .input_count = d->input_count,
                    .output_count = d->output_count,
                    .input = input,
                    .output = output,
                    .row = &d->redone,
                    .input_name = d->input_name,
                    .output_name = d->output_name};
    a->position = position_of(d->row->node);
    oc_context_cost(&c);
    oc_arena_reset(a->scratch);
}

/* An expression over stand-ins with the dims put back. */
static oc_expr put_back(const derivation *d, oc_expr e)
{
    oc_analysis *a = d->b->a;
    const size_t count = oc_symbol_count(a->space);
    oc_expr *replacement = OC_NEW(a->arena, oc_expr, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t index;
        const char *name = oc_symbol_at(a->space, i)->name;
        if (oc_map_get(d->names, name, strlen(name), &index))
            replacement[i] = d->stand_ins[index].actual;
    }
    return oc_expr_is_known(e) ? oc_expr_substitute(a->space, e, replacement)
                               : e;
}

static bool gives_the_figures(const derivation *d)
{
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        if (put_back(d, d->redone.metric[metric]) != d->row->metric[metric])
            return false;
    return true;
}

static void try_naming(derivation *d, naming how)
{
    oc_analysis *a = d->b->a;
    const oc_ledger_mark mark = oc_ledger_here(a->space);
    d->naming = how;
    d->count = 0;
    d->stand_ins = OC_NEW(a->arena, stand_in, count_dims(d) + 1);
    d->names = oc_map_new(a->arena);
    redo(d);
    d->has_formulas = gives_the_figures(d);
    oc_ledger_rollback(a->space, mark);
}

/* ---- formulas as text ---- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= '0' && c <= '9');
}

static void put_name(const derivation *d, oc_text *text, const char *name,
                     size_t bytes, bool values)
{
    uint64_t index;
    if (!oc_map_get(d->names, name, bytes, &index)) {
        oc_text_put(text, name, bytes);
        return;
    }
    const stand_in *dim = &d->stand_ins[index];
    if (!values) {
        oc_text_puts(text, dim->shown);
        return;
    }
    const char *actual =
        oc_expr_text(d->b->a->space, d->b->a->arena, dim->actual);
    const bool simple = actual[strspn(actual, "0123456789_abcdefghijklmnopqrst"
                                              "uvwxyzABCDEFGHIJKLMNOPQRSTUVWXY"
                                              "Z")] == '\0';
    oc_text_printf(text, simple ? "%s" : "(%s)", actual);
}

/* "Y[0]*W[0]", or the same with values: "1*64". */
static const char *shown(const derivation *d, oc_expr e, bool values)
{
    oc_text text = {.arena = d->b->arena};
    const char *at = oc_expr_text(d->b->a->space, d->b->a->arena, e);
    while (*at) {
        size_t bytes = 0;
        while (is_name_char(at[bytes]))
            bytes++;
        if (bytes)
            put_name(d, &text, at, bytes, values);
        else
            oc_text_put(&text, at, 1);
        at += bytes ? bytes : 1;
    }
    return text.data ? text.data : "";
}

/* ---- terms ---- */

static size_t count_terms(const oc_term *term, oc_metric metric)
{
    size_t count = 0;
    for (; term; term = term->next)
        count += term->metric == metric;
    return count;
}

static oc_report_term term_of(const derivation *d, const oc_term *term)
{
    const bool named = d->has_formulas && oc_expr_is_known(term->amount);
    return (oc_report_term){
        .label = oc_builder_string(d->b, term->label),
        .formula = named ? shown(d, term->amount, false) : NULL,
        .values = named ? shown(d, term->amount, true) : NULL,
        .amount = oc_builder_figure(d->b, named ? put_back(d, term->amount)
                                                : term->amount)};
}

static oc_report_term twice_macs(const derivation *d)
{
    oc_space *space = d->b->a->space;
    oc_expr sum = oc_expr_of(0);
    for (const oc_term *term = d->redone.terms; term; term = term->next)
        if (term->metric == OC_MACS)
            sum = oc_expr_add(space, sum, put_back(d, term->amount));
    return (oc_report_term){.label = "2 FLOPs a MAC",
                            .amount = oc_builder_figure(
                                d->b, oc_expr_mul(space, oc_expr_of(2), sum))};
}

/* The terms of one metric in the order in which they were stated. */
static void fill_terms(const derivation *d, oc_metric metric,
                       oc_report_sum *sum)
{
    const oc_term *all = d->redone.terms;
    const bool macs = metric == OC_FLOPS && count_terms(all, OC_MACS) > 0;
    size_t at = sum->term_count = count_terms(all, metric) + macs;
    oc_report_term *terms = OC_NEW(d->b->arena, oc_report_term, at);
    for (const oc_term *term = all; term; term = term->next)
        if (term->metric == metric)
            terms[--at] = term_of(d, term);
    if (macs)
        terms[0] = twice_macs(d);
    sum->terms = terms;
}

static void fill_sums(const derivation *d, oc_report_derivation *out)
{
    static const char *const names[] = {[OC_MACS] = "macs",
                                        [OC_FLOPS] = "flops",
                                        [OC_TRANSCENDENTALS] =
                                            "transcendentals",
                                        [OC_READ_BYTES] = "read_bytes",
                                        [OC_WRITE_BYTES] = "write_bytes"};
    oc_report_sum *sums = OC_NEW(d->b->arena, oc_report_sum, OC_METRIC_COUNT);
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        sums[metric].metric = names[metric];
        fill_terms(d, (oc_metric)metric, &sums[metric]);
        sums[metric].executions = oc_builder_figure(d->b, d->row->executions);
        sums[metric].result = oc_builder_figure(d->b, d->row->metric[metric]);
        sums[metric].status =
            oc_builder_status((oc_certainty)d->row->certainty[metric]);
    }
    out->sum_count = OC_METRIC_COUNT;
    out->sums = sums;
}

/* ---- operands ---- */

static const oc_report_operand *operands(const derivation *d,
                                         const char *const *names,
                                         const oc_report_tensor *const *tensors,
                                         size_t count)
{
    oc_report_operand *list = OC_NEW(d->b->arena, oc_report_operand, count);
    for (size_t i = 0; i < count; i++)
        list[i] = (oc_report_operand){names[i], tensors[i]};
    return list;
}

static void derive(oc_builder *b, uint32_t index)
{
    const oc_report_node *node = &b->report->nodes[index];
    oc_report_derivation *out = OC_NEW(b->arena, oc_report_derivation, 1);
    derivation d = {.b = b,
                    .row = b->row[index],
                    .input_count = node->input_count,
                    .output_count = node->output_count};
    const oc_op_descriptor *op = d.row->op;
    name_operands(&d);
    d.redone = *d.row;
    for (int how = ALL_DIMS; op && how < NAMINGS && !d.has_formulas; how++)
        try_naming(&d, (naming)how);
    if (!d.has_formulas)
        d.redone.terms = d.row->terms;
    *out = (oc_report_derivation){
        .node = index,
        .rule = op ? op->rule
                   : oc_control_rule(d.row->node->domain, d.row->node->op_type,
                                     d.row->node->function != NULL),
        .counted = !op || !(op->traits & OC_TRAIT_UNCOUNTED),
        .source = op ? op->source : NULL,
        .input_count = node->input_count,
        .output_count = node->output_count,
        .inputs = operands(&d, d.input_name, node->inputs, node->input_count),
        .outputs =
            operands(&d, d.output_name, node->outputs, node->output_count)};
    fill_sums(&d, out);
    b->report->derivation = out;
}

/* ---- which node ---- */

static bool parse_index(size_t *index, const char *text)
{
    *index = 0;
    if (*text == '\0')
        return false;
    for (; *text >= '0' && *text <= '9'; text++)
        if (OC_MUL_OVERFLOWS(*index, (size_t)10, index) ||
            OC_ADD_OVERFLOWS(*index, (size_t)(*text - '0'), index))
            return false;
    return *text == '\0';
}

static bool makes(const oc_report_node *node, const char *value)
{
    for (size_t i = 0; i < node->output_count; i++)
        if (strcmp(node->outputs[i]->name, value) == 0)
            return true;
    return false;
}

/* Names first: one may begin with '#' as well. */
static bool find_node(const oc_report *report, const char *wanted,
                      uint32_t *found)
{
    size_t index;
    for (size_t i = 0; i < report->node_count; i++)
        if (strcmp(report->nodes[i].name, wanted) == 0) {
            *found = (uint32_t)i;
            return true;
        }
    for (size_t i = 0; i < report->node_count; i++)
        if (makes(&report->nodes[i], wanted)) {
            *found = (uint32_t)i;
            return true;
        }
    if (wanted[0] != '#' || !parse_index(&index, wanted + 1) ||
        index >= report->node_count)
        return false;
    *found = (uint32_t)index;
    return true;
}

/* A node whose name holds what was asked for is likely meant. */
static void unknown_node(oc_builder *b, const char *wanted)
{
    const oc_report *report = b->report;
    const char *name = NULL;
    oc_fail(b->a->err, OC_ERR_USAGE, "usage.unknown-node",
            "the model has no node, row or output \"%.120s\" (%zu nodes)",
            wanted, report->node_count);
    for (size_t i = 0; i < report->node_count && !name; i++)
        if (strstr(report->nodes[i].name, wanted))
            name = report->nodes[i].name;
    if (name)
        oc_error_hint(b->a->err, "did you mean \"%s\"? -f csv lists all nodes",
                      name);
    else
        oc_error_hint(b->a->err, "a name, #INDEX or an output: onnxcost MODEL "
                                 "-f csv lists all nodes");
    oc_analysis_stop(b->a, OC_ERR_USAGE, "usage.unknown-node", "no such node");
}

void oc_builder_derivation(oc_builder *b)
{
    const char *wanted = b->a->options->explain;
    uint32_t index;
    if (!wanted)
        return;
    if (find_node(b->report, wanted, &index))
        derive(b, index);
    else
        unknown_node(b, wanted);
}
