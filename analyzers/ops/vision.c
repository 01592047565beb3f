/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/vision.c - sampling and detection: RoiAlign, GridSample,
 * AffineGrid, NonMaxSuppression, ImageDecoder.
 * Not in here: MaxRoiPool (pool.c), Resize (resize.c), operators that only
 * rearrange an image (image.c).
 */
#include <string.h>

#include "analyzers/ops/common.h"
#include "analyzers/ops/descriptor.h"

/* ---- RoiAlign: X [N, C, H, W], rois [R, 4] to [R, C, h, w] ---- */

static void infer_roi_align(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    const oc_shape rois = oc_op_input(op, 1);
    const int64_t height = oc_op_attr_int(op, "output_height", 1);
    const int64_t width = oc_op_attr_int(op, "output_width", 1);
    if (y.rank != 4 || rois.rank != 2 || height < 1 || width < 1) {
        oc_op_fail(op, "X must be of rank 4, rois of rank 2, the output at "
                       "least 1 high and wide");
        return;
    }
    y.dim[0] = rois.dim[0];
    if (oc_op_has_rank(op, 2) && oc_op_type(op, 2)->rank == 1)
        y.dim[0] = oc_unify(op, y.dim[0], oc_op_type(op, 2)->dim[0]);
    y.dim[2] = oc_int(op, height);
    y.dim[3] = oc_int(op, width);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Every bin takes sampling_ratio^2 bilinear samples: 4 products, 3 additions
 * and their sum or maximum per channel, 16 flops for the weights. A ratio of
 * 0 adapts to the size of each region. */
static void cost_roi_align(oc_op *op, oc_cost *sum)
{
    const oc_shape y = oc_op_output(op, 0);
    const int64_t ratio = oc_op_attr_int(op, "sampling_ratio", 0);
    const oc_expr side = oc_int(op, ratio);
    oc_expr samples = oc_mul(op, side, side);
    if (y.rank != 4)
        return;
    if (ratio <= 0)
        samples = oc_fresh(op, oc_expr_of(1), OC_UNKNOWN);
    const oc_expr bins = oc_mul(op, y.dim[0], oc_shape_product(op, y, 2, 4));
    oc_cost_add(sum, OC_FLOPS, "samples",
                oc_times(op, 8, oc_mul(op, samples, oc_shape_numel(op, y))));
    oc_cost_add(sum, OC_FLOPS, "weights of the samples",
                oc_times(op, 16, oc_mul(op, samples, bins)));
}

/* ---- GridSample: X [N, C, D1..Dm], or [N, D1..Dm, C] for rows with .data;
 * grid [N, O1..Om, m] ---- */

static void infer_grid_sample(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    const oc_shape grid = oc_op_input(op, 1);
    const size_t first = oc_op_data(op) ? 1 : 2; /* spatial axis of X */
    if (y.rank < 3 || grid.rank != y.rank) {
        oc_op_fail(op, "X and grid must have one rank of at least 3");
        return;
    }
    const oc_expr spatial = oc_expr_of((int64_t)y.rank - 2);
    y.dim[0] = oc_unify(op, y.dim[0], grid.dim[0]);
    oc_unify(op, grid.dim[y.rank - 1], spatial);
    for (size_t i = 0; i + 2 < y.rank; i++)
        y.dim[first + i] = grid.dim[1 + i];
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* taps^m products and the additions between them for each of E elements; for
 * each of Q positions the coordinates and the weights of their taps. */
static void cost_grid_sample(oc_op *op, oc_cost *sum)
{
    const oc_shape y = oc_op_output(op, 0);
    const char *mode = oc_op_attr_string(op, "mode", "linear");
    const bool nearest = strcmp(mode, "nearest") == 0;
    const bool cubic = strstr(mode, "cubic") != NULL;
    if (y.rank < 3 || y.rank > 16) {
        oc_op_needs(op);
        return;
    }
    const int64_t m = (int64_t)y.rank - 2;
    const int64_t corners = INT64_C(1) << (cubic ? 2 * m : m);
    const int64_t taps = nearest ? 1 : corners;
    const oc_expr elements = oc_shape_numel(op, y);
    const oc_expr positions = oc_mul(
        op, y.dim[0], oc_shape_product(op, oc_op_input(op, 1), 1, y.rank - 1));
    int64_t per_position = 6 * m + corners * (m - 1);
    if (nearest)
        per_position = 4 * m;
    else if (cubic)
        per_position = 36 * m;
    if (cubic)
        oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    if (!nearest)
        oc_cost_add(sum, OC_FLOPS, "weighted sum of taps",
                    oc_times(op, 2 * taps - 1, elements));
    oc_cost_add(sum, OC_FLOPS, "coordinates and weights",
                oc_times(op, per_position, positions));
    oc_cost_read(
        sum, 0,
        oc_min(op, oc_op_input_numel(op, 0), oc_times(op, taps, elements)));
}

/* ---- AffineGrid: theta [N, m, m + 1], size [N, C, D1..Dm] ---- */

/* Spatial axes, by the one or the other; 0 when neither is known. */
static size_t grid_axes(oc_op *op, oc_shape theta)
{
    const oc_type *size = oc_op_type(op, 1);
    if (size->rank == 1 && oc_expr_is_immediate(size->dim[0]))
        return (size_t)oc_expr_immediate(size->dim[0]) - 2;
    if (theta.rank == 3 && oc_expr_is_immediate(theta.dim[1]))
        return (size_t)oc_expr_immediate(theta.dim[1]);
    oc_op_needs(op);
    return 0;
}

static void infer_affine_grid(oc_op *op)
{
    const oc_shape theta = oc_op_input(op, 0);
    const size_t m = grid_axes(op, theta);
    const oc_block *size = oc_op_value(op, 1);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (theta.rank != 3 || m < 2 || m > 3) {
        oc_op_fail(op, "theta must be of rank 3, size of 4 or 5 elements");
        return;
    }
    if (size && size->count != m + 2)
        size = NULL; /* not of rank 1 */
    oc_shape y = oc_shape_new(op, m + 2);
    y.dim[0] = theta.dim[0];
    if (size)
        y.dim[0] = oc_unify(op, size->element[0], theta.dim[0]);
    for (size_t i = 0; i < m; i++)
        y.dim[1 + i] =
            size ? size->element[2 + i] : oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    y.dim[m + 1] = oc_unify(op, theta.dim[1], oc_expr_of((int64_t)m));
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Each of the m coordinates of a position is a product with a row of m + 1. */
static void cost_affine_grid(oc_op *op, oc_cost *sum)
{
    const oc_shape y = oc_op_output(op, 0);
    const int type = oc_op_dtype(op, 0);
    oc_cost_types(sum, type, type);
    oc_cost_add(sum, OC_MACS, "coordinates * row of theta",
                oc_times(op, (int64_t)y.rank - 1, oc_shape_numel(op, y)));
}

/* ---- NonMaxSuppression: boxes [B, n, 4], scores [B, classes, n] ---- */

/* Boxes kept per class, or OC_UNKNOWN; none when the limit is absent. */
static oc_expr box_limit(oc_op *op)
{
    if (!oc_op_has_input(op, 2))
        return oc_expr_of(0);
    const oc_block *limit = oc_op_value(op, 2);
    return limit && limit->count == 1 ? limit->element[0] : OC_UNKNOWN;
}

static oc_expr kept_boxes(oc_op *op, oc_expr boxes)
{
    const oc_expr limit = box_limit(op);
    if (!oc_expr_is_known(limit))
        return boxes;
    return oc_max(op, oc_expr_of(0), oc_min(op, boxes, limit));
}

static void infer_suppression(oc_op *op)
{
    const oc_shape scores = oc_op_input(op, 1);
    oc_shape y = oc_shape_new(op, 2);
    oc_op_set_dtype(op, 0, OC_ELEM_INT64);
    if (scores.rank != 3) {
        oc_op_fail(op, "scores must be of rank 3");
        return;
    }
    const oc_expr most = oc_mul(op, oc_shape_product(op, scores, 0, 2),
                                kept_boxes(op, scores.dim[2]));
    y.dim[0] = oc_expr_is(most, 0) ? most : oc_fresh(op, OC_UNKNOWN, most);
    y.dim[1] = oc_expr_of(3);
    oc_op_set_output(op, 0, OC_ELEM_INT64, y);
}

/* Sort by score; at worst every box meets every box that is kept, and an
 * overlap is 16 flops. */
static void cost_suppression(oc_op *op, oc_cost *sum)
{
    const oc_shape scores = oc_op_input(op, 1);
    if (scores.rank != 3)
        return;
    const oc_expr boxes = scores.dim[2];
    const oc_expr lists = oc_shape_product(op, scores, 0, 2);
    const oc_expr sorted = oc_mul(op, boxes, oc_clog2(op, boxes));
    const oc_expr overlaps = oc_mul(op, boxes, kept_boxes(op, boxes));
    oc_cost_is(sum, OC_FLOPS, OC_UPPER_BOUND);
    oc_cost_add(sum, OC_FLOPS, "sort", oc_mul(op, lists, sorted));
    oc_cost_add(sum, OC_FLOPS, "overlaps",
                oc_times(op, 16, oc_mul(op, lists, overlaps)));
}

/* ---- ImageDecoder: bytes to [H, W, channels] ---- */

static void infer_decoder(oc_op *op)
{
    const char *format = oc_op_attr_string(op, "pixel_format", "RGB");
    oc_shape y = oc_shape_new(op, 3);
    y.dim[0] = oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    y.dim[1] = oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    y.dim[2] = oc_expr_of(strcmp(format, "Grayscale") == 0 ? 1 : 3);
    oc_op_set_output(op, 0, OC_ELEM_UINT8, y);
}

#define SAMPLE                                                                 \
    "per output a product for each tap and the additions between them, per "   \
    "position its coordinates and weights"

OC_OP_DEFINE(vision) = {
    {.domain = "",
     .op_type = "RoiAlign",
     .since_version = 10,
     .rule = "8 flops per output and sample, 16 per bin and sample",
     .source = "ONNX operators, RoiAlign-22",
     .infer = infer_roi_align,
     .cost = cost_roi_align},
    OC_ONNX("GridSample", 16, SAMPLE, "GridSample-22", infer_grid_sample,
            cost_grid_sample),
    OC_MICROSOFT("GridSample", SAMPLE, infer_grid_sample, cost_grid_sample),
    OC_CONTRIB("com.ms.internal.nhwc", "GridSample", 16, SAMPLE,
               infer_grid_sample, cost_grid_sample, .data = "channels last"),
    {.domain = "",
     .op_type = "AffineGrid",
     .since_version = 20,
     .rule = "m * (m + 1) MACs per position of m coordinates",
     .source = "ONNX operators, AffineGrid-20",
     .infer = infer_affine_grid,
     .cost = cost_affine_grid,
     .shape_inputs = OC_IN(1)},
    {.domain = "",
     .op_type = "NonMaxSuppression",
     .since_version = 10,
     .rule = "at most a sort per class and 16 flops for each pair of a box "
             "and a box that is kept",
     .source = "ONNX operators, NonMaxSuppression-11",
     .infer = infer_suppression,
     .cost = cost_suppression},
    {.domain = "",
     .op_type = "ImageDecoder",
     .since_version = 20,
     .rule = "moves bytes: reads the stream, writes the image",
     .source = "ONNX operators, ImageDecoder-20",
     .infer = infer_decoder,
     .traits = OC_TRAIT_MOVES},
    {0},
};
