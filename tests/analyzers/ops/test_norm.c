/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Normalisation: the steps of one group, one by one.
 */
#include "support/test.h"

typedef struct steps {
    int64_t flops, roots;
} steps;

/* Mean and variance of n elements, then gain and, when biased, shift. */
static steps normalise(int64_t n, int biased)
{
    steps s = {0};
    s.flops += n - 1 + 1; /* sum, divide: the mean */
    for (int64_t i = 0; i < n; i++)
        s.flops += 1 + 1; /* less the mean, squared */
    s.flops += n - 1 + 1; /* sum, divide: the variance */
    s.flops += 1 + 1;     /* epsilon, reciprocal */
    s.roots++;
    for (int64_t i = 0; i < n; i++)
        s.flops += 1 + 1 + biased;
    return s;
}

static void layer_normalization_takes_the_steps_of_every_row(void **state)
{
    (void)state;
    const steps row = normalise(16, 1), plain = normalise(3 * 16, 0);
    result r = run_op_outputs("LayerNormalization", "",
                              "f16[2,3,16] c:f16[16] c:f16[16]", 3);
    assert_string_equal(r.outputs, "f16[2,3,16] f32[2,3,1] f32[2,3,1]");
    assert_int_equal(r.flops, 6 * row.flops);
    assert_int_equal(r.transcendentals, 6 * row.roots);
    assert_int_equal(r.params, 32);
    r = run_op("LayerNormalization", "axis=1", "f32[2,3,16] c:f32[3,16]");
    assert_int_equal(r.flops, 2 * plain.flops);
    r = run_op("LayerNormalization", "axis=3", "f32[2,3,16] c:f32[3,16]");
    assert_string_equal(r.status, "unknown");
}

static void groups_are_planes_or_sets_of_them(void **state)
{
    (void)state;
    const steps plane = normalise(5 * 7, 1), group = normalise(3 * 5 * 7, 1);
    const char *const operands = "f32[2,6,5,7] c:f32[6] c:f32[6]";
    result r = run_op("InstanceNormalization", "", operands);
    assert_string_equal(r.outputs, "f32[2,6,5,7]");
    assert_int_equal(r.flops, 2 * 6 * plane.flops);
    assert_int_equal(r.transcendentals, 2 * 6);
    r = run_op("GroupNormalization", "num_groups=2", operands);
    assert_int_equal(r.flops, 2 * 2 * group.flops);
    assert_int_equal(r.transcendentals, 2 * 2);
    r = run_op("GroupNormalization", "num_groups=0", operands);
    assert_string_equal(r.status, "unknown");
}

static void root_mean_square_has_no_mean(void **state)
{
    (void)state;
    /* n squares, n - 1 additions, one division, epsilon; n divisions and n
     * gains */
    const int64_t n = 16, row = n + (n - 1) + 1 + 1 + 2 * n;
    result r = run_op("RMSNormalization@23", "", "f32[batch,16] c:f32[16]");
    assert_string_equal(r.outputs, "f32[batch,16]");
    r = run_op("RMSNormalization@23", "", "f32[5,16] c:f32[16]");
    assert_int_equal(r.flops, 5 * row);
    assert_int_equal(r.transcendentals, 5);
    r = run_op_outputs("SimplifiedLayerNormalization", "axis=-1",
                       "f32[5,16] c:f32[16]", 2);
    assert_string_equal(r.outputs, "f32[5,16] f32[5,1]");
    assert_int_equal(r.flops, 5 * row);
}

static const char batch[] = "f32[2,3,5,5] c:f32[3] c:f32[3] c:f32[3] c:f32[3]";

static void batch_normalization_scales_and_shifts(void **state)
{
    (void)state;
    const int64_t elements = 2 * 3 * 5 * 5;
    result r = run_op("BatchNormalization", "", batch);
    assert_int_equal(r.flops, 2 * elements);
    assert_int_equal(r.transcendentals, 0);
    assert_int_equal(r.params, 6);
    assert_int_equal(r.buffers, 6);
    r = run_op("BatchNormalization", "",
               "f32[2,3,5,5] c:f32[3] c:f32[3] f32[3] f32[3]");
    assert_int_equal(r.flops, 2 * elements + 4 * 3);
    assert_int_equal(r.transcendentals, 3);
}

static void training_was_once_told_by_the_outputs(void **state)
{
    (void)state;
    const int64_t trained = 7 * (2 * 3 * 5 * 5) + 8 * 3;
    result r =
        run_op_outputs("BatchNormalization", "training_mode=1", batch, 3);
    assert_string_equal(r.outputs, "f32[2,3,5,5] f32[3] f32[3]");
    assert_int_equal(r.flops, trained);
    assert_int_equal(r.transcendentals, 3);
    r = run_op_outputs("BatchNormalization@9", "", batch, 5);
    assert_string_equal(r.outputs, "f32[2,3,5,5] f32[3] f32[3] f32[3] f32[3]");
    assert_int_equal(r.flops, trained);
    r = run_op("BatchNormalization@9", "", batch);
    assert_int_equal(r.flops, 2 * (2 * 3 * 5 * 5));
}

static void mean_variance_normalization_keeps_channels_apart(void **state)
{
    (void)state;
    result r = run_op("MeanVarianceNormalization", "", "f32[2,3,5,5]");
    assert_int_equal(r.flops, 5 * (2 * 3 * 5 * 5) + 3 * 3);
    assert_int_equal(r.transcendentals, 3);
    r = run_op("MeanVarianceNormalization", "axes=2,3", "f32[2,3,5,5]");
    assert_int_equal(r.transcendentals, 6);
    r = run_op("MeanVarianceNormalization", "", "f32[2,3]");
    assert_string_equal(r.status, "unknown");
}

static void lp_normalization_divides_by_the_norm(void **state)
{
    (void)state;
    /* n powers, n - 1 additions, n divisions along axis 1 */
    const int64_t rows = 2 * 5, row = 3 + (3 - 1) + 3;
    result r = run_op("LpNormalization", "axis=1", "f32[2,3,5]");
    assert_int_equal(r.flops, rows * row);
    assert_int_equal(r.transcendentals, rows);
    r = run_op("LpNormalization", "axis=1 p=1", "f32[2,3,5]");
    assert_int_equal(r.transcendentals, 0);
}

static void local_response_sums_neighbours(void **state)
{
    (void)state;
    result r = run_op("LRN", "size=5", "f32[1,8,4,4]");
    assert_int_equal(r.flops, 8 * 4 * 4 * (5 + 3));
    assert_int_equal(r.transcendentals, 8 * 4 * 4);
    r = run_op("LRN", "size=-9223372036854775808", "f32[1,8,4,4]");
    assert_string_equal(r.status, "unknown");
}

static void no_elements_cost_nothing(void **state)
{
    (void)state;
    const result r =
        run_op("LayerNormalization", "", "f32[5,0] c:f32[0] c:f32[0]");
    assert_int_equal(r.flops, 0);
    assert_int_equal(r.transcendentals, 0);
}

static void a_gain_is_spread_over_the_last_dims(void **state)
{
    (void)state;
    const char *const wrong =
        "an operand has more dims than what it is spread over";
    assert_string_equal(
        run_op("RMSNormalization@23", "", "f32[5,n] f32[16]").outputs,
        "f32[5,16]");
    assert_string_equal(
        run_op("LayerNormalization", "", "f32[5,n] f32[1] f32[8]").outputs,
        "f32[5,8]");
    assert_non_null(
        run_op("RMSNormalization@23", "", "f32[5,8] f32[16]").diagnostic);
    assert_string_equal(
        run_op("LayerNormalization", "", "f32[5] f32[3,5]").diagnostic, wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gain_is_spread_over_the_last_dims),
        cmocka_unit_test(layer_normalization_takes_the_steps_of_every_row),
        cmocka_unit_test(groups_are_planes_or_sets_of_them),
        cmocka_unit_test(root_mean_square_has_no_mean),
        cmocka_unit_test(batch_normalization_scales_and_shifts),
        cmocka_unit_test(training_was_once_told_by_the_outputs),
        cmocka_unit_test(mean_variance_normalization_keeps_channels_apart),
        cmocka_unit_test(lp_normalization_divides_by_the_norm),
        cmocka_unit_test(local_response_sums_neighbours),
        cmocka_unit_test(no_elements_cost_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
