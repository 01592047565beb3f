/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/page.h - what the parts of a report for people share.
 *
 * In here: the page, words and numbers, safe names; columns and lines, which
 * only the text report has.
 * Not in here: which facts are shown (text.c, text_tables.c, html/), which
 * rows (lines.c), sample points (point.c).
 *
 * Strings that these functions return live in the page's arena, which has an
 * escape: they are never NULL.
 */
#ifndef OC_REPORTS_PAGE_H
#define OC_REPORTS_PAGE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "onnxcost/report.h"
#include "onnxcost/write.h"

#include "base/arena.h"
#include "reports/out.h"
#include "reports/point.h"

#define OC_SHORT_NAMES 8 /* more letters than that explain nothing */

typedef struct oc_page {
    const oc_report *report;
    oc_text_options options; /* defaults filled in */
    oc_arena arena;
    jmp_buf no_memory;
    oc_out out;
    void *context;               /* of the one who writes it */
    oc_points points;            /* of a report with free symbols */
    const oc_point *point;       /* where symbolic figures are shown, or NULL */
    char letter[OC_SHORT_NAMES]; /* of the report's symbols; 0: none */
} oc_page;

/* Makes a page of a report, lets `put` write it, and ends both. */
OC_NODISCARD
oc_status oc_page_write(const oc_report *report, const oc_text_options *options,
                        const oc_sink *sink, void (*put)(oc_page *),
                        void *context, oc_error *err);
/* From here on symbolic figures are shown at the reference point. */
void oc_page_to_reference(oc_page *page);

typedef enum oc_unit { OC_UNIT_COUNT, OC_UNIT_BYTES } oc_unit;

/* The totals that are shown at sample points. */
enum { OC_SAMPLED = 5 };
extern const struct oc_sampled {
    oc_total total;
    oc_unit unit;
    const char *title;
} oc_sampled[OC_SAMPLED];
/* Whether the report has that one. */
bool oc_page_samples(const oc_page *page, size_t sampled);

/* ---- words ---- */
OC_PRINTF(2, 3)
const char *oc_page_printf(oc_page *page, const char *format, ...);
/* A model's string made safe: see oc_print_safe(). */
const char *oc_page_name(oc_page *page, const char *name);
/* The same, and no longer than a line, unless all is wanted. */
const char *oc_page_short(oc_page *page, const char *name);
/* "Conv", "com.microsoft::Attention". */
const char *oc_page_op(oc_page *page, const char *domain, const char *op_type);
/* "#17 /layer1/conv", "" for no row. */
const char *oc_page_node(oc_page *page, uint32_t row);
/* Gives long names of few symbols one letter each, where it is theirs. */
void oc_page_shorten(oc_page *page);
/* A symbol as formulas show it: its letter or its name. */
const char *oc_page_symbol(oc_page *page, size_t index);
/* "[batch,3,224,?]" */
const char *oc_page_shape(oc_page *page, const oc_report_tensor *tensor);
/* The one that the terminal can show. */
const char *oc_page_sign(const oc_page *page, const char *utf8,
                         const char *ascii);

/* ---- numbers ---- */
const char *oc_page_number(oc_page *page, oc_i128 value, oc_unit unit);
/* Whether the graph keeps keys and values from run to run: only then is what
 * a token of them costs shown. */
bool oc_page_keeps_cache(const oc_page *page);
/* What stands before a figure that is not exact: ">= "; else "". */
const char *oc_page_status(const oc_page *page, oc_figure_status status);
/* At the page's point when symbolic; "?" when unknown; ">=" before a lower
 * bound. */
const char *oc_page_figure(oc_page *page, oc_figure figure,
                           oc_figure_status status, oc_unit unit);
/* "99.74": the part's share of the whole in per cent; "" when that has no
 * meaning; "<=" when the whole is a lower bound. */
const char *oc_page_share(oc_page *page, oc_i128 part, oc_i128 whole,
                          bool at_most);
/* A formula for people: short names, dots, grouped digits. */
const char *oc_page_formula(oc_page *page, const char *formula);
/* Bytes of external data files. */
int64_t oc_page_external(const oc_page *page);
/* Indices of the symbols that have no value; returns how many. */
size_t oc_page_free_symbols(const oc_page *page, size_t *indices);
/* Its value at the page's point. */
bool oc_page_value(const oc_page *page, oc_i128 *value, oc_figure figure);

/* Of the live sets, the one that is the largest at the reference point; the
 * first where there is none. Only for a report with `memory`. */
oc_report_peak oc_page_peak(const oc_page *page);
/* Of another order than the file's: whether it is the best one. */
static inline const char *oc_page_proof(const oc_report_memory *memory)
{
    return memory->order_optimal == OC_YES  ? " (exact)"
           : memory->order_optimal == OC_NO ? " (searched)"
                                            : "";
}

/* ---- layout ---- */
size_t oc_page_columns(const char *text); /* that it takes on a terminal */
/* The text cut to so many columns, unless all is wanted: formulas keep their
 * head, names their tail. */
const char *oc_page_head(oc_page *page, const char *text, size_t columns);
const char *oc_page_tail(oc_page *page, const char *text, size_t columns);
/* "  label             text" */
void oc_page_line(oc_page *page, const char *label, const char *text);
void oc_page_bold(oc_page *page, bool on); /* where colors are wanted */

/* The last column is flush left and takes what room is left; the others are
 * flush right unless `left` names them. */
typedef struct oc_table {
    size_t column_count;
    const char *const *titles;
    const bool *left; /* or NULL */
    bool keeps_head;  /* the last column is no names: cut at the end */
    size_t row_count;
    const char **cells; /* row_count * column_count */
} oc_table;
oc_table oc_table_new(oc_page *page, const char *const *titles,
                      size_t column_count, size_t max_rows);
/* The cells of a new row, to be filled. */
const char **oc_table_row(oc_table *table);
void oc_table_put(oc_page *page, const oc_table *table);

/* ---- parts of the page ---- */
void oc_text_tables(oc_page *page);
/* text_groups.c: tables that divide the whole model. */
void oc_text_by_op(oc_page *page);
/* None where there are fewer modules than that. */
void oc_text_by_scope(oc_page *page, size_t least);
void oc_text_by_part(oc_page *page);
/* text_attention.c */
void oc_text_attention(oc_page *page);

#endif
