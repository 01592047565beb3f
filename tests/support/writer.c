/* SPDX-License-Identifier: Apache-2.0 */
/* tests/support/writer.c - protobuf messages made by hand. */
#include "support/writer.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH_BYTES 5 /* padded, so that it can be filled in later */

static void *grow(void *items, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room)
        return items;
    *room = needed < 32 ? 64 : 2 * needed;
    void *grown = realloc(items, *room * size);
    if (!grown)
        abort();
    return grown;
}

void writer_free(writer *w)
{
    free(w->data);
    free(w->open);
    *w = (writer){0};
}

void write_raw(writer *w, const void *data, size_t bytes)
{
    w->data = grow(w->data, &w->room, w->bytes + bytes, 1);
    if (bytes)
        memcpy(w->data + w->bytes, data, bytes);
    w->bytes += bytes;
}

void write_varint(writer *w, uint64_t value)
{
    char byte;
    for (; value > 0x7f; value >>= 7) {
        byte = (char)(0x80 | (value & 0x7f));
        write_raw(w, &byte, 1);
    }
    byte = (char)value;
    write_raw(w, &byte, 1);
}

void write_tag(writer *w, uint32_t field, unsigned wire)
{
    write_varint(w, (uint64_t)field << 3 | wire);
}

void write_number(writer *w, uint32_t field, uint64_t value)
{
    write_tag(w, field, 0);
    write_varint(w, value);
}

void write_float(writer *w, uint32_t field, float value)
{
    write_tag(w, field, 5);
    write_raw(w, &value, sizeof(value));
}

void write_block(writer *w, uint32_t field, const void *data, size_t bytes)
{
    write_tag(w, field, 2);
    write_varint(w, bytes);
    write_raw(w, data, bytes);
}

void write_text(writer *w, uint32_t field, const char *text)
{
    write_block(w, field, text, strlen(text));
}

void write_begin(writer *w, uint32_t field)
{
    static const char length[LENGTH_BYTES];
    write_tag(w, field, 2);
    w->open = grow(w->open, &w->open_room, w->depth + 1, sizeof(*w->open));
    w->open[w->depth++] = w->bytes;
    write_raw(w, length, sizeof(length));
}

void write_end(writer *w)
{
    size_t at = w->open[--w->depth];
    size_t bytes = w->bytes - at - LENGTH_BYTES;
    for (size_t i = 0; i + 1 < LENGTH_BYTES; i++, bytes >>= 7)
        w->data[at + i] = (char)(0x80 | (bytes & 0x7f));
    w->data[at + LENGTH_BYTES - 1] = (char)bytes;
}

void write_model(writer *w)
{
    write_number(w, 1, 10); /* ir_version */
    write_begin(w, 8);      /* opset_import */
    write_number(w, 2, 21);
    write_end(w);
    write_begin(w, 7); /* graph */
    write_text(w, 2, "g");
}

void write_value(writer *w, uint32_t field, const char *name)
{
    write_begin(w, field);
    write_text(w, 1, name);
    write_end(w);
}

static void write_names(writer *w, uint32_t field, const char *names)
{
    while (*names) {
        size_t bytes = strcspn(names, " ");
        write_block(w, field, names, *names == '_' && bytes == 1 ? 0 : bytes);
        names += bytes + strspn(names + bytes, " ");
    }
}

void write_node_begin(writer *w, uint32_t field, const char *op_type,
                      const char *inputs, const char *outputs)
{
    write_begin(w, field);
    write_names(w, 1, inputs);
    write_names(w, 2, outputs);
    write_text(w, 4, op_type);
}

void write_node(writer *w, const char *op_type, const char *inputs,
                const char *outputs)
{
    write_node_begin(w, 1, op_type, inputs, outputs);
    write_end(w);
}

void write_tensor_begin(writer *w, uint32_t field, const char *name)
{
    write_begin(w, field);
    write_number(w, 1, 1); /* dims */
    write_number(w, 2, 1); /* FLOAT */
    write_text(w, 8, name);
}
