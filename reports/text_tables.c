/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/text_tables.c - a report for people: which tables there are, and that
 * of nodes.
 *
 * Rows are ranked by what they are at the page's sample point when figures
 * are symbolic, which the last line then names.
 */
#include "reports/cells.h"
#include "reports/lines.h"
#include "reports/page.h"

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

/* ---- the tables ---- */

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
        oc_text_attention(page);
        break;
    }
    put_footnote(page);
}
