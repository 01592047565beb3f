/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/figure.c - questions to figures that several formats ask.
 */
#include "reports/figure.h"

#include <string.h>

#include "base/checked.h"
#include "base/text.h"

bool oc_figure_integer(oc_i128 *value, oc_figure figure)
{
    if (!oc_figure_is_static(figure))
        return figure.formula &&
               oc_i128_parse(value, figure.formula, strlen(figure.formula));
    *value = figure.value;
    return true;
}

oc_figure oc_quantity_figure(const oc_quantity *quantity)
{
    if (quantity->has_value)
        return oc_figure_of(quantity->value);
    return (oc_figure){.formula = quantity->formula};
}

bool oc_quantity_is_known(const oc_quantity *quantity)
{
    return quantity->has_value || quantity->formula;
}

bool oc_hundredths(oc_i128 *hundredths, oc_i128 part, oc_i128 whole)
{
    oc_i128 parts;
    if (whole <= 0 || part < 0 || !oc_mul_i128(&parts, part, 100) ||
        !oc_add_i128(&parts, parts, whole / 2))
        return false;
    *hundredths = parts / whole;
    return true;
}

bool oc_figure_same(oc_figure a, oc_figure b)
{
    if (!oc_figure_is_known(a) || !oc_figure_is_known(b))
        return oc_figure_is_known(a) == oc_figure_is_known(b);
    return strcmp(a.formula, b.formula) == 0 && a.value == b.value;
}
