/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/cache.c - keys and values that are kept between calls.
 *
 * A cache comes in where a Concat or a scatter joins an input of the model to
 * new keys; for latent attention that is before the up-projection. A decoder
 * that only writes one is known by the outputs that its keys are.
 */
#include "analyzers/blocks/blocks.h"

#include <string.h>

/* ---- where it is ---- */

static const char *kind_of_join(const oc_net *net, const oc_row *row)
{
    return oc_net_part(net, row) == OC_PART_CONCAT ? "concat" : "scatter";
}

static bool is_output(const oc_row *row, size_t i)
{
    const oc_value_id value = row->node->output[i];
    return value != OC_NO_VALUE && !row->frame->caller &&
           row->frame->live->last_use[value] == SIZE_MAX;
}

/* A view of it, or itself, is an output of the model. */
static bool is_given_out(const oc_net *net, uint32_t wire)
{
    const oc_row *row = oc_net_maker(net, wire);
    if (!row || is_output(row, oc_net_position(net, wire)))
        return row != NULL;
    for (uint32_t i = 0; i < net->wire[wire].use_count && i < 16; i++) {
        const oc_row *user =
            net->a->row[net->use[net->wire[wire].first_use + i].row];
        if (oc_part_moves(oc_net_part(net, user)) &&
            user->node->output_count > 0 && is_output(user, 0))
            return true;
    }
    return false;
}

/* Something between the projection and the product is an output. */
static bool is_present(const oc_net *net, const oc_path *path)
{
    uint32_t wire = path->start;
    for (int i = 0; i < 16 && wire != OC_NO_WIRE; i++) {
        const oc_row *row = oc_net_maker(net, wire);
        if (!row)
            return false;
        if (is_given_out(net, wire))
            return true;
        if (!oc_part_moves(oc_net_part(net, row)) &&
            oc_net_part(net, row) != OC_PART_BINARY)
            return false;
        wire = oc_net_input(net, row, 0);
    }
    return false;
}

/* The past as long as the present is one buffer. */
static const char *fused_cache(const oc_net *net,
                               const oc_attention_block *block)
{
    const oc_row *row = block->anchor;
    for (size_t i = 1; i < row->output_count; i++)
        if (row->node->output[i] != OC_NO_VALUE &&
            oc_net_same_shape(net, block->k.cached, oc_net_output(net, row, i)))
            return "shared";
    return "concat";
}

const char *oc_attention_cache(const oc_net *net,
                               const oc_attention_block *block)
{
    if (block->kind == OC_ATTENTION_UNRESOLVED)
        return NULL;
    if (block->fused && block->k.join == block->anchor)
        return fused_cache(net, block);
    if (block->k.join)
        return kind_of_join(net, block->k.join);
    if (block->latent.join)
        return kind_of_join(net, block->latent.join);
    if (block->kind == OC_ATTENTION_CROSS)
        return block->k.count == 0 && !block->learned_query ? "cross" : NULL;
    return is_present(net, &block->k) ? "present" : NULL;
}

/* ---- what a token costs ---- */

static int elem_type(const oc_net *net, const oc_attention_block *block)
{
    uint32_t wire = block->k.start;
    if (block->k.join)
        wire = block->k.cached;
    else if (block->fused && wire == OC_NO_WIRE)
        wire = oc_net_input(net, block->anchor, 0);
    const oc_type *type = oc_net_type(net, wire);
    return type ? type->elem_type : OC_ELEM_UNKNOWN;
}

static oc_expr elements(const oc_net *net, const oc_attention_block *block)
{
    oc_space *space = net->a->space;
    const bool latent = block->kind == OC_ATTENTION_MLA ||
                        block->kind == OC_ATTENTION_MLA_ABSORBED;
    if (latent && !(block->kind == OC_ATTENTION_MLA && block->k.join &&
                    !block->latent.join))
        return oc_expr_add(space, block->latent_width, block->rope_width);
    return oc_expr_mul(space, block->kv_heads,
                       oc_expr_add(space, block->qk_width, block->v_width));
}

/* Of self-attention that keeps a cache, or could: it looks only back. */
oc_expr oc_attention_cache_bytes(const oc_net *net,
                                 const oc_attention_block *block)
{
    const unsigned bits = oc_elem_bits(elem_type(net, block));
    if (block->kind == OC_ATTENTION_UNRESOLVED ||
        block->kind == OC_ATTENTION_CROSS ||
        block->kind == OC_ATTENTION_LINEAR || bits == 0 ||
        (!block->cache && block->causal != OC_YES))
        return OC_UNKNOWN;
    return oc_expr_ceil_div(net->a->space,
                            oc_expr_mul(net->a->space, elements(net, block),
                                        oc_expr_of((int64_t)bits)),
                            oc_expr_of(8));
}
