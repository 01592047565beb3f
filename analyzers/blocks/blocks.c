/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/blocks.c - looks for blocks at every row that may anchor
 * one, and puts what is found into the report.
 */
#include "analyzers/blocks/blocks.h"

#include <string.h>

#include "analyzers/blocks/patterns.h"

/* ---- attention ---- */

static void keep(oc_blocks *blocks, const oc_attention_block *block)
{
    oc_analysis *a = blocks->net->a;
    if (blocks->count == blocks->room) {
        blocks->room = blocks->room ? 2 * blocks->room : 16;
        oc_attention_block **more =
            OC_NEW(a->arena, oc_attention_block *, blocks->room);
        if (blocks->count)
            memcpy(more, blocks->block, blocks->count * sizeof(*more));
        blocks->block = more;
    }
    blocks->block[blocks->count++] =
        oc_arena_copy(a->arena, block, sizeof(*block));
}

static void find_mask(oc_blocks *blocks, oc_attention_block *block)
{
    const oc_mask_verdict verdict =
        oc_attention_mask(blocks->net, blocks->masks, block);
    block->causal = verdict.causal;
    block->window = verdict.window;
    block->mask = verdict.mask;
    if (block->fused)
        oc_attention_fused_mask(block->anchor, block);
}

static bool may_anchor(const oc_net *net, const oc_row *row)
{
    const oc_part part = oc_net_part(net, row);
    return !row->silent && !row->folded &&
           (part == OC_PART_SOFTMAX || part == OC_PART_FUSED ||
            oc_row_is(row, "", "Div"));
}

static void look_at(oc_blocks *blocks, const oc_row *row)
{
    oc_net *net = blocks->net;
    oc_attention_block block = {0};
    if (oc_net_part(net, row) == OC_PART_FUSED)
        oc_attention_fused(net, row, &block);
    else if (!oc_attention_anchor(net, row, &block) ||
             !oc_attention_resolve(net, &block))
        return;
    find_mask(blocks, &block);
    block.cache = oc_attention_cache(net, &block);
    keep(blocks, &block);
}

/* Most models have none of these, and then there is nothing to do. */
static bool has_anchor(const oc_analysis *a)
{
    for (size_t i = 0; i < a->row_count; i++) {
        const char *op_type = a->row[i]->node->op_type;
        if (strcmp(op_type, "Softmax") == 0 ||
            strcmp(op_type, "ReduceSum") == 0 || strstr(op_type, "Attention"))
            return true;
    }
    return false;
}

void oc_builder_blocks(oc_builder *b)
{
    oc_analysis *a = b->a;
    if (!has_anchor(a) && !oc_blocks_have_patterns(a))
        return;
    oc_blocks blocks = {
        .b = b, .net = oc_net_new(a), .masks = oc_map_new(a->arena)};
    for (size_t i = 0; i < a->row_count; i++)
        if (may_anchor(blocks.net, a->row[i])) {
            look_at(&blocks, a->row[i]);
            oc_arena_reset(a->scratch);
        }
    oc_blocks_report_attention(&blocks);
    oc_blocks_report_patterns(&blocks);
    oc_blocks_report_growth(&blocks, oc_blocks_report_parts(&blocks));
}
