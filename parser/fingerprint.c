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

/* Most of what is hashed is a number of 8 bytes: they are collected. */
struct hash {
    XXH3_state_t *state;
    unsigned char held[1024];
    size_t held_bytes;
};

static void flush(struct hash *hash)
{
    (void)XXH3_128bits_update(hash->state, hash->held, hash->held_bytes);
    hash->held_bytes = 0;
}

static void put_bytes(struct hash *hash, const void *data, size_t bytes)
{
    if (bytes > sizeof(hash->held) - hash->held_bytes)
        flush(hash);
    if (bytes > sizeof(hash->held)) {
        (void)XXH3_128bits_update(hash->state, data, bytes);
    } else if (bytes) {
        memcpy(hash->held + hash->held_bytes, data, bytes);
        hash->held_bytes += bytes;
    }
}

static void put_number(struct hash *hash, uint64_t value)
{
    /* One store on a little-endian machine, which a loop would not be. */
    const unsigned char bytes[8] = {
        (unsigned char)value,         (unsigned char)(value >> 8),
        (unsigned char)(value >> 16), (unsigned char)(value >> 24),
        (unsigned char)(value >> 32), (unsigned char)(value >> 40),
        (unsigned char)(value >> 48), (unsigned char)(value >> 56)};
    put_bytes(hash, bytes, sizeof(bytes));
}

/* With its length before it, so that "a","bc" is not "ab","c". */
static void put_block(struct hash *hash, const void *data, size_t bytes)
{
    put_number(hash, bytes);
    put_bytes(hash, data, bytes);
}

static void put_text(struct hash *hash, const char *text)
{
    put_block(hash, text ? text : "", text ? strlen(text) : 0);
}

static void put_floats(struct hash *hash, const float *value, size_t count)
{
    put_number(hash, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &value[i], sizeof(bits));
        put_number(hash, bits);
    }
}

static void put_integers(struct hash *hash, const int64_t *value, size_t count)
{
    put_number(hash, count);
    for (size_t i = 0; i < count; i++)
        put_number(hash, (uint64_t)value[i]);
}

static bool is_integer(int32_t elem_type)
{
    const char *name = oc_elem_name(elem_type);
    return name && (strncmp(name, "int", 3) == 0 ||
                    strncmp(name, "uint", 4) == 0 || strcmp(name, "bool") == 0);
}

static void put_tensor(struct hash *hash, const oc_tensor *tensor)
{
    put_number(hash, (uint64_t)tensor->elem_type);
    put_integers(hash, tensor->dim, tensor->rank);
    put_number(hash, tensor->sparse ? tensor->nnz + 1 : 0);
    if (tensor->data && is_integer(tensor->elem_type))
        put_block(hash, tensor->data, tensor->data_bytes);
}

static void put_type(struct hash *hash, const oc_declared_type *type)
{
    for (; type; type = type->element) {
        put_number(hash, (uint64_t)type->kind);
        put_number(hash, (uint64_t)type->elem_type);
        put_number(hash, type->has_shape ? type->rank + 1 : 0);
        for (size_t i = 0; i < type->rank; i++) {
            put_number(hash, type->dim[i].has_value);
            put_number(hash, (uint64_t)type->dim[i].value);
            put_text(hash, type->dim[i].param);
        }
    }
}

static void put_attribute(struct hash *hash, const oc_attribute *attribute)
{
    put_text(hash, attribute->name);
    put_text(hash, attribute->reference);
    put_number(hash, attribute->type);
    put_number(hash, (uint64_t)attribute->i);
    put_floats(hash, &attribute->f, 1);
    put_block(hash, attribute->s.data, attribute->s.bytes);
    put_number(hash, attribute->count);
    if (attribute->ints)
        put_integers(hash, attribute->ints, attribute->count);
    if (attribute->floats)
        put_floats(hash, attribute->floats, attribute->count);
    for (size_t i = 0; attribute->strings && i < attribute->count; i++)
        put_block(hash, attribute->strings[i].data,
                  attribute->strings[i].bytes);
    for (size_t i = 0; attribute->tensors && i < attribute->count; i++)
        put_tensor(hash, &attribute->tensors[i]);
    for (size_t i = 0; attribute->types && i < attribute->count; i++)
        put_type(hash, &attribute->types[i]);
}

static void put_attributes(struct hash *hash, const oc_attribute *attribute,
                           size_t count)
{
    put_number(hash, count);
    for (size_t i = 0; i < count; i++)
        put_attribute(hash, &attribute[i]);
}

static void put_ids(struct hash *hash, const oc_value_id *id, size_t count)
{
    put_number(hash, count);
    for (size_t i = 0; i < count; i++)
        put_number(hash, id[i]);
}

static void put_node(struct hash *hash, const oc_node *node)
{
    put_text(hash, node->name);
    put_text(hash, node->op_type);
    put_text(hash, node->domain);
    put_text(hash, node->overload);
    put_ids(hash, node->input, node->input_count);
    put_ids(hash, node->output, node->output_count);
    put_attributes(hash, node->attribute, node->attribute_count);
}

static void put_scope(struct hash *hash, const oc_scope *scope)
{
    put_number(hash, scope->value_count);
    for (size_t i = 0; i < scope->value_count; i++) {
        const oc_value *value = &scope->value[i];
        put_text(hash, value->name);
        put_number(hash, value->source);
        put_type(hash, &value->declared);
        if (value->initializer)
            put_tensor(hash, value->initializer);
    }
}

static void put_graph(struct hash *hash, const oc_graph *graph)
{
    if (!graph->parent)
        put_scope(hash, graph->scope);
    put_text(hash, graph->name);
    put_text(hash, graph->attribute);
    put_ids(hash, graph->input, graph->input_count);
    put_ids(hash, graph->output, graph->output_count);
    put_ids(hash, graph->initializer, graph->initializer_count);
    put_number(hash, graph->node_count);
    for (size_t i = 0; i < graph->node_count; i++)
        put_node(hash, graph->node[i]);
}

static void put_opsets(struct hash *hash, const oc_opset *opset, size_t count)
{
    put_number(hash, count);
    for (size_t i = 0; i < count; i++) {
        put_text(hash, opset[i].domain);
        put_number(hash, (uint64_t)opset[i].version);
    }
}

static void put_function(struct hash *hash, const oc_function *function)
{
    put_text(hash, function->domain);
    put_text(hash, function->overload);
    put_opsets(hash, function->opset, function->opset_count);
    put_number(hash, function->attribute_count);
    for (size_t i = 0; i < function->attribute_count; i++)
        put_text(hash, function->attribute[i]);
    put_attributes(hash, function->default_attribute, function->default_count);
}

static void put_model(struct hash *hash, const oc_loader *loader)
{
    const oc_model_facts *facts = &loader->model->facts;
    put_opsets(hash, facts->opset, facts->opset_count);
    for (size_t i = 0; i < facts->function_count; i++)
        put_function(hash, facts->function[i]);
    for (size_t i = 0; i < loader->graphs.count; i++)
        put_graph(hash, loader->graphs.item[i]);
}

bool oc_load_fingerprint(oc_loader *loader, char out[64])
{
    struct hash hash = {.state = XXH3_createState()};
    if (!hash.state) {
        oc_fail(loader->err, OC_ERR_NOMEM, "memory.exhausted",
                "out of memory for the fingerprint");
        return false;
    }
    (void)XXH3_128bits_reset(hash.state);
    put_model(&hash, loader);
    flush(&hash);
    XXH128_hash_t sum = XXH3_128bits_digest(hash.state);
    (void)XXH3_freeState(hash.state);
    (void)snprintf(out, 64, "xxh3-128:%016" PRIx64 "%016" PRIx64,
                   (uint64_t)sum.high64, (uint64_t)sum.low64);
    return true;
}
