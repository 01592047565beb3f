/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_check.c - what passes a gate and what does not: every status of a
 * figure, under and over the limit, with and without an upper bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "onnxcost/gate.h"
#include "support/report.h"

enum { LIMIT = 100 };

/* The static report with other FLOPs. */
static oc_report with_flops(oc_quantity flops)
{
    oc_report report = *static_report();
    report.totals[OC_TOTAL_FLOPS] = flops;
    return report;
}

static oc_quantity number(int64_t value, oc_figure_status status)
{
    return (oc_quantity){.has_value = true, .value = value, .status = status};
}

static oc_quantity at_most(oc_quantity quantity, int64_t upper)
{
    quantity.has_upper = true;
    quantity.upper_value = upper;
    return quantity;
}

static oc_gate *gate_on(const oc_report *report, const char *metric,
                        int64_t limit)
{
    const oc_gate_rule rule = {
        .rule = "--max", .metric = metric, .limit = limit};
    oc_gate *gate = NULL;
    assert_int_equal(oc_gate_check(&gate, report, &rule, 1, NULL), OC_OK);
    return gate;
}

static oc_report_verdict verdict_on(oc_quantity flops)
{
    const oc_report report = with_flops(flops);
    oc_gate *gate = gate_on(&report, "flops", LIMIT);
    const oc_report_verdict verdict = oc_gate_verdict(gate);
    oc_gate_free(gate);
    return verdict;
}

static void every_status_under_and_over_the_limit(void **state)
{
    (void)state;
    static const struct {
        oc_figure_status status;
        oc_report_verdict under, over;
    } rows[] = {
        {OC_FIGURE_EXACT, OC_CHECK_PASSED, OC_CHECK_FAILED},
        {OC_FIGURE_UPPER_BOUND, OC_CHECK_PASSED, OC_CHECK_FAILED},
        {OC_FIGURE_ESTIMATE, OC_CHECK_FAILED, OC_CHECK_FAILED},
        {OC_FIGURE_LOWER_BOUND, OC_CHECK_FAILED, OC_CHECK_FAILED},
        {OC_FIGURE_UNKNOWN, OC_CHECK_FAILED, OC_CHECK_FAILED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(verdict_on(number(LIMIT, rows[i].status)),
                         rows[i].under);
        assert_int_equal(verdict_on(number(LIMIT + 1, rows[i].status)),
                         rows[i].over);
    }
}

static void an_upper_bound_within_the_limit_passes(void **state)
{
    (void)state;
    static const oc_figure_status statuses[] = {
        OC_FIGURE_UNKNOWN, OC_FIGURE_LOWER_BOUND, OC_FIGURE_ESTIMATE};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        const oc_quantity low = number(5, statuses[i]);
        assert_int_equal(verdict_on(at_most(low, LIMIT)), OC_CHECK_PASSED);
        assert_int_equal(verdict_on(at_most(low, LIMIT + 1)), OC_CHECK_FAILED);
    }
}

static void nothing_known_does_not_pass(void **state)
{
    (void)state;
    assert_int_equal(verdict_on((oc_quantity){0}), OC_CHECK_FAILED);
}

static void figures_beyond_63_bits_are_compared(void **state)
{
    (void)state;
    const oc_quantity huge = {.formula = "170141183460469231731687303715884",
                              .status = OC_FIGURE_EXACT};
    assert_int_equal(verdict_on(huge), OC_CHECK_FAILED);
}

static void a_metric_that_does_not_exist_is_a_usage_error(void **state)
{
    (void)state;
    const oc_gate_rule rule = {.rule = "--max", .metric = "beauty"};
    oc_error err = {.offset = OC_NO_OFFSET};
    oc_gate *gate = NULL;
    assert_int_equal(oc_gate_check(&gate, static_report(), &rule, 1, &err),
                     OC_ERR_USAGE);
    assert_string_equal(err.id, "gate.unknown-metric");
    assert_null(gate);
}

static void an_open_symbol_of_an_input_has_no_answer_and_is_named(void **state)
{
    (void)state;
    oc_report report = *symbolic_report();
    size_t count, checks;
    report.totals[OC_TOTAL_FLOPS] =
        (oc_quantity){.formula = "3*batch_size", .status = OC_FIGURE_EXACT};
    oc_gate *gate = gate_on(&report, "flops", LIMIT);
    assert_int_equal(oc_gate_verdict(gate), OC_CHECK_UNANSWERABLE);
    const oc_gate_symbol *symbols = oc_gate_unbound(gate, &count);
    assert_int_equal(count, 1);
    assert_string_equal(symbols[0].name, "batch_size");
    assert_non_null(oc_gate_checks(gate, &checks)[0].note);
    assert_int_equal(checks, 1);
    oc_gate_free(gate);
}

/* What data decides is not known, so it fails: no binding was forgotten. */
static void a_size_that_data_decides_fails(void **state)
{
    (void)state;
    static const oc_report_symbol symbol = {.name = "nonzero_0",
                                            .original = "nonzero_0",
                                            .kind =
                                                OC_REPORT_SYMBOL_DATA_DEPENDENT,
                                            .node = 0};
    static const oc_report_definition twice = {"d1", "2*nonzero_0"};
    oc_report report = with_flops(
        (oc_quantity){.formula = "d1 + 1", .status = OC_FIGURE_EXACT});
    report.symbols = &symbol;
    report.symbol_count = 1;
    report.definitions = &twice;
    report.definition_count = 1;
    oc_gate *gate = gate_on(&report, "flops", LIMIT);
    assert_int_equal(oc_gate_verdict(gate), OC_CHECK_FAILED);
    oc_gate_free(gate);
}

static void symbols_are_found_behind_definitions(void **state)
{
    (void)state;
    static const oc_report_symbol symbol = {
        .name = "seq", .original = "seq", .kind = OC_REPORT_SYMBOL_INPUT};
    static const oc_report_definition chain[] = {{"d1", "seq*seq"},
                                                 {"d2", "d1 + 1"}};
    oc_report report =
        with_flops((oc_quantity){.formula = "3*d2", .status = OC_FIGURE_EXACT});
    size_t count;
    report.symbols = &symbol;
    report.symbol_count = 1;
    report.definitions = chain;
    report.definition_count = 2;
    oc_gate *gate = gate_on(&report, "flops", LIMIT);
    assert_int_equal(oc_gate_verdict(gate), OC_CHECK_UNANSWERABLE);
    assert_string_equal(oc_gate_unbound(gate, &count)[0].name, "seq");
    oc_gate_free(gate);
}

/* Unanswerable before failed before passed, in any order. */
static void the_worst_verdict_is_the_gates(void **state)
{
    (void)state;
    const oc_gate_rule rules[] = {
        {.rule = "a", .metric = "peak-activations", .limit = LIMIT},
        {.rule = "b", .metric = "flops", .limit = 1},
        {.rule = "c", .metric = "nodes", .limit = INT64_MAX},
    };
    static const oc_report_verdict worst[] = {OC_CHECK_UNANSWERABLE,
                                              OC_CHECK_FAILED, OC_CHECK_PASSED};
    oc_report report = with_flops(number(5, OC_FIGURE_EXACT));
    const oc_report *open = symbolic_report();
    report.symbols = open->symbols;
    report.symbol_count = open->symbol_count;
    report.totals[OC_TOTAL_PEAK_ACTIVATION_BYTES] = (oc_quantity){
        .formula = open->symbols[0].name, .status = OC_FIGURE_EXACT};
    for (size_t first = 0; first < 3; first++) {
        oc_gate *gate = NULL;
        assert_int_equal(
            oc_gate_check(&gate, &report, rules + first, 3 - first, NULL),
            OC_OK);
        assert_int_equal(oc_gate_verdict(gate), worst[first]);
        oc_gate_free(gate);
    }
}

static void the_margin_is_what_is_left(void **state)
{
    (void)state;
    static const int64_t values[] = {LIMIT - 7, LIMIT, LIMIT + 9};
    for (size_t i = 0; i < 3; i++) {
        size_t count;
        const oc_report report = with_flops(number(values[i], OC_FIGURE_EXACT));
        oc_gate *gate = gate_on(&report, "flops", LIMIT);
        const oc_report_check *check = oc_gate_checks(gate, &count);
        assert_int_equal(check->margin.value, LIMIT - values[i]);
        assert_int_equal(check->value.value, values[i]);
        oc_gate_free(gate);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_under_and_over_the_limit),
        cmocka_unit_test(an_upper_bound_within_the_limit_passes),
        cmocka_unit_test(nothing_known_does_not_pass),
        cmocka_unit_test(figures_beyond_63_bits_are_compared),
        cmocka_unit_test(a_metric_that_does_not_exist_is_a_usage_error),
        cmocka_unit_test(an_open_symbol_of_an_input_has_no_answer_and_is_named),
        cmocka_unit_test(a_size_that_data_decides_fails),
        cmocka_unit_test(symbols_are_found_behind_definitions),
        cmocka_unit_test(the_worst_verdict_is_the_gates),
        cmocka_unit_test(the_margin_is_what_is_left),
    };
    return cmocka_run_group_tests_name("gates/check", tests, NULL, NULL);
}
