/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stored tensors: one canonical payload whatever field held it, sizes,
 * external references, element types.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "onnxcost/model.h"

#include "parser/model.h"
#include "support/writer.h"

/* Fields of TensorProto. */
enum {
    DIMS = 1,
    DATA_TYPE = 2,
    FLOAT_DATA = 4,
    INT32_DATA = 5,
    STRING_DATA = 6,
    INT64_DATA = 7,
    NAME = 8,
    RAW_DATA = 9,
    DOUBLE_DATA = 10,
    UINT64_DATA = 11,
    EXTERNAL_DATA = 13,
    DATA_LOCATION = 14
};

static oc_model *loaded(writer *w)
{
    oc_model *model;
    oc_error err = {0};
    if (oc_model_load_memory(&model, "m", w->data, w->bytes, NULL, &err) !=
        OC_OK)
        fail_msg("%s: %s: %s", err.id, err.where, err.message);
    writer_free(w);
    return model;
}

static const oc_tensor *initializer(const oc_model *model, size_t index)
{
    const oc_graph *graph = oc_model_graph(model);
    return graph->scope->value[graph->initializer[index]].initializer;
}

/* An open tensor of a model with open graph. */
static void begin(writer *w, int elem_type, uint64_t numel)
{
    write_model(w);
    write_begin(w, 5);
    write_number(w, DIMS, numel);
    write_number(w, DATA_TYPE, (uint64_t)elem_type);
    write_text(w, NAME, "t");
}

static oc_model *end(writer *w)
{
    while (w->depth)
        write_end(w);
    return loaded(w);
}

static void holds(writer *w, const char *bytes, size_t count)
{
    oc_model *model = end(w);
    const oc_tensor *tensor = initializer(model, 0);
    assert_non_null(tensor->data);
    assert_int_equal(tensor->data_bytes, count);
    assert_memory_equal(tensor->data, bytes, count);
    assert_int_equal(tensor->stored_bytes, count);
    assert_int_equal(oc_model_get_facts(model)->note_count, 0);
    oc_model_free(model);
}

static void holds_nothing(writer *w, uint64_t stored_bytes)
{
    oc_model *model = end(w);
    const oc_tensor *tensor = initializer(model, 0);
    assert_null(tensor->data);
    assert_int_equal(tensor->data_bytes, 0);
    assert_int_equal(tensor->stored_bytes, stored_bytes);
    const oc_model_facts *facts = oc_model_get_facts(model);
    assert_int_equal(facts->note_count, 1);
    assert_string_equal(facts->note[0].id, "model.tensor-size");
    oc_model_free(model);
}

/* ---- payloads ---- */

static void raw_data_is_taken_as_it_is(void **state)
{
    (void)state;
    writer w = {0};
    begin(&w, 6, 2); /* INT32 */
    write_block(&w, RAW_DATA, "\1\0\0\0\2\0\0\0", 8);
    holds(&w, "\1\0\0\0\2\0\0\0", 8);
}

static void int32_data_becomes_narrow(void **state)
{
    (void)state;
    static const struct {
        int elem_type;
        size_t bytes;
    } types[] = {{2, 1},  {3, 1},  {4, 2},  {5, 2},  {6, 4},  {9, 1}, {10, 2},
                 {16, 2}, {17, 1}, {18, 1}, {19, 1}, {20, 1}, {24, 1}};
    static const unsigned char all[] = {0xfe, 0xff, 0xff, 0xff};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        writer w = {0};
        begin(&w, types[i].elem_type, 1);
        write_number(&w, INT32_DATA, (uint64_t)-2);
        holds(&w, (const char *)all, types[i].bytes);
    }
}

static void wide_fields_are_little_endian(void **state)
{
    (void)state;
    writer w = {0};
    begin(&w, 7, 1); /* INT64 */
    write_number(&w, INT64_DATA, 0x0102030405060708);
    holds(&w, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
    begin(&w, 13, 1); /* UINT64 */
    write_number(&w, UINT64_DATA, 0x0102030405060708);
    holds(&w, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
    begin(&w, 12, 1); /* UINT32 */
    write_number(&w, UINT64_DATA, 0x01020304);
    holds(&w, "\x04\x03\x02\x01", 4);
    begin(&w, 1, 1); /* FLOAT 1.0 */
    write_float(&w, FLOAT_DATA, 1.0f);
    holds(&w, "\0\0\x80\x3f", 4);
    begin(&w, 11, 1); /* DOUBLE 1.0 */
    write_block(&w, DOUBLE_DATA, "\0\0\0\0\0\0\xf0\x3f", 8);
    holds(&w, "\0\0\0\0\0\0\xf0\x3f", 8);
}

static void complex_elements_are_two_numbers(void **state)
{
    (void)state;
    writer w = {0};
    begin(&w, 14, 1); /* COMPLEX64 */
    write_float(&w, FLOAT_DATA, 1.0f);
    write_float(&w, FLOAT_DATA, 0.0f);
    holds(&w, "\0\0\x80\x3f\0\0\0\0", 8);
}

static void packed_types_share_bytes(void **state)
{
    (void)state;
    writer w = {0};
    begin(&w, 22, 3); /* INT4: two bytes of pairs */
    write_number(&w, INT32_DATA, 0x21);
    write_number(&w, INT32_DATA, 0x03);
    holds(&w, "\x21\x03", 2);
    begin(&w, 25, 5); /* UINT2: four in a byte */
    write_number(&w, INT32_DATA, 0xe4);
    write_number(&w, INT32_DATA, 0x01);
    holds(&w, "\xe4\x01", 2);
    begin(&w, 27, 5); /* FLOAT6E2M3: one each, packed here */
    for (uint64_t i = 1; i <= 5; i++)
        write_number(&w, INT32_DATA, i);
    /* 000001 000010 000011 000100 000101, low bits first */
    holds(&w, "\x81\x30\x10\x05", 4);
}

static void no_elements_are_a_payload_too(void **state)
{
    (void)state;
    writer w = {0};
    begin(&w, 7, 0);
    holds(&w, "", 0);
}

static void a_payload_of_the_wrong_size_is_not_used(void **state)
{
    (void)state;
    writer w = {0};
    begin(&w, 6, 2);
    write_block(&w, RAW_DATA, "\1\0\0\0", 4);
    holds_nothing(&w, 4);
    begin(&w, 6, 2);
    write_number(&w, INT32_DATA, 1);
    holds_nothing(&w, 8);
    begin(&w, 6, 1);
    write_number(&w, INT64_DATA, 1); /* another type's field */
    holds_nothing(&w, 4);
}

static void strings_are_kept(void **state)
{
    (void)state;
    writer w = {0};
    begin(&w, 8, 2);
    write_text(&w, STRING_DATA, "one");
    write_text(&w, STRING_DATA, "");
    oc_model *model = end(&w);
    const oc_tensor *tensor = initializer(model, 0);
    assert_int_equal(tensor->string_count, 2);
    assert_string_equal(tensor->string[0], "one");
    assert_int_equal(tensor->stored_bytes, 3);
    assert_null(tensor->data);
    oc_model_free(model);
}

/* ---- dims ---- */

static void numel_is_exact_or_overflows(void **state)
{
    (void)state;
    static const struct {
        uint64_t dim[3], numel;
    } cases[] = {
        {{2, 3, 4}, 24},
        {{INT64_MAX, 2, 1}, UINT64_C(2) * INT64_MAX},
        {{INT64_MAX, 3, 1}, UINT64_MAX},
        {{INT64_MAX, INT64_MAX, 0}, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        writer w = {0};
        write_model(&w);
        write_begin(&w, 5);
        for (size_t d = 0; d < 3; d++)
            write_number(&w, DIMS, cases[i].dim[d]);
        write_number(&w, DATA_TYPE, 2);
        write_text(&w, NAME, "t");
        oc_model *model = end(&w);
        assert_int_equal(initializer(model, 0)->numel, cases[i].numel);
        oc_model_free(model);
    }
}

static void refused(writer *w, const char *id)
{
    oc_model *model;
    oc_error err = {0};
    while (w->depth)
        write_end(w);
    assert_int_equal(
        oc_model_load_memory(&model, "m", w->data, w->bytes, NULL, &err),
        OC_ERR_INPUT);
    assert_string_equal(err.id, id);
    assert_string_equal(err.where, "m: tensor 't'");
    assert_int_not_equal(err.offset, OC_NO_OFFSET);
    writer_free(w);
}

static void negative_dims_are_refused(void **state)
{
    (void)state;
    writer w = {0};
    begin(&w, 1, (uint64_t)-1);
    refused(&w, "model.negative-dim");
}

static void sparse_tensors_have_dense_dims(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_begin(&w, 15);
    write_begin(&w, 1); /* values */
    write_number(&w, DIMS, 2);
    write_number(&w, DATA_TYPE, 1);
    write_text(&w, NAME, "s");
    write_end(&w);
    write_begin(&w, 2); /* indices */
    write_number(&w, DIMS, 2);
    write_number(&w, DATA_TYPE, 7);
    write_end(&w);
    write_number(&w, 3, 10);
    write_number(&w, 3, 20);
    oc_model *model = end(&w);
    const oc_tensor *tensor = initializer(model, 0);
    assert_string_equal(tensor->name, "s");
    assert_true(tensor->sparse);
    assert_int_equal(tensor->nnz, 2);
    assert_int_equal(tensor->numel, 200);
    assert_int_equal(tensor->stored_bytes, 2 * 4 + 2 * 8);
    oc_model_free(model);
}

/* ---- external data ---- */

static void entry(writer *w, const char *key, const char *value)
{
    write_begin(w, EXTERNAL_DATA);
    write_text(w, 1, key);
    write_text(w, 2, value);
    write_end(w);
}

static void external(writer *w, const char *name, uint64_t dim,
                     const char *offset)
{
    write_begin(w, 5);
    write_number(w, DIMS, dim);
    write_number(w, DATA_TYPE, 1);
    write_text(w, NAME, name);
    entry(w, "location", "weights.bin");
    entry(w, "checksum", "\xff");
    if (offset)
        entry(w, "offset", offset);
    if (offset)
        entry(w, "length", "40");
    write_number(w, DATA_LOCATION, 1);
    write_end(w);
}

static void external_tensors_are_what_they_refer_to(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    external(&w, "a", 10, "0");
    external(&w, "b", 10, "0");  /* the same bytes */
    external(&w, "c", 10, "40"); /* other ones */
    external(&w, "d", 3, NULL);  /* as many as its dims say */
    oc_model *model = end(&w);
    const oc_model_facts *facts = oc_model_get_facts(model);
    const oc_tensor *a = initializer(model, 0);
    assert_ptr_equal(initializer(model, 1), a);
    assert_ptr_not_equal(initializer(model, 2), a);
    assert_true(a->external);
    assert_string_equal(a->location, "weights.bin");
    assert_int_equal(a->external_length, 40);
    assert_int_equal(initializer(model, 2)->external_offset, 40);
    assert_int_equal(initializer(model, 3)->external_offset, -1);
    assert_int_equal(initializer(model, 3)->stored_bytes, 12);
    assert_int_equal(facts->external_count, 1);
    assert_string_equal(facts->external[0].location, "weights.bin");
    assert_int_equal(facts->external[0].bytes, 40 + 40 + 12);
    assert_int_equal(facts->note_count, 0);
    oc_model_free(model);
}

static void external_data_of_another_length_is_noted(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    external(&w, "t", 11, "0");
    holds_nothing(&w, 40);
}

static void external_data_must_say_where(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "x", "", "-1", "1.5", "9223372036854775808", "0x10"};
    writer w = {0};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        write_model(&w);
        external(&w, "t", 10, wrong[i]);
        refused(&w, "model.external-data");
    }
    begin(&w, 1, 10);
    write_number(&w, DATA_LOCATION, 1);
    refused(&w, "model.external-data");
}

/* ---- element types ---- */

static void all_element_types_have_a_name(void **state)
{
    (void)state;
    for (int32_t type = 1; type <= 28; type++) {
        assert_non_null(oc_elem_name(type));
        assert_int_equal(oc_elem_bits(type) == 0, type == 8);
    }
    static const int32_t none[] = {0, -1, 29, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_null(oc_elem_name(none[i]));
        assert_int_equal(oc_elem_bits(none[i]), 0);
    }
    assert_string_equal(oc_elem_name(16), "bfloat16");
    assert_int_equal(oc_elem_bits(22), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_data_is_taken_as_it_is),
        cmocka_unit_test(int32_data_becomes_narrow),
        cmocka_unit_test(wide_fields_are_little_endian),
        cmocka_unit_test(complex_elements_are_two_numbers),
        cmocka_unit_test(packed_types_share_bytes),
        cmocka_unit_test(no_elements_are_a_payload_too),
        cmocka_unit_test(a_payload_of_the_wrong_size_is_not_used),
        cmocka_unit_test(strings_are_kept),
        cmocka_unit_test(numel_is_exact_or_overflows),
        cmocka_unit_test(negative_dims_are_refused),
        cmocka_unit_test(sparse_tensors_have_dense_dims),
        cmocka_unit_test(external_tensors_are_what_they_refer_to),
        cmocka_unit_test(external_data_of_another_length_is_noted),
        cmocka_unit_test(external_data_must_say_where),
        cmocka_unit_test(all_element_types_have_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
