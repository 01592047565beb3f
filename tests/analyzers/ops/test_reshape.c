/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_reshape.c - Reshape. */
#include "support/test.h"

static void minus_one_is_what_the_other_dims_leave(void **state)
{
    (void)state;
    assert_string_equal(run_op("Reshape", "", "f32[4,6] i64[2]=8,-1").outputs,
                        "f32[8,3]");
    assert_string_equal(
        run_op("Reshape", "", "f32[batch,seq,768] i64[4]=0,0,12,-1").outputs,
        "f32[batch,seq,12,64]");
    assert_string_equal(
        run_op("Reshape", "", "f32[batch,seq,768] i64[2]=-1,768").outputs,
        "f32[batch*seq,768]");
}

static void equal_dims_cancel_before_anything_is_divided(void **state)
{
    (void)state;
    const result r =
        run_op("Reshape", "", "f32[batch,seq,12,64] i64[3]=0,-1,768");
    assert_string_equal(r.outputs, "f32[batch,seq,768]");
    assert_string_equal(r.assumptions, "");
}

static void a_dim_that_must_divide_is_assumed_to(void **state)
{
    (void)state;
    const result r = run_op("Reshape", "", "f32[n,4] i64[2]=-1,12");
    assert_string_equal(r.outputs, "f32[n//3,12]");
    assert_string_equal(r.assumptions, "3 divides n");
}

static void without_minus_one_products_are_assumed_equal(void **state)
{
    (void)state;
    const result r = run_op("Reshape", "", "f32[n,64] i64[2]=26,32");
    assert_string_equal(r.outputs, "f32[26,32]");
    assert_string_equal(r.assumptions, "n == 13");
}

static void zero_copies_unless_allowed(void **state)
{
    (void)state;
    assert_string_equal(run_op("Reshape", "", "f32[2,3,4] i64[3]=0,4,0").status,
                        "unknown");
    assert_string_equal(
        run_op("Reshape", "", "f32[2,3,4] i64[3]=0,4,3").outputs, "f32[2,4,3]");
    assert_string_equal(
        run_op("Reshape", "allowzero=1", "f32[0,3,4] i64[3]=3,4,0").outputs,
        "f32[3,4,0]");
    assert_string_equal(run_op("Reshape", "", "f32[2] i64[2]=2,0").diagnostic,
                        "shape copies a dim that the input does not have");
}

static void one_unknown_element_is_what_the_others_leave(void **state)
{
    (void)state;
    assert_string_equal(run_op("Reshape", "", "f32[4,6] c:i64[1]").outputs,
                        "f32[24]");
    assert_string_equal(run_op("Reshape", "", "f32[4,6] c:i64[2]").outputs,
                        "f32[?,?]");
}

static void before_opset_5_the_shape_is_an_attribute(void **state)
{
    (void)state;
    assert_string_equal(run_op("Reshape@1", "shape=0,-1", "f32[2,3,4]").outputs,
                        "f32[2,12]");
}

static void no_byte_moves(void **state)
{
    (void)state;
    const result r = run_op("Reshape", "", "f32[4,6] i64[1]=-1");
    assert_string_equal(r.role, "view");
    assert_int_equal(r.read_bytes + r.write_bytes, 0);
}

static void contradictions_are_diagnostics(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Reshape", "", "f32[4,6] i64[2]=-1,-1").diagnostic,
        "shape holds -1 twice");
    assert_string_equal(
        run_op("Reshape", "", "f32[4,6] i64[2]=5,-1").diagnostic,
        "the elements do not fill the shape");
    assert_string_equal(run_op("Reshape", "", "f32[4,6] i64[2]=5,5").diagnostic,
                        "the elements do not fill the shape");
    assert_string_equal(
        run_op("Reshape", "", "f32[4,6] i64[2]=-2,12").diagnostic,
        "shape holds a negative dim");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minus_one_is_what_the_other_dims_leave),
        cmocka_unit_test(equal_dims_cancel_before_anything_is_divided),
        cmocka_unit_test(a_dim_that_must_divide_is_assumed_to),
        cmocka_unit_test(without_minus_one_products_are_assumed_equal),
        cmocka_unit_test(zero_copies_unless_allowed),
        cmocka_unit_test(one_unknown_element_is_what_the_others_leave),
        cmocka_unit_test(before_opset_5_the_shape_is_an_attribute),
        cmocka_unit_test(no_byte_moves),
        cmocka_unit_test(contradictions_are_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
