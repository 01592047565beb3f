/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/sequence_type.c - types of sequences.
 *
 * A sequence has one type for all its elements: dims that differ between them
 * are not known. Beside it stands the type of each, where there are few
 * tensors and their number is known.
 */
#include "analyzers/ops/sequence_type.h"

#include "analyzers/ops/movement.h"

/* ---- types of tensors ---- */

static oc_type *type_copy(oc_op *op, const oc_type *type)
{
    oc_type *copy = OC_OP_NEW(op, oc_type, 1);
    *copy = *type;
    if (type->kind == OC_KIND_TENSOR && type->rank >= 0) {
        const oc_shape shape = {(size_t)type->rank, type->dim};
        copy->dim = oc_shape_copy(op, shape).dim;
    }
    return copy;
}

const oc_type *oc_tensor_type(oc_op *op, int elem_type, int rank, oc_expr *dim)
{
    oc_type *type = OC_OP_NEW(op, oc_type, 1);
    type->kind = OC_KIND_TENSOR;
    type->elem_type = elem_type;
    type->rank = rank;
    type->dim = dim;
    return type;
}

const oc_type *oc_tensor_type_with(oc_op *op, const oc_type *like, size_t axis,
                                   oc_expr dim)
{
    oc_type *type = type_copy(op, like);
    type->dim[axis] = dim;
    return type;
}

const oc_type *oc_type_join(oc_op *op, const oc_type *a, const oc_type *b)
{
    oc_type *both = type_copy(op, a);
    both->each = NULL;
    if (a->kind != b->kind)
        both->rank = OC_RANK_UNKNOWN;
    if (a->kind != OC_KIND_TENSOR || b->kind != OC_KIND_TENSOR)
        return both;
    if (a->elem_type != b->elem_type && b->elem_type != OC_ELEM_UNKNOWN)
        oc_op_fail(op, "elements of a sequence differ in type");
    if (a->rank != b->rank)
        both->rank = OC_RANK_UNKNOWN;
    for (int axis = 0; axis < both->rank; axis++)
        if (oc_equal(op, a->dim[axis], b->dim[axis]) != OC_YES)
            both->dim[axis] = OC_UNKNOWN;
    return both;
}

static bool is_settled(const oc_type *type)
{
    bool settled = type->kind == OC_KIND_TENSOR && type->rank >= 0;
    for (int axis = 0; axis < type->rank; axis++)
        settled &= oc_expr_is_known(type->dim[axis]);
    return settled;
}

/* ---- each of a few ---- */

oc_elements oc_elements_new(oc_op *op, size_t count)
{
    oc_elements elements = {count, NULL};
    if (count <= OC_SEQUENCE_MAX_EACH)
        elements.element = OC_OP_NEW(op, const oc_type *, count);
    return elements;
}

oc_elements oc_elements_of(oc_op *op)
{
    const oc_type *sequence = oc_op_type(op, 0);
    const int64_t length = oc_expr_immediate(sequence->length);
    if (!oc_expr_is_immediate(sequence->length) || length < 0 ||
        length > OC_SEQUENCE_MAX_EACH ||
        (length && !sequence->each &&
         !(sequence->element && is_settled(sequence->element))))
        return (oc_elements){0};
    const oc_elements all = oc_elements_new(op, (size_t)length);
    for (size_t i = 0; i < all.count; i++)
        all.element[i] =
            sequence->each ? &sequence->each[i] : sequence->element;
    return all;
}

bool oc_elements_at(oc_op *op, size_t operand, size_t count, size_t last,
                    size_t *index)
{
    *index = last;
    if (!oc_op_has_input(op, operand))
        return true;
    const oc_block *block = oc_op_value(op, operand);
    if (!block || block->count != 1 || !oc_expr_is_immediate(*block->element))
        return false;
    int64_t at = oc_expr_immediate(*block->element);
    if (at < 0)
        at += (int64_t)count;
    if (at < 0 || at > (int64_t)last)
        oc_op_fail(op, "the position is outside of the sequence");
    else
        *index = (size_t)at;
    return true;
}

/* ---- output 0 ---- */

static void set_sequence(oc_op *op, const oc_type *element, oc_expr length,
                         const oc_type *each)
{
    const oc_type type = {.kind = OC_KIND_SEQUENCE,
                          .elem_type =
                              element ? element->elem_type : OC_ELEM_UNKNOWN,
                          .rank = OC_RANK_UNKNOWN,
                          .length = length,
                          .element = element,
                          .each = each};
    oc_op_set_type(op, 0, &type);
}

void oc_set_sequence(oc_op *op, const oc_type *element, oc_expr length)
{
    set_sequence(op, element, length, NULL);
}

void oc_set_elements(oc_op *op, oc_elements elements)
{
    const oc_type *common = elements.element[0];
    oc_type *each = OC_OP_NEW(op, oc_type, elements.count);
    bool tensors = true;
    for (size_t i = 0; i < elements.count; i++) {
        each[i] = *elements.element[i];
        tensors &= each[i].kind == OC_KIND_TENSOR;
        common = i ? oc_type_join(op, common, &each[i]) : common;
    }
    set_sequence(op, common, oc_expr_of((int64_t)elements.count),
                 tensors && !is_settled(common) ? each : NULL);
}
