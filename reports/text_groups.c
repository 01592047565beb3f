/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/text_groups.c - a report for people: the tables that divide the
 * whole model, by operator, by module, by part.
 */
#include <string.h>

#include "base/checked.h"
#include "base/text.h"
#include "reports/cells.h"
#include "reports/figure.h"
#include "reports/lines.h"
#include "reports/parts.h"

/* ---- groups: operators and modules ---- */

struct groups {
    const oc_report_group *rows;
    const char *title;
    size_t count;
    oc_line *lines;        /* that partition the model */
    oc_report_group whole; /* what they add up to */
    const char *(*name)(oc_page *page, const struct groups *groups,
                        const oc_line *line);
    const char *(*key)(oc_page *page, const oc_report_group *group);
    bool in_words; /* no names: they need room, and keep their head */
};

static void add_line(oc_page *page, struct groups *groups, size_t index)
{
    oc_costs costs = oc_costs_of_group(&groups->rows[index]);
    oc_line *line = &groups->lines[groups->count++];
    *line = (oc_line){.index = index,
                      .times = 1,
                      .key = groups->key(page, &groups->rows[index]),
                      .nodes = groups->rows[index].nodes};
    oc_line_rank(page, line, &costs);
}

/* whole - shown for one figure; unknown when one of them is. */
static oc_figure rest_of(oc_page *page, const struct groups *groups,
                         size_t shown, size_t member)
{
    const oc_figure *whole =
        (const void *)((const char *)&groups->whole + member);
    oc_i128 rest, part;
    char *digits = OC_NEW(&page->arena, char, OC_I128_DIGITS);
    if (!oc_page_value(page, &rest, *whole))
        return (oc_figure){0};
    for (size_t i = 0; i < shown; i++) {
        const oc_line *line = &groups->lines[i];
        const char *row = (const void *)&groups->rows[line->index];
        const oc_figure *figure = (const void *)(row + member);
        if (oc_page_value(page, &part, *figure) &&
            (!oc_mul_i128(&part, part, line->times) ||
             !oc_sub_i128(&rest, rest, part)))
            return (oc_figure){0};
    }
    return (oc_figure){.formula = oc_i128_print(digits, rest)};
}

static void group_cells(oc_page *page, const char **cell,
                        const oc_report_group *group, int64_t times,
                        const char *name)
{
    cell[0] = oc_cell_cost(page, group->flops, group->status, OC_UNIT_COUNT);
    cell[1] = oc_cell_share(page, group->flops, times);
    cell[2] = oc_cell_cost(page, group->macs, group->status, OC_UNIT_COUNT);
    cell[3] =
        oc_page_figure(page, group->params, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[4] = oc_page_figure(page, group->traffic_bytes, OC_FIGURE_EXACT,
                             OC_UNIT_BYTES);
    cell[5] = oc_cell_int(page, group->nodes);
    cell[6] = oc_cell_times(page, times);
    cell[7] = name;
}

/* What the rows above leave of the model, at the page's point. */
static void put_others(oc_page *page, oc_table *table,
                       const struct groups *groups, size_t shown)
{
#define REST(member)                                                           \
    .member = rest_of(page, groups, shown, offsetof(oc_report_group, member))
    oc_report_group rest = {.status = groups->whole.status,
                            .nodes = groups->whole.nodes,
                            REST(flops),
                            REST(macs),
                            REST(params),
                            REST(traffic_bytes)};
#undef REST
    for (size_t i = 0; i < shown; i++)
        rest.nodes -= groups->lines[i].nodes;
    if (rest.nodes > 0)
        group_cells(page, oc_table_row(table), &rest, 1,
                    groups->count > shown
                        ? oc_page_printf(page, "%zu others%s",
                                         groups->count - shown,
                                         oc_title_at_point(page, "*", ""))
                        : oc_page_printf(page, "(outside of them)%s",
                                         oc_title_at_point(page, "*", "")));
}

static void leave_out(oc_table *table, size_t column)
{
    for (size_t row = 0; row < table->row_count; row++)
        table->cells[row * table->column_count + column] = "";
}

static void put_groups(oc_page *page, struct groups *groups)
{
    const char *titles[] = {"FLOPs",
                            oc_title_share(page),
                            "MACs",
                            "params",
                            oc_title_at_point(page, "traffic*", "traffic"),
                            "nodes",
                            "",
                            groups->title};
    const size_t columns = sizeof(titles) / sizeof(titles[0]);
    size_t shown = oc_cell_rows(page, groups->count);
    oc_table table = oc_table_new(page, titles, columns, shown + 1);
    oc_lines_sort(groups->lines, groups->count);
    for (size_t i = 0; i < shown; i++) {
        const oc_line *line = &groups->lines[i];
        oc_report_group row = groups->rows[line->index];
        row.nodes = line->nodes;
        group_cells(page, oc_table_row(&table), &row, line->times,
                    groups->name(page, groups, line));
    }
    put_others(page, &table, groups, shown);
    table.keeps_head = groups->in_words;
    if (groups->in_words && page->point)
        leave_out(&table, 4); /* traffic: formulas take its room */
    oc_table_put(page, &table);
}

static oc_report_group whole_model(const oc_report *report)
{
    const oc_quantity *totals = report->totals;
    return (oc_report_group){
        .nodes = (int64_t)report->node_count,
        .status = totals[OC_TOTAL_FLOPS].status,
        .flops = oc_quantity_figure(&totals[OC_TOTAL_FLOPS]),
        .macs = oc_quantity_figure(&totals[OC_TOTAL_MACS]),
        .params = oc_quantity_figure(&totals[OC_TOTAL_PARAMS]),
        .traffic_bytes = oc_quantity_figure(&totals[OC_TOTAL_TRAFFIC_BYTES])};
}

static const char *op_name(oc_page *page, const struct groups *groups,
                           const oc_line *line)
{
    const oc_report_group *group = &groups->rows[line->index];
    return oc_page_op(page, group->domain, group->op_type);
}

static const char *no_key(oc_page *page, const oc_report_group *group)
{
    (void)page;
    (void)group;
    return "";
}

void oc_text_by_op(oc_page *page)
{
    const oc_report *report = page->report;
    struct groups groups = {
        .rows = report->by_op,
        .title = "operator",
        .lines = OC_NEW(&page->arena, oc_line, report->by_op_count),
        .whole = whole_model(report),
        .name = op_name,
        .key = no_key};
    for (size_t i = 0; i < report->by_op_count; i++)
        add_line(page, &groups, i);
    put_groups(page, &groups);
}

/* ---- modules ---- */

static const char *scope_key(oc_page *page, const oc_report_group *group)
{
    return oc_scope_starred(page, group->scope);
}

static const char *scope_name(oc_page *page, const struct groups *groups,
                              const oc_line *line)
{
    return oc_page_name(
        page, line->times > 1 ? line->key : groups->rows[line->index].scope);
}

/* Modules that differ in the number in their name only, as layers do. */
static bool folds(const struct groups *groups, const oc_line *left,
                  const oc_line *right)
{
    const oc_report_group *a = &groups->rows[left->index];
    const oc_report_group *b = &groups->rows[right->index];
    return oc_figure_same(a->flops, b->flops) &&
           oc_figure_same(a->macs, b->macs) &&
           oc_figure_same(a->params, b->params) &&
           oc_figure_same(a->traffic_bytes, b->traffic_bytes) &&
           strcmp(left->key, right->key) == 0;
}

/* Equal modules are neighbours once sorted. */
static void fold_lines(oc_page *page, struct groups *groups)
{
    size_t kept = 0;
    oc_lines_sort(groups->lines, groups->count);
    for (size_t i = 0; i < groups->count; i++) {
        oc_line *line = &groups->lines[i];
        oc_line *last = kept > 0 ? &groups->lines[kept - 1] : NULL;
        if (last && folds(groups, last, line)) {
            last->times++;
            last->nodes += line->nodes;
        } else {
            groups->lines[kept++] = *line;
        }
    }
    groups->count = kept;
    for (size_t i = 0; i < kept; i++) {
        oc_costs costs =
            oc_costs_of_group(&groups->rows[groups->lines[i].index]);
        oc_line_rank(page, &groups->lines[i], &costs);
    }
}

/* A module at the depth asked for, or one above it that has no parts. */
static bool is_cut(const oc_report *report, size_t index, size_t depth)
{
    size_t here = (size_t)report->by_scope[index].depth;
    bool has_parts =
        index + 1 < report->by_scope_count &&
        report->by_scope[index + 1].depth > report->by_scope[index].depth;
    return here == depth || (here > 0 && here < depth && !has_parts);
}

void oc_text_by_scope(oc_page *page, size_t least)
{
    const oc_report *report = page->report;
    struct groups groups = {
        .rows = report->by_scope,
        .title =
            oc_page_printf(page, "module (depth %zu)", page->options.depth),
        .lines = OC_NEW(&page->arena, oc_line, report->by_scope_count),
        .whole = whole_model(report),
        .name = scope_name,
        .key = scope_key};
    for (size_t i = 0; i < report->by_scope_count; i++)
        if (is_cut(report, i, page->options.depth))
            add_line(page, &groups, i);
    if (groups.count < least)
        return;
    fold_lines(page, &groups);
    put_groups(page, &groups);
}

/* ---- parts ---- */

/* Products of modules that differ in their number may fold, other parts
 * never. */
static void add_part(oc_page *page, struct groups *groups, size_t index)
{
    const oc_report_part *part = &page->report->parts[index];
    add_line(page, groups, index);
    groups->lines[groups->count - 1].key =
        part->kind == OC_PART_OF_PRODUCTS
            ? oc_scope_starred(page, part->sum.scope)
            : oc_page_printf(page, "\n%zu", index);
}

static const char *part_name(oc_page *page, const struct groups *groups,
                             const oc_line *line)
{
    (void)groups;
    const oc_report_part *part = &page->report->parts[line->index];
    return line->times > 1 && line->key[0] != '\0'
               ? oc_page_name(page, line->key)
               : oc_part_label(page, part);
}

void oc_text_by_part(oc_page *page)
{
    const oc_report *report = page->report;
    oc_report_group *rows =
        OC_NEW(&page->arena, oc_report_group, report->part_count);
    struct groups groups = {
        .rows = rows,
        .title = "part",
        .lines = OC_NEW(&page->arena, oc_line, report->part_count),
        .whole = whole_model(report),
        .name = part_name,
        .key = no_key,
        .in_words = true};
    for (size_t i = 0; i < report->part_count; i++) {
        rows[i] = report->parts[i].sum;
        add_part(page, &groups, i);
    }
    fold_lines(page, &groups);
    put_groups(page, &groups);
    if (report->part_count == 0)
        oc_out_puts(&page->out, "  no attention block recognised\n");
}
