/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/blocks.c - attention blocks for people: which are one row, and in
 * which words.
 */
#include "reports/blocks.h"

#include <string.h>

#include "base/text.h"
#include "reports/figure.h"
#include "reports/lines.h"

static bool is_dims_alike(const oc_report_attention *a,
                          const oc_report_attention *b)
{
    return oc_figure_same(a->heads, b->heads) &&
           oc_figure_same(a->kv_heads, b->kv_heads) &&
           oc_figure_same(a->query_length, b->query_length) &&
           oc_figure_same(a->key_length, b->key_length) &&
           oc_figure_same(a->qk_dim, b->qk_dim) &&
           oc_figure_same(a->v_dim, b->v_dim);
}

static bool is_text_alike(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_alike(oc_page *page, const oc_report_attention *a,
                     const oc_report_attention *b)
{
    return a->kind == b->kind && a->causal == b->causal &&
           is_dims_alike(a, b) && is_text_alike(a->mask, b->mask) &&
           oc_figure_same(a->window, b->window) &&
           oc_figure_same(a->flops, b->flops) &&
           oc_figure_same(a->macs, b->macs) &&
           oc_figure_same(a->projection_macs, b->projection_macs) &&
           oc_figure_same(a->kv_cache_bytes_per_token,
                          b->kv_cache_bytes_per_token) &&
           strcmp(oc_scope_starred(page, a->scope),
                  oc_scope_starred(page, b->scope)) == 0;
}

size_t oc_blocks_alike(oc_page *page, size_t first)
{
    const oc_report *report = page->report;
    size_t end = first + 1;
    while (end < report->attention_count &&
           is_alike(page, &report->attention[first], &report->attention[end]))
        end++;
    return end;
}

const char *oc_block_mask(oc_page *page, const oc_report_attention *block)
{
    oc_text text = {.arena = &page->arena};
    if (block->causal == OC_YES)
        oc_text_puts(&text, "causal");
    if (oc_figure_is_known(block->window))
        oc_text_printf(&text, "%swindow %s", text.bytes ? ", " : "",
                       oc_page_figure(page, block->window, OC_FIGURE_EXACT,
                                      OC_UNIT_COUNT));
    if (!block->mask)
        oc_text_printf(&text, "%s?", text.bytes ? ", " : "");
    else if (text.bytes == 0 || (strcmp(block->mask, "none") != 0 &&
                                 strcmp(block->mask, "computed") != 0 &&
                                 strcmp(block->mask, "causal") != 0))
        oc_text_printf(&text, "%s%s", text.bytes ? ", " : "",
                       oc_page_name(page, block->mask));
    return text.data;
}
