/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention operators of com.microsoft. Expected outputs are what ONNX
 * Runtime gives for the same inputs; figures are written as arithmetic.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void attention_projects_and_attends(void **state)
{
    (void)state;
    const result r = run_op(MS "Attention", "num_heads=4",
                            "f32[2,5,16] c:f32[16,48] c:f32[48]");
    const int64_t projected = 2 * 5 * 48, scores = 2 * 4 * 5 * 5;
    assert_string_equal(r.outputs, "f32[2,5,16]");
    assert_int_equal(r.macs, projected * 16 + scores * (4 + 4));
    assert_int_equal(r.flops, 2 * r.macs + projected /* bias */ +
                                  scores /* scale */ + 4 * scores -
                                  2 * (2 * 4 * 5));
    assert_int_equal(r.transcendentals, scores);
    assert_int_equal(r.params, 16 * 48 + 48);
}

static void attention_may_have_narrower_values(void **state)
{
    (void)state;
    const result r =
        run_op(MS "Attention", "num_heads=4 qkv_hidden_sizes=16,16,8",
               "f32[2,5,16] c:f32[16,40] c:f32[40]");
    assert_string_equal(r.outputs, "f32[2,5,8]");
    assert_int_equal(r.macs,
                     2 * 5 * 40 * 16 + 2 * 4 * 5 * 5 * (16 / 4 + 8 / 4));
}

static void attention_returns_past_and_present_keys(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        MS "Attention", "num_heads=4",
        "f32[2,5,16] c:f32[16,48] c:f32[48] _ f32[2,2,4,3,4]", 2);
    assert_string_equal(r.outputs, "f32[2,5,16] f32[2,2,4,8,4]");
    assert_int_equal(r.macs, 2 * 5 * 48 * 16 + 2 * 4 * 5 * 8 * 8);
}

static void multi_head_attention_has_no_projection(void **state)
{
    (void)state;
    const result r = run_op(MS "MultiHeadAttention", "num_heads=4",
                            "f32[2,5,16] f32[2,7,16] f32[2,7,24] f32[56]");
    const int64_t scores = 2 * 4 * 5 * 7;
    assert_string_equal(r.outputs, "f32[2,5,24]");
    assert_int_equal(r.macs, scores * (4 + 6));
    assert_int_equal(r.flops, 2 * r.macs + scores + 4 * scores -
                                  2 * (2 * 4 * 5) +
                                  2 * (5 * 16 + 7 * 16 + 7 * 24) /* bias */);
}

static void multi_head_attention_takes_keys_from_a_cache(void **state)
{
    (void)state;
    const result r = run_op(MS "MultiHeadAttention", "num_heads=4",
                            "f32[2,5,16] f32[2,4,7,4] f32[2,4,7,4]");
    assert_string_equal(r.outputs, "f32[2,5,16]");
    assert_int_equal(r.macs, 2 * 4 * 5 * 7 * 8);
}

static void multi_head_attention_takes_packed_operands(void **state)
{
    (void)state;
    const result all =
        run_op(MS "MultiHeadAttention", "num_heads=4", "f32[2,5,4,3,4]");
    const result two = run_op(MS "MultiHeadAttention", "num_heads=4",
                              "f32[2,5,16] f32[2,7,4,2,4]");
    assert_string_equal(all.outputs, "f32[2,5,16]");
    assert_int_equal(all.macs, 2 * 4 * 5 * 5 * 8);
    assert_string_equal(two.outputs, "f32[2,5,16]");
    assert_int_equal(two.macs, 2 * 4 * 5 * 7 * 8);
}

static void a_shared_buffer_is_read_whole_and_written_in_part(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        MS "DecoderMaskedMultiHeadAttention",
        "num_heads=4 past_present_share_buffer=1",
        "f32[2,1,16] f32[2,1,16] f32[2,1,16] _ _ f32[2,4,9,4] f32[2,4,9,4] "
        "i32[1]=3",
        3);
    assert_string_equal(r.outputs, "f32[2,1,16] f32[2,4,9,4] f32[2,4,9,4]");
    assert_int_equal(r.macs, 2 * 4 * 1 * 9 * 8);
    assert_int_equal(r.write_bytes, 4 * (2 * 16 + 2 * (2 * 4 * 1 * 4)));
}

static void group_query_attention_splits_packed_heads(void **state)
{
    (void)state;
    /* 4 + 2 * 2 heads of 8 */
    const result r = run_op_outputs(
        MS "GroupQueryAttention", "num_heads=4 kv_num_heads=2",
        "f32[1,5,64] _ _ f32[1,2,3,8] f32[1,2,3,8] i32[1]=7 i32[]=8", 3);
    const int64_t scores = 4 * 5 * 8;
    assert_string_equal(r.outputs, "f32[1,5,32] f32[1,2,8,8] f32[1,2,8,8]");
    assert_int_equal(r.macs, scores * (8 + 8));
    assert_int_equal(r.flops, 2 * r.macs + scores + 4 * scores - 2 * (4 * 5));
}

static void group_query_attention_appends_to_a_roomy_buffer(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        MS "GroupQueryAttention", "num_heads=4 kv_num_heads=2 do_rotary=1",
        "f32[1,1,64] _ _ f32[1,2,16,8] f32[1,2,16,8] i32[1]=7 i32[]=8 "
        "f32[20,4] f32[20,4]",
        3);
    const int64_t scores = 4 * 1 * 16;
    assert_string_equal(r.outputs, "f32[1,1,32] f32[1,2,16,8] f32[1,2,16,8]");
    assert_int_equal(r.flops, 2 * scores * 16 + scores + 4 * scores - 2 * 4 +
                                  6 * (4 + 2) * 4 /* pairs */);
    assert_int_equal(r.write_bytes, 4 * (32 + 2 * (2 * 1 * 8)));
}

static void group_query_attention_refuses_uneven_groups(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        MS "GroupQueryAttention", "num_heads=4 kv_num_heads=3",
        "f32[1,5,80] _ _ f32[1,3,3,8] f32[1,3,3,8] i32[1]=7 i32[]=8", 3);
    assert_int_equal(r.macs, FIGURE_UNKNOWN);
    assert_string_not_equal(r.diagnostic, "");
}

static void packed_attention_scores_each_sequence_alone(void **state)
{
    (void)state;
    /* sequences of 3 and 4 tokens */
    const result r =
        run_op(MS "PackedAttention", "num_heads=4",
               "f32[7,16] c:f32[16,48] c:f32[48] i32[2,5] i32[3]=0,3,7");
    const int64_t scores = 4 * (3 * 3 + 4 * 4);
    assert_string_equal(r.outputs, "f32[7,16]");
    assert_int_equal(r.macs, 7 * 48 * 16 + scores * 8);
}

static void padding_is_removed_and_restored(void **state)
{
    (void)state;
    const result packed =
        run_op_outputs(MS "RemovePadding", "", "f32[2,5,16] i32[2]=3,4", 4);
    const result whole = run_op(MS "RestorePadding", "", "f32[7,16] i32[2,5]");
    assert_string_equal(packed.outputs, "f32[7,16] i32[2,5] i32[3] i32[1]");
    assert_int_equal(packed.read_bytes, 4 * 7 * 16 + 4 * 2);
    assert_string_equal(whole.outputs, "f32[2,5,16]");
}

static void paged_attention_scores_new_positions_with_all(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        MS "PagedAttention", "num_heads=4 kv_num_heads=2",
        "f32[7,64] f32[7,32] f32[7,32] f32[10,4,2,16] f32[10,4,2,16] "
        "i32[3]=0,3,7 i32[2]=2,5 i32[2,4]",
        3);
    assert_string_equal(r.outputs, "f32[7,64] f32[10,4,2,16] f32[10,4,2,16]");
    assert_int_equal(r.macs, 4 * (3 * (2 + 3) + 4 * (5 + 4)) * 32);
    assert_int_equal(r.write_bytes, 4 * (7 * 64 + 2 * 7 * 2 * 16));
}

static void sparse_attention_scores_the_blocks_of_its_layouts(void **state)
{
    (void)state;
    /* layouts of 8 and 9 blocks of 4 by 4, each for 2 of 4 heads */
    const result r = run_op_outputs(
        MS "SparseAttention", "num_heads=4 kv_num_heads=2 sparse_block_size=4",
        "f32[2,5,64] f32[2,5,32] f32[2,5,32] f32[2,2,16,16] f32[2,2,16,16] "
        "i32[2,5]=0,1,3,5,8,0,1,3,6,9 i32[2,9] i32[]=5 i32[2]",
        3);
    assert_string_equal(r.outputs, "f32[2,5,64] f32[2,2,16,16] f32[2,2,16,16]");
    assert_int_equal(r.macs, 2 * 2 * (8 + 9) * (4 * 4) * 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attention_projects_and_attends),
        cmocka_unit_test(attention_may_have_narrower_values),
        cmocka_unit_test(attention_returns_past_and_present_keys),
        cmocka_unit_test(multi_head_attention_has_no_projection),
        cmocka_unit_test(multi_head_attention_takes_keys_from_a_cache),
        cmocka_unit_test(multi_head_attention_takes_packed_operands),
        cmocka_unit_test(a_shared_buffer_is_read_whole_and_written_in_part),
        cmocka_unit_test(group_query_attention_splits_packed_heads),
        cmocka_unit_test(group_query_attention_appends_to_a_roomy_buffer),
        cmocka_unit_test(group_query_attention_refuses_uneven_groups),
        cmocka_unit_test(packed_attention_scores_each_sequence_alone),
        cmocka_unit_test(padding_is_removed_and_restored),
        cmocka_unit_test(paged_attention_scores_new_positions_with_all),
        cmocka_unit_test(sparse_attention_scores_the_blocks_of_its_layouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
