/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What onnxcost/analyze.h says of its arguments and errors: every id of a
 * wrong option, what is lent, what is left alone on failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "onnxcost/analyze.h"

/* Its position table makes seq <= 512. */
#define MODEL TEST_DATA_DIR "/corpus/bert_base_D.onnx.gz"

static oc_model *load(void)
{
    oc_model *model = NULL;
    oc_error err = {.offset = OC_NO_OFFSET};
    assert_int_equal(oc_model_load_file(&model, MODEL, NULL, &err), OC_OK);
    return model;
}

/* Refused with this id; the report is left alone, and err is not needed. */
static void refused(oc_analyze_options options, const char *id)
{
    oc_model *model = load();
    oc_report *report = (oc_report *)(void *)model;
    oc_error err = {.offset = OC_NO_OFFSET};
    if (!options.struct_size)
        options.struct_size = sizeof(options);
    assert_int_not_equal(oc_analyze(&report, model, &options, &err), OC_OK);
    assert_string_equal(err.id, id);
    assert_int_not_equal(err.message[0], '\0');
    assert_ptr_equal(report, model);
    assert_int_equal(oc_analyze(&report, model, &options, NULL), err.code);
    oc_model_free(model);
}

static void refused_binding(const char *name, int64_t value, const char *id)
{
    const oc_binding binding = {name, value};
    refused((oc_analyze_options){.dims = &binding, .dim_count = 1}, id);
}

static void refused_shape(const char *name, size_t rank,
                          const char *const *dims, const char *id)
{
    const oc_input_shape shape = {name, rank, dims};
    refused((oc_analyze_options){.shapes = &shape, .shape_count = 1}, id);
}

static void wrong_bindings_are_refused_by_what_is_wrong(void **state)
{
    (void)state;
    refused_binding("batsh", 1, "usage.unknown-symbol");
    refused_binding("batch", -1, "usage.out-of-range");
    refused_binding("seq", 513, "usage.assumption");
}

static void wrong_shapes_are_refused_by_what_is_wrong(void **state)
{
    (void)state;
    const char *const dims[] = {"2", "-3", "4"};
    const oc_binding batch = {"batch", 3};
    const oc_input_shape ids = {"input_ids", 2,
                                (const char *const[]){"2", "8"}};
    refused_shape("no_such_input", 2, dims, "usage.unknown-input");
    refused_shape(NULL, 2, dims, "usage.input-name");
    refused_shape("input_ids", 3, dims, "usage.shape-mismatch");
    refused_shape("input_ids", 2, dims, "usage.negative-dim");
    refused(
        (oc_analyze_options){
            .dims = &batch, .dim_count = 1, .shapes = &ids, .shape_count = 1},
        "usage.shape-mismatch");
}

static void options_that_are_not_there_are_refused(void **state)
{
    (void)state;
    const char *const counting[] = {"causal"};
    refused((oc_analyze_options){.counting = counting, .counting_count = 1},
            "usage.count");
    refused((oc_analyze_options){.struct_size = sizeof(oc_analyze_options) - 1},
            "usage.struct-size");
}

static void limits_of_an_analysis_are_named(void **state)
{
    (void)state;
    refused((oc_analyze_options){.limits = {.expressions = 10}},
            "limit.expressions");
    refused((oc_analyze_options){.limits = {.memory = 1 << 20}},
            "limit.memory");
}

static void a_report_outlives_its_model_and_options(void **state)
{
    (void)state;
    oc_model *model = load();
    oc_report *report = NULL;
    char name[] = "batch";
    oc_binding binding[] = {{"batch", 5}, {name, 3}};
    const oc_analyze_options options = {
        .struct_size = sizeof(options), .dims = binding, .dim_count = 2};
    assert_int_equal(oc_analyze(&report, model, &options, NULL), OC_OK);
    memset(name, 'x', sizeof(name) - 1);
    memset(binding, 0, sizeof(binding));
    oc_model_free(model);
    assert_int_equal(report->binding_count, 1);
    assert_string_equal(report->bindings[0].name, "batch");
    assert_int_equal(report->bindings[0].value, 3); /* the last one counts */
    oc_report_free(report);
    oc_report_free(NULL);
    oc_model_free(NULL);
}

static void an_error_that_is_filled_is_left_alone(void **state)
{
    (void)state;
    oc_model *model = (oc_model *)(void *)&model;
    oc_error err = {.code = OC_ERR_IO, .id = "mine"};
    assert_int_equal(oc_model_load_memory(&model, "m", NULL, 0, NULL, &err),
                     OC_ERR_INPUT);
    assert_string_equal(err.id, "mine");
    assert_null(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_bindings_are_refused_by_what_is_wrong),
        cmocka_unit_test(wrong_shapes_are_refused_by_what_is_wrong),
        cmocka_unit_test(options_that_are_not_there_are_refused),
        cmocka_unit_test(limits_of_an_analysis_are_named),
        cmocka_unit_test(a_report_outlives_its_model_and_options),
        cmocka_unit_test(an_error_that_is_filled_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
