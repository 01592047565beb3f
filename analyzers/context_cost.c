/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/context_cost.c - the cost of one node: the terms its operator
 * states, and the bytes that follow from its operands.
 *
 * Bytes: every distinct operand of more than one element is read once, every
 * named output written once, in the bytes of its type; shape-like operands
 * are free; an operator may say that it touches less.
 */
#include "analyzers/context.h"

#include <stddef.h>
#include <string.h>

oc_context *oc_context_of_cost(oc_cost *cost)
{
    return (oc_context *)(void *)((char *)cost - offsetof(oc_context, cost));
}

/* ---- what the operator states ---- */

static void add_metric(oc_context *c, oc_metric metric, oc_expr amount)
{
    oc_row *row = c->row;
    row->metric[metric] = oc_expr_add(c->a->space, row->metric[metric], amount);
}

void oc_context_cost_add(oc_cost *cost, oc_metric metric, const char *label,
                         oc_expr amount)
{
    oc_context *c = oc_context_of_cost(cost);
    oc_term *term = OC_NEW(c->a->arena, oc_term, 1);
    *term = (oc_term){metric, label, amount, c->row->terms};
    c->row->terms = term;
    add_metric(c, metric, amount);
    if (metric == OC_MACS)
        add_metric(c, OC_FLOPS,
                   oc_expr_mul(c->a->space, oc_expr_of(2), amount));
}

void oc_context_cost_types(oc_cost *cost, int left, int right)
{
    oc_row *row = oc_context_of_cost(cost)->row;
    row->macs_left = left;
    row->macs_right = right;
}

void oc_context_cost_certainty(oc_cost *cost, oc_metric metric,
                               oc_certainty certainty)
{
    oc_row *row = oc_context_of_cost(cost)->row;
    if (row->certainty[metric] < certainty)
        row->certainty[metric] = (uint8_t)certainty;
}

void oc_context_cost_read(oc_cost *cost, size_t i, oc_expr elements)
{
    oc_context *c = oc_context_of_cost(cost);
    if (i < c->input_count)
        c->read[i] = (oc_touched){true, elements};
}

void oc_context_cost_write(oc_cost *cost, size_t i, oc_expr elements)
{
    oc_context *c = oc_context_of_cost(cost);
    if (i < c->output_count)
        c->write[i] = (oc_touched){true, elements};
}

void oc_context_cost_view(oc_cost *cost)
{
    oc_context_of_cost(cost)->view = true;
}

void oc_context_cost_upper(oc_cost *cost, oc_metric metric, oc_expr amount)
{
    oc_context_of_cost(cost)->row->upper[metric] = amount;
}

void oc_context_cost_weight(oc_cost *cost, size_t i, oc_expr elements)
{
    oc_context *c = oc_context_of_cost(cost);
    if (i >= c->input_count)
        return;
    oc_expr *weight = OC_NEW(c->a->arena, oc_expr, c->input_count);
    if (c->row->weight)
        memcpy(weight, c->row->weight, c->input_count * sizeof(*weight));
    weight[i] = elements;
    c->row->weight = weight;
}

void oc_context_cost_parameters(oc_cost *cost, int64_t elements)
{
    oc_context *c = oc_context_of_cost(cost);
    c->row->params = oc_expr_add(c->a->space, c->row->params,
                                 oc_expr_int(c->a->space, elements));
}

/* ---- bytes ---- */

/* At most one element, whatever its type. */
static bool is_scalar(const oc_type *type)
{
    bool scalar = true;
    if (type->kind != OC_KIND_TENSOR || type->rank < 0)
        return false;
    for (int axis = 0; axis < type->rank; axis++) {
        if (oc_expr_is(type->dim[axis], 0))
            return true;
        scalar = scalar && oc_expr_is(type->dim[axis], 1);
    }
    return scalar;
}

/* Sequences and optionals are handed over, not moved. */
static bool is_moved(const oc_fact *fact)
{
    return fact->type.kind == OC_KIND_TENSOR ||
           fact->type.kind == OC_KIND_SPARSE_TENSOR ||
           fact->type.kind == OC_KIND_UNKNOWN;
}

static bool read_before(const oc_context *c, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (c->input[k] == c->input[i])
            return true;
    return false;
}

static oc_expr sparse_bytes(oc_context *c, const oc_fact *fact)
{
    if (!fact->origins || fact->origins->count != 1 ||
        !fact->origins->tensor[0]->sparse)
        return OC_UNKNOWN;
    return oc_fact_bytes(
        c->a, fact,
        oc_expr_int(c->a->space, (oc_i128)fact->origins->tensor[0]->nnz));
}

/* What an operator says it reads of a sequence is elements of its tensors. */
static oc_expr given_bytes(oc_context *c, const oc_fact *fact, oc_expr elements)
{
    oc_fact element = *fact;
    while (element.type.kind != OC_KIND_TENSOR && element.type.element)
        element.type = *element.type.element;
    return oc_fact_bytes(c->a, &element, elements);
}

/* Of a weight that is stored in another form, that share of the form. */
static oc_expr touched_bytes(oc_context *c, size_t i)
{
    const oc_fact *fact = c->input[i];
    const oc_expr elements = c->read[i].elements;
    const oc_expr numel = oc_fact_numel(c->a, fact);
    if (!oc_expr_is_known(fact->stored_bytes) || !oc_expr_is_known(numel))
        return given_bytes(c, fact, elements);
    return oc_expr_ceil_div(
        c->a->space, oc_expr_mul(c->a->space, elements, fact->stored_bytes),
        numel);
}

static oc_expr input_bytes(oc_context *c, size_t i)
{
    const oc_fact *fact = c->input[i];
    if (!fact || oc_context_is_shape_like(c, i) || is_scalar(&fact->type))
        return oc_expr_of(0);
    if (c->read[i].given)
        return touched_bytes(c, i);
    if (!is_moved(fact))
        return oc_expr_of(0);
    if (c->view || read_before(c, i))
        return oc_expr_of(0);
    if (oc_expr_is_known(fact->stored_bytes))
        return fact->stored_bytes;
    const oc_expr sparse = sparse_bytes(c, fact);
    if (oc_expr_is_known(sparse))
        return sparse;
    return oc_fact_bytes(c->a, fact, oc_fact_numel(c->a, fact));
}

static oc_expr output_bytes(oc_context *c, size_t i)
{
    const oc_fact *fact = c->output[i];
    if (!fact || is_scalar(&fact->type))
        return oc_expr_of(0);
    if (c->write[i].given)
        return given_bytes(c, fact, c->write[i].elements);
    if (!is_moved(fact))
        return oc_expr_of(0);
    if (c->view)
        return oc_expr_of(0);
    return oc_fact_bytes(c->a, fact, oc_fact_numel(c->a, fact));
}

/* Read from what is stored, not from a buffer that a node has filled. */
static bool is_weight(const oc_fact *fact)
{
    return fact && fact->origins && (fact->constant || fact->shows_constant);
}

/* Millions of rows need no term for what their operands say. */
static void add_bytes(oc_context *c, oc_metric metric, oc_expr bytes,
                      const char *const *names, size_t i)
{
    if (names && !oc_expr_is(bytes, 0))
        oc_context_cost_add(&c->cost, metric, names[i], bytes);
    else
        add_metric(c, metric, bytes);
}

static void count_bytes(oc_context *c)
{
    oc_space *space = c->a->space;
    c->row->weight_bytes = oc_expr_of(0);
    for (size_t i = 0; i < c->input_count; i++) {
        const oc_expr bytes = input_bytes(c, i);
        add_bytes(c, OC_READ_BYTES, bytes, c->input_name, i);
        if (is_weight(c->input[i]))
            c->row->weight_bytes =
                oc_expr_add(space, c->row->weight_bytes, bytes);
    }
    for (size_t i = 0; i < c->output_count; i++)
        add_bytes(c, OC_WRITE_BYTES, output_bytes(c, i), c->output_name, i);
}

/* ---- the whole ---- */

/* All outputs are of rank 0 or 1 and come from shapes alone. */
static bool is_shape_arithmetic(const oc_context *c)
{
    for (size_t i = 0; i < c->output_count; i++)
        if (c->output[i] &&
            (!c->output[i]->from_shapes ||
             c->output[i]->type.kind != OC_KIND_TENSOR ||
             c->output[i]->type.rank < 0 || c->output[i]->type.rank > 1))
            return false;
    return true;
}

static bool from_shapes(const oc_context *c)
{
    for (size_t i = 0; i < c->output_count; i++)
        if (c->output[i] && c->output[i]->from_shapes)
            return true;
    return false;
}

static bool is_none(const oc_context *c, oc_metric metric)
{
    return oc_expr_is(c->row->metric[metric], 0);
}

/* The figures decide, not the operator: a scatter that adds computes, a power
 * of 1 only copies. Where they are not known the operator's trait does. */
static oc_report_role role_of(const oc_context *c)
{
    const bool moves =
        c->descriptor && (c->descriptor->traits & OC_TRAIT_MOVES);
    const bool still = is_none(c, OC_READ_BYTES) && is_none(c, OC_WRITE_BYTES);
    if (c->view && still)
        return OC_ROLE_VIEW;
    if (from_shapes(c))
        return OC_ROLE_MASK;
    if (moves && !oc_expr_is_known(c->row->metric[OC_FLOPS]))
        return OC_ROLE_DATA;
    if (!is_none(c, OC_FLOPS) || !is_none(c, OC_TRANSCENDENTALS))
        return OC_ROLE_COMPUTE;
    if (still)
        return moves ? OC_ROLE_VIEW : OC_ROLE_COMPUTE;
    return OC_ROLE_DATA;
}

/* Without a rule all operands are taken to move; where there is one that
 * could not be followed, nothing is known of them either. */
static void not_known(oc_context *c, oc_metric last)
{
    for (int metric = 0; metric <= (int)last; metric++) {
        c->row->metric[metric] = OC_UNKNOWN;
        c->row->certainty[metric] = OC_NOT_KNOWN;
    }
}

static void run_cost(oc_context *c)
{
    const oc_op_descriptor *op = c->descriptor;
    if (op)
        c->view = (op->traits & OC_TRAIT_VIEW) != 0;
    if (!op || (op->traits & OC_TRAIT_UNCOUNTED)) {
        not_known(c, OC_TRANSCENDENTALS);
    } else if (c->failed) {
        not_known(c, OC_WRITE_BYTES);
    } else if (op->cost) {
        c->unknown = false;
        c->fresh_count = 0; /* the sizes that its shapes have made */
        op->cost(&c->op, &c->cost);
        if (c->unknown || c->failed)
            not_known(c, OC_WRITE_BYTES);
    }
    count_bytes(c);
}

/* Shape arithmetic costs nothing, and may still be a view of a larger tensor,
 * which then lives on. */
static void find_view(oc_context *c)
{
    const oc_op_descriptor *op = c->descriptor;
    const bool unknown = c->unknown, failed = c->failed;
    oc_row *row = c->row, ignored = *row;
    if (!op || failed || !c->input_count || !c->input[0] ||
        (c->input[0]->type.rank < 2 && c->input[0]->root == c->node->input[0]))
        return;
    c->view = (op->traits & OC_TRAIT_VIEW) != 0;
    c->row = &ignored;
    c->fresh_count = 0;
    if (op->cost)
        op->cost(&c->op, &c->cost);
    c->row = row;
    c->unknown = unknown;
    c->failed = failed;
}

static void scale_by_executions(oc_context *c)
{
    oc_row *row = c->row;
    if (oc_expr_is(row->executions, 1))
        return;
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        row->metric[metric] =
            oc_expr_mul(c->a->space, row->metric[metric], row->executions);
        row->upper[metric] =
            oc_expr_mul(c->a->space, row->upper[metric], row->executions);
    }
    row->weight_bytes =
        oc_expr_mul(c->a->space, row->weight_bytes, row->executions);
}

static int type_of_factor(const oc_context *c, size_t i)
{
    return i < c->input_count && c->input[i] ? c->input[i]->type.elem_type
                                             : OC_ELEM_UNKNOWN;
}

void oc_context_cost(oc_context *c)
{
    oc_row *row = c->row;
    c->read = OC_NEW(c->a->scratch, oc_touched, c->input_count);
    c->write = OC_NEW(c->a->scratch, oc_touched, c->output_count);
    row->macs_left = type_of_factor(c, 0);
    row->macs_right = type_of_factor(c, 1);
    if (row->folded) {
        row->role = OC_ROLE_FOLDED;
    } else if (is_shape_arithmetic(c)) {
        row->role = OC_ROLE_SHAPE;
        find_view(c);
    } else {
        run_cost(c);
        row->role = role_of(c);
    }
    scale_by_executions(c);
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        if (!oc_expr_is_known(row->metric[metric]))
            row->certainty[metric] = OC_NOT_KNOWN;
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        row->unknown |= row->certainty[metric] == OC_NOT_KNOWN;
}
