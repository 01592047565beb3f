/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/elem.c - the element types of TensorProto.DataType.
 *
 * In here: their names and widths, as of ONNX 1.23 (IR version 14).
 * Not in here: which payload field holds them (parser/payload.c).
 */
#include "parser/model.h"

#include <stddef.h>

struct elem {
    const char *name;
    unsigned bits;
};

static const struct elem elems[] = {
    [0] = {NULL, 0},
    [1] = {"float", 32},
    [2] = {"uint8", 8},
    [3] = {"int8", 8},
    [4] = {"uint16", 16},
    [5] = {"int16", 16},
    [6] = {"int32", 32},
    [7] = {"int64", 64},
    [8] = {"string", 0},
    [9] = {"bool", 8},
    [10] = {"float16", 16},
    [11] = {"double", 64},
    [12] = {"uint32", 32},
    [13] = {"uint64", 64},
    [14] = {"complex64", 64},
    [15] = {"complex128", 128},
    [16] = {"bfloat16", 16},
    [17] = {"float8e4m3fn", 8},
    [18] = {"float8e4m3fnuz", 8},
    [19] = {"float8e5m2", 8},
    [20] = {"float8e5m2fnuz", 8},
    [21] = {"uint4", 4},
    [22] = {"int4", 4},
    [23] = {"float4e2m1", 4},
    [24] = {"float8e8m0", 8},
    [25] = {"uint2", 2},
    [26] = {"int2", 2},
    [27] = {"float6e2m3", 6},
    [28] = {"float6e3m2", 6},
};

static const struct elem *elem_of(int32_t elem_type)
{
    size_t count = sizeof(elems) / sizeof(elems[0]);
    return elem_type > 0 && (size_t)elem_type < count ? &elems[elem_type]
                                                      : &elems[0];
}

unsigned oc_elem_bits(int32_t elem_type)
{
    return elem_of(elem_type)->bits;
}

const char *oc_elem_name(int32_t elem_type)
{
    return elem_of(elem_type)->name;
}
