/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical forms: what is equal by the rules has one handle and one text. */
#include "symbolic/fixture.h"

#include "base/checked.h"

static void integers_never_touch_the_table(void **state)
{
    fixture *f = *state;
    size_t before = oc_space_count(f->space);
    oc_expr a = oc_expr_of(7), b = oc_expr_of(-2);
    assert_true(oc_expr_is(oc_expr_add(f->space, a, b), 5));
    assert_true(oc_expr_is(oc_expr_mul(f->space, a, b), -14));
    assert_true(oc_expr_is(oc_expr_floor_div(f->space, a, b), -4));
    assert_true(oc_expr_is(oc_expr_ceil_div(f->space, a, b), -3));
    assert_true(oc_expr_is(oc_expr_mod(f->space, a, b), -1));
    assert_true(oc_expr_is(oc_expr_min(f->space, a, b), -2));
    assert_true(oc_expr_is(oc_expr_max(f->space, a, b), 7));
    assert_true(oc_expr_is(oc_expr_clog2(f->space, a), 3));
    assert_int_equal(oc_space_count(f->space), before);
}

static void zero_is_known(void **state)
{
    fixture *f = *state;
    oc_expr seq = read_expr(f, "seq");
    assert_true(oc_expr_is_known(oc_expr_of(0)));
    assert_true(oc_expr_add(f->space, seq, oc_expr_of(0)) == seq);
    assert_true(oc_expr_is(oc_expr_sub(f->space, seq, seq), 0));
}

static void unknown_wins_over_overflow_and_both_absorb(void **state)
{
    fixture *f = *state;
    oc_expr seq = read_expr(f, "seq");
    assert_true(oc_expr_add(f->space, seq, OC_UNKNOWN) == OC_UNKNOWN);
    assert_true(oc_expr_min(f->space, OC_OVERFLOW, seq) == OC_OVERFLOW);
    assert_true(oc_expr_mul(f->space, OC_OVERFLOW, OC_UNKNOWN) == OC_UNKNOWN);
    assert_true(oc_expr_floor_div(f->space, seq, oc_expr_of(0)) == OC_UNKNOWN);
}

static void integers_beyond_63_bits_are_exact_and_beyond_128_overflow(
    void **state)
{
    fixture *f = *state;
    oc_expr big = oc_expr_int(f->space, (oc_i128)1 << 100);
    oc_i128 value = 0;
    assert_true(oc_expr_to_int(f->space, big, &value));
    assert_true(value == (oc_i128)1 << 100);
    assert_true(oc_expr_mul(f->space, big, big) == OC_OVERFLOW);
    oc_i128 least = -OC_I128_MAX - 1; /* has no opposite */
    assert_true(oc_expr_int(f->space, least) == OC_OVERFLOW);
    assert_true(oc_expr_int(f->space, least + 1) != OC_OVERFLOW);
    oc_expr seq = read_expr(f, "seq");
    oc_expr scaled = oc_expr_mul(f->space, big, seq);
    assert_true(oc_expr_mul(f->space, scaled, scaled) == OC_OVERFLOW);
    assert_true(oc_expr_sub(f->space, scaled, scaled) == oc_expr_of(0));
}

static void products_are_expanded_and_ordered(void **state)
{
    fixture *f = *state;
    assert_true(read_expr(f, "(seq + past)*(seq - past)") ==
                read_expr(f, "seq**2 - past**2"));
    assert_true(read_expr(f, "batch*(seq + 1)") ==
                read_expr(f, "batch + seq*batch"));
}

static void division_takes_out_common_factors_and_whole_multiples(void **state)
{
    fixture *f = *state;
    assert_form(f, "(6*height + 5)//4", "height + height//2 + 1");
    assert_form(f, "(4*height + 6)//8", "(height + 1)//2");
    assert_form(f, "(8*height + 3)//8", "height");
    assert_form(f, "(7*height)//3", "2*height + height//3");
}

static void nested_divisions_merge(void **state)
{
    fixture *f = *state;
    assert_form(f, "height//2//3", "height//6");
    assert_form(f, "((height - 1)//2 + 1 - 1)//2 + 1", "(height + 3)//4");
    assert_form(f, "((height + 31)//32 + 1)//2", "(height + 63)//64");
}

static void a_remainder_beyond_half_turns_into_its_complement(void **state)
{
    fixture *f = *state;
    oc_expr pad = read_expr(f, "height + (7 - height % 7) % 7");
    assert_true(pad == read_expr(f, "7*((height + 6)//7)"));
    assert_form(f, "3*height//4", "height - (height + 3)//4");
}

static void ceil_and_floor_of_rationals(void **state)
{
    fixture *f = *state;
    oc_expr half = oc_expr_mul(f->space, read_expr(f, "seq"),
                               oc_expr_rational(f->space, 1, 2));
    assert_false(oc_expr_is_integral(f->space, half));
    assert_prints(f, oc_expr_floor(f->space, half), "seq//2");
    assert_prints(f, oc_expr_ceil(f->space, half), "(seq + 1)//2");
}

static void a_division_that_is_always_exact_is_a_polynomial(void **state)
{
    fixture *f = *state;
    oc_expr causal = read_expr(f, "5*batch*seq*(seq + 1)//2");
    oc_expr twice = oc_expr_add(f->space, causal, causal);
    assert_true(twice == read_expr(f, "5*batch*seq*(seq + 1)"));
    assert_form(f, "5*batch*seq*(seq + 1)//2", "5*batch*seq*(seq + 1)//2");
    assert_form(f, "seq*(seq + 1)*(seq + 2)//6", "seq*(seq**2 + 3*seq + 2)//6");
}

static void symbolic_divisors_cancel(void **state)
{
    fixture *f = *state;
    assert_form(f, "batch*seq*64//(batch*64)", "seq");
    assert_form(f, "(seq*heads + past)//heads", "seq + past//heads");
    assert_form(f, "(seq + past)*heads//(seq + past)", "heads");
    assert_form(f, "6*batch*seq//(4*batch*width)", "3*seq//(2*width)");
    assert_form(f, "3*seq//(-width)", "(-3*seq)//width");
}

static void quotients_are_exact_or_unknown(void **state)
{
    fixture *f = *state;
    oc_expr a = read_expr(f, "12*batch*(seq + past)");
    assert_prints(f, oc_expr_quotient(f->space, a, read_expr(f, "seq + past")),
                  "12*batch");
    assert_prints(f, oc_expr_quotient(f->space, a, read_expr(f, "4*batch")),
                  "3*(seq + past)");
    assert_true(oc_expr_quotient(f->space, a, read_expr(f, "height")) ==
                OC_UNKNOWN);
    assert_true(oc_expr_quotient(f->space, a, oc_expr_of(0)) == OC_UNKNOWN);
    oc_expr fifth = oc_expr_quotient(f->space, a, oc_expr_of(5));
    assert_true(oc_expr_mul(f->space, fifth, oc_expr_of(5)) == a);
}

static void extrema_are_flat_sorted_and_without_the_dominated(void **state)
{
    fixture *f = *state;
    assert_form(f, "min(min(seq, 512), min(past, 1024))",
                "min(512, seq, past)");
    assert_form(f, "max(0, seq)", "seq");
    assert_form(f, "min(seq, seq + past)", "seq");
    assert_form(f, "min(seq, seq)", "seq");
    assert_form(f, "max(seq//2, seq)", "seq");
}

static void what_extrema_share_is_taken_out(void **state)
{
    fixture *f = *state;
    assert_form(f, "min(seq + past, 1024 + past)", "past + min(1024, seq)");
    assert_form(f, "min(2*seq, 1024)", "2*min(512, seq)");
    assert_true(read_expr(f, "min(past + seq, 1024) - past") ==
                read_expr(f, "min(seq, 1024 - past)"));
    assert_form(f, "max(0, seq - 3)", "max(3, seq) - 3");
}

static void a_value_pinned_by_its_interval_is_a_constant(void **state)
{
    fixture *f = *state;
    assert_form(f, "min(seq, 5)//6", "0");
    assert_form(f, "max(1, min(heads, 1))", "1");
}

static void bcast_drops_ones_and_equals_and_trusts_two(void **state)
{
    fixture *f = *state;
    oc_expr seq = read_expr(f, "seq"), past = read_expr(f, "past");
    oc_expr one = oc_expr_of(1), two = oc_expr_of(2);
    assert_true(oc_expr_bcast(f->space, seq, one) == seq);
    assert_true(oc_expr_bcast(f->space, seq, seq) == seq);
    assert_true(oc_expr_bcast(f->space, seq, two) == two);
    oc_expr both = oc_expr_bcast(f->space, seq, past);
    assert_true(both == oc_expr_bcast(f->space, past, seq));
    assert_true(both == oc_expr_bcast(f->space, both, seq));
    assert_prints(f, both, "seq*past//max(1, min(seq, past))");
    assert_true(both == read_expr(f, "seq*past//max(1, min(seq, past))"));
}

static void clog2_is_a_bit_length(void **state)
{
    fixture *f = *state;
    assert_prints(f, oc_expr_clog2(f->space, read_expr(f, "heads")),
                  "(heads - 1).bit_length()");
    assert_prints(f, oc_expr_clog2(f->space, read_expr(f, "seq")),
                  "(max(1, seq) - 1).bit_length()");
    assert_true(oc_expr_is(oc_expr_clog2(f->space, oc_expr_of(-5)), 0));
    assert_true(oc_expr_is(oc_expr_clog2(f->space, oc_expr_of(1025)), 11));
}

static void intervals_see_through_one_definition(void **state)
{
    fixture *f = *state;
    assert_interval(f, "min(512, seq)", 0, 512);
    assert_interval(f, "height % 7", 0, 6);
    assert_interval(f, "7*((height + 6)//7) - height", 0, 6);
    assert_interval(f, "seq - min(512, seq)", 0, OC_UNBOUNDED_ABOVE);
    assert_interval(f, "offset", OC_UNBOUNDED_BELOW, OC_UNBOUNDED_ABOVE);
    assert_interval(f, "offset**2", 0, OC_UNBOUNDED_ABOVE);
}

static void past_a_cap_a_name_keeps_the_definition(void **state)
{
    fixture *f = *state;
    oc_expr sum = oc_expr_of(0), seq = read_expr(f, "seq");
    for (int64_t i = 1; i <= 65; i++) {
        oc_expr clamp = oc_expr_min(f->space, oc_expr_of(1000 + i), seq);
        sum = oc_expr_add(f->space, sum, clamp);
    }
    assert_int_equal(oc_expr_term_count(f->space, sum), 65);
    oc_expr half = oc_expr_floor_div(f->space, sum, oc_expr_of(2));
    assert_prints(f, half, "d1//2");
    assert_int_equal(oc_let_count(f->space), 1);
    assert_true(oc_let_definition(f->space, 0) == sum);
    assert_true(read_expr(f, "d1//2") == half);
    oc_i128 values[9] = {0}, value = 0;
    bool bound[9] = {0};
    int64_t denominator = 0;
    values[1] = 10;
    bound[1] = true;
    assert_int_equal(oc_expr_evaluate(f->space, half, values, bound, &value,
                                      &denominator, NULL),
                     OC_OK);
    assert_true(value == 65 * 10 / 2);
    assert_true(oc_expr_mentions(f->space, half, 1));
    assert_false(oc_expr_mentions(f->space, half, 2));
}

static void many_arguments_become_names(void **state)
{
    fixture *f = *state;
    oc_expr least = read_expr(f, "batch");
    char name[32];
    for (int i = 1; i <= 16; i++) {
        (void)snprintf(name, sizeof(name), "n%d", i);
        least = oc_expr_min(f->space, least,
                            add_symbol(f, name, OC_SYMBOL_INPUT, 0));
    }
    assert_prints(f, least, "min(n16, d1)");
    assert_prints(f, oc_let_definition(f->space, 0),
                  "min(batch, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, "
                  "n12, n13, n14, n15)");
}

static void deep_nests_become_names_and_do_not_recurse(void **state)
{
    fixture *f = *state;
    oc_expr e = read_expr(f, "seq"), width = read_expr(f, "width");
    oc_expr two = oc_expr_of(2);
    for (int i = 0; i < 20000; i++)
        e = oc_expr_add(f->space, width,
                        oc_expr_clog2(f->space, oc_expr_mul(f->space, e, two)));
    assert_true(oc_let_count(f->space) > 20000 / 8 - 1);
    oc_i128 values[9] = {0}, value = 0;
    bool bound[9] = {0};
    int64_t denominator = 0;
    bound[1] = bound[4] = true;
    assert_int_equal(oc_expr_evaluate(f->space, e, values, bound, &value,
                                      &denominator, NULL),
                     OC_OK);
    assert_true(value == 0); /* clog2(max(1, 0)) all the way */
    assert_true(strlen(oc_expr_text(f->space, &f->arena, e)) < 2000);
}

static void large_products_keep_their_factors_behind_names(void **state)
{
    fixture *f = *state;
    oc_expr sum = oc_expr_of(0), seq = read_expr(f, "seq");
    for (int64_t i = 1; i <= 100; i++) {
        oc_expr term = oc_expr_floor_div(f->space, seq, oc_expr_of(i));
        sum = oc_expr_add(f->space, sum, term);
    }
    assert_prints(f, oc_expr_mul(f->space, sum, sum), "d1**2");
}

/* Products and sums of what was clamped: without names for the factors, the
 * definitions would be 40 times as long. */
static void what_is_long_when_written_is_behind_names(void **state)
{
    fixture *f = *state;
    oc_expr e = read_expr(f, "seq"), seq = e;
    for (int i = 0; i < 1000; i++) {
        oc_expr other = i % 2 ? e : seq;
        e = i % 3 ? oc_expr_mul(f->space, e, other)
                  : oc_expr_add(f->space, e, other);
        e = i % 5 ? oc_expr_min(f->space, e, oc_expr_of(3))
                  : oc_expr_floor_div(f->space, e, oc_expr_of(3));
    }
    assert_true(oc_let_count(f->space) > 100);
    for (size_t i = 0; i < oc_let_count(f->space); i++)
        assert_true(strlen(oc_expr_text(f->space, &f->arena,
                                        oc_let_definition(f->space, i))) <
                    10000);
}

static void the_table_has_a_limit(void **state)
{
    fixture *f = *state;
    oc_space *small = oc_space_new(&f->arena, 8);
    oc_symbol symbol = {.name = "n", .bounds = {0, OC_UNBOUNDED_ABOVE}};
    oc_expr n = oc_symbol_new(small, &symbol), e = n;
    for (int i = 0; i < 20 && e != OC_OVERFLOW; i++)
        e = oc_expr_add(small, e, n);
    assert_true(e == OC_OVERFLOW);
    assert_true(oc_space_full(small));
    assert_true(oc_expr_add(small, n, n) != OC_OVERFLOW); /* in the table */
}

static void sums_of_thousands_are_merged_once(void **state)
{
    fixture *f = *state;
    oc_sum *sum = oc_sum_new(f->space);
    oc_expr batch = read_expr(f, "batch");
    oc_expr causal = read_expr(f, "seq*(seq + 1)//2");
    size_t before = oc_space_count(f->space);
    for (int i = 0; i < 3000; i++) {
        oc_sum_add(sum, batch);
        oc_sum_add(sum, causal);
        oc_sum_add(sum, oc_expr_of(2));
    }
    assert_int_equal(oc_space_count(f->space), before);
    oc_sum *whole = oc_sum_new(f->space);
    oc_sum_add_sum(whole, sum);
    assert_true(oc_sum_value(whole) == oc_sum_value(sum));
    assert_true(oc_sum_value(sum) ==
                read_expr(f, "3000*batch + 1500*seq*(seq + 1) + 6000"));
    oc_sum_add(sum, OC_OVERFLOW);
    assert_true(oc_sum_value(sum) == OC_OVERFLOW);
    oc_sum_add_sum(whole, sum);
    assert_true(oc_sum_value(whole) == OC_OVERFLOW);
    oc_sum_add(sum, OC_UNKNOWN);
    assert_true(oc_sum_value(sum) == OC_UNKNOWN);
}

static void substitution_rebuilds_through_every_atom(void **state)
{
    fixture *f = *state;
    oc_expr e = read_expr(f, "batch*min(512, seq) + (height + 1)//2 + past");
    oc_expr replacement[9] = {OC_UNKNOWN};
    replacement[1] = oc_expr_of(100);
    replacement[2] = read_expr(f, "2*width");
    replacement[3] = read_expr(f, "4*width + 1");
    assert_prints(f, oc_expr_substitute(f->space, e, replacement),
                  "100*batch + 4*width + 1");
}

static void evaluation_names_what_is_missing(void **state)
{
    fixture *f = *state;
    oc_i128 values[9] = {0}, value = 0;
    bool bound[9] = {true};
    int64_t denominator = 0;
    oc_error err = {0};
    assert_int_equal(oc_expr_evaluate(f->space, read_expr(f, "batch + seq"),
                                      values, bound, &value, &denominator,
                                      &err),
                     OC_ERR_USAGE);
    assert_non_null(strstr(err.message, "'seq'"));
    bound[1] = true;
    assert_int_equal(oc_expr_evaluate(f->space, read_expr(f, "3//seq"), values,
                                      bound, &value, &denominator, NULL),
                     OC_ERR_SHAPE);
    values[1] = (oc_i128)1 << 70;
    assert_int_equal(oc_expr_evaluate(f->space, read_expr(f, "seq**2"), values,
                                      bound, &value, &denominator, NULL),
                     OC_ERR_OVERFLOW);
    values[1] = 3;
    oc_expr third =
        oc_expr_quotient(f->space, read_expr(f, "4*seq + 2"), oc_expr_of(4));
    assert_int_equal(oc_expr_evaluate(f->space, third, values, bound, &value,
                                      &denominator, NULL),
                     OC_OK);
    assert_true(value == 7 && denominator == 2); /* (4*3 + 2) / 4 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPACE_TEST(integers_never_touch_the_table),
        SPACE_TEST(zero_is_known),
        SPACE_TEST(unknown_wins_over_overflow_and_both_absorb),
        SPACE_TEST(integers_beyond_63_bits_are_exact_and_beyond_128_overflow),
        SPACE_TEST(products_are_expanded_and_ordered),
        SPACE_TEST(division_takes_out_common_factors_and_whole_multiples),
        SPACE_TEST(nested_divisions_merge),
        SPACE_TEST(a_remainder_beyond_half_turns_into_its_complement),
        SPACE_TEST(ceil_and_floor_of_rationals),
        SPACE_TEST(a_division_that_is_always_exact_is_a_polynomial),
        SPACE_TEST(symbolic_divisors_cancel),
        SPACE_TEST(quotients_are_exact_or_unknown),
        SPACE_TEST(extrema_are_flat_sorted_and_without_the_dominated),
        SPACE_TEST(what_extrema_share_is_taken_out),
        SPACE_TEST(a_value_pinned_by_its_interval_is_a_constant),
        SPACE_TEST(bcast_drops_ones_and_equals_and_trusts_two),
        SPACE_TEST(clog2_is_a_bit_length),
        SPACE_TEST(intervals_see_through_one_definition),
        SPACE_TEST(past_a_cap_a_name_keeps_the_definition),
        SPACE_TEST(many_arguments_become_names),
        SPACE_TEST(deep_nests_become_names_and_do_not_recurse),
        SPACE_TEST(large_products_keep_their_factors_behind_names),
        SPACE_TEST(what_is_long_when_written_is_behind_names),
        SPACE_TEST(the_table_has_a_limit),
        SPACE_TEST(sums_of_thousands_are_merged_once),
        SPACE_TEST(substitution_rebuilds_through_every_atom),
        SPACE_TEST(evaluation_names_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
