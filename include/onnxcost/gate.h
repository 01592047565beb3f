/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/gate.h - limits on the figures of a report, and the verdict.
 *
 * A gate fails closed: what is unknown, estimated or a lower bound does not
 * pass, unless an upper bound of it is known that does.
 */
#ifndef ONNXCOST_GATE_H
#define ONNXCOST_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"
#include "onnxcost/error.h"
#include "onnxcost/report.h"

OC_BEGIN_API

typedef struct oc_gate_rule {
    const char *rule;   /* as the user knows it: "--max-flops" */
    const char *metric; /* of oc_budget_metric_find() */
    int64_t limit;      /* the most that passes: a count, or bytes */
    const char *file;   /* where the rule stands, or NULL */
    int64_t line;
} oc_gate_rule;

typedef struct oc_gate oc_gate;

/* A symbol that must have a value before the gate can answer. */
typedef struct oc_gate_symbol {
    const char *name;  /* as --dim takes it */
    const char *place; /* "input_ids dim 1", or "" */
    int64_t example;   /* a value it may have */
} oc_gate_symbol;

/**
 * Judges every rule. Passed: an exact figure, or a known upper bound, is at
 * most the limit. Failed: an exact figure or a lower bound is over it, or the
 * figure is unknown, an estimate, or a lower bound. Unanswerable: a symbol of
 * an input has no value.
 * @param[out] out  on success the caller's: oc_gate_free(). It lends strings
 *                  of the report and of the rules, which must outlive it.
 * @return OC_OK, whatever the verdict; OC_ERR_USAGE for a metric that does
 *         not exist ("gate.unknown-metric"); OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_gate_check(oc_gate **out, const oc_report *report,
                        const oc_gate_rule *rules, size_t rule_count,
                        oc_error *err);
void oc_gate_free(oc_gate *gate); /* NULL is fine */

/* One a rule, in their order. Lent: valid until oc_gate_free(). */
const oc_report_check *oc_gate_checks(const oc_gate *gate, size_t *count);
/* The worst: unanswerable, failed, warned, passed. OC_CHECK_PASSED of no
 * rules. */
oc_report_verdict oc_gate_verdict(const oc_gate *gate);
/* The symbols that unanswerable figures depend on. Lent. */
const oc_gate_symbol *oc_gate_unbound(const oc_gate *gate, size_t *count);

OC_END_API

#endif
