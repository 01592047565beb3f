/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/text.c - a report for people: the summary above the tables.
 *
 * In here: which facts come first and in which words. Not in here: rows
 * (text_tables.c), columns (layout.c), numbers (page.c). No line begins with
 * a string of the model.
 */
#include <string.h>

#include "onnxcost/write.h"

#include "base/text.h"
#include "reports/figure.h"
#include "reports/lines.h"
#include "reports/page.h"

enum {
    MOST_LISTED = OC_SHORT_NAMES
}; /* inputs, symbols, assumptions, operators */

/* ---- about the model ---- */

/* The version of ai.onnx. */
static int64_t opset(const oc_report *report)
{
    for (size_t i = 0; i < report->model.opset_count; i++)
        if (report->model.opsets[i].domain[0] == '\0')
            return report->model.opsets[i].version;
    return 0;
}

static void put_model(oc_page *page)
{
    const oc_report_model *model = &page->report->model;
    oc_text text = {.arena = &page->arena};
    oc_text_printf(&text, "%s   %s", oc_page_short(page, model->file),
                   oc_page_number(page, model->bytes, OC_UNIT_BYTES));
    if (model->external_count > 0)
        oc_text_printf(
            &text, " + %s external data (not read)",
            oc_page_number(page, oc_page_external(page), OC_UNIT_BYTES));
    if (opset(page->report) > 0)
        oc_text_printf(&text, ", opset %lld", (long long)opset(page->report));
    if (model->producer[0] != '\0')
        oc_text_printf(&text, ", %s", oc_page_short(page, model->producer));
    if (model->producer_version[0] != '\0')
        oc_text_printf(&text, " %s",
                       oc_page_short(page, model->producer_version));
    oc_text_printf(&text, ", %zu nodes", page->report->node_count);
    oc_page_bold(page, true);
    oc_out_puts(&page->out, "model ");
    oc_out_puts(&page->out, text.data);
    oc_page_bold(page, false);
    oc_out_char(&page->out, '\n');
}

static const char *more(oc_page *page, size_t count)
{
    return oc_page_printf(page, "... and %zu more", count - MOST_LISTED);
}

static const char *tensor_text(oc_page *page, const char *name,
                               const oc_report_tensor *tensor)
{
    return oc_page_printf(
        page, "%s %s  %s", oc_page_short(page, name),
        oc_page_shape(page, tensor),
        oc_page_name(page, tensor->elem_type ? tensor->elem_type : ""));
}

/* Tensors that differ in the number in their name only, as caches do. */
typedef struct alike {
    const oc_report_tensor *first;
    const char *text; /* with stars for numbers */
    size_t times;
} alike;

/* Groups in order of their first; returns how many tensors are in none,
 * because there are more groups than are listed. */
static size_t group_tensors(oc_page *page, alike *group, size_t *group_count,
                            const oc_report_tensor *tensors, size_t count)
{
    size_t left = 0;
    *group_count = 0;
    for (size_t i = 0; i < count; i++) {
        const char *text = tensor_text(
            page, oc_scope_starred(page, tensors[i].name), &tensors[i]);
        size_t at = 0;
        while (at < *group_count && strcmp(group[at].text, text) != 0)
            at++;
        if (at == MOST_LISTED) {
            left++;
        } else if (at == *group_count) {
            group[at] = (alike){&tensors[i], text, 1};
            ++*group_count;
        } else {
            group[at].times++;
        }
    }
    return left;
}

/* The label stands on every line: blanks before a name would not keep a CI
 * system from taking it for a command. */
static void put_tensors(oc_page *page, const char *label,
                        const oc_report_tensor *tensors, size_t count)
{
    alike group[MOST_LISTED];
    size_t groups;
    const size_t left = group_tensors(page, group, &groups, tensors, count);
    for (size_t i = 0; i < groups; i++)
        oc_page_line(
            page, label,
            group[i].times > 1
                ? oc_page_printf(page, "%s  %zux", group[i].text,
                                 group[i].times)
                : tensor_text(page, group[i].first->name, group[i].first));
    if (left > 0)
        oc_page_line(page, "", oc_page_printf(page, "... and %zu more", left));
}

/* ---- symbols ---- */

static const char *symbol_text(oc_page *page, size_t index)
{
    const oc_report_symbol *symbol = &page->report->symbols[index];
    static const char *const kinds[] = {"", "declared, not an input's",
                                        "depends on data", "a trip count"};
    oc_text text = {.arena = &page->arena};
    if (page->letter[index] != '\0')
        oc_text_printf(&text, "%c = ", page->letter[index]);
    oc_text_puts(&text, oc_page_name(page, symbol->name));
    if (symbol->has_value)
        oc_text_printf(&text, " = %lld", (long long)symbol->value);
    if (strcmp(symbol->name, symbol->original) != 0)
        oc_text_printf(&text, "  (\"%s\")",
                       oc_page_short(page, symbol->original));
    if (symbol->kind != OC_REPORT_SYMBOL_INPUT)
        oc_text_printf(&text, "  %s %s", kinds[symbol->kind],
                       oc_page_node(page, symbol->node));
    if (!symbol->has_value && symbol->has_upper)
        oc_text_printf(&text, ", at most %lld", (long long)symbol->upper);
    return text.data;
}

static void put_symbols(oc_page *page)
{
    const oc_report *report = page->report;
    for (size_t i = 0; i < report->symbol_count && i < MOST_LISTED; i++)
        oc_page_line(page, i == 0 ? "symbols" : "", symbol_text(page, i));
    if (report->symbol_count > MOST_LISTED)
        oc_page_line(page, "", more(page, report->symbol_count));
}

static const char *assumption_text(oc_page *page,
                                   const oc_report_assumption *assumption)
{
    const char *left = oc_page_formula(page, assumption->left);
    const char *right =
        assumption->right ? oc_page_formula(page, assumption->right) : "0";
    const char *node = oc_page_node(page, assumption->node);
    if (assumption->kind == OC_REPORT_DIVIDES)
        return oc_page_printf(page, "%s is a multiple of %s  %s", right, left,
                              node);
    return oc_page_printf(page, "%s %s %s  %s", left,
                          assumption->kind == OC_REPORT_EQUAL ? "="
                          : assumption->kind == OC_REPORT_AT_MOST
                              ? oc_page_sign(page, "\u2264", "<=")
                              : oc_page_sign(page, "\u2260", "!="),
                          right, node);
}

static void put_assumptions(oc_page *page)
{
    const oc_report *report = page->report;
    size_t shown = 0;
    for (size_t i = 0; i < report->assumption_count; i++) {
        if (report->assumptions[i].noise)
            continue;
        if (shown < MOST_LISTED)
            oc_page_line(page, shown == 0 ? "Assumes" : "",
                         assumption_text(page, &report->assumptions[i]));
        shown++;
    }
    if (shown > MOST_LISTED)
        oc_page_line(page, "", more(page, shown));
}

/* ---- totals ---- */

static const oc_quantity *total(const oc_page *page, oc_total which)
{
    return &page->report->totals[which];
}

static bool is_known(const oc_page *page, oc_total which)
{
    return oc_quantity_is_known(total(page, which));
}

/* An upper bound beside a figure that is none. */
static const char *upper_text(oc_page *page, const oc_quantity *quantity,
                              oc_unit unit)
{
    if (quantity->has_upper)
        return oc_page_printf(
            page, "  (at most %s)",
            oc_page_number(page, quantity->upper_value, unit));
    if (quantity->upper_formula)
        return oc_page_printf(page, "  (at most %s)",
                              oc_page_formula(page, quantity->upper_formula));
    return "";
}

/* "8.21 G" and "FLOPs" are "8.21 GFLOPs". */
static const char *with_unit(oc_page *page, const char *number,
                             const char *name)
{
    char last = number[strlen(number) - 1];
    bool apart = name[0] != '\0' && last >= '0' && last <= '9';
    return oc_page_printf(page, "%s%s%s", number, apart ? " " : "", name);
}

/* As much of a formula as the page has room for: -w and JSON have it all. */
static const char *fit_formula(oc_page *page, const char *formula)
{
    const size_t label_columns = 20, mark_columns = 6;
    return oc_page_head(page, oc_page_formula(page, formula),
                        page->options.columns - label_columns - mark_columns);
}

static const char *total_text(oc_page *page, oc_total which, oc_unit unit,
                              const char *name)
{
    const oc_quantity *quantity = total(page, which);
    oc_i128 value;
    const char *text = "?";
    if (oc_figure_integer(&value, oc_quantity_figure(quantity)))
        text = with_unit(page, oc_page_number(page, value, unit), name);
    else if (quantity->formula)
        text = fit_formula(page, quantity->formula);
    return oc_page_printf(page, "%s%s%s",
                          oc_page_status(page, quantity->status), text,
                          upper_text(page, quantity, unit));
}

static bool is_number(const oc_page *page, oc_total which, oc_i128 *value)
{
    return oc_figure_integer(value, oc_quantity_figure(total(page, which)));
}

/* The note stands beside a number: a formula needs the room itself. */
static void put_total(oc_page *page, const char *label, oc_total which,
                      oc_unit unit, const char *name, const char *note)
{
    oc_i128 value;
    if (is_known(page, which))
        oc_page_line(
            page, label,
            oc_page_printf(page, "%s%s", total_text(page, which, unit, name),
                           is_number(page, which, &value) ? note : ""));
}

static void put_params(oc_page *page)
{
    const char *weights =
        is_known(page, OC_TOTAL_WEIGHT_BYTES)
            ? oc_page_printf(
                  page, "   weights %s",
                  total_text(page, OC_TOTAL_WEIGHT_BYTES, OC_UNIT_BYTES, ""))
            : "";
    put_total(page, "Parameters", OC_TOTAL_PARAMS, OC_UNIT_COUNT, "", weights);
}

/* On one line when short, as in a static model. */
static void put_compute(oc_page *page)
{
    oc_i128 flops, macs;
    if (is_number(page, OC_TOTAL_FLOPS, &flops) &&
        is_number(page, OC_TOTAL_MACS, &macs)) {
        put_total(page, "Compute", OC_TOTAL_FLOPS, OC_UNIT_COUNT, "FLOPs",
                  oc_page_printf(
                      page, "   %s%s",
                      total_text(page, OC_TOTAL_MACS, OC_UNIT_COUNT, "MACs"),
                      "   (1 MAC = 2 FLOPs)"));
    } else {
        put_total(page, "FLOPs", OC_TOTAL_FLOPS, OC_UNIT_COUNT, "FLOPs", "");
        put_total(page, "MACs", OC_TOTAL_MACS, OC_UNIT_COUNT, "MACs", "");
        oc_page_line(page, "", "1 MAC = 2 FLOPs");
    }
    put_total(page, "Transcendentals", OC_TOTAL_TRANSCENDENTALS, OC_UNIT_COUNT,
              "", "   exp, log, sqrt, tanh, ...: one each, not in FLOPs");
}

/* Under which conventions: those that are not the plain ones in words. */
static const char *memory_words(oc_page *page, const oc_report_memory *memory)
{
    const char *align = memory->alignment == 64
                            ? ""
                            : oc_page_printf(page, ", align %lld",
                                             (long long)memory->alignment);
    return oc_page_printf(
        page, "%s order%s, %s%s%s", oc_page_name(page, memory->order),
        oc_page_proof(memory),
        memory->in_place ? "in-place reuse" : "no in-place reuse",
        memory->inputs_counted ? "" : ", without inputs and outputs", align);
}

static const char *peak_note(oc_page *page)
{
    const oc_report_memory *memory = page->report->memory;
    if (!memory)
        return "";
    const char *node = oc_page_node(page, memory->peak_node);
    return oc_page_printf(page, "   %s%s%s%s", node[0] != '\0' ? "at " : "",
                          node, node[0] != '\0' ? ", " : "",
                          memory_words(page, memory));
}

static const char *others_text(oc_page *page, const oc_report_peak *shown)
{
    const oc_report_memory *memory = page->report->memory;
    const oc_points *points = &page->points;
    const size_t others = memory->other_count;
    oc_text text = {.arena = &page->arena};
    oc_text_printf(&text, "at %s", oc_page_node(page, shown->node));
    if (points->count > 0) {
        const oc_point *point = &points->point[points->reference];
        oc_text_puts(&text, ", where");
        for (size_t i = 0; i < page->report->symbol_count; i++)
            if (!page->report->symbols[i].has_value)
                oc_text_printf(&text, " %s = %lld", oc_page_symbol(page, i),
                               (long long)point->bindings[i].value);
    }
    oc_text_printf(&text, "; %zu other live set%s may be larger at other sizes",
                   others, others == 1 ? "" : "s");
    return text.data;
}

static const char *quantity_text(oc_page *page, const oc_quantity *quantity)
{
    oc_i128 value;
    if (oc_figure_integer(&value, oc_quantity_figure(quantity)))
        return oc_page_number(page, value, OC_UNIT_BYTES);
    return quantity->formula ? fit_formula(page, quantity->formula) : "?";
}

/* The maximum of many live sets is no formula for people. */
static void put_open_peak(oc_page *page)
{
    const oc_report_peak peak = oc_page_peak(page);
    const oc_quantity *quantity = total(page, OC_TOTAL_PEAK_ACTIVATION_BYTES);
    const oc_quantity one = {.has_value = oc_figure_is_static(peak.bytes),
                             .value = peak.bytes.value,
                             .formula = peak.bytes.formula};
    oc_page_line(page, "Peak activations",
                 oc_page_printf(page, "%s%s",
                                oc_page_status(page, quantity->status),
                                quantity_text(page, &one)));
    oc_page_line(page, "", others_text(page, &peak));
    oc_page_line(page, "", memory_words(page, page->report->memory));
}

static void put_peak(oc_page *page)
{
    const oc_report_memory *memory = page->report->memory;
    oc_i128 value;
    if (memory && memory->other_count > 0 &&
        !is_number(page, OC_TOTAL_PEAK_ACTIVATION_BYTES, &value)) {
        put_open_peak(page);
        return;
    }
    put_total(page, "Peak activations", OC_TOTAL_PEAK_ACTIVATION_BYTES,
              OC_UNIT_BYTES, "", peak_note(page));
}

/* In-place reuse is what a runtime may do: the figure without it stands
 * beside. */
static void put_without_reuse(oc_page *page)
{
    const oc_report_memory *memory = page->report->memory;
    if (memory && memory->in_place)
        oc_page_line(page, "  without reuse",
                     quantity_text(page, &memory->peak_without_reuse));
}

static const char *arena_note(oc_page *page)
{
    const oc_report_memory *memory = page->report->memory;
    if (!memory || !memory->has_arena)
        return "   one allocation for all activations";
    if (memory->arena_bytes == memory->arena_lower_bound)
        return "   one allocation for all activations, as small as can be";
    return oc_page_printf(
        page,
        "   one allocation for all activations; none is "
        "below %s",
        oc_page_number(page, memory->arena_lower_bound, OC_UNIT_BYTES));
}

static void put_cache(oc_page *page)
{
    if (!oc_page_keeps_cache(page))
        return;
    put_total(page, "KV cache", OC_TOTAL_KV_CACHE_BYTES, OC_UNIT_BYTES, "", "");
    put_total(page, "KV cache/token", OC_TOTAL_KV_CACHE_BYTES_PER_TOKEN,
              OC_UNIT_BYTES, "", "");
}

static void put_memory(oc_page *page)
{
    put_peak(page);
    put_without_reuse(page);
    put_total(page, "Arena", OC_TOTAL_ARENA_BYTES, OC_UNIT_BYTES, "",
              arena_note(page));
    put_total(page, "Traffic", OC_TOTAL_TRAFFIC_BYTES, OC_UNIT_BYTES, "",
              "   unfused: every operand read, every result written");
    put_cache(page);
}

/* "2 in seq, 1 in batch" */
static void put_degrees(oc_page *page, oc_text *text)
{
    const oc_report *report = page->report;
    const char *before = "FLOPs have degree ";
    for (size_t i = 0; i < report->growth_count; i++) {
        oc_text_printf(text, "%s%lld in %s", before,
                       (long long)report->growth[i].degree,
                       oc_page_formula(page, report->growth[i].symbol));
        before = ", ";
    }
}

/* Of the matrix products, with one sequence and nothing cached. */
static void put_core_shares(oc_page *page, const oc_report_growth *growth)
{
    oc_text text = {.arena = &page->arena};
    oc_text_printf(&text,
                   "its core at %s = ", oc_page_formula(page, growth->symbol));
    for (size_t i = 0; i < growth->share_count; i++)
        oc_text_printf(&text, "%s%lld: %.1f %%", i > 0 ? ", " : "",
                       (long long)growth->shares[i].length,
                       100 * growth->shares[i].share);
    oc_text_puts(&text, " of MACs");
    if (growth->share_count > 0)
        oc_page_line(page, "", text.data);
}

static void put_growth(oc_page *page)
{
    const oc_report *report = page->report;
    char digits[OC_I128_DIGITS];
    oc_text text = {.arena = &page->arena};
    if (report->growth_count == 0)
        return;
    put_degrees(page, &text);
    for (size_t i = 0; i < report->growth_count; i++) {
        const oc_report_growth *growth = &report->growth[i];
        if (oc_figure_is_static(growth->crossover))
            oc_text_printf(&text, "; attention overtakes the rest at %s = %s%s",
                           oc_page_formula(page, growth->symbol),
                           oc_i128_print(digits, growth->crossover.value),
                           growth->reached ? "" : ", longer than it takes");
    }
    oc_page_line(page, "Growth", text.data);
    for (size_t i = 0; i < report->growth_count; i++)
        put_core_shares(page, &report->growth[i]);
}

static bool is_whole(const oc_page *page, oc_total which)
{
    return total(page, which)->status == OC_FIGURE_EXACT;
}

static void put_intensity(oc_page *page)
{
    oc_i128 flops, traffic, parts;
    if (!is_number(page, OC_TOTAL_FLOPS, &flops) ||
        !is_number(page, OC_TOTAL_TRAFFIC_BYTES, &traffic) ||
        !is_whole(page, OC_TOTAL_FLOPS) ||
        !is_whole(page, OC_TOTAL_TRAFFIC_BYTES) ||
        !oc_hundredths(&parts, flops, traffic))
        return;
    char digits[OC_I128_DIGITS];
    oc_page_line(page, "Intensity",
                 oc_page_printf(page, "%s.%02d FLOP/B",
                                oc_i128_print(digits, parts / 100),
                                (int)(parts % 100)));
}

/* "28.9 us": a bound, and said to be one. */
static const char *time_text(oc_page *page, double seconds)
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}};
    size_t i = 0;
    while (i < 2 && seconds < units[i].unit)
        i++;
    return oc_page_printf(page, "%.3g %s", seconds / units[i].unit,
                          units[i].name);
}

/* "312 TFLOP/s (float16), 19.5 TFLOP/s" */
static const char *peaks_text(oc_page *page, const oc_report_machine *machine)
{
    const char *text = "";
    for (size_t i = 0; i < machine->type_count; i++)
        text = oc_page_printf(
            page, "%s%s%sFLOP/s (%s)", text, i > 0 ? ", " : "",
            oc_page_number(page, machine->peak_flops_by_type[i].value,
                           OC_UNIT_COUNT),
            machine->peak_flops_by_type[i].name);
    if (!machine->has_peak_flops)
        return text;
    return oc_page_printf(
        page, "%s%s%sFLOP/s", text, *text ? ", " : "",
        oc_page_number(page, machine->peak_flops, OC_UNIT_COUNT));
}

static const char *without_peak(oc_page *page, const oc_report_machine *machine)
{
    return machine->without_peak
               ? oc_page_printf(page, ", %lld of types without a peak",
                                (long long)machine->without_peak)
               : "";
}

static void put_machine(oc_page *page)
{
    const oc_report_machine *machine = page->report->machine;
    if (!machine)
        return;
    oc_page_line(
        page, "Time",
        oc_page_printf(
            page,
            "at least %s, node after node, unfused: a bound, no "
            "prediction%s",
            time_text(page, machine->seconds),
            machine->whole ? "" : "; nodes with open figures are left out"));
    oc_page_line(
        page, "",
        oc_page_printf(
            page,
            "%lld nodes bound by compute, %lld by memory%s, at %s and %sB/s",
            (long long)machine->compute_bound, (long long)machine->memory_bound,
            without_peak(page, machine), peaks_text(page, machine),
            oc_page_number(page, machine->bandwidth_bytes, OC_UNIT_COUNT)));
}

static void put_ops(oc_page *page, const char *label, const oc_report_op *ops,
                    size_t count)
{
    for (size_t i = 0; i < count && i < MOST_LISTED; i++)
        oc_page_line(
            page, i == 0 ? label : "",
            oc_page_printf(page, "%lld %s", (long long)ops[i].nodes,
                           oc_page_op(page, ops[i].domain, ops[i].op_type)));
    if (count > MOST_LISTED)
        oc_page_line(page, "", more(page, count));
}

static void put_coverage(oc_page *page)
{
    const oc_report_coverage *coverage = &page->report->coverage;
    bool whole = coverage->costed == coverage->nodes;
    oc_page_line(page, "Coverage",
                 oc_page_printf(page, "%lld/%lld nodes costed%s",
                                (long long)coverage->costed,
                                (long long)coverage->nodes,
                                whole ? "" : ": totals are lower bounds"));
    put_ops(page, "  not costed", coverage->unknown, coverage->unknown_count);
    put_ops(page, "  estimated", coverage->estimated,
            coverage->estimated_count);
}

/* ---- sample points ---- */

static const char *dim_flags(oc_page *page, const size_t *symbols, size_t count)
{
    const oc_point *point = &page->points.point[page->points.reference];
    oc_text text = {.arena = &page->arena};
    for (size_t i = 0; i < count; i++)
        oc_text_printf(&text, "%s%s=%lld", i > 0 ? "," : "",
                       oc_page_name(page, point->bindings[symbols[i]].name),
                       (long long)point->bindings[symbols[i]].value);
    return text.data;
}

/* Its columns: the free symbols, the totals that are known, the label. */
static void put_samples(oc_page *page)
{
    const oc_points *points = &page->points;
    size_t *symbols = OC_NEW(&page->arena, size_t, page->report->symbol_count);
    size_t symbol_count = oc_page_free_symbols(page, symbols);
    const char **titles =
        OC_NEW(&page->arena, const char *, symbol_count + OC_SAMPLED + 1);
    size_t columns = 0;
    if (points->count == 0)
        return;
    for (size_t i = 0; i < symbol_count; i++)
        titles[columns++] = oc_page_symbol(page, symbols[i]);
    for (size_t i = 0; i < OC_SAMPLED; i++)
        if (oc_page_samples(page, i))
            titles[columns++] = oc_sampled[i].title;
    titles[columns++] = "";
    oc_table table = oc_table_new(page, titles, columns, points->count);
    for (size_t p = 0; p < points->count; p++) {
        const char **cell = oc_table_row(&table);
        page->point = &points->point[p];
        for (size_t i = 0; i < symbol_count; i++)
            *cell++ = oc_page_printf(
                page, "%lld",
                (long long)page->point->bindings[symbols[i]].value);
        for (size_t i = 0; i < OC_SAMPLED; i++)
            if (oc_page_samples(page, i))
                *cell++ = oc_page_figure(
                    page, oc_quantity_figure(total(page, oc_sampled[i].total)),
                    total(page, oc_sampled[i].total)->status,
                    oc_sampled[i].unit);
        *cell = page->point->label;
    }
    oc_out_puts(&page->out, "  sample points (choose yours: --dim ");
    oc_out_puts(&page->out, dim_flags(page, symbols, symbol_count));
    oc_out_puts(&page->out, ")");
    oc_table_put(page, &table);
}

/* ---- the whole ---- */

static void put_summary(oc_page *page)
{
    const oc_report *report = page->report;
    put_model(page);
    put_symbols(page);
    put_tensors(page, "in", report->inputs, report->input_count);
    put_tensors(page, "out", report->outputs, report->output_count);
    oc_out_char(&page->out, '\n');
    put_params(page);
    put_compute(page);
    put_memory(page);
    put_growth(page);
    put_intensity(page);
    put_machine(page);
    put_coverage(page);
    put_assumptions(page);
    put_samples(page);
}

static void put_text(oc_page *page)
{
    put_summary(page);
    oc_page_to_reference(page);
    oc_text_tables(page);
}

oc_status oc_report_write_text(const oc_report *report,
                               const oc_text_options *options,
                               const oc_sink *sink, oc_error *err)
{
    return oc_page_write(report, options, sink, put_text, NULL, err);
}
