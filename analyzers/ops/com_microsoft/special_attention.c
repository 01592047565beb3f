/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/special_attention.c - LongformerAttention and
 * its quantised form, whose tokens see a window and a few global ones, and
 * DecoderAttention, whose
 * inputs say at run time which keys and values it uses.
 */
#include "analyzers/ops/attention_core.h"
#include "analyzers/ops/descriptor.h"

/* ---- LongformerAttention ---- */

/* Inputs of a row. */
typedef struct longformer {
    size_t weight, mask, global;
    bool quantized;
} longformer;

static void infer_longformer(oc_op *op)
{
    oc_attention_operand(op, 0);
    oc_op_copy_type(op, 0, 0);
}

/* Global tokens of a sequence: how many flags are set, or a symbol. */
static oc_expr global_tokens(oc_op *op, oc_expr positions)
{
    const longformer *at = oc_op_data(op);
    const oc_block *flags = oc_op_value(op, at->global);
    oc_expr sum = oc_expr_of(0);
    for (size_t i = 0; flags && i < flags->count; i++)
        sum = oc_add(op, sum, flags->element[i]);
    return flags && flags->rank == 2 && flags->dim[0] == 1 &&
                   oc_expr_is_known(sum)
               ? sum
               : oc_fresh(op, oc_expr_of(0), positions);
}

/* Every token is projected to q, k and v; all again to keys and values, and
 * the global ones to queries, by the global weights. */
static void cost_longformer(oc_op *op, oc_cost *sum)
{
    const longformer *at = oc_op_data(op);
    const oc_shape x = oc_attention_operand(op, 0);
    const int64_t window = oc_op_attr_int(op, "window", 0);
    oc_attention a = {.batch = x.dim[0],
                      .queries = x.dim[1],
                      .heads = oc_attention_heads(op, "num_heads")};
    if (window < 1)
        oc_op_fail(op, "window must be positive");
    const oc_expr globals = global_tokens(op, a.queries);
    const oc_expr near = oc_plus(op, oc_times(op, 2, oc_int(op, window)), 1);
    a.qk_width = a.v_width = oc_attention_per_head(op, x.dim[2], a.heads);
    a.rows = oc_mul(op, oc_mul(op, a.batch, a.heads), a.queries);
    a.scores = oc_mul(op, a.rows, oc_add(op, near, oc_times(op, 2, globals)));
    const oc_expr projected =
        oc_mul(op, oc_mul(op, a.batch, x.dim[2]),
               oc_add(op, oc_times(op, 5, a.queries), globals));
    oc_cost_types(sum, oc_op_dtype(op, 0), oc_op_dtype(op, at->weight));
    oc_cost_add(sum, OC_MACS, "projections", oc_mul(op, projected, x.dim[2]));
    oc_cost_add(sum, OC_FLOPS, "bias", projected);
    if (at->quantized)
        oc_cost_add(sum, OC_FLOPS, "scale projections",
                    oc_times(op, 2, projected));
    oc_attention_scale(sum, &a);
    oc_attention_core(op, sum, &a);
    oc_attention_masks(op, sum, &a, OC_IN(at->mask));
}

/* ---- DecoderAttention: [T, B, width]; flags at 8 and 9 ---- */

enum { QUERY, KEY, MASK = 5, KEY_CACHE = 6, STATIC_KV = 8, USE_PAST = 9 };

typedef struct decoder {
    oc_attention attention;
    oc_expr width, fresh; /* fresh: keys that are projected in this call */
} decoder;

static bool flag(oc_op *op, size_t input, bool *known)
{
    const oc_block *value = oc_op_value(op, input);
    *known = *known && value && value->count == 1 &&
             oc_expr_is_known(value->element[0]);
    return *known && oc_expr_is(value->element[0], 1);
}

/* Cross-attention (static_kv) projects `key` once and then lives on the
 * cache; self-attention projects the query and appends to it. */
static decoder decoder_of(oc_op *op)
{
    const oc_shape q = oc_attention_operand(op, QUERY),
                   k = oc_attention_operand(op, KEY);
    const oc_type *cache = oc_op_type(op, KEY_CACHE);
    bool known = true;
    const bool cross = flag(op, STATIC_KV, &known);
    const bool cached = flag(op, USE_PAST, &known);
    const oc_expr past = cache->rank == 4 ? cache->dim[2] : OC_UNKNOWN;
    decoder d = {.width = q.dim[2]};
    oc_attention *a = &d.attention;
    a->heads = a->kv_heads = oc_attention_heads(op, "num_heads");
    a->batch = oc_unify(op, q.dim[1], k.dim[1]);
    a->queries = q.dim[0];
    a->qk_width = a->v_width = oc_attention_per_head(op, q.dim[2], a->heads);
    if (known) {
        d.fresh = !cross ? a->queries : cached ? oc_expr_of(0) : k.dim[0];
        a->keys = cached ? oc_add(op, past, d.fresh) : d.fresh;
    }
    oc_attention_dense(op, a);
    return d;
}

static void infer_decoder(oc_op *op)
{
    const decoder d = decoder_of(op);
    const oc_attention *a = &d.attention;
    const oc_shape cache =
        oc_attention_shape(op, a->batch, a->heads, a->keys, a->qk_width);
    oc_op_copy_type(op, 0, QUERY);
    oc_op_set_output(op, 1, oc_op_dtype(op, QUERY), cache);
    oc_op_set_output(op, 2, oc_op_dtype(op, QUERY), cache);
}

static void cost_decoder(oc_op *op, oc_cost *sum)
{
    const decoder d = decoder_of(op);
    const oc_attention *a = &d.attention;
    const oc_expr projected =
        oc_mul(op, oc_mul(op, a->batch, d.width),
               oc_add(op, a->queries, oc_times(op, 2, d.fresh)));
    oc_cost_add(sum, OC_MACS, "projections", oc_mul(op, projected, d.width));
    oc_cost_add(sum, OC_FLOPS, "bias", projected);
    oc_attention_scale(sum, a);
    oc_attention_core(op, sum, a);
    oc_attention_masks(op, sum, a, OC_IN(MASK));
}

#define LONGFORMER                                                             \
    "five projections of every token and one of the global ones; scores of "   \
    "every token with its window and with the global ones, both ways"

OC_OP_DEFINE(microsoft_special_attention) = {
    OC_MICROSOFT(
        "LongformerAttention", LONGFORMER, infer_longformer, cost_longformer,
        .weight_inputs = OC_IN(1) | OC_IN(2) | OC_IN(4) | OC_IN(5),
        .data = &(const longformer){.weight = 1, .mask = 3, .global = 6}),
    OC_MICROSOFT("QOrderedLongformerAttention",
                 LONGFORMER "; 2 FLOPs per projected element to scale it",
                 infer_longformer, cost_longformer,
                 .weight_inputs = OC_IN(2) | OC_IN(4) | OC_IN(8) | OC_IN(10),
                 .scale_inputs = OC_IN(1) | OC_IN(3) | OC_IN(5) | OC_IN(6) |
                                 OC_IN(9) | OC_IN(11) | OC_IN(13),
                 .data = &(const longformer){.weight = 2,
                                             .mask = 7,
                                             .global = 12,
                                             .quantized = true}),
    OC_MICROSOFT(
        "DecoderAttention",
        "projections of the query and of new keys and values, then dense "
        "attention over all keys",
        infer_decoder, cost_decoder,
        .weight_inputs = OC_IN(2) | OC_IN(3) | OC_IN(4),
        .shape_inputs = OC_IN(8) | OC_IN(9) | OC_IN(10) | OC_IN(11)),
    {0},
};
