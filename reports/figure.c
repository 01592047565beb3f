/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/figure.c - questions to figures that several formats ask.
 */
#include "reports/figure.h"

#include <string.h>

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
