/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dropout: nothing, unless it trains.
 */
#include "support/test.h"

static void inference_moves_nothing(void **state)
{
    (void)state;
    static const char *const forms[] = {"Dropout@7", "Dropout@10", "Dropout@12",
                                        "Dropout"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const result r = run_op(forms[i], "", "f32[4,5]");
        assert_string_equal(r.outputs, "f32[4,5]");
        assert_string_equal(r.role, "view");
        assert_int_equal(r.flops, 0);
        assert_int_equal(r.read_bytes + r.write_bytes, 0);
    }
    assert_string_equal(run_op("Dropout@6", "is_test=1", "f32[4,5]").role,
                        "view");
}

static void a_mask_is_written_even_then(void **state)
{
    (void)state;
    result r = run_op_outputs("Dropout", "", "f32[4,5]", 2);
    assert_string_equal(r.outputs, "f32[4,5] b[4,5]");
    assert_int_equal(r.read_bytes, 0);
    assert_int_equal(r.write_bytes, 4 * 5);
    r = run_op_outputs("Dropout@7", "", "f32[4,5]", 2);
    assert_string_equal(r.outputs, "f32[4,5] f32[4,5]");
}

static void training_samples_every_element(void **state)
{
    (void)state;
    static const struct {
        const char *op_type, *inputs;
    } forms[] = {{"Dropout", "f32[4,5] c:f32[]=0.5 c:b[]=1"},
                 {"Dropout@6", "f32[4,5]"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const result r = run_op(forms[i].op_type, "", forms[i].inputs);
        assert_int_equal(r.flops, 2 * 4 * 5);
        assert_int_equal(r.transcendentals, 4 * 5);
        assert_string_equal(r.status, "exact");
    }
}

static void an_open_choice_is_bounded(void **state)
{
    (void)state;
    const result r = run_op("Dropout", "", "f32[4,5] c:f32[]=0.5 b[]");
    assert_int_equal(r.flops, 2 * 4 * 5);
    assert_string_equal(r.status, "upper-bound");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inference_moves_nothing),
        cmocka_unit_test(a_mask_is_written_even_then),
        cmocka_unit_test(training_samples_every_element),
        cmocka_unit_test(an_open_choice_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
