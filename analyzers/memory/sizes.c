/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/sizes.c - how many bytes a value has, in the iteration where
 * it is the largest.
 */
#include "analyzers/memory/liveness.h"

void oc_plan_worsen(oc_plan *plan, oc_certainty certainty)
{
    if (plan->certainty < certainty)
        plan->certainty = certainty;
}

static oc_expr type_bytes(oc_analysis *a, const oc_type *type);

/* Its elements, each by its own size where they differ. */
static oc_expr sequence_bytes(oc_analysis *a, const oc_type *type)
{
    const size_t count = oc_type_each_count(type);
    oc_expr sum = oc_expr_of(0);
    if (oc_expr_is(type->length, 0))
        return sum;
    for (size_t i = 0; i < count; i++)
        sum = oc_expr_add(a->space, sum, type_bytes(a, &type->each[i]));
    if (count)
        return sum;
    return type->element ? oc_expr_mul(a->space, type->length,
                                       type_bytes(a, type->element))
                         : OC_UNKNOWN;
}

static oc_expr type_bytes(oc_analysis *a, const oc_type *type)
{
    const oc_fact fact = {.type = *type};
    switch (type->kind) {
    case OC_KIND_TENSOR:
        return oc_fact_bytes(a, &fact, oc_fact_numel(a, &fact));
    case OC_KIND_SEQUENCE:
        return sequence_bytes(a, type);
    case OC_KIND_OPTIONAL:
        return type->element ? type_bytes(a, type->element) : OC_UNKNOWN;
    default:
        return OC_UNKNOWN;
    }
}

static oc_expr at_iteration(const oc_plan *plan, const oc_body *body, oc_expr e,
                            oc_expr iteration)
{
    plan->replacement[body->iteration_symbol] = iteration;
    e = oc_expr_substitute(plan->b->a->space, e, plan->replacement);
    plan->replacement[body->iteration_symbol] = OC_UNKNOWN;
    return e;
}

/* The largest that a size of a loop's body becomes: that of the last
 * iteration, unless it shrinks. */
static oc_expr over_iterations(oc_plan *plan, const oc_place *place, oc_expr e)
{
    oc_space *space = plan->b->a->space;
    const oc_body *body = place->body;
    if (oc_expr_substitute(space, e, place->varying) != e)
        oc_plan_worsen(plan, OC_ESTIMATE);
    const oc_expr first = at_iteration(plan, body, e, oc_expr_of(0));
    if (first == e)
        return e;
    const oc_expr last = at_iteration(
        plan, body, e, oc_expr_sub(space, body->trip, oc_expr_of(1)));
    const oc_expr i = oc_symbol_expr(space, body->iteration_symbol);
    const oc_expr next =
        at_iteration(plan, body, e, oc_expr_add(space, i, oc_expr_of(1)));
    if (oc_expr_at_most(space, e, next) == OC_YES)
        return last;
    if (oc_expr_at_most(space, next, e) == OC_YES)
        return first;
    oc_plan_worsen(plan, OC_ESTIMATE);
    return oc_expr_max(space, first, last);
}

oc_expr oc_plan_size(oc_plan *plan, const oc_place *place, const oc_fact *fact)
{
    oc_expr bytes = fact ? type_bytes(plan->b->a, &fact->type) : OC_UNKNOWN;
    for (; place; place = place->outer)
        if (place->body && oc_expr_is_known(bytes) &&
            !oc_expr_is_immediate(bytes))
            bytes = over_iterations(plan, place, bytes);
    return bytes;
}

oc_expr oc_plan_rounded(const oc_plan *plan, oc_expr bytes)
{
    const int64_t align = plan->options.alignment;
    oc_space *space = plan->b->a->space;
    if (align == 1)
        return bytes;
    return oc_expr_mul(space, oc_expr_ceil_div(space, bytes, oc_expr_of(align)),
                       oc_expr_of(align));
}

static bool is_whole(const oc_type *type)
{
    if (type->kind != OC_KIND_TENSOR || type->rank < 0 ||
        oc_elem_bits(type->elem_type) == 0)
        return false;
    for (int axis = 0; axis < type->rank; axis++)
        if (!oc_expr_is_known(type->dim[axis]))
            return false;
    return true;
}

/* Beyond 63 bits, or even what is counted with. */
bool oc_plan_is_too_large(const oc_plan *plan, const oc_fact *fact,
                          oc_expr bytes)
{
    oc_i128 value;
    if (!oc_expr_is_known(bytes))
        return fact && is_whole(&fact->type);
    return !oc_expr_is_immediate(bytes) &&
           oc_expr_to_int(plan->b->a->space, bytes, &value) &&
           value > INT64_MAX;
}
