/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/interval.c - where a value can lie, computed once per record.
 *
 * Ends are kept as 64-bit integers that saturate outwards; while computing
 * they are 128-bit with INFINITE for "unbounded". Rounding always widens.
 */
#include "symbolic/internal.h"

#include "base/checked.h"

#define INFINITE ((oc_i128)1 << 120)

/* Polynomials longer than this are not tightened: it is quadratic. */
#define TIGHTENED_TERMS 8

typedef struct range {
    oc_i128 lower, upper;
} range;

static oc_i128 clamp(oc_i128 value)
{
    if (value > INFINITE)
        return INFINITE;
    return value < -INFINITE ? -INFINITE : value;
}

static range range_of(oc_interval interval)
{
    return (range){
        interval.lower == OC_UNBOUNDED_BELOW ? -INFINITE : interval.lower,
        interval.upper == OC_UNBOUNDED_ABOVE ? INFINITE : interval.upper};
}

static oc_interval interval_of(range r)
{
    oc_interval interval = {OC_UNBOUNDED_BELOW, OC_UNBOUNDED_ABOVE};
    if (r.lower > INT64_MIN)
        interval.lower = r.lower < INT64_MAX ? (int64_t)r.lower : INT64_MAX - 1;
    if (r.upper < INT64_MAX)
        interval.upper = r.upper > INT64_MIN ? (int64_t)r.upper : INT64_MIN + 1;
    return interval;
}

static oc_i128 multiply(oc_i128 a, oc_i128 b)
{
    oc_i128 product;
    if (a == 0 || b == 0)
        return 0;
    if (a <= -INFINITE || a >= INFINITE || b <= -INFINITE || b >= INFINITE ||
        !oc_mul_i128(&product, a, b))
        return (a < 0) == (b < 0) ? INFINITE : -INFINITE;
    return clamp(product);
}

/* An unbounded end stays so whatever is added. */
static range sum(range a, range b)
{
    range r = {clamp(a.lower + b.lower), clamp(a.upper + b.upper)};
    if (a.lower == -INFINITE || b.lower == -INFINITE)
        r.lower = -INFINITE;
    if (a.upper == INFINITE || b.upper == INFINITE)
        r.upper = INFINITE;
    return r;
}

static range scaled(range r, oc_i128 by)
{
    range s = {multiply(r.lower, by), multiply(r.upper, by)};
    return by < 0 ? (range){s.upper, s.lower} : s;
}

static range product(range a, range b)
{
    range low = scaled(b, a.lower), high = scaled(b, a.upper);
    return (range){low.lower < high.lower ? low.lower : high.lower,
                   low.upper > high.upper ? low.upper : high.upper};
}

/* floor of the lower end, ceiling of the upper; `inwards` the reverse, for
 * a value known to be an integer. by > 0. */
static range divided(range r, oc_i128 by, bool inwards)
{
    range q = r;
    if (r.lower > -INFINITE && r.lower < INFINITE) {
        (void)oc_floor_div_i128(&q.lower, r.lower, by);
        q.lower += inwards && q.lower * by != r.lower;
    }
    if (r.upper < INFINITE && r.upper > -INFINITE) {
        (void)oc_floor_div_i128(&q.upper, r.upper, by);
        q.upper += !inwards && q.upper * by != r.upper;
    }
    return q;
}

static range power(range base, uint32_t exponent)
{
    range r = base;
    for (uint32_t i = 1; i < exponent; i++)
        r = product(r, base);
    if (exponent % 2 == 0 && r.lower < 0)
        r.lower = 0;
    return r;
}

oc_interval oc_monomial_interval(const oc_space *space,
                                 const oc_factor *factors, size_t count)
{
    range r = {1, 1};
    for (size_t i = 0; i < count; i++) {
        range atom = range_of(space->atoms[factors[i].atom]->interval);
        r = product(r, power(atom, factors[i].power));
    }
    return interval_of(r);
}

/* ---- polynomials ---- */

static range terms_range(const oc_space *space, const oc_poly *p)
{
    range r = {0, 0};
    for (size_t i = 0; i < p->count; i++) {
        const oc_monomial *m = space->monomials[p->terms[i].monomial];
        r = sum(r, scaled(range_of(m->interval), p->terms[i].coefficient));
    }
    return r;
}

static range meet(range a, range b)
{
    return (range){a.lower > b.lower ? a.lower : b.lower,
                   a.upper < b.upper ? a.upper : b.upper};
}

/*
 * The range of scale * p with c * atom replaced by c * by, where c is the
 * atom's coefficient: scale * (p - c * atom) + c * by.
 */
static range replaced_range(oc_space *space, const oc_poly *p, size_t term,
                            oc_expr by, oc_i128 scale)
{
    oc_mark mark = oc_scratch_here(space);
    oc_term hold;
    oc_poly q = oc_poly_of(space, by, &hold), rest = oc_poly_copy(space, p);
    oc_i128 coefficient = p->terms[term].coefficient;
    for (size_t i = term + 1; i < rest.count; i++)
        rest.terms[i - 1] = rest.terms[i];
    rest.count--;
    oc_poly out;
    range r = {-INFINITE, INFINITE};
    if (oc_poly_combine(space, &out, &rest, scale, &q, coefficient))
        r = terms_range(space, &out);
    oc_scratch_release(space, mark);
    return r;
}

/* What MIN <= argument or MAX >= argument says of p. */
static range extremum_range(oc_space *space, const oc_poly *p, size_t term,
                            const oc_atom *atom)
{
    range r = {-INFINITE, INFINITE};
    bool below =
        (atom->kind == OC_ATOM_MAX) == (p->terms[term].coefficient > 0);
    for (uint32_t i = 0; i < atom->argument_count; i++) {
        range other = replaced_range(space, p, term, atom->arguments[i], 1);
        if (below)
            r.lower = meet(r, other).lower;
        else
            r.upper = meet(r, other).upper;
    }
    return r;
}

/* n == q * floor(n / q) + r with 0 <= r < q, so that
 * q * p == q * rest + c * n - c * r. */
static range division_range(oc_space *space, const oc_poly *p, size_t term,
                            const oc_atom *atom)
{
    range all = {-INFINITE, INFINITE};
    oc_i128 q;
    if (!oc_expr_to_int(space, atom->arguments[1], &q) || q > INT64_MAX)
        return all;
    range r = replaced_range(space, p, term, atom->arguments[0], q);
    range remainder = {0, q - 1};
    oc_i128 coefficient = p->terms[term].coefficient;
    if (coefficient >= INFINITE || coefficient <= -INFINITE)
        return all;
    return divided(sum(r, scaled(remainder, -coefficient)), q, true);
}

/* One step through the definitions of the atoms in p, never a second. */
static range tightened(oc_space *space, const oc_poly *p, range r)
{
    for (size_t i = 0; i < p->count; i++) {
        const oc_atom *atom = oc_monomial_atom(space, p->terms[i].monomial);
        if (!atom)
            continue;
        if (atom->kind == OC_ATOM_MIN || atom->kind == OC_ATOM_MAX)
            r = meet(r, extremum_range(space, p, i, atom));
        if (atom->kind == OC_ATOM_FDIV)
            r = meet(r, division_range(space, p, i, atom));
    }
    return r;
}

oc_interval oc_poly_interval(oc_space *space, const oc_poly *p)
{
    range r = terms_range(space, p);
    if (p->count > 1 && p->count <= TIGHTENED_TERMS) {
        oc_poly numerator = {p->terms, p->count, 1};
        r = tightened(space, &numerator, r);
    }
    return interval_of(divided(r, p->denominator, false));
}

oc_interval oc_expr_interval(const oc_space *space, oc_expr a)
{
    if (oc_expr_is_immediate(a))
        return (oc_interval){oc_expr_immediate(a), oc_expr_immediate(a)};
    if (!oc_expr_is_known(a))
        return (oc_interval){OC_UNBOUNDED_BELOW, OC_UNBOUNDED_ABOVE};
    return oc_entry_of(space, a)->interval;
}

/* ---- atoms ---- */

static oc_i128 floor_end(oc_i128 n, oc_i128 d)
{
    if (n <= -INFINITE || n >= INFINITE)
        return n;
    oc_i128 q = n < 0 ? -1 : 0; /* of an unbounded d */
    if (d < INFINITE)
        (void)oc_floor_div_i128(&q, n, d);
    return q;
}

/* floor(n / d); d is never 0. */
static range quotient_range(range n, range d)
{
    if (d.upper <= 0) {
        n = scaled(n, -1);
        d = scaled(d, -1);
    }
    if (d.lower < 0 || d.upper < 1)
        return (range){-INFINITE, INFINITE};
    d.lower = d.lower ? d.lower : 1;
    return (range){floor_end(n.lower, n.lower < 0 ? d.lower : d.upper),
                   floor_end(n.upper, n.upper < 0 ? d.upper : d.lower)};
}

static range clog2_range(range r)
{
    return (range){r.lower > 1 ? oc_clog2_i128(r.lower) : 0,
                   r.upper < INFINITE ? oc_clog2_i128(r.upper) : 127};
}

static oc_interval extremum_interval(const oc_space *space, oc_atom_kind kind,
                                     const oc_expr *arguments, size_t count)
{
    oc_interval all = oc_expr_interval(space, arguments[0]);
    for (size_t i = 1; i < count; i++) {
        oc_interval one = oc_expr_interval(space, arguments[i]);
        bool lower = one.lower < all.lower, upper = one.upper < all.upper;
        /* the value is one of the arguments: their hull for BCAST */
        if (lower == (kind != OC_ATOM_MAX))
            all.lower = one.lower;
        if (upper == (kind == OC_ATOM_MIN))
            all.upper = one.upper;
    }
    return all;
}

oc_interval oc_atom_interval(const oc_space *space, oc_atom_kind kind,
                             const oc_expr *arguments, size_t count)
{
    range r = range_of(oc_expr_interval(space, arguments[0]));
    if (kind == OC_ATOM_FDIV)
        r = quotient_range(r, range_of(oc_expr_interval(space, arguments[1])));
    else if (kind == OC_ATOM_CLOG2)
        r = clog2_range(r);
    else if (kind != OC_ATOM_LET)
        return extremum_interval(space, kind, arguments, count);
    return interval_of(r);
}
