/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/ledger.c - what inference had to assume, once each and brief.
 *
 * In here: normalising, strengthening, counting and taking back of entries.
 * Not in here: the facts that entries become (question.c), how a dim comes to
 * need one (dim.c), their wording.
 */
#include "symbolic/space.h"

#include "symbolic/internal.h"

/* Steps from `floor((x - 10)//5) >= 3` and the like towards `x >= 25`. */
#define NORMALISING_STEPS 32

/* ---- entries ---- */

static void remember(oc_space *space, size_t index)
{
    space->undo = oc_grown(space, space->undo, space->undo_count,
                           &space->undo_room, sizeof(oc_undo));
    space->undo[space->undo_count++] =
        (oc_undo){index, space->assumptions[index]};
}

static void count_again(oc_space *space, size_t fact)
{
    if (fact == SIZE_MAX || space->facts[fact].assumption == SIZE_MAX)
        return;
    size_t index = space->facts[fact].assumption;
    remember(space, index);
    space->assumptions[index].count++;
}

static size_t append(oc_space *space, oc_assumption assumption)
{
    size_t index = space->assumption_count;
    space->assumptions =
        oc_grown(space, space->assumptions, index, &space->assumption_room,
                 sizeof(oc_assumption));
    space->assumptions[index] = assumption;
    space->assumption_count++;
    return index;
}

size_t oc_assumption_count(const oc_space *space)
{
    return space->assumption_count;
}

const oc_assumption *oc_assumption_at(const oc_space *space, size_t index)
{
    return &space->assumptions[index];
}

/* The least value of `of` that makes the atom 1: it for itself, q for of//q. */
static bool is_one_from(const oc_space *space, const oc_atom *atom, oc_expr of,
                        oc_expr least)
{
    if (atom->expr == of)
        return oc_expr_is(least, 1);
    return atom->kind == OC_ATOM_FDIV && atom->arguments[0] == of &&
           atom->arguments[1] == least && oc_expr_is_constant(space, least);
}

/* A product of what is never negative: where it is positive, no factor is 0. */
static bool has_such_factor(const oc_space *space, oc_expr product, oc_expr of,
                            oc_expr least)
{
    if (oc_expr_is_immediate(product))
        return false;
    const oc_poly *p = &oc_entry_of(space, product)->poly;
    const oc_monomial *m = space->monomials[p->terms[0].monomial];
    bool has = false;
    if (p->count != 1 || p->terms[0].coefficient < 0)
        return false;
    for (size_t i = 0; i < m->count; i++) {
        const oc_atom *atom = space->atoms[m->factors[i].atom];
        has = has || is_one_from(space, atom, of, least);
        if (atom->interval.lower < 0)
            return false;
    }
    return has;
}

bool oc_assumption_is_implied(const oc_space *space, size_t index)
{
    const oc_assumption *least = &space->assumptions[index];
    if (least->relation != OC_AT_MOST || !oc_expr_is_immediate(least->left))
        return false;
    for (size_t i = 0; i < space->assumption_count; i++) {
        const oc_assumption *a = &space->assumptions[i];
        if (a->relation == OC_EQUAL && oc_expr_is_immediate(a->right) &&
            oc_expr_immediate(a->right) > 0 &&
            has_such_factor(space, a->left, least->right, least->left))
            return true;
    }
    return false;
}

oc_ledger_mark oc_ledger_here(const oc_space *space)
{
    return (oc_ledger_mark){space->assumption_count, space->fact_count,
                            space->undo_count};
}

void oc_ledger_rollback(oc_space *space, oc_ledger_mark mark)
{
    oc_facts_truncate(space, mark.facts);
    while (space->undo_count > mark.undo) {
        const oc_undo *undo = &space->undo[--space->undo_count];
        space->assumptions[undo->index] = undo->before;
    }
    space->assumption_count = mark.assumptions;
}

/* ---- normal forms ---- */

static oc_expr sign_form(oc_space *space, oc_expr form)
{
    oc_mark mark = oc_scratch_here(space);
    oc_poly p = oc_poly_sign_form(space, &oc_entry_of(space, form)->poly);
    form = oc_poly_intern(space, &p);
    oc_scratch_release(space, mark);
    return form;
}

/* +-floor(n / q) + c >= 0 as a condition on n */
static oc_expr through_division(oc_space *space, const oc_atom *atom,
                                bool positive, oc_expr c)
{
    oc_expr n = atom->arguments[0], q = atom->arguments[1];
    if (!oc_expr_is_constant(space, q))
        return OC_UNKNOWN;
    oc_expr bound = oc_expr_mul(space, c, q);
    if (positive) /* n >= -c*q */
        return oc_expr_add(space, n, bound);
    /* n <= c*q + q - 1 */
    bound = oc_expr_add(space, bound, oc_expr_sub(space, q, oc_expr_of(1)));
    return oc_expr_sub(space, bound, n);
}

/*
 * MIN{a, b} + c >= 0 needs a + c >= 0 and b + c >= 0; MAX{a, b} + c >= 0
 * one of them; with a minus the two change places. When all but one are
 * settled, that one is the condition.
 */
static oc_expr through_extremum(oc_space *space, const oc_atom *atom,
                                bool positive, oc_expr c)
{
    bool all = (atom->kind == OC_ATOM_MIN) == positive;
    oc_expr open = OC_UNKNOWN;
    for (uint32_t i = 0; i < atom->argument_count; i++) {
        oc_expr a = atom->arguments[i];
        oc_expr one =
            positive ? oc_expr_add(space, c, a) : oc_expr_sub(space, c, a);
        size_t fact;
        if (oc_ask_nonnegative(space, one, &fact) == (all ? OC_YES : OC_NO))
            continue;
        if (open != OC_UNKNOWN)
            return OC_UNKNOWN;
        open = one;
    }
    return open;
}

/* One step inwards from +-atom + c >= 0; OC_UNKNOWN when there is none. */
static oc_expr step_inwards(oc_space *space, oc_expr form)
{
    const oc_poly *p = &oc_entry_of(space, form)->poly;
    size_t first = p->terms[0].monomial == 0;
    if (p->count != first + 1)
        return OC_UNKNOWN;
    const oc_atom *atom = oc_monomial_atom(space, p->terms[first].monomial);
    if (!atom)
        return OC_UNKNOWN;
    bool positive = p->terms[first].coefficient > 0;
    oc_expr c = oc_expr_int(space, oc_poly_constant(p));
    if (atom->kind == OC_ATOM_FDIV)
        return through_division(space, atom, positive, c);
    if (atom->kind == OC_ATOM_MIN || atom->kind == OC_ATOM_MAX)
        return through_extremum(space, atom, positive, c);
    return OC_UNKNOWN;
}

/* form >= 0 brought to `symbol + constant >= 0` where possible. */
static oc_expr normal_inequality(oc_space *space, oc_expr form)
{
    for (int step = 0; step < NORMALISING_STEPS; step++) {
        form = sign_form(space, form);
        if (!oc_expr_is_known(form) || oc_expr_is_constant(space, form))
            return form;
        oc_expr inner = step_inwards(space, form);
        if (!oc_expr_is_known(inner) || oc_expr_is_constant(space, inner))
            return form;
        form = inner;
    }
    return form;
}

/* form == right - left, both with positive coefficients only. */
static void split(oc_space *space, oc_expr form, oc_expr *left, oc_expr *right)
{
    oc_term hold;
    oc_poly p = oc_poly_of(space, form, &hold);
    oc_mark mark = oc_scratch_here(space);
    oc_poly side[2] = {{oc_scratch_take(space, p.count), 0, 1},
                       {oc_scratch_take(space, p.count), 0, 1}};
    for (size_t i = 0; i < p.count; i++) {
        oc_poly *to = &side[p.terms[i].coefficient > 0];
        to->terms[to->count] = p.terms[i];
        if (to == &side[0])
            to->terms[to->count].coefficient *= -1;
        to->count++;
    }
    *left = oc_poly_intern(space, &side[0]);
    *right = oc_poly_intern(space, &side[1]);
    oc_scratch_release(space, mark);
}

/* `1 <= seq`, also of a product of symbols. */
static bool is_noise(const oc_space *space, oc_expr left, oc_expr right)
{
    if (!oc_expr_is(left, 1) || oc_expr_is_immediate(right))
        return false;
    const oc_poly *p = &oc_entry_of(space, right)->poly;
    return p->count == 1 && p->terms[0].coefficient == 1 &&
           space->monomials[p->terms[0].monomial]->depth == 0;
}

/* ---- the relations ---- */

/* An entry that says the same with a smaller constant, or SIZE_MAX. */
static size_t weaker_entry(oc_space *space, oc_expr form)
{
    const oc_poly *p = &oc_entry_of(space, form)->poly;
    uint32_t monomial = p->terms[p->terms[0].monomial == 0].monomial;
    uint32_t link = space->monomials[monomial]->newest_link;
    for (; link; link = space->links[link - 1].older) {
        const oc_fact *fact = &space->facts[space->links[link - 1].fact];
        if (fact->relation == OC_AT_MOST && fact->assumption != SIZE_MAX &&
            space->assumptions[fact->assumption].relation == OC_AT_MOST &&
            oc_expr_is_constant(space, oc_expr_sub(space, fact->form, form)))
            return fact->assumption;
    }
    return SIZE_MAX;
}

static oc_tri assume_nonnegative(oc_space *space, oc_expr form, size_t node)
{
    size_t fact;
    oc_tri known = oc_ask_nonnegative(space, form, &fact);
    if (known == OC_YES)
        count_again(space, fact);
    if (known != OC_MAYBE || !oc_expr_is_known(form))
        return known;
    oc_expr asked = sign_form(space, form);
    form = normal_inequality(space, form);
    if (!oc_expr_is_known(form) || oc_expr_is_constant(space, form))
        return OC_MAYBE;
    oc_assumption entry = {.relation = OC_AT_MOST, .node = node, .count = 1};
    split(space, form, &entry.left, &entry.right);
    entry.noise = is_noise(space, entry.left, entry.right);
    size_t index = weaker_entry(space, form);
    if (index == SIZE_MAX) {
        index = append(space, entry);
    } else {
        remember(space, index);
        entry.count += space->assumptions[index].count;
        space->assumptions[index] = entry;
    }
    oc_fact_add(space, OC_AT_MOST, form, OC_UNKNOWN, index);
    if (asked != form) /* the same question must find an answer */
        oc_fact_add(space, OC_AT_MOST, asked, OC_UNKNOWN, index);
    return OC_MAYBE;
}

/* Without denominator, content, and a common monomial; the first symbolic
 * coefficient negative, so that its symbol stands on the left of `==`. */
static oc_expr normal_equality(oc_space *space, oc_expr form)
{
    if (!oc_expr_is_known(form) || oc_expr_is_constant(space, form))
        return form;
    oc_mark mark = oc_scratch_here(space);
    oc_poly p = oc_entry_of(space, form)->poly, divided;
    oc_u128 content = oc_poly_content(&p);
    oc_i128 g = content <= (oc_u128)INT64_MAX ? (oc_i128)content : 1;
    if (p.count > 1 && oc_poly_divide_monomial(space, &divided, &p,
                                               oc_poly_monomial(space, &p)))
        p = divided;
    p.denominator = 1;
    if (p.terms[p.terms[0].monomial == 0].coefficient > 0)
        g = -g;
    form = oc_expr_quotient(space, oc_poly_intern(space, &p),
                            oc_expr_int(space, g));
    oc_scratch_release(space, mark);
    return form;
}

static void add_zero(oc_space *space, oc_expr form, size_t assumption)
{
    oc_fact_add(space, OC_AT_MOST, form, OC_UNKNOWN, assumption);
    oc_fact_add(space, OC_AT_MOST, oc_expr_neg(space, form), OC_UNKNOWN,
                assumption);
}

static oc_tri assume_equal(oc_space *space, oc_expr left, oc_expr right,
                           size_t node)
{
    size_t fact;
    oc_expr form = oc_expr_sub(space, right, left);
    oc_tri known = oc_ask_zero(space, form, &fact);
    if (known == OC_YES)
        count_again(space, fact);
    if (known != OC_MAYBE)
        return known;
    oc_expr asked = oc_expr_numerator(space, form);
    form = normal_equality(space, form);
    if (!oc_expr_is_known(form) || oc_expr_is_constant(space, form))
        return OC_MAYBE;
    oc_assumption entry = {.relation = OC_EQUAL, .node = node, .count = 1};
    split(space, form, &entry.left, &entry.right);
    size_t index = append(space, entry);
    add_zero(space, form, index);
    if (asked != form) /* the same question must find an answer */
        add_zero(space, asked, index);
    return OC_MAYBE;
}

/* Records a relation that is looked up as it stands. */
static oc_tri assume_literally(oc_space *space, oc_assumption entry,
                               oc_expr form, oc_expr divisor)
{
    size_t fact = oc_fact_find(space, entry.relation, form, divisor);
    if (fact != SIZE_MAX) {
        count_again(space, fact);
        return OC_YES;
    }
    oc_fact_add(space, entry.relation, form, divisor, append(space, entry));
    return OC_MAYBE;
}

static oc_tri assume_divides(oc_space *space, oc_expr divisor, oc_expr a,
                             size_t node)
{
    oc_expr quotient = oc_expr_quotient(space, a, divisor);
    if (oc_expr_is(a, 0) || oc_expr_is_integral(space, quotient))
        return OC_YES;
    size_t fact;
    oc_expr rest = oc_expr_mod(space, a, divisor);
    oc_tri known = oc_ask_zero(space, rest, &fact);
    if (known != OC_MAYBE)
        return known;
    if (!oc_expr_is_known(rest))
        return OC_MAYBE;
    return assume_literally(space,
                            (oc_assumption){.relation = OC_DIVIDES,
                                            .left = divisor,
                                            .right = a,
                                            .node = node,
                                            .count = 1},
                            a, divisor);
}

static oc_tri assume_nonzero(oc_space *space, oc_expr a, size_t node)
{
    size_t fact;
    oc_tri zero = oc_ask_zero(space, a, &fact);
    if (zero != OC_MAYBE || !oc_expr_is_known(a))
        return zero == OC_YES ? OC_NO : (zero == OC_NO ? OC_YES : OC_MAYBE);
    if (oc_ask_nonnegative(space, a, &fact) == OC_YES)
        return assume_nonnegative(space, oc_expr_sub(space, a, oc_expr_of(1)),
                                  node);
    return assume_literally(space,
                            (oc_assumption){.relation = OC_NONZERO,
                                            .left = a,
                                            .right = OC_UNKNOWN,
                                            .node = node,
                                            .count = 1},
                            a, OC_UNKNOWN);
}

oc_tri oc_assume(oc_space *space, oc_relation relation, oc_expr left,
                 oc_expr right, size_t node)
{
    switch (relation) {
    case OC_EQUAL:
        return assume_equal(space, left, right, node);
    case OC_AT_MOST:
        return assume_nonnegative(space, oc_expr_sub(space, right, left), node);
    case OC_DIVIDES:
        return assume_divides(space, left, right, node);
    case OC_NONZERO:
        return assume_nonzero(space, left, node);
    }
    return OC_MAYBE;
}
