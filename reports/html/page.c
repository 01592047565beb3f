/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/page.c - a report as one HTML file.
 *
 * In here: the frame, which allows nothing but the style sheet in it: no
 * script, no request. Sections have ids, so that links and a later script
 * find them.
 */
#include "reports/html/html.h"

enum { DEFAULT_ROWS = 50 };

static void put_policy(oc_page *page)
{
    oc_html_put(page, "<meta http-equiv=\"Content-Security-Policy\" "
                      "content=\"default-src 'none'; style-src '");
    oc_html_put(page, oc_html_css_hash);
    oc_html_put(page, "'; base-uri 'none'; form-action 'none'\">\n");
}

static void put_tool(oc_page *page, void put(oc_page *, const char *))
{
    put(page, page->report->tool_name);
    oc_html_put(page, " ");
    put(page, page->report->tool_version);
}

static void put_head(oc_page *page)
{
    oc_html_put(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
                      "<meta charset=\"utf-8\">\n");
    put_policy(page);
    oc_html_put(page, "<meta name=\"viewport\" content=\"width=device-width, "
                      "initial-scale=1\">\n<meta name=\"color-scheme\" "
                      "content=\"light dark\">\n<meta name=\"generator\" "
                      "content=\"");
    put_tool(page, oc_html_attribute);
    oc_html_put(page, "\">\n<title>");
    oc_html_attribute(page, page->report->model.file);
    oc_html_put(page, " \u2013 ");
    oc_html_attribute(page, page->report->tool_name);
    oc_html_put(page, "</title>\n<style>");
    oc_out_put(&page->out, oc_html_css, oc_html_css_bytes);
    oc_html_put(page, "</style>\n</head>\n");
}

/* Modules and operators are two views of one question: side by side. */
static void put_breakdown(oc_page *page)
{
    bool two = page->report->by_scope_count > 1;
    oc_html_printf(page, "<div class=\"view%s\">\n", two ? " two" : "");
    oc_html_modules(page);
    oc_html_operators(page);
    oc_html_put(page, "</div>\n");
}

static void put_body(oc_page *page)
{
    oc_html_put(page, "<body>\n<a class=\"skip\" href=\"#nodes\">Skip to the "
                      "table of nodes</a>\n");
    oc_html_header(page);
    oc_html_put(page, "<main class=\"wrap\">\n");
    oc_html_totals(page);
    oc_html_formulas(page);
    oc_html_findings(page);
    put_breakdown(page);
    oc_html_memory(page);
    oc_html_attention(page);
    oc_html_parts(page);
    oc_html_nodes(page);
    oc_html_conventions(page);
    oc_html_put(page, "</main>\n<footer class=\"wrap\"><span>");
    put_tool(page, oc_html_name);
    oc_html_put(page, "</span><span>One file: no requests, no weights inside"
                      "</span></footer>\n</body>\n</html>\n");
}

static void put_page(oc_page *page)
{
    oc_page_to_reference(page);
    put_head(page);
    put_body(page);
}

oc_status oc_report_write_html(const oc_report *report,
                               const oc_html_options *options,
                               const oc_sink *sink, oc_error *err)
{
    oc_text_options text = {.struct_size = sizeof(text), .utf8 = true};
    text.rows = options ? options->rows : OC_ROWS_DEFAULT;
    if (text.rows == OC_ROWS_DEFAULT)
        text.rows = DEFAULT_ROWS;
    return oc_page_write(report, &text, sink, put_page, NULL, err);
}
