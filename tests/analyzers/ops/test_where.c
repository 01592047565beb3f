/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_where.c - Where. */
#include "support/test.h"

static void all_three_inputs_are_broadcast(void **state)
{
    (void)state;
    const result r = run_op("Where", "", "b[5,1] f32[1,n] f32[3,1,1]");
    assert_string_equal(r.outputs, "f32[3,5,n]");
    assert_string_equal(r.flops_formula, "15*n");
    assert_string_equal(run_op("Where", "", "b[5] f32[4] f32[1]").status,
                        "unknown");
}

static void one_flop_selects_one_element(void **state)
{
    (void)state;
    const result r = run_op("Where", "", "b[5,1] f32[7] f32[]");
    assert_int_equal(r.flops, 5 * 7);
    assert_int_equal(r.read_bytes, 5 + 4 * 7);
    assert_int_equal(r.write_bytes, 4 * 5 * 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_three_inputs_are_broadcast),
        cmocka_unit_test(one_flop_selects_one_element),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
