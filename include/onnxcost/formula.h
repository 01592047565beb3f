/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/formula.h - evaluates the formulas of a report.
 */
#ifndef ONNXCOST_FORMULA_H
#define ONNXCOST_FORMULA_H

#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"
#include "onnxcost/error.h"

OC_BEGIN_API

typedef struct oc_binding {
    const char *name;
    int64_t value;
} oc_binding;

/**
 * Value of a formula in checked 128-bit arithmetic.
 * @param text  the grammar of report formulas: integers, names, + - * // %
 *              **, min( , ), max( , ), (x).bit_length(), parentheses.
 * @param definitions  "name = formula" pairs in order of dependency, given
 *              as two parallel arrays; definition_count may be 0.
 * @return OC_OK; OC_ERR_USAGE for a name without value or a syntax error;
 *         OC_ERR_OVERFLOW; OC_ERR_SHAPE for a division by zero.
 *         *value is set only on OC_OK.
 */
OC_NODISCARD
oc_status oc_formula_evaluate(oc_i128 *value, const char *text,
                              const oc_binding *bindings, size_t binding_count,
                              const char *const *definition_names,
                              const char *const *definition_formulas,
                              size_t definition_count, oc_error *err);

/* Bindings and definitions that many formulas share: the definitions are
 * evaluated once, when it is made. */
typedef struct oc_evaluator oc_evaluator;

/**
 * The arguments are those of oc_formula_evaluate(), and need not outlive the
 * call. A definition without a value fails the formulas that name it.
 * @param[out] out  the caller's: oc_evaluator_free().
 * @return OC_OK or OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_evaluator_new(oc_evaluator **out, const oc_binding *bindings,
                           size_t binding_count,
                           const char *const *definition_names,
                           const char *const *definition_formulas,
                           size_t definition_count, oc_error *err);
/** As oc_formula_evaluate(). */
OC_NODISCARD
oc_status oc_evaluator_value(oc_evaluator *evaluator, oc_i128 *value,
                             const char *text, oc_error *err);
void oc_evaluator_free(oc_evaluator *evaluator); /* NULL is fine */

OC_END_API

#endif
