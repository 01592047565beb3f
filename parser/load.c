/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/load.c - what the parts of the loader share.
 *
 * In here: texts, lists, notes, refusals, and unpacking a segment.
 */
#include "parser/load.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

void oc_list_add(oc_loader *loader, oc_list *list, const void *item)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        void **grown = OC_NEW(loader->scratch, void *, room);
        if (list->count)
            memcpy(grown, list->item, list->count * sizeof(*grown));
        list->item = grown;
        list->room = room;
    }
    list->item[list->count++] = (void *)(uintptr_t)item;
}

void oc_load_note(oc_loader *loader, oc_note_kind kind, const oc_node *node,
                  size_t offset)
{
    oc_tally *tally = &loader->notes[kind];
    if (tally->count++)
        return;
    tally->node = node;
    tally->offset = offset;
}

void oc_load_notes(oc_loader *loader)
{
    static const char *const said[OC_NOTE_KIND_COUNT][2] = {
        [OC_NOTE_UNSORTED] = {"model.unsorted",
                              "graphs with nodes out of topological order, "
                              "which were sorted"},
        [OC_NOTE_NOT_UTF8] = {"text.not-utf8", "strings that are not UTF-8"},
        [OC_NOTE_UNKNOWN_FIELDS] = {"model.unknown-fields",
                                    "fields that ONNX 1.23 does not have, "
                                    "which were ignored"},
        [OC_NOTE_NO_VERSION] = {"model.no-version",
                                "model without ir_version or opset_import: "
                                "the oldest one is assumed"},
        [OC_NOTE_OPSETS] = {"model.opsets",
                            "domains imported with two versions: the last "
                            "one is used"},
        [OC_NOTE_TENSOR_SIZE] = {"model.tensor-size",
                                 "tensors whose payload is not of the size "
                                 "that their dims and type say"},
    };
    oc_note *notes = OC_NEW(loader->arena, oc_note, OC_NOTE_KIND_COUNT);
    size_t count = 0;
    for (size_t i = 0; i < OC_NOTE_KIND_COUNT; i++) {
        const oc_tally *tally = &loader->notes[i];
        if (!tally->count)
            continue;
        notes[count++] = (oc_note){
            .id = said[i][0],
            .message = oc_arena_printf(loader->arena, "%" PRIu64 " %s",
                                       tally->count, said[i][1]),
            .node = tally->node,
            .offset = tally->offset,
        };
    }
    loader->model->facts.note = notes;
    loader->model->facts.note_count = count;
}

bool oc_load_refuse(oc_loader *loader, const char *id, const oc_node *node,
                    const char *format, ...)
{
    char text[200];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    oc_fail_at(loader->err, OC_ERR_INPUT, id,
               node ? node->offset : OC_NO_OFFSET, "%s", text);
    if (node)
        oc_error_where(loader->err, "%s: node %zu (%s) '%s'", loader->file,
                       node->index, node->op_type, node->name);
    else
        oc_error_where(loader->err, "%s", loader->file);
    oc_error_hint(loader->err, "the model is invalid: export it again");
    return false;
}

const char *oc_load_text(oc_loader *loader, const char *text)
{
    return text && *text ? oc_arena_text(loader->arena, text, strlen(text))
                         : "";
}

const char *oc_load_shared_text(oc_loader *loader, const char *text)
{
    uint64_t held;
    size_t bytes = text ? strlen(text) : 0;
    if (!bytes)
        return "";
    if (oc_map_get(loader->texts, text, bytes, &held))
        return (const char *)(uintptr_t)held;
    const char *copy = oc_arena_text(loader->arena, text, bytes);
    (void)oc_map_put(loader->texts, copy, bytes, (uintptr_t)copy);
    return copy;
}

const char *oc_load_domain(oc_loader *loader, const char *domain)
{
    return domain && strcmp(domain, "ai.onnx") == 0
               ? ""
               : oc_load_shared_text(loader, domain);
}

/* protobuf-c takes memory that never comes back NULL: the arena escapes. */
static void *alloc_message(void *arena, size_t bytes)
{
    return oc_arena_alloc(arena, 1, bytes);
}

static void free_nothing(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

bool oc_load_unpack(oc_loader *loader, void *out, size_t segment,
                    const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCAllocator allocator = {alloc_message, free_nothing,
                                    loader->scratch};
    oc_segment *copy = &loader->compact->segment[segment];
    const uint8_t *data =
        copy->data ? (const uint8_t *)copy->data : (const uint8_t *)"";
    ProtobufCMessage *message =
        protobuf_c_message_unpack(descriptor, &allocator, copy->bytes, data);
    oc_segment_free(copy);
    if (!message) {
        oc_fail(loader->err, OC_ERR_INTERNAL, "internal.unpack",
                "a %s passed the scan and cannot be unpacked",
                descriptor->name);
        return false;
    }
    *(ProtobufCMessage **)out = message;
    return true;
}
