/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_sort.c - TopK. */
#include "support/test.h"

/* Levels of a heap that holds k elements. */
static int64_t levels(int64_t k)
{
    int64_t count = 0;
    for (int64_t room = 1; room < k; room *= 2)
        count++;
    return count;
}

static void each_element_sinks_through_a_heap_of_k(void **state)
{
    (void)state;
    const result r = run_op_outputs("TopK", "axis=1", "f32[4,100] i64[1]=5", 2);
    assert_string_equal(r.outputs, "f32[4,5] i64[4,5]");
    assert_int_equal(r.flops, 4 * 100 * levels(5));
    assert_string_equal(r.status, "estimate");
    assert_int_equal(r.read_bytes, 4 * 4 * 100); /* K is no traffic */
    assert_int_equal(r.write_bytes, (4 + 8) * 4 * 5);
}

static void one_comparison_an_element_is_the_least(void **state)
{
    (void)state;
    assert_int_equal(run_op("TopK", "", "f32[4,100] i64[1]=1").flops, 4 * 100);
}

static void k_was_an_attribute(void **state)
{
    (void)state;
    assert_string_equal(
        run_op_outputs("TopK@1", "k=2 axis=0", "f32[n,7]", 2).outputs,
        "f32[2,7] i64[2,7]");
    assert_string_equal(
        run_op_outputs("TopK@10", "", "f32[3,n] i64[1]=2", 2).outputs,
        "f32[3,2] i64[3,2]");
}

static void k_must_fit_the_axis(void **state)
{
    (void)state;
    assert_string_equal(run_op("TopK", "", "f32[3,n] i64[1]=300").assumptions,
                        "300 <= n");
    assert_string_equal(run_op("TopK", "", "f32[3,4] i64[1]=5").diagnostic,
                        "K is larger than the axis");
    assert_string_equal(run_op("TopK", "", "f32[3,4] i64[1]=-1").diagnostic,
                        "K is negative");
}

static void a_computed_k_is_a_symbol_within_the_axis(void **state)
{
    (void)state;
    const result r = run_op("TopK", "", "f32[3,40] f32[1]");
    assert_string_equal(r.outputs, "f32[3,topk_0]");
    assert_string_equal(r.assumptions, "");
}

static void a_bad_axis_is_a_diagnostic(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("TopK", "axis=2", "f32[3,4] i64[1]=2").diagnostic,
        "axis is out of range");
    assert_string_equal(run_op("TopK", "", "f32[] i64[1]=1").diagnostic,
                        "axis is out of range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_element_sinks_through_a_heap_of_k),
        cmocka_unit_test(one_comparison_an_element_is_the_least),
        cmocka_unit_test(k_was_an_attribute),
        cmocka_unit_test(k_must_fit_the_axis),
        cmocka_unit_test(a_computed_k_is_a_symbol_within_the_axis),
        cmocka_unit_test(a_bad_axis_is_a_diagnostic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
