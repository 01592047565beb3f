/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/growth.c - how the costs of a model with attention grow
 * with its symbols: the degree of its FLOPs in each, and for sequences the
 * length at which the cores cost more than all other products.
 *
 * All is read off values at growing lengths, with the other symbols at their
 * least and nothing cached.
 */
#include "analyzers/blocks/blocks.h"

/* Lengths are tried up to this one; the degree shows between it and its
 * double. */
#define LONGEST ((int64_t)1 << 30)
/* A model with more has no few that its costs grow with. */
#define MOST_SYMBOLS 32

/* Lengths at which the share of the core is reported unless others are given,
 * up to what the symbol can be. */
static const int64_t usual_lengths[] = {128, 512, 2048, 8192, 32768, 131072};

typedef struct oc_growth {
    const oc_blocks *blocks;
    oc_space *space;
    size_t symbol_count;
    oc_i128 *value;
    bool *bound;
    size_t at; /* the symbol that grows */
    oc_expr macs, core;
} oc_growth;

static bool evaluate(oc_growth *g, oc_expr e, int64_t length, oc_i128 *value)
{
    int64_t denominator;
    oc_error err = {0};
    if (!oc_expr_is_known(e))
        return false;
    g->value[g->at] = length;
    return oc_expr_evaluate(g->space, e, g->value, g->bound, value,
                            &denominator, &err) == OC_OK &&
           denominator == 1;
}

static bool is_past(const oc_growth *g, oc_expr symbol)
{
    for (size_t i = 0; i < g->blocks->count; i++)
        if (g->blocks->block[i]->past == symbol)
            return true;
    return false;
}

static bool is_sequence(const oc_growth *g, oc_expr symbol)
{
    for (size_t i = 0; i < g->blocks->count; i++)
        if (g->blocks->block[i]->queries == symbol &&
            g->blocks->block[i]->kind != OC_ATTENTION_UNRESOLVED)
            return true;
    return false;
}

static void set_least(oc_growth *g)
{
    for (size_t i = 0; i < g->symbol_count; i++) {
        const oc_interval bounds = oc_symbol_at(g->space, i)->bounds;
        g->value[i] = bounds.lower > 1 ? bounds.lower : 1;
        if (is_past(g, oc_symbol_expr(g->space, i)))
            g->value[i] = 0;
        g->bound[i] = true;
    }
}

/* Below 0: not to be told. */
static int degree_of(oc_growth *g, oc_expr flops)
{
    oc_i128 low, high;
    if (!evaluate(g, flops, LONGEST, &low) ||
        !evaluate(g, flops, 2 * LONGEST, &high) || low <= 0)
        return -1;
    int degree = 0;
    for (oc_i128 ratio = (high + low / 2) / low; ratio > 1; ratio /= 2)
        degree++;
    return degree;
}

static bool is_overtaken(oc_growth *g, int64_t length, bool *known)
{
    oc_i128 whole, part;
    *known = evaluate(g, g->macs, length, &whole) &&
             evaluate(g, g->core, length, &part);
    return *known && 2 * part >= whole;
}

/* The least length at which the core is half of it; 0: there is none. */
static int64_t crossover(oc_growth *g)
{
    int64_t low = 1, high = 1;
    bool known = true;
    while (high < LONGEST && !is_overtaken(g, high, &known)) {
        if (!known)
            return 0;
        low = high;
        high *= 2;
    }
    if (high >= LONGEST)
        return 0;
    while (low + 1 < high) {
        const int64_t middle = low + (high - low) / 2;
        if (is_overtaken(g, middle, &known))
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* ---- shares ---- */

/* Not where the model's bounds or what it assumes say otherwise. */
static bool is_reached(const oc_growth *g, int64_t length)
{
    const oc_expr symbol = oc_symbol_expr(g->space, g->at);
    const oc_expr below = oc_expr_int(g->space, (oc_i128)length - 1);
    const oc_expr above = oc_expr_int(g->space, (oc_i128)length + 1);
    return oc_expr_at_most(g->space, symbol, below) != OC_YES &&
           oc_expr_at_most(g->space, above, symbol) != OC_YES;
}

static void fill_shares(oc_growth *g, oc_report_growth *out)
{
    oc_builder *b = g->blocks->b;
    const oc_analyze_options *options = b->a->options;
    const int64_t *length =
        options->length_count ? options->lengths : usual_lengths;
    const size_t count = options->length_count
                             ? options->length_count
                             : sizeof(usual_lengths) / sizeof(*usual_lengths);
    oc_report_share *list = OC_NEW(b->arena, oc_report_share, count);
    for (size_t i = 0; i < count; i++) {
        oc_i128 macs, core;
        if (!is_reached(g, length[i]) ||
            !evaluate(g, g->macs, length[i], &macs) ||
            !evaluate(g, g->core, length[i], &core) || macs <= 0)
            continue;
        list[out->share_count++] = (oc_report_share){
            .length = length[i],
            .macs = oc_builder_figure(b, oc_expr_int(g->space, macs)),
            .core_macs = oc_builder_figure(b, oc_expr_int(g->space, core)),
            .share = (double)core / (double)macs};
    }
    out->shares = list;
}

/* ---- the report ---- */

static bool fill_symbol(oc_growth *g, oc_expr flops, oc_report_growth *out)
{
    const oc_symbol *symbol = oc_symbol_at(g->space, g->at);
    const int degree = degree_of(g, flops);
    if (degree < 1)
        return false;
    *out = (oc_report_growth){
        .symbol = oc_builder_string(g->blocks->b, symbol->name),
        .degree = degree,
        .sequence = is_sequence(g, oc_symbol_expr(g->space, g->at))};
    if (out->sequence) {
        const int64_t length = crossover(g);
        if (length > 0)
            out->crossover = oc_figure_of(length);
        out->reached = length > 0 && is_reached(g, length);
        fill_shares(g, out);
    }
    return true;
}

void oc_blocks_report_growth(const oc_blocks *blocks, oc_expr core)
{
    oc_builder *b = blocks->b;
    oc_analysis *a = b->a;
    const size_t count = oc_symbol_count(a->space);
    if (count == 0 || count > MOST_SYMBOLS || !oc_expr_is_known(core))
        return;
    oc_growth g = {.blocks = blocks,
                   .space = a->space,
                   .symbol_count = count,
                   .value = OC_NEW(a->arena, oc_i128, count),
                   .bound = OC_NEW(a->arena, bool, count),
                   .macs = b->macs,
                   .core = core};
    oc_report_growth *list = OC_NEW(b->arena, oc_report_growth, count);
    for (g.at = 0; g.at < count; g.at++) {
        set_least(&g);
        if (fill_symbol(&g, b->flops, &list[b->report->growth_count]))
            b->report->growth_count++;
    }
    b->report->growth = list;
}
