/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/traffic.c - what the core of a block moves between main
 * memory and the chip: with the scores written out, in one fused kernel, and
 * at the least. Nominal: masked pairs are counted.
 */
#include "analyzers/blocks/blocks.h"
#include "analyzers/blocks/flash.h"

#define STANDARD_ELEMENTS 98304 /* 192 KiB of 2 bytes */
#define STANDARD_TILE 128       /* of version 2's kernels */

/* The elements that fast memory holds, and tiles that fit. */
static void find_tiles(const oc_analysis *a, oc_io *io, int64_t bytes,
                       oc_report_traffic *out)
{
    const int64_t given = a->options->sram_bytes;
    const int64_t held = given > 0 ? given / bytes : STANDARD_ELEMENTS;
    oc_io_tiles(a->space, io, held > 0 ? held : 1);
    if (given == 0 && a->options->flash == OC_FLASH_V2) {
        const oc_expr most = oc_expr_of(STANDARD_TILE);
        io->tile_rows = io->tile_columns =
            oc_expr_min(a->space, io->tile_columns, most);
    }
    out->sram_bytes = oc_figure_of(given > 0 ? given : held * bytes);
}

static oc_expr mask_bytes(const oc_net *net, const oc_attention_block *block)
{
    oc_expr sum = oc_expr_of(0);
    for (size_t i = 0; i < block->mask_count; i++) {
        const oc_fact *fact = net->wire[block->masking[i]].fact;
        sum = oc_expr_add(
            net->a->space, sum,
            oc_fact_bytes(net->a, fact, oc_fact_numel(net->a, fact)));
    }
    return sum;
}

/* Q, K, V and the mask read once, the result written once. */
static oc_expr least_bytes(const oc_net *net, const oc_attention_block *block,
                           int64_t bytes)
{
    oc_space *space = net->a->space;
    const oc_expr width = oc_expr_add(space, block->qk_width, block->v_width);
    const oc_expr q = oc_expr_mul(space, block->heads,
                                  oc_expr_mul(space, block->queries, width));
    const oc_expr k = oc_expr_mul(space, block->kv_heads,
                                  oc_expr_mul(space, block->keys, width));
    const oc_expr all =
        oc_expr_mul(space, block->batch, oc_expr_add(space, q, k));
    return oc_expr_add(space, oc_expr_mul(space, oc_expr_of(bytes), all),
                       mask_bytes(net, block));
}

static int64_t element_bytes(const oc_net *net, const oc_attention_block *block)
{
    const oc_type *type =
        oc_net_type(net, oc_net_output(net, block->anchor, 0));
    return type ? (oc_elem_bits(type->elem_type) + 7) / 8 : 0;
}

const oc_report_traffic *oc_attention_traffic(const oc_blocks *blocks,
                                              const oc_attention_block *block)
{
    static const char *const names[] = {"v2", "v1", "v1-released"};
    oc_builder *b = blocks->b;
    const oc_analysis *a = b->a;
    oc_space *space = a->space;
    const oc_flash version = a->options->flash;
    const int64_t bytes = element_bytes(blocks->net, block);
    oc_io io = {block->queries, block->keys, block->qk_width,
                block->v_width, OC_UNKNOWN,  OC_UNKNOWN};
    if (bytes == 0 || block->kind == OC_ATTENTION_UNRESOLVED ||
        block->kind == OC_ATTENTION_LINEAR)
        return NULL;
    oc_report_traffic *out = OC_NEW(b->arena, oc_report_traffic, 1);
    find_tiles(a, &io, bytes, out);
    const oc_expr heads = oc_expr_mul(space, block->batch, block->heads);
    const oc_expr wide = oc_expr_mul(space, heads, oc_expr_of(bytes));
    const oc_expr narrow = oc_expr_mul(space, heads, oc_expr_of(4));
    out->standard_bytes = oc_builder_figure(
        b, oc_expr_mul(space, wide, oc_io_standard(space, &io)));
    out->backward_standard_bytes = oc_builder_figure(
        b, oc_expr_mul(space, wide, oc_io_standard_backward(space, &io)));
    out->flash_bytes = oc_builder_figure(
        b,
        oc_expr_add(
            space, oc_expr_mul(space, wide, oc_io_flash(space, &io, version)),
            oc_expr_mul(space, narrow, oc_io_statistics(space, &io, version))));
    out->backward_flash_bytes = oc_builder_figure(
        b,
        oc_expr_add(
            space,
            oc_expr_mul(space, wide, oc_io_flash_backward(space, &io, version)),
            oc_expr_mul(space, narrow,
                        oc_io_statistics_backward(space, &io, version))));
    out->minimal_bytes =
        oc_builder_figure(b, least_bytes(blocks->net, block, bytes));
    out->flash_version = names[version];
    return out;
}
