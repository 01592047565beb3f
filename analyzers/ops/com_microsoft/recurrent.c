/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/recurrent.c - DynamicQuantizeLSTM: LSTM with
 * integer weights [directions, input, 4 * hidden] and [directions, hidden,
 * 4 * hidden]; every step quantises its input and its state.
 */
#include "analyzers/ops/recurrent.h"
#include "analyzers/ops/descriptor.h"

/* The recurrent weights are the other way round than LSTM's. */
static oc_recurrent network_of(oc_op *op)
{
    oc_recurrent net = oc_recurrent_read(op);
    const oc_type *r = oc_op_type(op, 2);
    if (!oc_op_has_attr(op, "hidden_size"))
        net.hidden = r->rank == 3 ? r->dim[1] : OC_UNKNOWN;
    return net;
}

static void infer(oc_op *op)
{
    const oc_recurrent net = network_of(op);
    oc_recurrent_outputs(op, &net);
}

/* 7 flops per element and 7 more for each tensor that is quantised. */
static void cost(oc_op *op, oc_cost *sum)
{
    const oc_recurrent net = network_of(op);
    const oc_expr quantized =
        oc_mul(op, net.steps, oc_add(op, net.input, net.hidden));
    oc_cost_types(sum, OC_ELEM_UINT8, oc_op_dtype(op, 1));
    oc_recurrent_lstm(op, sum, &net, net.input);
    oc_cost_add(sum, OC_FLOPS, "quantise input and state",
                oc_times(op, 7, quantized));
    oc_cost_add(sum, OC_FLOPS, "scales of input and state",
                oc_times(op, 14, oc_mul(op, net.directions, net.time)));
    oc_cost_add(sum, OC_FLOPS, "scale the gates",
                oc_times(op, 8, oc_mul(op, net.steps, net.hidden)));
}

OC_OP_DEFINE(microsoft_recurrent) = {
    OC_MICROSOFT("DynamicQuantizeLSTM",
                 "as LSTM; 7 FLOPs per element of each step's input and state, "
                 "and 7 for each of the two, to quantise them; 2 per gate "
                 "element to scale it",
                 infer, cost,
                 .weight_inputs = OC_IN(1) | OC_IN(2) | OC_IN(3) | OC_IN(7),
                 .scale_inputs = OC_IN(8) | OC_IN(9) | OC_IN(10) | OC_IN(11)),
    {0},
};
