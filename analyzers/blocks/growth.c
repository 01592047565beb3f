/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/growth.c - how a transformer's FLOPs grow with the
 * sequence: their degree, and the length at which the attention cores cost
 * more than all the rest.
 *
 * Both are read off values at growing lengths, with one sequence and nothing
 * cached.
 */
#include "analyzers/blocks/blocks.h"

/* Lengths are tried up to this one; the degree shows between it and its
 * double. */
#define LONGEST ((int64_t)1 << 30)

typedef struct oc_growth {
    oc_space *space;
    size_t symbol_count;
    oc_i128 *value;
    bool *bound;
    size_t sequence; /* its symbol */
} oc_growth;

static bool evaluate(oc_growth *g, oc_expr e, int64_t length, oc_i128 *value)
{
    int64_t denominator;
    oc_error err = {0};
    g->value[g->sequence] = length;
    return oc_expr_evaluate(g->space, e, g->value, g->bound, value,
                            &denominator, &err) == OC_OK &&
           denominator == 1;
}

/* The symbol that the queries of all blocks are as many as. */
static bool find_sequence(const oc_blocks *blocks, size_t *found)
{
    const oc_space *space = blocks->net->a->space;
    const oc_expr queries = blocks->block[0]->queries;
    for (size_t i = 0; i < blocks->count; i++)
        if (blocks->block[i]->queries != queries ||
            blocks->block[i]->kind == OC_ATTENTION_UNRESOLVED)
            return false;
    for (size_t i = 0; i < oc_symbol_count(space); i++)
        if (oc_symbol_expr(space, i) == queries) {
            *found = i;
            return true;
        }
    return false;
}

static void set_others(const oc_blocks *blocks, oc_growth *g)
{
    const oc_expr past = blocks->block[0]->past;
    for (size_t i = 0; i < g->symbol_count; i++) {
        const oc_interval bounds = oc_symbol_at(g->space, i)->bounds;
        g->value[i] = bounds.lower > 1 ? bounds.lower : 1;
        if (oc_symbol_expr(g->space, i) == past)
            g->value[i] = 0;
        g->bound[i] = true;
    }
}

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

static bool is_overtaken(oc_growth *g, oc_expr all, oc_expr core,
                         int64_t length, bool *known)
{
    oc_i128 whole, part;
    *known =
        evaluate(g, all, length, &whole) && evaluate(g, core, length, &part);
    return *known && 2 * part >= whole;
}

/* The least length at which the core is half of it; 0: there is none. */
static int64_t crossover(oc_growth *g, oc_expr all, oc_expr core)
{
    int64_t low = 1, high = 1;
    bool known = true;
    while (high < LONGEST && !is_overtaken(g, all, core, high, &known)) {
        if (!known)
            return 0;
        low = high;
        high *= 2;
    }
    if (high >= LONGEST)
        return 0;
    while (low + 1 < high) {
        const int64_t middle = low + (high - low) / 2;
        if (is_overtaken(g, all, core, middle, &known))
            high = middle;
        else
            low = middle;
    }
    return high;
}

void oc_blocks_report_growth(const oc_blocks *blocks, oc_expr flops)
{
    oc_analysis *a = blocks->net->a;
    oc_growth g = {.space = a->space,
                   .symbol_count = oc_symbol_count(a->space)};
    oc_expr core = oc_expr_of(0);
    if (blocks->count == 0 || !oc_expr_is_known(flops) ||
        !find_sequence(blocks, &g.sequence))
        return;
    g.value = OC_NEW(a->arena, oc_i128, g.symbol_count);
    g.bound = OC_NEW(a->arena, bool, g.symbol_count);
    set_others(blocks, &g);
    for (size_t i = 0; i < blocks->count; i++)
        core = oc_expr_add(
            a->space, core,
            oc_attention_core_sum(blocks, blocks->block[i], OC_FLOPS));
    oc_report_growth *growth = OC_NEW(blocks->b->arena, oc_report_growth, 1);
    growth->degree = degree_of(&g, flops);
    growth->crossover = crossover(&g, flops, core);
    growth->symbol =
        oc_builder_string(blocks->b, oc_symbol_at(a->space, g.sequence)->name);
    if (growth->degree > 0)
        blocks->b->report->growth = growth;
}
