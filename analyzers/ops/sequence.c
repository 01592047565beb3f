/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/sequence.c - sequences and optionals of tensors.
 *
 * Putting tensors in and taking them out moves pointers, not bytes; only
 * cutting and joining tensors copies. Types are in sequence_type.c.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"
#include "analyzers/ops/sequence_type.h"

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
    const oc_elements all = oc_elements_new(op, count);
    const oc_type *element = oc_op_type(op, 0);
    for (size_t i = 0; i < count; i++)
        if (all.element)
            all.element[i] = oc_op_type(op, i);
        else
            element = oc_type_join(op, element, oc_op_type(op, i));
    if (all.element && count)
        oc_set_elements(op, all);
    else
        oc_set_sequence(op, element, oc_expr_of((int64_t)count));
}

static void infer_empty(oc_op *op)
{
    const int64_t dtype = oc_op_attr_int(op, "dtype", OC_ELEM_FLOAT);
    const int elem_type =
        dtype > 0 && dtype <= OC_ELEM_INT2 ? (int)dtype : OC_ELEM_UNKNOWN;
    oc_set_sequence(op, oc_tensor_type(op, elem_type, OC_RANK_UNKNOWN, NULL),
                    oc_expr_of(0));
}

/* The first tensor of an empty sequence says what its elements are like. */
static void infer_insert(oc_op *op)
{
    const oc_type *sequence = oc_op_type(op, 0), *added = oc_op_type(op, 1);
    if (!is_sequence(op))
        return;
    const oc_elements old = oc_elements_of(op);
    const oc_elements all = oc_elements_new(op, old.count + 1);
    size_t at = 0;
    if (old.element && all.element &&
        oc_elements_at(op, 2, old.count, old.count, &at)) {
        for (size_t i = 0; i < all.count; i++)
            all.element[i] = i == at ? added : old.element[i - (i > at)];
        oc_set_elements(op, all);
        return;
    }
    const oc_type *element = added;
    if (!oc_expr_is(sequence->length, 0) && sequence->element)
        element = oc_type_join(op, sequence->element, added);
    oc_set_sequence(op, element, oc_plus(op, sequence->length, 1));
}

static void infer_erase(oc_op *op)
{
    const oc_type *sequence = oc_op_type(op, 0);
    if (!is_sequence(op))
        return;
    if (oc_expr_is(sequence->length, 0))
        oc_op_fail(op, "the sequence is empty");
    const oc_elements old = oc_elements_of(op);
    size_t at = 0;
    if (old.element && old.count > 1 &&
        oc_elements_at(op, 1, old.count, old.count - 1, &at)) {
        const oc_elements rest = oc_elements_new(op, old.count - 1);
        for (size_t i = 0; i < rest.count; i++)
            rest.element[i] = old.element[i + (i >= at)];
        oc_set_elements(op, rest);
        return;
    }
    oc_set_sequence(op, sequence->element, oc_plus(op, sequence->length, -1));
}

/* Where data says which element is taken, it says dims that differ too. */
static void infer_at(oc_op *op)
{
    const oc_type *sequence = oc_op_type(op, 0);
    if (!is_sequence(op) || !sequence->element)
        return;
    const oc_elements all = oc_elements_of(op);
    size_t at = 0;
    const bool one = all.count && oc_op_has_input(op, 1) &&
                     oc_elements_at(op, 1, all.count, all.count - 1, &at);
    oc_type element = one ? *all.element[at] : *sequence->element;
    if (element.kind == OC_KIND_TENSOR && element.rank >= 0) {
        const oc_shape shape = {(size_t)element.rank, element.dim};
        element.dim = oc_shape_copy(op, shape).dim;
        for (int axis = 0; axis < element.rank; axis++)
            if (!oc_expr_is_known(element.dim[axis]))
                element.dim[axis] = oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    }
    oc_op_set_type(op, 0, &element);
}

static void infer_length(oc_op *op)
{
    oc_op_set_output(op, 0, OC_ELEM_INT64, oc_shape_new(op, 0));
    if (is_sequence(op))
        oc_op_set_value(op, 0, &oc_op_type(op, 0)->length);
}

/* ---- cutting and joining ---- */

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

/* One type for all pieces, or one for each where they are few. */
static void set_pieces(oc_op *op, const oc_type *piece, size_t axis,
                       oc_expr_list lengths)
{
    const oc_elements all = oc_elements_new(op, lengths.count);
    const oc_type *common = piece;
    for (size_t i = 0; i < lengths.count; i++) {
        const oc_type *own =
            oc_tensor_type_with(op, piece, axis, lengths.value[i]);
        if (all.element)
            all.element[i] = own;
        common = i ? oc_type_join(op, common, own) : own;
    }
    if (all.element && lengths.count)
        oc_set_elements(op, all);
    else
        oc_set_sequence(op, common, oc_expr_of((int64_t)lengths.count));
}

/* Pieces of `piece`, the last of what is left over. */
static void cut_with_rest(oc_op *op, const oc_type *x, size_t axis,
                          oc_expr piece, size_t count)
{
    oc_expr_list lengths = {.value = OC_OP_NEW(op, oc_expr, count),
                            .count = count};
    for (size_t i = 0; i < count; i++)
        lengths.value[i] = piece;
    if (count)
        lengths.value[count - 1] =
            oc_sub(op, x->dim[axis], oc_times(op, (int64_t)count - 1, piece));
    set_pieces(op, x, axis, lengths);
}

/* Pieces of one length, or of ones whose axis goes. */
static void split_evenly(oc_op *op, oc_shape x, size_t axis)
{
    const oc_type *type = oc_op_type(op, 0);
    const bool ones = !oc_op_has_input(op, 1);
    const oc_expr piece = ones ? oc_expr_of(1) : oc_op_scalar(op, 1);
    const oc_shape y = oc_shape_copy(op, x);
    const oc_expr count = cut_evenly(op, x.dim[axis], piece, &y.dim[axis]);
    int rank = (int)y.rank;
    if (!oc_expr_is_known(y.dim[axis]) && oc_expr_is_immediate(count) &&
        oc_expr_immediate(count) <= OC_SEQUENCE_MAX_EACH) {
        cut_with_rest(op, type, axis, piece, (size_t)oc_expr_immediate(count));
        return;
    }
    if (ones && oc_op_attr_int(op, "keepdims", 1) == 0) {
        rank--;
        for (size_t i = axis; i + 1 < y.rank; i++)
            y.dim[i] = y.dim[i + 1];
    }
    oc_set_sequence(op, oc_tensor_type(op, type->elem_type, rank, y.dim),
                    count);
}

static void infer_split(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    const oc_type *type = oc_op_type(op, 0);
    if (!oc_op_has_rank(op, 0)) {
        oc_set_sequence(
            op, oc_tensor_type(op, type->elem_type, OC_RANK_UNKNOWN, NULL),
            OC_UNKNOWN);
        return;
    }
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    if (axis >= x.rank)
        return;
    const bool by_list = oc_op_has_input(op, 1) && oc_op_has_rank(op, 1) &&
                         oc_op_input(op, 1).rank == 1;
    const oc_expr_list list =
        by_list ? oc_op_expr_list(op, NULL, 1) : (oc_expr_list){0};
    if (!by_list)
        split_evenly(op, x, axis);
    else if (list.count)
        set_pieces(op, type, axis, list);
    else
        oc_set_sequence(op, oc_tensor_type_with(op, type, axis, OC_UNKNOWN),
                        oc_op_input(op, 1).dim[0]);
}

/* The sum of what elements have at an axis; else that times their number. */
static oc_expr joined_length(oc_op *op, oc_elements all, size_t axis)
{
    const oc_type *sequence = oc_op_type(op, 0);
    oc_expr sum = oc_expr_of(0);
    if (!all.element)
        return oc_mul(op, sequence->element->dim[axis], sequence->length);
    for (size_t i = 0; i < all.count; i++)
        sum = oc_add(op, sum, all.element[i]->dim[axis]);
    return sum;
}

/* What elements have at an axis at which all must be alike. */
static oc_expr shared_length(oc_op *op, oc_elements all, size_t axis)
{
    oc_expr length = oc_op_type(op, 0)->element->dim[axis];
    for (size_t i = 0; all.element && i < all.count; i++)
        length = i ? oc_unify(op, length, all.element[i]->dim[axis])
                   : all.element[i]->dim[axis];
    return length;
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
    const oc_elements all = oc_elements_of(op);
    const bool stack = oc_op_attr_int(op, "new_axis", 0) != 0;
    const oc_shape y = oc_shape_new(op, (size_t)element->rank + stack);
    if (!oc_op_has_attr(op, "axis"))
        oc_op_fail(op, "axis is missing");
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), y.rank);
    for (size_t i = 0; i < y.rank; i++)
        if (i == axis)
            y.dim[i] = stack ? sequence->length : joined_length(op, all, i);
        else
            y.dim[i] = shared_length(op, all, i - (stack && i > axis));
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
