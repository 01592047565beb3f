/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/order.c - topological order that moves as little as possible.
 *
 * Among the nodes that may come next the one that is first in the file does:
 * Kahn's algorithm with a heap, O((n + e) log n).
 */
#include "parser/load.h"

struct heap {
    uint32_t *item;
    size_t count;
};

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t held = *a;
    *a = *b;
    *b = held;
}

static void heap_add(struct heap *heap, uint32_t item)
{
    size_t at = heap->count++;
    heap->item[at] = item;
    while (at && heap->item[(at - 1) / 2] > heap->item[at]) {
        swap(&heap->item[(at - 1) / 2], &heap->item[at]);
        at = (at - 1) / 2;
    }
}

static uint32_t heap_take(struct heap *heap)
{
    uint32_t least = heap->item[0];
    size_t at = 0;
    heap->item[0] = heap->item[--heap->count];
    for (size_t child = 1; child < heap->count; child = 2 * at + 1) {
        if (child + 1 < heap->count &&
            heap->item[child + 1] < heap->item[child])
            child++;
        if (heap->item[at] <= heap->item[child])
            break;
        swap(&heap->item[at], &heap->item[child]);
        at = child;
    }
    return least;
}

/* Readers of node i: reader[first[i] .. first[i + 1]). */
struct readers {
    uint32_t *reader;
    size_t *first;
    uint32_t *missing; /* per node: edges into it from nodes not placed */
};

static void index_edges(struct readers *out, size_t count, const oc_edge *edge,
                        size_t edge_count, oc_arena *scratch)
{
    out->reader = OC_NEW(scratch, uint32_t, edge_count);
    out->first = OC_NEW(scratch, size_t, count + 2);
    out->missing = OC_NEW(scratch, uint32_t, count);
    size_t *next = out->first + 1; /* becomes `first`, moved by one */
    for (size_t i = 0; i < edge_count; i++) {
        next[edge[i].from + 1]++;
        out->missing[edge[i].to]++;
    }
    for (size_t i = 1; i <= count; i++)
        next[i] += next[i - 1];
    for (size_t i = 0; i < edge_count; i++)
        out->reader[next[edge[i].from]++] = edge[i].to;
}

/* From a node that waits, going back far enough ends on a cycle. */
static uint32_t find_cycle(const struct readers *readers, size_t count,
                           const oc_edge *edge, size_t edge_count,
                           oc_arena *scratch)
{
    uint32_t *waits_for = OC_NEW(scratch, uint32_t, count);
    uint32_t at = 0;
    for (size_t i = 0; i < edge_count; i++)
        if (readers->missing[edge[i].from] && readers->missing[edge[i].to])
            waits_for[edge[i].to] = edge[i].from;
    while (!readers->missing[at])
        at++;
    for (size_t i = 0; i < count; i++)
        at = waits_for[at];
    return at;
}

bool oc_order_nodes(uint32_t *order, size_t count, const oc_edge *edge,
                    size_t edge_count, oc_arena *scratch)
{
    struct readers readers;
    struct heap ready = {OC_NEW(scratch, uint32_t, count), 0};
    size_t placed = 0;
    index_edges(&readers, count, edge, edge_count, scratch);
    for (size_t i = 0; i < count; i++)
        if (!readers.missing[i])
            heap_add(&ready, (uint32_t)i);
    while (ready.count) {
        uint32_t node = heap_take(&ready);
        order[placed++] = node;
        for (size_t i = readers.first[node]; i < readers.first[node + 1]; i++)
            if (!--readers.missing[readers.reader[i]])
                heap_add(&ready, readers.reader[i]);
    }
    if (placed == count)
        return true;
    order[0] = find_cycle(&readers, count, edge, edge_count, scratch);
    return false;
}
