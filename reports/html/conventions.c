/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/conventions.c - what is counted, and what words and signs of
 * the page mean.
 */
#include "reports/html/html.h"

static const char counting[] =
    "<div><h3>What is counted</h3>"
    "<p>A MAC is one multiply-accumulate of a contraction; 1 MAC = 2 FLOPs. "
    "FLOPs add every other addition, comparison and product, one each. exp, "
    "log, sqrt, tanh and their like stand apart as transcendentals. Padding "
    "and masked scores are counted. Views, shape arithmetic and what is "
    "constant compute nothing.</p>"
    "<p>Parameters are the stored elements that a model computes with, each "
    "once; tables that are no weights are buffers, scales and zero points of "
    "quantisation stand apart.</p></div>\n";

static const char traffic[] =
    "<div><h3>Memory and traffic</h3>"
    "<p>Traffic is what each node must read and write if it ran alone, "
    "nothing fused, nothing read twice. Intensity is FLOPs per byte of it."
    "</p>"
    "<p>Peak activations is the largest sum of buffers alive at one node, "
    "inputs and outputs of the model included, weights apart. 1 MiB is "
    "2<sup>20</sup> bytes, 1 G is 10<sup>9</sup>.</p></div>\n";

static const char reading[] =
    "<div><h3>How formulas read</h3>"
    "<p>Names in italics are sizes that the file leaves open. <code>//</code> "
    "divides and rounds down, <code>%</code> is its remainder; "
    "<code>(x - 1).bit_length()</code> is the logarithm to base 2, rounded "
    "up. A formula that is copied from the page is Python.</p>"
    "<p>\u00d712 marks twelve alike nodes or modules as one row: a * stands "
    "where their names differ, figures are sums, live bytes those of one. "
    "Shares are of the whole model.</p></div>\n";

static const char marks[] =
    "<div><h3>How figures are marked</h3><dl class=\"marks\">"
    "<dt>8.21 G</dt><dd><span class=\"badge ok\">exact</span></dd>"
    "<dt>\u2265 8.21 G</dt><dd><span class=\"badge lb\">lower bound</span> "
    "something is left out; shares of it are \u2264</dd>"
    "<dt>\u2264 25.20 k</dt><dd><span class=\"badge ub\">upper bound</span> "
    "depends on data</dd>"
    "<dt>\u2248 1.20 M</dt><dd><span class=\"badge es\">estimate</span> "
    "of a usual case</dd>"
    "<dt><span class=\"q\">?</span></dt><dd><span class=\"badge un\">unknown"
    "</span> never shown as 0</dd>"
    "<dt>\u2013</dt><dd>does not apply</dd></dl></div>\n";

static void put_options(oc_page *page)
{
    const oc_report *report = page->report;
    oc_html_put(page, "<p class=\"hint\" id=\"options\">Counting options: ");
    for (size_t i = 0; i < report->option_count; i++) {
        oc_html_put(page, i > 0 ? ", <code>" : "<code>");
        oc_html_name(page, report->options[i]);
        oc_html_put(page, "</code>");
    }
    oc_html_put(page, report->option_count == 0 ? "none</p>" : "</p>");
}

void oc_html_conventions(oc_page *page)
{
    oc_html_put(page, "<section id=\"conventions\" class=\"view\" "
                      "aria-labelledby=\"h-conventions\"><div class=\"hd\">"
                      "<h2 id=\"h-conventions\">Conventions</h2></div>"
                      "<div class=\"conv\">\n");
    oc_html_put(page, counting);
    oc_html_put(page, traffic);
    oc_html_put(page, reading);
    oc_html_put(page, marks);
    oc_html_put(page, "</div>");
    put_options(page);
    oc_html_put(page, "</section>\n");
}
