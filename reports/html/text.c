/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/text.c - strings of a model as text of the page.
 *
 * All that is markup is escaped, also '#', which with a second one starts a
 * command in the logs of CI systems. What must not be raw is spelled in a
 * span of class "ctl".
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "reports/html/html.h"
#include "reports/unicode.h"

enum { MOST_NAME = 240, MOST_MESSAGE = 1000 };

void oc_html_put(oc_page *page, const char *markup)
{
    oc_out_puts(&page->out, markup);
}

void oc_html_printf(oc_page *page, const char *format, ...)
{
    char text[512];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    if (length > 0)
        oc_out_put(&page->out, text,
                   (size_t)length < sizeof(text) ? (size_t)length
                                                 : sizeof(text) - 1);
}

/* ---- escapes ---- */

static const char *entity(uint32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '#':
        return "&#35;";
    default:
        return NULL;
    }
}

static void put_control(oc_out *out, uint32_t code, bool in_attribute)
{
    char spelt[OC_RUNE_ROOM];
    size_t bytes = oc_rune_spell(spelt, code);
    if (!in_attribute)
        oc_out_puts(out, "<span class=\"ctl\">");
    oc_out_put(out, spelt, bytes);
    if (!in_attribute)
        oc_out_puts(out, "</span>");
}

static void put_escaped(oc_out *out, const char *text, size_t bytes,
                        bool in_attribute)
{
    const char *end = text + bytes;
    oc_rune rune;
    while (oc_rune_next(&rune, &text, end)) {
        const char *escaped = entity(rune.code);
        if (escaped)
            oc_out_puts(out, escaped);
        else if (!rune.valid)
            oc_out_puts(out, OC_REPLACEMENT_UTF8);
        else if (oc_rune_is_control(rune.code))
            put_control(out, rune.code, in_attribute);
        else
            oc_out_put(out, rune.data, rune.bytes);
    }
}

/* ---- long strings ---- */

static bool is_inside(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The same place, or the next where a character of UTF-8 begins. */
static const char *start_of_rune(const char *at)
{
    for (int i = 0; i < 3 && is_inside(*at); i++)
        at++;
    return at;
}

static void put_tail(oc_page *page, const char *text, bool in_attribute)
{
    size_t bytes = strlen(text);
    const char *tail = text;
    if (bytes > MOST_NAME) {
        tail = start_of_rune(text + bytes - MOST_NAME);
        oc_html_put(page, "\u2026");
    }
    put_escaped(&page->out, tail, strlen(tail), in_attribute);
    if (tail != text)
        oc_html_printf(page, " (%zu bytes)", bytes);
}

void oc_html_name(oc_page *page, const char *name)
{
    oc_html_put(page, "<bdi>");
    put_tail(page, name, false);
    oc_html_put(page, "</bdi>");
}

void oc_html_attribute(oc_page *page, const char *text)
{
    put_tail(page, text, true);
}

void oc_html_message(oc_page *page, const char *message)
{
    size_t bytes = strlen(message);
    size_t kept = bytes;
    if (bytes > MOST_MESSAGE)
        kept = (size_t)(start_of_rune(message + MOST_MESSAGE) - message);
    oc_html_put(page, "<bdi>");
    put_escaped(&page->out, message, kept, false);
    oc_html_put(page, "</bdi>");
    if (kept < bytes)
        oc_html_printf(page, "\u2026 (%zu bytes)", bytes);
}

void oc_html_part(oc_page *page, const char *text, size_t bytes)
{
    put_escaped(&page->out, text, bytes, false);
}

void oc_html_data_value(oc_page *page, const oc_quantity *quantity)
{
    enum { MOST_WHOLE = 65536 };
    const char *formula = quantity->formula ? quantity->formula : "";
    if (quantity->has_value)
        oc_html_printf(page, " data-value=\"%lld\"",
                       (long long)quantity->value);
    else if (quantity->formula && strlen(formula) <= MOST_WHOLE) {
        oc_html_put(page, " data-value=\"");
        put_escaped(&page->out, formula, strlen(formula), true);
        oc_html_put(page, "\"");
    }
}

/* ---- names ---- */

void oc_html_op(oc_page *page, const char *domain, const char *op_type)
{
    if (domain[0] != '\0') {
        oc_html_put(page, "<span class=\"dom\">");
        oc_html_name(page, domain);
        oc_html_put(page, "::</span>");
    }
    oc_html_name(page, op_type);
}

/* True when the next part of the path says all of this one: "h" in
 * "h/h.0". */
static bool is_repeated(const char *part, size_t bytes)
{
    return bytes > 0 && part[bytes] == '/' &&
           strncmp(part + bytes + 1, part, bytes) == 0 &&
           part[bytes + 1 + bytes] == '.';
}

static const char *shortened(oc_page *page, const char *scope)
{
    char *text = OC_NEW(&page->arena, char, strlen(scope) + 1);
    size_t used = 0;
    while (*scope) {
        size_t bytes = strcspn(scope, "/");
        size_t next = bytes + (scope[bytes] == '/');
        if (!is_repeated(scope, bytes)) {
            memcpy(text + used, scope, next);
            used += next;
        }
        scope += next;
    }
    return text;
}

/* Where the last part of a path begins. */
static const char *last_part(const char *path)
{
    const char *last = path;
    for (const char *at = path; *at; at++)
        if ((*at == '/' || *at == '.') && at[1] != '\0')
            last = at + 1;
    return last;
}

void oc_html_scope(oc_page *page, const char *scope)
{
    const char *path = shortened(page, scope);
    const char *last = last_part(path);
    size_t lead = (size_t)(last - path);
    const char *from = path;
    oc_html_put(page, "<bdi class=\"sc\">");
    if (lead > MOST_NAME) {
        from = start_of_rune(last - MOST_NAME);
        oc_html_put(page, "\u2026");
    }
    put_escaped(&page->out, from, (size_t)(last - from), false);
    oc_html_put(page, "</bdi><b>");
    oc_html_name(page, last);
    oc_html_put(page, "</b>");
}

void oc_html_node(oc_page *page, uint32_t row)
{
    const oc_report *report = page->report;
    if (row >= report->node_count)
        return;
    oc_html_printf(page, "<span class=\"at\">#%u ", (unsigned)row);
    oc_html_name(page, report->nodes[row].name);
    oc_html_put(page, "</span>");
}
