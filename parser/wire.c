/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/wire.c - the protobuf wire format, one number at a time.
 */
#include "parser/wire.h"

#include <inttypes.h>

#include "base/error.h"

bool oc_wire_long_varint(oc_source *source, uint64_t *value)
{
    uint64_t start = oc_source_offset(source);
    *value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned char byte;
        if (!oc_source_byte(source, &byte))
            return false;
        if (shift == 63 && byte > 1)
            break;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    oc_fail_at(source->err, OC_ERR_INPUT, "wire.varint", (size_t)start,
               "the number at byte %" PRIu64 " has more than 64 bits", start);
    return false;
}

static bool refuse_tag(oc_source *source, uint64_t start, const char *id,
                       const char *what)
{
    oc_fail_at(source->err, OC_ERR_INPUT, id, (size_t)start,
               "the field at byte %" PRIu64 " has %s", start, what);
    return false;
}

bool oc_wire_tag(oc_source *source, uint32_t *field, oc_wire *wire)
{
    uint64_t start = oc_source_offset(source);
    uint64_t tag;
    if (!oc_wire_varint(source, &tag))
        return false;
    if (tag > UINT32_MAX || tag >> 3 == 0)
        return refuse_tag(source, start, "wire.field", "no valid field number");
    *field = (uint32_t)tag >> 3;
    switch (tag & 7) {
    case OC_WIRE_VARINT:
    case OC_WIRE_FIXED64:
    case OC_WIRE_BYTES:
    case OC_WIRE_FIXED32:
        *wire = (oc_wire)(tag & 7);
        return true;
    case 3:
    case 4:
        return refuse_tag(source, start, "wire.group",
                          "the type of a group, which ONNX does not use");
    default:
        return refuse_tag(source, start, "wire.type", "no valid wire type");
    }
}

size_t oc_wire_put_varint(char out[OC_VARINT_MOST], uint64_t value)
{
    size_t bytes = 0;
    for (; value > 0x7f; value >>= 7)
        out[bytes++] = (char)(0x80 | (value & 0x7f));
    out[bytes++] = (char)value;
    return bytes;
}

size_t oc_wire_put_tag(char out[OC_VARINT_MOST], uint32_t field, oc_wire wire)
{
    return oc_wire_put_varint(out, (uint64_t)field << 3 | (uint64_t)wire);
}

void oc_wire_put_length(char out[OC_LENGTH_BYTES], uint32_t bytes)
{
    for (size_t i = 0; i + 1 < OC_LENGTH_BYTES; i++, bytes >>= 7)
        out[i] = (char)(0x80 | (bytes & 0x7f));
    out[OC_LENGTH_BYTES - 1] = (char)bytes;
}
