/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/text_tables.c - a report for people: the tables.
 *
 * Rows are ranked by what they are at the page's sample point when figures
 * are symbolic, which the last line then names.
 */
#include <string.h>

#include "base/checked.h"
#include "base/text.h"
#include "reports/figure.h"
#include "reports/lines.h"
#include "reports/page.h"
#include "reports/schema.h"

static size_t cut(const oc_page *page, size_t count)
{
    return count < page->options.rows ? count : page->options.rows;
}

/* ---- cells ---- */

/* A short formula as it is, a long one at the page's point. */
static const char *cost_cell(oc_page *page, oc_figure figure,
                             oc_figure_status status, oc_unit unit)
{
    const size_t widest = 30;
    oc_i128 value;
    const char *formula;
    if (!oc_figure_is_known(figure) || oc_figure_integer(&value, figure))
        return oc_page_figure(page, figure, status, unit);
    formula = oc_page_formula(page, figure.formula);
    if (page->options.wide || oc_page_columns(formula) <= widest)
        return formula;
    return oc_page_printf(page, "%s*",
                          oc_page_figure(page, figure, status, unit));
}

static const char *share_cell(oc_page *page, oc_figure flops, int64_t times)
{
    const oc_quantity *total = &page->report->totals[OC_TOTAL_FLOPS];
    oc_i128 part, whole;
    if (!oc_page_value(page, &part, flops) ||
        !oc_mul_i128(&part, part, times) ||
        !oc_page_value(page, &whole, oc_quantity_figure(total)))
        return "";
    return oc_page_share(page, part, whole,
                         total->status <= OC_FIGURE_LOWER_BOUND);
}

static const char *int_cell(oc_page *page, int64_t value)
{
    return oc_page_printf(page, "%lld", (long long)value);
}

static const char *share_title(const oc_page *page)
{
    return page->point ? "%*" : "%";
}

static void put_footnote(oc_page *page)
{
    const oc_report *report = page->report;
    if (!page->point)
        return;
    oc_out_puts(&page->out, "  * at");
    for (size_t i = 0; i < report->symbol_count; i++) {
        if (report->symbols[i].has_value)
            continue;
        oc_out_char(&page->out, ' ');
        oc_out_puts(&page->out, oc_page_symbol(page, i));
        oc_out_char(&page->out, '=');
        oc_out_int(&page->out, page->point->bindings[i].value);
    }
    oc_out_char(&page->out, '\n');
}

static const char *times_cell(oc_page *page, int64_t times)
{
    return times > 1 ? oc_page_printf(page, "%lldx", (long long)times) : "";
}

/* A title whose column is at the page's point. */
static const char *at_point(const oc_page *page, const char *symbolic,
                            const char *otherwise)
{
    return page->point ? symbolic : otherwise;
}

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
    cell[0] = cost_cell(page, group->flops, group->status, OC_UNIT_COUNT);
    cell[1] = share_cell(page, group->flops, times);
    cell[2] = cost_cell(page, group->macs, group->status, OC_UNIT_COUNT);
    cell[3] =
        oc_page_figure(page, group->params, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[4] = oc_page_figure(page, group->traffic_bytes, OC_FIGURE_EXACT,
                             OC_UNIT_BYTES);
    cell[5] = int_cell(page, group->nodes);
    cell[6] = times_cell(page, times);
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
                                         at_point(page, "*", ""))
                        : oc_page_printf(page, "(outside of them)%s",
                                         at_point(page, "*", "")));
}

static void put_groups(oc_page *page, struct groups *groups)
{
    const char *titles[] = {"FLOPs",
                            share_title(page),
                            "MACs",
                            "params",
                            at_point(page, "traffic*", "traffic"),
                            "nodes",
                            "",
                            groups->title};
    const size_t columns = sizeof(titles) / sizeof(titles[0]);
    size_t shown = cut(page, groups->count);
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

static void put_by_op(oc_page *page)
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

static void put_by_scope(oc_page *page, size_t least)
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

/* ---- nodes ---- */

/* The figures are of one node, the share is of all alike. */
static void node_cells(oc_page *page, const char **cell, const oc_line *line)
{
    const oc_report_node *node = &page->report->nodes[line->index];
    oc_costs costs = oc_costs_of_node(node);
    cell[0] = cost_cell(page, costs.flops, costs.status, OC_UNIT_COUNT);
    cell[1] = share_cell(page, costs.flops, line->times);
    cell[2] = cost_cell(page, costs.macs, costs.status, OC_UNIT_COUNT);
    cell[3] =
        oc_page_figure(page, costs.params, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[4] =
        oc_page_figure(page, costs.traffic, OC_FIGURE_EXACT, OC_UNIT_BYTES);
    cell[5] =
        oc_page_figure(page, costs.memory, OC_FIGURE_EXACT, OC_UNIT_BYTES);
    cell[6] = times_cell(page, line->times);
    cell[7] = oc_page_op(page, node->domain, node->op_type);
    cell[8] = oc_page_node(page, (uint32_t)line->index);
}

static void put_nodes(oc_page *page)
{
    const char *titles[] = {"FLOPs",
                            share_title(page),
                            "MACs",
                            "params",
                            at_point(page, "traffic*", "traffic"),
                            at_point(page, "live*", "live"),
                            "",
                            "operator",
                            "node"};
    static const bool left[] = {false, false, false, false, false,
                                false, false, true,  true};
    const size_t columns = sizeof(titles) / sizeof(titles[0]);
    size_t count;
    const oc_line *lines = oc_lines_of_nodes(page, &count);
    size_t shown = cut(page, count);
    oc_table table = oc_table_new(page, titles, columns, shown);
    table.left = left;
    for (size_t i = 0; i < shown; i++)
        node_cells(page, oc_table_row(&table), &lines[i]);
    oc_table_put(page, &table);
}

/* ---- attention ---- */

static const char *block_dims(oc_page *page, const oc_report_attention *block)
{
    return oc_page_printf(
        page, "%s/%s",
        oc_page_figure(page, block->heads, OC_FIGURE_EXACT, OC_UNIT_COUNT),
        oc_page_figure(page, block->kv_heads, OC_FIGURE_EXACT, OC_UNIT_COUNT));
}

static const char *lengths(oc_page *page, const oc_report_attention *block)
{
    return oc_page_printf(
        page, "%s x %s",
        cost_cell(page, block->query_length, OC_FIGURE_EXACT, OC_UNIT_COUNT),
        cost_cell(page, block->key_length, OC_FIGURE_EXACT, OC_UNIT_COUNT));
}

static const char *widths(oc_page *page, const oc_report_attention *block)
{
    return oc_page_printf(
        page, "%s/%s",
        oc_page_figure(page, block->qk_dim, OC_FIGURE_EXACT, OC_UNIT_COUNT),
        oc_page_figure(page, block->v_dim, OC_FIGURE_EXACT, OC_UNIT_COUNT));
}

static void attention_cells(oc_page *page, const char **cell,
                            const oc_report_attention *block)
{
    cell[0] = cost_cell(page, block->flops, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[1] = share_cell(page, block->flops, 1);
    cell[2] = cost_cell(page, block->macs, OC_FIGURE_EXACT, OC_UNIT_COUNT);
    cell[3] = oc_schema_attention_name(block->kind);
    cell[4] = block_dims(page, block);
    cell[5] = widths(page, block);
    cell[6] = lengths(page, block);
    cell[7] = block->mask ? oc_page_name(page, block->mask) : "?";
    cell[8] = oc_page_figure(page, block->kv_cache_bytes_per_token,
                             OC_FIGURE_EXACT, OC_UNIT_BYTES);
    cell[9] = oc_page_name(page, block->scope);
}

/* In the order of the model: blocks are compared, not ranked. */
static void put_attention(oc_page *page)
{
    const oc_report *report = page->report;
    const char *titles[] = {"core FLOPs",  share_title(page),
                            "MACs",        "kind",
                            "heads/kv",    "qk/v",
                            "T x S",       "mask",
                            "cache/token", "attention block"};
    static const bool left[] = {false, false, false, true,  true,
                                true,  false, true,  false, true};
    const size_t columns = sizeof(titles) / sizeof(titles[0]);
    size_t shown = cut(page, report->attention_count);
    oc_table table = oc_table_new(page, titles, columns, shown);
    table.left = left;
    for (size_t i = 0; i < shown; i++)
        attention_cells(page, oc_table_row(&table), &report->attention[i]);
    oc_table_put(page, &table);
    if (report->attention_count == 0)
        oc_out_puts(&page->out, "  no attention block recognised\n");
}

void oc_text_tables(oc_page *page)
{
    switch (page->options.by) {
    case OC_TABLE_DEFAULT:
        put_by_op(page);
        put_by_scope(page, 2);
        break;
    case OC_TABLE_OP:
        put_by_op(page);
        break;
    case OC_TABLE_SCOPE:
        put_by_scope(page, 0);
        break;
    case OC_TABLE_NODE:
        put_nodes(page);
        break;
    case OC_TABLE_ATTENTION:
        put_attention(page);
        break;
    }
    put_footnote(page);
}
