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

#ifdef __cplusplus
extern "C" {
#endif

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
OC_NODISCARD oc_status oc_formula_evaluate(
    oc_i128 *value, const char *text, const oc_binding *bindings,
    size_t binding_count, const char *const *definition_names,
    const char *const *definition_formulas, size_t definition_count,
    oc_error *err);

#ifdef __cplusplus
}
#endif

#endif
