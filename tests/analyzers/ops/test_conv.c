/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions: MACs are counted by running the loops they stand for.
 */
#include "support/test.h"

static void conv_costs_one_mac_per_output_and_weight(void **state)
{
    (void)state;
    const result r = run_op("Conv", "strides=2,2 pads=3,3,3,3",
                            "f32[1,3,224,224] c:f32[64,3,7,7]");
    assert_string_equal(r.outputs, "f32[1,64,112,112]");
    assert_int_equal(r.macs, INT64_C(64) * 112 * 112 * 3 * 7 * 7);
    assert_int_equal(r.flops, 2 * r.macs);
    assert_int_equal(r.params, 64 * 3 * 7 * 7);
    assert_int_equal(r.read_bytes, 4 * (3 * 224 * 224 + 64 * 3 * 7 * 7));
    assert_int_equal(r.write_bytes, 4 * 64 * 112 * 112);
}

/* x [2, 6, 7, 8] by w [9, 2, 3, 2] in 3 groups, stride 2 and 1, padding 1 at
 * both ends of the first axis: every multiplication, one by one. */
static int64_t multiplications(void)
{
    int64_t count = 0;
    for (int n = 0; n < 2; n++)
        for (int m = 0; m < 9; m++)
            for (int y = -1; y + 3 <= 7 + 1; y += 2)
                for (int x = 0; x + 2 <= 8; x++)
                    for (int c = 0; c < 6 / 3; c++)
                        for (int tap = 0; tap < 3 * 2; tap++)
                            count++;
    return count;
}

static void a_grouped_conv_costs_what_its_loops_do(void **state)
{
    (void)state;
    const result r =
        run_op("Conv", "group=3 strides=2,1 pads=1,0,1,0 kernel_shape=3,2",
               "f32[2,6,7,8] c:f32[9,2,3,2] c:f32[9]");
    assert_string_equal(r.outputs, "f32[2,9,4,7]");
    assert_int_equal(r.macs, multiplications());
    assert_int_equal(r.flops, 2 * r.macs + 2 * 9 * 4 * 7);
    assert_int_equal(r.params, 9 * 2 * 3 * 2 + 9);
}

static void a_symbolic_conv_gives_a_formula(void **state)
{
    (void)state;
    const result r = run_op("Conv", "strides=2,2 pads=1,1,1,1",
                            "f32[batch,3,h,w] c:f32[8,3,3,3]");
    assert_string_equal(r.outputs, "f32[batch,8,(h + 1)//2,(w + 1)//2]");
    assert_string_equal(r.macs_formula, "216*batch*((h + 1)//2)*((w + 1)//2)");
    assert_string_equal(r.assumptions, "");
}

static void a_conv_whose_channels_differ_is_refused(void **state)
{
    (void)state;
    static const char *const operands[] = {
        "f32[1,4,9,9] c:f32[8,3,3,3]",
        "f32[1,3,9,9] c:f32[8,3,3]",
        "f32[1,3,2,2] c:f32[8,3,3,3]",
        "f32[1] c:f32[8]",
        "f32[1,3,9,9] c:f32[8,3,3,3] _ c:f32[1]",
    };
    for (size_t i = 0; i < sizeof operands / sizeof *operands; i++)
        assert_string_equal(run_op("Conv", "", operands[i]).status, "unknown");
    const char *const x = "f32[1,4,9,9] c:f32[6,2,3,3]";
    assert_string_equal(run_op("Conv", "group=2", x).status, "exact");
    assert_string_equal(run_op("Conv", "group=0", x).status, "unknown");
    assert_string_equal(run_op("Conv", "group=-1", x).status, "unknown");
}

static void output_channels_split_evenly_into_groups(void **state)
{
    (void)state;
    const result r = run_op("Conv", "group=2", "f32[1,4,9,9] c:f32[7,2,3,3]");
    assert_string_equal(r.status, "unknown");
}

static void integer_conv_subtracts_the_zero_point_of_x(void **state)
{
    (void)state;
    const char *const with = "u8[1,2,5,5] c:u8[3,2,3,3] c:u8[]=1 c:u8[]=2";
    const int64_t macs = 3 * 3 * 3 * 2 * 3 * 3;
    result r = run_op("ConvInteger", "", with);
    assert_string_equal(r.outputs, "i32[1,3,3,3]");
    assert_int_equal(r.macs, macs);
    assert_int_equal(r.flops, 2 * macs + 2 * 5 * 5);
    r = run_op("ConvInteger", "", "u8[1,2,5,5] c:u8[3,2,3,3]");
    assert_int_equal(r.flops, 2 * macs);
}

static void quantised_conv_requantises(void **state)
{
    (void)state;
    const result r =
        run_op("QLinearConv", "pads=1,1,1,1",
               "u8[1,8,28,28] c:f32[]=0.1 c:u8[]=3 c:i8[64,8,3,3] c:f32[]=0.1 "
               "c:i8[]=0 c:f32[]=0.1 c:u8[]=0 c:i32[64]");
    const int64_t outputs = 64 * 28 * 28, macs = outputs * 8 * 9;
    assert_string_equal(r.outputs, "u8[1,64,28,28]");
    assert_int_equal(r.macs, macs);
    assert_int_equal(r.flops, 2 * macs + 8 * 28 * 28 + (1 + 5) * outputs);
    assert_int_equal(r.params, 64 * 8 * 9 + 64);
}

/* Of every tap 4 products and 3 additions per channel and one product with
 * the mask; per offset group 2 coordinates of 4 flops, and 4 weights. */
static void deformable_conv_interpolates_every_tap(void **state)
{
    (void)state;
    const result r = run_op("DeformConv", "offset_group=2",
                            "f32[1,4,6,6] c:f32[5,4,3,3] f32[1,36,4,4] "
                            "c:f32[5] f32[1,18,4,4]");
    const int64_t taps = 4 * 4 * 3 * 3;
    assert_string_equal(r.outputs, "f32[1,5,4,4]");
    assert_int_equal(r.macs, 5 * taps * 4);
    assert_int_equal(r.flops, 2 * r.macs + 5 * 4 * 4 + taps * 4 * (4 + 3 + 1) +
                                  taps * 2 * (2 * 4 + 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv_costs_one_mac_per_output_and_weight),
        cmocka_unit_test(a_grouped_conv_costs_what_its_loops_do),
        cmocka_unit_test(a_symbolic_conv_gives_a_formula),
        cmocka_unit_test(a_conv_whose_channels_differ_is_refused),
        cmocka_unit_test(output_channels_split_evenly_into_groups),
        cmocka_unit_test(integer_conv_subtracts_the_zero_point_of_x),
        cmocka_unit_test(quantised_conv_requantises),
        cmocka_unit_test(deformable_conv_interpolates_every_tap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
