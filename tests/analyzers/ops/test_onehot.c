/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_onehot.c - OneHot, EyeLike, Trilu. */
#include "support/test.h"

static void one_hot_inserts_the_depth_at_its_axis(void **state)
{
    (void)state;
    assert_string_equal(run_op("OneHot", "", "i64[n,5] i64[]=9 f32[2]").outputs,
                        "f32[n,5,9]");
    assert_string_equal(
        run_op("OneHot", "axis=0", "i64[n,5] i64[]=9 b[2]").outputs,
        "b[9,n,5]");
    assert_string_equal(run_op("OneHot", "", "i64[n] c:i64[] f32[2]").outputs,
                        "f32[n,onehot_0]");
    assert_string_equal(
        run_op("OneHot", "axis=3", "i64[n,5] i64[]=9 f32[2]").diagnostic,
        "axis is out of range");
}

static void one_hot_reads_indices_alone(void **state)
{
    (void)state;
    const result r = run_op("OneHot", "", "i64[5] i64[]=9 c:f32[2]");
    assert_int_equal(r.read_bytes, 8 * 5);
    assert_int_equal(r.write_bytes, 4 * 5 * 9);
    assert_int_equal(r.params, 0);
}

static void of_the_model_of_eye_like_only_the_shape_is_used(void **state)
{
    (void)state;
    const result r = run_op("EyeLike", "dtype=11", "f32[4,5]");
    assert_string_equal(r.outputs, "f64[4,5]");
    assert_int_equal(r.read_bytes, 0);
    assert_int_equal(r.write_bytes, 8 * 4 * 5);
}

static void trilu_keeps_the_shape(void **state)
{
    (void)state;
    const result r = run_op("Trilu", "upper=0", "f32[2,4,5] i64[]=1");
    assert_string_equal(r.outputs, "f32[2,4,5]");
    assert_int_equal(r.read_bytes, 4 * 2 * 4 * 5);
    assert_int_equal(r.write_bytes, 4 * 2 * 4 * 5);
    assert_int_equal(r.flops, 0);
    assert_string_equal(run_op("Trilu", "", "f32[5]").diagnostic,
                        "input has fewer than 2 dims");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_hot_inserts_the_depth_at_its_axis),
        cmocka_unit_test(one_hot_reads_indices_alone),
        cmocka_unit_test(of_the_model_of_eye_like_only_the_shape_is_used),
        cmocka_unit_test(trilu_keeps_the_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
