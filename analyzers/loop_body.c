/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/loop_body.c - a body that runs many times, inferred once.
 *
 * The body is inferred with its carried values as they enter an iteration.
 * What enters iteration i + 1 must be what iteration i gives: a size that
 * changes is tried as growing by a polynomial in the iteration (evenly, or
 * as another one that grows makes it), and becomes a fresh symbol when it
 * does not. Figures that depend on the iteration are summed over all of them.
 */
#include <string.h>

#include "analyzers/loop.h"

#define MOST_PASSES 8
/* Passes in which a size may still be found to grow otherwise. */
#define MOST_GROWTHS 3

/* ---- sizes of one iteration ---- */

/* One a symbol, all OC_UNKNOWN: made once, since nests of loops have many. */
static oc_expr *no_replacement(oc_analysis *a)
{
    const size_t count = oc_symbol_count(a->space);
    if (count > a->replacement_room) {
        a->replacement_room = 2 * count;
        a->replacement = OC_NEW(a->arena, oc_expr, a->replacement_room);
    }
    return a->replacement;
}

static oc_expr at_iteration(const oc_loop *l, oc_expr e, oc_expr iteration)
{
    if (oc_expr_is_immediate(e) || !oc_expr_is_known(e))
        return e;
    oc_expr *replacement = no_replacement(l->a);
    replacement[l->iteration_symbol] = iteration;
    e = oc_expr_substitute(l->a->space, e, replacement);
    replacement[l->iteration_symbol] = OC_UNKNOWN;
    return e;
}

static oc_expr next_iteration(const oc_loop *l, oc_expr e)
{
    return at_iteration(l, e,
                        oc_expr_add(l->a->space, l->iteration, oc_expr_of(1)));
}

static bool made_in_body(const oc_loop *l, oc_expr e)
{
    const size_t count = oc_symbol_count(l->a->space);
    if (oc_expr_is_immediate(e) || !oc_expr_is_known(e))
        return false;
    for (size_t i = l->iteration_symbol + 1; i < count; i++)
        if (oc_expr_mentions(l->a->space, e, i))
            return true;
    return false;
}

/* ---- sums over the iterations ---- */

/* C(n, k) as an expression. */
static oc_expr choose(oc_space *space, oc_expr n, int k)
{
    oc_expr product = oc_expr_of(1);
    for (int i = 0; i < k; i++) {
        product =
            oc_expr_mul(space, product, oc_expr_sub(space, n, oc_expr_of(i)));
        product = oc_expr_quotient(space, product, oc_expr_of(i + 1));
    }
    return product;
}

#define MOST_DEGREE 6

/*
 * The sum of e over iterations 0 .. trip - 1, or OC_UNKNOWN. A polynomial of
 * degree n in the iteration is the Newton series of its first n + 1 values;
 * that the series is e again proves that e is one.
 */
static oc_expr sum_of_polynomial(const oc_loop *l, oc_expr e, oc_expr trip)
{
    oc_space *space = l->a->space;
    oc_expr difference[MOST_DEGREE + 1];
    oc_expr series = oc_expr_of(0), total = oc_expr_of(0);
    for (int k = 0; k <= MOST_DEGREE; k++)
        difference[k] = at_iteration(l, e, oc_expr_of(k));
    for (int order = 1; order <= MOST_DEGREE; order++)
        for (int k = MOST_DEGREE; k >= order; k--)
            difference[k] =
                oc_expr_sub(space, difference[k], difference[k - 1]);
    for (int k = 0; k <= MOST_DEGREE; k++) {
        series = oc_expr_add(
            space, series,
            oc_expr_mul(space, difference[k], choose(space, l->iteration, k)));
        total = oc_expr_add(
            space, total,
            oc_expr_mul(space, difference[k], choose(space, trip, k + 1)));
    }
    return series == e ? total : OC_UNKNOWN;
}

/* Beyond this many iterations a figure that is no polynomial has no sum. */
#define MOST_SUMMED 1000

static oc_expr sum_over_iterations(const oc_loop *l, oc_expr e, oc_expr trip)
{
    oc_space *space = l->a->space;
    if (!oc_expr_is_known(e) || oc_expr_is_immediate(e) ||
        !oc_expr_mentions(space, e, l->iteration_symbol))
        return oc_expr_mul(space, e, trip);
    const oc_expr total = sum_of_polynomial(l, e, trip);
    if (oc_expr_is_known(total) || !oc_expr_is_immediate(trip) ||
        oc_expr_immediate(trip) > MOST_SUMMED)
        return total;
    oc_sum *sum = oc_sum_new(space);
    for (int64_t i = 0; i < oc_expr_immediate(trip); i++)
        oc_sum_add(sum, at_iteration(l, e, oc_expr_of(i)));
    return oc_sum_value(sum);
}

/* ---- growth ---- */

/* initial, and what all iterations before this one have added. */
static oc_expr grown(const oc_loop *l, oc_expr initial, oc_expr in, oc_expr out)
{
    oc_space *space = l->a->space;
    const oc_expr by = oc_expr_sub(space, out, in);
    if (!oc_expr_is_known(by) || made_in_body(l, by) || l->pass > MOST_GROWTHS)
        return OC_UNKNOWN;
    return oc_expr_add(space, initial,
                       sum_over_iterations(l, by, l->iteration));
}

static oc_expr some_size(const oc_loop *l)
{
    return oc_analysis_fresh(l->a, "loop", OC_SYMBOL_DATA, OC_UNKNOWN,
                             OC_UNKNOWN);
}

/* True when iteration i + 1 gets what iteration i gives; else *in is the
 * next try. */
static bool settle_size(const oc_loop *l, oc_expr initial, oc_expr *in,
                        oc_expr out)
{
    if (!oc_expr_is_known(*in) || made_in_body(l, *in) ||
        next_iteration(l, *in) == out)
        return true;
    *in = grown(l, initial, *in, out);
    if (!oc_expr_is_known(*in))
        *in = some_size(l);
    return false;
}

static bool settle_elements(const oc_loop *l, oc_carried *c, const oc_fact *out)
{
    const oc_block *in = c->entering->block, *first = c->initial->block;
    if (!in || !first)
        return true;
    if (!out->block || out->block->count != in->count) {
        c->entering->block = NULL;
        return false;
    }
    bool settled = true;
    oc_expr *element = OC_NEW(l->a->arena, oc_expr, in->count);
    for (size_t i = 0; i < in->count; i++) {
        element[i] = in->element[i];
        if (!oc_expr_is_known(element[i]) ||
            next_iteration(l, element[i]) == out->block->element[i])
            continue;
        element[i] =
            grown(l, first->element[i], element[i], out->block->element[i]);
        settled = false;
    }
    c->entering->block = oc_block_new(l->a, &c->entering->type, element);
    return settled;
}

static void widen_dims(const oc_loop *l, oc_type *type)
{
    oc_type *element = OC_NEW(l->a->arena, oc_type, 1);
    *element = oc_type_copy(l->a, type->element);
    bool all_unknown = true;
    for (int axis = 0; axis < element->rank; axis++) {
        all_unknown &= element->dim[axis] == OC_UNKNOWN;
        element->dim[axis] = OC_UNKNOWN;
    }
    if (all_unknown)
        element->rank = OC_RANK_UNKNOWN;
    type->element = element;
}

/* Elements of a sequence: those of the first filling, then any. */
static bool settle_element_type(const oc_loop *l, const oc_carried *c,
                                oc_type *in, const oc_type *out)
{
    if (!out->element || (in->element && in->element->rank < 0 &&
                          c->initial->type.length != oc_expr_of(0)))
        return true;
    if (in->element && oc_type_equal(in->element, out->element))
        return true;
    const oc_type *first = c->initial->type.element;
    const bool empty =
        oc_expr_is(c->initial->type.length, 0) &&
        (!in->element || !first || oc_type_equal(in->element, first));
    in->element = out->element;
    if (!empty)
        widen_dims(l, in);
    return false;
}

static bool settle_type(const oc_loop *l, oc_carried *c, const oc_type *out)
{
    oc_type *in = &c->entering->type;
    const oc_type *first = &c->initial->type;
    bool settled = true;
    if (in->kind == OC_KIND_TENSOR && in->rank >= 0 && out->rank != in->rank) {
        in->rank = OC_RANK_UNKNOWN;
        return false;
    }
    for (int axis = 0; axis < in->rank; axis++)
        settled &=
            settle_size(l, first->dim[axis], &in->dim[axis], out->dim[axis]);
    if (in->kind == OC_KIND_SEQUENCE) {
        settled &= settle_size(l, first->length, &in->length, out->length);
        settled &= settle_element_type(l, c, in, out);
    }
    return settled;
}

/* ---- passes over the body ---- */

oc_fact *oc_loop_entering(oc_analysis *a, const oc_fact *fact)
{
    oc_fact *in = oc_fact_renamed(a, fact);
    in->type = oc_type_copy(a, &fact->type);
    in->type.each = NULL;
    in->lower = in->upper = OC_UNKNOWN;
    in->constant = in->from_shapes = false;
    in->origins = NULL;
    in->stored_bytes = OC_UNKNOWN;
    in->loop_state = true;
    return in;
}

void oc_loop_set_input(const oc_loop *l, size_t k, const oc_fact *fact)
{
    if (k >= l->body->input_count)
        return;
    const oc_value_id id = l->body->input[k];
    oc_fact *own = oc_fact_renamed(l->a, fact);
    /* The same in every pass, so that fresh sizes keep their names. */
    own->number = (uint64_t)id << 32 ^ (uint64_t)(uintptr_t)l->frame;
    own->root = id;
    oc_frame_set(l->a, l->frame, id, own);
}

static bool one_pass(oc_loop *l)
{
    oc_analysis *a = l->a;
    l->pass++;
    if (oc_expr_is_known(l->most))
        oc_fact_at_most(a->space, l->iteration,
                        oc_expr_sub(a->space, l->most, oc_expr_of(1)));
    for (size_t i = 0; i < l->count; i++)
        oc_loop_set_input(l, l->first_input + i, l->state[i].entering);
    const oc_region region = {l->path, l->row, OC_BODY_LOOP, a->counted, false};
    *l->place = NULL; /* that of the pass before */
    oc_region_run(a, l->frame, l->body, region);
    bool settled = true;
    for (size_t i = 0; i < l->count; i++) {
        const oc_fact *out =
            oc_region_output(a, l->frame, l->body, l->first_output + i);
        oc_carried *c = &l->state[i];
        settled &= settle_type(l, c, &out->type);
        settled &= settle_elements(l, c, out);
    }
    return settled;
}

/* Passes of loops inside loops multiply: a few rows of each node are what
 * real graphs take. */
#define MOST_REPEATED 10000
#define MOST_REPEATED_PER_NODE 8

static void take_back(oc_loop *l)
{
    oc_analysis *a = l->a;
    const size_t most =
        MOST_REPEATED + MOST_REPEATED_PER_NODE * a->facts->node_count;
    a->repeated += a->row_count - l->start.rows;
    if (a->repeated > most)
        oc_analysis_stop(a, OC_ERR_LIMIT, "limit.loops",
                         "the bodies of nested loops do not settle within "
                         "%zu nodes",
                         most);
    oc_point_rollback(a, l->start);
}

static void settle(oc_loop *l)
{
    while (!one_pass(l)) {
        take_back(l);
        if (l->pass < MOST_PASSES)
            continue;
        for (size_t i = 0; i < l->count; i++)
            l->state[i].entering =
                oc_loop_entering(l->a, oc_fact_unknown(l->a));
        one_pass(l);
        return;
    }
}

void oc_loop_run(oc_loop *l)
{
    l->start = oc_point_here(l->a);
    settle(l);
    if (!l->runs)
        oc_point_doubt(l->a, l->start);
}

/* ---- figures of all iterations ---- */

/* Symbols that stand for another size in every iteration, as 0. */
static oc_expr *varying_symbols(const oc_loop *l)
{
    const size_t count = oc_symbol_count(l->a->space);
    oc_expr *zero = OC_NEW(l->a->arena, oc_expr, count);
    for (size_t i = 0; i < count; i++) {
        const oc_symbol_kind kind = oc_symbol_at(l->a->space, i)->kind;
        zero[i] = i > l->iteration_symbol &&
                          (kind == OC_SYMBOL_DATA || kind == OC_SYMBOL_TRIP)
                      ? oc_expr_of(0)
                      : OC_UNKNOWN;
    }
    return zero;
}

/* A figure in sizes that vary has one of them stand for all iterations. */
static void sum_figure(const oc_loop *l, oc_row *row, int metric,
                       const oc_expr *varying)
{
    oc_space *space = l->a->space;
    const oc_expr one = row->metric[metric];
    if (oc_expr_is(l->trip, 0)) {
        row->metric[metric] = oc_expr_of(0);
        row->certainty[metric] = OC_EXACT;
        return;
    }
    if (!oc_expr_is_immediate(one) && row->certainty[metric] < OC_ESTIMATE &&
        oc_expr_substitute(space, one, varying) != one)
        row->certainty[metric] = OC_ESTIMATE;
    row->metric[metric] = sum_over_iterations(l, one, l->trip);
    row->upper[metric] = sum_over_iterations(l, row->upper[metric], l->trip);
    if (oc_expr_is_known(row->metric[metric]))
        return;
    row->certainty[metric] = OC_NOT_KNOWN;
    row->unknown = true;
}

static void record_body(const oc_loop *l, oc_expr trip)
{
    oc_body *body = *l->place;
    body->state_count = l->count;
    body->first_input = l->first_input;
    body->first_output = l->first_output;
    body->iteration_symbol = l->iteration_symbol;
    body->trip = oc_expr_is_known(l->trip) ? l->trip : trip;
}

void oc_loop_finish(const oc_loop *l, oc_expr trip)
{
    oc_analysis *a = l->a;
    oc_loop all = *l;
    all.trip = trip;
    const oc_expr *varying = varying_symbols(l);
    const bool never = oc_expr_is(trip, 0);
    record_body(l, trip);
    for (size_t i = l->start.rows; i < a->row_count; i++) {
        oc_row *row = a->row[i];
        row->executions = sum_over_iterations(&all, row->executions, trip);
        row->weight_bytes = sum_over_iterations(&all, row->weight_bytes, trip);
        row->unknown &= !never;
        for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
            sum_figure(&all, row, metric, varying);
    }
}

/* ---- what comes out ---- */

static oc_expr final_size(const oc_loop *l, oc_expr size)
{
    return made_in_body(l, size) ? some_size(l)
                                 : at_iteration(l, size, l->trip);
}

/* Of elements that iterations have put into a sequence. */
static const oc_type *collected(const oc_loop *l, const oc_type *element)
{
    oc_type *any = OC_NEW(l->a->arena, oc_type, 1);
    *any = oc_type_copy(l->a, element);
    for (int axis = 0; axis < any->rank; axis++)
        if (made_in_body(l, any->dim[axis]) ||
            at_iteration(l, any->dim[axis], l->trip) != any->dim[axis])
            any->dim[axis] = some_size(l);
    return any;
}

static oc_fact *final_state(const oc_loop *l, const oc_fact *entering)
{
    oc_fact *fact = oc_fact_new(l->a, entering);
    oc_type *type = &fact->type;
    *type = oc_type_copy(l->a, type);
    for (int axis = 0; axis < type->rank; axis++)
        type->dim[axis] = final_size(l, type->dim[axis]);
    if (type->kind == OC_KIND_SEQUENCE)
        type->length = final_size(l, type->length);
    if (type->element)
        type->element = collected(l, type->element);
    fact->block = NULL;
    if (!entering->block)
        return fact;
    const oc_block *block = entering->block;
    oc_expr *element = OC_NEW(l->a->arena, oc_expr, block->count);
    for (size_t k = 0; k < block->count; k++)
        element[k] = at_iteration(l, block->element[k], l->trip);
    fact->block = oc_block_new(l->a, type, element);
    return fact;
}

void oc_loop_set_state_output(const oc_loop *l, size_t i)
{
    const oc_carried *c = &l->state[i];
    if (i < l->node->output_count)
        oc_frame_set(l->a, l->frame, l->node->output[i],
                     oc_expr_is(l->trip, 0) ? oc_loop_entering(l->a, c->initial)
                                            : final_state(l, c->entering));
}

oc_type oc_loop_any(const oc_loop *l, const oc_type *type)
{
    oc_type any = oc_type_copy(l->a, type);
    for (int axis = 0; axis < any.rank; axis++)
        if (made_in_body(l, any.dim[axis]))
            any.dim[axis] = OC_UNKNOWN;
    return any;
}

/* The element of every iteration, stacked at `axis`. */
void oc_loop_set_stacked_output(const oc_loop *l, size_t output,
                                size_t body_output, int64_t axis)
{
    oc_analysis *a = l->a;
    const oc_fact *one = oc_region_output(a, l->frame, l->body, body_output);
    oc_fact *fact = oc_fact_new(a, NULL);
    const int rank = one->type.rank;
    fact->type = (oc_type){.kind = OC_KIND_TENSOR,
                           .elem_type = one->type.elem_type,
                           .rank = OC_RANK_UNKNOWN};
    if (axis < 0)
        axis += rank + 1;
    if (rank >= 0 && axis >= 0 && axis <= rank) {
        fact->type.rank = rank + 1;
        fact->type.dim = OC_NEW(a->arena, oc_expr, (size_t)rank + 1);
        for (int i = 0, k = 0; i <= rank; i++) {
            const oc_expr dim = i == axis ? l->trip : one->type.dim[k++];
            const bool varies =
                i != axis && at_iteration(l, dim, oc_expr_of(0)) != dim;
            fact->type.dim[i] = varies ? some_size(l) : dim;
        }
    }
    if (output < l->node->output_count)
        oc_frame_set(a, l->frame, l->node->output[output], fact);
}

/* ---- set-up ---- */

oc_loop oc_loop_new(oc_analysis *a, oc_frame *frame, oc_row *row)
{
    const oc_node *node = row->node;
    const size_t k = oc_region_count(a, node->op_type);
    return oc_loop_of(a, frame, row, oc_region_graph(frame, node, "body"),
                      oc_region_name(a, node, k, "body"));
}

oc_loop oc_loop_of(oc_analysis *a, oc_frame *frame, oc_row *row,
                   const oc_graph *body, const char *path)
{
    oc_loop l = {.a = a,
                 .frame = frame,
                 .node = row->node,
                 .row = row,
                 .place = oc_row_body_end(row),
                 .body = body,
                 .path = path,
                 .most = OC_UNKNOWN};
    l.iteration_symbol = oc_symbol_count(a->space);
    l.iteration = oc_analysis_fresh(a, "iteration", OC_SYMBOL_ITERATION,
                                    OC_UNKNOWN, OC_UNKNOWN);
    return l;
}

void oc_loop_enter_state(oc_loop *l, size_t first_operand)
{
    l->state = OC_NEW(l->a->arena, oc_carried, l->count);
    for (size_t i = 0; i < l->count; i++) {
        const size_t operand = first_operand + i;
        const oc_fact *fact =
            operand < l->node->input_count
                ? oc_frame_fact(l->frame, l->node->input[operand])
                : NULL;
        l->state[i].initial = fact ? fact : oc_fact_unknown(l->a);
        l->state[i].entering = oc_loop_entering(l->a, l->state[i].initial);
    }
}

const oc_fact *oc_loop_operand(const oc_loop *l, size_t i)
{
    return i < l->node->input_count ? oc_frame_fact(l->frame, l->node->input[i])
                                    : NULL;
}
