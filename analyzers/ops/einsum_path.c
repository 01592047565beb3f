/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/einsum_path.c - in which order Einsum's operands are
 * contracted, and what that costs.
 *
 * The result of contracting a set of operands does not depend on the order:
 * it has those of their labels that the output or another operand needs. Up
 * to eight operands every order is tried by dynamic programming over sets;
 * beyond, and where a model has very many such Einsums, the pair with the
 * smallest result goes first.
 */
#include "analyzers/ops/einsum.h"

#define EXACT_OPERANDS 8
#define MOST_OPERANDS 64
#define MOST_PATHS 6 /* kept per set when symbols leave the order open */

/* A sum, and the labels of each product in it that depends on the path. */
typedef struct amount {
    oc_expr sum;
    size_t count;
    uint64_t labels[EXACT_OPERANDS];
} amount;

typedef struct path {
    amount macs, flops;
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
static oc_expr leaf(oc_op *op, const oc_einsum *e, size_t i)
{
    const uint64_t left = kept(e, UINT64_C(1) << i);
    if (e->operand[i] == left)
        return oc_expr_of(0);
    return oc_sub(op, product(op, e, e->operand[i]), product(op, e, left));
}

/* Two results become one: MACs when a label is summed, else products. */
static path step(oc_op *op, const oc_einsum *e, uint64_t both, uint64_t left)
{
    const amount none = {.sum = oc_expr_of(0)};
    const amount all = {product(op, e, both), 1, {both}};
    return both != left ? (path){all, none} : (path){none, all};
}

static amount plus(oc_op *op, const amount *a, const amount *b)
{
    amount sum = *a;
    sum.sum = oc_add(op, a->sum, b->sum);
    for (size_t i = 0; i < b->count; i++)
        sum.labels[sum.count++] = b->labels[i];
    return sum;
}

static path join(oc_op *op, const path *a, const path *b)
{
    return (path){plus(op, &a->macs, &b->macs), plus(op, &a->flops, &b->flops)};
}

/* ---- which path is better ---- */

/* Every product of a is part of a product of b that no other has taken. */
static bool within(const amount *a, const amount *b)
{
    unsigned taken = 0;
    for (size_t i = 0; i < a->count; i++) {
        size_t k = 0;
        while (k < b->count &&
               ((taken >> k & 1) != 0 || (a->labels[i] & ~b->labels[k]) != 0))
            k++;
        if (k == b->count)
            return false;
        taken |= 1u << k;
    }
    return true;
}

/* Labels first: that i*j is at most i*j*k holds for all extents from 1, and
 * with extents of 0 there is nothing to compute. */
static oc_tri at_most(oc_op *op, const amount *a, const amount *b)
{
    if (within(a, b))
        return OC_YES;
    return within(b, a) ? OC_NO : oc_at_most(op, a->sum, b->sum);
}

static bool at_least_as_good(oc_op *op, const path *a, const path *b)
{
    if (at_most(op, &a->macs, &b->macs) != OC_YES)
        return false;
    return at_most(op, &b->macs, &a->macs) != OC_YES ||
           at_most(op, &a->flops, &b->flops) == OC_YES;
}

/* False when there was no room: a path that may be the best is lost. */
static bool keep(oc_op *op, paths *set, const path *candidate)
{
    size_t left = 0;
    for (size_t i = 0; i < set->count; i++)
        if (at_least_as_good(op, &set->path[i], candidate))
            return true;
    for (size_t i = 0; i < set->count; i++)
        if (!at_least_as_good(op, candidate, &set->path[i]))
            set->path[left++] = set->path[i];
    set->count = left;
    if (left == MOST_PATHS)
        return false;
    set->path[set->count++] = *candidate;
    return true;
}

/* Every pair of a path of one part and one of the other; false when paths
 * were lost. */
static bool pair_up(oc_op *op, paths *whole, const paths *a, const paths *b,
                    const path *last)
{
    bool all = true;
    for (size_t i = 0; i < a->count; i++) {
        const path one = join(op, last, &a->path[i]);
        for (size_t k = 0; k < b->count; k++) {
            const path candidate = join(op, &one, &b->path[k]);
            all = keep(op, whole, &candidate) && all;
        }
    }
    return all;
}

/* All ways to split `set` in two. */
static bool split(oc_op *op, const oc_einsum *e, paths *table, size_t set)
{
    paths *whole = &table[set];
    const size_t lowest = set & (~set + 1);
    bool all = true;
    for (size_t part = (set - 1) & set; part > 0; part = (part - 1) & set) {
        if ((part & lowest) == 0)
            continue; /* each split once */
        const paths *a = &table[part], *b = &table[set ^ part];
        const path last = step(op, e, a->labels | b->labels, whole->labels);
        all = pair_up(op, whole, a, b, &last) && all;
    }
    return all;
}

/* The fewest flops decide between paths of equal MACs; where the MACs of two
 * are not comparable, the flops of neither are known to count. */
static void add(oc_op *op, oc_cost *sum, const paths *best)
{
    const path *first = &best->path[0];
    oc_expr macs = first->macs.sum;
    oc_expr least = first->flops.sum, most = least;
    bool tied = true;
    for (size_t i = 1; i < best->count; i++) {
        const path *other = &best->path[i];
        tied = tied && other->macs.sum == first->macs.sum;
        macs = oc_min(op, macs, other->macs.sum);
        least = oc_min(op, least, other->flops.sum);
        most = oc_max(op, most, other->flops.sum);
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
    const oc_expr zero = oc_expr_of(0);
    bool all = true;
    for (size_t i = 0; i < e->operand_count; i++) {
        const path alone = {{.sum = zero}, {.sum = leaf(op, e, i)}};
        table[(size_t)1 << i] = (paths){.count = 1, .path = {alone}};
    }
    for (size_t set = 1; set < sets; set++) {
        table[set].labels = kept(e, set);
        all = split(op, e, table, set) && all;
    }
    if (!all) {
        oc_cost_is(sum, OC_MACS, OC_UPPER_BOUND);
        oc_cost_is(sum, OC_FLOPS, OC_UPPER_BOUND);
    }
    add(op, sum, &table[sets - 1]);
}

/* ---- more operands ---- */

typedef struct pair {
    size_t a, b;
    uint64_t set;
    amount size;
} pair;

/* The pair with the smallest result; *open when symbols leave it open. */
static pair smallest(oc_op *op, const oc_einsum *e, const uint64_t *sets,
                     size_t count, bool *open)
{
    pair best = {0};
    for (size_t a = 0; a < count; a++) {
        for (size_t b = a + 1; b < count; b++) {
            pair p = {.a = a, .b = b, .set = sets[a] | sets[b]};
            const uint64_t labels = kept(e, p.set);
            p.size = (amount){product(op, e, labels), 1, {labels}};
            const oc_tri worse =
                b == 1 ? OC_NO : at_most(op, &best.size, &p.size);
            *open = *open || worse == OC_MAYBE;
            if (worse == OC_NO)
                best = p;
        }
    }
    return best;
}

static void greedy(oc_op *op, oc_cost *sum, const oc_einsum *e)
{
    uint64_t sets[MOST_OPERANDS];
    amount macs = {.sum = oc_expr_of(0)}, flops = macs;
    bool open = false;
    size_t count = e->operand_count;
    for (size_t i = 0; i < count; i++) {
        sets[i] = UINT64_C(1) << i;
        flops.sum = oc_add(op, flops.sum, leaf(op, e, i));
    }
    while (count > 1) {
        const pair p = smallest(op, e, sets, count, &open);
        const uint64_t both = kept(e, sets[p.a]) | kept(e, sets[p.b]);
        const path last = step(op, e, both, kept(e, p.set));
        macs.sum = oc_add(op, macs.sum, last.macs.sum);
        flops.sum = oc_add(op, flops.sum, last.flops.sum);
        sets[p.a] = p.set;
        sets[p.b] = sets[--count];
    }
    if (open) {
        oc_cost_is(sum, OC_MACS, OC_ESTIMATE);
        oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    }
    add(op, sum, &(paths){.count = 1, .path = {{macs, flops}}});
}

/* ---- what a search takes ---- */

/* Comparisons of two paths cost this many of two integers. */
#define SYMBOLIC_STEPS 50

static size_t exact_steps(const oc_einsum *e)
{
    size_t steps = 4;
    for (size_t i = 0; i < e->operand_count; i++)
        steps *= 3; /* in one part, in the other, in neither */
    for (size_t label = 0; label < e->label_count; label++)
        if (!oc_expr_is_immediate(e->extent[label]))
            return steps * SYMBOLIC_STEPS;
    return steps;
}

void oc_einsum_cost(oc_op *op, oc_cost *sum, const oc_einsum *e)
{
    const size_t count = e->operand_count;
    if (count <= EXACT_OPERANDS && count > 0 &&
        oc_op_effort(op, exact_steps(e))) {
        exact(op, sum, e);
    } else if (count > 0 && count <= MOST_OPERANDS &&
               oc_op_effort(op, count * count * count)) {
        greedy(op, sum, e);
        if (count <= EXACT_OPERANDS) {
            oc_cost_is(sum, OC_MACS, OC_UPPER_BOUND);
            oc_cost_is(sum, OC_FLOPS, OC_UPPER_BOUND);
        }
    } else {
        oc_cost_add(sum, OC_MACS, "contraction", OC_UNKNOWN);
    }
}
