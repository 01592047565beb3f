/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of quantised matrices.
 */
#include "support/test.h"

static void zero_points_are_subtracted_first(void **state)
{
    (void)state;
    const int64_t macs = 2 * 4 * 5 * 3;
    result r = run_op("MatMulInteger", "", "u8[2,4,3] u8[3,5] u8[] c:u8[]=1");
    assert_string_equal(r.outputs, "i32[2,4,5]");
    assert_int_equal(r.macs, macs);
    assert_int_equal(r.flops, 2 * macs + 2 * 4 * 3 + 3 * 5);
    r = run_op("MatMulInteger", "", "u8[2,4,3] c:u8[3,5] u8[] c:u8[]=1");
    assert_int_equal(r.flops, 2 * macs + 2 * 4 * 3); /* B's at load time */
    assert_int_equal(r.params, 15);
    r = run_op("MatMulInteger", "", "u8[2,4,3] u8[3,5]");
    assert_int_equal(r.flops, 2 * macs);
}

static void the_result_is_quantised_again(void **state)
{
    (void)state;
    const int64_t macs = 4 * 5 * 3;
    const result r = run_op("QLinearMatMul", "",
                            "u8[4,3] c:f32[] c:u8[] c:i8[3,5] c:f32[5] "
                            "c:i8[5] c:f32[] c:u8[]");
    assert_string_equal(r.outputs, "u8[4,5]");
    assert_int_equal(r.macs, macs);
    assert_int_equal(r.flops, 2 * macs + 4 * 3 + 5 * 4 * 5);
    assert_int_equal(r.params, 15);
}

static void matrices_must_fit(void **state)
{
    (void)state;
    assert_string_equal(run_op("MatMulInteger", "", "u8[4,3] u8[4,5]").status,
                        "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_points_are_subtracted_first),
        cmocka_unit_test(the_result_is_quantised_again),
        cmocka_unit_test(matrices_must_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
