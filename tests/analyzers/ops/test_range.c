/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_range.c - Range. */
#include "support/test.h"

#include <stdio.h>

/* Numbers met when counting. */
static int counted(int start, int limit, int delta)
{
    int count = 0;
    for (int i = start; delta > 0 ? i < limit : i > limit; i += delta)
        count++;
    return count;
}

static void it_is_as_long_as_counting_takes(void **state)
{
    (void)state;
    char inputs[96], expected[32];
    for (int start = -3; start <= 3; start++)
        for (int limit = -3; limit <= 7; limit++)
            for (int delta = -3; delta <= 3; delta++) {
                if (delta == 0)
                    continue;
                snprintf(inputs, sizeof(inputs), "i64[]=%d i64[]=%d i64[]=%d",
                         start, limit, delta);
                snprintf(expected, sizeof(expected), "i64[%d]",
                         counted(start, limit, delta));
                assert_string_equal(run_op("Range", "", inputs).outputs,
                                    expected);
            }
}

static void floats_are_counted_exactly(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Range", "", "f32[]=0 f32[]=1 f32[]=0.1").outputs, "f32[10]");
    assert_string_equal(
        run_op("Range", "", "f32[]=1 f32[]=-1 f32[]=-0.5").outputs, "f32[4]");
}

/* A graph input that steers a shape is a symbol without bounds. */
static void a_symbolic_limit_below_start_gives_nothing(void **state)
{
    (void)state;
    assert_string_equal(run_op("Range", "", "i64[]=0 i64[] i64[]=1").outputs,
                        "i64[max(0, x1)]");
}

static void an_unknown_step_gives_a_size_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(run_op("Range", "", "i64[]=0 i64[]=9 c:i64[]").outputs,
                        "i64[range_0]");
}

static void a_step_of_zero_is_a_diagnostic(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Range", "", "i64[]=0 i64[]=9 i64[]=0").diagnostic,
        "delta is 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_as_long_as_counting_takes),
        cmocka_unit_test(floats_are_counted_exactly),
        cmocka_unit_test(a_symbolic_limit_below_start_gives_nothing),
        cmocka_unit_test(an_unknown_step_gives_a_size_of_its_own),
        cmocka_unit_test(a_step_of_zero_is_a_diagnostic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
