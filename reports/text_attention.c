/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/text_attention.c - a report for people: attention blocks, one row
 * for neighbours that are alike, in the order of the model. Figures are of
 * one block, shares of all in the row.
 */
#include "reports/blocks.h"
#include "reports/cells.h"
#include "reports/figure.h"
#include "reports/lines.h"
#include "reports/schema.h"

/* A row of the tables. */
typedef struct run {
    const oc_report_attention *block; /* the first */
    int64_t times;
} run;

static const char *count_cell(oc_page *page, oc_figure figure)
{
    return oc_page_figure(page, figure, OC_FIGURE_EXACT, OC_UNIT_COUNT);
}

static const char *pair(oc_page *page, oc_figure first, oc_figure second)
{
    return oc_page_printf(page, "%s/%s", count_cell(page, first),
                          count_cell(page, second));
}

static const char *lengths(oc_page *page, const oc_report_attention *block)
{
    return oc_page_printf(
        page, "%s x %s",
        oc_cell_cost(page, block->query_length, OC_FIGURE_EXACT, OC_UNIT_COUNT),
        oc_cell_cost(page, block->key_length, OC_FIGURE_EXACT, OC_UNIT_COUNT));
}

static const char *name(oc_page *page, const run *row)
{
    const char *scope = row->block->scope;
    return oc_page_name(page,
                        row->times > 1 ? oc_scope_starred(page, scope) : scope);
}

/* ---- costs ---- */

static void cost_cells(oc_page *page, const char **cell, const run *row)
{
    const oc_report_attention *block = row->block;
    cell[0] = oc_cell_cost(page, block->flops, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[1] = oc_cell_share(page, block->flops, row->times);
    cell[2] = oc_cell_cost(page, block->macs, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[3] = oc_cell_cost(page, block->projection_macs, OC_FIGURE_EXACT,
                           OC_UNIT_COUNT);
    cell[4] = oc_schema_attention_name(block->kind);
    cell[5] = pair(page, block->heads, block->kv_heads);
    cell[6] = pair(page, block->qk_dim, block->v_dim);
    cell[7] = oc_page_figure(page, block->kv_cache_bytes_per_token,
                             OC_FIGURE_EXACT, OC_UNIT_BYTES);
    cell[8] = oc_cell_times(page, row->times);
    cell[9] = name(page, row);
}

static void put_costs(oc_page *page, const run *rows, size_t count)
{
    const char *titles[] = {
        "core FLOPs", oc_title_share(page), "core MACs", "projection MACs",
        "kind",       "heads/kv",           "qk/v",      "cache/token",
        "",           "attention block"};
    static const bool left[] = {false, false, false, false, true,
                                true,  true,  false, false, true};
    const size_t columns = sizeof(titles) / sizeof(titles[0]);
    oc_table table = oc_table_new(page, titles, columns, count);
    table.left = left;
    for (size_t i = 0; i < count; i++)
        cost_cells(page, oc_table_row(&table), &rows[i]);
    oc_table_put(page, &table);
}

/* ---- scores, and what moves ---- */

/* "6.20": bytes with the scores written out over those of a fused kernel. */
static const char *ratio(oc_page *page, const oc_report_traffic *traffic)
{
    oc_i128 standard, flash, parts;
    if (!traffic || !oc_page_value(page, &standard, traffic->standard_bytes) ||
        !oc_page_value(page, &flash, traffic->flash_bytes) ||
        !oc_hundredths(&parts, standard, flash))
        return "";
    return oc_page_printf(page, "%lld.%02lld", (long long)(parts / 100),
                          (long long)(parts % 100));
}

/* Of the pairs that are computed, those that the mask leaves. */
static const char *useful(oc_page *page, const oc_report_attention *block)
{
    oc_i128 part, whole;
    if (!oc_page_value(page, &part, block->macs_causal) ||
        !oc_page_value(page, &whole, block->macs))
        return "";
    return oc_page_share(page, part, whole, false);
}

static void score_cells(oc_page *page, const char **cell, const run *row)
{
    const oc_report_attention *block = row->block;
    const oc_report_traffic *traffic = block->traffic;
    const oc_figure unknown = {0};
    cell[0] = lengths(page, block);
    cell[1] = useful(page, block);
    cell[2] = oc_page_figure(page, traffic ? traffic->standard_bytes : unknown,
                             OC_FIGURE_EXACT, OC_UNIT_BYTES);
    cell[3] = oc_page_figure(page, traffic ? traffic->flash_bytes : unknown,
                             OC_FIGURE_EXACT, OC_UNIT_BYTES);
    cell[4] = ratio(page, traffic);
    cell[5] = oc_block_mask(page, block);
    cell[6] = oc_cell_times(page, row->times);
    cell[7] = name(page, row);
}

/* How fused kernels are counted: the same in all blocks. */
static const char *flash_title(oc_page *page, const run *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].block->traffic && rows[i].block->traffic->flash_version)
            return oc_page_printf(
                page, "flash %s%s",
                oc_page_name(page, rows[i].block->traffic->flash_version),
                oc_title_at_point(page, "*", ""));
    return "flash";
}

static void put_scores(oc_page *page, const run *rows, size_t count)
{
    const char *titles[] = {
        "T x S",
        page->point ? "useful %*" : "useful %",
        oc_title_at_point(page, "written out*", "written out"),
        flash_title(page, rows, count),
        oc_title_at_point(page, "ratio*", "ratio"),
        "mask",
        "",
        "bytes moved by the core"};
    static const bool left[] = {false, false, false, false,
                                false, true,  false, true};
    const size_t columns = sizeof(titles) / sizeof(titles[0]);
    oc_table table = oc_table_new(page, titles, columns, count);
    table.left = left;
    for (size_t i = 0; i < count; i++)
        score_cells(page, oc_table_row(&table), &rows[i]);
    oc_table_put(page, &table);
}

void oc_text_attention(oc_page *page)
{
    const oc_report *report = page->report;
    run *rows = OC_NEW(&page->arena, run, report->attention_count);
    size_t count = 0, end;
    for (size_t i = 0; i < report->attention_count; i = end) {
        end = oc_blocks_alike(page, i);
        rows[count++] = (run){&report->attention[i], (int64_t)(end - i)};
    }
    const size_t shown = oc_cell_rows(page, count);
    put_costs(page, rows, shown);
    if (count > 0)
        put_scores(page, rows, shown);
    else
        oc_out_puts(&page->out, "  no attention block recognised\n");
    if (shown < count)
        oc_out_puts(
            &page->out,
            oc_page_printf(page, "  ... and %zu more: -n 0\n", count - shown));
}
