/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/sequence.c - sequences and optionals of tensors.
 *
 * A sequence has one type for all its elements: dims that differ between
 * them are not known. Putting tensors in and taking them out moves pointers,
 * not bytes; only cutting and joining tensors copies.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

/* ---- types ---- */

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

/* What elements of either type have in common. */
static const oc_type *type_join(oc_op *op, const oc_type *a, const oc_type *b)
{
    oc_type *both = type_copy(op, a);
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

static void set_sequence(oc_op *op, const oc_type *element, oc_expr length)
{
    const oc_type type = {.kind = OC_KIND_SEQUENCE,
                          .elem_type =
                              element ? element->elem_type : OC_ELEM_UNKNOWN,
                          .rank = OC_RANK_UNKNOWN,
                          .length = length,
                          .element = element};
    oc_op_set_type(op, 0, &type);
}

static const oc_type *tensor_of(oc_op *op, int elem_type, int rank,
                                oc_expr *dim)
{
    oc_type *type = OC_OP_NEW(op, oc_type, 1);
    type->kind = OC_KIND_TENSOR;
    type->elem_type = elem_type;
    type->rank = rank;
    type->dim = dim;
    return type;
}

/* Sticky unknown, and false, when input 0 is not known to be a sequence. */
static bool is_sequence(oc_op *op)
{
    const bool yes = oc_op_type(op, 0)->kind == OC_KIND_SEQUENCE;
    if (!yes)
        oc_op_needs(op);
    return yes;
}

/* ---- building and reading ---- */

static void infer_construct(oc_op *op)
{
    const size_t count = oc_op_input_count(op);
    const oc_type *element = oc_op_type(op, 0);
    for (size_t i = 1; i < count; i++)
        element = type_join(op, element, oc_op_type(op, i));
    set_sequence(op, element, oc_expr_of((int64_t)count));
}

static void infer_empty(oc_op *op)
{
    const int64_t dtype = oc_op_attr_int(op, "dtype", OC_ELEM_FLOAT);
    const int elem_type =
        dtype > 0 && dtype <= OC_ELEM_INT2 ? (int)dtype : OC_ELEM_UNKNOWN;
    set_sequence(op, tensor_of(op, elem_type, OC_RANK_UNKNOWN, NULL),
                 oc_expr_of(0));
}

/* The first tensor of an empty sequence says what its elements are like. */
static void infer_insert(oc_op *op)
{
    const oc_type *sequence = oc_op_type(op, 0), *added = oc_op_type(op, 1);
    if (!is_sequence(op))
        return;
    const oc_type *element = added;
    if (!oc_expr_is(sequence->length, 0) && sequence->element)
        element = type_join(op, sequence->element, added);
    set_sequence(op, element, oc_plus(op, sequence->length, 1));
}

static void infer_erase(oc_op *op)
{
    const oc_type *sequence = oc_op_type(op, 0);
    if (!is_sequence(op))
        return;
    if (oc_expr_is(sequence->length, 0))
        oc_op_fail(op, "the sequence is empty");
    set_sequence(op, sequence->element, oc_plus(op, sequence->length, -1));
}

/* Which element is taken depends on data, and so do dims that differ. */
static void infer_at(oc_op *op)
{
    const oc_type *sequence = oc_op_type(op, 0);
    if (!is_sequence(op) || !sequence->element)
        return;
    oc_type *element = type_copy(op, sequence->element);
    if (element->kind == OC_KIND_TENSOR)
        for (int axis = 0; axis < element->rank; axis++)
            if (!oc_expr_is_known(element->dim[axis]))
                element->dim[axis] = oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    oc_op_set_type(op, 0, element);
}

static void infer_length(oc_op *op)
{
    oc_op_set_output(op, 0, OC_ELEM_INT64, oc_shape_new(op, 0));
    if (is_sequence(op))
        oc_op_set_value(op, 0, &oc_op_type(op, 0)->length);
}

/* ---- cutting and joining ---- */

/* What all lengths in a list are, or OC_UNKNOWN. */
static oc_expr common_length(oc_op *op, oc_expr_list list)
{
    oc_expr common = list.count ? list.value[0] : OC_UNKNOWN;
    for (size_t i = 1; i < list.count; i++)
        if (oc_equal(op, list.value[i], common) != OC_YES)
            common = OC_UNKNOWN;
    return common;
}

/* Pieces of one length, the last one shorter when it must be: how many, and
 * their length when all are alike. */
static oc_expr cut_evenly(oc_op *op, oc_expr dim, oc_expr piece,
                          oc_expr *length)
{
    if (oc_at_most(op, piece, oc_expr_of(0)) == OC_YES) {
        oc_op_fail(op, "split is not positive");
        return OC_UNKNOWN;
    }
    const oc_expr rest = oc_mod(op, dim, piece);
    *length = oc_equal(op, rest, oc_expr_of(0)) == OC_YES ? piece : OC_UNKNOWN;
    return oc_ceil_div(op, dim, piece);
}

static void infer_split(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    const int elem_type = oc_op_dtype(op, 0);
    if (!oc_op_has_rank(op, 0)) {
        set_sequence(op, tensor_of(op, elem_type, OC_RANK_UNKNOWN, NULL),
                     OC_UNKNOWN);
        return;
    }
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    if (axis >= x.rank)
        return;
    const bool by_list = oc_op_has_input(op, 1) && oc_op_has_rank(op, 1) &&
                         oc_op_input(op, 1).rank == 1;
    const oc_expr piece =
        oc_op_has_input(op, 1) ? oc_op_scalar(op, 1) : oc_expr_of(1);
    const oc_shape y = oc_shape_copy(op, x);
    oc_expr count;
    if (by_list) {
        const oc_expr_list list = oc_op_expr_list(op, NULL, 1);
        count = oc_op_input(op, 1).dim[0];
        y.dim[axis] = common_length(op, list);
    } else {
        count = cut_evenly(op, x.dim[axis], piece, &y.dim[axis]);
    }
    int rank = (int)y.rank;
    if (!oc_op_has_input(op, 1) && oc_op_attr_int(op, "keepdims", 1) == 0) {
        rank--;
        for (size_t i = axis; i + 1 < y.rank; i++)
            y.dim[i] = y.dim[i + 1];
    }
    set_sequence(op, tensor_of(op, elem_type, rank, y.dim), count);
}

/* All elements joined along an axis, or stacked along a new one. */
static void infer_join(oc_op *op)
{
    const oc_type *sequence = oc_op_type(op, 0);
    if (!is_sequence(op) || !sequence->element ||
        sequence->element->kind != OC_KIND_TENSOR)
        return;
    const oc_type *element = sequence->element;
    oc_op_set_dtype(op, 0, element->elem_type);
    if (element->rank < 0)
        return;
    const bool stack = oc_op_attr_int(op, "new_axis", 0) != 0;
    const oc_shape y = oc_shape_new(op, (size_t)element->rank + stack);
    if (!oc_op_has_attr(op, "axis"))
        oc_op_fail(op, "axis is missing");
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), y.rank);
    for (size_t i = 0; i < y.rank; i++)
        if (i == axis && stack)
            y.dim[i] = sequence->length;
        else if (i == axis)
            y.dim[i] = oc_mul(op, element->dim[i], sequence->length);
        else
            y.dim[i] = element->dim[i - (stack && i > axis)];
    if (axis < y.rank && !oc_expr_is_known(y.dim[axis]))
        y.dim[axis] = oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    oc_op_set_output(op, 0, element->elem_type, y);
}

/* ---- optionals ---- */

static void infer_optional(oc_op *op)
{
    const oc_type type = {.kind = OC_KIND_OPTIONAL,
                          .rank = OC_RANK_UNKNOWN,
                          .element = oc_op_has_input(op, 0) ? oc_op_type(op, 0)
                                                            : NULL};
    oc_op_set_type(op, 0, &type);
}

/* Since opset 18 also of what is no optional: itself. */
static void infer_get(oc_op *op)
{
    const oc_type *type = oc_op_type(op, 0);
    if (type->kind != OC_KIND_OPTIONAL)
        oc_op_copy_type(op, 0, 0);
    else if (type->element)
        oc_op_set_type(op, 0, type->element);
    else
        oc_op_needs(op);
    if (oc_op_has_rank(op, 0))
        oc_op_pass_elements(op, 0, 0, oc_op_input(op, 0));
}

static void infer_has(oc_op *op)
{
    const oc_kind kind =
        oc_op_has_input(op, 0) ? oc_op_type(op, 0)->kind : OC_KIND_UNKNOWN;
    oc_op_set_output(op, 0, OC_ELEM_BOOL, oc_shape_new(op, 0));
    const oc_expr present = oc_expr_of(oc_op_has_input(op, 0));
    if (!oc_op_has_input(op, 0) || kind == OC_KIND_TENSOR ||
        kind == OC_KIND_SEQUENCE)
        oc_op_set_value(op, 0, &present);
}

/* ---- costs ---- */

static void cost_pointers(oc_op *op, oc_cost *sum)
{
    for (size_t i = 0; i < oc_op_input_count(op); i++)
        oc_cost_read(sum, i, oc_expr_of(0));
    oc_cost_write(sum, 0, oc_expr_of(0));
}

static void cost_split(oc_op *op, oc_cost *sum)
{
    oc_cost_write(sum, 0, oc_op_input_numel(op, 0));
}

static void cost_join(oc_op *op, oc_cost *sum)
{
    oc_cost_read(sum, 0, oc_op_output_numel(op, 0));
}

#define POINTERS(name, since, newest, function)                                \
    OC_ONNX(name, since, "nothing: tensors are passed on, not copied", newest, \
            function, cost_pointers, .traits = OC_TRAIT_MOVES)
#define COPIES(name, newest, function, cost_function, shapes)                  \
    OC_ONNX(name, 11, "every element read and written", newest, function,      \
            cost_function, .shape_inputs = shapes, .traits = OC_TRAIT_MOVES)

OC_OP_DEFINE(sequence) = {
    POINTERS("SequenceConstruct", 11, "SequenceConstruct-11", infer_construct),
    POINTERS("SequenceEmpty", 11, "SequenceEmpty-11", infer_empty),
    POINTERS("SequenceInsert", 11, "SequenceInsert-11", infer_insert),
    POINTERS("SequenceErase", 11, "SequenceErase-11", infer_erase),
    POINTERS("SequenceAt", 11, "SequenceAt-11", infer_at),
    POINTERS("SequenceLength", 11, "SequenceLength-11", infer_length),
    POINTERS("Optional", 15, "Optional-28", infer_optional),
    POINTERS("OptionalGetElement", 15, "OptionalGetElement-28", infer_get),
    POINTERS("OptionalHasElement", 15, "OptionalHasElement-28", infer_has),
    COPIES("SplitToSequence", "SplitToSequence-24", infer_split, cost_split,
           OC_IN(1)),
    COPIES("ConcatFromSequence", "ConcatFromSequence-11", infer_join, cost_join,
           0),
    {0},
};
