/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_tokens.c - token ids, characters.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void a_hash_mixes_words_of_32_bits(void **state)
{
    (void)state;
    assert_op(MS "MurmurHash3", "", "i32[2,3]", "u32[2,3]", 0, (11 + 9) * 6, 0);
    assert_op(MS "MurmurHash3", "positive=0", "i64[2,3]", "i32[2,3]", 0,
              (2 * 11 + 9) * 6, 0);
    assert_op(MS "MurmurHash3", "", "str[2,3]", "u32[2,3]", 0, FIGURE_UNKNOWN,
              0);
}

static void ngrams_of_every_length_share_their_products(void **state)
{
    (void)state;
    /* 10 tokens, n up to 3, 2 heads each: 3 products, 2 exclusive ors */
    assert_op(MS "NGramHashMapping",
              "max_ngram_size=3 n_head_per_ngram=2 pad_id=0",
              "i64[2,5] c:i64[3] c:i64[4]", "i64[2,5,4] i64[2,2]", 0,
              10 * (3 + 2) + 40, 0);
    assert_op(MS "VarlenNGramHashMapping",
              "max_ngram_size=3 n_head_per_ngram=2 pad_id=0",
              "i64[10] c:i64[3] c:i64[4] i32[3] _ c:i64[4]",
              "i64[10,4] i64[2,2]", 0, 10 * (3 + 2) + 2 * 40, 0);
    assert_refused(MS "NGramHashMapping",
                   "max_ngram_size=1 n_head_per_ngram=2 pad_id=0",
                   "i64[2,5] c:i64[3] c:i64[4]");
}

static void every_ngram_is_compared_with_the_last_tokens(void **state)
{
    (void)state;
    assert_op(MS "NGramRepeatBlock", "ngram_size=3", "i64[2,7] f32[2,50]",
              "f32[2,50]", 0, 2 * (7 - 3 + 1) * (3 - 1), 0);
    assert_op(MS "NGramRepeatBlock", "ngram_size=9", "i64[2,7] f32[2,50]",
              "f32[2,50]", 0, 0, 0);
}

static void predicted_tokens_are_appended_as_far_as_they_agree(void **state)
{
    (void)state;
    assert_op(MS "BifurcationDetector", "", "i64[9] i64[4] i64[] i64[5]",
              "i64[bifurcationdetector_0] i64[]", 0, 0, 0);
    assert_op(MS "BifurcationDetector", "", "i64[9] i64[4] i64[]",
              "i64[4] i64[]", 0, 0, 0);
}

static void words_are_convolved_at_every_position_of_the_window(void **state)
{
    (void)state;
    /* 4 words of 9 characters, 8 positions, 6 filters of 2 by 5 */
    assert_op(MS "WordConvEmbedding", "",
              "i32[4,9] c:f32[6,1,2,5] c:f32[6] c:f32[30,5]", "f32[4,6]",
              4 * 8 * 6 * (2 * 5), 2 * (4 * 8 * 6), 4 * 8 * 6);
    assert_refused(MS "WordConvEmbedding", "",
                   "i32[4,9] c:f32[6,2,5] c:f32[6] c:f32[30,5]");
}

static void embeddings_are_read_row_by_row(void **state)
{
    (void)state;
    assert_op(MS "TorchEmbedding", "", "c:f32[10,4] i64[2,3]", "f32[2,3,4]", 0,
              0, 0);
    assert_int_equal(
        run_op(MS "TorchEmbedding", "", "c:f32[10,4] i64[2,3]").read_bytes,
        4 * 24 + 8 * 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_mixes_words_of_32_bits),
        cmocka_unit_test(ngrams_of_every_length_share_their_products),
        cmocka_unit_test(every_ngram_is_compared_with_the_last_tokens),
        cmocka_unit_test(predicted_tokens_are_appended_as_far_as_they_agree),
        cmocka_unit_test(words_are_convolved_at_every_position_of_the_window),
        cmocka_unit_test(embeddings_are_read_row_by_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
