/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/page.c - words and numbers of a report for people.
 */
#include "reports/page.h"

#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/text.h"
#include "reports/figure.h"

const struct oc_sampled oc_sampled[OC_SAMPLED] = {
    {OC_TOTAL_FLOPS, OC_UNIT_COUNT, "FLOPs"},
    {OC_TOTAL_MACS, OC_UNIT_COUNT, "MACs"},
    {OC_TOTAL_TRAFFIC_BYTES, OC_UNIT_BYTES, "traffic"},
    {OC_TOTAL_KV_CACHE_BYTES, OC_UNIT_BYTES, "KV cache"},
    {OC_TOTAL_PEAK_ACTIVATION_BYTES, OC_UNIT_BYTES, "peak act."},
};

bool oc_page_samples(const oc_page *page, size_t sampled)
{
    const oc_total total = oc_sampled[sampled].total;
    return oc_quantity_is_known(&page->report->totals[total]) &&
           (total != OC_TOTAL_KV_CACHE_BYTES || oc_page_keeps_cache(page));
}

/* ---- the page ---- */

enum { DEFAULT_ROWS = 10, DEFAULT_DEPTH = 2 };
enum { DEFAULT_COLUMNS = 80, LEAST_COLUMNS = 40 };

static oc_text_options with_defaults(const oc_text_options *given)
{
    oc_text_options options = given ? *given : (oc_text_options){0};
    if (options.rows == OC_ROWS_DEFAULT)
        options.rows = DEFAULT_ROWS;
    if (options.depth == 0)
        options.depth = DEFAULT_DEPTH;
    if (options.columns == 0)
        options.columns = DEFAULT_COLUMNS;
    if (options.columns < LEAST_COLUMNS)
        options.columns = LEAST_COLUMNS;
    return options;
}

void oc_page_to_reference(oc_page *page)
{
    page->point = page->points.reference < page->points.count
                      ? &page->points.point[page->points.reference]
                      : NULL;
}

static oc_status write_page(oc_page *page, void (*put)(oc_page *))
{
    if (setjmp(page->no_memory) != 0)
        return oc_fail(page->out.err, OC_ERR_NOMEM, "memory.exhausted",
                       "out of memory writing the report");
    page->arena.escape = &page->no_memory;
    oc_points_make(&page->points, page->report, &page->arena);
    oc_page_shorten(page);
    put(page);
    return oc_out_close(&page->out);
}

oc_status oc_page_write(const oc_report *report, const oc_text_options *options,
                        const oc_sink *sink, void (*put)(oc_page *),
                        void *context, oc_error *err)
{
    oc_page page = {.report = report,
                    .options = with_defaults(options),
                    .context = context};
    oc_out_open(&page.out, sink, err);
    const oc_status status = write_page(&page, put);
    oc_points_free(&page.points);
    oc_arena_free(&page.arena);
    return status;
}

/* ---- words ---- */

const char *oc_page_printf(oc_page *page, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int length = vsnprintf(NULL, 0, format, values);
    va_end(values);
    char *text = OC_NEW(&page->arena, char, (size_t)length + 1);
    va_start(values, format);
    vsnprintf(text, (size_t)length + 1, format, values);
    va_end(values);
    return text;
}

const char *oc_page_sign(const oc_page *page, const char *utf8,
                         const char *ascii)
{
    return page->options.utf8 ? utf8 : ascii;
}

const char *oc_page_name(oc_page *page, const char *name)
{
    size_t bytes = oc_print_safe(NULL, 0, name, page->options.utf8);
    char *safe = OC_NEW(&page->arena, char, bytes + 1);
    oc_print_safe(safe, bytes + 1, name, page->options.utf8);
    return safe;
}

const char *oc_page_short(oc_page *page, const char *name)
{
    return oc_page_tail(page, oc_page_name(page, name), page->options.columns);
}

const char *oc_page_op(oc_page *page, const char *domain, const char *op_type)
{
    if (domain[0] == '\0')
        return oc_page_short(page, op_type);
    return oc_page_printf(page, "%s::%s", oc_page_short(page, domain),
                          oc_page_short(page, op_type));
}

const char *oc_page_node(oc_page *page, uint32_t row)
{
    if (row >= page->report->node_count)
        return "";
    return oc_page_printf(page, "#%u %s", (unsigned)row,
                          oc_page_short(page, page->report->nodes[row].name));
}

static const char *dim(oc_page *page, oc_figure figure)
{
    if (oc_figure_is_static(figure))
        return oc_page_printf(page, "%lld", (long long)figure.value);
    return oc_figure_is_known(figure) ? oc_page_formula(page, figure.formula)
                                      : "?";
}

static const char *dims(oc_page *page, const oc_report_tensor *tensor)
{
    oc_text text = {.arena = &page->arena};
    oc_text_puts(&text, "[");
    for (size_t i = 0; i < tensor->rank; i++) {
        oc_text_puts(&text, i > 0 ? "," : "");
        oc_text_puts(&text, dim(page, tensor->dims[i]));
    }
    oc_text_puts(&text, "]");
    return text.data;
}

const char *oc_page_shape(oc_page *page, const oc_report_tensor *tensor)
{
    static const char *const kinds[] = {"", "sparse ", "sequence of ",
                                        "optional ", "map to "};
    const char *prefix = "";
    for (; tensor->kind > OC_REPORT_SPARSE && tensor->element;
         tensor = tensor->element)
        prefix = oc_page_printf(page, "%s%s", prefix, kinds[tensor->kind]);
    return oc_page_printf(page, "%s%s%s", prefix,
                          tensor->kind == OC_REPORT_SPARSE ? "sparse " : "",
                          tensor->has_shape ? dims(page, tensor) : "[...]");
}

/* ---- symbols ---- */

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_taken(const oc_report *report, size_t index, char letter)
{
    for (size_t i = 0; i < report->symbol_count; i++)
        if (i != index && upper(report->symbols[i].name[0]) == letter)
            return true;
    for (size_t i = 0; i < report->definition_count; i++)
        if (upper(report->definitions[i].name[0]) == letter)
            return true;
    return false;
}

void oc_page_shorten(oc_page *page)
{
    const size_t short_enough = 3;
    const oc_report *report = page->report;
    if (page->options.wide || report->symbol_count > OC_SHORT_NAMES)
        return;
    for (size_t i = 0; i < report->symbol_count; i++) {
        const oc_report_symbol *symbol = &report->symbols[i];
        char letter = upper(symbol->name[0]);
        if (!symbol->has_value && strlen(symbol->name) > short_enough &&
            letter >= 'A' && letter <= 'Z' && !is_taken(report, i, letter))
            page->letter[i] = letter;
    }
}

const char *oc_page_symbol(oc_page *page, size_t index)
{
    if (index < OC_SHORT_NAMES && page->letter[index] != '\0')
        return oc_page_printf(page, "%c", page->letter[index]);
    return oc_page_name(page, page->report->symbols[index].name);
}

/* ---- numbers ---- */

const char *oc_page_number(oc_page *page, oc_i128 value, oc_unit unit)
{
    char *text = OC_NEW(&page->arena, char, OC_I128_DIGITS + 8);
    if (page->options.wide)
        return oc_page_printf(page, "%s%s", oc_i128_print(text, value),
                              unit == OC_UNIT_BYTES ? " B" : "");
    if (unit == OC_UNIT_BYTES)
        oc_iec_print(text, OC_I128_DIGITS + 8, value);
    else
        oc_si_print(text, OC_I128_DIGITS + 8, value);
    return text;
}

bool oc_page_keeps_cache(const oc_page *page)
{
    const oc_report *report = page->report;
    for (size_t i = 0; i < report->attention_count; i++)
        if (report->attention[i].cache &&
            report->attention[i].kind != OC_ATTENTION_CROSS)
            return true;
    return false;
}

const char *oc_page_status(const oc_page *page, oc_figure_status status)
{
    switch (status) {
    case OC_FIGURE_LOWER_BOUND:
        return oc_page_sign(page, "\u2265 ", ">= ");
    case OC_FIGURE_UPPER_BOUND:
        return oc_page_sign(page, "\u2264 ", "<= ");
    case OC_FIGURE_ESTIMATE:
        return oc_page_sign(page, "\u2248 ", "~ ");
    default:
        return "";
    }
}

int64_t oc_page_external(const oc_page *page)
{
    const oc_report_model *model = &page->report->model;
    int64_t sum = 0;
    for (size_t i = 0; i < model->external_count; i++)
        if (!oc_add_i64(&sum, sum, model->external[i].bytes))
            return INT64_MAX;
    return sum;
}

size_t oc_page_free_symbols(const oc_page *page, size_t *indices)
{
    size_t count = 0;
    for (size_t i = 0; i < page->report->symbol_count; i++)
        if (!page->report->symbols[i].has_value)
            indices[count++] = i;
    return count;
}

bool oc_page_value(const oc_page *page, oc_i128 *value, oc_figure figure)
{
    return oc_points_value(page->point, value, figure);
}

const char *oc_page_figure(oc_page *page, oc_figure figure,
                           oc_figure_status status, oc_unit unit)
{
    oc_i128 value;
    if (!oc_page_value(page, &value, figure))
        return "?";
    return oc_page_printf(page, "%s%s", oc_page_status(page, status),
                          oc_page_number(page, value, unit));
}

const char *oc_page_share(oc_page *page, oc_i128 part, oc_i128 whole,
                          bool at_most)
{
    oc_i128 parts;
    if (whole <= 0 || part < 0 || !oc_mul_i128(&parts, part, 10000) ||
        !oc_add_i128(&parts, parts, whole / 2))
        return "";
    parts /= whole;
    return oc_page_printf(page, "%s%d.%02d",
                          at_most ? oc_page_sign(page, "\u2264", "<=") : "",
                          (int)(parts / 100), (int)(parts % 100));
}

/* ---- formulas ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

/* 2471493632 as "2 471 493 632" */
static void put_digits(oc_text *text, const char *digits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            oc_text_puts(text, " ");
        oc_text_put(text, digits + i, 1);
    }
}

static void put_name(oc_page *page, oc_text *text, const char *name,
                     size_t bytes)
{
    for (size_t i = 0; i < OC_SHORT_NAMES; i++)
        if (page->letter[i] != '\0' &&
            strlen(page->report->symbols[i].name) == bytes &&
            strncmp(page->report->symbols[i].name, name, bytes) == 0) {
            oc_text_put(text, &page->letter[i], 1);
            return;
        }
    oc_text_put(text, name, bytes);
}

/* An operator; returns how many bytes of the formula it is. */
static size_t put_operator(const oc_page *page, oc_text *text, const char *at)
{
    if (strncmp(at, "**2", 3) == 0 && !is_name(at[3]) && page->options.utf8) {
        oc_text_puts(text, "\u00B2");
        return 3;
    }
    if (strncmp(at, "**", 2) == 0) {
        oc_text_puts(text, "^");
        return 2;
    }
    if (*at == '*')
        oc_text_puts(text, oc_page_sign(page, "\u00B7", "*"));
    else
        oc_text_put(text, at, 1);
    return 1;
}

const char *oc_page_formula(oc_page *page, const char *formula)
{
    oc_text text = {.arena = &page->arena};
    const char *at = oc_page_name(page, formula);
    while (*at) {
        size_t bytes = 0;
        bool number = is_digit(*at);
        while (is_name(at[bytes]))
            bytes++;
        if (bytes == 0)
            bytes = put_operator(page, &text, at);
        else if (number)
            put_digits(&text, at, bytes);
        else
            put_name(page, &text, at, bytes);
        at += bytes;
    }
    return text.data ? text.data : "";
}

static bool peak_value(const oc_page *page, oc_i128 *value,
                       const oc_report_peak *peak)
{
    const oc_points *points = &page->points;
    return points->count > 0 &&
           oc_points_value(&points->point[points->reference], value,
                           peak->bytes);
}

oc_report_peak oc_page_peak(const oc_page *page)
{
    const oc_report_memory *memory = page->report->memory;
    oc_report_peak largest = {.node = memory->peak_node,
                              .bytes = memory->peak_bytes,
                              .live_count = memory->live_count,
                              .live = memory->live};
    oc_i128 most = 0, value;
    peak_value(page, &most, &largest);
    for (size_t i = 0; i < memory->other_count; i++) {
        if (!peak_value(page, &value, &memory->others[i]) || value <= most)
            continue;
        most = value;
        largest = memory->others[i];
    }
    return largest;
}
