/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/schema.c - which fields of ONNX the scan keeps, and how.
 *
 * The numbers are those of ONNX 1.23.
 */
#include "parser/schema.h"

#include <string.h>

#define FIELDS 32 /* the highest number in use is 26 */

/* clang-format off */
#define DROPPED {.kind = OC_FIELD_DROPPED}
#define VARINT {.kind = OC_FIELD_VARINT}
#define STRING {.kind = OC_FIELD_STRING}
#define VARINTS {.kind = OC_FIELD_VARINTS}
#define COUNTED_STRING(what) {.kind = OC_FIELD_STRING, .counter = what}
#define ONE(type) {.kind = OC_FIELD_MESSAGE, .message = type, .single = true}
#define ONE_OF(type) {.kind = OC_FIELD_MESSAGE, .message = type, .one_of = true}
#define ONE_APART(type) \
    {.kind = OC_FIELD_MESSAGE, .message = type, .single = true, .apart = true}
#define MANY(type, what) \
    {.kind = OC_FIELD_MESSAGE, .message = type, .counter = what}
#define MANY_APART(type) \
    {.kind = OC_FIELD_MESSAGE, .message = type, .apart = true}
/* clang-format on */

static const oc_field model_fields[FIELDS] = {
    [1] = VARINT,  /* ir_version */
    [2] = STRING,  /* producer_name */
    [3] = STRING,  /* producer_version */
    [4] = DROPPED, /* domain */
    [5] = DROPPED, /* model_version */
    [6] = DROPPED, /* doc_string */
    [7] = ONE_APART(OC_GRAPH),
    [8] = MANY(OC_OPSET, OC_COUNT_STRINGS),
    [14] = DROPPED, /* metadata_props */
    [20] = DROPPED, /* training_info */
    [25] = MANY(OC_FUNCTION, OC_COUNT_FUNCTIONS),
    [26] = DROPPED, /* configuration */
};

static const oc_field opset_fields[FIELDS] = {
    [1] = STRING, /* domain */
    [2] = VARINT, /* version */
};

static const oc_field graph_fields[FIELDS] = {
    [1] = MANY(OC_NODE, OC_COUNT_NODES),
    [2] = STRING, /* name */
    [5] = MANY(OC_TENSOR, OC_COUNT_INITIALIZERS),
    [10] = DROPPED,                              /* doc_string */
    [11] = MANY(OC_VALUE_INFO, OC_COUNT_VALUES), /* input */
    [12] = MANY(OC_VALUE_INFO, OC_COUNT_VALUES), /* output */
    [13] = MANY(OC_VALUE_INFO, OC_COUNT_VALUES), /* value_info */
    [14] = DROPPED,                              /* quantization_annotation */
    [15] = MANY(OC_SPARSE_TENSOR, OC_COUNT_INITIALIZERS),
    [16] = DROPPED, /* metadata_props */
};

static const oc_field function_fields[FIELDS] = {
    [1] = STRING,                              /* name */
    [4] = COUNTED_STRING(OC_COUNT_VALUES),     /* input */
    [5] = COUNTED_STRING(OC_COUNT_VALUES),     /* output */
    [6] = COUNTED_STRING(OC_COUNT_ATTRIBUTES), /* attribute */
    [7] = MANY(OC_NODE, OC_COUNT_NODES),
    [8] = DROPPED, /* doc_string */
    [9] = MANY(OC_OPSET, OC_COUNT_STRINGS),
    [10] = STRING, /* domain */
    [11] = MANY(OC_ATTRIBUTE, OC_COUNT_ATTRIBUTES),
    [12] = MANY(OC_VALUE_INFO, OC_COUNT_VALUES),
    [13] = STRING,  /* overload */
    [14] = DROPPED, /* metadata_props */
};

static const oc_field node_fields[FIELDS] = {
    [1] = STRING,                          /* input */
    [2] = COUNTED_STRING(OC_COUNT_VALUES), /* output */
    [3] = STRING,                          /* name */
    [4] = STRING,                          /* op_type */
    [5] = MANY(OC_ATTRIBUTE, OC_COUNT_ATTRIBUTES),
    [6] = DROPPED, /* doc_string */
    [7] = STRING,  /* domain */
    [8] = STRING,  /* overload */
    [9] = MANY(OC_NODE_ENTRY, OC_COUNT_NOTHING),
    [10] = DROPPED, /* device_configurations */
};

static const oc_field attribute_fields[FIELDS] = {
    [1] = STRING,                     /* name */
    [2] = {.kind = OC_FIELD_FIXED32}, /* f */
    [3] = VARINT,                     /* i */
    [4] = {.kind = OC_FIELD_BYTES},   /* s */
    [5] = ONE(OC_TENSOR),
    [6] = ONE_APART(OC_GRAPH),
    [7] = {.kind = OC_FIELD_FIXED32S}, /* floats */
    [8] = VARINTS,                     /* ints */
    [9] = {.kind = OC_FIELD_BYTES, .counter = OC_COUNT_STRINGS},
    [10] = MANY(OC_TENSOR, OC_COUNT_INITIALIZERS),
    [11] = MANY_APART(OC_GRAPH),
    [13] = DROPPED, /* doc_string */
    [14] = ONE(OC_TYPE),
    [15] = MANY(OC_TYPE, OC_COUNT_VALUES),
    [20] = VARINT, /* type */
    [21] = STRING, /* ref_attr_name */
    [22] = ONE(OC_SPARSE_TENSOR),
    [23] = MANY(OC_SPARSE_TENSOR, OC_COUNT_INITIALIZERS),
};

static const oc_field value_info_fields[FIELDS] = {
    [1] = STRING, /* name */
    [2] = ONE(OC_TYPE),
    [3] = DROPPED, /* doc_string */
    [4] = MANY(OC_VALUE_ENTRY, OC_COUNT_NOTHING),
};

static const oc_field entry_fields[FIELDS] = {
    [1] = STRING, /* key */
    [2] = STRING, /* value */
};

static const oc_field tensor_fields[FIELDS] = {
    [1] = {.kind = OC_FIELD_VARINTS, .rank = true},     /* dims */
    [2] = {.kind = OC_FIELD_VARINT, .elem_type = true}, /* data_type */
    [3] = DROPPED,                                      /* segment */
    [4] = {.kind = OC_FIELD_DATA_FIXED32S},             /* float_data */
    [5] = {.kind = OC_FIELD_DATA_VARINTS},              /* int32_data */
    [6] = {.kind = OC_FIELD_DATA_BYTES, .counter = OC_COUNT_STRINGS},
    [7] = {.kind = OC_FIELD_DATA_VARINTS},        /* int64_data */
    [8] = STRING,                                 /* name */
    [9] = {.kind = OC_FIELD_RAW, .single = true}, /* raw_data */
    [10] = {.kind = OC_FIELD_DATA_FIXED64S},      /* double_data */
    [11] = {.kind = OC_FIELD_DATA_VARINTS},       /* uint64_data */
    [12] = DROPPED,                               /* doc_string */
    [13] = MANY(OC_EXTERNAL_ENTRY, OC_COUNT_NOTHING),
    [14] = VARINT,  /* data_location */
    [16] = DROPPED, /* metadata_props */
};

static const oc_field sparse_tensor_fields[FIELDS] = {
    [1] = ONE(OC_TENSOR),                           /* values */
    [2] = ONE(OC_TENSOR),                           /* indices */
    [3] = {.kind = OC_FIELD_VARINTS, .rank = true}, /* dims */
};

static const oc_field type_fields[FIELDS] = {
    [1] = ONE_OF(OC_TENSOR_TYPE),
    [4] = ONE_OF(OC_WRAPPED_TYPE), /* sequence_type */
    [5] = ONE_OF(OC_MAP_TYPE),
    [6] = DROPPED, /* denotation */
    [7] = ONE_OF(OC_OPAQUE_TYPE),
    [8] = ONE_OF(OC_TENSOR_TYPE),  /* sparse_tensor_type */
    [9] = ONE_OF(OC_WRAPPED_TYPE), /* optional_type */
};

static const oc_field tensor_type_fields[FIELDS] = {
    [1] = VARINT, /* elem_type */
    [2] = ONE(OC_SHAPE),
};

static const oc_field wrapped_type_fields[FIELDS] = {
    [1] = ONE_APART(OC_TYPE), /* elem_type */
};

static const oc_field map_type_fields[FIELDS] = {
    [1] = VARINT,             /* key_type */
    [2] = ONE_APART(OC_TYPE), /* value_type */
};

static const oc_field opaque_type_fields[FIELDS] = {
    [1] = DROPPED, /* domain */
    [2] = DROPPED, /* name */
};

static const oc_field shape_fields[FIELDS] = {
    [1] = {.kind = OC_FIELD_MESSAGE, .message = OC_DIM, .rank = true},
};

static const oc_field dim_fields[FIELDS] = {
    [1] = VARINT,  /* dim_value */
    [2] = STRING,  /* dim_param */
    [3] = DROPPED, /* denotation */
};

static const struct {
    const char *name;
    const oc_field *fields;
} messages[OC_MESSAGE_COUNT] = {
    [OC_MODEL] = {"ModelProto", model_fields},
    [OC_OPSET] = {"OperatorSetIdProto", opset_fields},
    [OC_GRAPH] = {"GraphProto", graph_fields},
    [OC_FUNCTION] = {"FunctionProto", function_fields},
    [OC_NODE] = {"NodeProto", node_fields},
    [OC_ATTRIBUTE] = {"AttributeProto", attribute_fields},
    [OC_VALUE_INFO] = {"ValueInfoProto", value_info_fields},
    [OC_NODE_ENTRY] = {"StringStringEntryProto", entry_fields},
    [OC_VALUE_ENTRY] = {"StringStringEntryProto", entry_fields},
    [OC_EXTERNAL_ENTRY] = {"StringStringEntryProto", entry_fields},
    [OC_TENSOR] = {"TensorProto", tensor_fields},
    [OC_SPARSE_TENSOR] = {"SparseTensorProto", sparse_tensor_fields},
    [OC_TYPE] = {"TypeProto", type_fields},
    [OC_TENSOR_TYPE] = {"TypeProto.Tensor", tensor_type_fields},
    [OC_WRAPPED_TYPE] = {"TypeProto.Sequence", wrapped_type_fields},
    [OC_MAP_TYPE] = {"TypeProto.Map", map_type_fields},
    [OC_OPAQUE_TYPE] = {"TypeProto.Opaque", opaque_type_fields},
    [OC_SHAPE] = {"TensorShapeProto", shape_fields},
    [OC_DIM] = {"TensorShapeProto.Dimension", dim_fields},
};

const oc_field *oc_schema_field(oc_message message, uint32_t number)
{
    const oc_field *field =
        number < FIELDS ? &messages[message].fields[number] : NULL;
    return field && field->kind != OC_FIELD_UNKNOWN ? field : NULL;
}

const char *oc_schema_name(oc_message message)
{
    return messages[message].name;
}

bool oc_schema_is_entry(oc_message message)
{
    return message == OC_NODE_ENTRY || message == OC_VALUE_ENTRY ||
           message == OC_EXTERNAL_ENTRY;
}

static const struct {
    oc_message entry;
    const char *key;
} kept_keys[] = {
    {OC_NODE_ENTRY, "pkg.torch.onnx.name_scopes"},
    {OC_NODE_ENTRY, "namespace"},
    {OC_NODE_ENTRY, "pkg.onnxscript.rewriter.rule_name"},
    {OC_VALUE_ENTRY, "pkg.onnxscript.optimizer.folded_from"},
    {OC_EXTERNAL_ENTRY, "location"},
    {OC_EXTERNAL_ENTRY, "offset"},
    {OC_EXTERNAL_ENTRY, "length"},
};

bool oc_schema_keeps(oc_message entry, const char *key, size_t bytes)
{
    for (size_t i = 0; i < sizeof(kept_keys) / sizeof(kept_keys[0]); i++)
        if (kept_keys[i].entry == entry && strlen(kept_keys[i].key) == bytes &&
            memcmp(kept_keys[i].key, key, bytes) == 0)
            return true;
    return false;
}
