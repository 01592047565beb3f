/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resize and Upsample.
 */
#include "support/test.h"

static void scales_multiply_and_round_down(void **state)
{
    (void)state;
    result r = run_op("Resize", "", "f32[1,3,5,7] _ c:f32[4]=1,1,1.5,2");
    assert_string_equal(r.outputs, "f32[1,3,7,14]");
    /* 10 * 0.7 is below 7 in exact numbers, 7 in single precision */
    r = run_op("Resize", "", "f32[1,3,10,10] _ c:f32[4]=1,1,0.7,0.7");
    assert_string_equal(r.outputs, "f32[1,3,7,7]");
    r = run_op("Resize", "", "f32[n,3,h,w] _ c:f32[4]=1,1,2,0.5");
    assert_string_equal(r.outputs, "f32[n,3,2*h,w//2]");
    r = run_op("Resize", "", "f32[n,3,h,w] _ c:f32[4]=1,1,0.3,1");
    assert_string_equal(r.outputs, "f32[n,3,3*h//10,w]");
}

static void sizes_are_taken_as_they_are(void **state)
{
    (void)state;
    const result r = run_op("Resize", "", "f32[1,3,5,7] _ _ c:i64[4]=1,3,9,2");
    assert_string_equal(r.outputs, "f32[1,3,9,2]");
}

static void axes_name_what_is_resized(void **state)
{
    (void)state;
    const result r =
        run_op("Resize", "axes=3,-2", "f32[1,3,5,7] _ _ c:i64[2]=2,9");
    assert_string_equal(r.outputs, "f32[1,3,9,2]");
}

static void the_aspect_ratio_is_kept(void **state)
{
    (void)state;
    const char *const operands = "f32[1,3,4,6] _ _ c:i64[2]=8,9";
    /* scales 2 and 1.5 */
    result r = run_op("Resize", "axes=2,3 keep_aspect_ratio_policy=not_larger",
                      operands);
    assert_string_equal(r.outputs, "f32[1,3,6,9]");
    r = run_op("Resize", "axes=2,3 keep_aspect_ratio_policy=not_smaller",
               operands);
    assert_string_equal(r.outputs, "f32[1,3,8,12]");
}

static void older_forms_give_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *op_type, *attributes, *inputs;
    } forms[] = {
        {"Upsample@1", "height_scale=2.0 width_scale=3.0", "f32[1,3,5,7]"},
        {"Upsample@7", "scales=1.0,1.0,2.0,3.0", "f32[1,3,5,7]"},
        {"Upsample@9", "", "f32[1,3,5,7] c:f32[4]=1,1,2,3"},
        {"Resize@10", "", "f32[1,3,5,7] c:f32[4]=1,1,2,3"},
        {"Resize@11", "",
         "f32[1,3,5,7] c:f32[8]=0,0,0,0,1,1,1,1 "
         "c:f32[4]=1,1,2,3"},
        {"Resize@11", "coordinate_transformation_mode=tf_crop_and_resize",
         "f32[1,3,10,7] c:f32[8]=0,0,0.5,0,1,1,1,1 c:f32[4]=1,1,2,3"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const result r =
            run_op(forms[i].op_type, forms[i].attributes, forms[i].inputs);
        assert_string_equal(r.outputs, "f32[1,3,10,21]");
        assert_int_equal(r.flops, 0);
    }
}

/* A product for each tap, and the additions between them. */
static int64_t weighted_sum(int64_t taps)
{
    return taps + taps - 1;
}

static void taps_are_those_of_the_axes_that_are_resized(void **state)
{
    (void)state;
    const char *const both = "f32[1,3,5,7] _ c:f32[4]=1,1,2,2";
    const char *const one = "f32[1,3,5,7] _ c:f32[4]=1,1,1,2";
    const char *const none = "f32[1,3,5,7] _ c:f32[4]=1,1,1,1";
    result r = run_op("Resize", "mode=linear", both);
    assert_int_equal(r.flops, 3 * 10 * 14 * weighted_sum(2 * 2));
    r = run_op("Resize", "mode=cubic", both);
    assert_int_equal(r.flops, 3 * 10 * 14 * weighted_sum(4 * 4));
    r = run_op("Resize", "mode=linear", one);
    assert_int_equal(r.flops, 3 * 5 * 14 * weighted_sum(2));
    r = run_op("Resize", "mode=linear", none);
    assert_int_equal(r.flops, 0);
    assert_int_equal(r.read_bytes, 4 * 3 * 5 * 7);
}

static void antialiasing_stretches_the_taps(void **state)
{
    (void)state;
    /* 2 taps at scale 1/4 become 8, at 2/3 become 3 */
    const result r = run_op("Resize", "mode=linear antialias=1",
                            "f32[1,1,16,12] _ _ c:i64[4]=1,1,4,8");
    assert_int_equal(r.flops, 4 * 8 * weighted_sum(8 * 3));
}

static void nearest_reads_no_more_than_it_writes(void **state)
{
    (void)state;
    result r = run_op("Resize", "", "f32[1,1,8,8] _ c:f32[4]=1,1,0.5,0.5");
    assert_int_equal(r.read_bytes, 4 * 4 * 4);
    r = run_op("Resize", "", "f32[1,1,8,8] _ c:f32[4]=1,1,2,2");
    assert_int_equal(r.read_bytes, 4 * 8 * 8);
}

static void sizes_known_at_run_time_are_symbols(void **state)
{
    (void)state;
    const result r = run_op("Resize", "axes=2,3", "f32[1,3,8,8] _ f32[2]");
    assert_string_equal(r.outputs, "f32[1,3,resize_0,resize_1]");
}

static void absurd_scales_are_refused(void **state)
{
    (void)state;
    static const char *const absurd[] = {
        "f32[1,3,8,8] _ c:f32[4]=1,1,-2,2",
        "f32[1,3,8,8] _ c:f32[3]=1,2,2",
        "f32[1,3,8,8] _ _ c:i64[4]=1,3,-4,4",
        "f32[1,3,8,8]",
    };
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++)
        assert_string_equal(run_op("Resize", "", absurd[i]).status, "unknown");
    assert_string_equal(
        run_op("Resize", "axes=4,", "f32[1,3,8,8] _ c:f32[1]=2").status,
        "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_multiply_and_round_down),
        cmocka_unit_test(sizes_are_taken_as_they_are),
        cmocka_unit_test(axes_name_what_is_resized),
        cmocka_unit_test(the_aspect_ratio_is_kept),
        cmocka_unit_test(older_forms_give_the_same),
        cmocka_unit_test(taps_are_those_of_the_axes_that_are_resized),
        cmocka_unit_test(antialiasing_stretches_the_taps),
        cmocka_unit_test(nearest_reads_no_more_than_it_writes),
        cmocka_unit_test(sizes_known_at_run_time_are_symbols),
        cmocka_unit_test(absurd_scales_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
