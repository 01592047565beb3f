/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/reading.h - the masks of an attention block at some sizes:
 * which keys each query does not see.
 *
 * In here: the sizes, the positions that are looked at, what masks do there.
 * Not in here: what that means (mask.c), single elements (probe.h).
 */
#ifndef OC_ANALYZERS_BLOCKS_READING_H
#define OC_ANALYZERS_BLOCKS_READING_H

#include "analyzers/blocks/blocks.h"
#include "analyzers/blocks/probe.h"

#define OC_MOST_POSITIONS 64

typedef enum oc_effect {
    OC_EFFECT_ADDED,
    OC_EFFECT_SUBTRACTED,
    OC_EFFECT_CHOOSES, /* a Where: between the scores and `instead` */
    OC_EFFECT_HIDES,   /* a bool that a fused operator takes */
    OC_EFFECT_NOTHING
} oc_effect;

/* One mask, and the scores that it meets. */
typedef struct oc_masking {
    uint32_t wire;
    oc_effect effect;
    uint32_t instead; /* OC_NO_WIRE: none */
    bool when;        /* `wire` chooses the scores */
    bool lenient;     /* what is missing is a bias */
    bool absent;      /* all of it is */
    int rank;         /* of the scores; 0: not known */
    const int64_t *dims;
} oc_masking;

typedef struct oc_reading {
    oc_probe *probe;
    const oc_attention_block *block;
    oc_masking masking[OC_MOST_MASKS];
    int64_t leads; /* rows of queries and keys: batch, heads, windows */
    int64_t queries, keys;
    size_t row_count, column_count;
    /* Positions that are looked at: */
    int64_t row[OC_MOST_POSITIONS], column[OC_MOST_POSITIONS];
    bool blocked[OC_MOST_POSITIONS][OC_MOST_POSITIONS];
    bool biased, uneven; /* other values; rows of heads or windows differ */
    bool known, missing; /* some rows could be read; some could not */
} oc_reading;

/* Queries and keys before them, where symbols allow; `window`: how far from
 * a query something may end. False: there are no such sizes. */
bool oc_reading_start(oc_reading *r, oc_net *net,
                      const oc_attention_block *block, int64_t queries,
                      int64_t past, int64_t window);
/* False: it cannot be read; r->probe->state says why. */
bool oc_reading_read(oc_reading *r);

#endif
