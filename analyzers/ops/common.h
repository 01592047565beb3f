/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/common.h - what several operator families share.
 *
 * In here: the rule of one type in, the same out, broadcasting of shapes and
 * blocks, reading axes and integer lists from an attribute or an input. Built
 * on <onnxcost/plugin.h> alone.
 */
#ifndef OC_ANALYZERS_OPS_COMMON_H
#define OC_ANALYZERS_OPS_COMMON_H

#include "onnxcost/plugin.h"

/* The rule of many: output 0 has the type of input 0. */
void oc_infer_same(oc_op *op);

/* Sticky failure when attribute axis is none of input 0's: for what needs it
 * only to say what it costs. */
void oc_op_check_axis(oc_op *op, int64_t fallback);
/* Likewise for scales in input 1; one for all needs no axis. */
void oc_op_check_scales(oc_op *op);

/* The numpy broadcast of two shapes; sticky failure when there is none. */
oc_shape oc_shapes_broadcast(oc_op *op, oc_shape a, oc_shape b);

/* The dims of input 0, over which those of input i are spread: from the last
 * one on they are 1 or the same. Sticky failure when they cannot be. */
oc_shape oc_op_spread_over(oc_op *op, oc_shape x, size_t i);

/* Row-major position in `from` of element `index` of a block of dims
 * to[0..rank) when `from` is broadcast to it. */
size_t oc_block_source(const oc_block *from, const int64_t *to, size_t rank,
                       size_t index);

/*
 * Integers that moved from an attribute to an input: the attribute when
 * present, else the value of input i.
 * given: neither is written; known: all elements are known constants.
 */
typedef struct oc_int_list {
    bool given;
    bool known;
    size_t count;   /* valid when known, or when the input's length is */
    bool counted;   /* count is valid */
    int64_t *value; /* when known */
} oc_int_list;
oc_int_list oc_op_int_list(oc_op *op, const char *attribute, size_t input);

/*
 * Marks axes[0..rank) that a list names (negative ones from the end); with
 * none given all are marked when `all_by_default`. Sticky unknown when the
 * list is not known, sticky failure when one is out of range or repeated.
 */
bool *oc_op_axes(oc_op *op, oc_int_list list, size_t rank, bool all_by_default);

/* All dims are integers and a block can hold the elements: true, dim[0..rank)
 * in *dims (allocated), and how many elements. */
bool oc_shape_fits_block(oc_op *op, oc_shape shape, int64_t **dims,
                         size_t *count);

/* Dims [0, axis) of input i multiplied: its rows, where the dims from `axis`
 * on are one row; its vectors: all dims but the last. */
oc_expr oc_op_rows(oc_op *op, size_t input, size_t axis);
oc_expr oc_op_vectors(oc_op *op, size_t input);

/* 1 when a > b, else 0: for figures that change where two sizes meet. */
oc_expr oc_exceeds(oc_op *op, oc_expr a, oc_expr b);

/* Float, double, float16, bfloat16 or an 8-bit or smaller float. */
bool oc_elem_is_float(int elem_type);

#endif
