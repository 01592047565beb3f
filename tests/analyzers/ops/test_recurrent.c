/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recurrent networks: one step of each cell is run, as the operators'
 * documentation writes it, and every operation counted.
 */
#include "support/test.h"

enum { INPUT = 3, HIDDEN = 2 };

typedef struct steps {
    int64_t macs, flops, transcendentals;
} steps;

/* f(W x + R h + b), b summed beforehand from both biases. */
static void gate(steps *s, int biased)
{
    for (int row = 0; row < HIDDEN; row++) {
        for (int column = 0; column < INPUT; column++)
            s->macs++;
        for (int column = 0; column < HIDDEN; column++)
            s->macs++;
        s->flops += biased;
        s->transcendentals++;
    }
}

static steps run_rnn(int biased)
{
    steps s = {0};
    gate(&s, biased);
    return s;
}

static steps run_gru(int biased, int reset_after)
{
    steps s = {0};
    for (int i = 0; i < 3; i++)
        gate(&s, biased);
    for (int row = 0; row < HIDDEN; row++) {
        s.flops += 1; /* reset: of the state or of its product */
        if (reset_after)
            s.flops += 1 + biased; /* + W x; + its own bias */
        s.flops += 1 + 1 + 1 + 1;  /* (1 - z) * n + z * h */
    }
    return s;
}

static steps run_lstm(int biased, int peepholes)
{
    steps s = {0};
    for (int i = 0; i < 4; i++)
        gate(&s, biased);
    for (int row = 0; row < HIDDEN; row++) {
        s.flops += 1 + 1 + 1;             /* f * c + i * g */
        s.transcendentals++;              /* h(c) */
        s.flops += 1;                     /* o * h(c) */
        s.flops += peepholes ? 3 * 2 : 0; /* i, o, f: + p * c */
    }
    return s;
}

static void check(const result *r, steps s, int64_t times)
{
    assert_int_equal(r->macs, times * s.macs);
    assert_int_equal(r->flops, times * (2 * s.macs + s.flops));
    assert_int_equal(r->transcendentals, times * s.transcendentals);
}

static void one_step_of_each_cell_costs_what_it_does(void **state)
{
    (void)state;
    result r = run_op("RNN", "hidden_size=2",
                      "f32[1,1,3] c:f32[1,2,3] c:f32[1,2,2] c:f32[1,4]");
    check(&r, run_rnn(1), 1);
    r = run_op("GRU", "hidden_size=2",
               "f32[1,1,3] c:f32[1,6,3] c:f32[1,6,2] c:f32[1,12]");
    check(&r, run_gru(1, 0), 1);
    assert_int_equal(r.flops, 76);
    r = run_op("GRU", "hidden_size=2 linear_before_reset=1",
               "f32[1,1,3] c:f32[1,6,3] c:f32[1,6,2] c:f32[1,12]");
    assert_int_equal(r.flops, 80);
    r = run_op("LSTM", "hidden_size=2",
               "f32[1,1,3] c:f32[1,8,3] c:f32[1,8,2] c:f32[1,16]");
    check(&r, run_lstm(1, 0), 1);
    assert_int_equal(r.flops, 96);
    r = run_op("LSTM", "hidden_size=2",
               "f32[1,1,3] c:f32[1,8,3] c:f32[1,8,2] c:f32[1,16] _ _ _ "
               "c:f32[1,6]");
    check(&r, run_lstm(1, 1), 1);
    assert_int_equal(r.flops, 108);
}

static void steps_batch_and_directions_multiply(void **state)
{
    (void)state;
    const result r =
        run_op_outputs("LSTM", "direction=bidirectional hidden_size=2",
                       "f32[5,4,3] c:f32[2,8,3] c:f32[2,8,2] c:f32[2,16]", 3);
    assert_string_equal(r.outputs, "f32[5,2,4,2] f32[2,4,2] f32[2,4,2]");
    check(&r, run_lstm(1, 0), 5 * 4 * 2);
    assert_int_equal(r.params, 2 * (8 * 3 + 8 * 2 + 16));
}

static void layout_puts_the_batch_first(void **state)
{
    (void)state;
    const result r =
        run_op_outputs("GRU", "layout=1 hidden_size=2",
                       "f32[batch,time,3] c:f32[1,6,3] c:f32[1,6,2]", 2);
    assert_string_equal(r.outputs, "f32[batch,time,1,2] f32[batch,1,2]");
    assert_string_equal(r.macs_formula, "30*batch*time");
}

/* Without a forget gate of its own: f = 1 - i. */
static void a_coupled_forget_gate_is_one_gate_fewer(void **state)
{
    (void)state;
    const result r = run_op("LSTM", "input_forget=1 hidden_size=2",
                            "f32[1,1,3] c:f32[1,8,3] c:f32[1,8,2] c:f32[1,16]");
    assert_int_equal(r.macs, 3 * HIDDEN * (INPUT + HIDDEN));
    assert_int_equal(r.flops, 2 * r.macs + (3 + 4 + 1) * HIDDEN);
    assert_int_equal(r.transcendentals, 4 * HIDDEN);
}

static void clip_bounds_every_gate_twice(void **state)
{
    (void)state;
    const char *const gru = "f32[1,1,3] c:f32[1,6,3] c:f32[1,6,2]";
    const result plain = run_op("GRU", "", gru);
    const result clipped = run_op("GRU", "clip=3.0", gru);
    assert_int_equal(clipped.flops, plain.flops + 2 * 3 * HIDDEN);
}

static void operands_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    assert_string_equal(
        run_op("LSTM", "", "f32[1,3] c:f32[1,8,3] c:f32[1,8,2]").status,
        "unknown");
    assert_string_equal(
        run_op("LSTM", "", "f32[1,1,4] c:f32[1,8,3] c:f32[1,8,2]").status,
        "unknown");
    assert_string_equal(
        run_op("LSTM", "hidden_size=-1", "f32[1,1,3] c:f32[1,8,3] c:f32[1,8,2]")
            .status,
        "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_step_of_each_cell_costs_what_it_does),
        cmocka_unit_test(steps_batch_and_directions_multiply),
        cmocka_unit_test(layout_puts_the_batch_first),
        cmocka_unit_test(a_coupled_forget_gate_is_one_gate_fewer),
        cmocka_unit_test(clip_bounds_every_gate_twice),
        cmocka_unit_test(operands_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
