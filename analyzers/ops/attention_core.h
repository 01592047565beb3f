/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/attention_core.h - what fused attention operators share: the
 * two products around a softmax, and what is done to the scores in between.
 *
 * Not in here: projections, rotary embedding (rotary.h), caches, layouts.
 */
#ifndef OC_ANALYZERS_OPS_ATTENTION_CORE_H
#define OC_ANALYZERS_OPS_ATTENTION_CORE_H

#include "analyzers/ops/common.h"

typedef struct oc_attention {
    oc_expr batch;
    oc_expr heads;
    oc_expr kv_heads;
    oc_expr queries;  /* positions */
    oc_expr keys;     /* positions, cached ones included */
    oc_expr qk_width; /* of one head's query and key */
    oc_expr v_width;
    oc_expr rows;   /* softmax rows: batch * heads * queries */
    oc_expr scores; /* rows * keys */
} oc_attention;

/* rows and scores of dense attention from the other members. */
void oc_attention_dense(oc_op *op, oc_attention *a);

/* A width divided among heads; sticky failure when it does not divide. */
oc_expr oc_attention_per_head(oc_op *op, oc_expr width, oc_expr heads);

/* A positive head count from an attribute; sticky failure otherwise. */
oc_expr oc_attention_heads(oc_op *op, const char *attribute);

/* Sticky failure unless kv_heads divides heads. */
void oc_attention_groups(oc_op *op, oc_expr heads, oc_expr kv_heads);

/* A query, key or input: its 3 dims, unknown ones when its rank is not known;
 * sticky failure when it has another. */
oc_shape oc_attention_operand(oc_op *op, size_t input);

/* qk_width and v_width of com.microsoft's merged projections, `columns` wide:
 * a third each unless qkv_hidden_sizes says otherwise. */
void oc_attention_split(oc_op *op, oc_attention *a, oc_expr columns);

/* [batch, heads, positions, width] */
oc_shape oc_attention_shape(oc_op *op, oc_expr batch, oc_expr heads,
                            oc_expr positions, oc_expr width);

/* Both products, the softmax, and the soft cap the node may ask for. */
void oc_attention_core(oc_op *op, oc_cost *sum, const oc_attention *a);

/* One flop per score to scale it. */
void oc_attention_scale(oc_cost *sum, const oc_attention *a);

/* One flop per score for each of the inputs (masks, biases) that is given:
 * a mask of OC_IN(i). */
void oc_attention_masks(oc_op *op, oc_cost *sum, const oc_attention *a,
                        uint32_t inputs);

#endif
