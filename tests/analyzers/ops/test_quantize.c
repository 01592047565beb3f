/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantisation: the steps of one element, one by one.
 */
#include "support/test.h"

static void quantising_divides_rounds_and_bounds(void **state)
{
    (void)state;
    const int64_t elements = 2 * 3;
    result r = run_op("QuantizeLinear", "", "f32[2,3] c:f32[]=0.1 c:i8[]=3");
    assert_string_equal(r.outputs, "i8[2,3]");
    /* divide, round, add the zero point, two bounds */
    assert_int_equal(r.flops, elements * (1 + 1 + 1 + 2));
    r = run_op("QuantizeLinear", "", "f32[2,3] c:f32[]=0.1");
    assert_string_equal(r.outputs, "u8[2,3]");
    assert_int_equal(r.flops, elements * (1 + 1 + 2));
    r = run_op("QuantizeLinear", "output_dtype=22", "f32[2,3] c:f32[]=0.1");
    assert_string_equal(r.outputs, "i4[2,3]");
    assert_int_equal(r.write_bytes, 3);
}

static void dequantising_scales(void **state)
{
    (void)state;
    result r = run_op("DequantizeLinear", "axis=1", "i8[2,3] c:f16[3] c:i8[3]");
    assert_string_equal(r.outputs, "f16[2,3]");
    assert_int_equal(r.flops, 2 * 3 * 2);
    assert_int_equal(r.params, 0);
    r = run_op("DequantizeLinear", "block_size=2 axis=1", "u4[2,6] c:f32[2,3]");
    assert_int_equal(r.flops, 2 * 6);
    assert_int_equal(r.read_bytes, 2 * 6 / 2 + 4 * 2 * 3);
}

static void a_range_is_found_before_quantising(void **state)
{
    (void)state;
    const int64_t n = 10;
    const result r = run_op_outputs("DynamicQuantizeLinear", "", "f32[10]", 3);
    assert_string_equal(r.outputs, "u8[10] f32[] u8[]");
    assert_int_equal(r.flops, 2 * (n - 1) + 9 + 5 * n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantising_divides_rounds_and_bounds),
        cmocka_unit_test(dequantising_scales),
        cmocka_unit_test(a_range_is_found_before_quantising),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
