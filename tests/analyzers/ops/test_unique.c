/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_unique.c - Unique. */
#include "support/test.h"

static void how_many_differ_is_a_symbol(void **state)
{
    (void)state;
    assert_string_equal(run_op_outputs("Unique", "", "f32[3,4]", 4).outputs,
                        "f32[unique_0] i64[unique_0] i64[12] i64[unique_0]");
    assert_string_equal(
        run_op_outputs("Unique", "axis=1", "f32[3,n]", 4).outputs,
        "f32[3,unique_0] i64[unique_0] i64[n] i64[unique_0]");
}

static void known_elements_are_compared(void **state)
{
    (void)state;
    assert_string_equal(run_op("Unique", "", "i64[6]=2,1,1,3,4,3").outputs,
                        "i64[4]");
    assert_string_equal(
        run_op("Unique", "axis=0", "i64[3,2]=1,0,1,0,2,3").outputs, "i64[2,2]");
    assert_string_equal(
        run_op("Unique", "axis=1", "i64[2,3]=1,0,1,5,6,5").outputs, "i64[2,2]");
}

static void sorting_is_estimated(void **state)
{
    (void)state;
    const result r = run_op("Unique", "", "f32[12]");
    assert_string_equal(r.status, "estimate");
    assert_int_equal(r.flops, 12 * 4); /* ceil(log2(12)) is 4 */
}

static void a_bad_axis_is_a_diagnostic(void **state)
{
    (void)state;
    assert_string_equal(run_op("Unique", "axis=2", "f32[3,4]").diagnostic,
                        "axis is out of range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_many_differ_is_a_symbol),
        cmocka_unit_test(known_elements_are_compared),
        cmocka_unit_test(sorting_is_estimated),
        cmocka_unit_test(a_bad_axis_is_a_diagnostic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
