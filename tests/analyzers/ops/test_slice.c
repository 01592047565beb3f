/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_slice.c - Slice. */
#include "support/test.h"

#include <stdio.h>

static int64_t clamp(int64_t x, int64_t low, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

/* Elements met when walking from start towards end as the operator says. */
static int64_t walked(int64_t dim, int64_t start, int64_t end, int64_t step)
{
    int64_t count = 0;
    start += start < 0 ? dim : 0;
    end += end < 0 ? dim : 0;
    start = step > 0 ? clamp(start, 0, dim) : clamp(start, 0, dim - 1);
    end = step > 0 ? clamp(end, 0, dim) : clamp(end, -1, dim - 1);
    for (int64_t i = start; step > 0 ? i < end : i > end; i += step)
        count++;
    return count;
}

static void every_bound_and_step_selects_what_a_walk_meets(void **state)
{
    (void)state;
    char inputs[160], expected[32];
    for (int64_t dim = 1; dim <= 4; dim++)
        for (int64_t start = -6; start <= 6; start++)
            for (int64_t end = -6; end <= 6; end++)
                for (int64_t step = -2; step <= 2; step++) {
                    if (step == 0)
                        continue;
                    snprintf(inputs, sizeof(inputs),
                             "f32[%d] i64[1]=%d i64[1]=%d i64[1]=0 i64[1]=%d",
                             (int)dim, (int)start, (int)end, (int)step);
                    snprintf(expected, sizeof(expected), "f32[%d]",
                             (int)walked(dim, start, end, step));
                    assert_string_equal(run_op("Slice", "", inputs).outputs,
                                        expected);
                }
}

static void a_far_bound_is_the_end_of_a_symbolic_dim(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Slice", "", "f32[n] i64[1]=0 i64[1]=9223372036854775807")
            .outputs,
        "f32[n]");
    assert_string_equal(
        run_op("Slice", "", "f32[n] i64[1]=0 i64[1]=2147483647").outputs,
        "f32[n]");
    assert_string_equal(
        run_op("Slice", "",
               "f32[n] i64[1]=-1 i64[1]=-9223372036854775808 i64[1]=0 "
               "i64[1]=-1")
            .outputs,
        "f32[n]");
}

static void dropping_the_first_or_the_last_leaves_equal_lengths(void **state)
{
    (void)state;
    const result first =
        run_op("Slice", "", "f32[n] i64[1]=1 i64[1]=9223372036854775807");
    const result last = run_op("Slice", "", "f32[n] i64[1]=0 i64[1]=-1");
    assert_string_equal(first.outputs, "f32[max(1, n) - 1]");
    assert_string_equal(last.outputs, first.outputs);
}

static void a_constant_end_of_a_symbolic_dim_is_a_minimum(void **state)
{
    (void)state;
    assert_string_equal(run_op("Slice", "", "f32[n] i64[1]=0 i64[1]=5").outputs,
                        "f32[min(5, n)]");
    assert_string_equal(
        run_op("Slice", "", "f32[n] i64[1]=-5 i64[1]=2147483647").outputs,
        "f32[min(5, n)]");
}

/* A graph input that steers a shape is a symbol without bounds. */
static void a_bound_of_unknown_sign_gives_a_size_of_its_own(void **state)
{
    (void)state;
    const result r = run_op("Slice", "", "f32[9,n] i64[1] i64[1]=9 i64[1]=0");
    assert_string_equal(r.outputs, "f32[slice_0,n]");
    assert_string_equal(r.assumptions, "");
}

static void an_unknown_axis_leaves_the_rank(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Slice", "", "f32[9,n] i64[1]=1 i64[1]=2 c:i64[1]").outputs,
        "f32[?,?]");
}

static void before_opset_10_bounds_are_attributes(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Slice@1", "starts=1,2 ends=3,9 axes=0,2", "f32[4,5,6]").outputs,
        "f32[2,5,4]");
}

static void cutting_the_outermost_dim_moves_no_byte(void **state)
{
    (void)state;
    const result outer =
        run_op("Slice", "", "f32[1,9,4] i64[1]=2 i64[1]=5 i64[1]=1");
    assert_string_equal(outer.role, "view");
    assert_int_equal(outer.read_bytes + outer.write_bytes, 0);
    const result inner =
        run_op("Slice", "", "f32[1,9,4] i64[1]=2 i64[1]=4 i64[1]=2");
    assert_string_equal(inner.role, "data");
    assert_int_equal(inner.read_bytes, 4 * 9 * 2);
    assert_int_equal(inner.write_bytes, 4 * 9 * 2);
}

static void reversing_a_dim_moves_all_bytes(void **state)
{
    (void)state;
    const result r =
        run_op("Slice", "", "f32[9] i64[1]=-1 i64[1]=-100 i64[1]=0 i64[1]=-1");
    assert_string_equal(r.outputs, "f32[9]");
    assert_int_equal(r.read_bytes, 4 * 9);
}

static void contradictions_are_diagnostics(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Slice", "", "f32[9] i64[1]=0 i64[1]=5 i64[1]=0 i64[1]=0")
            .diagnostic,
        "a step is 0");
    assert_string_equal(
        run_op("Slice", "", "f32[9] i64[2]=0,1 i64[1]=5 i64[1]=0").status,
        "unknown");
    assert_string_equal(
        run_op("Slice", "", "f32[9] i64[1]=0 i64[1]=5 i64[1]=1").diagnostic,
        "axis is out of range");
    assert_string_equal(
        run_op("Slice", "", "f32[9] i64[2]=0,1 i64[2]=5,6 i64[2]=0,-1")
            .diagnostic,
        "axes name one axis twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bound_and_step_selects_what_a_walk_meets),
        cmocka_unit_test(a_far_bound_is_the_end_of_a_symbolic_dim),
        cmocka_unit_test(dropping_the_first_or_the_last_leaves_equal_lengths),
        cmocka_unit_test(a_constant_end_of_a_symbolic_dim_is_a_minimum),
        cmocka_unit_test(a_bound_of_unknown_sign_gives_a_size_of_its_own),
        cmocka_unit_test(an_unknown_axis_leaves_the_rank),
        cmocka_unit_test(before_opset_10_bounds_are_attributes),
        cmocka_unit_test(cutting_the_outermost_dim_moves_no_byte),
        cmocka_unit_test(reversing_a_dim_moves_all_bytes),
        cmocka_unit_test(contradictions_are_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
