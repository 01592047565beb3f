/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/number.c - numbers of the page.
 *
 * Exact integers stand beside rounded ones as data-value, for whoever reads
 * the page by program.
 */
#include <string.h>

#include "base/checked.h"
#include "base/text.h"
#include "reports/figure.h"
#include "reports/html/html.h"

enum { NUMBER_ROOM = OC_I128_DIGITS + 8 };

void oc_html_integer(oc_page *page, oc_i128 value)
{
    char buffer[OC_I128_DIGITS];
    const char *digits = oc_i128_print(buffer, value);
    size_t sign = *digits == '-';
    size_t head = (strlen(digits) - sign) % 3;
    head = sign + (head == 0 ? 3 : head);
    oc_out_put(&page->out, digits, head);
    for (const char *at = digits + head; *at; at += 3) {
        oc_html_put(page, "<span class=\"g\">");
        oc_out_put(&page->out, at, 3);
        oc_html_put(page, "</span>");
    }
}

/* "8.21 G" in two; the unit of "9472" is "". */
static const char *split(char buffer[NUMBER_ROOM], oc_i128 value, oc_unit unit)
{
    if (unit == OC_UNIT_BYTES)
        oc_iec_print(buffer, NUMBER_ROOM, value);
    else
        oc_si_print(buffer, NUMBER_ROOM, value);
    char *space = strchr(buffer, ' ');
    if (!space)
        return "";
    *space = '\0';
    return space + 1;
}

void oc_html_number(oc_page *page, oc_i128 value, oc_unit unit)
{
    char buffer[NUMBER_ROOM];
    const char *slot = unit == OC_UNIT_BYTES ? "u by" : "u";
    if (value == 0) {
        oc_html_printf(page,
                       "<span class=\"zero\">0</span>"
                       "<span class=\"%s\"></span>",
                       slot);
        return;
    }
    const char *name = split(buffer, value, unit);
    oc_html_printf(page, "%s<span class=\"%s\">%s</span>", buffer, slot, name);
}

void oc_html_inline(oc_page *page, oc_i128 value, oc_unit unit)
{
    char buffer[NUMBER_ROOM];
    const char *name = split(buffer, value, unit);
    oc_html_printf(page, "<span class=\"v1\">%s%s%s</span>", buffer,
                   name[0] != '\0' ? " " : "", name);
}

void oc_html_large(oc_page *page, oc_i128 value, oc_unit unit, const char *name)
{
    char buffer[NUMBER_ROOM];
    const char *prefix = split(buffer, value, unit);
    oc_html_put(page, buffer);
    if (prefix[0] != '\0' || name[0] != '\0')
        oc_html_printf(page, "<span class=\"un\">%s%s</span>", prefix, name);
}

/* ---- how sure a figure is ---- */

void oc_html_sign(oc_page *page, oc_figure_status status)
{
    static const char *const signs[] = {[OC_FIGURE_LOWER_BOUND] = "\u2265",
                                        [OC_FIGURE_UPPER_BOUND] = "\u2264",
                                        [OC_FIGURE_ESTIMATE] = "\u2248",
                                        [OC_FIGURE_EXACT] = NULL};
    if (signs[status])
        oc_html_printf(page, "<span class=\"sg\">%s </span>", signs[status]);
}

void oc_html_badge(oc_page *page, oc_figure_status status)
{
    static const struct {
        const char *name, *text;
    } badges[] = {[OC_FIGURE_UNKNOWN] = {"un", "unknown"},
                  [OC_FIGURE_LOWER_BOUND] = {"lb", "lower bound"},
                  [OC_FIGURE_UPPER_BOUND] = {"ub", "upper bound"},
                  [OC_FIGURE_ESTIMATE] = {"es", "estimate"},
                  [OC_FIGURE_EXACT] = {NULL, NULL}};
    if (badges[status].name)
        oc_html_printf(page, " <span class=\"badge %s\">%s</span>",
                       badges[status].name, badges[status].text);
}

/* ---- cells ---- */

bool oc_html_value(const oc_page *page, oc_i128 *value, oc_figure figure,
                   int64_t times)
{
    return oc_page_value(page, value, figure) &&
           oc_mul_i128(value, *value, times);
}

/* A figure is a formula, but has no value here. */
static void put_symbolic(oc_page *page, oc_figure figure)
{
    enum { SHORT = 30 };
    if (strlen(figure.formula) <= SHORT)
        oc_html_formula(page, figure.formula, 0);
    else
        oc_html_put(page, "<span class=\"mut\">a formula</span>");
}

void oc_html_cell(oc_page *page, const char *classes, oc_figure figure,
                  oc_figure_status status, oc_unit unit, int64_t times)
{
    char digits[OC_I128_DIGITS];
    oc_i128 value;
    if (oc_html_value(page, &value, figure, times)) {
        oc_html_printf(page, "<td class=\"%s\" data-value=\"%s\">", classes,
                       oc_i128_print(digits, value));
        oc_html_sign(page, status);
        oc_html_number(page, value, unit);
    } else {
        oc_html_printf(page, "<td class=\"%s\">", classes);
        if (oc_figure_is_known(figure))
            put_symbolic(page, figure);
        else
            oc_html_put(page, "<span class=\"q\">?</span>");
        oc_html_printf(page, "<span class=\"u%s\"></span>",
                       unit == OC_UNIT_BYTES ? " by" : "");
    }
    oc_html_put(page, "</td>");
}

void oc_html_part_cell(oc_page *page, const char *classes, oc_total total,
                       oc_figure figure, oc_figure_status status, int64_t times)
{
    bool exact = page->report->totals[total].status == OC_FIGURE_EXACT;
    bool bytes = total == OC_TOTAL_TRAFFIC_BYTES;
    oc_html_cell(page, classes, figure, exact ? OC_FIGURE_EXACT : status,
                 bytes ? OC_UNIT_BYTES : OC_UNIT_COUNT, times);
}

/* Three digits, two decimals at most: "99.7", "6.59", "<0.01". */
static void put_percent(oc_page *page, oc_i128 part, oc_i128 whole,
                        bool at_most)
{
    oc_i128 parts;
    const char *sign = at_most && part > 0 ? "\u2264" : "";
    if (!oc_mul_i128(&part, part, 100) || !oc_hundredths(&parts, part, whole))
        oc_html_put(page, "\u2013");
    else if (part == 0)
        oc_html_put(page, "<span class=\"zero\">0</span>");
    else if (parts == 0)
        oc_html_put(page, "&lt;0.01");
    else if (parts < 1000)
        oc_html_printf(page, "%s%d.%02d", sign, (int)(parts / 100),
                       (int)(parts % 100));
    else if (parts < 9995)
        oc_html_printf(page, "%s%d.%d", sign, (int)((parts + 5) / 100),
                       (int)((parts + 5) / 10 % 10));
    else
        oc_html_printf(page, "%s%d", sign, (int)((parts + 50) / 100));
}

void oc_html_share(oc_page *page, oc_figure flops, int64_t times)
{
    const oc_quantity *total = &page->report->totals[OC_TOTAL_FLOPS];
    oc_i128 part, whole;
    oc_html_put(page, "<td class=\"n pc\">");
    if (!oc_html_value(page, &part, flops, times) ||
        !oc_page_value(page, &whole, oc_quantity_figure(total)))
        oc_html_put(page, oc_figure_is_known(flops)
                              ? "\u2013"
                              : "<span class=\"q\">?</span>");
    else
        put_percent(page, part, whole, total->status <= OC_FIGURE_LOWER_BOUND);
    oc_html_put(page, "</td>");
}
