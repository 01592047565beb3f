/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_constant.c - Constant, ConstantOfShape. */
#include "support/test.h"

static void every_list_and_scalar_has_its_type(void **state)
{
    (void)state;
    assert_string_equal(run_op("Constant", "value_int=3", "").outputs, "i64[]");
    assert_string_equal(run_op("Constant", "value_ints=3,4,5", "").outputs,
                        "i64[3]");
    assert_string_equal(run_op("Constant", "value_float=3.5", "").outputs,
                        "f32[]");
    assert_string_equal(run_op("Constant", "value_floats=3.5,4.5", "").outputs,
                        "f32[2]");
    assert_string_equal(run_op("Constant", "value_string=three", "").outputs,
                        "str[]");
}

static void a_constant_without_a_value_is_a_diagnostic(void **state)
{
    (void)state;
    assert_string_equal(run_op("Constant", "", "").diagnostic,
                        "no value attribute is given");
}

static void constant_of_shape_has_the_dims_it_is_given(void **state)
{
    (void)state;
    assert_string_equal(run_op("ConstantOfShape", "", "i64[3]=2,0,4").outputs,
                        "f32[2,0,4]");
    assert_string_equal(run_op("ConstantOfShape", "", "i64[0]").outputs,
                        "f32[]");
    assert_string_equal(run_op("ConstantOfShape", "", "c:i64[2]").outputs,
                        "f32[constantofshape_0,constantofshape_1]");
    assert_string_equal(run_op("ConstantOfShape", "", "i64[2]=2,-1").diagnostic,
                        "a dim is negative");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_list_and_scalar_has_its_type),
        cmocka_unit_test(a_constant_without_a_value_is_a_diagnostic),
        cmocka_unit_test(constant_of_shape_has_the_dims_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
