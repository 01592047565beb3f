/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/formula.c - the public evaluator of report formulas.
 *
 * It is the parser over names that stand for integers: every operation then
 * folds, in checked 128-bit arithmetic, and no second grammar is needed.
 */
#include "onnxcost/formula.h"

#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "symbolic/internal.h"

typedef struct scope {
    oc_space *space;
    oc_map *names;
    oc_expr *values; /* OC_UNKNOWN: a definition that failed */
} scope;

static oc_expr find_value(void *context, const char *name, size_t bytes)
{
    const scope *names = context;
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

static void define(scope *names, const char *name, size_t index, oc_expr value)
{
    names->values[index] = value;
    (void)oc_map_put(names->names, name, strlen(name), index);
}

static oc_parse_result value_of(scope *names, const char *text)
{
    return oc_parse(names->space, text, strlen(text), find_value, names);
}

typedef struct request {
    const char *text;
    const oc_binding *bindings;
    size_t binding_count;
    const char *const *definition_names;
    const char *const *definition_formulas;
    size_t definition_count;
} request;

static oc_status evaluate(oc_arena *arena, oc_i128 *value, const request *of,
                          oc_error *err)
{
    size_t bound = of->binding_count;
    scope names = {oc_space_new(arena, 0), oc_map_new(arena),
                   OC_NEW(arena, oc_expr, bound + of->definition_count)};
    for (size_t i = 0; i < bound; i++)
        define(&names, of->bindings[i].name, i,
               oc_expr_int(names.space, of->bindings[i].value));
    for (size_t i = 0; i < of->definition_count; i++)
        define(&names, of->definition_names[i], bound + i,
               value_of(&names, of->definition_formulas[i]).value);
    oc_parse_result result = value_of(&names, of->text);
    if (!oc_expr_to_int(names.space, result.value, value))
        return failed(of->text, result, err);
    return OC_OK;
}

static oc_status evaluate_or_escape(oc_arena *arena, oc_i128 *value,
                                    const request *of, oc_error *err)
{
    jmp_buf escape;
    arena->escape = &escape;
    if (setjmp(escape) == 0)
        return evaluate(arena, value, of, err);
    return oc_fail(err, OC_ERR_NOMEM, "limit.memory",
                   "out of memory evaluating a formula");
}

oc_status oc_formula_evaluate(oc_i128 *value, const char *text,
                              const oc_binding *bindings, size_t binding_count,
                              const char *const *definition_names,
                              const char *const *definition_formulas,
                              size_t definition_count, oc_error *err)
{
    request of = {text,
                  bindings,
                  binding_count,
                  definition_names,
                  definition_formulas,
                  definition_count};
    oc_arena arena = {0};
    oc_status status = evaluate_or_escape(&arena, value, &of, err);
    oc_arena_free(&arena);
    return status;
}
