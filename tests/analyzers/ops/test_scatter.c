/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_scatter.c - operators that update a tensor. */
#include "support/test.h"

/* A graph input outlives the node: it is copied first. */
static void replacing_elements_copies_what_lives_on(void **state)
{
    (void)state;
    const result r =
        run_op("ScatterElements", "axis=1", "f32[3,9] i64[3,2] f32[3,2]");
    assert_string_equal(r.outputs, "f32[3,9]");
    assert_int_equal(r.flops, 0);
    assert_int_equal(r.read_bytes, 4 * (3 * 9 + 3 * 2) + 8 * (3 * 2));
    assert_int_equal(r.write_bytes, 4 * (3 * 9 + 3 * 2));
}

static void a_reduction_reads_and_computes_once_per_update(void **state)
{
    (void)state;
    const result r =
        run_op("ScatterND", "reduction=add", "f32[8,4] i64[5,1] f32[5,4]");
    assert_string_equal(r.outputs, "f32[8,4]");
    assert_int_equal(r.flops, 5 * 4);
    assert_int_equal(r.read_bytes, 4 * (8 * 4 + 2 * 5 * 4) + 8 * 5);
    assert_int_equal(r.write_bytes, 4 * (8 * 4 + 5 * 4));
    assert_string_equal(r.role, "compute");
}

static void the_old_name_is_the_same_operator(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Scatter@10", "", "f32[3,9] i64[1,9] f32[1,9]").outputs,
        "f32[3,9]");
}

static void a_cache_keeps_its_shape(void **state)
{
    (void)state;
    const result r = run_op("TensorScatter@24", "",
                            "f16[b,8,512,64] f16[b,8,seq,64] i64[b]");
    assert_string_equal(r.outputs, "f16[b,8,512,64]");
    assert_string_equal(r.assumptions, "seq <= 512");
}

static void contradictions_are_diagnostics(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("ScatterElements", "", "f32[3,9] i64[3] f32[3]").diagnostic,
        "data, indices and updates differ in rank");
    assert_string_equal(
        run_op("ScatterND", "", "f32[8,4] i64[5,1] f32[5]").diagnostic,
        "updates do not fit indices and data");
    assert_string_equal(
        run_op("ScatterND", "", "f32[8,4] i64[5,1] f32[5,3]").status,
        "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replacing_elements_copies_what_lives_on),
        cmocka_unit_test(a_reduction_reads_and_computes_once_per_update),
        cmocka_unit_test(the_old_name_is_the_same_operator),
        cmocka_unit_test(a_cache_keeps_its_shape),
        cmocka_unit_test(contradictions_are_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
