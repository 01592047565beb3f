/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/image.c - operators that rearrange an image: DepthToSpace,
 * SpaceToDepth, Col2Im, CenterCropPad, and Crop, experimental in opset 1.
 * Rows with .data have their channels last.
 */
#include "analyzers/ops/common.h"
#include "analyzers/ops/descriptor.h"

/* a / b, which must leave no remainder. */
static oc_expr divided(oc_op *op, oc_expr a, oc_expr b)
{
    if (oc_assume_that(op, OC_ASSUME_DIVIDES, b, a) == OC_NO)
        oc_op_fail(op, "a dim is no multiple of its block");
    return oc_floor_div(op, a, b);
}

/* blocksize, at least 1; sticky failure when X is no image. */
static oc_expr block_size(oc_op *op, oc_shape x)
{
    const int64_t size = oc_op_attr_int(op, "blocksize", 0);
    if (size < 1 || x.rank != 4)
        oc_op_fail(op, "blocksize must be at least 1 and X of rank 4");
    return oc_int(op, size);
}

static void infer_to_space(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    const oc_expr block = block_size(op, y);
    const size_t channel = oc_op_data(op) ? 3 : 1, row = oc_op_data(op) ? 1 : 2;
    if (y.rank == 4) {
        y.dim[channel] = divided(op, y.dim[channel], oc_mul(op, block, block));
        y.dim[row] = oc_mul(op, y.dim[row], block);
        y.dim[row + 1] = oc_mul(op, y.dim[row + 1], block);
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void infer_to_depth(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    const oc_expr block = block_size(op, y);
    const size_t channel = oc_op_data(op) ? 3 : 1, row = oc_op_data(op) ? 1 : 2;
    if (y.rank == 4) {
        y.dim[channel] = oc_mul(op, y.dim[channel], oc_mul(op, block, block));
        y.dim[row] = divided(op, y.dim[row], block);
        y.dim[row + 1] = divided(op, y.dim[row + 1], block);
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

#define MOST_AXES 64 /* of an image */

/* Col2Im: [N, C * block, L] to [N, C, image]. */
static void infer_columns(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    const oc_shape lengths = oc_op_input(op, 1);
    const oc_block *image = oc_op_value(op, 1), *block = oc_op_value(op, 2);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (x.rank != 3 || lengths.rank != 1 ||
        (image && block && image->count != block->count)) {
        oc_op_fail(op, "the input must be of rank 3, image_shape as long as "
                       "block_shape");
        return;
    }
    const int64_t *stride;
    const size_t strides = oc_op_attr_ints(op, "strides", &stride);
    for (size_t i = 0; i < strides; i++)
        if (stride[i] < 1)
            oc_op_fail(op, "a stride is less than 1");
    if (!oc_expr_is_immediate(lengths.dim[0]) ||
        oc_expr_immediate(lengths.dim[0]) > MOST_AXES) {
        oc_op_needs(op);
        return;
    }
    oc_shape y =
        oc_shape_new(op, (size_t)oc_expr_immediate(lengths.dim[0]) + 2);
    oc_expr taps = block ? oc_expr_of(1) : OC_UNKNOWN;
    for (size_t i = 0; block && i < block->count; i++)
        taps = oc_mul(op, taps, block->element[i]);
    for (size_t i = 2; i < y.rank; i++)
        y.dim[i] = image ? image->element[i - 2]
                         : oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    y.dim[0] = x.dim[0];
    y.dim[1] = divided(op, x.dim[1], taps);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_columns(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "one addition per input element",
                oc_op_input_numel(op, 0));
}

/* CenterCropPad: the axes that are named get the extents of `shape`. */
static void infer_center(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    const oc_block *wanted = oc_op_value(op, 1);
    const int64_t *axes;
    const bool all = !oc_op_has_attr(op, "axes");
    const size_t count = all ? y.rank : oc_op_attr_ints(op, "axes", &axes);
    if (wanted && wanted->count != count)
        oc_op_fail(op, "shape does not have an element per axis");
    for (size_t i = 0; i < count && y.rank > 0; i++) {
        const size_t axis = all ? i : oc_op_axis(op, axes[i], y.rank);
        y.dim[axis] = wanted && i < wanted->count
                          ? wanted->element[i]
                          : oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Crop: border is left, top, right, bottom; scale, height and width, wins. */
static void infer_crop(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    const int64_t *border, *scale;
    const size_t borders = oc_op_attr_ints(op, "border", &border);
    const size_t scales = oc_op_attr_ints(op, "scale", &scale);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (y.rank != 4 || borders != 4 || (scales != 0 && scales != 2)) {
        oc_op_fail(op, "X must be of rank 4, border of 4 and scale of 2 "
                       "elements");
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        const oc_expr cut =
            oc_add(op, oc_int(op, border[1 - i]), oc_int(op, border[3 - i]));
        y.dim[2 + i] =
            scales ? oc_int(op, scale[i]) : oc_sub(op, y.dim[2 + i], cut);
        if (oc_at_most(op, y.dim[2 + i], oc_expr_of(-1)) == OC_YES)
            oc_op_fail(op, "the border is larger than the image");
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_crop(oc_op *op, oc_cost *sum)
{
    oc_cost_read(sum, 0, oc_op_output_numel(op, 0));
}

static void cost_unless_same(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0), y = oc_op_output(op, 0);
    for (size_t axis = 0; axis < x.rank && axis < y.rank; axis++)
        if (oc_equal(op, x.dim[axis], y.dim[axis]) != OC_YES)
            return;
    if (x.rank == y.rank)
        oc_cost_view(sum);
}

#define NHWC "com.ms.internal.nhwc"
#define MOVES(in_domain, name, version, op_source, infer_function,             \
              cost_function, last)                                             \
    OC_DESCRIPTOR(in_domain, name, version, "moves bytes", op_source,          \
                  infer_function, cost_function,                               \
                  .traits = OC_TRAIT_MOVES | OC_TRAIT_FOLLOWS, .data = last)

OC_OP_DEFINE(image) = {
    MOVES("", "DepthToSpace", 1, "ONNX operators, DepthToSpace-13",
          infer_to_space, cost_unless_same, NULL),
    MOVES(NHWC, "DepthToSpace", 1,
          "ONNX Runtime contrib operators, DepthToSpace", infer_to_space,
          cost_unless_same, NHWC),
    MOVES("", "SpaceToDepth", 1, "ONNX operators, SpaceToDepth-13",
          infer_to_depth, cost_unless_same, NULL),
    MOVES(NHWC, "SpaceToDepth", 1,
          "ONNX Runtime contrib operators, SpaceToDepth", infer_to_depth,
          cost_unless_same, NHWC),
    MOVES("", "Crop", 1, "ONNX operators, Crop-1", infer_crop, cost_crop, NULL),
    {.domain = "",
     .op_type = "Col2Im",
     .since_version = 18,
     .rule = "one addition per input element",
     .source = "ONNX operators, Col2Im-18",
     .infer = infer_columns,
     .cost = cost_columns,
     .shape_inputs = OC_IN(1) | OC_IN(2)},
    {.domain = "",
     .op_type = "CenterCropPad",
     .since_version = 18,
     .rule = "moves bytes, unless nothing changes",
     .source = "ONNX operators, CenterCropPad-18",
     .infer = infer_center,
     .cost = cost_unless_same,
     .shape_inputs = OC_IN(1),
     .traits = OC_TRAIT_MOVES | OC_TRAIT_FOLLOWS},
    {0},
};
