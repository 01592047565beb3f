/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/formula.c - the public evaluator of report formulas.
 *
 * It is the parser over names that stand for integers: every operation then
 * folds, in checked 128-bit arithmetic, and no second grammar is needed.
 */
#include "onnxcost/formula.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "symbolic/internal.h"

struct oc_evaluator {
    oc_arena arena;
    oc_space *space;
    oc_map *names;
    oc_expr *values; /* OC_UNKNOWN: a definition that failed */
    size_t count;
};

static oc_expr find_value(void *context, const char *name, size_t bytes)
{
    const oc_evaluator *names = context;
    uint64_t index;
    if (!oc_map_get(names->names, name, bytes, &index))
        return OC_UNKNOWN;
    return names->values[index];
}

static oc_status failed(const char *text, oc_parse_result result, oc_error *err)
{
    switch (result.failure) {
    case OC_PARSE_OK:
        return oc_fail(err, OC_ERR_OVERFLOW, "arith.overflow",
                       "the value is beyond 128 bits");
    case OC_PARSE_NAME:
        return oc_fail(err, OC_ERR_USAGE, "usage.unbound-symbol",
                       "symbol '%.*s' has no value",
                       (int)(result.bytes < 128 ? result.bytes : 128),
                       text + result.offset);
    case OC_PARSE_DIVISION:
        return oc_fail(err, OC_ERR_SHAPE, "arith.division-by-zero",
                       "the formula divides by zero");
    case OC_PARSE_DEPTH:
        return oc_fail(err, OC_ERR_USAGE, "usage.formula",
                       "the formula is nested too deeply");
    case OC_PARSE_SYNTAX:
        break;
    }
    return oc_fail(err, OC_ERR_USAGE, "usage.formula",
                   "not a formula at character %zu", result.offset + 1);
}

static oc_parse_result value_of(oc_evaluator *names, const char *text)
{
    return oc_parse(names->space, text, strlen(text), find_value, names);
}

/* The texts of names last as long as the evaluator. */
static void define(oc_evaluator *names, const char *name, oc_expr value)
{
    const size_t index = names->count++, bytes = strlen(name);
    names->values[index] = value;
    (void)oc_map_put(names->names, oc_arena_text(&names->arena, name, bytes),
                     bytes, index);
}

static oc_status no_memory(oc_error *err)
{
    return oc_fail(err, OC_ERR_NOMEM, "memory.exhausted",
                   "out of memory evaluating a formula");
}

oc_status oc_evaluator_new(oc_evaluator **out, const oc_binding *bindings,
                           size_t binding_count,
                           const char *const *definition_names,
                           const char *const *definition_formulas,
                           size_t definition_count, oc_error *err)
{
    jmp_buf escape;
    oc_evaluator *volatile made = calloc(1, sizeof(*made));
    if (!made)
        return no_memory(err);
    oc_evaluator *names = made;
    names->arena.escape = &escape;
    if (setjmp(escape) != 0) {
        oc_evaluator_free(made);
        return no_memory(err);
    }
    names->space = oc_space_new(&names->arena, 0);
    names->names = oc_map_new(&names->arena);
    names->values =
        OC_NEW(&names->arena, oc_expr, binding_count + definition_count);
    for (size_t i = 0; i < binding_count; i++)
        define(names, bindings[i].name,
               oc_expr_int(names->space, bindings[i].value));
    for (size_t i = 0; i < definition_count; i++)
        define(names, definition_names[i],
               value_of(names, definition_formulas[i]).value);
    *out = names;
    return OC_OK;
}

oc_status oc_evaluator_value(oc_evaluator *evaluator, oc_i128 *value,
                             const char *text, oc_error *err)
{
    jmp_buf escape;
    evaluator->arena.escape = &escape;
    if (setjmp(escape) != 0)
        return no_memory(err);
    oc_parse_result result = value_of(evaluator, text);
    if (!oc_expr_to_int(evaluator->space, result.value, value))
        return failed(text, result, err);
    return OC_OK;
}

void oc_evaluator_free(oc_evaluator *evaluator)
{
    if (!evaluator)
        return;
    oc_arena_free(&evaluator->arena);
    free(evaluator);
}

oc_status oc_formula_evaluate(oc_i128 *value, const char *text,
                              const oc_binding *bindings, size_t binding_count,
                              const char *const *definition_names,
                              const char *const *definition_formulas,
                              size_t definition_count, oc_error *err)
{
    oc_evaluator *evaluator = NULL;
    oc_status status =
        oc_evaluator_new(&evaluator, bindings, binding_count, definition_names,
                         definition_formulas, definition_count, err);
    if (status == OC_OK)
        status = oc_evaluator_value(evaluator, value, text, err);
    oc_evaluator_free(evaluator);
    return status;
}
