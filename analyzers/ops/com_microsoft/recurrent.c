/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/recurrent.c - DynamicQuantizeLSTM, and AttnLSTM:
 * an LSTM whose every step attends to a memory.
 */
#include "analyzers/ops/recurrent.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/softmax.h"

/* ---- DynamicQuantizeLSTM: integer weights [directions, input, 4 * hidden]
 * and [directions, hidden, 4 * hidden]; every step quantises its input and
 * its state ---- */

/* The recurrent weights are the other way round than LSTM's. */
static oc_recurrent network_of(oc_op *op)
{
    oc_recurrent net = oc_recurrent_read(op);
    const oc_type *r = oc_op_type(op, 2);
    if (!oc_op_has_attr(op, "hidden_size"))
        net.hidden = r->rank == 3 ? r->dim[1] : OC_UNKNOWN;
    return net;
}

static void infer_quantized(oc_op *op)
{
    const oc_recurrent net = network_of(op);
    oc_recurrent_outputs(op, &net);
}

/* 7 flops per element and 7 more for each tensor that is quantised. */
static void cost_quantized(oc_op *op, oc_cost *sum)
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

/* ---- AttnLSTM: QW [D, H, a], MW [D, m, a], V [D, a], the memory M [B, Tm,
 * m] and, perhaps, AW [D, m + H, width of the attention state] ---- */

enum { QUERY_WEIGHT = 8, MEMORY_WEIGHT, VECTOR, MEMORY, LAYER = 13 };

static void infer_attentive(oc_op *op)
{
    oc_recurrent net = oc_recurrent_read(op);
    const oc_type *memory = oc_op_type(op, MEMORY);
    if (memory->rank == 3)
        net.batch = oc_unify(op, net.batch, memory->dim[0]);
    oc_recurrent_outputs(op, &net);
}

static oc_expr last_dim(oc_op *op, size_t input)
{
    const oc_shape x = oc_op_input(op, input);
    return x.rank == 3 ? x.dim[2] : OC_UNKNOWN;
}

/* Every step reads its input and the attention state of the step before;
 * the memory's keys are made once. */
static void cost_attentive(oc_op *op, oc_cost *sum)
{
    const oc_recurrent net = oc_recurrent_read(op);
    const oc_shape memory = oc_op_input(op, MEMORY);
    const bool layered = oc_op_has_input(op, LAYER);
    const oc_expr width = last_dim(op, QUERY_WEIGHT);
    const oc_expr depth = last_dim(op, MEMORY);
    const oc_expr state = layered ? last_dim(op, LAYER) : depth;
    if (memory.rank != 3) {
        oc_op_fail(op, "M must have 3 dims");
        return;
    }
    const oc_expr places = oc_mul(op, memory.dim[0], memory.dim[1]);
    const oc_expr scores = oc_mul(op, net.steps, memory.dim[1]);
    const oc_expr keys = oc_mul(op, net.directions, oc_mul(op, places, width));
    const oc_expr energies = oc_mul(op, scores, width);
    oc_recurrent_lstm(op, sum, &net, oc_add(op, net.input, state));
    oc_cost_add(sum, OC_MACS, "keys of the memory", oc_mul(op, keys, depth));
    oc_cost_add(sum, OC_MACS, "queries",
                oc_mul(op, net.steps, oc_mul(op, net.hidden, width)));
    oc_cost_add(sum, OC_FLOPS, "add keys and queries", energies);
    oc_cost_add(sum, OC_TRANSCENDENTALS, "tanh", energies);
    oc_cost_add(sum, OC_MACS, "alignments", energies);
    oc_cost_add(sum, OC_MACS, "contexts", oc_mul(op, scores, depth));
    oc_softmax_cost(op, sum, scores, net.steps);
    if (layered)
        oc_cost_add(sum, OC_MACS, "attention layer",
                    oc_mul(op, oc_mul(op, net.steps, state),
                           oc_add(op, net.hidden, depth)));
}

#define ATTENTIVE_WEIGHTS                                                      \
    (OC_IN(1) | OC_IN(2) | OC_IN(3) | OC_IN(7) | OC_IN(8) | OC_IN(9) |         \
     OC_IN(10) | OC_IN(13))

OC_OP_DEFINE(microsoft_recurrent) = {
    OC_MICROSOFT("DynamicQuantizeLSTM",
                 "as LSTM; 7 FLOPs per element of each step's input and state, "
                 "and 7 for each of the two, to quantise them; 2 per gate "
                 "element to scale it",
                 infer_quantized, cost_quantized,
                 .weight_inputs = OC_IN(1) | OC_IN(2) | OC_IN(3) | OC_IN(7),
                 .scale_inputs = OC_IN(8) | OC_IN(9) | OC_IN(10) | OC_IN(11)),
    OC_MICROSOFT("AttnLSTM",
                 "as LSTM, whose input has the attention state as well; the "
                 "memory's keys once; per step the query, and per place of the "
                 "memory an addition, a tanh and a MAC per element of a key, "
                 "the softmax, a MAC per element of the memory, then the "
                 "attention layer",
                 infer_attentive, cost_attentive,
                 .weight_inputs = ATTENTIVE_WEIGHTS),
    {0},
};
