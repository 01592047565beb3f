/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/formula.c - formulas of the page.
 *
 * What is read looks like mathematics, what is copied is the formula of the
 * report, which Python understands: signs that only one of the two wants are
 * shown by the style sheet (classes mul, pw, min).
 */
#include <string.h>

#include "base/text.h"
#include "reports/html/html.h"

/* Longer ones are cut whatever their terms; what is longer than the whole
 * that a page can hold is left to the JSON. */
enum { MOST_BYTES = 400, MOST_WORD = 120, MOST_WHOLE = 65536 };

typedef struct walker {
    const char *at;
    int depth;      /* of parentheses */
    unsigned terms; /* behind us */
} walker;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static size_t word_bytes(const char *at)
{
    size_t bytes = 0;
    while (is_name(at[bytes]))
        bytes++;
    return bytes;
}

/* 247595283 as 247 595 283; of any length. */
static void put_digits(oc_page *page, const char *digits, size_t count)
{
    size_t head = count % 3 == 0 ? 3 : count % 3;
    oc_html_part(page, digits, head);
    for (size_t i = head; i < count; i += 3) {
        oc_html_put(page, "<span class=\"g\">");
        oc_html_part(page, digits + i, 3);
        oc_html_put(page, "</span>");
    }
}

/* Functions stand upright, symbols and definitions in italics. */
static void put_word(oc_page *page, const char *word, size_t bytes)
{
    bool function = word[bytes] == '(';
    if (is_digit(*word)) {
        put_digits(page, word, bytes);
        return;
    }
    oc_html_put(page, function ? "<span class=\"fn\">" : "<i>");
    if (bytes > MOST_WORD) {
        oc_html_put(page, "\u2026");
        word += bytes - MOST_WORD;
        bytes = MOST_WORD;
    }
    oc_html_part(page, word, bytes);
    oc_html_put(page, function ? "</span>" : "</i>");
}

/* "**" and the integer behind it; returns the bytes of both, or 0. */
static size_t put_power(oc_page *page, const char *at)
{
    size_t digits = 0;
    if (strncmp(at, "**", 2) != 0)
        return 0;
    while (is_digit(at[2 + digits]))
        digits++;
    if (digits == 0) {
        oc_html_put(page, "**");
        return 2;
    }
    oc_html_put(page, "<span class=\"pw\">**</span><sup>");
    oc_html_part(page, at + 2, digits);
    oc_html_put(page, "</sup>");
    return 2 + digits;
}

static bool is_sum(const char *at)
{
    return strncmp(at, " + ", 3) == 0 || strncmp(at, " - ", 3) == 0;
}

/* Anything but a word; returns how many bytes it is. */
static size_t put_operator(oc_page *page, walker *walk)
{
    const char *at = walk->at;
    size_t bytes = put_power(page, at);
    if (bytes > 0)
        return bytes;
    if (is_sum(at)) {
        oc_html_put(page, at[1] == '+'
                              ? "<span class=\"op\"> + </span>"
                              : "<span class=\"op\"> <span class=\"min\">-"
                                "</span> </span>");
        return 3;
    }
    walk->depth += (*at == '(') - (*at == ')');
    if (*at == '*') {
        oc_html_put(page, "<span class=\"mul\">*</span>");
        return 1;
    }
    bytes = oc_utf8_length(at, strnlen(at, 4));
    bytes = bytes > 0 ? bytes : 1;
    oc_html_part(page, at, bytes);
    return bytes;
}

/* Terms are those of the formula or of its factors, not of what stands within
 * those: "(height + 7)//8" is no sum to be cut. */
static bool is_term(const walker *walk)
{
    return is_sum(walk->at) && walk->depth <= 1;
}

static bool is_cut(const walker *walk, const char *formula, unsigned terms)
{
    size_t bytes = (size_t)(walk->at - formula);
    if (terms == 0)
        return false;
    return is_term(walk) ? walk->terms >= terms || bytes > MOST_BYTES
                         : is_sum(walk->at) && bytes > 2 * MOST_BYTES;
}

/* Stops before a plus or minus when the terms are used up. */
static void put_terms(oc_page *page, walker *walk, const char *formula,
                      unsigned terms)
{
    while (*walk->at) {
        size_t bytes = word_bytes(walk->at);
        walk->terms += is_term(walk);
        if (is_cut(walk, formula, terms))
            return;
        if (bytes > 0)
            put_word(page, walk->at, bytes);
        else
            bytes = put_operator(page, walk);
        walk->at += bytes;
    }
}

static void put_rest(oc_page *page, int open, const char *formula)
{
    oc_html_put(page, "<span class=\"op\"> + </span>\u2026");
    for (int i = 0; i < open; i++)
        oc_html_put(page, ")");
    oc_html_put(page, "</span><details class=\"all\"><summary>whole formula"
                      "</summary><code>");
    if (strlen(formula) <= MOST_WHOLE)
        oc_html_part(page, formula, strlen(formula));
    else
        oc_html_printf(page, "%zu bytes: the JSON report has them",
                       strlen(formula));
    oc_html_put(page, "</code></details>");
}

void oc_html_formula(oc_page *page, const char *formula, unsigned terms)
{
    walker walk = {.at = formula};
    oc_html_put(page, "<span class=\"fx\">");
    put_terms(page, &walk, formula, terms);
    if (*walk.at)
        put_rest(page, walk.depth, formula);
    else
        oc_html_put(page, "</span>");
}
