/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/dim.c - the dim that two dims must share, or broadcast to.
 *
 * Both are optimistic: where replacing a MIN or MAX by one of its arguments
 * makes the dims equal, that argument is taken for it and the inequality goes
 * to the ledger (`table[:, :seq]` added to `[.., seq]` needs `seq <= 512`).
 */
#include "symbolic/space.h"

#include "symbolic/internal.h"

/* MIN and MAX atoms that are tried together. */
#define OPTIMISTIC_ATOMS 3

static const oc_symbol *as_symbol(const oc_space *space, oc_expr a)
{
    const oc_atom *atom = oc_expr_atom(space, a);
    return atom && atom->kind == OC_ATOM_SYMBOL ? &space->symbols[atom->index]
                                                : NULL;
}

/* Constants before input symbols before the rest; then fewer terms, then
 * less nesting. */
static uint32_t simplicity(const oc_space *space, oc_expr a)
{
    if (oc_expr_is_constant(space, a))
        return 0;
    const oc_symbol *symbol = as_symbol(space, a);
    const oc_poly *p = &oc_entry_of(space, a)->poly;
    uint32_t kind =
        symbol && symbol->kind == OC_SYMBOL_INPUT ? 1 : (symbol ? 2 : 3);
    uint32_t terms = p->count < 255 ? (uint32_t)p->count : 255;
    return kind << 16 | oc_poly_depth(space, p) << 8 | terms;
}

static oc_expr simpler(const oc_space *space, oc_expr a, oc_expr b)
{
    uint32_t sa = simplicity(space, a), sb = simplicity(space, b);
    if (sa != sb)
        return sa < sb ? a : b;
    return a < b ? a : b;
}

/* ---- optimism ---- */

/* The MIN and MAX atoms that are factors of terms of a: how many, counting
 * up to one more than are tried together, and the first. */
static size_t extrema_of(const oc_space *space, oc_expr a,
                         const oc_atom **first)
{
    const oc_atom *found[OPTIMISTIC_ATOMS + 1];
    size_t count = 0;
    oc_term hold;
    oc_poly p = oc_poly_of(space, a, &hold);
    for (size_t i = 0; i < p.count; i++) {
        const oc_monomial *m = space->monomials[p.terms[i].monomial];
        for (uint32_t j = 0; j < m->count; j++) {
            const oc_atom *atom = space->atoms[m->factors[j].atom];
            size_t k = 0;
            while (k < count && found[k] != atom)
                k++;
            if (k == count && count <= OPTIMISTIC_ATOMS &&
                (atom->kind == OC_ATOM_MIN || atom->kind == OC_ATOM_MAX))
                found[count++] = atom;
        }
    }
    *first = count ? found[0] : NULL;
    return count;
}

/* That atom equals its argument `chosen`: false when it cannot. */
static bool assume_chosen(oc_space *space, const oc_atom *atom, oc_expr chosen,
                          size_t node)
{
    for (uint32_t i = 0; i < atom->argument_count; i++) {
        oc_expr other = atom->arguments[i];
        bool least = atom->kind == OC_ATOM_MIN;
        if (oc_assume(space, OC_AT_MOST, least ? chosen : other,
                      least ? other : chosen, node) == OC_NO)
            return false;
    }
    return true;
}

/* Makes the difference 0 by choosing an argument for each MIN and MAX in it.
 * Entries of a choice that fails are taken back. */
static bool choose(oc_space *space, oc_expr difference, size_t node,
                   size_t atoms)
{
    const oc_atom *atom;
    if (oc_expr_is(difference, 0))
        return true;
    if (!oc_expr_is_known(difference) ||
        extrema_of(space, difference, &atom) > atoms)
        return false;
    for (uint32_t i = 0; atom && i < atom->argument_count; i++) {
        oc_expr argument = atom->arguments[i];
        oc_ledger_mark mark = oc_ledger_here(space);
        oc_expr rest = oc_expr_replace(space, difference, atom, argument);
        if (choose(space, rest, node, atoms - 1) &&
            assume_chosen(space, atom, argument, node))
            return true;
        oc_ledger_rollback(space, mark);
    }
    return false;
}

/* The better of two dims that have been made equal: not the one that still
 * holds a MIN or MAX. */
static oc_expr chosen_dim(const oc_space *space, oc_expr a, oc_expr b)
{
    const oc_atom *atom;
    bool clamped_a = extrema_of(space, a, &atom) > 0;
    bool clamped_b = extrema_of(space, b, &atom) > 0;
    if (clamped_a != clamped_b)
        return clamped_a ? b : a;
    return simpler(space, a, b);
}

/* ---- public ---- */

static oc_expr unify(oc_space *space, oc_expr a, oc_expr b, size_t node,
                     bool *contradiction)
{
    oc_tri equal = oc_expr_equal(space, a, b);
    if (equal == OC_MAYBE &&
        choose(space, oc_expr_sub(space, a, b), node, OPTIMISTIC_ATOMS))
        return chosen_dim(space, a, b);
    if (equal != OC_NO)
        equal = oc_assume(space, OC_EQUAL, a, b, node);
    if (equal != OC_NO)
        return simpler(space, a, b);
    *contradiction = true;
    return OC_UNKNOWN;
}

oc_expr oc_dim_unify(oc_space *space, oc_expr a, oc_expr b, size_t node,
                     bool *contradiction)
{
    *contradiction = false;
    if (a == OC_UNKNOWN || b == OC_UNKNOWN)
        return a == OC_UNKNOWN ? b : a;
    if (a == b || !oc_expr_is_known(a) || !oc_expr_is_known(b))
        return a == b ? a : OC_OVERFLOW;
    return unify(space, a, b, node, contradiction);
}

/* One of them is 1: which, when they are not equal. */
static oc_expr broadcast_unequal(oc_space *space, oc_expr a, oc_expr b,
                                 size_t node, bool *contradiction)
{
    oc_tri a_is_one = oc_expr_equal(space, a, oc_expr_of(1));
    oc_tri b_is_one = oc_expr_equal(space, b, oc_expr_of(1));
    if (a_is_one == OC_NO && b_is_one == OC_NO) {
        *contradiction = true;
        return OC_UNKNOWN;
    }
    if (a_is_one != OC_NO && b_is_one != OC_NO)
        return oc_expr_bcast(space, a, b);
    (void)oc_assume(space, OC_EQUAL, a_is_one == OC_NO ? b : a, oc_expr_of(1),
                    node);
    return a_is_one == OC_NO ? a : b;
}

oc_expr oc_dim_broadcast(oc_space *space, oc_expr a, oc_expr b, size_t node,
                         bool *contradiction)
{
    *contradiction = false;
    if (a == OC_UNKNOWN || b == OC_UNKNOWN) {
        oc_expr other = a == OC_UNKNOWN ? b : a;
        return oc_expr_is_known(other) && oc_at_least_two(space, other)
                   ? other
                   : OC_UNKNOWN;
    }
    if (!oc_expr_is_known(a) || !oc_expr_is_known(b))
        return OC_OVERFLOW;
    if (a == b || oc_expr_is(b, 1))
        return a;
    if (oc_expr_is(a, 1))
        return b;
    oc_tri equal = oc_expr_equal(space, a, b);
    if (equal == OC_NO)
        return broadcast_unequal(space, a, b, node, contradiction);
    bool two_a = oc_at_least_two(space, a), two_b = oc_at_least_two(space, b);
    if (equal == OC_YES || (two_a && two_b))
        return unify(space, a, b, node, contradiction);
    if (choose(space, oc_expr_sub(space, a, b), node, OPTIMISTIC_ATOMS))
        return chosen_dim(space, a, b);
    if (two_a || two_b)
        return two_a ? a : b;
    return oc_expr_bcast(space, a, b);
}
