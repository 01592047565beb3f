/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/findings.c - whether the figures can be trusted: coverage
 * first, then what is estimated, checked, warned of and assumed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "reports/html/html.h"

enum { MOST_LISTED = 8, MOST_FOLDED = 100 };

typedef enum icon_kind {
    ICON_OK,
    ICON_INFO,
    ICON_WARNING,
    ICON_ERROR
} icon_kind;

/* ---- one finding ---- */

static void put_icon(oc_page *page, icon_kind icon)
{
    static const struct {
        const char *name, *word, *shape;
    } icons[] = {
        {"ok", "fine", "M2.5 7.5l3 3 6-7"},
        {"inf", "note",
         "M1.4 7a5.6 5.6 0 1 0 11.2 0a5.6 5.6 0 1 0-11.2 0M7 6.3v4M7 3.7v1.3"},
        {"wa", "warning", "M7 1.6L13 12.4H1zM7 5.4v3.6M7 10.2v1.2"},
        {"er", "error", "M7 1.6L13 12.4H1zM7 5.4v3.6M7 10.2v1.2"}};
    oc_html_printf(page,
                   "<li class=\"f-%s\"><svg class=\"ic\" viewBox=\"0 0 14 14\""
                   " role=\"img\" aria-label=\"%s\"><path d=\"%s\"/></svg>",
                   icons[icon].name, icons[icon].word, icons[icon].shape);
}

/* What opens a finding; its text and close_finding() follow. */
static void open_finding(oc_page *page, icon_kind icon, const char *title)
{
    bool strong = icon != ICON_INFO;
    put_icon(page, icon);
    oc_html_printf(page, "<span%s>%s</span><span>",
                   strong ? " class=\"st\"" : "", title);
}

static void close_finding(oc_page *page)
{
    oc_html_put(page, "</span></li>\n");
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* Findings beyond the first few are behind a fold, beyond many only
 * counted. */
static bool begins_fold(oc_page *page, size_t shown)
{
    if (shown == MOST_LISTED)
        oc_html_put(page, "</ul><details><summary>more of this kind</summary>"
                          "<ul>\n");
    return shown < MOST_LISTED + MOST_FOLDED;
}

static void end_fold(oc_page *page, size_t count)
{
    if (count > MOST_LISTED + MOST_FOLDED) {
        open_finding(page, ICON_INFO, "and more");
        oc_html_printf(page, "%zu in all: the JSON report has them", count);
        close_finding(page);
    }
    if (count > MOST_LISTED)
        oc_html_put(page, "</ul></details><ul>\n");
}

/* ---- coverage ---- */

static bool is_all_exact(const oc_report *report)
{
    for (size_t i = 0; i < OC_TOTAL_COUNT; i++)
        if (report->totals[i].status != OC_FIGURE_EXACT &&
            report->totals[i].status != OC_FIGURE_UNKNOWN)
            return false;
    return true;
}

static void put_unknown(oc_page *page, size_t index)
{
    const oc_report_coverage *coverage = &page->report->coverage;
    const oc_report_op *op = &coverage->unknown[index];
    open_finding(page, ICON_ERROR,
                 oc_page_printf(page, "Unknown cost, %lld node%s",
                                (long long)op->nodes, plural(op->nodes)));
    oc_html_put(page, "no rule gives a cost for ");
    oc_html_op(page, op->domain, op->op_type);
    if (index == 0)
        oc_html_printf(page,
                       "; totals are lower bounds, %lld of %lld nodes "
                       "costed",
                       (long long)coverage->costed, (long long)coverage->nodes);
    close_finding(page);
}

static void put_whole(oc_page *page)
{
    const oc_report_coverage *coverage = &page->report->coverage;
    bool whole = coverage->costed == coverage->nodes;
    open_finding(page, whole ? ICON_OK : ICON_ERROR,
                 whole ? "Nothing left out" : "Something left out");
    oc_html_printf(page, "%lld of %lld nodes costed%s",
                   (long long)coverage->costed, (long long)coverage->nodes,
                   !whole                       ? ": totals are lower bounds"
                   : is_all_exact(page->report) ? ", every figure exact"
                                                : "");
    close_finding(page);
}

static void put_coverage(oc_page *page)
{
    const oc_report_coverage *coverage = &page->report->coverage;
    if (coverage->unknown_count == 0)
        put_whole(page);
    for (size_t i = 0; i < coverage->unknown_count; i++)
        if (begins_fold(page, i))
            put_unknown(page, i);
    end_fold(page, coverage->unknown_count);
}

static void put_estimated(oc_page *page)
{
    const oc_report_coverage *coverage = &page->report->coverage;
    for (size_t i = 0; i < coverage->estimated_count; i++) {
        const oc_report_op *op = &coverage->estimated[i];
        if (!begins_fold(page, i))
            continue;
        open_finding(page, ICON_WARNING,
                     oc_page_printf(page, "Estimated, %lld node%s",
                                    (long long)op->nodes, plural(op->nodes)));
        oc_html_put(page, "the cost of ");
        oc_html_op(page, op->domain, op->op_type);
        oc_html_put(page, " depends on data that the file does not hold");
        close_finding(page);
    }
    end_fold(page, coverage->estimated_count);
}

/* ---- checks, audit, diagnostics ---- */

static void put_figure(oc_page *page, const char *before, oc_figure figure)
{
    oc_i128 value;
    oc_html_put(page, before);
    if (oc_page_value(page, &value, figure))
        oc_html_integer(page, value);
    else
        oc_html_put(page, "?");
}

static void put_check(oc_page *page, const oc_report_check *check)
{
    static const struct {
        icon_kind icon;
        const char *title;
    } verdicts[] = {{ICON_OK, "Check passed"},
                    {ICON_ERROR, "Check failed"},
                    {ICON_WARNING, "Check warned"},
                    {ICON_ERROR, "Check without answer"}};
    open_finding(page, verdicts[check->status].icon,
                 verdicts[check->status].title);
    oc_html_name(page, check->rule);
    oc_html_put(page, " ");
    oc_html_name(page, check->metric);
    put_figure(page, ": ", check->value);
    put_figure(page, ", limit ", check->limit);
    if (check->has_source) {
        oc_html_put(page, " <span class=\"mut\">");
        oc_html_name(page, check->file);
        oc_html_printf(page, ":%lld</span>", (long long)check->line);
    }
    close_finding(page);
}

static void put_checks(oc_page *page)
{
    const oc_report *report = page->report;
    for (size_t i = 0; i < report->check_count; i++)
        if (begins_fold(page, i))
            put_check(page, &report->checks[i]);
    end_fold(page, report->check_count);
}

static icon_kind icon_of(oc_report_severity severity)
{
    return severity == OC_ERROR     ? ICON_ERROR
           : severity == OC_WARNING ? ICON_WARNING
                                    : ICON_INFO;
}

static void put_audited(oc_page *page, const oc_report_finding *finding)
{
    put_icon(page, icon_of(finding->level));
    oc_html_put(page, "<span class=\"st\">");
    oc_html_name(page, finding->id);
    oc_html_put(page, "</span><span>");
    if (finding->op) {
        oc_html_op(page, finding->domain ? finding->domain : "", finding->op);
        oc_html_put(page, ": ");
    }
    oc_html_message(page, finding->effect);
    oc_html_printf(page, " <span class=\"mut\">%lld node%s</span>",
                   (long long)finding->count, plural(finding->count));
    close_finding(page);
}

static void put_audit(oc_page *page)
{
    const oc_report *report = page->report;
    for (size_t i = 0; i < report->audit_count; i++)
        if (begins_fold(page, i))
            put_audited(page, &report->audit[i]);
    end_fold(page, report->audit_count);
}

static void put_diagnostic(oc_page *page,
                           const oc_report_diagnostic *diagnostic)
{
    put_icon(page, icon_of(diagnostic->severity));
    oc_html_put(page, "<span class=\"st\">");
    oc_html_name(page, diagnostic->id);
    oc_html_put(page, "</span><span>");
    oc_html_node(page, diagnostic->node);
    oc_html_put(page, " ");
    oc_html_message(page, diagnostic->message);
    close_finding(page);
}

/* Remarks are left to -v and the JSON; what has no cost stands above. */
static bool is_shown(const oc_report_diagnostic *diagnostic)
{
    return diagnostic->severity != OC_INFO &&
           strcmp(diagnostic->id, "cost.unknown") != 0;
}

static void put_diagnostics(oc_page *page)
{
    const oc_report *report = page->report;
    size_t shown = 0;
    for (size_t i = 0; i < report->diagnostic_count; i++)
        if (is_shown(&report->diagnostics[i]) && begins_fold(page, shown++))
            put_diagnostic(page, &report->diagnostics[i]);
    end_fold(page, shown);
}

/* ---- what figures rest on ---- */

static void put_assumption(oc_page *page,
                           const oc_report_assumption *assumption)
{
    static const char *const signs[] = {[OC_REPORT_EQUAL] = " = ",
                                        [OC_REPORT_AT_MOST] = " \u2264 ",
                                        [OC_REPORT_DIVIDES] =
                                            " is a multiple of ",
                                        [OC_REPORT_NONZERO] = " \u2260 "};
    const char *right = assumption->right ? assumption->right : "0";
    bool swapped = assumption->kind == OC_REPORT_DIVIDES;
    const unsigned terms = 5;
    open_finding(page, ICON_INFO, "Assumption");
    oc_html_formula(page, swapped ? right : assumption->left, terms);
    oc_html_put(page, signs[assumption->kind]);
    oc_html_formula(page, swapped ? assumption->left : right, terms);
    oc_html_put(page, " <span class=\"mut\">");
    oc_html_node(page, assumption->node);
    oc_html_put(page, "</span>");
    close_finding(page);
}

static void put_assumptions(oc_page *page)
{
    const oc_report *report = page->report;
    size_t shown = 0;
    for (size_t i = 0; i < report->assumption_count; i++)
        if (!report->assumptions[i].noise && begins_fold(page, shown++))
            put_assumption(page, &report->assumptions[i]);
    end_fold(page, shown);
}

static void put_external(oc_page *page)
{
    const oc_report_model *model = &page->report->model;
    if (model->external_count == 0)
        return;
    open_finding(page, ICON_INFO, "External data not read");
    oc_html_inline(page, oc_page_external(page), OC_UNIT_BYTES);
    oc_html_put(page, " of weights in ");
    oc_html_name(page, model->external[0].file);
    if (model->external_count > 1)
        oc_html_printf(page, " and %zu more", model->external_count - 1);
    oc_html_put(page, "; no figure needs their values");
    close_finding(page);
}

static void put_costless(oc_page *page)
{
    static const struct {
        oc_report_role role;
        const char *one, *many;
    } kinds[] = {{OC_ROLE_VIEW, "view", "views"},
                 {OC_ROLE_SHAPE, "node of shape arithmetic",
                  "nodes of shape arithmetic"},
                 {OC_ROLE_FOLDED, "constant node", "constant nodes"}};
    const oc_report *report = page->report;
    size_t counts[OC_ROLE_DATA + 1] = {0};
    const char *between = "";
    for (size_t i = 0; i < report->node_count; i++)
        if (report->nodes[i].counted)
            counts[report->nodes[i].role]++;
    if (counts[OC_ROLE_VIEW] + counts[OC_ROLE_SHAPE] + counts[OC_ROLE_FOLDED] ==
        0)
        return;
    open_finding(page, ICON_INFO, "Zero cost by rule");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t count = counts[kinds[i].role];
        if (count == 0)
            continue;
        oc_html_printf(page, "%s%zu %s", between, count,
                       count == 1 ? kinds[i].one : kinds[i].many);
        between = ", ";
    }
    close_finding(page);
}

void oc_html_findings(oc_page *page)
{
    oc_html_put(page, "<section id=\"findings\" class=\"finds\" "
                      "aria-labelledby=\"h-findings\">"
                      "<h2 class=\"vh\" id=\"h-findings\">Findings</h2><ul>\n");
    put_coverage(page);
    put_estimated(page);
    put_checks(page);
    put_audit(page);
    put_diagnostics(page);
    put_assumptions(page);
    put_external(page);
    put_costless(page);
    oc_html_put(page, "</ul></section>\n");
}
