/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/recurrent.c - RNN, GRU and LSTM: X [time, batch, input], W
 * [directions, gates * hidden, input], R [directions, gates * hidden,
 * hidden], B, sequence_lens, initial_h, initial_c, P. All time steps count,
 * whatever sequence_lens says at run time.
 */
#include "analyzers/ops/recurrent.h"

#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/fused.h"

/* ---- shapes ---- */

static int64_t directions_of(oc_op *op)
{
    const char *direction = oc_op_attr_string(op, "direction", "forward");
    return strcmp(direction, "bidirectional") == 0 ? 2 : 1;
}

static oc_expr hidden_of(oc_op *op)
{
    if (oc_op_has_attr(op, "hidden_size")) {
        const int64_t hidden = oc_op_attr_int(op, "hidden_size", 1);
        if (hidden < 1)
            oc_op_fail(op, "hidden_size is less than 1");
        return oc_int(op, hidden);
    }
    const oc_shape r = oc_op_input(op, 2);
    return r.rank == 3 ? r.dim[2] : OC_UNKNOWN;
}

oc_recurrent oc_recurrent_read(oc_op *op)
{
    oc_recurrent net = {0};
    const oc_shape x = oc_op_input(op, 0);
    net.batch_first = oc_op_attr_int(op, "layout", 0) != 0;
    net.directions = oc_expr_of(directions_of(op));
    net.hidden = hidden_of(op);
    if (x.rank != 3) {
        oc_op_fail(op, "X must be of rank 3");
        return net;
    }
    net.time = x.dim[net.batch_first ? 1 : 0];
    net.batch = x.dim[net.batch_first ? 0 : 1];
    net.input = x.dim[2];
    net.steps = oc_mul(op, net.directions, oc_mul(op, net.time, net.batch));
    return net;
}

void oc_recurrent_outputs(oc_op *op, const oc_recurrent *net)
{
    const int type = oc_op_dtype(op, 0);
    oc_shape y = oc_shape_new(op, 4), last = oc_shape_new(op, 3);
    y.dim[net->batch_first ? 1 : 0] = net->time;
    y.dim[net->batch_first ? 2 : 1] = net->directions;
    y.dim[net->batch_first ? 0 : 2] = net->batch;
    y.dim[3] = net->hidden;
    last.dim[net->batch_first ? 1 : 0] = net->directions;
    last.dim[net->batch_first ? 0 : 1] = net->batch;
    last.dim[2] = net->hidden;
    oc_op_set_output(op, 0, type, y);
    for (size_t i = 1; i < oc_op_output_count(op); i++)
        oc_op_set_output(op, i, type, last);
}

static void infer(oc_op *op)
{
    oc_recurrent net = oc_recurrent_read(op);
    if (oc_op_has_rank(op, 1) && oc_op_type(op, 1)->rank == 3)
        oc_unify(op, net.input, oc_op_type(op, 1)->dim[2]);
    oc_recurrent_outputs(op, &net);
}

/* ---- costs ---- */

/* One application in `times` elements of each direction's cell. `which`
 * counts the functions of a direction, of which there are `count`. */
static void activate(oc_op *op, oc_cost *sum, const oc_recurrent *net,
                     size_t which, size_t count, int64_t times)
{
    const char *const *names;
    const size_t given = oc_op_attr_strings(op, "activations", &names);
    const oc_expr each = oc_mul(op, oc_mul(op, net->time, net->batch),
                                oc_times(op, times, net->hidden));
    const size_t directions = (size_t)oc_expr_immediate(net->directions);
    for (size_t d = 0; d < directions; d++) {
        const size_t i = d * count + which;
        const char *name = count == 1 || which > 0 ? "tanh" : "sigmoid";
        if (i < given)
            name = names[i];
        const oc_activation *found = oc_activation_find(name);
        if (!found) {
            oc_op_fail(op, "an activation is not known");
            return;
        }
        oc_cost_add(sum, OC_FLOPS, "activations",
                    oc_times(op, found->flops, each));
        oc_cost_add(sum, OC_TRANSCENDENTALS, "activations",
                    oc_times(op, found->transcendentals, each));
    }
}

/* `gates` products of input and state with their weights. Both biases of a
 * gate are summed once, so that one addition per element is left. */
static void products(oc_op *op, oc_cost *sum, const oc_recurrent *net,
                     int64_t gates, oc_expr input)
{
    const oc_expr cells =
        oc_times(op, gates, oc_mul(op, net->steps, net->hidden));
    oc_cost_add(sum, OC_MACS, "steps * gates * (input + hidden)",
                oc_mul(op, cells, oc_add(op, input, net->hidden)));
    if (oc_op_has_input(op, 3))
        oc_cost_add(sum, OC_FLOPS, "biases", cells);
    if (oc_op_has_attr(op, "clip"))
        oc_cost_add(sum, OC_FLOPS, "clip", oc_times(op, 2, cells));
}

/* Flops per element of the state. */
static void per_state(oc_op *op, oc_cost *sum, const oc_recurrent *net,
                      const char *label, int64_t flops)
{
    oc_cost_add(sum, OC_FLOPS, label,
                oc_times(op, flops, oc_mul(op, net->steps, net->hidden)));
}

static void cost_rnn(oc_op *op, oc_cost *sum)
{
    const oc_recurrent net = oc_recurrent_read(op);
    products(op, sum, &net, 1, net.input);
    activate(op, sum, &net, 0, 1, 1);
}

/* State: (1 - z) * h' + z * h, 4; the reset gate 1. When the reset comes
 * after the product, its bias cannot be summed beforehand. */
static void cost_gru(oc_op *op, oc_cost *sum)
{
    const oc_recurrent net = oc_recurrent_read(op);
    const bool after = oc_op_attr_int(op, "linear_before_reset", 0) != 0;
    products(op, sum, &net, 3, net.input);
    per_state(op, sum, &net, "state and reset", after ? 6 : 5);
    if (after && oc_op_has_input(op, 3))
        per_state(op, sum, &net, "recurrent bias", 1);
    activate(op, sum, &net, 0, 2, 2);
    activate(op, sum, &net, 1, 2, 1);
}

/* State: f * c + i * c', then o * h(c), 4. input_forget makes f = 1 - i. */
void oc_recurrent_lstm(oc_op *op, oc_cost *sum, const oc_recurrent *net,
                       oc_expr input)
{
    const bool coupled = oc_op_attr_int(op, "input_forget", 0) != 0;
    products(op, sum, net, coupled ? 3 : 4, input);
    per_state(op, sum, net, "states", coupled ? 5 : 4);
    if (oc_op_has_input(op, 7))
        per_state(op, sum, net, "peepholes", coupled ? 4 : 6);
    activate(op, sum, net, 0, 3, coupled ? 2 : 3);
    activate(op, sum, net, 1, 3, 1);
    activate(op, sum, net, 2, 3, 1);
}

static void cost_lstm(oc_op *op, oc_cost *sum)
{
    const oc_recurrent net = oc_recurrent_read(op);
    oc_recurrent_lstm(op, sum, &net, net.input);
}

#define RECURRENT(name, cost_function, words, weights)                         \
    OC_ONNX(name, 1, words, name "-22", infer, cost_function,                  \
            .weight_inputs = OC_IN(1) | OC_IN(2) | OC_IN(3) | weights)

OC_OP_DEFINE(recurrent) = {
    RECURRENT("RNN", cost_rnn,
              "hidden * (input + hidden) MACs per step, a bias and an "
              "activation per element of the state",
              0),
    RECURRENT("GRU", cost_gru,
              "3 * hidden * (input + hidden) MACs per step, five flops, "
              "three biases and three activations per element of the state",
              0),
    RECURRENT("LSTM", cost_lstm,
              "4 * hidden * (input + hidden) MACs per step, four flops, "
              "four biases and five activations per element of the state",
              OC_IN(7)),
    {0},
};
