/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/point.h - sample points: what symbols may be, to give an idea of
 * the size of a symbolic figure.
 *
 * A point is shown with every value beside it, never as an answer. Its values
 * come from the names of the symbols: see point.c for the table.
 */
#ifndef OC_REPORTS_POINT_H
#define OC_REPORTS_POINT_H

#include <stdbool.h>
#include <stddef.h>

#include "onnxcost/report.h"

#include "base/arena.h"

typedef struct oc_point {
    const oc_binding *bindings; /* of all symbols, in the report's order */
    oc_evaluator *values;       /* at them, with the definitions */
    const char *label;          /* "decode", or "" */
} oc_point;

#define OC_POINTS_MAX 4

typedef struct oc_points {
    const oc_report *report;
    /* Of the definitions, as oc_evaluator_new() wants them. */
    const char *const *names;
    const char *const *formulas;
    size_t count;
    oc_point point[OC_POINTS_MAX];
    size_t reference; /* of them: for shares and ranks; `count` if none */
} oc_points;

/* Points that satisfy all assumptions; none when nothing is symbolic. To be
 * released by oc_points_free(), also when memory ran out (`points` starts
 * empty). */
void oc_points_make(oc_points *points, const oc_report *report,
                    oc_arena *arena);
void oc_points_free(oc_points *points);
/* point may be NULL: then only integers have a value. */
bool oc_points_value(const oc_point *point, oc_i128 *value, oc_figure figure);

#endif
