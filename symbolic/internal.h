/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/internal.h - what the files of this room share.
 *
 * In here: the records of the tables, scratch polynomials, and the functions
 * that one file of the room offers to the others.
 * Not in here: anything another room may use (symbolic/space.h).
 */
#ifndef OC_SYMBOLIC_INTERNAL_H
#define OC_SYMBOLIC_INTERNAL_H

#include "base/map.h"
#include "symbolic/space.h"

/* Past these an argument of an atom becomes a LET. */
#define OC_ARGUMENT_TERMS 64
#define OC_ARGUMENT_DEGREE 8
#define OC_ARGUMENT_DEPTH 8
#define OC_ARGUMENT_SIZE 256 /* names and numbers, written out */
#define OC_EXTREMUM_ARGUMENTS 16
#define OC_BCAST_ARGUMENTS 4 /* its text doubles with each */
/* Past this the factors of a product do. */
#define OC_MONOMIAL_DEGREE 64

/* ---- records: one of each kind per distinct content, never changed ---- */
typedef enum oc_atom_kind {
    OC_ATOM_SYMBOL,
    OC_ATOM_FDIV,  /* floor(argument 0 / argument 1) */
    OC_ATOM_MIN,   /* of two or more, sorted by handle */
    OC_ATOM_MAX,   /* the same */
    OC_ATOM_BCAST, /* of two: "equal, or one of them is 1" */
    OC_ATOM_CLOG2, /* least k with 2^k >= argument 0, which is >= 1 */
    OC_ATOM_LET    /* a name for argument 0 */
} oc_atom_kind;

/* Atoms are integers, and so are their arguments, whose coefficients may yet
 * be rational: seq*(seq + 1)/2. Those of FDIV, MIN and MAX are integers. */
typedef struct oc_atom {
    oc_atom_kind kind;
    uint32_t index; /* of the symbol or of the LET */
    uint32_t depth; /* 0 for symbols and LETs */
    uint32_t size;  /* names and numbers, written out; saturates */
    uint32_t argument_count;
    oc_expr *arguments;
    oc_interval interval;
    oc_expr expr;         /* the atom as an expression */
    oc_expr spells;       /* FDIV only: the BCAST that prints like it, or 0 */
    uint32_t visit, slot; /* of the walk under way: evaluate.c */
} oc_atom;

typedef struct oc_factor {
    uint32_t atom, power;
} oc_factor;

/* Number 0 is the empty product. */
typedef struct oc_monomial {
    oc_factor *factors; /* by rising atom */
    uint32_t count, degree, depth, size;
    uint32_t newest_link; /* facts that mention it: index + 1, or 0 */
    oc_interval interval;
} oc_monomial;

typedef struct oc_term {
    oc_i128 coefficient; /* never 0 */
    uint32_t monomial;
} oc_term;

/* sum(terms) / denominator; terms by rising monomial; denominator > 0. */
typedef struct oc_poly {
    oc_term *terms;
    size_t count;
    int64_t denominator;
} oc_poly;

typedef struct oc_entry {
    oc_poly poly; /* reduced, and no immediate */
    oc_interval interval;
} oc_entry;

/* Hash to number; numbers are kept one higher, 0 is free. */
typedef struct oc_index {
    struct oc_index_slot {
        uint32_t number, hash;
    } * slots;
    size_t room, used;
} oc_index;

typedef struct oc_chunk oc_chunk; /* of scratch terms */

typedef struct oc_mark {
    oc_chunk *chunk;
    size_t used;
} oc_mark;

/* A truth about `form`: AT_MOST says form >= 0, NONZERO form != 0, DIVIDES
 * form % divisor == 0. An equality is two of the first kind. */
typedef struct oc_fact {
    oc_relation relation;
    oc_expr form, divisor;
    size_t assumption; /* what it stems from, or SIZE_MAX */
    size_t link_count; /* before its own */
} oc_fact;

typedef struct oc_link {
    uint32_t fact, monomial, older; /* older: index + 1, or 0 */
} oc_link;

typedef struct oc_undo {
    size_t index;
    oc_assumption before;
} oc_undo;

/* The atoms that an expression is made of, arguments first: evaluate.c. */
typedef struct oc_walk {
    uint32_t visit; /* number of this walk */
    uint32_t *atoms;
    oc_i128 *values; /* of each */
    oc_expr *exprs;
    size_t count, room;
} oc_walk;

struct oc_space {
    oc_arena *arena;
    size_t max_entries;
    bool full;

    oc_index entry_index, monomial_index, atom_index;
    oc_entry **entries;
    size_t entry_count, entry_room;
    oc_monomial **monomials;
    size_t monomial_count, monomial_room;
    oc_atom **atoms;
    size_t atom_count, atom_room;

    oc_symbol *symbols;
    oc_expr *symbol_exprs;
    size_t symbol_count, symbol_room, symbol_expr_room;
    oc_map *names;  /* of symbols */
    uint32_t *lets; /* atoms */
    const char **let_names;
    size_t let_count, let_room, let_name_room;
    uint32_t let_number; /* of the newest name */

    oc_chunk *first_chunk, *chunk;
    oc_walk walk;
    oc_sum *rebuilt; /* of the expression that evaluate.c rebuilds */

    oc_fact *facts;
    size_t fact_count, fact_room;
    oc_link *links;
    size_t link_count, link_room;
    oc_assumption *assumptions;
    size_t assumption_count, assumption_room;
    oc_undo *undo;
    size_t undo_count, undo_room;
};

/* ---- space.c: tables and scratch ---- */
/* `array` with room for one more than `count` elements. */
void *oc_grown(oc_space *space, void *array, size_t count, size_t *room,
               size_t size);
oc_mark oc_scratch_here(oc_space *space);
oc_term *oc_scratch_take(oc_space *space, size_t count);
void oc_scratch_release(oc_space *space, oc_mark mark);

/* The canonical handle; reduces poly in place. */
oc_expr oc_poly_intern(oc_space *space, oc_poly *poly);
/* The canonical atom as an expression; its constant when the interval is a
 * point. Arguments are integers and within the caps. */
oc_expr oc_atom_make(oc_space *space, oc_atom_kind kind, uint32_t index,
                     const oc_expr *arguments, size_t count);
/* The same integer expression, behind a LET where it is past the caps. */
oc_expr oc_argument(oc_space *space, oc_expr a);
oc_expr oc_let_make(oc_space *space, oc_expr a); /* an integer */

static inline const oc_entry *oc_entry_of(const oc_space *space, oc_expr e)
{
    return space->entries[(e >> 1) - 2];
}
/* The polynomial of a known expression; `hold` serves immediates. */
oc_poly oc_poly_of(const oc_space *space, oc_expr a, oc_term *hold);
/* The atom when the polynomial or expression is just that, else NULL. */
const oc_atom *oc_monomial_atom(const oc_space *space, uint32_t monomial);
const oc_atom *oc_expr_atom(const oc_space *space, oc_expr a);

static inline uint32_t oc_size_sum(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* ---- monomial.c ---- */
#define OC_NO_MONOMIAL UINT32_MAX /* the table is full */
uint32_t oc_monomial_make(oc_space *space, const oc_factor *factors,
                          size_t count);
uint32_t oc_monomial_product(oc_space *space, uint32_t a, uint32_t b);
/* OC_NO_MONOMIAL also when b does not divide a. */
uint32_t oc_monomial_quotient(oc_space *space, uint32_t a, uint32_t b);
uint32_t oc_monomial_gcd(oc_space *space, uint32_t a, uint32_t b);
uint32_t oc_poly_degree(const oc_space *space, const oc_poly *p);
uint32_t oc_poly_depth(const oc_space *space, const oc_poly *p);
uint32_t oc_poly_size(const oc_space *space, const oc_poly *p);
/* The greatest monomial that divides every term; 0 when p is zero. */
uint32_t oc_poly_monomial(oc_space *space, const oc_poly *p);

/* ---- poly.c: scratch arithmetic; false beyond 128 bits ---- */
/* out = scale_p * p + scale_q * q, in scratch */
bool oc_poly_combine(oc_space *space, oc_poly *out, const oc_poly *p,
                     oc_i128 scale_p, const oc_poly *q, oc_i128 scale_q);
bool oc_poly_divide_monomial(oc_space *space, oc_poly *out, const oc_poly *p,
                             uint32_t monomial);
/* A copy in scratch that may be changed. */
oc_poly oc_poly_copy(oc_space *space, const oc_poly *p);
/* Greatest divisor of all coefficients, or of all but the constant's. */
oc_u128 oc_poly_content(const oc_poly *p);
oc_u128 oc_poly_content_nonconstant(const oc_poly *p);
oc_i128 oc_poly_constant(const oc_poly *p); /* its coefficient, or 0 */
/* Sorts by monomial and merges equal ones; false on overflow. */
bool oc_poly_gather(oc_poly *p);
/* UNKNOWN or OVERFLOW when one of them is, else 0 (which is UNKNOWN: ask
 * oc_expr_is_known first). */
oc_expr oc_expr_absorb(oc_expr a, oc_expr b);
/* The numerator alone: a * denominator; that denominator. */
oc_expr oc_expr_numerator(oc_space *space, oc_expr a);
int64_t oc_expr_denominator(const oc_space *space, oc_expr a);

/* ---- sum.c ---- */
void oc_sum_clear(oc_sum *sum); /* for another sum, in the same memory */

/* ---- interval.c ---- */
oc_interval oc_monomial_interval(const oc_space *space,
                                 const oc_factor *factors, size_t count);
oc_interval oc_poly_interval(oc_space *space, const oc_poly *p);
oc_interval oc_atom_interval(const oc_space *space, oc_atom_kind kind,
                             const oc_expr *arguments, size_t count);

/* ---- question.c ---- */
/* A scratch polynomial that is >= 0 wherever p is: without denominator,
 * content and a common monomial that is never negative. Where that monomial
 * is not 0 the reverse holds too. */
oc_poly oc_poly_sign_form(oc_space *space, const oc_poly *p);
/* form >= 0, form == 0. *fact is the fact that decided, or SIZE_MAX. */
oc_tri oc_ask_nonnegative(oc_space *space, oc_expr form, size_t *fact);
oc_tri oc_ask_zero(oc_space *space, oc_expr form, size_t *fact);
void oc_fact_add(oc_space *space, oc_relation relation, oc_expr form,
                 oc_expr divisor, size_t assumption);
void oc_facts_truncate(oc_space *space, size_t count);
/* The first fact of that kind about `form` (and divisor), or SIZE_MAX. */
size_t oc_fact_find(oc_space *space, oc_relation relation, oc_expr form,
                    oc_expr divisor);

static inline bool oc_at_least_two(oc_space *space, oc_expr a)
{
    return oc_expr_at_most(space, oc_expr_of(2), a) == OC_YES;
}

/* ---- evaluate.c ---- */
/* a with one atom replaced where it is not inside another. */
oc_expr oc_expr_replace(oc_space *space, oc_expr a, const oc_atom *atom,
                        oc_expr by);

/* ---- parse.c ---- */
typedef enum oc_parse_failure {
    OC_PARSE_OK,
    OC_PARSE_SYNTAX,
    OC_PARSE_NAME,
    OC_PARSE_DIVISION, /* by zero */
    OC_PARSE_DEPTH
} oc_parse_failure;

typedef struct oc_parse_result {
    oc_expr value; /* may be OC_OVERFLOW */
    oc_parse_failure failure;
    size_t offset, bytes; /* where, and of the name */
} oc_parse_result;

oc_parse_result oc_parse(oc_space *space, const char *text, size_t bytes,
                         oc_name_finder *find, void *context);

#endif
