/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/scatter.c - Scatter, ScatterElements, ScatterND and
 * TensorScatter: a tensor with some elements replaced or combined.
 *
 * When nothing reads the tensor afterwards they work in place and touch only
 * the updated elements; otherwise the tensor is copied first.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

static bool combines(oc_op *op)
{
    return strcmp(oc_op_attr_string(op, "reduction", "none"), "none") != 0;
}

/* Data and, where elements are replaced, updates: nothing else comes out. */
static void set_like_data(oc_op *op, size_t updates)
{
    oc_op_copy_type(op, 0, 0);
    if (combines(op))
        return;
    const oc_range range =
        oc_range_union(op, oc_op_bounds(op, 0), oc_op_bounds(op, updates));
    oc_op_set_range(op, 0, range.lower, range.upper);
}

/* Where update k goes: an index into data, or data->count. */
typedef size_t (*place_fn)(const oc_block *data, const oc_block *indices,
                           const oc_block *updates, size_t axis, size_t k,
                           int64_t *at);

static bool wrap(int64_t *at, int64_t dim)
{
    if (*at < -dim || *at >= dim)
        return false;
    if (*at < 0)
        *at += dim;
    return true;
}

static bool take_index(const oc_block *indices, size_t i, int64_t dim,
                       int64_t *at)
{
    if (!oc_expr_is_immediate(indices->element[i]))
        return false;
    *at = oc_expr_immediate(indices->element[i]);
    return wrap(at, dim);
}

static size_t place_element(const oc_block *data, const oc_block *indices,
                            const oc_block *updates, size_t axis, size_t k,
                            int64_t *at)
{
    oc_block_position(updates, k, at);
    if (!take_index(indices, oc_block_index(indices, at), data->dim[axis],
                    &at[axis]))
        return data->count;
    return oc_block_index(data, at);
}

/* updates[i.., r..] goes to data[indices[i.., :], r..]. */
static size_t place_slice(const oc_block *data, const oc_block *indices,
                          const oc_block *updates, size_t axis, size_t k,
                          int64_t *at)
{
    (void)axis;
    const size_t outer = indices->rank - 1;
    const size_t depth = (size_t)indices->dim[outer];
    size_t inner = 1;
    for (size_t i = outer; i < updates->rank; i++)
        inner *= (size_t)updates->dim[i];
    for (size_t i = 0; i < depth; i++)
        if (!take_index(indices, k / inner * depth + i, data->dim[i], &at[i]))
            return data->count;
    const size_t rest = k % inner;
    size_t base = 0;
    for (size_t i = 0; i < data->rank; i++)
        base = base * (size_t)data->dim[i] + (i < depth ? (size_t)at[i] : 0);
    return base + rest;
}

/* The elements after replacement, in the order of the updates. */
static void replace(oc_op *op, place_fn place, size_t axis)
{
    const oc_block *data = oc_op_value(op, 0);
    const oc_block *indices = oc_op_value(op, 1);
    const oc_block *updates = oc_op_value(op, 2);
    if (!data || !indices || !updates || combines(op))
        return;
    oc_expr *element = OC_OP_NEW(op, oc_expr, data->count);
    int64_t *at = OC_OP_NEW(op, int64_t, data->rank + updates->rank);
    for (size_t i = 0; i < data->count; i++)
        element[i] = data->element[i];
    for (size_t k = 0; k < updates->count; k++) {
        const size_t target = place(data, indices, updates, axis, k, at);
        if (target >= data->count)
            return; /* an index is not known */
        element[target] = updates->element[k];
    }
    oc_op_set_value(op, 0, element);
}

static void infer_elements(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0), indices = oc_op_input(op, 1);
    const oc_shape updates = oc_op_input(op, 2);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0))
        return;
    set_like_data(op, 2);
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    if (!oc_op_has_rank(op, 1) || !oc_op_has_rank(op, 2))
        return;
    if (indices.rank != x.rank || updates.rank != x.rank) {
        oc_op_fail(op, "data, indices and updates differ in rank");
        return;
    }
    for (size_t i = 0; i < x.rank; i++)
        oc_unify(op, indices.dim[i], updates.dim[i]);
    bool within = axis < x.rank;
    for (size_t i = 0; i < x.rank; i++)
        within =
            within && oc_equal(op, indices.dim[i], updates.dim[i]) == OC_YES &&
            (i == axis || oc_at_most(op, updates.dim[i], x.dim[i]) == OC_YES);
    if (within)
        replace(op, place_element, axis);
}

/* updates has the dims of indices but the last, then the rest of data's. */
static bool slices_fit(oc_op *op, oc_shape x, oc_shape indices,
                       oc_shape updates, size_t depth)
{
    const size_t outer = indices.rank - 1;
    bool fits = depth <= x.rank && updates.rank == outer + x.rank - depth;
    if (!fits)
        oc_op_fail(op, "updates do not fit indices and data");
    for (size_t i = 0; fits && i < updates.rank; i++) {
        const oc_expr dim =
            i < outer ? indices.dim[i] : x.dim[i - outer + depth];
        oc_unify(op, updates.dim[i], dim);
        if (oc_equal(op, updates.dim[i], dim) != OC_YES)
            fits = false;
    }
    return fits;
}

static void infer_nd(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0), indices = oc_op_input(op, 1);
    const oc_shape updates = oc_op_input(op, 2);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0))
        return;
    set_like_data(op, 2);
    if (!oc_op_has_rank(op, 1) || !oc_op_has_rank(op, 2))
        return;
    if (indices.rank == 0) {
        oc_op_fail(op, "indices have rank 0");
        return;
    }
    const oc_expr depth = indices.dim[indices.rank - 1];
    if (oc_expr_is_immediate(depth) && oc_expr_immediate(depth) >= 0 &&
        slices_fit(op, x, indices, updates, (size_t)oc_expr_immediate(depth)))
        replace(op, place_slice, 0);
}

/* A key or value cache: update differs from it along the axis alone. */
static void infer_cache(oc_op *op)
{
    const oc_shape cache = oc_op_input(op, 0), update = oc_op_input(op, 1);
    if (oc_op_has_rank(op, 0) && oc_op_has_rank(op, 1)) {
        const size_t axis =
            oc_op_axis(op, oc_op_attr_int(op, "axis", -2), cache.rank);
        if (update.rank != cache.rank)
            oc_op_fail(op, "past_cache and update differ in rank");
        for (size_t i = 0; i < cache.rank && i < update.rank; i++)
            if (i == axis)
                oc_assume_that(op, OC_ASSUME_AT_MOST, update.dim[i],
                               cache.dim[i]);
            else
                oc_unify(op, cache.dim[i], update.dim[i]);
    }
    set_like_data(op, 1);
}

/* Written: the updated elements, also read when they are combined; before
 * that the whole tensor moves, unless this is done in place. */
static void cost_updates(oc_op *op, oc_cost *sum, size_t updates)
{
    const oc_expr touched = oc_op_input_numel(op, updates);
    const oc_expr copied =
        oc_op_input_dies(op, 0) ? oc_expr_of(0) : oc_op_input_numel(op, 0);
    const bool combined = combines(op);
    oc_cost_read(sum, 0, combined ? oc_add(op, copied, touched) : copied);
    oc_cost_write(sum, 0, oc_add(op, copied, touched));
    if (combined)
        oc_cost_add(sum, OC_FLOPS, "per update", touched);
}

static void cost_scatter(oc_op *op, oc_cost *sum)
{
    cost_updates(op, sum, 2);
}

static void cost_cache(oc_op *op, oc_cost *sum)
{
    cost_updates(op, sum, 1);
}

#define SCATTER(name, since, newest, infer_function, cost_function)            \
    OC_ONNX(name, since,                                                       \
            "one FLOP per update with a reduction; updates and indices "       \
            "read, updated elements written, the whole tensor copied "         \
            "unless nothing reads it afterwards",                              \
            newest, infer_function, cost_function, .traits = OC_TRAIT_MOVES)

OC_OP_DEFINE(scatter) = {
    SCATTER("Scatter", 9, "Scatter-11", infer_elements, cost_scatter),
    SCATTER("ScatterElements", 11, "ScatterElements-18", infer_elements,
            cost_scatter),
    SCATTER("ScatterND", 11, "ScatterND-18", infer_nd, cost_scatter),
    SCATTER("TensorScatter", 24, "TensorScatter-24", infer_cache, cost_cache),
    {0},
};
