/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/ml/ml.c - what the operators of ai.onnx.ml share.
 */
#include "analyzers/ops/ml/ml.h"

#include <string.h>

oc_ml_matrix oc_ml_input(oc_op *op, size_t i)
{
    const oc_shape x = oc_op_input(op, i);
    oc_ml_matrix m = {oc_expr_of(1), OC_UNKNOWN};
    if (x.rank != 1 && x.rank != 2) {
        oc_op_fail(op, "X must be a vector or a matrix");
        return m;
    }
    m.columns = x.dim[x.rank - 1];
    if (x.rank == 2)
        m.rows = x.dim[0];
    return m;
}

void oc_ml_set_matrix(oc_op *op, size_t output, int elem_type, oc_expr rows,
                      oc_expr columns)
{
    oc_expr dim[] = {rows, columns};
    oc_op_set_output(op, output, elem_type, (oc_shape){2, dim});
}

void oc_ml_set_vector(oc_op *op, size_t output, int elem_type, oc_expr length)
{
    oc_op_set_output(op, output, elem_type, (oc_shape){1, &length});
}

oc_ml_labels oc_ml_get_labels(oc_op *op, const char *ints)
{
    const char *const *strings;
    const int64_t *values;
    oc_ml_labels labels = {OC_ELEM_STRING, 0};
    labels.count = oc_op_attr_strings(op, "classlabels_strings", &strings);
    if (labels.count == 0) {
        labels.elem_type = OC_ELEM_INT64;
        labels.count = oc_op_attr_ints(op, ints, &values);
    }
    return labels;
}

void oc_ml_post_transform(oc_op *op, oc_cost *sum, oc_expr rows,
                          oc_expr elements)
{
    static const char *const names[] = {"NONE", "SOFTMAX", "LOGISTIC",
                                        "SOFTMAX_ZERO", "PROBIT"};
    enum { NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO, PROBIT, COUNT };
    const char *name = oc_op_attr_string(op, "post_transform", NULL);
    int64_t which = name ? 0 : oc_op_attr_int(op, "post_transform", NONE);
    while (name && which < COUNT && strcmp(name, names[which]) != 0)
        which++;
    if (which < NONE || which >= COUNT) {
        oc_op_fail(op, "post_transform is not known");
        return;
    }
    if (which == SOFTMAX || which == SOFTMAX_ZERO)
        oc_cost_add(
            sum, OC_FLOPS, "softmax of the scores",
            oc_sub(op, oc_times(op, 4, elements), oc_times(op, 2, rows)));
    if (which != NONE)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "transform of the scores",
                    oc_times(op, which == PROBIT ? 3 : 1, elements));
}

void oc_ml_linear_cost(oc_op *op, oc_cost *sum, oc_ml_matrix x, oc_expr outputs,
                       bool intercepts)
{
    const oc_expr scores = oc_mul(op, x.rows, outputs);
    oc_cost_types(sum, oc_op_dtype(op, 0), OC_ELEM_FLOAT);
    oc_cost_add(sum, OC_MACS, "rows * features * outputs",
                oc_mul(op, scores, x.columns));
    if (intercepts)
        oc_cost_add(sum, OC_FLOPS, "intercepts", scores);
}
