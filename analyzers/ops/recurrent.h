/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/recurrent.h - recurrent networks, for the operators that
 * contain one.
 */
#ifndef OC_ANALYZERS_OPS_RECURRENT_H
#define OC_ANALYZERS_OPS_RECURRENT_H

#include "analyzers/ops/common.h"

typedef struct oc_recurrent {
    bool batch_first; /* attribute layout */
    oc_expr directions, time, batch, input, hidden;
    oc_expr steps; /* directions * time * batch: runs of the cell */
} oc_recurrent;

/* From X [time, batch, input], the attributes direction, layout and
 * hidden_size, and the last dim of R when hidden_size is absent. */
oc_recurrent oc_recurrent_read(oc_op *op);
/* Y and the last states of every direction: all outputs of the node. */
void oc_recurrent_outputs(oc_op *op, const oc_recurrent *net);

/* The LSTM cell over `input` columns of input; biases are input 3, peepholes
 * input 7. */
void oc_recurrent_lstm(oc_op *op, oc_cost *sum, const oc_recurrent *net,
                       oc_expr input);

#endif
