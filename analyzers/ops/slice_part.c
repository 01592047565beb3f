/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/slice_part.c - the part of a dim between two bounds.
 *
 * A bound counts from the begin of the dim or, when negative, from its end;
 * both are moved into the dim. Where symbols leave open which of two ends a
 * clamp takes, the form is chosen that other operators give too: x[1:] and
 * x[:-1] have the same length, max(0, d - 1).
 */
#include "analyzers/ops/slice.h"

/* At or beyond this a bound means the end of the dim, whatever it is: that
 * is how exporters write it, in 32 and in 64 bits. */
#define FAR INT64_C(0x7fffffff)

/* Position `at`, or dim + at with at <= 0. */
typedef struct bound {
    bool known;
    bool from_end;
    oc_expr at;
} bound;

static bound bound_at(oc_expr at, bool from_end)
{
    const bound b = {true, from_end, at};
    return b;
}

/* Which end a bound counts from where its sign is not provable: what can be
 * nothing but -p or 0 is meant as -p, what cannot pass the end of the dim as
 * a position. The choice is recorded. */
static bound bound_chosen(oc_op *op, oc_expr raw, oc_expr dim)
{
    const oc_expr zero = oc_expr_of(0);
    const bound open = {0};
    if (oc_at_most(op, raw, zero) == OC_YES) {
        const oc_expr opposite = oc_sub(op, zero, raw);
        oc_assume_that(op, OC_ASSUME_AT_MOST, oc_expr_of(1), opposite);
        return bound_at(raw, true);
    }
    if (!oc_expr_is_known(dim) || oc_at_most(op, raw, dim) != OC_YES)
        return open;
    oc_assume_that(op, OC_ASSUME_AT_MOST, zero, raw);
    return bound_at(raw, false);
}

static bound bound_of(oc_op *op, oc_expr raw, oc_expr dim)
{
    const oc_expr zero = oc_expr_of(0);
    const bound open = {0};
    if (!oc_expr_is_known(raw))
        return open;
    if (oc_at_most(op, oc_int(op, FAR), raw) == OC_YES &&
        oc_at_most(op, raw, dim) != OC_YES)
        return bound_at(zero, true);
    if (oc_at_most(op, raw, oc_int(op, -FAR)) == OC_YES)
        return bound_at(zero, false);
    if (oc_at_most(op, zero, raw) == OC_YES)
        return bound_at(raw, false);
    if (oc_at_most(op, raw, oc_expr_of(-1)) == OC_YES)
        return bound_at(raw, true);
    return bound_chosen(op, raw, dim);
}

/* The bound as a position in [0, dim]. */
static oc_expr position(oc_op *op, bound b, oc_expr dim)
{
    return b.from_end ? oc_max(op, oc_expr_of(0), oc_add(op, dim, b.at))
                      : oc_min(op, b.at, dim);
}

static oc_expr extent(oc_op *op, bound start, bound end, oc_expr dim)
{
    const oc_expr zero = oc_expr_of(0);
    if (!start.from_end && end.from_end) {
        const oc_expr last = oc_add(op, dim, end.at);
        return oc_max(op, zero, oc_sub(op, last, start.at));
    }
    if (start.from_end && end.from_end && oc_expr_is(end.at, 0))
        return oc_min(op, dim, oc_sub(op, zero, start.at));
    const oc_expr first = position(op, start, dim);
    const oc_expr last = position(op, end, dim);
    const oc_expr length = oc_sub(op, last, first);
    if (start.from_end == end.from_end &&
        oc_at_most(op, start.at, end.at) == OC_YES)
        return length; /* clamping keeps their order */
    return oc_max(op, zero, length);
}

/* The dim read backwards: position p becomes dim - 1 - p, and a bound b, by
 * the same rule, -1 - b. */
static oc_expr mirrored(oc_op *op, oc_expr raw)
{
    return oc_sub(op, oc_expr_of(-1), raw);
}

/* Backwards the start is moved into [0, dim - 1], not [0, dim]. */
static bound before_end(oc_op *op, bound start, oc_expr dim)
{
    const oc_expr last = oc_plus(op, dim, -1);
    if (start.from_end && oc_expr_is(start.at, 0))
        start.at = oc_expr_of(-1);
    else if (!start.from_end && !oc_expr_is(start.at, 0))
        start.at = oc_min(op, start.at, oc_max(op, oc_expr_of(0), last));
    return start;
}

oc_part oc_part_of(oc_op *op, oc_expr dim, oc_expr start, oc_expr end,
                   int64_t step)
{
    const bool backwards = step < 0;
    bound from = bound_of(op, backwards ? mirrored(op, start) : start, dim);
    bound to = bound_of(op, backwards ? mirrored(op, end) : end, dim);
    oc_part part = {.first = OC_UNKNOWN, .length = OC_UNKNOWN, .step = step};
    if (!from.known || !to.known) {
        if (oc_expr_is_known(dim))
            part.length = oc_fresh(op, OC_UNKNOWN, dim);
        return part;
    }
    if (backwards)
        from = before_end(op, from, dim);
    const oc_expr first = position(op, from, dim);
    const oc_expr stride = oc_int(op, step);
    part.first = backwards ? mirrored(op, oc_sub(op, first, dim)) : first;
    part.length =
        oc_ceil_div(op, extent(op, from, to, dim),
                    backwards ? oc_sub(op, oc_expr_of(0), stride) : stride);
    return part;
}
