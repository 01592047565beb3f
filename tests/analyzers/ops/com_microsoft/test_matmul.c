/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products, convolutions and mixtures of experts of com.microsoft.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void matmul_nbits_is_charged_for_bytes_and_dequantisation(void **state)
{
    (void)state;
    /* 24 by 64 weights of 4 bits, in blocks of 32 */
    const result r =
        run_op(MS "MatMulNBits", "K=64 N=24 bits=4 block_size=32",
               "f32[2,5,64] c:u8[24,2,16] c:f32[24,2] c:u8[24,1] _ "
               "c:f32[24]");
    assert_string_equal(r.outputs, "f32[2,5,24]");
    assert_int_equal(r.macs, 2 * 5 * 24 * 64);
    assert_int_equal(r.flops, 2 * r.macs + 2 * 24 * 64 + 2 * 5 * 24);
    assert_int_equal(r.params, 24 * 64 + 24);
    assert_int_equal(r.read_bytes,
                     4 * 2 * 5 * 64 + 24 * 64 / 2 + 4 * 24 * 2 + 24 + 4 * 24);
}

static void matmul_nbits_refuses_absurd_sizes(void **state)
{
    (void)state;
    const result r = run_op(MS "MatMulNBits",
                            "K=-9223372036854775808 N=0 bits=4 block_size=32",
                            "f32[2,5,64] c:u8[24,2,16] c:f32[24,2]");
    assert_int_equal(r.macs, FIGURE_UNKNOWN);
    assert_string_not_equal(r.diagnostic, "");
}

static void fused_matmul_turns_its_operands(void **state)
{
    (void)state;
    const result plain =
        run_op(MS "FusedMatMul", "transB=1 alpha=0.5", "f32[2,5,7] f32[2,6,7]");
    const result batch =
        run_op(MS "FusedMatMul", "transBatchA=1", "f32[5,2,3,7] f32[2,3,7,6]");
    const result both =
        run_op(MS "FusedMatMul", "transBatchA=1 transBatchB=1 transA=1",
               "f32[7,2,5] f32[7,2,6]");
    assert_string_equal(plain.outputs, "f32[2,5,6]");
    assert_int_equal(plain.flops, 2 * (2 * 5 * 6 * 7) + 2 * 5 * 6);
    assert_string_equal(batch.outputs, "f32[2,3,5,6]");
    assert_int_equal(batch.macs, 2 * 3 * 5 * 6 * 7);
    assert_string_equal(both.outputs, "f32[2,5,6]");
    assert_int_equal(both.macs, 2 * 5 * 6 * 7);
}

static void fused_gemm_adds_c_and_activates(void **state)
{
    (void)state;
    const result r = run_op(MS "FusedGemm", "transA=1 transB=1 activation=Relu",
                            "f32[7,5] f32[6,7] f32[6]");
    assert_string_equal(r.outputs, "f32[5,6]");
    assert_int_equal(r.flops, 2 * (5 * 6 * 7) + 5 * 6 + 5 * 6);
}

static void an_activation_that_is_not_known_has_no_figure(void **state)
{
    (void)state;
    const result r = run_op(MS "FusedGemm", "activation=Mystery",
                            "f32[7,5] f32[5,6] f32[6]");
    assert_int_equal(r.macs, 7 * 6 * 5);
    assert_int_equal(r.flops, FIGURE_UNKNOWN);
}

static void quantised_gemm_gives_floats_without_a_scale(void **state)
{
    (void)state;
    const result r = run_op(MS "QGemm", "",
                            "u8[5,7] f32[]=1 u8[]=0 c:u8[7,6] f32[]=1 "
                            "u8[]=0");
    assert_string_equal(r.outputs, "f32[5,6]");
    assert_int_equal(r.flops, 2 * (5 * 6 * 7));
}

static void integer_products_are_scaled(void **state)
{
    (void)state;
    const result r =
        run_op(MS "MatMulIntegerToFloat", "",
               "u8[2,5,7] c:u8[7,6] f32[]=1 f32[]=1 u8[]=0 u8[]=0 c:f32[6]");
    assert_string_equal(r.outputs, "f32[2,5,6]");
    /* zero point of A, scale, bias; that of a constant B is free */
    assert_int_equal(r.flops, 2 * (2 * 5 * 6 * 7) + 2 * 5 * 7 +
                                  2 * (2 * 5 * 6) + 2 * 5 * 6);
}

static void fused_conv_adds_a_residual_and_activates(void **state)
{
    (void)state;
    const result r =
        run_op(MS "FusedConv", "activation=Relu",
               "f32[2,4,9,9] c:f32[6,4,3,3] c:f32[6] f32[2,6,7,7]");
    const int64_t outputs = 2 * 6 * 7 * 7;
    assert_string_equal(r.outputs, "f32[2,6,7,7]");
    assert_int_equal(r.macs, outputs * 4 * 3 * 3);
    assert_int_equal(r.flops, 2 * r.macs + 3 * outputs);
}

static void channels_may_come_last(void **state)
{
    (void)state;
    const result data =
        run_op(MS "NhwcFusedConv", "group=2 strides=2,2 pads=1,1,1,1",
               "f32[2,9,9,4] c:f32[6,2,3,3] c:f32[6]");
    const result filter =
        run_op(MS "NhwcConv", "group=2 strides=2,2 pads=1,1,1,1",
               "f32[2,9,9,4] c:f32[6,3,3,2] c:f32[6]");
    assert_string_equal(data.outputs, "f32[2,5,5,6]");
    assert_string_equal(filter.outputs, "f32[2,5,5,6]");
    assert_int_equal(data.macs, 2 * 5 * 5 * 6 * 2 * 3 * 3);
    assert_int_equal(filter.macs, data.macs);
}

static void experts_cost_what_their_tokens_choose(void **state)
{
    (void)state;
    /* 10 tokens of 16, 4 experts of 32, 2 for each token */
    const result r =
        run_op(MS "MoE", "k=2 activation_type=gelu",
               "f32[2,5,16] f32[10,4] c:f32[4,32,16] _ c:f32[4,16,32]");
    int64_t macs = 0;
    for (int token = 0; token < 10; token++)
        for (int chosen = 0; chosen < 2; chosen++)
            macs += 16 * 32 + 32 * 16;
    assert_string_equal(r.outputs, "f32[2,5,16]");
    assert_int_equal(r.macs, macs);
    assert_int_equal(r.flops, 2 * macs + 4 * (10 * 2 * 32) /* gelu */ + 4 * 40 -
                                  2 * 10 /* softmax */ + 40 /* choose */ +
                                  10 * 3 * 16 /* mix */);
    assert_int_equal(r.transcendentals, 10 * 2 * 32 + 40);
}

static void an_expert_nobody_chose_is_not_read(void **state)
{
    (void)state;
    /* 1 token, 2 of 64 experts */
    const result r = run_op(MS "MoE", "k=2",
                            "f32[1,16] f32[1,64] c:f32[64,32,16] _ "
                            "c:f32[64,16,32]");
    assert_int_equal(r.read_bytes, 4 * (16 + 64 + 2 * (32 * 16 + 16 * 32)));
    assert_int_equal(r.params, 64 * (32 * 16 + 16 * 32));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matmul_nbits_is_charged_for_bytes_and_dequantisation),
        cmocka_unit_test(matmul_nbits_refuses_absurd_sizes),
        cmocka_unit_test(fused_matmul_turns_its_operands),
        cmocka_unit_test(fused_gemm_adds_c_and_activates),
        cmocka_unit_test(an_activation_that_is_not_known_has_no_figure),
        cmocka_unit_test(quantised_gemm_gives_floats_without_a_scale),
        cmocka_unit_test(integer_products_are_scaled),
        cmocka_unit_test(fused_conv_adds_a_residual_and_activates),
        cmocka_unit_test(channels_may_come_last),
        cmocka_unit_test(experts_cost_what_their_tokens_choose),
        cmocka_unit_test(an_expert_nobody_chose_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
