/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/inplace.c - outputs that are written over an input whose
 * last use this is.
 */
#include <string.h>

#include "analyzers/memory/memory.h"
#include "analyzers/ops/elementwise.h"

/* Beside the element-wise families: the inputs that may be overwritten, in
 * order of preference. */
static const struct {
    const char *op_type;
    unsigned char input[2];
} overwriting[] = {
    {"BatchNormalization", {0, 0}},
    {"Cast", {0, 0}},
    {"CastLike", {0, 0}},
    {"Clip", {0, 0}},
    {"Dropout", {0, 0}},
    {"GroupNormalization", {0, 0}},
    {"Hardmax", {0, 0}},
    {"InstanceNormalization", {0, 0}},
    {"LayerNormalization", {0, 0}},
    {"LogSoftmax", {0, 0}},
    {"LpNormalization", {0, 0}},
    {"MeanVarianceNormalization", {0, 0}},
    {"RMSNormalization", {0, 0}},
    {"Scatter", {0, 0}},
    {"ScatterElements", {0, 0}},
    {"ScatterND", {0, 0}},
    {"SimplifiedLayerNormalization", {0, 0}},
    {"Softmax", {0, 0}},
    {"TensorScatter", {0, 0}},
    {"Where", {1, 2}},
};

static bool is_elementwise(const oc_row *row)
{
    return row->op && (row->op->infer == oc_unary_infer ||
                       row->op->infer == oc_broadcast_infer);
}

/* The k-th input to try, or SIZE_MAX. */
static size_t candidate(const oc_row *row, size_t k)
{
    if (is_elementwise(row))
        return k < row->input_count ? k : SIZE_MAX;
    for (size_t i = 0; k < 2 && i < sizeof(overwriting) / sizeof(*overwriting);
         i++)
        if (!*row->node->domain &&
            strcmp(row->node->op_type, overwriting[i].op_type) == 0)
            return overwriting[i].input[k];
    return SIZE_MAX;
}

static uint32_t resolved(const oc_plan *plan, uint32_t buffer)
{
    while (plan->buffer[buffer].over)
        buffer = plan->buffer[buffer].over;
    return buffer;
}

static oc_expr bytes_of(oc_plan *plan, const oc_fact *fact)
{
    oc_analysis *a = plan->b->a;
    return fact ? oc_fact_bytes(a, fact, oc_fact_numel(a, fact)) : OC_UNKNOWN;
}

/* All of the buffer is the input, none of its names is read later, and the
 * output is as large. */
static bool may_overwrite(oc_plan *plan, const oc_row *row, size_t input,
                          uint32_t from, uint32_t to, size_t step)
{
    const oc_buffer *old = &plan->buffer[from], *made = &plan->buffer[to];
    return from != OC_NO_BUFFER && !old->is_input && !old->is_output &&
           !old->absorbed && old->last == step && old->home == made->home &&
           oc_expr_is_known(made->bytes) && old->bytes == made->bytes &&
           bytes_of(plan, row->input[input]) == made->bytes;
}

static void overwrite(oc_plan *plan, uint32_t from, uint32_t to)
{
    oc_buffer *old = &plan->buffer[from], *made = &plan->buffer[to];
    old->last = made->last;
    old->is_output |= made->is_output;
    if (old->same == from && made->same != to)
        old->same = made->same;
    made->over = from;
    made->absorbed = true;
}

static void try_row(oc_plan *plan, const oc_row *row, size_t step)
{
    const oc_node *node = row->node;
    if (!row->output_count || node->output[0] == OC_NO_VALUE || row->body ||
        !row->frame->name)
        return;
    const uint32_t to = row->frame->name[node->output[0]].buffer;
    const oc_buffer *made = &plan->buffer[to];
    if (to == OC_NO_BUFFER || made->absorbed || made->first != step ||
        made->value != node->output[0] || made->scope != row->frame->scope)
        return;
    size_t input;
    for (size_t k = 0; (input = candidate(row, k)) < row->input_count; k++) {
        if (node->input[input] == OC_NO_VALUE)
            continue;
        const uint32_t from =
            resolved(plan, row->frame->name[node->input[input]].buffer);
        if (!may_overwrite(plan, row, input, from, to, step))
            continue;
        overwrite(plan, from, to);
        return;
    }
}

void oc_plan_in_place(oc_plan *plan)
{
    const oc_analysis *a = plan->b->a;
    for (size_t step = 0; step < a->row_count; step++) {
        const oc_row *row = a->row[oc_plan_row(plan, step)];
        if (!row->silent)
            try_row(plan, row, step);
    }
}
