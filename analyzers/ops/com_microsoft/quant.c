/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/quant.c - operators on quantised tensors:
 * dequantize (subtract, multiply: 2 flops an operand element), the float
 * operator, requantize (scale, round, add, 2 bounds: 5 an output element).
 *
 * Not in here: pooling (pool.c), convolutions (conv.c), products
 * (matmul_integer.c), norms (norm.c).
 */
#include "analyzers/ops/common.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"
#include "analyzers/ops/softmax.h"

typedef struct quantized {
    uint32_t operands;          /* inputs with quantised elements */
    uint32_t others;            /* inputs that are only broadcast: conditions */
    int flops, transcendentals; /* of the float operator, per output */
} quantized;

static void cost_operands(oc_op *op, oc_cost *sum, uint32_t operands)
{
    for (size_t i = 0; i < 32; i++)
        if ((operands & OC_IN(i)) && oc_op_has_input(op, i))
            oc_cost_add(sum, OC_FLOPS, "dequantise",
                        oc_times(op, 2, oc_op_input_numel(op, i)));
    oc_cost_add(sum, OC_FLOPS, "requantise",
                oc_times(op, 5, oc_op_output_numel(op, 0)));
}

static void set_broadcast(oc_op *op, uint32_t inputs, int type)
{
    oc_shape y = {0};
    bool known = true;
    for (size_t i = 0; i < 32; i++)
        if (inputs & OC_IN(i)) {
            known = known && oc_op_has_rank(op, i);
            if (known)
                y = oc_shapes_broadcast(op, y, oc_op_input(op, i));
        }
    if (known)
        oc_op_set_output(op, 0, type, y);
    else
        oc_op_set_dtype(op, 0, type);
}

static size_t first_operand(const quantized *row)
{
    size_t i = 0;
    while (!(row->operands & OC_IN(i)))
        i++;
    return i;
}

static void infer_row(oc_op *op)
{
    const quantized *row = oc_op_data(op);
    set_broadcast(op, row->operands | row->others,
                  oc_op_dtype(op, first_operand(row)));
}

static void cost_row(oc_op *op, oc_cost *sum)
{
    const quantized *row = oc_op_data(op);
    const oc_expr outputs = oc_op_output_numel(op, 0);
    cost_operands(op, sum, row->operands);
    if (row->flops)
        oc_cost_add(sum, OC_FLOPS, "per output",
                    oc_times(op, row->flops, outputs));
    if (row->transcendentals)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "per output",
                    oc_times(op, row->transcendentals, outputs));
}

static void infer_softmax(oc_op *op)
{
    oc_op_check_axis(op, -1);
    infer_row(op);
}

/* Before opset 13 a softmax ran over all dims from `axis` on. */
static void cost_softmax(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    if (!oc_op_has_rank(op, 0))
        return;
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", -1), x.rank);
    oc_expr rows = oc_shape_product(op, x, 0, axis);
    if (oc_op_attr_int(op, "opset", 13) >= 13)
        rows = oc_mul(op, rows, oc_shape_product(op, x, axis + 1, x.rank));
    cost_operands(op, sum, OC_IN(0));
    oc_softmax_cost(op, sum, oc_shape_numel(op, x), rows);
}

/* ---- reductions ---- */

static oc_shape reduced(oc_op *op)
{
    oc_shape x = oc_op_input(op, 0);
    const oc_int_list axes = oc_op_int_list(op, "axes", SIZE_MAX);
    const bool *gone = oc_op_axes(op, axes, x.rank, true);
    const bool keeps = oc_op_attr_int(op, "keepdims", 1) != 0;
    oc_shape y = oc_shape_new(op, x.rank);
    y.rank = 0;
    for (size_t axis = 0; axis < x.rank; axis++)
        if (!gone[axis] || keeps)
            y.dim[y.rank++] = gone[axis] ? oc_expr_of(1) : x.dim[axis];
    return y;
}

static void infer_mean(oc_op *op)
{
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), reduced(op));
}

static void cost_mean(oc_op *op, oc_cost *sum)
{
    cost_operands(op, sum, OC_IN(0));
    oc_cost_add(sum, OC_FLOPS, "sum and divide", oc_op_input_numel(op, 0));
}

static void infer_sum(oc_op *op)
{
    const bool is_signed = oc_op_dtype(op, 0) != OC_ELEM_UINT8;
    oc_op_set_output(op, 0, is_signed ? OC_ELEM_INT32 : OC_ELEM_UINT32,
                     reduced(op));
}

static void cost_sum(oc_op *op, oc_cost *sum)
{
    const oc_expr inputs = oc_op_input_numel(op, 0);
    if (!oc_expr_is(inputs, 0))
        oc_cost_add(sum, OC_FLOPS, "additions",
                    oc_sub(op, inputs, oc_op_output_numel(op, 0)));
}

/* ---- QLinearConcat: Y's scale and zero point, then tensor, scale and zero
 * point of each part ---- */

static void infer_concat(oc_op *op)
{
    const int type = oc_op_dtype(op, 1);
    oc_op_set_dtype(op, 0, type);
    if (!oc_op_has_rank(op, 2))
        return;
    oc_shape y = oc_op_input(op, 2);
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 0), y.rank);
    for (size_t i = 5; y.rank && i < oc_op_input_count(op); i += 3) {
        const oc_shape part = oc_op_input(op, i);
        if (part.rank != y.rank) {
            if (oc_op_has_rank(op, i))
                oc_op_fail(op, "inputs differ in rank");
            return;
        }
        for (size_t k = 0; k < y.rank; k++)
            y.dim[k] = k == axis ? oc_add(op, y.dim[k], part.dim[k])
                                 : oc_unify(op, y.dim[k], part.dim[k]);
    }
    oc_op_set_output(op, 0, type, y);
}

static void cost_concat(oc_op *op, oc_cost *sum)
{
    for (size_t i = 2; i < oc_op_input_count(op); i += 3)
        oc_cost_add(sum, OC_FLOPS, "dequantise",
                    oc_times(op, 2, oc_op_input_numel(op, i)));
    cost_operands(op, sum, 0);
}

/* ---- MulInteger: A, its zero point, B, its ---- */

static void infer_mul(oc_op *op)
{
    set_broadcast(op, OC_IN(0) | OC_IN(2), OC_ELEM_INT32);
}

static void cost_mul(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "products", oc_op_output_numel(op, 0));
    for (size_t i = 0; i < 3; i += 2)
        if (oc_op_has_input(op, i + 1))
            oc_cost_add(sum, OC_FLOPS, "zero point", oc_op_input_numel(op, i));
}

/* ---- to and from quantised tensors ---- */

static void infer_quantize(oc_op *op)
{
    const int type =
        oc_op_has_input(op, 2) ? oc_op_dtype(op, 2) : OC_ELEM_UINT8;
    oc_op_check_scales(op);
    oc_op_set_output(op, 0, type, oc_op_input(op, 0));
}

static void infer_dequantize(oc_op *op)
{
    oc_op_check_scales(op);
    oc_op_set_output(op, 0, oc_op_dtype(op, 1), oc_op_input(op, 0));
}

static void infer_order(oc_op *op)
{
    const int64_t to = oc_op_attr_int(op, "to", OC_ELEM_INT8);
    const bool known = to > 0 && to <= OC_ELEM_INT2;
    oc_op_set_output(op, 0, known ? (int)to : OC_ELEM_UNKNOWN,
                     oc_op_input(op, 0));
}

/* Packed bytes of a format that the operator does not define; the shape, and
 * how far apart neighbours of each axis lie. */
static void infer_to_blocks(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_shape bytes = oc_shape_new(op, 1), axes = oc_shape_new(op, 1);
    oc_op_set_dtype(op, 0, OC_ELEM_UINT8);
    oc_op_set_dtype(op, 1, OC_ELEM_INT64);
    oc_op_set_dtype(op, 2, OC_ELEM_INT64);
    if (!oc_op_has_rank(op, 0))
        return;
    bytes.dim[0] = oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    axes.dim[0] = oc_int(op, (int64_t)x.rank);
    oc_expr *stride = OC_OP_NEW(op, oc_expr, x.rank);
    for (size_t axis = 0; axis < x.rank; axis++)
        stride[axis] = oc_shape_product(op, x, axis + 1, x.rank);
    oc_op_set_output(op, 0, OC_ELEM_UINT8, bytes);
    oc_op_set_output(op, 1, OC_ELEM_INT64, axes);
    oc_op_set_output(op, 2, OC_ELEM_INT64, axes);
    oc_op_set_value(op, 1, x.dim);
    oc_op_set_value(op, 2, stride);
}

static void infer_from_blocks(oc_op *op)
{
    const int64_t type = oc_op_attr_int(op, "dtype", OC_ELEM_FLOAT);
    const bool known = type > 0 && type <= OC_ELEM_INT2;
    const oc_expr_list dims = oc_op_expr_list(op, NULL, 1);
    const oc_shape y = {dims.count, dims.value};
    oc_op_set_dtype(op, 0, known ? (int)type : OC_ELEM_UNKNOWN);
    if (!dims.counted)
        return;
    for (size_t axis = 0; axis < y.rank; axis++)
        if (oc_at_most(op, y.dim[axis], oc_expr_of(-1)) == OC_YES)
            oc_op_fail(op, "a dim is negative");
    oc_op_set_output(op, 0, known ? (int)type : OC_ELEM_UNKNOWN, y);
}

static void cost_to_blocks(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "per element",
                oc_times(op, 4, oc_op_input_numel(op, 0)));
}

static void cost_from_blocks(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "per element", oc_op_output_numel(op, 0));
}

static void cost_scale(oc_op *op, oc_cost *sum, int64_t flops)
{
    const int64_t zero_point = oc_op_has_input(op, 2) ? 1 : 0;
    oc_cost_add(sum, OC_FLOPS, "per element",
                oc_times(op, flops + zero_point, oc_op_output_numel(op, 0)));
}

static void cost_quantize(oc_op *op, oc_cost *sum)
{
    cost_scale(op, sum, 4);
}

static void cost_dequantize(oc_op *op, oc_cost *sum)
{
    cost_scale(op, sum, 1);
}

#define RULE                                                                   \
    "2 FLOPs per operand element to dequantise, the float operator, 5 per "    \
    "output element to requantise"
#define SCALES_OF_ONE (OC_IN(1) | OC_IN(2) | OC_IN(3) | OC_IN(4))
/* Bits 0, 1, 3, 4, 6, 7, ..: every third input is a tensor. */
#define SCALES_OF_MANY UINT32_C(0xdb6db6db)
#define SCALES_OF_TWO                                                          \
    (OC_IN(1) | OC_IN(2) | OC_IN(4) | OC_IN(5) | OC_IN(6) | OC_IN(7))

OC_OP_DEFINE(microsoft_quant) = {
    OC_MICROSOFT("QLinearAdd", RULE, infer_row, cost_row,
                 .scale_inputs = SCALES_OF_TWO,
                 .weight_inputs = OC_IN(0) | OC_IN(3),
                 .data = &(const quantized){.operands = OC_IN(0) | OC_IN(3),
                                            .flops = 1}),
    OC_MICROSOFT("QLinearMul", RULE, infer_row, cost_row,
                 .scale_inputs = SCALES_OF_TWO,
                 .weight_inputs = OC_IN(0) | OC_IN(3),
                 .data = &(const quantized){.operands = OC_IN(0) | OC_IN(3),
                                            .flops = 1}),
    OC_MICROSOFT("QLinearWhere", RULE, infer_row, cost_row,
                 .scale_inputs = OC_IN(2) | OC_IN(3) | OC_IN(5) | OC_IN(6) |
                                 OC_IN(7) | OC_IN(8),
                 .weight_inputs = OC_IN(1) | OC_IN(4),
                 .data = &(const quantized){.operands = OC_IN(1) | OC_IN(4),
                                            .others = OC_IN(0),
                                            .flops = 1}),
    OC_MICROSOFT("QLinearSigmoid", RULE, infer_row, cost_row,
                 .scale_inputs = SCALES_OF_ONE,
                 .data = &(const quantized){.operands = OC_IN(0),
                                            .transcendentals = 1}),
    OC_MICROSOFT("QLinearLeakyRelu", RULE, infer_row, cost_row,
                 .scale_inputs = SCALES_OF_ONE,
                 .data = &(const quantized){.operands = OC_IN(0), .flops = 2}),
    OC_MICROSOFT("QOrderedGelu", RULE, infer_row, cost_row,
                 .scale_inputs = OC_IN(1) | OC_IN(2),
                 .data = &(const quantized){.operands = OC_IN(0),
                                            .flops = 4,
                                            .transcendentals = 1}),
    OC_MICROSOFT("QLinearSoftmax", RULE, infer_softmax, cost_softmax,
                 .scale_inputs = SCALES_OF_ONE,
                 .data = &(const quantized){.operands = OC_IN(0)}),
    OC_MICROSOFT("QLinearReduceMean", RULE, infer_mean, cost_mean,
                 .scale_inputs = SCALES_OF_ONE),
    OC_MICROSOFT("QLinearConcat", RULE, infer_concat, cost_concat,
                 .scale_inputs = SCALES_OF_MANY),
    OC_MICROSOFT("ReduceSumInteger",
                 "one addition per input element less outputs", infer_sum,
                 cost_sum),
    OC_MICROSOFT(
        "MulInteger",
        "one FLOP per output, and one per element of an input with a zero "
        "point",
        infer_mul, cost_mul, .scale_inputs = OC_IN(1) | OC_IN(3)),
    OC_MICROSOFT("QuantizeLinear", "4 FLOPs per element, 1 for a zero point",
                 infer_quantize, cost_quantize,
                 .scale_inputs = OC_IN(1) | OC_IN(2),
                 .traits = OC_TRAIT_FOLLOWS),
    OC_MICROSOFT("DequantizeLinear", "1 FLOP per element, 1 for a zero point",
                 infer_dequantize, cost_dequantize,
                 .scale_inputs = OC_IN(1) | OC_IN(2),
                 .traits = OC_TRAIT_FOLLOWS),
    OC_MICROSOFT("QuantizeWithOrder", "4 FLOPs per element", infer_order,
                 cost_quantize, .scale_inputs = OC_IN(1),
                 .traits = OC_TRAIT_FOLLOWS),
    OC_MICROSOFT("DequantizeWithOrder", "1 FLOP per element", infer_order,
                 cost_dequantize, .scale_inputs = OC_IN(1),
                 .traits = OC_TRAIT_FOLLOWS),
    OC_MICROSOFT("QuantizeBFP", "4 FLOPs per input element", infer_to_blocks,
                 cost_to_blocks),
    OC_MICROSOFT("DequantizeBFP", "1 FLOP per output element",
                 infer_from_blocks, cost_from_blocks,
                 .shape_inputs = OC_IN(1) | OC_IN(2)),
    {0},
};
