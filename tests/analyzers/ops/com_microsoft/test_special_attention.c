/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_special_attention.c - attention with
 * windows, caches, packed sequences or a state, and what goes with it.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void a_decoder_appends_to_its_cache(void **state)
{
    (void)state;
    /* 3 new and 4 cached positions, 2 sequences, 2 heads of 4 */
    assert_op(MS "DecoderAttention", "num_heads=2",
              "f32[3,2,8] f32[5,2,8] c:f32[8,8] c:f32[8,16] c:f32[24] _ "
              "f32[2,2,4,4] f32[2,2,4,4] b[]=0 b[]=1 b[]=1 b[]=0",
              "f32[3,2,8] f32[2,2,7,4] f32[2,2,7,4]",
              2 * 8 * (3 + 2 * 3) * 8 + 84 * (4 + 4),
              2 * 8 * (3 + 2 * 3) + 84 + (4 * 84 - 2 * 12), 84);
    assert_op(MS "DecoderMaskedSelfAttention", "num_heads=2",
              "f32[2,1,8] c:f32[8,24] c:f32[24] _ f32[2,2,2,6,4] _ i32[1]",
              "f32[2,1,8] f32[2,2,2,7,4]", 2 * 8 * 24 + 28 * (4 + 4),
              2 * 24 + 28 + (4 * 28 - 2 * 4), 28);
}

static void tokens_see_their_window_and_the_global_ones(void **state)
{
    (void)state;
    /* 8 tokens, 1 of them global, 2 heads of 2: 2 * (8 * 5 + 2 * 8 * 1) */
    const int64_t scores = 112, projected = (5 * 8 + 1) * 4;
    assert_op(MS "LongformerAttention", "num_heads=2 window=2",
              "f32[1,8,4] c:f32[4,12] c:f32[12] f32[1,8] c:f32[4,12] c:f32[12] "
              "i32[1,8]=1,0,0,0,0,0,0,0",
              "f32[1,8,4]", projected * 4 + scores * (2 + 2),
              projected + 2 * scores + (4 * scores - 2 * 16), scores);
    assert_op(MS "QOrderedLongformerAttention", "num_heads=2 window=2",
              "i8[1,8,4] c:f32[] c:i8[4,12] c:f32[] c:f32[12] c:f32[] c:f32[] "
              "f32[1,8] c:i8[4,12] c:f32[] c:f32[12] c:f32[] "
              "i32[1,8]=1,0,0,0,0,0,0,0 c:f32[]",
              "i8[1,8,4]", projected * 4 + scores * (2 + 2),
              (1 + 2) * projected + 2 * scores + (4 * scores - 2 * 16), scores);
    assert_refused(MS "LongformerAttention", "num_heads=2 window=0",
                   "f32[1,8,4] c:f32[4,12] c:f32[12] f32[1,8] c:f32[4,12] "
                   "c:f32[12] i32[1,8]");
}

static void packed_sequences_see_themselves(void **state)
{
    (void)state;
    /* of 2 and 4 tokens: 2 heads * (2^2 + 4^2) */
    assert_op(MS "PackedMultiHeadAttention", "num_heads=2",
              "f32[6,8] f32[6,8] f32[6,8] _ i32[2,4] i32[3]=0,2,6", "f32[6,8]",
              40 * (4 + 4), 40 + (4 * 40 - 2 * 12), 40);
}

static void a_gated_delta_rule_updates_and_corrects_its_state(void **state)
{
    (void)state;
    assert_op(MS "GatedDeltaNet", "",
              "f32[5,2,4] f32[5,2,4] f32[5,2,3] _ f32[5,2] f32[5,2] "
              "f32[1,2,3,4]",
              "f32[5,2,3] f32[1,2,3,4]", 5 * 4 * 3 * (2 * 2 + 2),
              5 * 2 * (4 * 3 + 2 * 3) + 5 * 2 * 3, 5 * 2);
    assert_op(MS "LinearAttentionGate", "",
              "f32[2,5,4] c:f32[4] c:f32[4] f32[2,5,4]",
              "f32[2,5,4] f32[2,5,4]", 0, 3 * 40, 2 * 40 + 40);
}

static void pairs_are_rotated_for_6_flops(void **state)
{
    (void)state;
    assert_op(MS "GemmaRotaryEmbedding", "",
              "f32[1,4,8] f32[1,2,4,8] f32[1,2,4,8] f32[1,2,4,8] f32[1,2,4,8]",
              "f32[1,2,4,8] f32[1,2,4,8]", 0, 3 * 64 + 3 * 64, 2 * 32);
    assert_op(MS "MRotaryEmbedding", "num_heads=3",
              "f32[2,5,12] i64[3,2,5] c:f32[20,2] c:f32[20,2]", "f32[2,5,12]",
              0, 3 * 120, 0);
}

static void position_biases_are_gathered_or_gated(void **state)
{
    (void)state;
    assert_op(MS "RelativePositionBias", "", "f32[32,3] i64[]=5 i64[]=7",
              "f32[1,3,5,7]", 0, 0, 0);
    /* 2 * 3 * 5 queries of heads, [4, 8]: a bias of 4; 8, 8 - 2, 4; 25 each */
    assert_op(MS "GatedRelativePositionBias", "num_heads=3",
              "f32[2,5,12] c:f32[12] f32[1,3,5,5] c:f32[4,8] c:f32[8] "
              "c:f32[1,3,1,1]",
              "f32[2,3,5,5]", 30 * 4 * 8,
              30 * 4 + 30 * (8 + (8 - 2) + 4) + 30 * 5, 2 * 30);
    const result r = run_op(MS "GatedRelativePositionBias", "num_heads=3",
                            "f32[2,5,12] c:f32[12] f32[1,3,5,5] c:f32[4,8] "
                            "c:f32[8] c:f32[1,3,1,1]");
    assert_string_equal(r.status, "estimate");
}

static void an_lstm_attends_to_its_memory_at_every_step(void **state)
{
    (void)state;
    /* 3 steps of 2, input 4 and context 7, hidden 5; 6 places of 7, keys of 3
     */
    const int64_t steps = 3 * 2;
    assert_op(MS "AttnLSTM", "hidden_size=5",
              "f32[3,2,4] c:f32[1,20,11] c:f32[1,20,5] _ _ _ _ _ c:f32[1,5,3] "
              "c:f32[1,7,3] c:f32[1,3] f32[2,6,7]",
              "f32[3,1,2,5] f32[1,2,5] f32[1,2,5]",
              steps * 4 * 5 * (4 + 7 + 5) + 2 * 6 * 7 * 3 +
                  steps * (5 * 3 + 6 * 3 + 6 * 7),
              steps * 4 * 5 + steps * 6 * 3 + steps * (4 * 6 - 2),
              steps * 5 * 5 + steps * 6 * 3 + steps * 6);
    /* an attention layer of 8 columns: the context, and 5 + 7 rows of it */
    assert_op(MS "AttnLSTM", "hidden_size=5",
              "f32[3,2,4] c:f32[1,20,12] c:f32[1,20,5] _ _ _ _ _ c:f32[1,5,3] "
              "c:f32[1,7,3] c:f32[1,3] f32[2,6,7] _ c:f32[1,12,8]",
              "f32[3,1,2,5] f32[1,2,5] f32[1,2,5]",
              steps * 4 * 5 * (4 + 8 + 5) + 2 * 6 * 7 * 3 +
                  steps * (5 * 3 + 6 * 3 + 6 * 7) + steps * (5 + 7) * 8,
              steps * 4 * 5 + steps * 6 * 3 + steps * (4 * 6 - 2),
              steps * 5 * 5 + steps * 6 * 3 + steps * 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decoder_appends_to_its_cache),
        cmocka_unit_test(tokens_see_their_window_and_the_global_ones),
        cmocka_unit_test(packed_sequences_see_themselves),
        cmocka_unit_test(a_gated_delta_rule_updates_and_corrects_its_state),
        cmocka_unit_test(pairs_are_rotated_for_6_flops),
        cmocka_unit_test(position_biases_are_gathered_or_gated),
        cmocka_unit_test(an_lstm_attends_to_its_memory_at_every_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
