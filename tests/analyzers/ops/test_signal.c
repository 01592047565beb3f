/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transforms and windows. A fast transform of 2^k elements is k passes of
 * 2^k / 2 butterflies: a complex product (4 products, 2 additions) and two
 * complex additions, 10 flops.
 */
#include "support/test.h"

static int64_t fast_transform(int64_t n)
{
    int64_t flops = 0;
    for (int64_t half = 1; half < n; half *= 2)
        for (int64_t butterfly = 0; butterfly < n / 2; butterfly++)
            flops += 4 + 2 + 2 + 2;
    return flops;
}

static void a_transform_is_passes_of_butterflies(void **state)
{
    (void)state;
    result r = run_op("DFT", "", "f32[3,64,2]");
    assert_string_equal(r.outputs, "f32[3,64,2]");
    assert_int_equal(r.flops, 3 * fast_transform(64));
    r = run_op("DFT", "", "f32[3,64,1]");
    assert_string_equal(r.outputs, "f32[3,64,2]");
    assert_int_equal(r.flops, 3 * fast_transform(64));
    r = run_op("DFT", "onesided=1", "f32[3,64,1]");
    assert_string_equal(r.outputs, "f32[3,33,2]");
    assert_int_equal(r.flops, 3 * fast_transform(64) / 2);
    r = run_op("DFT", "inverse=1", "f32[3,64,2]");
    assert_int_equal(r.flops, 3 * (fast_transform(64) + 2 * 64));
    r = run_op("DFT", "inverse=1 onesided=1", "f32[3,33,2]");
    assert_string_equal(r.outputs, "f32[3,64,1]");
    assert_int_equal(r.flops, 3 * (fast_transform(64) / 2 + 2 * 64));
}

static void the_axis_moved_to_an_input(void **state)
{
    (void)state;
    result r = run_op("DFT@17", "axis=2", "f32[3,4,8,1] c:i64[]=16");
    assert_string_equal(r.outputs, "f32[3,4,16,2]");
    r = run_op("DFT@17", "", "f32[3,4,8,1] c:i64[]=16");
    assert_string_equal(r.outputs, "f32[3,16,8,2]");
    r = run_op("DFT@20", "", "f32[3,4,8,1] c:i64[]=16");
    assert_string_equal(r.outputs, "f32[3,4,16,2]");
    r = run_op("DFT@20", "", "f32[3,4,8,1] c:i64[]=16 c:i64[]=1");
    assert_string_equal(r.outputs, "f32[3,16,8,2]");
    assert_int_equal(r.flops, 3 * 8 * fast_transform(16));
    r = run_op("DFT@20", "", "f32[3,4,8,1] _ c:i64[]=3");
    assert_string_equal(r.status, "unknown");
}

static void frames_are_windowed_and_transformed(void **state)
{
    (void)state;
    result r = run_op("STFT", "", "f32[2,400,1] c:i64[]=100 c:f32[64]");
    const int64_t frames = 2 * 4; /* (400 - 64) / 100 + 1 */
    assert_string_equal(r.outputs, "f32[2,4,33,2]");
    assert_int_equal(r.flops, frames * (64 + fast_transform(64) / 2));
    r = run_op("STFT", "onesided=0", "f32[2,400,1] c:i64[]=100 _ c:i64[]=64");
    assert_string_equal(r.outputs, "f32[2,4,64,2]");
    assert_int_equal(r.flops, frames * fast_transform(64));
    r = run_op("STFT", "", "f32[2,400,1] c:i64[]=0 c:f32[64]");
    assert_string_equal(r.status, "unknown");
    r = run_op("STFT", "", "f32[2,40,1] c:i64[]=10 c:f32[64]");
    assert_string_equal(r.status, "unknown");
    r = run_op("STFT", "", "f32[2,samples,1] c:i64[]=100 c:f32[64]");
    assert_string_equal(r.assumptions, "64 <= samples");
}

static void windows_are_cosines(void **state)
{
    (void)state;
    result r = run_op("HannWindow", "", "i64[]");
    assert_string_equal(r.outputs, "f32[x0]");
    r = run_op("BlackmanWindow", "output_datatype=11", "i64[]");
    assert_string_equal(r.outputs, "f64[x0]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transform_is_passes_of_butterflies),
        cmocka_unit_test(the_axis_moved_to_an_input),
        cmocka_unit_test(frames_are_windowed_and_transformed),
        cmocka_unit_test(windows_are_cosines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
