/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gates/symbols.c - which free symbols of inputs the figures of a gate need.
 *
 * In here: names in formulas, where a symbol stands in the inputs.
 */
#include "gates/symbols.h"

#include <string.h>

#include "base/map.h"

struct oc_gate_names {
    const oc_report *report;
    oc_arena *arena;
    oc_map *symbols;     /* name -> index, of the free ones of inputs */
    oc_map *definitions; /* name -> index */
    bool *needed;        /* one a symbol */
    bool *used;          /* one a definition, of the present formula */
};

/* Data decides the others: no value of an input does. */
static bool is_open(const oc_report_symbol *symbol)
{
    return !symbol->has_value && (symbol->kind == OC_REPORT_SYMBOL_INPUT ||
                                  symbol->kind == OC_REPORT_SYMBOL_DECLARED);
}

oc_gate_names *oc_gate_names_new(const oc_report *report, oc_arena *arena)
{
    oc_gate_names *names = OC_NEW(arena, oc_gate_names, 1);
    *names =
        (oc_gate_names){.report = report,
                        .arena = arena,
                        .symbols = oc_map_new(arena),
                        .definitions = oc_map_new(arena),
                        .needed = OC_NEW(arena, bool, report->symbol_count),
                        .used = OC_NEW(arena, bool, report->definition_count)};
    for (size_t i = 0; i < report->symbol_count; i++)
        if (is_open(&report->symbols[i]))
            oc_map_put(names->symbols, report->symbols[i].name,
                       strlen(report->symbols[i].name), i);
    for (size_t i = 0; i < report->definition_count; i++)
        oc_map_put(names->definitions, report->definitions[i].name,
                   strlen(report->definitions[i].name), i);
    return names;
}

static bool is_name(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static bool mark_names(oc_gate_names *names, const char *formula)
{
    bool any = false;
    while (*formula) {
        size_t bytes = 0;
        uint64_t index;
        while (is_name(formula[bytes]))
            bytes++;
        if (bytes && oc_map_get(names->symbols, formula, bytes, &index))
            any = names->needed[index] = true;
        else if (bytes &&
                 oc_map_get(names->definitions, formula, bytes, &index))
            names->used[index] = true;
        formula += bytes ? bytes : 1;
    }
    return any;
}

bool oc_gate_names_mark(oc_gate_names *names, const char *formula)
{
    const oc_report *report = names->report;
    memset(names->used, 0, report->definition_count * sizeof(*names->used));
    bool any = mark_names(names, formula);
    /* A definition names earlier ones only. */
    for (size_t i = report->definition_count; i-- > 0;)
        if (names->used[i])
            any |= mark_names(names, report->definitions[i].formula);
    return any;
}

/* "input_ids dim 1": the first dim of an input that is the symbol. */
static const char *place_of(const oc_gate_names *names, const char *symbol)
{
    const oc_report *report = names->report;
    for (size_t i = 0; i < report->input_count; i++)
        for (size_t axis = 0; axis < report->inputs[i].rank; axis++) {
            const char *dim = report->inputs[i].dims[axis].formula;
            if (dim && strcmp(dim, symbol) == 0)
                return oc_arena_printf(names->arena, "%s dim %zu",
                                       report->inputs[i].name, axis);
        }
    return "";
}

const oc_gate_symbol *oc_gate_names_marked(const oc_gate_names *names,
                                           size_t *count)
{
    const oc_report *report = names->report;
    oc_gate_symbol *list =
        OC_NEW(names->arena, oc_gate_symbol, report->symbol_count);
    oc_binding *example =
        OC_NEW(names->arena, oc_binding, report->symbol_count);
    bool any = false;
    for (size_t i = 0; i < report->symbol_count; i++)
        any |= names->needed[i];
    if (any)
        oc_report_example(report, example);
    *count = 0;
    for (size_t i = 0; i < report->symbol_count; i++)
        if (names->needed[i])
            list[(*count)++] = (oc_gate_symbol){
                report->symbols[i].name,
                place_of(names, report->symbols[i].name), example[i].value};
    return list;
}
