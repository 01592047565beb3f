/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gates/check.c - figures of a report against limits.
 *
 * In here: the verdicts. Not in here: where rules come from, how verdicts are
 * written (reports/checks.c).
 */
#include <stdlib.h>
#include <string.h>

#include "onnxcost/gate.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/text.h"
#include "gates/symbols.h"

struct oc_gate {
    oc_arena arena;
    jmp_buf no_memory;
    const oc_report *report;
    oc_gate_names *names;
    size_t check_count;
    oc_report_check *checks;
    size_t unbound_count;
    const oc_gate_symbol *unbound;
};

/* ---- figures ---- */

static bool integer_of(oc_i128 *value, const oc_quantity *quantity)
{
    *value = quantity->value;
    return quantity->has_value ||
           (quantity->formula &&
            oc_i128_parse(value, quantity->formula, strlen(quantity->formula)));
}

static bool upper_of(oc_i128 *value, const oc_quantity *quantity)
{
    *value = quantity->upper_value;
    if (quantity->has_upper)
        return true;
    if (quantity->upper_formula)
        return oc_i128_parse(value, quantity->upper_formula,
                             strlen(quantity->upper_formula));
    return (quantity->status == OC_FIGURE_UPPER_BOUND ||
            quantity->status == OC_FIGURE_EXACT) &&
           integer_of(value, quantity);
}

/* An integer as a figure: beyond 63 bits a formula of digits. */
static oc_figure figure_of(oc_gate *gate, oc_i128 value)
{
    if (value <= INT64_MAX && value >= INT64_MIN)
        return oc_figure_of((int64_t)value);
    char *digits = OC_NEW(&gate->arena, char, OC_I128_DIGITS);
    return (oc_figure){.formula = oc_i128_print(digits, value)};
}

static oc_figure margin_of(oc_gate *gate, const oc_quantity *quantity,
                           int64_t limit)
{
    oc_i128 value, margin;
    if (!integer_of(&value, quantity) || !oc_sub_i128(&margin, limit, value))
        return (oc_figure){0};
    return figure_of(gate, margin);
}

static oc_figure value_of(const oc_quantity *quantity)
{
    if (quantity->has_value)
        return oc_figure_of(quantity->value);
    return (oc_figure){.formula = quantity->formula};
}

/* ---- verdicts ---- */

static bool needs_binding(oc_gate *gate, const oc_quantity *quantity)
{
    oc_i128 value;
    return !integer_of(&value, quantity) && quantity->formula &&
           oc_gate_names_mark(gate->names, quantity->formula);
}

static const char *reason(const oc_quantity *quantity)
{
    oc_i128 value;
    if (quantity->formula && !integer_of(&value, quantity))
        return "depends on a size that only data decides: --dim binds it";
    switch (quantity->status) {
    case OC_FIGURE_LOWER_BOUND:
        return "a lower bound: nodes are left out";
    case OC_FIGURE_UPPER_BOUND:
        return "an upper bound";
    case OC_FIGURE_ESTIMATE:
        return "an estimate";
    case OC_FIGURE_UNKNOWN:
        return "unknown";
    default:
        return NULL;
    }
}

static void judge(oc_gate *gate, oc_report_check *check,
                  const oc_budget_metric *metric, int64_t limit)
{
    const oc_quantity quantity =
        oc_budget_metric_quantity(metric, gate->report);
    const bool surely = quantity.status == OC_FIGURE_EXACT ||
                        quantity.status == OC_FIGURE_LOWER_BOUND;
    oc_i128 value, upper;
    check->value = value_of(&quantity);
    check->margin = margin_of(gate, &quantity, limit);
    check->note = reason(&quantity);
    if (upper_of(&upper, &quantity) && upper <= limit) {
        check->status = OC_CHECK_PASSED;
    } else if (surely && integer_of(&value, &quantity) && value > limit) {
        check->status = OC_CHECK_FAILED;
    } else if (needs_binding(gate, &quantity)) {
        check->status = OC_CHECK_UNANSWERABLE;
        check->note = "a symbol has no value: --dim binds it";
    } else {
        check->status = OC_CHECK_FAILED;
    }
}

static oc_status check_rule(oc_gate *gate, oc_report_check *check,
                            const oc_gate_rule *rule, oc_error *err)
{
    const oc_budget_metric *metric = oc_budget_metric_find(rule->metric);
    if (!metric)
        return oc_fail(err, OC_ERR_USAGE, "gate.unknown-metric",
                       "there is no metric \"%s\"", rule->metric);
    *check = (oc_report_check){.rule = rule->rule,
                               .metric = metric->name,
                               .limit = oc_figure_of(rule->limit),
                               .has_source = rule->file != NULL,
                               .file = rule->file,
                               .line = rule->line};
    judge(gate, check, metric, rule->limit);
    return OC_OK;
}

/* ---- the gate ---- */

static oc_status check_all(oc_gate *gate, const oc_gate_rule *rules,
                           size_t count, oc_error *err)
{
    if (setjmp(gate->no_memory) != 0)
        return oc_fail(err, OC_ERR_NOMEM, "memory.exhausted", "out of memory");
    gate->arena.escape = &gate->no_memory;
    gate->names = oc_gate_names_new(gate->report, &gate->arena);
    gate->checks = OC_NEW(&gate->arena, oc_report_check, count);
    for (; gate->check_count < count; gate->check_count++) {
        const oc_status status =
            check_rule(gate, &gate->checks[gate->check_count],
                       &rules[gate->check_count], err);
        if (status != OC_OK)
            return status;
    }
    gate->unbound = oc_gate_names_marked(gate->names, &gate->unbound_count);
    return OC_OK;
}

oc_status oc_gate_check(oc_gate **out, const oc_report *report,
                        const oc_gate_rule *rules, size_t rule_count,
                        oc_error *err)
{
    oc_gate *gate = calloc(1, sizeof(*gate));
    if (!gate)
        return oc_fail(err, OC_ERR_NOMEM, "memory.exhausted", "out of memory");
    gate->report = report;
    const oc_status status = check_all(gate, rules, rule_count, err);
    if (status == OC_OK)
        *out = gate;
    else
        oc_gate_free(gate);
    return status;
}

void oc_gate_free(oc_gate *gate)
{
    if (gate)
        oc_arena_free(&gate->arena);
    free(gate);
}

const oc_report_check *oc_gate_checks(const oc_gate *gate, size_t *count)
{
    *count = gate->check_count;
    return gate->checks;
}

oc_report_verdict oc_gate_verdict(const oc_gate *gate)
{
    static const int badness[] = {[OC_CHECK_PASSED] = 0,
                                  [OC_CHECK_WARNED] = 1,
                                  [OC_CHECK_FAILED] = 2,
                                  [OC_CHECK_UNANSWERABLE] = 3};
    oc_report_verdict worst = OC_CHECK_PASSED;
    for (size_t i = 0; i < gate->check_count; i++)
        if (badness[gate->checks[i].status] > badness[worst])
            worst = gate->checks[i].status;
    return worst;
}

const oc_gate_symbol *oc_gate_unbound(const oc_gate *gate, size_t *count)
{
    *count = gate->unbound_count;
    return gate->unbound;
}
