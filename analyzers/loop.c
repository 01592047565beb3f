/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/loop.c - Loop, Scan and SequenceMap.
 *
 * The body is inferred with its carried values as they enter an iteration.
 * What enters iteration i + 1 must be what iteration i gives: a size that
 * changes is tried as growing evenly (d0 + k * iteration), and becomes a
 * fresh symbol when it does not. Figures that depend on the iteration are
 * summed over all of them.
 */
#include "analyzers/loop.h"

#include <string.h>

#include "analyzers/region.h"

#define MOST_PASSES 5

/* A value that one iteration hands to the next. */
typedef struct oc_carried {
    const oc_fact *initial;
    oc_fact *entering; /* in iteration `iteration` */
} oc_carried;

typedef struct oc_loop {
    oc_analysis *a;
    oc_frame *frame;
    const oc_node *node;
    const oc_graph *body;
    const char *path;
    oc_expr iteration;       /* a symbol */
    size_t iteration_symbol; /* its index; later ones were made in the body */
    oc_expr trip;
    size_t count; /* of carried values */
    oc_carried *state;
    size_t first_input, first_output; /* of the state in the body */
} oc_loop;

/* ---- even growth ---- */

static oc_expr at_iteration(const oc_loop *l, oc_expr e, oc_expr iteration)
{
    oc_space *space = l->a->space;
    oc_expr *replacement = OC_NEW(l->a->arena, oc_expr, oc_symbol_count(space));
    if (oc_expr_is_immediate(e) || !oc_expr_is_known(e))
        return e;
    replacement[l->iteration_symbol] = iteration;
    return oc_expr_substitute(space, e, replacement);
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

/* initial + k * iteration when one iteration turns `in` into in + k. */
static oc_expr even_growth(const oc_loop *l, oc_expr initial, oc_expr in,
                           oc_expr out)
{
    oc_space *space = l->a->space;
    const oc_expr by = oc_expr_sub(space, out, in);
    if (!oc_expr_is_known(by) || made_in_body(l, by) || in != initial)
        return OC_UNKNOWN;
    return oc_expr_add(space, initial, oc_expr_mul(space, by, l->iteration));
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
    *in = even_growth(l, initial, *in, out);
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
        element[i] = even_growth(l, first->element[i], element[i],
                                 out->block->element[i]);
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

static oc_fact *entering(oc_analysis *a, const oc_fact *fact)
{
    oc_fact *in = oc_fact_renamed(a, fact);
    in->type = oc_type_copy(a, &fact->type);
    in->lower = in->upper = OC_UNKNOWN;
    in->constant = in->from_shapes = false;
    in->origins = NULL;
    in->stored_bytes = OC_UNKNOWN;
    in->loop_state = true;
    return in;
}

static void set_input(const oc_loop *l, size_t k, const oc_fact *fact)
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

static bool one_pass(oc_loop *l, bool counted)
{
    oc_analysis *a = l->a;
    for (size_t i = 0; i < l->count; i++)
        set_input(l, l->first_input + i, l->state[i].entering);
    const oc_region region = {l->path, counted, false};
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

static void run_body(oc_loop *l)
{
    const oc_point point = oc_point_here(l->a);
    for (size_t pass = 1; !one_pass(l, l->a->counted); pass++) {
        if (pass == MOST_PASSES) {
            for (size_t i = 0; i < l->count; i++)
                l->state[i].entering = entering(l->a, oc_fact_unknown(l->a));
            oc_point_rollback(l->a, point);
            one_pass(l, l->a->counted);
            break;
        }
        oc_point_rollback(l->a, point);
    }
}

static oc_expr single_element(const oc_fact *fact)
{
    if (!fact || !fact->block || fact->block->count != 1)
        return OC_UNKNOWN;
    return fact->block->element[0];
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
 * The sum of e over iterations 0 .. trip - 1. A polynomial of degree n in the
 * iteration is the Newton series of its first n + 1 values; that the series
 * is e again proves that e is one.
 */
static oc_expr sum_over_iterations(const oc_loop *l, oc_expr e)
{
    oc_space *space = l->a->space;
    if (!oc_expr_is_known(e) || oc_expr_is_immediate(e) ||
        !oc_expr_mentions(space, e, l->iteration_symbol))
        return oc_expr_mul(space, e, l->trip);
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
            oc_expr_mul(space, difference[k], choose(space, l->trip, k + 1)));
    }
    return series == e ? total : OC_UNKNOWN;
}

static void sum_row(const oc_loop *l, oc_row *row)
{
    row->executions = sum_over_iterations(l, row->executions);
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        row->metric[metric] = sum_over_iterations(l, row->metric[metric]);
        row->upper[metric] = sum_over_iterations(l, row->upper[metric]);
        if (!oc_expr_is_known(row->metric[metric])) {
            row->certainty[metric] = OC_NOT_KNOWN;
            row->unknown = true;
        }
    }
    row->weight_bytes = sum_over_iterations(l, row->weight_bytes);
}

static void finish_rows(const oc_loop *l, oc_point point)
{
    oc_analysis *a = l->a;
    for (size_t i = point.rows; i < a->row_count; i++)
        sum_row(l, a->row[i]);
    if (oc_expr_at_most(a->space, oc_expr_of(1), l->trip) != OC_YES)
        oc_ledger_rollback(a->space, point.ledger);
}

/* ---- what comes out ---- */

static void set_state_output(const oc_loop *l, size_t i)
{
    const oc_carried *c = &l->state[i];
    oc_fact *fact = oc_fact_new(l->a, c->entering);
    oc_type *type = &fact->type;
    *type = oc_type_copy(l->a, type);
    for (int axis = 0; axis < type->rank; axis++)
        type->dim[axis] = made_in_body(l, type->dim[axis])
                              ? some_size(l)
                              : at_iteration(l, type->dim[axis], l->trip);
    if (type->kind == OC_KIND_SEQUENCE)
        type->length = at_iteration(l, type->length, l->trip);
    fact->block = NULL;
    if (c->entering->block) {
        const oc_block *block = c->entering->block;
        oc_expr *element = OC_NEW(l->a->arena, oc_expr, block->count);
        for (size_t k = 0; k < block->count; k++)
            element[k] = at_iteration(l, block->element[k], l->trip);
        fact->block = oc_block_new(l->a, type, element);
    }
    if (i < l->node->output_count)
        oc_frame_set(l->a, l->frame, l->node->output[i], fact);
}

/* The element of every iteration, stacked at `axis`. */
static void set_stacked_output(const oc_loop *l, size_t output,
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

static oc_loop loop_new(oc_analysis *a, oc_frame *frame, const oc_node *node)
{
    oc_loop l = {.a = a,
                 .frame = frame,
                 .node = node,
                 .body = oc_region_graph(frame, node, "body")};
    l.path = oc_region_name(a, node, oc_region_count(a, node->op_type), "body");
    const oc_interval from_zero = {0, OC_UNBOUNDED_ABOVE};
    const char *name = oc_arena_printf(a->arena, "iteration_%zu",
                                       oc_region_count(a, "iteration"));
    l.iteration_symbol = oc_symbol_count(a->space);
    l.iteration = oc_analysis_symbol(a, name, NULL, OC_SYMBOL_TRIP, from_zero);
    return l;
}

static void enter_state(oc_loop *l, size_t first_operand)
{
    l->state = OC_NEW(l->a->arena, oc_carried, l->count);
    for (size_t i = 0; i < l->count; i++) {
        const size_t operand = first_operand + i;
        const oc_fact *fact =
            operand < l->node->input_count
                ? oc_frame_fact(l->frame, l->node->input[operand])
                : NULL;
        l->state[i].initial = fact ? fact : oc_fact_unknown(l->a);
        l->state[i].entering = entering(l->a, l->state[i].initial);
    }
}

static void forget_growth(oc_loop *l)
{
    for (size_t i = 0; i < l->count; i++)
        l->state[i].entering = entering(l->a, l->state[i].initial);
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

/* ---- Loop ---- */

static const oc_fact *operand(const oc_loop *l, size_t i)
{
    return i < l->node->input_count ? oc_frame_fact(l->frame, l->node->input[i])
                                    : NULL;
}

static void enter_iteration(oc_loop *l, oc_expr most, oc_expr condition)
{
    oc_analysis *a = l->a;
    if (oc_expr_is_known(most))
        oc_fact_at_most(a->space, l->iteration,
                        oc_expr_sub(a->space, most, oc_expr_of(1)));
    set_input(l, 0, scalar(a, OC_ELEM_INT64, l->iteration));
    set_input(l, 1, scalar(a, OC_ELEM_BOOL, condition));
}

/*
 * How often it runs: as many times as M says when the condition stays true;
 * else some number up to M.
 */
static void decide_trip(oc_loop *l, oc_expr most, oc_expr condition)
{
    oc_analysis *a = l->a;
    const oc_point point = oc_point_here(a);
    run_body(l);
    const oc_expr after =
        single_element(oc_region_output(a, l->frame, l->body, 0));
    oc_point_rollback(a, point);
    forget_growth(l);
    if (oc_expr_is(condition, 0))
        l->trip = oc_expr_of(0);
    else if (oc_expr_is(after, 1) && oc_expr_is(condition, 1) &&
             oc_expr_is_known(most))
        l->trip = oc_expr_max(a->space, most, oc_expr_of(0));
    else if (oc_expr_is(after, 0) && oc_expr_is(condition, 1))
        l->trip = oc_expr_is_known(most)
                      ? oc_expr_min(a->space, most, oc_expr_of(1))
                      : oc_expr_of(1);
    else
        l->trip =
            oc_analysis_fresh(a, "trip", OC_SYMBOL_TRIP, OC_UNKNOWN, most);
}

static void loop_outputs(const oc_loop *l)
{
    for (size_t i = 0; i < l->count; i++)
        set_state_output(l, i);
    for (size_t i = l->count; i < l->node->output_count; i++)
        set_stacked_output(l, i, i + 1, 0);
}

void oc_infer_loop(oc_analysis *a, oc_frame *frame, const oc_node *node,
                   oc_row *row)
{
    oc_loop l = loop_new(a, frame, node);
    l.count = node->input_count > 2 ? node->input_count - 2 : 0;
    if (!l.body || l.body->input_count < l.count + 2 ||
        l.body->output_count < l.count + 1) {
        oc_region_invalid(a, frame, row, "has no body that fits its inputs");
        return;
    }
    l.first_input = 2;
    l.first_output = 1;
    enter_state(&l, 2);
    const oc_fact *limit = operand(&l, 0), *given = operand(&l, 1);
    const oc_expr most = single_element(limit);
    const oc_expr condition = given ? single_element(given) : oc_expr_of(1);
    enter_iteration(&l, most, condition);
    decide_trip(&l, most, condition);
    enter_iteration(&l, l.trip, condition);
    const oc_point point = oc_point_here(a);
    run_body(&l);
    finish_rows(&l, point);
    loop_outputs(&l);
}

/* ---- Scan ---- */

static int64_t int_at(const oc_loop *l, const char *name, size_t i)
{
    const oc_attribute *list = oc_node_attribute(l->frame, l->node, name);
    if (!list || list->type != OC_ATTR_INTS || i >= list->count)
        return 0;
    return list->ints[i];
}

/* One slice of a scanned operand; the length of its axis joins the trip. */
static bool enter_slice(oc_loop *l, size_t k, const oc_fact *whole, size_t skip,
                        int64_t axis)
{
    oc_analysis *a = l->a;
    bool contradiction = false;
    const int rank = whole ? whole->type.rank : OC_RANK_UNKNOWN;
    oc_fact *slice = oc_fact_new(a, NULL);
    slice->type.kind = OC_KIND_TENSOR;
    if (whole)
        slice->type.elem_type = whole->type.elem_type;
    if (axis < 0)
        axis += rank - (int)skip;
    axis += (int64_t)skip;
    if (rank >= 0 && axis >= 0 && axis < rank) {
        slice->type.rank = rank - 1 - (int)skip;
        if (slice->type.rank < 0)
            return false;
        slice->type.dim = OC_NEW(a->arena, oc_expr, (size_t)rank);
        for (int i = (int)skip, to = 0; i < rank; i++)
            if (i != axis)
                slice->type.dim[to++] = whole->type.dim[i];
        l->trip = oc_dim_unify(a->space, l->trip, whole->type.dim[axis],
                               a->row_count - 1, &contradiction);
    }
    set_input(l, k, slice);
    return !contradiction;
}

/* Opset 8 scans batches: state and elements of the body have no batch dim. */
static void drop_batch(oc_loop *l, oc_expr *batch)
{
    for (size_t i = 0; i < l->count; i++) {
        oc_type *type = &l->state[i].entering->type;
        if (type->rank < 1)
            continue;
        *batch = type->dim[0];
        type->rank--;
        type->dim++;
        l->state[i].entering->block = NULL;
        l->state[i].initial = entering(l->a, l->state[i].entering);
    }
}

static void add_batch(const oc_loop *l, oc_expr batch)
{
    for (size_t i = 0; i < l->node->output_count; i++) {
        const oc_fact *fact = oc_frame_fact(l->frame, l->node->output[i]);
        if (!fact || fact->type.rank < 0)
            continue;
        oc_fact *whole = oc_fact_new(l->a, fact);
        const size_t rank = (size_t)fact->type.rank;
        whole->type.dim = OC_NEW(l->a->arena, oc_expr, rank + 1);
        whole->type.dim[0] = batch;
        for (size_t axis = 0; axis < rank; axis++)
            whole->type.dim[axis + 1] = fact->type.dim[axis];
        whole->type.rank++;
        whole->root = l->node->output[i];
        oc_frame_set(l->a, l->frame, l->node->output[i], whole);
    }
}

static void scan_outputs(const oc_loop *l)
{
    for (size_t i = 0; i < l->count; i++)
        set_state_output(l, i);
    for (size_t i = l->count; i < l->node->output_count; i++)
        set_stacked_output(l, i, i,
                           int_at(l, "scan_output_axes", i - l->count));
}

void oc_infer_scan(oc_analysis *a, oc_frame *frame, const oc_node *node,
                   oc_row *row)
{
    const size_t batched = row->since_version == 8;
    const oc_attribute *scanned =
        oc_node_attribute(frame, node, "num_scan_inputs");
    const int64_t scans = scanned ? scanned->i : -1;
    const size_t inputs =
        node->input_count > batched ? node->input_count - batched : 0;
    oc_loop l = loop_new(a, frame, node);
    if (!l.body || scans < 1 || (uint64_t)scans > inputs ||
        l.body->input_count != inputs ||
        l.body->output_count < inputs - (size_t)scans) {
        oc_region_invalid(a, frame, row, "has no body that fits its inputs");
        return;
    }
    oc_expr batch = oc_expr_of(1);
    bool fits = true;
    l.count = inputs - (size_t)scans;
    enter_state(&l, batched);
    for (size_t i = 0; i < (size_t)scans; i++) {
        const oc_fact *whole = operand(&l, batched + l.count + i);
        if (batched && whole && whole->type.rank > 0)
            batch = whole->type.dim[0];
        fits &= enter_slice(&l, l.count + i, whole, batched,
                            int_at(&l, "scan_input_axes", i));
    }
    if (batched)
        drop_batch(&l, &batch);
    if (!fits) {
        oc_region_invalid(a, frame, row, "scans inputs of unequal length");
        return;
    }
    const oc_point point = oc_point_here(a);
    run_body(&l);
    const oc_expr length = l.trip;
    l.trip = oc_expr_mul(a->space, length, batch);
    finish_rows(&l, point);
    l.trip = length;
    scan_outputs(&l);
    if (batched)
        add_batch(&l, batch);
}

/* ---- SequenceMap ---- */

static const oc_fact *element_of(oc_loop *l, const oc_fact *fact)
{
    if (!fact || fact->type.kind != OC_KIND_SEQUENCE)
        return fact ? fact : oc_fact_unknown(l->a);
    oc_fact *element = oc_fact_new(l->a, NULL);
    if (fact->type.element)
        element->type = oc_type_copy(l->a, fact->type.element);
    return element;
}

void oc_infer_sequence_map(oc_analysis *a, oc_frame *frame, const oc_node *node,
                           oc_row *row)
{
    oc_loop l = loop_new(a, frame, node);
    const oc_fact *sequence = operand(&l, 0);
    if (!l.body || !sequence || l.body->input_count < node->input_count) {
        oc_region_invalid(a, frame, row, "has no body that fits its inputs");
        return;
    }
    l.trip = sequence->type.length;
    for (size_t i = 0; i < node->input_count; i++)
        set_input(&l, i, element_of(&l, operand(&l, i)));
    if (!oc_expr_is_known(l.trip))
        l.trip = oc_analysis_fresh(a, "trip", OC_SYMBOL_TRIP, OC_UNKNOWN,
                                   OC_UNKNOWN);
    const oc_point point = oc_point_here(a);
    run_body(&l);
    finish_rows(&l, point);
    for (size_t i = 0; i < node->output_count; i++) {
        const oc_fact *one = oc_region_output(a, frame, l.body, i);
        oc_fact *fact = oc_fact_new(a, NULL);
        oc_type *element = OC_NEW(a->arena, oc_type, 1);
        *element = oc_type_copy(a, &one->type);
        fact->type = (oc_type){.kind = OC_KIND_SEQUENCE,
                               .rank = OC_RANK_UNKNOWN,
                               .length = l.trip,
                               .element = element};
        oc_frame_set(a, frame, node->output[i], fact);
    }
}
