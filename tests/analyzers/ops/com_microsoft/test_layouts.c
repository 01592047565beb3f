/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_layouts.c - ONNX Runtime's twins of
 * ONNX operators: in com.microsoft, and with channels last in
 * com.ms.internal.nhwc.
 */
#include "support/test.h"

#define NHWC "com.ms.internal.nhwc::"

static void nhwc_conv_has_the_channels_of_its_filter_last(void **state)
{
    (void)state;
    const result r = run_op("com.microsoft::NhwcConv", "pads=1,1,1,1",
                            "f32[2,8,10,6] c:f32[4,3,3,6] c:f32[4]");
    assert_string_equal(r.outputs, "f32[2,8,10,4]");
    assert_int_equal(r.macs, INT64_C(2) * 8 * 10 * 4 * 6 * 3 * 3);
    assert_int_equal(r.flops, 2 * r.macs + INT64_C(2) * 8 * 10 * 4);
    const result bad =
        run_op("com.microsoft::NhwcConv", "", "f32[2,8,10,6] c:f32[4,3,3,5]");
    assert_string_not_equal(bad.diagnostic, "");
}

static void quantized_convolution_counts_by_outputs_transposed_by_inputs(
    void **state)
{
    (void)state;
    const char *inputs = "u8[1,4,5,6] c:f32[1] c:u8[1] c:u8[6,6,3,3] c:f32[1] "
                         "c:u8[1] c:f32[1] c:u8[1]";
    const result r = run_op(NHWC "QLinearConv@10", "pads=1,1,1,1", inputs);
    const result t =
        run_op(NHWC "QLinearConvTranspose@1", "strides=2,2", inputs);
    assert_string_equal(r.outputs, "u8[1,4,5,6]");
    assert_int_equal(r.macs, INT64_C(4) * 5 * 6 * 6 * 3 * 3);
    assert_int_equal(r.flops, 2 * r.macs + 4 * 5 * 6 + 5 * (4 * 5 * 6));
    assert_string_equal(t.outputs, "u8[1,9,11,6]");
    assert_int_equal(t.macs, INT64_C(4) * 5 * 6 * 6 * 3 * 3);
    assert_int_equal(t.flops, 2 * t.macs + 4 * 5 * 6 + 5 * (9 * 11 * 6));
}

static void norms_find_their_channels_last(void **state)
{
    (void)state;
    const result batch = run_op(NHWC "BatchNormalization@15", "",
                                "f32[2,4,5,3] c:f32[3] c:f32[3] c:f32[3] "
                                "c:f32[3]");
    const result bad = run_op(NHWC "BatchNormalization@15", "",
                              "f32[2,4,5,3] c:f32[4] c:f32[4] c:f32[4] "
                              "c:f32[4]");
    const result instance = run_op(NHWC "InstanceNormalization@6", "",
                                   "f32[2,4,5,3] c:f32[3] c:f32[3]");
    const result local = run_op(NHWC "LRN@13", "size=5", "f32[2,4,5,3]");
    assert_string_equal(batch.outputs, "f32[2,4,5,3]");
    assert_int_equal(batch.flops, 2 * (2 * 4 * 5 * 3));
    assert_string_not_equal(bad.diagnostic, "");
    assert_int_equal(instance.flops, 7 * (2 * 4 * 5 * 3) + 2 * (2 * 3));
    assert_int_equal(instance.transcendentals, 2 * 3);
    assert_int_equal(local.flops, (5 + 3) * (2 * 4 * 5 * 3));
}

static void blocks_move_between_space_and_the_last_axis(void **state)
{
    (void)state;
    const result space =
        run_op(NHWC "DepthToSpace@13", "blocksize=2", "f32[n,4,5,12]");
    const result depth =
        run_op(NHWC "SpaceToDepth@13", "blocksize=2", "f32[n,8,10,3]");
    const result bad =
        run_op(NHWC "DepthToSpace@13", "blocksize=2", "f32[n,4,4,3]");
    assert_string_equal(space.outputs, "f32[n,8,10,3]");
    assert_string_equal(depth.outputs, "f32[n,4,5,12]");
    assert_string_not_equal(bad.diagnostic, "");
}

static void samples_of_a_grid_cost_the_same_in_either_layout(void **state)
{
    (void)state;
    const result plain =
        run_op("com.microsoft::GridSample", "", "f32[2,3,8,8] f32[2,4,5,2]");
    const result last =
        run_op(NHWC "GridSample@16", "", "f32[2,8,8,3] f32[2,4,5,2]");
    const result bad =
        run_op(NHWC "GridSample@16", "", "f32[2,8,8,3] f32[2,4,5,3]");
    /* 4 taps; per position 6 a dim and 4 products for the weights */
    assert_int_equal(plain.flops, 7 * (2 * 3 * 4 * 5) + 16 * (2 * 4 * 5));
    assert_string_equal(plain.outputs, "f32[2,3,4,5]");
    assert_string_equal(last.outputs, "f32[2,4,5,3]");
    assert_int_equal(last.flops, plain.flops);
    assert_string_not_equal(bad.diagnostic, "");
}

static void movement_of_com_microsoft_is_that_of_onnx(void **state)
{
    (void)state;
    const result pad = run_op("com.microsoft::Pad", "mode=constant",
                              "f32[2,h] i64[4]=0,1,0,2");
    const result range = run_op("com.microsoft::Range", "", "i64[]=2 i64[]=9");
    const result stepped =
        run_op("com.microsoft::Range", "", "i64[]=2 i64[]=9 i64[]=2");
    const result gather =
        run_op("com.microsoft::GatherND", "", "f32[4,5,6] i64[7,2]");
    const result bad =
        run_op("com.microsoft::GatherND", "", "f32[4,5] i64[7,3]");
    assert_string_equal(pad.outputs, "f32[2,h + 3]");
    assert_int_equal(pad.flops, 0);
    assert_string_equal(range.outputs, "i64[7]");
    assert_string_equal(stepped.outputs, "i64[4]");
    assert_string_equal(gather.outputs, "f32[7,6]");
    assert_string_not_equal(bad.diagnostic, "");
}

static void experimental_movement_of_opset_1_moves(void **state)
{
    (void)state;
    const result crop = run_op("Crop@1", "border=1,2,3,4", "f32[1,3,20,30]");
    const result scaled =
        run_op("Crop@1", "border=1,2,3,4 scale=7,9", "f32[1,3,20,30]");
    const result slice =
        run_op("DynamicSlice@1", "", "f32[5,8] i64[1]=2 i64[1]=6 i64[1]=1");
    const result bad = run_op("Crop@1", "border=1,20,3,4", "f32[1,3,20,30]");
    /* left 1, top 2, right 3, bottom 4 */
    assert_string_equal(crop.outputs, "f32[1,3,14,26]");
    assert_int_equal(crop.read_bytes, 4 * (3 * 14 * 26));
    assert_string_equal(scaled.outputs, "f32[1,3,7,9]");
    assert_string_equal(slice.outputs, "f32[5,4]");
    assert_string_not_equal(bad.diagnostic, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nhwc_conv_has_the_channels_of_its_filter_last),
        cmocka_unit_test(
            quantized_convolution_counts_by_outputs_transposed_by_inputs),
        cmocka_unit_test(norms_find_their_channels_last),
        cmocka_unit_test(blocks_move_between_space_and_the_last_axis),
        cmocka_unit_test(samples_of_a_grid_cost_the_same_in_either_layout),
        cmocka_unit_test(movement_of_com_microsoft_is_that_of_onnx),
        cmocka_unit_test(experimental_movement_of_opset_1_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
