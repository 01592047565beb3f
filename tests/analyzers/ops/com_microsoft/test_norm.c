/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Norms, activations, quantised and single operators of com.microsoft.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void skip_layer_norm_adds_before_it_norms(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        MS "SkipLayerNormalization", "",
        "f32[2,5,16] f32[2,5,16] c:f32[16] c:f32[16] c:f32[16]", 4);
    assert_string_equal(r.outputs,
                        "f32[2,5,16] f32[2,5,1] f32[2,5,1] f32[2,5,16]");
    /* skip and bias; 7 per element and 2 per row */
    assert_int_equal(r.flops, 2 * 160 + 7 * 160 + 2 * 10);
    assert_int_equal(r.transcendentals, 10);
    assert_int_equal(r.params, 3 * 16);
}

static void skip_rms_norm_has_no_mean(void **state)
{
    (void)state;
    const result r = run_op(MS "SkipSimplifiedLayerNormalization", "",
                            "f32[2,5,16] f32[2,5,16] c:f32[16]");
    assert_int_equal(r.flops, 160 + 4 * 160 + 10);
    assert_int_equal(r.transcendentals, 10);
}

static void embeddings_read_the_rows_they_use(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        MS "EmbedLayerNormalization", "",
        "i32[2,5] i32[2,5] c:f32[30,16] c:f32[9,16] c:f32[4,16] c:f32[16] "
        "c:f32[16]",
        2);
    assert_string_equal(r.outputs, "f32[2,5,16] i32[2]");
    assert_int_equal(r.flops, 2 * 160 + 7 * 160 + 2 * 10);
    assert_int_equal(r.read_bytes, 4 * (2 * 10 + 3 * 160 + 2 * 16));
    assert_int_equal(r.params, (30 + 9 + 4 + 1 + 1) * 16);
}

static void a_position_table_bounds_the_sequence(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        MS "EmbedLayerNormalization", "",
        "i32[b,t] _ c:f32[30,16] c:f32[512,16] _ c:f32[16] c:f32[16]", 2);
    assert_string_equal(r.outputs, "f32[b,t,16] i32[b]");
    assert_string_equal(r.assumptions, "t <= 512");
}

static void group_norm_counts_its_groups(void **state)
{
    (void)state;
    const result r = run_op(MS "GroupNorm", "groups=4 activation=1",
                            "f32[2,8,8,16] c:f32[16] c:f32[16]");
    const int64_t elements = 2 * 8 * 8 * 16, groups = 2 * 4;
    assert_int_equal(r.flops, 7 * elements + 2 * groups + elements);
    assert_int_equal(r.transcendentals, groups + elements);
}

static void group_norm_without_groups_is_refused(void **state)
{
    (void)state;
    const result r = run_op(MS "GroupNorm", "groups=0 activation=1",
                            "f32[2,8,8,16] c:f32[16] c:f32[16]");
    assert_int_equal(r.flops, FIGURE_UNKNOWN);
    assert_string_not_equal(r.diagnostic, "");
}

static void activations_add_their_bias_first(void **state)
{
    (void)state;
    const result bias = run_op(MS "BiasGelu", "", "f32[2,5,16] c:f32[16]");
    const result fast = run_op(MS "FastGelu", "", "f32[2,5,16] c:f32[16]");
    const result split =
        run_op(MS "BiasSplitGelu", "", "f32[2,5,16] c:f32[16]");
    assert_int_equal(bias.flops, (1 + 4) * 160);
    assert_int_equal(bias.transcendentals, 160);
    assert_int_equal(fast.flops, (1 + 8) * 160);
    assert_string_equal(split.outputs, "f32[2,5,8]");
    assert_int_equal(split.flops, 160 + (4 + 1) * 80);
}

static void quantised_operators_scale_there_and_back(void **state)
{
    (void)state;
    const result r = run_op(MS "QLinearAdd", "",
                            "u8[2,5,4] f32[]=1 u8[]=0 u8[5,1] f32[]=1 "
                            "u8[]=0 f32[]=1 u8[]=0");
    assert_string_equal(r.outputs, "u8[2,5,4]");
    assert_int_equal(r.flops, 2 * (40 + 5) + 40 + 5 * 40);
    assert_int_equal(r.read_bytes, 40 + 5);
}

static void quantised_pooling_may_have_channels_last(void **state)
{
    (void)state;
    const result r =
        run_op(MS "QLinearAveragePool", "kernel_shape=3,3 channels_last=1",
               "u8[2,9,9,4] f32[]=1 u8[]=0 f32[]=1 u8[]=0");
    const int64_t inputs = 2 * 9 * 9 * 4, outputs = 2 * 7 * 7 * 4;
    assert_string_equal(r.outputs, "u8[2,7,7,4]");
    assert_int_equal(r.flops, 9 * outputs + 2 * inputs + 5 * outputs);
}

static void a_packed_table_gives_whole_rows(void **state)
{
    (void)state;
    const result r = run_op(MS "GatherBlockQuantized",
                            "bits=4 block_size=32 quantize_axis=1",
                            "c:u8[32,16] i64[2,3] c:f32[32,1]");
    assert_string_equal(r.outputs, "f32[2,3,32]");
    assert_int_equal(r.flops, 2 * (2 * 3 * 32));
    assert_int_equal(r.read_bytes, 6 * 16 + 8 * 6 + 4 * 6);
    assert_int_equal(r.params, 32 * 32);
}

static void blocked_layouts_pad_their_channels(void **state)
{
    (void)state;
    const result full =
        run_op("com.microsoft.nchwc::ReorderInput", "", "f32[2,32,8,8]");
    const result open =
        run_op("com.microsoft.nchwc::ReorderInput", "", "f32[2,20,8,8]");
    const result back = run_op("com.microsoft.nchwc::ReorderOutput",
                               "channels=20", "f32[2,32,8,8]");
    assert_string_equal(full.outputs, "f32[2,32,8,8]");
    assert_string_equal(open.outputs, "f32[2,?,8,8]");
    assert_string_equal(back.outputs, "f32[2,20,8,8]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(skip_layer_norm_adds_before_it_norms),
        cmocka_unit_test(skip_rms_norm_has_no_mean),
        cmocka_unit_test(embeddings_read_the_rows_they_use),
        cmocka_unit_test(a_position_table_bounds_the_sequence),
        cmocka_unit_test(group_norm_counts_its_groups),
        cmocka_unit_test(group_norm_without_groups_is_refused),
        cmocka_unit_test(activations_add_their_bias_first),
        cmocka_unit_test(quantised_operators_scale_there_and_back),
        cmocka_unit_test(quantised_pooling_may_have_channels_last),
        cmocka_unit_test(a_packed_table_gives_whole_rows),
        cmocka_unit_test(blocked_layouts_pad_their_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
