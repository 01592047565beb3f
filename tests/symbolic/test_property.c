/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/symbolic/test_property.c - random expressions against plain integers.
 *
 * Every operation is applied twice: to expressions, and to the values that
 * they have at a few bindings. ONNXCOST_RANDOM_EXPRESSIONS says how many (a
 * million without it), ONNXCOST_RANDOM_SEED where to begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/checked.h"
#include "symbolic/space.h"

#define SYMBOLS 5
#define BINDINGS 4
#define POOL 24
#define ROUND 80 /* operations in one space */
#define LARGE ((oc_i128)1 << 40)

/* A value at one binding; undefined after a division by zero and the like. */
typedef struct number {
    oc_i128 above;
    int64_t below;
    bool defined;
} number;

typedef struct sample {
    oc_expr expr;
    number at[BINDINGS];
} sample;

typedef struct world {
    oc_arena arena;
    oc_space *space;
    oc_interval bounds[SYMBOLS];
    oc_i128 binding[BINDINGS][SYMBOLS];
    sample pool[POOL];
    size_t pool_count;
    bool facts;      /* texts are read back only where there are none */
    bool broadcasts; /* dims of a BCAST may be chosen only once */
} world;

static uint64_t random_state = 1;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * UINT64_C(2685821657736338717) >> 11;
}

static int64_t random_between(int64_t low, int64_t high)
{
    return low + (int64_t)(random_bits() % (uint64_t)(high - low + 1));
}

/* ---- plain arithmetic ---- */

static number undefined(void)
{
    return (number){0, 1, false};
}

static number reduced(oc_i128 above, oc_i128 below)
{
    if (below == 0)
        return undefined();
    if (below < 0) {
        above = -above;
        below = -below;
    }
    oc_i128 size = above < 0 ? -above : above;
    oc_i128 g = (oc_i128)oc_gcd_u128((oc_u128)size, (oc_u128)below);
    return (number){above / g, (int64_t)(below / g),
                    size / g < LARGE && below / g < LARGE};
}

static number plus(number a, number b, int sign)
{
    return reduced(a.above * b.below + sign * b.above * a.below,
                   (oc_i128)a.below * b.below);
}

static number times(number a, number b)
{
    return reduced(a.above * b.above, (oc_i128)a.below * b.below);
}

static number rounded(number a, bool up)
{
    oc_i128 q = 0;
    (void)oc_floor_div_i128(&q, up ? -a.above : a.above, a.below);
    return reduced(up ? -q : q, 1);
}

static number over(number a, number b)
{
    return b.above == 0 ? undefined()
                        : reduced(a.above * b.below, a.below * b.above);
}

static int compare(number a, number b)
{
    oc_i128 left = a.above * b.below, right = b.above * a.below;
    return (left > right) - (left < right);
}

static number broadcast(number a, number b)
{
    if (a.below != 1 || b.below != 1 || a.above < 0 || b.above < 0)
        return undefined();
    if (a.above == b.above || b.above == 1)
        return a;
    return a.above == 1 ? b : undefined();
}

static number log2_ceiling(number a)
{
    int64_t k = 0;
    while (((oc_i128)1 << k) * a.below < a.above)
        k++;
    return reduced(k, 1);
}

/* ---- operations ---- */

enum operation {
    ADD,
    SUB,
    MUL,
    NEG,
    SCALE,
    DIVIDE,
    FLOOR_DIV,
    CEIL_DIV,
    FLOOR_SYMBOLIC,
    MOD,
    FLOOR,
    CEIL,
    MIN,
    MAX,
    BCAST,
    CLOG2,
    OPERATIONS
};

static oc_expr apply(oc_space *s, enum operation op, oc_expr a, oc_expr b,
                     oc_expr c)
{
    switch (op) {
    case ADD:
        return oc_expr_add(s, a, b);
    case SUB:
        return oc_expr_sub(s, a, b);
    case MUL:
        return oc_expr_mul(s, a, b);
    case NEG:
        return oc_expr_neg(s, a);
    case SCALE:
        return oc_expr_mul(s, a, c);
    case DIVIDE:
        return oc_expr_quotient(s, a, c);
    case FLOOR_DIV:
        return oc_expr_floor_div(s, a, c);
    case CEIL_DIV:
        return oc_expr_ceil_div(s, a, c);
    case FLOOR_SYMBOLIC:
        return oc_expr_floor_div(s, a, b);
    case MOD:
        return oc_expr_mod(s, a, c);
    case FLOOR:
        return oc_expr_floor(s, a);
    case CEIL:
        return oc_expr_ceil(s, a);
    case MIN:
        return oc_expr_min(s, a, b);
    case MAX:
        return oc_expr_max(s, a, b);
    case BCAST:
        return oc_expr_bcast(s, a, b);
    case CLOG2:
        return oc_expr_clog2(s, a);
    case OPERATIONS:
        break;
    }
    return OC_UNKNOWN;
}

static number compute(enum operation op, number a, number b, number c)
{
    switch (op) {
    case ADD:
    case SUB:
        return plus(a, b, op == ADD ? 1 : -1);
    case MUL:
        return times(a, b);
    case NEG:
        return plus(reduced(0, 1), a, -1);
    case SCALE:
        return times(a, c);
    case DIVIDE:
        return over(a, c);
    case FLOOR_DIV:
        return rounded(over(a, c), false);
    case CEIL_DIV:
        return rounded(over(a, c), true);
    case FLOOR_SYMBOLIC:
        return b.above ? rounded(over(a, b), false) : undefined();
    case MOD:
        return plus(a, times(c, rounded(over(a, c), false)), -1);
    case FLOOR:
    case CEIL:
        return rounded(a, op == CEIL);
    case MIN:
        return compare(a, b) < 0 ? a : b;
    case MAX:
        return compare(a, b) > 0 ? a : b;
    case BCAST:
        return broadcast(a, b);
    case CLOG2:
        return log2_ceiling(a);
    case OPERATIONS:
        break;
    }
    return undefined();
}

static bool needs_both(enum operation op)
{
    return op == ADD || op == SUB || op == MUL || op == FLOOR_SYMBOLIC ||
           op == MIN || op == MAX || op == BCAST;
}

/* ---- one space ---- */

static void show(const world *w, oc_expr e)
{
    oc_arena arena = {0};
    print_error("expression: %s\n", oc_expr_text(w->space, &arena, e));
    oc_arena_free(&arena);
}

static void make_symbols(world *w)
{
    static const char *const names[SYMBOLS] = {"batch", "seq", "past", "height",
                                               "offset"};
    static const oc_interval choices[] = {{0, OC_UNBOUNDED_ABOVE},
                                          {1, OC_UNBOUNDED_ABOVE},
                                          {1, 9},
                                          {0, 2},
                                          {-5, OC_UNBOUNDED_ABOVE}};
    for (size_t i = 0; i < SYMBOLS; i++) {
        oc_interval bounds = choices[random_bits() % 5];
        if (i == SYMBOLS - 1)
            bounds = (oc_interval){OC_UNBOUNDED_BELOW, OC_UNBOUNDED_ABOVE};
        w->bounds[i] = bounds;
        int64_t low = bounds.lower < -100 ? -100 : bounds.lower;
        int64_t high = bounds.upper > 40 ? 40 : bounds.upper;
        oc_symbol symbol = {.name = names[i],
                            .kind = OC_SYMBOL_INPUT,
                            .bounds = bounds,
                            .node = SIZE_MAX};
        sample *s = &w->pool[w->pool_count++];
        s->expr = oc_symbol_new(w->space, &symbol);
        for (size_t b = 0; b < BINDINGS; b++) {
            w->binding[b][i] =
                b == 0 ? low : random_between(low, b == 1 ? low + 2 : high);
            if (w->binding[b][i] > high)
                w->binding[b][i] = high;
            s->at[b] = reduced(w->binding[b][i], 1);
        }
    }
}

static bool evaluates_to(world *w, oc_expr e, const oc_i128 *values,
                         number *result)
{
    static const bool bound[SYMBOLS] = {true, true, true, true, true};
    oc_error err = {0};
    result->defined =
        oc_expr_evaluate(w->space, e, values, bound, &result->above,
                         &result->below, &err) == OC_OK;
    return result->defined;
}

static void check_values(world *w, const sample *s)
{
    oc_interval interval = oc_expr_interval(w->space, s->expr);
    for (size_t b = 0; b < BINDINGS; b++) {
        number got;
        if (!s->at[b].defined)
            continue;
        bool equal = evaluates_to(w, s->expr, w->binding[b], &got) &&
                     compare(got, s->at[b]) == 0;
        bool inside = (interval.lower == OC_UNBOUNDED_BELOW ||
                       compare(s->at[b], reduced(interval.lower, 1)) >= 0) &&
                      (interval.upper == OC_UNBOUNDED_ABOVE ||
                       compare(s->at[b], reduced(interval.upper, 1)) <= 0);
        if (!equal || !inside) {
            show(w, s->expr);
            print_error("got %ld/%ld (%d) want %ld/%ld, in [%ld, %ld]\n",
                        (long)got.above, (long)got.below, got.defined,
                        (long)s->at[b].above, (long)s->at[b].below,
                        (long)interval.lower, (long)interval.upper);
        }
        assert_true(equal);
        assert_true(inside);
    }
}

/* What was printed reads back as the same number, and as the same handle
 * when it is of a size that people read and hides nothing behind a name. */
static void check_text(world *w, const sample *s)
{
    if (w->facts || !oc_expr_is_integral(w->space, s->expr))
        return;
    oc_arena arena = {.escape = w->arena.escape};
    const char *text = oc_expr_text(w->space, &arena, s->expr);
    sample read = *s;
    read.expr = oc_expr_parse(w->space, text, strlen(text), NULL, NULL);
    bool same = read.expr == s->expr || strlen(text) > 200 ||
                oc_let_count(w->space) > 0;
    if (!same || !oc_expr_is_known(read.expr)) {
        show(w, s->expr);
        show(w, read.expr);
    }
    assert_true(same && oc_expr_is_known(read.expr));
    check_values(w, &read);
    oc_arena_free(&arena);
}

/* No answer is wrong anywhere. */
static void check_questions(world *w, const sample *a, const sample *b)
{
    oc_tri at_most = oc_expr_at_most(w->space, a->expr, b->expr);
    oc_tri equal = oc_expr_equal(w->space, a->expr, b->expr);
    for (size_t i = 0; i < BINDINGS; i++) {
        if (!a->at[i].defined || !b->at[i].defined)
            continue;
        int order = compare(a->at[i], b->at[i]);
        bool right =
            (at_most == OC_MAYBE || (at_most == OC_YES) == (order <= 0)) &&
            (equal == OC_MAYBE || (equal == OC_YES) == (order == 0));
        if (!right) {
            show(w, a->expr);
            show(w, b->expr);
        }
        assert_true(right);
    }
}

/* What the ledger holds is true at every binding, or it is taken back. */
static bool ledger_holds(world *w, size_t from)
{
    for (size_t i = from; i < oc_assumption_count(w->space); i++) {
        const oc_assumption *a = oc_assumption_at(w->space, i);
        for (size_t b = 0; b < BINDINGS; b++) {
            number left, right;
            if (!evaluates_to(w, a->left, w->binding[b], &left) ||
                !evaluates_to(w, a->right, w->binding[b], &right) ||
                compare(left, right) > 0 ||
                (a->relation == OC_EQUAL && compare(left, right) != 0))
                return false;
        }
    }
    return true;
}

/* A relation that is true at all bindings becomes an assumption; then the
 * question it answers must be answered. */
static void learn(world *w, const sample *a, const sample *b)
{
    bool at_most = true, equal = true;
    for (size_t i = 0; i < BINDINGS; i++) {
        if (!a->at[i].defined || !b->at[i].defined)
            return;
        at_most = at_most && compare(a->at[i], b->at[i]) <= 0;
        equal = equal && compare(a->at[i], b->at[i]) == 0;
    }
    if (!at_most)
        return;
    oc_ledger_mark mark = oc_ledger_here(w->space);
    oc_tri answer =
        oc_assume(w->space, equal ? OC_EQUAL : OC_AT_MOST, a->expr, b->expr, 7);
    assert_true(answer != OC_NO);
    if (oc_expr_at_most(w->space, a->expr, b->expr) != OC_YES) {
        show(w, a->expr);
        show(w, b->expr);
        print_error("answer %d equal %d facts\n", answer, equal);
    }
    assert_true(oc_expr_at_most(w->space, a->expr, b->expr) == OC_YES);
    if (equal)
        assert_true(oc_expr_equal(w->space, a->expr, b->expr) == OC_YES);
    if (!ledger_holds(w, 0)) /* stronger than what was asked */
        oc_ledger_rollback(w->space, mark);
}

/* Symbol i replaced by b: the same as a where the symbol is b's value. */
static void check_substitution(world *w, const sample *a, const sample *b)
{
    size_t index = random_bits() % SYMBOLS;
    oc_expr replacement[SYMBOLS] = {OC_UNKNOWN};
    replacement[index] = b->expr;
    oc_i128 changed[BINDINGS][SYMBOLS];
    memcpy(changed, w->binding, sizeof(changed));
    for (size_t i = 0; i < BINDINGS; i++) {
        number value = b->at[i];
        if (!value.defined || value.below != 1 ||
            value.above < w->bounds[index].lower ||
            value.above > w->bounds[index].upper)
            return;
        changed[i][index] = value.above;
    }
    if (!oc_expr_is_integral(w->space, b->expr))
        return;
    oc_expr result = oc_expr_substitute(w->space, a->expr, replacement);
    for (size_t i = 0; i < BINDINGS; i++) {
        number want, got;
        if (!a->at[i].defined || !evaluates_to(w, a->expr, changed[i], &want))
            continue;
        if (result == OC_UNKNOWN || result == OC_OVERFLOW ||
            !evaluates_to(w, result, w->binding[i], &got))
            continue;
        if (compare(want, got) != 0) {
            show(w, a->expr);
            show(w, b->expr);
            show(w, result);
            print_error("symbol %zu\n", index);
        }
        assert_true(compare(want, got) == 0);
    }
}

static const sample *pick(const world *w)
{
    return &w->pool[random_bits() % w->pool_count];
}

static bool is_modest(const world *w, const sample *s)
{
    size_t defined = 0;
    for (size_t i = 0; i < BINDINGS; i++)
        defined += s->at[i].defined;
    return defined && oc_expr_is_known(s->expr) &&
           oc_expr_term_count(w->space, s->expr) <= 24;
}

static void keep(world *w, const sample *s)
{
    if (w->pool_count < POOL)
        w->pool[w->pool_count++] = *s;
    else
        w->pool[SYMBOLS + random_bits() % (POOL - SYMBOLS)] = *s;
}

/* One random operation and all that must hold of its result. */
static void step(world *w)
{
    enum operation op = (enum operation)(random_bits() % OPERATIONS);
    int64_t constants[] = {2, 3, 4, 7, 8, 16, 80, -1, -2, -3, 1, 6, 12};
    int64_t constant = constants[random_bits() % 13];
    if (op == BCAST && !w->broadcasts)
        op = SUB;
    const sample *a = pick(w), *b = pick(w);
    sample c = {.expr = oc_expr_of(random_between(-9, 40))};
    if (random_bits() % 3 == 0)
        b = &c;
    sample result;
    result.expr = apply(w->space, op, a->expr, b->expr, oc_expr_of(constant));
    for (size_t i = 0; i < BINDINGS; i++) {
        c.at[i] = reduced(oc_expr_immediate(c.expr), 1);
        result.at[i] = undefined();
        if (a->at[i].defined && (!needs_both(op) || b->at[i].defined))
            result.at[i] =
                compute(op, a->at[i], b->at[i], reduced(constant, 1));
    }
    if (!is_modest(w, &result))
        return;
    check_values(w, &result);
    check_questions(w, a, b);
    check_questions(w, &result, a);
    if (random_bits() % 8 == 0)
        check_text(w, &result);
    if (!w->broadcasts && random_bits() % 8 == 0)
        check_substitution(w, &result, pick(w));
    if (w->facts && random_bits() % 8 == 0)
        learn(w, a, b);
    keep(w, &result);
}

static void round_of_steps(world *w, size_t steps)
{
    jmp_buf escape;
    w->arena.escape = &escape;
    if (setjmp(escape) != 0)
        fail_msg("out of memory");
    w->space = oc_space_new(&w->arena, 0);
    w->pool_count = 0;
    w->facts = random_bits() % 2 == 0;
    w->broadcasts = random_bits() % 4 == 0;
    make_symbols(w);
    for (size_t i = 0; i < steps; i++)
        step(w);
    oc_arena_reset(&w->arena);
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void random_expressions_mean_what_plain_integers_say(void **state)
{
    (void)state;
    uint64_t count = number_from("ONNXCOST_RANDOM_EXPRESSIONS", 1000000);
    random_state = number_from("ONNXCOST_RANDOM_SEED", 20240607);
    world *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    for (uint64_t done = 0; done < count; done += ROUND)
        round_of_steps(w, ROUND);
    oc_arena_free(&w->arena);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_expressions_mean_what_plain_integers_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
