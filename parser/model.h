/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/model.h - the model as the analyzers see it.
 *
 * In here: graphs, nodes, values, attributes, tensor facts, functions, with
 * names resolved to dense ids and nodes in topological order.
 * Not in here: shapes that were inferred, costs, protobuf.
 *
 * Everything lives in the model's arena until oc_model_free().
 */
#ifndef OC_PARSER_MODEL_H
#define OC_PARSER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/error.h"
#include "onnxcost/model.h"

typedef struct oc_graph oc_graph;
typedef struct oc_node oc_node;
typedef struct oc_function oc_function;

/* TensorProto.DataType values are used unchanged for elem_type; 0 unknown. */

/* ---- types as declared ---- */
typedef enum oc_type_kind {
    OC_TYPE_NONE, /* nothing declared */
    OC_TYPE_TENSOR,
    OC_TYPE_SPARSE_TENSOR,
    OC_TYPE_SEQUENCE, /* element */
    OC_TYPE_OPTIONAL, /* element */
    OC_TYPE_MAP,      /* elem_type is the key's, element the value */
    OC_TYPE_OPAQUE
} oc_type_kind;

typedef struct oc_declared_dim {
    bool has_value; /* dim_value, possibly <= 0 */
    int64_t value;
    const char *param; /* dim_param, or NULL */
} oc_declared_dim;

typedef struct oc_declared_type {
    oc_type_kind kind;
    int32_t elem_type;
    bool has_shape;
    size_t rank;
    const oc_declared_dim *dim;
    const struct oc_declared_type *element;
} oc_declared_type;

/* ---- tensors stored in the file: initializers, attributes ---- */
typedef struct oc_tensor {
    const char *name; /* "" in attributes */
    int32_t elem_type;
    size_t rank;
    const int64_t *dim; /* all >= 0 */
    uint64_t numel;     /* product of dims; UINT64_MAX when it overflows */
    /*
     * The retained payload in canonical form: little-endian raw_data layout
     * of elem_type whatever field held it, exactly numel elements; NULL when
     * it was not retained (skipped, external, string, malformed).
     */
    const void *data;
    size_t data_bytes;
    uint64_t stored_bytes; /* of the payload in the file, external length
                              included; by dims x type where neither says */
    bool external;
    const char *location; /* external: file name as written, else NULL */
    int64_t external_offset, external_length; /* -1 when not given */
    bool sparse;         /* dims are those of the dense tensor */
    uint64_t nnz;        /* sparse: stored values */
    size_t string_count; /* elem_type STRING, retained */
    const char *const *string;
} oc_tensor;

/* ---- attributes ---- */
/* AttributeProto.AttributeType values, unchanged. */
typedef enum oc_attribute_type {
    OC_ATTR_UNDEFINED = 0,
    OC_ATTR_FLOAT = 1,
    OC_ATTR_INT = 2,
    OC_ATTR_STRING = 3,
    OC_ATTR_TENSOR = 4,
    OC_ATTR_GRAPH = 5,
    OC_ATTR_FLOATS = 6,
    OC_ATTR_INTS = 7,
    OC_ATTR_STRINGS = 8,
    OC_ATTR_TENSORS = 9,
    OC_ATTR_GRAPHS = 10,
    OC_ATTR_SPARSE_TENSOR = 11,
    OC_ATTR_SPARSE_TENSORS = 12,
    OC_ATTR_TYPE_PROTO = 13,
    OC_ATTR_TYPE_PROTOS = 14
} oc_attribute_type;

typedef struct oc_string {
    const char *data; /* NUL-terminated, may hold NULs inside */
    size_t bytes;
} oc_string;

typedef struct oc_attribute {
    const char *name;
    const char *reference;  /* ref_attr_name in a function body, or NULL */
    oc_attribute_type type; /* inferred from the field when the file is old */
    int64_t i;
    float f;
    oc_string s;
    size_t count; /* of the plural form that `type` names */
    const int64_t *ints;
    const float *floats;
    const oc_string *strings;
    const oc_tensor *tensors; /* also TENSOR and SPARSE_TENSOR: count 1 */
    const oc_tensor *vector;  /* what a Constant's value_floats or value_ints
                                 stand for, without its elements, or NULL */
    oc_graph *const *graphs;  /* also GRAPH: count 1 */
    const oc_declared_type *types; /* also TYPE_PROTO: count 1 */
} oc_attribute;

/* ---- values ---- */
/*
 * A value id indexes oc_scope.value of its scope: the main graph and all
 * graphs nested in it share one scope, every function body has its own. A
 * nested graph that captures an outer value simply uses its id; shadowing
 * names have ids of their own.
 */
typedef uint32_t oc_value_id;
#define OC_NO_VALUE UINT32_MAX /* an omitted (empty-named) operand */

typedef enum oc_value_source {
    OC_FROM_INPUT,       /* a graph (or function) input */
    OC_FROM_INITIALIZER, /* also when the initializer is a graph input too */
    OC_FROM_NODE
} oc_value_source;

typedef struct oc_value {
    const char *name;
    oc_value_source source;
    const oc_graph *graph;        /* where it is defined */
    const oc_tensor *initializer; /* or NULL */
    bool is_graph_input;          /* also beside an initializer */
    const oc_node *producer;      /* OC_FROM_NODE */
    uint32_t output_index;        /* of the producer */
    oc_declared_type declared;    /* value_info, input or output type */
    const char *folded_from; /* metadata pkg.onnxscript.optimizer.folded_from
                                of its value_info, or NULL */
} oc_value;

typedef struct oc_scope {
    size_t value_count;
    const oc_value *value;
} oc_scope;

struct oc_node {
    size_t index; /* in file order within its graph */
    const char *name;
    const char *op_type;
    const char *domain; /* "" for ai.onnx */
    const char *overload;
    size_t input_count;
    const oc_value_id *input;
    size_t output_count;
    const oc_value_id *output;
    size_t attribute_count;
    const oc_attribute *attribute;
    const oc_graph *graph;       /* that holds it */
    const oc_function *function; /* local function it calls, or NULL */
    /* metadata_props, or NULL: */
    const char *name_scopes;   /* pkg.torch.onnx.name_scopes */
    const char *name_space;    /* namespace */
    const char *rewriter_rule; /* pkg.onnxscript.rewriter.rule_name */
    size_t offset; /* byte of its NodeProto in the uncompressed file */
};

struct oc_graph {
    const char *name;
    const oc_graph *parent;      /* NULL for a main graph or function body */
    const oc_node *parent_node;  /* the If, Loop, ... that holds it */
    const char *attribute;       /* "then_branch", "body"; NULL at the top */
    const oc_function *function; /* whose body this is inside, or NULL */
    const oc_scope *scope;
    size_t node_count;
    oc_node *const *node; /* topological order, otherwise the file's */
    size_t input_count;
    const oc_value_id *input; /* initializers listed as inputs excluded */
    size_t output_count;
    const oc_value_id *output;
    size_t initializer_count;
    const oc_value_id *initializer;
};

typedef struct oc_opset {
    const char *domain; /* "" for ai.onnx */
    int64_t version;
} oc_opset;

struct oc_function {
    const char *domain, *name, *overload;
    size_t opset_count;
    const oc_opset *opset;  /* merged with the model's where it has none */
    size_t attribute_count; /* required attributes */
    const char *const *attribute;
    size_t default_count; /* attribute_proto: attributes with defaults */
    const oc_attribute *default_attribute;
    size_t output_count;
    size_t input_count;
    const oc_graph *graph; /* inputs, outputs, nodes */
    bool calls_itself;     /* directly or not: never expanded */
};

typedef struct oc_external_file {
    const char *location;
    uint64_t bytes; /* sum of the referenced lengths */
} oc_external_file;

/* Something worth telling that did not stop the load. */
typedef struct oc_note {
    const char *id; /* "model.unsorted", "text.not-utf8", "model.no-version" */
    const char *message;
    const oc_node *node; /* or NULL */
    size_t offset;       /* or OC_NO_OFFSET */
} oc_note;

typedef struct oc_model_facts {
    const char *file;     /* basename */
    uint64_t file_bytes;  /* uncompressed, when it is gzip */
    char fingerprint[64]; /* "xxh3-128:" and 32 hex digits */
    int64_t ir_version;
    size_t opset_count;
    const oc_opset *opset;
    const char *producer, *producer_version;
    size_t node_count; /* of the main graph, its subgraphs and functions */
    size_t function_count;
    oc_function *const *function;
    size_t external_count;
    const oc_external_file *external;
    size_t note_count;
    const oc_note *note;
} oc_model_facts;

/* Both lent: valid until oc_model_free(). */
const oc_graph *oc_model_graph(const oc_model *model);
const oc_model_facts *oc_model_get_facts(const oc_model *model);

/* Bits of one element (4 for int4, 0 for string and unknown types). */
unsigned oc_elem_bits(int32_t elem_type);
/* "float", "int64", ... as in TensorProto.DataType, lower case; NULL when
 * unknown. */
const char *oc_elem_name(int32_t elem_type);

#endif
