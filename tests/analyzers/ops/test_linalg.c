/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Determinants.
 */
#include "support/test.h"

static void a_determinant_is_an_elimination(void **state)
{
    (void)state;
    result r = run_op("Det", "", "f32[2,5,6,6]");
    assert_string_equal(r.outputs, "f32[2,5]");
    assert_int_equal(r.flops, 2 * 5 * (2 * 6 * 6 * 6) / 3);
    assert_string_equal(r.status, "estimate");
    r = run_op("Det", "", "f32[2,5,5]"); /* 166 and two thirds */
    assert_int_equal(r.flops, 167);
    r = run_op("Det", "", "f32[3,3]");
    assert_string_equal(r.outputs, "f32[]");
}

static void only_square_matrices_have_one(void **state)
{
    (void)state;
    assert_string_equal(run_op("Det", "", "f32[3,4]").status, "unknown");
    assert_string_equal(run_op("Det", "", "f32[3]").status, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_determinant_is_an_elimination),
        cmocka_unit_test(only_square_matrices_have_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
