/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/window.c - windows that slide over spatial axes.
 */
#include "analyzers/ops/window.h"

#include <stdint.h>
#include <string.h>

oc_expr *oc_window_attribute(oc_op *op, const char *name, size_t count,
                             int64_t least, int64_t fallback)
{
    const int64_t *values;
    oc_expr *list = OC_OP_NEW(op, oc_expr, count);
    const bool given = oc_op_has_attr(op, name);
    if (given && oc_op_attr_ints(op, name, &values) != count) {
        oc_op_fail(op, "an attribute's length is not the number of spatial "
                       "axes");
        return list;
    }
    for (size_t i = 0; i < count; i++) {
        const int64_t value = given ? values[i] : fallback;
        if (value < least)
            oc_op_fail(op, "a kernel, stride, dilation or padding is too "
                           "small");
        list[i] = oc_int(op, value);
    }
    return list;
}

static oc_expr *kernel_of(oc_op *op, size_t rank, const oc_expr *filter)
{
    if (!oc_op_has_attr(op, "kernel_shape")) {
        oc_expr *kernel = OC_OP_NEW(op, oc_expr, rank);
        for (size_t i = 0; i < rank; i++)
            kernel[i] = filter ? filter[i] : OC_UNKNOWN;
        return kernel;
    }
    oc_expr *kernel = oc_window_attribute(op, "kernel_shape", rank, 1, 1);
    for (size_t i = 0; filter && i < rank; i++)
        kernel[i] = oc_unify(op, kernel[i], filter[i]);
    return kernel;
}

static bool pads_itself(oc_op *op, bool *same)
{
    const char *mode = oc_op_attr_string(op, "auto_pad", "NOTSET");
    *same = strcmp(mode, "SAME_UPPER") == 0 || strcmp(mode, "SAME_LOWER") == 0;
    if (*same || strcmp(mode, "VALID") == 0)
        return true;
    if (strcmp(mode, "NOTSET") != 0 && mode[0] != '\0')
        oc_op_fail(op, "auto_pad is none of NOTSET, VALID, SAME_UPPER, "
                       "SAME_LOWER");
    return false;
}

oc_window oc_window_read(oc_op *op, size_t rank, const oc_expr *filter)
{
    oc_window window = {.rank = rank, .strict = filter != NULL};
    window.kernel = kernel_of(op, rank, filter);
    window.stride = oc_window_attribute(op, "strides", rank, 1, 1);
    window.extent = OC_OP_NEW(op, oc_expr, rank);
    const oc_expr *dilation = oc_window_attribute(op, "dilations", rank, 1, 1);
    for (size_t i = 0; i < rank; i++) {
        const oc_expr steps = oc_plus(op, window.kernel[i], -1);
        window.extent[i] = oc_plus(op, oc_mul(op, steps, dilation[i]), 1);
    }
    /* with auto_pad, old exporters write pads that mean nothing */
    if (pads_itself(op, &window.same)) {
        window.begin = window.end = OC_OP_NEW(op, oc_expr, rank);
        for (size_t i = 0; i < rank; i++)
            window.begin[i] = oc_expr_of(0);
    } else {
        window.begin = oc_window_attribute(op, "pads", 2 * rank, INT64_MIN, 0);
        window.end = window.begin + rank;
    }
    window.ceil = oc_op_attr_int(op, "ceil_mode", 0) != 0;
    return window;
}

/* `count` windows of `extent` in `padded` elements, `input` before padding.
 * Where not even one may fit, a convolution needs that it does; that an input
 * without any element gives an output without any needs no saying. Pooling
 * runs on, as long as the count is one. */
static oc_expr fitting(oc_op *op, const oc_window *window, size_t axis,
                       oc_expr input, oc_expr padded, oc_expr count)
{
    const oc_expr extent = window->extent[axis];
    const oc_expr of_one = oc_plus(op, oc_sub(op, padded, input), 1);
    if (!oc_expr_is_known(count) || oc_at_most(op, extent, of_one) == OC_YES)
        return count;
    if (!window->strict && oc_at_most(op, oc_expr_of(0), count) == OC_YES)
        return count;
    if (oc_assume_that(op, OC_ASSUME_AT_MOST, extent, padded) == OC_NO)
        oc_op_fail(op, "the window is larger than the padded input");
    oc_assume_that(op, OC_ASSUME_AT_MOST, oc_expr_of(1), count);
    return count;
}

oc_expr oc_window_count(oc_op *op, const oc_window *window, size_t axis,
                        oc_expr input)
{
    const oc_expr stride = window->stride[axis];
    if (window->same)
        return oc_ceil_div(op, input, stride);
    const oc_expr from_begin = oc_add(op, input, window->begin[axis]);
    const oc_expr padded = oc_add(op, from_begin, window->end[axis]);
    const oc_expr room = oc_sub(op, padded, window->extent[axis]);
    /* a window that would start in the end padding is left out */
    const oc_expr last = oc_min(op, from_begin, oc_add(op, room, stride));
    const oc_expr count = window->ceil
                              ? oc_ceil_div(op, last, stride)
                              : oc_plus(op, oc_floor_div(op, room, stride), 1);
    return fitting(op, window, axis, input, padded, count);
}

oc_expr oc_window_span(oc_op *op, const oc_window *window, size_t axis,
                       oc_expr input)
{
    const oc_expr stride = window->stride[axis];
    if (window->same)
        return oc_mul(op, input, stride);
    const oc_expr steps = oc_mul(op, stride, oc_plus(op, input, -1));
    const oc_expr pads = oc_add(op, window->begin[axis], window->end[axis]);
    return oc_sub(op, oc_add(op, steps, window->extent[axis]), pads);
}
