/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/nchwc.c - into and out of the blocked layout of
 * com.microsoft.nchwc, and Upsample in it.
 *
 * The layout keeps the dims [N, C, H, W] but pads C to full blocks of 8 or
 * 16, as the machine that wrote the file needs. Convolutions are in conv.c,
 * poolings in pool.c.
 */
#include "analyzers/ops/descriptor.h"

static oc_expr in_blocks(oc_op *op, oc_expr channels, int64_t block)
{
    return oc_times(op, block, oc_ceil_div(op, channels, oc_expr_of(block)));
}

/* Padded channels; not known where the size of a block matters. */
static oc_expr padded(oc_op *op, oc_expr channels)
{
    const oc_expr least = in_blocks(op, channels, 8);
    const oc_expr most = in_blocks(op, channels, 16);
    return oc_equal(op, least, most) == OC_YES ? most : OC_UNKNOWN;
}

static bool has_four_dims(oc_op *op)
{
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0))
        return false;
    if (oc_op_type(op, 0)->rank == 4)
        return true;
    oc_op_fail(op, "X must have 4 dims");
    return false;
}

static void infer_input(oc_op *op)
{
    const bool last = oc_op_attr_int(op, "channels_last", 0) != 0;
    if (!has_four_dims(op))
        return;
    const oc_shape x = oc_op_input(op, 0);
    oc_shape y = oc_shape_new(op, 4);
    y.dim[0] = x.dim[0];
    y.dim[1] = padded(op, x.dim[last ? 3 : 1]);
    y.dim[2] = x.dim[last ? 1 : 2];
    y.dim[3] = x.dim[last ? 2 : 3];
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void infer_output(oc_op *op)
{
    const bool last = oc_op_attr_int(op, "channels_last", 0) != 0;
    const int64_t channels = oc_op_attr_int(op, "channels", 0);
    if (!has_four_dims(op))
        return;
    const oc_shape x = oc_op_input(op, 0);
    oc_shape y = oc_shape_new(op, 4);
    if (channels < 1)
        oc_op_fail(op, "channels must be positive");
    y.dim[0] = x.dim[0];
    y.dim[last ? 3 : 1] = oc_int(op, channels);
    y.dim[last ? 1 : 2] = x.dim[2];
    y.dim[last ? 2 : 3] = x.dim[3];
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void infer_upsample(oc_op *op)
{
    const int64_t *scales;
    if (!has_four_dims(op))
        return;
    oc_shape y = oc_op_input(op, 0);
    if (oc_op_attr_ints(op, "scales", &scales) != 4) {
        oc_op_fail(op, "scales must have 4 elements");
        return;
    }
    for (size_t axis = 0; axis < 4; axis++) {
        if (scales[axis] < 1)
            oc_op_fail(op, "scales must be positive");
        y.dim[axis] = oc_mul(op, y.dim[axis], oc_int(op, scales[axis]));
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Nearest copies; linear has 2 taps on each axis that grows. */
static void cost_upsample(oc_op *op, oc_cost *sum)
{
    const int64_t *scales;
    const size_t count = oc_op_attr_ints(op, "scales", &scales);
    const char *mode = oc_op_attr_string(op, "mode", "nearest");
    int64_t taps = 1;
    for (size_t axis = 0; axis < count && axis < 4; axis++)
        taps *= scales[axis] != 1 && mode[0] != 'n' ? 2 : 1;
    if (taps > 1)
        oc_cost_add(sum, OC_FLOPS, "interpolation",
                    oc_times(op, 2 * taps - 1, oc_op_output_numel(op, 0)));
}

#define NCHWC(name, words, infer_function, ...)                                \
    OC_CONTRIB("com.microsoft.nchwc", name, 1, words, infer_function,          \
               __VA_ARGS__)

OC_OP_DEFINE(microsoft_nchwc) = {
    NCHWC("ReorderInput", "moves bytes", infer_input, NULL,
          .traits = OC_TRAIT_MOVES),
    NCHWC("ReorderOutput", "moves bytes", infer_output, NULL,
          .traits = OC_TRAIT_MOVES),
    NCHWC("Upsample",
          "nothing for nearest; linear 2^(m + 1) - 1 FLOPs per output over m "
          "axes",
          infer_upsample, cost_upsample),
    {0},
};
