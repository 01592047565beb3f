/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_gather.c - Gather, GatherElements, GatherND. */
#include "support/test.h"

static void gather_replaces_the_axis_by_the_dims_of_indices(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Gather", "axis=1", "f32[2,9,4] i64[5,6]").outputs,
        "f32[2,5,6,4]");
    assert_string_equal(run_op("Gather", "", "f32[9,4] i64[]").outputs,
                        "f32[4]");
    assert_string_equal(
        run_op("Gather", "axis=-1", "f32[9,4] i64[batch,seq]").outputs,
        "f32[9,batch,seq]");
}

static void gather_reads_the_rows_it_selects(void **state)
{
    (void)state;
    const result r = run_op("Gather", "", "c:f32[1000,64] i64[2,7]");
    assert_int_equal(r.read_bytes, 4 * (2 * 7 * 64) + 8 * (2 * 7));
    assert_int_equal(r.write_bytes, 4 * (2 * 7 * 64));
    assert_int_equal(r.params, 1000 * 64);
    assert_int_equal(r.flops, 0);
}

static void a_known_index_says_how_long_the_dim_is(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Gather", "", "f32[seq,4] i64[2]=0,7").assumptions, "8 <= seq");
    assert_string_equal(run_op("Gather", "", "f32[seq,4] i64[]=-3").assumptions,
                        "3 <= seq");
}

static void gather_elements_is_shaped_like_indices(void **state)
{
    (void)state;
    const result r = run_op("GatherElements", "axis=1", "f32[3,9] i64[3,2]");
    assert_string_equal(r.outputs, "f32[3,2]");
    assert_int_equal(r.read_bytes, 4 * (3 * 2) + 8 * (3 * 2));
    assert_string_equal(
        run_op("GatherElements", "", "f32[3,9] i64[3]").diagnostic,
        "data and indices differ in rank");
}

static void gather_nd_takes_tuples_of_indices(void **state)
{
    (void)state;
    assert_string_equal(run_op("GatherND", "", "f32[3,9,4] i64[5,2]").outputs,
                        "f32[5,4]");
    assert_string_equal(run_op("GatherND", "", "f32[3,9,4] i64[6,5,3]").outputs,
                        "f32[6,5]");
    assert_string_equal(
        run_op("GatherND", "batch_dims=1", "f32[n,9,4] i64[n,5,1]").outputs,
        "f32[n,5,4]");
    assert_string_equal(run_op("GatherND", "", "f32[3,9] i64[5,k]").outputs,
                        "f32");
}

static void contradictions_are_diagnostics(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("Gather", "axis=2", "f32[9,4] i64[5]").diagnostic,
        "axis is out of range");
    assert_string_equal(run_op("GatherND", "", "f32[3,9] i64[5,3]").diagnostic,
                        "index tuples or batch_dims exceed the rank of data");
    assert_string_equal(
        run_op("GatherND", "batch_dims=-1", "f32[3,9] i64[5,2]").status,
        "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gather_replaces_the_axis_by_the_dims_of_indices),
        cmocka_unit_test(gather_reads_the_rows_it_selects),
        cmocka_unit_test(a_known_index_says_how_long_the_dim_is),
        cmocka_unit_test(gather_elements_is_shaped_like_indices),
        cmocka_unit_test(gather_nd_takes_tuples_of_indices),
        cmocka_unit_test(contradictions_are_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
