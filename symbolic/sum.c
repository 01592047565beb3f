/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/sum.c - sums of many expressions, interned once.
 *
 * Coefficients are added per monomial in an open-addressing table, so that a
 * sum of n expressions costs n times their terms, whatever it has grown to.
 */
#include "symbolic/space.h"

#include <string.h>

#include "base/checked.h"
#include "symbolic/internal.h"

struct oc_sum {
    oc_space *space;
    oc_expr absorbed; /* the sum itself once it is UNKNOWN or OVERFLOW */
    bool absorbing;
    oc_i128 integers; /* of them, most of a static model's figures */
    oc_poly total;    /* terms in order of arrival, zeros included */
    size_t room;
    uint32_t *slots; /* term + 1; twice as many as room, or none */
};

oc_sum *oc_sum_new(oc_space *space)
{
    oc_sum *sum = OC_NEW(space->arena, oc_sum, 1);
    sum->space = space;
    sum->total.denominator = 1;
    return sum;
}

void oc_sum_clear(oc_sum *sum)
{
    if (sum->room)
        memset(sum->slots, 0, 2 * sum->room * sizeof(uint32_t));
    sum->total.count = 0;
    sum->total.denominator = 1;
    sum->absorbing = false;
    sum->integers = 0;
}

static void absorb(oc_sum *sum, oc_expr a)
{
    sum->absorbed = sum->absorbing ? oc_expr_absorb(sum->absorbed, a) : a;
    sum->absorbing = true;
}

/* The slot of a monomial: its term, or where it goes. */
static uint32_t *slot_of(oc_sum *sum, uint32_t monomial)
{
    size_t mask = 2 * sum->room - 1;
    size_t i = (monomial * UINT32_C(2654435761)) & mask;
    while (sum->slots[i] &&
           sum->total.terms[sum->slots[i] - 1].monomial != monomial)
        i = (i + 1) & mask;
    return &sum->slots[i];
}

static void grow(oc_sum *sum)
{
    if (sum->total.count < sum->room)
        return;
    sum->total.terms = oc_grown(sum->space, sum->total.terms, sum->total.count,
                                &sum->room, sizeof(oc_term));
    sum->slots = OC_NEW(sum->space->arena, uint32_t, 2 * sum->room);
    for (size_t i = 0; i < sum->total.count; i++)
        *slot_of(sum, sum->total.terms[i].monomial) = (uint32_t)i + 1;
}

static bool add_term(oc_sum *sum, const oc_term *term, oc_i128 scale)
{
    grow(sum);
    uint32_t *slot = slot_of(sum, term->monomial);
    if (!*slot) {
        sum->total.terms[sum->total.count] = (oc_term){0, term->monomial};
        *slot = (uint32_t)++sum->total.count;
    }
    oc_i128 *to = &sum->total.terms[*slot - 1].coefficient, scaled;
    return oc_mul_i128(&scaled, term->coefficient, scale) &&
           oc_add_i128(to, *to, scaled);
}

/* Makes the sum's denominator a multiple of `denominator`. */
static bool share_denominator(oc_sum *sum, int64_t denominator)
{
    int64_t g = (int64_t)oc_gcd_u128((oc_u128)sum->total.denominator,
                                     (oc_u128)denominator);
    int64_t factor = denominator / g;
    if (factor == 1)
        return true;
    for (size_t i = 0; i < sum->total.count; i++)
        if (!oc_mul_i128(&sum->total.terms[i].coefficient,
                         sum->total.terms[i].coefficient, factor))
            return false;
    return oc_mul_i64(&sum->total.denominator, sum->total.denominator, factor);
}

static void add_poly(oc_sum *sum, const oc_poly *p)
{
    bool fits = share_denominator(sum, p->denominator);
    for (size_t i = 0; fits && i < p->count; i++)
        fits = add_term(sum, &p->terms[i],
                        sum->total.denominator / p->denominator);
    if (!fits)
        absorb(sum, OC_OVERFLOW);
}

void oc_sum_add(oc_sum *sum, oc_expr a)
{
    if (oc_expr_is(a, 0)) /* as most figures are */
        return;
    if (!oc_expr_is_known(a)) {
        absorb(sum, a);
        return;
    }
    if (oc_expr_is_immediate(a) &&
        oc_add_i128(&sum->integers, sum->integers, oc_expr_immediate(a)))
        return;
    oc_term hold;
    oc_poly p = oc_poly_of(sum->space, a, &hold);
    add_poly(sum, &p);
}

void oc_sum_add_sum(oc_sum *sum, const oc_sum *more)
{
    if (more->absorbing)
        absorb(sum, more->absorbed);
    else if (oc_add_i128(&sum->integers, sum->integers, more->integers))
        add_poly(sum, &more->total);
    else
        absorb(sum, OC_OVERFLOW);
}

oc_expr oc_sum_value(oc_sum *sum)
{
    if (sum->absorbing)
        return sum->absorbed;
    oc_mark mark = oc_scratch_here(sum->space);
    oc_poly total = oc_poly_copy(sum->space, &sum->total);
    oc_expr value = oc_poly_gather(&total) ? oc_poly_intern(sum->space, &total)
                                           : OC_OVERFLOW;
    oc_scratch_release(sum->space, mark);
    return oc_expr_add(sum->space, value,
                       oc_expr_int(sum->space, sum->integers));
}
