/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_selected.c - attention over selected
 * entries, and the operators that select them.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void only_selected_entries_are_attended_to(void **state)
{
    (void)state;
    /* 2 + 3 of them, 4 heads of 4 */
    assert_op(MS "DynamicSparseAttention", "num_heads=4 kv_num_heads=2",
              "f32[1,2,16] f32[1,2,8] f32[1,2,8] f32[1,2,5,4] f32[1,2,5,4] _ _ "
              "i32[2,3] i32[2]=2,3 i32[1] i32[1]=7",
              "f32[1,2,16] f32[1,2,7,4] f32[1,2,7,4]", 4 * 5 * (4 + 4),
              4 * 5 + (4 * (4 * 5) - 2 * 8), 4 * 5);
}

static void room_for_entries_bounds_their_number(void **state)
{
    (void)state;
    const char *inputs = "f32[1,2,16] f32[1,2,8] f32[1,2,8] f32[1,2,5,4] "
                         "f32[1,2,5,4] _ _ i32[2,3] i32[2] i32[1] i32[1]=7";
    const result r = run_op(MS "DynamicSparseAttention",
                            "num_heads=4 kv_num_heads=2", inputs);
    assert_int_equal(r.macs, 4 * (2 * 3) * (4 + 4));
    assert_string_equal(r.status, "upper-bound");
    const result local = run_op(MS "DynamicSparseAttention",
                                "num_heads=4 kv_num_heads=2 "
                                "attention_mode=local_plus_selected "
                                "local_window_size=4",
                                inputs);
    assert_int_equal(local.macs, 4 * (2 * (3 + 4)) * (4 + 4));
}

static void pages_change_nothing_of_what_is_selected(void **state)
{
    (void)state;
    assert_op(MS "SparsePagedAttention", "num_heads=4 kv_num_heads=2",
              "f32[3,16] f32[3,8] f32[3,8] f32[4,8,2,4] f32[4,8,2,4] i32[2] "
              "i32[1] i32[1,4] _ i32[3,5] i32[3]",
              "f32[3,16] f32[4,8,2,4] f32[4,8,2,4]", 4 * (3 * 5) * (4 + 4),
              60 + (4 * 60 - 2 * 12), 60);
    assert_refused(MS "SparsePagedAttention", "num_heads=4 kv_num_heads=3",
                   "f32[3,16] f32[3,8] f32[3,8] f32[4,8,2,4] f32[4,8,2,4] "
                   "i32[2] i32[1] i32[1,4] _ i32[3,5] i32[3]");
}

static void blocks_of_tokens_are_scored_by_their_mean_key(void **state)
{
    (void)state;
    /* 2 queries of 3 heads of 4, 8 tokens in 4 blocks of which 2 are kept;
     * a norm is 4 an element and 1, rotation 3 an element, here 2 of 4 */
    assert_op(MS "SparseAttentionIndexer",
              "policy_mode=qsa compress_ratio=2 token_budget=4",
              "f32[1,2,12] f32[1,2,4] c:f32[4] c:f32[4] c:f32[20,2] "
              "c:f32[20,2] _ f32[1,6,4]",
              "i32[1,2,5] f32[1,8,4]", 2 * 4 * 3 * 4,
              (6 + 4) * (4 * 4 + 1 + 3 * 2) + 4 * (2 * 4) + 2 * 4 * (2 * 3 + 1),
              6 + 4);
    const result r = run_op(MS "SparseAttentionIndexer",
                            "policy_mode=qsa compress_ratio=2 token_budget=4",
                            "f32[1,2,12] f32[1,2,4] c:f32[4] c:f32[4] "
                            "c:f32[20,2] c:f32[20,2] _ f32[1,6,4]");
    assert_string_equal(r.status, "estimate");
    assert_refused(MS "SparseAttentionIndexer",
                   "policy_mode=all compress_ratio=2 token_budget=4",
                   "f32[1,2,12] f32[1,2,4] c:f32[4] c:f32[4] c:f32[20,2] "
                   "c:f32[20,2] _ f32[1,6,4]");
}

static void entries_are_compressed_as_their_windows_close(void **state)
{
    (void)state;
    /* 3 tokens after 3 waiting ones, of which 2 are the window before: 2 more
     * close. 3 queries of 3 heads, 5 + 2 entries, 2 of 4 elements rotated. A
     * new entry has 4 channels of 2 * 2 slots. */
    assert_op(MS "SparseAttentionIndexer",
              "policy_mode=csa compress_ratio=2 index_topk=4",
              "f32[1,3,12] f32[1,3,8] c:f32[4] c:f32[4] c:f32[20,1] "
              "c:f32[20,1] _ f32[1,5,4] f32[1,3,8] c:f32[2,8] f32[1,3,3] "
              "i64[1,3] _ f32[2,1,3,8]",
              "i32[1,3,4] f32[1,7,4] f32[2,1,2,8]", 3 * 7 * 3 * 4 + 2 * 4 * 4,
              (9 + 2) * (4 * 4 + 1 + 3 * 2) + 32 + (4 * 32 - 2 * 8) +
                  3 * 7 * (3 * 3 + 2),
              9 + 2 + 32);
}

static void packed_queries_are_scored_against_the_whole_state(void **state)
{
    (void)state;
    assert_op(MS "PackedSparseAttentionIndexer",
              "policy_mode=qsa compress_ratio=2 token_budget=4 "
              "state_capacity=10",
              "f32[4,12] f32[4,4] c:f32[4] c:f32[4] c:f32[20,2] c:f32[20,2] "
              "i32[2] i32[1] _ _ _ _ f32[1,10,4] f32[1,3,4] _ i32[1,2]",
              "i32[4,5] i32[4] f32[1,10,4] f32[1,3,4]", 4 * 10 * 3 * 4,
              (12 + 2) * (4 * 4 + 1 + 3 * 2) + 2 * (2 * 4) +
                  4 * 10 * (2 * 3 + 1),
              12 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_selected_entries_are_attended_to),
        cmocka_unit_test(room_for_entries_bounds_their_number),
        cmocka_unit_test(pages_change_nothing_of_what_is_selected),
        cmocka_unit_test(blocks_of_tokens_are_scored_by_their_mean_key),
        cmocka_unit_test(entries_are_compressed_as_their_windows_close),
        cmocka_unit_test(packed_queries_are_scored_against_the_whole_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
