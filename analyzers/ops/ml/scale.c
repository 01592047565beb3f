/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/ml/scale.c - Scaler, Normalizer, Imputer and Binarizer: the
 * shape stays, features are computed one by one.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/elementwise.h"
#include "analyzers/ops/ml/ml.h"

/* Each row is divided by its norm: of the absolute values (MAX: the
 * greatest, L1: the sum) or the root of the sum of squares (L2). */
static void cost_normalizer(oc_op *op, oc_cost *sum)
{
    const char *norm = oc_op_attr_string(op, "norm", "MAX");
    const oc_expr rows = oc_ml_input(op, 0).rows;
    const bool greatest = strcmp(norm, "MAX") == 0;
    const bool euclidean = strcmp(norm, "L2") == 0;
    if (!greatest && !euclidean && strcmp(norm, "L1") != 0)
        oc_op_fail(op, "norm is not known");
    oc_cost_add(
        sum, OC_FLOPS, "norms and divisions",
        oc_sub(op, oc_times(op, greatest ? 2 : 3, oc_op_output_numel(op, 0)),
               rows));
    if (euclidean)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "root per row", rows);
}

#define SAME(name, words, cost_function, ...)                                  \
    OC_ONNX_ML(name, 1, words, name "-1", oc_unary_infer, cost_function,       \
               .data = &(const oc_elementwise){__VA_ARGS__})

OC_OP_DEFINE(ml_scale) = {
    SAME("Scaler", "two FLOPs per element", oc_elementwise_cost, .flops = 2,
         .result = OC_ELEM_FLOAT),
    SAME("Imputer", "two FLOPs per element", oc_elementwise_cost, .flops = 2),
    SAME("Binarizer", "one FLOP per element", oc_elementwise_cost, .flops = 1),
    SAME("Normalizer",
         "two FLOPs per element for MAX, three for L1 and L2, less one per "
         "row; for L2 one transcendental per row",
         cost_normalizer, .result = OC_ELEM_FLOAT),
    {0},
};
