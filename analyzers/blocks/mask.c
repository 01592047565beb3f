/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/mask.c - what the masks of an attention block do: causal,
 * windows, padding, biases.
 *
 * The operands that meet the scores are read at small sizes (reading.c), once
 * with inputs of ones and once with the first key left out, and compared with
 * j <= i + S - T and with bands. Where a mask can hide a window wider than
 * that, larger sizes are tried: constants that reach a comparison say which.
 * What cannot be evaluated stays undecided: zeros are never guessed.
 */
#include "analyzers/blocks/reading.h"

#include <string.h>

#define MOST_WINDOWS 6
#define MOST_WALKED 600

/* ---- candidates for windows ---- */

typedef struct oc_windows {
    size_t count;
    int64_t width[MOST_WINDOWS];
} oc_windows;

static void add_window(oc_windows *found, int64_t width)
{
    width = width < 0 ? -width : width;
    for (size_t i = 0; i < found->count; i++)
        if (found->width[i] == width)
            return;
    if (width >= 2 && width < 1 << 20 && found->count < MOST_WINDOWS)
        found->width[found->count++] = width;
}

static void add_constant(oc_net *net, oc_windows *found, uint32_t wire)
{
    int64_t value;
    const oc_fact *fact = wire == OC_NO_WIRE ? NULL : net->wire[wire].fact;
    if (fact && fact->block && fact->block->count == 1 &&
        oc_expr_to_i64(net->a->space, fact->block->element[0], &value))
        add_window(found, value);
}

static bool compares(const oc_row *row)
{
    static const char *const op_types[] = {"Greater", "GreaterOrEqual", "Less",
                                           "LessOrEqual"};
    for (size_t i = 0; i < sizeof(op_types) / sizeof(op_types[0]); i++)
        if (oc_row_is(row, "", op_types[i]))
            return true;
    return false;
}

/* Constants beside what is compared, directly or through Add and Sub. */
static void look_at_comparison(oc_net *net, oc_windows *found,
                               const oc_row *row)
{
    for (size_t i = 0; i < row->input_count; i++) {
        const uint32_t wire = oc_net_input(net, row, i);
        const oc_row *from = oc_net_maker(net, wire);
        add_constant(net, found, wire);
        if (!oc_row_is(from, "", "Add") && !oc_row_is(from, "", "Sub"))
            continue;
        for (size_t k = 0; k < from->input_count; k++)
            add_constant(net, found, oc_net_input(net, from, k));
    }
}

static void find_windows(oc_net *net, const oc_attention_block *block,
                         oc_windows *found)
{
    uint32_t queue[MOST_WALKED];
    size_t count = 0;
    oc_net_walk(net);
    for (size_t i = 0; i < block->mask_count; i++)
        if (oc_net_visit(net, block->masking[i]))
            queue[count++] = block->masking[i];
    for (size_t i = 0; i < count; i++) {
        const oc_row *row = oc_net_maker(net, queue[i]);
        if (!row)
            continue;
        if (compares(row))
            look_at_comparison(net, found, row);
        for (size_t k = 0; k < row->input_count; k++) {
            const uint32_t wire = oc_net_input(net, row, k);
            if (count < MOST_WALKED && oc_net_visit(net, wire))
                queue[count++] = wire;
        }
    }
}

/* ---- what a reading shows ---- */

typedef enum oc_pattern {
    OC_PATTERN_OPEN,   /* every pair counts */
    OC_PATTERN_CAUSAL, /* j <= i + S - T */
    OC_PATTERN_BANDED, /* and j > i + S - T - window */
    OC_PATTERN_AROUND, /* |i + S - T - j| <= window */
    OC_PATTERN_ALIKE,  /* all rows are the same */
    OC_PATTERN_OTHER
} oc_pattern;

static bool expected(const oc_reading *r, oc_pattern pattern, int64_t window,
                     size_t i, size_t k)
{
    const int64_t off = r->row[i] + r->keys - r->queries - r->column[k];
    switch (pattern) {
    case OC_PATTERN_CAUSAL:
        return off >= 0;
    case OC_PATTERN_BANDED:
        return off >= 0 && off < window;
    case OC_PATTERN_AROUND:
        return off <= window && off >= -window;
    default:
        return true;
    }
}

/* `skip`: the first column is left out of the comparison. */
static bool shows(const oc_reading *r, oc_pattern pattern, int64_t window,
                  bool skip)
{
    for (size_t i = 0; i < r->row_count; i++)
        for (size_t k = 0; k < r->column_count; k++)
            if (!(skip && r->column[k] == 0) &&
                r->blocked[i][k] == expected(r, pattern, window, i, k))
                return false;
    return true;
}

static bool rows_alike(const oc_reading *r)
{
    for (size_t i = 1; i < r->row_count; i++)
        if (memcmp(r->blocked[i], r->blocked[0],
                   r->column_count * sizeof(bool)) != 0)
            return false;
    return true;
}

static oc_pattern pattern_of(const oc_reading *r, int64_t window, bool skip)
{
    if (shows(r, OC_PATTERN_OPEN, 0, skip))
        return OC_PATTERN_OPEN;
    /* With one query everything is causal. */
    if (r->queries > 1 && shows(r, OC_PATTERN_CAUSAL, 0, skip))
        return OC_PATTERN_CAUSAL;
    if (window > 0 && shows(r, OC_PATTERN_BANDED, window, skip))
        return OC_PATTERN_BANDED;
    if (window > 0 && shows(r, OC_PATTERN_AROUND, window, skip))
        return OC_PATTERN_AROUND;
    return rows_alike(r) ? OC_PATTERN_ALIKE : OC_PATTERN_OTHER;
}

/* ---- the verdict ---- */

static oc_mask_verdict failed(const oc_probe *probe)
{
    return (oc_mask_verdict){
        .causal = OC_MAYBE,
        .mask = probe->state == OC_PROBE_CONTENT ? "content" : NULL};
}

static void take_pattern(oc_mask_verdict *verdict, oc_pattern pattern,
                         int64_t window)
{
    verdict->causal =
        pattern == OC_PATTERN_CAUSAL || pattern == OC_PATTERN_BANDED ? OC_YES
                                                                     : OC_NO;
    if (pattern == OC_PATTERN_BANDED || pattern == OC_PATTERN_AROUND)
        verdict->window = window;
}

/* Only the first key changes when it is left out: padding. */
static const char *name_of(oc_net *net, const oc_attention_block *block,
                           const oc_reading *plain, oc_pattern pattern)
{
    oc_reading *cut = OC_NEW(net->a->scratch, oc_reading, 1);
    const bool input = plain->probe->saw_input;
    if (plain->uneven)
        return "windows";
    if (input && plain->probe->saw_matrix)
        return "external";
    if (input && oc_reading_start(cut, net, block, 5, 2, 0)) {
        cut->probe->zero_column = true;
        if (!oc_reading_read(cut))
            return NULL;
        if (pattern_of(cut, 0, true) != pattern_of(plain, 0, true))
            return "external";
        if (!plain->biased)
            return "padding";
    }
    if (plain->biased)
        return input ? "padding+bias" : "bias";
    return pattern == OC_PATTERN_OPEN ? "none" : "computed";
}

/* Windows that are wider than the first probe shows. True where one shows, or
 * nothing hints at any. */
static bool try_windows(oc_net *net, const oc_attention_block *block,
                        oc_mask_verdict *verdict)
{
    oc_windows windows = {0};
    oc_reading *r = OC_NEW(net->a->scratch, oc_reading, 1);
    find_windows(net, block, &windows);
    for (size_t i = 0; i < windows.count && !verdict->window; i++)
        for (int with_past = 0; with_past < 2; with_past++) {
            const int64_t w = windows.width[i];
            if (!oc_reading_start(r, net, block, with_past ? 2 : w + 3,
                                  with_past ? w + 3 : 0, w) ||
                r->keys <= w || !oc_reading_read(r))
                continue;
            const oc_pattern pattern = pattern_of(r, w, false);
            if (pattern == OC_PATTERN_BANDED || pattern == OC_PATTERN_AROUND)
                take_pattern(verdict, pattern, w);
        }
    return windows.count == 0 || verdict->window;
}

/* One query sees what is causal and what is not alike: only what inputs hide
 * or biases add can be told. */
static void take_one_query(oc_mask_verdict *verdict)
{
    verdict->causal = OC_MAYBE;
    if (verdict->mask && (strcmp(verdict->mask, "none") == 0 ||
                          strcmp(verdict->mask, "computed") == 0))
        verdict->mask = NULL;
}

/* *settled: other sizes would show no more. */
static oc_mask_verdict evaluate(oc_net *net, const oc_attention_block *block,
                                bool *settled)
{
    oc_reading *r = OC_NEW(net->a->scratch, oc_reading, 1);
    oc_mask_verdict verdict = {.causal = OC_NO};
    *settled = false;
    if (!oc_reading_start(r, net, block, 5, 2, 0))
        return (oc_mask_verdict){.causal = OC_MAYBE};
    if (!oc_reading_read(r))
        return failed(r->probe);
    const oc_pattern pattern = pattern_of(r, 0, false);
    verdict.mask = name_of(net, block, r, pattern);
    take_pattern(&verdict, pattern, 0);
    *settled = try_windows(net, block, &verdict) && verdict.mask;
    if (verdict.window && verdict.mask && strcmp(verdict.mask, "none") == 0)
        verdict.mask = "computed";
    if (r->queries == 1 && !verdict.window) {
        take_one_query(&verdict);
        *settled = false;
    }
    return verdict;
}

/* Masks of one element are no operands. */
static bool may_be_folded(const oc_net *net, const oc_attention_block *block)
{
    return net->a->bound && oc_expr_is(block->queries, 1);
}

static oc_mask_verdict judge(oc_net *net, const oc_attention_block *block,
                             bool *settled)
{
    *settled = true;
    if (block->content_bias)
        return (oc_mask_verdict){.causal = OC_MAYBE, .mask = "content"};
    if (block->mask_count > 0)
        return evaluate(net, block, settled);
    *settled = !may_be_folded(net, block);
    return (oc_mask_verdict){.causal = OC_NO, .mask = "none"};
}

/* Sizes that are bound show less than those that the file leaves open. */
static oc_mask_verdict judge_all(oc_net *net, const oc_attention_block *block)
{
    oc_attention_block open;
    bool settled;
    const oc_mask_verdict verdict = judge(net, block, &settled);
    oc_net *unbound =
        settled ? NULL : oc_attention_unbound(net, block->anchor, &open);
    if (!unbound)
        return verdict;
    const oc_mask_verdict wider = judge(unbound, &open, &settled);
    oc_arena_reset(unbound->a->scratch);
    return wider.mask ? wider : verdict;
}

/* Layers share their masks: each is read once. */
oc_mask_verdict oc_attention_mask(oc_net *net, oc_map *read,
                                  const oc_attention_block *block)
{
    uint64_t key[OC_MOST_MASKS + 4] = {block->queries, block->keys,
                                       block->past};
    uint64_t address;
    for (size_t i = 0; i < block->mask_count; i++)
        key[3 + i] = block->masking[i] + 1;
    if (oc_map_get(read, (const char *)key, sizeof(key), &address))
        return *(const oc_mask_verdict *)(uintptr_t)address;
    const oc_mask_verdict verdict = judge_all(net, block);
    oc_map_put(
        read, oc_arena_copy(net->a->arena, key, sizeof(key)), sizeof(key),
        (uintptr_t)oc_arena_copy(net->a->arena, &verdict, sizeof(verdict)));
    return verdict;
}
