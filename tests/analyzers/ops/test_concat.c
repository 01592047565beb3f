/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_concat.c - Concat. */
#include "support/test.h"

static void dims_along_the_axis_add_up(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Concat", "axis=2", "f32[b,8,past,64] f32[b,8,seq,64]").outputs,
        "f32[b,8,past + seq,64]");
    assert_string_equal(
        run_op("Concat", "axis=-1", "f32[3,1] f32[3,2] f32[3,4]").outputs,
        "f32[3,7]");
    assert_string_equal(run_op("Concat@1", "", "f32[3,1] f32[3,2]").outputs,
                        "f32[3,3]");
}

static void the_other_dims_are_equal(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Concat", "axis=0", "f32[2,n] f32[3,64]").assumptions,
        "n == 64");
    assert_string_equal(
        run_op("Concat", "axis=0", "f32[2,5] f32[3,6]").diagnostic,
        "dims differ that must be equal: 5 and 6");
    assert_string_equal(
        run_op("Concat", "axis=0", "f32[2,5] f32[3]").diagnostic,
        "inputs differ in rank");
}

static void every_byte_is_read_and_written(void **state)
{
    (void)state;
    const result r = run_op("Concat", "axis=0", "f32[2,5] f32[3,5]");
    assert_int_equal(r.read_bytes, 4 * (2 * 5 + 3 * 5));
    assert_int_equal(r.write_bytes, 4 * (2 * 5 + 3 * 5));
    assert_int_equal(r.flops, 0);
}

static void a_single_input_is_not_copied(void **state)
{
    (void)state;
    const result r = run_op("Concat", "axis=0", "f32[2,5]");
    assert_string_equal(r.role, "view");
    assert_int_equal(r.read_bytes + r.write_bytes, 0);
}

static void bad_axes_are_diagnostics(void **state)
{
    (void)state;
    assert_string_equal(run_op("Concat", "", "f32[2] f32[3]").diagnostic,
                        "axis is missing");
    assert_string_equal(run_op("Concat", "axis=1", "f32[2] f32[3]").diagnostic,
                        "axis is out of range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dims_along_the_axis_add_up),
        cmocka_unit_test(the_other_dims_are_equal),
        cmocka_unit_test(every_byte_is_read_and_written),
        cmocka_unit_test(a_single_input_is_not_copied),
        cmocka_unit_test(bad_axes_are_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
