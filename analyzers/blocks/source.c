/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/source.c - do queries and keys come from one stream?
 *
 * They do when both projections read the same value, or when every source of
 * the keys shares an ancestor with the queries. Ancestry goes back through
 * moves, elementwise operators, norms, convolution, pooling and projections;
 * never through a product of two activations, a softmax or a lookup by data.
 */
#include "analyzers/blocks/blocks.h"

#define MOST_WIRES 2048

typedef struct oc_queue {
    size_t count;
    uint32_t wire[MOST_WIRES];
} oc_queue;

static bool passes(oc_net *net, const oc_row *row)
{
    oc_contraction product;
    size_t activation;
    const oc_part part = oc_net_part(net, row);
    switch (part) {
    case OC_PART_OTHER:
    case OC_PART_SOFTMAX:
    case OC_PART_FUSED:
    case OC_PART_TRIG:
    case OC_PART_SHAPE:
        return false;
    case OC_PART_GATHER:
    case OC_PART_GATHER_ND:
        return !oc_net_is_data(net, oc_net_input(net, row, 1));
    case OC_PART_MATMUL:
    case OC_PART_GEMM:
    case OC_PART_EINSUM:
        return oc_parametric(net, row, &product, &activation);
    default:
        return true;
    }
}

/* The operands of `row` that are data. */
static void push_operands(oc_net *net, oc_queue *queue, const oc_row *row,
                          uint32_t shared)
{
    for (size_t i = 0; i < row->input_count; i++) {
        const uint32_t wire = oc_net_input(net, row, i);
        if (!oc_net_is_data(net, wire) || queue->count == MOST_WIRES)
            continue;
        if (shared && net->wire[wire].stamp == shared) {
            queue->wire[queue->count++] = wire;
            return;
        }
        if (oc_net_visit(net, wire))
            queue->wire[queue->count++] = wire;
    }
}

/* Marks the ancestors of a wire; where `shared` is the stamp of an earlier
 * walk, answers whether one of its wires is met. */
static bool walk(oc_net *net, uint32_t start, uint32_t shared)
{
    oc_queue *queue = OC_NEW(net->a->scratch, oc_queue, 1);
    if (shared && net->wire[start].stamp == shared)
        return true;
    oc_net_walk(net);
    if (oc_net_visit(net, start))
        queue->wire[queue->count++] = start;
    for (size_t i = 0; i < queue->count; i++) {
        const uint32_t wire = queue->wire[i];
        if (shared && net->wire[wire].stamp == shared)
            return true;
        const oc_row *row = oc_net_maker(net, wire);
        if (row && passes(net, row))
            push_operands(net, queue, row, shared);
    }
    return false;
}

static bool is_graph_output(const oc_net *net, uint32_t wire)
{
    const oc_row *row = oc_net_maker(net, wire);
    if (!row)
        return false;
    const oc_value_id value = row->node->output[oc_net_position(net, wire)];
    return value != OC_NO_VALUE && !row->frame->caller &&
           row->frame->live->last_use[value] == SIZE_MAX;
}

/* The parts that a source is put together from; a cache is left out. */
static size_t parts_of(const oc_net *net, uint32_t wire, uint32_t *part,
                       size_t room)
{
    wire = oc_net_viewed(net, wire);
    const oc_row *row = oc_net_maker(net, wire);
    while (oc_net_part(net, row) == OC_PART_NORM) {
        wire = oc_net_viewed(net, oc_net_input(net, row, 0));
        row = oc_net_maker(net, wire);
    }
    size_t count = 0;
    const bool cached = is_graph_output(net, wire);
    if (oc_net_part(net, row) != OC_PART_CONCAT) {
        part[0] = wire;
        return 1;
    }
    for (size_t i = 0; i < row->input_count && count < room; i++) {
        const uint32_t from = oc_net_viewed(net, oc_net_input(net, row, i));
        if (oc_net_is_data(net, from) && !(cached && net->wire[from].input))
            part[count++] = from;
    }
    return count;
}

bool oc_same_source(oc_net *net, uint32_t query, const uint32_t *key,
                    size_t count)
{
    const uint32_t from = oc_net_viewed(net, query);
    bool same = true;
    for (size_t i = 0; i < count; i++)
        same &= oc_net_viewed(net, key[i]) == from;
    if (same)
        return true;
    for (size_t i = 0; i < count; i++) {
        uint32_t part[8];
        const size_t parts = parts_of(net, key[i], part, 8);
        for (size_t k = 0; k < parts; k++) {
            /* Each walk may overwrite marks of the one before. */
            walk(net, from, 0);
            if (!walk(net, part[k], net->stamp))
                return false;
        }
    }
    return true;
}
