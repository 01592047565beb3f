/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/common.c - what several operator families share.
 */
#include "analyzers/ops/common.h"

void oc_infer_same(oc_op *op)
{
    oc_op_copy_type(op, 0, 0);
}

void oc_op_check_axis(oc_op *op, int64_t fallback)
{
    if (oc_op_has_rank(op, 0))
        (void)oc_op_axis(op, oc_op_attr_int(op, "axis", fallback),
                         (size_t)oc_op_type(op, 0)->rank);
}

void oc_op_check_scales(oc_op *op)
{
    const oc_type *scale = oc_op_type(op, 1);
    if (scale->rank > 1 ||
        (scale->rank == 1 &&
         oc_at_most(op, oc_expr_of(2), scale->dim[0]) == OC_YES))
        oc_op_check_axis(op, 1);
}

oc_shape oc_shapes_broadcast(oc_op *op, oc_shape a, oc_shape b)
{
    if (a.rank < b.rank)
        return oc_shapes_broadcast(op, b, a);
    const size_t missing = a.rank - b.rank;
    for (size_t axis = missing; axis < a.rank; axis++)
        a.dim[axis] = oc_broadcast(op, a.dim[axis], b.dim[axis - missing]);
    return a;
}

oc_shape oc_op_spread_over(oc_op *op, oc_shape x, size_t i)
{
    if (!oc_op_has_input(op, i) || !oc_op_has_rank(op, i))
        return x;
    const oc_shape spread = oc_op_input(op, i);
    if (spread.rank > x.rank) {
        oc_op_fail(op, "an operand has more dims than what it is spread over");
        return x;
    }
    for (size_t k = 0; k < spread.rank; k++) {
        oc_expr *dim = &x.dim[x.rank - spread.rank + k];
        if (oc_at_most(op, oc_expr_of(2), spread.dim[k]) == OC_YES)
            *dim = oc_unify(op, *dim, spread.dim[k]);
    }
    return x;
}

size_t oc_block_source(const oc_block *from, const int64_t *to, size_t rank,
                       size_t index)
{
    const size_t missing = rank - from->rank;
    size_t source = 0, stride = 1;
    for (size_t axis = rank; axis-- > 0;) {
        const size_t position = index % (size_t)to[axis];
        index /= (size_t)to[axis];
        if (axis < missing)
            break;
        const size_t extent = (size_t)from->dim[axis - missing];
        if (position < extent) /* else it is 1, or was refused */
            source += position * stride;
        stride *= extent;
    }
    return source;
}

static oc_int_list list_of_block(oc_op *op, const oc_block *block)
{
    oc_int_list list = {
        .given = true, .known = true, .counted = true, .count = block->count};
    list.value = OC_OP_NEW(op, int64_t, block->count);
    for (size_t i = 0; i < block->count; i++) {
        if (!oc_expr_is_immediate(block->element[i]))
            list.known = false;
        else
            list.value[i] = oc_expr_immediate(block->element[i]);
    }
    return list;
}

oc_int_list oc_op_int_list(oc_op *op, const char *attribute, size_t input)
{
    oc_int_list list = {0};
    const int64_t *values;
    if (attribute && oc_op_has_attr(op, attribute)) {
        list.given = list.known = list.counted = true;
        list.count = oc_op_attr_ints(op, attribute, &values);
        list.value = OC_OP_NEW(op, int64_t, list.count);
        for (size_t i = 0; i < list.count; i++)
            list.value[i] = values[i];
        return list;
    }
    if (!oc_op_has_input(op, input))
        return list;
    const oc_block *block = oc_op_value(op, input);
    if (block)
        return list_of_block(op, block);
    list.given = true;
    const oc_type *type = oc_op_type(op, input);
    if (type->rank == 1 && oc_expr_is_immediate(type->dim[0])) {
        list.counted = true;
        list.count = (size_t)oc_expr_immediate(type->dim[0]);
    }
    return list;
}

bool *oc_op_axes(oc_op *op, oc_int_list list, size_t rank, bool all_by_default)
{
    bool *marked = OC_OP_NEW(op, bool, rank);
    if (list.given && !list.known)
        oc_op_needs(op);
    if (!list.given || !list.known) {
        for (size_t axis = 0; axis < rank; axis++)
            marked[axis] = all_by_default && !list.given;
        return marked;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (rank == 0 && (list.value[i] == 0 || list.value[i] == -1))
            continue; /* axis 0 of a scalar: tolerated, as runtimes do */
        const size_t axis = oc_op_axis(op, list.value[i], rank);
        if (axis < rank && marked[axis])
            oc_op_fail(op, "axes name one axis twice");
        else if (axis < rank)
            marked[axis] = true;
    }
    return marked;
}

static bool integer_dims(oc_op *op, oc_shape shape, int64_t **dims)
{
    *dims = OC_OP_NEW(op, int64_t, shape.rank);
    for (size_t axis = 0; axis < shape.rank; axis++) {
        if (!oc_expr_is_immediate(shape.dim[axis]))
            return false;
        (*dims)[axis] = oc_expr_immediate(shape.dim[axis]);
    }
    return true;
}

bool oc_shape_fits_block(oc_op *op, oc_shape shape, int64_t **dims,
                         size_t *count)
{
    const oc_expr elements = oc_shape_numel(op, shape);
    if (!integer_dims(op, shape, dims) || !oc_expr_is_immediate(elements) ||
        oc_expr_immediate(elements) > OC_BLOCK_MAX_INTEGERS)
        return false;
    *count = (size_t)oc_expr_immediate(elements);
    return true;
}

oc_expr oc_op_rows(oc_op *op, size_t input, size_t axis)
{
    return oc_shape_product(op, oc_op_input(op, input), 0, axis);
}

oc_expr oc_op_vectors(oc_op *op, size_t input)
{
    const oc_shape x = oc_op_input(op, input);
    return oc_shape_product(op, x, 0, x.rank ? x.rank - 1 : 0);
}

oc_expr oc_exceeds(oc_op *op, oc_expr a, oc_expr b)
{
    const oc_expr excess = oc_max(op, oc_expr_of(0), oc_sub(op, a, b));
    return oc_min(op, oc_expr_of(1), excess);
}

bool oc_elem_is_float(int elem_type)
{
    return elem_type == OC_ELEM_FLOAT || elem_type == OC_ELEM_DOUBLE ||
           elem_type == OC_ELEM_FLOAT16 || elem_type == OC_ELEM_BFLOAT16 ||
           (elem_type >= OC_ELEM_FLOAT8E4M3FN &&
            elem_type <= OC_ELEM_FLOAT8E5M2FNUZ) ||
           elem_type == OC_ELEM_FLOAT4E2M1 || elem_type == OC_ELEM_FLOAT8E8M0;
}
