/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/operators.h - the operators that are known, and their rules.
 */
#ifndef ONNXCOST_OPERATORS_H
#define ONNXCOST_OPERATORS_H

#include <stdbool.h>
#include <stddef.h>

#include "onnxcost/compat.h"
#include "onnxcost/error.h"

OC_BEGIN_API

/* A rule holds from an opset of its domain on, until the next one of the same
 * operator. All strings are constants. */
typedef struct oc_operator_rule {
    int since_version;
    const char *rule;   /* of the cost, in words; never NULL */
    bool counted;       /* false: nothing but bytes can be known, `rule` says
                           why */
    const char *source; /* "ONNX operators, Conv-22"; NULL */
} oc_operator_rule;

typedef struct oc_operator {
    const char *domain; /* "" for ai.onnx */
    const char *op_type;
    const char *versions; /* "1 11 22": the opsets that changed it */
    const char *inputs;   /* formal names, "X W B"; "inputs..." for a list */
    const char *outputs;
    int removed_in;    /* opset; 0: still there */
    size_t rule_count; /* 0: known, but without a rule: costs unknown */
    const oc_operator_rule *rules;
} oc_operator;

typedef struct oc_operators oc_operators;

/**
 * All operators of ONNX and ONNX Runtime that are known, sorted by domain and
 * op_type.
 * @param[out] out  on success the caller's: oc_operators_free().
 * @return OC_OK or OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_operators_new(oc_operators **out, oc_error *err);
void oc_operators_free(oc_operators *operators); /* NULL is fine */

/* Lent: valid until oc_operators_free(). */
const oc_operator *oc_operators_list(const oc_operators *operators,
                                     size_t *count);

OC_END_API

#endif
