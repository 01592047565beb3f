/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/monomial.c - products of powers of atoms, each under one number.
 */
#include "symbolic/internal.h"

#include <string.h>

#include "symbolic/table.h"

static uint32_t factors_hash(const oc_factor *factors, size_t count)
{
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++)
        hash = oc_mix(hash ^ factors[i].atom, factors[i].power);
    return (uint32_t)(hash >> 32);
}

static uint32_t monomial_new(oc_space *space, const oc_factor *factors,
                             size_t count, uint32_t hash)
{
    if (space->monomial_count > space->max_entries) {
        space->full = true;
        return OC_NO_MONOMIAL;
    }
    oc_monomial *m = OC_NEW(space->arena, oc_monomial, 1);
    m->factors =
        oc_arena_copy(space->arena, factors, count * sizeof(oc_factor));
    m->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        const oc_atom *atom = space->atoms[factors[i].atom];
        m->degree += factors[i].power;
        m->depth = atom->depth > m->depth ? atom->depth : m->depth;
        m->size = oc_size_sum(m->size, atom->size);
    }
    m->interval = oc_monomial_interval(space, factors, count);
    space->monomials = oc_grown(space, space->monomials, space->monomial_count,
                                &space->monomial_room, sizeof(oc_monomial *));
    space->monomials[space->monomial_count] = m;
    oc_index_put(space, &space->monomial_index, hash, space->monomial_count);
    return (uint32_t)space->monomial_count++;
}

uint32_t oc_monomial_make(oc_space *space, const oc_factor *factors,
                          size_t count)
{
    uint32_t hash = factors_hash(factors, count);
    size_t at = hash, number;
    while (oc_index_next(&space->monomial_index, hash, &at, &number)) {
        const oc_monomial *m = space->monomials[number];
        if (m->count == count &&
            (!count || !memcmp(m->factors, factors, count * sizeof *factors)))
            return (uint32_t)number;
    }
    return monomial_new(space, factors, count, hash);
}

/* What becomes of a power in a (0: absent there) and one in b. */
typedef uint32_t merge_power(uint32_t a, uint32_t b);

static uint32_t power_sum(uint32_t a, uint32_t b)
{
    return a + b;
}
static uint32_t power_difference(uint32_t a, uint32_t b)
{
    return a - b;
}
static uint32_t power_least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t merge(oc_space *space, uint32_t a, uint32_t b,
                      merge_power *power)
{
    const oc_monomial *ma = space->monomials[a], *mb = space->monomials[b];
    oc_factor factors[2 * OC_MONOMIAL_DEGREE];
    size_t count = 0, i = 0, j = 0;
    while (i < ma->count || j < mb->count) {
        uint32_t atom_a = i < ma->count ? ma->factors[i].atom : UINT32_MAX;
        uint32_t atom_b = j < mb->count ? mb->factors[j].atom : UINT32_MAX;
        uint32_t power_a = atom_a <= atom_b ? ma->factors[i++].power : 0;
        uint32_t power_b = atom_b <= atom_a ? mb->factors[j++].power : 0;
        uint32_t merged = power(power_a, power_b);
        if (merged)
            factors[count++] = (oc_factor){power_a ? atom_a : atom_b, merged};
    }
    return oc_monomial_make(space, factors, count);
}

uint32_t oc_monomial_product(oc_space *space, uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0)
        return a | b;
    return merge(space, a, b, power_sum);
}

static bool divides(const oc_monomial *b, const oc_monomial *a)
{
    size_t i = 0;
    for (size_t j = 0; j < b->count; j++) {
        while (i < a->count && a->factors[i].atom < b->factors[j].atom)
            i++;
        if (i == a->count || a->factors[i].atom != b->factors[j].atom ||
            a->factors[i].power < b->factors[j].power)
            return false;
    }
    return true;
}

uint32_t oc_monomial_quotient(oc_space *space, uint32_t a, uint32_t b)
{
    if (b == 0)
        return a;
    if (!divides(space->monomials[b], space->monomials[a]))
        return OC_NO_MONOMIAL;
    return merge(space, a, b, power_difference);
}

uint32_t oc_monomial_gcd(oc_space *space, uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0)
        return 0;
    return a == b ? a : merge(space, a, b, power_least);
}

uint32_t oc_poly_degree(const oc_space *space, const oc_poly *p)
{
    uint32_t degree = 0;
    for (size_t i = 0; i < p->count; i++) {
        uint32_t d = space->monomials[p->terms[i].monomial]->degree;
        degree = d > degree ? d : degree;
    }
    return degree;
}

uint32_t oc_poly_depth(const oc_space *space, const oc_poly *p)
{
    uint32_t depth = 0;
    for (size_t i = 0; i < p->count; i++) {
        uint32_t d = space->monomials[p->terms[i].monomial]->depth;
        depth = d > depth ? d : depth;
    }
    return depth;
}

uint32_t oc_poly_size(const oc_space *space, const oc_poly *p)
{
    uint32_t size = 0;
    for (size_t i = 0; i < p->count; i++) {
        size = oc_size_sum(size, 1);
        size = oc_size_sum(size, space->monomials[p->terms[i].monomial]->size);
    }
    return size;
}

uint32_t oc_poly_monomial(oc_space *space, const oc_poly *p)
{
    uint32_t common = p->count ? p->terms[0].monomial : 0;
    for (size_t i = 1; i < p->count && common; i++) {
        common = oc_monomial_gcd(space, common, p->terms[i].monomial);
        if (common == OC_NO_MONOMIAL)
            return 0;
    }
    return common;
}
