/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/window.h - windows that slide over spatial axes.
 *
 * In here: the attributes kernel_shape, strides, dilations, pads, auto_pad
 * and ceil_mode, as convolutions and pooling share them, and how many
 * positions a window has. Not in here: what is computed at a position.
 */
#ifndef OC_ANALYZERS_OPS_WINDOW_H
#define OC_ANALYZERS_OPS_WINDOW_H

#include "analyzers/ops/common.h"

/* One expression per spatial axis each. */
typedef struct oc_window {
    size_t rank;
    oc_expr *kernel; /* taps */
    oc_expr *extent; /* what the dilated kernel spans */
    oc_expr *stride;
    oc_expr *begin, *end; /* explicit padding; 0 with auto_pad */
    bool same;            /* auto_pad SAME_UPPER or SAME_LOWER */
    bool strict;          /* too small an input is an error: convolutions */
    bool ceil;
} oc_window;

/* The kernel is the attribute, checked against `filter` (the spatial dims of
 * the weights) when that is not NULL, else the filter. */
oc_window oc_window_read(oc_op *op, size_t rank, const oc_expr *filter);

/* Positions along an axis of `input` elements. */
oc_expr oc_window_count(oc_op *op, const oc_window *window, size_t axis,
                        oc_expr input);

/* Elements that positions along an axis of `input` of them cover together:
 * the inverse of oc_window_count, for transposed operators. */
oc_expr oc_window_span(oc_op *op, const oc_window *window, size_t axis,
                       oc_expr input);

/* The `count` values of an attribute, each at least `least`; `fallback` when
 * it is absent; sticky failure when there are more or fewer. */
oc_expr *oc_window_attribute(oc_op *op, const char *name, size_t count,
                             int64_t least, int64_t fallback);

#endif
