/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_sequence.c - sequences and optionals. */
#include "support/test.h"

static void building_a_sequence_moves_no_byte(void **state)
{
    (void)state;
    const result r = run_op("SequenceConstruct", "", "f32[3,4] f32[3,5]");
    assert_int_equal(r.read_bytes + r.write_bytes, 0);
    assert_string_equal(r.status, "exact");
}

static void elements_of_one_type_only(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("SequenceConstruct", "", "f32[3] i64[3]").diagnostic,
        "elements of a sequence differ in type");
}

static void splitting_checks_its_axis_and_lengths(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("SplitToSequence", "axis=2", "f32[3,4]").diagnostic,
        "axis is out of range");
    assert_string_equal(
        run_op("SplitToSequence", "", "f32[3,4] i64[]=0").diagnostic,
        "split is not positive");
}

static void a_tensor_is_an_optional_with_an_element(void **state)
{
    (void)state;
    assert_string_equal(run_op("OptionalHasElement", "", "f32[3]").outputs,
                        "b[]");
    assert_string_equal(run_op("OptionalGetElement", "", "f32[3,n]").outputs,
                        "f32[3,n]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(building_a_sequence_moves_no_byte),
        cmocka_unit_test(elements_of_one_type_only),
        cmocka_unit_test(splitting_checks_its_axis_and_lengths),
        cmocka_unit_test(a_tensor_is_an_optional_with_an_element),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
