/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/nodes.c - the table of nodes.
 *
 * Figures of a row that stands for several alike nodes are sums, but live
 * bytes are those of one.
 */
#include <string.h>

#include "base/checked.h"
#include "base/text.h"
#include "reports/figure.h"
#include "reports/html/html.h"
#include "reports/lines.h"

enum { MOST_UNKNOWN = 10 };

/* ---- names of alike nodes ---- */

/* True when a digit run of the first name differs in some alike node; runs
 * are numbered from 0. */
typedef struct name_pattern {
    const char *first;
    bool differs[64]; /* later runs count as differing */
} name_pattern;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void compare(name_pattern *pattern, const char *other)
{
    const char *a = pattern->first, *b = other;
    for (size_t run = 0; *a && *b; a++, b++) {
        if (!is_digit(*a))
            continue;
        size_t a_bytes = strspn(a, "0123456789");
        size_t b_bytes = strspn(b, "0123456789");
        if (run < sizeof(pattern->differs) &&
            (a_bytes != b_bytes || strncmp(a, b, a_bytes) != 0))
            pattern->differs[run] = true;
        if (b_bytes == 0)
            return;
        a += a_bytes - 1;
        b += b_bytes - 1;
        run++;
    }
}

/* The first name with stars where alike ones differ. */
static const char *starred(oc_page *page, const name_pattern *pattern)
{
    char *text = OC_NEW(&page->arena, char, strlen(pattern->first) + 1);
    size_t used = 0, run = 0;
    for (const char *at = pattern->first; *at;) {
        size_t digits = strspn(at, "0123456789");
        size_t bytes = digits > 0 ? digits : 1;
        bool star = digits > 0 &&
                    (run >= sizeof(pattern->differs) || pattern->differs[run]);
        memcpy(text + used, star ? "*" : at, star ? 1 : bytes);
        used += star ? 1 : bytes;
        run += digits > 0;
        at += bytes;
    }
    return text;
}

/* People look for the module; the name is for those outside of any. */
static const char *label_of(const oc_report_node *node)
{
    return node->scope[0] != '\0' ? node->scope : node->name;
}

static const char *line_label(oc_page *page, const oc_line *line)
{
    const oc_report *report = page->report;
    const oc_report_node *node = &report->nodes[line->index];
    name_pattern pattern = {.first = label_of(node)};
    if (line->times == 1)
        return pattern.first;
    for (size_t i = line->index + 1; i < report->node_count; i++)
        if (report->nodes[i].alike == node->alike && report->nodes[i].counted)
            compare(&pattern, label_of(&report->nodes[i]));
    return starred(page, &pattern);
}

static void put_node_name(oc_page *page, const oc_line *line)
{
    const oc_report_node *node = &page->report->nodes[line->index];
    oc_html_put(page, "<th scope=\"row\" class=\"nm\" title=\"");
    oc_html_attribute(page, node->name);
    oc_html_printf(page,
                   "\"><span class=\"nf\"><span class=\"fam k%u\"></span>",
                   (unsigned)oc_html_family(node));
    oc_html_scope(page, line_label(page, line));
    oc_html_put(page, "<span class=\"narrow\">");
    oc_html_name(page, node->op_type);
    oc_html_put(page, "</span>");
    if (line->times > 1)
        oc_html_printf(page, "<span class=\"x\">\u00d7%lld</span>",
                       (long long)line->times);
    oc_html_put(page, "</span></th>");
}

static void put_output(oc_page *page, const oc_report_node *node)
{
    oc_html_put(page, "<td class=\"out\"><span class=\"fit\">");
    if (node->output_count > 0)
        oc_html_dims(page, node->outputs[0]);
    if (node->output_count > 1)
        oc_html_printf(page, " <span class=\"mut\">+%u</span>",
                       (unsigned)(node->output_count - 1));
    oc_html_put(page, "</span></td>");
}

static void put_ratio(oc_page *page, const oc_report_node *node)
{
    oc_i128 flops, traffic, parts;
    char digits[OC_I128_DIGITS];
    oc_html_put(page, "<td class=\"n mid\">");
    if (oc_page_value(page, &flops, node->flops) &&
        oc_page_value(page, &traffic, node->traffic_bytes) &&
        oc_hundredths(&parts, flops, traffic))
        oc_html_printf(page, parts >= 10000 ? "%s.%d" : "%s.%02d",
                       oc_i128_print(digits, parts / 100),
                       (int)(parts >= 10000 ? parts % 100 / 10 : parts % 100));
    else if (oc_figure_is_known(node->flops) &&
             oc_figure_is_known(node->traffic_bytes))
        oc_html_put(page, "\u2013");
    else
        oc_html_put(page, "<span class=\"q\">?</span>");
    oc_html_put(page, "</td>");
}

static void put_line(oc_page *page, const oc_line *line, bool live,
                     oc_i128 most)
{
    const oc_report_node *node = &page->report->nodes[line->index];
    oc_costs costs = oc_costs_of_node(node);
    oc_family family = oc_html_family(node);
    oc_bar bar = {.unknown = family == OC_FAMILY_UNKNOWN};
    oc_html_printf(page,
                   "<tr data-node=\"%zu\"><td class=\"n wide mut\">%zu"
                   "</td>",
                   line->index, line->index);
    put_node_name(page, line);
    oc_html_put(page, "<td class=\"wide\"><span class=\"fit\">");
    oc_html_op(page, node->domain, node->op_type);
    oc_html_put(page, "</span></td>");
    put_output(page, node);
    oc_html_part_cell(page, "n", OC_TOTAL_FLOPS, costs.flops, costs.status,
                      line->times);
    oc_html_part_cell(page, "n mid", OC_TOTAL_MACS, costs.macs, costs.status,
                      line->times);
    oc_html_share(page, costs.flops, line->times);
    if (line->known)
        bar.flops[family] = line->rank;
    oc_html_bar(page, &bar, most);
    oc_html_part_cell(page, "n mid", OC_TOTAL_PARAMS, costs.params,
                      costs.status, line->times);
    oc_html_part_cell(page, "n mid", OC_TOTAL_TRAFFIC_BYTES, costs.traffic,
                      costs.status, line->times);
    if (live)
        oc_html_cell(page, "n out", costs.memory, OC_FIGURE_EXACT,
                     OC_UNIT_BYTES, 1);
    put_ratio(page, node);
    oc_html_put(page, "</tr>\n");
}

static void put_node_head(oc_page *page, bool live)
{
    oc_html_put(
        page,
        "<thead><tr><th scope=\"col\" class=\"n wide\">#</th>"
        "<th scope=\"col\">node</th>"
        "<th scope=\"col\" class=\"wide\">operator</th>"
        "<th scope=\"col\" class=\"out\">output</th>"
        "<th scope=\"col\" class=\"n nu\" aria-sort=\"descending\">FLOPs</th>"
        "<th scope=\"col\" class=\"n nu mid\">MACs</th>"
        "<th scope=\"col\" class=\"n\">%</th>"
        "<th scope=\"col\" class=\"shb\"><span class=\"vh\">share</span></th>"
        "<th scope=\"col\" class=\"n nu mid\">params</th>"
        "<th scope=\"col\" class=\"n nu by mid\">traffic</th>");
    if (live)
        oc_html_put(page, "<th scope=\"col\" class=\"n nu by out\">live</th>");
    oc_html_put(page, "<th scope=\"col\" class=\"n mid\">FLOP/B</th></tr>"
                      "</thead>\n");
}

static int64_t counted_nodes(const oc_report *report)
{
    int64_t count = 0;
    for (size_t i = 0; i < report->node_count; i++)
        count += report->nodes[i].counted;
    return count;
}

/* What the rows leave of the model. */
static void put_others(oc_page *page, const oc_line *const *rows, size_t shown,
                       bool live)
{
    oc_figure flops = oc_quantity_figure(&page->report->totals[OC_TOTAL_FLOPS]);
    int64_t nodes = counted_nodes(page->report);
    oc_i128 rest;
    char digits[OC_I128_DIGITS];
    bool known = oc_page_value(page, &rest, flops);
    for (size_t i = 0; i < shown; i++) {
        nodes -= rows[i]->times;
        if (rows[i]->known)
            known = known && oc_sub_i128(&rest, rest, rows[i]->rank);
    }
    if (nodes <= 0)
        return;
    oc_html_printf(page,
                   "<tfoot><tr><td class=\"wide\"></td><th scope=\"row\" "
                   "class=\"nm\">%lld other%s</th><td class=\"wide\"></td>"
                   "<td class=\"out\"></td>",
                   (long long)nodes, nodes == 1 ? "" : "s");
    if (known) {
        oc_figure figure = {.formula = oc_i128_print(digits, rest)};
        oc_html_cell(page, "n", figure,
                     page->report->totals[OC_TOTAL_FLOPS].status, OC_UNIT_COUNT,
                     1);
        oc_html_put(page, "<td class=\"mid\"></td>");
        oc_html_share(page, figure, 1);
    } else {
        oc_html_put(page, "<td></td><td class=\"mid\"></td><td></td>");
    }
    oc_html_printf(page,
                   "<td class=\"shb\"></td><td class=\"mid\" colspan=\"3\">"
                   "</td>%s</tr></tfoot>",
                   live ? "<td class=\"out\"></td>" : "");
}

static bool knows_live(const oc_report *report)
{
    for (size_t i = 0; i < report->node_count; i++)
        if (oc_figure_is_known(report->nodes[i].live_bytes))
            return true;
    return false;
}

/* Those without FLOPs by traffic, since they have that alone; returns how
 * many have any. */
static size_t rank_by_traffic(const oc_page *page, oc_line *lines, size_t count)
{
    size_t moving = 0;
    for (size_t i = 0; i < count; i++) {
        const oc_report_node *node = &page->report->nodes[lines[i].index];
        if (!oc_html_value(page, &lines[i].rank, node->traffic_bytes,
                           lines[i].times))
            lines[i].rank = 0;
        moving += lines[i].rank > 0;
    }
    oc_lines_sort(lines, count);
    for (size_t i = 0; i < count; i++)
        lines[i].rank = 0;
    return moving;
}

/* A few of unknown cost first, then the dearest; none without any cost. */
static size_t choose(const oc_page *page, oc_line *lines, size_t count,
                     const oc_line **rows)
{
    size_t known = oc_html_known(lines, count);
    size_t unknown =
        count - known < MOST_UNKNOWN ? count - known : MOST_UNKNOWN;
    size_t dear = 0, shown = 0;
    while (dear < known && lines[dear].rank > 0)
        dear++;
    dear += rank_by_traffic(page, lines + dear, known - dear);
    for (size_t i = 0; i < unknown && shown < page->options.rows; i++)
        rows[shown++] = &lines[known + i];
    for (size_t i = 0; i < dear && shown < page->options.rows; i++)
        rows[shown++] = &lines[i];
    return shown;
}

void oc_html_nodes(oc_page *page)
{
    const oc_report *report = page->report;
    size_t count;
    oc_line *lines = oc_lines_of_nodes(page, &count);
    const oc_line **rows = OC_NEW(&page->arena, const oc_line *, count);
    size_t shown = choose(page, lines, count, rows);
    oc_i128 most = oc_html_known(lines, count) > 0 ? lines[0].rank : 0;
    bool live = knows_live(report);
    oc_html_put(page, "<section id=\"nodes\" class=\"view\" "
                      "aria-labelledby=\"h-nodes\">");
    oc_html_title(page, "nodes", "Nodes");
    oc_html_printf(page, "%zu nodes, %zu distinct%s ", report->node_count,
                   count, shown < count ? ", the dearest" : "");
    oc_html_at_point(page);
    oc_html_put(page, "</p></div><table class=\"nodes\"><caption class=\"vh\">"
                      "Nodes by FLOPs, alike ones as one row</caption>");
    put_node_head(page, live);
    oc_html_put(page, "<tbody>\n");
    for (size_t i = 0; i < shown; i++)
        put_line(page, rows[i], live, most);
    oc_html_put(page, "</tbody>");
    put_others(page, rows, shown, live);
    oc_html_put(page, "</table></section>\n");
}
