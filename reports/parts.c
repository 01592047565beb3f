/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/parts.c - parts of a model with attention, in words.
 */
#include "reports/parts.h"

#include "reports/figure.h"
#include "reports/schema.h"

static const char *count_of(oc_page *page, int64_t count, const char *what)
{
    return oc_page_printf(page, "%lld %s%s", (long long)count, what,
                          count == 1 ? "" : "s");
}

static const char *dim(oc_page *page, oc_figure figure)
{
    return oc_page_figure(page, figure, OC_FIGURE_EXACT, OC_UNIT_COUNT);
}

/* "32/8 heads", "12 heads" where all have keys of their own. */
static const char *heads(oc_page *page, const oc_report_attention *block)
{
    if (!oc_figure_is_known(block->heads))
        return "? heads";
    if (oc_figure_same(block->heads, block->kv_heads))
        return oc_page_printf(page, "%s heads", dim(page, block->heads));
    return oc_page_printf(page, "%s/%s heads", dim(page, block->heads),
                          dim(page, block->kv_heads));
}

static const char *widths(oc_page *page, const oc_report_attention *block)
{
    if (oc_figure_same(block->qk_dim, block->v_dim))
        return dim(page, block->qk_dim);
    return oc_page_printf(page, "%s/%s", dim(page, block->qk_dim),
                          dim(page, block->v_dim));
}

static const char *core_label(oc_page *page, const oc_report_part *part)
{
    const oc_report *report = page->report;
    const char *blocks = count_of(page, part->blocks, "block");
    if (part->attention >= report->attention_count)
        return oc_page_printf(page, "attention core (%s)", blocks);
    const oc_report_attention *block = &report->attention[part->attention];
    return oc_page_printf(page, "attention core (%s, %s %s, d = %s)", blocks,
                          oc_schema_attention_name(block->kind),
                          heads(page, block), widths(page, block));
}

const char *oc_part_label(oc_page *page, const oc_report_part *part)
{
    switch (part->kind) {
    case OC_PART_OF_CORE:
        return core_label(page, part);
    case OC_PART_OF_PROJECTIONS:
        return oc_page_printf(page, "attention projections (%s)",
                              count_of(page, part->blocks, "block"));
    case OC_PART_OF_FEED_FORWARD:
        return oc_page_printf(page, "feed-forward (%s)",
                              count_of(page, part->blocks, "layer"));
    case OC_PART_OF_MIXTURE:
        return oc_page_printf(page, "mixture of experts (%s)",
                              count_of(page, part->blocks, "layer"));
    case OC_PART_OF_PRODUCTS:
        return part->sum.scope[0] != '\0'
                   ? oc_page_name(page, part->sum.scope)
                   : oc_page_op(page, part->sum.domain, part->sum.op_type);
    case OC_PART_OF_REST:
        break;
    }
    return "norms, residuals, moves, other";
}
