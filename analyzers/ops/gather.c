/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/gather.c - Gather, GatherElements, GatherND: elements chosen
 * by indices. What is known of the indices says how long the dim must be:
 * positions 0..seq-1 into 1,024 rows record seq <= 1024.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

/* A constant that is out of range changes no shape and no cost: files without
 * weights hold such. Anything else that cannot be stops the graph. */
static void out_of_range(oc_op *op, size_t input)
{
    if (oc_op_is_constant(op, input))
        oc_op_warn(op, "shape.index", "an index is out of range");
    else
        oc_op_fail(op, "an index is out of range");
}

/* `most` <= dim becomes an assumption unless it is known. */
static bool may_be_at_most(oc_op *op, oc_expr most, oc_expr dim)
{
    return !oc_expr_is_known(most) ||
           oc_assume_that(op, OC_ASSUME_AT_MOST, most, dim) != OC_NO;
}

/* Of indices of which only some are known, each of those has to fit. */
static bool known_elements_fit(oc_op *op, const oc_block *indices, oc_expr dim)
{
    for (size_t i = 0; i < indices->count; i++) {
        const oc_expr e = indices->element[i];
        const oc_expr from_end = oc_add(op, e, dim);
        if (oc_expr_is_known(e) &&
            (oc_at_most(op, dim, e) == OC_YES ||
             oc_at_most(op, from_end, oc_expr_of(-1)) == OC_YES))
            return false;
    }
    return true;
}

static bool is_complete(const oc_block *indices)
{
    for (size_t i = 0; i < indices->count; i++)
        if (!oc_expr_is_known(indices->element[i]))
            return false;
    return true;
}

/* Every index lies in [-dim, dim - 1]. */
static void bound_indices(oc_op *op, size_t input, oc_expr dim)
{
    const oc_block *indices = oc_op_value(op, input);
    const oc_expr zero = oc_expr_of(0);
    bool fits;
    if (!oc_expr_is_known(dim))
        return;
    if (indices && !is_complete(indices)) {
        fits = known_elements_fit(op, indices, dim);
    } else {
        const oc_range range = oc_op_bounds(op, input);
        fits = may_be_at_most(op, oc_plus(op, range.upper, 1), dim);
        if (oc_at_most(op, zero, range.lower) != OC_YES)
            fits &= may_be_at_most(op, oc_sub(op, zero, range.lower), dim);
    }
    if (!fits)
        out_of_range(op, input);
}

/* Element i of an index block within [0, dim), or -1. */
static int64_t index_at(const oc_block *indices, size_t i, int64_t dim)
{
    const oc_expr e = indices->element[i];
    if (!oc_expr_is_immediate(e))
        return -1;
    const int64_t at = oc_expr_immediate(e);
    if (at < -dim || at >= dim)
        return -1;
    return at < 0 ? at + dim : at;
}

typedef struct choice {
    const oc_block *x;
    const oc_block *indices;
    size_t axis;  /* Gather, GatherElements; batch_dims of GatherND */
    size_t depth; /* GatherND: dims that an index tuple names */
} choice;

/* Gather: y[a.., i.., b..] = x[a.., indices[i..], b..]. */
static bool gather_source(const void *how, const int64_t *to, int64_t *from)
{
    const choice *c = how;
    const size_t replaced = c->indices->rank;
    const size_t i = oc_block_index(c->indices, to + c->axis);
    for (size_t axis = 0; axis < c->x->rank; axis++)
        from[axis] = axis < c->axis ? to[axis]
                     : axis > c->axis
                         ? to[axis + replaced - 1]
                         : index_at(c->indices, i, c->x->dim[axis]);
    return true;
}

static void set_chosen(oc_op *op, oc_shape y, oc_block_source_fn source,
                       size_t axis, size_t depth)
{
    const choice how = {oc_op_value(op, 0), oc_op_value(op, 1), axis, depth};
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_op_pass_range(op, 0, 0);
    if (how.x && how.indices)
        oc_block_move(op, 0, y, source, &how, OC_UNKNOWN);
}

static void infer_gather(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0), indices = oc_op_input(op, 1);
    if (!oc_op_has_rank(op, 0) || !oc_op_has_rank(op, 1)) {
        oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
        return;
    }
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    if (axis >= x.rank)
        return;
    const oc_shape y = oc_shape_new(op, x.rank + indices.rank - 1);
    for (size_t i = 0; i < y.rank; i++)
        y.dim[i] = i < axis                  ? x.dim[i]
                   : i < axis + indices.rank ? indices.dim[i - axis]
                                             : x.dim[i - indices.rank + 1];
    bound_indices(op, 1, x.dim[axis]);
    set_chosen(op, y, gather_source, axis, 1);
}

/* y[.., i, ..] = x[.., indices[.., i, ..], ..], shaped like indices. */
static bool elements_source(const void *how, const int64_t *to, int64_t *from)
{
    const choice *c = how;
    const size_t i = oc_block_index(c->indices, to);
    for (size_t axis = 0; axis < c->x->rank; axis++)
        from[axis] = axis == c->axis ? index_at(c->indices, i, c->x->dim[axis])
                                     : to[axis];
    return true;
}

static void infer_elements(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0), y = oc_op_input(op, 1);
    if (!oc_op_has_rank(op, 0) || !oc_op_has_rank(op, 1)) {
        oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
        return;
    }
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), x.rank);
    if (x.rank != y.rank) {
        oc_op_fail(op, "data and indices differ in rank");
        return;
    }
    if (axis < x.rank)
        bound_indices(op, 1, x.dim[axis]);
    set_chosen(op, y, elements_source, axis, 1);
}

/* y[b.., i.., r..] = x[b.., indices[b.., i.., :], r..]. */
static bool nd_source(const void *how, const int64_t *to, int64_t *from)
{
    const choice *c = how;
    const size_t outer = c->indices->rank - 1;
    size_t first = 0;
    for (size_t axis = 0; axis < outer; axis++)
        first = first * (size_t)c->indices->dim[axis] + (size_t)to[axis];
    first *= c->depth;
    if (first + c->depth > c->indices->count)
        return false;
    for (size_t axis = 0; axis < c->x->rank; axis++) {
        const size_t k = axis - c->axis;
        from[axis] = axis < c->axis ? to[axis]
                     : k < c->depth
                         ? index_at(c->indices, first + k, c->x->dim[axis])
                         : to[outer + k - c->depth];
    }
    return true;
}

static bool nd_fits(oc_op *op, oc_shape x, oc_shape indices, int64_t batch)
{
    const bool fits = indices.rank > 0 && batch >= 0 &&
                      batch < (int64_t)indices.rank &&
                      batch < (int64_t)x.rank &&
                      (!oc_expr_is_immediate(indices.dim[indices.rank - 1]) ||
                       (oc_expr_immediate(indices.dim[indices.rank - 1]) >= 0 &&
                        oc_expr_immediate(indices.dim[indices.rank - 1]) <=
                            (int64_t)x.rank - batch));
    if (!fits)
        oc_op_fail(op, "index tuples or batch_dims exceed the rank of data");
    return fits;
}

static void infer_nd(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0), indices = oc_op_input(op, 1);
    const int64_t batch = oc_op_attr_int(op, "batch_dims", 0);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0) || !oc_op_has_rank(op, 1) ||
        !nd_fits(op, x, indices, batch) ||
        !oc_expr_is_immediate(indices.dim[indices.rank - 1]))
        return;
    const size_t outer = indices.rank - 1, shared = (size_t)batch;
    const size_t depth = (size_t)oc_expr_immediate(indices.dim[outer]);
    const oc_shape y = oc_shape_new(op, outer + x.rank - shared - depth);
    for (size_t i = 0; i < y.rank; i++)
        y.dim[i] = i < shared  ? oc_unify(op, x.dim[i], indices.dim[i])
                   : i < outer ? indices.dim[i]
                               : x.dim[i - outer + shared + depth];
    if (depth == 1)
        bound_indices(op, 1, x.dim[shared]);
    set_chosen(op, y, nd_source, shared, depth);
}

static void cost(oc_op *op, oc_cost *sum)
{
    oc_cost_read(sum, 0, oc_op_output_numel(op, 0));
}

#define RULE "selected elements and all indices read, the selection written"
#define GATHER(name, since, newest, function)                                  \
    OC_ONNX(name, since, RULE, newest, function, cost,                         \
            .weight_inputs = OC_IN(0), .traits = OC_TRAIT_MOVES)

OC_OP_DEFINE(gather) = {
    GATHER("Gather", 1, "Gather-13", infer_gather),
    GATHER("GatherElements", 11, "GatherElements-13", infer_elements),
    GATHER("GatherND", 11, "GatherND-13", infer_nd),
    OC_MICROSOFT("GatherND", RULE, infer_nd, cost, .weight_inputs = OC_IN(0),
                 .traits = OC_TRAIT_MOVES),
    {0},
};
