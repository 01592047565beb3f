/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/print.c - expressions as Python, for people and for the parser.
 *
 * In here: content and common monomial taken out, high powers first, symbols
 * in the order of their creation, parentheses where Python needs them or a
 * reader would look for them. Recursion ends at LETs, which print their name.
 */
#include "symbolic/space.h"

#include <string.h>

#include "base/checked.h"
#include "symbolic/internal.h"

/* What may stand without parentheses. */
typedef enum level {
    LEVEL_SUM,     /* anything */
    LEVEL_PRODUCT, /* no sum, no sign */
    LEVEL_PRIMARY  /* names, numbers, calls */
} level;

typedef struct printer {
    oc_space *space;
    oc_text *out;
} printer;

static void print(printer *to, oc_expr a, level allowed);

static void puts_if(printer *to, bool condition, const char *text)
{
    if (condition)
        oc_text_puts(to->out, text);
}

static void print_int(printer *to, oc_i128 value)
{
    char digits[OC_I128_DIGITS];
    oc_text_puts(to->out, oc_i128_print(digits, value));
}

/* ---- order of terms ---- */

static int compare_monomials(const oc_monomial *a, const oc_monomial *b)
{
    if (a->degree != b->degree)
        return a->degree > b->degree ? -1 : 1;
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        if (a->factors[i].atom != b->factors[i].atom)
            return a->factors[i].atom < b->factors[i].atom ? -1 : 1;
        if (a->factors[i].power != b->factors[i].power)
            return a->factors[i].power > b->factors[i].power ? -1 : 1;
    }
    return (a->count > b->count) - (a->count < b->count);
}

static bool after(const printer *to, const oc_term *a, const oc_term *b)
{
    return compare_monomials(to->space->monomials[a->monomial],
                             to->space->monomials[b->monomial]) > 0;
}

static void sift(const printer *to, oc_poly *p, size_t root, size_t count)
{
    oc_term term = p->terms[root];
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count &&
            after(to, &p->terms[child + 1], &p->terms[child]))
            child++;
        if (!after(to, &p->terms[child], &term))
            break;
        p->terms[root] = p->terms[child];
    }
    p->terms[root] = term;
}

/* Heap sort, then the first positive term to the front. */
static void order(const printer *to, oc_poly *p)
{
    for (size_t i = p->count / 2; i-- > 0;)
        sift(to, p, i, p->count);
    for (size_t i = p->count; i-- > 1;) {
        oc_term last = p->terms[0];
        p->terms[0] = p->terms[i];
        p->terms[i] = last;
        sift(to, p, 0, i);
    }
    size_t first = 0;
    while (first < p->count && p->terms[first].coefficient < 0)
        first++;
    if (first == 0 || first == p->count)
        return;
    oc_term positive = p->terms[first];
    memmove(p->terms + 1, p->terms, first * sizeof(oc_term));
    p->terms[0] = positive;
}

/* ---- atoms ---- */

static void print_call(printer *to, const oc_atom *atom)
{
    const char *separator = atom->kind == OC_ATOM_MIN ? "min(" : "max(";
    for (int constants = 1; constants >= 0; constants--)
        for (uint32_t i = 0; i < atom->argument_count; i++) {
            oc_expr a = atom->arguments[i];
            if (oc_expr_is_constant(to->space, a) != (constants == 1))
                continue;
            oc_text_puts(to->out, separator);
            print(to, a, LEVEL_SUM);
            separator = ", ";
        }
    oc_text_puts(to->out, ")");
}

static void print_bcast(printer *to, oc_expr a, oc_expr b)
{
    print(to, a, LEVEL_PRIMARY);
    oc_text_puts(to->out, "*");
    print(to, b, LEVEL_PRIMARY);
    oc_text_puts(to->out, "//max(1, min(");
    print(to, a, LEVEL_SUM);
    oc_text_puts(to->out, ", ");
    print(to, b, LEVEL_SUM);
    oc_text_puts(to->out, "))");
}

static void print_quotient(printer *to, const oc_atom *atom)
{
    if (atom->kind == OC_ATOM_BCAST) {
        print_bcast(to, atom->arguments[0], atom->arguments[1]);
        return;
    }
    print(to, atom->arguments[0], LEVEL_PRODUCT);
    oc_text_puts(to->out, "//");
    print(to, atom->arguments[1], LEVEL_PRIMARY);
}

static void print_atom(printer *to, const oc_atom *atom, level allowed)
{
    switch (atom->kind) {
    case OC_ATOM_SYMBOL:
        oc_text_puts(to->out, to->space->symbols[atom->index].name);
        break;
    case OC_ATOM_LET:
        oc_text_puts(to->out, to->space->let_names[atom->index]);
        break;
    case OC_ATOM_MIN:
    case OC_ATOM_MAX:
        print_call(to, atom);
        break;
    case OC_ATOM_CLOG2:
        oc_text_puts(to->out, "(");
        print(to, oc_expr_sub(to->space, atom->arguments[0], oc_expr_of(1)),
              LEVEL_SUM);
        oc_text_puts(to->out, ").bit_length()");
        break;
    case OC_ATOM_FDIV:
    case OC_ATOM_BCAST:
        puts_if(to, allowed == LEVEL_PRIMARY, "(");
        print_quotient(to, atom);
        puts_if(to, allowed == LEVEL_PRIMARY, ")");
        break;
    }
}

/* ---- products ---- */

/* A product under way: `between` goes before its next factor. */
static void print_monomial(printer *to, uint32_t monomial, level single,
                           const char *between)
{
    const oc_monomial *m = to->space->monomials[monomial];
    for (uint32_t i = 0; i < m->count; i++) {
        oc_factor factor = m->factors[i];
        bool alone = m->count == 1 && factor.power == 1 && !*between;
        oc_text_puts(to->out, i ? "*" : between);
        print_atom(to, to->space->atoms[factor.atom],
                   alone ? single : LEVEL_PRIMARY);
        if (factor.power > 1)
            oc_text_printf(to->out, "**%u", factor.power);
    }
}

/* |coefficient| * monomial as one item of a sum or as all there is. */
static void print_term(printer *to, const oc_term *term, level single)
{
    oc_i128 size = term->coefficient;
    char digits[OC_I128_DIGITS];
    const char *text = oc_i128_print(digits, size);
    text += *text == '-';
    bool one = size == 1 || size == -1;
    if (!one || term->monomial == 0)
        oc_text_puts(to->out, text);
    print_monomial(to, term->monomial, single, one ? "" : "*");
}

static void print_sum(printer *to, oc_poly *p)
{
    order(to, p);
    for (size_t i = 0; i < p->count; i++) {
        bool negative = p->terms[i].coefficient < 0;
        const char *sign = negative ? " - " : " + ";
        if (i == 0)
            sign = negative ? "-" : "";
        oc_text_puts(to->out, sign);
        print_term(to, &p->terms[i],
                   i == 0 && negative ? LEVEL_PRIMARY : LEVEL_PRODUCT);
    }
}

/* content * monomial * (what is left of p) */
static void take_out(printer *to, oc_poly *p, oc_term *common)
{
    oc_u128 content = oc_poly_content(p);
    oc_poly divided;
    common->monomial = oc_poly_monomial(to->space, p);
    common->coefficient = content <= (oc_u128)INT64_MAX ? (oc_i128)content : 1;
    bool positive = false;
    for (size_t i = 0; i < p->count; i++)
        positive = positive || p->terms[i].coefficient > 0;
    if (!positive)
        common->coefficient *= -1;
    for (size_t i = 0; i < p->count; i++)
        p->terms[i].coefficient /= common->coefficient;
    if (oc_poly_divide_monomial(to->space, &divided, p, common->monomial))
        *p = divided;
    else
        common->monomial = 0;
}

static bool is_plain(const oc_term *common)
{
    return common->coefficient == 1 && common->monomial == 0;
}

/* A single term, whose common part is itself, or a factored sum. */
static void print_product(printer *to, oc_poly *p)
{
    oc_term common;
    int64_t denominator = p->denominator;
    if (p->count == 1)
        common = p->terms[0];
    else
        take_out(to, p, &common);
    bool one = common.coefficient == 1 || common.coefficient == -1;
    bool factor = p->count == 1 || common.monomial != 0 || !one;
    puts_if(to, common.coefficient < 0, "-");
    if (factor)
        print_term(to, &common, LEVEL_PRIMARY);
    if (p->count > 1) {
        oc_text_puts(to->out, factor ? "*(" : "(");
        print_sum(to, p);
        oc_text_puts(to->out, ")");
    }
    if (denominator > 1)
        oc_text_printf(to->out, "//%lld", (long long)denominator);
}

static void print_compound(printer *to, oc_poly *p, level allowed)
{
    oc_poly rest = oc_poly_copy(to->space, p);
    oc_term common = p->terms[0];
    if (p->count > 1)
        take_out(to, &rest, &common);
    bool sum = p->denominator == 1 && p->count > 1 && is_plain(&common);
    bool parentheses =
        allowed == LEVEL_PRIMARY ||
        (allowed == LEVEL_PRODUCT && (sum || common.coefficient < 0));
    puts_if(to, parentheses, "(");
    if (sum)
        print_sum(to, p);
    else
        print_product(to, p);
    puts_if(to, parentheses, ")");
}

static void print(printer *to, oc_expr a, level allowed)
{
    const oc_atom *atom = oc_expr_atom(to->space, a);
    if (atom) {
        print_atom(to, atom, allowed);
        return;
    }
    oc_term hold;
    oc_poly p = oc_poly_of(to->space, a, &hold);
    if (oc_expr_is_immediate(a) &&
        (allowed == LEVEL_SUM || p.count == 0 || hold.coefficient > 0)) {
        print_int(to, hold.coefficient);
        return;
    }
    oc_mark mark = oc_scratch_here(to->space);
    p = oc_poly_copy(to->space, &p);
    print_compound(to, &p, allowed);
    oc_scratch_release(to->space, mark);
}

void oc_expr_print(oc_space *space, oc_expr a, oc_text *out)
{
    if (!oc_expr_is_known(a))
        oc_text_puts(out, "?");
    else
        print(&(printer){space, out}, a, LEVEL_SUM);
}

const char *oc_expr_text(oc_space *space, oc_arena *arena, oc_expr a)
{
    oc_text text = {.arena = arena};
    oc_expr_print(space, a, &text);
    return text.data;
}
