/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_view.c - Identity, Flatten, Squeeze, Unsqueeze. */
#include "support/test.h"

static void identity_changes_nothing(void **state)
{
    (void)state;
    const result r = run_op("Identity", "", "f32[batch,4]");
    assert_string_equal(r.outputs, "f32[batch,4]");
    assert_string_equal(r.role, "view");
    assert_int_equal(r.read_bytes + r.write_bytes, 0);
}

static void flatten_makes_a_matrix_at_any_axis(void **state)
{
    (void)state;
    assert_string_equal(run_op("Flatten", "", "f32[2,3,4]").outputs,
                        "f32[2,12]");
    assert_string_equal(run_op("Flatten", "axis=0", "f32[2,3,4]").outputs,
                        "f32[1,24]");
    assert_string_equal(run_op("Flatten", "axis=3", "f32[2,3,4]").outputs,
                        "f32[24,1]");
    assert_string_equal(run_op("Flatten", "axis=-1", "f32[n,3,4]").outputs,
                        "f32[3*n,4]");
    assert_string_equal(run_op("Flatten", "axis=4", "f32[2,3,4]").diagnostic,
                        "axis is out of range");
}

static void squeeze_drops_the_axes_it_names(void **state)
{
    (void)state;
    assert_string_equal(run_op("Squeeze", "", "f32[1,3,1] i64[1]=-1").outputs,
                        "f32[1,3]");
    assert_string_equal(run_op("Squeeze@11", "axes=0,2", "f32[1,3,1]").outputs,
                        "f32[3]");
    assert_string_equal(run_op("Squeeze", "", "f32[1,3,1] c:i64[2]").outputs,
                        "f32[?]");
}

static void squeeze_without_axes_drops_every_one(void **state)
{
    (void)state;
    assert_string_equal(run_op("Squeeze", "", "f32[1,3,1]").outputs, "f32[3]");
    /* n may be 1 */
    assert_string_equal(run_op("Squeeze", "", "f32[1,n]").outputs, "f32");
}

static void squeeze_assumes_that_a_symbolic_dim_is_one(void **state)
{
    (void)state;
    const result r = run_op("Squeeze", "", "f32[n,3] i64[1]=0");
    assert_string_equal(r.outputs, "f32[3]");
    assert_string_equal(r.assumptions, "n == 1");
    assert_string_equal(run_op("Squeeze", "", "f32[2,3] i64[1]=0").diagnostic,
                        "dims differ that must be equal: 2 and 1");
}

static void unsqueeze_counts_axes_in_the_result(void **state)
{
    (void)state;
    assert_string_equal(run_op("Unsqueeze", "", "f32[3,4] i64[2]=0,-1").outputs,
                        "f32[1,3,4,1]");
    assert_string_equal(run_op("Unsqueeze@1", "axes=1,", "f32[3,4]").outputs,
                        "f32[3,1,4]");
    assert_string_equal(
        run_op("Unsqueeze", "", "f32[3,4] i64[2]=1,1").diagnostic,
        "axes name one axis twice");
    assert_string_equal(run_op("Unsqueeze", "", "f32[3,4] i64[1]=3").diagnostic,
                        "axis is out of range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_changes_nothing),
        cmocka_unit_test(flatten_makes_a_matrix_at_any_axis),
        cmocka_unit_test(squeeze_drops_the_axes_it_names),
        cmocka_unit_test(squeeze_without_axes_drops_every_one),
        cmocka_unit_test(squeeze_assumes_that_a_symbolic_dim_is_one),
        cmocka_unit_test(unsqueeze_counts_axes_in_the_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
