/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/signal.c - DFT, STFT, windows and MelWeightMatrix.
 */
#include "analyzers/ops/signal.h"

#include "analyzers/ops/descriptor.h"

void oc_signal_transform(oc_op *op, oc_cost *sum, oc_expr length, oc_expr count,
                         bool one_sided)
{
    const oc_expr each = oc_mul(op, length, oc_clog2(op, length));
    const oc_expr both = oc_times(op, 5, oc_mul(op, each, count));
    const oc_expr half = oc_floor_div(op, oc_plus(op, both, 1), oc_expr_of(2));
    oc_cost_add(sum, OC_FLOPS, "fast Fourier transform",
                one_sided ? half : both);
}

/* The only element of an input, or OC_UNKNOWN. */
static oc_expr scalar(oc_op *op, size_t input)
{
    const oc_block *block = oc_op_value(op, input);
    return block && block->count == 1 ? block->element[0] : OC_UNKNOWN;
}

/* The same, or a fresh size when it is known at run time only. */
static oc_expr size_input(oc_op *op, size_t input)
{
    if (oc_op_value(op, input))
        return scalar(op, input);
    return oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
}

/* Bins of a transform, or those that a real signal needs. */
static oc_expr bins(oc_op *op, oc_expr length, bool one_sided)
{
    if (!one_sided)
        return length;
    return oc_plus(op, oc_floor_div(op, length, oc_expr_of(2)), 1);
}

/* ---- DFT: the last axis holds the real and the imaginary part ---- */

typedef struct transform {
    size_t axis;
    bool inverse, one_sided;
    oc_expr length;
} transform;

/* The axis became an input in version 20, with another default. */
static size_t transform_axis(oc_op *op, size_t rank)
{
    int64_t axis = oc_op_version(op) < 20 ? 1 : -2;
    if (oc_op_version(op) < 20) {
        axis = oc_op_attr_int(op, "axis", axis);
    } else if (oc_op_has_input(op, 2)) {
        const oc_block *block = oc_op_value(op, 2);
        if (!block || block->count != 1 ||
            !oc_expr_is_immediate(block->element[0]))
            oc_op_needs(op);
        else
            axis = oc_expr_immediate(block->element[0]);
    }
    return oc_op_axis(op, axis, rank);
}

static transform read_transform(oc_op *op, oc_shape x)
{
    transform t = {.inverse = oc_op_attr_int(op, "inverse", 0) != 0,
                   .one_sided = oc_op_attr_int(op, "onesided", 0) != 0};
    t.axis = transform_axis(op, x.rank);
    if (x.rank < 2 || t.axis == x.rank - 1) {
        oc_op_fail(op, "the axis must be one of the signal");
        return t;
    }
    if (oc_op_has_input(op, 1))
        t.length = scalar(op, 1);
    else if (t.inverse && t.one_sided)
        t.length = oc_times(op, 2, oc_plus(op, x.dim[t.axis], -1));
    else
        t.length = x.dim[t.axis];
    return t;
}

static void infer_transform(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    transform t = read_transform(op, y);
    if (oc_op_has_input(op, 1))
        t.length = size_input(op, 1);
    if (y.rank >= 2) {
        y.dim[t.axis] = bins(op, t.length, t.one_sided && !t.inverse);
        y.dim[y.rank - 1] = oc_expr_of(t.one_sided && t.inverse ? 1 : 2);
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_transform(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0), y = oc_op_output(op, 0);
    transform t = read_transform(op, x);
    if (x.rank < 2 || y.rank != x.rank)
        return;
    if (t.inverse || !t.one_sided) /* all of them come out */
        t.length = y.dim[t.axis];
    const oc_expr count =
        oc_mul(op, oc_shape_product(op, x, 0, t.axis),
               oc_shape_product(op, x, t.axis + 1, x.rank - 1));
    oc_signal_transform(op, sum, t.length, count, t.one_sided);
    if (t.inverse)
        oc_cost_add(sum, OC_FLOPS, "divide by the length",
                    oc_times(op, 2, oc_mul(op, t.length, count)));
}

/* ---- STFT: signal [B, length, 1 or 2], step, window, frame_length ---- */

/* The window is as long as the frame; OC_UNKNOWN when it is not known. */
static oc_expr frame_length(oc_op *op, oc_shape signal)
{
    oc_expr length = scalar(op, 3);
    if (!oc_op_has_input(op, 3) && !oc_op_has_input(op, 2))
        return signal.dim[1];
    if (oc_op_has_rank(op, 2) && oc_op_type(op, 2)->rank == 1)
        length = oc_unify(op, oc_op_type(op, 2)->dim[0], length);
    return length;
}

static void infer_frames(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_shape y = oc_shape_new(op, 4);
    const bool one_sided = oc_op_attr_int(op, "onesided", 1) != 0;
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (x.rank != 3) {
        oc_op_fail(op, "the signal must be of rank 3");
        return;
    }
    const oc_expr step = size_input(op, 1), one = oc_expr_of(1);
    oc_expr length = frame_length(op, x);
    if (length == OC_UNKNOWN && !oc_op_value(op, 3))
        length = oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    if (oc_at_most(op, one, step) == OC_NO)
        oc_op_fail(op, "frame_step is less than 1");
    else if (oc_assume_that(op, OC_ASSUME_AT_MOST, length, x.dim[1]) == OC_NO)
        oc_op_fail(op, "a frame is longer than the signal");
    const oc_expr room = oc_sub(op, x.dim[1], length);
    y.dim[0] = x.dim[0];
    y.dim[1] = oc_plus(op, oc_floor_div(op, room, step), 1);
    y.dim[2] = bins(op, length, one_sided);
    y.dim[3] = oc_expr_of(2);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_frames(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0), y = oc_op_output(op, 0);
    if (x.rank != 3 || y.rank != 4)
        return;
    const oc_expr length = frame_length(op, x);
    const oc_expr frames = oc_mul(op, y.dim[0], y.dim[1]);
    oc_signal_transform(op, sum, length, frames,
                        oc_op_attr_int(op, "onesided", 1) != 0);
    if (oc_op_has_input(op, 2))
        oc_cost_add(sum, OC_FLOPS, "window", oc_mul(op, length, frames));
}

/* ---- windows: a constant and one or two weighted cosines ---- */

/* A row's .data. */
typedef struct window {
    int flops, transcendentals;
} window;

static void infer_window(oc_op *op)
{
    oc_shape y = oc_shape_new(op, 1);
    y.dim[0] = size_input(op, 0);
    oc_op_set_output(
        op, 0, (int)oc_op_attr_int(op, "output_datatype", OC_ELEM_FLOAT), y);
}

static void cost_window(oc_op *op, oc_cost *sum)
{
    const window *row = oc_op_data(op);
    const oc_expr elements = oc_op_output_numel(op, 0);
    oc_cost_add(sum, OC_FLOPS, "per element",
                oc_times(op, row->flops, elements));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "cosines",
                oc_times(op, row->transcendentals, elements));
}

/* ---- MelWeightMatrix: [dft_length / 2 + 1, num_mel_bins] ---- */

static void infer_mel(oc_op *op)
{
    oc_shape y = oc_shape_new(op, 2);
    y.dim[0] = bins(op, size_input(op, 1), true);
    y.dim[1] = size_input(op, 0);
    oc_op_set_output(
        op, 0, (int)oc_op_attr_int(op, "output_datatype", OC_ELEM_FLOAT), y);
}

/* Triangles: a distance and a division per element; the edges of the bins
 * are powers, two of them logarithms first. */
static void cost_mel(oc_op *op, oc_cost *sum)
{
    const oc_shape y = oc_op_output(op, 0);
    if (y.rank != 2)
        return;
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_is(sum, OC_TRANSCENDENTALS, OC_ESTIMATE);
    oc_cost_add(sum, OC_FLOPS, "slopes",
                oc_times(op, 2, oc_shape_numel(op, y)));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "edges", oc_plus(op, y.dim[1], 4));
}

#define WINDOW(name, words, ...)                                               \
    OC_ONNX(name, 17, words, name "-17", infer_window, cost_window,            \
            .shape_inputs = OC_IN(0), .data = &(const window){__VA_ARGS__})

OC_OP_DEFINE(signal) = {
    {.domain = "",
     .op_type = "DFT",
     .since_version = 17,
     .rule = "5 n log2 n flops per transform of length n, half of that one-"
             "sided, and 2 n for an inverse; the logarithm is rounded up",
     .source = "ONNX operators, DFT-20",
     .infer = infer_transform,
     .cost = cost_transform,
     .shape_inputs = OC_IN(1) | OC_IN(2)},
    {.domain = "",
     .op_type = "STFT",
     .since_version = 17,
     .rule = "2.5 n log2 n flops per frame of length n, twice that two-"
             "sided, and n for a window; the logarithm is rounded up",
     .source = "ONNX operators, STFT-17",
     .infer = infer_frames,
     .cost = cost_frames,
     .shape_inputs = OC_IN(1) | OC_IN(3)},
    WINDOW("HannWindow", "three flops and a cosine per element", 3, 1),
    WINDOW("HammingWindow", "three flops and a cosine per element", 3, 1),
    WINDOW("BlackmanWindow", "six flops and two cosines per element", 6, 2),
    {.domain = "",
     .op_type = "MelWeightMatrix",
     .since_version = 17,
     .rule = "two flops per element, a power per edge of a bin",
     .source = "ONNX operators, MelWeightMatrix-17",
     .infer = infer_mel,
     .cost = cost_mel,
     .shape_inputs = OC_IN(0) | OC_IN(1) | OC_IN(2) | OC_IN(3) | OC_IN(4)},
    {0},
};
