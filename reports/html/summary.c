/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/summary.c - the page down to its findings: what the model is,
 * what it costs, as formulas and at sample points.
 */
#include <string.h>

#include "base/checked.h"
#include "base/text.h"
#include "reports/figure.h"
#include "reports/html/html.h"

enum { MOST_LISTED = 8, MOST_SYMBOLS = 6, MOST_TENSORS = 3, MOST_FOLDED = 200 };
enum { MOST_DIMS = 4, MOST_BESIDE = 2, MOST_TERMS = 5 };

/* ---- the model ---- */

static void put_more(oc_page *page, size_t count, size_t most)
{
    if (count > most)
        oc_html_printf(page, " <span class=\"mut\">and %zu more</span>",
                       count - most);
}

static void put_opsets(oc_page *page)
{
    const oc_report_model *model = &page->report->model;
    for (size_t i = 0; i < model->opset_count && i < MOST_LISTED; i++) {
        const oc_report_opset *opset = &model->opsets[i];
        oc_html_put(page, "<span>");
        if (opset->domain[0] == '\0')
            oc_html_put(page, "opset");
        else
            oc_html_name(page, opset->domain);
        oc_html_printf(page, " %lld</span>", (long long)opset->version);
    }
    put_more(page, model->opset_count, MOST_LISTED);
}

/* The first eight digits tell two models of one reader apart. */
static void put_fingerprint(oc_page *page)
{
    const char *colon = strchr(page->report->model.fingerprint, ':');
    const char *digits = colon ? colon + 1 : page->report->model.fingerprint;
    const size_t shown = 8;
    if (digits[0] == '\0')
        return;
    oc_html_put(page, "<span>xxh3 ");
    oc_html_part(page, digits, strnlen(digits, shown));
    oc_html_put(page, "</span>");
}

static void put_meta(oc_page *page)
{
    const oc_report_model *model = &page->report->model;
    oc_html_put(page, "<p class=\"meta\"><span>");
    oc_html_inline(page, model->bytes, OC_UNIT_BYTES);
    if (model->external_count > 0) {
        oc_html_put(page, " + ");
        oc_html_inline(page, oc_page_external(page), OC_UNIT_BYTES);
        oc_html_put(page, " external");
    }
    oc_html_put(page, "</span>");
    put_opsets(page);
    if (model->producer[0] != '\0') {
        oc_html_put(page, "<span>");
        oc_html_name(page, model->producer);
        oc_html_put(page, " ");
        oc_html_name(page, model->producer_version);
        oc_html_put(page, "</span>");
    }
    oc_html_printf(page, "<span>%zu node%s</span>", page->report->node_count,
                   page->report->node_count == 1 ? "" : "s");
    put_fingerprint(page);
    oc_html_put(page, "</p>");
}

void oc_html_dims(oc_page *page, const oc_report_tensor *tensor)
{
    if (!tensor->has_shape) {
        oc_html_put(page, "[\u2026]");
        return;
    }
    oc_html_put(page, "[");
    for (size_t i = 0; i < tensor->rank; i++) {
        oc_figure dim = tensor->dims[i];
        oc_html_put(page, i > 0 ? ", " : "");
        if (oc_figure_is_static(dim))
            oc_html_printf(page, "%lld", (long long)dim.value);
        else if (oc_figure_is_known(dim))
            oc_html_formula(page, dim.formula, 0);
        else
            oc_html_put(page, "?");
    }
    oc_html_put(page, "]");
}

void oc_html_type(oc_page *page, const oc_report_tensor *tensor)
{
    static const char *const kinds[] = {"", "sparse ", "sequence of ",
                                        "optional ", "map to "};
    oc_html_put(page, "<code>");
    for (; tensor->kind > OC_REPORT_SPARSE && tensor->element;
         tensor = tensor->element)
        oc_html_put(page, kinds[tensor->kind]);
    oc_html_put(page, tensor->kind == OC_REPORT_SPARSE ? "sparse " : "");
    if (tensor->elem_type)
        oc_html_name(page, tensor->elem_type);
    oc_html_dims(page, tensor);
    oc_html_put(page, "</code>");
}

static void put_tensor(oc_page *page, const oc_report_tensor *tensor)
{
    oc_html_name(page, tensor->name);
    oc_html_put(page, " ");
    oc_html_type(page, tensor);
}

/* The first few, the rest behind a fold. */
static void put_tensors(oc_page *page, const char *label,
                        const oc_report_tensor *tensors, size_t count)
{
    if (count == 0)
        return;
    oc_html_printf(page, "<dt>%s</dt>", label);
    for (size_t i = 0; i < count && i < MOST_TENSORS; i++) {
        oc_html_put(page, "<dd>");
        put_tensor(page, &tensors[i]);
        oc_html_put(page, "</dd>");
    }
    if (count <= MOST_TENSORS)
        return;
    oc_html_printf(page, "<dd><details><summary>and %zu more</summary><ul>",
                   count - MOST_TENSORS);
    for (size_t i = MOST_TENSORS; i < count && i < MOST_FOLDED; i++) {
        oc_html_put(page, "<li>");
        put_tensor(page, &tensors[i]);
        oc_html_put(page, "</li>");
    }
    oc_html_put(page, count > MOST_FOLDED ? "<li>\u2026</li>" : "");
    oc_html_put(page, "</ul></details></dd>");
}

static void put_symbol(oc_page *page, const oc_report_symbol *symbol)
{
    static const char *const kinds[] = {"", "declared, of no input",
                                        "depends on data", "a trip count"};
    oc_html_put(page, "<i>");
    oc_html_name(page, symbol->name);
    oc_html_put(page, "</i>");
    if (symbol->has_value)
        oc_html_printf(page, " = %lld", (long long)symbol->value);
    if (strcmp(symbol->name, symbol->original) != 0) {
        oc_html_put(page, " \u201c");
        oc_html_name(page, symbol->original);
        oc_html_put(page, "\u201d");
    }
    if (symbol->kind != OC_REPORT_SYMBOL_INPUT) {
        oc_html_printf(page, " <span class=\"mut\">%s</span> ",
                       kinds[symbol->kind]);
        oc_html_node(page, symbol->node);
    }
    if (!symbol->has_value && symbol->has_upper)
        oc_html_printf(page, ", at most %lld", (long long)symbol->upper);
}

static void put_symbols(oc_page *page)
{
    const oc_report *report = page->report;
    if (report->symbol_count == 0)
        return;
    oc_html_put(page, "<dt>sizes</dt><dd>");
    for (size_t i = 0; i < report->symbol_count && i < MOST_SYMBOLS; i++) {
        oc_html_put(page, i > 0 ? "; " : "");
        put_symbol(page, &report->symbols[i]);
    }
    put_more(page, report->symbol_count, MOST_SYMBOLS);
    oc_html_put(page, "</dd>");
}

void oc_html_header(oc_page *page)
{
    const oc_report *report = page->report;
    oc_html_put(page, "<header class=\"wrap top\" id=\"model\"><div><h1>");
    oc_html_name(page, report->model.file);
    oc_html_put(page, "</h1>");
    put_meta(page);
    oc_html_put(page, "</div>\n<dl class=\"io\">");
    put_tensors(page, "in", report->inputs, report->input_count);
    put_tensors(page, "out", report->outputs, report->output_count);
    put_symbols(page);
    oc_html_put(page, "</dl></header>\n");
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

static bool value_of(const oc_page *page, oc_total which, oc_i128 *value)
{
    return oc_page_value(page, value, oc_quantity_figure(total(page, which)));
}

static bool is_symbolic(const oc_page *page, oc_total which)
{
    const oc_quantity *quantity = total(page, which);
    oc_i128 value;
    return oc_quantity_is_known(quantity) &&
           !oc_figure_integer(&value, oc_quantity_figure(quantity));
}

/* "at batch 1, seq 1024": where symbolic figures are shown. */
static void put_point(oc_page *page)
{
    size_t *symbols = OC_NEW(&page->arena, size_t, page->report->symbol_count);
    size_t count = oc_page_free_symbols(page, symbols);
    oc_html_put(page, "at ");
    for (size_t i = 0; i < count && i < MOST_DIMS; i++) {
        const oc_binding *binding = &page->point->bindings[symbols[i]];
        oc_html_put(page, i > 0 ? ", <i>" : "<i>");
        oc_html_name(page, binding->name);
        oc_html_printf(page, "</i> %lld", (long long)binding->value);
    }
    if (count > MOST_DIMS)
        oc_html_put(page, ", \u2026");
}

void oc_html_at_point(oc_page *page)
{
    if (page->point)
        put_point(page);
}

/* The figure in large, its unit in small: "8.21" "GFLOPs". */
static void put_large(oc_page *page, oc_total which, oc_unit unit,
                      const char *name, const char *tag)
{
    const oc_quantity *quantity = total(page, which);
    oc_i128 value;
    oc_html_printf(page, "<%s class=\"q1\" data-total=\"%s\"", tag,
                   oc_total_name(which));
    oc_html_data_value(page, quantity);
    oc_html_put(page, ">");
    oc_html_sign(page, quantity->status);
    if (value_of(page, which, &value))
        oc_html_large(page, value, unit, name);
    else
        oc_html_printf(page, "%s<span class=\"un\">%s</span>",
                       oc_quantity_is_known(quantity)
                           ? "<a href=\"#formula\">formula</a>"
                           : "<span class=\"q\">?</span>",
                       name);
    oc_html_printf(page, "</%s>", tag);
}

static void put_upper(oc_page *page, oc_total which, oc_unit unit)
{
    const oc_quantity *quantity = total(page, which);
    if (!quantity->has_upper && !quantity->upper_formula)
        return;
    oc_html_put(page, "<div class=\"p\">at most ");
    if (quantity->has_upper)
        oc_html_inline(page, quantity->upper_value, unit);
    else
        oc_html_formula(page, quantity->upper_formula, MOST_TERMS);
    oc_html_put(page, "</div>");
}

static void open_figure(oc_page *page, const char *anchor, const char *classes,
                        const char *label, oc_total which)
{
    oc_html_printf(page, "<div class=\"%s\" id=\"fig-%s\"><dt>%s", classes,
                   anchor, label);
    if (which == OC_TOTAL_FLOPS && page->point) {
        oc_html_put(page, " ");
        put_point(page);
    }
    oc_html_badge(page, total(page, which)->status);
    oc_html_put(page, "</dt><dd>");
}

static void close_figure(oc_page *page)
{
    oc_html_put(page, "</dd></div>\n");
}

static void put_note(oc_page *page, oc_total which, oc_unit unit,
                     const char *before, const char *after)
{
    oc_i128 value;
    if (!value_of(page, which, &value) || value == 0)
        return;
    oc_html_printf(page, "<div class=\"p\" data-total=\"%s\"",
                   oc_total_name(which));
    oc_html_data_value(page, total(page, which));
    oc_html_printf(page, ">%s", before);
    oc_html_sign(page, total(page, which)->status);
    oc_html_inline(page, value, unit);
    oc_html_printf(page, "%s</div>", after);
}

static void put_exactly(oc_page *page)
{
    static const char *const words[] = {[OC_FIGURE_UNKNOWN] = "known so far: ",
                                        [OC_FIGURE_LOWER_BOUND] = "at least ",
                                        [OC_FIGURE_UPPER_BOUND] = "at most ",
                                        [OC_FIGURE_ESTIMATE] = "about ",
                                        [OC_FIGURE_EXACT] = "exactly "};
    oc_i128 value;
    oc_html_put(page, "<div class=\"p\">");
    if (value_of(page, OC_TOTAL_FLOPS, &value)) {
        oc_html_put(page, words[total(page, OC_TOTAL_FLOPS)->status]);
        oc_html_integer(page, value);
        oc_html_put(page, " FLOPs; ");
    }
    oc_html_put(page, "1 MAC = 2 FLOPs</div>");
}

static void put_compute(oc_page *page)
{
    oc_i128 value;
    open_figure(page, "compute", "fig hero", "Compute, one run",
                OC_TOTAL_FLOPS);
    oc_html_put(page, "<div class=\"v\">");
    put_large(page, OC_TOTAL_FLOPS, OC_UNIT_COUNT, "FLOPs", "span");
    oc_html_put(page, "<span class=\"alt\">");
    put_large(page, OC_TOTAL_MACS, OC_UNIT_COUNT, "MACs", "span");
    oc_html_put(page, "</span></div>");
    put_exactly(page);
    put_upper(page, OC_TOTAL_FLOPS, OC_UNIT_COUNT);
    put_note(page, OC_TOTAL_TRANSCENDENTALS, OC_UNIT_COUNT, "",
             " transcendentals apart");
    if (value_of(page, OC_TOTAL_TRANSCENDENTALS, &value) && value == 0)
        oc_html_put(page, "<div class=\"p\">no transcendentals</div>");
    close_figure(page);
}

static void put_figure(oc_page *page, const char *label, oc_total which,
                       oc_unit unit, const char *name)
{
    open_figure(page, oc_total_name(which), "fig", label, which);
    oc_html_put(page, "<div class=\"v\">");
    put_large(page, which, unit, name, "span");
    oc_html_put(page, "</div>");
    put_upper(page, which, unit);
}

static void put_params(oc_page *page)
{
    put_figure(page, "Parameters", OC_TOTAL_PARAMS, OC_UNIT_COUNT, "");
    put_note(page, OC_TOTAL_WEIGHT_BYTES, OC_UNIT_BYTES, "", " of weights");
    put_note(page, OC_TOTAL_BUFFERS, OC_UNIT_COUNT, "", " in buffers apart");
    put_note(page, OC_TOTAL_QUANTIZATION_ELEMENTS, OC_UNIT_COUNT, "",
             " scales and zero points apart");
    close_figure(page);
}

static void put_peak(oc_page *page)
{
    const oc_report_memory *memory = page->report->memory;
    if (!is_known(page, OC_TOTAL_PEAK_ACTIVATION_BYTES))
        return;
    put_figure(page, "Peak activations", OC_TOTAL_PEAK_ACTIVATION_BYTES,
               OC_UNIT_BYTES, "");
    if (memory && oc_page_peak(page).node < page->report->node_count) {
        oc_html_put(page, "<div class=\"p\">at ");
        oc_html_node(page, oc_page_peak(page).node);
        oc_html_put(page, "</div>");
    }
    if (memory) {
        oc_html_put(page, "<div class=\"p\">");
        oc_html_name(page, memory->order);
        oc_html_printf(page, " order%s, %s</div>", oc_page_proof(memory),
                       memory->in_place ? "in-place reuse"
                                        : "no in-place reuse");
    }
    put_note(page, OC_TOTAL_ARENA_BYTES, OC_UNIT_BYTES, "arena ", "");
    close_figure(page);
}

static void put_traffic(oc_page *page)
{
    if (!is_known(page, OC_TOTAL_TRAFFIC_BYTES))
        return;
    put_figure(page, "Traffic, unfused", OC_TOTAL_TRAFFIC_BYTES, OC_UNIT_BYTES,
               "");
    put_note(page, OC_TOTAL_READ_BYTES, OC_UNIT_BYTES, "", " read");
    put_note(page, OC_TOTAL_WRITE_BYTES, OC_UNIT_BYTES, "", " written");
    close_figure(page);
}

static bool has_cache(const oc_page *page)
{
    return is_known(page, OC_TOTAL_KV_CACHE_BYTES_PER_TOKEN) &&
           oc_page_keeps_cache(page);
}

static void put_cache(oc_page *page)
{
    put_figure(page, "KV cache", OC_TOTAL_KV_CACHE_BYTES_PER_TOKEN,
               OC_UNIT_BYTES, " / token");
    close_figure(page);
}

static void put_intensity(oc_page *page)
{
    oc_i128 flops, traffic, parts;
    char digits[OC_I128_DIGITS];
    bool whole = total(page, OC_TOTAL_FLOPS)->status == OC_FIGURE_EXACT &&
                 total(page, OC_TOTAL_TRAFFIC_BYTES)->status == OC_FIGURE_EXACT;
    if (!whole || !value_of(page, OC_TOTAL_FLOPS, &flops) ||
        !value_of(page, OC_TOTAL_TRAFFIC_BYTES, &traffic) ||
        !oc_hundredths(&parts, flops, traffic))
        return;
    oc_html_printf(page,
                   "<div class=\"fig\" id=\"fig-intensity\"><dt>Intensity</dt>"
                   "<dd><div class=\"v\">%s.%02d<span class=\"un\">FLOP/B"
                   "</span></div><div class=\"p\">FLOPs per byte of traffic"
                   "</div>",
                   oc_i128_print(digits, parts / 100), (int)(parts % 100));
    close_figure(page);
}

void oc_html_totals(oc_page *page)
{
    oc_html_put(page, "<section id=\"totals\" aria-labelledby=\"h-totals\">"
                      "<h2 class=\"vh\" id=\"h-totals\">Totals</h2>"
                      "<dl class=\"figs\">\n");
    put_compute(page);
    put_params(page);
    put_peak(page);
    put_traffic(page);
    if (has_cache(page))
        put_cache(page);
    else
        put_intensity(page);
    oc_html_put(page, "</dl></section>\n");
}

/* ---- formulas ---- */

static void put_definitions(oc_page *page)
{
    const oc_report *report = page->report;
    bool many = report->definition_count > MOST_LISTED;
    if (report->definition_count == 0)
        return;
    oc_html_printf(page, "<h3>where</h3>%s<dl class=\"fl defs\">",
                   many ? "<details><summary>definitions</summary>" : "");
    for (size_t i = 0; i < report->definition_count; i++) {
        oc_html_put(page, "<dt><i>");
        oc_html_name(page, report->definitions[i].name);
        oc_html_put(page, "</i> =</dt><dd>");
        oc_html_formula(page, report->definitions[i].formula, MOST_TERMS);
        oc_html_put(page, "</dd>");
    }
    oc_html_printf(page, "</dl>%s", many ? "</details>" : "");
}

static void put_formula(oc_page *page, const oc_quantity *quantity)
{
    char digits[OC_I128_DIGITS];
    oc_html_sign(page, quantity->status);
    if (quantity->has_value)
        oc_html_formula(page, oc_i128_print(digits, quantity->value), 0);
    else if (quantity->formula)
        oc_html_formula(page, quantity->formula, MOST_TERMS);
    else
        oc_html_put(page, "<span class=\"q\">?</span>");
}

static void put_row(oc_page *page, oc_total which, const char *label)
{
    if (!is_symbolic(page, which) && which != OC_TOTAL_MACS)
        return;
    oc_html_printf(page, "<dt>%s</dt><dd data-formula=\"%s\">", label,
                   oc_total_name(which));
    put_formula(page, total(page, which));
    oc_html_put(page, "</dd>");
}

/* The maximum of many live sets is no formula for people: the one that wins
 * at the page's point is. */
static void put_peak_row(oc_page *page)
{
    const oc_report_memory *memory = page->report->memory;
    if (!memory || memory->other_count == 0) {
        put_row(page, OC_TOTAL_PEAK_ACTIVATION_BYTES, "Peak act., bytes");
        return;
    }
    const oc_report_peak peak = oc_page_peak(page);
    const oc_quantity one = {.has_value = oc_figure_is_static(peak.bytes),
                             .value = peak.bytes.value,
                             .formula = peak.bytes.formula};
    oc_html_put(page, "<dt>Peak act., bytes</dt><dd>");
    put_formula(page, &one);
    oc_html_printf(page,
                   "<div class=\"p\">the largest there; %zu other live set%s "
                   "may be larger at other sizes</div></dd>",
                   memory->other_count, memory->other_count == 1 ? "" : "s");
}

static void put_rows(oc_page *page)
{
    oc_html_put(page, "<dl class=\"fl\">");
    put_row(page, OC_TOTAL_MACS, "MACs");
    put_row(page, OC_TOTAL_TRANSCENDENTALS, "Transcendentals");
    put_row(page, OC_TOTAL_PARAMS, "Parameters");
    put_row(page, OC_TOTAL_WEIGHT_BYTES, "Weights, bytes");
    put_row(page, OC_TOTAL_TRAFFIC_BYTES, "Traffic, bytes");
    put_peak_row(page);
    if (has_cache(page))
        put_row(page, OC_TOTAL_KV_CACHE_BYTES_PER_TOKEN, "KV cache per token");
    oc_html_put(page, "</dl>");
}

static void put_title(oc_page *page)
{
    static const char *const words[] = {[OC_FIGURE_UNKNOWN] = "",
                                        [OC_FIGURE_LOWER_BOUND] = "at least, ",
                                        [OC_FIGURE_UPPER_BOUND] = "at most, ",
                                        [OC_FIGURE_ESTIMATE] = "estimated, ",
                                        [OC_FIGURE_EXACT] = "exactly, "};
    size_t *symbols = OC_NEW(&page->arena, size_t, page->report->symbol_count);
    size_t count = oc_page_free_symbols(page, symbols);
    oc_html_printf(page, "<h2 id=\"h-formula\">FLOPs, %sfor every ",
                   words[total(page, OC_TOTAL_FLOPS)->status]);
    for (size_t i = 0; i < count && i < MOST_DIMS; i++) {
        oc_html_put(page, i == 0          ? "<i>"
                          : i + 1 < count ? ", <i>"
                                          : " and <i>");
        oc_html_name(page, page->report->symbols[symbols[i]].name);
        oc_html_put(page, "</i>");
    }
    oc_html_printf(page, "%s</h2>", count > MOST_DIMS ? ", \u2026" : "");
}

static void put_formulas(oc_page *page)
{
    put_title(page);
    oc_html_put(page, "<div class=\"big\" data-formula=\"flops\">");
    put_formula(page, total(page, OC_TOTAL_FLOPS));
    oc_html_put(page, "</div>");
    put_rows(page);
    put_definitions(page);
}

/* ---- sample points ---- */

static bool varies(const oc_page *page, size_t symbol)
{
    const oc_points *points = &page->points;
    for (size_t i = 1; i < points->count; i++)
        if (points->point[i].bindings[symbol].value !=
            points->point[0].bindings[symbol].value)
            return true;
    return false;
}

/* Columns for symbols that vary, or the first few when none does. */
static size_t columns(oc_page *page, size_t *symbols)
{
    size_t count = oc_page_free_symbols(page, symbols);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (varies(page, symbols[i]) && kept < MOST_DIMS)
            symbols[kept++] = symbols[i];
    if (kept > 0)
        return kept;
    return count < MOST_DIMS ? count : MOST_DIMS;
}

/* The class of a column that gives way first. */
static const char *narrow(size_t sampled)
{
    return oc_sampled[sampled].total == OC_TOTAL_MACS ? " nar" : "";
}

static bool has_labels(const oc_page *page)
{
    for (size_t i = 0; i < page->points.count; i++)
        if (page->points.point[i].label[0] != '\0')
            return true;
    return false;
}

static void put_sample_head(oc_page *page, const size_t *symbols, size_t count)
{
    oc_html_put(page, "<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        oc_html_put(page, "<th scope=\"col\" class=\"n\"><i>");
        oc_html_name(page, page->report->symbols[symbols[i]].name);
        oc_html_put(page, "</i></th>");
    }
    for (size_t i = 0; i < OC_SAMPLED; i++)
        if (oc_page_samples(page, i))
            oc_html_printf(page, "<th scope=\"col\" class=\"n nu%s%s\">%s</th>",
                           oc_sampled[i].unit == OC_UNIT_BYTES ? " by" : "",
                           narrow(i), oc_sampled[i].title);
    if (has_labels(page))
        oc_html_put(page, "<th scope=\"col\"><span class=\"vh\">name</span>"
                          "</th>");
    oc_html_put(page, "</tr></thead>\n");
}

static void put_sample(oc_page *page, const size_t *symbols, size_t count)
{
    bool here = page->point == &page->points.point[page->points.reference];
    oc_html_put(page, here ? "<tr class=\"sel\">" : "<tr>");
    for (size_t i = 0; i < count; i++)
        oc_html_printf(page, "<td class=\"n\">%lld</td>",
                       (long long)page->point->bindings[symbols[i]].value);
    for (size_t i = 0; i < OC_SAMPLED; i++)
        if (oc_page_samples(page, i))
            oc_html_cell(page, oc_page_printf(page, "n%s", narrow(i)),
                         oc_quantity_figure(total(page, oc_sampled[i].total)),
                         total(page, oc_sampled[i].total)->status,
                         oc_sampled[i].unit, 1);
    if (has_labels(page))
        oc_html_printf(page, "<td class=\"mut\">%s</td>", page->point->label);
    oc_html_put(page, "</tr>\n");
}

/* What the columns leave out. */
static void put_constant(oc_page *page, const size_t *shown, size_t count)
{
    size_t *symbols = OC_NEW(&page->arena, size_t, page->report->symbol_count);
    size_t all = oc_page_free_symbols(page, symbols), said = 0;
    for (size_t i = 0; i < all && said < MOST_LISTED; i++) {
        bool is_shown = false;
        for (size_t j = 0; j < count; j++)
            is_shown = is_shown || shown[j] == symbols[i];
        if (is_shown)
            continue;
        oc_html_put(page, said++ == 0 ? "everywhere <i>" : ", <i>");
        oc_html_name(page, page->report->symbols[symbols[i]].name);
        oc_html_printf(
            page, "</i> %lld",
            (long long)page->points.point[0].bindings[symbols[i]].value);
    }
    if (all - count > said)
        oc_html_printf(page, " and %zu more", all - count - said);
    oc_html_put(page, said > 0 ? ". " : "");
}

static void put_samples(oc_page *page)
{
    const oc_point *reference = page->point;
    size_t *symbols = OC_NEW(&page->arena, size_t, page->report->symbol_count);
    size_t count = columns(page, symbols);
    oc_html_put(page, "<div class=\"box\" tabindex=\"0\" role=\"region\" "
                      "aria-label=\"Sample points\"><table id=\"samples\">"
                      "<caption class=\"vh\">Totals at sample points"
                      "</caption>");
    put_sample_head(page, symbols, count);
    oc_html_put(page, "<tbody>\n");
    for (size_t i = 0; i < page->points.count; i++) {
        page->point = &page->points.point[i];
        put_sample(page, symbols, count);
    }
    page->point = reference;
    oc_html_put(page, "</tbody></table></div><p class=\"hint\">");
    put_constant(page, symbols, count);
    oc_html_put(page, "Figures above and tables below are at the marked "
                      "point; <code>--dim</code> chooses another.</p>");
}

void oc_html_formulas(oc_page *page)
{
    size_t *symbols = OC_NEW(&page->arena, size_t, page->report->symbol_count);
    if (oc_page_free_symbols(page, symbols) == 0)
        return;
    oc_html_printf(page,
                   "<section id=\"formula\" class=\"formula%s\" "
                   "aria-labelledby=\"h-formula\"><div>",
                   columns(page, symbols) > MOST_BESIDE ? " stack" : "");
    put_formulas(page);
    oc_html_put(page, "</div>\n<div>");
    if (page->point)
        put_samples(page);
    oc_html_put(page, "</div></section>\n");
}
