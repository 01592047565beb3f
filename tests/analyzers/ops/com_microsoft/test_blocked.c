/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_blocked.c - convolution, pooling and
 * resizing in the layouts of com.microsoft.nchwc and com.ms.internal.nhwc.
 */
#include "support/test.h"

#define MS "com.microsoft::"
#define BLOCKED "com.microsoft.nchwc::"
#define NHWC "com.ms.internal.nhwc::"

static void blocks_of_channels_change_no_figure(void **state)
{
    (void)state;
    assert_op(BLOCKED "Conv", "activation=Relu",
              "f32[1,8,6,6] c:f32[16,8,3,3] c:f32[16]", "f32[1,16,4,4]",
              (16 * 4 * 4) * (8 * 3 * 3), 256 + 256, 0);
    assert_op(BLOCKED "MaxPool", "kernel_shape=2,2 strides=2,2", "f32[1,8,6,6]",
              "f32[1,8,3,3]", 0, 72 * (4 - 1), 0);
    assert_op(BLOCKED "AveragePool", "kernel_shape=2,2 strides=2,2",
              "f32[1,8,6,6]", "f32[1,8,3,3]", 0, 72 * 4, 0);
    assert_op(BLOCKED "GlobalMaxPool", "", "f32[1,8,6,6]", "f32[1,8,1,1]", 0,
              8 * 36 - 8, 0);
    assert_op(BLOCKED "GlobalAveragePool", "", "f32[1,8,6,6]", "f32[1,8,1,1]",
              0, 8 * 36, 0);
    assert_op(BLOCKED "Upsample", "scales=1,1,2,2 mode=linear", "f32[1,8,6,6]",
              "f32[1,8,12,12]", 0, (2 * 4 - 1) * (8 * 144), 0);
    assert_op(BLOCKED "ReorderInput", "", "f32[1,16,6,6]", "f32[1,16,6,6]", 0,
              0, 0);
    assert_op(BLOCKED "ReorderOutput", "channels=13", "f32[1,16,6,6]",
              "f32[1,13,6,6]", 0, 0, 0);
}

static void channels_may_be_the_last_dim(void **state)
{
    (void)state;
    assert_op(NHWC "Conv@11", "", "f32[1,6,6,3] c:f32[4,3,3,3] c:f32[4]",
              "f32[1,4,4,4]", (4 * 4 * 4) * (3 * 3 * 3), 64, 0);
    assert_op(NHWC "ConvTranspose@11", "strides=2,2",
              "f32[1,3,3,4] c:f32[4,2,2,2]", "f32[1,6,6,2]",
              9 * (4 * 2 * 2 * 2), 0, 0);
    assert_op(NHWC "DepthToSpace@13", "blocksize=2", "f32[1,4,5,12]",
              "f32[1,8,10,3]", 0, 0, 0);
    assert_op(NHWC "SpaceToDepth@13", "blocksize=2", "f32[1,8,10,3]",
              "f32[1,4,5,12]", 0, 0, 0);
    assert_op(NHWC "Resize@19", "mode=linear", "f32[1,4,4,3] _ f32[4]=1,2,2,1",
              "f32[1,8,8,3]", 0, (2 * 4 - 1) * (8 * 8 * 3), 0);
    assert_op(NHWC "Resize@11", "", "f32[1,4,4,3] _ _ i64[4]=1,6,6,3",
              "f32[1,6,6,3]", 0, 0, 0);
}

static void pools_slide_over_the_middle_dims(void **state)
{
    (void)state;
    const char *window = "kernel_shape=2,2 strides=2,2";
    assert_op(NHWC "MaxPool@12", window, "f32[1,4,4,3]", "f32[1,2,2,3]", 0,
              12 * (4 - 1), 0);
    assert_op(NHWC "AveragePool@19", window, "f32[1,4,4,3]", "f32[1,2,2,3]", 0,
              12 * 4, 0);
    assert_op(NHWC "LpPool@18", window, "f32[1,4,4,3]", "f32[1,2,2,3]", 0,
              12 * (2 * 4 - 1), 12);
    assert_op(NHWC "LpPool@11", "kernel_shape=2,2 strides=2,2 p=1",
              "f32[1,4,4,3]", "f32[1,2,2,3]", 0, 12 * (2 * 4 - 1), 0);
    assert_op(NHWC "MaxUnpool@11", window, "f32[1,2,2,3] i64[1,2,2,3]",
              "f32[1,4,4,3]", 0, 0, 0);
    assert_op(NHWC "MaxUnpool@11", window,
              "f32[1,2,2,3] i64[1,2,2,3] i64[4]=1,5,5,3", "f32[1,5,5,3]", 0, 0,
              0);
    assert_op(NHWC "QLinearAveragePool@1", window,
              "u8[1,4,4,3] c:f32[] c:u8[] c:f32[] c:u8[]", "u8[1,2,2,3]", 0,
              12 * 4 + 2 * 48 + 5 * 12, 0);
    assert_refused(NHWC "MaxUnpool@11", window,
                   "f32[1,2,2,3] i64[1,2,2,3] i64[3]=1,5,5");
}

static void global_pools_keep_the_last_dim(void **state)
{
    (void)state;
    assert_op(NHWC "GlobalAveragePool@1", "", "f32[2,3,4,5]", "f32[2,1,1,5]", 0,
              120, 0);
    assert_op(NHWC "GlobalMaxPool@1", "", "f32[2,3,4,5]", "f32[2,1,1,5]", 0,
              120 - 10, 0);
    assert_op(NHWC "GlobalLpPool@2", "p=2", "f32[2,3,4,5]", "f32[2,1,1,5]", 0,
              2 * 120 - 10, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_channels_change_no_figure),
        cmocka_unit_test(channels_may_be_the_last_dim),
        cmocka_unit_test(pools_slide_over_the_middle_dims),
        cmocka_unit_test(global_pools_keep_the_last_dim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
