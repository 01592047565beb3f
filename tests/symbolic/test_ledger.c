/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger: what is assumed is normal, counted, used and taken back; dims
 * that must agree find the least that makes them. */
#include "symbolic/fixture.h"

static oc_tri assume(fixture *f, oc_relation relation, const char *left,
                     const char *right, size_t node)
{
    return oc_assume(f->space, relation, read_expr(f, left),
                     right ? read_expr(f, right) : OC_UNKNOWN, node);
}

static void assert_entry(fixture *f, size_t index, const char *left,
                         const char *right)
{
    assert_true(index < oc_assumption_count(f->space));
    const oc_assumption *a = oc_assumption_at(f->space, index);
    assert_prints(f, a->left, left);
    assert_prints(f, a->right, right);
}

static oc_tri ask(fixture *f, const char *left, const char *right)
{
    return oc_expr_at_most(f->space, read_expr(f, left), read_expr(f, right));
}

/* ---- questions ---- */

static void signs_come_from_intervals(void **state)
{
    fixture *f = *state;
    assert_int_equal(ask(f, "0", "batch*seq"), OC_YES);
    assert_int_equal(ask(f, "seq + 1", "seq"), OC_NO);
    assert_int_equal(ask(f, "1", "heads*heads"), OC_YES);
    assert_int_equal(ask(f, "1", "seq"), OC_MAYBE);
    assert_int_equal(ask(f, "0", "offset"), OC_MAYBE);
    assert_int_equal(ask(f, "batch*seq", "batch*seq*heads"), OC_YES);
}

static void a_fact_answers_what_follows_in_one_step(void **state)
{
    fixture *f = *state;
    oc_fact_at_most(f->space, read_expr(f, "seq"), read_expr(f, "past"));
    assert_int_equal(ask(f, "2*seq", "2*past + 3"), OC_YES);
    assert_int_equal(ask(f, "batch*seq", "batch*past"), OC_YES);
    assert_int_equal(ask(f, "past + 1", "seq"), OC_NO);
    assert_int_equal(ask(f, "past", "seq"), OC_MAYBE);
    assert_int_equal(oc_assumption_count(f->space), 0);
}

static void facts_about_factors_hold_for_their_product(void **state)
{
    fixture *f = *state;
    (void)assume(f, OC_AT_MOST, "2", "batch", 1);
    (void)assume(f, OC_AT_MOST, "3", "seq", 1);
    assert_int_equal(ask(f, "12", "batch*seq**2 - 6"), OC_YES);
    assert_int_equal(ask(f, "13", "batch*seq**2 - 6"), OC_MAYBE);
    assert_int_equal(ask(f, "0", "past*offset"), OC_MAYBE);
}

static void questions_intern_nothing(void **state)
{
    fixture *f = *state;
    oc_expr a = read_expr(f, "3*seq + past"), b = read_expr(f, "height");
    (void)assume(f, OC_AT_MOST, "seq", "512", 1);
    size_t before = oc_space_count(f->space);
    (void)oc_expr_at_most(f->space, a, b);
    (void)oc_expr_equal(f->space, a, b);
    assert_int_equal(oc_space_count(f->space), before);
}

static void an_odd_number_is_never_even(void **state)
{
    fixture *f = *state;
    assert_int_equal(oc_expr_equal(f->space, read_expr(f, "2*seq + 1"),
                                   read_expr(f, "4*past")),
                     OC_NO);
}

/* ---- entries ---- */

static void a_repeated_assumption_is_counted_not_repeated(void **state)
{
    fixture *f = *state;
    assert_int_equal(assume(f, OC_AT_MOST, "seq", "512", 5), OC_MAYBE);
    assert_int_equal(assume(f, OC_AT_MOST, "seq", "512", 9), OC_YES);
    assert_int_equal(assume(f, OC_AT_MOST, "2*seq", "1025", 11), OC_YES);
    assert_int_equal(oc_assumption_count(f->space), 1);
    assert_entry(f, 0, "seq", "512");
    assert_int_equal(oc_assumption_at(f->space, 0)->node, 5);
    assert_int_equal(oc_assumption_at(f->space, 0)->count, 3);
    assert_int_equal(assume(f, OC_AT_MOST, "513", "seq", 12), OC_NO);
    assert_int_equal(oc_assumption_count(f->space), 1);
}

static void inequalities_come_down_to_a_symbol_and_keep_the_strongest(
    void **state)
{
    fixture *f = *state;
    assert_int_equal(assume(f, OC_AT_MOST, "1", "(samples - 10)//5 + 1", 1),
                     OC_MAYBE);
    assert_entry(f, 0, "10", "samples");
    (void)assume(f, OC_AT_MOST, "1", "((samples - 10)//5 - 7)//2 + 1", 2);
    (void)assume(f, OC_AT_MOST, "3", "samples", 3);
    assert_int_equal(oc_assumption_count(f->space), 1);
    assert_entry(f, 0, "45", "samples"); /* 10 + 5*7 */
    assert_int_equal(oc_assumption_at(f->space, 0)->node, 2);
}

static void upper_bounds_of_quotients_round_the_right_way(void **state)
{
    fixture *f = *state;
    (void)assume(f, OC_AT_MOST, "samples//80", "6", 1);
    assert_entry(f, 0, "samples", "559"); /* 80*6 + 79 */
    assert_int_equal(ask(f, "samples//80", "6"), OC_YES);
}

static void clamps_fall_away_where_the_rest_is_settled(void **state)
{
    fixture *f = *state;
    (void)assume(f, OC_AT_MOST, "3", "min(512, seq)", 1);
    assert_entry(f, 0, "3", "seq");
    (void)assume(f, OC_AT_MOST, "1", "max(0, past)", 1);
    assert_entry(f, 1, "1", "past");
}

static void what_a_product_of_sizes_implies_says_nothing_more(void **state)
{
    fixture *f = *state;
    (void)assume(f, OC_AT_MOST, "16", "height", 1);
    (void)assume(f, OC_AT_MOST, "17", "width", 1);
    assert_false(oc_assumption_is_implied(f->space, 0));
    (void)assume(f, OC_EQUAL, "(height//16)*(width//16)", "196", 2);
    assert_true(oc_assumption_is_implied(f->space, 0));
    assert_false(oc_assumption_is_implied(f->space, 1)); /* 17 is more */
    assert_false(oc_assumption_is_implied(f->space, 2));
}

static void a_product_that_may_be_of_negatives_implies_nothing(void **state)
{
    fixture *f = *state;
    (void)assume(f, OC_AT_MOST, "16", "height", 1);
    (void)assume(f, OC_EQUAL, "(height//16)*offset", "196", 2);
    assert_false(oc_assumption_is_implied(f->space, 0));
}

static void at_least_one_is_noise(void **state)
{
    fixture *f = *state;
    (void)assume(f, OC_AT_MOST, "1", "seq", 4);
    assert_true(oc_assumption_at(f->space, 0)->noise);
    (void)assume(f, OC_AT_MOST, "400", "seq", 4);
    assert_int_equal(oc_assumption_count(f->space), 1);
    assert_false(oc_assumption_at(f->space, 0)->noise);
}

static void sums_stay_sums(void **state)
{
    fixture *f = *state;
    (void)assume(f, OC_AT_MOST, "2*past + 2*seq", "2049", 1);
    assert_entry(f, 0, "seq + past", "1024");
}

static void an_equality_answers_its_own_question(void **state)
{
    fixture *f = *state;
    oc_expr up = read_expr(f, "2*((height + 31)//32)");
    oc_expr down = read_expr(f, "(height + 15)//16");
    assert_int_equal(oc_assume(f->space, OC_EQUAL, up, down, 1), OC_MAYBE);
    assert_int_equal(oc_expr_equal(f->space, up, down), OC_YES);
    assert_int_equal(oc_assume(f->space, OC_EQUAL, down, up, 2), OC_YES);
    assert_int_equal(oc_assumption_count(f->space), 1);
    assert_entry(f, 0, "2*((height + 31)//32)", "(height + 15)//16");
}

static void an_equality_of_products_is_cancelled_first(void **state)
{
    fixture *f = *state;
    (void)assume(f, OC_EQUAL, "64*batch*seq", "batch*seq*width", 1);
    assert_entry(f, 0, "width", "64");
    assert_int_equal(assume(f, OC_EQUAL, "width", "65", 2), OC_NO);
}

static void divisibility_and_nonzero_are_looked_up(void **state)
{
    fixture *f = *state;
    assert_int_equal(assume(f, OC_DIVIDES, "32", "height", 1), OC_MAYBE);
    assert_int_equal(assume(f, OC_DIVIDES, "32", "height", 2), OC_YES);
    assert_int_equal(assume(f, OC_DIVIDES, "4", "12*width", 2), OC_YES);
    assert_int_equal(assume(f, OC_DIVIDES, "4", "4*width + 2", 2), OC_NO);
    assert_int_equal(assume(f, OC_NONZERO, "offset", NULL, 3), OC_MAYBE);
    assert_int_equal(assume(f, OC_NONZERO, "offset", NULL, 4), OC_YES);
    assert_int_equal(assume(f, OC_NONZERO, "heads", NULL, 4), OC_YES);
    assert_int_equal(assume(f, OC_NONZERO, "0", NULL, 4), OC_NO);
    assert_int_equal(assume(f, OC_NONZERO, "seq", NULL, 4), OC_MAYBE);
    assert_entry(f, 2, "1", "seq");
    assert_int_equal(oc_assumption_at(f->space, 0)->count, 2);
}

static void a_branch_not_taken_leaves_nothing_behind(void **state)
{
    fixture *f = *state;
    (void)assume(f, OC_AT_MOST, "10", "seq", 1);
    oc_ledger_mark mark = oc_ledger_here(f->space);
    (void)assume(f, OC_AT_MOST, "20", "seq", 2);
    (void)assume(f, OC_AT_MOST, "past", "7", 2);
    (void)assume(f, OC_AT_MOST, "5", "seq", 2);
    assert_int_equal(ask(f, "past", "7"), OC_YES);
    oc_ledger_rollback(f->space, mark);
    assert_int_equal(oc_assumption_count(f->space), 1);
    assert_entry(f, 0, "10", "seq");
    assert_int_equal(oc_assumption_at(f->space, 0)->count, 1);
    assert_int_equal(ask(f, "past", "7"), OC_MAYBE);
    assert_int_equal(ask(f, "20", "seq"), OC_MAYBE);
    assert_int_equal(ask(f, "10", "seq"), OC_YES);
}

/* ---- dims ---- */

static oc_expr unify(fixture *f, const char *a, const char *b, bool *bad)
{
    return oc_dim_unify(f->space, read_expr(f, a), read_expr(f, b), 3, bad);
}

static oc_expr broadcast(fixture *f, const char *a, const char *b, bool *bad)
{
    return oc_dim_broadcast(f->space, read_expr(f, a), read_expr(f, b), 3, bad);
}

static void a_clamp_gives_way_and_is_recorded(void **state)
{
    fixture *f = *state;
    bool bad;
    assert_prints(f, broadcast(f, "min(512, seq)", "seq", &bad), "seq");
    assert_false(bad);
    assert_entry(f, 0, "seq", "512");
    assert_prints(f, broadcast(f, "min(512, seq)", "seq", &bad), "seq");
    assert_int_equal(oc_assumption_count(f->space), 1);
    assert_prints(f, unify(f, "min(past + seq, 1024) - past", "seq", &bad),
                  "seq");
    assert_entry(f, 1, "seq + past", "1024");
}

static void clamps_inside_products_and_on_both_sides_give_way(void **state)
{
    fixture *f = *state;
    bool bad;
    assert_prints(f, unify(f, "batch*min(512, seq)", "batch*seq", &bad),
                  "batch*seq");
    assert_entry(f, 0, "seq", "512");
    (void)unify(f, "min(128, past)", "min(256, past)", &bad);
    assert_false(bad);
    assert_int_equal(oc_assumption_count(f->space), 2);
    assert_entry(f, 1, "past", "128");
}

static void a_window_that_must_fit_is_recorded_at_a_broadcast(void **state)
{
    fixture *f = *state;
    bool bad;
    oc_expr window = read_expr(f, "(samples - 400)//320 + 1");
    oc_expr clamped = oc_expr_max(f->space, oc_expr_of(0), window);
    assert_true(oc_dim_broadcast(f->space, clamped, window, 8, &bad) == window);
    assert_entry(f, 0, "80", "samples"); /* 0 windows are well too */
}

static void the_simpler_dim_is_kept(void **state)
{
    fixture *f = *state;
    bool bad;
    assert_prints(f, unify(f, "width", "64", &bad), "64");
    assert_prints(f, unify(f, "nonzero_0", "seq", &bad), "seq");
    assert_prints(f, unify(f, "past + seq", "height", &bad), "height");
    assert_int_equal(oc_assumption_count(f->space), 3);
}

static void dims_that_cannot_agree_are_a_contradiction(void **state)
{
    fixture *f = *state;
    bool bad = false;
    assert_true(unify(f, "3", "4", &bad) == OC_UNKNOWN);
    assert_true(bad);
    assert_true(broadcast(f, "3", "4", &bad) == OC_UNKNOWN);
    assert_true(bad);
    assert_true(unify(f, "seq", "seq + 1", &bad) == OC_UNKNOWN);
    assert_true(bad);
    assert_int_equal(oc_assumption_count(f->space), 0);
}

static void unknown_dims_yield(void **state)
{
    fixture *f = *state;
    bool bad;
    oc_expr seq = read_expr(f, "seq"), eight = oc_expr_of(8);
    oc_expr none = OC_UNKNOWN;
    assert_true(oc_dim_unify(f->space, none, seq, 1, &bad) == seq);
    assert_true(oc_dim_broadcast(f->space, none, seq, 1, &bad) == none);
    assert_true(oc_dim_broadcast(f->space, none, eight, 1, &bad) == eight);
    assert_true(oc_dim_broadcast(f->space, none, oc_expr_of(1), 1, &bad) ==
                none);
}

static void broadcasting_follows_what_is_known(void **state)
{
    fixture *f = *state;
    bool bad;
    assert_prints(f, broadcast(f, "1", "seq", &bad), "seq");
    assert_prints(f, broadcast(f, "8", "seq", &bad), "8");
    assert_int_equal(oc_assumption_count(f->space), 0);
    assert_prints(f, broadcast(f, "seq", "past", &bad),
                  "seq*past//max(1, min(seq, past))");
    (void)assume(f, OC_AT_MOST, "2", "seq", 1);
    assert_prints(f, broadcast(f, "seq", "8", &bad), "8");
    assert_entry(f, 1, "seq", "8"); /* both are >= 2: equal */
}

static void ninety_clamps_are_quick(void **state)
{
    fixture *f = *state;
    bool bad;
    oc_expr sum = oc_expr_of(0), limit = oc_expr_of(300);
    char name[32];
    for (int i = 0; i < 90; i++) {
        (void)snprintf(name, sizeof(name), "kept_%d", i);
        oc_expr kept = add_symbol(f, name, OC_SYMBOL_DATA, 0);
        sum = oc_expr_add(f->space, sum, oc_expr_min(f->space, limit, kept));
    }
    size_t before = oc_space_count(f->space);
    for (int i = 0; i < 200; i++) {
        (void)oc_expr_at_most(f->space, sum, oc_expr_of(i * 1000));
        (void)oc_expr_min(f->space, sum, oc_expr_of(100 + i));
        (void)oc_dim_broadcast(f->space, sum, sum, 1, &bad);
    }
    assert_true(oc_space_count(f->space) < before + 2000);
    assert_int_equal(oc_expr_at_most(f->space, sum, oc_expr_of(27000)), OC_YES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPACE_TEST(signs_come_from_intervals),
        SPACE_TEST(a_fact_answers_what_follows_in_one_step),
        SPACE_TEST(facts_about_factors_hold_for_their_product),
        SPACE_TEST(questions_intern_nothing),
        SPACE_TEST(an_odd_number_is_never_even),
        SPACE_TEST(a_repeated_assumption_is_counted_not_repeated),
        SPACE_TEST(inequalities_come_down_to_a_symbol_and_keep_the_strongest),
        SPACE_TEST(upper_bounds_of_quotients_round_the_right_way),
        SPACE_TEST(clamps_fall_away_where_the_rest_is_settled),
        SPACE_TEST(what_a_product_of_sizes_implies_says_nothing_more),
        SPACE_TEST(a_product_that_may_be_of_negatives_implies_nothing),
        SPACE_TEST(at_least_one_is_noise),
        SPACE_TEST(sums_stay_sums),
        SPACE_TEST(an_equality_answers_its_own_question),
        SPACE_TEST(an_equality_of_products_is_cancelled_first),
        SPACE_TEST(divisibility_and_nonzero_are_looked_up),
        SPACE_TEST(a_branch_not_taken_leaves_nothing_behind),
        SPACE_TEST(a_clamp_gives_way_and_is_recorded),
        SPACE_TEST(clamps_inside_products_and_on_both_sides_give_way),
        SPACE_TEST(a_window_that_must_fit_is_recorded_at_a_broadcast),
        SPACE_TEST(the_simpler_dim_is_kept),
        SPACE_TEST(dims_that_cannot_agree_are_a_contradiction),
        SPACE_TEST(unknown_dims_yield),
        SPACE_TEST(broadcasting_follows_what_is_known),
        SPACE_TEST(ninety_clamps_are_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
