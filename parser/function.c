/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/function.c - local functions and operator sets.
 *
 * In here: their identity (domain, name, overload), which opset counts, and
 * which functions reach themselves.
 * Not in here: their bodies (parser/graph.c), their expansion (analyzers).
 */
#include "parser/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ---- opsets ---- */

struct opsets {
    oc_opset *item;
    size_t count;
    oc_map *index;
};

/* True when the domain was there already, with another version. */
static bool set_version(struct opsets *opsets, const char *domain,
                        int64_t version, bool replace)
{
    uint64_t index;
    if (!oc_map_get(opsets->index, domain, strlen(domain), &index)) {
        (void)oc_map_put(opsets->index, domain, strlen(domain), opsets->count);
        opsets->item[opsets->count++] = (oc_opset){domain, version};
        return false;
    }
    bool differs = opsets->item[index].version != version;
    if (replace)
        opsets->item[index].version = version;
    return differs;
}

void oc_load_opsets(oc_loader *loader, const oc_opset **out, size_t *out_count,
                    Onnx__OperatorSetIdProto *const *messages, size_t count,
                    const oc_opset *outer, size_t outer_count)
{
    struct opsets opsets = {
        .item = OC_NEW(loader->arena, oc_opset, count + outer_count),
        .index = oc_map_new(loader->scratch),
    };
    for (size_t i = 0; i < count; i++)
        if (set_version(&opsets, oc_load_domain(loader, messages[i]->domain),
                        messages[i]->version, true))
            oc_load_note(loader, OC_NOTE_OPSETS, NULL, OC_NO_OFFSET);
    for (size_t i = 0; i < outer_count; i++)
        (void)set_version(&opsets, outer[i].domain, outer[i].version, false);
    *out = opsets.item;
    *out_count = opsets.count;
}

/* ---- identity ---- */

/* No string of a model contains a NUL, so it can part them. */
static oc_text key_of(oc_loader *loader, const char *domain, const char *name,
                      const char *overload)
{
    oc_text key = {.arena = loader->scratch};
    oc_text_put(&key, domain, strlen(domain) + 1);
    oc_text_put(&key, name, strlen(name) + 1);
    oc_text_puts(&key, overload);
    return key;
}

const oc_function *oc_load_called(oc_loader *loader, const oc_node *node)
{
    uint64_t index;
    if (!loader->model->facts.function_count)
        return NULL;
    oc_text key = key_of(loader, node->domain, node->op_type, node->overload);
    if (!oc_map_get(loader->functions, key.data, key.bytes, &index))
        return NULL;
    const oc_function *called = loader->model->facts.function[index];
    if (node->graph->function) {
        oc_list_add(loader, &loader->calls, node->graph->function);
        oc_list_add(loader, &loader->calls, called);
    }
    return called;
}

static bool declare(oc_loader *loader, oc_function *function, size_t index,
                    const Onnx__FunctionProto *message)
{
    uint64_t known;
    function->domain = oc_load_domain(loader, message->domain);
    function->name = oc_load_shared_text(loader, message->name);
    function->overload = oc_load_shared_text(loader, message->overload);
    oc_text key =
        key_of(loader, function->domain, function->name, function->overload);
    if (oc_map_get(loader->functions, key.data, key.bytes, &known))
        return oc_load_refuse(loader, "model.duplicate-function", NULL,
                              "the function '%s' of domain '%s' is there "
                              "twice",
                              function->name, function->domain);
    (void)oc_map_put(loader->functions, key.data, key.bytes, index);
    return true;
}

/* ---- contents ---- */

static bool load_attributes(oc_loader *loader, oc_function *function,
                            const Onnx__FunctionProto *message)
{
    const char **names =
        OC_NEW(loader->arena, const char *, message->n_attribute);
    for (size_t i = 0; i < message->n_attribute; i++)
        names[i] = oc_load_shared_text(loader, message->attribute[i]);
    function->attribute = names;
    function->attribute_count = message->n_attribute;
    function->default_count = message->n_attribute_proto;
    return oc_load_attributes(loader, &function->default_attribute,
                              message->attribute_proto,
                              message->n_attribute_proto, NULL, NULL);
}

static bool load_function(oc_loader *loader, oc_function *function,
                          const Onnx__FunctionProto *message)
{
    const oc_model_facts *facts = &loader->model->facts;
    oc_graph *graph = OC_NEW(loader->arena, oc_graph, 1);
    oc_load_opsets(loader, &function->opset, &function->opset_count,
                   message->opset_import, message->n_opset_import, facts->opset,
                   facts->opset_count);
    function->input_count = message->n_input;
    function->output_count = message->n_output;
    function->graph = graph;
    graph->function = function;
    return load_attributes(loader, function, message) &&
           oc_load_scope(loader, graph, &(oc_body){.function = message});
}

bool oc_load_function_names(oc_loader *loader, const Onnx__ModelProto *message)
{
    size_t count = message->n_functions;
    oc_function **functions = OC_NEW(loader->arena, oc_function *, count);
    oc_function *items = OC_NEW(loader->arena, oc_function, count);
    for (size_t i = 0; i < count; i++) {
        functions[i] = &items[i];
        if (!declare(loader, &items[i], i, message->functions[i]))
            return false;
    }
    loader->model->facts.function = functions;
    loader->model->facts.function_count = count;
    return true;
}

/* ---- recursion: strongly connected components, after Tarjan ---- */

struct calls {
    const oc_function *base; /* functions are numbered from here */
    size_t *first;           /* callees of i: first[i] .. first[i + 1] */
    uint32_t *callee;
};

struct visit {
    uint32_t function;
    size_t next; /* callee to look at */
};

struct components {
    struct calls calls;
    oc_function *const *function;
    uint32_t *number; /* in order of discovery, from 1 */
    uint32_t *lowest; /* number reachable within the component */
    bool *open;       /* on `stack` */
    uint32_t *stack;
    size_t stack_count;
    struct visit *path;
    size_t path_count;
    uint32_t numbered;
};

static uint32_t number_of(const struct calls *calls, const void *function)
{
    return (uint32_t)((const oc_function *)function - calls->base);
}

static struct calls index_calls(oc_loader *loader)
{
    size_t count = loader->model->facts.function_count;
    size_t call_count = loader->calls.count / 2;
    void **item = loader->calls.item;
    struct calls calls = {
        .base = loader->model->facts.function[0],
        .first = OC_NEW(loader->scratch, size_t, count + 2),
        .callee = OC_NEW(loader->scratch, uint32_t, call_count),
    };
    size_t *next = calls.first + 1; /* becomes `first`, moved by one */
    for (size_t i = 0; i < call_count; i++)
        next[number_of(&calls, item[2 * i]) + 1]++;
    for (size_t i = 1; i <= count; i++)
        next[i] += next[i - 1];
    for (size_t i = 0; i < call_count; i++)
        calls.callee[next[number_of(&calls, item[2 * i])]++] =
            number_of(&calls, item[2 * i + 1]);
    return calls;
}

static void open_function(struct components *state, uint32_t function)
{
    state->number[function] = state->lowest[function] = ++state->numbered;
    state->open[function] = true;
    state->stack[state->stack_count++] = function;
    state->path[state->path_count++] =
        (struct visit){function, state->calls.first[function]};
}

static void lower(struct components *state, uint32_t function, uint32_t to)
{
    if (to < state->lowest[function])
        state->lowest[function] = to;
}

/* All callees were seen. If it is the root of its component, that is what
 * lies above it on the stack: more than one function is a cycle. */
static void close_function(struct components *state, uint32_t function)
{
    state->path_count--;
    if (state->path_count)
        lower(state, state->path[state->path_count - 1].function,
              state->lowest[function]);
    if (state->lowest[function] != state->number[function])
        return;
    bool alone = state->stack[state->stack_count - 1] == function;
    uint32_t member;
    do {
        member = state->stack[--state->stack_count];
        state->open[member] = false;
        if (!alone)
            state->function[member]->calls_itself = true;
    } while (member != function);
}

static void visit_callee(struct components *state, struct visit *visit)
{
    uint32_t function = visit->function;
    uint32_t callee = state->calls.callee[visit->next++];
    if (callee == function)
        state->function[function]->calls_itself = true;
    else if (!state->number[callee])
        open_function(state, callee);
    else if (state->open[callee])
        lower(state, function, state->number[callee]);
}

static void find_recursion(oc_loader *loader)
{
    size_t count = loader->model->facts.function_count;
    oc_arena *scratch = loader->scratch;
    struct components state = {
        .calls = index_calls(loader),
        .function = loader->model->facts.function,
        .number = OC_NEW(scratch, uint32_t, count),
        .lowest = OC_NEW(scratch, uint32_t, count),
        .open = OC_NEW(scratch, bool, count),
        .stack = OC_NEW(scratch, uint32_t, count),
        .path = OC_NEW(scratch, struct visit, count),
    };
    for (uint32_t i = 0; i < count; i++) {
        if (!state.number[i])
            open_function(&state, i);
        while (state.path_count) {
            struct visit *visit = &state.path[state.path_count - 1];
            if (visit->next < state.calls.first[visit->function + 1])
                visit_callee(&state, visit);
            else
                close_function(&state, visit->function);
        }
    }
}

bool oc_load_functions(oc_loader *loader, const Onnx__ModelProto *message)
{
    oc_function *const *functions = loader->model->facts.function;
    for (size_t i = 0; i < message->n_functions; i++)
        if (!load_function(loader, functions[i], message->functions[i]))
            return false;
    if (message->n_functions)
        find_recursion(loader);
    return true;
}
