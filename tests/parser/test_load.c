/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader: names become values, nodes get an order, and what no runtime
 * would agree on is refused at the node.
 */
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

static oc_model *loaded(writer *w)
{
    oc_model *model;
    oc_error err = {0};
    if (oc_model_load_memory(&model, "dir/test.onnx", w->data, w->bytes, NULL,
                             &err) != OC_OK)
        fail_msg("%s: %s: %s", err.id, err.where, err.message);
    writer_free(w);
    return model;
}

static void refused(writer *w, const char *id, const char *where)
{
    oc_model *model;
    oc_error err = {0};
    assert_int_equal(oc_model_load_memory(&model, "dir/test.onnx", w->data,
                                          w->bytes, NULL, &err),
                     OC_ERR_INPUT);
    assert_string_equal(err.id, id);
    assert_string_equal(err.where, where);
    writer_free(w);
}

static const oc_value *value_of(const oc_graph *graph, oc_value_id id)
{
    return &graph->scope->value[id];
}

/* "a b _" */
static const char *names_of(const oc_graph *graph, const oc_value_id *id,
                            size_t count)
{
    static char text[200];
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(
            text + at, sizeof(text) - at, "%s%s", i ? " " : "",
            id[i] == OC_NO_VALUE ? "_" : value_of(graph, id[i])->name);
    return text;
}

#define INPUTS(node) names_of((node)->graph, (node)->input, (node)->input_count)

/* The op_types in execution order. */
static const char *order_of(const oc_graph *graph)
{
    static char text[200];
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < graph->node_count; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s",
                               i ? " " : "", graph->node[i]->op_type);
    return text;
}

static void write_tensor(writer *w, uint32_t field, const char *name)
{
    write_tensor_begin(w, field, name);
    write_end(w);
}

/* ---- values ---- */

static void operands_are_resolved(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 11, "x");
    write_tensor(&w, 5, "k");
    write_node(&w, "Clip", "x _ k", "y _");
    write_value(&w, 12, "y");
    write_end(&w);
    oc_model *model = loaded(&w);
    const oc_graph *graph = oc_model_graph(model);
    const oc_node *node = graph->node[0];
    assert_string_equal(INPUTS(node), "x _ k");
    assert_int_equal(node->output_count, 2);
    assert_int_equal(node->output[1], OC_NO_VALUE);
    assert_int_equal(graph->output[0], node->output[0]);
    const oc_value *y = value_of(graph, node->output[0]);
    assert_ptr_equal(y->producer, node);
    assert_int_equal(y->source, OC_FROM_NODE);
    assert_int_equal(value_of(graph, node->input[0])->source, OC_FROM_INPUT);
    assert_int_equal(value_of(graph, node->input[2])->source,
                     OC_FROM_INITIALIZER);
    assert_string_equal(oc_model_get_facts(model)->file, "test.onnx");
    oc_model_free(model);
}

static void an_initializer_that_is_an_input_is_an_initializer(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_tensor(&w, 5, "k");
    write_value(&w, 11, "k");
    write_value(&w, 11, "x");
    write_end(&w);
    oc_model *model = loaded(&w);
    const oc_graph *graph = oc_model_graph(model);
    assert_string_equal(names_of(graph, graph->input, graph->input_count), "x");
    assert_string_equal(
        names_of(graph, graph->initializer, graph->initializer_count), "k");
    const oc_value *k = value_of(graph, graph->initializer[0]);
    assert_true(k->is_graph_input);
    assert_int_equal(k->source, OC_FROM_INITIALIZER);
    oc_model_free(model);
}

static void an_unknown_input_is_refused_at_its_node(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 11, "x");
    write_node_begin(&w, 1, "Add", "x z", "y");
    write_text(&w, 3, "sum");
    write_end(&w);
    write_end(&w);
    refused(&w, "model.unknown-value", "test.onnx: node 0 (Add) 'sum'");
}

static void an_unknown_output_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 12, "y");
    write_end(&w);
    refused(&w, "model.unknown-output", "test.onnx");
}

static void values_defined_twice_are_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node(&w, "A", "", "y");
    write_node(&w, "B", "", "y");
    write_end(&w);
    refused(&w, "model.duplicate-value", "test.onnx: node 1 (B) ''");
    write_model(&w);
    write_value(&w, 11, "x");
    write_value(&w, 11, "x");
    write_end(&w);
    refused(&w, "model.duplicate-value", "test.onnx");
    write_model(&w);
    write_tensor(&w, 5, "x");
    write_tensor(&w, 5, "x");
    write_end(&w);
    refused(&w, "model.duplicate-value", "test.onnx");
    write_model(&w);
    write_value(&w, 11, "x");
    write_node(&w, "A", "", "x");
    write_end(&w);
    refused(&w, "model.duplicate-value", "test.onnx: node 0 (A) ''");
}

static void values_without_a_name_are_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 11, "");
    write_end(&w);
    refused(&w, "model.unnamed-value", "test.onnx");
    write_model(&w);
    write_tensor(&w, 5, "");
    write_end(&w);
    refused(&w, "model.unnamed-value", "test.onnx");
}

static void nodes_of_one_name_are_two_nodes(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    for (int i = 0; i < 2; i++) {
        write_node_begin(&w, 1, "A", "", i ? "y" : "x");
        write_text(&w, 3, "same");
        write_end(&w);
    }
    write_end(&w);
    oc_model *model = loaded(&w);
    assert_int_equal(oc_model_graph(model)->node_count, 2);
    oc_model_free(model);
}

/* ---- order ---- */

static void nodes_out_of_order_are_sorted(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node(&w, "C", "b", "c");
    write_node(&w, "D", "", "d");
    write_node(&w, "B", "a", "b");
    write_node(&w, "E", "c", "e");
    write_node(&w, "A", "", "a");
    write_end(&w);
    oc_model *model = loaded(&w);
    const oc_graph *graph = oc_model_graph(model);
    const oc_model_facts *facts = oc_model_get_facts(model);
    assert_string_equal(order_of(graph), "D A B C E");
    assert_int_equal(graph->node[0]->index, 1);
    assert_int_equal(facts->note_count, 1);
    assert_string_equal(facts->note[0].id, "model.unsorted");
    assert_string_equal(facts->note[0].node->op_type, "C");
    oc_model_free(model);
}

static void cycles_are_refused_at_a_node_on_them(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node(&w, "A", "b", "a"); /* behind the cycle, not on it */
    write_node(&w, "B", "c", "b");
    write_node(&w, "C", "b", "c");
    write_end(&w);
    oc_model *model;
    oc_error err = {0};
    assert_int_equal(
        oc_model_load_memory(&model, "m", w.data, w.bytes, NULL, &err),
        OC_ERR_INPUT);
    assert_string_equal(err.id, "model.cycle");
    assert_true(strstr(err.where, "(B)") || strstr(err.where, "(C)"));
    writer_free(&w);
    write_model(&w);
    write_node(&w, "A", "a", "a");
    write_end(&w);
    refused(&w, "model.cycle", "test.onnx: node 0 (A) ''");
}

/* ---- nested graphs ---- */

static void begin_branch(writer *w, const char *name)
{
    write_begin(w, 5);
    write_text(w, 1, name);
    write_number(w, 20, 5); /* GRAPH */
    write_begin(w, 6);
    write_text(w, 2, name);
}

static void end_branch(writer *w)
{
    write_end(w);
    write_end(w);
}

static const oc_graph *branch(const oc_node *node, size_t index)
{
    return node->attribute[index].graphs[0];
}

static void nested_graphs_capture_and_shadow(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 11, "c");
    write_node(&w, "A", "", "x");
    write_node_begin(&w, 1, "If", "c", "y");
    begin_branch(&w, "then_branch");
    write_node(&w, "B", "x", "z"); /* captures x */
    write_value(&w, 12, "z");
    end_branch(&w);
    begin_branch(&w, "else_branch");
    write_node(&w, "C", "", "x"); /* its own x */
    write_node(&w, "D", "x", "z");
    write_value(&w, 12, "z");
    end_branch(&w);
    write_end(&w);
    write_node(&w, "E", "x", "w"); /* the outer x again */
    write_end(&w);
    oc_model *model = loaded(&w);
    const oc_graph *graph = oc_model_graph(model);
    const oc_node *choice = graph->node[1];
    const oc_graph *then_graph = branch(choice, 0);
    const oc_graph *else_graph = branch(choice, 1);
    oc_value_id outer = graph->node[0]->output[0];
    assert_int_equal(then_graph->node[0]->input[0], outer);
    assert_int_not_equal(else_graph->node[0]->output[0], outer);
    assert_int_equal(else_graph->node[1]->input[0],
                     else_graph->node[0]->output[0]);
    assert_int_equal(graph->node[2]->input[0], outer);
    assert_ptr_equal(then_graph->scope, graph->scope);
    assert_ptr_equal(then_graph->parent, graph);
    assert_ptr_equal(then_graph->parent_node, choice);
    assert_string_equal(then_graph->attribute, "then_branch");
    assert_ptr_equal(value_of(graph, else_graph->output[0])->graph, else_graph);
    assert_int_equal(oc_model_get_facts(model)->node_count, 6);
    oc_model_free(model);
}

static void inner_names_are_not_seen_outside(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node_begin(&w, 1, "If", "", "y");
    begin_branch(&w, "then_branch");
    write_node(&w, "A", "", "z");
    end_branch(&w);
    write_end(&w);
    write_node(&w, "B", "z", "w");
    write_end(&w);
    refused(&w, "model.unknown-value", "test.onnx: node 1 (B) ''");
}

static void a_capture_orders_the_node_that_holds_it(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node_begin(&w, 1, "If", "", "y");
    begin_branch(&w, "then_branch");
    write_node_begin(&w, 1, "Loop", "", "z");
    begin_branch(&w, "body");
    write_value(&w, 12, "x"); /* captured by an output, two levels up */
    end_branch(&w);
    write_end(&w);
    end_branch(&w);
    write_end(&w);
    write_node(&w, "A", "", "x");
    write_end(&w);
    oc_model *model = loaded(&w);
    assert_string_equal(order_of(oc_model_graph(model)), "A If");
    oc_model_free(model);
}

static void capturing_what_it_makes_is_a_cycle(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node_begin(&w, 1, "If", "", "y");
    begin_branch(&w, "then_branch");
    write_node(&w, "A", "y", "z");
    end_branch(&w);
    write_end(&w);
    write_end(&w);
    refused(&w, "model.cycle", "test.onnx: node 0 (If) ''");
}

/* ---- functions ---- */

static void begin_function(writer *w, const char *name, const char *input,
                           const char *output)
{
    write_begin(w, 25);
    write_text(w, 1, name);
    write_text(w, 10, "local");
    write_text(w, 4, input);
    write_text(w, 5, output);
}

/* A call, in a function body (7) or graph (1). */
static void call(writer *w, uint32_t field, const char *name, const char *input,
                 const char *output)
{
    write_node_begin(w, field, name, input, output);
    write_text(w, 7, "local");
    write_end(w);
}

static void functions_are_found_by_domain_name_and_overload(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 11, "x");
    call(&w, 1, "f", "x", "a");
    write_node(&w, "f", "x", "b"); /* another domain */
    write_node_begin(&w, 1, "f", "x", "c");
    write_text(&w, 7, "local");
    write_text(&w, 8, "2");
    write_end(&w);
    write_end(&w);
    begin_function(&w, "f", "x", "y");
    write_node_begin(&w, 7, "Relu", "x", "y");
    write_end(&w);
    write_begin(&w, 9);
    write_text(&w, 1, "ai.onnx");
    write_number(&w, 2, 17);
    write_end(&w);
    write_end(&w);
    begin_function(&w, "f", "x", "x");
    write_text(&w, 13, "2");
    write_end(&w);
    oc_model *model = loaded(&w);
    const oc_graph *graph = oc_model_graph(model);
    const oc_model_facts *facts = oc_model_get_facts(model);
    assert_int_equal(facts->function_count, 2);
    assert_ptr_equal(graph->node[0]->function, facts->function[0]);
    assert_null(graph->node[1]->function);
    assert_ptr_equal(graph->node[2]->function, facts->function[1]);
    const oc_function *f = facts->function[0];
    assert_ptr_equal(f->graph->function, f);
    assert_ptr_not_equal(f->graph->scope, graph->scope);
    assert_int_equal(f->opset_count, 1);
    assert_string_equal(f->opset[0].domain, "");
    assert_int_equal(f->opset[0].version, 17);
    assert_int_equal(facts->function[1]->opset[0].version, 21);
    assert_int_equal(facts->node_count, 4);
    oc_model_free(model);
}

static void a_function_does_not_capture(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 11, "outer");
    write_end(&w);
    begin_function(&w, "f", "x", "y");
    write_node_begin(&w, 7, "Relu", "outer", "y");
    write_end(&w);
    write_end(&w);
    refused(&w, "model.unknown-value", "test.onnx: node 0 (Relu) ''");
}

static void functions_defined_twice_are_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_end(&w);
    for (int i = 0; i < 2; i++) {
        begin_function(&w, "f", "x", "x");
        write_end(&w);
    }
    refused(&w, "model.duplicate-function", "test.onnx");
}

static void recursion_is_found(void **state)
{
    (void)state;
    /* a -> b -> c -> b, c -> d; e -> e */
    static const char calls[][3] = {"ab", "bc", "cb", "cd", "ee"};
    writer w = {0};
    write_model(&w);
    write_end(&w);
    for (char name = 'a'; name <= 'e'; name++) {
        char text[2] = {name, 0};
        begin_function(&w, text, "x", "x");
        for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
            char callee[2] = {calls[i][1], 0};
            if (calls[i][0] == name)
                call(&w, 7, callee, "x", callee);
        }
        write_end(&w);
    }
    oc_model *model = loaded(&w);
    const oc_model_facts *facts = oc_model_get_facts(model);
    static const bool expected[] = {false, true, true, false, true};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(facts->function[i]->calls_itself, expected[i]);
    oc_model_free(model);
}

static void a_long_chain_of_calls_needs_no_stack(void **state)
{
    (void)state;
    writer w = {0};
    char name[16], next[16];
    write_model(&w);
    write_end(&w);
    for (int i = 0; i < 10000; i++) {
        (void)snprintf(name, sizeof(name), "f%d", i);
        (void)snprintf(next, sizeof(next), "f%d", (i + 1) % 10000);
        begin_function(&w, name, "x", "y");
        call(&w, 7, next, "x", "y");
        write_end(&w);
    }
    oc_model *model = loaded(&w);
    const oc_model_facts *facts = oc_model_get_facts(model);
    for (size_t i = 0; i < facts->function_count; i++)
        assert_true(facts->function[i]->calls_itself);
    oc_model_free(model);
}

static void of_two_opsets_of_a_domain_the_last_counts(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_end(&w);
    write_begin(&w, 8);
    write_text(&w, 1, "ai.onnx");
    write_number(&w, 2, 18);
    write_end(&w);
    oc_model *model = loaded(&w);
    const oc_model_facts *facts = oc_model_get_facts(model);
    assert_int_equal(facts->opset_count, 1);
    assert_int_equal(facts->opset[0].version, 18);
    assert_string_equal(facts->note[0].id, "model.opsets");
    oc_model_free(model);
}

/* ---- attributes ---- */

static void begin_attribute(writer *w, const char *name)
{
    write_begin(w, 5);
    write_text(w, 1, name);
}

static const oc_attribute *attribute_of(const oc_model *model, size_t index)
{
    return &oc_model_graph(model)->node[0]->attribute[index];
}

static void attributes_without_a_type_have_that_of_their_field(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node_begin(&w, 1, "A", "", "");
    begin_attribute(&w, "f");
    write_float(&w, 2, 0.5f);
    write_end(&w);
    begin_attribute(&w, "i");
    write_number(&w, 3, (uint64_t)-3);
    write_end(&w);
    begin_attribute(&w, "s");
    write_block(&w, 4, "a\0b", 3);
    write_end(&w);
    begin_attribute(&w, "t");
    write_tensor(&w, 5, "");
    write_end(&w);
    begin_attribute(&w, "ints");
    write_number(&w, 8, 1);
    write_block(&w, 8, "\x02\x03", 2); /* packed and not */
    write_end(&w);
    begin_attribute(&w, "floats");
    write_float(&w, 7, 1.5f);
    write_end(&w);
    begin_attribute(&w, "strings");
    write_text(&w, 9, "one");
    write_text(&w, 9, "");
    write_end(&w);
    begin_attribute(&w, "ref");
    write_text(&w, 21, "outer");
    write_end(&w);
    write_end(&w);
    write_end(&w);
    oc_model *model = loaded(&w);
    static const oc_attribute_type expected[] = {
        OC_ATTR_FLOAT, OC_ATTR_INT,    OC_ATTR_STRING,  OC_ATTR_TENSOR,
        OC_ATTR_INTS,  OC_ATTR_FLOATS, OC_ATTR_STRINGS, OC_ATTR_UNDEFINED};
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(attribute_of(model, i)->type, expected[i]);
    assert_true(attribute_of(model, 0)->f == 0.5f);
    assert_int_equal(attribute_of(model, 1)->i, -3);
    assert_int_equal(attribute_of(model, 2)->s.bytes, 3);
    assert_memory_equal(attribute_of(model, 2)->s.data, "a\0b", 4);
    assert_int_equal(attribute_of(model, 3)->count, 1);
    assert_int_equal(attribute_of(model, 4)->count, 3);
    assert_int_equal(attribute_of(model, 4)->ints[2], 3);
    assert_true(attribute_of(model, 5)->floats[0] == 1.5f);
    assert_int_equal(attribute_of(model, 6)->count, 2);
    assert_string_equal(attribute_of(model, 6)->strings[0].data, "one");
    assert_string_equal(attribute_of(model, 7)->reference, "outer");
    oc_model_free(model);
}

static void a_graph_attribute_without_graph_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node_begin(&w, 1, "If", "", "");
    begin_attribute(&w, "then_branch");
    write_number(&w, 20, 5);
    write_end(&w);
    write_end(&w);
    write_end(&w);
    refused(&w, "model.attribute", "test.onnx: node 0 (If) ''");
}

static void an_attribute_given_twice_is_refused(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_node_begin(&w, 1, "A", "", "");
    for (int i = 0; i < 2; i++) {
        begin_attribute(&w, "axis");
        write_number(&w, 3, (uint64_t)i);
        write_end(&w);
    }
    write_end(&w);
    write_end(&w);
    refused(&w, "model.duplicate-attribute", "test.onnx: node 0 (A) ''");
}

/* ---- types ---- */

static void types_nest(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_begin(&w, 11);
    write_text(&w, 1, "x");
    write_begin(&w, 2);
    write_begin(&w, 9); /* optional */
    write_begin(&w, 1);
    write_begin(&w, 4); /* of sequence */
    write_begin(&w, 1);
    write_begin(&w, 1); /* of tensor */
    write_number(&w, 1, 7);
    write_begin(&w, 2);
    write_begin(&w, 1);
    write_number(&w, 1, (uint64_t)-1);
    write_end(&w);
    write_begin(&w, 1);
    write_text(&w, 2, "batch");
    write_end(&w);
    write_begin(&w, 1);
    write_end(&w);
    while (w.depth)
        write_end(&w);
    oc_model *model = loaded(&w);
    const oc_graph *graph = oc_model_graph(model);
    const oc_declared_type *type = &value_of(graph, 0)->declared;
    assert_int_equal(type->kind, OC_TYPE_OPTIONAL);
    assert_int_equal(type->element->kind, OC_TYPE_SEQUENCE);
    type = type->element->element;
    assert_int_equal(type->kind, OC_TYPE_TENSOR);
    assert_int_equal(type->elem_type, 7);
    assert_true(type->has_shape);
    assert_int_equal(type->rank, 3);
    assert_true(type->dim[0].has_value);
    assert_int_equal(type->dim[0].value, -1);
    assert_string_equal(type->dim[1].param, "batch");
    assert_false(type->dim[2].has_value);
    assert_null(type->dim[2].param);
    oc_model_free(model);
}

static void types_of_values_that_are_gone_are_ignored(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 13, "gone");
    write_end(&w);
    oc_model_free(loaded(&w));
}

/* ---- fingerprint ---- */

static void fingerprint_of(char out[64], const char *name, const char *bytes,
                           uint64_t elem_type, uint64_t axis)
{
    writer w = {0};
    write_model(&w);
    write_begin(&w, 5);
    write_number(&w, 1, 1);
    write_number(&w, 2, elem_type);
    write_text(&w, 8, name);
    write_block(&w, 9, bytes, 4);
    write_end(&w);
    write_node_begin(&w, 1, "A", name, "y");
    write_begin(&w, 5);
    write_text(&w, 1, "axis");
    write_number(&w, 3, axis);
    write_end(&w);
    write_end(&w);
    write_end(&w);
    oc_model *model = loaded(&w);
    strcpy(out, oc_model_get_facts(model)->fingerprint);
    oc_model_free(model);
}

static void the_fingerprint_is_of_structure_not_of_weights(void **state)
{
    (void)state;
    char first[64], other[64];
    enum { FLOAT = 1, INT32 = 6 };
    fingerprint_of(first, "w", "abcd", FLOAT, 1);
    assert_memory_equal(first, "xxh3-128:", 9);
    assert_int_equal(strlen(first), 9 + 32);
    fingerprint_of(other, "w", "abce", FLOAT, 1);
    assert_string_equal(other, first);
    fingerprint_of(other, "v", "abcd", FLOAT, 1);
    assert_string_not_equal(other, first);
    fingerprint_of(other, "w", "abcd", FLOAT, 2);
    assert_string_not_equal(other, first);
    fingerprint_of(first, "w", "abcd", INT32, 1);
    assert_string_not_equal(other, first);
    fingerprint_of(other, "w", "abce", INT32, 1);
    assert_string_not_equal(other, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_are_resolved),
        cmocka_unit_test(an_initializer_that_is_an_input_is_an_initializer),
        cmocka_unit_test(an_unknown_input_is_refused_at_its_node),
        cmocka_unit_test(an_unknown_output_is_refused),
        cmocka_unit_test(values_defined_twice_are_refused),
        cmocka_unit_test(values_without_a_name_are_refused),
        cmocka_unit_test(nodes_of_one_name_are_two_nodes),
        cmocka_unit_test(nodes_out_of_order_are_sorted),
        cmocka_unit_test(cycles_are_refused_at_a_node_on_them),
        cmocka_unit_test(nested_graphs_capture_and_shadow),
        cmocka_unit_test(inner_names_are_not_seen_outside),
        cmocka_unit_test(a_capture_orders_the_node_that_holds_it),
        cmocka_unit_test(capturing_what_it_makes_is_a_cycle),
        cmocka_unit_test(functions_are_found_by_domain_name_and_overload),
        cmocka_unit_test(a_function_does_not_capture),
        cmocka_unit_test(functions_defined_twice_are_refused),
        cmocka_unit_test(recursion_is_found),
        cmocka_unit_test(a_long_chain_of_calls_needs_no_stack),
        cmocka_unit_test(of_two_opsets_of_a_domain_the_last_counts),
        cmocka_unit_test(attributes_without_a_type_have_that_of_their_field),
        cmocka_unit_test(a_graph_attribute_without_graph_is_refused),
        cmocka_unit_test(an_attribute_given_twice_is_refused),
        cmocka_unit_test(types_nest),
        cmocka_unit_test(types_of_values_that_are_gone_are_ignored),
        cmocka_unit_test(the_fingerprint_is_of_structure_not_of_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
