/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damaged files: every prefix and every single-bit flip of small models ends
 * in a model or an error, never in a signal or a hang; a prefix is refused
 * unless it is a whole model by itself. All models of the corpus load.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "onnxcost/model.h"

#include "parser/model.h"
#include "support/writer.h"

static const char *const small_models[] = {
    "attention_gqa_23.onnx", "contrib_mha.onnx", "einsum_three_operands.onnx",
    "layer_norm.onnx", "shape_initializer.onnx"};

#define SMALL_COUNT (sizeof(small_models) / sizeof(small_models[0]))

static writer read_known(const char *name)
{
    char path[512];
    char data[4096];
    writer w = {0};
    (void)snprintf(path, sizeof(path), "%s/known/%s", TEST_DATA_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    write_raw(&w, data, fread(data, 1, sizeof(data), file));
    fclose(file);
    return w;
}

static void write_attributes(writer *w)
{
    write_begin(w, 5);
    write_text(w, 1, "value");
    write_tensor_begin(w, 5, "");
    write_float(w, 4, 1.0f);
    write_end(w);
    write_end(w);
    write_begin(w, 5);
    write_text(w, 1, "lists");
    write_block(w, 8, "\x01\x02", 2);
    write_float(w, 7, 2.0f);
    write_text(w, 9, "s");
    write_number(w, 20, 7);
    write_end(w);
    write_begin(w, 5);
    write_text(w, 1, "then_branch");
    write_begin(w, 6);
    write_node(w, "Relu", "x", "z");
    write_value(w, 12, "z");
    write_end(w);
    write_end(w);
}

static void write_external(writer *w)
{
    write_tensor_begin(w, 5, "w");
    write_begin(w, 13);
    write_text(w, 1, "location");
    write_text(w, 2, "f");
    write_end(w);
    write_number(w, 14, 1);
    write_end(w);
}

/* A little of everything that the format has. */
static writer everything(void)
{
    writer w = {0};
    write_begin(&w, 25); /* a function, that calls itself */
    write_text(&w, 1, "f");
    write_text(&w, 4, "x");
    write_text(&w, 5, "y");
    write_text(&w, 6, "alpha");
    write_node_begin(&w, 7, "f", "x", "y");
    write_end(&w);
    write_end(&w);
    write_model(&w);
    write_begin(&w, 11);
    write_text(&w, 1, "x");
    write_begin(&w, 2);
    write_begin(&w, 4);
    write_begin(&w, 1);
    write_begin(&w, 1);
    write_number(&w, 1, 1);
    write_begin(&w, 2);
    write_begin(&w, 1);
    write_text(&w, 2, "n");
    while (w.depth > 1)
        write_end(&w);
    write_external(&w);
    write_begin(&w, 15);
    write_tensor_begin(&w, 1, "s");
    write_end(&w);
    write_number(&w, 3, 9);
    write_end(&w);
    write_node_begin(&w, 1, "If", "x _ w", "y");
    write_attributes(&w);
    write_end(&w);
    write_node(&w, "f", "y", "v");
    write_value(&w, 12, "v");
    write_end(&w);
    return w;
}

static writer small_model(size_t index)
{
    return index < SMALL_COUNT ? read_known(small_models[index]) : everything();
}

/* Copied into a block of its own, so that reading past the end is seen. */
static oc_status load(oc_error *err, const char *data, size_t bytes,
                      size_t *nodes)
{
    char *exact = malloc(bytes ? bytes : 1);
    oc_model *model;
    memcpy(exact, data, bytes);
    *err = (oc_error){0};
    oc_status status =
        oc_model_load_memory(&model, "m", exact, bytes, NULL, err);
    if (status == OC_OK)
        *nodes = oc_model_get_facts(model)->node_count;
    oc_model_free(model);
    free(exact);
    return status;
}

static void explained(oc_status status, const oc_error *err)
{
    assert_int_equal(status, err->code);
    if (status == OC_OK)
        return;
    assert_int_not_equal(status, OC_ERR_INTERNAL);
    assert_true(err->id[0] && err->message[0] && err->hint[0]);
    assert_non_null(strchr(err->id, '.'));
}

static void every_prefix_is_refused_or_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i <= SMALL_COUNT; i++) {
        writer w = small_model(i);
        oc_error err;
        size_t whole_nodes = 0, whole_count = 0;
        assert_int_equal(load(&err, w.data, w.bytes, &whole_nodes), OC_OK);
        for (size_t bytes = 0; bytes < w.bytes; bytes++) {
            size_t nodes = 0;
            oc_status status = load(&err, w.data, bytes, &nodes);
            explained(status, &err);
            if (status != OC_OK)
                continue;
            /* What is missing is a whole field behind the graph. */
            assert_int_equal(nodes, whole_nodes);
            whole_count++;
        }
        assert_true(whole_count <= 1); /* between two opset_imports */
        writer_free(&w);
    }
}

static void every_flipped_bit_is_refused_or_read(void **state)
{
    (void)state;
    for (size_t i = 0; i <= SMALL_COUNT; i++) {
        writer w = small_model(i);
        for (size_t bit = 0; bit < 8 * w.bytes; bit++) {
            char *byte = &w.data[bit / 8];
            size_t nodes;
            oc_error err;
            *byte = (char)(*byte ^ 1 << bit % 8);
            explained(load(&err, w.data, w.bytes, &nodes), &err);
            *byte = (char)(*byte ^ 1 << bit % 8);
        }
        writer_free(&w);
    }
}

static size_t load_folder(const char *folder)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", TEST_DATA_DIR, folder);
    DIR *listing = opendir(path);
    size_t count = 0;
    assert_non_null(listing);
    for (struct dirent *file; (file = readdir(listing));) {
        oc_model *model;
        oc_error err = {0};
        if (!strstr(file->d_name, ".onnx"))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s/%s", TEST_DATA_DIR, folder,
                       file->d_name);
        if (oc_model_load_file(&model, path, NULL, &err) != OC_OK)
            fail_msg("%s: %s: %s", path, err.id, err.message);
        assert_true(oc_model_get_facts(model)->node_count > 0);
        assert_int_equal(oc_model_get_facts(model)->note_count, 0);
        oc_model_free(model);
        count++;
    }
    closedir(listing);
    return count;
}

static void all_models_of_the_corpus_load(void **state)
{
    (void)state;
    assert_int_equal(load_folder("corpus"), 136);
    assert_int_equal(load_folder("known"), 35);
}

/* ---- shapes of input that are slow in a careless reader ---- */

static void loads(writer *w)
{
    oc_error err;
    size_t nodes;
    if (load(&err, w->data, w->bytes, &nodes) != OC_OK)
        fail_msg("%s: %s", err.id, err.message);
    writer_free(w);
}

static void one_number_a_hundred_thousand_times(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    for (int i = 0; i < 100000; i++)
        write_text(&w, 2, "name");
    write_end(&w);
    loads(&w);
}

static void one_value_read_a_hundred_thousand_times(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node_begin(&w, 1, "Concat", "", "y");
    for (int i = 0; i < 100000; i++)
        write_text(&w, 1, "x");
    write_end(&w);
    write_node(&w, "A", "", "x"); /* later, so that there is an order */
    write_end(&w);
    loads(&w);
}

static void a_chain_backwards(void **state)
{
    (void)state;
    char in[16], out[16];
    writer w = {0};
    write_model(&w);
    for (int i = 50000; i > 0; i--) {
        (void)snprintf(in, sizeof(in), "v%d", i - 1);
        (void)snprintf(out, sizeof(out), "v%d", i);
        write_node(&w, "A", in, out);
    }
    write_value(&w, 11, "v0");
    write_end(&w);
    loads(&w);
}

/* Every level uses every value of the outermost one. */
static void deep_captures(void **state)
{
    (void)state;
    char name[16];
    writer w = {0};
    write_model(&w);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof(name), "v%d", i);
        write_value(&w, 11, name);
    }
    for (int level = 0; level < 30; level++) {
        write_node_begin(&w, 1, "If", "", "");
        for (int i = 0; i < 300; i++) {
            (void)snprintf(name, sizeof(name), "v%d", i);
            write_text(&w, 1, name);
        }
        write_begin(&w, 5);
        write_text(&w, 1, "then_branch");
        write_begin(&w, 6);
    }
    while (w.depth)
        write_end(&w);
    loads(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_is_refused_or_whole),
        cmocka_unit_test(every_flipped_bit_is_refused_or_read),
        cmocka_unit_test(all_models_of_the_corpus_load),
        cmocka_unit_test(one_number_a_hundred_thousand_times),
        cmocka_unit_test(one_value_read_a_hundred_thousand_times),
        cmocka_unit_test(a_chain_backwards),
        cmocka_unit_test(deep_captures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
