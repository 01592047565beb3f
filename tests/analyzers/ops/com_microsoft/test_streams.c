/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/com_microsoft/test_streams.c - features in branches.
 */
#include "support/test.h"

#define MS "com.microsoft::"

static void every_branch_is_a_row_of_its_own(void **state)
{
    (void)state;
    assert_op(MS "BranchwiseRMSNorm", "", "f32[2,3,4,8] c:f32[8]",
              "f32[2,3,4,8]", 0, 4 * 192 + 24, 24);
    assert_op(MS "BranchwiseRMSNorm", "num_branches=4", "f32[2,3,32]",
              "f32[2,3,32]", 0, 3 * 192 + 24, 24);
    assert_refused(MS "BranchwiseRMSNorm", "num_branches=5", "f32[2,3,32]");
}

static void branches_are_weighed_and_summed(void **state)
{
    (void)state;
    assert_op(MS "HyperConnectionPreMix", "reduction_scale=0.25",
              "f32[2,3,4,8] f32[2,3,4]", "f32[2,3,8]", 2 * 3 * 4 * 8, 48, 0);
    assert_op(MS "HyperConnectionPreMix", "num_branches=4",
              "f32[2,3,32] f32[2,3,4]", "f32[2,3,8]", 2 * 3 * 4 * 8, 0, 0);
}

static void a_mix_has_every_pair_of_branches(void **state)
{
    (void)state;
    assert_op(MS "HyperConnectionPostMix", "",
              "f32[2,3,4,8] f32[2,3,8] f32[2,3,4] f32[2,3,4,4]", "f32[2,3,4,8]",
              192 * 4, 2 * 192, 0);
    assert_op(MS "HyperConnectionPostMix", "",
              "f32[2,3,4,8] f32[2,3,8] f32[2,3,4]", "f32[2,3,4,8]", 0, 2 * 192,
              0);
}

static void a_gate_is_two_norms_and_their_product(void **state)
{
    (void)state;
    /* 192 elements in 24 rows: norms, 5 and 2 for a gate, the value gated */
    assert_op(MS "EngramGate", "",
              "f32[2,3,4,8] f32[2,3,4,8] f32[2,3,8] c:f32[4,8] c:f32[4,8]",
              "f32[2,3,4,8]", 192, 2 * (4 * 192 + 24) + 5 * 24 + 192,
              2 * 24 + 2 * 24);
    assert_op(MS "EngramGate", "",
              "f32[2,3,4,8] f32[2,3,4,8] f32[2,3,8] c:f32[4,8] c:f32[4,8] "
              "c:f32[4,8]",
              "f32[2,3,4,8] f32[2,3,4,8]", 192,
              3 * (4 * 192 + 24) + 5 * 24 + 192, 3 * 24 + 2 * 24);
    assert_refused(MS "EngramGate", "",
                   "f32[2,4,8] f32[2,4,8] f32[2,8] c:f32[4,8] c:f32[4,8]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_branch_is_a_row_of_its_own),
        cmocka_unit_test(branches_are_weighed_and_summed),
        cmocka_unit_test(a_mix_has_every_pair_of_branches),
        cmocka_unit_test(a_gate_is_two_norms_and_their_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
