/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_random.c - random samples. */
#include "support/test.h"

static void a_sample_is_one_transcendental(void **state)
{
    (void)state;
    const result normal = run_op("RandomNormal", "shape=2,3 dtype=11", "");
    assert_string_equal(normal.outputs, "f64[2,3]");
    assert_int_equal(normal.transcendentals, 2 * 3);
    assert_int_equal(normal.write_bytes, 8 * 2 * 3);
    assert_string_equal(normal.role, "compute"); /* never folded */
    assert_string_equal(run_op("RandomUniform", "shape=2,3", "").outputs,
                        "f32[2,3]");
}

static void like_reads_a_shape_only(void **state)
{
    (void)state;
    const result r = run_op("RandomNormalLike", "", "f16[2,3]");
    assert_string_equal(r.outputs, "f16[2,3]");
    assert_int_equal(r.transcendentals, 2 * 3);
    assert_int_equal(r.read_bytes, 0);
    assert_string_equal(
        run_op("RandomUniformLike", "dtype=1", "f16[b,3]").outputs, "f32[b,3]");
}

static void bernoulli_compares_each_sample(void **state)
{
    (void)state;
    const result r = run_op("Bernoulli", "dtype=9", "f32[2,3]");
    assert_string_equal(r.outputs, "b[2,3]");
    assert_int_equal(r.flops, 2 * 3);
    assert_int_equal(r.transcendentals, 2 * 3);
    assert_int_equal(r.read_bytes, 4 * 2 * 3);
}

static void multinomial_searches_the_sums_of_its_classes(void **state)
{
    (void)state;
    const result r = run_op("Multinomial", "sample_size=3", "f32[2,50]");
    assert_string_equal(r.outputs, "i32[2,3]");
    assert_int_equal(r.flops, 2 * (50 + 3 * 6)); /* 2^6 is above 50 */
    assert_int_equal(r.transcendentals, 2 * 3);
    assert_string_equal(run_op("Multinomial", "dtype=7", "f32[b,c]").outputs,
                        "i64[b,1]");
}

static void absurd_attributes_are_diagnostics(void **state)
{
    (void)state;
    assert_string_equal(run_op("RandomNormal", "shape=2,-3", "").diagnostic,
                        "shape has a negative dim");
    assert_string_equal(
        run_op("RandomNormal", "shape=2,3 dtype=99", "").diagnostic,
        "dtype is no element type");
    assert_string_equal(run_op("Multinomial", "", "f32[50]").diagnostic,
                        "input must be a matrix");
    assert_string_equal(
        run_op("Multinomial", "sample_size=-1", "f32[2,50]").diagnostic,
        "sample_size is negative");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_is_one_transcendental),
        cmocka_unit_test(like_reads_a_shape_only),
        cmocka_unit_test(bernoulli_compares_each_sample),
        cmocka_unit_test(multinomial_searches_the_sums_of_its_classes),
        cmocka_unit_test(absurd_attributes_are_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
