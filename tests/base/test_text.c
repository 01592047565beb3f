/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows, numbers as people and machines read them, UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/checked.h"
#include "base/text.h"

static void text_grows_and_stays_terminated(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_text text = {.arena = &arena};
    for (int i = 0; i < 1000; i++) {
        oc_text_puts(&text, "ab");
        oc_text_put(&text, "cd", 1);
        oc_text_printf(&text, "%d", i % 10);
        assert_int_equal(text.bytes, strlen(text.data));
    }
    assert_int_equal(text.bytes, 4 * 1000);
    assert_memory_equal(text.data + 4 * 999, "abc9", 5);
    assert_false(text.failed);
    oc_arena_free(&arena);
}

static void text_without_memory_says_that_it_is_cut(void **state)
{
    (void)state;
    oc_arena arena = {.limit_bytes = 200};
    oc_text text = {.arena = &arena};
    oc_text_puts(&text, "kept");
    oc_text_printf(&text, "%500s", "x");
    oc_text_puts(&text, "!");
    assert_true(text.failed);
    assert_string_equal(text.data, "kept");
    oc_arena_free(&arena);
}

static void integers_of_128_bits_survive_the_way_through_text(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "1",
        "-1",
        "9223372036854775808",
        "170141183460469231731687303715884105727",
        "-170141183460469231731687303715884105728"};
    char buffer[OC_I128_DIGITS];
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        oc_i128 value;
        assert_true(oc_i128_parse(&value, texts[i], strlen(texts[i])));
        assert_string_equal(oc_i128_print(buffer, value), texts[i]);
    }
}

static void what_is_no_integer_of_128_bits_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "-",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "--1",
        "0x1",
        "170141183460469231731687303715884105728",
        "-170141183460469231731687303715884105729"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        oc_i128 value;
        assert_false(oc_i128_parse(&value, texts[i], strlen(texts[i])));
    }
}

struct sample {
    int64_t value;
    const char *text;
};

static void counts_have_two_decimals_below_100_and_one_above(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {0, "0"},
        {9472, "9472"},
        {9999, "9999"},
        {10000, "10.00 k"},
        {99994, "99.99 k"},
        {99995, "100.0 k"}, /* halves go up */
        {214400, "214.4 k"},
        {999949, "999.9 k"},
        {999950, "1.00 M"}, /* and never make 1000.0 k */
        {25530472, "25.53 M"},
        {8211108864, "8.21 G"},
        {1235000000, "1.24 G"}, /* 1.235 exactly, not a float below it */
        {INT64_MAX, "9.22 E"},
        {-25530472, "-25.53 M"},
        {-5, "-5"},
    };
    char buffer[32];
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
        assert_string_equal(
            oc_si_print(buffer, sizeof(buffer), samples[i].value),
            samples[i].text);
}

static void bytes_are_counted_in_powers_of_1024(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {0, "0 B"},
        {132, "132 B"},
        {1023, "1023 B"},
        {1024, "1.00 KiB"},
        {INT64_C(100) * 1024, "100.0 KiB"},
        {INT64_C(1024) * 1024 - 1, "1.00 MiB"},
        {102118600, "97.39 MiB"},
        {336803430, "321.2 MiB"},
        {INT64_C(1) << 40, "1.00 TiB"},
    };
    char buffer[32];
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
        assert_string_equal(
            oc_iec_print(buffer, sizeof(buffer), samples[i].value),
            samples[i].text);
}

static void the_largest_figures_print(void **state)
{
    (void)state;
    char buffer[48];
    assert_string_equal(oc_si_print(buffer, sizeof(buffer), OC_I128_MAX),
                        "170141183.5 Q");
    assert_string_equal(oc_iec_print(buffer, sizeof(buffer), OC_I128_MIN),
                        "-140737488355328.0 YiB"); /* 2^127 / 2^80 = 2^47 */
}

static void a_small_buffer_is_not_overrun(void **state)
{
    (void)state;
    char buffer[4] = "zzz";
    oc_si_print(buffer, sizeof(buffer), 123456789);
    assert_string_equal(buffer, "123");
}

static void utf8_is_told_from_what_only_looks_like_it(void **state)
{
    (void)state;
    assert_int_equal(oc_utf8_length("a", 1), 1);
    assert_int_equal(oc_utf8_length("\xC3\xA9", 2), 2);
    assert_int_equal(oc_utf8_length("\xE2\x89\xA5", 3), 3);
    assert_int_equal(oc_utf8_length("\xF0\x9F\x98\x80", 4), 4);
    assert_int_equal(oc_utf8_length("", 0), 0);
    assert_int_equal(oc_utf8_length("\xC3", 1), 0);             /* cut */
    assert_int_equal(oc_utf8_length("\xC3z", 2), 0);            /* broken */
    assert_int_equal(oc_utf8_length("\x80", 1), 0);             /* no lead */
    assert_int_equal(oc_utf8_length("\xC0\xAF", 2), 0);         /* overlong */
    assert_int_equal(oc_utf8_length("\xE0\x80\xAF", 3), 0);     /* overlong */
    assert_int_equal(oc_utf8_length("\xED\xA0\x80", 3), 0);     /* surrogate */
    assert_int_equal(oc_utf8_length("\xF4\x90\x80\x80", 4), 0); /* beyond */
    assert_int_equal(oc_utf8_length("\xF5\x80\x80\x80", 4), 0);
}

static void valid_text_ends_where_a_byte_does_not_fit(void **state)
{
    (void)state;
    const char text[] = "twelve bytes\xC3\xA9 and \xFFmore";
    assert_int_equal(oc_utf8_prefix(text, 12), 12);
    assert_int_equal(oc_utf8_prefix(text, sizeof(text) - 1), 12 + 2 + 5);
    assert_int_equal(oc_utf8_prefix(text, 13), 12); /* half a letter */
    assert_int_equal(oc_utf8_prefix("", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_text_ends_where_a_byte_does_not_fit),
        cmocka_unit_test(text_grows_and_stays_terminated),
        cmocka_unit_test(text_without_memory_says_that_it_is_cut),
        cmocka_unit_test(integers_of_128_bits_survive_the_way_through_text),
        cmocka_unit_test(what_is_no_integer_of_128_bits_is_refused),
        cmocka_unit_test(counts_have_two_decimals_below_100_and_one_above),
        cmocka_unit_test(bytes_are_counted_in_powers_of_1024),
        cmocka_unit_test(the_largest_figures_print),
        cmocka_unit_test(a_small_buffer_is_not_overrun),
        cmocka_unit_test(utf8_is_told_from_what_only_looks_like_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
