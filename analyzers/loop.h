/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/loop.h - bodies that run many times.
 *
 * The row of Loop, Scan or SequenceMap carries no figures; its body's rows
 * carry those of all iterations.
 */
#ifndef OC_ANALYZERS_LOOP_H
#define OC_ANALYZERS_LOOP_H

#include "analyzers/region.h"

/* A value that one iteration hands to the next. */
typedef struct oc_carried {
    const oc_fact *initial;
    oc_fact *entering; /* in iteration `iteration` */
} oc_carried;

typedef struct oc_loop {
    oc_analysis *a;
    oc_frame *frame;
    const oc_node *node;
    oc_row *row;
    oc_body **place;      /* of the body in the row's list */
    const oc_graph *body; /* NULL when the node has none */
    const char *path;
    oc_expr iteration;       /* a symbol */
    size_t iteration_symbol; /* its index; later ones were made in the body */
    oc_expr most;            /* iterations, or OC_UNKNOWN */
    bool runs;               /* at least once, for certain */
    size_t pass;             /* over the body, from 1 */
    oc_expr trip;            /* OC_UNKNOWN until it is */
    oc_point start;          /* before the body's rows */
    size_t count;            /* of carried values */
    oc_carried *state;
    size_t first_input, first_output; /* of the state in the body */
} oc_loop;

oc_loop oc_loop_new(oc_analysis *a, oc_frame *frame, oc_row *row);
/* Of a body that is no attribute `body`. */
oc_loop oc_loop_of(oc_analysis *a, oc_frame *frame, oc_row *row,
                   const oc_graph *body, const char *path);
/* The fact of an operand of the node; NULL where omitted. */
const oc_fact *oc_loop_operand(const oc_loop *l, size_t i);
/* The state enters with the operands from `first_operand` on. */
void oc_loop_enter_state(oc_loop *l, size_t first_operand);
oc_fact *oc_loop_entering(oc_analysis *a, const oc_fact *fact);
void oc_loop_set_input(const oc_loop *l, size_t k, const oc_fact *fact);

/* Infers the body until what enters iteration i + 1 is what iteration i
 * gives. Rows and facts are of one iteration. What a body that may never run
 * takes for granted is taken back: it is no assumption of the model. */
void oc_loop_run(oc_loop *l);
/* The rows once the trip count is known: figures become sums over all
 * iterations. */
void oc_loop_finish(const oc_loop *l, oc_expr trip);
/* Output i of the node: the state after the last iteration. */
void oc_loop_set_state_output(const oc_loop *l, size_t i);
/* What results of all iterations have in common: sizes that the body makes
 * are not known. */
oc_type oc_loop_any(const oc_loop *l, const oc_type *type);
/* An output of the body, of every iteration, stacked at `axis`. */
void oc_loop_set_stacked_output(const oc_loop *l, size_t output,
                                size_t body_output, int64_t axis);

/* The operators. */
void oc_infer_loop(oc_analysis *a, oc_frame *frame, const oc_node *node,
                   oc_row *row);
void oc_infer_scan(oc_analysis *a, oc_frame *frame, const oc_node *node,
                   oc_row *row);
void oc_infer_sequence_map(oc_analysis *a, oc_frame *frame, const oc_node *node,
                           oc_row *row);

#endif
