/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/resize.c - Resize and Upsample: every output element is a
 * weighted sum of some taps along each axis that is resized; coordinates are
 * computed once per axis and cost nothing.
 */
#include <string.h>

#include "analyzers/ops/common.h"
#include "analyzers/ops/descriptor.h"

/* A row's .data: where its operands are; 0 where there are none. */
typedef struct operands {
    size_t roi, scales, sizes;
} operands;

/* One axis: what is known of it beside its dims. */
typedef struct axis_scale {
    bool named;     /* by `axes`, or because there is none */
    oc_expr scale;  /* as given; OC_UNKNOWN with sizes */
    oc_expr size;   /* as given; OC_UNKNOWN with scales */
    oc_expr extent; /* of the region of interest, 1 for all */
} axis_scale;

/* The elements that an operand has for the named axes, in their order. */
static const oc_expr *list(oc_op *op, size_t input, size_t count)
{
    const oc_block *block = input ? oc_op_value(op, input) : NULL;
    if (!block)
        return NULL;
    if (block->count == count)
        return block->element;
    oc_op_fail(op, "scales or sizes do not have an element per axis");
    return NULL;
}

/* Scales of before there was an operand for them. */
static const oc_expr *scales_attribute(oc_op *op, size_t rank)
{
    const float *values;
    const size_t count = oc_op_attr_floats(op, "scales", &values);
    oc_expr *scale = OC_OP_NEW(op, oc_expr, rank);
    for (size_t i = 0; i < rank; i++)
        scale[i] =
            i < count ? oc_real(op, values[i], OC_ELEM_FLOAT) : oc_expr_of(1);
    if (oc_op_has_attr(op, "height_scale") && rank == 4) {
        scale[2] =
            oc_real(op, oc_op_attr_float(op, "height_scale", 1), OC_ELEM_FLOAT);
        scale[3] =
            oc_real(op, oc_op_attr_float(op, "width_scale", 1), OC_ELEM_FLOAT);
    } else if (count != rank) {
        oc_op_fail(op, "scales do not have an element per axis");
    }
    return scale;
}

/* An operand that is there and not the empty tensor that stands for none. */
static bool given(oc_op *op, size_t input)
{
    if (!input || !oc_op_has_input(op, input))
        return false;
    const oc_type *type = oc_op_type(op, input);
    return type->rank != 1 || !oc_expr_is(type->dim[0], 0);
}

/* The named axes in the order of scales and sizes; *count of them. */
static size_t *named_axes(oc_op *op, size_t rank, size_t *count)
{
    const int64_t *axes;
    const bool all = !oc_op_has_attr(op, "axes");
    *count = all ? rank : oc_op_attr_ints(op, "axes", &axes);
    size_t *order = OC_OP_NEW(op, size_t, *count);
    for (size_t i = 0; i < *count; i++)
        order[i] = all ? i : oc_op_axis(op, axes[i], rank);
    return order;
}

static axis_scale *read_axes(oc_op *op, oc_shape x)
{
    const operands *where = oc_op_data(op);
    const bool crops =
        strcmp(oc_op_attr_string(op, "coordinate_transformation_mode", ""),
               "tf_crop_and_resize") == 0;
    const bool sized = given(op, where->sizes);
    axis_scale *axis = OC_OP_NEW(op, axis_scale, x.rank);
    size_t count;
    const size_t *order = named_axes(op, x.rank, &count);
    const oc_expr *size = NULL, *scale = NULL, *roi = NULL;
    if (x.rank == 0 || count == 0)
        return axis;
    if (!sized && where->scales && !given(op, where->scales))
        oc_op_fail(op, "neither scales nor sizes are given");
    if (sized)
        size = list(op, where->sizes, count);
    else if (where->scales)
        scale = list(op, where->scales, count);
    else
        scale = scales_attribute(op, x.rank);
    if (crops && !sized)
        roi = list(op, where->roi, 2 * count);
    for (size_t i = 0; i < count; i++) {
        axis_scale *a = &axis[order[i]];
        a->named = true;
        a->extent = oc_expr_of(1);
        if (size)
            a->size = size[i];
        if (scale)
            a->scale = scale[i];
        if (crops && !sized)
            a->extent = roi ? oc_sub(op, roi[count + i], roi[i]) : OC_UNKNOWN;
    }
    return axis;
}

/* The simplest fraction that rounds to this scale: 0.7 is written as 11744051
 * / 2^24, and means 7 / 10. */
static oc_expr meant(oc_op *op, oc_expr scale)
{
    double value;
    if (!oc_to_double(op, scale, &value) || value <= 0 || value > 1e6)
        return scale;
    for (int64_t q = 1; q <= 64; q++) {
        const int64_t p = (int64_t)(value * (double)q + 0.5);
        if ((float)((double)p / (double)q) == (float)value)
            return oc_quotient(op, oc_int(op, p), oc_int(op, q));
    }
    return scale;
}

/* floor(dim * scale). Runtimes compute it in single precision, where 10 *
 * 0.7 is 7: so are constants here. */
static oc_expr scaled(oc_op *op, oc_expr dim, const axis_scale *axis)
{
    const oc_expr one = oc_expr_of(1);
    const oc_expr all = oc_mul(op, dim, axis->extent);
    const oc_expr exact = oc_mul(op, all, axis->scale);
    double value;
    if (!oc_to_double(op, exact, &value))
        return oc_floor_div(op, oc_mul(op, all, meant(op, axis->scale)), one);
    const oc_expr whole = oc_floor_div(op, exact, one);
    if (whole == exact)
        return whole;
    return oc_floor_div(op, oc_real(op, value, OC_ELEM_FLOAT), one);
}

/* The aspect ratio is kept by the smallest (largest) of the scales sizes[k] /
 * x[k]: every axis is rounded for each of them, the least (greatest) stays. */
static oc_expr kept_ratio(oc_op *op, oc_shape x, const axis_scale *axes,
                          size_t axis, bool larger)
{
    oc_expr best = axes[axis].size;
    for (size_t k = 0; k < x.rank; k++) {
        if (!axes[k].named || k == axis)
            continue;
        const oc_expr twice =
            oc_times(op, 2, oc_mul(op, axes[k].size, x.dim[axis]));
        const oc_expr rounded = oc_floor_div(op, oc_add(op, twice, x.dim[k]),
                                             oc_times(op, 2, x.dim[k]));
        best = larger ? oc_max(op, best, rounded) : oc_min(op, best, rounded);
    }
    return best;
}

static oc_expr resized(oc_op *op, oc_shape x, const axis_scale *axes,
                       size_t axis)
{
    const operands *where = oc_op_data(op);
    const char *policy =
        oc_op_attr_string(op, "keep_aspect_ratio_policy", "stretch");
    if (!axes[axis].named)
        return x.dim[axis];
    const bool sized = given(op, where->sizes);
    const size_t source = sized ? where->sizes : where->scales;
    if (source && !oc_op_value(op, source)) /* known at run time only */
        return oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    if (!sized)
        return scaled(op, x.dim[axis], &axes[axis]);
    if (strcmp(policy, "stretch") == 0)
        return axes[axis].size;
    return kept_ratio(op, x, axes, axis, strcmp(policy, "not_larger") != 0);
}

static void infer(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_shape y = oc_shape_new(op, x.rank);
    const axis_scale *axes = read_axes(op, x);
    for (size_t axis = 0; axis < x.rank; axis++) {
        y.dim[axis] = resized(op, x, axes, axis);
        if (oc_at_most(op, y.dim[axis], oc_expr_of(-1)) == OC_YES)
            oc_op_fail(op, "the result would have a negative dim");
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* ---- costs ---- */

/* Taps along an axis; antialiasing stretches them when it shrinks. */
static oc_expr taps(oc_op *op, int64_t plain, const axis_scale *axis,
                    oc_expr from, oc_expr to)
{
    const oc_expr least = oc_expr_of(plain);
    if (oc_op_attr_int(op, "antialias", 0) == 0)
        return least;
    if (oc_expr_is_known(axis->scale))
        return oc_max(op, least, oc_ceil_div(op, least, axis->scale));
    return oc_max(op, least,
                  oc_ceil_div(op, oc_times(op, plain, from),
                              oc_max(op, oc_expr_of(1), to)));
}

/* 1 for an axis that is resized, 0 for one that is not. Batch and channels
 * are not where symbols leave it open: no runtime interpolates there. */
static oc_expr changes(oc_op *op, const axis_scale *axes, size_t axis,
                       oc_expr from, oc_expr to)
{
    const oc_expr scale = axes[axis].scale;
    if (!axes[axis].named)
        return oc_expr_of(0);
    if (oc_expr_is_known(scale) && !oc_expr_is(scale, 1))
        return oc_expr_of(1);
    if (oc_equal(op, from, to) == OC_MAYBE && axis < 2)
        return oc_expr_of(0);
    return oc_add(op, oc_exceeds(op, from, to), oc_exceeds(op, to, from));
}

/* Nearest neighbours read no more than they write. */
static void read_nearest(oc_op *op, oc_cost *sum, const axis_scale *axes)
{
    const oc_shape x = oc_op_input(op, 0), y = oc_op_output(op, 0);
    const oc_expr one = oc_expr_of(1);
    bool grows = true, shrinks = true;
    for (size_t i = 0; i < y.rank && i < x.rank; i++) {
        const bool scaled_axis = oc_expr_is_known(axes[i].scale);
        const oc_expr from = scaled_axis ? one : x.dim[i];
        const oc_expr to = scaled_axis ? axes[i].scale : y.dim[i];
        grows = grows && oc_at_most(op, from, to) == OC_YES;
        shrinks = shrinks && oc_at_most(op, to, from) == OC_YES;
    }
    const oc_expr inputs = oc_shape_numel(op, x);
    const oc_expr outputs = oc_shape_numel(op, y);
    if (shrinks)
        oc_cost_read(sum, 0, outputs);
    else if (!grows)
        oc_cost_read(sum, 0, oc_min(op, inputs, outputs));
}

static void cost(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0), y = oc_op_output(op, 0);
    const axis_scale *axes = read_axes(op, x);
    const char *mode = oc_op_attr_string(op, "mode", "nearest");
    if (strcmp(mode, "nearest") == 0) {
        read_nearest(op, sum, axes);
        return;
    }
    const int64_t plain = strcmp(mode, "cubic") == 0 ? 4 : 2;
    const oc_expr one = oc_expr_of(1);
    oc_expr product = one, same = one;
    for (size_t i = 0; i < y.rank && i < x.rank; i++) {
        const oc_expr changed = changes(op, axes, i, x.dim[i], y.dim[i]);
        const oc_expr more =
            oc_plus(op, taps(op, plain, &axes[i], x.dim[i], y.dim[i]), -1);
        product =
            oc_mul(op, product, oc_plus(op, oc_mul(op, changed, more), 1));
        same = oc_mul(op, same, oc_sub(op, one, changed));
    }
    const oc_expr each =
        oc_sub(op, oc_plus(op, oc_times(op, 2, product), -1), same);
    oc_cost_add(sum, OC_FLOPS, "outputs * weighted sum of taps",
                oc_mul(op, oc_shape_numel(op, y), each));
}

#define RULE                                                                   \
    "per output a product for each tap and the additions between them: 2 "     \
    "(linear) or 4 (cubic) taps along each axis that is resized, more with "   \
    "antialiasing; nothing for nearest"
#define RESIZE(name, version, op_source, shapes, ...)                          \
    OC_ONNX(name, version, RULE, op_source, infer, cost,                       \
            .shape_inputs = shapes, .data = &(const operands){__VA_ARGS__})

OC_OP_DEFINE(resize) = {
    RESIZE("Resize", 10, "Resize-10", OC_IN(1), .scales = 1),
    RESIZE("Resize", 11, "Resize-19", OC_IN(1) | OC_IN(2) | OC_IN(3), .roi = 1,
           .scales = 2, .sizes = 3),
    OC_CONTRIB("com.ms.internal.nhwc", "Resize", 11, RULE, infer, cost,
               .shape_inputs = OC_IN(1) | OC_IN(2) | OC_IN(3),
               .data = &(const operands){.roi = 1, .scales = 2, .sizes = 3}),
    RESIZE("Upsample", 1, "Upsample-7", 0, .roi = 0),
    RESIZE("Upsample", 9, "Upsample-9", OC_IN(1), .scales = 1),
    {0},
};
