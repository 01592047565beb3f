/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_cast.c - Cast, CastLike, BitCast. */
#include "support/test.h"

static void cast_reads_one_type_and_writes_the_other(void **state)
{
    (void)state;
    const result r = run_op("Cast", "to=10", "f32[3,5]");
    assert_string_equal(r.outputs, "f16[3,5]");
    assert_string_equal(r.role, "data");
    assert_int_equal(r.read_bytes, 4 * 3 * 5);
    assert_int_equal(r.write_bytes, 2 * 3 * 5);
    assert_int_equal(r.flops, 0);
}

static void the_same_type_moves_no_byte(void **state)
{
    (void)state;
    const result r = run_op("Cast", "to=1", "f32[3,5]");
    assert_string_equal(r.role, "view");
    assert_int_equal(r.read_bytes + r.write_bytes, 0);
}

static void before_opset_6_the_type_is_a_name(void **state)
{
    (void)state;
    assert_string_equal(run_op("Cast@1", "to=INT32", "f32[3]").outputs,
                        "i32[3]");
    assert_string_equal(run_op("Cast@1", "to=FLOAT33", "f32[3]").diagnostic,
                        "to names no element type");
}

static void of_the_model_of_cast_like_only_the_type_is_used(void **state)
{
    (void)state;
    const result r = run_op("CastLike", "", "f32[3,5] i64[7,9]");
    assert_string_equal(r.outputs, "i64[3,5]");
    assert_int_equal(r.read_bytes, 4 * 3 * 5);
    assert_int_equal(r.write_bytes, 8 * 3 * 5);
}

static void bit_cast_is_a_view(void **state)
{
    (void)state;
    const result r = run_op("BitCast@26", "to=6", "f32[3,5]");
    assert_string_equal(r.outputs, "i32[3,5]");
    assert_string_equal(r.role, "view");
}

static void absurd_types_are_diagnostics(void **state)
{
    (void)state;
    assert_string_equal(run_op("Cast", "to=99", "f32[3]").status, "unknown");
    assert_string_equal(run_op("Cast", "to=-1", "f32[3]").status, "unknown");
    assert_string_equal(run_op("Cast", "", "f32[3]").status, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cast_reads_one_type_and_writes_the_other),
        cmocka_unit_test(the_same_type_moves_no_byte),
        cmocka_unit_test(before_opset_6_the_type_is_a_name),
        cmocka_unit_test(of_the_model_of_cast_like_only_the_type_is_used),
        cmocka_unit_test(bit_cast_is_a_view),
        cmocka_unit_test(absurd_types_are_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
