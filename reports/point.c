/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/point.c - sample points for symbolic figures.
 *
 * The table of names: batch is 1 and 8, a sequence 1 and 2048 (or 512, 128,
 * 16, when an assumption of the model forbids more), a past 0 and 2047, a
 * total their sum, height and width 224, anything else 1 (or the least power
 * of 16 that the assumptions allow). A size that an assumption makes equal to
 * an integer is that integer.
 */
#include "reports/point.h"

#include <string.h>

#include "base/checked.h"
#include "base/text.h"
#include "reports/figure.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

typedef struct scenario {
    int64_t batch, sequence, past;
    const char *label;
} scenario;

static const scenario scenarios[OC_POINTS_MAX] = {
    {1, 1, 0, ""},
    {1, 1, 2047, "decode"},
    {1, 2048, 0, "prefill"},
    {8, 2048, 0, ""},
};
enum { REFERENCE = 2 };

typedef enum role { OTHER, BATCH, SEQUENCE, PAST, TOTAL, IMAGE } role;

/* The first row that a name contains decides. */
static const struct {
    const char *part;
    role role;
} roles[] = {
    {"total", TOTAL},    {"plus", TOTAL},   {"batch", BATCH},
    {"past", PAST},      {"seq", SEQUENCE}, {"len", SEQUENCE},
    {"token", SEQUENCE}, {"height", IMAGE}, {"width", IMAGE},
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* `part` is in lower case. */
static bool contains(const char *name, const char *part)
{
    for (; *name; name++) {
        size_t i = 0;
        while (part[i] && lower(name[i]) == part[i])
            i++;
        if (!part[i])
            return true;
    }
    return false;
}

static role role_of(const oc_report_symbol *symbol)
{
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (contains(symbol->original, roles[i].part) ||
            contains(symbol->name, roles[i].part))
            return roles[i].role;
    return OTHER;
}

/* The integer of "symbol == integer". */
static bool is_pinned(int64_t *value, const oc_report *report,
                      const oc_report_symbol *symbol)
{
    for (size_t i = 0; i < report->assumption_count; i++) {
        const oc_report_assumption *equal = &report->assumptions[i];
        oc_i128 right;
        if (equal->kind != OC_REPORT_EQUAL || !equal->right ||
            strcmp(equal->left, symbol->name) != 0 ||
            !oc_i128_parse(&right, equal->right, strlen(equal->right)) ||
            right < 0 || right > INT64_MAX)
            continue;
        *value = (int64_t)right;
        return true;
    }
    return false;
}

static int64_t value_of(const oc_report *report, const oc_report_symbol *symbol,
                        const scenario *at, int64_t other)
{
    int64_t pinned;
    if (!symbol->has_value && is_pinned(&pinned, report, symbol))
        return pinned;
    switch (symbol->has_value ? OTHER : role_of(symbol)) {
    case BATCH:
        return at->batch;
    case SEQUENCE:
        return at->sequence;
    case PAST:
        return at->past;
    case TOTAL:
        return at->sequence + at->past;
    case IMAGE:
        return 224;
    default:
        return symbol->has_value ? symbol->value : other;
    }
}

bool oc_points_value(const oc_point *point, oc_i128 *value, oc_figure figure)
{
    if (oc_figure_integer(value, figure))
        return true;
    return oc_figure_is_known(figure) && point &&
           oc_evaluator_value(point->values, value, figure.formula, NULL) ==
               OC_OK;
}

/* ---- assumptions ---- */

static bool formula_value(const oc_point *point, oc_i128 *value,
                          const char *formula)
{
    oc_figure figure = {.formula = formula};
    return formula && oc_points_value(point, value, figure);
}

static bool holds(const oc_point *point, const oc_report_assumption *assumption)
{
    oc_i128 left, right = 0, rest;
    if (!formula_value(point, &left, assumption->left))
        return false;
    if (assumption->kind == OC_REPORT_NONZERO)
        return left != 0;
    if (!formula_value(point, &right, assumption->right))
        return false;
    if (assumption->kind == OC_REPORT_EQUAL)
        return left == right;
    if (assumption->kind == OC_REPORT_AT_MOST)
        return left <= right;
    return oc_floor_mod_i128(&rest, right, left) && rest == 0;
}

static bool in_bounds(const oc_report_symbol *symbol, int64_t value)
{
    return (!symbol->has_lower || value >= symbol->lower) &&
           (!symbol->has_upper || value <= symbol->upper);
}

/* The symbols first: evaluating the definitions takes longer. */
static bool is_possible(const oc_points *points, oc_point *point)
{
    const oc_report *report = points->report;
    for (size_t i = 0; i < report->symbol_count; i++)
        if (!in_bounds(&report->symbols[i], point->bindings[i].value))
            return false;
    if (oc_evaluator_new(&point->values, point->bindings, report->symbol_count,
                         points->names, points->formulas,
                         report->definition_count, NULL) != OC_OK)
        return false;
    for (size_t i = 0; i < report->assumption_count; i++)
        if (!holds(point, &report->assumptions[i]))
            return false;
    return true;
}

/* ---- making them ---- */

static oc_point point_at(const oc_report *report, const scenario *at,
                         int64_t other, oc_arena *arena)
{
    oc_binding *bindings = OC_NEW(arena, oc_binding, report->symbol_count);
    for (size_t i = 0; i < report->symbol_count; i++)
        bindings[i] = (oc_binding){
            .name = report->symbols[i].name,
            .value = value_of(report, &report->symbols[i], at, other)};
    return (oc_point){.bindings = bindings, .label = at->label};
}

static void forget(oc_point *point)
{
    oc_evaluator_free(point->values);
    point->values = NULL;
}

/* The first possible way to play a scenario. */
static bool play(const oc_points *points, oc_point *point, scenario at,
                 oc_arena *arena)
{
    static const int64_t sequences[] = {2048, 512, 128, 16};
    static const int64_t others[] = {1, 16, 256, 4096, 65536};
    size_t sequence_count = at.sequence > 1 ? COUNT_OF(sequences) : 1;
    for (size_t s = 0; s < sequence_count; s++)
        for (size_t o = 0; o < COUNT_OF(others); o++) {
            at.sequence = at.sequence > 1 ? sequences[s] : 1;
            *point = point_at(points->report, &at, others[o], arena);
            if (is_possible(points, point))
                return true;
            forget(point);
        }
    return false;
}

static bool is_new(const oc_points *points, const oc_point *point)
{
    for (size_t i = 0; i < points->count; i++) {
        size_t same = 0;
        while (same < points->report->symbol_count &&
               points->point[i].bindings[same].value ==
                   point->bindings[same].value)
            same++;
        if (same == points->report->symbol_count)
            return false;
    }
    return true;
}

static bool has_past(const oc_report *report)
{
    for (size_t i = 0; i < report->symbol_count; i++)
        if (!report->symbols[i].has_value &&
            role_of(&report->symbols[i]) == PAST)
            return true;
    return false;
}

static bool has_free_symbol(const oc_report *report)
{
    for (size_t i = 0; i < report->symbol_count; i++)
        if (!report->symbols[i].has_value)
            return true;
    return false;
}

static void list_definitions(oc_points *points, oc_arena *arena)
{
    const oc_report *report = points->report;
    const char **names = OC_NEW(arena, const char *, report->definition_count);
    const char **formulas =
        OC_NEW(arena, const char *, report->definition_count);
    for (size_t i = 0; i < report->definition_count; i++) {
        names[i] = report->definitions[i].name;
        formulas[i] = report->definitions[i].formula;
    }
    points->names = names;
    points->formulas = formulas;
}

void oc_points_make(oc_points *points, const oc_report *report, oc_arena *arena)
{
    *points = (oc_points){.report = report};
    list_definitions(points, arena);
    bool past = has_past(report);
    for (size_t i = 0; has_free_symbol(report) && i < OC_POINTS_MAX; i++) {
        oc_point *point = &points->point[points->count];
        if (!play(points, point, scenarios[i], arena))
            continue;
        if (!is_new(points, point)) {
            forget(point);
            continue;
        }
        if (!past)
            point->label = "";
        if (i <= REFERENCE)
            points->reference = points->count;
        points->count++;
    }
}

void oc_points_free(oc_points *points)
{
    for (size_t i = 0; i < OC_POINTS_MAX; i++)
        forget(&points->point[i]);
}
