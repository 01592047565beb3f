/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/parse.c - reads formulas: ours, and those that exporters put into
 * dim_param.
 *
 *   sum     = product {("+" | "-") product}
 *   product = unary {("*" | "//" | "/" | "%") unary}
 *   unary   = {"-" | "+"} power
 *   power   = postfix [("**" | "^") unary]
 *   postfix = primary {".bit_length()"}
 *   primary = integer [name | "(" sum ")"] | name | "(" sum ")"
 *           | ("min" | "max" | "floor" | "ceil") "(" sum {"," sum} ")"
 *
 * `/` is exact while an enclosing floor() or ceil() may still round, and a
 * floor division at the end.
 */
#include "symbolic/internal.h"

#include <string.h>

#define MAX_DEPTH 100
#define MAX_EXPONENT OC_MONOMIAL_DEGREE

/* A value; over symbols also the fraction that it is the floor of. */
typedef struct operand {
    oc_expr value;
    oc_expr above, below; /* below: OC_UNKNOWN when it is none */
} operand;

typedef struct parser {
    oc_space *space;
    const char *text;
    size_t bytes, at;
    int depth;
    oc_name_finder *find;
    void *context;
    oc_parse_failure failure;
    size_t failure_at, failure_bytes;
} parser;

static operand sum(parser *in);

static operand plain(oc_expr value)
{
    return (operand){.value = value, .below = OC_UNKNOWN};
}

/* The first failure stays; everything after it is skipped. */
static operand fail(parser *in, oc_parse_failure failure, size_t at,
                    size_t bytes)
{
    if (in->failure == OC_PARSE_OK) {
        in->failure = failure;
        in->failure_at = at;
        in->failure_bytes = bytes;
    }
    in->at = in->bytes;
    return plain(OC_UNKNOWN);
}

/* ---- characters ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char peek(const parser *in)
{
    return in->at < in->bytes ? in->text[in->at] : '\0';
}

static void skip_space(parser *in)
{
    while (peek(in) == ' ' || peek(in) == '\t')
        in->at++;
}

static bool accept(parser *in, const char *token)
{
    skip_space(in);
    size_t length = strlen(token);
    if (in->bytes - in->at < length ||
        memcmp(in->text + in->at, token, length) != 0)
        return false;
    in->at += length;
    return true;
}

static size_t name_length(const parser *in)
{
    size_t end = in->at;
    if (end < in->bytes && is_letter(in->text[end]))
        while (end < in->bytes &&
               (is_letter(in->text[end]) || is_digit(in->text[end])))
            end++;
    return end - in->at;
}

/* ---- primaries ---- */

static operand parenthesised(parser *in)
{
    operand inner = sum(in);
    if (!accept(in, ")"))
        return fail(in, OC_PARSE_SYNTAX, in->at, 0);
    return inner;
}

static operand name(parser *in, size_t length)
{
    const char *text = in->text + in->at;
    size_t at = in->at;
    oc_expr found = in->find(in->context, text, length);
    for (size_t i = 0; found == OC_UNKNOWN && i < in->space->let_count; i++)
        if (strlen(in->space->let_names[i]) == length &&
            !memcmp(in->space->let_names[i], text, length))
            found = oc_let_expr(in->space, i);
    in->at += length;
    return found == OC_UNKNOWN ? fail(in, OC_PARSE_NAME, at, length)
                               : plain(found);
}

static operand number(parser *in)
{
    size_t start = in->at;
    oc_i128 value = 0;
    while (is_digit(peek(in)))
        in->at++;
    if (!oc_i128_parse(&value, in->text + start, in->at - start))
        return fail(in, OC_PARSE_SYNTAX, start, in->at - start);
    oc_expr literal = oc_expr_int(in->space, value);
    size_t length = name_length(in);
    if (length == 0 && peek(in) != '(')
        return plain(literal);
    operand factor; /* 16H, 2(x + 1) */
    if (length) {
        factor = name(in, length);
    } else {
        in->at++;
        factor = parenthesised(in);
    }
    return plain(oc_expr_mul(in->space, literal, factor.value));
}

static operand rounded(parser *in, operand a, bool up)
{
    if (a.below != OC_UNKNOWN && up)
        return plain(oc_expr_ceil_div(in->space, a.above, a.below));
    return plain(up ? oc_expr_ceil(in->space, a.value)
                    : oc_expr_floor(in->space, a.value));
}

typedef oc_expr binary(oc_space *space, oc_expr a, oc_expr b);

static operand extremum(parser *in, binary *of)
{
    operand result = plain(sum(in).value);
    while (accept(in, ","))
        result.value = of(in->space, result.value, sum(in).value);
    if (!accept(in, ")"))
        return fail(in, OC_PARSE_SYNTAX, in->at, 0);
    return result;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    if (strlen(word) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((text[i] | 0x20) != word[i])
            return false;
    return true;
}

static operand name_or_call(parser *in)
{
    size_t length = name_length(in), start = in->at;
    const char *text = in->text + start;
    in->at += length;
    if (accept(in, "(")) {
        if (is_word(text, length, "min"))
            return extremum(in, oc_expr_min);
        if (is_word(text, length, "max"))
            return extremum(in, oc_expr_max);
        if (is_word(text, length, "floor"))
            return rounded(in, parenthesised(in), false);
        if (is_word(text, length, "ceil"))
            return rounded(in, parenthesised(in), true);
        return fail(in, OC_PARSE_SYNTAX, start, length);
    }
    in->at = start;
    return name(in, length);
}

static operand primary(parser *in)
{
    skip_space(in);
    if (is_digit(peek(in)))
        return number(in);
    if (is_letter(peek(in)))
        return name_or_call(in);
    if (accept(in, "("))
        return parenthesised(in);
    return fail(in, OC_PARSE_SYNTAX, in->at, 0);
}

/* ---- operators ---- */

static operand postfix(parser *in)
{
    operand a = primary(in);
    while (accept(in, ".bit_length()"))
        a = plain(oc_expr_clog2(
            in->space, oc_expr_add(in->space, a.value, oc_expr_of(1))));
    return a;
}

static operand unary(parser *in);

static operand power(parser *in)
{
    operand base = postfix(in);
    if (!accept(in, "**") && !accept(in, "^"))
        return base;
    size_t at = in->at;
    oc_expr exponent = unary(in).value, result = oc_expr_of(1);
    int64_t count;
    if (!oc_expr_to_i64(in->space, exponent, &count) || count < 0 ||
        count > MAX_EXPONENT)
        return fail(in, OC_PARSE_SYNTAX, at, 0);
    for (int64_t i = 0; i < count; i++)
        result = oc_expr_mul(in->space, result, base.value);
    return plain(result);
}

static operand unary(parser *in)
{
    bool minus = false, sign = false;
    for (;; sign = true) {
        if (accept(in, "-"))
            minus = !minus;
        else if (!accept(in, "+"))
            break;
    }
    if (++in->depth > MAX_DEPTH)
        return fail(in, OC_PARSE_DEPTH, in->at, 0);
    operand a = power(in);
    in->depth--;
    if (sign)
        a = plain(minus ? oc_expr_neg(in->space, a.value) : a.value);
    return a;
}

/* UNKNOWN out of known operands is a division by zero. */
static operand checked(parser *in, oc_expr a, oc_expr b, operand result,
                       size_t at)
{
    if (oc_expr_is_known(a) && oc_expr_is_known(b) &&
        result.value == OC_UNKNOWN)
        return fail(in, OC_PARSE_DIVISION, at, 0);
    return result;
}

static operand fraction(parser *in, oc_expr a, oc_expr b)
{
    oc_expr exact = oc_expr_quotient(in->space, a, b);
    if (oc_expr_is_constant(in->space, b) || exact != OC_UNKNOWN)
        return plain(exact);
    return (operand){oc_expr_floor_div(in->space, a, b), a, b};
}

static operand product(parser *in)
{
    operand a = unary(in);
    for (;;) {
        size_t at = in->at;
        oc_space *space = in->space;
        binary *of = NULL;
        bool divides = false;
        if (accept(in, "//"))
            of = oc_expr_floor_div;
        else if (accept(in, "/"))
            divides = true;
        else if (accept(in, "*"))
            of = oc_expr_mul;
        else if (accept(in, "%"))
            of = oc_expr_mod;
        else
            return a;
        oc_expr left = a.value, right = unary(in).value;
        a = divides ? fraction(in, left, right) : plain(of(space, left, right));
        a = checked(in, left, right, a, at);
    }
}

static operand sum(parser *in)
{
    operand a = product(in);
    for (;;) {
        binary *of = NULL;
        if (accept(in, "+"))
            of = oc_expr_add;
        else if (accept(in, "-"))
            of = oc_expr_sub;
        else
            return a;
        oc_expr left = a.value;
        a = plain(of(in->space, left, product(in).value));
    }
}

/* ---- entry points ---- */

oc_parse_result oc_parse(oc_space *space, const char *text, size_t bytes,
                         oc_name_finder *find, void *context)
{
    parser in = {.space = space,
                 .text = text,
                 .bytes = bytes,
                 .find = find,
                 .context = context};
    operand a = sum(&in);
    skip_space(&in);
    if (in.at < in.bytes)
        a = fail(&in, OC_PARSE_SYNTAX, in.at, 0);
    if (in.failure != OC_PARSE_OK)
        a.value = OC_UNKNOWN;
    return (oc_parse_result){oc_expr_floor(space, a.value), in.failure,
                             in.failure_at, in.failure_bytes};
}

static oc_expr find_symbol(void *context, const char *text, size_t bytes)
{
    return oc_symbol_find(context, text, bytes);
}

oc_expr oc_expr_parse(oc_space *space, const char *text, size_t bytes,
                      oc_name_finder *find, void *context)
{
    if (!find) {
        find = find_symbol;
        context = space;
    }
    return oc_parse(space, text, bytes, find, context).value;
}
