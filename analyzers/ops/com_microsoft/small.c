/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/small.c - single operators of com.microsoft
 * that belong to no family: transforms, distances, gates, tests.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"
#include "analyzers/ops/signal.h"

/* ---- Fourier transforms of the last signal_ndim dims; a complex element is
 * a last dim of 2 ---- */

static size_t signal_dims(oc_op *op, size_t rank)
{
    const int64_t dims = oc_op_attr_int(op, "signal_ndim", 1);
    if (dims >= 1 && (uint64_t)dims <= rank)
        return (size_t)dims;
    oc_op_fail(op, "signal_ndim is out of range");
    return 0;
}

static void infer_rfft(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0) || signal_dims(op, x.rank) == 0)
        return;
    oc_shape y = oc_shape_new(op, x.rank + 1);
    for (size_t axis = 0; axis < x.rank; axis++)
        y.dim[axis] = x.dim[axis];
    y.dim[x.rank - 1] =
        oc_plus(op, oc_floor_div(op, x.dim[x.rank - 1], oc_expr_of(2)), 1);
    y.dim[x.rank] = oc_expr_of(2);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void infer_irfft(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0))
        return;
    if (y.rank < 2 || signal_dims(op, y.rank - 1) == 0) {
        oc_op_fail(op, "the input must have a signal of complex elements");
        return;
    }
    y.rank--;
    y.dim[y.rank - 1] = oc_max(
        op, oc_expr_of(0), oc_times(op, 2, oc_plus(op, y.dim[y.rank - 1], -1)));
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Length of the real signal x, and how many of them. */
static oc_expr real_signal(oc_op *op, oc_shape x, oc_expr *count)
{
    const size_t first = x.rank - signal_dims(op, x.rank);
    *count = oc_shape_product(op, x, 0, first);
    return oc_shape_product(op, x, first, x.rank);
}

static void cost_rfft(oc_op *op, oc_cost *sum)
{
    oc_expr count;
    const oc_expr length = real_signal(op, oc_op_input(op, 0), &count);
    oc_signal_transform(op, sum, length, count, true);
}

static void cost_irfft(oc_op *op, oc_cost *sum)
{
    oc_expr count;
    const oc_expr length = real_signal(op, oc_op_output(op, 0), &count);
    oc_signal_transform(op, sum, length, count, true);
    oc_cost_add(sum, OC_FLOPS, "scale the inverse",
                oc_times(op, 2, oc_mul(op, length, count)));
}

/* ---- products of complex elements: 6 flops each ---- */

static void infer_complex(oc_op *op)
{
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (oc_op_has_rank(op, 0) && oc_op_has_rank(op, 1))
        oc_op_set_output(
            op, 0, oc_op_dtype(op, 0),
            oc_shapes_broadcast(op, oc_op_input(op, 0), oc_op_input(op, 1)));
}

static void cost_complex(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "complex products",
                oc_times(op, 3, oc_op_output_numel(op, 0)));
}

/* ---- Inverse of n by n matrices ---- */

static void cost_inverse(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    if (x.rank < 2)
        return;
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_add(
        sum, OC_FLOPS, "elimination",
        oc_times(op, 2, oc_mul(op, oc_shape_numel(op, x), x.dim[x.rank - 1])));
}

/* ---- CDist: every row of A with every row of B ---- */

static void infer_distance(oc_op *op)
{
    const oc_shape a = oc_op_input(op, 0), b = oc_op_input(op, 1);
    oc_shape y = oc_shape_new(op, 2);
    if (a.rank == 2 && b.rank == 2) {
        oc_unify(op, a.dim[1], b.dim[1]);
        y.dim[0] = a.dim[0];
        y.dim[1] = b.dim[0];
    } else if (oc_op_has_rank(op, 0) && oc_op_has_rank(op, 1)) {
        oc_op_fail(op, "A and B must be matrices");
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_distance(oc_op *op, oc_cost *sum)
{
    const oc_shape a = oc_op_input(op, 0);
    const oc_expr pairs = oc_op_output_numel(op, 0);
    if (a.rank == 2)
        oc_cost_add(sum, OC_MACS, "pairs of rows * width",
                    oc_mul(op, pairs, a.dim[1]));
    oc_cost_add(sum, OC_FLOPS, "sum of squares", oc_times(op, 3, pairs));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "roots", pairs);
}

/* ---- CropAndResize: m = 2 dims, 4 taps ---- */

static void infer_crop(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0), rois = oc_op_input(op, 1);
    const oc_block *size = oc_op_value(op, 3);
    const bool known = size && size->count == 2;
    oc_shape y = oc_shape_new(op, 4);
    if (oc_op_has_rank(op, 0) && x.rank != 4)
        oc_op_fail(op, "X must have 4 dims");
    y.dim[0] = rois.rank ? rois.dim[0] : OC_UNKNOWN;
    y.dim[1] = x.rank == 4 ? x.dim[1] : OC_UNKNOWN;
    y.dim[2] = known ? size->element[0] : OC_UNKNOWN;
    y.dim[3] = known ? size->element[1] : OC_UNKNOWN;
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_crop(oc_op *op, oc_cost *sum)
{
    const oc_shape y = oc_op_output(op, 0);
    if (y.rank != 4)
        return;
    oc_cost_add(sum, OC_FLOPS, "interpolation",
                oc_times(op, 7, oc_shape_numel(op, y)));
    oc_cost_add(
        sum, OC_FLOPS, "coordinates",
        oc_times(op, 16, oc_mul(op, y.dim[0], oc_shape_product(op, y, 2, 4))));
}

/* ---- LinearAttentionGate: scale * softplus(a + bias), sigmoid(b) ---- */

static void infer_gate(oc_op *op)
{
    oc_op_copy_type(op, 0, 0);
    oc_op_copy_type(op, 1, 3);
}

static void cost_gate(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_input_numel(op, 0);
    oc_cost_add(sum, OC_FLOPS, "decay", oc_times(op, 3, elements));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "softplus", oc_times(op, 2, elements));
    if (oc_op_has_input(op, 3))
        oc_cost_add(sum, OC_TRANSCENDENTALS, "sigmoid",
                    oc_op_input_numel(op, 3));
}

/* ---- IsAllFinite ---- */

static void infer_finite(oc_op *op)
{
    oc_op_set_output(op, 0, OC_ELEM_BOOL, oc_shape_new(op, 0));
}

static void cost_finite(oc_op *op, oc_cost *sum)
{
    for (size_t i = 0; i < oc_op_input_count(op); i++)
        oc_cost_add(sum, OC_FLOPS, "tests", oc_op_input_numel(op, i));
}

/* ---- Unique of a vector: the elements, the position of each input element
 * among them, and how often each occurs ---- */

static void infer_unique(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_shape y = oc_shape_new(op, 1);
    if (oc_op_has_rank(op, 0) && x.rank != 1)
        oc_op_fail(op, "the input must have 1 dim");
    if (x.rank == 1)
        y.dim[0] = oc_fresh(op, oc_min(op, oc_expr_of(1), x.dim[0]), x.dim[0]);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    oc_op_set_output(op, 1, OC_ELEM_INT64, x);
    oc_op_set_output(op, 2, OC_ELEM_INT64, y);
}

static void cost_unique(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_input_numel(op, 0);
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_add(sum, OC_FLOPS, "sort",
                oc_mul(op, elements,
                       oc_clog2(op, oc_max(op, oc_expr_of(1), elements))));
}

/* ---- ExpandDims: a dim of 1 before `axis` ---- */

static void infer_expand_dims(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    const oc_expr given = oc_op_scalar(op, 1);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0))
        return;
    oc_shape y = oc_shape_new(op, x.rank + 1);
    if (oc_expr_is_immediate(given)) {
        const size_t axis = oc_op_axis(op, oc_expr_immediate(given), y.rank);
        for (size_t i = 0; i < y.rank; i++)
            y.dim[i] = i == axis ? oc_expr_of(1) : x.dim[i - (i > axis)];
    }
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    if (oc_expr_is_immediate(given) && oc_op_value(op, 0))
        oc_op_set_value(op, 0, oc_op_value(op, 0)->element);
}

/* ---- UnfoldTensor: every slice of `size` along an axis, on a new last one
 * ---- */

static void infer_unfold(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    const int64_t size = oc_op_attr_int(op, "size", 0);
    const int64_t step = oc_op_attr_int(op, "step", 1);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0))
        return;
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "dim", -1), x.rank);
    if (size < 1 || step < 1 || x.rank == 0) {
        oc_op_fail(op, "size and step must be positive, the input no scalar");
        return;
    }
    oc_shape y = oc_shape_new(op, x.rank + 1);
    for (size_t i = 0; i < x.rank; i++)
        y.dim[i] = x.dim[i];
    if (oc_assume_that(op, OC_ASSUME_AT_MOST, oc_int(op, size), x.dim[axis]) ==
        OC_NO)
        oc_op_fail(op, "size is larger than the dim");
    const oc_expr room = oc_sub(op, x.dim[axis], oc_int(op, size));
    y.dim[axis] = oc_plus(op, oc_floor_div(op, room, oc_int(op, step)), 1);
    y.dim[x.rank] = oc_int(op, size);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* ---- DynamicTimeWarping: the cheapest path through M by N costs ---- */

static void infer_warping(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_shape y = oc_shape_new(op, 2);
    if (oc_op_has_rank(op, 0) && x.rank != 2 && x.rank != 3)
        oc_op_fail(op, "the costs must be a matrix");
    y.dim[0] = oc_expr_of(2);
    if (x.rank == 2 || x.rank == 3) {
        const oc_expr m = x.dim[x.rank - 2], n = x.dim[x.rank - 1];
        y.dim[1] =
            oc_fresh(op, oc_max(op, m, n), oc_plus(op, oc_add(op, m, n), -1));
    }
    oc_op_set_output(op, 0, OC_ELEM_INT32, y);
}

/* Of every point the least of 3 others, added. */
static void cost_warping(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "least of three and sum",
                oc_times(op, 3, oc_op_input_numel(op, 0)));
}

OC_OP_DEFINE(microsoft_small) = {
    OC_MICROSOFT("Rfft", "2.5 n log2 n FLOPs per real signal", infer_rfft,
                 cost_rfft),
    OC_MICROSOFT("Irfft", "2.5 n log2 n + 2 n FLOPs per real signal",
                 infer_irfft, cost_irfft),
    OC_MICROSOFT("ComplexMul", "6 FLOPs per complex element", infer_complex,
                 cost_complex),
    OC_MICROSOFT("ComplexMulConj", "6 FLOPs per complex element", infer_complex,
                 cost_complex),
    OC_MICROSOFT("Inverse", "2 n^3 FLOPs per matrix", oc_infer_same,
                 cost_inverse),
    OC_MICROSOFT("CDist",
                 "one MAC per pair of rows and column, 3 FLOPs and a root "
                 "per pair",
                 infer_distance, cost_distance),
    OC_MICROSOFT("CropAndResize", "7 FLOPs per output, 16 per sampling point",
                 infer_crop, cost_crop, .shape_inputs = OC_IN(3)),
    OC_MICROSOFT(
        "LinearAttentionGate",
        "3 FLOPs and a softplus per element of a, a sigmoid per element of b",
        infer_gate, cost_gate, .weight_inputs = OC_IN(1) | OC_IN(2)),
    OC_MICROSOFT("IsAllFinite", "one test per input element", infer_finite,
                 cost_finite),
    OC_MICROSOFT("Trilu", "moves bytes", oc_infer_same, NULL,
                 .shape_inputs = OC_IN(1), .traits = OC_TRAIT_MOVES),
    OC_MICROSOFT("Unique", "n log2 n comparisons", infer_unique, cost_unique),
    OC_MICROSOFT("ExpandDims", "moves no bytes", infer_expand_dims, NULL,
                 .shape_inputs = OC_IN(1),
                 .traits = OC_TRAIT_VIEW | OC_TRAIT_FOLLOWS),
    OC_MICROSOFT("UnfoldTensor", "moves bytes", infer_unfold, NULL,
                 .traits = OC_TRAIT_MOVES),
    OC_MICROSOFT("SampleOp", "moves bytes: an echo", oc_infer_same, NULL,
                 .traits = OC_TRAIT_MOVES),
    OC_MICROSOFT("DynamicTimeWarping", "3 FLOPs per element of the costs",
                 infer_warping, cost_warping),
    {0},
};
