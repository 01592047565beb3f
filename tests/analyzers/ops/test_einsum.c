/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Einsum: shapes as numpy gives them; the cheapest order of contraction
 * found by trying all.
 */
#include "support/test.h"

static void shapes_follow_the_labels(void **state)
{
    (void)state;
    static const struct {
        const char *attributes, *inputs, *output;
    } cases[] = {
        {"equation=ij,jk->ik", "f32[2,3] f32[3,5]", "f32[2,5]"},
        {"equation=ij,jk", "f32[2,3] f32[3,5]", "f32[2,5]"},
        {"equation=bj,ja", "f32[2,3] f32[3,5]", "f32[5,2]"}, /* sorted */
        {"equation=ii->i", "f32[4,4]", "f32[4]"},
        {"equation=ii", "f32[4,4]", "f32[]"},
        {"equation=ba", "f32[2,3]", "f32[3,2]"},
        {"equation=aB", "f32[2,3]", "f32[3,2]"}, /* capitals first */
        {"equation=...ij,...jk->...ik", "f32[7,2,3] f32[7,3,5]", "f32[7,2,5]"},
        {"equation=...ij,jk", "f32[7,2,3] f32[3,5]", "f32[7,2,5]"},
        {"equation=i...->...i", "f32[2,3,4]", "f32[3,4,2]"},
        {"equation=i...->i", "f32[2,3,4]", "f32[2]"},
        {"equation=a...,b...->ab...", "f32[2,1,4] f32[3,5,4]", "f32[2,3,5,4]"},
        {"equation=ab,b->a", "f32[2,1] f32[3]", "f32[2]"},
        {"equation=,a->a", "f32[] f32[3]", "f32[3]"},
        {"equation=bhid,bhjd->bhij", "f32[b,2,s,8] f32[b,2,t,8]",
         "f32[b,2,s,t]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const result r = run_op("Einsum", cases[i].attributes, cases[i].inputs);
        assert_string_equal(r.outputs, cases[i].output);
        assert_string_equal(r.assumptions, "");
    }
}

static void equations_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *attributes, *inputs;
    } cases[] = {
        {"equation=ij->ij", "f32[2]"},
        {"equation=i->i", "f32[2,3]"},
        {"equation=i,j->ij", "f32[2]"},
        {"equation=i->i", "f32[2] f32[2]"},
        {"equation=i->j", "f32[2]"},
        {"equation=i->ii", "f32[2]"},
        {"equation=i-i", "f32[2]"},
        {"equation=i->i->i", "f32[2]"},
        {"equation=i..->i", "f32[2,2]"},
        {"equation=......->i", "f32[2,2]"},
        {"equation=ij,jk->ik", "f32[2,3] f32[4,5]"},
        {"equation=1->1", "f32[2]"},
        {"", "f32[2]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const result r = run_op("Einsum", cases[i].attributes, cases[i].inputs);
        assert_string_equal(r.status, "unknown");
    }
}

static void two_operands_cost_a_mac_per_combination(void **state)
{
    (void)state;
    const result r = run_op("Einsum", "equation=bhid,bhjd->bhij",
                            "f32[2,3,4,5] f32[2,3,6,5]");
    assert_int_equal(r.macs, 2 * 3 * 4 * 6 * 5);
    assert_int_equal(r.flops, 2 * r.macs);
}

static void without_a_sum_there_are_products_only(void **state)
{
    (void)state;
    const result r =
        run_op("Einsum", "equation=ab,bc->abc", "f32[2,3] f32[3,4]");
    assert_int_equal(r.macs, 0);
    assert_int_equal(r.flops, 2 * 3 * 4);
}

static void labels_of_one_operand_are_summed_first(void **state)
{
    (void)state;
    result r = run_op("Einsum", "equation=abx,bc->ac", "f32[2,3,7] f32[3,4]");
    assert_int_equal(r.macs, 2 * 3 * 4);
    assert_int_equal(r.flops, 2 * r.macs + 2 * 3 * 7 - 2 * 3);
    r = run_op("Einsum", "equation=ii->", "f32[5,5]"); /* trace */
    assert_int_equal(r.macs, 0);
    assert_int_equal(r.flops, 5 - 1);
    r = run_op("Einsum", "equation=abc->cab", "f32[2,3,4]");
    assert_int_equal(r.flops, 0);
}

/* ij,jk,kl,lm->im: MACs of each of the five ways to bracket it. */
static int64_t cheapest_chain(const int64_t d[5])
{
    int64_t best[4][4] = {{0}};
    for (int length = 1; length < 4; length++)
        for (int from = 0; from + length < 4; from++) {
            const int to = from + length;
            best[from][to] = INT64_MAX;
            for (int cut = from; cut < to; cut++) {
                const int64_t macs = best[from][cut] + best[cut + 1][to] +
                                     d[from] * d[cut + 1] * d[to + 1];
                if (macs < best[from][to])
                    best[from][to] = macs;
            }
        }
    return best[0][3];
}

static void the_cheapest_order_is_taken(void **state)
{
    (void)state;
    result r = run_op("Einsum", "equation=ij,jk,kl,lm->im",
                      "f32[30,35] f32[35,15] f32[15,5] f32[5,10]");
    const int64_t wide[] = {30, 35, 15, 5, 10}, thin[] = {2, 9, 3, 8, 1};
    assert_int_equal(r.macs, cheapest_chain(wide));
    r = run_op("Einsum", "equation=ij,jk,kl,lm->im",
               "f32[2,9] f32[9,3] f32[3,8] f32[8,1]");
    assert_int_equal(r.macs, cheapest_chain(thin));
}

static void symbols_leave_the_minimum_open(void **state)
{
    (void)state;
    const result r =
        run_op("Einsum", "equation=ij,jk,kl->il", "f32[2,3] f32[3,n] f32[n,5]");
    /* 2*3*n + 2*n*5 against 3*n*5 + 2*3*5 */
    assert_string_equal(r.macs_formula, "15*n + min(30, n)");
    /* an outer product first has a*b*c MACs, but as many products more */
    const result s =
        run_op("Einsum", "equation=ij,jk,k->i", "f32[a,b] f32[b,c] f32[c]");
    assert_string_equal(s.macs_formula, "min(a*b*c, b*(a + c))");
    assert_string_equal(s.status, "upper-bound");
}

static void many_operands_go_by_the_smallest_result(void **state)
{
    (void)state;
    const result r =
        run_op("Einsum", "equation=a,a,a,a,a,a,a,a,a,a->",
               "f32[3] f32[3] f32[3] f32[3] f32[3] f32[3] f32[3] f32[3] f32[3] "
               "f32[3]");
    assert_string_equal(r.outputs, "f32[]");
    assert_int_equal(r.macs, 3); /* eight products, then one contraction */
    assert_int_equal(r.flops, 2 * 3 + 8 * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_follow_the_labels),
        cmocka_unit_test(equations_that_do_not_fit_are_refused),
        cmocka_unit_test(two_operands_cost_a_mac_per_combination),
        cmocka_unit_test(without_a_sum_there_are_products_only),
        cmocka_unit_test(labels_of_one_operand_are_summed_first),
        cmocka_unit_test(the_cheapest_order_is_taken),
        cmocka_unit_test(symbols_leave_the_minimum_open),
        cmocka_unit_test(many_operands_go_by_the_smallest_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
