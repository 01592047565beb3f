/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_transpose.c - Transpose. */
#include "support/test.h"

static void perm_names_the_axis_of_each_output_dim(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Transpose", "perm=0,2,1,3", "f32[b,seq,12,64]").outputs,
        "f32[b,12,seq,64]");
    assert_string_equal(run_op("Transpose", "", "f32[2,3,4]").outputs,
                        "f32[4,3,2]");
}

static void every_byte_is_read_and_written(void **state)
{
    (void)state;
    const result r = run_op("Transpose", "", "f32[5,7]");
    assert_string_equal(r.role, "data");
    assert_int_equal(r.read_bytes, 4 * 5 * 7);
    assert_int_equal(r.write_bytes, 4 * 5 * 7);
}

static void moving_axes_of_one_element_is_a_view(void **state)
{
    (void)state;
    assert_string_equal(run_op("Transpose", "perm=1,0,2", "f32[1,5,7]").role,
                        "view");
    assert_string_equal(run_op("Transpose", "perm=0,1", "f32[5,7]").role,
                        "view");
    /* n may be more than 1 */
    assert_string_equal(run_op("Transpose", "perm=1,0,2", "f32[n,5,7]").role,
                        "data");
}

static void what_is_no_permutation_is_a_diagnostic(void **state)
{
    (void)state;
    static const char *const bad[] = {"perm=0,0", "perm=0,2", "perm=-1,0",
                                      "perm=0,", "perm=0,1,2"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_string_equal(run_op("Transpose", bad[i], "f32[5,7]").diagnostic,
                            "perm is no permutation of the axes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(perm_names_the_axis_of_each_output_dim),
        cmocka_unit_test(every_byte_is_read_and_written),
        cmocka_unit_test(moving_axes_of_one_element_is_a_view),
        cmocka_unit_test(what_is_no_permutation_is_a_diagnostic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
