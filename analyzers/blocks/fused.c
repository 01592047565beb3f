/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/fused.c - attention in one operator. Its figures are
 * labelled terms of its cost; its dims follow from them and from the node.
 */
#include "analyzers/blocks/blocks.h"

#include <string.h>

/* The amount of a labelled term of one execution, or OC_UNKNOWN. */
static oc_expr term(const oc_row *row, oc_metric metric, const char *label)
{
    for (const oc_term *at = row->terms; at; at = at->next)
        if (at->metric == metric && strcmp(at->label, label) == 0)
            return at->amount;
    return OC_UNKNOWN;
}

static bool is_any(const oc_row *row, const char *const *op_types)
{
    for (; *op_types; op_types++)
        if (strcmp(row->node->op_type, *op_types) == 0)
            return true;
    return false;
}

/* Operators that project their input themselves. */
static bool projects(const oc_row *row)
{
    static const char *const op_types[] = {"QAttention",
                                           "DecoderMaskedSelfAttention",
                                           "PackedAttention",
                                           "QOrderedAttention",
                                           "LongformerAttention",
                                           "DecoderAttention",
                                           NULL};
    return oc_row_is(row, "com.microsoft", "Attention") ||
           is_any(row, op_types);
}

static oc_expr attribute(const oc_row *row, const char *name, oc_expr otherwise)
{
    const int64_t given = oc_row_int(row, name, 0);
    return given > 0 ? oc_expr_of(given) : otherwise;
}

/* Heads of a query or key as it stands there. */
static oc_expr heads_of(const oc_net *net, const oc_row *row, size_t input,
                        const char *name)
{
    const uint32_t wire = oc_net_input(net, row, input);
    const bool spread = oc_net_rank(net, wire) == 4 && !*row->node->domain;
    return spread ? oc_net_dim(net, wire, 1) : attribute(row, name, OC_UNKNOWN);
}

static void find_positions(oc_net *net, const oc_row *row,
                           oc_attention_block *block)
{
    oc_space *space = net->a->space;
    const uint32_t query = oc_net_input(net, row, 0);
    const int rank = oc_net_rank(net, query);
    const bool spread = rank == 4 && !*row->node->domain;
    block->batch = rank == 2 ? oc_expr_of(1) : oc_net_dim(net, query, 0);
    block->queries = oc_net_dim(net, query, rank == 2 ? 0 : spread ? 2 : 1);
    const oc_expr under[] = {block->batch, block->heads, block->queries};
    block->keys = oc_ratio(space, &block->pairs, 1, under, 3);
}

static void find_cache(oc_net *net, const oc_row *row,
                       oc_attention_block *block)
{
    static const struct {
        const char *op_type;
        size_t past;
    } pasts[] = {
        {"GroupQueryAttention", 3}, {"SparseAttention", 3},
        {"MultiHeadAttention", 6},  {"DecoderMaskedMultiHeadAttention", 5},
        {"QAttention", 8},          {"Attention", 4}};
    block->past = block->k.join ? block->k.past : oc_expr_of(0);
    for (size_t i = 0; i < sizeof(pasts) / sizeof(pasts[0]); i++) {
        const uint32_t wire = oc_net_input(net, row, pasts[i].past);
        if (strcmp(row->node->op_type, pasts[i].op_type) || wire == OC_NO_WIRE)
            continue;
        const int rank = oc_net_rank(net, wire);
        block->k.join = row;
        block->k.cached = wire;
        block->past = oc_net_dim(net, wire, rank - 2);
        return;
    }
}

static void walk_operands(oc_net *net, const oc_row *row,
                          oc_attention_block *block)
{
    if (projects(row)) {
        oc_members_put(net->a, &block->members, row, OC_BLOCK_QK);
        return;
    }
    oc_path *path[] = {&block->q, &block->k, &block->v};
    for (size_t i = 0; i < 3; i++) {
        const uint32_t wire = oc_net_input(net, row, i);
        if (wire == OC_NO_WIRE)
            *path[i] = block->q; /* packed into the query */
        else
            oc_path_walk(net, path[i], &block->members, wire, 0, 0);
    }
}

static bool is_cross(oc_net *net, const oc_row *row,
                     const oc_attention_block *block)
{
    uint32_t key[OC_MOST_FRONTIERS];
    if (projects(row) || oc_net_input(net, row, 1) == OC_NO_WIRE)
        return strcmp(row->node->op_type, "DecoderAttention") == 0;
    if (block->k.count == 0)
        return block->q.count > 0 && block->k.input_count > 0;
    for (size_t i = 0; i < block->k.count; i++) {
        const oc_frontier *f = &block->k.frontier[i];
        key[i] = oc_net_input(net, f->product.row, f->activation);
    }
    for (size_t i = 0; i < block->q.count; i++) {
        const oc_frontier *f = &block->q.frontier[i];
        if (oc_same_source(net,
                           oc_net_input(net, f->product.row, f->activation),
                           key, block->k.count))
            return false;
    }
    return block->q.count > 0 ||
           !oc_same_source(net, block->q.start, key, block->k.count);
}

/* K as it stands may have been repeated for the operator. */
static void find_heads(oc_net *net, const oc_row *row,
                       oc_attention_block *block)
{
    block->heads =
        heads_of(net, row, 0, *row->node->domain ? "num_heads" : "q_num_heads");
    block->kv_heads = heads_of(net, row, 1, "kv_num_heads");
    if (!oc_expr_is_known(block->kv_heads))
        block->kv_heads = block->heads;
    if (oc_expr_is_known(block->k.growth))
        block->kv_heads =
            oc_expr_quotient(net->a->space, block->kv_heads, block->k.growth);
}

static void find_widths(oc_net *net, const oc_row *row,
                        oc_attention_block *block)
{
    oc_space *space = net->a->space;
    const oc_expr qk = term(row, OC_MACS, "scores * query width");
    const oc_expr pv = term(row, OC_MACS, "scores * value width");
    block->pairs = term(row, OC_TRANSCENDENTALS, "one exponential per element");
    block->qk_width = oc_expr_quotient(space, qk, block->pairs);
    block->v_width = oc_expr_quotient(space, pv, block->pairs);
    const uint32_t x = oc_net_input(net, row, 0);
    block->model_width = projects(row)
                             ? oc_net_dim(net, x, oc_net_rank(net, x) - 1)
                             : oc_attention_model_width(net, &block->q);
}

static oc_report_attention_kind kind_of(oc_net *net, const oc_row *row,
                                        oc_attention_block *block)
{
    if (strcmp(row->node->op_type, "LinearAttention") == 0)
        return OC_ATTENTION_LINEAR;
    if (!oc_expr_is_known(block->heads) || !oc_expr_is_known(block->kv_heads))
        return OC_ATTENTION_UNRESOLVED;
    if (oc_attention_take_latent(net, block))
        return block->kind;
    if (is_cross(net, row, block))
        return OC_ATTENTION_CROSS;
    if (block->heads == block->kv_heads)
        return OC_ATTENTION_MHA;
    return oc_expr_is(block->kv_heads, 1) ? OC_ATTENTION_MQA : OC_ATTENTION_GQA;
}

/* ---- masks ---- */

/* Operands that the scores are masked with, and those that say how much of
 * each sequence is padding. */
static void find_masks(const oc_net *net, const oc_row *row,
                       oc_attention_block *block)
{
    static const struct {
        const char *domain, *op_type;
        size_t bias, padding;
    } operands[] = {{"", "Attention", 3, SIZE_MAX},
                    {"com.microsoft", "Attention", 5, 3},
                    {"com.microsoft", "MultiHeadAttention", 5, 4},
                    {"com.microsoft", "QAttention", SIZE_MAX, 5},
                    {"com.microsoft", "DecoderMaskedSelfAttention", 5, 3},
                    {"com.microsoft", "DecoderMaskedMultiHeadAttention", 4, 3},
                    {"com.microsoft", "PackedMultiHeadAttention", 6, 4},
                    {"com.microsoft", "GroupQueryAttention", 10, SIZE_MAX}};
    for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++) {
        if (!oc_row_is(row, operands[i].domain, operands[i].op_type))
            continue;
        const uint32_t bias = oc_net_input(net, row, operands[i].bias);
        if (bias != OC_NO_WIRE) {
            block->masking_row[0] = row;
            block->masking[block->mask_count++] = bias;
        }
        block->padded =
            oc_net_input(net, row, operands[i].padding) != OC_NO_WIRE;
    }
}

/* What the operator's attributes say of themselves. */
static bool is_causal(const oc_row *row)
{
    static const char *const op_types[] = {"GroupQueryAttention",
                                           "SparseAttention",
                                           "PagedAttention",
                                           "DecoderMaskedSelfAttention",
                                           "DecoderMaskedMultiHeadAttention",
                                           NULL};
    return is_any(row, op_types) || oc_row_int(row, "is_causal", 0) ||
           oc_row_int(row, "unidirectional", 0) || oc_row_int(row, "causal", 0);
}

void oc_attention_fused_mask(const oc_row *row, oc_attention_block *block)
{
    const int64_t window = oc_row_int(row, "local_window_size",
                                      oc_row_int(row, "left_window_size", -1));
    if (is_causal(row))
        block->causal = OC_YES;
    if (window > 0 && window < INT64_MAX) /* else it hides nothing */
        block->window = window + (*row->node->domain == '\0');
    if (block->padded && block->mask && strcmp(block->mask, "none") == 0)
        block->mask = "padding";
}

void oc_attention_fused(oc_net *net, const oc_row *row,
                        oc_attention_block *block)
{
    block->anchor = row;
    block->fused = true;
    oc_members_put(net->a, &block->members, row, OC_BLOCK_QK);
    walk_operands(net, row, block);
    find_heads(net, row, block);
    find_widths(net, row, block);
    find_positions(net, row, block);
    find_cache(net, row, block);
    find_masks(net, row, block);
    block->output =
        oc_output_projection(net, oc_net_output(net, row, 0), &block->members);
    block->kind = kind_of(net, row, block);
    if (block->kind == OC_ATTENTION_UNRESOLVED)
        block->why = "its heads cannot be told";
    if (block->output)
        oc_members_put(net->a, &block->members, block->output, OC_BLOCK_OUTPUT);
}
