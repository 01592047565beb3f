/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/scan.c - Scan and SequenceMap: bodies that run once for every
 * slice or element of what they are given.
 */
#include "analyzers/loop.h"

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
    oc_loop_set_input(l, k, slice);
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
        l->state[i].initial = oc_loop_entering(l->a, l->state[i].entering);
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
        oc_loop_set_state_output(l, i);
    for (size_t i = l->count; i < l->node->output_count; i++)
        oc_loop_set_stacked_output(l, i, i,
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
    oc_loop l = oc_loop_new(a, frame, row);
    if (!l.body || scans < 1 || (uint64_t)scans > inputs ||
        l.body->input_count != inputs ||
        l.body->output_count < inputs - (size_t)scans) {
        oc_region_invalid(a, frame, row, "has no body that fits its inputs");
        return;
    }
    oc_expr batch = oc_expr_of(1);
    bool fits = true;
    l.count = inputs - (size_t)scans;
    oc_loop_enter_state(&l, batched);
    for (size_t i = 0; i < (size_t)scans; i++) {
        const oc_fact *whole = oc_loop_operand(&l, batched + l.count + i);
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
    l.runs = oc_expr_at_most(a->space, oc_expr_of(1), l.trip) == OC_YES;
    oc_loop_run(&l);
    oc_loop_finish(&l, oc_expr_mul(a->space, l.trip, batch));
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
    oc_loop l = oc_loop_new(a, frame, row);
    const oc_fact *sequence = oc_loop_operand(&l, 0);
    if (!l.body || !sequence || l.body->input_count < node->input_count) {
        oc_region_invalid(a, frame, row, "has no body that fits its inputs");
        return;
    }
    l.trip = sequence->type.length;
    for (size_t i = 0; i < node->input_count; i++)
        oc_loop_set_input(&l, i, element_of(&l, oc_loop_operand(&l, i)));
    if (!oc_expr_is_known(l.trip))
        l.trip = oc_analysis_fresh(a, "trip", OC_SYMBOL_TRIP, OC_UNKNOWN,
                                   OC_UNKNOWN);
    l.runs = oc_expr_at_most(a->space, oc_expr_of(1), l.trip) == OC_YES;
    oc_loop_run(&l);
    oc_loop_finish(&l, l.trip);
    for (size_t i = 0; i < node->output_count; i++) {
        const oc_fact *one = oc_region_output(a, frame, l.body, i);
        oc_fact *fact = oc_fact_new(a, NULL);
        oc_type *element = OC_NEW(a->arena, oc_type, 1);
        *element = oc_loop_any(&l, &one->type);
        fact->type = (oc_type){.kind = OC_KIND_SEQUENCE,
                               .rank = OC_RANK_UNKNOWN,
                               .length = l.trip,
                               .element = element};
        oc_frame_set(a, frame, node->output[i], fact);
    }
}
