/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/formula.h - evaluates the formulas of a report.
 *
 * In here: one formula at a time, or many over the same names.
 * Not in here: where formulas come from (report.h).
 *
 * Text may come from anywhere: what is no formula is an error, and nesting is
 * bounded. Pointers must not be NULL unless said otherwise.
 */
#ifndef ONNXCOST_FORMULA_H
#define ONNXCOST_FORMULA_H

#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"
#include "onnxcost/error.h"

OC_BEGIN_API

/* A symbol and its value; of several for one symbol the last counts. */
typedef struct oc_binding {
    const char *name;
    int64_t value;
} oc_binding;

/**
 * Value of a formula in checked 128-bit arithmetic.
 * @param[out] value  set only on OC_OK.
 * @param text  the grammar of report formulas: integers, names, + - * // %
 *              **, min( , ), max( , ), (x).bit_length(), parentheses; `//`
 *              and `%` round to minus infinity, as in Python.
 * @param bindings  binding_count of them; may be NULL when there are none.
 * @param definition_names  names of sub-formulas, each over bindings and
 *              earlier definitions; may be NULL when there are none. Their
 *              formulas are definition_formulas, in the same order.
 * @return OC_OK; OC_ERR_USAGE for a name without a value
 *         ("usage.unbound-symbol"), also a definition that has none, and for
 *         what is no formula or is nested too deeply ("usage.formula");
 *         OC_ERR_SHAPE for a division by zero; OC_ERR_OVERFLOW;
 *         OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_formula_evaluate(oc_i128 *value, const char *text,
                              const oc_binding *bindings, size_t binding_count,
                              const char *const *definition_names,
                              const char *const *definition_formulas,
                              size_t definition_count, oc_error *err);

/* Bindings and definitions that many formulas share: the definitions are
 * evaluated once, when it is made. For one thread at a time; its memory grows
 * with the formulas that it has seen. */
typedef struct oc_evaluator oc_evaluator;

/**
 * The arguments are those of oc_formula_evaluate(), and need not outlive the
 * call. A definition without a value fails the formulas that name it.
 * @param[out] out  set only on OC_OK; the caller's, to be released by
 *                  oc_evaluator_free().
 * @return OC_OK or OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_evaluator_new(oc_evaluator **out, const oc_binding *bindings,
                           size_t binding_count,
                           const char *const *definition_names,
                           const char *const *definition_formulas,
                           size_t definition_count, oc_error *err);
/**
 * As oc_formula_evaluate(). After OC_ERR_NOMEM the evaluator can only be
 * released; after any other failure it is as good as before.
 */
OC_NODISCARD
oc_status oc_evaluator_value(oc_evaluator *evaluator, oc_i128 *value,
                             const char *text, oc_error *err);
void oc_evaluator_free(oc_evaluator *evaluator); /* NULL is fine */

OC_END_API

#endif
