/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/loop.c - Loop: state carried, results stacked, a trip count that
 * may depend on a condition.
 */
#include "analyzers/loop.h"

static oc_expr single_element(const oc_fact *fact)
{
    if (!fact || !fact->block || fact->block->count != 1)
        return OC_UNKNOWN;
    return fact->block->element[0];
}

static oc_fact *scalar(oc_analysis *a, int elem_type, oc_expr element)
{
    oc_fact *fact = oc_fact_new(a, NULL);
    fact->type =
        (oc_type){.kind = OC_KIND_TENSOR, .elem_type = elem_type, .rank = 0};
    if (oc_expr_is_known(element))
        fact->block = oc_block_new(a, &fact->type, &element);
    return fact;
}

static void enter(oc_loop *l, oc_expr condition)
{
    oc_analysis *a = l->a;
    const oc_fact *m = oc_loop_operand(l, 0);
    l->most = single_element(m);
    l->runs =
        oc_expr_is(condition, 1) &&
        (!m || oc_expr_at_most(a->space, oc_expr_of(1), l->most) == OC_YES);
    oc_loop_set_input(l, 0, scalar(a, OC_ELEM_INT64, l->iteration));
    oc_loop_set_input(l, 1, scalar(a, OC_ELEM_BOOL, condition));
}

/*
 * How often it runs: as many times as M says when the condition stays true;
 * else some number up to M. `after` is the condition an iteration gives.
 */
static oc_expr trip_count(const oc_loop *l, oc_expr condition, oc_expr after)
{
    oc_analysis *a = l->a;
    const bool starts = oc_expr_is(condition, 1);
    const oc_expr most = oc_expr_is_known(l->most)
                             ? oc_expr_max(a->space, l->most, oc_expr_of(0))
                             : OC_UNKNOWN;
    if (oc_expr_is(condition, 0))
        return oc_expr_of(0);
    if (starts && oc_expr_is(after, 1) && oc_expr_is_known(most))
        return most;
    if (starts && oc_expr_is(after, 0) && l->runs)
        return oc_expr_of(1);
    if (starts && oc_expr_is(after, 0) && oc_expr_is_known(most))
        return oc_expr_min(a->space, most, oc_expr_of(1));
    return oc_analysis_fresh(a, "trip", OC_SYMBOL_TRIP, oc_expr_of(l->runs),
                             most);
}

void oc_infer_loop(oc_analysis *a, oc_frame *frame, const oc_node *node,
                   oc_row *row)
{
    oc_loop l = oc_loop_new(a, frame, row);
    l.count = node->input_count > 2 ? node->input_count - 2 : 0;
    if (!l.body || l.body->input_count < l.count + 2 ||
        l.body->output_count < l.count + 1) {
        oc_region_invalid(a, frame, row, "has no body that fits its inputs");
        return;
    }
    l.first_input = 2;
    l.first_output = 1;
    oc_loop_enter_state(&l, 2);
    const oc_fact *given = oc_loop_operand(&l, 1);
    const oc_expr condition = given ? single_element(given) : oc_expr_of(1);
    enter(&l, condition);
    oc_loop_run(&l);
    l.trip = trip_count(&l, condition,
                        single_element(oc_region_output(a, frame, l.body, 0)));
    oc_loop_finish(&l, l.trip);
    for (size_t i = 0; i < l.count; i++)
        oc_loop_set_state_output(&l, i);
    for (size_t i = l.count; i < node->output_count; i++)
        oc_loop_set_stacked_output(&l, i, i + 1, 0);
}
