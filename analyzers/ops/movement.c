/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/movement.c - what the operators share that move elements.
 */
#include "analyzers/ops/movement.h"

oc_shape oc_shape_copy(oc_op *op, oc_shape shape)
{
    oc_shape copy = oc_shape_new(op, shape.rank);
    for (size_t axis = 0; axis < shape.rank; axis++)
        copy.dim[axis] = shape.dim[axis];
    return copy;
}

static void list_sized(oc_op *op, oc_expr_list *list, size_t count)
{
    list->counted = true;
    list->count = count;
    list->value = OC_OP_NEW(op, oc_expr, count); /* all OC_UNKNOWN */
}

oc_expr_list oc_op_expr_list(oc_op *op, const char *attribute, size_t input)
{
    oc_expr_list list = {0};
    const int64_t *values;
    if (attribute && oc_op_has_attr(op, attribute)) {
        list.given = true;
        list_sized(op, &list, oc_op_attr_ints(op, attribute, &values));
        for (size_t i = 0; i < list.count; i++)
            list.value[i] = oc_int(op, values[i]);
        return list;
    }
    if (!oc_op_has_input(op, input))
        return list;
    list.given = true;
    const oc_block *block = oc_op_value(op, input);
    const oc_type *type = oc_op_type(op, input);
    if (block) {
        list_sized(op, &list, block->count);
        for (size_t i = 0; i < list.count; i++)
            list.value[i] = block->element[i];
    } else if (type->rank == 1 && oc_expr_is_immediate(type->dim[0]) &&
               oc_expr_immediate(type->dim[0]) >= 0 &&
               oc_expr_immediate(type->dim[0]) <= OC_BLOCK_MAX_INTEGERS) {
        list_sized(op, &list, (size_t)oc_expr_immediate(type->dim[0]));
    }
    return list;
}

oc_expr oc_op_scalar(oc_op *op, size_t input)
{
    const oc_block *block =
        oc_op_has_input(op, input) ? oc_op_value(op, input) : NULL;
    return block && block->count == 1 ? block->element[0] : OC_UNKNOWN;
}

bool oc_block_of(oc_op *op, oc_shape shape, oc_block *block)
{
    int64_t *dims;
    size_t count;
    if (!oc_shape_fits_block(op, shape, &dims, &count))
        return false;
    for (size_t axis = 0; axis < shape.rank; axis++)
        if (dims[axis] < 0)
            return false;
    *block = (oc_block){.rank = shape.rank, .dim = dims, .count = count};
    return true;
}

void oc_block_position(const oc_block *block, size_t index, int64_t *position)
{
    for (size_t axis = block->rank; axis-- > 0;) {
        const size_t extent = (size_t)block->dim[axis];
        position[axis] = (int64_t)(index % extent);
        index /= extent;
    }
}

size_t oc_block_index(const oc_block *block, const int64_t *position)
{
    size_t index = 0;
    for (size_t axis = 0; axis < block->rank; axis++)
        index = index * (size_t)block->dim[axis] + (size_t)position[axis];
    return index;
}

static bool lies_within(const oc_block *block, const int64_t *position)
{
    bool within = true;
    for (size_t axis = 0; axis < block->rank; axis++)
        within =
            within && position[axis] >= 0 && position[axis] < block->dim[axis];
    return within;
}

void oc_block_move(oc_op *op, size_t output, oc_shape y,
                   oc_block_source_fn source, const void *how, oc_expr fill)
{
    const oc_block *x = oc_op_value(op, 0);
    oc_block block;
    if (!x || !oc_block_of(op, y, &block))
        return;
    int64_t *to = OC_OP_NEW(op, int64_t, block.rank);
    int64_t *from = OC_OP_NEW(op, int64_t, x->rank);
    oc_expr *element = OC_OP_NEW(op, oc_expr, block.count);
    for (size_t i = 0; i < block.count; i++) {
        oc_block_position(&block, i, to);
        element[i] = source(how, to, from) && lies_within(x, from)
                         ? x->element[oc_block_index(x, from)]
                         : fill;
    }
    oc_op_set_value(op, output, element);
}

void oc_op_pass_range(oc_op *op, size_t output, size_t input)
{
    oc_expr lower, upper;
    if (oc_op_range(op, input, &lower, &upper))
        oc_op_set_range(op, output, lower, upper);
}

void oc_op_pass_elements(oc_op *op, size_t output, size_t input, oc_shape y)
{
    const oc_block *block = oc_op_value(op, input);
    if (block && oc_expr_is(oc_shape_numel(op, y), (int64_t)block->count))
        oc_op_set_value(op, output, block->element);
    oc_op_pass_range(op, output, input);
}

static oc_expr lesser(oc_op *op, oc_expr a, oc_expr b)
{
    if (oc_at_most(op, a, b) == OC_YES)
        return a;
    return oc_at_most(op, b, a) == OC_YES ? b : OC_UNKNOWN;
}

static oc_expr greater(oc_op *op, oc_expr a, oc_expr b)
{
    if (oc_at_most(op, a, b) == OC_YES)
        return b;
    return oc_at_most(op, b, a) == OC_YES ? a : OC_UNKNOWN;
}

oc_range oc_range_union(oc_op *op, oc_range a, oc_range b)
{
    const oc_range either = {lesser(op, a.lower, b.lower),
                             greater(op, a.upper, b.upper)};
    return either;
}

oc_range oc_op_bounds(oc_op *op, size_t input)
{
    oc_range range = {OC_UNKNOWN, OC_UNKNOWN};
    if (oc_op_range(op, input, &range.lower, &range.upper))
        return range;
    const oc_block *block = oc_op_value(op, input);
    for (size_t i = 0; block && i < block->count; i++) {
        const oc_range element = {block->element[i], block->element[i]};
        range = i ? oc_range_union(op, range, element) : element;
    }
    return range;
}

bool oc_is_integral(oc_op *op, oc_expr e)
{
    return oc_expr_is_known(e) &&
           (oc_expr_is_immediate(e) || oc_floor_div(op, e, oc_expr_of(1)) == e);
}

bool oc_axis_outermost(oc_op *op, oc_shape shape, size_t axis)
{
    for (size_t i = 0; i < axis; i++)
        if (oc_equal(op, shape.dim[i], oc_expr_of(1)) != OC_YES)
            return false;
    return true;
}
