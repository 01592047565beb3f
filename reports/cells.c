/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/cells.c - cells and titles that the tables of the text report share.
 */
#include "reports/cells.h"

#include "base/checked.h"
#include "reports/figure.h"

size_t oc_cell_rows(const oc_page *page, size_t count)
{
    return count < page->options.rows ? count : page->options.rows;
}

const char *oc_cell_cost(oc_page *page, oc_figure figure,
                         oc_figure_status status, oc_unit unit)
{
    const size_t widest = 30;
    oc_i128 value;
    const char *formula;
    if (!oc_figure_is_known(figure) || oc_figure_integer(&value, figure))
        return oc_page_figure(page, figure, status, unit);
    formula = oc_page_formula(page, figure.formula);
    if (page->options.wide || oc_page_columns(formula) <= widest)
        return formula;
    return oc_page_printf(page, "%s*",
                          oc_page_figure(page, figure, status, unit));
}

const char *oc_cell_share(oc_page *page, oc_figure flops, int64_t times)
{
    const oc_quantity *total = &page->report->totals[OC_TOTAL_FLOPS];
    oc_i128 part, whole;
    if (!oc_page_value(page, &part, flops) ||
        !oc_mul_i128(&part, part, times) ||
        !oc_page_value(page, &whole, oc_quantity_figure(total)))
        return "";
    return oc_page_share(page, part, whole,
                         total->status <= OC_FIGURE_LOWER_BOUND);
}

const char *oc_cell_int(oc_page *page, int64_t value)
{
    return oc_page_printf(page, "%lld", (long long)value);
}

const char *oc_title_share(const oc_page *page)
{
    return page->point ? "%*" : "%";
}

const char *oc_cell_times(oc_page *page, int64_t times)
{
    return times > 1 ? oc_page_printf(page, "%lldx", (long long)times) : "";
}

const char *oc_title_at_point(const oc_page *page, const char *symbolic,
                              const char *otherwise)
{
    return page->point ? symbolic : otherwise;
}
