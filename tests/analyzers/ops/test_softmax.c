/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Softmax and the losses: the steps of one row, one by one.
 */
#include "support/test.h"

/* Maximum, differences, exponentials, sum, quotients. */
static int64_t softmax_row(int64_t n)
{
    return (n - 1) + n + (n - 1) + n;
}

static void rows_are_lines_since_opset_13(void **state)
{
    (void)state;
    result r = run_op("Softmax", "axis=1", "f32[2,3,5]");
    assert_string_equal(r.outputs, "f32[2,3,5]");
    assert_int_equal(r.flops, 2 * 5 * softmax_row(3));
    assert_int_equal(r.transcendentals, 2 * 3 * 5);
    r = run_op("Softmax", "", "f32[2,3,5]");
    assert_int_equal(r.flops, 2 * 3 * softmax_row(5));
}

static void rows_were_all_that_follows_an_axis_before(void **state)
{
    (void)state;
    result r = run_op("Softmax@11", "", "f32[2,3,5]");
    assert_int_equal(r.flops, 2 * softmax_row(3 * 5));
    r = run_op("Softmax@11", "axis=0", "f32[2,3,5]");
    assert_int_equal(r.flops, softmax_row(2 * 3 * 5));
    r = run_op("Softmax@1", "", "f32[7]");
    assert_int_equal(r.flops, 7 * softmax_row(1));
}

static void the_logarithm_is_one_per_row(void **state)
{
    (void)state;
    const result r = run_op("LogSoftmax", "", "f32[2,3,5]");
    assert_int_equal(r.flops, 2 * 3 * softmax_row(5));
    assert_int_equal(r.transcendentals, 2 * 3 * (5 + 1));
}

static void hardmax_compares_twice(void **state)
{
    (void)state;
    const result r = run_op("Hardmax", "", "f32[2,3,5]");
    assert_int_equal(r.flops, 2 * 3 * ((5 - 1) + 5));
}

static void an_axis_that_there_is_not_is_refused(void **state)
{
    (void)state;
    assert_string_equal(run_op("Softmax", "axis=3", "f32[2,3,5]").status,
                        "unknown");
    assert_string_equal(
        run_op("Softmax", "axis=-9223372036854775808", "f32[2]").status,
        "unknown");
}

static void symbolic_rows_give_a_formula(void **state)
{
    (void)state;
    const result r = run_op("Softmax", "", "f32[batch,12,seq,seq]");
    assert_string_equal(r.flops_formula, "24*batch*seq*(2*seq - 1)");
    assert_string_equal(r.assumptions, "");
}

static void a_loss_weighs_and_reduces(void **state)
{
    (void)state;
    const char *const plain = "f32[3,5,6] i64[3,6]";
    const char *const weighted = "f32[3,5,6] i64[3,6] f32[5]";
    const int64_t targets = 3 * 6;
    const char *const op = "NegativeLogLikelihoodLoss";
    result r = run_op(op, "reduction=none", plain);
    assert_string_equal(r.outputs, "f32[3,6]");
    assert_int_equal(r.flops, 2 * targets);
    r = run_op(op, "reduction=sum", plain);
    assert_string_equal(r.outputs, "f32[]");
    assert_int_equal(r.flops, 2 * targets + targets - 1);
    r = run_op(op, "", plain);
    assert_int_equal(r.flops, 2 * targets + targets);
    r = run_op(op, "", weighted);
    assert_int_equal(r.flops, 2 * targets + targets + targets - 1);
}

static void cross_entropy_is_both(void **state)
{
    (void)state;
    const result r =
        run_op_outputs("SoftmaxCrossEntropyLoss", "", "f32[3,5] i64[3]", 2);
    assert_string_equal(r.outputs, "f32[] f32[3,5]");
    assert_int_equal(r.flops, 3 * softmax_row(5) + 2 * 3 + 3);
    assert_int_equal(r.transcendentals, 3 * (5 + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_lines_since_opset_13),
        cmocka_unit_test(rows_were_all_that_follows_an_axis_before),
        cmocka_unit_test(the_logarithm_is_one_per_row),
        cmocka_unit_test(hardmax_compares_twice),
        cmocka_unit_test(an_axis_that_there_is_not_is_refused),
        cmocka_unit_test(symbolic_rows_give_a_formula),
        cmocka_unit_test(a_loss_weighs_and_reduces),
        cmocka_unit_test(cross_entropy_is_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
