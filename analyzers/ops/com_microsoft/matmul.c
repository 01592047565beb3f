/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/matmul.c - matrix products with transposed
 * operands, scalings, biases and activations fused in.
 *
 * Not in here: products of quantised operands (matmul_integer.c) and of
 * packed weights (matmul_packed.c).
 */
#include "analyzers/ops/matmul.h"
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/fused.h"

/* ---- FusedMatMul and its relatives: numpy's matmul of views ---- */

/* The operand as the product sees it: with `batch` its dim 0 goes behind the
 * batch dims, then with `flip` the last two change places. */
static oc_shape view_of(oc_op *op, oc_shape x, bool flip, bool batch)
{
    oc_shape y = oc_shape_new(op, x.rank);
    if (x.rank < 2)
        return x;
    for (size_t axis = 0; axis < x.rank; axis++)
        y.dim[axis] = x.dim[axis];
    for (size_t axis = 0; batch && axis + 1 < x.rank; axis++)
        y.dim[axis] = x.dim[axis + 2 < x.rank ? axis + 1 : 0];
    if (flip) {
        const oc_expr row = y.dim[x.rank - 2];
        y.dim[x.rank - 2] = y.dim[x.rank - 1];
        y.dim[x.rank - 1] = row;
    }
    return y;
}

static oc_shape left_of(oc_op *op)
{
    return view_of(op, oc_op_input(op, 0), oc_op_attr_int(op, "transA", 0) != 0,
                   oc_op_attr_int(op, "transBatchA", 0) != 0);
}

static oc_shape right_of(oc_op *op)
{
    return view_of(op, oc_op_input(op, 1), oc_op_attr_int(op, "transB", 0) != 0,
                   oc_op_attr_int(op, "transBatchB", 0) != 0);
}

static void infer_matmul(oc_op *op)
{
    const oc_shape a = left_of(op), b = right_of(op);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 1));
    if (oc_op_has_rank(op, 0) && oc_op_has_rank(op, 1))
        oc_op_set_output(op, 0, oc_op_dtype(op, 1), oc_matmul_shape(op, a, b));
}

static void cost_alpha(oc_op *op, oc_cost *sum, oc_expr outputs)
{
    if (oc_op_attr_float(op, "alpha", 1) != 1)
        oc_cost_add(sum, OC_FLOPS, "alpha", outputs);
}

static void cost_matmul(oc_op *op, oc_cost *sum)
{
    const oc_shape a = left_of(op);
    const oc_expr outputs = oc_op_output_numel(op, 0);
    if (a.rank == 0)
        return;
    oc_cost_add(sum, OC_MACS, "outputs * inner dim",
                oc_mul(op, outputs, a.dim[a.rank - 1]));
    cost_alpha(op, sum, outputs);
    oc_fused_activation(op, sum, outputs);
}

/* GemmFastGelu: matmul, bias, GELU by tanh. */
static void cost_fast_gelu(oc_op *op, oc_cost *sum)
{
    const oc_expr outputs = oc_op_output_numel(op, 0);
    oc_matmul_macs(op, sum, 0, 1);
    if (oc_op_has_input(op, 2))
        oc_cost_add(sum, OC_FLOPS, "bias", outputs);
    oc_fused_activation_named(op, sum, "fastgelu", outputs);
}

/* SparseToDenseMatMul: every stored element of A meets a row of B. */
static void cost_sparse(oc_op *op, oc_cost *sum)
{
    const oc_shape b = right_of(op);
    const int64_t nnz = oc_op_nnz(op, 0);
    if (b.rank == 0)
        return;
    oc_cost_add(sum, OC_MACS, "stored elements of A * columns of B",
                nnz < 0 ? OC_UNKNOWN : oc_times(op, nnz, b.dim[b.rank - 1]));
    cost_alpha(op, sum, oc_op_output_numel(op, 0));
}

/* ---- FusedGemm and its relatives: alpha * A' * B' + beta * C ---- */

typedef struct gemm {
    size_t b, c; /* inputs; A is the first */
    float beta;  /* its default */
    bool quantized;
} gemm;

static int gemm_type(oc_op *op, const gemm *row)
{
    const int64_t given = oc_op_attr_int(op, "dtype", 0);
    if (row->quantized)
        return oc_op_has_input(op, 8) ? oc_op_dtype(op, 8) : OC_ELEM_FLOAT;
    if (given > 0 && given <= OC_ELEM_INT2)
        return (int)given;
    return oc_op_dtype(op, 0);
}

static void infer_gemm(oc_op *op)
{
    const gemm *row = oc_op_data(op);
    oc_op_set_output(op, 0, gemm_type(op, row), oc_gemm_shape(op, row->b));
}

static void cost_gemm(oc_op *op, oc_cost *sum)
{
    const gemm *row = oc_op_data(op);
    const oc_expr outputs = oc_op_output_numel(op, 0);
    oc_cost_types(sum, oc_op_dtype(op, 0), oc_op_dtype(op, row->b));
    oc_gemm_macs(op, sum);
    cost_alpha(op, sum, outputs);
    if (oc_op_has_input(op, row->c)) {
        const double beta = oc_op_attr_float(op, "beta", (double)row->beta);
        oc_cost_add(sum, OC_FLOPS, "add C", outputs);
        if (beta != 1)
            oc_cost_add(sum, OC_FLOPS, "beta", oc_op_input_numel(op, row->c));
    }
    if (row->quantized && oc_op_has_input(op, 7))
        oc_cost_add(sum, OC_FLOPS, "requantise", oc_times(op, 5, outputs));
    oc_fused_activation(op, sum, outputs);
}

#define MATMUL                                                                 \
    "one MAC per output and inner index, one FLOP per output for alpha, "      \
    "then the activation"
#define GEMM                                                                   \
    "M*N*K MACs, one FLOP per output for C and one for alpha, one per "        \
    "element of C for beta, then the activation"
#define BOTH (OC_IN(0) | OC_IN(1))

OC_OP_DEFINE(microsoft_matmul) = {
    OC_MICROSOFT("FusedMatMul", MATMUL, infer_matmul, cost_matmul,
                 .weight_inputs = BOTH),
    OC_MICROSOFT("FusedMatMulActivation", MATMUL, infer_matmul, cost_matmul,
                 .weight_inputs = BOTH),
    OC_MICROSOFT("TransposeMatMul", MATMUL, infer_matmul, cost_matmul,
                 .weight_inputs = BOTH),
    OC_MICROSOFT(
        "GemmFastGelu",
        "one MAC per output and inner index, one FLOP per output for the "
        "bias, 8 and a tanh for the activation",
        infer_matmul, cost_fast_gelu, .weight_inputs = BOTH | OC_IN(2)),
    OC_MICROSOFT("SparseToDenseMatMul",
                 "one MAC per stored element of A and column of B",
                 infer_matmul, cost_sparse, .weight_inputs = BOTH),
    OC_MICROSOFT("FusedGemm", GEMM, infer_gemm, cost_gemm,
                 .weight_inputs = BOTH | OC_IN(2),
                 .data = &(const gemm){.b = 1, .c = 2, .beta = 1}),
    OC_MICROSOFT("GemmFloat8", GEMM, infer_gemm, cost_gemm,
                 .weight_inputs = BOTH | OC_IN(2),
                 .scale_inputs = OC_IN(3) | OC_IN(4) | OC_IN(5),
                 .data = &(const gemm){.b = 1, .c = 2, .beta = 0}),
    OC_MICROSOFT(
        "QGemm", GEMM "; 5 FLOPs per output to requantise", infer_gemm,
        cost_gemm, .weight_inputs = OC_IN(0) | OC_IN(3) | OC_IN(6),
        .scale_inputs = OC_IN(1) | OC_IN(2) | OC_IN(4) | OC_IN(5) | OC_IN(7) |
                        OC_IN(8),
        .data = &(const gemm){.b = 3, .c = 6, .beta = 1, .quantized = true}),
    {0},
};
