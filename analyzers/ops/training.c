/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/training.c - ai.onnx.preview.training: one step of Adagrad,
 * Adam or Momentum, and Gradient.
 *
 * Inputs are the learning rate, the update count, then groups of n tensors:
 * the optimised ones, their gradients, their states. Outputs are the new
 * tensors and the new states.
 */
#include <string.h>

#include "analyzers/ops/common.h"
#include "analyzers/ops/descriptor.h"

/* A row's .data. */
typedef struct optimizer {
    size_t states; /* groups of state tensors */
    int flops;     /* per optimised element */
    int nesterov;  /* more of them in that mode */
    int transcendentals;
} optimizer;

/* Optimised tensors; 0 after a sticky failure. */
static size_t tensor_count(oc_op *op)
{
    const optimizer *row = oc_op_data(op);
    const size_t groups = 2 + row->states, inputs = oc_op_input_count(op);
    if (inputs > 2 && (inputs - 2) % groups == 0)
        return (inputs - 2) / groups;
    oc_op_fail(op, "inputs are not whole groups of tensors");
    return 0;
}

static void infer(oc_op *op)
{
    const optimizer *row = oc_op_data(op);
    const size_t n = tensor_count(op);
    for (size_t i = 0; i < n; i++)
        oc_op_copy_type(op, i, 2 + i);
    for (size_t i = 0; i < n * row->states; i++)
        oc_op_copy_type(op, n + i, 2 + 2 * n + i);
}

static void cost(oc_op *op, oc_cost *sum)
{
    const optimizer *row = oc_op_data(op);
    const size_t n = tensor_count(op);
    const char *mode = oc_op_attr_string(op, "mode", "standard");
    int flops = row->flops;
    oc_expr elements = oc_expr_of(0);
    for (size_t i = 0; i < n; i++)
        elements = oc_add(op, elements, oc_op_input_numel(op, 2 + i));
    if (strcmp(mode, "nesterov") == 0)
        flops += row->nesterov;
    oc_cost_add(sum, OC_FLOPS, "per element", oc_times(op, flops, elements));
    if (row->transcendentals)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "per element",
                    oc_times(op, row->transcendentals, elements));
}

/* Output i is the derivative by input i. */
static void infer_gradient(oc_op *op)
{
    for (size_t i = 0; i < oc_op_output_count(op); i++)
        oc_op_copy_type(op, i, i);
}

#define OPTIMIZER(name, words, ...)                                            \
    OC_DESCRIPTOR("ai.onnx.preview.training", name, 1, words,                  \
                  "ONNX preview training operators, " name "-1", infer, cost,  \
                  .data = &(const optimizer){__VA_ARGS__})

OC_OP_DEFINE(training) = {
    OPTIMIZER("Adagrad",
              "eight FLOPs and one transcendental per optimised element",
              .states = 1, .flops = 8, .transcendentals = 1),
    OPTIMIZER("Adam",
              "fourteen FLOPs and one transcendental per optimised element",
              .states = 2, .flops = 14, .transcendentals = 1),
    OPTIMIZER("Momentum",
              "seven FLOPs per optimised element, nine in Nesterov's mode",
              .states = 1, .flops = 7, .nesterov = 2),
    {.domain = "ai.onnx.preview.training",
     .op_type = "Gradient",
     .since_version = 1,
     .rule = "the differentiated graph is not in the file",
     .source = "ONNX preview training operators, Gradient-1",
     .infer = infer_gradient,
     .traits = OC_TRAIT_UNCOUNTED},
    {0},
};
