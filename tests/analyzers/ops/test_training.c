/* SPDX-License-Identifier: Apache-2.0 */
/* tests/analyzers/ops/test_training.c - optimisers and Gradient. */
#include "support/test.h"

#define TRAINING "ai.onnx.preview.training::"

/* R, T; two tensors, their gradients, their states. */
static void adam_keeps_two_states_a_tensor(void **state)
{
    (void)state;
    const result r = run_op_outputs(
        TRAINING "Adam", "",
        "f32[] i64[] f32[3,4] f32[5] f32[3,4] f32[5] f32[3,4] f32[5] "
        "f32[3,4] f32[5]",
        6);
    assert_string_equal(r.outputs,
                        "f32[3,4] f32[5] f32[3,4] f32[5] f32[3,4] f32[5]");
    assert_int_equal(r.flops, 14 * (3 * 4 + 5));
    assert_int_equal(r.transcendentals, 3 * 4 + 5);
    assert_int_equal(r.read_bytes, 4 * 4 * (3 * 4 + 5));
    assert_int_equal(r.write_bytes, 3 * 4 * (3 * 4 + 5));
}

static void adagrad_and_momentum_keep_one(void **state)
{
    (void)state;
    const char *inputs = "f32[] i64[] f32[3,4] f32[3,4] f32[3,4]";
    const result adagrad = run_op_outputs(TRAINING "Adagrad", "", inputs, 2);
    assert_string_equal(adagrad.outputs, "f32[3,4] f32[3,4]");
    assert_int_equal(adagrad.flops, 8 * 3 * 4);
    assert_int_equal(adagrad.transcendentals, 3 * 4);
    const result standard =
        run_op_outputs(TRAINING "Momentum", "mode=standard", inputs, 2);
    assert_int_equal(standard.flops, 7 * 3 * 4);
    assert_int_equal(standard.transcendentals, 0);
    const result nesterov =
        run_op_outputs(TRAINING "Momentum", "mode=nesterov", inputs, 2);
    assert_int_equal(nesterov.flops, 9 * 3 * 4);
}

static void groups_must_be_whole(void **state)
{
    (void)state;
    const result r =
        run_op(TRAINING "Adagrad", "", "f32[] i64[] f32[3] f32[3]");
    assert_string_equal(r.diagnostic, "inputs are not whole groups of tensors");
    assert_int_equal(r.flops, FIGURE_UNKNOWN);
}

static void the_cost_of_a_gradient_is_not_known(void **state)
{
    (void)state;
    const result r = run_op(TRAINING "Gradient", "y=z", "f32[3,4]");
    assert_string_equal(r.outputs, "f32[3,4]");
    assert_int_equal(r.flops, FIGURE_UNKNOWN);
    assert_string_equal(r.status, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam_keeps_two_states_a_tensor),
        cmocka_unit_test(adagrad_and_momentum_keep_one),
        cmocka_unit_test(groups_must_be_whole),
        cmocka_unit_test(the_cost_of_a_gradient_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
