/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_shape.c - Shape and Size. */
#include "support/test.h"

static void shape_is_as_long_as_the_rank(void **state)
{
    (void)state;
    assert_string_equal(run_op("Shape", "", "f32[batch,seq,64]").outputs,
                        "i64[3]");
    assert_string_equal(run_op("Shape", "", "f32[]").outputs, "i64[0]");
}

static void start_and_end_are_moved_into_the_rank(void **state)
{
    (void)state;
    assert_string_equal(run_op("Shape", "start=1", "f32[2,3,4]").outputs,
                        "i64[2]");
    assert_string_equal(
        run_op("Shape", "start=-2 end=-1", "f32[2,3,4]").outputs, "i64[1]");
    assert_string_equal(run_op("Shape", "start=-9 end=9", "f32[2,3,4]").outputs,
                        "i64[3]");
    assert_string_equal(run_op("Shape", "start=2 end=1", "f32[2,3,4]").outputs,
                        "i64[0]");
}

static void neither_costs_anything(void **state)
{
    (void)state;
    const result shape = run_op("Shape", "", "f32[2,3,4]");
    assert_string_equal(shape.role, "shape");
    assert_int_equal(shape.read_bytes + shape.write_bytes + shape.flops, 0);
    const result size = run_op("Size", "", "f32[2,3,4]");
    assert_string_equal(size.outputs, "i64[]");
    assert_int_equal(size.read_bytes + size.write_bytes + size.flops, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shape_is_as_long_as_the_rank),
        cmocka_unit_test(start_and_end_are_moved_into_the_rank),
        cmocka_unit_test(neither_costs_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
