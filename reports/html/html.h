/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/html.h - what the parts of the HTML page share.
 *
 * In here: escaped text, numbers and formulas as markup, the parts of the
 * page in the order in which a reader meets them.
 * Not in here: which lines a table has (reports/lines.h), colours and sizes
 * (page.css).
 *
 * Markup carries classes and no style, as the policy of the page demands.
 */
#ifndef OC_REPORTS_HTML_HTML_H
#define OC_REPORTS_HTML_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/lines.h"
#include "reports/page.h"

/* The style sheet and its hash as a Content-Security-Policy source; made
 * from page.css when the program is built. */
extern const char oc_html_css[];
extern const size_t oc_html_css_bytes;
extern const char oc_html_css_hash[];

/* ---- text ---- */

/* Markup of our own. */
void oc_html_put(oc_page *page, const char *markup);
OC_PRINTF(2, 3)
void oc_html_printf(oc_page *page, const char *format, ...);
/* A string of the model where text may stand: markup escaped, controls
 * spelled out, a long one cut so that its tail (a name's) or head (a
 * message's) stays and its length is told. */
void oc_html_name(oc_page *page, const char *name);
void oc_html_message(oc_page *page, const char *message);
/* The same within the quotes of an attribute. */
void oc_html_attribute(oc_page *page, const char *text);
/* text[0..bytes), never cut. */
void oc_html_part(oc_page *page, const char *text, size_t bytes);
/* "Conv", "com.microsoft::Attention". */
void oc_html_op(oc_page *page, const char *domain, const char *op_type);
/* A module path without what its parts repeat of one another, the last part
 * emphasised: "transformer.h.0.attn". */
void oc_html_scope(oc_page *page, const char *scope);
/* "#17 layer1.0.conv2", a link when the row is in the page; nothing for no
 * row. */
void oc_html_node(oc_page *page, uint32_t row);

/* ---- numbers ---- */

/* Digits in groups: 247 595 283. */
void oc_html_integer(oc_page *page, oc_i128 value);
/* "8.21" and its unit in a slot of fixed width. */
void oc_html_number(oc_page *page, oc_i128 value, oc_unit unit);
/* "8.21 G" in running text. */
void oc_html_inline(oc_page *page, oc_i128 value, oc_unit unit);
/* The same in large: the unit in small, with a name behind it. */
void oc_html_large(oc_page *page, oc_i128 value, oc_unit unit,
                   const char *name);
/* ">= " and the like, nothing when exact. */
void oc_html_sign(oc_page *page, oc_figure_status status);
/* The badge of a figure that is not exact. */
void oc_html_badge(oc_page *page, oc_figure_status status);
/* An attribute with the integer or the formula, for programs. */
void oc_html_data_value(oc_page *page, const oc_quantity *quantity);
/* A formula as mathematics that copies as Python. `terms` of them at most,
 * the whole behind a fold; 0: all. */
void oc_html_formula(oc_page *page, const char *formula, unsigned terms);

/* A cell: the figure times `times` at the page's point. `classes` are those
 * of the column. */
void oc_html_cell(oc_page *page, const char *classes, oc_figure figure,
                  oc_figure_status status, oc_unit unit, int64_t times);
/* The same for a part of a total, whose row has one status for all figures: a
 * part of what is exact is exact. */
void oc_html_part_cell(oc_page *page, const char *classes, oc_total total,
                       oc_figure figure, oc_figure_status status,
                       int64_t times);
/* The cell of the share of all FLOPs. */
void oc_html_share(oc_page *page, oc_figure flops, int64_t times);
/* Value of a figure times `times`; false when unknown or not at the point. */
bool oc_html_value(const oc_page *page, oc_i128 *value, oc_figure figure,
                   int64_t times);

/* Elements and shape: "float[1, 3, 224, 224]". */
void oc_html_type(oc_page *page, const oc_report_tensor *tensor);
void oc_html_dims(oc_page *page, const oc_report_tensor *tensor);
/* "at batch 1, seq 512", nothing without a point. */
void oc_html_at_point(oc_page *page);

/* ---- families of operators ---- */

typedef enum oc_family {
    OC_FAMILY_NONE,
    OC_FAMILY_CONTRACTION,
    OC_FAMILY_ATTENTION, /* the core of it */
    OC_FAMILY_NORM,      /* normalise, pool, reduce */
    OC_FAMILY_ELEMENTWISE,
    OC_FAMILY_MOVEMENT, /* data movement and shape arithmetic */
    OC_FAMILY_UNKNOWN,
    OC_FAMILY_COUNT
} oc_family;

oc_family oc_html_family(const oc_report_node *node);
const char *oc_html_family_name(oc_family family);

/* ---- tables ---- */

/* FLOPs by family; `unknown` when some are. */
typedef struct oc_bar {
    oc_i128 flops[OC_FAMILY_COUNT];
    bool unknown;
} oc_bar;

/* The cell of a bar; one of `whole` FLOPs is full. */
void oc_html_bar(oc_page *page, const oc_bar *bar, oc_i128 whole);
/* The heading of a section and what opens the words beside it, to be closed
 * by </p></div>. */
void oc_html_title(oc_page *page, const char *anchor, const char *title);
/* How many of the sorted lines are ranked; the rest is unknown. */
size_t oc_html_known(const oc_line *lines, size_t count);

/* ---- parts of the page ---- */

void oc_html_header(oc_page *page);
void oc_html_totals(oc_page *page);
void oc_html_formulas(oc_page *page);
void oc_html_findings(oc_page *page);
void oc_html_modules(oc_page *page);
void oc_html_operators(oc_page *page);
void oc_html_memory(oc_page *page);
void oc_html_attention(oc_page *page);
void oc_html_parts(oc_page *page);
void oc_html_nodes(oc_page *page);
void oc_html_conventions(oc_page *page);

#endif
