/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_text.c - operators on strings. */
#include "support/test.h"

static void strings_are_joined_and_matched_element_by_element(void **state)
{
    (void)state;
    assert_string_equal(run_op("StringConcat", "", "str[5,1] str[n]").outputs,
                        "str[5,n]");
    assert_string_equal(
        run_op("RegexFullMatch", "pattern=x", "str[5,n]").outputs, "b[5,n]");
}

static void splitting_adds_an_axis_of_its_own_size(void **state)
{
    (void)state;
    assert_string_equal(run_op_outputs("StringSplit", "", "str[n]", 2).outputs,
                        "str[n,stringsplit_0] i64[n]");
}

static void normalizing_keeps_the_shape_without_stop_words(void **state)
{
    (void)state;
    assert_string_equal(run_op("StringNormalizer", "", "str[1,n]").outputs,
                        "str[1,n]");
    assert_string_equal(run_op("StringNormalizer", "", "str[1,2,3]").diagnostic,
                        "X is neither [C] nor [1, C]");
}

static void an_n_gram_index_is_a_column(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("TfIdfVectorizer", "ngram_indexes=0,4,2", "i64[n,9]").outputs,
        "f32[n,5]");
    assert_string_equal(
        run_op("TfIdfVectorizer", "ngram_indexes=0,4,2", "i64[9]").outputs,
        "f32[5]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_joined_and_matched_element_by_element),
        cmocka_unit_test(splitting_adds_an_axis_of_its_own_size),
        cmocka_unit_test(normalizing_keeps_the_shape_without_stop_words),
        cmocka_unit_test(an_n_gram_index_is_a_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
