/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/lines.h - the lines of tables for people: which there are, folded
 * and in which order.
 *
 * In here: what ranks a line, which nodes are one line. Not in here: how a
 * line looks (text_tables.c, html/).
 */
#ifndef OC_REPORTS_LINES_H
#define OC_REPORTS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/page.h"

/* The figures that rows of all tables have. */
typedef struct oc_costs {
    oc_figure flops, macs, params, memory, traffic;
    oc_figure_status status;
} oc_costs;

/* A line of a table before it is cut and printed. */
typedef struct oc_line {
    size_t index;    /* of the node or group; of folded ones the first */
    int64_t times;   /* how many are folded */
    const char *key; /* equal for those that may be; "" for none */
    int64_t nodes;
    bool known; /* rank holds */
    oc_i128 rank;
} oc_line;

oc_costs oc_costs_of_node(const oc_report_node *node);
oc_costs oc_costs_of_group(const oc_report_group *group);

/* Ranks it by the figure of one times how many there are, at the page's
 * point. */
void oc_line_rank(const oc_page *page, oc_line *line, const oc_costs *costs);
/* Dear ones first, unknown ones last, those that may fold side by side, else
 * as in the report. */
void oc_lines_sort(oc_line *lines, size_t count);
/* Of the counted nodes, sorted; alike ones make one line, which is worth all
 * of them. */
oc_line *oc_lines_of_nodes(oc_page *page, size_t *count);
/* "layers.11.mlp" as "layers.*.mlp". */
const char *oc_scope_starred(oc_page *page, const char *scope);

#endif
