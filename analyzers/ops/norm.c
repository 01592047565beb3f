/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/norm.c - BatchNormalization, LayerNormalization,
 * InstanceNormalization, GroupNormalization, RMSNormalization,
 * SimplifiedLayerNormalization, MeanVarianceNormalization, LpNormalization
 * and LRN. Casts to stash_type cost nothing. Rows with .data have their
 * channels last.
 */
#include "analyzers/ops/norm.h"

#include "analyzers/ops/descriptor.h"

void oc_norm_cost(oc_op *op, oc_cost *sum, int64_t per_element,
                  oc_expr elements, int64_t per_group, oc_expr groups)
{
    if (oc_expr_is(elements, 0))
        return;
    oc_cost_add(sum, OC_FLOPS, "per element",
                oc_times(op, per_element, elements));
    if (per_group != 0)
        oc_cost_add(sum, OC_FLOPS, "per group",
                    oc_times(op, per_group, groups));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "one root per group", groups);
}

/* Sum, subtract, square, sum, divide, gain, shift; epsilon and the inverse
 * once per group. */
void oc_norm_layer(oc_op *op, oc_cost *sum, oc_expr groups, bool biased)
{
    oc_norm_cost(op, sum, biased ? 7 : 6, oc_op_input_numel(op, 0), 2, groups);
}

/* Square, sum, divide, gain. */
void oc_norm_rms(oc_op *op, oc_cost *sum, oc_expr groups)
{
    oc_norm_cost(op, sum, 4, oc_op_input_numel(op, 0), 1, groups);
}

/* ---- BatchNormalization ---- */

/* Before training_mode more outputs than Y meant training. */
static bool trains(oc_op *op)
{
    if (oc_op_version(op) >= 14 || oc_op_has_attr(op, "training_mode"))
        return oc_op_attr_int(op, "training_mode", 0) != 0;
    for (size_t i = 1; i < oc_op_output_count(op); i++)
        if (oc_op_has_output(op, i))
            return true;
    return false;
}

/* Outputs after Y are mean, variance and, of old, both saved again. */
void oc_norm_batch_infer(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    const size_t channel = oc_op_data(op) ? y.rank - 1 : 1;
    if (y.rank >= 2 && oc_op_has_rank(op, 1) && oc_op_type(op, 1)->rank == 1)
        y.dim[channel] =
            oc_unify(op, y.dim[channel], oc_op_type(op, 1)->dim[0]);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
    for (size_t i = 1; i < oc_op_output_count(op); i++)
        oc_op_copy_type(op, i, 3 + (i - 1) % 2);
}

/* With constant statistics a scale and a shift per channel are made at load
 * time and applied here. */
void oc_norm_batch_cost(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_input_numel(op, 0);
    const oc_expr channels = oc_op_input_numel(op, 3);
    if (oc_expr_is(elements, 0))
        return;
    if (trains(op)) {
        oc_norm_cost(op, sum, 7, elements, 8, channels);
        return;
    }
    oc_cost_add(sum, OC_FLOPS, "scale and shift", oc_times(op, 2, elements));
    if (oc_op_is_constant(op, 3) && oc_op_is_constant(op, 4))
        return;
    oc_cost_add(sum, OC_FLOPS, "scale and shift of the channels",
                oc_times(op, 4, channels));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "one root per channel", channels);
}

/* ---- LayerNormalization and its kind: groups before `axis` ---- */

static size_t first_axis(oc_op *op)
{
    return oc_op_axis(op, oc_op_attr_int(op, "axis", -1),
                      oc_op_input(op, 0).rank);
}

/* The statistics keep their axes as 1, in the type they were computed in. */
static void set_statistics(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    const int64_t stash = oc_op_attr_int(op, "stash_type", OC_ELEM_FLOAT);
    const int type =
        stash == OC_ELEM_BFLOAT16 ? OC_ELEM_BFLOAT16 : OC_ELEM_FLOAT;
    for (size_t axis = first_axis(op); axis < y.rank; axis++)
        y.dim[axis] = oc_expr_of(1);
    for (size_t i = 1; i < oc_op_output_count(op); i++)
        oc_op_set_output(op, i, type, y);
}

static void infer_layer(oc_op *op)
{
    const oc_shape y = oc_op_spread_over(op, oc_op_input(op, 0), 1);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), oc_op_spread_over(op, y, 2));
    set_statistics(op);
}

/* RMSNormalization's result has the type of its gain. */
static void infer_rms(oc_op *op)
{
    const int gain = oc_op_dtype(op, 1);
    oc_op_set_output(op, 0, gain ? gain : oc_op_dtype(op, 0),
                     oc_op_spread_over(op, oc_op_input(op, 0), 1));
    set_statistics(op);
}

static void cost_layer(oc_op *op, oc_cost *sum)
{
    oc_norm_layer(op, sum, oc_op_rows(op, 0, first_axis(op)),
                  oc_op_has_input(op, 2));
}

static void cost_rms(oc_op *op, oc_cost *sum)
{
    oc_norm_rms(op, sum, oc_op_rows(op, 0, first_axis(op)));
}

/* ---- groups of channels ---- */

void oc_norm_instance_cost(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    if (x.rank < 2) {
        oc_op_needs(op);
        return;
    }
    const size_t channel = oc_op_data(op) ? x.rank - 1 : 1;
    oc_norm_layer(op, sum, oc_mul(op, x.dim[0], x.dim[channel]), true);
}

static void cost_group(oc_op *op, oc_cost *sum)
{
    const oc_expr groups = oc_int(op, oc_op_attr_int(op, "num_groups", 1));
    oc_norm_layer(op, sum, oc_mul(op, oc_op_rows(op, 0, 1), groups), true);
}

static void infer_group(oc_op *op)
{
    if (oc_op_attr_int(op, "num_groups", 0) < 1)
        oc_op_fail(op, "num_groups is less than 1");
    oc_infer_same(op);
}

/* ---- others ---- */

static const int64_t planes[] = {0, 2, 3};

static void cost_mean_variance(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_int_list axes = oc_op_int_list(op, "axes", SIZE_MAX);
    if (!axes.given) {
        axes = (oc_int_list){.given = true, .known = true, .count = 3};
        axes.value = OC_OP_NEW(op, int64_t, axes.count);
        for (size_t i = 0; i < axes.count; i++)
            axes.value[i] = planes[i];
    }
    const bool *reduced = oc_op_axes(op, axes, x.rank, true);
    oc_expr groups = oc_expr_of(1);
    for (size_t axis = 0; axis < x.rank; axis++)
        if (!reduced[axis])
            groups = oc_mul(op, groups, x.dim[axis]);
    oc_norm_cost(op, sum, 5, oc_shape_numel(op, x), 3, groups);
}

static void infer_lp(oc_op *op)
{
    oc_op_check_axis(op, -1);
    oc_infer_same(op);
}

static void cost_lp(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    const size_t axis = first_axis(op);
    const oc_expr rows = oc_mul(op, oc_shape_product(op, x, 0, axis),
                                oc_shape_product(op, x, axis + 1, x.rank));
    const oc_expr elements = oc_shape_numel(op, x);
    if (oc_expr_is(elements, 0))
        return;
    oc_cost_add(sum, OC_FLOPS, "powers, sum and divide",
                oc_sub(op, oc_times(op, 3, elements), rows));
    if (oc_op_attr_int(op, "p", 2) == 2)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "one root per row", rows);
}

/* Of each element the squares of `size` channels are summed, scaled, shifted
 * and raised to a power, by which it is divided. */
static void infer_local(oc_op *op)
{
    if (oc_op_attr_int(op, "size", 0) < 1)
        oc_op_fail(op, "size is less than 1");
    oc_infer_same(op);
}

static void cost_local(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_input_numel(op, 0);
    const oc_expr size = oc_int(op, oc_op_attr_int(op, "size", 1));
    oc_cost_add(sum, OC_FLOPS, "per element",
                oc_mul(op, elements, oc_plus(op, size, 3)));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "one power per element", elements);
}

#define LAYER_RULE                                                             \
    "seven flops per element (six without B), two and a root per group"
#define RMS_RULE "four flops per element, one and a root per group"
#define BATCH_RULE                                                             \
    "two flops per element; four and a root per channel when the statistics "  \
    "are not constant; in training seven per element, eight and a root per "   \
    "channel"
#define LOCAL_RULE "size + 3 flops and a power per element"
#define NHWC(name, version, words, infer_function, ...)                        \
    OC_CONTRIB("com.ms.internal.nhwc", name, version, words, infer_function,   \
               __VA_ARGS__, .data = "channels last")

OC_OP_DEFINE(norm) = {
    {.domain = "",
     .op_type = "BatchNormalization",
     .since_version = 1,
     .rule = BATCH_RULE,
     .source = "ONNX operators, BatchNormalization-15",
     .infer = oc_norm_batch_infer,
     .cost = oc_norm_batch_cost,
     .weight_inputs = OC_IN(1) | OC_IN(2),
     .buffer_inputs = OC_IN(3) | OC_IN(4)},
    NHWC("BatchNormalization", 7, BATCH_RULE, oc_norm_batch_infer,
         oc_norm_batch_cost, .weight_inputs = OC_IN(1) | OC_IN(2),
         .buffer_inputs = OC_IN(3) | OC_IN(4)),
    NHWC("InstanceNormalization", 6, LAYER_RULE, oc_infer_same,
         oc_norm_instance_cost, .weight_inputs = OC_IN(1) | OC_IN(2)),
    NHWC("LRN", 1, LOCAL_RULE, infer_local, cost_local),
    {.domain = "",
     .op_type = "LayerNormalization",
     .since_version = 1,
     .rule = LAYER_RULE,
     .source = "ONNX operators, LayerNormalization-17",
     .infer = infer_layer,
     .cost = cost_layer,
     .weight_inputs = OC_IN(1) | OC_IN(2)},
    {.domain = "",
     .op_type = "InstanceNormalization",
     .since_version = 1,
     .rule = LAYER_RULE,
     .source = "ONNX operators, InstanceNormalization-22",
     .infer = oc_infer_same,
     .cost = oc_norm_instance_cost,
     .weight_inputs = OC_IN(1) | OC_IN(2)},
    {.domain = "",
     .op_type = "GroupNormalization",
     .since_version = 18,
     .rule = LAYER_RULE,
     .source = "ONNX operators, GroupNormalization-21",
     .infer = infer_group,
     .cost = cost_group,
     .weight_inputs = OC_IN(1) | OC_IN(2)},
    {.domain = "",
     .op_type = "RMSNormalization",
     .since_version = 23,
     .rule = RMS_RULE,
     .source = "ONNX operators, RMSNormalization-23",
     .infer = infer_rms,
     .cost = cost_rms,
     .weight_inputs = OC_IN(1)},
    /* onnxruntime writes it into the default domain */
    {.domain = "",
     .op_type = "SimplifiedLayerNormalization",
     .since_version = 1,
     .rule = RMS_RULE,
     .source = "onnxruntime, SimplifiedLayerNormalization-1",
     .infer = infer_rms,
     .cost = cost_rms,
     .weight_inputs = OC_IN(1)},
    {.domain = "",
     .op_type = "MeanVarianceNormalization",
     .since_version = 9,
     .rule = "five flops per element, three and a root per group",
     .source = "ONNX operators, MeanVarianceNormalization-13",
     .infer = oc_infer_same,
     .cost = cost_mean_variance},
    {.domain = "",
     .op_type = "LpNormalization",
     .since_version = 1,
     .rule = "three flops per element less one per row; a root per row when "
             "p is 2",
     .source = "ONNX operators, LpNormalization-22",
     .infer = infer_lp,
     .cost = cost_lp},
    {.domain = "",
     .op_type = "LRN",
     .since_version = 1,
     .rule = LOCAL_RULE,
     .source = "ONNX operators, LRN-13",
     .infer = infer_local,
     .cost = cost_local},
    {0},
};
