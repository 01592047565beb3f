/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/pool.c - MaxPool, AveragePool, LpPool, their global forms,
 * MaxUnpool and MaxRoiPool. Windows count in full, whatever padding and
 * ceil_mode cut off.
 */
#include "analyzers/ops/pool.h"

#include "analyzers/ops/descriptor.h"

oc_shape oc_pool_shape(oc_op *op, bool channels_last)
{
    oc_shape y = oc_op_input(op, 0);
    if (y.rank < 2 || !oc_op_has_attr(op, "kernel_shape")) {
        oc_op_fail(op, "X must have a channel axis and the window a "
                       "kernel_shape");
        return y;
    }
    oc_expr *spatial = y.dim + (channels_last ? 1 : 2);
    const oc_window window = oc_window_read(op, y.rank - 2, NULL);
    for (size_t i = 0; i < window.rank; i++)
        spatial[i] = oc_window_count(op, &window, i, spatial[i]);
    return y;
}

oc_shape oc_pool_global_shape(oc_op *op, bool channels_last)
{
    oc_shape y = oc_op_input(op, 0);
    if (y.rank < 2) {
        oc_op_fail(op, "X must have a channel axis");
        return y;
    }
    oc_expr *spatial = y.dim + (channels_last ? 1 : 2);
    for (size_t i = 0; i + 2 < y.rank; i++)
        spatial[i] = oc_expr_of(1);
    return y;
}

oc_expr oc_pool_taps(oc_op *op)
{
    const int64_t *kernel;
    const size_t rank = oc_op_attr_ints(op, "kernel_shape", &kernel);
    oc_expr taps = oc_op_output_numel(op, 0);
    for (size_t i = 0; i < rank; i++)
        taps = oc_mul(op, taps, oc_int(op, kernel[i]));
    return taps;
}

static void infer_window(oc_op *op)
{
    const oc_shape y = oc_pool_shape(op, false);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_op_set_output(op, 1, OC_ELEM_INT64, y); /* MaxPool's Indices */
}

static void infer_global(oc_op *op)
{
    oc_op_set_output(op, 0, oc_op_dtype(op, 0),
                     oc_pool_global_shape(op, false));
}

/* Global pooling takes every input element once: its rows have .data. */
static oc_expr taps_of(oc_op *op)
{
    return oc_op_data(op) ? oc_op_input_numel(op, 0) : oc_pool_taps(op);
}

static void cost_max(oc_op *op, oc_cost *sum)
{
    const oc_expr taps = taps_of(op);
    if (!oc_expr_is(taps, 0))
        oc_cost_add(sum, OC_FLOPS, "comparisons",
                    oc_sub(op, taps, oc_op_output_numel(op, 0)));
}

static void cost_average(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "sum and divide", taps_of(op));
}

/* The power of a p that is neither 1 nor 2 is a transcendental per tap, and
 * so is its root; the square is a product, its root one transcendental. */
void oc_pool_lp_cost(oc_op *op, oc_cost *sum, oc_expr taps)
{
    const oc_expr outputs = oc_op_output_numel(op, 0);
    double p = (double)oc_op_attr_int(op, "p", 2);
    if (oc_op_version(op) < 2)
        p = oc_op_attr_float(op, "p", 2);
    if (oc_expr_is(taps, 0))
        return;
    oc_cost_add(sum, OC_FLOPS, "powers and sum",
                oc_sub(op, oc_times(op, 2, taps), outputs));
    if (p != 1)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "roots", outputs);
    if (p != 1 && p != 2)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "powers", taps);
}

static void cost_lp(oc_op *op, oc_cost *sum)
{
    oc_pool_lp_cost(op, sum, taps_of(op));
}

/* The inverse of a MaxPool, or as large as output_shape says. */
oc_shape oc_pool_unpooled_shape(oc_op *op, bool channels_last)
{
    oc_shape y = oc_op_input(op, 0);
    const oc_block *wanted = oc_op_value(op, 2);
    if (y.rank < 2 || (wanted && wanted->count != y.rank)) {
        oc_op_fail(op, "X has no channel axis, or output_shape another "
                       "rank");
        return y;
    }
    if (wanted) {
        for (size_t axis = 0; axis < y.rank; axis++)
            y.dim[axis] = wanted->element[axis];
        return y;
    }
    oc_expr *spatial = y.dim + (channels_last ? 1 : 2);
    const oc_window window = oc_window_read(op, y.rank - 2, NULL);
    const bool hidden = oc_op_has_input(op, 2);
    for (size_t i = 0; i < window.rank; i++)
        spatial[i] = hidden ? oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN)
                            : oc_window_span(op, &window, i, spatial[i]);
    return y;
}

static void infer_unpool(oc_op *op)
{
    const oc_shape y = oc_pool_unpooled_shape(op, false);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* MaxRoiPool: every region of interest becomes pooled_shape. */
static void infer_roi(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    const oc_shape rois = oc_op_input(op, 1);
    const int64_t *pooled;
    const size_t count = oc_op_attr_ints(op, "pooled_shape", &pooled);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (y.rank != count + 2 || rois.rank != 2) {
        oc_op_fail(op, "pooled_shape does not fit X, or rois are no matrix");
        return;
    }
    y.dim[0] = rois.dim[0];
    for (size_t i = 0; i < count; i++) {
        if (pooled[i] < 1)
            oc_op_fail(op, "pooled_shape is less than 1");
        y.dim[2 + i] = oc_int(op, pooled[i]);
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_roi(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0), y = oc_op_output(op, 0);
    if (x.rank < 2 || y.rank < 2)
        return;
    const oc_expr plane = oc_shape_product(op, x, 2, x.rank);
    const oc_expr area = oc_fresh(op, OC_UNKNOWN, oc_mul(op, y.dim[0], plane));
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_add(sum, OC_FLOPS, "comparisons within the regions",
                oc_mul(op, x.dim[1], area));
}

#define WINDOW(name, op_source, cost_function, words)                          \
    OC_ONNX(name, 1, words, op_source, infer_window, cost_function)
#define GLOBAL(name, cost_function, words)                                     \
    OC_ONNX(name, 1, words, name "-22", infer_global, cost_function,           \
            .data = name)

OC_OP_DEFINE(pool) = {
    WINDOW("MaxPool", "MaxPool-22", cost_max,
           "one comparison per output and window element but the first"),
    WINDOW("AveragePool", "AveragePool-22", cost_average,
           "one addition per output and window element, the last a "
           "division"),
    WINDOW("LpPool", "LpPool-22", cost_lp,
           "a power and an addition per output and window element, a root "
           "per output"),
    GLOBAL("GlobalMaxPool", cost_max,
           "one comparison per input element but the first of a plane"),
    GLOBAL("GlobalAveragePool", cost_average,
           "one addition per input element, the last of a plane a division"),
    GLOBAL("GlobalLpPool", cost_lp,
           "a power and an addition per input element, a root per plane"),
    {.domain = "",
     .op_type = "MaxUnpool",
     .since_version = 9,
     .rule = "moves bytes: reads X and the indices, writes the output",
     .source = "ONNX operators, MaxUnpool-22",
     .infer = infer_unpool,
     .shape_inputs = OC_IN(2),
     .traits = OC_TRAIT_MOVES},
    {.domain = "",
     .op_type = "MaxRoiPool",
     .since_version = 1,
     .rule = "one comparison per channel and element of every region, whose "
             "areas are not known",
     .source = "ONNX operators, MaxRoiPool-22",
     .infer = infer_roi,
     .cost = cost_roi},
    {0},
};
