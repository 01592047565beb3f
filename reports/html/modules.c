/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/modules.c - the tree of modules, in the order of the model.
 *
 * Three or more neighbours that differ in numbers of their names only are one
 * row, with what they add up to; so are the rows below it. The tree is cut at
 * the depth at which it still reads as a table.
 */
#include <string.h>

#include "base/checked.h"
#include "reports/figure.h"
#include "reports/html/html.h"

enum { MOST_ROWS = 40, MOST_DEPTH = 8, LEAST_ALIKE = 3 };

typedef struct module_tree {
    oc_page *page;
    size_t depth; /* deepest shown */
    size_t rows;  /* so far */
    size_t left;  /* rows that may be put; 0: they are only counted */
    oc_i128 most;
} module_tree;

/* Neighbours that are one row. */
typedef struct module_run {
    size_t first, last; /* of by_scope */
    size_t end;         /* behind all that is below the last */
    int64_t count;
} module_run;

static const oc_report_group *group(const module_tree *tree, size_t index)
{
    return &tree->page->report->by_scope[index];
}

/* Behind all that is below a module. */
static size_t end_of(const module_tree *tree, size_t index)
{
    size_t end = index + 1;
    while (end < tree->page->report->by_scope_count &&
           group(tree, end)->depth > group(tree, index)->depth)
        end++;
    return end;
}

static bool is_zero(oc_figure figure)
{
    oc_i128 value;
    return oc_figure_integer(&value, figure) && value == 0;
}

static bool is_costless(const oc_report_group *group)
{
    return is_zero(group->macs) && is_zero(group->flops) &&
           is_zero(group->transcendentals) && is_zero(group->params) &&
           is_zero(group->traffic_bytes);
}

/* ---- alike neighbours ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Equal but for numbers. */
static bool is_name_alike(const char *a, const char *b)
{
    while (*a && *b) {
        if (is_digit(*a) && is_digit(*b)) {
            a += strspn(a, "0123456789");
            b += strspn(b, "0123456789");
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return *a == *b;
}

static bool is_group_alike(const oc_report_group *a, const oc_report_group *b)
{
    return a->nodes == b->nodes && a->status == b->status &&
           oc_figure_same(a->flops, b->flops) &&
           oc_figure_same(a->macs, b->macs) &&
           oc_figure_same(a->params, b->params) &&
           oc_figure_same(a->traffic_bytes, b->traffic_bytes) &&
           is_name_alike(a->scope, b->scope);
}

/* With all that is below them. */
static bool is_alike(const module_tree *tree, size_t a, size_t b)
{
    size_t a_end = end_of(tree, a), b_end = end_of(tree, b);
    if (a_end - a != b_end - b)
        return false;
    for (size_t i = 0; a + i < a_end; i++)
        if (group(tree, a + i)->depth != group(tree, b + i)->depth ||
            !is_group_alike(group(tree, a + i), group(tree, b + i)))
            return false;
    return true;
}

static module_run run_at(const module_tree *tree, size_t first, size_t end)
{
    module_run run = {first, first, end_of(tree, first), 1};
    size_t next = run.end;
    while (next < end && is_alike(tree, first, next)) {
        run.last = next;
        run.count++;
        next = end_of(tree, next);
    }
    if (run.count < LEAST_ALIKE)
        return (module_run){first, first, run.end, 1};
    run.end = next;
    return run;
}

/* ---- rows ---- */

static const char *last_part(const char *scope)
{
    const char *slash = strrchr(scope, '/');
    return slash && slash[1] != '\0' ? slash + 1 : scope;
}

/* The last part of the path without what the part before it says already:
 * "h.0" in "transformer/transformer.h.0". */
static const char *own_name(const char *scope)
{
    const char *last = last_part(scope);
    const char *before = last;
    size_t bytes;
    if (last == scope)
        return last;
    for (before--; before > scope && before[-1] != '/'; before--)
        ;
    bytes = (size_t)(last - before) - 1;
    bool repeats = strncmp(last, before, bytes) == 0 && last[bytes] == '.' &&
                   last[bytes + 1] != '\0' && !is_digit(last[bytes + 1]);
    return repeats ? last + bytes + 1 : last;
}

static void put_name(oc_page *page, const module_tree *tree,
                     const module_run *run)
{
    if (run->first == 0 && group(tree, 0)->depth == 0) {
        oc_html_put(page, "whole model");
        return;
    }
    oc_html_name(page, own_name(group(tree, run->first)->scope));
    if (run->count > 1) {
        oc_html_put(page, " \u2026 ");
        oc_html_name(page, own_name(group(tree, run->last)->scope));
        oc_html_printf(page, "<span class=\"x\">\u00d7%lld</span>",
                       (long long)run->count);
    }
}

static void put_bar(oc_page *page, const module_tree *tree,
                    const oc_report_group *group, int64_t times)
{
    oc_bar bar = {.unknown = !oc_figure_is_known(group->flops)};
    if (!oc_html_value(page, &bar.flops[OC_FAMILY_NONE], group->flops, times))
        bar.flops[OC_FAMILY_NONE] = 0;
    oc_html_bar(page, &bar, tree->most);
}

static void put_row(module_tree *tree, const module_run *run, size_t level,
                    int64_t times)
{
    oc_page *page = tree->page;
    const oc_report_group *row = group(tree, run->first);
    int64_t nodes = row->nodes;
    if (!oc_mul_i64(&nodes, nodes, times))
        nodes = INT64_MAX;
    oc_html_printf(page, "<tr><th scope=\"row\" class=\"nm l%zu\">", level);
    put_name(page, tree, run);
    oc_html_printf(page, "</th><td class=\"n mid\">%lld</td>",
                   (long long)nodes);
    oc_html_part_cell(page, "n", OC_TOTAL_FLOPS, row->flops, row->status,
                      times);
    oc_html_part_cell(page, "n mid", OC_TOTAL_MACS, row->macs, row->status,
                      times);
    oc_html_share(page, row->flops, times);
    put_bar(page, tree, row, times);
    oc_html_part_cell(page, "n mid", OC_TOTAL_PARAMS, row->params, row->status,
                      times);
    oc_html_part_cell(page, "n mid", OC_TOTAL_TRAFFIC_BYTES, row->traffic_bytes,
                      row->status, times);
    oc_html_put(page, "</tr>\n");
}

/* The modules of [first, end) on one level and those below them; counts the
 * rows, and puts as many as there may be. */
static void walk(module_tree *tree, size_t first, size_t end, size_t level,
                 int64_t times)
{
    for (size_t i = first; i < end;) {
        module_run run = run_at(tree, i, end);
        int64_t all = times;
        i = run.end;
        if (is_costless(group(tree, run.first)) ||
            !oc_mul_i64(&all, times, run.count))
            continue;
        if (tree->rows++ < tree->left)
            put_row(tree, &run, level, all);
        if (level < tree->depth)
            walk(tree, run.first + 1, end_of(tree, run.first), level + 1, all);
    }
}

static size_t rows_at(module_tree *tree, size_t depth)
{
    tree->depth = depth;
    tree->rows = tree->left = 0;
    walk(tree, 0, tree->page->report->by_scope_count, 0, 1);
    return tree->rows;
}

/* The deepest tree that is no longer than a table may be. */
static size_t best_depth(module_tree *tree)
{
    size_t depth = 1;
    while (depth < MOST_DEPTH && rows_at(tree, depth + 1) <= MOST_ROWS)
        depth++;
    return depth;
}

static void put_head(oc_page *page)
{
    oc_html_put(
        page,
        "<thead><tr><th scope=\"col\">module</th>"
        "<th scope=\"col\" class=\"n mid\">nodes</th>"
        "<th scope=\"col\" class=\"n nu\">FLOPs</th>"
        "<th scope=\"col\" class=\"n nu mid\">MACs</th>"
        "<th scope=\"col\" class=\"n\">%</th>"
        "<th scope=\"col\" class=\"shb\"><span class=\"vh\">share</span></th>"
        "<th scope=\"col\" class=\"n nu mid\">params</th>"
        "<th scope=\"col\" class=\"n nu by mid\">traffic</th></tr></thead>\n");
}

static void put_body(module_tree *tree)
{
    oc_page *page = tree->page;
    size_t most = MOST_ROWS * 2;
    size_t rows = rows_at(tree, best_depth(tree));
    tree->rows = 0;
    tree->left = most;
    oc_html_put(page, "<tbody>\n");
    walk(tree, 0, page->report->by_scope_count, 0, 1);
    oc_html_put(page, "</tbody></table>");
    if (rows > most)
        oc_html_printf(page, "<p class=\"hint\">and %zu more</p>", rows - most);
}

/* Below the model there is at least one module. */
static bool has_modules(const oc_report *report)
{
    return report->by_scope_count > 1 ||
           (report->by_scope_count == 1 && report->by_scope[0].depth > 0);
}

void oc_html_modules(oc_page *page)
{
    module_tree tree = {.page = page};
    oc_figure flops = oc_quantity_figure(&page->report->totals[OC_TOTAL_FLOPS]);
    if (!has_modules(page->report))
        return;
    if (!oc_page_value(page, &tree.most, flops))
        tree.most = 0;
    oc_html_put(page, "<section id=\"modules\" aria-labelledby=\"h-modules\">");
    oc_html_title(page, "modules", "Modules");
    oc_html_at_point(page);
    oc_html_put(page, "</p></div><table><caption class=\"vh\">Cost by module, "
                      "alike neighbours as one row</caption>");
    put_head(page);
    put_body(&tree);
    oc_html_put(page, "</section>\n");
}
