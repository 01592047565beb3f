/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of small graphs, counted by hand: the worked example of the rules in
 * all its variants, and what makes a buffer or none.
 *
 * A graph is lines of "OUTPUT=OP INPUT...": the letter names a value, the
 * digit behind it says how many KiB it has. "Op" is an operator that nobody
 * knows, whose output's type is declared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnxcost/analyze.h"

#include "support/test.h"
#include "support/writer.h"

#define KIB 1024

/* ---- graphs ---- */

static void write_type(writer *w, uint32_t field, const char *name,
                       const char *kib)
{
    write_begin(w, field);
    write_text(w, 1, name);
    write_begin(w, 2);
    write_begin(w, 1);
    write_number(w, 1, 2); /* uint8 */
    write_begin(w, 2);
    write_begin(w, 1);
    if (*kib >= '0' && *kib <= '9')
        write_number(w, 1, strtoull(kib, NULL, 10) * KIB);
    else
        write_text(w, 2, kib);
    for (int i = 0; i < 5; i++)
        write_end(w);
}

/* "y8=Op c e" */
static void write_line(writer *w, char *line)
{
    char *equals = strchr(line, '='), *op = equals + 1;
    char *inputs = strchr(op, ' ');
    const char name[2] = {line[0], '\0'};
    *equals = *inputs++ = '\0';
    write_node_begin(w, 1, op, inputs, name);
    if (strcmp(op, "Op") == 0)
        write_text(w, 7, "local");
    write_end(w);
    if (line[1])
        write_type(w, 13, name, line + 1);
}

/* "x7 | a8=Op x; y8=Op a | y" */
static writer graph(const char *text)
{
    char all[512], *rest = all, *part;
    writer w = {0};
    snprintf(all, sizeof(all), "%s", text);
    char *inputs = strtok_r(all, "|", &rest);
    char *nodes = strtok_r(NULL, "|", &rest);
    char *outputs = strtok_r(NULL, "|", &rest);
    write_model(&w);
    for (; (part = strtok_r(inputs, " ", &inputs));) {
        const char name[2] = {part[0], '\0'};
        write_type(&w, 11, name, part + 1);
    }
    for (; (part = strtok_r(nodes, ";", &nodes));)
        if (*(part += strspn(part, " ")))
            write_line(&w, part);
    for (; (part = strtok_r(outputs, " ", &outputs));)
        write_value(&w, 12, part);
    write_end(&w);
    return w;
}

/* ---- reports ---- */

typedef struct options {
    const char *count; /* one beside align=1, or NULL */
    const char *order;
} options;

static oc_report *report_of(const char *text, options given)
{
    writer w = graph(text);
    oc_model *model = NULL;
    oc_report *report = NULL;
    oc_error err = {.offset = OC_NO_OFFSET};
    const char *counting[] = {"align=1", given.count};
    const oc_analyze_options all = {.struct_size = sizeof(all),
                                    .counting = counting,
                                    .counting_count = given.count ? 2 : 1,
                                    .order = given.order};
    if (oc_model_load_memory(&model, "g", w.data, w.bytes, NULL, &err) !=
            OC_OK ||
        oc_analyze(&report, model, &all, &err) != OC_OK)
        fail_msg("%s: %s", err.id, err.message);
    oc_model_free(model);
    writer_free(&w);
    return report;
}

static int64_t total(const oc_report *report, oc_total which)
{
    assert_true(report->totals[which].has_value);
    return report->totals[which].value;
}

/* "15 16 15" */
static void assert_steps(const oc_report *report, const char *kib)
{
    char text[256] = "";
    for (size_t i = 0; i < report->memory->step_count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%lld",
                 i ? " " : "", (long long)report->memory->steps[i].value / KIB);
    assert_string_equal(text, kib);
}

static void assert_memory(const char *text, options given, const char *steps,
                          int64_t peak, int64_t arena)
{
    oc_report *report = report_of(text, given);
    assert_steps(report, steps);
    assert_int_equal(total(report, OC_TOTAL_PEAK_ACTIVATION_BYTES), peak * KIB);
    assert_int_equal(total(report, OC_TOTAL_ARENA_BYTES), arena * KIB);
    assert_int_equal(report->memory->arena_lower_bound, peak * KIB);
    oc_report_free(report);
}

/* ---- the worked example ---- */

#define EXAMPLE                                                                \
    "x7 | a8=Op x; b=Relu a; c7=Op b; d=Identity b; e1=Op d; y8=Op c e | y"
/* Reshape copies */
#define WITHOUT_VIEW                                                           \
    "x7 | a8=Op x; b=Relu a; c7=Op b; d8=Op b; e1=Op d; y8=Op c e | y"

static void the_worked_example_is_right_to_the_unit(void **state)
{
    (void)state;
    oc_report *report = report_of(EXAMPLE, (options){0});
    const oc_report_memory *memory = report->memory;
    assert_memory(EXAMPLE, (options){0}, "15 16 15 15 16 16", 16, 16);
    /* 8 + 8 + 7 + 1 + 8 of the nodes; the input is none of them */
    assert_int_equal(total(report, OC_TOTAL_SUM_ACTIVATION_BYTES), 32 * KIB);
    assert_int_equal(memory->peak_node, 1);
    assert_int_equal(memory->live_count, 2);
    assert_string_equal(memory->live[0].name, "a");
    assert_string_equal(memory->live[1].name, "b");
    assert_string_equal(memory->arena_order, "size, later first use");
    assert_string_equal(memory->order, "file");
    /* a@0 b@8 y@0 x@8 c@16 e@23, then y@0 b@0 a@8 c@8 x@0 e@15 */
    assert_int_equal(memory->tried_count, 2);
    assert_string_equal(memory->tried[0].order, "size, earlier first use");
    assert_int_equal(memory->tried[0].bytes, 24 * KIB);
    assert_string_equal(memory->tried[1].order, "size, later first use");
    assert_int_equal(memory->tried[1].bytes, 16 * KIB);
    oc_report_free(report);
}

static void a_copy_in_the_place_of_the_view_costs_its_bytes(void **state)
{
    (void)state;
    assert_memory(WITHOUT_VIEW, (options){0}, "15 16 15 23 16 16", 23, 23);
}

static void in_place_writes_b_over_a(void **state)
{
    (void)state;
    oc_report *report = report_of(EXAMPLE, (options){.count = "in-place"});
    assert_memory(EXAMPLE, (options){.count = "in-place"}, "15 8 15 15 16 16",
                  16, 16);
    assert_true(report->memory->in_place);
    assert_int_equal(report->memory->peak_without_reuse.value, 16 * KIB);
    oc_report_free(report);
}

static void without_inputs_and_outputs_x_and_y_are_the_callers(void **state)
{
    (void)state;
    assert_memory(EXAMPLE, (options){.count = "io=exclude"}, "8 16 15 15 16 8",
                  16, 16);
}

/* ---- what is a buffer ---- */

static void an_output_that_no_one_reads_lives_at_its_own_step(void **state)
{
    (void)state;
    assert_memory("x1 | a2=Op x; b4=Op a; y1=Op a | y b", (options){0}, "3 6 7",
                  7, 7);
}

/* The view lives to the end, and its whole buffer with it. */
static void a_view_keeps_its_buffer(void **state)
{
    (void)state;
    assert_memory("x1 | a8=Op x; b=Identity a; c1=Op x; y=Identity b | y c",
                  (options){0}, "9 9 10 9", 10, 10);
}

/* y shows x, which belongs to the caller: it is copied. */
static void an_output_that_shows_an_input_is_a_copy(void **state)
{
    (void)state;
    oc_report *report = report_of("x3 | y=Identity x | y", (options){0});
    assert_steps(report, "6");
    assert_int_equal(total(report, OC_TOTAL_SUM_ACTIVATION_BYTES), 3 * KIB);
    oc_report_free(report);
}

static void shape_arithmetic_has_no_buffer_and_keeps_its_operand(void **state)
{
    (void)state;
    oc_report *report = report_of(
        "x3 | a5=Op x; b1=Op x; s=Shape a; y=Reshape b s | y", (options){0});
    assert_steps(report, "8 9 6 1");
    oc_report_free(report);
}

static void a_size_that_is_not_known_makes_a_lower_bound(void **state)
{
    (void)state;
    oc_report *report = report_of("x3 | a=Op x; y1=Op a | y", (options){0});
    const oc_quantity *peak = &report->totals[OC_TOTAL_PEAK_ACTIVATION_BYTES];
    bool named = false;
    assert_int_equal(peak->status, OC_FIGURE_LOWER_BOUND);
    assert_int_equal(peak->value, 3 * KIB);
    assert_int_equal(report->totals[OC_TOTAL_ARENA_BYTES].status,
                     OC_FIGURE_UNKNOWN);
    for (size_t i = 0; i < report->diagnostic_count; i++)
        named |=
            strcmp(report->diagnostics[i].id, "memory.unknown-size") == 0 &&
            strstr(report->diagnostics[i].message, "\"a\"");
    assert_true(named);
    oc_report_free(report);
}

static bool is_said(const oc_report *report, oc_report_severity severity,
                    const char *id, uint32_t node, const char *text)
{
    for (size_t i = 0; i < report->diagnostic_count; i++) {
        const oc_report_diagnostic *said = &report->diagnostics[i];
        if (said->severity == severity && said->node == node &&
            strcmp(said->id, id) == 0 && strstr(said->message, text))
            return true;
    }
    return false;
}

static void all_tensors_of_unknown_size_are_named(void **state)
{
    (void)state;
    oc_report *report =
        report_of("x3 | a=Op x; b=Op a; c2=Op b; y1=Op c | y", (options){0});
    const oc_report_memory *memory = report->memory;
    assert_steps(report, "3 0 2 3");
    assert_int_equal(memory->unknown_count, 2);
    assert_string_equal(memory->unknown[0], "a");
    assert_string_equal(memory->unknown[1], "b");
    assert_true(is_said(report, OC_WARNING, "memory.unknown-size", 0,
                        "\"a\", \"b\": memory figures are lower bounds"));
    oc_report_free(report);
}

static void a_tensor_of_size_0_is_known(void **state)
{
    (void)state;
    oc_report *report = report_of("x3 | a0=Op x; y1=Op a | y", (options){0});
    assert_steps(report, "3 1");
    assert_int_equal(report->memory->unknown_count, 0);
    assert_int_equal(total(report, OC_TOTAL_ARENA_BYTES), 3 * KIB);
    oc_report_free(report);
}

/* ---- symbols ---- */

/* Either x and a, or a and y: which is more depends on m and n. */
static void an_open_peak_is_the_maximum_of_live_sets(void **state)
{
    (void)state;
    oc_report *report =
        report_of("xm | an=Op x; bm=Op a; y1=Op b | y", (options){0});
    const oc_quantity *peak = &report->totals[OC_TOTAL_PEAK_ACTIVATION_BYTES];
    assert_false(peak->has_value);
    assert_int_equal(peak->status, OC_FIGURE_EXACT);
    assert_string_equal(peak->formula, "max(m + 1024, m + n)");
    assert_int_equal(report->memory->other_count, 1);
    assert_false(report->memory->has_arena);
    oc_report_free(report);
}

/* ---- order ---- */

/* The file computes both large ones first. */
#define WIDE "x1 | a8=Op x; b8=Op x; c1=Op a; d1=Op b; y1=Op c d | y"

static void min_peak_finds_a_better_order(void **state)
{
    (void)state;
    const options best = {.order = "min-peak"};
    oc_report *report = report_of(WIDE, best);
    assert_memory(WIDE, (options){0}, "9 17 17 10 3", 17, 17);
    assert_int_equal(total(report, OC_TOTAL_PEAK_ACTIVATION_BYTES), 10 * KIB);
    assert_string_equal(report->memory->order, "min-peak");
    assert_int_equal(report->memory->schedule_count, 5);
    assert_int_equal(report->memory->order_optimal, OC_YES);
    oc_report_free(report);
    report = report_of(WIDE, (options){0});
    assert_int_equal(report->memory->order_optimal, OC_MAYBE);
    oc_report_free(report);
}

/* Not while sizes are open or unknown, nor of what is written in place. */
static void an_order_is_exact_only_where_that_is_shown(void **state)
{
    (void)state;
    const options best = {.order = "min-peak"};
    const char *const sizes = "xm | an=Op x; bm=Op x; y1=Op a b | y";
    oc_report *report = report_of(sizes, best);
    assert_int_equal(report->memory->order_optimal, OC_NO);
    oc_report_free(report);
    report = report_of("x1 | a8=Op x; b=Op a; y1=Op b | y", best);
    assert_int_equal(report->memory->order_optimal, OC_NO);
    oc_report_free(report);
    report = report_of(WIDE, (options){"in-place", "min-peak"});
    assert_int_equal(report->memory->order_optimal, OC_NO);
    oc_report_free(report);
}

/* ---- the arena ---- */

/* b, c and d fill 21 to the last byte, and b was placed beside a: each of the
 * three orders by size leaves a hole of 1 to 3 there, and needs 24. */
static void an_arena_is_searched_where_no_order_by_size_is_enough(void **state)
{
    (void)state;
    static const char text[] =
        "x3 | a6=Op x; b6=Op a; c7=Op x; d8=Op b c; y1=Op d | y";
    oc_report *report = report_of(text, (options){0});
    assert_memory(text, (options){0}, "9 15 16 21 9", 21, 21);
    assert_string_equal(report->memory->arena_order, "searched");
    assert_int_equal(report->memory->tried_count, 4);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(report->memory->tried[i].bytes, 24 * KIB);
    assert_int_equal(report->memory->tried[3].bytes, 21 * KIB);
    oc_report_free(report);
}

/* ---- options ---- */

static oc_status status_of(const char *counting, const char *order,
                           int64_t peak_flops, const char **id)
{
    writer w = graph("x1 | y=Relu x | y");
    oc_model *model = NULL;
    oc_report *report = NULL;
    static oc_error err;
    err = (oc_error){.offset = OC_NO_OFFSET};
    const oc_analyze_options all = {.struct_size = sizeof(all),
                                    .counting = &counting,
                                    .counting_count = counting != NULL,
                                    .order = order,
                                    .peak_flops = peak_flops};
    assert_int_equal(
        oc_model_load_memory(&model, "g", w.data, w.bytes, NULL, &err), OC_OK);
    const oc_status status = oc_analyze(&report, model, &all, &err);
    oc_report_free(report);
    oc_model_free(model);
    writer_free(&w);
    *id = err.id;
    return status;
}

static void options_that_there_are_not_are_usage_errors(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "causal",  "align=",      "align=0", "align=-64",  "align=1073741825",
        "align=x", "io=included", "",        "in-place=on"};
    const char *id;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(status_of(wrong[i], NULL, 0, &id), OC_ERR_USAGE);
        assert_string_equal(id, "usage.count");
    }
    assert_int_equal(status_of(NULL, "best", 0, &id), OC_ERR_USAGE);
    assert_string_equal(id, "usage.order");
    assert_int_equal(status_of(NULL, NULL, 1, &id), OC_ERR_USAGE);
    assert_string_equal(id, "usage.machine");
    assert_int_equal(status_of("align=4096", "file", 0, &id), OC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example_is_right_to_the_unit),
        cmocka_unit_test(a_copy_in_the_place_of_the_view_costs_its_bytes),
        cmocka_unit_test(in_place_writes_b_over_a),
        cmocka_unit_test(without_inputs_and_outputs_x_and_y_are_the_callers),
        cmocka_unit_test(an_output_that_no_one_reads_lives_at_its_own_step),
        cmocka_unit_test(a_view_keeps_its_buffer),
        cmocka_unit_test(an_output_that_shows_an_input_is_a_copy),
        cmocka_unit_test(shape_arithmetic_has_no_buffer_and_keeps_its_operand),
        cmocka_unit_test(a_size_that_is_not_known_makes_a_lower_bound),
        cmocka_unit_test(all_tensors_of_unknown_size_are_named),
        cmocka_unit_test(a_tensor_of_size_0_is_known),
        cmocka_unit_test(an_open_peak_is_the_maximum_of_live_sets),
        cmocka_unit_test(min_peak_finds_a_better_order),
        cmocka_unit_test(an_order_is_exact_only_where_that_is_shown),
        cmocka_unit_test(an_arena_is_searched_where_no_order_by_size_is_enough),
        cmocka_unit_test(options_that_there_are_not_are_usage_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
