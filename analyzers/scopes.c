/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/scopes.c - the module a node belongs to, and sums by operator and
 * by module.
 */
#include "analyzers/builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ---- the module path of a node ---- */

static void put_component(oc_text *path, const char *text, size_t bytes)
{
    if (!bytes)
        return;
    if (path->bytes)
        oc_text_puts(path, "/");
    oc_text_put(path, text, bytes);
}

/* "['', 'layer3', 'layer3.1', 'relu']": a printed list; the last element is
 * the operation itself. */
static const char *of_name_scopes(oc_builder *b, const char *list)
{
    oc_text path = {.arena = b->a->scratch};
    const char *pending = NULL;
    size_t pending_bytes = 0;
    for (const char *c = list; *c; c++) {
        if (*c != '\'' && *c != '"')
            continue;
        const char *end = strchr(c + 1, *c);
        if (!end)
            break;
        if (pending)
            put_component(&path, pending, pending_bytes);
        pending = c + 1;
        pending_bytes = (size_t)(end - pending);
        c = end;
    }
    return path.data ? path.data : "";
}

/* "layer3: torch.nn.Sequential/layer3.1: Block/relu: aten.relu" */
static const char *of_namespace(oc_builder *b, const char *text)
{
    oc_text path = {.arena = b->a->scratch};
    for (;;) {
        const char *slash = strchr(text, '/');
        if (!slash)
            return path.data ? path.data : "";
        const char *colon = strstr(text, ": ");
        const char *end = colon && colon < slash ? colon : slash;
        put_component(&path, text, (size_t)(end - text));
        text = slash + 1;
    }
}

static const char *of_node_name(oc_builder *b, const char *name)
{
    const char *last = strrchr(name, '/');
    while (*name == '/')
        name++;
    if (!last || last <= name)
        return "";
    return oc_arena_text(b->a->scratch, name, (size_t)(last - name));
}

/* A convolution into which a BatchNormalization was folded stands in that
 * one's scope; its weight's name has the module path of its own. */
static const char *of_folded_conv(oc_builder *b, const oc_row *row,
                                  const char *scope)
{
    const oc_node *node = row->node;
    if (!node->rewriter_rule || !strstr(node->rewriter_rule, "BatchNorm") ||
        node->input_count < 2 || node->input[1] == OC_NO_VALUE)
        return scope;
    const oc_value *weight = &row->frame->scope->value[node->input[1]];
    const char *dot = strrchr(weight->name, '.');
    const char *slash = strrchr(scope, '/');
    if (!weight->initializer || !dot)
        return scope;
    oc_text path = {.arena = b->a->scratch};
    if (slash)
        put_component(&path, scope, (size_t)(slash - scope));
    put_component(&path, weight->name, (size_t)(dot - weight->name));
    return path.data;
}

const char *oc_builder_scope(oc_builder *b, const oc_row *row)
{
    const oc_node *node = row->node;
    const char *scope;
    if (node->name_scopes)
        scope = of_name_scopes(b, node->name_scopes);
    else if (node->name_space)
        scope = of_namespace(b, node->name_space);
    else
        scope = of_node_name(b, node->name);
    return of_folded_conv(b, row, scope);
}

/* ---- sums ---- */

void oc_group_sum_start(oc_builder *b, oc_group_sum *sum)
{
    *sum = (oc_group_sum){0};
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        sum->metric[metric] = oc_sum_new(b->a->space);
    sum->params = oc_sum_new(b->a->space);
}

void oc_group_sum_add(oc_group_sum *sum, const oc_row *row)
{
    sum->nodes++;
    oc_sum_add(sum->params, row->params);
    if (!row->counted)
        return;
    sum->counted++;
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        oc_certainty certainty = row->certainty[metric];
        if (certainty == OC_NOT_KNOWN)
            certainty = OC_LOWER_BOUND; /* the rest is one */
        else
            oc_sum_add(sum->metric[metric], row->metric[metric]);
        sum->known[metric] += row->certainty[metric] != OC_NOT_KNOWN;
        if (sum->worst[metric] < certainty)
            sum->worst[metric] = certainty;
    }
}

static void add_group(oc_group_sum *sum, const oc_group_sum *more)
{
    sum->nodes += more->nodes;
    sum->counted += more->counted;
    oc_sum_add_sum(sum->params, more->params);
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        oc_sum_add_sum(sum->metric[metric], more->metric[metric]);
        sum->known[metric] += more->known[metric];
        if (sum->worst[metric] < more->worst[metric])
            sum->worst[metric] = more->worst[metric];
    }
}

/* The worst of all metrics. */
static oc_certainty worst_of(const oc_group_sum *sum)
{
    oc_certainty worst = OC_EXACT;
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        if (worst < sum->worst[metric])
            worst = sum->worst[metric];
    return worst;
}

/* Of a group of which nothing is known, nothing is: not 0. */
static oc_expr group_figure(const oc_group_sum *sum, int metric)
{
    return sum->counted && !sum->known[metric]
               ? OC_UNKNOWN
               : oc_sum_value(sum->metric[metric]);
}

void oc_group_sum_finish(oc_builder *b, oc_report_group *group,
                         const oc_group_sum *sum)
{
    oc_space *space = b->a->space;
    oc_expr figure[OC_METRIC_COUNT];
    group->status = oc_builder_status(worst_of(sum));
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        figure[metric] = group_figure(sum, metric);
        if (!oc_expr_is_known(figure[metric]))
            group->status = OC_FIGURE_UNKNOWN;
    }
    group->nodes = sum->nodes;
    group->macs = oc_builder_figure(b, figure[OC_MACS]);
    group->flops = oc_builder_figure(b, figure[OC_FLOPS]);
    group->transcendentals = oc_builder_figure(b, figure[OC_TRANSCENDENTALS]);
    group->params = oc_builder_figure(b, oc_sum_value(sum->params));
    group->traffic_bytes = oc_builder_figure(
        b, oc_expr_add(space, figure[OC_READ_BYTES], figure[OC_WRITE_BYTES]));
}

/* ---- groups, in order of their first row ---- */

typedef struct oc_grouping {
    oc_builder *b;
    oc_map *index; /* key -> position */
    size_t count, room;
    oc_report_group *group;
    oc_group_sum *sum;
} oc_grouping;

static size_t group_of(oc_grouping *g, const char *key, size_t bytes,
                       bool *is_new)
{
    uint64_t position;
    *is_new = !oc_map_get(g->index, key, bytes, &position);
    if (!*is_new)
        return (size_t)position;
    if (g->count == g->room) {
        g->room = g->room ? 2 * g->room : 64;
        oc_report_group *group = OC_NEW(g->b->arena, oc_report_group, g->room);
        oc_group_sum *sum = OC_NEW(g->b->a->arena, oc_group_sum, g->room);
        if (g->count) {
            memcpy(group, g->group, g->count * sizeof(*group));
            memcpy(sum, g->sum, g->count * sizeof(*sum));
        }
        g->group = group;
        g->sum = sum;
    }
    oc_map_put(g->index, oc_arena_text(g->b->a->arena, key, bytes), bytes,
               g->count);
    oc_group_sum_start(g->b, &g->sum[g->count]);
    return g->count++;
}

static void group_by_op(oc_builder *b)
{
    oc_grouping g = {.b = b, .index = oc_map_new(b->a->arena)};
    for (size_t i = 0; i < b->row_count; i++) {
        const oc_node *node = b->row[i]->node;
        bool is_new;
        oc_text key = {.arena = b->a->scratch};
        oc_text_puts(&key, node->domain);
        oc_text_put(&key, "\n", 1);
        oc_text_puts(&key, node->op_type);
        const size_t at = group_of(&g, key.data, key.bytes, &is_new);
        if (is_new) {
            g.group[at].op_type = oc_builder_string(b, node->op_type);
            g.group[at].domain = oc_builder_string(b, node->domain);
            g.group[at].scope = "";
        }
        oc_group_sum_add(&g.sum[at], b->row[i]);
        oc_arena_reset(b->a->scratch);
    }
    for (size_t i = 0; i < g.count; i++)
        oc_group_sum_finish(b, &g.group[i], &g.sum[i]);
    b->report->by_op_count = g.count;
    b->report->by_op = g.group;
}

/* ---- modules ---- */

/* Order of first appearance among siblings, parents first. */
typedef struct oc_module {
    size_t parent, first_child, last_child, next; /* positions */
} oc_module;

#define NO_MODULE SIZE_MAX

typedef struct oc_modules {
    oc_grouping g;
    oc_module *module;
    size_t room;
} oc_modules;

static void link_module(oc_modules *m, size_t at, size_t parent)
{
    if (m->room < m->g.room) {
        oc_module *module = OC_NEW(m->g.b->a->arena, oc_module, m->g.room);
        if (m->room)
            memcpy(module, m->module, m->room * sizeof(*module));
        m->module = module;
        m->room = m->g.room;
    }
    m->module[at] = (oc_module){parent, NO_MODULE, NO_MODULE, NO_MODULE};
    if (parent == NO_MODULE)
        return;
    oc_module *above = &m->module[parent];
    if (above->first_child == NO_MODULE)
        above->first_child = at;
    else
        m->module[above->last_child].next = at;
    above->last_child = at;
}

static size_t module_of(oc_modules *m, const char *scope, size_t bytes,
                        size_t parent, int64_t depth)
{
    bool is_new;
    const size_t at = group_of(&m->g, scope, bytes, &is_new);
    if (!is_new)
        return at;
    link_module(m, at, parent);
    m->g.group[at].op_type = m->g.group[at].domain = "";
    m->g.group[at].scope = oc_arena_text(m->g.b->arena, scope, bytes);
    m->g.group[at].depth = depth;
    return at;
}

/* Deeper modules are counted with the one at this depth. */
#define MOST_DEPTH 64

/* The module that a scope names, made with those around it. */
static size_t make_module(oc_modules *m, const char *scope)
{
    size_t at = module_of(m, "", 0, NO_MODULE, 0);
    int64_t depth = 0;
    for (const char *end = scope; *end && depth < MOST_DEPTH;) {
        const char *slash = strchr(end, '/');
        end = slash ? slash : end + strlen(end);
        at = module_of(m, scope, (size_t)(end - scope), at, ++depth);
        if (*end)
            end++;
    }
    return at;
}

/* Most scopes have been met, with the row before. */
static size_t find_module(oc_modules *m, const char *scope)
{
    uint64_t known;
    size_t bytes = strlen(scope);
    if (bytes && scope[bytes - 1] == '/') /* nothing comes after it */
        bytes--;
    return oc_map_get(m->g.index, scope, bytes, &known) ? (size_t)known
                                                        : make_module(m, scope);
}

/* What is in a module is in those around it, which were made before. */
static void add_to_parents(const oc_modules *m)
{
    for (size_t i = m->g.count; i-- > 1;)
        add_group(&m->g.sum[m->module[i].parent], &m->g.sum[i]);
}

/* Depth first, without recursion: names choose the depth. */
static void order_modules(const oc_modules *m, oc_report_group *out)
{
    size_t at = m->g.count ? 0 : NO_MODULE, written = 0;
    while (at != NO_MODULE) {
        out[written++] = m->g.group[at];
        if (m->module[at].first_child != NO_MODULE) {
            at = m->module[at].first_child;
            continue;
        }
        while (at != NO_MODULE && m->module[at].next == NO_MODULE)
            at = m->module[at].parent;
        if (at != NO_MODULE)
            at = m->module[at].next;
    }
}

static void group_by_scope(oc_builder *b)
{
    oc_modules m = {.g = {.b = b, .index = oc_map_new(b->a->arena)}};
    for (size_t i = 0; i < b->row_count; i++) {
        const size_t at = find_module(&m, b->scope[i]); /* may move them */
        oc_group_sum_add(&m.g.sum[at], b->row[i]);
    }
    add_to_parents(&m);
    for (size_t i = 0; i < m.g.count; i++)
        oc_group_sum_finish(b, &m.g.group[i], &m.g.sum[i]);
    oc_report_group *ordered = OC_NEW(b->arena, oc_report_group, m.g.count);
    order_modules(&m, ordered);
    b->report->by_scope_count = m.g.count;
    b->report->by_scope = ordered;
}

void oc_builder_groups(oc_builder *b)
{
    group_by_op(b);
    group_by_scope(b);
}
