/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/movement.h - what the operators share that move elements.
 *
 * In here: lists of symbolic integers, carrying small blocks and ranges of
 * values from an input to an output, questions about dims.
 * Not in here: the operators.
 */
#ifndef OC_ANALYZERS_OPS_MOVEMENT_H
#define OC_ANALYZERS_OPS_MOVEMENT_H

#include "analyzers/ops/common.h"

/*
 * Shapes, starts, pads: integers given by an attribute or an input, each an
 * expression or OC_UNKNOWN. `counted`: their number is known.
 */
typedef struct oc_expr_list {
    bool given;
    bool counted;
    size_t count;
    oc_expr *value;
} oc_expr_list;
/* The attribute when present (NULL: there is none), else input i. */
oc_expr_list oc_op_expr_list(oc_op *op, const char *attribute, size_t input);
/* The only element of input i, or OC_UNKNOWN. */
oc_expr oc_op_scalar(oc_op *op, size_t input);
oc_shape oc_shape_copy(oc_op *op, oc_shape shape);

/* The dims and count of a block of this shape, without elements; false
 * unless all dims are integers and the elements few enough to keep. */
bool oc_block_of(oc_op *op, oc_shape shape, oc_block *block);
/* Row-major index to position[0..rank), and back. */
void oc_block_position(const oc_block *block, size_t index, int64_t *position);
size_t oc_block_index(const oc_block *block, const int64_t *position);

/* Where the element at position `to` of an output comes from: true, and
 * from[0..rank of input 0); false, or outside of it, when from nowhere. */
typedef bool (*oc_block_source_fn)(const void *how, const int64_t *to,
                                   int64_t *from);
/* The elements of an output of shape y, when those of input 0 are known;
 * `fill` where they come from nowhere. */
void oc_block_move(oc_op *op, size_t output, oc_shape y,
                   oc_block_source_fn source, const void *how, oc_expr fill);

/* The output, of shape y, has the elements of the input in their order. */
void oc_op_pass_elements(oc_op *op, size_t output, size_t input, oc_shape y);
/* The output has no element that the input does not have. */
void oc_op_pass_range(oc_op *op, size_t output, size_t input);

typedef struct oc_range {
    oc_expr lower, upper; /* inclusive; OC_UNKNOWN: no bound */
} oc_range;
/* Bounds of the integers in input i, from its range or its elements. */
oc_range oc_op_bounds(oc_op *op, size_t input);
/* Bounds of what lies in either; only where one is provably the wider. */
oc_range oc_range_union(oc_op *op, oc_range a, oc_range b);

/* floor(e) is e, whatever the symbols. */
bool oc_is_integral(oc_op *op, oc_expr e);
/* Dims [0, axis) are 1, provably. */
bool oc_axis_outermost(oc_op *op, oc_shape shape, size_t axis);

#endif
