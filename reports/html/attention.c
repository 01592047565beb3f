/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/attention.c - the table of attention blocks.
 *
 * Neighbours that are equal but for numbers of their names are one row with
 * what they add up to.
 */
#include <string.h>

#include "reports/blocks.h"
#include "reports/figure.h"
#include "reports/html/html.h"
#include "reports/schema.h"

enum { MOST_ROWS = 50 };

/* A dim as it is: a number or a formula, not a value at the point. */
static void put_dim(oc_page *page, oc_figure figure)
{
    oc_html_put(page, "<td class=\"n mid\">");
    if (oc_figure_is_static(figure))
        oc_html_printf(page, "%lld", (long long)figure.value);
    else if (oc_figure_is_known(figure))
        oc_html_formula(page, figure.formula, 3);
    else
        oc_html_put(page, "\u2013");
    oc_html_put(page, "</td>");
}

static void put_kind(oc_page *page, const oc_report_attention *block)
{
    oc_html_printf(page, "<td class=\"mid\">%s%s",
                   oc_schema_attention_name(block->kind),
                   block->causal == OC_YES ? ", causal" : "");
    if (block->mask && strcmp(block->mask, "causal") != 0) {
        oc_html_put(page, ", mask ");
        oc_html_name(page, block->mask);
    }
    oc_html_put(page, "</td>");
}

static void put_row(oc_page *page, const oc_report_attention *block,
                    const oc_report_attention *last, int64_t times)
{
    const oc_figure dims[] = {block->heads,        block->kv_heads,
                              block->query_length, block->key_length,
                              block->qk_dim,       block->v_dim};
    oc_html_put(page, "<tr><th scope=\"row\" class=\"op\">");
    oc_html_scope(page, block->scope);
    if (times > 1) {
        oc_html_put(page, " \u2026 ");
        oc_html_scope(page, last->scope);
        oc_html_printf(page, "<span class=\"x\">\u00d7%lld</span>",
                       (long long)times);
    }
    oc_html_put(page, "</th>");
    put_kind(page, block);
    for (size_t i = 0; i < sizeof(dims) / sizeof(dims[0]); i++)
        put_dim(page, dims[i]);
    oc_html_cell(page, "n mid", block->projection_macs, OC_FIGURE_EXACT,
                 OC_UNIT_COUNT, times);
    oc_html_cell(page, "n", block->macs, OC_FIGURE_EXACT, OC_UNIT_COUNT, times);
    oc_html_cell(page, "n", block->flops, OC_FIGURE_EXACT, OC_UNIT_COUNT,
                 times);
    oc_html_share(page, block->flops, times);
    oc_html_cell(page, "n mid", block->kv_cache_bytes_per_token,
                 OC_FIGURE_EXACT, OC_UNIT_BYTES, times);
    oc_html_put(page, "</tr>\n");
}

static void put_head(oc_page *page)
{
    oc_html_put(
        page,
        "<thead><tr><th scope=\"col\">blocks</th>"
        "<th scope=\"col\" class=\"mid\">kind</th>"
        "<th scope=\"col\" class=\"n mid\">H</th>"
        "<th scope=\"col\" class=\"n mid\">H<sub>kv</sub></th>"
        "<th scope=\"col\" class=\"n mid\">T</th>"
        "<th scope=\"col\" class=\"n mid\">S</th>"
        "<th scope=\"col\" class=\"n mid\">d<sub>k</sub></th>"
        "<th scope=\"col\" class=\"n mid\">d<sub>v</sub></th>"
        "<th scope=\"col\" class=\"n nu mid\">projection MACs</th>"
        "<th scope=\"col\" class=\"n nu\">core MACs</th>"
        "<th scope=\"col\" class=\"n nu\">core FLOPs</th>"
        "<th scope=\"col\" class=\"n\">%</th>"
        "<th scope=\"col\" class=\"n nu by mid\">KV/token</th></tr></thead>\n");
}

static void put_rows(oc_page *page)
{
    const oc_report *report = page->report;
    const oc_report_attention *blocks = report->attention;
    size_t rows = 0;
    for (size_t i = 0; i < report->attention_count && rows < MOST_ROWS;
         rows++) {
        const size_t next = oc_blocks_alike(page, i);
        put_row(page, &blocks[i], &blocks[next - 1], (int64_t)(next - i));
        i = next;
    }
}

void oc_html_attention(oc_page *page)
{
    const oc_report *report = page->report;
    if (report->attention_count == 0)
        return;
    oc_html_put(page, "<section id=\"attention\" class=\"view\" "
                      "aria-labelledby=\"h-attention\">");
    oc_html_title(page, "attention", "Attention");
    oc_html_printf(page, "%zu block%s recognised by dataflow ",
                   report->attention_count,
                   report->attention_count == 1 ? "" : "s");
    oc_html_at_point(page);
    oc_html_put(page, "</p></div><table><caption class=\"vh\">Attention blocks"
                      "</caption>");
    put_head(page);
    oc_html_put(page, "<tbody>\n");
    put_rows(page);
    oc_html_put(page, "</tbody></table><p class=\"hint\">Masked scores are "
                      "counted; <i>T</i> queries, <i>S</i> keys.</p>"
                      "</section>\n");
}
