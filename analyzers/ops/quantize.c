/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/quantize.c - QuantizeLinear, DequantizeLinear and
 * DynamicQuantizeLinear. How many elements share a scale does not matter to
 * the cost.
 */
#include "analyzers/ops/common.h"

/* The zero point's type wins, then the attribute; of old it was uint8. */
static void infer_quantize(oc_op *op)
{
    int type = oc_op_dtype(op, 2);
    if (!oc_op_has_input(op, 2))
        type = (int)oc_op_attr_int(op, "output_dtype", 0);
    if (!oc_op_has_input(op, 2) && type == OC_ELEM_UNKNOWN)
        type = OC_ELEM_UINT8;
    oc_op_check_scales(op);
    oc_op_set_output(op, 0, type, oc_op_input(op, 0));
}

static void infer_dequantize(oc_op *op)
{
    int type = (int)oc_op_attr_int(op, "output_dtype", 0);
    if (type == OC_ELEM_UNKNOWN)
        type = oc_op_dtype(op, 1);
    oc_op_check_scales(op);
    oc_op_set_output(op, 0, type, oc_op_input(op, 0));
}

static void zero_point(oc_op *op, oc_cost *sum, oc_expr elements)
{
    if (oc_op_has_input(op, 2))
        oc_cost_add(sum, OC_FLOPS, "zero point", elements);
}

static void cost_quantize(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_output_numel(op, 0);
    oc_cost_add(sum, OC_FLOPS, "divide, round, two bounds",
                oc_times(op, 4, elements));
    zero_point(op, sum, elements);
}

static void cost_dequantize(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_output_numel(op, 0);
    oc_cost_add(sum, OC_FLOPS, "scale", elements);
    zero_point(op, sum, elements);
}

static void infer_dynamic(oc_op *op)
{
    oc_op_set_output(op, 1, OC_ELEM_FLOAT, oc_shape_new(op, 0));
    oc_op_set_output(op, 2, OC_ELEM_UINT8, oc_shape_new(op, 0));
    oc_op_set_output(op, 0, OC_ELEM_UINT8, oc_op_input(op, 0));
}

/* Minimum and maximum are a comparison each per element but the first; scale
 * and zero point take nine flops together. */
static void cost_dynamic(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "range and quantise",
                oc_times(op, 7, oc_op_input_numel(op, 0)));
    oc_cost_add(sum, OC_FLOPS, "scale and zero point", oc_expr_of(7));
}

OC_OP_DEFINE(quantize) = {
    {.domain = "",
     .op_type = "QuantizeLinear",
     .since_version = 10,
     .rule = "four flops per element, five with a zero point",
     .source = "ONNX operators, QuantizeLinear-25",
     .infer = infer_quantize,
     .cost = cost_quantize,
     .scale_inputs = OC_IN(1) | OC_IN(2),
     .traits = OC_TRAIT_FOLLOWS},
    {.domain = "",
     .op_type = "DequantizeLinear",
     .since_version = 10,
     .rule = "one flop per element, two with a zero point",
     .source = "ONNX operators, DequantizeLinear-25",
     .infer = infer_dequantize,
     .cost = cost_dequantize,
     .scale_inputs = OC_IN(1) | OC_IN(2),
     .traits = OC_TRAIT_FOLLOWS},
    {.domain = "",
     .op_type = "DynamicQuantizeLinear",
     .since_version = 11,
     .rule = "seven flops per element and seven",
     .source = "ONNX operators, DynamicQuantizeLinear-11",
     .infer = infer_dynamic,
     .cost = cost_dynamic},
    {0},
};
