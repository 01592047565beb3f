/* SPDX-License-Identifier: Apache-2.0 */
/* Checked integers: exact, or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/checked.h"

static void floor_division_keeps_its_identity(void **state)
{
    (void)state;
    for (int a = -20; a <= 20; a++)
        for (int b = -7; b <= 7; b++) {
            oc_i128 quotient, rest;
            assert_int_equal(oc_floor_div_i128(&quotient, a, b), b != 0);
            assert_int_equal(oc_floor_mod_i128(&rest, a, b), b != 0);
            if (b == 0)
                continue;
            assert_true(quotient * b + rest == a);
            assert_true(b > 0 ? rest >= 0 && rest < b : rest <= 0 && rest > b);
        }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    oc_i128 result;
    int64_t small;
    assert_false(oc_floor_div_i128(&result, OC_I128_MIN, -1));
    assert_true(oc_floor_mod_i128(&result, OC_I128_MIN, -1));
    assert_true(result == 0);
    assert_false(oc_add_i128(&result, OC_I128_MAX, 1));
    assert_false(oc_sub_i128(&result, OC_I128_MIN, 1));
    assert_false(oc_mul_i128(&result, OC_I128_MAX, 2));
    assert_false(oc_mul_i64(&small, INT64_MAX, 2));
    assert_false(oc_add_i64(&small, INT64_MIN, -1));
    assert_true(oc_add_i64(&small, INT64_MAX, INT64_MIN));
    assert_int_equal(small, -1);
}

static void gcd_of_nothing_is_nothing(void **state)
{
    (void)state;
    assert_true(oc_gcd_u128(0, 0) == 0);
    assert_true(oc_gcd_u128(0, 12) == 12);
    assert_true(oc_gcd_u128(12, 18) == 6);
    assert_true(oc_gcd_u128((oc_u128)1 << 127, 3 * ((oc_u128)1 << 100)) ==
                (oc_u128)1 << 100);
}

static void clog2_counts_the_doublings_needed(void **state)
{
    (void)state;
    for (int value = 2; value < 5000; value++) {
        int k = oc_clog2_i128(value);
        assert_true(1 << k >= value);
        assert_true(1 << (k - 1) < value);
    }
    assert_int_equal(oc_clog2_i128(OC_I128_MIN), 0);
    assert_int_equal(oc_clog2_i128(0), 0);
    assert_int_equal(oc_clog2_i128(1), 0);
    assert_int_equal(oc_clog2_i128(OC_I128_MAX), 127);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floor_division_keeps_its_identity),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(gcd_of_nothing_is_nothing),
        cmocka_unit_test(clog2_counts_the_doublings_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
