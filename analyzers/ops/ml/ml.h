/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/ml/ml.h - what the operators of ai.onnx.ml share: rows and
 * features of their input, labels, and the transform of scores at the end.
 */
#ifndef OC_ANALYZERS_OPS_ML_ML_H
#define OC_ANALYZERS_OPS_ML_ML_H

#include "analyzers/ops/common.h"

typedef struct oc_ml_matrix {
    oc_expr rows, columns;
} oc_ml_matrix;

/* Input i, where [C] counts as [1, C]; sticky failure for other ranks. */
oc_ml_matrix oc_ml_input(oc_op *op, size_t i);

/* A matrix; a vector. */
void oc_ml_set_matrix(oc_op *op, size_t output, int elem_type, oc_expr rows,
                      oc_expr columns);
void oc_ml_set_vector(oc_op *op, size_t output, int elem_type, oc_expr length);

/* Strings when "classlabels_strings" has some, else those of `ints`. */
typedef struct oc_ml_labels {
    int elem_type;
    size_t count;
} oc_ml_labels;
oc_ml_labels oc_ml_get_labels(oc_op *op, const char *ints);

/* post_transform, by name or by number (TreeEnsemble), of `rows` rows with
 * `elements` scores in all; sticky failure for an unknown one. */
void oc_ml_post_transform(oc_op *op, oc_cost *sum, oc_expr rows,
                          oc_expr elements);

/* A dot product of the features per row and output, and the intercepts. */
void oc_ml_linear_cost(oc_op *op, oc_cost *sum, oc_ml_matrix x, oc_expr outputs,
                       bool intercepts);

#endif
