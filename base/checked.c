/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/checked.c - 128-bit division, greatest common divisor, logarithm.
 */
#include "base/checked.h"

bool oc_floor_div_i128(oc_i128 *quotient, oc_i128 a, oc_i128 b)
{
    if (b == 0 || (a == OC_I128_MIN && b == -1))
        return false;
    oc_i128 truncated = a / b;
    bool below = a % b != 0 && (a < 0) != (b < 0);
    *quotient = truncated - below;
    return true;
}

bool oc_floor_mod_i128(oc_i128 *remainder, oc_i128 a, oc_i128 b)
{
    if (b == 0)
        return false;
    /* MIN % -1 is undefined although its value, 0, is not in doubt. */
    oc_i128 rest = b == -1 ? 0 : a % b;
    bool below = rest != 0 && (rest < 0) != (b < 0);
    *remainder = below ? rest + b : rest;
    return true;
}

oc_u128 oc_gcd_u128(oc_u128 a, oc_u128 b)
{
    while (b != 0) {
        oc_u128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int oc_clog2_i128(oc_i128 value)
{
    int bits = 0;
    if (value <= 1)
        return 0;
    for (oc_i128 rest = value - 1; rest > 0; rest >>= 1)
        bits++;
    return bits;
}
