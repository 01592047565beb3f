/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/probe.h - single elements of values that masks are made
 * of, at sizes of our choice.
 *
 * In here: the sizes, one element on demand, why there is none. Elements are
 * asked for one by one, so that a mask of any size costs what is looked at.
 * Not in here: what the elements mean (mask.c).
 */
#ifndef OC_ANALYZERS_BLOCKS_PROBE_H
#define OC_ANALYZERS_BLOCKS_PROBE_H

#include "analyzers/blocks/net.h"

typedef enum oc_probe_state {
    OC_PROBE_FINE,
    OC_PROBE_NO_DATA, /* a constant whose elements the file does not hold */
    OC_PROBE_CONTENT, /* made from activations */
    OC_PROBE_STUCK    /* an operator that is not evaluated, or too much work */
} oc_probe_state;

typedef struct oc_probe {
    oc_net *net;
    size_t symbol_count;
    oc_i128 *value; /* one a symbol */
    bool *bound;
    bool lenient; /* missing constants are 0: of biases, that hide nothing */
    bool zero_column; /* inputs are 1, but 0 where the last index is 0 */
    /* What was met: */
    oc_probe_state state;
    bool saw_missing;
    bool saw_input, saw_matrix; /* a matrix: of queries and keys */
    size_t steps, depth;
    uint32_t number; /* of the net's probes */
    /* Elements that were found, by wire and place: a table that doubles. */
    size_t found_count, found_room;
    struct oc_found *found;
    size_t owners; /* elements of all oc_probed.owner */
} oc_probe;

/* All symbols are 1, or the least that they may be. */
oc_probe *oc_probe_new(oc_net *net);
void oc_probe_set(oc_probe *probe, oc_expr symbol, int64_t value);
/* False where the sizes do not give an integer. */
bool oc_probe_size(oc_probe *probe, oc_expr e, int64_t *value);
/* NULL: not known. */
const int64_t *oc_probe_dims(oc_probe *probe, uint32_t wire, int *rank);
/* One element; probe->state says whether it is one. */
double oc_probe_element(oc_probe *probe, uint32_t wire, const int64_t *index);
/* The element that an index of a value of `rank` broadcasts to. */
double oc_probe_broadcast(oc_probe *probe, uint32_t wire, int rank,
                          const int64_t *index);

#endif
