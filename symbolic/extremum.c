/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/extremum.c - MIN, MAX, BCAST and CLOG2.
 *
 * MIN and MAX of one content have one form: flattened, without dominated
 * arguments, and moved and scaled so that every coefficient is >= 0, each
 * monomial is absent from one argument, and the coefficients share no factor.
 */
#include "symbolic/space.h"

#include <string.h>

#include "base/checked.h"
#include "symbolic/internal.h"

typedef struct extremum {
    oc_space *space;
    oc_atom_kind kind; /* MIN or MAX */
    oc_expr arguments[2 * OC_EXTREMUM_ARGUMENTS];
    size_t count;
    oc_expr shift, scale; /* the value is shift + scale * MIN{...} */
    bool flattened, overflow;
} extremum;

/* ---- arguments ---- */

/* True when a can be dropped beside b. */
static bool dominated(const extremum *e, oc_expr a, oc_expr b)
{
    if (e->kind == OC_ATOM_MIN)
        return oc_expr_at_most(e->space, b, a) == OC_YES;
    return oc_expr_at_most(e->space, a, b) == OC_YES;
}

static void add_argument(extremum *e, oc_expr a)
{
    size_t kept = 0;
    if (!oc_expr_is_known(a))
        e->overflow = true;
    for (size_t i = 0; i < e->count; i++)
        if (e->overflow || e->arguments[i] == a ||
            dominated(e, a, e->arguments[i]))
            return;
    for (size_t i = 0; i < e->count; i++)
        if (!dominated(e, e->arguments[i], a))
            e->arguments[kept++] = e->arguments[i];
    e->arguments[kept] = a;
    e->count = kept + 1;
}

/* The only atom in k + m*MIN{...} that may be flattened, so that the
 * arguments are k + m*argument: a MIN with m > 0 or a MAX with m < 0. */
static const oc_atom *inner_extremum(const extremum *e, oc_expr a,
                                     oc_i128 *factor)
{
    oc_term hold;
    oc_poly p = oc_poly_of(e->space, a, &hold);
    const oc_atom *found = NULL;
    for (size_t i = 0; i < p.count; i++) {
        oc_i128 c = p.terms[i].coefficient;
        const oc_atom *atom = oc_monomial_atom(e->space, p.terms[i].monomial);
        if (!atom || (atom->kind != OC_ATOM_MIN && atom->kind != OC_ATOM_MAX) ||
            (atom->kind == e->kind) != (c > 0))
            continue;
        if (found)
            return NULL;
        found = atom;
        *factor = c;
    }
    return found;
}

static void add_flattened(extremum *e, oc_expr a)
{
    oc_i128 coefficient = 1;
    const oc_atom *inner = inner_extremum(e, a, &coefficient);
    if (!inner ||
        e->count + inner->argument_count > 2 * OC_EXTREMUM_ARGUMENTS - 1) {
        add_argument(e, a);
        return;
    }
    e->flattened = true;
    oc_expr factor = oc_expr_int(e->space, coefficient);
    oc_expr rest =
        oc_expr_sub(e->space, a, oc_expr_mul(e->space, factor, inner->expr));
    for (uint32_t i = 0; i < inner->argument_count; i++)
        add_argument(
            e, oc_expr_add(e->space, rest,
                           oc_expr_mul(e->space, factor, inner->arguments[i])));
}

/* ---- form ---- */

/* The least coefficient of each monomial over all arguments, 0 where one
 * lacks it, as a sum. */
static oc_expr common_part(extremum *e)
{
    oc_term hold;
    oc_poly least = oc_poly_of(e->space, e->arguments[0], &hold);
    least = oc_poly_copy(e->space, &least);
    for (size_t n = 1; n < e->count; n++) {
        oc_term hold_other;
        oc_poly other = oc_poly_of(e->space, e->arguments[n], &hold_other);
        oc_poly merged = {oc_scratch_take(e->space, least.count + other.count),
                          0, 1};
        size_t i = 0, j = 0;
        while (i < least.count || j < other.count) {
            oc_term a = {0, UINT32_MAX}, b = {0, UINT32_MAX};
            if (i < least.count)
                a = least.terms[i];
            if (j < other.count)
                b = other.terms[j];
            i += a.monomial <= b.monomial;
            j += b.monomial <= a.monomial;
            oc_i128 ca = a.monomial <= b.monomial ? a.coefficient : 0;
            oc_i128 cb = b.monomial <= a.monomial ? b.coefficient : 0;
            oc_term term = {ca < cb ? ca : cb,
                            a.monomial < b.monomial ? a.monomial : b.monomial};
            if (term.coefficient)
                merged.terms[merged.count++] = term;
        }
        least = merged;
    }
    return oc_poly_intern(e->space, &least);
}

static oc_i128 common_content(const extremum *e)
{
    oc_u128 g = 0;
    for (size_t i = 0; i < e->count; i++) {
        oc_term hold;
        oc_poly p = oc_poly_of(e->space, e->arguments[i], &hold);
        g = oc_gcd_u128(g, oc_poly_content(&p));
    }
    return g && g <= (oc_u128)INT64_MAX ? (oc_i128)g : 1;
}

static void sort(extremum *e)
{
    for (size_t i = 1; i < e->count; i++) {
        oc_expr a = e->arguments[i];
        size_t j = i;
        for (; j && e->arguments[j - 1] > a; j--)
            e->arguments[j] = e->arguments[j - 1];
        e->arguments[j] = a;
    }
}

static oc_expr atom(extremum *e)
{
    for (size_t i = 0; i < e->count; i++) {
        e->arguments[i] = oc_argument(e->space, e->arguments[i]);
        if (!oc_expr_is_known(e->arguments[i]))
            return e->arguments[i];
    }
    sort(e);
    return oc_atom_make(e->space, e->kind, 0, e->arguments, e->count);
}

/* Moves the common part and the common factor of the arguments out. */
static void take_out(extremum *e)
{
    oc_expr common = common_part(e);
    for (size_t i = 0; i < e->count; i++) {
        e->arguments[i] = oc_expr_sub(e->space, e->arguments[i], common);
        e->overflow = e->overflow || !oc_expr_is_known(e->arguments[i]);
    }
    if (e->overflow)
        return;
    oc_expr content = oc_expr_int(e->space, common_content(e));
    for (size_t i = 0; i < e->count; i++)
        e->arguments[i] = oc_expr_quotient(e->space, e->arguments[i], content);
    common = oc_expr_mul(e->space, e->scale, common);
    e->shift = oc_expr_add(e->space, e->shift, common);
    e->scale = oc_expr_mul(e->space, e->scale, content);
}

/* True when an argument was flattened, now that the others are gone. */
static bool flatten_again(extremum *e)
{
    extremum flat = {.space = e->space, .kind = e->kind};
    for (size_t i = 0; i < e->count; i++)
        add_flattened(&flat, e->arguments[i]);
    if (!flat.flattened || flat.count > OC_EXTREMUM_ARGUMENTS)
        return false;
    flat.shift = e->shift;
    flat.scale = e->scale;
    *e = flat;
    return true;
}

/* shift + scale * MIN{...} */
static oc_expr finished(extremum *e)
{
    do {
        if (e->count > 1)
            take_out(e);
        if (e->overflow)
            return OC_OVERFLOW;
    } while (e->count > 1 && flatten_again(e));
    oc_expr value = e->count == 1 ? e->arguments[0] : atom(e);
    return oc_expr_add(e->space, e->shift,
                       oc_expr_mul(e->space, e->scale, value));
}

/* Both arguments times the denominators' least common multiple. */
static bool share_denominator(oc_space *space, oc_expr *a, oc_expr *b,
                              int64_t *denominator)
{
    int64_t da = oc_expr_denominator(space, *a);
    int64_t db = oc_expr_denominator(space, *b);
    int64_t g = (int64_t)oc_gcd_u128((oc_u128)da, (oc_u128)db);
    if (!oc_mul_i64(denominator, da, db / g))
        return false;
    oc_expr scale = oc_expr_int(space, *denominator);
    *a = oc_expr_mul(space, *a, scale);
    *b = oc_expr_mul(space, *b, scale);
    return oc_expr_is_known(*a) && oc_expr_is_known(*b);
}

/* a behind a name where it would be flattened. */
static oc_expr unflattened(const extremum *e, oc_expr a)
{
    oc_i128 factor;
    return inner_extremum(e, a, &factor) ? oc_let_make(e->space, a) : a;
}

static oc_expr extremum_of(oc_space *space, oc_atom_kind kind, oc_expr a,
                           oc_expr b)
{
    int64_t denominator = 1;
    if (!share_denominator(space, &a, &b, &denominator))
        return OC_OVERFLOW;
    extremum e = {.space = space,
                  .kind = kind,
                  .shift = oc_expr_of(0),
                  .scale = oc_expr_of(1)};
    oc_mark mark = oc_scratch_here(space);
    add_flattened(&e, a);
    add_flattened(&e, b);
    if (e.count > OC_EXTREMUM_ARGUMENTS) {
        e.count = 0;
        add_argument(&e, unflattened(&e, a));
        add_argument(&e, unflattened(&e, b));
    }
    oc_expr result = finished(&e);
    oc_scratch_release(space, mark);
    if (denominator == 1)
        return result;
    return oc_expr_mul(space, result, oc_expr_rational(space, 1, denominator));
}

static oc_expr least_or_greatest(oc_space *space, oc_atom_kind kind, oc_expr a,
                                 oc_expr b)
{
    if (oc_expr_is_immediate(a) && oc_expr_is_immediate(b))
        return ((int64_t)a < (int64_t)b) == (kind == OC_ATOM_MIN) ? a : b;
    if (!oc_expr_is_known(a) || !oc_expr_is_known(b))
        return oc_expr_absorb(a, b);
    return a == b ? a : extremum_of(space, kind, a, b);
}

oc_expr oc_expr_min(oc_space *space, oc_expr a, oc_expr b)
{
    return least_or_greatest(space, OC_ATOM_MIN, a, b);
}

oc_expr oc_expr_max(oc_space *space, oc_expr a, oc_expr b)
{
    return least_or_greatest(space, OC_ATOM_MAX, a, b);
}

/* ---- CLOG2 ---- */

oc_expr oc_expr_clog2(oc_space *space, oc_expr a)
{
    oc_expr one = oc_expr_of(1);
    oc_i128 value;
    a = oc_argument(space, oc_expr_max(space, one, oc_expr_ceil(space, a)));
    if (!oc_expr_is_known(a))
        return a;
    if (oc_expr_to_int(space, a, &value))
        return oc_expr_of(oc_clog2_i128(value));
    return oc_atom_make(space, OC_ATOM_CLOG2, 0, &a, 1);
}

/* ---- BCAST ---- */

/* The arguments of a nest of BCASTs, each once and in order. False when
 * there are too many. */
static bool collect(oc_space *space, oc_expr *leaves, size_t *count, oc_expr a)
{
    const oc_atom *atom = oc_expr_atom(space, a);
    for (; atom && atom->kind == OC_ATOM_BCAST; atom = oc_expr_atom(space, a)) {
        if (!collect(space, leaves, count, atom->arguments[1]))
            return false;
        a = atom->arguments[0]; /* nests on the left only */
    }
    size_t i = 0;
    while (i < *count && leaves[i] < a)
        i++;
    if (i < *count && leaves[i] == a)
        return true;
    if (*count == OC_BCAST_ARGUMENTS)
        return false;
    memmove(leaves + i + 1, leaves + i, (*count - i) * sizeof(oc_expr));
    leaves[i] = a;
    ++*count;
    return true;
}

/* What the atom prints as. */
static oc_expr spelling(oc_space *space, oc_expr a, oc_expr b)
{
    oc_expr least = oc_expr_min(space, a, b);
    return oc_expr_floor_div(space, oc_expr_mul(space, a, b),
                             oc_expr_max(space, oc_expr_of(1), least));
}

/* The atom, known to the table under its spelling too: reading what was
 * printed gives it back. A spelling that folds needs none. */
static oc_expr bcast_atom(oc_space *space, oc_expr a, oc_expr b)
{
    oc_expr arguments[2] = {oc_argument(space, a), oc_argument(space, b)};
    size_t before = space->atom_count;
    oc_expr spelled = spelling(space, arguments[0], arguments[1]);
    size_t newest = space->atom_count - 1;
    if (newest < before || oc_expr_atom(space, spelled) == NULL ||
        oc_expr_atom(space, spelled) != space->atoms[newest] ||
        space->atoms[newest]->kind != OC_ATOM_FDIV)
        return spelled;
    return space->atoms[newest]->spells =
               oc_atom_make(space, OC_ATOM_BCAST, 0, arguments, 2);
}

oc_expr oc_expr_bcast(oc_space *space, oc_expr a, oc_expr b)
{
    a = oc_expr_floor(space, a); /* dims are integers */
    b = oc_expr_floor(space, b);
    if (!oc_expr_is_known(a) || !oc_expr_is_known(b))
        return oc_expr_absorb(a, b);
    if (a == b || oc_expr_is(b, 1))
        return a;
    if (oc_expr_is(a, 1) || oc_expr_is(b, 0))
        return b;
    if (oc_expr_is(a, 0))
        return a;
    if (oc_expr_is_constant(space, a) && oc_expr_is_constant(space, b))
        return spelling(space, a, b);
    if (oc_at_least_two(space, a) || oc_at_least_two(space, b))
        return oc_at_least_two(space, a) ? a : b;
    oc_expr leaves[OC_BCAST_ARGUMENTS + 1];
    size_t count = 0;
    if (!collect(space, leaves, &count, a) ||
        !collect(space, leaves, &count, b))
        return bcast_atom(space, oc_let_make(space, a), oc_let_make(space, b));
    oc_expr result = leaves[0];
    for (size_t i = 1; i < count; i++)
        result = bcast_atom(space, result, leaves[i]);
    return result;
}
