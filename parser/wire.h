/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/wire.h - the protobuf wire format, one number at a time.
 *
 * In here: varints and tags, read with checks and written canonically.
 * Not in here: which fields there are (parser/schema.h), nesting and limits
 * (parser/scan.h).
 */
#ifndef OC_PARSER_WIRE_H
#define OC_PARSER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/source.h"

typedef enum oc_wire {
    OC_WIRE_VARINT = 0,
    OC_WIRE_FIXED64 = 1,
    OC_WIRE_BYTES = 2, /* length-delimited */
    OC_WIRE_FIXED32 = 5
} oc_wire;

#define OC_VARINT_MOST 10
/* A length whose value is filled in later: protobuf takes padded varints. */
#define OC_LENGTH_BYTES 5

/* False, with source->err filled, at the end of the input and for what no
 * writer of protobuf produces: numbers beyond 64 bits, field 0, groups. */
bool oc_wire_long_varint(oc_source *source, uint64_t *value);
static inline bool oc_wire_varint(oc_source *source, uint64_t *value)
{
    /* Most are of one byte, and in the window. */
    if (source->at == source->end || *source->at > 0x7f)
        return oc_wire_long_varint(source, value);
    *value = *source->at++;
    return true;
}
bool oc_wire_tag(oc_source *source, uint32_t *field, oc_wire *wire);

/* Each returns the bytes written. */
size_t oc_wire_put_varint(char out[OC_VARINT_MOST], uint64_t value);
size_t oc_wire_put_tag(char out[OC_VARINT_MOST], uint32_t field, oc_wire wire);
void oc_wire_put_length(char out[OC_LENGTH_BYTES], uint32_t bytes);

#endif
