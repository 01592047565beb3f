/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_pad.c - Pad. */
#include "support/test.h"

static void both_ends_of_every_axis_grow(void **state)
{
    (void)state;
    assert_string_equal(run_op("Pad", "", "f32[3,n] i64[4]=1,2,0,3").outputs,
                        "f32[4,n + 5]");
    assert_string_equal(run_op("Pad@2", "pads=1,2,0,3", "f32[3,4]").outputs,
                        "f32[4,9]");
    assert_string_equal(run_op("Pad@1", "paddings=1,2,0,3", "f32[3,4]").outputs,
                        "f32[4,9]");
}

static void axes_name_what_is_padded(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Pad", "", "f32[3,4] i64[2]=1,2 _ i64[1]=-1").outputs,
        "f32[3,7]");
    assert_string_equal(
        run_op("Pad", "", "f32[3,4] i64[2]=1,2 _ c:i64[1]").outputs,
        "f32[?,?]");
}

static void negative_pads_cut(void **state)
{
    (void)state;
    const result r = run_op("Pad", "", "f32[3,4] i64[4]=0,-1,0,-2");
    assert_string_equal(r.outputs, "f32[3,1]");
    assert_int_equal(r.read_bytes, 4 * 3 * 4);
    assert_int_equal(r.write_bytes, 4 * 3 * 1);
    assert_string_equal(run_op("Pad", "", "f32[3] i64[2]=-2,-2").diagnostic,
                        "pads cut off more than there is");
}

static void unknown_pads_give_sizes_of_their_own(void **state)
{
    (void)state;
    assert_string_equal(run_op("Pad", "", "f32[3,4] c:i64[4]").outputs,
                        "f32[pad_0,pad_1]");
}

static void no_pads_move_no_bytes(void **state)
{
    (void)state;
    const result r = run_op("Pad", "", "f32[3,n] i64[4]=0,0,0,0");
    assert_string_equal(r.role, "view");
    assert_int_equal(r.read_bytes + r.write_bytes, 0);
}

static void pads_of_the_wrong_length_are_a_diagnostic(void **state)
{
    (void)state;
    assert_string_equal(run_op("Pad", "", "f32[3,4] i64[2]=1,1").diagnostic,
                        "pads must hold two numbers for each padded axis");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_of_every_axis_grow),
        cmocka_unit_test(axes_name_what_is_padded),
        cmocka_unit_test(negative_pads_cut),
        cmocka_unit_test(unknown_pads_give_sizes_of_their_own),
        cmocka_unit_test(no_pads_move_no_bytes),
        cmocka_unit_test(pads_of_the_wrong_length_are_a_diagnostic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
