/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/dropout.c - Dropout: a view of its input, except in training.
 */
#include "analyzers/ops/common.h"

/* Versions 1 and 6 had is_test, 7 and 10 nothing; since 12 it is an input. */
static oc_tri trains(oc_op *op)
{
    const int version = oc_op_version(op);
    if (version < 7)
        return oc_op_attr_int(op, "is_test", 0) == 0 ? OC_YES : OC_NO;
    if (version < 12 || !oc_op_has_input(op, 2))
        return OC_NO;
    const oc_block *mode = oc_op_value(op, 2);
    if (!mode || mode->count != 1 || mode->element[0] == OC_UNKNOWN)
        return OC_MAYBE;
    return oc_expr_is(mode->element[0], 0) ? OC_NO : OC_YES;
}

static void infer(oc_op *op)
{
    const bool boolean = oc_op_version(op) >= 10;
    const int type = oc_op_dtype(op, 0);
    const oc_shape x = oc_op_input(op, 0);
    const oc_block *value = oc_op_value(op, 0);
    oc_op_set_output(op, 0, type, x);
    oc_op_set_output(op, 1, boolean ? OC_ELEM_BOOL : type, x);
    if (value && trains(op) == OC_NO)
        oc_op_set_value(op, 0, value->element);
}

/* Training: a sample, a comparison and a product per element. */
static void cost(oc_op *op, oc_cost *sum)
{
    const oc_expr elements = oc_op_input_numel(op, 0);
    const oc_tri training = trains(op);
    if (training == OC_NO) {
        oc_cost_view(sum);
        oc_cost_write(sum, 1, elements); /* the mask is none */
        return;
    }
    if (training == OC_MAYBE) {
        oc_cost_is(sum, OC_FLOPS, OC_UPPER_BOUND);
        oc_cost_is(sum, OC_TRANSCENDENTALS, OC_UPPER_BOUND);
        oc_cost_is(sum, OC_READ_BYTES, OC_UPPER_BOUND);
        oc_cost_is(sum, OC_WRITE_BYTES, OC_UPPER_BOUND);
    }
    oc_cost_add(sum, OC_FLOPS, "compare and scale", oc_times(op, 2, elements));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "one sample per element", elements);
}

OC_OP_DEFINE(dropout) = {
    {.domain = "",
     .op_type = "Dropout",
     .since_version = 1,
     .rule = "nothing in inference; two flops and a random sample per "
             "element in training",
     .source = "ONNX operators, Dropout-22",
     .infer = infer,
     .cost = cost,
     .traits = OC_TRAIT_FOLLOWS},
    {0},
};
