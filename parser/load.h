/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/load.h - what the parts of the loader share.
 *
 * In here: the loader's state, and one line per part: tensors, attributes,
 * types, names, graphs, functions, fingerprint.
 * Not in here: bytes (parser/scan.h), what others see (parser/model.h).
 *
 * Functions that return bool have filled loader->err when they return false;
 * an allocation that fails leaves by the arena's escape.
 */
#ifndef OC_PARSER_LOAD_H
#define OC_PARSER_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/model.h"

#include "base/arena.h"
#include "base/map.h"
#include "parser/compact.h"
#include "parser/model.h"
#include "proto/onnx.pb-c.h"

struct oc_model {
    oc_arena arena;
    const oc_graph *graph;
    oc_model_facts facts;
};

/* Kinds of notes; each is told once, with the first place and how many. */
typedef enum oc_note_kind {
    OC_NOTE_UNSORTED,
    OC_NOTE_NOT_UTF8,
    OC_NOTE_UNKNOWN_FIELDS,
    OC_NOTE_NO_VERSION,
    OC_NOTE_OPSETS,
    OC_NOTE_TENSOR_SIZE,
    OC_NOTE_KIND_COUNT
} oc_note_kind;

typedef struct oc_tally {
    uint64_t count;
    const oc_node *node;
    size_t offset;
} oc_tally;

/* A growing list of pointers in the scratch arena. */
typedef struct oc_list {
    void **item;
    size_t count, room;
} oc_list;

typedef struct oc_loader {
    oc_model *model;
    oc_arena *arena;   /* the model's */
    oc_arena *scratch; /* freed before the load returns */
    oc_error *err;
    const char *file;
    oc_compact *compact;
    oc_map *texts;     /* operator, domain and attribute names, once each */
    oc_map *externals; /* identity of an external tensor -> oc_tensor */
    oc_list external;  /* the same, in order */
    oc_map *functions; /* key -> index in facts.function */
    oc_list graphs;    /* all oc_graph, outer before inner */
    oc_list calls;     /* oc_function pairs: caller, callee */
    oc_tally notes[OC_NOTE_KIND_COUNT];
} oc_loader;

void oc_list_add(oc_loader *loader, oc_list *list, const void *item);

void oc_load_note(oc_loader *loader, oc_note_kind kind, const oc_node *node,
                  size_t offset);
/* Moves the notes into the model. */
void oc_load_notes(oc_loader *loader);

/* Fills err with id and a place: the node, or the file. Returns false. */
OC_PRINTF(4, 5)
bool oc_load_refuse(oc_loader *loader, const char *id, const oc_node *node,
                    const char *format, ...);

/* A copy in the model; NULL gives "". */
const char *oc_load_text(oc_loader *loader, const char *text);
/* The same for names that are met many times. */
const char *oc_load_shared_text(oc_loader *loader, const char *text);
/* The same, with ai.onnx under its short name "". */
const char *oc_load_domain(oc_loader *loader, const char *domain);

/* The message of a segment, in the scratch arena; the segment is freed. */
bool oc_load_unpack(oc_loader *loader, void *out, size_t segment,
                    const ProtobufCMessageDescriptor *descriptor);

/* ---- tensor.c, payload.c ---- */
bool oc_load_tensor(oc_loader *loader, oc_tensor *out,
                    const Onnx__TensorProto *message);
bool oc_load_sparse_tensor(oc_loader *loader, oc_tensor *out,
                           const Onnx__SparseTensorProto *message);
/* `tensor`, or the one that refers to the same external bytes and was met
 * before. */
const oc_tensor *oc_load_same_external(oc_loader *loader,
                                       const oc_tensor *tensor);
/* What the model refers to, by file. */
void oc_load_external_files(oc_loader *loader);
/* Brings the payload that was kept into canonical form; false when it does
 * not have exactly tensor->numel elements. */
bool oc_load_payload(oc_loader *loader, oc_tensor *tensor,
                     const Onnx__TensorProto *message);
/* Bytes of numel elements, packed; UINT64_MAX when that overflows. */
uint64_t oc_elem_bytes(int32_t elem_type, uint64_t numel);

/* ---- type.c ---- */
bool oc_load_type(oc_loader *loader, oc_declared_type *out,
                  const Onnx__TypeProto *message);

/* ---- attribute.c ---- */
/* A graph met in an attribute: it is loaded when its node's turn is over. */
typedef struct oc_nested {
    size_t segment;
    oc_graph *graph;
} oc_nested;

typedef struct oc_nested_list {
    oc_nested *item;
    size_t count, room;
} oc_nested_list;

/* `node` is NULL for a default of a function; nested graphs are refused
 * there when `nested` is NULL. */
bool oc_load_attributes(oc_loader *loader, const oc_attribute **out,
                        Onnx__AttributeProto *const *messages, size_t count,
                        const oc_node *node, oc_nested_list *nested);

/* ---- graph.c ---- */
typedef struct oc_body {
    const Onnx__GraphProto *graph;       /* either this */
    const Onnx__FunctionProto *function; /* or that */
} oc_body;

/* Loads a graph or function body with all graphs nested in it. */
bool oc_load_scope(oc_loader *loader, oc_graph *graph, const oc_body *body);

/* ---- order.c ---- */
/* A node that has to come before another one of the same graph. */
typedef struct oc_edge {
    uint32_t from, to; /* indices in file order */
} oc_edge;

/*
 * order[0..count) in topological order, otherwise by index. False when there
 * is a cycle; then order[0] is a node on it.
 */
bool oc_order_nodes(uint32_t *order, size_t count, const oc_edge *edge,
                    size_t edge_count, oc_arena *scratch);

/* ---- function.c ---- */
/* `outer` gives versions for domains that `messages` do not mention. */
void oc_load_opsets(oc_loader *loader, const oc_opset **out, size_t *out_count,
                    Onnx__OperatorSetIdProto *const *messages, size_t count,
                    const oc_opset *outer, size_t outer_count);
/* First the names, which every graph may call; then the bodies. */
bool oc_load_function_names(oc_loader *loader, const Onnx__ModelProto *message);
bool oc_load_functions(oc_loader *loader, const Onnx__ModelProto *message);
/* The local function that a node calls, or NULL. */
const oc_function *oc_load_called(oc_loader *loader, const oc_node *node);

/* ---- fingerprint.c ---- */
/* "xxh3-128:..." of what was loaded. */
bool oc_load_fingerprint(oc_loader *loader, char out[64]);

#endif
