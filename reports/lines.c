/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/lines.c - the lines of tables for people.
 */
#include "reports/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

oc_costs oc_costs_of_node(const oc_report_node *node)
{
    return (oc_costs){.flops = node->flops,
                      .macs = node->macs,
                      .params = node->params,
                      .memory = node->live_bytes,
                      .traffic = node->traffic_bytes,
                      .status = (oc_figure_status)node->status};
}

oc_costs oc_costs_of_group(const oc_report_group *group)
{
    return (oc_costs){.flops = group->flops,
                      .macs = group->macs,
                      .params = group->params,
                      .memory = group->traffic_bytes,
                      .traffic = group->traffic_bytes,
                      .status = group->status};
}

/* ---- order ---- */

static oc_figure sort_figure(const oc_page *page, const oc_costs *costs)
{
    switch (page->options.sort) {
    case OC_SORT_MACS:
        return costs->macs;
    case OC_SORT_PARAMS:
        return costs->params;
    case OC_SORT_MEMORY:
        return costs->memory;
    case OC_SORT_TRAFFIC:
        return costs->traffic;
    default:
        return costs->flops;
    }
}

void oc_line_rank(const oc_page *page, oc_line *line, const oc_costs *costs)
{
    line->known = oc_page_value(page, &line->rank, sort_figure(page, costs)) &&
                  oc_mul_i128(&line->rank, line->rank, line->times);
}

static int by_rank(const void *left, const void *right)
{
    const oc_line *a = left, *b = right;
    if (a->known != b->known)
        return a->known ? -1 : 1;
    if (a->known && a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    if (strcmp(a->key, b->key) != 0)
        return strcmp(a->key, b->key);
    return a->index < b->index ? -1 : a->index > b->index;
}

void oc_lines_sort(oc_line *lines, size_t count)
{
    qsort(lines, count, sizeof(oc_line), by_rank);
}

/* ---- folding ---- */

static size_t fold_nodes(oc_page *page, oc_line *lines)
{
    const oc_report *report = page->report;
    oc_line **first = OC_NEW(&page->arena, oc_line *, report->node_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < report->node_count; i++) {
        const oc_report_node *node = &report->nodes[i];
        bool folds = node->alike > 0 && node->alike <= report->node_count;
        if (!node->counted)
            continue;
        if (folds && first[node->alike]) {
            first[node->alike]->times++;
            continue;
        }
        lines[count] = (oc_line){.index = i, .times = 1, .key = ""};
        if (folds)
            first[node->alike] = &lines[count];
        count++;
    }
    return count;
}

oc_line *oc_lines_of_nodes(oc_page *page, size_t *count)
{
    const oc_report *report = page->report;
    oc_line *lines = OC_NEW(&page->arena, oc_line, report->node_count);
    *count = fold_nodes(page, lines);
    for (size_t i = 0; i < *count; i++) {
        oc_costs costs = oc_costs_of_node(&report->nodes[lines[i].index]);
        oc_line_rank(page, &lines[i], &costs);
    }
    oc_lines_sort(lines, *count);
    return lines;
}

const char *oc_scope_starred(oc_page *page, const char *scope)
{
    char *text = oc_arena_text(&page->arena, scope, strlen(scope));
    char *to = text;
    for (const char *from = scope; *from; from++) {
        bool digit = *from >= '0' && *from <= '9';
        if (!digit)
            *to++ = *from;
        else if (from == scope || from[-1] < '0' || from[-1] > '9')
            *to++ = '*';
    }
    *to = '\0';
    return text;
}
