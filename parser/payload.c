/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/payload.c - tensor payloads in one canonical form.
 *
 * In here: the layout of raw_data (little-endian, sub-byte types packed from
 * the low bits), whatever typed field held the elements.
 * Not in here: payloads that were left in the file.
 */
#include "parser/load.h"

#include <string.h>

/* Of TensorProto.DataType, those with a field of their own. */
enum {
    FLOAT = 1,
    INT64 = 7,
    DOUBLE = 11,
    UINT32 = 12,
    UINT64 = 13,
    COMPLEX64 = 14,
    COMPLEX128 = 15
};

/* Entries of a typed field: `size` bytes each here, of which `width` low
 * ones go into the canonical form. */
struct entries {
    const void *data;
    size_t count;
    size_t size;
    size_t width;
};

static struct entries entries_of(const Onnx__TensorProto *message,
                                 int32_t elem_type)
{
    unsigned bits = oc_elem_bits(elem_type);
    switch (elem_type) {
    case FLOAT:
    case COMPLEX64:
        return (struct entries){message->float_data, message->n_float_data, 4,
                                4};
    case DOUBLE:
    case COMPLEX128:
        return (struct entries){message->double_data, message->n_double_data, 8,
                                8};
    case INT64:
        return (struct entries){message->int64_data, message->n_int64_data, 8,
                                8};
    case UINT32:
    case UINT64:
        return (struct entries){message->uint64_data, message->n_uint64_data, 8,
                                bits / 8};
    default:
        return (struct entries){message->int32_data, message->n_int32_data, 4,
                                bits < 8 ? 1 : bits / 8};
    }
}

static uint64_t entry_at(const struct entries *entries, size_t index)
{
    const char *at = (const char *)entries->data + index * entries->size;
    uint32_t narrow;
    uint64_t wide;
    if (entries->size == sizeof(wide)) {
        memcpy(&wide, at, sizeof(wide));
        return wide;
    }
    memcpy(&narrow, at, sizeof(narrow));
    return narrow;
}

/* 6-bit types have one element an entry there, and are packed here. */
static void pack_bits(unsigned char *out, const struct entries *entries,
                      unsigned bits)
{
    for (size_t i = 0; i < entries->count; i++) {
        unsigned value = (unsigned)entry_at(entries, i) & ((1U << bits) - 1);
        size_t at = i * bits / 8;
        unsigned shift = (unsigned)(i * bits % 8);
        out[at] = (unsigned char)(out[at] | value << shift);
        if (shift + bits > 8)
            out[at + 1] = (unsigned char)(value >> (8 - shift));
    }
}

static void put_entries(unsigned char *out, const struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        uint64_t value = entry_at(entries, i);
        for (size_t byte = 0; byte < entries->width; byte++, value >>= 8)
            *out++ = (unsigned char)value;
    }
}

uint64_t oc_elem_bytes(int32_t elem_type, uint64_t numel)
{
    oc_u128 bits = (oc_u128)numel * oc_elem_bits(elem_type);
    oc_u128 bytes = (bits + 7) / 8;
    return numel == UINT64_MAX || bytes > UINT64_MAX ? UINT64_MAX
                                                     : (uint64_t)bytes;
}

static bool load_raw(oc_loader *loader, oc_tensor *tensor,
                     const Onnx__TensorProto *message, uint64_t bytes)
{
    if (message->raw_data.len != bytes)
        return false;
    tensor->data =
        oc_arena_copy(loader->arena, message->raw_data.data, (size_t)bytes);
    return true;
}

bool oc_load_payload(oc_loader *loader, oc_tensor *tensor,
                     const Onnx__TensorProto *message)
{
    uint64_t bytes = oc_elem_bytes(tensor->elem_type, tensor->numel);
    unsigned bits = oc_elem_bits(tensor->elem_type);
    if (!bits)
        return false;
    if (message->has_raw_data) {
        tensor->data_bytes = (size_t)bytes;
        return load_raw(loader, tensor, message, bytes);
    }
    struct entries entries = entries_of(message, tensor->elem_type);
    bool one_each = bits == 6;
    if (entries.count != (one_each ? tensor->numel : bytes / entries.width))
        return false;
    unsigned char *data = OC_NEW(loader->arena, unsigned char, (size_t)bytes);
    if (one_each)
        pack_bits(data, &entries, bits);
    else
        put_entries(data, &entries);
    tensor->data = data;
    tensor->data_bytes = (size_t)bytes;
    return true;
}
