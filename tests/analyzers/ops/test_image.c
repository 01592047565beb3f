/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators that rearrange an image.
 */
#include "support/test.h"

static void depth_and_space_exchange_blocks(void **state)
{
    (void)state;
    result r = run_op("DepthToSpace", "blocksize=2", "f32[n,12,h,5]");
    assert_string_equal(r.outputs, "f32[n,3,2*h,10]");
    assert_string_equal(r.role, "data");
    r = run_op("SpaceToDepth", "blocksize=2", "f32[1,3,4,6]");
    assert_string_equal(r.outputs, "f32[1,12,2,3]");
    assert_int_equal(r.read_bytes + r.write_bytes, 2 * 4 * 3 * 4 * 6);
    r = run_op("SpaceToDepth", "blocksize=1", "f32[1,3,4,6]");
    assert_string_equal(r.role, "view");
}

static void blocks_must_fit(void **state)
{
    (void)state;
    const result r = run_op("SpaceToDepth", "blocksize=2", "f32[1,3,h,6]");
    assert_string_equal(r.outputs, "f32[1,12,h//2,3]");
    assert_string_equal(r.assumptions, "2 divides h");
    assert_string_equal(
        run_op("DepthToSpace", "blocksize=2", "f32[1,6,4,4]").status,
        "unknown");
    assert_string_equal(
        run_op("DepthToSpace", "blocksize=0", "f32[1,4,4,4]").status,
        "unknown");
    assert_string_equal(
        run_op("DepthToSpace", "blocksize=9223372036854775807", "f32[1,4,4,4]")
            .status,
        "unknown");
    assert_string_equal(
        run_op("DepthToSpace", "blocksize=2", "f32[4,4,4]").status, "unknown");
}

static void columns_are_added_back(void **state)
{
    (void)state;
    result r = run_op("Col2Im", "", "f32[1,10,12] c:i64[2]=6,7 c:i64[2]=1,5");
    assert_string_equal(r.outputs, "f32[1,2,6,7]");
    assert_int_equal(r.flops, 10 * 12);
    assert_int_equal(r.read_bytes, 4 * 10 * 12);
    r = run_op("Col2Im", "", "f32[1,10,12] c:i64[2]=6,7 c:i64[2]=1,3");
    assert_string_equal(r.status, "unknown");
    r = run_op("Col2Im", "", "f32[1,10,12] c:i64[2]=6,7 c:i64[2]=1,0");
    assert_string_equal(r.status, "unknown");
}

static void cropping_and_padding_keeps_the_centre(void **state)
{
    (void)state;
    result r = run_op("CenterCropPad", "axes=-1,0", "f32[4,5,6] c:i64[2]=8,2");
    assert_string_equal(r.outputs, "f32[2,5,8]");
    r = run_op("CenterCropPad", "", "f32[4,5] c:i64[2]=4,5");
    assert_string_equal(r.role, "view");
    assert_int_equal(r.read_bytes, 0);
    r = run_op("CenterCropPad", "", "f32[4,5] c:i64[1]=4");
    assert_string_equal(r.status, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_and_space_exchange_blocks),
        cmocka_unit_test(blocks_must_fit),
        cmocka_unit_test(columns_are_added_back),
        cmocka_unit_test(cropping_and_padding_keeps_the_centre),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
