/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/parts.c - the nodes of a model with attention by what they
 * are there for: cores, projections with what lies between them and the core,
 * feed-forward, other products, the rest.
 *
 * Every listed row goes to the first part that wants it, so that parts add up
 * to the model. Only an operator that holds both a core and its projections
 * is divided, by the terms of its figures.
 */
#include "analyzers/blocks/blocks.h"

#include <string.h>

#include "base/text.h"

#define NO_PART SIZE_MAX

typedef struct oc_parts {
    const oc_blocks *blocks;
    oc_builder *b;
    oc_map *index; /* key -> position */
    size_t count, room;
    oc_report_part *part;
    oc_group_sum *sum;
    size_t *part_of; /* one a listed row, or NO_PART */
} oc_parts;

static size_t part_of_key(oc_parts *p, const void *key, size_t bytes,
                          oc_report_part_kind kind)
{
    uint64_t position;
    if (oc_map_get(p->index, key, bytes, &position))
        return (size_t)position;
    if (p->count == p->room) {
        p->room = p->room ? 2 * p->room : 16;
        oc_report_part *part = OC_NEW(p->b->arena, oc_report_part, p->room);
        oc_group_sum *sum = OC_NEW(p->b->a->arena, oc_group_sum, p->room);
        if (p->count) {
            memcpy(part, p->part, p->count * sizeof(*part));
            memcpy(sum, p->sum, p->count * sizeof(*sum));
        }
        p->part = part;
        p->sum = sum;
    }
    oc_map_put(p->index, oc_arena_copy(p->b->a->arena, key, bytes), bytes,
               p->count);
    oc_group_sum_start(p->b, &p->sum[p->count]);
    p->part[p->count] =
        (oc_report_part){.kind = kind,
                         .attention = OC_NO_BLOCK,
                         .sum = {.op_type = "", .domain = "", .scope = ""}};
    return p->count++;
}

/* There is one of its kind. */
static size_t part_of_kind(oc_parts *p, oc_report_part_kind kind)
{
    return part_of_key(p, &kind, sizeof(kind), kind);
}

static void claim(oc_parts *p, uint32_t listed, size_t part)
{
    if (listed != OC_NO_NODE && p->part_of[listed] == NO_PART)
        p->part_of[listed] = part;
}

/* ---- attention ---- */

/* Alike are blocks that differ in nothing but their place. */
typedef struct oc_core_key {
    int64_t kind, window;
    oc_expr heads, kv_heads, qk_width, v_width;
} oc_core_key;

static size_t core_part(oc_parts *p, const oc_attention_block *block)
{
    oc_core_key key;
    memset(&key, 0, sizeof(key)); /* the bytes between fields, too */
    key.kind = block->kind;
    key.window = block->window;
    key.heads = block->heads;
    key.kv_heads = block->kv_heads;
    key.qk_width = block->qk_width;
    key.v_width = block->v_width;
    return part_of_key(p, &key, sizeof(key), OC_PART_OF_CORE);
}

static void claim_attention(oc_parts *p, size_t index)
{
    const oc_attention_block *block = p->blocks->block[index];
    if (block->kind == OC_ATTENTION_UNRESOLVED)
        return;
    const size_t core = core_part(p, block);
    const size_t projections = part_of_kind(p, OC_PART_OF_PROJECTIONS);
    if (p->part[core].blocks++ == 0)
        p->part[core].attention = (uint32_t)index;
    p->part[projections].blocks++;
    for (size_t i = 0; i < block->members.count; i++) {
        const oc_member *member = &block->members.member[i];
        const uint32_t listed = oc_builder_row(p->b, member->row->index);
        claim(p, listed,
              oc_block_role_is_core(member->role) ? core : projections);
    }
}

/* ---- the others ---- */

static void claim_block(oc_parts *p, const oc_report_block *block)
{
    oc_report_part_kind kind;
    if (strcmp(block->kind, "mixture-of-experts") == 0)
        kind = OC_PART_OF_MIXTURE;
    else if (strcmp(block->kind, "feed-forward") == 0 ||
             strcmp(block->kind, "gated-feed-forward") == 0)
        kind = OC_PART_OF_FEED_FORWARD;
    else
        return;
    const size_t part = part_of_kind(p, kind);
    p->part[part].blocks++;
    for (size_t i = 0; i < block->node_count; i++)
        claim(p, block->nodes[i], part);
}

/* By operator and module, as in by_op and by_scope. */
static size_t product_part(oc_parts *p, uint32_t listed)
{
    const oc_node *node = p->b->row[listed]->node;
    oc_text key = {.arena = p->b->a->scratch};
    oc_text_printf(&key, "%s\n%s\n%s", node->domain, node->op_type,
                   p->b->scope[listed]);
    const size_t known = p->count;
    const size_t part =
        part_of_key(p, key.data, key.bytes, OC_PART_OF_PRODUCTS);
    if (part == known) {
        oc_report_group *sum = &p->part[part].sum;
        sum->op_type = oc_builder_string(p->b, node->op_type);
        sum->domain = oc_builder_string(p->b, node->domain);
        sum->scope = p->b->scope[listed];
    }
    oc_arena_reset(p->b->a->scratch);
    return part;
}

static size_t other_part(oc_parts *p, uint32_t listed)
{
    const oc_expr macs = p->b->row[listed]->metric[OC_MACS];
    return oc_expr_is_known(macs) && !oc_expr_is(macs, 0)
               ? product_part(p, listed)
               : part_of_kind(p, OC_PART_OF_REST);
}

/* ---- sums ---- */

/* Moves what an operator projects with from its core. */
static void divide(oc_parts *p, const oc_row *row, oc_group_sum *core)
{
    static const oc_metric metrics[] = {OC_MACS, OC_FLOPS};
    oc_space *space = p->b->a->space;
    oc_group_sum *projections =
        &p->sum[part_of_kind(p, OC_PART_OF_PROJECTIONS)];
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        oc_certainty *worst = &projections->worst[metrics[i]];
        if (*worst < core->worst[metrics[i]])
            *worst = core->worst[metrics[i]];
        if (row->certainty[metrics[i]] == OC_NOT_KNOWN)
            continue; /* the core has nothing of it */
        const oc_expr part = oc_row_projections(space, row, metrics[i]);
        oc_sum_add(projections->metric[metrics[i]], part);
        oc_sum_add(core->metric[metrics[i]],
                   oc_expr_mul(space, oc_expr_of(-1), part));
    }
    projections->counted++;
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        projections->known[metric] += row->certainty[metric] != OC_NOT_KNOWN;
    oc_sum_add(projections->params, row->params);
    oc_sum_add(core->params, oc_expr_mul(space, oc_expr_of(-1), row->params));
}

static void sum_rows(oc_parts *p)
{
    for (uint32_t i = 0; i < p->b->row_count; i++) {
        const oc_row *row = p->b->row[i];
        const size_t at =
            p->part_of[i] == NO_PART ? other_part(p, i) : p->part_of[i];
        oc_group_sum_add(&p->sum[at], row);
        if (p->part[at].kind == OC_PART_OF_CORE && row->counted &&
            oc_net_part(p->blocks->net, row) == OC_PART_FUSED)
            divide(p, row, &p->sum[at]);
    }
}

static oc_expr core_macs(const oc_parts *p)
{
    oc_sum *sum = oc_sum_new(p->b->a->space);
    for (size_t i = 0; i < p->count; i++)
        if (p->part[i].kind == OC_PART_OF_CORE)
            oc_sum_add_sum(sum, p->sum[i].metric[OC_MACS]);
    return oc_sum_value(sum);
}

oc_expr oc_blocks_report_parts(const oc_blocks *blocks)
{
    oc_builder *b = blocks->b;
    oc_parts p = {.blocks = blocks,
                  .b = b,
                  .index = oc_map_new(b->a->arena),
                  .part_of = OC_NEW(b->a->arena, size_t, b->row_count)};
    for (size_t i = 0; i < b->row_count; i++)
        p.part_of[i] = NO_PART;
    for (size_t i = 0; i < blocks->count; i++)
        claim_attention(&p, i);
    if (p.count == 0)
        return OC_UNKNOWN;
    for (size_t i = 0; i < b->report->block_count; i++)
        claim_block(&p, &b->report->blocks[i]);
    sum_rows(&p);
    for (size_t i = 0; i < p.count; i++)
        oc_group_sum_finish(b, &p.part[i].sum, &p.sum[i]);
    b->report->part_count = p.count;
    b->report->parts = p.part;
    return core_macs(&p);
}
