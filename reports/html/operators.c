/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/operators.c - bars, and the table of operators.
 */
#include <string.h>

#include "base/checked.h"
#include "reports/html/html.h"
#include "reports/lines.h"

/* Width of a bar in the units of its drawing. */
enum { BAR = 1000, LEAST_BAR = 16, UNKNOWN_BAR = 60 };

/* ---- bars ---- */

/* part / whole of BAR, visible when there is anything. */
static int bar_width(oc_i128 part, oc_i128 whole)
{
    oc_i128 scaled;
    if (part <= 0 || whole <= 0 || part > whole ||
        !oc_mul_i128(&scaled, part, BAR))
        return part > 0 && whole > 0 ? BAR : 0;
    int width = (int)(scaled / whole);
    return width < LEAST_BAR ? LEAST_BAR : width;
}

void oc_html_bar(oc_page *page, const oc_bar *bar, oc_i128 whole)
{
    int x = 0;
    oc_html_put(page,
                "<td class=\"shb\"><svg class=\"share\" viewBox=\"0 0 1000"
                " 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                "<rect class=\"track\" width=\"1000\" height=\"8\"/>");
    for (size_t i = 0; i < OC_FAMILY_COUNT; i++) {
        int width = bar_width(bar->flops[i], whole);
        if (i == OC_FAMILY_UNKNOWN && bar->unknown)
            width = UNKNOWN_BAR;
        if (width > BAR - x)
            width = BAR - x;
        if (width > 0)
            oc_html_printf(page,
                           "<rect class=\"s%zu\" x=\"%d\" width=\"%d\" "
                           "height=\"8\"/>",
                           i, x, width);
        x += width;
    }
    oc_html_put(page, "</svg></td>");
}

/* ---- operators ---- */

/* Groups of by_op are in the order in which operators first come; a model
 * has few of them beside its nodes. */
static size_t group_of(const oc_report *report, const oc_report_node *node,
                       size_t guess)
{
    for (size_t i = 0; i < report->by_op_count; i++) {
        size_t at = (guess + i) % report->by_op_count;
        const oc_report_group *group = &report->by_op[at];
        if (strcmp(group->op_type, node->op_type) == 0 &&
            strcmp(group->domain, node->domain) == 0)
            return at;
    }
    return report->by_op_count;
}

static void add_node(const oc_page *page, oc_bar *bar,
                     const oc_report_node *node)
{
    oc_family family = oc_html_family(node);
    oc_i128 *sum = &bar->flops[family];
    oc_i128 value;
    bar->unknown = bar->unknown || family == OC_FAMILY_UNKNOWN;
    if (oc_page_value(page, &value, node->flops) && value > 0 &&
        !oc_add_i128(sum, *sum, value))
        *sum = OC_I128_MAX;
}

static oc_bar *split_groups(oc_page *page)
{
    const oc_report *report = page->report;
    oc_bar *bars = OC_NEW(&page->arena, oc_bar, report->by_op_count + 1);
    size_t at = 0;
    for (size_t i = 0; i < report->node_count && report->by_op_count > 0; i++) {
        if (!report->nodes[i].counted)
            continue;
        at = group_of(report, &report->nodes[i], at);
        add_node(page, &bars[at], &report->nodes[i]);
    }
    return bars;
}

size_t oc_html_known(const oc_line *lines, size_t count)
{
    size_t known = 0;
    while (known < count && lines[known].known)
        known++;
    return known;
}

static oc_line *lines_of_ops(oc_page *page)
{
    const oc_report *report = page->report;
    oc_line *lines = OC_NEW(&page->arena, oc_line, report->by_op_count);
    for (size_t i = 0; i < report->by_op_count; i++) {
        oc_costs costs = oc_costs_of_group(&report->by_op[i]);
        lines[i] = (oc_line){.index = i, .times = 1, .key = ""};
        oc_line_rank(page, &lines[i], &costs);
    }
    oc_lines_sort(lines, report->by_op_count);
    return lines;
}

static void put_op_head(oc_page *page)
{
    oc_html_put(
        page,
        "<thead><tr><th scope=\"col\">operator</th>"
        "<th scope=\"col\" class=\"n\">nodes</th>"
        "<th scope=\"col\" class=\"n nu\">FLOPs</th>"
        "<th scope=\"col\" class=\"n nu nar\">MACs</th>"
        "<th scope=\"col\" class=\"n\">%</th>"
        "<th scope=\"col\" class=\"shb\"><span class=\"vh\">share</span></th>"
        "<th scope=\"col\" class=\"n nu rm\">params</th>"
        "<th scope=\"col\" class=\"n nu by rm\">traffic</th></tr></thead>\n");
}

static void put_op(oc_page *page, const oc_report_group *group,
                   const oc_bar *bar, oc_i128 most)
{
    oc_html_put(page, "<tr><th scope=\"row\" class=\"op\">");
    oc_html_op(page, group->domain, group->op_type);
    oc_html_printf(page, "</th><td class=\"n\">%lld</td>",
                   (long long)group->nodes);
    oc_html_part_cell(page, "n", OC_TOTAL_FLOPS, group->flops, group->status,
                      1);
    oc_html_part_cell(page, "n nar", OC_TOTAL_MACS, group->macs, group->status,
                      1);
    oc_html_share(page, group->flops, 1);
    oc_html_bar(page, bar, most);
    oc_html_part_cell(page, "n rm", OC_TOTAL_PARAMS, group->params,
                      group->status, 1);
    oc_html_part_cell(page, "n rm", OC_TOTAL_TRAFFIC_BYTES,
                      group->traffic_bytes, group->status, 1);
    oc_html_put(page, "</tr>\n");
}

/* The families that bars show. */
static void put_legend(oc_page *page, const oc_bar *bars)
{
    bool used[OC_FAMILY_COUNT] = {false};
    for (size_t i = 0; i < page->report->by_op_count; i++)
        for (size_t f = 0; f < OC_FAMILY_COUNT; f++)
            if (bars[i].flops[f] > 0 ||
                (f == OC_FAMILY_UNKNOWN && bars[i].unknown))
                used[f] = true;
    oc_html_put(page, "<p class=\"legend\">");
    for (unsigned f = 0; f < OC_FAMILY_COUNT; f++)
        if (used[f])
            oc_html_printf(page,
                           "<span><span class=\"sw k%u\"></span>%s</span>", f,
                           oc_html_family_name((oc_family)f));
    oc_html_put(page, "</p>");
}

void oc_html_title(oc_page *page, const char *anchor, const char *title)
{
    oc_html_printf(page, "<div class=\"hd\"><h2 id=\"h-%s\">%s</h2><p>", anchor,
                   title);
}

static void put_line(oc_page *page, const oc_line *line, const oc_bar *bars,
                     oc_i128 most)
{
    put_op(page, &page->report->by_op[line->index], &bars[line->index], most);
}

/* What is unknown comes first. */
void oc_html_operators(oc_page *page)
{
    const oc_report *report = page->report;
    const oc_line *lines = lines_of_ops(page);
    const oc_bar *bars = split_groups(page);
    size_t known = oc_html_known(lines, report->by_op_count);
    oc_i128 most = known > 0 ? lines[0].rank : 0;
    oc_html_put(page, "<section id=\"operators\" aria-labelledby=\"h-operators"
                      "\">");
    oc_html_title(page, "operators", "Operators");
    oc_html_put(page, "</p></div><table><caption class=\"vh\">Cost by operator"
                      "</caption>");
    put_op_head(page);
    oc_html_put(page, "<tbody>\n");
    for (size_t i = known; i < report->by_op_count; i++)
        put_line(page, &lines[i], bars, most);
    for (size_t i = 0; i < known; i++)
        put_line(page, &lines[i], bars, most);
    oc_html_put(page, "</tbody></table>");
    put_legend(page, bars);
    oc_html_put(page, "</section>\n");
}
