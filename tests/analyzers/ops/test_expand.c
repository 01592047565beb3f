/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_expand.c - Expand and Tile. */
#include "support/test.h"

static void expand_broadcasts_both_ways(void **state)
{
    (void)state;
    assert_string_equal(run_op("Expand", "", "f32[3,1] i64[3]=2,1,4").outputs,
                        "f32[2,3,4]");
    assert_string_equal(run_op("Expand", "", "f32[b,1,7] i64[2]=5,1").outputs,
                        "f32[b,5,7]");
}

static void minus_one_is_taken_as_one(void **state)
{
    (void)state;
    const result r = run_op("Expand", "", "f32[3,n] i64[2]=-1,-1");
    assert_string_equal(r.outputs, "f32[3,n]");
    assert_string_equal(r.diagnostic, "shape holds -1, taken as 1");
}

static void an_unknown_extent_is_a_size_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(run_op("Expand", "", "f32[3,1] c:i64[2]").outputs,
                        "f32[3,expand_0]");
}

static void expand_reads_once_what_it_writes_often(void **state)
{
    (void)state;
    const result r = run_op("Expand", "", "f32[3,1] i64[2]=3,4");
    assert_int_equal(r.read_bytes, 4 * 3);
    assert_int_equal(r.write_bytes, 4 * 3 * 4);
    assert_string_equal(run_op("Expand", "", "f32[3,4] i64[2]=1,4").role,
                        "view");
}

static void tile_multiplies_every_dim(void **state)
{
    (void)state;
    const result r = run_op("Tile", "", "f32[3,n] i64[2]=2,5");
    assert_string_equal(r.outputs, "f32[6,5*n]");
    assert_string_equal(run_op("Tile", "", "f32[3,4] i64[2]=1,1").role, "view");
    assert_string_equal(
        run_op("Tile@1", "", "f32[3,4] i64[1]=2 i64[1]=1").outputs, "f32[3,8]");
}

static void contradictions_are_diagnostics(void **state)
{
    (void)state;
    assert_string_equal(run_op("Expand", "", "f32[3] i64[1]=4").status,
                        "unknown");
    assert_string_equal(run_op("Tile", "", "f32[3,4] i64[1]=2").diagnostic,
                        "repeats must name every axis once");
    assert_string_equal(run_op("Tile", "", "f32[3] i64[1]=-2").diagnostic,
                        "a dim is repeated a negative number of times");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expand_broadcasts_both_ways),
        cmocka_unit_test(minus_one_is_taken_as_one),
        cmocka_unit_test(an_unknown_extent_is_a_size_of_its_own),
        cmocka_unit_test(expand_reads_once_what_it_writes_often),
        cmocka_unit_test(tile_multiplies_every_dim),
        cmocka_unit_test(contradictions_are_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
