/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_dml.c - com.microsoft.dml: the plain
 * operator, then its activation.
 */
#include "support/test.h"

#define MS "com.microsoft::"
#define DML "com.microsoft.dml::"

static void convolutions_are_rectified(void **state)
{
    (void)state;
    assert_op(DML "DmlFusedConv", "fused_activation=Relu",
              "f32[1,3,6,6] c:f32[4,3,3,3] c:f32[4]", "f32[1,4,4,4]",
              (4 * 4 * 4) * (3 * 3 * 3), 64 + 64, 0);
    assert_op(DML "DmlFusedConvTranspose", "fused_activation=Sigmoid",
              "f32[1,4,3,3] c:f32[4,2,2,2]", "f32[1,2,4,4]",
              9 * (4 * 2 * 2 * 2), 0, 32);
}

static void products_and_sums_are_activated(void **state)
{
    (void)state;
    assert_op(DML "DmlFusedMatMul", "fused_activation=Tanh",
              "f32[2,3] f32[3,5]", "f32[2,5]", 2 * 5 * 3, 0, 10);
    assert_op(DML "DmlFusedGemm", "fused_activation=LeakyRelu alpha=0.5",
              "f32[2,3] c:f32[3,5] c:f32[5]", "f32[2,5]", 2 * 5 * 3,
              10 + 10 + 2 * 10, 0);
    assert_op(DML "DmlFusedAdd", "fused_activation=Relu", "f32[2,3] f32[3]",
              "f32[2,3]", 0, 6 + 6, 0);
    assert_op(DML "DmlFusedSum", "fused_activation=Relu",
              "f32[2,3] f32[2,3] f32[3]", "f32[2,3]", 0, 2 * 6 + 6, 0);
    assert_refused(DML "DmlFusedAdd", "fused_activation=Relu",
                   "f32[2,3] f32[4]");
}

static void norms_are_activated(void **state)
{
    (void)state;
    assert_op(DML "DmlFusedBatchNormalization", "fused_activation=Relu",
              "f32[2,3,4,5] c:f32[3] c:f32[3] c:f32[3] c:f32[3]",
              "f32[2,3,4,5]", 0, 2 * 120 + 120, 0);
    assert_op(DML "DmlFusedInstanceNormalization", "fused_activation=Relu",
              "f32[2,3,4,5] c:f32[3] c:f32[3]", "f32[2,3,4,5]", 0,
              7 * 120 + 2 * 6 + 120, 6);
    assert_op(DML "DmlFusedMeanVarianceNormalization", "fused_activation=Relu",
              "f32[2,3,4,5]", "f32[2,3,4,5]", 0, 5 * 120 + 3 * 6 + 120, 6);
    assert_op(DML "DmlFusedMeanVarianceNormalization",
              "fused_activation=Relu across_channels=1", "f32[2,3,4,5]",
              "f32[2,3,4,5]", 0, 5 * 120 + 3 * 2 + 120, 2);
}

static void an_activation_that_is_not_known_leaves_figures_unknown(void **state)
{
    (void)state;
    assert_op(DML "DmlFusedConv", "fused_activation=Nonsense",
              "f32[1,3,6,6] c:f32[4,3,3,3]", "f32[1,4,4,4]", 64 * 27,
              FIGURE_UNKNOWN, FIGURE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_are_rectified),
        cmocka_unit_test(products_and_sums_are_activated),
        cmocka_unit_test(norms_are_activated),
        cmocka_unit_test(
            an_activation_that_is_not_known_leaves_figures_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
