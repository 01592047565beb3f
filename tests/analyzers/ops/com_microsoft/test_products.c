/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_products.c - matrix products with
 * something fused in, or with weights of few bits.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void activations_follow_products(void **state)
{
    (void)state;
    assert_op(MS "FusedMatMulActivation", "activation=Relu",
              "f32[2,3] f32[3,5]", "f32[2,5]", 2 * 5 * 3, 10, 0);
    assert_op(MS "FusedMatMulActivation", "activation=Tanh alpha=0.5",
              "f32[2,3] f32[3,5]", "f32[2,5]", 2 * 5 * 3, 10, 10);
}

static void beta_of_gemm_in_8_bits_is_0_unless_given(void **state)
{
    (void)state;
    assert_op(MS "GemmFloat8", "", "f32[3,4] c:f32[4,5] c:f32[5]", "f32[3,5]",
              3 * 5 * 4, 15 + 5, 0);
    assert_op(MS "GemmFloat8", "beta=1.0", "f32[3,4] c:f32[4,5] c:f32[5]",
              "f32[3,5]", 3 * 5 * 4, 15, 0);
}

static void weights_of_few_bits_are_expanded_once(void **state)
{
    (void)state;
    /* N 5, K 8: two elements a byte, or one */
    assert_op(MS "MatMulBlockQuantizedFp4Weight", "",
              "f32[2,8] c:u8[5,4] c:f32[5,1] c:f32[] _ c:f32[5]", "f32[2,5]",
              2 * 5 * 8, 5 * 8 + 2 * 5, 0);
    assert_op(MS "MatMulBlockQuantizedFp8Weight", "",
              "f32[2,8] c:u8[5,8] c:f32[]", "f32[2,5]", 2 * 5 * 8, 5 * 8, 0);
    assert_op(MS "MatMulFpQ4", "", "f32[2,8] c:u8[100] i64[2]=8,5", "f32[2,5]",
              2 * 5 * 8, 5 * 8, 0);
    assert_refused(MS "MatMulBlockQuantizedFp8Weight", "",
                   "f32[2,9] c:u8[5,8] c:f32[]");
}

static void several_products_of_one_input_share_its_norm(void **state)
{
    (void)state;
    assert_op(MS "MatMulNBitsMlp",
              "K=8 N=6 bits=4 block_size=16 activation=silu",
              "f32[3,8] _ _ c:u8[6,1,8] c:f32[6,1] _ c:u8[6,1,8] c:f32[6,1]",
              "f32[3,6]", 2 * 3 * 6 * 8, 2 * (2 * 6 * 8) + 18 + 18, 18);
    assert_op(MS "MatMulNBitsQkv", "K=8 Nq=8 Nkv=4 bits=4 block_size=16",
              "f32[3,8] _ c:f32[8] c:u8[8,1,8] c:f32[8,1] _ c:u8[4,1,8] "
              "c:f32[4,1] _ c:u8[4,1,8] c:f32[4,1]",
              "f32[3,8] f32[3,4] f32[3,4]", 3 * 8 * (8 + 4 + 4),
              4 * 24 + 3 + 2 * 8 * (8 + 4 + 4), 3);
}

static void products_of_stored_elements_are_unknown_when_none_are_stored(
    void **state)
{
    (void)state;
    assert_op(MS "SparseToDenseMatMul", "", "f32[3,4] f32[4,5]", "f32[3,5]",
              FIGURE_UNKNOWN, FIGURE_UNKNOWN, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_follow_products),
        cmocka_unit_test(beta_of_gemm_in_8_bits_is_0_unless_given),
        cmocka_unit_test(weights_of_few_bits_are_expanded_once),
        cmocka_unit_test(several_products_of_one_input_share_its_norm),
        cmocka_unit_test(
            products_of_stored_elements_are_unknown_when_none_are_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
