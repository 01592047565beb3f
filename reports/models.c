/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/models.c - several reports for people: a line each, as they come,
 * and what they add up to.
 *
 * Widths are fixed, since no report waits for the next one.
 */
#include <string.h>

#include "onnxcost/write.h"

#include "base/checked.h"
#include "base/text.h"
#include "reports/figure.h"
#include "reports/page.h"

static const struct {
    oc_total total;
    oc_unit unit;
    const char *title;
} columns[OC_MODELS_COLUMNS] = {
    {OC_TOTAL_FLOPS, OC_UNIT_COUNT, "FLOPs"},
    {OC_TOTAL_MACS, OC_UNIT_COUNT, "MACs"},
    {OC_TOTAL_PARAMS, OC_UNIT_COUNT, "params"},
    {OC_TOTAL_WEIGHT_BYTES, OC_UNIT_BYTES, "weights"},
    {OC_TOTAL_PEAK_ACTIVATION_BYTES, OC_UNIT_BYTES, "peak act."},
};
#define PEAK (OC_MODELS_COLUMNS - 1) /* peaks add up to nothing */

/* Of a column: exact integers need more, and a mark may stand before and
 * behind a number. */
static size_t width_of(const oc_page *page)
{
    return page->options.wide ? 24 : 12;
}

static void put_cell(oc_page *page, const char *cell, size_t width)
{
    const size_t used = oc_page_columns(cell);
    oc_out_repeat(&page->out, ' ', used < width ? width - used : 1);
    oc_out_puts(&page->out, cell);
}

static void put_line(oc_page *page, const char *const *cells,
                     const char *covered, const char *name)
{
    for (size_t i = 0; i < OC_MODELS_COLUMNS; i++)
        put_cell(page, cells[i], width_of(page));
    put_cell(page, covered, 14);
    oc_out_puts(&page->out, "  ");
    oc_out_puts(&page->out, name);
    oc_out_char(&page->out, '\n');
}

/* ---- titles ---- */

static void put_titles(oc_page *page)
{
    const char *cells[OC_MODELS_COLUMNS];
    for (size_t i = 0; i < OC_MODELS_COLUMNS; i++)
        cells[i] = columns[i].title;
    oc_page_bold(page, true);
    put_line(page, cells, "nodes costed", "model");
    oc_page_bold(page, false);
}

/* ---- a model ---- */

static void add(oc_models_sum *sum, bool known, oc_i128 value,
                oc_figure_status status)
{
    if (!known || !oc_add_i128(&sum->value, sum->value, value)) {
        sum->left_out++;
        return;
    }
    if (sum->known++ == 0 || status < sum->worst)
        sum->worst = status;
}

static void put_row(oc_page *page)
{
    const oc_report *report = page->report;
    oc_models *models = page->context;
    const char *cells[OC_MODELS_COLUMNS];
    oc_page_to_reference(page);
    for (size_t i = 0; i < OC_MODELS_COLUMNS; i++) {
        const oc_quantity *quantity = &report->totals[columns[i].total];
        const oc_figure figure = oc_quantity_figure(quantity);
        oc_i128 value = 0;
        const bool open = !oc_figure_integer(&value, figure);
        const bool known = oc_page_value(page, &value, figure);
        add(&models->sum[i], known, value, quantity->status);
        models->sum[i].at_point |= open && known;
        cells[i] = oc_page_printf(
            page, "%s%s",
            oc_page_figure(page, figure, quantity->status, columns[i].unit),
            open && known ? "*" : "");
    }
    models->count++;
    models->nodes += report->coverage.nodes;
    models->costed += report->coverage.costed;
    put_line(page, cells,
             oc_page_printf(page, "%lld/%lld",
                            (long long)report->coverage.costed,
                            (long long)report->coverage.nodes),
             oc_page_short(page, report->model.file));
}

/* ---- all of them ---- */

/* What is left out makes the rest a lower bound. */
static const char *sum_cell(oc_page *page, const oc_models *models, size_t i)
{
    const oc_models_sum *sum = &models->sum[i];
    oc_figure_status status = sum->worst;
    if (sum->known == 0)
        return "?";
    if ((sum->left_out > 0 || models->failed > 0) &&
        status > OC_FIGURE_LOWER_BOUND)
        status = OC_FIGURE_LOWER_BOUND;
    return oc_page_printf(page, "%s%s%s", oc_page_status(page, status),
                          oc_page_number(page, sum->value, columns[i].unit),
                          sum->at_point ? "*" : "");
}

static void put_total(oc_page *page)
{
    const oc_models *models = page->context;
    const char *cells[OC_MODELS_COLUMNS];
    bool at_points = false;
    for (size_t i = 0; i < OC_MODELS_COLUMNS; i++) {
        cells[i] = i == PEAK ? "" : sum_cell(page, models, i);
        at_points |= models->sum[i].at_point;
    }
    const char *failed =
        models->failed == 0
            ? ""
            : oc_page_printf(page, ", %zu more without an answer",
                             models->failed);
    put_line(page, cells,
             oc_page_printf(page, "%lld/%lld", (long long)models->costed,
                            (long long)models->nodes),
             oc_page_printf(page, "%zu model%s%s", models->count,
                            models->count == 1 ? "" : "s", failed));
    if (at_points)
        oc_out_puts(&page->out,
                    "  * at a sample point of each model: --dim chooses\n");
}

static oc_status write_part(oc_models *models, const oc_report *report,
                            const oc_text_options *options, const oc_sink *sink,
                            void (*put)(oc_page *), oc_error *err)
{
    static const oc_report none;
    return oc_page_write(report ? report : &none, options, sink, put, models,
                         err);
}

oc_status oc_models_write_titles(oc_models *models,
                                 const oc_text_options *options,
                                 const oc_sink *sink, oc_error *err)
{
    return write_part(models, NULL, options, sink, put_titles, err);
}

oc_status oc_models_write_row(oc_models *models, const oc_report *report,
                              const oc_text_options *options,
                              const oc_sink *sink, oc_error *err)
{
    return write_part(models, report, options, sink, put_row, err);
}

oc_status oc_models_write_total(oc_models *models,
                                const oc_text_options *options,
                                const oc_sink *sink, oc_error *err)
{
    return write_part(models, NULL, options, sink, put_total, err);
}
