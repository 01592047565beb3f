/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/poly.c - sums and products of polynomials.
 *
 * In here: scratch arithmetic, and the public operations that need no atoms.
 * Not in here: division (division.c), minima and maxima (extremum.c).
 *
 * Every public operation tries immediate integers first: a model without
 * symbols never reaches the tables.
 */
#include "symbolic/space.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "symbolic/internal.h"

/* Past this many term products both factors are named first. */
#define PRODUCT_TERMS 4096u
/* The same where the product has more names and numbers, and neither factor
 * is as short as this. */
#define PRODUCT_SIZE 8192u
#define FACTOR_SIZE 16u
/* Sums that grow without end are kept behind a name each so many terms. */
#define SUM_TERMS 512u

oc_expr oc_expr_absorb(oc_expr a, oc_expr b)
{
    if (a == OC_UNKNOWN || b == OC_UNKNOWN)
        return OC_UNKNOWN;
    return a == OC_OVERFLOW || b == OC_OVERFLOW ? OC_OVERFLOW : OC_UNKNOWN;
}

static bool both_known(oc_expr a, oc_expr b)
{
    return oc_expr_is_known(a) && oc_expr_is_known(b);
}

/* ---- scratch arithmetic ---- */

oc_poly oc_poly_copy(oc_space *space, const oc_poly *p)
{
    oc_poly copy = *p;
    copy.terms = oc_scratch_take(space, p->count);
    if (p->count)
        memcpy(copy.terms, p->terms, p->count * sizeof(oc_term));
    return copy;
}

oc_i128 oc_poly_constant(const oc_poly *p)
{
    return p->count && p->terms[0].monomial == 0 ? p->terms[0].coefficient : 0;
}

static oc_u128 magnitude(oc_i128 value)
{
    return value < 0 ? -(oc_u128)value : (oc_u128)value;
}

static oc_u128 content_from(const oc_poly *p, size_t first)
{
    oc_u128 g = 0;
    for (size_t i = first; i < p->count && g != 1; i++)
        g = oc_gcd_u128(g, magnitude(p->terms[i].coefficient));
    return g;
}

oc_u128 oc_poly_content(const oc_poly *p)
{
    return content_from(p, 0);
}

oc_u128 oc_poly_content_nonconstant(const oc_poly *p)
{
    return content_from(p, p->count && p->terms[0].monomial == 0);
}

/* Appends scale * term; a sum of 0 is left out by the caller. */
static bool scale_term(oc_term *out, const oc_term *term, oc_i128 scale)
{
    out->monomial = term->monomial;
    return oc_mul_i128(&out->coefficient, term->coefficient, scale);
}

static bool merge_terms(oc_poly *out, const oc_poly *p, oc_i128 scale_p,
                        const oc_poly *q, oc_i128 scale_q)
{
    size_t i = 0, j = 0;
    while (i < p->count || j < q->count) {
        uint32_t mp = i < p->count ? p->terms[i].monomial : UINT32_MAX;
        uint32_t mq = j < q->count ? q->terms[j].monomial : UINT32_MAX;
        oc_term *term = &out->terms[out->count], other;
        if (!(mp <= mq ? scale_term(term, &p->terms[i], scale_p)
                       : scale_term(term, &q->terms[j], scale_q)))
            return false;
        if (mp == mq && (!scale_term(&other, &q->terms[j], scale_q) ||
                         !oc_add_i128(&term->coefficient, term->coefficient,
                                      other.coefficient)))
            return false;
        if (term->coefficient == OC_I128_MIN) /* so that all have a -c */
            return false;
        i += mp <= mq;
        j += mq <= mp;
        out->count += term->coefficient != 0;
    }
    return true;
}

bool oc_poly_combine(oc_space *space, oc_poly *out, const oc_poly *p,
                     oc_i128 scale_p, const oc_poly *q, oc_i128 scale_q)
{
    int64_t dp = p->denominator, dq = q->denominator;
    *out = (oc_poly){oc_scratch_take(space, p->count + q->count), 0, dp};
    if (dp != dq) {
        int64_t g = (int64_t)oc_gcd_u128((oc_u128)dp, (oc_u128)dq);
        if (!oc_mul_i64(&out->denominator, dp, dq / g) ||
            !oc_mul_i128(&scale_p, scale_p, dq / g) ||
            !oc_mul_i128(&scale_q, scale_q, dp / g))
            return false;
    }
    if (scale_p == 0 || scale_q == 0) {
        const oc_poly none = {0};
        return merge_terms(out, scale_p ? p : &none, scale_p,
                           scale_q ? q : &none, scale_q);
    }
    return merge_terms(out, p, scale_p, q, scale_q);
}

static int compare_terms(const void *a, const void *b)
{
    uint32_t ma = ((const oc_term *)a)->monomial;
    uint32_t mb = ((const oc_term *)b)->monomial;
    return (ma > mb) - (ma < mb);
}

static void sort_terms(oc_poly *p)
{
    if (p->count > 32) {
        qsort(p->terms, p->count, sizeof(oc_term), compare_terms);
        return;
    }
    for (size_t i = 1; i < p->count; i++) {
        oc_term term = p->terms[i];
        size_t j = i;
        for (; j && p->terms[j - 1].monomial > term.monomial; j--)
            p->terms[j] = p->terms[j - 1];
        p->terms[j] = term;
    }
}

bool oc_poly_gather(oc_poly *p)
{
    sort_terms(p);
    size_t kept = 0;
    for (size_t i = 0; i < p->count;) {
        oc_term sum = p->terms[i++];
        while (i < p->count && p->terms[i].monomial == sum.monomial)
            if (!oc_add_i128(&sum.coefficient, sum.coefficient,
                             p->terms[i++].coefficient))
                return false;
        if (sum.coefficient)
            p->terms[kept++] = sum;
    }
    p->count = kept;
    return true;
}

bool oc_poly_divide_monomial(oc_space *space, oc_poly *out, const oc_poly *p,
                             uint32_t monomial)
{
    *out = oc_poly_copy(space, p);
    for (size_t i = 0; i < p->count; i++) {
        out->terms[i].monomial =
            oc_monomial_quotient(space, p->terms[i].monomial, monomial);
        if (out->terms[i].monomial == OC_NO_MONOMIAL)
            return false;
    }
    sort_terms(out);
    return true;
}

static bool multiply(oc_space *space, oc_poly *out, const oc_poly *p,
                     const oc_poly *q)
{
    *out = (oc_poly){oc_scratch_take(space, p->count * q->count), 0, 1};
    if (!oc_mul_i64(&out->denominator, p->denominator, q->denominator))
        return false;
    for (size_t i = 0; i < p->count; i++)
        for (size_t j = 0; j < q->count; j++) {
            oc_term *term = &out->terms[out->count++];
            term->monomial = oc_monomial_product(space, p->terms[i].monomial,
                                                 q->terms[j].monomial);
            if (term->monomial == OC_NO_MONOMIAL ||
                !oc_mul_i128(&term->coefficient, p->terms[i].coefficient,
                             q->terms[j].coefficient))
                return false;
        }
    return oc_poly_gather(out);
}

/* ---- constants ---- */

oc_expr oc_expr_int(oc_space *space, oc_i128 value)
{
    if (value >= OC_IMMEDIATE_MIN && value <= OC_IMMEDIATE_MAX)
        return oc_expr_of((int64_t)value);
    oc_term term = {value, 0};
    return oc_poly_intern(space, &(oc_poly){&term, 1, 1});
}

oc_expr oc_expr_rational(oc_space *space, oc_i128 numerator,
                         int64_t denominator)
{
    oc_term term = {numerator, 0};
    if (denominator < 0) {
        if (denominator == INT64_MIN ||
            !oc_sub_i128(&term.coefficient, 0, numerator))
            return OC_OVERFLOW;
        denominator = -denominator;
    }
    return oc_poly_intern(space,
                          &(oc_poly){&term, numerator != 0, denominator});
}

oc_expr oc_expr_numerator(oc_space *space, oc_expr a)
{
    if (!oc_expr_is_known(a) || oc_expr_is_integral(space, a))
        return a;
    oc_poly p = oc_entry_of(space, a)->poly;
    p.denominator = 1;
    return oc_poly_intern(space, &p);
}

int64_t oc_expr_denominator(const oc_space *space, oc_expr a)
{
    return oc_expr_is_immediate(a) ? 1
                                   : oc_entry_of(space, a)->poly.denominator;
}

/* ---- names ---- */

/* The expression with its numerator behind a name. */
static oc_expr opaque(oc_space *space, oc_expr a)
{
    oc_expr name = oc_let_make(space, oc_expr_numerator(space, a));
    return oc_expr_mul(
        space, name, oc_expr_rational(space, 1, oc_expr_denominator(space, a)));
}

/* ---- sums ---- */

static oc_expr combine(oc_space *space, oc_expr a, oc_i128 scale_a, oc_expr b,
                       oc_i128 scale_b)
{
    oc_term hold_a, hold_b;
    oc_poly p = oc_poly_of(space, a, &hold_a);
    oc_poly q = oc_poly_of(space, b, &hold_b), out;
    if (p.count > SUM_TERMS)
        return combine(space, opaque(space, a), scale_a, b, scale_b);
    if (q.count > SUM_TERMS)
        return combine(space, a, scale_a, opaque(space, b), scale_b);
    oc_mark mark = oc_scratch_here(space);
    oc_expr result = OC_OVERFLOW;
    if (oc_poly_combine(space, &out, &p, scale_a, &q, scale_b))
        result = oc_poly_intern(space, &out);
    oc_scratch_release(space, mark);
    return result;
}

oc_expr oc_expr_add(oc_space *space, oc_expr a, oc_expr b)
{
    if (oc_expr_is_immediate(a) && oc_expr_is_immediate(b))
        return oc_expr_int(space, (oc_i128)oc_expr_immediate(a) +
                                      oc_expr_immediate(b));
    if (!both_known(a, b))
        return oc_expr_absorb(a, b);
    if (oc_expr_is(a, 0))
        return b;
    return oc_expr_is(b, 0) ? a : combine(space, a, 1, b, 1);
}

oc_expr oc_expr_sub(oc_space *space, oc_expr a, oc_expr b)
{
    if (oc_expr_is_immediate(a) && oc_expr_is_immediate(b))
        return oc_expr_int(space, (oc_i128)oc_expr_immediate(a) -
                                      oc_expr_immediate(b));
    if (!both_known(a, b))
        return oc_expr_absorb(a, b);
    if (a == b)
        return oc_expr_of(0);
    return oc_expr_is(b, 0) ? a : combine(space, a, 1, b, -1);
}

oc_expr oc_expr_neg(oc_space *space, oc_expr a)
{
    return oc_expr_sub(space, oc_expr_of(0), a);
}

/* ---- products ---- */

/* Why a product would be too large to write it out. */
typedef enum excess { FITS, TERMS, DEGREE, SIZE } excess;

static excess excess_of(const oc_space *space, const oc_poly *p,
                        const oc_poly *q)
{
    if (p->count > 1 && q->count > 1 && p->count > PRODUCT_TERMS / q->count)
        return TERMS;
    if (oc_poly_degree(space, p) + oc_poly_degree(space, q) >
        OC_MONOMIAL_DEGREE)
        return DEGREE;
    const uint64_t p_size = oc_poly_size(space, p);
    const uint64_t q_size = oc_poly_size(space, q);
    return p_size > FACTOR_SIZE && q_size > FACTOR_SIZE &&
                   p_size * q->count + q_size * p->count > PRODUCT_SIZE
               ? SIZE
               : FITS;
}

static oc_expr opaque_when(oc_space *space, oc_expr a, excess why)
{
    if (oc_expr_is_immediate(a))
        return a;
    const oc_poly *p = &oc_entry_of(space, a)->poly;
    const bool large =
        (why == TERMS && p->count > OC_ARGUMENT_TERMS) ||
        (why == DEGREE && oc_poly_degree(space, p) > OC_ARGUMENT_DEGREE) ||
        (why == SIZE && oc_poly_size(space, p) > FACTOR_SIZE);
    return large ? opaque(space, a) : a;
}

static oc_expr product(oc_space *space, oc_expr a, oc_expr b)
{
    oc_term hold_a, hold_b;
    oc_poly p = oc_poly_of(space, a, &hold_a);
    oc_poly q = oc_poly_of(space, b, &hold_b), out;
    const excess why = excess_of(space, &p, &q);
    if (why != FITS)
        return oc_expr_mul(space, opaque_when(space, a, why),
                           opaque_when(space, b, why));
    oc_mark mark = oc_scratch_here(space);
    oc_expr result = OC_OVERFLOW;
    if (multiply(space, &out, &p, &q))
        result = oc_poly_intern(space, &out);
    oc_scratch_release(space, mark);
    return result;
}

oc_expr oc_expr_mul(oc_space *space, oc_expr a, oc_expr b)
{
    if (oc_expr_is_immediate(a) && oc_expr_is_immediate(b))
        return oc_expr_int(space, (oc_i128)oc_expr_immediate(a) *
                                      oc_expr_immediate(b));
    if (!both_known(a, b))
        return oc_expr_absorb(a, b);
    if (oc_expr_is(a, 0) || oc_expr_is(b, 0))
        return oc_expr_of(0);
    if (oc_expr_is(a, 1))
        return b;
    return oc_expr_is(b, 1) ? a : product(space, a, b);
}

/* ---- what an expression is ---- */

bool oc_expr_to_rational(const oc_space *space, oc_expr a, oc_i128 *numerator,
                         int64_t *denominator)
{
    if (!oc_expr_is_constant(space, a))
        return false;
    oc_term hold;
    oc_poly p = oc_poly_of(space, a, &hold);
    *numerator = oc_poly_constant(&p);
    *denominator = p.denominator;
    return true;
}

bool oc_expr_is_constant(const oc_space *space, oc_expr a)
{
    if (oc_expr_is_immediate(a) || !oc_expr_is_known(a))
        return oc_expr_is_immediate(a);
    const oc_poly *p = &oc_entry_of(space, a)->poly;
    return p->count == 1 && p->terms[0].monomial == 0;
}

bool oc_expr_to_int(const oc_space *space, oc_expr a, oc_i128 *value)
{
    int64_t denominator = 0;
    return oc_expr_to_rational(space, a, value, &denominator) &&
           denominator == 1;
}

bool oc_expr_to_i64(const oc_space *space, oc_expr a, int64_t *value)
{
    oc_i128 wide;
    if (!oc_expr_to_int(space, a, &wide) || wide < INT64_MIN ||
        wide > INT64_MAX)
        return false;
    *value = (int64_t)wide;
    return true;
}

bool oc_expr_is_integral(const oc_space *space, oc_expr a)
{
    return oc_expr_is_known(a) && oc_expr_denominator(space, a) == 1;
}

size_t oc_expr_term_count(const oc_space *space, oc_expr a)
{
    if (!oc_expr_is_known(a))
        return 0;
    oc_term hold;
    return oc_poly_of(space, a, &hold).count;
}
