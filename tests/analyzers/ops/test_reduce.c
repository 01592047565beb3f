/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_reduce.c - Reduce*, ArgMax, ArgMin. */
#include "support/test.h"

/* What loops over `results` lines of `length` elements really do. */
typedef struct work {
    int64_t flops, transcendentals;
} work;

/* Each element is prepared by so many FLOPs, then added, or compared, to
 * what there is; the first one starts it. */
static work fold_lines(int64_t results, int64_t length, int64_t prepare,
                       int64_t finish)
{
    work w = {0};
    for (int64_t i = 0; i < results; i++) {
        for (int64_t k = 0; k < length; k++) {
            w.flops += prepare;
            if (k > 0)
                w.flops++;
        }
        w.transcendentals += finish;
    }
    return w;
}

/* The greatest is found, then exponentials of the differences are added; the
 * logarithm gets the greatest back. */
static work log_sum_exp_lines(int64_t results, int64_t length)
{
    work w = fold_lines(results, length, 0, 0); /* the greatest */
    for (int64_t i = 0; i < results; i++) {
        for (int64_t k = 0; k < length; k++) {
            w.flops += k > 0 ? 2 : 1; /* difference and sum */
            w.transcendentals++;
        }
        w.flops++; /* the greatest again */
        w.transcendentals++;
    }
    return w;
}

static void expect(const char *op_type, work w)
{
    const result r = run_op(op_type, "keepdims=0", "f32[2,3,5] i64[1]=1");
    print_message("%s\n", op_type);
    assert_string_equal(r.outputs, "f32[2,5]");
    assert_int_equal(r.flops, w.flops);
    assert_int_equal(r.transcendentals, w.transcendentals);
    assert_int_equal(r.read_bytes, 4 * 2 * 3 * 5);
    assert_int_equal(r.write_bytes, 4 * 2 * 5);
    assert_string_equal(r.status, "exact");
}

static void a_reduction_costs_what_its_loops_do(void **state)
{
    (void)state;
    const int64_t results = 2 * 5, length = 3;
    expect("ReduceSum", fold_lines(results, length, 0, 0));
    expect("ReduceProd", fold_lines(results, length, 0, 0));
    expect("ReduceMax", fold_lines(results, length, 0, 0));
    expect("ReduceMin", fold_lines(results, length, 0, 0));
    expect("ReduceL1", fold_lines(results, length, 1, 0));
    expect("ReduceSumSquare", fold_lines(results, length, 1, 0));
    expect("ReduceL2", fold_lines(results, length, 1, 1));
    expect("ReduceLogSum", fold_lines(results, length, 0, 1));
    work mean = fold_lines(results, length, 0, 0);
    mean.flops += results; /* divisions */
    expect("ReduceMean", mean);
}

static void log_sum_exp_is_the_stable_one(void **state)
{
    (void)state;
    work w = log_sum_exp_lines(2 * 5, 3);
    /* n - 1 comparisons, n differences, n - 1 sums, 1: 3n - 1 a line */
    assert_int_equal(w.flops, 2 * 5 * (3 * 3 - 1));
    expect("ReduceLogSumExp", w);
}

static void axes_come_from_an_attribute_or_an_input(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("ReduceMean@11", "axes=1,-1", "f32[b,s,4]").outputs,
        "f32[b,1,1]");
    assert_string_equal(
        run_op("ReduceMean@11", "axes=1,-1 keepdims=0", "f32[b,s,4]").outputs,
        "f32[b]");
    assert_string_equal(
        run_op("ReduceSum@13", "", "f32[b,s,4] i64[1]=-2").outputs,
        "f32[b,1,4]");
    assert_string_equal(
        run_op("ReduceMax@18", "keepdims=0", "f32[b,s,4] i64[2]=0,2").outputs,
        "f32[s]");
}

static void without_axes_everything_is_reduced(void **state)
{
    (void)state;
    assert_string_equal(run_op("ReduceL2@1", "", "f32[b,s]").outputs,
                        "f32[1,1]");
    assert_string_equal(run_op("ReduceSum", "keepdims=0", "f32[b,s]").outputs,
                        "f32[]");
    assert_string_equal(
        run_op("ReduceSum", "keepdims=0", "f32[b,s] i64[0]").outputs, "f32[]");
    assert_string_equal(run_op("ReduceSum", "keepdims=0", "f32[]").outputs,
                        "f32[]");
}

static void on_request_no_axes_are_a_view(void **state)
{
    (void)state;
    const result r = run_op("ReduceSum", "noop_with_empty_axes=1", "f32[b,4]");
    assert_string_equal(r.outputs, "f32[b,4]");
    assert_string_equal(r.role, "view");
    assert_int_equal(r.flops, 0);
    assert_int_equal(r.read_bytes, 0);
}

static void unknown_axes_leave_the_rank(void **state)
{
    (void)state;
    assert_string_equal(run_op("ReduceSum", "", "f32[b,s,4] i64[1]").outputs,
                        "f32[?,?,?]");
    assert_string_equal(
        run_op("ReduceSum", "keepdims=0", "f32[b,s,4] i64[2]").outputs,
        "f32[?]");
    const result r = run_op("ReduceSum", "keepdims=0", "f32[b,4] i64[n]");
    assert_string_equal(r.outputs, "f32");
    assert_int_equal(r.flops, FIGURE_UNKNOWN);
}

static void bad_axes_are_a_diagnostic(void **state)
{
    (void)state;
    assert_string_equal(run_op("ReduceSum", "", "f32[2,3] i64[1]=2").diagnostic,
                        "axis is out of range");
    assert_string_equal(
        run_op("ReduceSum@11", "axes=-9223372036854775808,", "f32[2,3]")
            .diagnostic,
        "axis is out of range");
    assert_string_equal(
        run_op("ReduceSum@11", "axes=1,-1", "f32[2,3]").diagnostic,
        "axes name one axis twice");
}

static void an_empty_axis_costs_nothing_but_its_result(void **state)
{
    (void)state;
    const result r = run_op("ReduceSum", "keepdims=0", "f32[4,0] i64[1]=1");
    assert_string_equal(r.outputs, "f32[4]");
    assert_int_equal(r.flops, 0);
    assert_int_equal(r.write_bytes, 4 * 4);
}

static void positions_are_integers(void **state)
{
    (void)state;
    const result r = run_op("ArgMax", "axis=-1 keepdims=0", "f32[2,3,5]");
    assert_string_equal(r.outputs, "i64[2,3]");
    assert_int_equal(r.flops, fold_lines(2 * 3, 5, 0, 0).flops);
    assert_int_equal(r.write_bytes, 8 * 2 * 3);
    assert_string_equal(run_op("ArgMin@1", "", "f32[2,3,5]").outputs,
                        "i64[1,3,5]");
    assert_string_equal(run_op("ArgMin", "axis=3", "f32[2,3,5]").diagnostic,
                        "axis is out of range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reduction_costs_what_its_loops_do),
        cmocka_unit_test(log_sum_exp_is_the_stable_one),
        cmocka_unit_test(axes_come_from_an_attribute_or_an_input),
        cmocka_unit_test(without_axes_everything_is_reduced),
        cmocka_unit_test(on_request_no_axes_are_a_view),
        cmocka_unit_test(unknown_axes_leave_the_rank),
        cmocka_unit_test(bad_axes_are_a_diagnostic),
        cmocka_unit_test(an_empty_axis_costs_nothing_but_its_result),
        cmocka_unit_test(positions_are_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
