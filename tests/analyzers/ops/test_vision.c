/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampling and detection.
 */
#include "support/test.h"

static void roi_align_samples_every_bin(void **state)
{
    (void)state;
    const result r =
        run_op("RoiAlign", "output_height=7 output_width=5 sampling_ratio=2",
               "f32[1,16,32,32] f32[10,4] i64[10]");
    const int64_t samples = 2 * 2, bins = 10 * 7 * 5;
    assert_string_equal(r.outputs, "f32[10,16,7,5]");
    /* per channel 4 products, 3 additions and one into the bin */
    assert_int_equal(r.flops,
                     16 * bins * samples * (4 + 3 + 1) + 16 * bins * samples);
}

static void an_adaptive_ratio_is_a_symbol(void **state)
{
    (void)state;
    const result r = run_op("RoiAlign", "output_height=7 output_width=5",
                            "f32[1,16,32,32] f32[rois,4] i64[rois]");
    assert_string_equal(r.outputs, "f32[rois,16,7,5]");
    assert_string_equal(r.flops_formula, "5040*rois*roialign_0");
}

static void grid_sample_weighs_the_corners(void **state)
{
    (void)state;
    const char *const operands = "f32[2,3,9,9] f32[2,4,5,2]";
    const int64_t elements = 2 * 3 * 4 * 5, positions = 2 * 4 * 5;
    result r = run_op("GridSample", "", operands);
    assert_string_equal(r.outputs, "f32[2,3,4,5]");
    assert_int_equal(r.flops, 7 * elements + 16 * positions);
    r = run_op("GridSample", "mode=nearest", operands);
    assert_int_equal(r.flops, 4 * 2 * positions);
    assert_int_equal(r.read_bytes, 4 * (elements + 2 * positions));
    r = run_op("GridSample", "mode=cubic", operands);
    assert_int_equal(r.flops, 31 * elements + 72 * positions);
    assert_string_equal(r.status, "estimate");
    r = run_op("GridSample@16", "mode=bilinear", operands);
    assert_int_equal(r.flops, 7 * elements + 16 * positions);
    r = run_op("GridSample", "", "f32[2,3,9,9] f32[2,4,5,3]");
    assert_string_equal(r.status, "unknown");
}

static void affine_grid_is_a_product_per_position(void **state)
{
    (void)state;
    result r = run_op("AffineGrid", "", "f32[2,2,3] c:i64[4]=2,3,4,5");
    assert_string_equal(r.outputs, "f32[2,4,5,2]");
    assert_int_equal(r.macs, 2 * 4 * 5 * (2 * 3));
    assert_int_equal(r.read_bytes, 4 * 2 * 2 * 3);
    r = run_op("AffineGrid", "", "f32[2,3,4] c:i64[5]=2,3,4,5,6");
    assert_string_equal(r.outputs, "f32[2,4,5,6,3]");
    assert_int_equal(r.macs, 2 * 4 * 5 * 6 * (3 * 4));
    r = run_op("AffineGrid", "", "f32[2,2,3] i64[4]");
    assert_string_equal(r.outputs, "f32[2,x1_2,x1_3,2]");
    /* a size that is no list: what it holds is not read */
    r = run_op("AffineGrid", "", "f32[2,2,3] c:i64[1,1]=2");
    assert_string_equal(r.outputs, "f32[2,affinegrid_0,affinegrid_1,2]");
    r = run_op("AffineGrid", "", "f32[2,2,3] c:i64[3]=2,3,4");
    assert_string_equal(r.status, "unknown");
}

static void suppression_is_bounded_by_what_may_be_kept(void **state)
{
    (void)state;
    const int64_t lists = 2 * 3, boxes = 100;
    result r =
        run_op("NonMaxSuppression", "", "f32[2,100,4] f32[2,3,100] c:i64[]=10");
    assert_string_equal(r.outputs, "i64[nonmaxsuppression_0,3]");
    /* ceil(log2 100) is 7 */
    assert_int_equal(r.flops, lists * (boxes * 7 + 16 * boxes * 10));
    assert_string_equal(r.status, "upper-bound");
    r = run_op("NonMaxSuppression", "", "f32[2,100,4] f32[2,3,100]");
    assert_string_equal(r.outputs, "i64[0,3]");
    r = run_op("NonMaxSuppression", "",
               "f32[2,100,4] f32[2,3,100] c:i64[]=1000");
    assert_int_equal(r.flops, lists * (boxes * 7 + 16 * boxes * 100));
}

static void a_decoded_image_has_channels_last(void **state)
{
    (void)state;
    result r = run_op("ImageDecoder", "", "u8[bytes]");
    assert_string_equal(r.outputs, "u8[imagedecoder_0,imagedecoder_1,3]");
    assert_string_equal(r.role, "data");
    r = run_op("ImageDecoder", "pixel_format=Grayscale", "u8[bytes]");
    assert_string_equal(r.outputs, "u8[imagedecoder_0,imagedecoder_1,1]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roi_align_samples_every_bin),
        cmocka_unit_test(an_adaptive_ratio_is_a_symbol),
        cmocka_unit_test(grid_sample_weighs_the_corners),
        cmocka_unit_test(affine_grid_is_a_product_per_position),
        cmocka_unit_test(suppression_is_bounded_by_what_may_be_kept),
        cmocka_unit_test(a_decoded_image_has_channels_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
