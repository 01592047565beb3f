/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/attention_report.c - attention blocks as rows of a report:
 * dims, and figures that are sums over their nodes.
 */
#include "analyzers/blocks/blocks.h"

#include <stdlib.h>
#include <string.h>

/* ---- sums ---- */

/* The part of a fused operator's figure that is its projections. */
static bool is_projection_term(const oc_term *term)
{
    static const char *const labels[] = {"projections", "bias",
                                         "scale projections"};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (strcmp(term->label, labels[i]) == 0)
            return true;
    return false;
}

oc_expr oc_row_projections(oc_space *space, const oc_row *row, oc_metric metric)
{
    oc_expr sum = oc_expr_of(0);
    for (const oc_term *term = row->terms; term; term = term->next) {
        if (!is_projection_term(term))
            continue;
        if (term->metric == metric)
            sum = oc_expr_add(space, sum, term->amount);
        if (term->metric == OC_MACS && metric == OC_FLOPS)
            sum = oc_expr_add(space, sum,
                              oc_expr_mul(space, oc_expr_of(2), term->amount));
    }
    return oc_expr_mul(space, sum, row->executions);
}

bool oc_block_role_is_core(oc_block_role role)
{
    return role == OC_BLOCK_QK || role == OC_BLOCK_SCORE ||
           role == OC_BLOCK_PV || role == OC_BLOCK_SCALE;
}

bool oc_block_role_is_projection(oc_block_role role)
{
    return role == OC_BLOCK_PROJECTION || role == OC_BLOCK_OUTPUT;
}

static oc_expr core_sum(const oc_blocks *blocks,
                        const oc_attention_block *block, oc_metric metric)
{
    oc_space *space = blocks->net->a->space;
    oc_expr sum = oc_expr_of(0);
    for (size_t i = 0; i < block->members.count; i++) {
        const oc_member *member = &block->members.member[i];
        if (!oc_block_role_is_core(member->role))
            continue;
        sum = oc_expr_add(space, sum, member->row->metric[metric]);
        if (block->fused)
            sum = oc_expr_sub(space, sum,
                              oc_row_projections(space, member->row, metric));
    }
    return sum;
}

static oc_expr projections(const oc_blocks *blocks,
                           const oc_attention_block *block)
{
    oc_space *space = blocks->net->a->space;
    oc_expr sum = oc_expr_of(0);
    for (size_t i = 0; i < block->members.count; i++) {
        const oc_member *member = &block->members.member[i];
        if (oc_block_role_is_projection(member->role))
            sum = oc_expr_add(space, sum, member->row->metric[OC_MACS]);
        else if (block->fused && oc_block_role_is_core(member->role))
            sum = oc_expr_add(space, sum,
                              oc_row_projections(space, member->row, OC_MACS));
    }
    return sum;
}

/* Weights that these rows are the first to read, biases included. */
static oc_expr params(const oc_blocks *blocks, const oc_attention_block *block)
{
    oc_space *space = blocks->net->a->space;
    oc_expr sum = oc_expr_of(0);
    for (size_t i = 0; i < block->members.count; i++)
        sum = oc_expr_add(space, sum, block->members.member[i].row->params);
    return sum;
}

/* ---- scope ---- */

static size_t shared_prefix(const char *a, const char *b, size_t most)
{
    size_t cut = 0;
    for (size_t i = 0; i <= most; i++) {
        const bool ends_a = i == most || !a[i], ends_b = !b[i];
        if ((ends_a || a[i] == '/') && (ends_b || b[i] == '/'))
            cut = i;
        if (ends_a || ends_b || a[i] != b[i])
            break;
    }
    return cut;
}

/* The innermost module that holds its core and projections. */
static const char *scope_of(const oc_blocks *blocks,
                            const oc_attention_block *block)
{
    const oc_builder *b = blocks->b;
    const char *scope = NULL;
    size_t bytes = 0;
    for (size_t i = 0; i < block->members.count; i++) {
        const oc_member *member = &block->members.member[i];
        const uint32_t listed = oc_builder_row(b, member->row->index);
        if (listed == OC_NO_NODE ||
            (!oc_block_role_is_core(member->role) &&
             !oc_block_role_is_projection(member->role)))
            continue;
        const char *other = b->scope[listed];
        bytes = scope ? shared_prefix(scope, other, bytes) : strlen(other);
        scope = scope ? scope : other;
    }
    return scope ? oc_arena_text(b->arena, scope, bytes) : "";
}

/* ---- rows ---- */

static int compare_rows(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* A row belongs to the first block that has it. */
static void fill_nodes(const oc_blocks *blocks, const oc_attention_block *block,
                       uint32_t index, oc_report_attention *out)
{
    const oc_builder *b = blocks->b;
    uint32_t *list = OC_NEW(b->arena, uint32_t, block->members.count);
    size_t count = 0;
    for (size_t i = 0; i < block->members.count; i++) {
        const uint32_t node =
            oc_builder_row(b, block->members.member[i].row->index);
        if (node == OC_NO_NODE)
            continue;
        list[count++] = node;
        if (b->nodes[node].attention == OC_NO_BLOCK)
            b->nodes[node].attention = index;
    }
    qsort(list, count, sizeof(*list), compare_rows);
    out->nodes = list;
    out->node_count = count;
}

static void fill_dims(oc_builder *b, const oc_attention_block *block,
                      oc_report_attention *out)
{
    out->batch = oc_builder_figure(b, block->batch);
    out->heads = oc_builder_figure(b, block->heads);
    out->kv_heads = oc_builder_figure(b, block->kv_heads);
    out->query_length = oc_builder_figure(b, block->queries);
    out->key_length = oc_builder_figure(b, block->keys);
    out->past_length = oc_builder_figure(b, block->past);
    out->qk_dim = oc_builder_figure(b, block->qk_width);
    out->v_dim = oc_builder_figure(b, block->v_width);
    out->model_dim = oc_builder_figure(b, block->model_width);
    out->latent_dim = oc_builder_figure(b, block->latent_width);
    out->rope_dim = oc_builder_figure(b, block->rope_width);
}

/* 1 + 2 + ... + n, none where n is below 1. */
static oc_expr triangle(oc_space *space, oc_expr n)
{
    n = oc_expr_max(space, n, oc_expr_of(0));
    return oc_expr_mul(
        space, oc_expr_rational(space, 1, 2),
        oc_expr_mul(space, n, oc_expr_add(space, n, oc_expr_of(1))));
}

/* Pairs that count, a head: query i sees the P keys before the queries and i
 * + 1 of theirs, but no more than a window. */
static oc_expr causal_pairs(oc_space *space, const oc_attention_block *block)
{
    const oc_expr past = oc_expr_sub(space, block->keys, block->queries);
    oc_expr pairs = oc_expr_add(space, oc_expr_mul(space, block->queries, past),
                                triangle(space, block->queries));
    if (block->window == 0)
        return pairs;
    const oc_expr window = oc_expr_of(block->window);
    pairs = oc_expr_sub(
        space, pairs, triangle(space, oc_expr_sub(space, block->keys, window)));
    return oc_expr_add(space, pairs,
                       triangle(space, oc_expr_sub(space, past, window)));
}

static oc_expr causal_macs(oc_space *space, const oc_attention_block *block)
{
    if (block->causal != OC_YES || block->kind == OC_ATTENTION_UNRESOLVED)
        return OC_UNKNOWN;
    const oc_expr width = oc_expr_add(space, block->qk_width, block->v_width);
    return oc_expr_mul(space, oc_expr_mul(space, block->batch, block->heads),
                       oc_expr_mul(space, causal_pairs(space, block), width));
}

static void fill_figures(const oc_blocks *blocks,
                         const oc_attention_block *block,
                         oc_report_attention *out)
{
    oc_builder *b = blocks->b;
    out->projection_macs = oc_builder_figure(b, projections(blocks, block));
    out->projection_params = oc_builder_figure(b, params(blocks, block));
    out->macs = oc_builder_figure(b, core_sum(blocks, block, OC_MACS));
    out->flops = oc_builder_figure(b, core_sum(blocks, block, OC_FLOPS));
    out->transcendentals =
        oc_builder_figure(b, core_sum(blocks, block, OC_TRANSCENDENTALS));
    out->macs_causal =
        oc_builder_figure(b, causal_macs(blocks->net->a->space, block));
    out->kv_cache_bytes_per_token =
        oc_builder_figure(b, oc_attention_cache_bytes(blocks->net, block));
    out->cache = block->cache;
    out->traffic = oc_attention_traffic(blocks, block);
}

static void note_unresolved(const oc_blocks *blocks,
                            const oc_attention_block *block)
{
    oc_analysis *a = blocks->net->a;
    if (block->kind != OC_ATTENTION_UNRESOLVED)
        return;
    oc_analysis_note(a, OC_INFO, "attention.unresolved", block->anchor->index,
                     oc_arena_printf(a->arena,
                                     "this looks like attention, but %s; its "
                                     "nodes are counted one by one",
                                     block->why));
}

static void fill_block(const oc_blocks *blocks, const oc_attention_block *block,
                       uint32_t index, oc_report_attention *out)
{
    out->kind = block->kind;
    out->scope = scope_of(blocks, block);
    out->anchor = oc_builder_row(blocks->b, block->anchor->index);
    out->causal = block->causal;
    out->mask = block->mask;
    if (block->window)
        out->window = oc_figure_of(block->window);
    out->fused = block->fused;
    fill_dims(blocks->b, block, out);
    fill_figures(blocks, block, out);
    fill_nodes(blocks, block, index, out);
    note_unresolved(blocks, block);
}

/* Whether it may hold a cache that grows, of which the size is not known. */
static bool may_cache(const oc_attention_block *block)
{
    return block->kind == OC_ATTENTION_UNRESOLVED ||
           (block->cache && block->kind != OC_ATTENTION_CROSS &&
            block->kind != OC_ATTENTION_LINEAR);
}

/* Of all sequences, once the last of the keys is there. */
static oc_expr cache_bytes(oc_space *space, const oc_attention_block *block,
                           oc_expr per_token)
{
    return oc_expr_mul(space, oc_expr_mul(space, block->batch, block->keys),
                       per_token);
}

/* Of all blocks that have one; a lower bound when one is left out. */
static void fill_cache_total(const oc_blocks *blocks)
{
    oc_builder *b = blocks->b;
    oc_space *space = blocks->net->a->space;
    oc_expr sum = oc_expr_of(0), whole = oc_expr_of(0);
    bool any = false, left_out = false;
    for (size_t i = 0; i < blocks->count; i++) {
        const oc_expr bytes =
            oc_attention_cache_bytes(blocks->net, blocks->block[i]);
        if (!oc_expr_is_known(bytes)) {
            left_out |= may_cache(blocks->block[i]);
            continue;
        }
        sum = oc_expr_add(space, sum, bytes);
        whole = oc_expr_add(space, whole,
                            cache_bytes(space, blocks->block[i], bytes));
        any = true;
    }
    if (!any)
        return;
    const oc_certainty certainty = left_out ? OC_LOWER_BOUND : OC_EXACT;
    b->report->totals[OC_TOTAL_KV_CACHE_BYTES_PER_TOKEN] =
        oc_builder_quantity(b, sum, certainty);
    if (oc_expr_is_known(whole))
        b->report->totals[OC_TOTAL_KV_CACHE_BYTES] =
            oc_builder_quantity(b, whole, certainty);
}

void oc_blocks_report_attention(const oc_blocks *blocks)
{
    oc_report *report = blocks->b->report;
    oc_report_attention *list =
        OC_NEW(blocks->b->arena, oc_report_attention, blocks->count);
    for (size_t i = 0; i < blocks->count; i++)
        fill_block(blocks, blocks->block[i], (uint32_t)i, &list[i]);
    fill_cache_total(blocks);
    report->attention_count = blocks->count;
    report->attention = list;
}
