/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/region.h - the rows of a body, for operators that have bodies.
 */
#ifndef OC_ANALYZERS_REGION_H
#define OC_ANALYZERS_REGION_H

#include "analyzers/analysis.h"

/* Where the analysis stands: rows, notes and ledger can be taken back. */
typedef struct oc_point {
    size_t rows, notes, symbols;
    oc_ledger_mark ledger;
} oc_point;

oc_point oc_point_here(const oc_analysis *a);
void oc_point_rollback(oc_analysis *a, oc_point point);
/* Only assumptions and notes. */
void oc_point_rollback_ledger(oc_analysis *a, oc_point point);
/* What a body that may not run takes for granted is no assumption of the
 * model; what cannot be in it says nothing against the bindings. */
void oc_point_doubt(oc_analysis *a, oc_point point);

/* "If_0.then_branch" inside the current path. */
const char *oc_region_name(oc_analysis *a, const oc_node *node, size_t k,
                           const char *attribute);
/* The next k for such a name. */
size_t oc_region_count(oc_analysis *a, const char *name);

/* Runs the nodes of `graph` as rows of `path`, in a body of `row`. */
typedef struct oc_region {
    const char *path;
    oc_row *row;
    oc_body_kind kind;
    bool counted, silent;
} oc_region;
oc_body *oc_region_run(oc_analysis *a, oc_frame *frame, const oc_graph *graph,
                       oc_region region);

/* Where the next body of a row goes. */
oc_body **oc_row_body_end(oc_row *row);

/* The row of an operator with a body: metrics 0. */
oc_row *oc_region_row(oc_analysis *a, oc_frame *frame, const oc_node *node);
/* The node cannot be run: a note, figures and outputs unknown. */
void oc_region_invalid(oc_analysis *a, oc_frame *frame, oc_row *row,
                       const char *why);
/* The graph of an attribute, or NULL. */
const oc_graph *oc_region_graph(const oc_frame *frame, const oc_node *node,
                                const char *attribute);

/* The fact of the body's k-th output. */
const oc_fact *oc_region_output(oc_analysis *a, const oc_frame *frame,
                                const oc_graph *graph, size_t k);
/* A fact under a name of its own: no longer a view, not a constant. */
oc_fact *oc_fact_renamed(oc_analysis *a, const oc_fact *fact);

#endif
