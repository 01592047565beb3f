/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/schema.h - which key of the JSON is which member of an oc_report.
 *
 * In here: one description that the JSON writer and reader both walk, so
 * that they cannot disagree. Its counterpart for other programs is
 * docs/report.schema.json.
 */
#ifndef OC_REPORTS_SCHEMA_H
#define OC_REPORTS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/report.h"

#define OC_REPORT_SCHEMA "onnxcost-report"
#define OC_REPORT_VERSION "1.0"

typedef enum oc_field_kind {
    OC_FIELD_CONSTANT,  /* `names[0]`: JSON as it stands */
    OC_FIELD_POSITION,  /* of the row in its array */
    OC_FIELD_TEXT,      /* const char *, never NULL */
    OC_FIELD_NAME,      /* const char *, NULL is null */
    OC_FIELD_INT,       /* int64_t */
    OC_FIELD_ROW,       /* uint32_t, `none` is null */
    OC_FIELD_OFFSET,    /* size_t, OC_NO_OFFSET is null */
    OC_FIELD_BOOL,      /* bool */
    OC_FIELD_TRI,       /* oc_tri, OC_MAYBE is null */
    OC_FIELD_ENUM,      /* unsigned of `size` bytes; a NULL name is null */
    OC_FIELD_REAL,      /* double */
    OC_FIELD_FIGURE,    /* oc_figure */
    OC_FIELD_QUANTITY,  /* oc_quantity */
    OC_FIELD_TENSOR,    /* oc_report_tensor */
    OC_FIELD_TENSOR_AT, /* pointer to a shared oc_report_tensor */
    OC_FIELD_OBJECT,    /* `fields` of the same struct */
    OC_FIELD_POINTED,   /* `fields` of a struct of `size`; NULL is null */
    OC_FIELD_ARRAY,     /* pointer to elements of `size` as `element` says */
    OC_FIELD_BINDINGS   /* oc_binding array as one object */
} oc_field_kind;

typedef struct oc_field {
    const char *key; /* NULL ends a list of fields */
    oc_field_kind kind;
    size_t at;                    /* of the member in its struct */
    size_t size;                  /* of an element, pointed struct or enum */
    size_t count_at, count_bytes; /* arrays: member that counts */
    bool optional;                /* null unless the bool at `has_at` */
    size_t has_at;
    uint32_t none; /* OC_FIELD_ROW */
    const struct oc_field *fields;
    const struct oc_field *element;
    const char *const *names; /* OC_FIELD_ENUM, OC_FIELD_CONSTANT */
    size_t name_count;
} oc_field;

extern const oc_field oc_schema_report[];
/* By oc_report_tensor_kind. */
extern const oc_field *const oc_schema_tensor[];
#define OC_SCHEMA_TENSOR_KINDS 5
/* Values of "type"; NULL for plain tensors, which have no such key. */
extern const char *const oc_schema_tensor_names[OC_SCHEMA_TENSOR_KINDS];

/* By oc_figure_status. */
#define OC_SCHEMA_STATUSES 5
extern const char *const oc_schema_status_names[OC_SCHEMA_STATUSES];

/* Names of these enums, for the formats that print them outside the schema. */
const char *oc_schema_attention_name(oc_report_attention_kind kind);

#endif
