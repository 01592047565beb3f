/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/checks.c - the verdicts of a report's limits, for people.
 *
 * In here: a line a limit, failures last, and the sum of them. Not in here:
 * the verdicts themselves (gates/).
 */
#include <string.h>

#include "onnxcost/write.h"

#include "base/text.h"
#include "reports/figure.h"
#include "reports/page.h"

/* Failures last: that is where people look. */
static const oc_report_verdict order[] = {
    OC_CHECK_PASSED, OC_CHECK_WARNED, OC_CHECK_UNANSWERABLE, OC_CHECK_FAILED};
enum { VERDICTS = sizeof(order) / sizeof(order[0]) };

static const char *const marks[] = {[OC_CHECK_PASSED] = "ok",
                                    [OC_CHECK_FAILED] = "FAILED",
                                    [OC_CHECK_WARNED] = "warning",
                                    [OC_CHECK_UNANSWERABLE] = "no answer"};

static oc_unit unit_of(const oc_report_check *check)
{
    const oc_budget_metric *metric = oc_budget_metric_find(check->metric);
    return metric && metric->bytes ? OC_UNIT_BYTES : OC_UNIT_COUNT;
}

static const char *exactly(oc_page *page, oc_i128 value, oc_unit unit)
{
    char digits[OC_I128_DIGITS];
    return oc_page_printf(page, "%s%s", oc_i128_print(digits, value),
                          unit == OC_UNIT_BYTES ? " B" : "");
}

/* Two numbers that differ never read alike. */
struct pair {
    const char *value, *limit, *distance;
};

static struct pair print_pair(oc_page *page, const oc_report_check *check,
                              oc_i128 value, oc_i128 limit)
{
    const oc_unit unit = unit_of(check);
    const oc_i128 distance = value > limit ? value - limit : limit - value;
    struct pair pair = {oc_page_number(page, value, unit),
                        oc_page_number(page, limit, unit),
                        oc_page_number(page, distance, unit)};
    if (value != limit && strcmp(pair.value, pair.limit) == 0)
        pair = (struct pair){exactly(page, value, unit),
                             exactly(page, limit, unit),
                             exactly(page, distance, unit)};
    return pair;
}

static const char *sign_of(const oc_page *page, const oc_report_check *check)
{
    const oc_budget_metric *metric = oc_budget_metric_find(check->metric);
    if (!metric)
        return "";
    return oc_page_status(
        page, oc_budget_metric_quantity(metric, page->report).status);
}

/* "180.1 M under (2.1 %)" */
static const char *distance_text(oc_page *page, oc_i128 value, oc_i128 limit,
                                 const char *distance)
{
    const oc_i128 away = value > limit ? value - limit : limit - value;
    const char *share = oc_page_share(page, away, limit, false);
    return oc_page_printf(
        page, "%s %s%s%s%s", distance, value > limit ? "over" : "under",
        share[0] != '\0' ? " (" : "", share, share[0] != '\0' ? " %)" : "");
}

static void number_cells(oc_page *page, const char **cell,
                         const oc_report_check *check, oc_i128 value)
{
    oc_i128 limit = 0;
    oc_figure_integer(&limit, check->limit);
    const struct pair pair = print_pair(page, check, value, limit);
    cell[2] = oc_page_printf(page, "%s%s", sign_of(page, check), pair.value);
    cell[4] = pair.limit;
    if (value > limit || check->status == OC_CHECK_PASSED) {
        cell[3] = value > limit ? ">" : oc_page_sign(page, "\u2264", "<=");
        cell[5] = distance_text(page, value, limit, pair.distance);
    } else {
        cell[3] = "?"; /* small, and yet it need not hold */
        cell[5] = "";
    }
}

/* A value that is no number is not compared. */
static void open_cells(oc_page *page, const char **cell,
                       const oc_report_check *check)
{
    oc_i128 limit = 0;
    oc_figure_integer(&limit, check->limit);
    cell[2] =
        oc_figure_is_known(check->value)
            ? oc_page_printf(
                  page, "%s%s", sign_of(page, check),
                  oc_page_head(page,
                               oc_page_formula(page, check->value.formula), 40))
            : "unknown";
    cell[3] = "";
    cell[4] = oc_page_number(page, limit, unit_of(check));
    cell[5] = "";
}

static void check_cells(oc_page *page, const char **cell,
                        const oc_report_check *check)
{
    oc_i128 value;
    cell[0] = marks[check->status];
    cell[1] = oc_page_name(page, check->metric);
    if (oc_figure_integer(&value, check->value))
        number_cells(page, cell, check, value);
    else
        open_cells(page, cell, check);
    if (check->note)
        cell[5] = oc_page_printf(page, "%s%s%s", cell[5],
                                 cell[5][0] != '\0' ? "; " : "",
                                 oc_page_name(page, check->note));
}

static const char *rule_place(oc_page *page, const oc_report_check *check)
{
    if (!check->has_source)
        return oc_page_name(page, check->rule);
    return oc_page_printf(page, "%s:%lld", oc_page_name(page, check->file),
                          (long long)check->line);
}

static size_t count_of(const oc_report *report, oc_report_verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < report->check_count; i++)
        count += report->checks[i].status == verdict;
    return count;
}

static bool is_exceeded(const oc_report_check *check)
{
    oc_i128 margin;
    return check->status == OC_CHECK_FAILED &&
           oc_figure_integer(&margin, check->margin) && margin < 0;
}

static void put_count(oc_page *page, size_t count, const char *what,
                      const char *remedy)
{
    const size_t all = page->report->check_count;
    if (count > 0)
        oc_out_puts(&page->out,
                    oc_page_printf(page, "  %zu of %zu limit%s %s%s\n", count,
                                   all, all == 1 ? "" : "s", what, remedy));
}

/* The last lines: how it ended, and what can be done. */
static void put_summary(oc_page *page)
{
    const oc_report *report = page->report;
    const size_t failed = count_of(report, OC_CHECK_FAILED);
    const oc_report_check *last = NULL;
    size_t exceeded = 0;
    for (size_t i = 0; i < report->check_count; i++)
        if (is_exceeded(&report->checks[i])) {
            last = &report->checks[i];
            exceeded++;
        }
    put_count(page, count_of(report, OC_CHECK_PASSED), "held", "");
    put_count(page, count_of(report, OC_CHECK_UNANSWERABLE),
              "without an answer", "");
    put_count(page, failed - exceeded, "not shown to hold",
              ": what is not known does not pass; see the warnings");
    if (last)
        put_count(page, exceeded, "exceeded",
                  oc_page_printf(page,
                                 ": raise %s, or see where it goes with "
                                 "onnxcost MODEL --by node",
                                 rule_place(page, last)));
}

static void put_checks(oc_page *page)
{
    static const char *const titles[] = {"", "", "value", "", "limit", ""};
    static const bool left[] = {true, true, false, false, false, true};
    const size_t columns = sizeof(titles) / sizeof(titles[0]);
    const oc_report *report = page->report;
    oc_table table = oc_table_new(page, titles, columns, report->check_count);
    table.left = left;
    for (size_t v = 0; v < VERDICTS; v++)
        for (size_t i = 0; i < report->check_count; i++)
            if (report->checks[i].status == order[v])
                check_cells(page, oc_table_row(&table), &report->checks[i]);
    oc_out_puts(&page->out,
                oc_page_printf(page, "model %s\n",
                               oc_page_name(page, report->model.file)));
    oc_table_put(page, &table);
    put_summary(page);
}

oc_status oc_report_write_checks(const oc_report *report,
                                 const oc_text_options *options,
                                 const oc_sink *sink, oc_error *err)
{
    return oc_page_write(report, options, sink, put_checks, NULL, err);
}
