/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ConvTranspose: every input element is spread; the loops are run.
 */
#include "support/test.h"

static int64_t multiplications(void)
{
    int64_t count = 0;
    for (int n = 0; n < 2; n++)
        for (int c = 0; c < 4; c++)
            for (int position = 0; position < 5 * 6; position++)
                for (int m = 0; m < 3; m++) /* outputs of the group */
                    for (int tap = 0; tap < 3 * 2; tap++)
                        count++;
    return count;
}

static void every_input_is_spread_over_its_taps(void **state)
{
    (void)state;
    const result r = run_op("ConvTranspose",
                            "group=2 strides=2,3 output_padding=1,0 "
                            "pads=1,0,0,1",
                            "f32[2,4,5,6] c:f32[4,3,3,2] c:f32[6]");
    /* 2*(5-1)+1+3-1, 3*(6-1)+2-1 */
    assert_string_equal(r.outputs, "f32[2,6,11,16]");
    assert_int_equal(r.macs, multiplications());
    assert_int_equal(r.flops, 2 * r.macs + 2 * 6 * 11 * 16);
    assert_int_equal(r.params, 4 * 3 * 3 * 2 + 6);
}

static void an_explicit_shape_wins(void **state)
{
    (void)state;
    const char *const operands = "f32[1,1,3,3] c:f32[1,2,3,3]";
    result r =
        run_op("ConvTranspose", "strides=3,2 output_shape=10,8", operands);
    assert_string_equal(r.outputs, "f32[1,2,10,8]");
    r = run_op("ConvTranspose", "strides=3,2 output_shape=1,2,10,8", operands);
    assert_string_equal(r.outputs, "f32[1,2,10,8]");
    r = run_op("ConvTranspose", "output_shape=10,8,6", operands);
    assert_string_equal(r.status, "unknown");
    r = run_op("ConvTranspose", "output_shape=-10,8", operands);
    assert_string_equal(r.status, "unknown");
}

static void the_same_size_multiplies_by_the_stride(void **state)
{
    (void)state;
    const result r = run_op("ConvTranspose", "strides=2,2 auto_pad=SAME_LOWER",
                            "f32[1,3,h,w] c:f32[3,8,4,4]");
    assert_string_equal(r.outputs, "f32[1,8,2*h,2*w]");
    assert_string_equal(r.macs_formula, "384*h*w");
}

static void a_result_below_zero_is_refused(void **state)
{
    (void)state;
    const result r =
        run_op("ConvTranspose", "pads=9,9", "f32[1,1,3] c:f32[1,1,3]");
    assert_string_equal(r.status, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_input_is_spread_over_its_taps),
        cmocka_unit_test(an_explicit_shape_wins),
        cmocka_unit_test(the_same_size_multiplies_by_the_stride),
        cmocka_unit_test(a_result_below_zero_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
