/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/report.c - questions to a report, and the end of its life.
 */
#include "onnxcost/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "reports/point.h"

/* ---- metrics of budgets ---- */

static const oc_budget_metric metrics[] = {
    {"flops", OC_TOTAL_FLOPS, false},
    {"macs", OC_TOTAL_MACS, false},
    {"params", OC_TOTAL_PARAMS, false},
    {"weights", OC_TOTAL_WEIGHT_BYTES, true},
    {"peak-activations", OC_TOTAL_PEAK_ACTIVATION_BYTES, true},
    {"traffic", OC_TOTAL_TRAFFIC_BYTES, true},
    {"nodes", OC_TOTAL_COUNT, false},
};

const oc_budget_metric *oc_budget_metric_find(const char *name)
{
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
        if (strcmp(metrics[i].name, name) == 0)
            return &metrics[i];
    return NULL;
}

oc_quantity oc_budget_metric_quantity(const oc_budget_metric *metric,
                                      const oc_report *report)
{
    if (metric->total != OC_TOTAL_COUNT)
        return report->totals[metric->total];
    return (oc_quantity){.has_value = true,
                         .value = report->coverage.nodes,
                         .status = OC_FIGURE_EXACT};
}

/* ---- examples ---- */

struct search {
    oc_arena arena;
    jmp_buf no_memory;
    oc_points points;
};

/* Nothing here changes after setjmp() but what the pointers show. */
static bool find_example(struct search *search, const oc_report *report,
                         oc_binding *bindings)
{
    if (setjmp(search->no_memory) != 0)
        return false;
    search->arena.escape = &search->no_memory;
    oc_points_make(&search->points, report, &search->arena);
    const oc_points *points = &search->points;
    if (points->reference >= points->count)
        return false;
    for (size_t i = 0; i < report->symbol_count; i++)
        bindings[i].value = points->point[points->reference].bindings[i].value;
    return true;
}

bool oc_report_example(const oc_report *report, oc_binding *bindings)
{
    struct search search = {.arena = {0}};
    for (size_t i = 0; i < report->symbol_count; i++)
        bindings[i] = (oc_binding){
            report->symbols[i].name,
            report->symbols[i].has_value ? report->symbols[i].value : 1};
    const bool found = find_example(&search, report, bindings);
    oc_points_free(&search.points);
    oc_arena_free(&search.arena);
    return found;
}

/* ---- the end ---- */

void oc_report_free(oc_report *report)
{
    oc_arena *owner = report ? report->memory_owner : NULL;
    if (owner)
        oc_arena_free(owner);
    free(owner);
}
