/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_split.c - Split. */
#include "support/test.h"

static void lengths_come_from_an_attribute_or_an_input(void **state)
{
    (void)state;
    assert_string_equal(
        run_op_outputs("Split@2", "axis=1 split=2,4", "f32[3,6]", 2).outputs,
        "f32[3,2] f32[3,4]");
    assert_string_equal(
        run_op_outputs("Split", "axis=-1", "f32[3,6] i64[2]=2,4", 2).outputs,
        "f32[3,2] f32[3,4]");
}

static void without_lengths_pieces_are_equal(void **state)
{
    (void)state;
    assert_string_equal(run_op_outputs("Split@13", "", "f32[6]", 3).outputs,
                        "f32[2] f32[2] f32[2]");
    const result r = run_op_outputs("Split@13", "", "f32[n]", 2);
    assert_string_equal(r.outputs, "f32[n//2] f32[n//2]");
    assert_string_equal(r.assumptions, "2 divides n");
    assert_string_equal(run_op_outputs("Split@13", "", "f32[7]", 3).diagnostic,
                        "the dim does not split evenly");
}

static void num_outputs_leaves_the_last_piece_shorter(void **state)
{
    (void)state;
    assert_string_equal(
        run_op_outputs("Split@18", "num_outputs=3", "f32[7]", 3).outputs,
        "f32[3] f32[3] f32[1]");
    const result r = run_op_outputs("Split@18", "num_outputs=2", "f32[n]", 2);
    assert_string_equal(r.outputs, "f32[(n + 1)//2] f32[n - (n + 1)//2]");
    assert_string_equal(r.assumptions, "");
}

static void lengths_must_fill_the_dim(void **state)
{
    (void)state;
    assert_string_equal(
        run_op_outputs("Split", "", "f32[n] i64[2]=2,4", 2).assumptions,
        "n == 6");
    assert_string_equal(
        run_op_outputs("Split", "", "f32[7] i64[2]=2,4", 2).diagnostic,
        "dims differ that must be equal: 7 and 6");
    assert_string_equal(
        run_op_outputs("Split", "", "f32[6] i64[1]=6", 2).diagnostic,
        "split has fewer lengths than there are outputs");
}

static void pieces_of_the_outermost_dim_are_views(void **state)
{
    (void)state;
    const result outer = run_op_outputs("Split@13", "axis=1", "f32[1,6,4]", 2);
    assert_string_equal(outer.role, "view");
    assert_int_equal(outer.read_bytes + outer.write_bytes, 0);
    const result inner = run_op_outputs("Split@13", "axis=2", "f32[1,6,4]", 2);
    assert_string_equal(inner.role, "data");
    assert_int_equal(inner.read_bytes, 4 * 6 * 4);
    assert_int_equal(inner.write_bytes, 4 * 6 * 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_come_from_an_attribute_or_an_input),
        cmocka_unit_test(without_lengths_pieces_are_equal),
        cmocka_unit_test(num_outputs_leaves_the_last_piece_shorter),
        cmocka_unit_test(lengths_must_fill_the_dim),
        cmocka_unit_test(pieces_of_the_outermost_dim_are_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
