/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/context.h - one operator while its functions run: what stands
 * behind oc_op and oc_cost.
 */
#ifndef OC_ANALYZERS_CONTEXT_H
#define OC_ANALYZERS_CONTEXT_H

#include "analyzers/analysis.h"

/* Elements an operand is said to move: `given` or all. */
typedef struct oc_touched {
    bool given;
    oc_expr elements;
} oc_touched;

typedef struct oc_context {
    oc_op op; /* first: an oc_op * is an oc_context * */
    oc_cost cost;
    oc_analysis *a;
    oc_frame *frame;
    const oc_node *node;
    const oc_op_descriptor *descriptor;
    int version;
    size_t input_count, output_count;
    const oc_fact **input; /* NULL where omitted */
    oc_fact **output;      /* NULL where omitted */
    uint64_t number;       /* of the node on these values */
    size_t fresh_count;
    bool unknown; /* sticky: something needed is not known */
    bool failed;  /* sticky: the node contradicts its rules */
    const char *message;
    /* cost */
    oc_row *row;
    oc_touched *read, *write;
    bool view;
    /* Formal names: where bytes are to be terms, too. NULL: they are not. */
    const char *const *input_name;
    const char *const *output_name;
} oc_context;

static inline oc_context *oc_context_of(oc_op *op)
{
    return (oc_context *)op;
}
oc_context *oc_context_of_cost(oc_cost *cost);

static inline bool oc_context_is_shape_like(const oc_context *c, size_t i)
{
    return c->descriptor && oc_mask_has(c->descriptor->shape_inputs, i);
}
static inline bool oc_context_is_scale(const oc_context *c, size_t i)
{
    return c->descriptor && oc_mask_has(c->descriptor->scale_inputs, i);
}

/* number.c */
uint64_t oc_number_mix(uint64_t number, uint64_t with);
/* Of the node: the same operator with the same attributes on the same
 * values. */
uint64_t oc_context_number(const oc_context *c);
/* Constants of equal contents are equal values. */
uint64_t oc_block_number(const oc_fact *fact);
bool oc_block_is_known(const oc_block *block);

/* inherit.c */
bool oc_context_is_constant(const oc_context *c);
bool oc_context_is_from_shapes(const oc_context *c);
const oc_origins *oc_context_origins(const oc_context *c, bool folded);
/* The tensor of a Constant node, which no initializer holds. */
const oc_origins *oc_context_own_origins(const oc_context *c);
oc_expr oc_context_stored_bytes(oc_context *c, bool folded);

/* context_cost.c */
void oc_context_cost(oc_context *c);
extern const oc_op_api oc_engine_api;
void oc_context_cost_add(oc_cost *, oc_metric, const char *, oc_expr);
void oc_context_cost_types(oc_cost *, int, int);
void oc_context_cost_certainty(oc_cost *, oc_metric, oc_certainty);
void oc_context_cost_read(oc_cost *, size_t, oc_expr);
void oc_context_cost_write(oc_cost *, size_t, oc_expr);
void oc_context_cost_view(oc_cost *);
void oc_context_cost_upper(oc_cost *, oc_metric, oc_expr);
void oc_context_cost_weight(oc_cost *, size_t, oc_expr);
void oc_context_cost_parameters(oc_cost *, int64_t);

#endif
