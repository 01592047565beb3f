/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/matmul.c - MatMul and Gemm.
 *
 * Y[.., m, n] = sum over k of A[.., m, k] * B[.., k, n], batch dims broadcast;
 * a vector operand is a row (left) or a column (right) whose 1 is dropped.
 */
#include "analyzers/ops/matmul.h"

oc_shape oc_matmul_shape(oc_op *op, oc_shape a, oc_shape b)
{
    if (a.rank == 0 || b.rank == 0) {
        oc_op_fail(op, "operands of rank 0 cannot be multiplied");
        return a;
    }
    const size_t inner = b.rank == 1 ? 0 : b.rank - 2;
    oc_unify(op, a.dim[a.rank - 1], b.dim[inner]);
    const oc_shape a_batch = {a.rank > 2 ? a.rank - 2 : 0, a.dim};
    oc_shape b_batch = oc_shape_new(op, b.rank > 2 ? b.rank - 2 : 0);
    for (size_t axis = 0; axis < b_batch.rank; axis++)
        b_batch.dim[axis] = b.dim[axis];
    oc_shape row_and_column = oc_shape_new(op, 2), y;
    size_t kept = 0;
    if (a.rank > 1)
        row_and_column.dim[kept++] = a.dim[a.rank - 2];
    if (b.rank > 1)
        row_and_column.dim[kept++] = b.dim[b.rank - 1];
    const oc_shape batch = oc_shapes_broadcast(op, a_batch, b_batch);
    y = oc_shape_new(op, batch.rank + kept);
    for (size_t axis = 0; axis < batch.rank; axis++)
        y.dim[axis] = batch.dim[axis];
    for (size_t i = 0; i < kept; i++)
        y.dim[batch.rank + i] = row_and_column.dim[i];
    return y;
}

void oc_matmul_macs(oc_op *op, oc_cost *sum, size_t left, size_t right)
{
    const oc_shape a = oc_op_input(op, left);
    const int64_t nnz = oc_op_nnz(op, right);
    if (a.rank == 0)
        return;
    if (nnz >= 0) {
        const oc_expr rows = oc_shape_product(op, a, 0, a.rank - 1);
        oc_cost_add(sum, OC_MACS, "rows * stored weights",
                    oc_times(op, nnz, rows));
        return;
    }
    oc_cost_add(sum, OC_MACS, "outputs * inner dim",
                oc_mul(op, oc_op_output_numel(op, 0), a.dim[a.rank - 1]));
}

static void infer_matmul(oc_op *op)
{
    const oc_shape y =
        oc_matmul_shape(op, oc_op_input(op, 0), oc_op_input(op, 1));
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost_matmul(oc_op *op, oc_cost *sum)
{
    oc_matmul_macs(op, sum, 0, 1);
}

/* Gemm: Y[m, n] = alpha * A' * B' + beta * C, C broadcast to Y. */
oc_shape oc_gemm_shape(oc_op *op, size_t b)
{
    const oc_shape left = oc_op_input(op, 0), right = oc_op_input(op, b);
    const bool left_flips = oc_op_attr_int(op, "transA", 0) != 0;
    const bool right_flips = oc_op_attr_int(op, "transB", 0) != 0;
    oc_shape y = oc_shape_new(op, 2);
    if (left.rank == 2 && right.rank == 2) {
        oc_unify(op, left.dim[!left_flips], right.dim[right_flips]);
        y.dim[0] = left.dim[left_flips];
        y.dim[1] = right.dim[!right_flips];
    } else if (oc_op_has_rank(op, 0) && oc_op_has_rank(op, b)) {
        oc_op_fail(op, "A and B must be matrices");
    }
    return y;
}

void oc_gemm_macs(oc_op *op, oc_cost *sum)
{
    const oc_shape a = oc_op_input(op, 0);
    const bool flips = oc_op_attr_int(op, "transA", 0) != 0;
    if (a.rank == 2)
        oc_cost_add(sum, OC_MACS, "outputs * inner dim",
                    oc_mul(op, oc_op_output_numel(op, 0), a.dim[!flips]));
}

void oc_gemm_infer(oc_op *op)
{
    const oc_shape y = oc_gemm_shape(op, 1);
    if (oc_op_has_input(op, 2) && oc_op_has_rank(op, 2))
        oc_shapes_broadcast(op, y, oc_op_input(op, 2));
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

void oc_gemm_cost(oc_op *op, oc_cost *sum)
{
    const oc_expr outputs = oc_op_output_numel(op, 0);
    oc_gemm_macs(op, sum);
    if (oc_op_attr_float(op, "alpha", 1) != 1)
        oc_cost_add(sum, OC_FLOPS, "alpha", outputs);
    if (!oc_op_has_input(op, 2))
        return;
    oc_cost_add(sum, OC_FLOPS, "add C", outputs);
    if (oc_op_attr_float(op, "beta", 1) != 1)
        oc_cost_add(sum, OC_FLOPS, "beta", oc_op_input_numel(op, 2));
}

OC_OP_DEFINE(matmul) = {
    {.domain = "",
     .op_type = "MatMul",
     .since_version = 1,
     .rule = "one MAC per output element and inner index",
     .source = "ONNX operators, MatMul-13",
     .infer = infer_matmul,
     .cost = cost_matmul,
     .weight_inputs = OC_IN(0) | OC_IN(1)},
    {.domain = "",
     .op_type = "Gemm",
     .since_version = 1,
     .rule = "M*N*K MACs, one addition per output for C, one multiplication "
             "per output for alpha and per element of C for beta",
     .source = "ONNX operators, Gemm-13",
     .infer = oc_gemm_infer,
     .cost = oc_gemm_cost,
     .weight_inputs = OC_IN(0) | OC_IN(1) | OC_IN(2)},
    {0},
};
