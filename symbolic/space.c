/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/space.c - the tables: every distinct thing once, under one number.
 *
 * In here: polynomials, atoms, symbols, LETs, scratch memory.
 * Not in here: monomials (monomial.c), arithmetic (poly.c), the rules that
 * make atoms canonical (division.c, extremum.c).
 */
#include "symbolic/space.h"

#include <string.h>

#include "base/checked.h"
#include "symbolic/internal.h"
#include "symbolic/table.h"

#define DEFAULT_MAX_ENTRIES 10000000u
#define CHUNK_TERMS 256u

struct oc_chunk {
    oc_chunk *next;
    size_t room, used;
    oc_term terms[];
};

/* ---- tables ---- */

void *oc_grown(oc_space *space, void *array, size_t count, size_t *room,
               size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? 2 * *room : 16;
    void *larger = oc_arena_alloc(space->arena, *room, size);
    if (count)
        memcpy(larger, array, count * size);
    return larger;
}

static void index_place(oc_index *index, uint32_t hash, uint32_t number)
{
    size_t mask = index->room - 1, i = hash & mask;
    while (index->slots[i].number)
        i = (i + 1) & mask;
    index->slots[i].number = number;
    index->slots[i].hash = hash;
}

void oc_index_put(oc_space *space, oc_index *index, uint32_t hash,
                  size_t number)
{
    if (4 * (index->used + 1) > 3 * index->room) {
        oc_index old = *index;
        index->room = old.room ? 2 * old.room : 64;
        index->slots = OC_NEW(space->arena, struct oc_index_slot, index->room);
        for (size_t i = 0; i < old.room; i++)
            if (old.slots[i].number)
                index_place(index, old.slots[i].hash, old.slots[i].number);
    }
    index->used++;
    index_place(index, hash, (uint32_t)number + 1);
}

oc_space *oc_space_new(oc_arena *arena, size_t max_entries)
{
    oc_space *space = OC_NEW(arena, oc_space, 1);
    space->arena = arena;
    space->max_entries = max_entries ? max_entries : DEFAULT_MAX_ENTRIES;
    if (space->max_entries > UINT32_MAX - 2)
        space->max_entries = UINT32_MAX - 2;
    space->names = oc_map_new(arena);
    space->rebuilt = oc_sum_new(space);
    oc_monomial_make(space, NULL, 0); /* number 0 is the empty product */
    return space;
}

bool oc_space_full(const oc_space *space)
{
    return space->full;
}

size_t oc_space_count(const oc_space *space)
{
    return space->entry_count;
}

/* ---- scratch ---- */

oc_mark oc_scratch_here(oc_space *space)
{
    oc_chunk *chunk = space->chunk;
    return (oc_mark){chunk, chunk ? chunk->used : 0};
}

static oc_chunk *next_chunk(oc_space *space, size_t count)
{
    oc_chunk **link = space->chunk ? &space->chunk->next : &space->first_chunk;
    if (*link && (*link)->room >= count)
        return *link;
    size_t room = count > CHUNK_TERMS ? 2 * count : CHUNK_TERMS;
    size_t bytes = 0;
    if (OC_MUL_OVERFLOWS(room, sizeof(oc_term), &bytes))
        bytes = SIZE_MAX - sizeof(oc_chunk); /* refused below */
    oc_chunk *chunk = oc_arena_alloc(space->arena, 1, sizeof(oc_chunk) + bytes);
    chunk->room = room;
    chunk->next = *link;
    return *link = chunk;
}

oc_term *oc_scratch_take(oc_space *space, size_t count)
{
    if (!space->chunk || space->chunk->room - space->chunk->used < count) {
        space->chunk = next_chunk(space, count);
        space->chunk->used = 0;
    }
    oc_term *terms = space->chunk->terms + space->chunk->used;
    space->chunk->used += count;
    return terms;
}

void oc_scratch_release(oc_space *space, oc_mark mark)
{
    space->chunk = mark.chunk;
    if (mark.chunk)
        mark.chunk->used = mark.used;
}

/* ---- polynomials ---- */

static uint64_t poly_hash(const oc_poly *p)
{
    uint64_t hash = (uint64_t)p->denominator;
    for (size_t i = 0; i < p->count; i++) {
        oc_u128 c = (oc_u128)p->terms[i].coefficient;
        hash = oc_mix(hash ^ (uint64_t)c, p->terms[i].monomial);
        hash ^= (uint64_t)(c >> 64);
    }
    return oc_mix(hash, p->count);
}

static bool polys_equal(const oc_poly *p, const oc_poly *q)
{
    if (p->count != q->count || p->denominator != q->denominator)
        return false;
    for (size_t i = 0; i < p->count; i++)
        if (p->terms[i].monomial != q->terms[i].monomial ||
            p->terms[i].coefficient != q->terms[i].coefficient)
            return false;
    return true;
}

static void reduce(oc_poly *p)
{
    if (p->denominator == 1)
        return;
    oc_u128 g = oc_gcd_u128(oc_poly_content(p), (oc_u128)p->denominator);
    for (size_t i = 0; g > 1 && i < p->count; i++)
        p->terms[i].coefficient /= (oc_i128)g;
    p->denominator /= (int64_t)g;
}

static oc_expr entry_new(oc_space *space, const oc_poly *p, uint32_t hash)
{
    if (space->entry_count >= space->max_entries) {
        space->full = true;
        return OC_OVERFLOW;
    }
    for (size_t i = 0; i < p->count; i++)
        if (p->terms[i].coefficient == OC_I128_MIN) /* so that all have -c */
            return OC_OVERFLOW;
    oc_entry *entry = OC_NEW(space->arena, oc_entry, 1);
    entry->poly = *p;
    entry->poly.terms =
        oc_arena_copy(space->arena, p->terms, p->count * sizeof(oc_term));
    entry->interval = oc_poly_interval(space, &entry->poly);
    space->entries = oc_grown(space, space->entries, space->entry_count,
                              &space->entry_room, sizeof(oc_entry *));
    space->entries[space->entry_count] = entry;
    oc_index_put(space, &space->entry_index, hash, space->entry_count);
    return 2 * ((oc_expr)space->entry_count++ + 2);
}

oc_expr oc_poly_intern(oc_space *space, oc_poly *p)
{
    if (p->count == 0)
        return oc_expr_of(0);
    reduce(p);
    if (p->count == 1 && p->terms[0].monomial == 0 && p->denominator == 1 &&
        p->terms[0].coefficient >= OC_IMMEDIATE_MIN &&
        p->terms[0].coefficient <= OC_IMMEDIATE_MAX)
        return oc_expr_of((int64_t)p->terms[0].coefficient);
    uint32_t hash = (uint32_t)(poly_hash(p) >> 32);
    size_t at = hash, number;
    while (oc_index_next(&space->entry_index, hash, &at, &number))
        if (polys_equal(&space->entries[number]->poly, p))
            return 2 * ((oc_expr)number + 2);
    return entry_new(space, p, hash);
}

oc_poly oc_poly_of(const oc_space *space, oc_expr a, oc_term *hold)
{
    if (!oc_expr_is_immediate(a))
        return oc_entry_of(space, a)->poly;
    *hold = (oc_term){oc_expr_immediate(a), 0};
    return (oc_poly){hold, hold->coefficient != 0, 1};
}

/* ---- atoms ---- */

static uint32_t atom_hash(oc_atom_kind kind, uint32_t index,
                          const oc_expr *arguments, size_t count)
{
    uint64_t hash = oc_mix((uint64_t)kind, index);
    for (size_t i = 0; i < count; i++)
        hash = oc_mix(hash, arguments[i]);
    return (uint32_t)(hash >> 32);
}

static uint32_t atom_depth(const oc_space *space, oc_atom_kind kind,
                           const oc_expr *arguments, size_t count)
{
    uint32_t depth = 0;
    if (kind == OC_ATOM_SYMBOL || kind == OC_ATOM_LET)
        return 0;
    for (size_t i = 0; i < count; i++) {
        oc_term hold;
        oc_poly p = oc_poly_of(space, arguments[i], &hold);
        uint32_t d = oc_poly_depth(space, &p);
        depth = d > depth ? d : depth;
    }
    return depth + 1;
}

/* A BCAST writes each argument twice. */
static uint32_t atom_size(const oc_space *space, const oc_atom *atom)
{
    uint32_t size = 1;
    if (atom->kind == OC_ATOM_SYMBOL || atom->kind == OC_ATOM_LET)
        return size;
    for (size_t i = 0; i < atom->argument_count; i++) {
        oc_term hold;
        oc_poly p = oc_poly_of(space, atom->arguments[i], &hold);
        uint32_t written = oc_poly_size(space, &p);
        size = oc_size_sum(size, written);
        if (atom->kind == OC_ATOM_BCAST)
            size = oc_size_sum(size, written);
    }
    return size;
}

static oc_expr atom_new(oc_space *space, const oc_atom *model, uint32_t hash)
{
    if (space->atom_count >= space->max_entries) {
        space->full = true;
        return OC_OVERFLOW;
    }
    oc_atom *atom = OC_NEW(space->arena, oc_atom, 1);
    *atom = *model;
    atom->arguments = oc_arena_copy(space->arena, model->arguments,
                                    model->argument_count * sizeof(oc_expr));
    atom->depth =
        atom_depth(space, atom->kind, atom->arguments, atom->argument_count);
    atom->size = atom_size(space, atom);
    space->atoms = oc_grown(space, space->atoms, space->atom_count,
                            &space->atom_room, sizeof(oc_atom *));
    uint32_t number = (uint32_t)space->atom_count;
    space->atoms[space->atom_count++] = atom;
    oc_index_put(space, &space->atom_index, hash, number);
    oc_term term = {1, oc_monomial_make(space, &(oc_factor){number, 1}, 1)};
    if (term.monomial == OC_NO_MONOMIAL)
        return atom->expr = OC_OVERFLOW;
    return atom->expr = oc_poly_intern(space, &(oc_poly){&term, 1, 1});
}

oc_expr oc_atom_make(oc_space *space, oc_atom_kind kind, uint32_t index,
                     const oc_expr *arguments, size_t count)
{
    uint32_t hash = atom_hash(kind, index, arguments, count);
    size_t at = hash, number;
    while (oc_index_next(&space->atom_index, hash, &at, &number)) {
        const oc_atom *atom = space->atoms[number];
        if (atom->kind == kind && atom->argument_count == count &&
            (kind != OC_ATOM_SYMBOL || atom->index == index) &&
            !memcmp(atom->arguments, arguments, count * sizeof(oc_expr)))
            return atom->spells ? atom->spells : atom->expr;
    }
    oc_atom model = {.kind = kind,
                     .index = index,
                     .argument_count = (uint32_t)count,
                     .arguments = (oc_expr *)(uintptr_t)arguments};
    if (kind == OC_ATOM_SYMBOL) {
        model.interval = space->symbols[index].bounds;
        return atom_new(space, &model, hash);
    }
    model.interval = oc_atom_interval(space, kind, arguments, count);
    if (model.interval.lower == model.interval.upper)
        return oc_expr_int(space, model.interval.lower);
    return atom_new(space, &model, hash);
}

const oc_atom *oc_monomial_atom(const oc_space *space, uint32_t monomial)
{
    const oc_monomial *m = space->monomials[monomial];
    return m->degree == 1 ? space->atoms[m->factors[0].atom] : NULL;
}

const oc_atom *oc_expr_atom(const oc_space *space, oc_expr a)
{
    if (!oc_expr_is_known(a) || oc_expr_is_immediate(a))
        return NULL;
    const oc_poly *p = &oc_entry_of(space, a)->poly;
    if (p->count != 1 || p->denominator != 1 || p->terms[0].coefficient != 1)
        return NULL;
    return oc_monomial_atom(space, p->terms[0].monomial);
}

/* ---- symbols ---- */

oc_expr oc_symbol_new(oc_space *space, const oc_symbol *symbol)
{
    size_t index = space->symbol_count;
    space->symbols = oc_grown(space, space->symbols, index, &space->symbol_room,
                              sizeof(oc_symbol));
    space->symbol_exprs = oc_grown(space, space->symbol_exprs, index,
                                   &space->symbol_expr_room, sizeof(oc_expr));
    oc_symbol *own = &space->symbols[index];
    *own = *symbol;
    size_t bytes = strlen(symbol->name);
    own->name = oc_arena_text(space->arena, symbol->name, bytes);
    if (symbol->original)
        own->original = oc_arena_text(space->arena, symbol->original,
                                      strlen(symbol->original));
    (void)oc_map_put(space->names, own->name, bytes, index);
    space->symbol_count++;
    return space->symbol_exprs[index] =
               oc_atom_make(space, OC_ATOM_SYMBOL, (uint32_t)index, NULL, 0);
}

size_t oc_symbol_count(const oc_space *space)
{
    return space->symbol_count;
}

const oc_symbol *oc_symbol_at(const oc_space *space, size_t index)
{
    return &space->symbols[index];
}

oc_expr oc_symbol_expr(const oc_space *space, size_t index)
{
    return space->symbol_exprs[index];
}

oc_expr oc_symbol_find(const oc_space *space, const char *name, size_t bytes)
{
    uint64_t index;
    if (!oc_map_get(space->names, name, bytes, &index))
        return OC_UNKNOWN;
    return space->symbol_exprs[index];
}

/* ---- LETs ---- */

/* d1, d2, ... without those that symbols bear. */
static const char *let_name(oc_space *space)
{
    const char *name;
    do
        name = oc_arena_printf(space->arena, "d%u", ++space->let_number);
    while (oc_symbol_find(space, name, strlen(name)) != OC_UNKNOWN);
    return name;
}

oc_expr oc_let_make(oc_space *space, oc_expr a)
{
    size_t before = space->atom_count, index = space->let_count;
    oc_expr let = oc_atom_make(space, OC_ATOM_LET, 0, &a, 1);
    if (space->atom_count == before)
        return let;
    space->atoms[before]->index = (uint32_t)index;
    space->lets =
        oc_grown(space, space->lets, index, &space->let_room, sizeof(uint32_t));
    space->let_names = oc_grown(space, space->let_names, index,
                                &space->let_name_room, sizeof(char *));
    space->lets[index] = (uint32_t)before;
    space->let_names[index] = let_name(space);
    space->let_count++;
    return let;
}

oc_expr oc_argument(oc_space *space, oc_expr a)
{
    if (oc_expr_is_immediate(a) || !oc_expr_is_known(a))
        return a;
    const oc_poly *p = &oc_entry_of(space, a)->poly;
    if (p->count <= OC_ARGUMENT_TERMS &&
        oc_poly_degree(space, p) <= OC_ARGUMENT_DEGREE &&
        oc_poly_depth(space, p) < OC_ARGUMENT_DEPTH &&
        oc_poly_size(space, p) <= OC_ARGUMENT_SIZE)
        return a;
    return oc_let_make(space, a);
}

size_t oc_let_count(const oc_space *space)
{
    return space->let_count;
}

const char *oc_let_name(const oc_space *space, size_t index)
{
    return space->let_names[index];
}

oc_expr oc_let_expr(const oc_space *space, size_t index)
{
    return space->atoms[space->lets[index]]->expr;
}

oc_expr oc_let_definition(const oc_space *space, size_t index)
{
    return space->atoms[space->lets[index]]->arguments[0];
}
