/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_nonzero.c - NonZero, Compress. */
#include "support/test.h"

static void how_many_are_not_zero_is_a_symbol(void **state)
{
    (void)state;
    const result r = run_op("NonZero", "", "f32[3,n]");
    assert_string_equal(r.outputs, "i64[2,nonzero_0]");
    assert_string_equal(r.flops_formula, "3*n");
}

static void what_is_known_is_counted(void **state)
{
    (void)state;
    assert_string_equal(run_op("NonZero", "", "i64[2,3]=1,0,2,0,0,3").outputs,
                        "i64[2,3]");
    assert_string_equal(run_op("NonZero", "", "f32[4]=1,1,1,1").outputs,
                        "i64[1,4]");
}

static void a_scalar_has_no_positions(void **state)
{
    (void)state;
    assert_string_equal(run_op("NonZero", "", "f32[]").outputs,
                        "i64[0,nonzero_0]");
}

static void compress_keeps_what_the_condition_says(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Compress", "axis=1", "f32[3,4] b[4]=0,1,1,0").outputs,
        "f32[3,2]");
    assert_string_equal(
        run_op("Compress", "", "f32[3,4] b[5]=1,0,1,0,1").outputs, "f32[3]");
    assert_string_equal(run_op("Compress", "axis=0", "f32[n,4] b[n]").outputs,
                        "f32[compress_0,4]");
    assert_string_equal(
        run_op("Compress", "axis=2", "f32[3,4] b[4]").diagnostic,
        "axis is out of range");
}

static void compress_reads_what_it_keeps(void **state)
{
    (void)state;
    const result r = run_op("Compress", "axis=1", "f32[3,4] b[4]=0,1,1,0");
    assert_int_equal(r.read_bytes, 4 * 3 * 2 + 4);
    assert_int_equal(r.write_bytes, 4 * 3 * 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_many_are_not_zero_is_a_symbol),
        cmocka_unit_test(what_is_known_is_counted),
        cmocka_unit_test(a_scalar_has_no_positions),
        cmocka_unit_test(compress_keeps_what_the_condition_says),
        cmocka_unit_test(compress_reads_what_it_keeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
