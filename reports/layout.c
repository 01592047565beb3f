/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/layout.c - columns of the text report.
 */
#include <string.h>

#include "reports/page.h"
#include "reports/unicode.h"

/* Narrower names say nothing; below it lines become longer than the page. */
enum { LEAST_NAME = 20, GAP = 2 };
/* A longer cell does not move those of other rows. */
enum { MOST_WIDTH = 200 };

size_t oc_page_columns(const char *text)
{
    const char *end = text + strlen(text);
    size_t columns = 0;
    oc_rune rune;
    while (oc_rune_next(&rune, &text, end))
        columns += oc_rune_columns(rune.code);
    return columns;
}

const char *oc_page_tail(oc_page *page, const char *text, size_t columns)
{
    const char *mark = oc_page_sign(page, "\u2026", "...");
    const char *end = text + strlen(text);
    size_t left = oc_page_columns(text);
    size_t room = columns - oc_page_columns(mark);
    oc_rune rune;
    if (page->options.wide || left <= columns)
        return text;
    while (left > room && oc_rune_next(&rune, &text, end))
        left -= oc_rune_columns(rune.code);
    return oc_page_printf(page, "%s%s", mark, text);
}

const char *oc_page_head(oc_page *page, const char *text, size_t columns)
{
    const char *end = text + strlen(text);
    const char *at = text;
    size_t used = 0;
    oc_rune rune;
    if (page->options.wide || oc_page_columns(text) <= columns)
        return text;
    while (oc_rune_next(&rune, &at, end)) {
        used += oc_rune_columns(rune.code);
        if (used > columns)
            break;
    }
    return oc_page_printf(page, "%.*s ...", (int)(rune.data - text), text);
}

void oc_page_line(oc_page *page, const char *label, const char *text)
{
    const size_t label_columns = 18;
    size_t used = oc_page_columns(label);
    oc_out_repeat(&page->out, ' ', GAP);
    oc_out_puts(&page->out, label);
    oc_out_repeat(&page->out, ' ',
                  used < label_columns ? label_columns - used : 1);
    oc_out_puts(&page->out, text);
    oc_out_char(&page->out, '\n');
}

oc_table oc_table_new(oc_page *page, const char *const *titles,
                      size_t column_count, size_t max_rows)
{
    return (oc_table){
        .column_count = column_count,
        .titles = titles,
        .cells = OC_NEW(&page->arena, const char *, max_rows *column_count)};
}

const char **oc_table_row(oc_table *table)
{
    return table->cells + table->row_count++ * table->column_count;
}

/* A column that says nothing in any row is left out, as are figures that no
 * row knows. */
static bool is_bare(const oc_table *table, size_t column)
{
    for (size_t row = 0; row < table->row_count; row++) {
        const char *cell = table->cells[row * table->column_count + column];
        if (cell[0] != '\0' && strcmp(cell, "?") != 0)
            return false;
    }
    return table->row_count > 0;
}

static size_t column_width(const oc_table *table, size_t column)
{
    size_t width = oc_page_columns(table->titles[column]);
    for (size_t row = 0; row < table->row_count; row++) {
        size_t used =
            oc_page_columns(table->cells[row * table->column_count + column]);
        width = used > width ? used : width;
    }
    return width < MOST_WIDTH ? width : MOST_WIDTH;
}

static void put_cell(oc_page *page, const char *cell, size_t width, bool left)
{
    if (width == 0)
        return;
    const size_t used = oc_page_columns(cell);
    const size_t pad = used < width ? width - used : 0;
    oc_out_repeat(&page->out, ' ', GAP + (left ? 0 : pad));
    oc_out_puts(&page->out, cell);
    oc_out_repeat(&page->out, ' ', left ? pad : 0);
}

static void put_cells(oc_page *page, const oc_table *table,
                      const char *const *cells, const size_t *widths)
{
    size_t last = table->column_count - 1;
    size_t used = GAP;
    for (size_t column = 0; column < last; column++) {
        put_cell(page, cells[column], widths[column],
                 table->left && table->left[column]);
        used += widths[column] > 0 ? widths[column] + GAP : 0;
    }
    size_t room = page->options.columns > used + LEAST_NAME
                      ? page->options.columns - used
                      : LEAST_NAME;
    if (cells[last][0] != '\0') {
        oc_out_repeat(&page->out, ' ', GAP);
        oc_out_puts(&page->out, table->keeps_head
                                    ? oc_page_head(page, cells[last], room)
                                    : oc_page_tail(page, cells[last], room));
    }
    oc_out_char(&page->out, '\n');
}

void oc_table_put(oc_page *page, const oc_table *table)
{
    size_t *widths = OC_NEW(&page->arena, size_t, table->column_count);
    for (size_t column = 0; column < table->column_count; column++)
        widths[column] =
            is_bare(table, column) ? 0 : column_width(table, column);
    oc_out_char(&page->out, '\n');
    oc_page_bold(page, true);
    put_cells(page, table, table->titles, widths);
    oc_page_bold(page, false);
    for (size_t row = 0; row < table->row_count; row++)
        put_cells(page, table, table->cells + row * table->column_count,
                  widths);
}

void oc_page_bold(oc_page *page, bool on)
{
    if (page->options.color)
        oc_out_puts(&page->out, on ? "\x1b[1m" : "\x1b[0m");
}
