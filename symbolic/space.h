/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/space.h - integer and rational expressions in canonical form.
 *
 * In here: the hash-consed table (oc_space), arithmetic, intervals and facts,
 * the assumption ledger, printing, parsing, evaluation.
 * Not in here: ONNX, tensors.
 *
 * A value is a polynomial with exact rational coefficients (128-bit
 * numerators over one 64-bit denominator) over the atoms SYM, FDIV, MIN, MAX,
 * BCAST, CLOG2 and LET. OC_UNKNOWN and OC_OVERFLOW are absorbing in every
 * operation; OC_UNKNOWN wins over OC_OVERFLOW.
 */
#ifndef OC_SYMBOLIC_SPACE_H
#define OC_SYMBOLIC_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "onnxcost/error.h"
#include "onnxcost/expr.h"

typedef struct oc_space oc_space;

/* Lives in arena, which must have an escape: running out of memory jumps
 * there. max_entries 0 means the default of 10,000,000; beyond it every new
 * expression is OC_OVERFLOW and oc_space_full() answers true. */
oc_space *oc_space_new(oc_arena *arena, size_t max_entries);
bool oc_space_full(const oc_space *space);
size_t oc_space_count(const oc_space *space); /* interned expressions */

/* Intervals: the two ends of int64 mean "unbounded" (saturating). */
typedef struct oc_interval {
    int64_t lower, upper;
} oc_interval;
#define OC_UNBOUNDED_BELOW INT64_MIN
#define OC_UNBOUNDED_ABOVE INT64_MAX

/* ---- symbols ---- */
typedef enum oc_symbol_kind {
    OC_SYMBOL_INPUT,    /* a dim_param of a graph input, or an input's value */
    OC_SYMBOL_DECLARED, /* a dim_param met elsewhere */
    OC_SYMBOL_DATA,     /* data-dependent: nonzero_0 */
    OC_SYMBOL_TRIP,     /* a trip count: trip_0 */
    OC_SYMBOL_ITERATION /* of a loop's body, from 0: never bound */
} oc_symbol_kind;

typedef struct oc_symbol {
    const char *name;     /* an ASCII identifier, unique in the space */
    const char *original; /* the model's spelling, or NULL when the same */
    oc_symbol_kind kind;
    oc_interval bounds;
    size_t node; /* the row that makes it, or SIZE_MAX */
} oc_symbol;

/* Strings are copied. The name must be new. Symbols order monomials in the
 * order of their creation. */
oc_expr oc_symbol_new(oc_space *space, const oc_symbol *symbol);
size_t oc_symbol_count(const oc_space *space);
const oc_symbol *oc_symbol_at(const oc_space *space, size_t index);
oc_expr oc_symbol_expr(const oc_space *space, size_t index);
/* OC_UNKNOWN when there is none of that name. */
oc_expr oc_symbol_find(const oc_space *space, const char *name, size_t bytes);

/* ---- arithmetic ---- */
oc_expr oc_expr_int(oc_space *space, oc_i128 value);
oc_expr oc_expr_rational(oc_space *space, oc_i128 numerator,
                         int64_t denominator); /* denominator != 0 */
oc_expr oc_expr_add(oc_space *space, oc_expr a, oc_expr b);
oc_expr oc_expr_sub(oc_space *space, oc_expr a, oc_expr b);
oc_expr oc_expr_mul(oc_space *space, oc_expr a, oc_expr b);
oc_expr oc_expr_neg(oc_space *space, oc_expr a);
/* floor(a / b) and ceil(a / b) for rational a, b. b == 0 gives OC_UNKNOWN;
 * the caller records `nonzero` where a symbolic b may be 0. */
oc_expr oc_expr_floor_div(oc_space *space, oc_expr a, oc_expr b);
oc_expr oc_expr_ceil_div(oc_space *space, oc_expr a, oc_expr b);
oc_expr oc_expr_mod(oc_space *space, oc_expr a, oc_expr b); /* floored */
/* The exact quotient when a == q * b as polynomials (monomial divisor, equal
 * polynomials, constant content); else OC_UNKNOWN. A constant b != 0 always
 * succeeds with a rational result. */
oc_expr oc_expr_quotient(oc_space *space, oc_expr a, oc_expr b);
oc_expr oc_expr_floor(oc_space *space, oc_expr a); /* of a rational */
oc_expr oc_expr_ceil(oc_space *space, oc_expr a);
oc_expr oc_expr_min(oc_space *space, oc_expr a, oc_expr b);
oc_expr oc_expr_max(oc_space *space, oc_expr a, oc_expr b);
oc_expr oc_expr_clog2(oc_space *space, oc_expr a); /* ceil(log2(max(1,a))) */
/* The BCAST atom: "a and b are equal, or one of them is 1". Plain algebra
 * without ledger: 1s dropped, equal arguments collapse, an argument known to
 * be >= 2 wins. */
oc_expr oc_expr_bcast(oc_space *space, oc_expr a, oc_expr b);

bool oc_expr_is_constant(const oc_space *space, oc_expr a); /* no symbols */
/* True when a is an integer constant; *value holds it. */
bool oc_expr_to_int(const oc_space *space, oc_expr a, oc_i128 *value);
bool oc_expr_to_i64(const oc_space *space, oc_expr a, int64_t *value);
/* True when a is a constant; numerator over denominator > 0, reduced. */
bool oc_expr_to_rational(const oc_space *space, oc_expr a, oc_i128 *numerator,
                         int64_t *denominator);
/* True when every coefficient is an integer: the value is one for integer
 * symbols. */
bool oc_expr_is_integral(const oc_space *space, oc_expr a);
size_t oc_expr_term_count(const oc_space *space, oc_expr a);

/* ---- long sums, merged once when read ---- */
typedef struct oc_sum oc_sum;
oc_sum *oc_sum_new(oc_space *space);
/* An OC_UNKNOWN or OC_OVERFLOW part makes the whole sum so. */
void oc_sum_add(oc_sum *sum, oc_expr a);
void oc_sum_add_sum(oc_sum *sum, const oc_sum *more);
oc_expr oc_sum_value(oc_sum *sum);

/* ---- questions: interval of p, then of p minus an indexed fact ---- */
oc_interval oc_expr_interval(const oc_space *space, oc_expr a);
oc_tri oc_expr_at_most(oc_space *space, oc_expr a, oc_expr b); /* a <= b */
oc_tri oc_expr_equal(oc_space *space, oc_expr a, oc_expr b);
/* A quick a <= b, by the intervals of the terms of b - a alone: nothing is
 * interned, no fact is asked. False proves nothing. */
bool oc_expr_covers(const oc_space *space, oc_expr b, oc_expr a);
/* Facts are known truths (a <= b), not assumptions: no ledger entry. */
void oc_fact_at_most(oc_space *space, oc_expr a, oc_expr b);

/* ---- the ledger ---- */
typedef enum oc_relation {
    OC_EQUAL,   /* left == right */
    OC_AT_MOST, /* left <= right */
    OC_DIVIDES, /* right % left == 0 */
    OC_NONZERO  /* left != 0 */
} oc_relation;

typedef struct oc_assumption {
    oc_relation relation;
    oc_expr left, right; /* right is OC_UNKNOWN for OC_NONZERO */
    size_t node;         /* the first node that needed it */
    size_t count;        /* how many did */
    bool noise;          /* `1 <= seq`: true but not worth a line of text */
} oc_assumption;

/* OC_YES: was known. OC_NO: contradicts what is known; nothing is recorded
 * and the caller reports the node. OC_MAYBE: recorded, and a fact from now
 * on. Inequalities are brought to `symbol >= constant` where possible and
 * only the strongest is kept. */
oc_tri oc_assume(oc_space *space, oc_relation relation, oc_expr left,
                 oc_expr right, size_t node);
size_t oc_assumption_count(const oc_space *space);
const oc_assumption *oc_assumption_at(const oc_space *space, size_t index);
/* True for `16 <= height` beside `(height//16)*(width//16) == 196`: a product
 * of sizes that is positive has no factor 0. Such an entry says nothing
 * more. */
bool oc_assumption_is_implied(const oc_space *space, size_t index);
/* What an undecided branch recorded is taken back, facts included. */
typedef struct oc_ledger_mark {
    size_t assumptions, facts, undo;
} oc_ledger_mark;
oc_ledger_mark oc_ledger_here(const oc_space *space);
void oc_ledger_rollback(oc_space *space, oc_ledger_mark mark);

/*
 * The dim that two dims of an operator must share (Concat, MatMul's inner
 * dim): equal handles, else optimistic MIN/MAX (if replacing each min(c, x)
 * by one side makes both equal, that side and the recorded inequality), else
 * an OC_EQUAL assumption; the simpler of the two is returned (constant,
 * input symbol, the rest). OC_UNKNOWN operands yield the other one.
 * *contradiction is set when they cannot be equal (result OC_UNKNOWN).
 */
oc_expr oc_dim_unify(oc_space *space, oc_expr a, oc_expr b, size_t node,
                     bool *contradiction);
/* numpy broadcasting of two dims, with the same optimism, before BCAST.
 * If an operand is OC_UNKNOWN: the other when it is known to be >= 2, else
 * OC_UNKNOWN. */
oc_expr oc_dim_broadcast(oc_space *space, oc_expr a, oc_expr b, size_t node,
                         bool *contradiction);

/* ---- evaluation ---- */
/* values[i] binds symbol i where bound[i]. OC_ERR_USAGE: a symbol without
 * value (named in err); OC_ERR_OVERFLOW; OC_ERR_SHAPE: division by zero.
 * Rational results: numerator over *denominator (> 0; reduced). */
OC_NODISCARD
oc_status oc_expr_evaluate(oc_space *space, oc_expr a, const oc_i128 *values,
                           const bool *bound, oc_i128 *numerator,
                           int64_t *denominator, oc_error *err);
/* The expression with symbols replaced: replacement[i] is OC_UNKNOWN to keep
 * symbol i. */
oc_expr oc_expr_substitute(oc_space *space, oc_expr a,
                           const oc_expr *replacement);
/* True when symbol `index` occurs, also inside atoms and LETs. */
bool oc_expr_mentions(oc_space *space, oc_expr a, size_t index);

/* ---- text ---- */
/* A valid Python expression over the symbols: integers, + - * // % **,
 * min(,), max(,), (x).bit_length(), parentheses; content and the common
 * monomial factored out, (x + q - 1)//q and the like as they are; a rational
 * polynomial has one outer `// d`. LETs by name (d1, d2, ...). */
void oc_expr_print(oc_space *space, oc_expr a, oc_text *out);
const char *oc_expr_text(oc_space *space, oc_arena *arena, oc_expr a);

/* Definitions of LETs that were made, in order of dependency. */
size_t oc_let_count(const oc_space *space);
const char *oc_let_name(const oc_space *space, size_t index);
oc_expr oc_let_expr(const oc_space *space, size_t index);
oc_expr oc_let_definition(const oc_space *space, size_t index);

/*
 * Reads the same grammar plus `/` (exact while a floor() or ceil() around it
 * may still round, a floor division at the end), floor(), ceil(), min, max in
 * any letter case (`Min(512, seq)`), implicit products (`16H`), `^` as `**`.
 * Names are looked up by `find` (NULL: oc_symbol_find); OC_UNKNOWN from it
 * fails. OC_UNKNOWN when the text is no such expression.
 */
typedef oc_expr oc_name_finder(void *context, const char *name, size_t bytes);
oc_expr oc_expr_parse(oc_space *space, const char *text, size_t bytes,
                      oc_name_finder *find, void *context);

#endif
