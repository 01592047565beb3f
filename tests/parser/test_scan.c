/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scan: what it refuses and where, each limit from both sides, and what
 * it leaves out of the model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "onnxcost/model.h"

#include "parser/model.h"
#include "support/writer.h"

static oc_status load(oc_model **model, const writer *w,
                      const oc_limits *limits, oc_error *err)
{
    oc_load_options options = {.struct_size = sizeof(options)};
    if (limits)
        options.limits = *limits;
    *err = (oc_error){0};
    return oc_model_load_memory(model, "test.onnx", w->data, w->bytes, &options,
                                err);
}

/* Loads, frees the writer too. */
static oc_model *loaded(writer *w, const oc_limits *limits)
{
    oc_model *model;
    oc_error err;
    if (load(&model, w, limits, &err) != OC_OK)
        fail_msg("%s: %s", err.id, err.message);
    writer_free(w);
    return model;
}

static void accepted(writer *w, const oc_limits *limits)
{
    oc_model_free(loaded(w, limits));
}

static void refused(writer *w, const oc_limits *limits, const char *id,
                    size_t offset)
{
    oc_model *model;
    oc_error err;
    assert_int_not_equal(load(&model, w, limits, &err), OC_OK);
    assert_null(model);
    assert_string_equal(err.id, id);
    assert_true(err.message[0] && err.hint[0] && err.where[0]);
    if (offset != OC_NO_OFFSET)
        assert_int_equal(err.offset, offset);
    writer_free(w);
}

static writer empty_model(void)
{
    writer w = {0};
    write_model(&w);
    write_end(&w);
    return w;
}

/* ---- the wire format ---- */

static void an_empty_graph_is_a_model(void **state)
{
    (void)state;
    writer w = empty_model();
    accepted(&w, NULL);
}

static void a_model_without_a_graph_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_number(&w, 1, 10);
    refused(&w, NULL, "model.no-graph", 2);
}

static void a_model_without_versions_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_number(&w, 1, 10);
    write_begin(&w, 7);
    write_end(&w);
    refused(&w, NULL, "model.no-opset", OC_NO_OFFSET);
    write_begin(&w, 7);
    write_end(&w);
    refused(&w, NULL, "model.no-opset", OC_NO_OFFSET);
}

static void an_old_model_without_opset_has_the_first(void **state)
{
    (void)state;
    writer w = {0};
    write_number(&w, 1, 2);
    write_begin(&w, 7);
    write_end(&w);
    oc_model *model = loaded(&w, NULL);
    const oc_model_facts *facts = oc_model_get_facts(model);
    assert_int_equal(facts->opset_count, 1);
    assert_string_equal(facts->opset[0].domain, "");
    assert_int_equal(facts->opset[0].version, 1);
    assert_int_equal(facts->note_count, 1);
    assert_string_equal(facts->note[0].id, "model.no-version");
    oc_model_free(model);
}

static void a_length_beyond_the_input_is_truncation(void **state)
{
    (void)state;
    writer w = empty_model();
    size_t at = w.bytes + 1;
    write_tag(&w, 2, 2);
    write_varint(&w, 5);
    write_raw(&w, "1234", 4);
    refused(&w, NULL, "wire.truncated", at);
}

static void a_length_beyond_its_message_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_tag(&w, 2, 2);
    size_t at = w.bytes;
    write_varint(&w, 2);
    write_raw(&w, "a", 1);
    write_end(&w);
    write_text(&w, 2, "producer");
    refused(&w, NULL, "wire.length", at);
}

static void a_varint_beyond_its_message_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_begin(&w, 5);
    write_raw(&w, "\x10\x80", 2); /* data_type, cut */
    write_end(&w);
    write_end(&w);
    write_text(&w, 2, "producer");
    refused(&w, NULL, "wire.length", OC_NO_OFFSET);
}

static void numbers_of_more_than_64_bits_are_refused(void **state)
{
    (void)state;
    static const char most[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    static const char more[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02";
    writer w = empty_model();
    write_tag(&w, 5, 0);
    write_raw(&w, most, 10);
    accepted(&w, NULL);
    w = empty_model();
    write_tag(&w, 5, 0);
    size_t at = w.bytes;
    write_raw(&w, more, 10);
    refused(&w, NULL, "wire.varint", at);
}

static void padded_numbers_are_numbers(void **state)
{
    (void)state;
    writer w = {0};
    write_raw(&w, "\x88\x80\x00\x8a\x80\x80\x00", 7); /* ir_version = 10 */
    write_begin(&w, 8);
    write_number(&w, 2, 21);
    write_end(&w);
    write_raw(&w, "\x3a\x80\x80\x00", 4); /* an empty graph */
    oc_model *model = loaded(&w, NULL);
    assert_int_equal(oc_model_get_facts(model)->ir_version, 10);
    oc_model_free(model);
}

static void field_zero_is_refused(void **state)
{
    (void)state;
    writer w = empty_model();
    size_t at = w.bytes;
    write_raw(&w, "\0", 1);
    refused(&w, NULL, "wire.field", at);
}

static void field_numbers_beyond_29_bits_are_refused(void **state)
{
    (void)state;
    writer w = empty_model();
    size_t at = w.bytes;
    write_varint(&w, (UINT64_C(1) << 32) | 8);
    write_varint(&w, 0);
    refused(&w, NULL, "wire.field", at);
}

static void groups_are_refused(void **state)
{
    (void)state;
    for (unsigned wire = 3; wire <= 4; wire++) {
        writer w = empty_model();
        size_t at = w.bytes;
        write_tag(&w, 100, wire);
        refused(&w, NULL, "wire.group", at);
    }
}

static void wire_types_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    for (unsigned wire = 6; wire <= 7; wire++) {
        writer w = empty_model();
        size_t at = w.bytes;
        write_tag(&w, 100, wire);
        refused(&w, NULL, "wire.type", at);
    }
}

/* The tag of a field with a type that is not its own. */
static void wrong_type(uint32_t field, unsigned wire)
{
    writer w = {0};
    write_model(&w);
    write_begin(&w, 5); /* a tensor has fields of all kinds */
    size_t at = w.bytes;
    write_tag(&w, field, wire);
    write_raw(&w, "\x04\0\0\0\0\0\0\0", 8);
    write_end(&w);
    write_end(&w);
    refused(&w, NULL, "wire.type", at);
}

static void fields_of_the_wrong_type_are_refused(void **state)
{
    (void)state;
    wrong_type(1, 5);  /* dims */
    wrong_type(2, 2);  /* data_type */
    wrong_type(4, 1);  /* float_data */
    wrong_type(6, 0);  /* string_data */
    wrong_type(7, 5);  /* int64_data */
    wrong_type(8, 0);  /* name */
    wrong_type(9, 1);  /* raw_data */
    wrong_type(10, 5); /* double_data */
    wrong_type(13, 0); /* external_data */
}

static void packed_numbers_end_with_their_field(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_begin(&w, 5);
    write_block(&w, 1, "\x01\x80", 2); /* dims */
    write_text(&w, 8, "t");
    write_end(&w);
    write_end(&w);
    refused(&w, NULL, "wire.length", OC_NO_OFFSET);
    write_model(&w);
    write_begin(&w, 5);
    write_block(&w, 4, "12345", 5); /* float_data */
    write_end(&w);
    write_end(&w);
    refused(&w, NULL, "wire.length", OC_NO_OFFSET);
}

static void a_second_graph_is_refused(void **state)
{
    (void)state;
    writer w = empty_model();
    size_t at = w.bytes;
    write_begin(&w, 7);
    write_end(&w);
    refused(&w, NULL, "wire.repeated", at);
}

static void two_models_in_a_row_are_refused(void **state)
{
    (void)state;
    writer w = empty_model();
    size_t bytes = w.bytes;
    writer twice = {0};
    write_raw(&twice, w.data, bytes);
    write_raw(&twice, w.data, bytes);
    writer_free(&w);
    refused(&twice, NULL, "wire.repeated", OC_NO_OFFSET);
}

static void begin_type(writer *w)
{
    write_model(w);
    write_begin(w, 11);
    write_text(w, 1, "x");
    write_begin(w, 2);
}

static void end_type(writer *w)
{
    write_end(w);
    write_end(w);
    write_end(w);
}

/* protobuf-c would forget elem_type here. */
static void a_type_in_two_parts_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    begin_type(&w);
    write_begin(&w, 1);
    write_number(&w, 1, 1);
    write_end(&w);
    write_begin(&w, 1);
    write_begin(&w, 2);
    write_end(&w);
    write_end(&w);
    end_type(&w);
    refused(&w, NULL, "wire.repeated", OC_NO_OFFSET);
}

static void two_kinds_of_one_type_are_refused(void **state)
{
    (void)state;
    writer w = {0};
    begin_type(&w);
    write_begin(&w, 1);
    write_end(&w);
    write_begin(&w, 4);
    write_end(&w);
    end_type(&w);
    refused(&w, NULL, "wire.repeated", OC_NO_OFFSET);
}

static void raw_data_in_two_parts_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_tensor_begin(&w, 5, "t");
    write_text(&w, 9, "abcd");
    write_text(&w, 9, "abcd");
    write_end(&w);
    write_end(&w);
    refused(&w, NULL, "wire.repeated", OC_NO_OFFSET);
}

static void of_a_number_given_twice_the_last_counts(void **state)
{
    (void)state;
    writer w = {0};
    write_number(&w, 1, 7);
    write_model(&w);
    write_end(&w);
    oc_model *model = loaded(&w, NULL);
    assert_int_equal(oc_model_get_facts(model)->ir_version, 10);
    oc_model_free(model);
}

/* ---- strings ---- */

static void a_string_with_a_nul_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_begin(&w, 11);
    write_block(&w, 1, "a\0b", 3);
    size_t at = w.bytes - 3;
    write_end(&w);
    write_end(&w);
    refused(&w, NULL, "text.nul", at);
}

static void a_string_that_is_not_utf8_is_noted(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 11, "\xff\xfe");
    size_t at = w.bytes - 2;
    write_end(&w);
    oc_model *model = loaded(&w, NULL);
    const oc_model_facts *facts = oc_model_get_facts(model);
    assert_int_equal(facts->note_count, 1);
    assert_string_equal(facts->note[0].id, "text.not-utf8");
    assert_int_equal(facts->note[0].offset, at);
    const oc_graph *graph = oc_model_graph(model);
    assert_string_equal(graph->scope->value[graph->input[0]].name, "\xff\xfe");
    oc_model_free(model);
}

/* ---- what is left out ---- */

static void documentation_and_training_are_dropped(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_text(&w, 10, "\xff"); /* nobody looks into it */
    write_node_begin(&w, 1, "Relu", "x", "y");
    write_block(&w, 6, "\0\0", 2);
    write_end(&w);
    write_value(&w, 11, "x");
    write_end(&w);
    write_text(&w, 6, "doc");
    write_text(&w, 20, "training");
    oc_model *model = loaded(&w, NULL);
    assert_int_equal(oc_model_get_facts(model)->note_count, 0);
    oc_model_free(model);
}

static void unknown_fields_are_dropped_and_noted(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node_begin(&w, 1, "Relu", "x", "y");
    write_number(&w, 1000, 12345); /* our own private number */
    write_end(&w);
    write_value(&w, 11, "x");
    write_end(&w);
    write_number(&w, 27, 1);
    write_text(&w, 5000000, "new");
    oc_model *model = loaded(&w, NULL);
    const oc_model_facts *facts = oc_model_get_facts(model);
    assert_string_equal(facts->note[0].id, "model.unknown-fields");
    assert_memory_equal(facts->note[0].message, "3 fields", 8);
    assert_int_not_equal(oc_model_graph(model)->node[0]->offset, 12345);
    oc_model_free(model);
}

static void write_entry(writer *w, uint32_t field, const char *key,
                        const char *value)
{
    write_begin(w, field);
    write_text(w, 1, key);
    write_text(w, 2, value);
    write_end(w);
}

static void of_metadata_only_module_names_are_kept(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node_begin(&w, 1, "Relu", "x", "y");
    write_entry(&w, 9, "pkg.torch.onnx.stack_trace", "\xff");
    write_entry(&w, 9, "pkg.torch.onnx.name_scopes", "['', 'a']");
    write_entry(&w, 9, "namespace", "a: A");
    write_begin(&w, 9); /* the value before the key */
    write_text(&w, 2, "BatchNorm");
    write_text(&w, 1, "pkg.onnxscript.rewriter.rule_name");
    write_end(&w);
    write_begin(&w, 9); /* neither */
    write_end(&w);
    write_end(&w);
    write_value(&w, 11, "x");
    write_begin(&w, 13);
    write_text(&w, 1, "y");
    write_entry(&w, 4, "other", "no");
    write_entry(&w, 4, "pkg.onnxscript.optimizer.folded_from", "a.weight");
    write_end(&w);
    write_end(&w);
    oc_model *model = loaded(&w, NULL);
    const oc_graph *graph = oc_model_graph(model);
    const oc_node *node = graph->node[0];
    assert_string_equal(node->name_scopes, "['', 'a']");
    assert_string_equal(node->name_space, "a: A");
    assert_string_equal(node->rewriter_rule, "BatchNorm");
    assert_string_equal(graph->scope->value[node->output[0]].folded_from,
                        "a.weight");
    assert_int_equal(oc_model_get_facts(model)->note_count, 0);
    oc_model_free(model);
}

/* TensorProto.DataType */
enum { FLOAT = 1, UINT8 = 2, FLOAT16 = 10, DOUBLE = 11 };

/* Of `rank` dims, all but the first 1. */
static void payload_of(size_t rank, uint64_t elem_type, size_t width,
                       size_t bytes, bool kept)
{
    writer w = {0};
    char *data = calloc(1, bytes);
    write_model(&w);
    write_begin(&w, 5);
    write_number(&w, 1, bytes / width);
    for (size_t axis = 1; axis < rank; axis++)
        write_number(&w, 1, 1);
    write_number(&w, 2, elem_type);
    write_text(&w, 8, "t");
    write_block(&w, 9, data, bytes);
    write_end(&w);
    write_end(&w);
    free(data);
    oc_model *model = loaded(&w, NULL);
    const oc_graph *graph = oc_model_graph(model);
    const oc_tensor *tensor =
        graph->scope->value[graph->initializer[0]].initializer;
    assert_int_equal(tensor->data != NULL, kept);
    assert_int_equal(tensor->data_bytes, kept ? bytes : 0);
    assert_int_equal(tensor->stored_bytes, bytes);
    assert_int_equal(oc_model_get_facts(model)->note_count, 0);
    oc_model_free(model);
}

static void payload(uint64_t elem_type, size_t width, size_t bytes, bool kept)
{
    payload_of(1, elem_type, width, bytes, kept);
}

static void payload_is_kept_up_to_32_kib(void **state)
{
    (void)state;
    payload(UINT8, 1, 32768, true);
    payload(UINT8, 1, 32769, false);
}

static void floats_of_initializers_are_kept_up_to_64(void **state)
{
    (void)state;
    payload(FLOAT, 4, 64 * 4, true);
    payload(FLOAT, 4, 65 * 4, false);
    payload(DOUBLE, 8, 64 * 8, true);
    payload(FLOAT16, 2, 65 * 2, false);
}

static void matrices_of_floats_are_kept_up_to_256(void **state)
{
    (void)state;
    payload_of(2, FLOAT, 4, 256 * 4, true);
    payload_of(2, FLOAT, 4, 257 * 4, false);
    payload_of(4, FLOAT16, 2, 256 * 2, true);
    payload_of(2, DOUBLE, 8, 257 * 8, false);
}

/* ---- limits ---- */

/* Types inside types: each level is two messages. */
static void write_nested_type(writer *w, int levels)
{
    for (int i = 0; i < levels; i++) {
        write_begin(w, 4); /* sequence_type */
        write_begin(w, 1); /* elem_type */
    }
    for (int i = 0; i < 2 * levels; i++)
        write_end(w);
}

static void nested_type(writer *w, int levels)
{
    begin_type(w);
    write_nested_type(w, levels);
    end_type(w);
}

static void depth_is_limited_to_100(void **state)
{
    (void)state;
    writer w = {0};
    nested_type(&w, 48); /* graph, input, type and 96 make 99 */
    accepted(&w, NULL);
    nested_type(&w, 49); /* 101 */
    refused(&w, NULL, "limit.depth", OC_NO_OFFSET);
}

static void a_raised_depth_ends_at_10000(void **state)
{
    (void)state;
    writer w = {0};
    oc_limits limits = {.depth = 1000000};
    nested_type(&w, 4998); /* 3 + 9996 */
    accepted(&w, &limits);
    nested_type(&w, 4999);
    refused(&w, &limits, "limit.depth", OC_NO_OFFSET);
}

/* Every node holds one more. */
static void nested_graphs(writer *w, int levels)
{
    write_model(w);
    for (int i = 0; i < levels; i++) {
        write_node_begin(w, 1, "If", "", "");
        write_begin(w, 5);
        write_text(w, 1, "then_branch");
        write_begin(w, 6);
    }
    for (int i = 0; i < 3 * levels; i++)
        write_end(w);
    write_end(w);
}

static void deep_graphs_do_not_need_a_deep_stack(void **state)
{
    (void)state;
    writer w = {0};
    oc_limits limits = {.depth = 10000};
    nested_graphs(&w, 3333);
    oc_model *model = loaded(&w, &limits);
    assert_int_equal(oc_model_get_facts(model)->node_count, 3333);
    oc_model_free(model);
    nested_graphs(&w, 34);
    refused(&w, NULL, "limit.depth", OC_NO_OFFSET);
}

static void nodes(writer *w, int count)
{
    write_model(w);
    for (int i = 0; i < count; i++)
        write_node(w, "NoOp", "", "");
    write_end(w);
}

static void nodes_are_limited(void **state)
{
    (void)state;
    writer w = {0};
    oc_limits limits = {.nodes = 5};
    nodes(&w, 5);
    accepted(&w, &limits);
    nodes(&w, 6);
    refused(&w, &limits, "limit.nodes", OC_NO_OFFSET);
}

static void inputs(writer *w, int count)
{
    char name[] = "a";
    write_model(w);
    for (int i = 0; i < count; i++, name[0]++)
        write_value(w, 11, name);
    write_end(w);
}

static void initializers(writer *w, int count)
{
    char name[] = "a";
    write_model(w);
    for (int i = 0; i < count; i++, name[0]++) {
        write_tensor_begin(w, 5, name);
        write_end(w);
    }
    write_end(w);
}

static void attributes(writer *w, int count)
{
    char name[] = "a";
    write_model(w);
    write_node_begin(w, 1, "NoOp", "", "");
    for (int i = 0; i < count; i++, name[0]++)
        write_value(w, 5, name);
    write_end(w);
    write_end(w);
}

static void strings(writer *w, int count)
{
    write_model(w);
    write_node_begin(w, 1, "NoOp", "", "");
    write_begin(w, 5);
    write_text(w, 1, "names");
    for (int i = 0; i < count - 1; i++) /* one is the opset */
        write_text(w, 9, "s");
    write_end(w);
    write_end(w);
    write_end(w);
}

static void items_are_limited(void **state)
{
    (void)state;
    static void (*const makers[])(writer *, int) = {inputs, initializers,
                                                    attributes, strings};
    oc_limits limits = {.items = 7};
    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        writer w = {0};
        makers[i](&w, 7);
        accepted(&w, &limits);
        makers[i](&w, 8);
        refused(&w, &limits, "limit.items", OC_NO_OFFSET);
    }
}

static void functions(writer *w, int count)
{
    char name[] = "a";
    write_model(w);
    write_end(w);
    for (int i = 0; i < count; i++, name[0]++)
        write_value(w, 25, name);
}

static void functions_are_limited(void **state)
{
    (void)state;
    writer w = {0};
    oc_limits limits = {.functions = 3};
    functions(&w, 3);
    accepted(&w, &limits);
    functions(&w, 4);
    refused(&w, &limits, "limit.functions", OC_NO_OFFSET);
}

static void unknown_fields(writer *w, int count)
{
    write_model(w);
    write_end(w);
    for (int i = 0; i < count; i++)
        write_number(w, 99, 1);
}

static void unknown_fields_are_limited(void **state)
{
    (void)state;
    writer w = {0};
    unknown_fields(&w, 100000);
    accepted(&w, NULL);
    unknown_fields(&w, 100001);
    refused(&w, NULL, "limit.unknown", OC_NO_OFFSET);
}

static void dims(writer *w, size_t count, bool packed)
{
    write_model(w);
    write_begin(w, 5);
    if (packed)
        write_begin(w, 1);
    for (size_t i = 0; i < count; i++)
        if (packed)
            write_varint(w, 1);
        else
            write_number(w, 1, 1);
    if (packed)
        write_end(w);
    write_text(w, 8, "t");
    write_end(w);
    write_end(w);
}

static void declared_dims(writer *w, size_t count)
{
    begin_type(w);
    write_begin(w, 1);
    write_begin(w, 2);
    for (size_t i = 0; i < count; i++) {
        write_begin(w, 1);
        write_end(w);
    }
    write_end(w);
    write_end(w);
    end_type(w);
}

static void rank_is_limited(void **state)
{
    (void)state;
    writer w = {0};
    for (int packed = 0; packed < 2; packed++) {
        dims(&w, 1024, packed);
        accepted(&w, NULL);
        dims(&w, 1025, packed);
        refused(&w, NULL, "limit.rank", OC_NO_OFFSET);
    }
    declared_dims(&w, 1024);
    accepted(&w, NULL);
    declared_dims(&w, 1025);
    refused(&w, NULL, "limit.rank", OC_NO_OFFSET);
}

static void long_name(writer *w, size_t bytes)
{
    char *name = malloc(bytes);
    memset(name, 'a', bytes);
    write_model(w);
    write_begin(w, 11);
    write_block(w, 1, name, bytes);
    write_end(w);
    write_end(w);
    free(name);
}

static void names_are_limited_to_a_mebibyte(void **state)
{
    (void)state;
    writer w = {0};
    long_name(&w, 1048576);
    accepted(&w, NULL);
    long_name(&w, 1048577);
    refused(&w, NULL, "limit.name", OC_NO_OFFSET);
}

static void retained_bytes_are_limited(void **state)
{
    (void)state;
    writer w = {0};
    oc_limits limits = {.metadata = 5000};
    long_name(&w, 4500);
    accepted(&w, &limits);
    long_name(&w, 5000);
    refused(&w, &limits, "limit.metadata", OC_NO_OFFSET);
}

static void payload_is_not_metadata(void **state)
{
    (void)state;
    writer w = {0};
    oc_limits limits = {.metadata = 5000};
    char *data = calloc(1, 20000);
    write_model(&w);
    for (int i = 0; i < 3; i++) {
        char name[] = {(char)('a' + i), 0};
        write_begin(&w, 5);
        write_number(&w, 1, 20000);
        write_number(&w, 2, 2);
        write_text(&w, 8, name);
        write_block(&w, 9, data, 20000);
        write_end(&w);
    }
    write_end(&w);
    free(data);
    accepted(&w, &limits);
}

static void memory_is_limited(void **state)
{
    (void)state;
    writer w = {0};
    oc_limits limits = {.memory = 1 << 20};
    nodes(&w, 100);
    accepted(&w, &limits);
    nodes(&w, 100000);
    refused(&w, &limits, "limit.memory", OC_NO_OFFSET);
}

/* A type inside a type costs more than its few bytes. */
static void many_tiny_segments_are_retained_bytes(void **state)
{
    (void)state;
    writer w = {0};
    oc_limits limits = {.metadata = 100000};
    write_model(&w);
    for (int i = 0; i < 100; i++) {
        write_begin(&w, 13);
        write_begin(&w, 2);
        write_nested_type(&w, 40);
        write_end(&w);
        write_end(&w);
    }
    write_end(&w);
    refused(&w, &limits, "limit.metadata", OC_NO_OFFSET);
}

static void options_of_another_size_are_refused(void **state)
{
    (void)state;
    oc_load_options options = {.struct_size = sizeof(options) - 8};
    oc_model *model;
    oc_error err = {0};
    assert_int_equal(oc_model_load_memory(&model, "m", "", 0, &options, &err),
                     OC_ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_graph_is_a_model),
        cmocka_unit_test(a_model_without_a_graph_is_refused),
        cmocka_unit_test(a_model_without_versions_is_refused),
        cmocka_unit_test(an_old_model_without_opset_has_the_first),
        cmocka_unit_test(a_length_beyond_the_input_is_truncation),
        cmocka_unit_test(a_length_beyond_its_message_is_refused),
        cmocka_unit_test(a_varint_beyond_its_message_is_refused),
        cmocka_unit_test(numbers_of_more_than_64_bits_are_refused),
        cmocka_unit_test(padded_numbers_are_numbers),
        cmocka_unit_test(field_zero_is_refused),
        cmocka_unit_test(field_numbers_beyond_29_bits_are_refused),
        cmocka_unit_test(groups_are_refused),
        cmocka_unit_test(wire_types_that_do_not_exist_are_refused),
        cmocka_unit_test(fields_of_the_wrong_type_are_refused),
        cmocka_unit_test(packed_numbers_end_with_their_field),
        cmocka_unit_test(a_second_graph_is_refused),
        cmocka_unit_test(two_models_in_a_row_are_refused),
        cmocka_unit_test(a_type_in_two_parts_is_refused),
        cmocka_unit_test(two_kinds_of_one_type_are_refused),
        cmocka_unit_test(raw_data_in_two_parts_is_refused),
        cmocka_unit_test(of_a_number_given_twice_the_last_counts),
        cmocka_unit_test(a_string_with_a_nul_is_refused),
        cmocka_unit_test(a_string_that_is_not_utf8_is_noted),
        cmocka_unit_test(documentation_and_training_are_dropped),
        cmocka_unit_test(unknown_fields_are_dropped_and_noted),
        cmocka_unit_test(of_metadata_only_module_names_are_kept),
        cmocka_unit_test(payload_is_kept_up_to_32_kib),
        cmocka_unit_test(floats_of_initializers_are_kept_up_to_64),
        cmocka_unit_test(matrices_of_floats_are_kept_up_to_256),
        cmocka_unit_test(depth_is_limited_to_100),
        cmocka_unit_test(a_raised_depth_ends_at_10000),
        cmocka_unit_test(deep_graphs_do_not_need_a_deep_stack),
        cmocka_unit_test(nodes_are_limited),
        cmocka_unit_test(items_are_limited),
        cmocka_unit_test(functions_are_limited),
        cmocka_unit_test(unknown_fields_are_limited),
        cmocka_unit_test(rank_is_limited),
        cmocka_unit_test(names_are_limited_to_a_mebibyte),
        cmocka_unit_test(retained_bytes_are_limited),
        cmocka_unit_test(payload_is_not_metadata),
        cmocka_unit_test(memory_is_limited),
        cmocka_unit_test(many_tiny_segments_are_retained_bytes),
        cmocka_unit_test(options_of_another_size_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
