/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/activation.c - element-wise activations with
 * the additions before them: BiasGelu, FastGelu, BiasSoftmax, BiasDropout.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/fused.h"
#include "analyzers/ops/softmax.h"

typedef struct activation {
    int flops, transcendentals; /* per element */
    uint32_t added; /* inputs that, when given, are added: 1 more each */
} activation;

static void add_inputs(oc_op *op, oc_cost *sum, uint32_t inputs,
                       oc_expr elements)
{
    for (size_t i = 0; i < 32; i++)
        if ((inputs & OC_IN(i)) && oc_op_has_input(op, i))
            oc_cost_add(sum, OC_FLOPS, "added input", elements);
}

static void cost_row(oc_op *op, oc_cost *sum)
{
    const activation *row = oc_op_data(op);
    const oc_expr elements = oc_op_output_numel(op, 0);
    add_inputs(op, sum, row->added, elements);
    if (row->flops)
        oc_cost_add(sum, OC_FLOPS, "per element",
                    oc_times(op, row->flops, elements));
    if (row->transcendentals)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "per element",
                    oc_times(op, row->transcendentals, elements));
}

/* The left half of x + bias times the GELU of the right half. */
static void infer_split_gelu(oc_op *op)
{
    oc_shape y = oc_op_input(op, 0);
    if (y.rank)
        y.dim[y.rank - 1] = oc_floor_div(op, y.dim[y.rank - 1], oc_expr_of(2));
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_split_gelu(oc_op *op, oc_cost *sum)
{
    const oc_expr half = oc_op_output_numel(op, 0);
    oc_cost_add(sum, OC_FLOPS, "bias", oc_op_input_numel(op, 0));
    oc_fused_activation_named(op, sum, "gelu", half);
    oc_cost_add(sum, OC_FLOPS, "product of the halves", half);
}

static void infer_softmax(oc_op *op)
{
    oc_op_check_axis(op, 1);
    oc_infer_same(op);
}

static void cost_softmax(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    const oc_expr elements = oc_shape_numel(op, x);
    if (!oc_op_has_rank(op, 0))
        return;
    const size_t axis = oc_op_axis(op, oc_op_attr_int(op, "axis", 1), x.rank);
    const oc_expr rows = oc_shape_product(op, x, 0, axis);
    oc_cost_add(sum, OC_FLOPS, "bias", elements);
    oc_softmax_cost(op, sum, elements, rows);
}

/* ---- dropout ---- */

typedef struct dropout {
    uint32_t added;
    size_t training; /* input */
    bool bits;       /* the mask has a bit an element, in 32-bit words */
} dropout;

static void infer_dropout(oc_op *op)
{
    const dropout *row = oc_op_data(op);
    oc_op_copy_type(op, 0, 0);
    oc_shape mask = oc_op_input(op, 0);
    if (row->bits && oc_op_has_rank(op, 0)) {
        const oc_expr elements = oc_shape_numel(op, mask);
        mask = oc_shape_new(op, 1);
        mask.dim[0] = oc_ceil_div(op, elements, oc_expr_of(32));
    }
    oc_op_set_output(op, 1, row->bits ? OC_ELEM_UINT32 : OC_ELEM_BOOL, mask);
}

static bool trains(oc_op *op, size_t input)
{
    if (!oc_op_has_input(op, input))
        return false;
    const oc_block *value = oc_op_value(op, input);
    return !value || value->count != 1 || !oc_expr_is(value->element[0], 0);
}

static void cost_dropout(oc_op *op, oc_cost *sum)
{
    const dropout *row = oc_op_data(op);
    const oc_expr elements = oc_op_input_numel(op, 0);
    add_inputs(op, sum, row->added, elements);
    if (trains(op, row->training)) {
        oc_cost_add(sum, OC_FLOPS, "drop and scale", oc_times(op, 2, elements));
        oc_cost_add(sum, OC_TRANSCENDENTALS, "random samples", elements);
    } else if (!row->added) {
        oc_cost_view(sum);
        if (oc_op_has_output(op, 1))
            oc_cost_write(sum, 1, oc_op_output_numel(op, 1));
    }
}

#define ACTIVATION(name, words, ...)                                           \
    OC_MICROSOFT(name, words, oc_infer_same, cost_row,                         \
                 .data = &(const activation){__VA_ARGS__})
#define DROPOUT(name, ...)                                                     \
    OC_MICROSOFT(                                                              \
        name,                                                                  \
        "1 FLOP per element for each added input; in training 2 and a "        \
        "random sample per element",                                           \
        infer_dropout, cost_dropout, .data = &(const dropout){__VA_ARGS__})

OC_OP_DEFINE(microsoft_activation) = {
    ACTIVATION("BiasGelu", "5 FLOPs and an erf per element", .flops = 4,
               .transcendentals = 1, .added = OC_IN(1)),
    ACTIVATION("FastGelu", "8 FLOPs and a tanh per element, 1 for a bias",
               .flops = 8, .transcendentals = 1, .added = OC_IN(1)),
    ACTIVATION("Gelu", "4 FLOPs and an erf per element", .flops = 4,
               .transcendentals = 1),
    ACTIVATION("QuickGelu", "2 FLOPs and a sigmoid per element", .flops = 2,
               .transcendentals = 1),
    ACTIVATION("ScaledSiLU", "2 FLOPs and a sigmoid per element", .flops = 2,
               .transcendentals = 1),
    ACTIVATION("BiasAdd", "2 FLOPs per element", .added = OC_IN(1) | OC_IN(2)),
    ACTIVATION("GatedAdd", "2 FLOPs per element", .flops = 2),
    OC_MICROSOFT("BiasSplitGelu",
                 "1 FLOP per input element, 5 and an erf per output element",
                 infer_split_gelu, cost_split_gelu),
    OC_MICROSOFT("BiasSoftmax", "1 FLOP per element, then the softmax",
                 infer_softmax, cost_softmax),
    DROPOUT("BiasDropout", .added = OC_IN(1) | OC_IN(2), .training = 4),
    DROPOUT("BitmaskBiasDropout", .added = OC_IN(1) | OC_IN(2), .training = 4,
            .bits = true),
    DROPOUT("BitmaskDropout", .training = 2, .bits = true),
    {0},
};
