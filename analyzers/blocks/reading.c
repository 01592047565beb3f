/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/reading.c - reads the masks of an attention block, score
 * by score, at positions where something may end.
 */
#include "analyzers/blocks/reading.h"

#include <math.h>
#include <string.h>

#include "analyzers/blocks/probe_rules.h"

/* So far below its row's largest, a score no longer counts. */
#define BLOCKED_BY 50
/* So many positions, and of batch, heads and windows, are all looked at. */
#define FEW 16
#define MANY 64
#define MOST_LEADS ((int64_t)1 << 40)
#define MOST_MOVES 16

/* ---- the masks ---- */

/* A constant whose elements were not kept is a bias where it differs by head,
 * for all that is known: it hides nothing. Else nothing can be said. */
static bool differs_by_head(const oc_net *net, uint32_t wire)
{
    const int rank = oc_net_rank(net, wire);
    return rank >= 3 && !oc_expr_is(oc_net_dim(net, wire, rank - 3), 1);
}

/* Elements of input 0, moved or looked up. */
static bool shows_another(const oc_net *net, const oc_row *row)
{
    const oc_part part = oc_net_part(net, row);
    return (part == OC_PART_RESHAPE || part == OC_PART_TRANSPOSE ||
            part == OC_PART_EXPAND || part == OC_PART_SLICE ||
            part == OC_PART_KEEP || part == OC_PART_GATHER ||
            part == OC_PART_GATHER_ND) &&
           !oc_row_is(row, "", "Trilu") && oc_element_rule_of(row);
}

/* Nothing but a constant whose elements the file does not hold. */
static bool is_absent(const oc_net *net, uint32_t wire)
{
    for (int i = 0; i < MOST_MOVES && wire != OC_NO_WIRE; i++) {
        const oc_row *row = oc_net_maker(net, wire);
        const oc_fact *fact = net->wire[wire].fact;
        if (!fact || fact->block)
            return false;
        if (!row)
            return fact->constant && fact->origins &&
                   fact->origins->count == 1 && !fact->origins->tensor[0]->data;
        if (!shows_another(net, row))
            return false;
        wire = oc_net_input(net, row, 0);
    }
    return false;
}

static bool is_bool(const oc_net *net, uint32_t wire)
{
    const oc_type *type = oc_net_type(net, wire);
    return type && type->elem_type == OC_ELEM_BOOL;
}

static void describe_choice(const oc_net *net, const oc_row *row,
                            oc_masking *mask)
{
    mask->effect = OC_EFFECT_NOTHING;
    if (oc_net_input(net, row, 0) != mask->wire)
        return;
    mask->effect = OC_EFFECT_CHOOSES;
    mask->when = oc_net_is_data(net, oc_net_input(net, row, 1));
    mask->instead = oc_net_input(net, row, mask->when ? 2 : 1);
}

static void describe_effect(const oc_net *net, const oc_row *row, bool fused,
                            oc_masking *mask)
{
    mask->effect = OC_EFFECT_ADDED;
    mask->instead = OC_NO_WIRE;
    if (fused && is_bool(net, mask->wire))
        mask->effect = OC_EFFECT_HIDES;
    else if (oc_row_is(row, "", "Where"))
        describe_choice(net, row, mask);
    else if (oc_row_is(row, "", "Sub") &&
             oc_net_input(net, row, 1) == mask->wire)
        mask->effect = OC_EFFECT_SUBTRACTED;
    else if (oc_row_is(row, "", "Mul"))
        mask->effect = OC_EFFECT_NOTHING;
}

/* Dims of the scores where a mask meets them, which may have other leading
 * axes than the softmax. */
static const int64_t *score_dims(oc_reading *r, const oc_row *row, int *rank)
{
    if (!r->block->fused)
        return oc_probe_dims(r->probe, oc_net_output(r->probe->net, row, 0),
                             rank);
    const oc_expr dim[] = {r->block->batch, r->block->heads, r->block->queries,
                           r->block->keys};
    int64_t *dims = OC_NEW(r->probe->net->a->scratch, int64_t, 4);
    *rank = 4;
    for (int axis = 0; axis < 4; axis++)
        if (!oc_probe_size(r->probe, dim[axis], &dims[axis]))
            return NULL;
    return dims;
}

static bool fits(const oc_reading *r, const oc_masking *mask)
{
    if (!mask->dims || mask->rank < 2 ||
        mask->dims[mask->rank - 2] != r->queries ||
        mask->dims[mask->rank - 1] != r->keys)
        return false;
    for (int axis = 0; axis < mask->rank - 2; axis++)
        if (mask->dims[axis] < 1)
            return false;
    return true;
}

static void describe_masks(oc_reading *r)
{
    const oc_net *net = r->probe->net;
    for (size_t i = 0; i < r->block->mask_count; i++) {
        const oc_row *row = r->block->masking_row[i];
        oc_masking *mask = &r->masking[i];
        mask->wire = r->block->masking[i];
        describe_effect(net, row, r->block->fused, mask);
        mask->lenient = differs_by_head(net, mask->wire);
        mask->absent = mask->lenient && is_absent(net, mask->wire);
        mask->dims = score_dims(r, row, &mask->rank);
        if (!fits(r, mask))
            mask->dims = NULL;
    }
}

/* ---- one score ---- */

/* Of a query, a key and all that comes before them. */
typedef struct oc_pair {
    int64_t lead, query, key;
} oc_pair;

static void find_index(const oc_masking *mask, const oc_pair *pair,
                       int64_t *index)
{
    int64_t lead = pair->lead;
    for (int axis = mask->rank - 2; axis-- > 0;) {
        index[axis] = lead % mask->dims[axis];
        lead /= mask->dims[axis];
    }
    index[mask->rank - 2] = pair->query;
    index[mask->rank - 1] = pair->key;
}

static double mask_element(oc_reading *r, const oc_masking *mask,
                           const int64_t *index)
{
    oc_probe *probe = r->probe;
    if (mask->absent) {
        r->biased = true;
        return 0;
    }
    probe->lenient = mask->lenient;
    probe->saw_missing = false;
    const double value =
        oc_probe_broadcast(probe, mask->wire, mask->rank, index);
    r->biased |= probe->lenient && probe->saw_missing;
    probe->lenient = false;
    if (probe->state != OC_PROBE_NO_DATA)
        return value;
    probe->state = OC_PROBE_FINE;
    return NAN;
}

/* What one mask adds to a score, -inf where it hides it. */
static double effect_of(oc_reading *r, const oc_masking *mask,
                        const oc_pair *pair)
{
    int64_t index[OC_MOST_AXES];
    if (!mask->dims)
        return oc_probe_give_up(r->probe, OC_PROBE_STUCK);
    find_index(mask, pair, index);
    const double value = mask_element(r, mask, index);
    if (isnan(value))
        return value;
    switch (mask->effect) {
    case OC_EFFECT_SUBTRACTED:
        return -value;
    case OC_EFFECT_HIDES:
        return value == 0 ? -INFINITY : 0;
    case OC_EFFECT_CHOOSES:
        return (value != 0) == mask->when
                   ? 0
                   : oc_probe_broadcast(r->probe, mask->instead, mask->rank,
                                        index);
    case OC_EFFECT_NOTHING:
        return 0;
    default:
        return value;
    }
}

/* ---- rows of scores ---- */

/* A row of scores: what is blocked, and whether the rest is all alike. False:
 * it cannot be read. */
static bool read_row(oc_reading *r, int64_t lead, size_t at, bool *blocked)
{
    double value[OC_MOST_POSITIONS], most = -INFINITY, least = INFINITY;
    for (size_t k = 0; k < r->column_count; k++) {
        const oc_pair pair = {lead, r->row[at], r->column[k]};
        value[k] = 0;
        for (size_t m = 0; m < r->block->mask_count; m++)
            value[k] += effect_of(r, &r->masking[m], &pair);
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

static bool read_rows(oc_reading *r, int64_t lead,
                      bool blocked[OC_MOST_POSITIONS][OC_MOST_POSITIONS])
{
    for (size_t i = 0; i < r->row_count; i++)
        if (!read_row(r, lead, i, blocked[i]))
            return false;
    return true;
}

static bool planes_equal(const oc_reading *r,
                         bool blocked[OC_MOST_POSITIONS][OC_MOST_POSITIONS])
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
    bool blocked[OC_MOST_POSITIONS][OC_MOST_POSITIONS];
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

/* ---- positions and sizes ---- */

static void put_position(int64_t *list, size_t *count, int64_t position,
                         int64_t length)
{
    for (size_t i = 0; i < *count; i++)
        if (list[i] == position)
            return;
    if (position >= 0 && position < length && *count < OC_MOST_POSITIONS)
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
    int rank;
    const int64_t *dims = score_dims(r, r->block->masking_row[0], &rank);
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
bool oc_reading_start(oc_reading *r, oc_net *net,
                      const oc_attention_block *block, int64_t queries,
                      int64_t past, int64_t window)
{
    const int64_t others[] = {queries + past, 224, 4000};
    for (size_t i = 0; i < 3; i++) {
        const oc_sizes sizes = {queries, past, others[i]};
        if (!try_sizes(r, net, block, sizes))
            continue;
        raise_others(r, net, block, sizes);
        choose_positions(r, window);
        describe_masks(r);
        return true;
    }
    return false;
}

/* ---- all of it ---- */

static bool has_leads(oc_reading *r, uint32_t wire)
{
    int rank;
    const int64_t *dims = oc_probe_dims(r->probe, wire, &rank);
    for (int axis = 0; dims && axis < rank - 2; axis++)
        if (dims[axis] != 1)
            return true;
    return !dims && wire != OC_NO_WIRE;
}

/* Else batch, heads and windows are all masked alike. */
static bool differs_by_lead(oc_reading *r)
{
    for (size_t i = 0; i < r->block->mask_count; i++)
        if (!r->masking[i].absent && (has_leads(r, r->masking[i].wire) ||
                                      has_leads(r, r->masking[i].instead)))
            return true;
    return false;
}

/* The first and the last, and some between them, until two differ. */
static void read_some(oc_reading *r, int64_t leads)
{
    const int64_t count = leads < FEW ? leads : FEW;
    read_plane(r, 0);
    for (int64_t k = count - 1; k > 0 && !r->uneven; k--)
        read_plane(r, k * (leads - 1) / (count - 1));
}

bool oc_reading_read(oc_reading *r)
{
    const int64_t leads = differs_by_lead(r) ? r->leads : 1;
    read_some(r, leads);
    /* Where data is missing, differences may show elsewhere. */
    for (int64_t k = 0; r->missing && !r->uneven && k < leads && k < MANY; k++)
        read_plane(r, k);
    return r->probe->state == OC_PROBE_FINE && r->known &&
           (r->uneven || !r->missing);
}
