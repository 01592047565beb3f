/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/conv_transpose.c - ConvTranspose: every input element is
 * spread over the taps of its filters, so MACs go by inputs; what falls into
 * the cropped border is not deducted.
 */
#include <string.h>

#include "analyzers/ops/conv.h"

/* output_shape wins over the formula; some writers include N and C. */
static bool wanted(oc_op *op, size_t rank, const int64_t **extents)
{
    const size_t count = oc_op_attr_ints(op, "output_shape", extents);
    if (count == rank + 2)
        *extents += 2;
    else if (count != rank && count != 0)
        oc_op_fail(op, "output_shape does not fit the rank of X");
    return count == rank + 2 || (count == rank && rank > 0);
}

static void spread(oc_op *op, const oc_window *window, oc_expr *dim)
{
    const int64_t *extents;
    const bool given = wanted(op, window->rank, &extents);
    const oc_expr *extra =
        oc_window_attribute(op, "output_padding", window->rank, 0, 0);
    for (size_t i = 0; i < window->rank; i++) {
        if (given)
            dim[i] = oc_int(op, extents[i]);
        else if (window->same)
            dim[i] = oc_window_span(op, window, i, dim[i]);
        else
            dim[i] =
                oc_add(op, extra[i], oc_window_span(op, window, i, dim[i]));
        if (oc_at_most(op, dim[i], oc_expr_of(-1)) == OC_YES)
            oc_op_fail(op, "the result would have a negative dim");
    }
}

/* Pads of an input, begins before ends; unknown ones make unknown dims. With
 * auto_pad they mean nothing. */
static void take_pads(oc_op *op, oc_window *window, size_t input)
{
    const oc_block *pads = oc_op_value(op, input);
    const size_t count = 2 * window->rank;
    const char *mode = oc_op_attr_string(op, "auto_pad", "NOTSET");
    if (!oc_op_has_input(op, input) || strcmp(mode, "NOTSET") != 0)
        return;
    if (pads && pads->count != count) {
        oc_op_fail(op, "Pads do not have two elements per spatial axis");
        return;
    }
    oc_expr *dim = OC_OP_NEW(op, oc_expr, count);
    for (size_t i = 0; i < count; i++)
        dim[i] = pads ? pads->element[i] : OC_UNKNOWN;
    window->begin = dim;
    window->end = dim + window->rank;
}

void oc_conv_transpose_infer(oc_op *op, oc_conv conv, int elem_type)
{
    oc_conv_operands at;
    oc_op_set_dtype(op, 0, elem_type);
    if (!oc_conv_read(op, conv, &at))
        return;
    oc_shape y = at.data;
    const oc_expr group = oc_conv_group(op);
    if (at.filtered)
        oc_unify(op, y.dim[at.channel], at.filter.dim[0]);
    y.dim[at.channel] =
        at.filtered ? oc_mul(op, group, at.filter.dim[1]) : OC_UNKNOWN;
    oc_window window = oc_conv_window(op, &at);
    if (conv.pads)
        take_pads(op, &window, conv.pads);
    spread(op, &window, y.dim + at.first);
    oc_op_set_output(op, 0, elem_type, y);
}

static const oc_conv plain = {.data = 0, .filter = 1};

static void infer(oc_op *op)
{
    oc_conv_transpose_infer(op, plain, oc_op_dtype(op, 0));
}

static void cost(oc_op *op, oc_cost *sum)
{
    oc_conv_transpose_macs(op, sum, plain);
    oc_conv_bias(op, sum, 2);
}

OC_OP_DEFINE(conv_transpose) = {
    {.domain = "",
     .op_type = "ConvTranspose",
     .since_version = 1,
     .rule = "one MAC per input element, output channel of its group and "
             "kernel tap, cropped outputs included; one addition per output "
             "for B",
     .source = "ONNX operators, ConvTranspose-22",
     .infer = infer,
     .cost = cost,
     .weight_inputs = OC_IN(1) | OC_IN(2)},
    {0},
};
