/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/question.c - is a <= b, is a == b: answered or left open, at once.
 *
 * A sign is looked up in the interval of the difference, then in that of the
 * difference minus a multiple of one fact about one of its monomials, then in
 * the product of what facts say of single atoms. There is no further step and
 * nothing is interned on the way: deeper proofs were tried, are exponential,
 * and answered next to nothing.
 */
#include "symbolic/space.h"

#include "base/checked.h"
#include "symbolic/internal.h"

/* Facts tried per question. */
#define FACT_TRIALS 64

/* ---- facts ---- */

void oc_fact_add(oc_space *space, oc_relation relation, oc_expr form,
                 oc_expr divisor, size_t assumption)
{
    if (!oc_expr_is_known(form) || oc_expr_is_immediate(form))
        return;
    space->facts = oc_grown(space, space->facts, space->fact_count,
                            &space->fact_room, sizeof(oc_fact));
    space->facts[space->fact_count] =
        (oc_fact){relation, form, divisor, assumption, space->link_count};
    const oc_poly *p = &oc_entry_of(space, form)->poly;
    for (size_t i = p->terms[0].monomial == 0; i < p->count; i++) {
        oc_monomial *m = space->monomials[p->terms[i].monomial];
        space->links = oc_grown(space, space->links, space->link_count,
                                &space->link_room, sizeof(oc_link));
        space->links[space->link_count++] = (oc_link){
            (uint32_t)space->fact_count, p->terms[i].monomial, m->newest_link};
        m->newest_link = (uint32_t)space->link_count;
    }
    space->fact_count++;
}

void oc_facts_truncate(oc_space *space, size_t count)
{
    if (count >= space->fact_count)
        return;
    size_t kept = space->facts[count].link_count;
    while (space->link_count > kept) {
        oc_link link = space->links[--space->link_count];
        space->monomials[link.monomial]->newest_link = link.older;
    }
    space->fact_count = count;
}

size_t oc_fact_find(oc_space *space, oc_relation relation, oc_expr form,
                    oc_expr divisor)
{
    if (oc_expr_is_constant(space, form))
        return SIZE_MAX;
    const oc_poly *p = &oc_entry_of(space, form)->poly;
    uint32_t monomial = p->terms[p->terms[0].monomial == 0].monomial;
    uint32_t link = space->monomials[monomial]->newest_link;
    for (; link; link = space->links[link - 1].older) {
        const oc_fact *fact = &space->facts[space->links[link - 1].fact];
        if (fact->relation == relation && fact->form == form &&
            fact->divisor == divisor)
            return space->links[link - 1].fact;
    }
    return SIZE_MAX;
}

/* ---- signs ---- */

static oc_i128 coefficient_of(const oc_poly *p, uint32_t monomial)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->terms[i].monomial == monomial)
            return p->terms[i].coefficient;
    return 0;
}

/* p >= 0 since |cf| * p == (something >= 0) + |ct| * fact, where ct and cf
 * are the coefficients of one monomial; for integers > -|cf| is enough. */
static bool follows(oc_space *space, const oc_poly *p, size_t term,
                    const oc_fact *fact)
{
    const oc_poly *f = &oc_entry_of(space, fact->form)->poly;
    oc_i128 ct = p->terms[term].coefficient;
    oc_i128 cf = coefficient_of(f, p->terms[term].monomial);
    if (fact->relation != OC_AT_MOST || (ct < 0) != (cf < 0))
        return false;
    if (ct < 0) {
        ct = -ct;
        cf = -cf;
    }
    oc_poly rest;
    oc_mark mark = oc_scratch_here(space);
    bool yes = oc_poly_combine(space, &rest, p, cf, f, -ct) &&
               oc_poly_interval(space, &rest).lower > -cf;
    oc_scratch_release(space, mark);
    return yes;
}

static bool follows_from_a_fact(oc_space *space, const oc_poly *p,
                                size_t *deciding)
{
    size_t trials = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->terms[i].monomial == 0)
            continue;
        uint32_t link = space->monomials[p->terms[i].monomial]->newest_link;
        for (; link && trials < FACT_TRIALS; trials++) {
            const oc_link *l = &space->links[link - 1];
            if (follows(space, p, i, &space->facts[l->fact])) {
                *deciding = l->fact;
                return true;
            }
            link = l->older;
        }
    }
    return false;
}

/* The lower end that facts `k * atom + c >= 0` give an atom. */
static oc_i128 atom_lower(oc_space *space, const oc_atom *atom)
{
    oc_i128 lower = atom->interval.lower, least;
    uint32_t own = oc_entry_of(space, atom->expr)->poly.terms[0].monomial;
    uint32_t link = space->monomials[own]->newest_link;
    for (size_t i = 0; link && i < FACT_TRIALS; i++) {
        const oc_link *l = &space->links[link - 1];
        const oc_fact *fact = &space->facts[l->fact];
        const oc_poly *f = &oc_entry_of(space, fact->form)->poly;
        oc_i128 k = coefficient_of(f, own);
        if (fact->relation == OC_AT_MOST && k > 0 && f->count <= 2 &&
            (f->count == 1 || oc_poly_constant(f)) &&
            oc_floor_div_i128(&least, -oc_poly_constant(f) + k - 1, k) &&
            least > lower)
            lower = least;
        link = l->older;
    }
    return lower;
}

/* What no product of these factors is below; false when one of them may be
 * negative. */
static bool product_lower(oc_space *space, const oc_monomial *m, oc_i128 *lower)
{
    *lower = 1;
    for (uint32_t i = 0; i < m->count; i++) {
        oc_i128 least = atom_lower(space, space->atoms[m->factors[i].atom]);
        if (least < 0)
            return false;
        for (uint32_t k = 0; k < m->factors[i].power; k++)
            if (!oc_mul_i128(lower, *lower, least))
                return false;
    }
    return true;
}

/* Facts about factors, put together: from 1 <= p and 1 <= q that 1 <= p*q. */
static bool follows_from_factors(oc_space *space, const oc_poly *p)
{
    oc_i128 sum = 0;
    if (oc_poly_degree(space, p) < 2)
        return false;
    for (size_t i = 0; i < p->count; i++) {
        oc_i128 part;
        const oc_monomial *m = space->monomials[p->terms[i].monomial];
        if (p->terms[i].monomial && p->terms[i].coefficient < 0)
            return false;
        if (!product_lower(space, m, &part) ||
            !oc_mul_i128(&part, part, p->terms[i].coefficient) ||
            !oc_add_i128(&sum, sum, part))
            return false;
    }
    return sum >= 0;
}

/* g*p + c >= 0 exactly when p + floor(c / g) >= 0 */
static void divide_content(oc_poly *p)
{
    oc_u128 g = oc_poly_content_nonconstant(p);
    size_t kept = 0;
    if (g <= 1 || g > (oc_u128)INT64_MAX)
        return;
    for (size_t i = 0; i < p->count; i++) {
        oc_term term = p->terms[i];
        (void)oc_floor_div_i128(&term.coefficient, term.coefficient,
                                (oc_i128)g);
        if (term.coefficient)
            p->terms[kept++] = term;
    }
    p->count = kept;
}

oc_poly oc_poly_sign_form(oc_space *space, const oc_poly *p)
{
    oc_poly form = oc_poly_copy(space, p), divided;
    uint32_t common = oc_poly_monomial(space, p);
    if (common && p->count > 1 &&
        space->monomials[common]->interval.lower >= 0 &&
        oc_poly_divide_monomial(space, &divided, p, common))
        form = divided;
    form.denominator = 1;
    divide_content(&form);
    return form;
}

static bool poly_nonnegative(oc_space *space, const oc_poly *p, size_t *fact)
{
    *fact = SIZE_MAX;
    if (oc_poly_interval(space, p).lower >= 0)
        return true;
    oc_mark mark = oc_scratch_here(space);
    oc_poly form = oc_poly_sign_form(space, p);
    bool yes = oc_poly_interval(space, &form).lower >= 0 ||
               (space->link_count && (follows_from_a_fact(space, &form, fact) ||
                                      follows_from_factors(space, &form)));
    oc_scratch_release(space, mark);
    return yes;
}

/* sign * p + shift >= 0 for p's numerator */
static bool shifted_nonnegative(oc_space *space, const oc_poly *p, int sign,
                                oc_i128 shift, size_t *fact)
{
    oc_mark mark = oc_scratch_here(space);
    oc_term term = {shift, 0};
    oc_poly numerator = {p->terms, p->count, 1};
    oc_poly constant = {&term, shift != 0, 1}, out;
    bool yes = oc_poly_combine(space, &out, &numerator, sign, &constant, 1) &&
               poly_nonnegative(space, &out, fact);
    oc_scratch_release(space, mark);
    return yes;
}

static oc_tri nonnegative(oc_space *space, const oc_poly *p, size_t *fact)
{
    size_t other;
    if (poly_nonnegative(space, p, fact))
        return OC_YES;
    return shifted_nonnegative(space, p, -1, -1, &other) ? OC_NO : OC_MAYBE;
}

/* No integers make it 0: `2*x + 1`. */
static bool never_divisible(const oc_poly *p)
{
    oc_u128 g = oc_poly_content_nonconstant(p);
    return g > 1 && g <= (oc_u128)INT64_MAX &&
           oc_poly_constant(p) % (oc_i128)g != 0;
}

static oc_tri zero(oc_space *space, const oc_poly *p, size_t *fact)
{
    size_t other;
    if (p->count == 0)
        return OC_YES;
    if (shifted_nonnegative(space, p, 1, -1, &other) ||
        shifted_nonnegative(space, p, -1, -1, &other) || never_divisible(p))
        return OC_NO;
    if (shifted_nonnegative(space, p, 1, 0, fact) &&
        shifted_nonnegative(space, p, -1, 0, fact))
        return OC_YES;
    return OC_MAYBE;
}

oc_tri oc_ask_nonnegative(oc_space *space, oc_expr form, size_t *fact)
{
    oc_term hold;
    *fact = SIZE_MAX;
    if (!oc_expr_is_known(form))
        return OC_MAYBE;
    oc_poly p = oc_poly_of(space, form, &hold);
    return nonnegative(space, &p, fact);
}

oc_tri oc_ask_zero(oc_space *space, oc_expr form, size_t *fact)
{
    oc_term hold;
    *fact = SIZE_MAX;
    if (!oc_expr_is_known(form))
        return OC_MAYBE;
    oc_poly p = oc_poly_of(space, form, &hold);
    return zero(space, &p, fact);
}

/* ---- public ---- */

typedef oc_tri sign_question(oc_space *space, const oc_poly *p, size_t *fact);

/* Asks of left - right, in scratch. */
static oc_tri ask_difference(oc_space *space, oc_expr left, oc_expr right,
                             sign_question *question)
{
    oc_term hold_left, hold_right;
    oc_poly p = oc_poly_of(space, left, &hold_left);
    oc_poly q = oc_poly_of(space, right, &hold_right), difference;
    oc_mark mark = oc_scratch_here(space);
    oc_tri answer = OC_MAYBE;
    size_t fact;
    if (oc_poly_combine(space, &difference, &p, 1, &q, -1))
        answer = question(space, &difference, &fact);
    oc_scratch_release(space, mark);
    return answer;
}

oc_tri oc_expr_at_most(oc_space *space, oc_expr a, oc_expr b)
{
    if (oc_expr_is_immediate(a) && oc_expr_is_immediate(b))
        return (int64_t)a <= (int64_t)b ? OC_YES : OC_NO;
    if (!oc_expr_is_known(a) || !oc_expr_is_known(b))
        return OC_MAYBE;
    return a == b ? OC_YES : ask_difference(space, b, a, nonnegative);
}

/* least += the least that coefficient * monomial can be */
static bool add_least(const oc_space *space, oc_i128 *least,
                      oc_i128 coefficient, uint32_t monomial)
{
    const oc_interval range =
        monomial ? space->monomials[monomial]->interval : (oc_interval){1, 1};
    const int64_t end = coefficient < 0 ? range.upper : range.lower;
    oc_i128 part;
    return coefficient == 0 ||
           (end != OC_UNBOUNDED_BELOW && end != OC_UNBOUNDED_ABOVE &&
            oc_mul_i128(&part, coefficient, end) &&
            oc_add_i128(least, *least, part));
}

bool oc_expr_covers(const oc_space *space, oc_expr b, oc_expr a)
{
    oc_term hold_a, hold_b;
    oc_i128 least = 0;
    if (!oc_expr_is_known(a) || !oc_expr_is_known(b))
        return false;
    const oc_poly p = oc_poly_of(space, b, &hold_b);
    const oc_poly q = oc_poly_of(space, a, &hold_a);
    if (p.denominator != q.denominator)
        return false;
    for (size_t i = 0, j = 0; i < p.count || j < q.count;) {
        const uint32_t mp = i < p.count ? p.terms[i].monomial : UINT32_MAX;
        const uint32_t mq = j < q.count ? q.terms[j].monomial : UINT32_MAX;
        oc_i128 difference = mp <= mq ? p.terms[i].coefficient : 0;
        if (mq <= mp &&
            !oc_sub_i128(&difference, difference, q.terms[j].coefficient))
            return false;
        if (!add_least(space, &least, difference, mp < mq ? mp : mq))
            return false;
        i += mp <= mq;
        j += mq <= mp;
    }
    return least >= 0;
}

oc_tri oc_expr_equal(oc_space *space, oc_expr a, oc_expr b)
{
    if (oc_expr_is_immediate(a) && oc_expr_is_immediate(b))
        return a == b ? OC_YES : OC_NO;
    if (!oc_expr_is_known(a) || !oc_expr_is_known(b))
        return OC_MAYBE;
    return a == b ? OC_YES : ask_difference(space, a, b, zero);
}

void oc_fact_at_most(oc_space *space, oc_expr a, oc_expr b)
{
    if (oc_expr_is_known(a) && oc_expr_is_known(b) &&
        oc_expr_at_most(space, a, b) == OC_MAYBE)
        oc_fact_add(space, OC_AT_MOST,
                    oc_expr_numerator(space, oc_expr_sub(space, b, a)),
                    OC_UNKNOWN, SIZE_MAX);
}
