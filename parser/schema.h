/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/schema.h - which fields of ONNX the scan keeps, and how.
 *
 * In here: one table per message, indexed by field number.
 * Not in here: the shape of the compact copy (proto/onnx.proto).
 */
#ifndef OC_PARSER_SCHEMA_H
#define OC_PARSER_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum oc_message {
    OC_MODEL,
    OC_OPSET,
    OC_GRAPH,
    OC_FUNCTION,
    OC_NODE,
    OC_ATTRIBUTE,
    OC_VALUE_INFO,
    OC_NODE_ENTRY,     /* a StringStringEntryProto in metadata_props ... */
    OC_VALUE_ENTRY,    /* ... of a ValueInfoProto */
    OC_EXTERNAL_ENTRY, /* ... in external_data */
    OC_TENSOR,
    OC_SPARSE_TENSOR,
    OC_TYPE,
    OC_TENSOR_TYPE,  /* and the sparse one */
    OC_WRAPPED_TYPE, /* a sequence or an optional */
    OC_MAP_TYPE,
    OC_OPAQUE_TYPE,
    OC_SHAPE,
    OC_DIM,
    OC_MESSAGE_COUNT
} oc_message;

typedef enum oc_field_kind {
    OC_FIELD_UNKNOWN,
    OC_FIELD_DROPPED, /* known and of no use here */
    OC_FIELD_VARINT,
    OC_FIELD_FIXED32,
    OC_FIELD_STRING, /* a name: no NUL, bounded, UTF-8 expected */
    OC_FIELD_BYTES,
    OC_FIELD_MESSAGE,
    OC_FIELD_VARINTS,  /* repeated, packed or not */
    OC_FIELD_FIXED32S, /* the same */
    /* Payload of a tensor, left in the file beyond a size: */
    OC_FIELD_RAW,
    OC_FIELD_DATA_BYTES,
    OC_FIELD_DATA_VARINTS,
    OC_FIELD_DATA_FIXED32S,
    OC_FIELD_DATA_FIXED64S
} oc_field_kind;

/* What is counted against a limit. */
typedef enum oc_counter {
    OC_COUNT_NOTHING,
    OC_COUNT_NODES,
    OC_COUNT_VALUES,
    OC_COUNT_INITIALIZERS,
    OC_COUNT_ATTRIBUTES,
    OC_COUNT_STRINGS,
    OC_COUNT_FUNCTIONS,
    OC_COUNTER_COUNT
} oc_counter;

typedef struct oc_field {
    uint8_t kind;    /* oc_field_kind */
    uint8_t message; /* oc_message of OC_FIELD_MESSAGE */
    uint8_t counter; /* oc_counter */
    bool single;     /* a second one is refused */
    bool one_of;     /* single together with all others that are one_of */
    bool apart;      /* goes into a segment of its own */
    bool rank;       /* its elements are dims */
    bool elem_type;  /* says what the elements of a payload are */
} oc_field;

/* NULL when the format has no such field (as far as we know it). */
const oc_field *oc_schema_field(oc_message message, uint32_t number);
/* "NodeProto" */
const char *oc_schema_name(oc_message message);
bool oc_schema_is_entry(oc_message message);
/* Whether an entry of this kind is kept under this key. */
bool oc_schema_keeps(oc_message entry, const char *key, size_t bytes);

#endif
