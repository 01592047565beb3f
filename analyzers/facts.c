/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/facts.c - making facts, types and blocks, and their sizes.
 *
 * In here: what is known of a value before any operator runs.
 * Not in here: names of symbols (symbols.c), operators.
 */
#include "analyzers/analysis.h"

#include <math.h>
#include <string.h>

oc_fact *oc_fact_new(oc_analysis *a, const oc_fact *like)
{
    oc_fact *fact = OC_NEW(a->arena, oc_fact, 1);
    if (like)
        *fact = *like;
    else
        fact->type.rank = OC_RANK_UNKNOWN;
    fact->number = ++a->next_number;
    fact->root = OC_NO_VALUE;
    return fact;
}

const oc_fact *oc_fact_unknown(oc_analysis *a)
{
    return oc_fact_new(a, NULL);
}

size_t oc_type_each_count(const oc_type *type)
{
    const int64_t length = oc_expr_immediate(type->length);
    const bool few = oc_expr_is_immediate(type->length) && length > 0 &&
                     length <= OC_SEQUENCE_MAX_EACH;
    return type->each && few ? (size_t)length : 0;
}

oc_type oc_type_copy(oc_analysis *a, const oc_type *type)
{
    oc_type copy = *type;
    if (type->rank > 0)
        copy.dim = oc_arena_copy(a->arena, type->dim,
                                 (size_t)type->rank * sizeof(oc_expr));
    if (type->element) {
        oc_type *element = OC_NEW(a->arena, oc_type, 1);
        *element = oc_type_copy(a, type->element);
        copy.element = element;
    }
    if (type->each) {
        const size_t count = oc_type_each_count(type);
        oc_type *each = OC_NEW(a->arena, oc_type, count);
        for (size_t i = 0; i < count; i++)
            each[i] = oc_type_copy(a, &type->each[i]);
        copy.each = each;
    }
    return copy;
}

bool oc_type_equal(const oc_type *a, const oc_type *b)
{
    if (a->kind != b->kind || a->elem_type != b->elem_type ||
        a->rank != b->rank || a->length != b->length ||
        !a->element != !b->element)
        return false;
    for (int axis = 0; axis < a->rank; axis++)
        if (a->dim[axis] != b->dim[axis])
            return false;
    const size_t count = oc_type_each_count(a);
    if (count != oc_type_each_count(b))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!oc_type_equal(&a->each[i], &b->each[i]))
            return false;
    return !a->element || oc_type_equal(a->element, b->element);
}

oc_expr oc_fact_numel(oc_analysis *a, const oc_fact *fact)
{
    if (fact->type.kind != OC_KIND_TENSOR || fact->type.rank < 0)
        return OC_UNKNOWN;
    oc_expr numel = oc_expr_of(1);
    for (int axis = 0; axis < fact->type.rank; axis++)
        numel = oc_expr_mul(a->space, numel, fact->type.dim[axis]);
    return numel;
}

/* Bytes of `elements` elements of the fact's type, rounded up once. */
oc_expr oc_fact_bytes(oc_analysis *a, const oc_fact *fact, oc_expr elements)
{
    const unsigned bits = oc_elem_bits(fact->type.elem_type);
    if (bits == 0)
        return OC_UNKNOWN;
    if (bits % 8 == 0)
        return oc_expr_mul(a->space, oc_expr_of(bits / 8), elements);
    return oc_expr_ceil_div(a->space,
                            oc_expr_mul(a->space, oc_expr_of(bits), elements),
                            oc_expr_of(8));
}

/* ---- elements ---- */

static int significand_bits(int elem_type)
{
    switch (elem_type) {
    case OC_ELEM_FLOAT:
        return 24;
    case OC_ELEM_FLOAT16:
        return 11;
    case OC_ELEM_BFLOAT16:
        return 8;
    default:
        return 53;
    }
}

oc_expr oc_expr_of_double(oc_analysis *a, double value, int elem_type)
{
    if (!isfinite(value))
        return OC_UNKNOWN;
    int exponent;
    const int bits = significand_bits(elem_type);
    const double fraction = frexp(value, &exponent);
    int64_t significand = (int64_t)rint(ldexp(fraction, bits));
    if (significand == 0)
        return oc_expr_of(0);
    exponent -= bits;
    while (significand % 2 == 0) {
        significand /= 2;
        exponent++;
    }
    if (exponent > 62 || exponent < -62)
        return OC_UNKNOWN;
    if (exponent >= 0)
        return oc_expr_int(a->space,
                           (oc_i128)significand * (INT64_C(1) << exponent));
    return oc_expr_rational(a->space, significand, INT64_C(1) << -exponent);
}

static double of_half(uint16_t bits)
{
    const int exponent = (bits >> 10) & 31;
    const double fraction = (double)(bits & 1023);
    const double sign = bits >> 15 ? -1 : 1;
    if (exponent == 31)
        return bits & 1023 ? NAN : sign * INFINITY;
    if (exponent == 0)
        return sign * ldexp(fraction, -24);
    return sign * ldexp(fraction + 1024, exponent - 25);
}

static double of_bfloat(uint16_t bits)
{
    const uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof(value));
    return (double)value;
}

/* Little-endian unsigned integer of `size` bytes. */
static uint64_t load(const unsigned char *data, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;)
        value = value << 8 | data[i];
    return value;
}

static oc_expr signed_element(oc_analysis *a, uint64_t bits, unsigned width)
{
    if (width < 64 && bits >> (width - 1))
        bits |= UINT64_MAX << width;
    return oc_expr_int(a->space, (int64_t)bits);
}

static oc_expr element_of(oc_analysis *a, int elem_type,
                          const unsigned char *data, unsigned size)
{
    const uint64_t bits = load(data, size);
    float single;
    double wide;
    const uint32_t low = (uint32_t)bits;
    switch (elem_type) {
    case OC_ELEM_BOOL:
        return oc_expr_of(bits != 0);
    case OC_ELEM_UINT8:
    case OC_ELEM_UINT16:
    case OC_ELEM_UINT32:
    case OC_ELEM_UINT64:
        return oc_expr_int(a->space, (oc_i128)bits);
    case OC_ELEM_INT8:
    case OC_ELEM_INT16:
    case OC_ELEM_INT32:
    case OC_ELEM_INT64:
        return signed_element(a, bits, size * 8);
    case OC_ELEM_FLOAT:
        memcpy(&single, &low, sizeof(single));
        return oc_expr_of_double(a, (double)single, elem_type);
    case OC_ELEM_DOUBLE:
        memcpy(&wide, &bits, sizeof(wide));
        return oc_expr_of_double(a, wide, elem_type);
    case OC_ELEM_FLOAT16:
        return oc_expr_of_double(a, of_half((uint16_t)bits), elem_type);
    case OC_ELEM_BFLOAT16:
        return oc_expr_of_double(a, of_bfloat((uint16_t)bits), elem_type);
    default:
        return OC_UNKNOWN;
    }
}

static size_t most_elements(int elem_type)
{
    switch (elem_type) {
    case OC_ELEM_FLOAT:
    case OC_ELEM_DOUBLE:
    case OC_ELEM_FLOAT16:
    case OC_ELEM_BFLOAT16:
        return OC_BLOCK_MAX_FLOATS;
    default:
        return OC_BLOCK_MAX_INTEGERS;
    }
}

/* Long blocks add up in hostile files; short ones carry the shapes. */
#define SHORT_BLOCK 64
#define MOST_FOLDED ((size_t)1 << 22)

static bool fits_budget(oc_analysis *a, size_t count)
{
    if (count <= SHORT_BLOCK)
        return true;
    a->folded += count;
    return a->folded <= MOST_FOLDED;
}

/* NULL when the dims are not static, or there are too many elements. */
const oc_block *oc_block_new(oc_analysis *a, const oc_type *type,
                             const oc_expr *element)
{
    if (type->kind != OC_KIND_TENSOR || type->rank < 0)
        return NULL;
    const size_t rank = (size_t)type->rank;
    int64_t count = 1;
    int64_t *dim = OC_NEW(a->arena, int64_t, rank);
    for (size_t axis = 0; axis < rank; axis++) {
        if (!oc_expr_is_immediate(type->dim[axis]))
            return NULL;
        dim[axis] = oc_expr_immediate(type->dim[axis]);
        if (dim[axis] < 0 || OC_MUL_OVERFLOWS(count, dim[axis], &count))
            return NULL;
    }
    if ((uint64_t)count > most_elements(type->elem_type) ||
        !fits_budget(a, (size_t)count))
        return NULL;
    oc_block *block = OC_NEW(a->arena, oc_block, 1);
    block->rank = rank;
    block->dim = dim;
    block->count = (size_t)count;
    block->element = element ? oc_arena_copy(a->arena, element,
                                             block->count * sizeof(oc_expr))
                             : NULL;
    return block;
}

static oc_type type_of_tensor(oc_analysis *a, const oc_tensor *tensor)
{
    oc_type type = {.kind = OC_KIND_TENSOR,
                    .elem_type = tensor->elem_type,
                    .rank = (int)tensor->rank};
    type.dim = OC_NEW(a->arena, oc_expr, tensor->rank);
    for (size_t axis = 0; axis < tensor->rank; axis++)
        type.dim[axis] = oc_expr_int(a->space, tensor->dim[axis]);
    return type;
}

static const oc_block *block_of_tensor(oc_analysis *a, const oc_tensor *tensor)
{
    const unsigned bits = oc_elem_bits(tensor->elem_type);
    if (!tensor->data || tensor->sparse || bits == 0 || bits % 8 ||
        tensor->numel > most_elements(tensor->elem_type))
        return NULL;
    const size_t count = (size_t)tensor->numel;
    if (tensor->data_bytes < count * (bits / 8))
        return NULL;
    const oc_type type = type_of_tensor(a, tensor);
    oc_expr *element = OC_NEW(a->scratch, oc_expr, count);
    for (size_t i = 0; i < count; i++)
        element[i] = element_of(
            a, tensor->elem_type,
            (const unsigned char *)tensor->data + i * (bits / 8), bits / 8);
    return oc_block_new(a, &type, element);
}

const oc_origins *oc_origins_of_tensor(oc_analysis *a, const oc_tensor *tensor)
{
    oc_origins *origins = OC_NEW(a->arena, oc_origins, 1);
    const oc_tensor **one = OC_NEW(a->arena, const oc_tensor *, 1);
    *one = tensor;
    origins->count = 1;
    origins->tensor = one;
    return origins;
}

const oc_fact *oc_fact_of_tensor(oc_analysis *a, const oc_tensor *tensor)
{
    oc_fact *fact = oc_fact_new(a, NULL);
    fact->type = type_of_tensor(a, tensor);
    fact->block = block_of_tensor(a, tensor);
    fact->constant = true;
    fact->origins = oc_origins_of_tensor(a, tensor);
    return fact;
}
