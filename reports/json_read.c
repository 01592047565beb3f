/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/json_read.c - a report back from its JSON.
 *
 * In here: checking and copying. Not in here: keys (schema.c), syntax
 * (jansson).
 *
 * The text may come from anywhere: a value of the wrong type is an error that
 * names its path, a key that is missing leaves its member unknown, a key that
 * is not known is skipped.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "onnxcost/write.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "reports/schema.h"

/* Sequences of optionals of sequences: deeper than any type of ONNX. */
enum { MAX_TENSOR_DEPTH = 16 };

typedef struct reader {
    oc_arena *arena; /* escapes to `escape` */
    jmp_buf escape;
    oc_error *err;
    oc_status status;
    const char *key; /* of the last member: where an error is */
    size_t row;      /* of the last row of an array */
    size_t tensor_depth;
} reader;

static void fail(reader *r, const char *expected)
{
    if (r->status == OC_OK)
        r->status = oc_fail(r->err, OC_ERR_INPUT, "input.report",
                            "\"%s\" (in row %zu of its array, if in one) "
                            "is not %s",
                            r->key ? r->key : "", r->row, expected);
}

typedef struct target {
    const oc_field *field;
    char *base;
} target;

static void read_value(reader *r, const target *to, const json_t *json);

/* ---- single values ---- */

static const char *copy_string(reader *r, const json_t *json)
{
    return oc_arena_text(r->arena, json_string_value(json),
                         json_string_length(json));
}

static int64_t read_int(reader *r, const json_t *json)
{
    if (!json_is_integer(json))
        fail(r, "an integer");
    return json_integer_value(json);
}

/* A formula is never empty: an empty one would stand for an integer. */
static const char *read_formula(reader *r, const json_t *json)
{
    if (json_is_null(json))
        return NULL;
    if (!json_is_string(json) || json_string_length(json) == 0) {
        fail(r, "a formula");
        return NULL;
    }
    return copy_string(r, json);
}

static oc_figure read_figure(reader *r, const json_t *json)
{
    if (json_is_integer(json))
        return oc_figure_of(json_integer_value(json));
    return (oc_figure){.formula = read_formula(r, json)};
}

static unsigned read_enum(reader *r, const char *const *names, size_t count,
                          const json_t *json)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] ? json_is_string(json) &&
                           strcmp(names[i], json_string_value(json)) == 0
                     : json_is_null(json))
            return (unsigned)i;
    fail(r, "one of the known words");
    return 0;
}

static void read_quantity(reader *r, oc_quantity *quantity, const json_t *json)
{
    const json_t *value = json_object_get(json, "value");
    const json_t *upper = json_object_get(json, "upper");
    oc_figure bound;
    if (!json_is_object(json)) {
        fail(r, "a quantity");
        return;
    }
    quantity->has_value = json_is_integer(value);
    quantity->value = json_integer_value(value);
    if (!quantity->has_value && !json_is_null(value))
        fail(r, "a quantity");
    quantity->formula = read_formula(r, json_object_get(json, "formula"));
    quantity->status = read_enum(r, oc_schema_status_names, OC_SCHEMA_STATUSES,
                                 json_object_get(json, "status"));
    bound = read_figure(r, upper);
    quantity->has_upper = oc_figure_is_static(bound);
    quantity->upper_value = bound.value;
    quantity->upper_formula = quantity->has_upper ? NULL : bound.formula;
}

static uint32_t read_row(reader *r, uint32_t none, const json_t *json)
{
    int64_t row = json_is_null(json) ? (int64_t)none : read_int(r, json);
    if (row < 0 || row > UINT32_MAX)
        fail(r, "a row");
    return (uint32_t)row;
}

static size_t read_offset(reader *r, const json_t *json)
{
    int64_t offset = json_is_null(json) ? 0 : read_int(r, json);
    if (offset < 0)
        fail(r, "an offset");
    return json_is_null(json) ? OC_NO_OFFSET : (size_t)offset;
}

static oc_tri read_tri(reader *r, const json_t *json)
{
    if (!json_is_boolean(json) && !json_is_null(json))
        fail(r, "true, false or null");
    return json_is_true(json) ? OC_YES : json_is_false(json) ? OC_NO : OC_MAYBE;
}

/* ---- structure ---- */

static void store_enum(void *at, size_t bytes, unsigned value)
{
    if (bytes == 1)
        *(unsigned char *)at = (unsigned char)value;
    else
        memcpy(at, &value, sizeof(value));
}

static void store_count(void *at, size_t bytes, size_t count)
{
    uint32_t small = (uint32_t)count;
    if (bytes == sizeof(count))
        memcpy(at, &count, sizeof(count));
    else
        memcpy(at, &small, sizeof(small));
}

/* Members that the object lacks are read as null where null is allowed. */
static void read_fields(reader *r, const oc_field *fields, char *base,
                        const json_t *object)
{
    if (object && !json_is_object(object))
        fail(r, "an object");
    for (const oc_field *field = fields; field->key; field++) {
        target member = {field, base};
        r->key = field->key;
        read_value(r, &member, json_object_get(object, field->key));
    }
}

static void read_array(reader *r, const target *to, const json_t *json)
{
    const oc_field *field = to->field;
    size_t count = json_array_size(json);
    char *rows = oc_arena_alloc(r->arena, count, field->size);
    if (json && !json_is_array(json))
        fail(r, "an array");
    for (size_t i = 0; i < count && r->status == OC_OK; i++) {
        target row = {field->element, rows + i * field->size};
        r->row = i;
        if (field->element->kind == OC_FIELD_TENSOR_AT &&
            json_is_null(json_array_get(json, i)))
            fail(r, "an array of tensors");
        read_value(r, &row, json_array_get(json, i));
    }
    memcpy(to->base + field->at, &rows, sizeof(rows));
    store_count(to->base + field->count_at, field->count_bytes, count);
}

static void read_bindings(reader *r, const target *to, const json_t *json)
{
    size_t count = json_object_size(json);
    oc_binding *rows = OC_NEW(r->arena, oc_binding, count);
    const char *name;
    json_t *bound;
    size_t i = 0;
    if (json && !json_is_object(json))
        fail(r, "an object");
    json_object_foreach((json_t *)(uintptr_t)json, name, bound)
    {
        rows[i].name = oc_arena_text(r->arena, name, strlen(name));
        rows[i++].value = read_int(r, bound);
    }
    *(oc_binding **)(void *)(to->base + to->field->at) = rows;
    *(size_t *)(void *)(to->base + to->field->count_at) = count;
}

static void read_tensor(reader *r, oc_report_tensor *tensor, const json_t *json)
{
    const json_t *type = json_object_get(json, "type");
    if (r->tensor_depth == MAX_TENSOR_DEPTH) {
        fail(r, "a tensor: its type is nested too deeply");
        return;
    }
    if (type)
        tensor->kind = (oc_report_tensor_kind)read_enum(
            r, oc_schema_tensor_names, OC_SCHEMA_TENSOR_KINDS, type);
    r->tensor_depth++;
    read_fields(r, oc_schema_tensor[tensor->kind], (char *)tensor, json);
    r->tensor_depth--;
}

/* NULL where a type has no element; in an array every tensor is there. */
static oc_report_tensor *read_tensor_at(reader *r, const json_t *json)
{
    if (!json || json_is_null(json))
        return NULL;
    oc_report_tensor *tensor = OC_NEW(r->arena, oc_report_tensor, 1);
    read_tensor(r, tensor, json);
    return tensor;
}

static void read_pointed(reader *r, const target *to, const json_t *json)
{
    if (!json || json_is_null(json))
        return;
    char *pointed = oc_arena_alloc(r->arena, 1, to->field->size);
    read_fields(r, to->field->fields, pointed, json);
    memcpy(to->base + to->field->at, &pointed, sizeof(pointed));
}

static const char *read_string(reader *r, const json_t *json)
{
    if (json_is_string(json))
        return copy_string(r, json);
    fail(r, "a string");
    return "";
}

/* What a member is when its key is missing. */
static void set_missing(reader *r, const target *to)
{
    void *at = to->base + to->field->at;
    if (to->field->kind == OC_FIELD_TEXT)
        *(const char **)at = "";
    else if (to->field->kind == OC_FIELD_ROW)
        *(uint32_t *)at = to->field->none;
    else if (to->field->kind == OC_FIELD_OFFSET)
        *(size_t *)at = OC_NO_OFFSET;
    else if (to->field->kind == OC_FIELD_TRI)
        *(oc_tri *)at = OC_MAYBE;
    else if (to->field->kind == OC_FIELD_OBJECT)
        read_fields(r, to->field->fields, to->base, NULL);
}

static void read_value(reader *r, const target *to, const json_t *json)
{
    const oc_field *field = to->field;
    void *at = to->base + field->at;
    bool missing = !json || (field->optional && json_is_null(json));
    if (field->optional)
        *(bool *)(to->base + field->has_at) = !missing;
    if (missing) {
        set_missing(r, to);
        return;
    }
    switch (field->kind) {
    case OC_FIELD_CONSTANT:
    case OC_FIELD_POSITION:
        break;
    case OC_FIELD_TEXT:
        *(const char **)at = read_string(r, json);
        break;
    case OC_FIELD_NAME:
        *(const char **)at = json_is_null(json) ? NULL : read_string(r, json);
        break;
    case OC_FIELD_INT:
        *(int64_t *)at = read_int(r, json);
        break;
    case OC_FIELD_ROW:
        *(uint32_t *)at = read_row(r, field->none, json);
        break;
    case OC_FIELD_OFFSET:
        *(size_t *)at = read_offset(r, json);
        break;
    case OC_FIELD_BOOL:
        if (!json_is_boolean(json))
            fail(r, "true or false");
        *(bool *)at = json_is_true(json);
        break;
    case OC_FIELD_TRI:
        *(oc_tri *)at = read_tri(r, json);
        break;
    case OC_FIELD_ENUM:
        store_enum(at, field->size,
                   read_enum(r, field->names, field->name_count, json));
        break;
    case OC_FIELD_REAL:
        if (!json_is_number(json))
            fail(r, "a number");
        *(double *)at = json_number_value(json);
        break;
    case OC_FIELD_FIGURE:
        *(oc_figure *)at = read_figure(r, json);
        break;
    case OC_FIELD_QUANTITY:
        read_quantity(r, at, json);
        break;
    case OC_FIELD_TENSOR:
        read_tensor(r, at, json);
        break;
    case OC_FIELD_TENSOR_AT:
        *(oc_report_tensor **)at = read_tensor_at(r, json);
        break;
    case OC_FIELD_OBJECT:
        read_fields(r, field->fields, to->base, json);
        break;
    case OC_FIELD_POINTED:
        read_pointed(r, to, json);
        break;
    case OC_FIELD_ARRAY:
        read_array(r, to, json);
        break;
    case OC_FIELD_BINDINGS:
        read_bindings(r, to, json);
        break;
    }
}

/* ---- the whole ---- */

/* Additions keep the major version: "1." reads them all. */
static bool is_known(const json_t *root)
{
    const char *schema = json_string_value(json_object_get(root, "schema"));
    const char *version =
        json_string_value(json_object_get(root, "schema_version"));
    return schema && version && strcmp(schema, OC_REPORT_SCHEMA) == 0 &&
           strncmp(version, "1.", 2) == 0;
}

static oc_report *read_root(reader *r, const json_t *root)
{
    if (setjmp(r->escape) != 0) {
        r->status = oc_fail(r->err, OC_ERR_NOMEM, "memory.exhausted",
                            "out of memory reading a report");
        return NULL;
    }
    r->arena->escape = &r->escape;
    oc_report *report = OC_NEW(r->arena, oc_report, 1);
    report->memory_owner = r->arena;
    read_fields(r, oc_schema_report, (char *)report, root);
    r->arena->escape = NULL;
    return report;
}

static oc_status read_tree(oc_report **out, const json_t *root, oc_error *err)
{
    if (!is_known(root))
        return oc_fail(err, OC_ERR_INPUT, "input.report",
                       "not a report of this program (%s %s)", OC_REPORT_SCHEMA,
                       OC_REPORT_VERSION);
    reader r = {.arena = calloc(1, sizeof(oc_arena)), .err = err};
    if (!r.arena)
        return oc_fail(err, OC_ERR_NOMEM, "memory.exhausted",
                       "out of memory reading a report");
    oc_report *report = read_root(&r, root);
    if (r.status == OC_OK) {
        *out = report;
        return OC_OK;
    }
    oc_arena_free(r.arena);
    free(r.arena);
    return r.status;
}

oc_status oc_report_read_json(oc_report **out, const char *data, size_t bytes,
                              oc_error *err)
{
    json_error_t cause;
    json_t *root = json_loadb(data, bytes, JSON_REJECT_DUPLICATES, &cause);
    if (!root)
        return oc_fail_at(err, OC_ERR_INPUT, "input.json",
                          (size_t)(cause.position > 0 ? cause.position : 0),
                          "not JSON: line %d, column %d: %s", cause.line,
                          cause.column, cause.text);
    oc_status status = read_tree(out, root, err);
    json_decref(root);
    return status;
}
