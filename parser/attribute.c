/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/attribute.c - attributes of nodes and defaults of functions.
 *
 * In here: all kinds; the type of an attribute in a file that predates the
 * type field; graphs, which are only noted for later.
 */
#include "parser/load.h"

#include <stdlib.h>
#include <string.h>

#include "onnxcost/plugin.h"

struct attributes {
    oc_loader *loader;
    const oc_node *node;
    oc_nested_list *nested;
};

static oc_string load_bytes(oc_loader *loader, const ProtobufCBinaryData *bytes)
{
    return (oc_string){
        oc_arena_text(loader->arena, (const char *)bytes->data, bytes->len),
        bytes->len};
}

/* Files before IR version 1 was final say the type by the field alone. */
static oc_attribute_type type_of(const Onnx__AttributeProto *message)
{
    const struct {
        bool present;
        oc_attribute_type type;
    } fields[] = {
        {message->has_f, OC_ATTR_FLOAT},
        {message->has_i, OC_ATTR_INT},
        {message->has_s, OC_ATTR_STRING},
        {message->t != NULL, OC_ATTR_TENSOR},
        {message->has_g, OC_ATTR_GRAPH},
        {message->sparse_tensor != NULL, OC_ATTR_SPARSE_TENSOR},
        {message->tp != NULL, OC_ATTR_TYPE_PROTO},
        {message->n_floats > 0, OC_ATTR_FLOATS},
        {message->n_ints > 0, OC_ATTR_INTS},
        {message->n_strings > 0, OC_ATTR_STRINGS},
        {message->n_tensors > 0, OC_ATTR_TENSORS},
        {message->n_graphs > 0, OC_ATTR_GRAPHS},
        {message->n_sparse_tensors > 0, OC_ATTR_SPARSE_TENSORS},
        {message->n_type_protos > 0, OC_ATTR_TYPE_PROTOS},
    };
    if (message->type > OC_ATTR_UNDEFINED &&
        message->type <= OC_ATTR_TYPE_PROTOS)
        return (oc_attribute_type)message->type;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (fields[i].present)
            return fields[i].type;
    return OC_ATTR_UNDEFINED;
}

static bool load_tensors(oc_loader *loader, oc_attribute *out,
                         Onnx__TensorProto *const *messages, size_t count)
{
    oc_tensor *tensors = OC_NEW(loader->arena, oc_tensor, count);
    for (size_t i = 0; i < count; i++) {
        if (!oc_load_tensor(loader, &tensors[i], messages[i]))
            return false;
        (void)oc_load_same_external(loader, &tensors[i]);
    }
    out->count = count;
    out->tensors = tensors;
    return true;
}

static bool load_sparse(oc_loader *loader, oc_attribute *out,
                        Onnx__SparseTensorProto *const *messages, size_t count)
{
    oc_tensor *tensors = OC_NEW(loader->arena, oc_tensor, count);
    for (size_t i = 0; i < count; i++)
        if (!oc_load_sparse_tensor(loader, &tensors[i], messages[i]))
            return false;
    out->count = count;
    out->tensors = tensors;
    return true;
}

static bool load_types(oc_loader *loader, oc_attribute *out,
                       Onnx__TypeProto *const *messages, size_t count)
{
    oc_declared_type *types = OC_NEW(loader->arena, oc_declared_type, count);
    for (size_t i = 0; i < count; i++)
        if (!oc_load_type(loader, &types[i], messages[i]))
            return false;
    out->count = count;
    out->types = types;
    return true;
}

static void add_nested(oc_loader *loader, oc_nested_list *list, size_t segment,
                       oc_graph *graph)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        oc_nested *grown = OC_NEW(loader->scratch, oc_nested, room);
        if (list->count)
            memcpy(grown, list->item, list->count * sizeof(*grown));
        list->item = grown;
        list->room = room;
    }
    list->item[list->count++] = (oc_nested){segment, graph};
}

static bool load_graphs(const struct attributes *from, oc_attribute *out,
                        const uint32_t *segments, size_t count)
{
    oc_loader *loader = from->loader;
    const oc_node *node = from->node;
    oc_graph **graphs = OC_NEW(loader->arena, oc_graph *, count);
    if (count && !from->nested)
        return oc_load_refuse(loader, "model.attribute", node,
                              "the default of attribute '%s' is a graph",
                              out->name);
    for (size_t i = 0; i < count; i++) {
        graphs[i] = OC_NEW(loader->arena, oc_graph, 1);
        graphs[i]->parent = node->graph;
        graphs[i]->parent_node = node;
        graphs[i]->attribute = out->name;
        graphs[i]->function = node->graph->function;
        add_nested(loader, from->nested, segments[i], graphs[i]);
    }
    out->count = count;
    out->graphs = graphs;
    return true;
}

static void load_lists(oc_loader *loader, oc_attribute *out,
                       const Onnx__AttributeProto *message)
{
    if (out->type == OC_ATTR_INTS) {
        out->count = message->n_ints;
        out->ints = oc_arena_copy(loader->arena, message->ints,
                                  message->n_ints * sizeof(int64_t));
    } else if (out->type == OC_ATTR_FLOATS) {
        out->count = message->n_floats;
        out->floats = oc_arena_copy(loader->arena, message->floats,
                                    message->n_floats * sizeof(float));
    } else if (out->type == OC_ATTR_STRINGS) {
        size_t count = message->n_strings;
        oc_string *strings = OC_NEW(loader->arena, oc_string, count);
        for (size_t i = 0; i < count; i++)
            strings[i] = load_bytes(loader, &message->strings[i]);
        out->count = count;
        out->strings = strings;
    }
}

/* What a type promises to be there, others may rely on. */
static bool check_present(const struct attributes *from,
                          const oc_attribute *out)
{
    bool single = out->type == OC_ATTR_TENSOR || out->type == OC_ATTR_GRAPH ||
                  out->type == OC_ATTR_SPARSE_TENSOR ||
                  out->type == OC_ATTR_TYPE_PROTO;
    return !single || out->count == 1 || out->reference ||
           oc_load_refuse(from->loader, "model.attribute", from->node,
                          "attribute '%s' has a type and no value of it",
                          out->name);
}

static bool load_value(const struct attributes *from, oc_attribute *out,
                       const Onnx__AttributeProto *message)
{
    oc_loader *loader = from->loader;
    switch (out->type) {
    case OC_ATTR_TENSOR:
        return load_tensors(loader, out, &message->t, message->t != NULL);
    case OC_ATTR_TENSORS:
        return load_tensors(loader, out, message->tensors, message->n_tensors);
    case OC_ATTR_SPARSE_TENSOR:
        return load_sparse(loader, out, &message->sparse_tensor,
                           message->sparse_tensor != NULL);
    case OC_ATTR_SPARSE_TENSORS:
        return load_sparse(loader, out, message->sparse_tensors,
                           message->n_sparse_tensors);
    case OC_ATTR_GRAPH:
        return load_graphs(from, out, &message->g, message->has_g ? 1 : 0);
    case OC_ATTR_GRAPHS:
        return load_graphs(from, out, message->graphs, message->n_graphs);
    case OC_ATTR_TYPE_PROTO:
        return load_types(loader, out, &message->tp, message->tp != NULL);
    case OC_ATTR_TYPE_PROTOS:
        return load_types(loader, out, message->type_protos,
                          message->n_type_protos);
    default:
        load_lists(loader, out, message);
        return true;
    }
}

/* The vector that a Constant spells out as a list is a tensor of the file
 * like any other; its elements are in the list. */
static void add_vector(oc_loader *loader, oc_attribute *out)
{
    const bool floats =
        strcmp(out->name, "value_floats") == 0 && out->type == OC_ATTR_FLOATS;
    const bool ints =
        strcmp(out->name, "value_ints") == 0 && out->type == OC_ATTR_INTS;
    if (!floats && !ints)
        return;
    oc_tensor *vector = OC_NEW(loader->arena, oc_tensor, 1);
    int64_t *dim = OC_NEW(loader->arena, int64_t, 1);
    *dim = (int64_t)out->count;
    *vector = (oc_tensor){
        .name = "",
        .elem_type = floats ? OC_ELEM_FLOAT : OC_ELEM_INT64,
        .rank = 1,
        .dim = dim,
        .numel = out->count,
        .stored_bytes = out->count * (floats ? sizeof(float) : sizeof(int64_t)),
        .external_offset = -1,
        .external_length = -1,
    };
    out->vector = vector;
}

static bool load_attribute(const struct attributes *from, oc_attribute *out,
                           const Onnx__AttributeProto *message)
{
    oc_loader *loader = from->loader;
    *out = (oc_attribute){
        .name = oc_load_shared_text(loader, message->name),
        .type = type_of(message),
        .i = message->i,
        .f = message->f,
        .s = load_bytes(loader, &message->s),
    };
    if (message->ref_attr_name && *message->ref_attr_name)
        out->reference = oc_load_shared_text(loader, message->ref_attr_name);
    if (!load_value(from, out, message) || !check_present(from, out))
        return false;
    add_vector(loader, out);
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Two values for one name: readers would differ in which they take. */
static bool check_unique(const struct attributes *from,
                         const oc_attribute *attributes, size_t count)
{
    if (count < 2)
        return true;
    const char **names = OC_NEW(from->loader->scratch, const char *, count);
    for (size_t i = 0; i < count; i++)
        names[i] = attributes[i].name;
    qsort(names, count, sizeof(*names), compare_names);
    for (size_t i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return oc_load_refuse(from->loader, "model.duplicate-attribute",
                                  from->node, "attribute '%s' is there twice",
                                  names[i]);
    return true;
}

bool oc_load_attributes(oc_loader *loader, const oc_attribute **out,
                        Onnx__AttributeProto *const *messages, size_t count,
                        const oc_node *node, oc_nested_list *nested)
{
    struct attributes from = {loader, node, nested};
    oc_attribute *attributes = OC_NEW(loader->arena, oc_attribute, count);
    for (size_t i = 0; i < count; i++)
        if (!load_attribute(&from, &attributes[i], messages[i]))
            return false;
    *out = attributes;
    return check_unique(&from, attributes, count);
}
