/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/parts.c - a model with attention by what its nodes do, and how
 * it grows with its symbols.
 */
#include "reports/parts.h"
#include "reports/figure.h"
#include "reports/html/html.h"

enum { WIDTH = 420, HEIGHT = 140, MOST_ROWS = 12 };

/* ---- parts ---- */

static oc_line *lines_of_parts(oc_page *page)
{
    const oc_report *report = page->report;
    oc_line *lines = OC_NEW(&page->arena, oc_line, report->part_count);
    for (size_t i = 0; i < report->part_count; i++) {
        const oc_costs costs = oc_costs_of_group(&report->parts[i].sum);
        lines[i] = (oc_line){.index = i, .times = 1, .key = ""};
        oc_line_rank(page, &lines[i], &costs);
    }
    oc_lines_sort(lines, report->part_count);
    return lines;
}

static void put_label(oc_page *page, const oc_report_part *part)
{
    oc_html_put(page, "<tr><th scope=\"row\" class=\"op\">");
    if (part->kind == OC_PART_OF_PRODUCTS && part->sum.scope[0] != '\0')
        oc_html_scope(page, part->sum.scope);
    else if (part->kind == OC_PART_OF_PRODUCTS)
        oc_html_op(page, part->sum.domain, part->sum.op_type);
    else
        oc_html_put(page, oc_part_label(page, part));
    oc_html_put(page, "</th>");
}

static void put_part(oc_page *page, const oc_report_part *part)
{
    const oc_report_group *sum = &part->sum;
    put_label(page, part);
    oc_html_printf(page, "<td class=\"n mid\">%lld</td>",
                   (long long)sum->nodes);
    oc_html_part_cell(page, "n", OC_TOTAL_FLOPS, sum->flops, sum->status, 1);
    oc_html_part_cell(page, "n", OC_TOTAL_MACS, sum->macs, sum->status, 1);
    oc_html_share(page, sum->flops, 1);
    oc_html_part_cell(page, "n mid", OC_TOTAL_PARAMS, sum->params, sum->status,
                      1);
    oc_html_part_cell(page, "n mid", OC_TOTAL_TRAFFIC_BYTES, sum->traffic_bytes,
                      sum->status, 1);
    oc_html_put(page, "</tr>\n");
}

static void put_parts(oc_page *page)
{
    const oc_report *report = page->report;
    const oc_line *lines = lines_of_parts(page);
    oc_html_put(page, "<section id=\"parts\" aria-labelledby=\"h-parts\">");
    oc_html_title(page, "parts", "Parts");
    oc_html_at_point(page);
    oc_html_put(
        page,
        "</p></div><table><caption class=\"vh\">Cost by part</caption>"
        "<thead><tr><th scope=\"col\">part</th>"
        "<th scope=\"col\" class=\"n mid\">nodes</th>"
        "<th scope=\"col\" class=\"n nu\">FLOPs</th>"
        "<th scope=\"col\" class=\"n nu\">MACs</th>"
        "<th scope=\"col\" class=\"n\">%</th>"
        "<th scope=\"col\" class=\"n nu mid\">params</th>"
        "<th scope=\"col\" class=\"n nu by mid\">traffic</th></tr></thead>"
        "<tbody>\n");
    for (size_t i = 0; i < report->part_count && i < MOST_ROWS; i++)
        put_part(page, &report->parts[lines[i].index]);
    oc_html_put(page, "</tbody></table>");
    if (report->part_count > MOST_ROWS)
        oc_html_printf(page, "<p class=\"hint\">and %zu smaller ones</p>",
                       report->part_count - MOST_ROWS);
    oc_html_put(page, "</section>\n");
}

/* ---- growth ---- */

static void put_symbol(oc_page *page, const oc_report_growth *growth)
{
    oc_html_put(page, "<tr><th scope=\"row\" class=\"op\">");
    oc_html_formula(page, growth->symbol, 0);
    oc_html_printf(page, "</th><td class=\"n\">%lld</td><td class=\"n\">",
                   (long long)growth->degree);
    if (oc_figure_is_static(growth->crossover)) {
        oc_html_integer(page, growth->crossover.value);
        if (!growth->reached)
            oc_html_put(page, ", longer than it takes");
    } else {
        oc_html_put(page, "\u2013");
    }
    oc_html_put(page, "</td></tr>\n");
}

static void put_symbols(oc_page *page)
{
    oc_html_put(page,
                "<table><caption class=\"vh\">Growth by symbol</caption>"
                "<thead><tr><th scope=\"col\">symbol</th>"
                "<th scope=\"col\" class=\"n\">degree of FLOPs</th>"
                "<th scope=\"col\" class=\"n\">attention overtakes at</th>"
                "</tr></thead><tbody>\n");
    for (size_t i = 0; i < page->report->growth_count && i < MOST_ROWS; i++)
        put_symbol(page, &page->report->growth[i]);
    oc_html_put(page, "</tbody></table>");
}

/* Straight between powers of 2: good enough to be looked at. */
static double log2_of(oc_i128 value)
{
    int power = 0;
    double rest = (double)(value > 1 ? value : 1);
    for (; rest >= 2; power++)
        rest /= 2;
    return power + rest - 1;
}

typedef struct plot {
    const oc_report_growth *growth;
    double left, right, low, high;
} plot;

static oc_i128 macs_at(const plot *p, size_t i, bool core)
{
    const oc_report_share *share = &p->growth->shares[i];
    oc_i128 all = 0, part = 0;
    oc_figure_integer(&all, share->macs);
    oc_figure_integer(&part, share->core_macs);
    return core ? part : all - part;
}

static void put_curve(oc_page *page, const plot *p, bool core)
{
    oc_html_printf(page, "<path class=\"g%d\" d=\"", core ? 2 : 1);
    for (size_t i = 0; i < p->growth->share_count; i++) {
        const double x = log2_of(p->growth->shares[i].length);
        const double y = log2_of(macs_at(p, i, core));
        oc_html_printf(
            page, "%c%d %d", i == 0 ? 'M' : 'L',
            (int)((x - p->left) / (p->right - p->left) * WIDTH),
            HEIGHT - (int)((y - p->low) / (p->high - p->low) * (HEIGHT - 4)) -
                2);
    }
    oc_html_put(page, "\"/>");
}

/* Both on logarithmic axes; lengths in rising order only. */
static bool make_plot(plot *p, const oc_report_growth *growth)
{
    *p = (plot){.growth = growth};
    if (growth->share_count < 2)
        return false;
    for (size_t i = 1; i < growth->share_count; i++)
        if (growth->shares[i].length <= growth->shares[i - 1].length)
            return false;
    const size_t last = growth->share_count - 1;
    p->left = log2_of(growth->shares[0].length);
    p->right = log2_of(growth->shares[last].length);
    p->low = log2_of(macs_at(p, 0, true));
    p->high = log2_of(macs_at(p, last, true));
    const double low = log2_of(macs_at(p, 0, false));
    const double high = log2_of(macs_at(p, last, false));
    p->low = low < p->low ? low : p->low;
    p->high = high > p->high ? high : p->high;
    return p->right > p->left && p->high > p->low;
}

static void put_shares(oc_page *page, const oc_report_growth *growth)
{
    plot p;
    if (make_plot(&p, growth)) {
        oc_html_printf(page,
                       "<svg class=\"line\" viewBox=\"0 0 %d %d\" "
                       "preserveAspectRatio=\"none\" role=\"img\" "
                       "aria-label=\"MACs of attention's core and of the rest "
                       "against the length, both logarithmic\">",
                       WIDTH, HEIGHT);
        put_curve(page, &p, false);
        put_curve(page, &p, true);
        oc_html_put(page, "</svg><p class=\"legend\"><span><span class=\"sw "
                          "k2\"></span>MACs of attention's core</span><span>"
                          "<span class=\"sw k1\"></span>of the rest</span>"
                          "</p>\n");
    }
    oc_html_put(page, "<table><caption class=\"vh\">Share of attention's core"
                      "</caption><thead><tr><th scope=\"col\" class=\"n\">");
    oc_html_formula(page, growth->symbol, 0);
    oc_html_put(page, "</th><th scope=\"col\" class=\"n nu\">MACs</th>"
                      "<th scope=\"col\" class=\"n\">core, %</th></tr>"
                      "</thead><tbody>\n");
    for (size_t i = 0; i < growth->share_count; i++) {
        const oc_report_share *share = &growth->shares[i];
        oc_html_put(page, "<tr><td class=\"n\">");
        oc_html_integer(page, share->length);
        oc_html_put(page, "</td>");
        oc_html_cell(page, "n", share->macs, OC_FIGURE_EXACT, OC_UNIT_COUNT, 1);
        oc_html_printf(page, "<td class=\"n\">%.1f</td></tr>\n",
                       100 * share->share);
    }
    oc_html_put(page, "</tbody></table>");
}

static void put_growth(oc_page *page)
{
    const oc_report *report = page->report;
    bool any = false;
    oc_html_put(page, "<section id=\"growth\" aria-labelledby=\"h-growth\">");
    oc_html_title(page, "growth", "Growth");
    oc_html_put(page, "others at their least, nothing cached</p></div>");
    put_symbols(page);
    for (size_t i = 0; i < report->growth_count && !any; i++)
        if (report->growth[i].share_count > 0) {
            put_shares(page, &report->growth[i]);
            any = true;
        }
    oc_html_put(page, "</section>\n");
}

void oc_html_parts(oc_page *page)
{
    const oc_report *report = page->report;
    if (report->part_count == 0)
        return;
    oc_html_printf(page, "<div class=\"view%s\">\n",
                   report->growth_count > 0 ? " two" : "");
    put_parts(page);
    if (report->growth_count > 0)
        put_growth(page);
    oc_html_put(page, "</div>\n");
}
