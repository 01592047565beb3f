/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/probe_rules.h - what the two halves of the operators that
 * are probed share, and what they need of probe.c.
 */
#ifndef OC_ANALYZERS_BLOCKS_PROBE_RULES_H
#define OC_ANALYZERS_BLOCKS_PROBE_RULES_H

#include "analyzers/blocks/probe.h"

/* An operator that is asked for one element of output 0. */
typedef struct oc_asked {
    const oc_row *row;
    int rank;
    const int64_t *dims, *index;
} oc_asked;

typedef double oc_element_rule(oc_probe *probe, const oc_asked *at);

/* What a probe knows of a wire. */
typedef struct oc_probed {
    int rank;
    const int64_t *dims; /* NULL: not known */
    int64_t count;       /* of elements */
    oc_element_rule *rule;
    uint32_t *owner; /* of a ScatterND: see probe_moves.c */
} oc_probed;

/* NULL: no tensor of known rank. */
oc_probed *oc_probed_of(oc_probe *probe, uint32_t wire);

/* probe_rules.c: NULL for operators that are not evaluated. */
oc_element_rule *oc_element_rule_of(const oc_row *row);

/* probe_moves.c: those that pick an element of an operand. */
oc_element_rule oc_probe_reshape, oc_probe_transpose, oc_probe_tile;
oc_element_rule oc_probe_concat, oc_probe_slice;
oc_element_rule oc_probe_gather, oc_probe_gather_nd, oc_probe_scatter_nd;

/* ---- probe.c ---- */

/* 0, and the first reason why. */
double oc_probe_give_up(oc_probe *probe, oc_probe_state why);
/* Element k in row-major order. */
double oc_probe_at(oc_probe *probe, uint32_t wire, int64_t k);
int64_t oc_probe_count(oc_probe *probe, uint32_t wire); /* 0: not known */
double oc_probe_constant(oc_probe *probe, const oc_tensor *tensor, size_t at);

int64_t oc_index_linear(const int64_t *dims, int rank, const int64_t *index);
void oc_index_unravel(int64_t at, const int64_t *dims, int rank,
                      int64_t *index);

static inline uint32_t oc_asked_wire(const oc_probe *probe, const oc_asked *at,
                                     size_t i)
{
    return oc_net_input(probe->net, at->row, i);
}

static inline double oc_asked_operand(oc_probe *probe, const oc_asked *at,
                                      size_t i)
{
    return oc_probe_broadcast(probe, oc_asked_wire(probe, at, i), at->rank,
                              at->index);
}

#endif
