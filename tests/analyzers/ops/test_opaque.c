/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/test_opaque.c - operators nobody can count: documented
 * shapes, and figures that are unknown, not 0.
 */
#include "support/test.h"

#define MS "com.microsoft::"
#define UNKNOWN FIGURE_UNKNOWN, FIGURE_UNKNOWN, FIGURE_UNKNOWN

static void compiled_and_foreign_nodes_are_unknown(void **state)
{
    (void)state;
    assert_op(MS "EPContext", "main_context=1", "f32[2,3]", "?", UNKNOWN);
    assert_op(MS "Snpe", "DLC=x", "f32[2,3]", "?", UNKNOWN);
    assert_op("org.pytorch.aten::ATen", "operator=embedding", "f32[2,3] i64[4]",
              "?", UNKNOWN);
    assert_string_equal(run_op(MS "EPContext", "", "f32[2,3]").status,
                        "unknown");
}

static void a_tokenizer_gives_a_row_of_tokens_for_every_string(void **state)
{
    (void)state;
    assert_op(MS "Tokenizer", "mark=0", "str[n,5]", "str[n,5,tokenizer_0]",
              UNKNOWN);
    assert_op(MS "Tokenizer", "mark=0", "str[5]", "str[5,tokenizer_0]",
              UNKNOWN);
    assert_op(MS "Tokenizer", "mark=0", "str[2,0]", "str[2,0]", UNKNOWN);
    assert_refused(MS "Tokenizer", "mark=0", "str[1,2,3]");
}

static void plugins_say_their_shapes(void **state)
{
    (void)state;
    assert_op("PyramidROIAlign_TRT", "pooled_size=7",
              "f32[2,100,4] f32[2,16,32,32] f32[2,16,16,16] f32[2,16,8,8] "
              "f32[2,16,4,4]",
              "f32[2,100,16,7,7]", UNKNOWN);
    assert_op("MultilevelCropAndResize_TRT", "pooled_size=7 image_size=3,64,64",
              "f32[2,100,4] f32[2,16,32,32] f32[2,16,16,16] f32[2,16,8,8] "
              "f32[2,16,4,4]",
              "f32[2,100,16,7,7]", UNKNOWN);
    assert_op("EfficientNMS_TRT", "max_output_boxes=20",
              "f32[2,100,4] f32[2,100,9]",
              "i32[2,1] f32[2,20,4] f32[2,20] i32[2,20]", UNKNOWN);
    assert_op("DisentangledAttention_TRT", "span=4 factor=0.5",
              "f32[6,10,10] f32[6,10,8] f32[6,10,8]", "f32[6,10,10]", UNKNOWN);
    assert_refused("PyramidROIAlign_TRT", "pooled_size=0",
                   "f32[2,100,4] f32[2,16,32,32] f32[2,16,16,16] "
                   "f32[2,16,8,8] f32[2,16,4,4]");
}

static void experimental_operators_are_as_far_as_they_were_documented(
    void **state)
{
    (void)state;
    assert_op("GRUUnit@1", "", "f32[1,4,8] f32[1,4,24] f32[4] f32[1]",
              "f32[1,4,8]", UNKNOWN);
    assert_op("GivenTensorFill@1", "shape=2,3", "", "f32[2,3]", 0, 0, 0);
    assert_op("GivenTensorFill@1", "extra_shape=4,", "f32[2,n]", "f32[2,n,4]",
              0, 0, 0);
    assert_op("GivenTensorFill@1", "input_as_shape=1", "f32[2]=5,7", "f32[5,7]",
              0, 0, 0);
    assert_op("Affine@1", "", "f32[2,3]", "f32[2,3]", 0, 2 * 6, 0);
    assert_op("ImageScaler@1", "", "f32[1,3,4,4]", "f32[1,3,4,4]", 0, 2 * 48,
              0);
    assert_op("Scale@1", "", "f32[2,3]", "f32[2,3]", 0, 6, 0);
    assert_op("ParametricSoftplus@1", "", "f32[2,3]", "f32[2,3]", 0, 3 * 6,
              2 * 6);
    assert_op("ScaledTanh@1", "", "f32[2,3]", "f32[2,3]", 0, 2 * 6, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compiled_and_foreign_nodes_are_unknown),
        cmocka_unit_test(a_tokenizer_gives_a_row_of_tokens_for_every_string),
        cmocka_unit_test(plugins_say_their_shapes),
        cmocka_unit_test(
            experimental_operators_are_as_far_as_they_were_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
