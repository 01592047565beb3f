/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/division.c - floor division and what follows from it.
 *
 * In here: the rules that bring floor(n / q) to one form, ceil, mod, exact
 * quotients.
 *
 * For a constant q > 0 the form is k + floor(r / q) or k - floor(r / q),
 * where k is a polynomial, q shares no factor with all of r, r's coefficients
 * lie in [0, q) and its leading one in (0, q/2]. Each rule holds for every
 * integer value of the atoms.
 */
#include "symbolic/space.h"

#include "base/checked.h"
#include "symbolic/internal.h"

/* Nonlinear numerators are tried on at most so many points. */
#define GRID_POINTS 256u
#define GRID_ATOMS 8u
#define GRID_TERMS 16u

/* ---- exact quotients ---- */

/* a == ratio * b for one constant, both without common monomial. */
static bool proportional(const oc_poly *a, const oc_poly *b)
{
    oc_i128 ga = (oc_i128)oc_poly_content(a), gb = (oc_i128)oc_poly_content(b);
    if (a->count != b->count || ga <= 0 || gb <= 0)
        return false;
    if ((a->terms[0].coefficient < 0) != (b->terms[0].coefficient < 0))
        gb = -gb;
    for (size_t i = 0; i < a->count; i++)
        if (a->terms[i].monomial != b->terms[i].monomial ||
            a->terms[i].coefficient / ga != b->terms[i].coefficient / gb)
            return false;
    return true;
}

/* a / b for coefficients and denominators of proportional polynomials. */
static oc_expr ratio(oc_space *space, const oc_poly *a, const oc_poly *b)
{
    oc_i128 above = a->terms[0].coefficient, below = b->terms[0].coefficient;
    oc_i128 g = (oc_i128)oc_gcd_u128((oc_u128)(above < 0 ? -above : above),
                                     (oc_u128)(below < 0 ? -below : below));
    if (g <= 0 || below / g > INT64_MAX || below / g < -INT64_MAX)
        return OC_UNKNOWN;
    oc_expr denominators =
        oc_expr_rational(space, b->denominator, a->denominator);
    return oc_expr_mul(space,
                       oc_expr_rational(space, above / g, (int64_t)(below / g)),
                       denominators);
}

static oc_expr single_term(oc_space *space, uint32_t monomial)
{
    oc_term term = {1, monomial};
    return oc_poly_intern(space, &(oc_poly){&term, 1, 1});
}

static oc_expr divide_by_term(oc_space *space, const oc_poly *a,
                              const oc_poly *b)
{
    oc_poly quotient, one = *b;
    oc_term unit = {1, 0};
    if (!oc_poly_divide_monomial(space, &quotient, a, b->terms[0].monomial))
        return OC_UNKNOWN;
    one.terms = b->terms;
    oc_expr inverse = ratio(space, &(oc_poly){&unit, 1, 1}, &one);
    return oc_expr_mul(space, oc_poly_intern(space, &quotient), inverse);
}

static oc_expr divide_by_sum(oc_space *space, const oc_poly *a,
                             const oc_poly *b)
{
    uint32_t ma = oc_poly_monomial(space, a), mb = oc_poly_monomial(space, b);
    uint32_t monomial = oc_monomial_quotient(space, ma, mb);
    oc_poly pa, pb;
    if (a->count != b->count || monomial == OC_NO_MONOMIAL ||
        !oc_poly_divide_monomial(space, &pa, a, ma) ||
        !oc_poly_divide_monomial(space, &pb, b, mb) || !proportional(&pa, &pb))
        return OC_UNKNOWN;
    return oc_expr_mul(space, ratio(space, &pa, &pb),
                       single_term(space, monomial));
}

oc_expr oc_expr_quotient(oc_space *space, oc_expr a, oc_expr b)
{
    if (!oc_expr_is_known(a) || !oc_expr_is_known(b))
        return oc_expr_absorb(a, b);
    if (oc_expr_is(b, 0))
        return OC_UNKNOWN;
    if (a == b || oc_expr_is(a, 0) || oc_expr_is(b, 1))
        return a == b ? oc_expr_of(1) : a;
    oc_term hold_a, hold_b;
    oc_poly p = oc_poly_of(space, a, &hold_a);
    oc_poly q = oc_poly_of(space, b, &hold_b);
    oc_mark mark = oc_scratch_here(space);
    oc_expr result = q.count == 1 ? divide_by_term(space, &p, &q)
                                  : divide_by_sum(space, &p, &q);
    oc_scratch_release(space, mark);
    return result;
}

/* ---- constant divisors ---- */

/* floor(r / q) under work: the result is k + sign * floor(r / q). */
typedef struct division {
    oc_space *space;
    oc_poly k, r;
    int64_t q;
    int sign;
    bool overflow;
} division;

static oc_i128 floored(oc_i128 a, int64_t q)
{
    oc_i128 quotient = 0;
    (void)oc_floor_div_i128(&quotient, a, q); /* q > 0 always fits */
    return quotient;
}

/* floor((g*p + c) / (g*q)) == floor((p + floor(c / g)) / q) */
static void divide_out_common_factor(division *d)
{
    int64_t g =
        (int64_t)oc_gcd_u128(oc_poly_content_nonconstant(&d->r), (oc_u128)d->q);
    size_t kept = 0;
    for (size_t i = 0; i < d->r.count && g > 1; i++) {
        oc_term term = d->r.terms[i];
        term.coefficient = floored(term.coefficient, g);
        if (term.coefficient)
            d->r.terms[kept++] = term;
    }
    d->r.count = g > 1 ? kept : d->r.count;
    d->q /= g;
}

/* Moves the multiples of q out of r. */
static void split_coefficients(division *d)
{
    oc_poly multiple = {oc_scratch_take(d->space, d->r.count), 0, 1}, k;
    size_t kept = 0;
    for (size_t i = 0; i < d->r.count; i++) {
        oc_term whole = d->r.terms[i], part = whole;
        whole.coefficient = floored(whole.coefficient, d->q);
        part.coefficient -= whole.coefficient * d->q;
        if (whole.coefficient)
            multiple.terms[multiple.count++] = whole;
        if (part.coefficient)
            d->r.terms[kept++] = part;
    }
    d->r.count = kept;
    if (oc_poly_combine(d->space, &k, &d->k, 1, &multiple, d->sign))
        d->k = k;
    else
        d->overflow = true;
}

/* floor(r / q) == -floor((q - 1 - r) / q) */
static void orient(division *d)
{
    size_t first = d->r.terms[0].monomial == 0;
    if (d->r.terms[first].coefficient <= d->q / 2)
        return;
    oc_term top = {d->q - 1, 0};
    oc_poly mirrored;
    if (!oc_poly_combine(d->space, &mirrored, &(oc_poly){&top, 1, 1}, 1, &d->r,
                         -1)) {
        d->overflow = true;
        return;
    }
    d->r = mirrored;
    d->sign = -d->sign;
    split_coefficients(d);
}

/* The only division by a constant in r, when its coefficient is 1. */
static const oc_atom *inner_division(const division *d, size_t *at,
                                     int64_t *inner_q)
{
    const oc_atom *found = NULL;
    for (size_t i = 0; i < d->r.count; i++) {
        const oc_atom *atom =
            oc_monomial_atom(d->space, d->r.terms[i].monomial);
        if (!atom || atom->kind != OC_ATOM_FDIV)
            continue;
        if (found || d->r.terms[i].coefficient != 1 ||
            !oc_expr_to_i64(d->space, atom->arguments[1], inner_q))
            return NULL;
        found = atom;
        *at = i;
    }
    return found;
}

/* floor((floor(n / a) + rest) / q) == floor((n + a*rest) / (a*q)) */
static bool merge_inner_division(division *d)
{
    size_t at = 0;
    int64_t a = 0, q;
    const oc_atom *inner = inner_division(d, &at, &a);
    if (!inner || !oc_mul_i64(&q, d->q, a))
        return false;
    oc_term hold;
    oc_poly n = oc_poly_of(d->space, inner->arguments[0], &hold), merged;
    oc_poly rest = oc_poly_copy(d->space, &d->r);
    for (size_t i = at + 1; i < rest.count; i++)
        rest.terms[i - 1] = rest.terms[i];
    rest.count--;
    if (!oc_poly_combine(d->space, &merged, &n, 1, &rest, a))
        return false;
    d->r = merged;
    d->q = q;
    return true;
}

/* ---- nonlinear numerators: seq*(seq + 1) // 2 is exact ---- */

typedef struct grid {
    uint32_t atom[GRID_ATOMS], degree[GRID_ATOMS], at[GRID_ATOMS];
    size_t count;
} grid;

static bool grid_add(grid *g, oc_factor factor)
{
    size_t i = 0;
    while (i < g->count && g->atom[i] != factor.atom)
        i++;
    if (i == GRID_ATOMS)
        return false;
    if (i == g->count) {
        g->atom[g->count++] = factor.atom;
        g->degree[i] = 0;
    }
    if (factor.power > g->degree[i])
        g->degree[i] = factor.power;
    return true;
}

static bool grid_over(grid *g, const oc_space *space, const oc_poly *p)
{
    size_t points = 1;
    for (size_t i = 0; i < p->count; i++) {
        const oc_monomial *m = space->monomials[p->terms[i].monomial];
        for (uint32_t j = 0; j < m->count; j++)
            if (!grid_add(g, m->factors[j]))
                return false;
    }
    for (size_t i = 0; i < g->count; i++)
        points = points > GRID_POINTS ? points : points * (g->degree[i] + 1);
    return points <= GRID_POINTS;
}

static bool grid_next(grid *g)
{
    for (size_t i = 0; i < g->count; i++) {
        if (g->at[i] < g->degree[i]) {
            g->at[i]++;
            return true;
        }
        g->at[i] = 0;
    }
    return false;
}

static uint32_t grid_value(const grid *g, uint32_t atom)
{
    size_t i = 0;
    while (g->atom[i] != atom)
        i++;
    return g->at[i];
}

static int64_t residue(const division *d, const grid *g)
{
    oc_i128 sum = 0;
    for (size_t i = 0; i < d->r.count; i++) {
        const oc_monomial *m = d->space->monomials[d->r.terms[i].monomial];
        oc_i128 value = d->r.terms[i].coefficient;
        for (uint32_t j = 0; j < m->count; j++)
            for (uint32_t k = 0; k < m->factors[j].power; k++)
                value = value * grid_value(g, m->factors[j].atom) % d->q;
        sum = (sum + value) % d->q;
    }
    return (int64_t)sum;
}

/*
 * True when r % q is the same number for all integers: a polynomial takes
 * one residue everywhere when it does on the grid 0..degree of each atom.
 */
static bool constant_residue(const division *d, int64_t *value)
{
    grid g = {.count = 0};
    if (oc_poly_degree(d->space, &d->r) < 2 || d->r.count > GRID_TERMS ||
        !grid_over(&g, d->space, &d->r))
        return false;
    *value = residue(d, &g);
    while (grid_next(&g))
        if (residue(d, &g) != *value)
            return false;
    return true;
}

static oc_expr finished(division *d, oc_expr quotient)
{
    oc_expr k = oc_poly_intern(d->space, &d->k);
    return d->sign > 0 ? oc_expr_add(d->space, k, quotient)
                       : oc_expr_sub(d->space, k, quotient);
}

static bool is_constant(const oc_poly *p)
{
    return p->count == 0 || (p->count == 1 && p->terms[0].monomial == 0);
}

static oc_expr divide(division *d)
{
    do {
        divide_out_common_factor(d);
        split_coefficients(d);
        if (is_constant(&d->r)) /* in [0, q) */
            return finished(d, oc_expr_of(0));
        orient(d);
        if (d->overflow)
            return OC_OVERFLOW;
    } while (merge_inner_division(d));
    int64_t left = 0;
    if (constant_residue(d, &left)) {
        oc_expr r = oc_expr_sub(d->space, oc_poly_intern(d->space, &d->r),
                                oc_expr_int(d->space, left));
        return finished(
            d, oc_expr_mul(d->space, r, oc_expr_rational(d->space, 1, d->q)));
    }
    oc_expr arguments[2] = {
        oc_argument(d->space, oc_poly_intern(d->space, &d->r)),
        oc_expr_int(d->space, d->q)};
    if (!oc_expr_is_known(arguments[0]))
        return arguments[0];
    return finished(d, oc_atom_make(d->space, OC_ATOM_FDIV, 0, arguments, 2));
}

static oc_expr floor_constant(oc_space *space, oc_expr n, int64_t q)
{
    oc_term hold;
    oc_poly p = oc_poly_of(space, n, &hold);
    oc_mark mark = oc_scratch_here(space);
    division d = {.space = space,
                  .k = {NULL, 0, 1},
                  .r = oc_poly_copy(space, &p),
                  .q = q,
                  .sign = 1};
    oc_expr result = divide(&d);
    oc_scratch_release(space, mark);
    return result;
}

/* ---- symbolic divisors, taken not to be 0 ---- */

static oc_expr floor_integral(oc_space *space, oc_expr n, oc_expr d);

/* Divides both by the content and the monomial that they share. */
static void cancel_common_factor(oc_space *space, oc_expr *n, oc_expr *d)
{
    oc_term hold;
    oc_poly p = oc_poly_of(space, *n, &hold);
    const oc_poly *q = &oc_entry_of(space, *d)->poly;
    oc_u128 content = oc_gcd_u128(oc_poly_content(&p), oc_poly_content(q));
    uint32_t monomial = oc_monomial_gcd(space, oc_poly_monomial(space, &p),
                                        oc_poly_monomial(space, q));
    if ((content == 1 && monomial == 0) || monomial == OC_NO_MONOMIAL)
        return;
    oc_expr divisor = oc_expr_mul(space, oc_expr_int(space, (oc_i128)content),
                                  single_term(space, monomial));
    *n = oc_expr_quotient(space, *n, divisor);
    *d = oc_expr_quotient(space, *d, divisor);
}

/* d's first symbolic coefficient becomes positive. */
static void turn_positive(oc_space *space, oc_expr *n, oc_expr *d)
{
    if (!oc_expr_is_known(*d) || oc_expr_is_constant(space, *d))
        return;
    const oc_poly *q = &oc_entry_of(space, *d)->poly;
    if (q->terms[q->terms[0].monomial == 0].coefficient > 0)
        return;
    *n = oc_expr_neg(space, *n);
    *d = oc_expr_neg(space, *d);
}

/* The part of n whose terms the single term d divides, over d. */
static oc_expr whole_part(oc_space *space, oc_expr n, const oc_poly *d)
{
    oc_term hold;
    oc_poly p = oc_poly_of(space, n, &hold);
    oc_poly whole = {oc_scratch_take(space, p.count), 0, 1};
    for (size_t i = 0; i < p.count; i++) {
        oc_term term = {0, oc_monomial_quotient(space, p.terms[i].monomial,
                                                d->terms[0].monomial)};
        if (term.monomial != OC_NO_MONOMIAL &&
            oc_floor_div_i128(&term.coefficient, p.terms[i].coefficient,
                              d->terms[0].coefficient) &&
            term.coefficient)
            whole.terms[whole.count++] = term;
    }
    return oc_poly_gather(&whole) ? oc_poly_intern(space, &whole) : OC_OVERFLOW;
}

static oc_expr floor_symbolic(oc_space *space, oc_expr n, oc_expr d)
{
    oc_expr exact = oc_expr_quotient(space, n, d), k = oc_expr_of(0);
    if (exact != OC_UNKNOWN && oc_expr_is_integral(space, exact))
        return exact;
    cancel_common_factor(space, &n, &d);
    turn_positive(space, &n, &d);
    if (!oc_expr_is_known(n) || !oc_expr_is_known(d) ||
        oc_expr_is_constant(space, d))
        return floor_integral(space, n, d);
    const oc_poly *q = &oc_entry_of(space, d)->poly;
    if (q->count == 1)
        k = whole_part(space, n, q);
    if (!oc_expr_is(k, 0)) {
        n = oc_expr_sub(space, n, oc_expr_mul(space, k, d));
        return oc_expr_add(space, k, floor_integral(space, n, d));
    }
    oc_expr arguments[2] = {oc_argument(space, n), oc_argument(space, d)};
    if (!oc_expr_is_known(arguments[0]) || !oc_expr_is_known(arguments[1]))
        return oc_expr_absorb(arguments[0], arguments[1]);
    return oc_atom_make(space, OC_ATOM_FDIV, 0, arguments, 2);
}

static oc_expr floor_integral(oc_space *space, oc_expr n, oc_expr d)
{
    oc_i128 dividend, divisor;
    if (!oc_expr_is_known(n) || !oc_expr_is_known(d))
        return oc_expr_absorb(n, d);
    if (!oc_expr_to_int(space, d, &divisor)) {
        oc_mark mark = oc_scratch_here(space);
        oc_expr result = floor_symbolic(space, n, d);
        oc_scratch_release(space, mark);
        return result;
    }
    if (divisor == 0)
        return OC_UNKNOWN;
    if (oc_expr_to_int(space, n, &dividend))
        return oc_floor_div_i128(&dividend, dividend, divisor)
                   ? oc_expr_int(space, dividend)
                   : OC_OVERFLOW;
    if (divisor < 0) {
        n = oc_expr_neg(space, n);
        divisor = -divisor;
    }
    if (!oc_expr_is_known(n) || divisor <= 0 || divisor > INT64_MAX)
        return OC_OVERFLOW;
    return floor_constant(space, n, (int64_t)divisor);
}

/* ---- public ---- */

oc_expr oc_expr_floor_div(oc_space *space, oc_expr a, oc_expr b)
{
    if (!oc_expr_is_known(a) || !oc_expr_is_known(b))
        return oc_expr_absorb(a, b);
    if (oc_expr_is(b, 0))
        return OC_UNKNOWN;
    if (oc_expr_is(a, 0) || (oc_expr_is(b, 1) && oc_expr_is_integral(space, a)))
        return a;
    oc_expr da = oc_expr_of(1), db = oc_expr_of(1);
    if (!oc_expr_is_integral(space, a))
        da = oc_expr_int(space, oc_expr_denominator(space, a));
    if (!oc_expr_is_integral(space, b))
        db = oc_expr_int(space, oc_expr_denominator(space, b));
    return floor_integral(space,
                          oc_expr_mul(space, oc_expr_numerator(space, a), db),
                          oc_expr_mul(space, oc_expr_numerator(space, b), da));
}

oc_expr oc_expr_ceil_div(oc_space *space, oc_expr a, oc_expr b)
{
    int64_t q;
    if (oc_expr_is_integral(space, a) && oc_expr_to_i64(space, b, &q) && q > 0)
        return oc_expr_floor_div(
            space, oc_expr_add(space, a, oc_expr_int(space, q - 1)), b);
    return oc_expr_neg(space,
                       oc_expr_floor_div(space, oc_expr_neg(space, a), b));
}

oc_expr oc_expr_mod(oc_space *space, oc_expr a, oc_expr b)
{
    oc_expr multiple = oc_expr_mul(space, b, oc_expr_floor_div(space, a, b));
    return oc_expr_sub(space, a, multiple);
}

oc_expr oc_expr_floor(oc_space *space, oc_expr a)
{
    return oc_expr_floor_div(space, a, oc_expr_of(1));
}

oc_expr oc_expr_ceil(oc_space *space, oc_expr a)
{
    if (!oc_expr_is_known(a))
        return a;
    oc_expr d = oc_expr_int(space, oc_expr_denominator(space, a));
    return oc_expr_ceil_div(space, oc_expr_numerator(space, a), d);
}
