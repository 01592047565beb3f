/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_quant.c - operators on quantised
 * tensors: 2 FLOPs an operand element, the float operator, 5 a result.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void quantising_costs_4_flops_an_element_and_1_for_a_zero_point(
    void **state)
{
    (void)state;
    assert_op(MS "QuantizeLinear", "", "f32[2,3,4] c:f32[] c:i8[]", "i8[2,3,4]",
              0, (4 + 1) * 24, 0);
    assert_op(MS "QuantizeLinear", "", "f32[2,3,4] c:f32[]", "u8[2,3,4]", 0,
              4 * 24, 0);
    assert_op(MS "DequantizeLinear", "", "i8[2,3,4] c:f32[] c:i8[]",
              "f32[2,3,4]", 0, (1 + 1) * 24, 0);
    assert_op(MS "QuantizeWithOrder", "order_input=1 order_output=1",
              "f32[3,4] c:f32[]", "i8[3,4]", 0, 4 * 12, 0);
    assert_op(MS "DequantizeWithOrder", "to=1", "i8[3,4] c:f32[]", "f32[3,4]",
              0, 12, 0);
}

static void block_floats_are_packed_in_bytes_nobody_defines(void **state)
{
    (void)state;
    assert_op(MS "QuantizeBFP", "bfp_type=1", "f32[4,9]",
              "u8[quantizebfp_0] i64[2] i64[2]", 0, 4 * 36, 0);
    assert_op(MS "DequantizeBFP", "bfp_type=1", "u8[200] i64[2]=4,9 i64[2]=9,1",
              "f32[4,9]", 0, 36, 0);
    assert_op(MS "DequantizeBFP", "bfp_type=1 dtype=10",
              "u8[200] i64[2]=4,9 i64[2]=9,1", "f16[4,9]", 0, 36, 0);
    assert_refused(MS "DequantizeBFP", "bfp_type=1",
                   "u8[200] i64[2]=4,-9 i64[2]=9,1");
}

static void every_part_of_a_concatenation_is_dequantised(void **state)
{
    (void)state;
    assert_op(MS "QLinearConcat", "axis=1",
              "c:f32[] c:u8[] u8[2,3] c:f32[] c:u8[] u8[2,5] c:f32[] c:u8[]",
              "u8[2,8]", 0, 2 * (2 * 3 + 2 * 5) + 5 * (2 * 8), 0);
    assert_refused(MS "QLinearConcat", "axis=1",
                   "c:f32[] c:u8[] u8[2,3] c:f32[] c:u8[] u8[3,5] c:f32[] "
                   "c:u8[]");
}

static void a_quantised_convolution_is_one_with_zero_points_and_requantising(
    void **state)
{
    (void)state;
    assert_op(MS "QLinearConv", "",
              "u8[1,3,5,5] c:f32[] c:u8[] c:u8[4,3,3,3] c:f32[] c:u8[] "
              "c:f32[] c:u8[] c:i32[4]",
              "u8[1,4,3,3]", (4 * 3 * 3) * (3 * 3 * 3),
              3 * 5 * 5 + (1 + 5) * (4 * 3 * 3), 0);
}

static void activations_and_norms_run_between_two_scalings(void **state)
{
    (void)state;
    assert_op(MS "QOrderedGelu", "", "i8[2,8] c:f32[] c:f32[]", "i8[2,8]", 0,
              (2 + 4 + 5) * 16, 16);
    assert_op(MS "QOrderedLayerNormalization", "",
              "i8[2,3,8] c:f32[] c:f32[8] c:f32[8] c:f32[]", "i8[2,3,8]", 0,
              7 * 48 + 2 * 6 + 6 * 48, 6);
    /* 3 tables added, then the norm */
    assert_op(MS "QEmbedLayerNormalization", "",
              "i32[2,3] i32[2,3] c:u8[10,8] c:u8[6,8] c:u8[2,8] c:u8[8] "
              "c:u8[8] _ c:f32[] c:f32[] c:f32[] c:f32[] c:f32[] c:u8[] c:u8[] "
              "c:u8[] c:u8[] c:u8[]",
              "f32[2,3,8] i32[2]", 0, 2 * 48 + 7 * 48 + 2 * 6, 6);
}

static void integer_products_are_scaled_as_far_as_they_have_scales(void **state)
{
    (void)state;
    assert_op(MS "MatMulInteger16", "", "i16[2,3] i16[3,5]", "i32[2,5]",
              2 * 5 * 3, 0, 0);
    assert_op(MS "QOrderedMatMul", "",
              "i8[2,3] c:f32[] c:i8[3,5] c:f32[] c:f32[] c:f32[5]", "i8[2,5]",
              2 * 5 * 3, (5 + 1) * 10, 0);
    assert_op(MS "QOrderedMatMul", "",
              "i8[2,3] c:f32[] c:i8[3,5] c:f32[] c:f32[] _ i8[2,5] c:f32[]",
              "i8[2,5]", 2 * 5 * 3, (5 + 2) * 10, 0);
    assert_op(MS "ReduceSumInteger", "axes=1, keepdims=0", "u8[2,3,4]",
              "u32[2,4]", 0, 24 - 8, 0);
}

static void quantised_attention_scales_what_it_projects(void **state)
{
    (void)state;
    /* 2 * 4 tokens of 8 to 3 * 8; A = 2 * 2 * 4 * 4 scores */
    assert_op(MS "QOrderedAttention", "num_heads=2",
              "i8[2,4,8] c:f32[] c:f32[] c:f32[] c:f32[] c:i8[8,8] c:i8[8,8] "
              "c:i8[8,8] c:f32[] c:f32[] c:f32[] c:f32[8] c:f32[8] c:f32[8] "
              "c:f32[] c:f32[] c:f32[]",
              "i8[2,4,8]", 8 * 8 * 24 + 64 * (4 + 4),
              (1 + 2) * (8 * 24) + 64 + (4 * 64 - 2 * 16), 64);
}

static void experts_of_few_bits_are_dequantised_once_each(void **state)
{
    (void)state;
    /* 3 tokens, 2 of 4 experts, 8 to 6 to 8; min(4, 3 * 2) experts */
    assert_op(MS "QMoE", "k=2 expert_weight_bits=4 activation_type=relu",
              "f32[3,8] f32[3,4] c:u8[4,6,4] c:f32[4,6] _ c:u8[4,8,3] "
              "c:f32[4,8]",
              "f32[3,8]", (3 * 2) * 8 * 6 * 2,
              3 * 2 * 6 + (4 * 12 - 2 * 3) + 12 * 1 + 3 * (2 * 2 - 1) * 8 +
                  2 * (4 * (2 * 8 * 6)),
              12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            quantising_costs_4_flops_an_element_and_1_for_a_zero_point),
        cmocka_unit_test(block_floats_are_packed_in_bytes_nobody_defines),
        cmocka_unit_test(every_part_of_a_concatenation_is_dequantised),
        cmocka_unit_test(
            a_quantised_convolution_is_one_with_zero_points_and_requantising),
        cmocka_unit_test(activations_and_norms_run_between_two_scalings),
        cmocka_unit_test(
            integer_products_are_scaled_as_far_as_they_have_scales),
        cmocka_unit_test(quantised_attention_scales_what_it_projects),
        cmocka_unit_test(experts_of_few_bits_are_dequantised_once_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
