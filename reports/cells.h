/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/cells.h - cells and titles that the tables of the text report share.
 *
 * Not in here: which rows and columns there are (text_groups.c,
 * text_tables.c).
 */
#ifndef OC_REPORTS_CELLS_H
#define OC_REPORTS_CELLS_H

#include "reports/page.h"

/* As many of `count` rows as were asked for. */
size_t oc_cell_rows(const oc_page *page, size_t count);
/* A short formula as it is, a long one at the page's point. */
const char *oc_cell_cost(oc_page *page, oc_figure figure,
                         oc_figure_status status, oc_unit unit);
/* So many of it in per cent of the model's FLOPs. */
const char *oc_cell_share(oc_page *page, oc_figure flops, int64_t times);
const char *oc_cell_int(oc_page *page, int64_t value);
const char *oc_cell_times(oc_page *page, int64_t times); /* "12x"; once: "" */
const char *oc_title_share(const oc_page *page);
/* A title whose column is at the page's point. */
const char *oc_title_at_point(const oc_page *page, const char *symbolic,
                              const char *otherwise);

#endif
