/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_matmul.c - MatMul and Gemm. */
#include "support/test.h"

/* Multiplications that three nested loops really do. */
static int64_t multiplications(int64_t m, int64_t n, int64_t k)
{
    int64_t count = 0;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            for (int64_t l = 0; l < k; l++)
                count++;
    return count;
}

static void matmul_costs_one_mac_per_output_and_inner_index(void **state)
{
    (void)state;
    const result r = run_op("MatMul", "", "f32[2,1,5,7] f32[3,7,4]");
    assert_string_equal(r.outputs, "f32[2,3,5,4]");
    assert_int_equal(r.macs, 2 * 3 * multiplications(5, 4, 7));
    assert_int_equal(r.flops, 2 * r.macs);
    assert_int_equal(r.read_bytes, 4 * (2 * 5 * 7 + 3 * 7 * 4));
    assert_int_equal(r.write_bytes, 4 * (2 * 3 * 5 * 4));
}

static void a_vector_operand_loses_its_one(void **state)
{
    (void)state;
    assert_string_equal(run_op("MatMul", "", "f32[7] f32[3,7,4]").outputs,
                        "f32[3,4]");
    assert_string_equal(run_op("MatMul", "", "f32[3,5,7] f32[7]").outputs,
                        "f32[3,5]");
    assert_string_equal(run_op("MatMul", "", "f32[7] f32[7]").outputs, "f32[]");
}

static void inner_dims_that_differ_are_a_diagnostic(void **state)
{
    (void)state;
    const result r = run_op("MatMul", "", "f32[5,7] f32[6,4]");
    assert_string_equal(r.outputs, "f32");
    assert_string_equal(r.status, "unknown");
    assert_string_equal(r.diagnostic,
                        "dims differ that must be equal: 7 and 6");
}

static void a_symbolic_inner_dim_is_assumed_to_fit(void **state)
{
    (void)state;
    const result r = run_op("MatMul", "", "f32[batch,k] c:f32[64,10]");
    assert_string_equal(r.outputs, "f32[batch,10]");
    assert_string_equal(r.assumptions, "k == 64");
    assert_int_equal(r.params, 64 * 10);
}

static void gemm_counts_bias_alpha_and_beta(void **state)
{
    (void)state;
    const result plain =
        run_op("Gemm", "transB=1", "f32[5,7] c:f32[4,7] c:f32[4]");
    assert_string_equal(plain.outputs, "f32[5,4]");
    assert_int_equal(plain.macs, multiplications(5, 4, 7));
    assert_int_equal(plain.flops, 2 * plain.macs + 5 * 4);
    assert_int_equal(plain.params, 4 * 7 + 4);
    const result scaled = run_op("Gemm", "transA=1 alpha=0.5 beta=2.0",
                                 "f32[7,5] f32[7,4] f32[4]");
    assert_int_equal(scaled.flops, 2 * scaled.macs + 5 * 4 + 5 * 4 + 4);
}

static void gemm_takes_matrices_only(void **state)
{
    (void)state;
    assert_string_equal(run_op("Gemm", "", "f32[2,5,7] f32[7,4]").status,
                        "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matmul_costs_one_mac_per_output_and_inner_index),
        cmocka_unit_test(a_vector_operand_loses_its_one),
        cmocka_unit_test(inner_dims_that_differ_are_a_diagnostic),
        cmocka_unit_test(a_symbolic_inner_dim_is_assumed_to_fit),
        cmocka_unit_test(gemm_counts_bias_alpha_and_beta),
        cmocka_unit_test(gemm_takes_matrices_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
