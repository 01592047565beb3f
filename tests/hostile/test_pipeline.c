/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damaged files through everything: every prefix and every single-bit flip of
 * five small models is loaded, analysed and reported in all formats. What is
 * no model any more is refused with a reason; what still is one gives a
 * report whose figures are not negative and whose counted rows sum to its
 * totals. Bit flips of the parser alone are in parser/test_hostile.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "onnxcost/analyze.h"
#include "onnxcost/write.h"

#include "support/writer.h"

/* ---- the models ---- */

static writer read_known(const char *name)
{
    char path[512], data[4096];
    writer w = {0};
    (void)snprintf(path, sizeof(path), "%s/known/%s", TEST_DATA_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    write_raw(&w, data, fread(data, 1, sizeof(data), file));
    fclose(file);
    return w;
}

static void write_dim(writer *w, const char *symbol, uint64_t value)
{
    write_begin(w, 1);
    if (symbol)
        write_text(w, 2, symbol);
    else
        write_number(w, 1, value);
    write_end(w);
}

/* A graph input or output: float [symbol, value], or a scalar of `type`. */
static void write_typed(writer *w, uint32_t field, const char *name,
                        uint64_t type, const char *symbol)
{
    write_begin(w, field);
    write_text(w, 1, name);
    write_begin(w, 2);
    write_begin(w, 1);
    write_number(w, 1, type);
    write_begin(w, 2);
    if (symbol) {
        write_dim(w, symbol, 0);
        write_dim(w, NULL, 4);
    }
    for (int i = 0; i < 4; i++)
        write_end(w);
}

static void write_body(writer *w)
{
    write_begin(w, 5);
    write_text(w, 1, "body");
    write_number(w, 20, 5);
    write_begin(w, 6);
    write_text(w, 2, "b");
    write_typed(w, 11, "i", 7, NULL);
    write_typed(w, 11, "c", 9, NULL);
    write_value(w, 11, "s");
    write_node_begin(w, 1, "Concat", "s x", "t");
    write_begin(w, 5);
    write_text(w, 1, "axis");
    write_number(w, 3, 0);
    write_number(w, 20, 2);
    write_end(w);
    write_end(w);
    write_value(w, 12, "c");
    write_value(w, 12, "t");
    write_end(w);
    write_end(w);
}

/* s grows by x in a loop of unknown length; then a branch, and a call. */
static writer control_flow(void)
{
    writer w = {0};
    write_begin(&w, 25);
    write_text(&w, 1, "f");
    write_text(&w, 4, "a");
    write_text(&w, 5, "b");
    write_node_begin(&w, 7, "Erf", "a", "b");
    write_end(&w);
    write_end(&w);
    write_model(&w);
    write_typed(&w, 11, "x", 1, "n");
    write_typed(&w, 11, "m", 7, NULL);
    write_node_begin(&w, 1, "Loop", "m _ x", "l");
    write_body(&w);
    write_end(&w);
    write_node(&w, "f", "l", "y");
    write_value(&w, 12, "y");
    write_end(&w);
    return w;
}

#define MODELS 5

static writer small_model(size_t index)
{
    static const char *const known[MODELS - 1] = {
        "attention_gqa_23.onnx", "contrib_mha.onnx",
        "einsum_three_operands.onnx", "average_pool_ceil.onnx"};
    return index < MODELS - 1 ? read_known(known[index]) : control_flow();
}

/* ---- what must hold of a report ---- */

/* Symbols stand for 3, or what their bounds leave of it. */
static oc_evaluator *evaluator_of(const oc_report *report)
{
    const size_t symbols = report->symbol_count;
    const size_t definitions = report->definition_count;
    oc_binding *bindings = calloc(symbols + 1, sizeof(*bindings));
    const char **names = calloc(2 * definitions + 1, sizeof(*names));
    oc_evaluator *evaluator = NULL;
    for (size_t i = 0; i < symbols; i++) {
        const oc_report_symbol *symbol = &report->symbols[i];
        bindings[i] = (oc_binding){symbol->name, 3};
        if (symbol->has_lower && symbol->lower > 3)
            bindings[i].value = symbol->lower;
        if (symbol->has_upper && symbol->upper < 3)
            bindings[i].value = symbol->upper;
    }
    for (size_t i = 0; i < definitions; i++) {
        names[i] = report->definitions[i].name;
        names[definitions + i] = report->definitions[i].formula;
    }
    assert_int_equal(oc_evaluator_new(&evaluator, bindings, symbols, names,
                                      names + definitions, definitions, NULL),
                     OC_OK);
    free(bindings);
    free(names);
    return evaluator;
}

/* Adds what is known; false when it has no value at this point. */
static bool add_figure(oc_i128 *sum, oc_evaluator *evaluator, oc_figure figure)
{
    oc_i128 value = figure.value;
    if (!oc_figure_is_known(figure))
        return true;
    if (oc_figure_is_static(figure))
        assert_true(value >= 0);
    else if (oc_evaluator_value(evaluator, &value, figure.formula, NULL) !=
             OC_OK)
        return false;
    *sum += value;
    return true;
}

static oc_figure figure_of(const oc_report_node *node, oc_total total)
{
    switch (total) {
    case OC_TOTAL_MACS:
        return node->macs;
    case OC_TOTAL_FLOPS:
        return node->flops;
    case OC_TOTAL_TRANSCENDENTALS:
        return node->transcendentals;
    case OC_TOTAL_READ_BYTES:
        return node->read_bytes;
    default:
        return node->write_bytes;
    }
}

static void assert_sum(const oc_report *report, oc_evaluator *evaluator,
                       oc_total total)
{
    const oc_quantity *all = &report->totals[total];
    const oc_figure figure = {all->has_value ? OC_STATIC : all->formula,
                              all->value};
    oc_i128 rows = 0, whole = 0;
    bool known =
        oc_figure_is_known(figure) && add_figure(&whole, evaluator, figure);
    for (size_t i = 0; i < report->node_count; i++)
        if (report->nodes[i].counted)
            known = add_figure(&rows, evaluator,
                               figure_of(&report->nodes[i], total)) &&
                    known;
    if (known)
        assert_true(rows == whole);
}

static void assert_sums(const oc_report *report)
{
    static const oc_total totals[] = {
        OC_TOTAL_MACS, OC_TOTAL_FLOPS, OC_TOTAL_TRANSCENDENTALS,
        OC_TOTAL_READ_BYTES, OC_TOTAL_WRITE_BYTES};
    oc_evaluator *evaluator = evaluator_of(report);
    for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
        assert_sum(report, evaluator, totals[i]);
    for (int total = 0; total < OC_TOTAL_COUNT; total++)
        assert_true(!report->totals[total].has_value ||
                    report->totals[total].value >= 0);
    oc_evaluator_free(evaluator);
}

/* ---- the pipeline ---- */

static oc_status count_bytes(void *context, const void *data, size_t bytes,
                             oc_error *err)
{
    (void)data;
    (void)err;
    *(size_t *)context += bytes;
    return OC_OK;
}

static void assert_written(const oc_report *report)
{
    size_t bytes[3] = {0};
    const oc_sink text = {count_bytes, &bytes[0]};
    const oc_sink json = {count_bytes, &bytes[1]};
    const oc_sink csv = {count_bytes, &bytes[2]};
    assert_int_equal(oc_report_write_text(report, NULL, &text, NULL), OC_OK);
    assert_int_equal(oc_report_write_json(report, &json, NULL), OC_OK);
    assert_int_equal(oc_report_write_csv(report, &csv, NULL), OC_OK);
    assert_true(bytes[0] && bytes[1] && bytes[2]);
}

static void assert_explained(oc_status status, const oc_error *err)
{
    assert_int_equal(status, err->code);
    assert_true(status == OC_ERR_INPUT || status == OC_ERR_LIMIT);
    /* What is no model at all is told by a sentence about the file. */
    const bool placed = err->where[0] || strncmp(err->message, "m is ", 5) == 0;
    if (!strchr(err->id, '.') || !err->message[0] || !placed)
        fail_msg("%s: '%s'", err->id, err->message);
}

/* From a copy of its own, so that reading past the end is seen. */
static oc_status run(const char *data, size_t bytes)
{
    char *exact = malloc(bytes ? bytes : 1);
    oc_model *model = NULL;
    oc_report *report = NULL;
    oc_error err = {.offset = OC_NO_OFFSET};
    memcpy(exact, data, bytes);
    oc_status status =
        oc_model_load_memory(&model, "m", exact, bytes, NULL, &err);
    free(exact);
    if (status == OC_OK)
        status = oc_analyze(&report, model, NULL, &err);
    oc_model_free(model);
    if (status == OC_OK) {
        assert_sums(report);
        assert_written(report);
    } else {
        assert_explained(status, &err);
    }
    oc_report_free(report);
    return status;
}

static void what_prefixes_give_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < MODELS; i++) {
        writer w = small_model(i);
        size_t whole = 0;
        assert_int_equal(run(w.data, w.bytes), OC_OK);
        for (size_t bytes = 0; bytes < w.bytes; bytes++)
            whole += run(w.data, bytes) == OC_OK;
        assert_true(whole <= 1); /* between two opset_imports */
        writer_free(&w);
    }
}

static void what_flipped_bits_give_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < MODELS; i++) {
        writer w = small_model(i);
        for (size_t bit = 0; bit < 8 * w.bytes; bit++) {
            char *byte = &w.data[bit / 8];
            *byte = (char)(*byte ^ 1 << bit % 8);
            (void)run(w.data, w.bytes);
            *byte = (char)(*byte ^ 1 << bit % 8);
        }
        writer_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_prefixes_give_is_sound),
        cmocka_unit_test(what_flipped_bits_give_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
