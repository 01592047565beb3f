/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/text_tables.c - a report for people: which tables there are, those of
 * nodes and of attention.
 *
 * Rows are ranked by what they are at the page's sample point when figures
 * are symbolic, which the last line then names.
 */
#include "reports/cells.h"
#include "reports/lines.h"
#include "reports/page.h"
#include "reports/schema.h"

/* ---- nodes ---- */

/* The figures are of one node, the share is of all alike. */
static void node_cells(oc_page *page, const char **cell, const oc_line *line)
{
    const oc_report_node *node = &page->report->nodes[line->index];
    oc_costs costs = oc_costs_of_node(node);
    cell[0] = oc_cell_cost(page, costs.flops, costs.status, OC_UNIT_COUNT);
    cell[1] = oc_cell_share(page, costs.flops, line->times);
    cell[2] = oc_cell_cost(page, costs.macs, costs.status, OC_UNIT_COUNT);
    cell[3] =
        oc_page_figure(page, costs.params, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[4] =
        oc_page_figure(page, costs.traffic, OC_FIGURE_EXACT, OC_UNIT_BYTES);
    cell[5] =
        oc_page_figure(page, costs.memory, OC_FIGURE_EXACT, OC_UNIT_BYTES);
    cell[6] = oc_cell_times(page, line->times);
    cell[7] = oc_page_op(page, node->domain, node->op_type);
    cell[8] = oc_page_node(page, (uint32_t)line->index);
}

static void put_nodes(oc_page *page)
{
    const char *titles[] = {"FLOPs",
                            oc_title_share(page),
                            "MACs",
                            "params",
                            oc_title_at_point(page, "traffic*", "traffic"),
                            oc_title_at_point(page, "live*", "live"),
                            "",
                            "operator",
                            "node"};
    static const bool left[] = {false, false, false, false, false,
                                false, false, true,  true};
    const size_t columns = sizeof(titles) / sizeof(titles[0]);
    size_t count;
    const oc_line *lines = oc_lines_of_nodes(page, &count);
    size_t shown = oc_cell_rows(page, count);
    oc_table table = oc_table_new(page, titles, columns, shown);
    table.left = left;
    for (size_t i = 0; i < shown; i++)
        node_cells(page, oc_table_row(&table), &lines[i]);
    oc_table_put(page, &table);
}

/* ---- attention ---- */

static const char *block_dims(oc_page *page, const oc_report_attention *block)
{
    return oc_page_printf(
        page, "%s/%s",
        oc_page_figure(page, block->heads, OC_FIGURE_EXACT, OC_UNIT_COUNT),
        oc_page_figure(page, block->kv_heads, OC_FIGURE_EXACT, OC_UNIT_COUNT));
}

static const char *lengths(oc_page *page, const oc_report_attention *block)
{
    return oc_page_printf(
        page, "%s x %s",
        oc_cell_cost(page, block->query_length, OC_FIGURE_EXACT, OC_UNIT_COUNT),
        oc_cell_cost(page, block->key_length, OC_FIGURE_EXACT, OC_UNIT_COUNT));
}

static const char *widths(oc_page *page, const oc_report_attention *block)
{
    return oc_page_printf(
        page, "%s/%s",
        oc_page_figure(page, block->qk_dim, OC_FIGURE_EXACT, OC_UNIT_COUNT),
        oc_page_figure(page, block->v_dim, OC_FIGURE_EXACT, OC_UNIT_COUNT));
}

static void attention_cells(oc_page *page, const char **cell,
                            const oc_report_attention *block)
{
    cell[0] = oc_cell_cost(page, block->flops, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[1] = oc_cell_share(page, block->flops, 1);
    cell[2] = oc_cell_cost(page, block->macs, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[3] = oc_schema_attention_name(block->kind);
    cell[4] = block_dims(page, block);
    cell[5] = widths(page, block);
    cell[6] = lengths(page, block);
    cell[7] = block->mask ? oc_page_name(page, block->mask) : "?";
    cell[8] = oc_page_figure(page, block->kv_cache_bytes_per_token,
                             OC_FIGURE_EXACT, OC_UNIT_BYTES);
    cell[9] = oc_page_name(page, block->scope);
}

/* In the order of the model: blocks are compared, not ranked. */
static void put_attention(oc_page *page)
{
    const oc_report *report = page->report;
    const char *titles[] = {"core FLOPs",  oc_title_share(page),
                            "MACs",        "kind",
                            "heads/kv",    "qk/v",
                            "T x S",       "mask",
                            "cache/token", "attention block"};
    static const bool left[] = {false, false, false, true,  true,
                                true,  false, true,  false, true};
    const size_t columns = sizeof(titles) / sizeof(titles[0]);
    size_t shown = oc_cell_rows(page, report->attention_count);
    oc_table table = oc_table_new(page, titles, columns, shown);
    table.left = left;
    for (size_t i = 0; i < shown; i++)
        attention_cells(page, oc_table_row(&table), &report->attention[i]);
    oc_table_put(page, &table);
    if (report->attention_count == 0)
        oc_out_puts(&page->out, "  no attention block recognised\n");
}

static void put_footnote(oc_page *page)
{
    const oc_report *report = page->report;
    if (!page->point)
        return;
    oc_out_puts(&page->out, "  * at");
    for (size_t i = 0; i < report->symbol_count; i++) {
        if (report->symbols[i].has_value)
            continue;
        oc_out_char(&page->out, ' ');
        oc_out_puts(&page->out, oc_page_symbol(page, i));
        oc_out_char(&page->out, '=');
        oc_out_int(&page->out, page->point->bindings[i].value);
    }
    oc_out_char(&page->out, '\n');
}

void oc_text_tables(oc_page *page)
{
    switch (page->options.by) {
    case OC_TABLE_DEFAULT:
        oc_text_by_op(page);
        if (page->report->part_count > 0)
            oc_text_by_part(page);
        else
            oc_text_by_scope(page, 2);
        break;
    case OC_TABLE_OP:
        oc_text_by_op(page);
        break;
    case OC_TABLE_SCOPE:
        oc_text_by_scope(page, 0);
        break;
    case OC_TABLE_NODE:
        put_nodes(page);
        break;
    case OC_TABLE_PART:
        oc_text_by_part(page);
        break;
    case OC_TABLE_ATTENTION:
        put_attention(page);
        break;
    }
    put_footnote(page);
}
