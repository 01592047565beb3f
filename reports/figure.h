/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/figure.h - questions to figures that several formats ask.
 */
#ifndef OC_REPORTS_FIGURE_H
#define OC_REPORTS_FIGURE_H

#include <stdbool.h>

#include "onnxcost/report.h"

/* True when the figure is an integer: also one above 2^63 - 1, which a
 * report holds as a formula of digits. */
bool oc_figure_integer(oc_i128 *value, oc_figure figure);
/* Its integer when it has one, else its formula. */
oc_figure oc_quantity_figure(const oc_quantity *quantity);
bool oc_quantity_is_known(const oc_quantity *quantity);
/* part / whole in hundredths, rounded; false when that has no meaning. */
bool oc_hundredths(oc_i128 *hundredths, oc_i128 part, oc_i128 whole);
/* Both unknown, or written alike. */
bool oc_figure_same(oc_figure a, oc_figure b);

#endif
