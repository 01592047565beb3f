/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/order.c - another order of the nodes, with a lower peak.
 *
 * A few neighbouring nodes around the peak are put into their best order by
 * dynamic programming over the sets of them that have run, until that lowers
 * the peak no more. A graph of few nodes is one such neighbourhood: its order
 * is then the best there is. So is one whose peak is what a single node needs
 * in any order. Symbols are taken at their plain sizes.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzers/memory/memory.h"

/* Nodes of a neighbourhood: one bit each. */
#define WIDTH 64
/* Sets of a neighbourhood that are kept of each size, and all that are looked
 * at. */
#define MOST_SETS 4096
#define MOST_TRIED ((size_t)1 << 22)

typedef struct list {
    size_t *start; /* count + 1 of them */
    uint32_t *at;
} list;

typedef struct orderer {
    oc_plan *plan;
    oc_arena *arena;
    uint32_t count;     /* of units, and of the number 0 that is none */
    int64_t *size;      /* one a buffer: 0 where it is not the graph's */
    int64_t *extra;     /* one a unit: what its body needs beside */
    list reads;         /* of a unit: buffers, each once */
    list makes;         /* of a unit: buffers */
    list needs;         /* of a unit: units */
    uint32_t *readers;  /* one a buffer: how many units */
    uint32_t *order;    /* units, as they run */
    uint32_t *position; /* one a unit */
    uint32_t *last;     /* one a buffer: position of the last reader */
    int64_t unread;     /* bytes of inputs that only the first unit sees */
    size_t tried;
    bool open;   /* a size is no number, or taken for a smaller one */
    bool proven; /* no order has a lower peak than this one */
} orderer;

/* ---- what is known of the units ---- */

static bool is_of_graph(const oc_plan *plan, uint32_t buffer)
{
    return buffer != OC_NO_BUFFER && !plan->buffer[buffer].absorbed &&
           !plan->buffer[buffer].home->outer;
}

static int64_t plain_size(oc_plan *plan, const oc_buffer *buffer)
{
    const int64_t most = INT64_MAX / ((int64_t)plan->count + 1);
    oc_i128 size;
    if (!oc_expr_is_known(buffer->size))
        return 0;
    size = oc_plan_plain(plan, buffer->size);
    return size < 0 ? 0 : size > most ? most : (int64_t)size;
}

static void measure(orderer *o)
{
    oc_plan *plan = o->plan;
    int64_t *change = OC_NEW(o->arena, int64_t, plan->b->a->row_count + 1);
    o->size = OC_NEW(o->arena, int64_t, plan->count);
    o->extra = OC_NEW(o->arena, int64_t, o->count);
    for (uint32_t i = 1; i < plan->count; i++) {
        const oc_buffer *buffer = &plan->buffer[i];
        const int64_t size = plain_size(plan, buffer);
        o->open |= !oc_expr_is_immediate(buffer->size) ||
                   oc_expr_immediate(buffer->size) != size;
        if (is_of_graph(plan, i))
            o->size[i] = size;
        if (buffer->absorbed || is_of_graph(plan, i) ||
            buffer->first > buffer->last)
            continue;
        change[buffer->first] += size;
        change[buffer->last + 1] -= size;
    }
    for (uint32_t u = 1; u < o->count; u++) {
        int64_t live = 0;
        for (size_t row = plan->unit[u].first; row <= plan->unit[u].last;
             row++) {
            live += change[row];
            if (o->extra[u] < live)
                o->extra[u] = live;
        }
    }
}

/* Pairs of a unit and something, as lists one a unit. */
static list lists_of(const orderer *o, const uint64_t *pair, size_t count)
{
    list lists = {OC_NEW(o->arena, size_t, (size_t)o->count + 1),
                  OC_NEW(o->arena, uint32_t, count)};
    for (size_t i = 0; i < count; i++)
        lists.start[(pair[i] >> 32) + 1]++;
    for (uint32_t u = 0; u < o->count; u++)
        lists.start[u + 1] += lists.start[u];
    size_t *next = oc_arena_copy(o->arena, lists.start,
                                 ((size_t)o->count + 1) * sizeof(*next));
    for (size_t i = 0; i < count; i++)
        lists.at[next[pair[i] >> 32]++] = (uint32_t)pair[i];
    return lists;
}

static int by_number(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static size_t unique(uint64_t *pair, size_t count)
{
    size_t kept = 0;
    if (count > 1)
        qsort(pair, count, sizeof(*pair), by_number);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || pair[i] != pair[i - 1])
            pair[kept++] = pair[i];
    return kept;
}

static void connect(orderer *o)
{
    const oc_plan *plan = o->plan;
    const size_t most = plan->use_count + plan->count;
    uint64_t *pair = OC_NEW(o->arena, uint64_t, most);
    size_t count = 0;
    for (size_t i = 0; i < plan->use_count; i++)
        if (is_of_graph(plan, plan->use[i].buffer))
            pair[count++] =
                (uint64_t)plan->use[i].unit << 32 | plan->use[i].buffer;
    count = unique(pair, count);
    o->reads = lists_of(o, pair, count);
    o->readers = OC_NEW(o->arena, uint32_t, plan->count);
    for (size_t i = 0; i < count; i++)
        o->readers[(uint32_t)pair[i]]++;
    count = 0;
    for (size_t i = 0; i < plan->use_count; i++)
        if (plan->use[i].giver != OC_NO_UNIT)
            pair[count++] =
                (uint64_t)plan->use[i].unit << 32 | plan->use[i].giver;
    o->needs = lists_of(o, pair, unique(pair, count));
    count = 0;
    for (uint32_t i = 1; i < plan->count; i++)
        if (is_of_graph(plan, i) && plan->buffer[i].unit != OC_NO_UNIT)
            pair[count++] = (uint64_t)plan->buffer[i].unit << 32 | i;
    o->makes = lists_of(o, pair, count);
}

/* ---- one order ---- */

static bool outlives(const orderer *o, uint32_t buffer, size_t position)
{
    return o->plan->buffer[buffer].is_output ||
           (o->readers[buffer] && o->last[buffer] >= position);
}

/* Of the units there; who reads behind them still does. */
static void set_positions(orderer *o, size_t from, size_t to)
{
    for (size_t p = from; p < to; p++) {
        const uint32_t u = o->order[p];
        o->position[u] = (uint32_t)p;
        for (size_t k = o->reads.start[u]; k < o->reads.start[u + 1]; k++)
            if (o->last[o->reads.at[k]] < to)
                o->last[o->reads.at[k]] = (uint32_t)p;
    }
}

/* Inputs that some unit reads, or that none does. */
static int64_t inputs_bytes(const orderer *o, bool read)
{
    int64_t live = 0;
    for (uint32_t i = 1; i < o->plan->count; i++)
        if (o->plan->buffer[i].unit == OC_NO_UNIT && outlives(o, i, 0) == read)
            live += o->size[i];
    return live;
}

/* Bytes beside the buffers while a unit runs. */
static int64_t extra_of(const orderer *o, uint32_t unit, bool is_first)
{
    return o->extra[unit] + (is_first ? o->unread : 0);
}

/* Bytes while a unit runs; *live goes from those before it to those after. */
static int64_t run_unit(const orderer *o, size_t position, int64_t *live)
{
    const uint32_t u = o->order[position];
    for (size_t k = o->makes.start[u]; k < o->makes.start[u + 1]; k++)
        *live += o->size[o->makes.at[k]];
    const int64_t during = *live + extra_of(o, u, position == 0);
    for (size_t k = o->makes.start[u]; k < o->makes.start[u + 1]; k++)
        if (!outlives(o, o->makes.at[k], position))
            *live -= o->size[o->makes.at[k]];
    for (size_t k = o->reads.start[u]; k < o->reads.start[u + 1]; k++)
        if (!outlives(o, o->reads.at[k], position + 1))
            *live -= o->size[o->reads.at[k]];
    return during;
}

static int64_t peak_of(const orderer *o, size_t *where)
{
    int64_t live = inputs_bytes(o, true), peak = -1;
    for (size_t p = 0; p + 1 < o->count; p++) {
        const int64_t during = run_unit(o, p, &live);
        if (during > peak) {
            peak = during;
            *where = p;
        }
    }
    return peak;
}

/* ---- a neighbourhood ---- */

typedef struct set {
    uint64_t ran; /* one bit a unit */
    int64_t live, peak;
    uint32_t before; /* in the sets with one fewer */
    uint32_t unit;   /* that made it of that one: its bit */
} set;

typedef struct local_buffer {
    int64_t size;
    uint64_t readers;
    bool stays;
} local_buffer;

typedef struct window {
    orderer *o;
    size_t from, width;
    uint64_t needs[WIDTH];
    size_t touched_at[WIDTH + 1]; /* buffers a unit reads or makes */
    uint32_t *touched;
    local_buffer *buffer;
    int64_t made[WIDTH]; /* bytes */
    int64_t limit;       /* peaks from here on are of no use */
    bool cut;            /* a set was left out that may lead lower */
    size_t *table;       /* of the sets being made: index + 1 */
    set *sets[WIDTH + 1];
    size_t count[WIDTH + 1];
} window;

#define TABLE (4 * (size_t)MOST_SETS)

static void describe_unit(window *w, oc_map *index, size_t k)
{
    const orderer *o = w->o;
    const uint32_t u = o->order[w->from + k];
    const list *const sides[] = {&o->reads, &o->makes};
    for (size_t i = o->needs.start[u]; i < o->needs.start[u + 1]; i++) {
        const size_t position = o->position[o->needs.at[i]];
        if (position >= w->from && position < w->from + w->width)
            w->needs[k] |= UINT64_C(1) << (position - w->from);
    }
    w->touched_at[k + 1] = w->touched_at[k];
    for (int side = 0; side < 2; side++)
        for (size_t i = sides[side]->start[u]; i < sides[side]->start[u + 1];
             i++) {
            uint32_t *key = &sides[side]->at[i];
            uint64_t local = oc_map_count(index);
            if (!oc_map_get(index, (const char *)key, sizeof(*key), &local))
                oc_map_put(index, (const char *)key, sizeof(*key), local);
            local_buffer *buffer = &w->buffer[local];
            buffer->size = o->size[*key];
            buffer->stays = outlives(o, *key, w->from + w->width);
            buffer->readers |= side == 0 ? UINT64_C(1) << k : 0;
            w->made[k] += side == 1 ? buffer->size : 0;
            w->touched[w->touched_at[k + 1]++] = (uint32_t)local;
        }
}

static void describe(window *w)
{
    const orderer *o = w->o;
    size_t most = 0;
    for (size_t k = 0; k < w->width; k++) {
        const uint32_t u = o->order[w->from + k];
        most += o->reads.start[u + 1] - o->reads.start[u] +
                o->makes.start[u + 1] - o->makes.start[u];
    }
    w->touched = OC_NEW(o->arena, uint32_t, most);
    w->buffer = OC_NEW(o->arena, local_buffer, most);
    oc_map *index = oc_map_new(o->arena);
    for (size_t k = 0; k < w->width; k++)
        describe_unit(w, index, k);
}

/* The set with one unit more. */
static set extended(const window *w, const set *from, size_t k)
{
    set to = {.ran = from->ran | UINT64_C(1) << k,
              .live = from->live + w->made[k],
              .unit = (uint32_t)k};
    const uint32_t u = w->o->order[w->from + k];
    const int64_t during =
        to.live + extra_of(w->o, u, w->from == 0 && from->ran == 0);
    to.peak = during > from->peak ? during : from->peak;
    for (size_t i = w->touched_at[k]; i < w->touched_at[k + 1]; i++) {
        const local_buffer *buffer = &w->buffer[w->touched[i]];
        if (!buffer->stays && !(buffer->readers & ~to.ran))
            to.live -= buffer->size;
    }
    return to;
}

/* Of two ways to the same set the one with the lower peak stays. */
static void insert(window *w, size_t level, const set *to)
{
    const uint64_t hash = to->ran * UINT64_C(0x9e3779b97f4a7c15);
    size_t slot = (size_t)(hash >> 32) & (TABLE - 1);
    set *sets = w->sets[level];
    for (; w->table[slot]; slot = (slot + 1) & (TABLE - 1)) {
        set *known = &sets[w->table[slot] - 1];
        if (known->ran != to->ran)
            continue;
        if (to->peak < known->peak)
            *known = *to;
        return;
    }
    if (w->count[level] == TABLE / 2) {
        w->cut = true;
        return;
    }
    sets[w->count[level]++] = *to;
    w->table[slot] = w->count[level];
}

static int by_promise(const void *left, const void *right)
{
    const set *a = left, *b = right;
    if (a->peak != b->peak)
        return a->peak < b->peak ? -1 : 1;
    if (a->live != b->live)
        return a->live < b->live ? -1 : 1;
    return (a->ran > b->ran) - (a->ran < b->ran);
}

static bool make_level(window *w, size_t level)
{
    const set *sets = w->sets[level - 1];
    w->sets[level] = OC_NEW(w->o->arena, set, TABLE / 2);
    memset(w->table, 0, TABLE * sizeof(*w->table));
    for (size_t i = 0; i < w->count[level - 1]; i++)
        for (size_t k = 0; k < w->width; k++) {
            if (sets[i].ran >> k & 1 || w->needs[k] & ~sets[i].ran)
                continue;
            set to = extended(w, &sets[i], k);
            to.before = (uint32_t)i;
            w->o->tried++;
            if (to.peak < w->limit)
                insert(w, level, &to);
        }
    if (w->count[level] > MOST_SETS) {
        qsort(w->sets[level], w->count[level], sizeof(set), by_promise);
        w->count[level] = MOST_SETS;
        w->cut = true;
    }
    return w->count[level] && w->o->tried < MOST_TRIED;
}

static void take_order(window *w)
{
    orderer *o = w->o;
    uint32_t units[WIDTH];
    size_t at = 0;
    for (size_t level = w->width; level > 0; level--) {
        const set *found = &w->sets[level][at];
        units[level - 1] = o->order[w->from + found->unit];
        at = found->before;
    }
    memcpy(&o->order[w->from], units, w->width * sizeof(*units));
    set_positions(o, w->from, w->from + w->width);
}

/* Lowers the peak of the units [from, from + width) below `limit`: false when
 * that was not possible, for any order of all units if it is proven. `live`
 * is what is alive before them. */
static bool improve(orderer *o, size_t from, size_t width, int64_t live,
                    int64_t limit)
{
    window *w = OC_NEW(o->arena, window, 1);
    *w = (window){.o = o, .from = from, .width = width, .limit = limit};
    w->table = OC_NEW(o->arena, size_t, TABLE);
    describe(w);
    w->sets[0] = OC_NEW(o->arena, set, 1);
    w->sets[0][0].live = live;
    w->count[0] = 1;
    for (size_t level = 1; level <= width; level++)
        if (!make_level(w, level)) {
            o->proven = !w->cut && !w->count[level] && width + 1 == o->count;
            return false;
        }
    take_order(w);
    return true;
}

/* Neighbourhoods around the peak: in its middle, its beginning, its end. */
static bool improve_at(orderer *o, size_t peak_at, int64_t peak)
{
    const size_t units = o->count - 1;
    const size_t width = units < WIDTH ? units : WIDTH;
    static const size_t behind[] = {WIDTH / 2, WIDTH / 8, WIDTH * 7 / 8};
    for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
        size_t from = peak_at > behind[i] ? peak_at - behind[i] : 0;
        if (from + width > units)
            from = units - width;
        int64_t live = inputs_bytes(o, true);
        for (size_t p = 0; p < from; p++)
            run_unit(o, p, &live);
        if (improve(o, from, width, live, peak))
            return true;
        if (width == units)
            return false;
    }
    return false;
}

/* ---- depth first: what is made is used soon ---- */

static void put_after_needs(orderer *o, uint32_t root, bool *done,
                            uint32_t *stack, size_t *next, uint32_t *order,
                            size_t *count)
{
    size_t depth = 0;
    stack[depth++] = root;
    while (depth) {
        const uint32_t u = stack[depth - 1];
        if (done[u]) {
            depth--;
        } else if (next[u] < o->needs.start[u + 1]) {
            const uint32_t need = o->needs.at[next[u]++];
            if (!done[need])
                stack[depth++] = need;
        } else {
            done[u] = true;
            order[(*count)++] = u;
            depth--;
        }
    }
}

static uint32_t *depth_first(orderer *o)
{
    uint32_t *order = OC_NEW(o->arena, uint32_t, o->count);
    uint32_t *stack = OC_NEW(o->arena, uint32_t, o->count);
    bool *done = OC_NEW(o->arena, bool, o->count);
    bool *needed = OC_NEW(o->arena, bool, o->count);
    size_t *next = oc_arena_copy(o->arena, o->needs.start,
                                 (size_t)o->count * sizeof(*next));
    size_t count = 0;
    for (size_t i = 0; i < o->needs.start[o->count]; i++)
        needed[o->needs.at[i]] = true;
    for (uint32_t u = 1; u < o->count; u++)
        if (!needed[u])
            put_after_needs(o, u, done, stack, next, order, &count);
    return order;
}

/* ---- the steps of the order ---- */

static uint32_t *starts_of(orderer *o)
{
    oc_plan *plan = o->plan;
    const size_t rows = plan->b->a->row_count;
    uint32_t *start = OC_NEW(o->arena, uint32_t, o->count);
    uint32_t step = 0;
    plan->row_at = OC_NEW(o->arena, uint32_t, rows);
    plan->step_of = OC_NEW(o->arena, uint32_t, rows);
    for (size_t p = 0; p + 1 < o->count; p++) {
        const oc_unit *unit = &plan->unit[o->order[p]];
        start[o->order[p]] = step;
        for (uint32_t row = unit->first; row <= unit->last; row++) {
            plan->row_at[step] = row;
            plan->step_of[row] = step++;
        }
    }
    return start;
}

static void move_buffer(orderer *o, const uint32_t *start, uint32_t i)
{
    oc_plan *plan = o->plan;
    oc_buffer *buffer = &plan->buffer[i];
    const oc_unit *unit = &plan->unit[buffer->unit];
    const uint32_t length = buffer->last - buffer->first;
    const bool is_empty = buffer->first > buffer->last;
    if (buffer->unit != OC_NO_UNIT)
        buffer->first = start[buffer->unit] + (buffer->first - unit->first);
    if (!is_of_graph(plan, i) || !o->readers[i]) {
        buffer->last = buffer->first + length;
    } else {
        const uint32_t reader = o->order[o->last[i]];
        const oc_unit *last = &plan->unit[reader];
        buffer->last = start[reader] + (last->last - last->first);
    }
    if (is_empty && !o->readers[i])
        buffer->last = buffer->first - 1;
    if (buffer->is_output)
        buffer->last = (uint32_t)plan->b->a->row_count - 1;
}

static void take_steps(orderer *o)
{
    const uint32_t *start = starts_of(o);
    for (uint32_t i = 1; i < o->plan->count; i++)
        move_buffer(o, start, i);
}

/* ---- the whole ---- */

static void start_from(orderer *o, const uint32_t *order)
{
    memcpy(o->order, order, (size_t)o->count * sizeof(*order));
    set_positions(o, 0, o->count - 1);
}

/* What a unit reads and makes is alive while it runs; all inputs that are
 * read while the first one does, all outputs while the last one does. */
static int64_t lower_bound(const orderer *o)
{
    int64_t most = inputs_bytes(o, true), outputs = 0;
    for (uint32_t i = 1; i < o->plan->count; i++)
        outputs += o->plan->buffer[i].is_output ? o->size[i] : 0;
    if (most < outputs)
        most = outputs;
    for (uint32_t u = 1; u < o->count; u++) {
        int64_t needed = o->extra[u];
        for (size_t k = o->reads.start[u]; k < o->reads.start[u + 1]; k++)
            needed += o->size[o->reads.at[k]];
        for (size_t k = o->makes.start[u]; k < o->makes.start[u + 1]; k++)
            needed += o->size[o->makes.at[k]];
        if (most < needed)
            most = needed;
    }
    return most;
}

static int64_t lower(orderer *o)
{
    const int64_t enough = lower_bound(o);
    size_t where = 0;
    int64_t peak = peak_of(o, &where);
    while (peak > enough && o->tried < MOST_TRIED && improve_at(o, where, peak))
        peak = peak_of(o, &where);
    o->proven |= peak <= enough;
    return peak;
}

static void search(orderer *o)
{
    uint32_t *file = OC_NEW(o->arena, uint32_t, o->count);
    size_t where = 0;
    for (uint32_t u = 1; u < o->count; u++)
        file[u - 1] = u;
    start_from(o, file);
    o->unread = inputs_bytes(o, false);
    const int64_t file_peak = peak_of(o, &where);
    const uint32_t *deep = depth_first(o);
    start_from(o, deep);
    if (peak_of(o, &where) > file_peak)
        start_from(o, file);
    if (lower(o) >= file_peak)
        start_from(o, file);
}

void oc_plan_reorder(oc_plan *plan)
{
    orderer o = {
        .plan = plan, .arena = plan->b->a->arena, .count = plan->unit_count};
    if (o.count < 2) {
        plan->order_optimal = true;
        return;
    }
    measure(&o);
    connect(&o);
    o.order = OC_NEW(o.arena, uint32_t, o.count);
    o.position = OC_NEW(o.arena, uint32_t, o.count);
    o.last = OC_NEW(o.arena, uint32_t, plan->count);
    search(&o);
    take_steps(&o);
    plan->order_optimal = o.proven && !o.open;
}
