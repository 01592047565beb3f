/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/unbound.c - blocks of a bound model where its sizes are
 * open.
 *
 * With one query everything is causal, and a window shows only where there
 * are more keys: what the file says of all sizes is then asked of an analysis
 * without bindings, whose rows are the same. Not in here: what masks are
 * (mask.c).
 */
#include "analyzers/blocks/blocks.h"

static oc_net *net_of(oc_net *net)
{
    if (!net->unbound_sought) {
        net->unbound_sought = true;
        oc_analysis *a = oc_analysis_unbound(net->a);
        net->unbound =
            a && a->row_count == net->row_count ? oc_net_new(a) : NULL;
    }
    return net->unbound;
}

oc_net *oc_attention_unbound(oc_net *net, const oc_row *anchor,
                             oc_attention_block *block)
{
    oc_net *unbound = net_of(net);
    const oc_row *row = unbound ? unbound->a->row[anchor->index] : NULL;
    if (!row || row->node != anchor->node || row->silent || row->folded)
        return NULL;
    *block = (oc_attention_block){0};
    if (oc_net_part(unbound, row) == OC_PART_FUSED)
        oc_attention_fused(unbound, row, block);
    else if (!oc_attention_anchor(unbound, row, block) ||
             !oc_attention_resolve(unbound, block))
        return NULL;
    return unbound;
}
