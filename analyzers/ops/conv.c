/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/conv.c - Conv, ConvInteger, QLinearConv and DeformConv.
 *
 * Y[n, m, o] = B[m] + sum over c, k of X[n, c, o * stride + k * dilation -
 * pad] * W[m, c, k], c within the group of m. Padding taps are counted.
 */
#include "analyzers/ops/conv.h"

oc_expr oc_conv_group(oc_op *op)
{
    const int64_t group = oc_op_attr_int(op, "group", 1);
    if (group < 1)
        oc_op_fail(op, "group is less than 1");
    return oc_int(op, group);
}

void oc_conv_bias(oc_op *op, oc_cost *sum, size_t input)
{
    if (oc_op_has_input(op, input))
        oc_cost_add(sum, OC_FLOPS, "bias", oc_op_output_numel(op, 0));
}

/* The channels agree, and split evenly into groups. */
static void check_groups(oc_op *op, oc_expr channels, oc_shape w)
{
    const oc_expr group = oc_conv_group(op);
    oc_unify(op, channels, oc_mul(op, group, w.dim[1]));
    if (oc_equal(op, oc_mod(op, w.dim[0], group), oc_expr_of(0)) == OC_NO)
        oc_op_fail(op, "output channels are no multiple of group");
}

/* [M, C / group, K1..Kk] of a filter that is [M, K1..Kk, C / group]. */
static oc_shape channels_second(oc_op *op, oc_shape w)
{
    oc_shape moved = oc_shape_new(op, w.rank);
    moved.dim[0] = w.dim[0];
    moved.dim[1] = w.dim[w.rank - 1];
    for (size_t axis = 2; axis < w.rank; axis++)
        moved.dim[axis] = w.dim[axis - 1];
    return moved;
}

bool oc_conv_read(oc_op *op, oc_conv conv, oc_conv_operands *operands)
{
    const oc_shape x = oc_op_input(op, conv.data);
    const bool filtered = oc_op_has_rank(op, conv.filter);
    oc_shape w = {0};
    if (filtered)
        w = oc_op_input(op, conv.filter);
    if (x.rank < 2 || (filtered && w.rank != x.rank)) {
        oc_op_fail(op, "X and W must have one rank of at least 2");
        return false;
    }
    if (filtered && conv.filter_channels_last)
        w = channels_second(op, w);
    *operands = (oc_conv_operands){
        .data = x,
        .filter = w,
        .filtered = filtered,
        .channel = conv.channels_last ? x.rank - 1 : 1,
        .first = conv.channels_last ? 1 : 2,
    };
    return true;
}

oc_window oc_conv_window(oc_op *op, const oc_conv_operands *at)
{
    return oc_window_read(op, at->data.rank - 2,
                          at->filtered ? at->filter.dim + 2 : NULL);
}

void oc_conv_infer(oc_op *op, oc_conv conv, int elem_type)
{
    oc_conv_operands at;
    oc_op_set_dtype(op, 0, elem_type);
    if (!oc_conv_read(op, conv, &at))
        return;
    oc_shape y = at.data;
    if (at.filtered)
        check_groups(op, y.dim[at.channel], at.filter);
    const oc_window window = oc_conv_window(op, &at);
    for (size_t i = 0; i < window.rank; i++)
        y.dim[at.first + i] =
            oc_window_count(op, &window, i, y.dim[at.first + i]);
    y.dim[at.channel] = at.filtered ? at.filter.dim[0] : OC_UNKNOWN;
    oc_op_set_output(op, 0, elem_type, y);
}

/* [N, D1..Dk] of `shape`, times all weights. */
static void macs(oc_op *op, oc_cost *sum, oc_conv conv, oc_shape shape,
                 const char *label)
{
    const oc_shape w = oc_op_input(op, conv.filter);
    const size_t channel = conv.channels_last ? shape.rank - 1 : 1;
    const int64_t nnz = oc_op_nnz(op, conv.filter);
    oc_expr amount = nnz >= 0 ? oc_int(op, nnz) : oc_shape_numel(op, w);
    for (size_t axis = 0; axis < shape.rank; axis++)
        if (axis != channel)
            amount = oc_mul(op, amount, shape.dim[axis]);
    oc_cost_types(sum, oc_op_dtype(op, conv.data),
                  oc_op_dtype(op, conv.filter));
    oc_cost_add(sum, OC_MACS, label, amount);
}

void oc_conv_macs(oc_op *op, oc_cost *sum, oc_conv conv)
{
    macs(op, sum, conv, oc_op_output(op, 0), "output positions * weights");
}

void oc_conv_transpose_macs(oc_op *op, oc_cost *sum, oc_conv conv)
{
    macs(op, sum, conv, oc_op_input(op, conv.data),
         "input positions * weights");
}

void oc_conv_quantized_flops(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "zero point of x", oc_op_input_numel(op, 0));
    oc_conv_bias(op, sum, 8);
    oc_cost_add(sum, OC_FLOPS, "requantise",
                oc_times(op, 5, oc_op_output_numel(op, 0)));
}

static const oc_conv plain = {.data = 0, .filter = 1};

static void infer_conv(oc_op *op)
{
    oc_conv_infer(op, plain, oc_op_dtype(op, 0));
}

static void cost_conv(oc_op *op, oc_cost *sum)
{
    oc_conv_macs(op, sum, plain);
    oc_conv_bias(op, sum, 2);
}

static void infer_integer(oc_op *op)
{
    oc_conv_infer(op, plain, OC_ELEM_INT32);
}

static void cost_integer(oc_op *op, oc_cost *sum)
{
    oc_conv_macs(op, sum, plain);
    if (oc_op_has_input(op, 2))
        oc_cost_add(sum, OC_FLOPS, "zero point of x", oc_op_input_numel(op, 0));
}

static const oc_conv quantized = {.filter = OC_CONV_QUANTIZED_W};

static void infer_quantized(oc_op *op)
{
    oc_conv_infer(op, quantized, oc_op_dtype(op, OC_CONV_QUANTIZED_Y));
}

static void cost_quantized(oc_op *op, oc_cost *sum)
{
    oc_conv_macs(op, sum, quantized);
    oc_conv_quantized_flops(op, sum);
}

/* DeformConv: X, W, offset, B, mask. Offsets are per tap and position. */
static void infer_deform(oc_op *op)
{
    oc_conv_infer(op, plain, oc_op_dtype(op, 0));
    if (oc_op_attr_int(op, "offset_group", 1) < 1)
        oc_op_fail(op, "offset_group is less than 1");
}

/* Every tap of every position is interpolated in m dimensions: 2^m products
 * and 2^m - 1 additions per channel; per offset group its coordinate (4 per
 * axis) and the 2^m weights of m - 1 products each. */
static void cost_deform(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0), y = oc_op_output(op, 0);
    const oc_shape w = oc_op_input(op, 1);
    if (y.rank < 2 || y.rank > 32) {
        oc_op_needs(op);
        return;
    }
    oc_conv_macs(op, sum, plain);
    oc_conv_bias(op, sum, 3);
    const int64_t m = (int64_t)y.rank - 2;
    const int64_t corners = INT64_C(1) << m;
    const int64_t masked = oc_op_has_input(op, 4);
    const oc_expr groups = oc_int(op, oc_op_attr_int(op, "offset_group", 1));
    const oc_expr taps = oc_mul(op, y.dim[0],
                                oc_mul(op, oc_shape_product(op, w, 2, w.rank),
                                       oc_shape_product(op, y, 2, y.rank)));
    oc_cost_add(
        sum, OC_FLOPS, "interpolate taps",
        oc_times(op, 2 * corners - 1 + masked, oc_mul(op, taps, x.dim[1])));
    oc_cost_add(
        sum, OC_FLOPS, "coordinates and weights",
        oc_times(op, 4 * m + corners * (m - 1), oc_mul(op, taps, groups)));
}

OC_OP_DEFINE(conv) = {
    {.domain = "",
     .op_type = "Conv",
     .since_version = 1,
     .rule = "one MAC per output element, input channel of its group and "
             "kernel tap, padding included; one addition per output for B",
     .source = "ONNX operators, Conv-22",
     .infer = infer_conv,
     .cost = cost_conv,
     .weight_inputs = OC_IN(1) | OC_IN(2)},
    {.domain = "",
     .op_type = "ConvInteger",
     .since_version = 10,
     .rule = "as Conv; one subtraction per element of x for its zero point",
     .source = "ONNX operators, ConvInteger-10",
     .infer = infer_integer,
     .cost = cost_integer,
     .weight_inputs = OC_IN(1),
     .scale_inputs = OC_IN(2) | OC_IN(3)},
    {.domain = "",
     .op_type = "QLinearConv",
     .since_version = 10,
     .rule = "as Conv; one subtraction per element of x for its zero point; "
             "five flops per output to requantise",
     .source = "ONNX operators, QLinearConv-10",
     .infer = infer_quantized,
     .cost = cost_quantized,
     .weight_inputs = OC_IN(3) | OC_IN(8),
     .scale_inputs = OC_IN(1) | OC_IN(2) | OC_IN(4) | OC_IN(5) | OC_IN(6) |
                     OC_IN(7)},
    {.domain = "",
     .op_type = "DeformConv",
     .since_version = 19,
     .rule = "as Conv; every tap is interpolated at its offset",
     .source = "ONNX operators, DeformConv-22",
     .infer = infer_deform,
     .cost = cost_deform,
     .weight_inputs = OC_IN(1) | OC_IN(3)},
    {0},
};
