/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/modify.c - FlexAttention, whose bodies change all scores, or all
 * probabilities, at once.
 *
 * They are fused into it: what they do is counted, what they read and write
 * never leaves it. Not in here: the attention itself (ops/attention.c).
 */
#include "analyzers/modify.h"

#include <string.h>

#include "analyzers/region.h"

bool oc_modifies(const oc_node *node)
{
    return strcmp(node->domain, "ai.onnx.preview") == 0 &&
           strcmp(node->op_type, "FlexAttention") == 0;
}

static const oc_type *operand(const oc_frame *frame, const oc_node *node,
                              size_t i)
{
    const oc_fact *fact =
        i < node->input_count ? oc_frame_fact(frame, node->input[i]) : NULL;
    return fact && fact->type.rank == 4 ? &fact->type : NULL;
}

/* In single precision, or double when Q is, unless the node says another. */
static int precision(const oc_frame *frame, const oc_node *node, int elem_type)
{
    const oc_attribute *given =
        oc_node_attribute(frame, node, "softmax_precision");
    if (given && given->type == OC_ATTR_INT && given->i > 0 &&
        given->i <= OC_ELEM_INT2)
        return (int)given->i;
    return elem_type == OC_ELEM_DOUBLE ? OC_ELEM_DOUBLE : OC_ELEM_FLOAT;
}

/* [batch, heads, queries, keys], or of unknown dims. */
static oc_fact *scores_of(oc_analysis *a, const oc_frame *frame,
                          const oc_node *node)
{
    const oc_type *q = operand(frame, node, 0), *k = operand(frame, node, 1);
    oc_fact *scores = oc_fact_new(a, NULL);
    oc_expr *dim = OC_NEW(a->arena, oc_expr, 4);
    for (int axis = 0; axis < 4; axis++)
        dim[axis] = axis == 3 ? (k ? k->dim[2] : OC_UNKNOWN)
                              : (q ? q->dim[axis] : OC_UNKNOWN);
    scores->type = (oc_type){
        .kind = OC_KIND_TENSOR,
        .elem_type = precision(frame, node, q ? q->elem_type : OC_ELEM_UNKNOWN),
        .rank = 4,
        .dim = dim};
    return scores;
}

/* The attention does not know what the body would. */
static void leave_unknown(oc_analysis *a, size_t row)
{
    static const oc_metric lost[] = {OC_FLOPS, OC_TRANSCENDENTALS};
    for (size_t i = 0; i < 2; i++) {
        a->row[row]->metric[lost[i]] = OC_UNKNOWN;
        a->row[row]->certainty[lost[i]] = OC_NOT_KNOWN;
    }
    a->row[row]->unknown = true;
    oc_analysis_note(a, OC_WARNING, "shape.invalid", row,
                     "has a body that is none of one input and one output");
}

static void move_nothing(oc_row *row)
{
    row->unknown = false;
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        if (metric == OC_READ_BYTES || metric == OC_WRITE_BYTES) {
            row->metric[metric] = oc_expr_of(0);
            row->certainty[metric] = OC_EXACT;
        }
        row->unknown |= !oc_expr_is_known(row->metric[metric]);
    }
}

/* `k`: of the operator, for the names of bodies. */
static void run(oc_analysis *a, oc_frame *frame, const oc_node *node, size_t k,
                size_t parent, const char *name)
{
    const oc_graph *body = oc_region_graph(frame, node, name);
    const size_t first = a->row_count;
    if (!oc_node_attribute(frame, node, name))
        return;
    if (!body || body->input_count != 1 || body->output_count != 1) {
        leave_unknown(a, parent);
        return;
    }
    const oc_region region = {oc_region_name(a, node, k, name), a->row[parent],
                              OC_BODY_FUSED, a->counted, false};
    oc_frame_set(a, frame, body->input[0], scores_of(a, frame, node));
    oc_region_run(a, frame, body, region);
    for (size_t i = first; i < a->row_count; i++)
        move_nothing(a->row[i]);
}

void oc_infer_modifiers(oc_analysis *a, oc_frame *frame, const oc_node *node)
{
    const size_t k = oc_region_count(a, node->op_type);
    const size_t parent = a->row_count - 1;
    run(a, frame, node, k, parent, "score_mod");
    run(a, frame, node, k, parent, "prob_mod");
}
