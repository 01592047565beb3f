/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling: every operation of a window, one by one.
 */
#include "support/test.h"

static void a_maximum_compares_all_but_the_first(void **state)
{
    (void)state;
    int64_t comparisons = 0;
    for (int output = 0; output < 2 * 3 * 4; output++)
        for (int tap = 1; tap < 3 * 2; tap++)
            comparisons++;
    const result r =
        run_op_outputs("MaxPool", "kernel_shape=3,2", "f32[1,2,5,5]", 2);
    assert_string_equal(r.outputs, "f32[1,2,3,4] i64[1,2,3,4]");
    assert_int_equal(r.flops, comparisons);
    assert_int_equal(r.macs, 0);
    assert_int_equal(r.write_bytes, (4 + 8) * 2 * 3 * 4);
}

static void an_average_adds_and_divides(void **state)
{
    (void)state;
    const result r =
        run_op("AveragePool", "kernel_shape=3,2 strides=2,1", "f16[2,3,7,6]");
    assert_string_equal(r.outputs, "f16[2,3,3,5]");
    assert_int_equal(r.flops, 2 * 3 * 3 * 5 * (3 * 2));
    assert_int_equal(r.read_bytes, 2 * (2 * 3 * 7 * 6));
}

static void a_norm_takes_powers_adds_and_roots(void **state)
{
    (void)state;
    const char *const x = "f32[1,1,4,4]";
    const int64_t outputs = 9, taps = 4;
    /* p = 1: an absolute value per tap, and the additions between them */
    result r = run_op("LpPool", "kernel_shape=2,2 p=1", x);
    assert_int_equal(r.flops, outputs * (2 * taps - 1));
    assert_int_equal(r.transcendentals, 0);
    r = run_op("LpPool", "kernel_shape=2,2", x);
    assert_int_equal(r.flops, outputs * (2 * taps - 1));
    assert_int_equal(r.transcendentals, outputs);
    r = run_op("LpPool", "kernel_shape=2,2 p=3", x);
    assert_int_equal(r.transcendentals, outputs * (taps + 1));
}

static void global_pooling_takes_every_element_once(void **state)
{
    (void)state;
    const char *const x = "f32[2,5,7,3]";
    const int64_t elements = 2 * 5 * 7 * 3, planes = 2 * 5;
    result r = run_op("GlobalMaxPool", "", x);
    assert_string_equal(r.outputs, "f32[2,5,1,1]");
    assert_int_equal(r.flops, elements - planes);
    r = run_op("GlobalAveragePool", "kernel_shape=2,2", x);
    assert_int_equal(r.flops, elements);
    r = run_op("GlobalLpPool", "", x);
    assert_int_equal(r.flops, 2 * elements - planes);
    assert_int_equal(r.transcendentals, planes);
}

static void nothing_is_compared_among_no_elements(void **state)
{
    (void)state;
    const result r = run_op("GlobalMaxPool", "", "f32[2,5,0,3]");
    assert_string_equal(r.outputs, "f32[2,5,1,1]");
    assert_int_equal(r.flops, 0);
}

static void unpooling_moves_to_where_it_came_from(void **state)
{
    (void)state;
    result r = run_op("MaxUnpool", "kernel_shape=2,2 strides=2,2",
                      "f32[1,2,3,3] i64[1,2,3,3]");
    assert_string_equal(r.outputs, "f32[1,2,6,6]");
    assert_string_equal(r.role, "data");
    assert_int_equal(r.flops, 0);
    assert_int_equal(r.read_bytes, 2 * 9 * (4 + 8));
    r = run_op("MaxUnpool", "kernel_shape=2,2 strides=2,2",
               "f32[1,2,3,3] i64[1,2,3,3] c:i64[4]=1,2,7,7");
    assert_string_equal(r.outputs, "f32[1,2,7,7]");
}

static void regions_of_unknown_area_are_an_estimate(void **state)
{
    (void)state;
    result r =
        run_op("MaxRoiPool", "pooled_shape=7,5", "f32[1,16,32,32] f32[rois,5]");
    assert_string_equal(r.outputs, "f32[rois,16,7,5]");
    assert_string_equal(r.status, "estimate");
    assert_string_equal(r.flops_formula, "16*maxroipool_0");
    r = run_op("MaxRoiPool", "pooled_shape=7,", "f32[1,16,32,32] f32[rois,5]");
    assert_string_equal(r.status, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_maximum_compares_all_but_the_first),
        cmocka_unit_test(an_average_adds_and_divides),
        cmocka_unit_test(a_norm_takes_powers_adds_and_roots),
        cmocka_unit_test(global_pooling_takes_every_element_once),
        cmocka_unit_test(nothing_is_compared_among_no_elements),
        cmocka_unit_test(unpooling_moves_to_where_it_came_from),
        cmocka_unit_test(regions_of_unknown_area_are_an_estimate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
