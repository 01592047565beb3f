/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/roles.c - what an initializer is: parameter, buffer, quantisation
 * data or none of them, decided by who reads it.
 *
 * An initializer is followed through views, casts, slices and all-constant
 * nodes to its readers. ONNX does not mark trainability, so the split is by
 * role: running statistics, rotary tables and masks are buffers; scales and
 * zero points are quantisation data; shape-like operands, integer indices
 * and scalars are not counted; the rest are parameters. With several readers
 * parameter wins over buffer over quantisation data.
 */
#include "analyzers/analysis.h"

#include <string.h>

typedef enum oc_weight_role {
    WEIGHT_NONE,
    WEIGHT_QUANTIZATION,
    WEIGHT_BUFFER,
    WEIGHT_PARAMETER
} oc_weight_role;

typedef struct oc_weight {
    const oc_tensor *tensor;
    oc_weight_role role;
    bool angle;       /* becomes an angle: a buffer whatever else */
    oc_expr elements; /* packed: logical elements; else OC_UNKNOWN */
    oc_row *first;    /* row that reads it as a parameter */
} oc_weight;

typedef struct oc_roles {
    oc_analysis *a;
    oc_map *index; /* tensor address -> position */
    size_t count, room;
    oc_weight *weight;
    oc_map *angles; /* row address: makes angles or rotary tables */
    oc_map *scores; /* row address: adds to attention scores */
} oc_roles;

/* ---- sets of addresses ---- */

static bool set_get(const oc_map *set, const void *address, uint64_t *value)
{
    const uintptr_t key = (uintptr_t)address;
    return oc_map_get(set, (const char *)&key, sizeof(key), value);
}

static void set_put(oc_analysis *a, oc_map *set, const void *address,
                    uint64_t value)
{
    const uintptr_t key = (uintptr_t)address;
    oc_map_put(set, oc_arena_copy(a->arena, &key, sizeof(key)), sizeof(key),
               value);
}

static bool contains(const oc_map *set, const void *address)
{
    uint64_t ignored;
    return set_get(set, address, &ignored);
}

static oc_weight *weight_of(oc_roles *r, const oc_tensor *tensor)
{
    uint64_t position;
    if (set_get(r->index, tensor, &position))
        return &r->weight[position];
    if (r->count == r->room) {
        r->room = r->room ? 2 * r->room : 64;
        oc_weight *weight = OC_NEW(r->a->arena, oc_weight, r->room);
        if (r->count)
            memcpy(weight, r->weight, r->count * sizeof(*weight));
        r->weight = weight;
    }
    set_put(r->a, r->index, tensor, r->count);
    r->weight[r->count] = (oc_weight){.tensor = tensor};
    return &r->weight[r->count++];
}

/* ---- walking back from a value ---- */

static oc_row *producer_of(const oc_row *row, size_t i)
{
    if (i >= row->node->input_count)
        return NULL;
    const oc_frame *frame = row->frame;
    oc_value_id value = row->node->input[i];
    while (value != OC_NO_VALUE && !frame->producer[value] && frame->caller) {
        value = oc_frame_outside(frame, value);
        frame = frame->caller;
    }
    return value == OC_NO_VALUE ? NULL : frame->producer[value];
}

static bool is(const oc_row *row, const char *op_type)
{
    return row && strcmp(row->node->op_type, op_type) == 0 &&
           !*row->node->domain;
}

static bool is_one_of(const oc_row *row, const char *const *op_types)
{
    for (; *op_types; op_types++)
        if (is(row, *op_types))
            return true;
    return false;
}

static bool follows(const oc_row *row)
{
    return row->op && (row->op->traits & (OC_TRAIT_FOLLOWS | OC_TRAIT_VIEW));
}

/* One of its matrices has an extent of 1: positions times frequencies. */
static bool is_vector_product(const oc_row *row)
{
    if (!is(row, "MatMul"))
        return false;
    for (size_t i = 0; i < row->input_count; i++) {
        const oc_fact *fact = row->input[i];
        if (!fact || fact->type.rank < 0)
            continue;
        if (fact->type.rank < 2)
            return true;
        for (int axis = fact->type.rank - 2; axis < fact->type.rank; axis++)
            if (oc_expr_is(fact->type.dim[axis], 1))
                return true;
    }
    return false;
}

static bool carries_angles(const oc_row *row)
{
    static const char *const op_types[] = {
        "Cast",    "Concat",   "Slice", "Gather",    "Mul",       "Div",
        "Einsum",  "Expand",   "Tile",  "Transpose", "Unsqueeze", "Reshape",
        "Squeeze", "Identity", "Split", NULL};
    return follows(row) || is_one_of(row, op_types) || is_vector_product(row);
}

static bool moves_tables(const oc_row *row)
{
    static const char *const op_types[] = {"Gather", "GatherND", "Concat",
                                           "Where", NULL};
    return follows(row) || is_one_of(row, op_types);
}

typedef bool row_test(const oc_row *row);

/* Marks what makes input i of `row`, back through rows that pass. */
static void mark_back(oc_roles *r, oc_map *set, const oc_row *row, size_t i,
                      row_test *passes)
{
    size_t depth = 0, room = 64;
    oc_row **stack = OC_NEW(r->a->arena, oc_row *, room);
    oc_row *next = producer_of(row, i);
    if (next)
        stack[depth++] = next;
    while (depth) {
        oc_row *at = stack[--depth];
        if (contains(set, at) || !passes(at))
            continue;
        set_put(r->a, set, at, 1);
        if (depth + at->node->input_count > room) {
            room = 2 * (depth + at->node->input_count);
            stack = memcpy(OC_NEW(r->a->arena, oc_row *, room), stack,
                           depth * sizeof(*stack));
        }
        for (size_t k = 0; k < at->node->input_count; k++) {
            next = producer_of(at, k);
            if (next)
                stack[depth++] = next;
        }
    }
}

/* ---- rotary tables ---- */

/* Constants that a folded Sin or Cos was made of. */
static void mark_angle_origins(oc_roles *r, const oc_row *row)
{
    const oc_origins *origins =
        row->input_count && row->input[0] ? row->input[0]->origins : NULL;
    for (size_t i = 0; origins && i < origins->count; i++)
        weight_of(r, origins->tensor[i])->angle = true;
}

/* Concat(Neg(half), half), the rotation of a vector by a quarter turn. */
static bool is_rotation(const oc_row *row)
{
    while (row && follows(row))
        row = producer_of(row, 0);
    if (!is(row, "Concat"))
        return false;
    for (size_t i = 0; i < row->node->input_count; i++) {
        const oc_row *part = producer_of(row, i);
        while (part && follows(part))
            part = producer_of(part, 0);
        if (is(part, "Neg"))
            return true;
    }
    return false;
}

static bool multiplies_rotation(const oc_row *row)
{
    return is(row, "Mul") && (is_rotation(producer_of(row, 0)) ||
                              is_rotation(producer_of(row, 1)));
}

/* Add(Mul(x, cos), Mul(rotated x, sin)): both tables are buffers. */
static void mark_rotary(oc_roles *r, const oc_row *row)
{
    for (size_t i = 0; i < 2; i++) {
        oc_row *with = producer_of(row, i), *plain = producer_of(row, !i);
        if (!multiplies_rotation(with) || !is(plain, "Mul"))
            continue;
        set_put(r->a, r->angles, with, 1);
        set_put(r->a, r->angles, plain, 1);
        for (size_t k = 0; k < 2; k++) {
            mark_back(r, r->angles, with, k, moves_tables);
            mark_back(r, r->angles, plain, k, moves_tables);
        }
    }
}

/* ---- attention scores ---- */

static bool passes_scores(const oc_row *row)
{
    static const char *const op_types[] = {"Add", "Where", "Mul",
                                           "Div", "Sub",   NULL};
    return follows(row) || is_one_of(row, op_types);
}

/* A constant added to scores is a bias table when it differs by head. */
static bool differs_by_head(const oc_fact *fact)
{
    return fact->type.rank >= 3 &&
           !oc_expr_is(fact->type.dim[fact->type.rank - 3], 1);
}

static bool is_mask(const oc_roles *r, const oc_row *row, const oc_fact *fact)
{
    return (is(row, "Add") || is(row, "Where")) && contains(r->scores, row) &&
           fact->type.rank >= 2 && !differs_by_head(fact);
}

static void mark_rows(oc_roles *r)
{
    for (size_t i = 0; i < r->a->row_count; i++) {
        const oc_row *row = r->a->row[i];
        if ((is(row, "Cos") || is(row, "Sin")) && row->folded)
            mark_angle_origins(r, row);
        else if (is(row, "Cos") || is(row, "Sin"))
            mark_back(r, r->angles, row, 0, carries_angles);
        else if (is(row, "Softmax"))
            mark_back(r, r->scores, row, 0, passes_scores);
        else if (is(row, "Add"))
            mark_rotary(r, row);
    }
}

/* ---- who reads what ---- */

static bool is_float(int elem_type)
{
    switch (elem_type) {
    case OC_ELEM_UINT8:
    case OC_ELEM_INT8:
    case OC_ELEM_UINT16:
    case OC_ELEM_INT16:
    case OC_ELEM_INT32:
    case OC_ELEM_INT64:
    case OC_ELEM_UINT32:
    case OC_ELEM_UINT64:
    case OC_ELEM_STRING:
    case OC_ELEM_BOOL:
    case OC_ELEM_UINT4:
    case OC_ELEM_INT4:
    case OC_ELEM_UINT2:
    case OC_ELEM_INT2:
        return false;
    default:
        return true;
    }
}

static bool may_be_quantized(int elem_type)
{
    return elem_type != OC_ELEM_INT64 && elem_type != OC_ELEM_UINT64 &&
           elem_type != OC_ELEM_BOOL && elem_type != OC_ELEM_STRING;
}

/* Integers that are only moved are indices, unless they are so narrow that
 * they are quantised. */
static bool is_weight_type(const oc_op_descriptor *op, int elem_type)
{
    const bool moved = (op->traits & OC_TRAIT_MOVES) != 0;
    return may_be_quantized(elem_type) &&
           !(moved && !is_float(elem_type) && oc_elem_bits(elem_type) > 8);
}

static oc_weight_role role_of(const oc_roles *r, const oc_row *row, size_t i,
                              const oc_tensor *tensor)
{
    const oc_op_descriptor *op = row->op;
    const oc_fact *fact = row->input[i];
    const bool weight = op && oc_mask_has(op->weight_inputs, i);
    const bool buffer = op && oc_mask_has(op->buffer_inputs, i);
    if (op && oc_mask_has(op->shape_inputs, i))
        return WEIGHT_NONE;
    if (op && oc_mask_has(op->scale_inputs, i))
        return WEIGHT_QUANTIZATION;
    if (row->folded || (tensor->numel <= 1 && !weight && !buffer))
        return WEIGHT_NONE;
    if (buffer || tensor->elem_type == OC_ELEM_BOOL)
        return WEIGHT_BUFFER;
    if (weight)
        return is_weight_type(op, tensor->elem_type) ? WEIGHT_PARAMETER
                                                     : WEIGHT_NONE;
    if (!is_float(fact->type.elem_type) || !may_be_quantized(tensor->elem_type))
        return WEIGHT_NONE;
    return is_mask(r, row, fact) ? WEIGHT_BUFFER : WEIGHT_PARAMETER;
}

/* Input 0 of views, casts and slices is followed to who reads the result. */
static bool is_passed_on(const oc_row *row, size_t i)
{
    const bool masked = row->op && (oc_mask_has(row->op->scale_inputs, i) ||
                                    oc_mask_has(row->op->shape_inputs, i));
    return !masked && (row->folded || (i == 0 && follows(row)));
}

static void read_input(oc_roles *r, oc_row *row, size_t i)
{
    const oc_origins *origins = row->input[i]->origins;
    for (size_t k = 0; k < origins->count; k++) {
        oc_weight *weight = weight_of(r, origins->tensor[k]);
        if (is_passed_on(row, i))
            continue;
        oc_weight_role role = role_of(r, row, i, origins->tensor[k]);
        if (role == WEIGHT_PARAMETER &&
            (weight->angle || contains(r->angles, row)))
            role = WEIGHT_BUFFER;
        if (role == WEIGHT_PARAMETER && !weight->first)
            weight->first = row;
        if (role > weight->role)
            weight->role = role;
        if (row->weight && oc_expr_is_known(row->weight[i]))
            weight->elements = row->weight[i];
    }
}

static oc_expr elements_of(oc_roles *r, const oc_weight *weight)
{
    if (oc_expr_is_known(weight->elements))
        return weight->elements;
    const oc_tensor *tensor = weight->tensor;
    return oc_expr_int(r->a->space,
                       (oc_i128)(tensor->sparse ? tensor->nnz : tensor->numel));
}

static void add_up(oc_roles *r, oc_weights *sums)
{
    oc_space *space = r->a->space;
    for (size_t i = 0; i < r->a->row_count; i++) /* those in attributes */
        sums->params = oc_expr_add(space, sums->params, r->a->row[i]->params);
    for (size_t i = 0; i < r->count; i++) {
        const oc_weight *weight = &r->weight[i];
        const oc_expr elements = elements_of(r, weight);
        oc_expr *sum[] = {[WEIGHT_NONE] = NULL,
                          [WEIGHT_QUANTIZATION] = &sums->quantization_elements,
                          [WEIGHT_BUFFER] = &sums->buffers,
                          [WEIGHT_PARAMETER] = &sums->params};
        if (sum[weight->role])
            *sum[weight->role] =
                oc_expr_add(space, *sum[weight->role], elements);
        if (weight->first)
            weight->first->params =
                oc_expr_add(space, weight->first->params, elements);
        sums->weight_bytes = oc_expr_add(
            space, sums->weight_bytes,
            oc_expr_int(space, (oc_i128)weight->tensor->stored_bytes));
    }
}

/* What a call is given is read by the rows of its body. */
static bool is_expanded(const oc_row *row)
{
    return row->node->function && !row->node->function->calls_itself;
}

oc_weights oc_analysis_weights(oc_analysis *a)
{
    oc_roles r = {.a = a,
                  .index = oc_map_new(a->arena),
                  .angles = oc_map_new(a->arena),
                  .scores = oc_map_new(a->arena)};
    oc_weights sums = {oc_expr_of(0), oc_expr_of(0), oc_expr_of(0),
                       oc_expr_of(0)};
    mark_rows(&r);
    for (size_t i = 0; i < a->row_count; i++) {
        oc_row *row = a->row[i];
        for (size_t k = 0; k < row->input_count && !is_expanded(row); k++)
            if (row->input[k] && row->input[k]->origins)
                read_input(&r, row, k);
    }
    add_up(&r, &sums);
    return sums;
}
