/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/graph.c - graphs: names become ids, nodes get an order.
 *
 * A scope is a main graph or function body with all graphs nested in it. The
 * walk keeps its own stack of graphs. All names of a graph are declared
 * before any is looked up, so that nodes out of order are found too; what a
 * nested graph captures counts as an input of the node that holds it.
 */
#include "parser/load.h"

#include <string.h>

#include "parser/names.h"

struct frame {
    oc_graph *graph;
    oc_body body;
    Onnx__NodeProto *const *messages;
    oc_node *nodes;
    size_t node_count;
    size_t node_next;
    size_t node_at; /* whose turn it is; node_count: nobody's */
    size_t names_entered;
    size_t nested_begin; /* in scope.nested: its graphs still to be loaded */
    oc_edge *edge;
    size_t edge_count, edge_room;
    const oc_node *unsorted; /* the first that reads a later node */
};

struct scope {
    oc_loader *loader;
    oc_names *names; /* that are visible */
    oc_scope *result;
    oc_value *values;
    uint32_t *depths; /* of values: index of the frame that defines it */
    size_t value_count, value_room;
    struct frame *frames;
    size_t depth, frame_room;
    oc_nested_list nested;
};

static struct frame *top(struct scope *scope)
{
    return &scope->frames[scope->depth - 1];
}

/* A copy of twice the size, in the scratch arena. */
static void *grown(oc_loader *loader, const void *items, size_t count,
                   size_t *room, size_t size)
{
    *room = *room ? 2 * *room : 16;
    void *copy = oc_arena_alloc(loader->scratch, *room, size);
    if (count)
        memcpy(copy, items, count * size);
    return copy;
}

/* ---- declaring values ---- */

/* Exactly as many as the first graph needs, then in doubling steps. */
static void reserve_values(struct scope *scope, size_t count)
{
    oc_loader *loader = scope->loader;
    size_t room = scope->value_count + count;
    if (room <= scope->value_room)
        return;
    if (room < 2 * scope->value_room)
        room = 2 * scope->value_room;
    oc_value *values = OC_NEW(loader->arena, oc_value, room);
    uint32_t *depths = OC_NEW(loader->scratch, uint32_t, room);
    if (scope->value_count) {
        memcpy(values, scope->values, scope->value_count * sizeof(*values));
        memcpy(depths, scope->depths, scope->value_count * sizeof(*depths));
    }
    scope->values = values;
    scope->depths = depths;
    scope->value_room = room;
}

static bool refuse_duplicate(struct scope *scope, const oc_value *value,
                             const oc_node *node)
{
    return oc_load_refuse(scope->loader, "model.duplicate-value", node,
                          "graph '%s' defines the value '%s' twice",
                          value->graph->name, value->name);
}

static bool is_empty(const char *text)
{
    return !text || !*text;
}

/* `node` is the producer, or NULL. */
static bool declare(struct scope *scope, oc_value_id *out, const char *name,
                    const oc_node *node)
{
    const oc_graph *graph = top(scope)->graph;
    if (is_empty(name))
        return oc_load_refuse(scope->loader, "model.unnamed-value", node,
                              "graph '%s' has an input or initializer "
                              "without a name",
                              graph->name);
    oc_value_id known = oc_names_find(scope->names, name);
    if (known != OC_NO_VALUE && scope->values[known].graph == graph)
        return refuse_duplicate(scope, &scope->values[known], node);
    *out = (oc_value_id)scope->value_count++;
    scope->depths[*out] = (uint32_t)scope->depth - 1;
    scope->values[*out] =
        (oc_value){.name = oc_load_text(scope->loader, name),
                   .source = node ? OC_FROM_NODE : OC_FROM_INPUT,
                   .graph = graph,
                   .producer = node};
    oc_names_bind(scope->names, scope->values[*out].name, *out, known);
    return true;
}

static bool declare_input(struct scope *scope, oc_value_id *out,
                          const char *name)
{
    if (!declare(scope, out, name, NULL))
        return false;
    scope->values[*out].is_graph_input = true;
    return true;
}

/* An initializer may have been declared as an input before: files before IR
 * version 4 demand it, later ones make it a default. */
static bool declare_initializer(struct scope *scope, oc_value_id *out,
                                const oc_tensor *tensor)
{
    const oc_tensor *same = oc_load_same_external(scope->loader, tensor);
    oc_value_id known = oc_names_find(scope->names, tensor->name);
    const oc_value *value = known != OC_NO_VALUE ? &scope->values[known] : NULL;
    bool is_input = value && value->graph == top(scope)->graph &&
                    value->source == OC_FROM_INPUT;
    *out = known;
    if (!is_input && !declare(scope, out, tensor->name, NULL))
        return false;
    scope->values[*out].source = OC_FROM_INITIALIZER;
    scope->values[*out].initializer = same;
    return true;
}

static bool declare_initializers(struct scope *scope,
                                 const Onnx__GraphProto *message)
{
    oc_loader *loader = scope->loader;
    oc_graph *graph = top(scope)->graph;
    size_t dense = message->n_initializer;
    size_t count = dense + message->n_sparse_initializer;
    oc_tensor *tensors = OC_NEW(loader->arena, oc_tensor, count);
    oc_value_id *ids = OC_NEW(loader->arena, oc_value_id, count);
    for (size_t i = 0; i < count; i++) {
        bool loaded =
            i < dense
                ? oc_load_tensor(loader, &tensors[i], message->initializer[i])
                : oc_load_sparse_tensor(loader, &tensors[i],
                                        message->sparse_initializer[i - dense]);
        if (!loaded || !declare_initializer(scope, &ids[i], &tensors[i]))
            return false;
    }
    graph->initializer_count = count;
    graph->initializer = ids;
    return true;
}

/* Inputs that are no initializers, in their order. */
static void keep_inputs(struct scope *scope, oc_value_id *ids, size_t count)
{
    oc_graph *graph = top(scope)->graph;
    for (size_t i = 0; i < count; i++)
        if (scope->values[ids[i]].source == OC_FROM_INPUT)
            ids[graph->input_count++] = ids[i];
    graph->input = ids;
}

static bool declare_outputs(struct scope *scope, oc_node *node,
                            const Onnx__NodeProto *message)
{
    oc_value_id *ids =
        OC_NEW(scope->loader->arena, oc_value_id, message->n_output);
    node->output = ids;
    node->output_count = message->n_output;
    for (size_t i = 0; i < message->n_output; i++) {
        ids[i] = OC_NO_VALUE;
        if (is_empty(message->output[i]))
            continue;
        if (!declare(scope, &ids[i], message->output[i], node))
            return false;
        scope->values[ids[i]].output_index = (uint32_t)i;
    }
    return true;
}

/* ---- nodes ---- */

static void load_metadata(oc_loader *loader, oc_node *node,
                          const Onnx__NodeProto *message)
{
    for (size_t i = 0; i < message->n_metadata_props; i++) {
        const char *key = message->metadata_props[i]->key;
        const char *value = message->metadata_props[i]->value;
        const char **field =
            strcmp(key, "pkg.torch.onnx.name_scopes") == 0 ? &node->name_scopes
            : strcmp(key, "namespace") == 0                ? &node->name_space
                                            : &node->rewriter_rule;
        *field = oc_load_shared_text(loader, value);
    }
}

static bool declare_node(struct scope *scope, size_t index)
{
    oc_loader *loader = scope->loader;
    const Onnx__NodeProto *message = top(scope)->messages[index];
    oc_node *node = &top(scope)->nodes[index];
    node->index = index;
    node->name = oc_load_text(loader, message->name);
    node->op_type = oc_load_shared_text(loader, message->op_type);
    node->domain = oc_load_domain(loader, message->domain);
    node->overload = oc_load_shared_text(loader, message->overload);
    node->graph = top(scope)->graph;
    node->offset = (size_t)message->offset;
    load_metadata(loader, node, message);
    return declare_outputs(scope, node, message);
}

static bool declare_nodes(struct scope *scope)
{
    struct frame *frame = top(scope);
    oc_loader *loader = scope->loader;
    frame->nodes = OC_NEW(loader->arena, oc_node, frame->node_count);
    for (size_t i = 0; i < frame->node_count; i++)
        if (!declare_node(scope, i))
            return false;
    loader->model->facts.node_count += frame->node_count;
    return true;
}

static void add_edge(struct scope *scope, struct frame *frame, uint32_t from)
{
    if (frame->edge_count == frame->edge_room)
        frame->edge = grown(scope->loader, frame->edge, frame->edge_count,
                            &frame->edge_room, sizeof(oc_edge));
    frame->edge[frame->edge_count++] =
        (oc_edge){from, (uint32_t)frame->node_at};
    if (from >= frame->node_at && !frame->unsorted)
        frame->unsorted = &frame->nodes[frame->node_at];
}

/* The value that `name` means here. In the graph that defines it, the node
 * whose turn it is reads it: itself, or through a graph nested in it. */
static oc_value_id use(struct scope *scope, const char *name)
{
    oc_value_id id = oc_names_find(scope->names, name);
    if (id == OC_NO_VALUE)
        return id;
    const oc_value *value = &scope->values[id];
    struct frame *frame = &scope->frames[scope->depths[id]];
    if (value->source == OC_FROM_NODE && frame->node_at < frame->node_count)
        add_edge(scope, frame, (uint32_t)value->producer->index);
    return id;
}

static bool load_inputs(struct scope *scope, oc_node *node,
                        const Onnx__NodeProto *message)
{
    oc_value_id *ids =
        OC_NEW(scope->loader->arena, oc_value_id, message->n_input);
    node->input = ids;
    node->input_count = message->n_input;
    for (size_t i = 0; i < message->n_input; i++) {
        const char *name = message->input[i];
        ids[i] = is_empty(name) ? OC_NO_VALUE : use(scope, name);
        if (ids[i] == OC_NO_VALUE && !is_empty(name))
            return oc_load_refuse(scope->loader, "model.unknown-value", node,
                                  "its input %zu is '%s', which nothing "
                                  "defines",
                                  i, name);
    }
    return true;
}

/* They are taken from the end, and are to be loaded in their order. */
static void reverse_nested(oc_nested_list *list, size_t begin)
{
    for (size_t end = list->count; begin + 1 < end; begin++) {
        oc_nested held = list->item[begin];
        list->item[begin] = list->item[--end];
        list->item[end] = held;
    }
}

static bool load_node(struct scope *scope)
{
    oc_loader *loader = scope->loader;
    struct frame *frame = top(scope);
    oc_node *node = &frame->nodes[frame->node_at];
    const Onnx__NodeProto *message = frame->messages[frame->node_at];
    node->attribute_count = message->n_attribute;
    node->function = oc_load_called(loader, node);
    if (!load_inputs(scope, node, message) ||
        !oc_load_attributes(loader, &node->attribute, message->attribute,
                            message->n_attribute, node, &scope->nested))
        return false;
    reverse_nested(&scope->nested, frame->nested_begin);
    return true;
}

/* ---- declared types ---- */

static bool load_info(struct scope *scope, const Onnx__ValueInfoProto *info)
{
    oc_loader *loader = scope->loader;
    oc_value_id id = oc_names_find(scope->names, info->name ? info->name : "");
    /* Of a value that is gone: optimizers leave these behind. */
    if (id == OC_NO_VALUE || scope->values[id].graph != top(scope)->graph)
        return true;
    oc_value *value = &scope->values[id];
    if (info->n_metadata_props && !value->folded_from)
        value->folded_from =
            oc_load_text(loader, info->metadata_props[0]->value);
    return value->declared.kind != OC_TYPE_NONE ||
           oc_load_type(loader, &value->declared, info->type);
}

static bool load_infos(struct scope *scope, Onnx__ValueInfoProto *const *infos,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!load_info(scope, infos[i]))
            return false;
    return true;
}

/* ---- the two kinds of bodies ---- */

static bool declare_graph(struct scope *scope, const Onnx__GraphProto *message)
{
    size_t count = message->n_input;
    oc_value_id *inputs = OC_NEW(scope->loader->arena, oc_value_id, count);
    for (size_t i = 0; i < count; i++)
        if (!declare_input(scope, &inputs[i], message->input[i]->name))
            return false;
    if (!declare_initializers(scope, message))
        return false;
    keep_inputs(scope, inputs, count);
    return declare_nodes(scope) &&
           load_infos(scope, message->input, message->n_input) &&
           load_infos(scope, message->output, message->n_output) &&
           load_infos(scope, message->value_info, message->n_value_info);
}

static bool declare_function(struct scope *scope,
                             const Onnx__FunctionProto *message)
{
    size_t count = message->n_input;
    oc_value_id *inputs = OC_NEW(scope->loader->arena, oc_value_id, count);
    for (size_t i = 0; i < count; i++)
        if (!declare_input(scope, &inputs[i], message->input[i]))
            return false;
    keep_inputs(scope, inputs, count);
    return declare_nodes(scope) &&
           load_infos(scope, message->value_info, message->n_value_info);
}

static const char *output_name(const oc_body *body, size_t index)
{
    const char *name = body->graph ? body->graph->output[index]->name
                                   : body->function->output[index];
    return name ? name : "";
}

static bool load_outputs(struct scope *scope)
{
    struct frame *frame = top(scope);
    const oc_body *body = &frame->body;
    size_t count =
        body->graph ? body->graph->n_output : body->function->n_output;
    oc_value_id *ids = OC_NEW(scope->loader->arena, oc_value_id, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = output_name(body, i);
        ids[i] = use(scope, name);
        if (ids[i] == OC_NO_VALUE)
            return oc_load_refuse(scope->loader, "model.unknown-output",
                                  frame->graph->parent_node,
                                  "output %zu of graph '%s' is '%s', which "
                                  "nothing defines",
                                  i, frame->graph->name, name);
    }
    frame->graph->output = ids;
    frame->graph->output_count = count;
    return true;
}

/* ---- the walk ---- */

/* As many as the body can declare. */
static size_t most_values(const oc_body *body)
{
    const Onnx__GraphProto *graph = body->graph;
    const Onnx__FunctionProto *function = body->function;
    Onnx__NodeProto *const *node = graph ? graph->node : function->node;
    size_t node_count = graph ? graph->n_node : function->n_node;
    size_t count = graph ? graph->n_input + graph->n_initializer +
                               graph->n_sparse_initializer
                         : function->n_input;
    for (size_t i = 0; i < node_count; i++)
        count += node[i]->n_output;
    return count;
}

static bool enter(struct scope *scope, oc_graph *graph, const oc_body *body)
{
    oc_loader *loader = scope->loader;
    size_t value_count = most_values(body);
    reserve_values(scope, value_count);
    if (scope->depth == scope->frame_room)
        scope->frames = grown(loader, scope->frames, scope->depth,
                              &scope->frame_room, sizeof(struct frame));
    scope->frames[scope->depth++] = (struct frame){
        .graph = graph,
        .body = *body,
        .messages = body->graph ? body->graph->node : body->function->node,
        .node_count =
            body->graph ? body->graph->n_node : body->function->n_node,
        .names_entered = oc_names_enter(scope->names, value_count),
        .nested_begin = scope->nested.count,
    };
    oc_list_add(loader, &loader->graphs, graph);
    graph->scope = scope->result;
    graph->name = oc_load_text(loader, body->graph ? body->graph->name
                                                   : body->function->name);
    return body->graph ? declare_graph(scope, body->graph)
                       : declare_function(scope, body->function);
}

static bool order_nodes(struct scope *scope)
{
    oc_loader *loader = scope->loader;
    struct frame *frame = top(scope);
    oc_graph *graph = frame->graph;
    oc_node **nodes = OC_NEW(loader->arena, oc_node *, frame->node_count);
    for (size_t i = 0; i < frame->node_count; i++)
        nodes[i] = &frame->nodes[i];
    graph->node = nodes;
    graph->node_count = frame->node_count;
    if (!frame->unsorted)
        return true;
    uint32_t *order = OC_NEW(loader->scratch, uint32_t, frame->node_count);
    if (!oc_order_nodes(order, frame->node_count, frame->edge,
                        frame->edge_count, loader->scratch))
        return oc_load_refuse(loader, "model.cycle", &frame->nodes[order[0]],
                              "it depends on its own output");
    for (size_t i = 0; i < frame->node_count; i++)
        nodes[i] = &frame->nodes[order[i]];
    oc_load_note(loader, OC_NOTE_UNSORTED, frame->unsorted,
                 frame->unsorted->offset);
    return true;
}

static bool leave(struct scope *scope)
{
    if (!load_outputs(scope) || !order_nodes(scope))
        return false;
    if (--scope->depth) /* nobody looks up names of a scope that is done */
        oc_names_leave(scope->names, scope->frames[scope->depth].names_entered);
    return true;
}

static bool enter_nested(struct scope *scope)
{
    oc_nested nested = scope->nested.item[--scope->nested.count];
    Onnx__GraphProto *message;
    return oc_load_unpack(scope->loader, &message, nested.segment,
                          &onnx__graph_proto__descriptor) &&
           enter(scope, nested.graph, &(oc_body){.graph = message});
}

/* A node has its turn until the last graph nested in it was left. */
static bool step(struct scope *scope)
{
    struct frame *frame = top(scope);
    if (scope->nested.count > frame->nested_begin)
        return enter_nested(scope);
    frame->node_at = frame->node_next;
    if (frame->node_at == frame->node_count)
        return leave(scope);
    frame->node_next++;
    return load_node(scope);
}

bool oc_load_scope(oc_loader *loader, oc_graph *graph, const oc_body *body)
{
    struct scope scope = {.loader = loader,
                          .names = oc_names_new(loader->scratch)};
    scope.result = OC_NEW(loader->arena, oc_scope, 1);
    if (!enter(&scope, graph, body))
        return false;
    while (scope.depth)
        if (!step(&scope))
            return false;
    scope.result->value_count = scope.value_count;
    scope.result->value = scope.values;
    return true;
}
