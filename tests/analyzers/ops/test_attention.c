/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention, RotaryEmbedding, LinearAttention and CausalConvWithState: shapes
 * and figures, against loops that multiply and count.
 */
#include "support/test.h"

typedef struct dims {
    int64_t batch, heads, kv_heads, queries, keys, qk_width, v_width;
} dims;

/* The two products of attention, term by term. */
static int64_t naive_macs(dims d)
{
    int64_t macs = 0;
    for (int64_t row = 0; row < d.batch * d.heads * d.queries; row++)
        for (int64_t key = 0; key < d.keys; key++) {
            for (int64_t i = 0; i < d.qk_width; i++)
                macs++; /* score += q[row][i] * k[key][i] */
            for (int64_t i = 0; i < d.v_width; i++)
                macs++; /* y[row][i] += p[row][key] * v[key][i] */
        }
    return macs;
}

/* Of every row: maximum, difference, sum, quotient. */
static int64_t naive_softmax(dims d)
{
    int64_t flops = 0;
    for (int64_t row = 0; row < d.batch * d.heads * d.queries; row++)
        flops += (d.keys - 1) + d.keys + (d.keys - 1) + d.keys;
    return flops;
}

static int64_t scores(dims d)
{
    return d.batch * d.heads * d.queries * d.keys;
}

static int64_t scaled(dims d)
{
    return d.batch * (d.heads * d.queries + d.kv_heads * d.keys) * d.qk_width;
}

static void attention_costs_two_products_a_softmax_and_a_scale(void **state)
{
    (void)state;
    const dims d = {2, 8, 2, 5, 9, 16, 24};
    const result r =
        run_op("Attention@23", "", "f32[2,8,5,16] f32[2,2,9,16] f32[2,2,9,24]");
    assert_string_equal(r.outputs, "f32[2,8,5,24]");
    assert_int_equal(r.macs, naive_macs(d));
    assert_int_equal(r.flops, 2 * r.macs + scaled(d) + naive_softmax(d));
    assert_int_equal(r.transcendentals, scores(d));
    assert_int_equal(r.read_bytes, 4 * (2 * 8 * 5 * 16 + 2 * 2 * 9 * 40));
    assert_int_equal(r.write_bytes, 4 * 2 * 8 * 5 * 24);
}

static void attention_takes_heads_of_three_dims_from_attributes(void **state)
{
    (void)state;
    const dims d = {2, 8, 2, 5, 9, 16, 24};
    const result r = run_op("Attention@23", "q_num_heads=8 kv_num_heads=2",
                            "f32[2,5,128] f32[2,9,32] f32[2,9,48]");
    assert_string_equal(r.outputs, "f32[2,5,192]");
    assert_int_equal(r.macs, naive_macs(d));
}

static void attention_puts_the_past_before_its_keys(void **state)
{
    (void)state;
    const dims d = {1, 4, 4, 1, 8, 6, 6};
    const result r = run_op_outputs(
        "Attention@23", "is_causal=1",
        "f32[1,4,1,6] f32[1,4,1,6] f32[1,4,1,6] _ f32[1,4,7,6] f32[1,4,7,6]",
        3);
    assert_string_equal(r.outputs, "f32[1,4,1,6] f32[1,4,8,6] f32[1,4,8,6]");
    assert_int_equal(r.macs, naive_macs(d));
}

static void attention_counts_mask_and_softcap_per_score(void **state)
{
    (void)state;
    const dims d = {1, 2, 2, 3, 5, 4, 4};
    const result r =
        run_op_outputs("Attention@23", "softcap=2.0",
                       "f32[1,2,3,4] f32[1,2,5,4] f32[1,2,5,4] f32[3,5]", 1);
    assert_int_equal(r.flops, 2 * naive_macs(d) + scaled(d) + naive_softmax(d) +
                                  3 * scores(d));
    assert_int_equal(r.transcendentals, 2 * scores(d));
}

static void attention_stays_symbolic(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        "Attention@23", "",
        "f32[b,2,t,4] f32[b,2,t,4] f32[b,2,t,4] _ f32[b,2,p,4] f32[b,2,p,4]",
        2);
    assert_string_equal(r.outputs, "f32[b,2,t,4] f32[b,2,t + p,4]");
    assert_string_equal(r.macs_formula, "16*b*t*(t + p)");
}

static void attention_refuses_heads_that_do_not_divide(void **state)
{
    (void)state;
    const result r = run_op("Attention@23", "q_num_heads=7 kv_num_heads=7",
                            "f32[2,5,128] f32[2,9,32] f32[2,9,48]");
    assert_int_equal(r.macs, FIGURE_UNKNOWN);
    assert_string_not_equal(r.diagnostic, "");
}

static void attention_without_heads_is_refused_not_divided_by(void **state)
{
    (void)state;
    const result r = run_op("Attention@23", "q_num_heads=0 kv_num_heads=0",
                            "f32[2,5,128] f32[2,9,32] f32[2,9,48]");
    assert_int_equal(r.macs, FIGURE_UNKNOWN);
}

static void rotary_embedding_takes_six_flops_per_pair(void **state)
{
    (void)state;
    /* 4 heads of 16, of which 8 are rotated: 4 pairs each */
    const result r =
        run_op("RotaryEmbedding@23", "num_heads=4 rotary_embedding_dim=8",
               "f32[2,5,64] f32[100,4] f32[100,4] i64[2,5]");
    assert_string_equal(r.outputs, "f32[2,5,64]");
    assert_int_equal(r.flops, 2 * 5 * 4 * 4 * 6);
    /* a row of each table for each of 10 positions */
    assert_int_equal(r.read_bytes, 4 * (2 * 5 * 64 + 2 * 10 * 4) + 8 * 10);
}

static void linear_attention_costs_its_recurrence(void **state)
{
    (void)state;
    int64_t macs = 0, flops = 0, exponentials = 0;
    /* 2 sequences of 5, 4 query heads, 2 states of 4 by 6 */
    for (int token = 0; token < 2 * 5; token++) {
        for (int head = 0; head < 2; head++) {
            flops += 4 * 6;    /* decay the state */
            exponentials += 4; /* one for each row of it */
            macs += 4 * 6;     /* what the state says of k */
            flops += 2 * 6;    /* subtract it from v, times beta */
            macs += 4 * 6;     /* add the outer product */
        }
        for (int head = 0; head < 4; head++) {
            macs += 4 * 6; /* read it with q */
            flops += 6;    /* scale */
        }
    }
    const result r = run_op_outputs(
        "LinearAttention@27", "q_num_heads=4 kv_num_heads=2",
        "f32[2,5,16] f32[2,5,8] f32[2,5,12] _ f32[2,5,8] f32[2,5,2]", 2);
    assert_string_equal(r.outputs, "f32[2,5,24] f32[2,2,4,6]");
    assert_int_equal(r.macs, macs);
    assert_int_equal(r.flops, 2 * macs + flops);
    assert_int_equal(r.transcendentals, exponentials);
}

static void causal_conv_carries_its_last_inputs(void **state)
{
    (void)state;
    const result r =
        run_op_outputs("CausalConvWithState@27", "activation=silu",
                       "f32[2,6,9] f32[6,1,4] f32[6] f32[2,6,3]", 2);
    assert_string_equal(r.outputs, "f32[2,6,9] f32[2,6,3]");
    assert_int_equal(r.macs, 2 * 6 * 9 * 4);
    assert_int_equal(r.flops, 2 * r.macs + 2 * (2 * 6 * 9));
    assert_int_equal(r.transcendentals, 2 * 6 * 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attention_costs_two_products_a_softmax_and_a_scale),
        cmocka_unit_test(attention_takes_heads_of_three_dims_from_attributes),
        cmocka_unit_test(attention_puts_the_past_before_its_keys),
        cmocka_unit_test(attention_counts_mask_and_softcap_per_score),
        cmocka_unit_test(attention_stays_symbolic),
        cmocka_unit_test(attention_refuses_heads_that_do_not_divide),
        cmocka_unit_test(attention_without_heads_is_refused_not_divided_by),
        cmocka_unit_test(rotary_embedding_takes_six_flops_per_pair),
        cmocka_unit_test(linear_attention_costs_its_recurrence),
        cmocka_unit_test(causal_conv_carries_its_last_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
