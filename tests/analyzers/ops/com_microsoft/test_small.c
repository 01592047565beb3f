/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_small.c - operators of com.microsoft
 * that belong to no family, and its element-wise ones.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void biases_and_residuals_cost_an_addition_each(void **state)
{
    (void)state;
    assert_op(MS "BiasDropout", "", "f32[2,3,4] c:f32[4] f32[2,3,4]",
              "f32[2,3,4] b[2,3,4]", 0, 2 * 24, 0);
    assert_op(MS "BitmaskBiasDropout", "",
              "f32[2,3,4] c:f32[4] _ f32[]=0.5 b[]=1", "f32[2,3,4] u32[1]", 0,
              24 + 2 * 24, 24);
    assert_op(MS "BitmaskDropout", "", "f32[2,3,40] f32[]=0.5 b[]=1",
              "f32[2,3,40] u32[8]", 0, 2 * 240, 240);
    assert_op(MS "GatedAdd", "", "f32[2,3] f32[2,3] f32[2,3]", "f32[2,3]", 0,
              2 * 6, 0);
}

static void gates_and_scales_are_counted_per_element(void **state)
{
    (void)state;
    assert_op(MS "GatedRMSNorm", "", "f32[2,3,8] c:f32[8] f32[2,3,8]",
              "f32[2,3,8]", 0, 6 * 48 + 6, 48 + 6);
    assert_op(MS "ScaledSiLU", "", "f32[2,3]", "f32[2,3]", 0, 2 * 6, 6);
}

static void windows_under_a_mask_are_windows(void **state)
{
    (void)state;
    assert_op(MS "MaxpoolWithMask", "kernel_shape=2,2 strides=2,2",
              "f32[1,2,6,6] i32[1,2,6,6]", "f32[1,2,3,3]", 0, 18 * (4 - 1), 0);
}

static void movement_costs_no_flop(void **state)
{
    (void)state;
    assert_op(MS "ExpandDims", "", "f32[2,3] i32[]=1", "f32[2,1,3]", 0, 0, 0);
    assert_op(MS "Trilu", "", "f32[3,4]", "f32[3,4]", 0, 0, 0);
    assert_op(MS "SampleOp", "", "f32[3,4]", "f32[3,4]", 0, 0, 0);
    assert_op(MS "UnfoldTensor", "size=3", "f32[4,9]", "f32[4,7,3]", 0, 0, 0);
    assert_op(MS "UnfoldTensor", "size=3 step=2 dim=0", "f32[9,h]",
              "f32[4,h,3]", 0, 0, 0);
    assert_refused(MS "UnfoldTensor", "size=10", "f32[4,9]");
    assert_refused(MS "UnfoldTensor", "size=3 step=0", "f32[4,9]");
}

static void distinct_elements_are_found_by_sorting(void **state)
{
    (void)state;
    assert_op(MS "Unique", "", "f32[8]", "f32[unique_0] i64[8] i64[unique_0]",
              0, 8 * 3, 0);
}

static void a_path_through_costs_takes_the_least_of_three(void **state)
{
    (void)state;
    assert_op(MS "DynamicTimeWarping", "", "f32[4,9]",
              "i32[2,dynamictimewarping_0]", 0, 3 * 4 * 9, 0);
    assert_refused(MS "DynamicTimeWarping", "", "f32[9]");
}

static void pads_may_come_from_an_input(void **state)
{
    (void)state;
    /* 2 * (3 - 1) + 3 - 2 */
    assert_op(MS "ConvTransposeWithDynamicPads", "strides=2,2",
              "f32[1,4,3,3] c:f32[4,2,3,3] i64[4]=1,1,1,1 c:f32[2]",
              "f32[1,2,5,5]", 9 * (4 * 2 * 3 * 3), 2 * 25, 0);
    assert_op(MS "ConvTransposeWithDynamicPads", "strides=2,2",
              "f32[1,4,3,3] c:f32[4,2,3,3]", "f32[1,2,7,7]",
              9 * (4 * 2 * 3 * 3), 0, 0);
    assert_refused(MS "ConvTransposeWithDynamicPads", "strides=2,2",
                   "f32[1,4,3,3] c:f32[4,2,3,3] i64[2]=1,1");
}

static void packed_sequences_are_convolved_one_by_one(void **state)
{
    (void)state;
    assert_op(MS "VarlenCausalConvWithState",
              "activation=silu state_update_capacity=5",
              "f32[10,6] c:f32[6,1,4] i32[3] c:f32[6] f32[2,6,3] i32[2]",
              "f32[10,6] f32[2,6,3] f32[2,5,6]", 60 * 4, 60 + 60, 60);
    assert_op(MS "VarlenCausalConvWithState", "dilation=2",
              "f32[n,6] c:f32[6,1,4] i32[b] _ f32[2,6,6]",
              "f32[n,6] f32[b - 1,6,6]", FIGURE_SYMBOLIC, FIGURE_SYMBOLIC, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(biases_and_residuals_cost_an_addition_each),
        cmocka_unit_test(gates_and_scales_are_counted_per_element),
        cmocka_unit_test(windows_under_a_mask_are_windows),
        cmocka_unit_test(movement_costs_no_flop),
        cmocka_unit_test(distinct_elements_are_found_by_sorting),
        cmocka_unit_test(a_path_through_costs_takes_the_least_of_three),
        cmocka_unit_test(pads_may_come_from_an_input),
        cmocka_unit_test(packed_sequences_are_convolved_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
