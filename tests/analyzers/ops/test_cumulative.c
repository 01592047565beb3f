/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_cumulative.c - CumSum, CumProd, ReverseSequence. */
#include "support/test.h"

/* Additions that running sums along the middle axis really do. */
static int64_t additions(int64_t outer, int64_t length, int64_t inner)
{
    int64_t count = 0;
    for (int64_t i = 0; i < outer; i++)
        for (int64_t k = 0; k < inner; k++)
            for (int64_t j = 1; j < length; j++)
                count++;
    return count;
}

static void sums_cost_one_addition_but_for_the_first(void **state)
{
    (void)state;
    const result r = run_op("CumSum", "", "f32[3,5,7] i64[]=1");
    assert_string_equal(r.outputs, "f32[3,5,7]");
    assert_int_equal(r.flops, additions(3, 5, 7));
    assert_int_equal(run_op("CumSum", "", "f32[3,0,7] i64[]=1").flops, 0);
    assert_int_equal(run_op("CumProd@26", "", "f32[3,5,7] i64[]=-1").flops,
                     additions(3 * 5, 7, 1));
}

static void an_unknown_axis_leaves_the_cost_open(void **state)
{
    (void)state;
    const result r = run_op("CumSum", "", "f32[3,5] c:i64[]");
    assert_string_equal(r.outputs, "f32[3,5]");
    assert_string_equal(r.status, "unknown");
}

static void reversing_reads_the_lengths_too(void **state)
{
    (void)state;
    const result r = run_op("ReverseSequence", "", "f32[5,3] i64[3]");
    assert_string_equal(r.outputs, "f32[5,3]");
    assert_int_equal(r.read_bytes, 4 * 5 * 3 + 8 * 3);
    assert_int_equal(r.write_bytes, 4 * 5 * 3);
    assert_string_equal(
        run_op("ReverseSequence", "batch_axis=0", "f32[5,3] i64[3]").diagnostic,
        "batch_axis and time_axis are the same");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_cost_one_addition_but_for_the_first),
        cmocka_unit_test(an_unknown_axis_leaves_the_cost_open),
        cmocka_unit_test(reversing_reads_the_lengths_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
