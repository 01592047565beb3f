/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/einsum_path.c - in which order Einsum's operands are
 * contracted, and what that costs.
 *
 * The result of contracting a set of operands does not depend on the order:
 * it has those of their labels that the output or another operand needs. Up
 * to eight operands every order is tried by dynamic programming over sets;
 * beyond, the pair with the smallest result goes first.
 */
#include "analyzers/ops/einsum.h"

#define EXACT_OPERANDS 8
#define MOST_OPERANDS 64
#define MOST_PATHS 6 /* kept per set when symbols leave the order open */

typedef struct amount {
    oc_expr macs, flops;
} amount;

/* Extents of 0 would leave open which path is better, although there is
 * nothing to compute then: paths are compared with extents from 1. */
typedef struct path {
    amount cost, rank;
} path;

typedef struct paths {
    uint64_t labels;
    size_t count;
    path path[MOST_PATHS];
} paths;

static oc_expr product(oc_op *op, const oc_einsum *e, uint64_t labels)
{
    oc_expr all = oc_expr_of(1);
    for (size_t label = 0; label < e->label_count; label++)
        if ((labels >> label & 1) != 0)
            all = oc_mul(op, all, e->extent[label]);
    return all;
}

/* The same with x + 1 for every symbolic x, and 1 for 0. */
static oc_expr product_from_1(oc_op *op, const oc_einsum *e, uint64_t labels)
{
    oc_expr all = oc_expr_of(1);
    for (size_t label = 0; label < e->label_count; label++) {
        const oc_expr x = e->extent[label];
        if ((labels >> label & 1) == 0 || oc_expr_is(x, 0))
            continue;
        all = oc_mul(op, all, oc_expr_is_immediate(x) ? x : oc_plus(op, x, 1));
    }
    return all;
}

/* Labels that a set of operands leaves: the output or others need them. */
static uint64_t kept(const oc_einsum *e, uint64_t set)
{
    uint64_t inside = 0, outside = e->result;
    for (size_t i = 0; i < e->operand_count; i++) {
        if ((set >> i & 1) != 0)
            inside |= e->operand[i];
        else
            outside |= e->operand[i];
    }
    return inside & outside;
}

/* Labels of one operand alone are summed before anything else. */
static path leaf(oc_op *op, const oc_einsum *e, size_t i, uint64_t left)
{
    const oc_expr zero = oc_expr_of(0);
    path p = {{zero, zero}, {zero, zero}};
    if (e->operand[i] != left) /* the same on every path: not ranked */
        p.cost.flops =
            oc_sub(op, product(op, e, e->operand[i]), product(op, e, left));
    return p;
}

static amount sum_of(oc_op *op, amount a, amount b)
{
    return (amount){oc_add(op, a.macs, b.macs), oc_add(op, a.flops, b.flops)};
}

/* Two results become one: MACs when a label is summed, else products. */
static path join(oc_op *op, const oc_einsum *e, path a, path b, uint64_t both,
                 uint64_t left)
{
    const oc_expr zero = oc_expr_of(0), step = product(op, e, both);
    const oc_expr rank = product_from_1(op, e, both);
    path p = {{zero, step}, {zero, rank}};
    if (both != left)
        p = (path){{step, zero}, {rank, zero}};
    p.cost = sum_of(op, p.cost, sum_of(op, a.cost, b.cost));
    p.rank = sum_of(op, p.rank, sum_of(op, a.rank, b.rank));
    return p;
}

static bool at_least_as_good(oc_op *op, amount a, amount b)
{
    if (a.macs == b.macs)
        return a.flops == b.flops || oc_at_most(op, a.flops, b.flops) == OC_YES;
    return oc_at_most(op, a.macs, b.macs) == OC_YES;
}

/* False when there was no room: a path that may be the best is lost. */
static bool keep(oc_op *op, paths *set, path candidate)
{
    size_t left = 0;
    for (size_t i = 0; i < set->count; i++)
        if (at_least_as_good(op, set->path[i].rank, candidate.rank))
            return true;
    for (size_t i = 0; i < set->count; i++)
        if (!at_least_as_good(op, candidate.rank, set->path[i].rank))
            set->path[left++] = set->path[i];
    set->count = left;
    if (left == MOST_PATHS)
        return false;
    set->path[set->count++] = candidate;
    return true;
}

/* All ways to split `set` in two; false when paths were lost. */
static bool split(oc_op *op, const oc_einsum *e, paths *table, size_t set)
{
    paths *whole = &table[set];
    const size_t lowest = set & (~set + 1);
    bool all = true;
    for (size_t part = (set - 1) & set; part > 0; part = (part - 1) & set) {
        if ((part & lowest) == 0)
            continue; /* each split once */
        const paths *a = &table[part], *b = &table[set ^ part];
        for (size_t i = 0; i < a->count; i++)
            for (size_t k = 0; k < b->count; k++)
                all = keep(op, whole,
                           join(op, e, a->path[i], b->path[k],
                                a->labels | b->labels, whole->labels)) &&
                      all;
    }
    return all;
}

/* The fewest flops decide between paths of equal MACs; where the MACs of two
 * are not comparable, the flops of neither are known to count. */
static void add(oc_op *op, oc_cost *sum, const paths *best)
{
    const amount first = best->path[0].cost;
    oc_expr macs = first.macs, least = first.flops, most = first.flops;
    bool tied = true;
    for (size_t i = 1; i < best->count; i++) {
        const amount other = best->path[i].cost;
        tied = tied && other.macs == first.macs;
        macs = oc_min(op, macs, other.macs);
        least = oc_min(op, least, other.flops);
        most = oc_max(op, most, other.flops);
    }
    if (!tied && least != most)
        oc_cost_is(sum, OC_FLOPS, OC_UPPER_BOUND);
    const oc_expr flops = tied ? least : most;
    if (!oc_expr_is(macs, 0))
        oc_cost_add(sum, OC_MACS, "contraction", macs);
    if (!oc_expr_is(flops, 0))
        oc_cost_add(sum, OC_FLOPS, "sums and products", flops);
}

static void exact(oc_op *op, oc_cost *sum, const oc_einsum *e)
{
    const size_t sets = (size_t)1 << e->operand_count;
    paths *table = OC_OP_NEW(op, paths, sets);
    bool all = true;
    for (size_t i = 0; i < e->operand_count; i++) {
        paths *single = &table[(size_t)1 << i];
        single->path[single->count++] =
            leaf(op, e, i, kept(e, UINT64_C(1) << i));
    }
    for (size_t set = 1; set < sets; set++) {
        table[set].labels = kept(e, set);
        if ((set & (set - 1)) != 0)
            all = split(op, e, table, set) && all;
    }
    if (!all)
        oc_cost_is(sum, OC_MACS, OC_UPPER_BOUND);
    add(op, sum, &table[sets - 1]);
}

/* ---- more operands ---- */

typedef struct pair {
    size_t a, b;
    uint64_t set;
    oc_expr size;
} pair;

/* The pair with the smallest result; *open when symbols leave it open. */
static pair smallest(oc_op *op, const oc_einsum *e, const uint64_t *sets,
                     size_t count, bool *open)
{
    pair best = {0};
    for (size_t a = 0; a < count; a++) {
        for (size_t b = a + 1; b < count; b++) {
            pair p = {.a = a, .b = b, .set = sets[a] | sets[b]};
            p.size = product_from_1(op, e, kept(e, p.set));
            const oc_tri worse =
                b == 1 ? OC_NO : oc_at_most(op, best.size, p.size);
            *open = *open || (worse == OC_MAYBE && best.size != p.size);
            if (worse == OC_NO)
                best = p;
        }
    }
    return best;
}

static void greedy(oc_op *op, oc_cost *sum, const oc_einsum *e)
{
    uint64_t sets[MOST_OPERANDS];
    const oc_expr zero = oc_expr_of(0);
    const path none = {{zero, zero}, {zero, zero}};
    path total = none;
    bool open = false;
    size_t count = e->operand_count;
    for (size_t i = 0; i < count; i++) {
        sets[i] = UINT64_C(1) << i;
        total.cost =
            sum_of(op, total.cost, leaf(op, e, i, kept(e, sets[i])).cost);
    }
    while (count > 1) {
        const pair p = smallest(op, e, sets, count, &open);
        const uint64_t both = kept(e, sets[p.a]) | kept(e, sets[p.b]);
        total = join(op, e, total, none, both, kept(e, p.set));
        sets[p.a] = p.set;
        sets[p.b] = sets[--count];
    }
    if (open)
        oc_cost_is(sum, OC_MACS, OC_ESTIMATE);
    add(op, sum, &(paths){.count = 1, .path = {total}});
}

void oc_einsum_cost(oc_op *op, oc_cost *sum, const oc_einsum *equation)
{
    if (equation->operand_count == 0 || equation->operand_count > MOST_OPERANDS)
        oc_cost_add(sum, OC_MACS, "contraction", OC_UNKNOWN);
    else if (equation->operand_count > EXACT_OPERANDS)
        greedy(op, sum, equation);
    else
        exact(op, sum, equation);
}
