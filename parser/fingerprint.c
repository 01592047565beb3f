/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/fingerprint.c - one number for the structure of a model.
 *
 * In here: XXH3-128 over names, operators, attributes, dims, types and the
 * integer payloads that were retained. Floats that are weights stay out: two
 * files that differ in weights alone have the same fingerprint.
 */
#include "parser/load.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xxhash.h>

#include "base/error.h"

static void put_bytes(XXH3_state_t *state, const void *data, size_t bytes)
{
    if (bytes)
        (void)XXH3_128bits_update(state, data, bytes);
}

static void put_number(XXH3_state_t *state, uint64_t value)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof(bytes); i++, value >>= 8)
        bytes[i] = (unsigned char)value;
    put_bytes(state, bytes, sizeof(bytes));
}

/* With its length before it, so that "a","bc" is not "ab","c". */
static void put_block(XXH3_state_t *state, const void *data, size_t bytes)
{
    put_number(state, bytes);
    put_bytes(state, data, bytes);
}

static void put_text(XXH3_state_t *state, const char *text)
{
    put_block(state, text ? text : "", text ? strlen(text) : 0);
}

static void put_floats(XXH3_state_t *state, const float *value, size_t count)
{
    put_number(state, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &value[i], sizeof(bits));
        put_number(state, bits);
    }
}

static void put_integers(XXH3_state_t *state, const int64_t *value,
                         size_t count)
{
    put_number(state, count);
    for (size_t i = 0; i < count; i++)
        put_number(state, (uint64_t)value[i]);
}

static bool is_integer(int32_t elem_type)
{
    const char *name = oc_elem_name(elem_type);
    return name && (strncmp(name, "int", 3) == 0 ||
                    strncmp(name, "uint", 4) == 0 || strcmp(name, "bool") == 0);
}

static void put_tensor(XXH3_state_t *state, const oc_tensor *tensor)
{
    put_number(state, (uint64_t)tensor->elem_type);
    put_integers(state, tensor->dim, tensor->rank);
    put_number(state, tensor->sparse ? tensor->nnz + 1 : 0);
    if (tensor->data && is_integer(tensor->elem_type))
        put_block(state, tensor->data, tensor->data_bytes);
}

static void put_type(XXH3_state_t *state, const oc_declared_type *type)
{
    for (; type; type = type->element) {
        put_number(state, (uint64_t)type->kind);
        put_number(state, (uint64_t)type->elem_type);
        put_number(state, type->has_shape ? type->rank + 1 : 0);
        for (size_t i = 0; i < type->rank; i++) {
            put_number(state, type->dim[i].has_value);
            put_number(state, (uint64_t)type->dim[i].value);
            put_text(state, type->dim[i].param);
        }
    }
}

static void put_attribute(XXH3_state_t *state, const oc_attribute *attribute)
{
    put_text(state, attribute->name);
    put_text(state, attribute->reference);
    put_number(state, attribute->type);
    put_number(state, (uint64_t)attribute->i);
    put_floats(state, &attribute->f, 1);
    put_block(state, attribute->s.data, attribute->s.bytes);
    put_number(state, attribute->count);
    if (attribute->ints)
        put_integers(state, attribute->ints, attribute->count);
    if (attribute->floats)
        put_floats(state, attribute->floats, attribute->count);
    for (size_t i = 0; attribute->strings && i < attribute->count; i++)
        put_block(state, attribute->strings[i].data,
                  attribute->strings[i].bytes);
    for (size_t i = 0; attribute->tensors && i < attribute->count; i++)
        put_tensor(state, &attribute->tensors[i]);
    for (size_t i = 0; attribute->types && i < attribute->count; i++)
        put_type(state, &attribute->types[i]);
}

static void put_attributes(XXH3_state_t *state, const oc_attribute *attribute,
                           size_t count)
{
    put_number(state, count);
    for (size_t i = 0; i < count; i++)
        put_attribute(state, &attribute[i]);
}

static void put_ids(XXH3_state_t *state, const oc_value_id *id, size_t count)
{
    put_number(state, count);
    for (size_t i = 0; i < count; i++)
        put_number(state, id[i]);
}

static void put_node(XXH3_state_t *state, const oc_node *node)
{
    put_text(state, node->name);
    put_text(state, node->op_type);
    put_text(state, node->domain);
    put_text(state, node->overload);
    put_ids(state, node->input, node->input_count);
    put_ids(state, node->output, node->output_count);
    put_attributes(state, node->attribute, node->attribute_count);
}

static void put_scope(XXH3_state_t *state, const oc_scope *scope)
{
    put_number(state, scope->value_count);
    for (size_t i = 0; i < scope->value_count; i++) {
        const oc_value *value = &scope->value[i];
        put_text(state, value->name);
        put_number(state, value->source);
        put_type(state, &value->declared);
        if (value->initializer)
            put_tensor(state, value->initializer);
    }
}

static void put_graph(XXH3_state_t *state, const oc_graph *graph)
{
    if (!graph->parent)
        put_scope(state, graph->scope);
    put_text(state, graph->name);
    put_text(state, graph->attribute);
    put_ids(state, graph->input, graph->input_count);
    put_ids(state, graph->output, graph->output_count);
    put_ids(state, graph->initializer, graph->initializer_count);
    put_number(state, graph->node_count);
    for (size_t i = 0; i < graph->node_count; i++)
        put_node(state, graph->node[i]);
}

static void put_opsets(XXH3_state_t *state, const oc_opset *opset, size_t count)
{
    put_number(state, count);
    for (size_t i = 0; i < count; i++) {
        put_text(state, opset[i].domain);
        put_number(state, (uint64_t)opset[i].version);
    }
}

static void put_function(XXH3_state_t *state, const oc_function *function)
{
    put_text(state, function->domain);
    put_text(state, function->overload);
    put_opsets(state, function->opset, function->opset_count);
    put_number(state, function->attribute_count);
    for (size_t i = 0; i < function->attribute_count; i++)
        put_text(state, function->attribute[i]);
    put_attributes(state, function->default_attribute, function->default_count);
}

static void put_model(XXH3_state_t *state, const oc_loader *loader)
{
    const oc_model_facts *facts = &loader->model->facts;
    put_opsets(state, facts->opset, facts->opset_count);
    for (size_t i = 0; i < facts->function_count; i++)
        put_function(state, facts->function[i]);
    for (size_t i = 0; i < loader->graphs.count; i++)
        put_graph(state, loader->graphs.item[i]);
}

bool oc_load_fingerprint(oc_loader *loader, char out[64])
{
    XXH3_state_t *state = XXH3_createState();
    if (!state) {
        oc_fail(loader->err, OC_ERR_NOMEM, "memory.exhausted",
                "out of memory for the fingerprint");
        return false;
    }
    (void)XXH3_128bits_reset(state);
    put_model(state, loader);
    XXH128_hash_t hash = XXH3_128bits_digest(state);
    (void)XXH3_freeState(state);
    (void)snprintf(out, 64, "xxh3-128:%016" PRIx64 "%016" PRIx64,
                   (uint64_t)hash.high64, (uint64_t)hash.low64);
    return true;
}
