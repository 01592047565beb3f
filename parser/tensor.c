/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/tensor.c - facts of a stored tensor.
 *
 * In here: dims, sizes, external references, string elements.
 * Not in here: the payload's layout (parser/payload.c); external files,
 * which are never opened.
 */
#include "parser/load.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define STRING 8   /* TensorProto.DataType */
#define EXTERNAL 1 /* TensorProto.DataLocation */

OC_PRINTF(4, 5)
static bool refuse(oc_loader *loader, const Onnx__TensorProto *message,
                   const char *id, const char *format, ...)
{
    char text[200];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    oc_fail_at(loader->err, OC_ERR_INPUT, id, (size_t)message->offset, "%s",
               text);
    oc_error_where(loader->err, "%s: tensor '%s'", loader->file,
                   message->name ? message->name : "");
    oc_error_hint(loader->err, "the model is invalid: export it again");
    return false;
}

/* A dim of 0 makes it 0, however large the others are. */
static uint64_t product(const int64_t *dim, size_t rank)
{
    uint64_t numel = 1;
    bool fits = true;
    for (size_t i = 0; i < rank; i++) {
        if (!dim[i])
            return 0;
        if (OC_MUL_OVERFLOWS(numel, (uint64_t)dim[i], &numel))
            fits = false;
    }
    return fits ? numel : UINT64_MAX;
}

static bool load_dims(oc_loader *loader, oc_tensor *out,
                      const Onnx__TensorProto *message, const int64_t *dims,
                      size_t rank)
{
    for (size_t i = 0; i < rank; i++)
        if (dims[i] < 0)
            return refuse(loader, message, "model.negative-dim",
                          "dim %zu is %" PRId64, i, dims[i]);
    out->rank = rank;
    out->dim = oc_arena_copy(loader->arena, dims, rank * sizeof(*dims));
    out->numel = product(dims, rank);
    return true;
}

static bool parse_number(int64_t *out, const char *text)
{
    oc_i128 value;
    if (!oc_i128_parse(&value, text, strlen(text)) || value < 0 ||
        value > INT64_MAX)
        return false;
    *out = (int64_t)value;
    return true;
}

static bool load_external(oc_loader *loader, oc_tensor *out,
                          const Onnx__TensorProto *message)
{
    out->external = true;
    out->location = "";
    for (size_t i = 0; i < message->n_external_data; i++) {
        const char *key = message->external_data[i]->key;
        const char *value = message->external_data[i]->value;
        if (!value)
            value = "";
        if (strcmp(key, "location") == 0)
            out->location = oc_load_shared_text(loader, value);
        else if (!parse_number(strcmp(key, "offset") == 0
                                   ? &out->external_offset
                                   : &out->external_length,
                               value))
            return refuse(loader, message, "model.external-data",
                          "the %s of its external data is no number", key);
    }
    if (!*out->location)
        return refuse(loader, message, "model.external-data",
                      "its external data has no location");
    if (out->external_length >= 0)
        out->stored_bytes = (uint64_t)out->external_length;
    return true;
}

static void load_strings(oc_loader *loader, oc_tensor *out,
                         const Onnx__TensorProto *message)
{
    size_t count = message->n_string_data;
    const char **strings = OC_NEW(loader->arena, const char *, count);
    out->stored_bytes = message->skipped_bytes;
    for (size_t i = 0; i < count; i++) {
        const ProtobufCBinaryData *s = &message->string_data[i];
        out->stored_bytes += s->len;
        strings[i] =
            oc_arena_text(loader->arena, (const char *)s->data, s->len);
    }
    if (message->skipped_bytes || count != out->numel)
        return;
    out->string = strings;
    out->string_count = count;
}

static bool has_payload(const Onnx__TensorProto *message)
{
    return message->has_raw_data || message->n_float_data ||
           message->n_int32_data || message->n_int64_data ||
           message->n_double_data || message->n_uint64_data;
}

static void load_stored(oc_loader *loader, oc_tensor *out,
                        const Onnx__TensorProto *message)
{
    if (message->has_raw_bytes)
        out->stored_bytes = message->raw_bytes;
    if (!message->skipped_bytes && !oc_load_payload(loader, out, message))
        out->data_bytes = 0;
}

/* Sizes that contradict are told and not repaired: the payload is then not
 * used, and what the file stores is what it stores. */
static void check_size(oc_loader *loader, const oc_tensor *tensor,
                       const Onnx__TensorProto *message)
{
    uint64_t bytes = oc_elem_bytes(tensor->elem_type, tensor->numel);
    bool unused = has_payload(message) && !message->skipped_bytes &&
                  !tensor->external && !tensor->data;
    if (unused || tensor->stored_bytes != bytes)
        oc_load_note(loader, OC_NOTE_TENSOR_SIZE, NULL,
                     (size_t)message->offset);
}

bool oc_load_tensor(oc_loader *loader, oc_tensor *out,
                    const Onnx__TensorProto *message)
{
    *out = (oc_tensor){.name = oc_load_text(loader, message->name),
                       .elem_type = message->data_type,
                       .external_offset = -1,
                       .external_length = -1};
    if (!load_dims(loader, out, message, message->dims, message->n_dims))
        return false;
    out->stored_bytes = oc_elem_bytes(out->elem_type, out->numel);
    if (message->data_location != EXTERNAL && out->elem_type == STRING) {
        load_strings(loader, out, message);
        return true;
    }
    if (message->data_location != EXTERNAL)
        load_stored(loader, out, message);
    else if (!load_external(loader, out, message))
        return false;
    check_size(loader, out, message);
    return true;
}

bool oc_load_sparse_tensor(oc_loader *loader, oc_tensor *out,
                           const Onnx__SparseTensorProto *message)
{
    static const Onnx__TensorProto nothing = ONNX__TENSOR_PROTO__INIT;
    const Onnx__TensorProto *values =
        message->values ? message->values : &nothing;
    const Onnx__TensorProto *indices =
        message->indices ? message->indices : &nothing;
    oc_tensor held_indices;
    if (!oc_load_tensor(loader, out, values) ||
        !oc_load_tensor(loader, &held_indices, indices))
        return false;
    out->sparse = true;
    out->nnz = message->values ? out->numel : 0;
    out->data = NULL;
    out->data_bytes = 0;
    if (!message->values)
        out->stored_bytes = 0;
    if (message->indices &&
        OC_ADD_OVERFLOWS(out->stored_bytes, held_indices.stored_bytes,
                         &out->stored_bytes))
        out->stored_bytes = UINT64_MAX;
    return load_dims(loader, out, values, message->dims, message->n_dims);
}

/* Tensors that refer to the same bytes in the same way are one. */
const oc_tensor *oc_load_same_external(oc_loader *loader,
                                       const oc_tensor *tensor)
{
    oc_text key = {.arena = loader->scratch};
    uint64_t held;
    int64_t numbers[] = {tensor->elem_type, tensor->external_offset,
                         tensor->external_length, (int64_t)tensor->rank};
    if (!tensor->external || tensor->sparse)
        return tensor;
    oc_text_put(&key, (const char *)numbers, sizeof(numbers));
    oc_text_put(&key, (const char *)tensor->dim,
                tensor->rank * sizeof(*tensor->dim));
    oc_text_puts(&key, tensor->location);
    if (oc_map_get(loader->externals, key.data, key.bytes, &held))
        return (const oc_tensor *)(uintptr_t)held;
    (void)oc_map_put(loader->externals, key.data, key.bytes, (uintptr_t)tensor);
    oc_list_add(loader, &loader->external, tensor);
    return tensor;
}

void oc_load_external_files(oc_loader *loader)
{
    size_t most = loader->external.count;
    oc_external_file *files = OC_NEW(loader->arena, oc_external_file, most);
    oc_map *index = oc_map_new(loader->scratch);
    size_t count = 0;
    for (size_t i = 0; i < most; i++) {
        const oc_tensor *tensor = loader->external.item[i];
        size_t bytes = strlen(tensor->location);
        uint64_t at = count;
        if (!oc_map_get(index, tensor->location, bytes, &at)) {
            (void)oc_map_put(index, tensor->location, bytes, at);
            files[count++].location = tensor->location;
        }
        if (OC_ADD_OVERFLOWS(files[at].bytes, tensor->stored_bytes,
                             &files[at].bytes))
            files[at].bytes = UINT64_MAX;
    }
    loader->model->facts.external = files;
    loader->model->facts.external_count = count;
}
