/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/evaluate.c - an expression with values or expressions put in.
 *
 * An atom is made after its arguments, so the atoms an expression is made of
 * are worked off by rising number, each once: no recursion, whatever hides
 * behind LETs.
 */
#include "symbolic/space.h"

#include <stdlib.h>

#include "base/checked.h"
#include "base/error.h"
#include "symbolic/internal.h"

/* ---- the atoms of an expression ---- */

static void visit(oc_space *space, oc_expr a)
{
    oc_term hold;
    oc_poly p = oc_poly_of(space, a, &hold);
    oc_walk *walk = &space->walk;
    for (size_t i = 0; i < p.count; i++) {
        const oc_monomial *m = space->monomials[p.terms[i].monomial];
        for (uint32_t j = 0; j < m->count; j++) {
            oc_atom *atom = space->atoms[m->factors[j].atom];
            if (atom->visit == walk->visit)
                continue;
            atom->visit = walk->visit;
            walk->atoms[walk->count++] = m->factors[j].atom;
        }
    }
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t na = *(const uint32_t *)a, nb = *(const uint32_t *)b;
    return (na > nb) - (na < nb);
}

static void reserve(oc_space *space)
{
    oc_walk *walk = &space->walk;
    if (walk->room >= space->atom_count)
        return;
    walk->room = 2 * space->atom_count;
    walk->atoms = OC_NEW(space->arena, uint32_t, walk->room);
    walk->values = OC_NEW(space->arena, oc_i128, walk->room);
    walk->exprs = OC_NEW(space->arena, oc_expr, walk->room);
}

static oc_walk *walk_over(oc_space *space, oc_expr a)
{
    oc_walk *walk = &space->walk;
    reserve(space);
    walk->visit++;
    walk->count = 0;
    visit(space, a);
    for (size_t i = 0; i < walk->count; i++) {
        const oc_atom *atom = space->atoms[walk->atoms[i]];
        for (uint32_t j = 0; j < atom->argument_count; j++)
            visit(space, atom->arguments[j]);
    }
    if (walk->count > 1)
        qsort(walk->atoms, walk->count, sizeof(uint32_t), compare_numbers);
    for (size_t i = 0; i < walk->count; i++)
        space->atoms[walk->atoms[i]]->slot = (uint32_t)i;
    return walk;
}

bool oc_expr_mentions(oc_space *space, oc_expr a, size_t index)
{
    if (!oc_expr_is_known(a) || oc_expr_is_immediate(a))
        return false;
    const oc_walk *walk = walk_over(space, a);
    for (size_t i = 0; i < walk->count; i++) {
        const oc_atom *atom = space->atoms[walk->atoms[i]];
        if (atom->kind == OC_ATOM_SYMBOL && atom->index == index)
            return true;
    }
    return false;
}

/* ---- numbers ---- */

typedef struct evaluation {
    oc_space *space;
    const oc_walk *walk;
    const oc_i128 *values;
    const bool *bound;
    oc_error *err;
} evaluation;

static oc_status overflow(const evaluation *e)
{
    return oc_fail(e->err, OC_ERR_OVERFLOW, "arith.overflow",
                   "a value is beyond 128 bits");
}

/* The numerator's value. */
static oc_status poly_value(const evaluation *e, const oc_poly *p,
                            oc_i128 *value)
{
    *value = 0;
    for (size_t i = 0; i < p->count; i++) {
        const oc_monomial *m = e->space->monomials[p->terms[i].monomial];
        oc_i128 product = p->terms[i].coefficient;
        for (uint32_t j = 0; j < m->count; j++) {
            const oc_atom *atom = e->space->atoms[m->factors[j].atom];
            for (uint32_t k = 0; k < m->factors[j].power; k++)
                if (!oc_mul_i128(&product, product,
                                 e->walk->values[atom->slot]))
                    return overflow(e);
        }
        if (!oc_add_i128(value, *value, product))
            return overflow(e);
    }
    return OC_OK;
}

static oc_status argument_value(const evaluation *e, const oc_atom *atom,
                                uint32_t argument, oc_i128 *value)
{
    oc_term hold;
    oc_poly p = oc_poly_of(e->space, atom->arguments[argument], &hold);
    oc_status status = poly_value(e, &p, value);
    *value /= p.denominator; /* exact: seq*(seq + 1)//2 */
    return status;
}

static oc_status symbol_value(const evaluation *e, const oc_atom *atom,
                              oc_i128 *value)
{
    if (!e->bound[atom->index])
        return oc_fail(e->err, OC_ERR_USAGE, "usage.unbound-symbol",
                       "symbol '%s' has no value",
                       e->space->symbols[atom->index].name);
    *value = e->values[atom->index];
    return OC_OK;
}

static oc_status division_value(const evaluation *e, oc_i128 a, oc_i128 b,
                                oc_i128 *value)
{
    if (b == 0)
        return oc_fail(e->err, OC_ERR_SHAPE, "arith.division-by-zero",
                       "a formula divides by zero");
    return oc_floor_div_i128(value, a, b) ? OC_OK : overflow(e);
}

static oc_status bcast_value(const evaluation *e, oc_i128 a, oc_i128 b,
                             oc_i128 *value)
{
    oc_i128 product, least = a < b ? a : b;
    if (!oc_mul_i128(&product, a, b))
        return overflow(e);
    return division_value(e, product, least > 1 ? least : 1, value);
}

static oc_status extremum_value(const evaluation *e, const oc_atom *atom,
                                oc_i128 *value)
{
    for (uint32_t i = 1; i < atom->argument_count; i++) {
        oc_i128 other;
        oc_status status = argument_value(e, atom, i, &other);
        if (status != OC_OK)
            return status;
        if ((other < *value) == (atom->kind == OC_ATOM_MIN))
            *value = other;
    }
    return OC_OK;
}

static oc_status atom_value(const evaluation *e, const oc_atom *atom,
                            oc_i128 *value)
{
    if (atom->kind == OC_ATOM_SYMBOL)
        return symbol_value(e, atom, value);
    oc_i128 second = 0;
    oc_status status = argument_value(e, atom, 0, value);
    if (status == OC_OK &&
        (atom->kind == OC_ATOM_FDIV || atom->kind == OC_ATOM_BCAST))
        status = argument_value(e, atom, 1, &second);
    if (status != OC_OK)
        return status;
    switch (atom->kind) {
    case OC_ATOM_FDIV:
        return division_value(e, *value, second, value);
    case OC_ATOM_BCAST:
        return bcast_value(e, *value, second, value);
    case OC_ATOM_MIN:
    case OC_ATOM_MAX:
        return extremum_value(e, atom, value);
    case OC_ATOM_CLOG2:
        *value = oc_clog2_i128(*value);
        return OC_OK;
    case OC_ATOM_SYMBOL:
    case OC_ATOM_LET:
        break;
    }
    return OC_OK;
}

static void reduce(oc_i128 *numerator, int64_t *denominator)
{
    oc_u128 size = *numerator < 0 ? -(oc_u128)*numerator : (oc_u128)*numerator;
    oc_u128 g = oc_gcd_u128(size, (oc_u128)*denominator);
    *numerator /= (oc_i128)g;
    *denominator /= (int64_t)g;
}

oc_status oc_expr_evaluate(oc_space *space, oc_expr a, const oc_i128 *values,
                           const bool *bound, oc_i128 *numerator,
                           int64_t *denominator, oc_error *err)
{
    evaluation e = {space, NULL, values, bound, err};
    if (a == OC_UNKNOWN)
        return oc_fail(err, OC_ERR_USAGE, "cost.unknown",
                       "the value is not known");
    if (a == OC_OVERFLOW)
        return overflow(&e);
    *denominator = 1;
    if (oc_expr_is_immediate(a)) {
        *numerator = oc_expr_immediate(a);
        return OC_OK;
    }
    e.walk = walk_over(space, a);
    for (size_t i = 0; i < e.walk->count; i++) {
        oc_status status = atom_value(&e, space->atoms[e.walk->atoms[i]],
                                      &space->walk.values[i]);
        if (status != OC_OK)
            return status;
    }
    oc_status status = poly_value(&e, &oc_entry_of(space, a)->poly, numerator);
    *denominator = oc_entry_of(space, a)->poly.denominator;
    if (status == OC_OK)
        reduce(numerator, denominator);
    return status;
}

/* ---- expressions ---- */

/* What stands for an atom now. */
typedef oc_expr replacement(const void *context, const oc_atom *atom);

static oc_expr power(oc_space *space, oc_expr base, uint32_t exponent)
{
    oc_expr result = base;
    for (uint32_t i = 1; i < exponent; i++)
        result = oc_expr_mul(space, result, base);
    return result;
}

static oc_expr rebuild(oc_space *space, oc_expr a, replacement *replace,
                       const void *context)
{
    if (oc_expr_is_immediate(a) || !oc_expr_is_known(a))
        return a;
    oc_poly p = oc_entry_of(space, a)->poly;
    oc_sum *sum = space->rebuilt;
    oc_sum_clear(sum);
    for (size_t i = 0; i < p.count; i++) {
        const oc_monomial *m = space->monomials[p.terms[i].monomial];
        oc_expr product =
            oc_expr_rational(space, p.terms[i].coefficient, p.denominator);
        for (uint32_t j = 0; j < m->count; j++) {
            oc_expr base = replace(context, space->atoms[m->factors[j].atom]);
            product = oc_expr_mul(space, product,
                                  power(space, base, m->factors[j].power));
        }
        oc_sum_add(sum, product);
    }
    return oc_sum_value(sum);
}

typedef struct one_atom {
    const oc_atom *atom;
    oc_expr by;
} one_atom;

static oc_expr replace_one(const void *context, const oc_atom *atom)
{
    const one_atom *one = context;
    return atom == one->atom ? one->by : atom->expr;
}

oc_expr oc_expr_replace(oc_space *space, oc_expr a, const oc_atom *atom,
                        oc_expr by)
{
    return rebuild(space, a, replace_one, &(one_atom){atom, by});
}

static oc_expr replace_walked(const void *context, const oc_atom *atom)
{
    const oc_walk *walk = context;
    return walk->exprs[atom->slot];
}

/* The atom over arguments that were substituted before. */
static oc_expr rebuilt_atom(oc_space *space, const oc_atom *atom)
{
    oc_expr args[OC_EXTREMUM_ARGUMENTS];
    bool same = true;
    for (uint32_t i = 0; i < atom->argument_count; i++) {
        args[i] =
            rebuild(space, atom->arguments[i], replace_walked, &space->walk);
        same = same && args[i] == atom->arguments[i];
    }
    if (same)
        return atom->expr;
    switch (atom->kind) {
    case OC_ATOM_FDIV:
        return oc_expr_floor_div(space, args[0], args[1]);
    case OC_ATOM_BCAST:
        return oc_expr_bcast(space, args[0], args[1]);
    case OC_ATOM_CLOG2:
        return oc_expr_clog2(space, args[0]);
    case OC_ATOM_MIN:
    case OC_ATOM_MAX:
        for (uint32_t i = 1; i < atom->argument_count; i++)
            args[0] = atom->kind == OC_ATOM_MIN
                          ? oc_expr_min(space, args[0], args[i])
                          : oc_expr_max(space, args[0], args[i]);
        return args[0];
    case OC_ATOM_SYMBOL:
    case OC_ATOM_LET:
        break;
    }
    /* a LET stays one only where it is still past the caps */
    return oc_argument(space, args[0]);
}

oc_expr oc_expr_substitute(oc_space *space, oc_expr a,
                           const oc_expr *replacement_of)
{
    if (!oc_expr_is_known(a) || oc_expr_is_immediate(a))
        return a;
    oc_walk *walk = walk_over(space, a);
    for (size_t i = 0; i < walk->count; i++) {
        const oc_atom *atom = space->atoms[walk->atoms[i]];
        if (atom->kind != OC_ATOM_SYMBOL)
            walk->exprs[i] = rebuilt_atom(space, atom);
        else if (replacement_of[atom->index] != OC_UNKNOWN)
            walk->exprs[i] = replacement_of[atom->index];
        else
            walk->exprs[i] = atom->expr;
    }
    return rebuild(space, a, replace_walked, walk);
}
