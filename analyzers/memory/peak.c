/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/peak.c - bytes that are alive at every row, and where they
 * are the most.
 *
 * While sizes are symbols, several sets of live buffers may be the largest,
 * each for some sizes: all that are not known to be smaller than another.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzers/memory/memory.h"
#include "base/checked.h"

/* ---- live bytes ---- */

static void link_buffers(oc_plan *plan)
{
    const oc_analysis *a = plan->b->a;
    plan->first_at = OC_NEW(a->arena, uint32_t, plan->step_count);
    plan->last_at = OC_NEW(a->arena, uint32_t, plan->step_count);
    for (uint32_t i = plan->count; i-- > 1;) {
        oc_buffer *buffer = &plan->buffer[i];
        if (buffer->absorbed || buffer->first > buffer->last ||
            !oc_expr_is_known(buffer->size) || oc_expr_is(buffer->size, 0))
            continue;
        buffer->next_first = plan->first_at[buffer->first];
        plan->first_at[buffer->first] = i;
        buffer->next_last = plan->last_at[buffer->last];
        plan->last_at[buffer->last] = i;
    }
}

/* Terms of all formulas of live bytes, and so many more a row: a graph where
 * every buffer has a symbol of its own ends here. */
#define MOST_TERMS ((size_t)1 << 18)
#define MOST_TERMS_PER_ROW 64

/* Buffers that are added one by one: a sum of every few of them is kept. */
#define FEW 8

static uint32_t next_of(const oc_plan *plan, uint32_t i, bool is_first)
{
    return is_first ? plan->buffer[i].next_first : plan->buffer[i].next_last;
}

/* Of the buffers that start at a step, or end there. */
static oc_expr sizes_at(const oc_plan *plan, size_t step, bool is_first)
{
    oc_space *space = plan->b->a->space;
    const uint32_t head = is_first ? plan->first_at[step] : plan->last_at[step];
    oc_expr sizes = oc_expr_of(0);
    size_t count = 0;
    for (uint32_t i = head; i && count <= FEW; i = next_of(plan, i, is_first)) {
        sizes = oc_expr_add(space, sizes, plan->buffer[i].size);
        count++;
    }
    if (count <= FEW)
        return sizes;
    oc_sum *sum = oc_sum_new(space);
    for (uint32_t i = head; i; i = next_of(plan, i, is_first))
        oc_sum_add(sum, plan->buffer[i].size);
    return oc_sum_value(sum);
}

void oc_plan_sweep(oc_plan *plan)
{
    const oc_analysis *a = plan->b->a;
    oc_expr live = oc_expr_of(0), freed = oc_expr_of(0);
    const size_t most = MOST_TERMS + MOST_TERMS_PER_ROW * a->row_count;
    size_t terms = 0;
    link_buffers(plan);
    plan->live = OC_NEW(a->arena, oc_expr, plan->step_count);
    for (size_t i = 0; i < plan->step_count; i++) {
        live =
            oc_expr_add(a->space, live,
                        oc_expr_sub(a->space, sizes_at(plan, i, true), freed));
        plan->live[i] = live;
        if (!oc_expr_is_immediate(live) && oc_expr_is_known(live))
            terms += oc_expr_term_count(a->space, live);
        plan->cut = terms > most;
        plan->overflow = !oc_expr_is_known(live);
        if (plan->cut || plan->overflow)
            return;
        freed = sizes_at(plan, i, false);
    }
}

/* ---- the largest ---- */

typedef struct candidate {
    oc_expr bytes;
    uint32_t step;
    oc_i128 value; /* where every symbol is what a person may have in mind */
} candidate;

typedef struct candidates {
    size_t count, room;
    candidate *at;
} candidates;

static void append(const oc_plan *plan, candidates *list, oc_expr bytes,
                   size_t step)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        candidate *more = OC_NEW(plan->b->a->arena, candidate, list->room);
        if (list->count)
            memcpy(more, list->at, list->count * sizeof(*more));
        list->at = more;
    }
    list->at[list->count++] =
        (candidate){.bytes = bytes, .step = (uint32_t)step};
}

static bool is_silent(const oc_plan *plan, size_t step)
{
    const oc_analysis *a = plan->b->a;
    return a->row_count && a->row[oc_plan_row(plan, step)]->silent;
}

/* Each sum once, at its first row; of those that are integers only the
 * largest. */
static candidates collect(const oc_plan *plan)
{
    const oc_analysis *a = plan->b->a;
    candidates list = {0};
    oc_map *seen = oc_map_new(a->arena);
    oc_expr largest = OC_UNKNOWN;
    size_t largest_step = 0;
    uint64_t ignored;
    for (size_t i = 0; i < plan->step_count; i++) {
        const oc_expr *live = &plan->live[i];
        const char *key = (const char *)live;
        if (is_silent(plan, i) || !oc_expr_is_known(*live))
            continue;
        if (oc_expr_is_immediate(*live)) {
            if (!oc_expr_is_known(largest) || (int64_t)*live > (int64_t)largest)
                largest_step = i;
            largest = plan->live[largest_step];
            continue;
        }
        if (oc_map_get(seen, key, sizeof(*live), &ignored))
            continue;
        oc_map_put(seen, key, sizeof(*live), i);
        append(plan, &list, *live, i);
    }
    if (oc_expr_is_known(largest))
        append(plan, &list, largest, largest_step);
    return list;
}

/* Symbols as 64, or as near to it as their bounds allow. */
#define PLAIN_SIZE 64

static void make_plain(oc_plan *plan)
{
    oc_analysis *a = plan->b->a;
    const size_t count = oc_symbol_count(a->space);
    plan->plain = OC_NEW(a->arena, oc_i128, count);
    plan->is_plain = OC_NEW(a->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        const oc_interval bounds = oc_symbol_at(a->space, i)->bounds;
        plan->plain[i] = bounds.lower > PLAIN_SIZE   ? bounds.lower
                         : bounds.upper < PLAIN_SIZE ? bounds.upper
                                                     : PLAIN_SIZE;
        plan->is_plain[i] = true;
    }
}

oc_i128 oc_plan_plain(oc_plan *plan, oc_expr bytes)
{
    oc_i128 value;
    int64_t denominator;
    oc_error ignored = {.offset = OC_NO_OFFSET};
    if (oc_expr_is_immediate(bytes))
        return oc_expr_immediate(bytes);
    if (!plan->plain)
        make_plain(plan);
    if (oc_expr_evaluate(plan->b->a->space, bytes, plan->plain, plan->is_plain,
                         &value, &denominator, &ignored) != OC_OK)
        return 0;
    return value;
}

/* Live bytes of each step where every symbol is plain, size by size: a sum of
 * them may be long. 0 where there are none. */
static oc_i128 *plain_steps(oc_plan *plan)
{
    oc_i128 *at = OC_NEW(plan->b->a->arena, oc_i128, plan->step_count);
    oc_i128 live = 0;
    bool whole = true;
    for (size_t step = 0; step < plan->step_count && whole; step++) {
        for (uint32_t i = plan->first_at[step]; i;
             i = plan->buffer[i].next_first)
            whole &= oc_add_i128(&live, live,
                                 oc_plan_plain(plan, plan->buffer[i].size));
        at[step] = whole ? live : 0;
        for (uint32_t i = plan->last_at[step]; i; i = plan->buffer[i].next_last)
            live -= oc_plan_plain(plan, plan->buffer[i].size);
    }
    return at;
}

static int by_value(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->value != b->value)
        return a->value < b->value ? 1 : -1;
    return (a->step > b->step) - (a->step < b->step);
}

/* Comparing many long sums pair by pair takes minutes: whatever is left when
 * these are used up stays in the list. */
#define MOST_COMPARED ((size_t)1 << 24) /* terms */
#define MOST_ASKED ((size_t)1 << 12)    /* questions to the table */

typedef struct budget {
    size_t compared, asked;
} budget;

static bool is_smaller(oc_space *space, oc_expr a, oc_expr b, budget *spent,
                       bool ask)
{
    if (!ask) {
        spent->compared +=
            oc_expr_term_count(space, a) + oc_expr_term_count(space, b);
        return oc_expr_covers(space, b, a);
    }
    spent->asked++;
    return oc_expr_at_most(space, a, b) == OC_YES;
}

/* The list is from large to small: what comes later covers nothing before it
 * where all symbols are plain. */
static void drop_smaller(const oc_plan *plan, candidates *list, bool ask)
{
    oc_space *space = plan->b->a->space;
    budget spent = {0};
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        bool smaller = false;
        for (size_t k = 0; k < kept && !smaller; k++)
            smaller = spent.compared < MOST_COMPARED &&
                      spent.asked < MOST_ASKED &&
                      is_smaller(space, list->at[i].bytes, list->at[k].bytes,
                                 &spent, ask);
        if (!smaller)
            list->at[kept++] = list->at[i];
    }
    list->count = kept;
}

/* Terms of a formula that is still of use to anyone. */
#define MOST_PRINTED ((size_t)1 << 17)

oc_peaks oc_plan_peaks(oc_plan *plan)
{
    oc_analysis *a = plan->b->a;
    candidates list = collect(plan);
    oc_peaks peaks = {0};
    size_t terms = 0;
    if (list.count > 1) {
        const oc_i128 *plain = plain_steps(plan);
        for (size_t i = 0; i < list.count; i++)
            list.at[i].value = plain[list.at[i].step];
        qsort(list.at, list.count, sizeof(*list.at), by_value);
        drop_smaller(plan, &list, false);
        drop_smaller(plan, &list, true);
    }
    uint32_t *step = OC_NEW(a->arena, uint32_t, list.count);
    for (; peaks.count < list.count && terms <= MOST_PRINTED; peaks.count++) {
        step[peaks.count] = list.at[peaks.count].step;
        terms += oc_expr_term_count(a->space, list.at[peaks.count].bytes);
    }
    peaks.step = step;
    peaks.cut = peaks.count < list.count;
    return peaks;
}
