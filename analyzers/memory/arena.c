/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/arena.c - one allocation for all buffers.
 *
 * Greedy: buffers from large to small, each into the first gap among those
 * already placed that live at the same time. A tree over the buffers by first
 * step, with the latest last step below each node, finds those; so a buffer
 * costs what lives beside it, not what there is. Where no order by size
 * reaches the peak, others are tried: some order gives the best arena, as
 * that one's buffers by rising offset do.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzers/memory/memory.h"

typedef struct item {
    int64_t bytes, offset;
    uint32_t first, last, buffer;
    uint32_t number; /* by rising first step */
} item;

typedef struct packer {
    oc_plan *plan;
    size_t count;
    item *item;      /* by rising first step */
    item **order;    /* as they are placed */
    size_t leaves;   /* a power of two */
    int64_t *latest; /* of the tree's nodes: last step below, or -1 */
    const item **beside;
    size_t pairs; /* of items that live at the same time */
    size_t most;  /* items that do */
    size_t steps; /* spent */
    int64_t bytes;
    int64_t limit;   /* an arena beyond it is of no use */
    item **kept;     /* the order to which a search goes back */
    int64_t *offset; /* one an item: where that order puts it */
} packer;

/* Steps of all orders together: below a second. */
#define MOST_STEPS ((size_t)24000000)
/* Of the search, and of its changes in a row that gain nothing: some
 * milliseconds. */
#define MOST_SEARCH_STEPS ((size_t)1 << 20)
#define MOST_IDLE 512

/* ---- items ---- */

static uint32_t representative(const oc_plan *plan, uint32_t buffer)
{
    while (plan->buffer[buffer].same != buffer)
        buffer = plan->buffer[buffer].same;
    return buffer;
}

static bool has_steps(const oc_buffer *buffer)
{
    return !buffer->absorbed && buffer->first <= buffer->last;
}

static void widen(item *into, const oc_buffer *buffer, int64_t bytes)
{
    if (into->bytes == 0 || buffer->first < into->first)
        into->first = buffer->first;
    if (into->bytes == 0 || buffer->last > into->last)
        into->last = buffer->last;
    if (into->bytes < bytes)
        into->bytes = bytes;
}

/* What becomes another without a copy lies where that one lies. False when a
 * size is no integer of 63 bits. */
static bool gather(packer *p)
{
    oc_plan *plan = p->plan;
    oc_arena *arena = plan->b->a->arena;
    item *all = OC_NEW(arena, item, plan->count);
    for (uint32_t i = 1; i < plan->count; i++) {
        const oc_buffer *buffer = &plan->buffer[i];
        int64_t bytes;
        if (!has_steps(buffer))
            continue;
        if (!oc_expr_to_i64(plan->b->a->space, buffer->size, &bytes))
            return false;
        if (bytes > 0)
            widen(&all[representative(plan, i)], buffer, bytes);
    }
    p->item = OC_NEW(arena, item, plan->count);
    for (uint32_t i = 1; i < plan->count; i++)
        if (all[i].bytes) {
            all[i].buffer = i;
            p->item[p->count++] = all[i];
        }
    return true;
}

/* Every pair is looked at once for each order. */
static void count_pairs(packer *p)
{
    oc_arena *arena = p->plan->b->a->arena;
    const size_t steps = p->plan->step_count;
    uint32_t *ends = OC_NEW(arena, uint32_t, steps);
    size_t live = 0, step = 0;
    for (size_t i = 0; i < p->count; i++) {
        for (; step < p->item[i].first; step++)
            live -= ends[step];
        p->pairs += live++;
        ends[p->item[i].last]++;
        if (p->most < live)
            p->most = live;
    }
}

/* About what one order takes. */
static size_t steps_of_order(const packer *p)
{
    size_t steps = p->count;
    for (size_t k = 2 * p->most; k; k /= 2)
        steps += p->pairs + p->count;
    return steps;
}

/* ---- orders ---- */

static int by_first(const void *left, const void *right)
{
    const item *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->buffer > b->buffer) - (a->buffer < b->buffer);
}

static const item *at(const void *pointer)
{
    return *(const item *const *)pointer;
}

static int by_size(const item *a, const item *b)
{
    return (a->bytes < b->bytes) - (a->bytes > b->bytes);
}

static int early_first(const void *left, const void *right)
{
    const item *a = at(left), *b = at(right);
    const int sizes = by_size(a, b);
    return sizes ? sizes : (a->number > b->number) - (a->number < b->number);
}

static int late_first(const void *left, const void *right)
{
    const item *a = at(left), *b = at(right);
    const int sizes = by_size(a, b);
    return sizes ? sizes : (a->number < b->number) - (a->number > b->number);
}

static oc_i128 area(const item *a)
{
    return (oc_i128)a->bytes * ((int64_t)a->last - a->first + 1);
}

static int by_area(const void *left, const void *right)
{
    const oc_i128 a = area(at(left)), b = area(at(right));
    return a != b ? (a < b) - (a > b) : late_first(left, right);
}

static const struct {
    const char *name;
    int (*compare)(const void *, const void *);
} orders[] = {
    {"size, earlier first use", early_first},
    {"size, later first use", late_first},
    {"size x lifetime", by_area},
};

/* ---- placing ---- */

static void set_placed(packer *p, const item *placed)
{
    size_t node = p->leaves + placed->number;
    for (; node && p->latest[node] < placed->last; node /= 2)
        p->latest[node] = placed->last;
}

/* All placed items that live beside `one`, under `node`, whose leaves begin
 * with the item `low`. */
static size_t list_beside(packer *p, const item *one, size_t node, size_t low,
                          size_t width, size_t found)
{
    if (low >= p->count || p->item[low].first > one->last ||
        p->latest[node] < (int64_t)one->first)
        return found;
    if (width == 1) {
        p->beside[found] = &p->item[low];
        return found + 1;
    }
    found = list_beside(p, one, 2 * node, low, width / 2, found);
    return list_beside(p, one, 2 * node + 1, low + width / 2, width / 2, found);
}

static int by_offset(const void *left, const void *right)
{
    const item *a = at(left), *b = at(right);
    return (a->offset > b->offset) - (a->offset < b->offset);
}

/* False when the arena would be beyond the limit. */
static bool place(packer *p, item *one)
{
    const size_t found = list_beside(p, one, 1, 0, p->leaves, 0);
    int64_t end = 0;
    if (found > 1)
        qsort(p->beside, found, sizeof(*p->beside), by_offset);
    for (size_t i = 0; i < found; i++) {
        const item *other = p->beside[i];
        if (other->offset - end >= one->bytes)
            break;
        if (other->offset + other->bytes > end)
            end = other->offset + other->bytes;
    }
    one->offset = end;
    if (OC_ADD_OVERFLOWS(end, one->bytes, &end) || end > p->limit)
        return false;
    if (p->bytes < end)
        p->bytes = end;
    set_placed(p, one);
    return true;
}

static bool place_all(packer *p)
{
    p->bytes = 0;
    for (size_t i = 0; i < 2 * p->leaves; i++)
        p->latest[i] = -1;
    for (size_t i = 0; i < p->count; i++)
        if (!place(p, p->order[i]))
            return false;
    return true;
}

/* ---- a search from the best of those orders ---- */

static void keep(packer *p, oc_packing *out, const char *order)
{
    memcpy(p->kept, p->order, p->count * sizeof(*p->kept));
    for (size_t i = 0; i < p->count; i++)
        p->offset[i] = p->item[i].offset;
    out->bytes = p->bytes;
    out->order = order;
}

/* The same numbers in every run. */
static size_t random_below(uint32_t *state, size_t end)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state % end;
}

/* Of the buffers that end where the arena ends: its place in the order. */
static size_t topmost(const packer *p, int64_t bytes)
{
    size_t i = 0;
    while (p->offset[p->kept[i]->number] + p->kept[i]->bytes < bytes)
        i++;
    return i;
}

/* A buffer that makes the arena as large as it is, or any other, is placed
 * earlier. */
static void hoist(packer *p, int64_t bytes, uint32_t *random)
{
    size_t from = topmost(p, bytes);
    if (from == 0 || random_below(random, 4) == 0)
        from = 1 + random_below(random, p->count - 1);
    const size_t to = random_below(random, from);
    item *one = p->kept[from];
    memcpy(p->order, p->kept, p->count * sizeof(*p->order));
    memmove(&p->order[to + 1], &p->order[to], (from - to) * sizeof(*p->order));
    p->order[to] = one;
}

static void search(packer *p, oc_packing *out, int64_t lower_bound)
{
    uint32_t random = 1;
    size_t steps = 0, idle = 0;
    if (p->count < 2)
        return;
    while (out->bytes > lower_bound && idle++ < MOST_IDLE &&
           (steps += steps_of_order(p)) <= MOST_SEARCH_STEPS) {
        hoist(p, out->bytes, &random);
        p->limit = out->bytes;
        if (!place_all(p))
            continue;
        if (p->bytes < out->bytes)
            idle = 0;
        keep(p, out, p->bytes < out->bytes ? "searched" : out->order);
    }
}

/* ---- the whole ---- */

static void note_tried(oc_packing *out, const char *order, int64_t bytes)
{
    out->tried[out->tried_count++] = (oc_report_tried){order, bytes};
}

static void fill(packer *p, oc_packing *out)
{
    oc_slot *slot = OC_NEW(p->plan->b->a->arena, oc_slot, p->count);
    for (size_t i = 0; i < p->count; i++)
        slot[i] = (oc_slot){p->item[i].buffer, p->item[i].first,
                            p->item[i].last, p->offset[i], p->item[i].bytes};
    out->count = p->count;
    out->slot = slot;
}

static void prepare(packer *p)
{
    oc_arena *arena = p->plan->b->a->arena;
    if (p->count > 1)
        qsort(p->item, p->count, sizeof(*p->item), by_first);
    while (p->leaves < p->count)
        p->leaves *= 2;
    count_pairs(p);
    p->latest = OC_NEW(arena, int64_t, 2 * p->leaves);
    p->order = OC_NEW(arena, item *, p->count);
    p->kept = OC_NEW(arena, item *, p->count);
    p->offset = OC_NEW(arena, int64_t, p->count);
    p->beside = OC_NEW(arena, const item *, p->count);
    for (size_t i = 0; i < p->count; i++) {
        p->item[i].number = (uint32_t)i;
        p->order[i] = &p->item[i];
    }
}

oc_packed oc_plan_pack(oc_plan *plan, int64_t lower_bound, oc_packing *out)
{
    packer p = {.plan = plan, .leaves = 1, .limit = INT64_MAX};
    if (!gather(&p))
        return OC_PACK_SYMBOLIC;
    prepare(&p);
    *out = (oc_packing){0};
    for (size_t k = 0; k < sizeof(orders) / sizeof(orders[0]); k++) {
        p.steps += steps_of_order(&p);
        if (p.steps > MOST_STEPS)
            break;
        if (p.count > 1)
            qsort(p.order, p.count, sizeof(*p.order), orders[k].compare);
        if (!place_all(&p))
            break;
        note_tried(out, orders[k].name, p.bytes);
        if (!out->order || p.bytes < out->bytes)
            keep(&p, out, orders[k].name);
        if (out->bytes == lower_bound)
            break;
    }
    if (!out->order)
        return OC_PACK_TOO_MUCH;
    const int64_t before = out->bytes;
    search(&p, out, lower_bound);
    if (out->bytes < before)
        note_tried(out, out->order, out->bytes);
    fill(&p, out);
    return OC_PACKED;
}
