/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/mask.c - what the masks of an attention block do: causal,
 * windows, padding, biases.
 *
 * The operands that meet the scores are evaluated at small sizes, once with
 * inputs of ones and once with the first key left out, and compared with
 * j <= i + S - T and with bands. Where a mask can hide a window wider than
 * that, larger sizes are tried: constants that reach a comparison say which.
 * What cannot be evaluated stays undecided: zeros are never guessed.
 */
#include "analyzers/blocks/probe.h"

#include <math.h>
#include <string.h>

#include "analyzers/blocks/blocks.h"

#define MOST_WINDOWS 6
#define MOST_WALKED 600
/* So far below its row's largest, a score no longer counts. */
#define BLOCKED_BY 50
/* So many positions, and of batch, heads and windows, are all looked at. */
#define FEW 16
#define MANY 64
#define MOST_LEADS ((int64_t)1 << 40)

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

/* ---- one reading ---- */

/* The masks of a block at some sizes. */
typedef struct oc_reading {
    oc_probe *probe;
    const oc_attention_block *block;
    int64_t leads; /* rows of queries and keys: batch, heads, windows */
    int64_t queries, keys;
    int64_t fused_dims[4];
    size_t row_count, column_count;
    int64_t row[64], column[64]; /* positions that are looked at */
    bool blocked[64][64];
    bool biased, uneven; /* other values; rows of heads or windows differ */
    bool known, missing; /* some rows could be read; some could not */
} oc_reading;

/* A constant whose elements were not kept is a bias where it differs by head,
 * for all that is known: it hides nothing. Else nothing can be said. */
static bool differs_by_head(const oc_net *net, uint32_t wire)
{
    const int rank = oc_net_rank(net, wire);
    return rank >= 3 && !oc_expr_is(oc_net_dim(net, wire, rank - 3), 1);
}

static double mask_element(oc_reading *r, uint32_t wire, int rank,
                           const int64_t *index)
{
    oc_probe *probe = r->probe;
    probe->lenient = differs_by_head(probe->net, wire);
    probe->saw_missing = false;
    const double value = oc_probe_broadcast(probe, wire, rank, index);
    r->biased |= probe->lenient && probe->saw_missing;
    probe->lenient = false;
    if (probe->state != OC_PROBE_NO_DATA)
        return value;
    probe->state = OC_PROBE_FINE;
    return NAN;
}

/* One score: of a query, a key and all that comes before them. */
typedef struct oc_pair {
    int64_t lead, query, key;
} oc_pair;

/* Dims of the scores where a mask meets them. */
static const int64_t *score_dims(oc_reading *r, const oc_row *row, int *rank)
{
    if (!r->block->fused)
        return oc_probe_dims(r->probe, oc_net_output(r->probe->net, row, 0),
                             rank);
    const oc_expr dim[] = {r->block->batch, r->block->heads, r->block->queries,
                           r->block->keys};
    *rank = 4;
    for (int axis = 0; axis < 4; axis++)
        if (!oc_probe_size(r->probe, dim[axis], &r->fused_dims[axis]))
            return NULL;
    return r->fused_dims;
}

/* Where it stands in the operator that the mask meets, which may have other
 * leading axes than the softmax. */
static bool find_index(oc_reading *r, const oc_row *row, const oc_pair *pair,
                       int *rank, int64_t *index)
{
    const int64_t *dims = score_dims(r, row, rank);
    int64_t lead = pair->lead;
    if (!dims || *rank < 2 || dims[*rank - 2] != r->queries ||
        dims[*rank - 1] != r->keys)
        return false;
    for (int axis = *rank - 2; axis-- > 0;) {
        if (dims[axis] < 1)
            return false;
        index[axis] = lead % dims[axis];
        lead /= dims[axis];
    }
    index[*rank - 2] = pair->query;
    index[*rank - 1] = pair->key;
    return true;
}

static bool is_bool(const oc_net *net, uint32_t wire)
{
    const oc_type *type = oc_net_type(net, wire);
    return type && type->elem_type == OC_ELEM_BOOL;
}

/* What one mask adds to a score, -inf where it hides it. */
static double effect_of(oc_reading *r, size_t mask, const oc_pair *pair)
{
    const oc_row *row = r->block->masking_row[mask];
    const uint32_t wire = r->block->masking[mask];
    int rank = 0;
    int64_t index[OC_MOST_AXES] = {0};
    if (!find_index(r, row, pair, &rank, index)) {
        r->probe->state = OC_PROBE_STUCK;
        return 0;
    }
    const double value = mask_element(r, wire, rank, index);
    if (isnan(value))
        return value;
    if (r->block->fused)
        return is_bool(r->probe->net, wire) && value == 0 ? -INFINITY
               : is_bool(r->probe->net, wire)             ? 0
                                                          : value;
    if (oc_row_is(row, "", "Where")) {
        if (oc_net_input(r->probe->net, row, 0) != wire)
            return 0;
        const bool first =
            oc_net_is_data(r->probe->net, oc_net_input(r->probe->net, row, 1));
        const uint32_t other = oc_net_input(r->probe->net, row, first ? 2 : 1);
        if ((value != 0) == first)
            return 0;
        return oc_probe_broadcast(r->probe, other, rank, index);
    }
    if (oc_row_is(row, "", "Sub") &&
        oc_net_input(r->probe->net, row, 1) == wire)
        return -value;
    if (oc_row_is(row, "", "Mul"))
        return 0;
    return value;
}

/* A row of scores: what is blocked, and whether the rest is all alike. False:
 * it cannot be read. */
static bool read_row(oc_reading *r, int64_t lead, size_t at, bool *blocked)
{
    double value[64], most = -INFINITY, least = INFINITY;
    for (size_t k = 0; k < r->column_count; k++) {
        const oc_pair pair = {lead, r->row[at], r->column[k]};
        value[k] = 0;
        for (size_t m = 0; m < r->block->mask_count; m++)
            value[k] += effect_of(r, m, &pair);
        if (isnan(value[k]))
            return false;
        most = fmax(most, value[k]);
    }
    for (size_t k = 0; k < r->column_count; k++) {
        blocked[k] = !(value[k] > most - BLOCKED_BY);
        if (!blocked[k])
            least = fmin(least, value[k]);
    }
    r->biased |= least < most || (most != 0 && isfinite(most));
    return true;
}

static bool read_rows(oc_reading *r, int64_t lead, bool blocked[64][64])
{
    for (size_t i = 0; i < r->row_count; i++)
        if (!read_row(r, lead, i, blocked[i]))
            return false;
    return true;
}

static bool planes_equal(const oc_reading *r, bool blocked[64][64])
{
    for (size_t i = 0; i < r->row_count; i++)
        if (memcmp(r->blocked[i], blocked[i], r->column_count * sizeof(bool)) !=
            0)
            return false;
    return true;
}

/* All rows for the leading index `lead`. */
static void read_plane(oc_reading *r, int64_t lead)
{
    bool blocked[64][64];
    if (!read_rows(r, lead, blocked)) {
        r->missing = true;
        return;
    }
    if (r->known)
        r->uneven |= !planes_equal(r, blocked);
    else
        memcpy(r->blocked, blocked, sizeof(blocked));
    r->known = true;
}

static void put_position(int64_t *list, size_t *count, int64_t position,
                         int64_t length)
{
    for (size_t i = 0; i < *count; i++)
        if (list[i] == position)
            return;
    if (position >= 0 && position < length && *count < 64)
        list[(*count)++] = position;
}

/* All positions where they are few, else those around what may end. */
static void choose_positions(oc_reading *r, int64_t window)
{
    const int64_t past = r->keys - r->queries;
    for (int64_t i = 0; r->queries <= FEW && i < r->queries; i++)
        put_position(r->row, &r->row_count, i, r->queries);
    for (int64_t j = 0; r->keys <= FEW && j < r->keys; j++)
        put_position(r->column, &r->column_count, j, r->keys);
    const int64_t rows[] = {0, 1, r->queries / 2, r->queries - 2,
                            r->queries - 1};
    for (size_t i = 0; i < 5; i++)
        put_position(r->row, &r->row_count, rows[i], r->queries);
    for (size_t i = 0; i < r->row_count && r->keys > FEW; i++)
        for (int64_t off = -1; off <= 1; off++) {
            const int64_t at = r->row[i] + past + off;
            put_position(r->column, &r->column_count, at, r->keys);
            put_position(r->column, &r->column_count, at - window, r->keys);
            put_position(r->column, &r->column_count, at + window, r->keys);
        }
    put_position(r->column, &r->column_count, 0, r->keys);
    put_position(r->column, &r->column_count, r->keys - 1, r->keys);
}

/* Symbols that are neither are as large as the keys, or `others`. */
static void set_sizes(oc_probe *probe, const oc_attention_block *block,
                      int64_t queries, int64_t past, int64_t others)
{
    for (size_t i = 0; i < probe->symbol_count; i++)
        if (probe->value[i] < others)
            probe->value[i] = others;
    oc_probe_set(probe, block->batch, 1);
    oc_probe_set(probe, block->queries, queries);
    oc_probe_set(probe, block->past, past);
    oc_probe_set(probe, block->keys,
                 block->keys == block->queries ? queries : queries + past);
}

static bool has_sizes(oc_reading *r)
{
    const oc_row *row = r->block->masking_row[0];
    int rank;
    const int64_t *dims = score_dims(r, row, &rank);
    if (!dims || rank < 2)
        return false;
    r->leads = 1;
    for (int axis = 0; axis < rank; axis++) {
        if (dims[axis] < 1)
            return false;
        if (axis < rank - 2 && r->leads < MOST_LEADS)
            r->leads *= dims[axis];
    }
    r->queries = dims[rank - 2];
    r->keys = dims[rank - 1];
    return true;
}

/* Sizes: queries and keys as asked for where symbols allow. */
typedef struct oc_sizes {
    int64_t queries, past, others;
} oc_sizes;

static bool try_sizes(oc_reading *r, oc_net *net,
                      const oc_attention_block *block, oc_sizes sizes)
{
    *r = (oc_reading){.probe = oc_probe_new(net), .block = block};
    set_sizes(r->probe, block, sizes.queries, sizes.past, sizes.others);
    return has_sizes(r);
}

/* Where more keys are bound than were asked for, an input beside them has a
 * length of its own that is no less. */
static void raise_others(oc_reading *r, oc_net *net,
                         const oc_attention_block *block, oc_sizes sizes)
{
    const int64_t keys = r->keys, queries = r->queries;
    if (keys <= sizes.others)
        return;
    oc_sizes raised = sizes;
    raised.others = keys;
    if (!try_sizes(r, net, block, raised) || r->keys != keys ||
        r->queries != queries)
        (void)try_sizes(r, net, block, sizes);
}

/* Where sizes are what is left of a picture or a sound, larger ones are
 * tried. */
static bool start(oc_reading *r, oc_net *net, const oc_attention_block *block,
                  int64_t queries, int64_t past, int64_t window)
{
    const int64_t others[] = {queries + past, 224, 4000};
    for (size_t i = 0; i < 3; i++) {
        const oc_sizes sizes = {queries, past, others[i]};
        if (!try_sizes(r, net, block, sizes))
            continue;
        raise_others(r, net, block, sizes);
        choose_positions(r, window);
        return true;
    }
    return false;
}

static bool read_masks(oc_reading *r)
{
    const int64_t count = r->leads < FEW ? r->leads : FEW;
    for (int64_t k = 0; k < count; k++)
        read_plane(r, count > 1 ? k * (r->leads - 1) / (count - 1) : 0);
    /* Where data is missing, differences may show elsewhere. */
    for (int64_t k = 0; r->missing && !r->uneven && k < r->leads && k < MANY;
         k++)
        read_plane(r, k);
    return r->probe->state == OC_PROBE_FINE && r->known &&
           (r->uneven || !r->missing);
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
    if (input && start(cut, net, block, 5, 2, 0)) {
        cut->probe->zero_column = true;
        if (!read_masks(cut))
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
            if (!start(r, net, block, with_past ? 2 : w + 3,
                       with_past ? w + 3 : 0, w) ||
                r->keys <= w || !read_masks(r))
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
    if (!start(r, net, block, 5, 2, 0))
        return (oc_mask_verdict){.causal = OC_MAYBE};
    if (!read_masks(r))
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
