/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/inplace.c - outputs that are written over an input whose
 * last use this is.
 */
#include <string.h>

#include "analyzers/memory/memory.h"
#include "analyzers/ops/elementwise.h"

/* Beside the element-wise families: the results that may be written over an
 * input, and those inputs in order of preference. */
typedef struct overwriting {
    const char *domain, *op_type;
    unsigned char output, input[2];
} overwriting;

#define MICROSOFT "com.microsoft"

static const overwriting rows[] = {
    {"", "BatchNormalization", 0, {0, 0}},
    {"", "Cast", 0, {0, 0}},
    {"", "CastLike", 0, {0, 0}},
    {"", "Clip", 0, {0, 0}},
    {"", "Dropout", 0, {0, 0}},
    {"", "GroupNormalization", 0, {0, 0}},
    {"", "Hardmax", 0, {0, 0}},
    {"", "InstanceNormalization", 0, {0, 0}},
    {"", "LayerNormalization", 0, {0, 0}},
    {"", "LogSoftmax", 0, {0, 0}},
    {"", "LpNormalization", 0, {0, 0}},
    {"", "MeanVarianceNormalization", 0, {0, 0}},
    {"", "RMSNormalization", 0, {0, 0}},
    {"", "Scatter", 0, {0, 0}},
    {"", "ScatterElements", 0, {0, 0}},
    {"", "ScatterND", 0, {0, 0}},
    {"", "SimplifiedLayerNormalization", 0, {0, 0}},
    {"", "Softmax", 0, {0, 0}},
    {"", "TensorScatter", 0, {0, 0}},
    {"", "Where", 0, {1, 2}},
    {MICROSOFT, "BiasAdd", 0, {0, 2}},
    {MICROSOFT, "BiasDropout", 0, {0, 2}},
    {MICROSOFT, "BiasGelu", 0, {0, 0}},
    {MICROSOFT, "BiasSoftmax", 0, {0, 0}},
    {MICROSOFT, "BitmaskBiasDropout", 0, {0, 2}},
    {MICROSOFT, "BitmaskDropout", 0, {0, 0}},
    {MICROSOFT, "FastGelu", 0, {0, 0}},
    {MICROSOFT, "GatedAdd", 0, {0, 1}},
    {MICROSOFT, "GatedRMSNorm", 0, {0, 0}},
    {MICROSOFT, "Gelu", 0, {0, 0}},
    {MICROSOFT, "GroupNorm", 0, {0, 0}},
    {MICROSOFT, "QOrderedGelu", 0, {0, 0}},
    {MICROSOFT, "QOrderedLayerNormalization", 0, {0, 0}},
    {MICROSOFT, "QuickGelu", 0, {0, 0}},
    {MICROSOFT, "ScaledSiLU", 0, {0, 0}},
    {MICROSOFT, "SkipGroupNorm", 0, {0, 3}},
    {MICROSOFT, "SkipGroupNorm", 1, {3, 0}},
    {MICROSOFT, "SkipLayerNormalization", 0, {0, 1}},
    {MICROSOFT, "SkipLayerNormalization", 3, {1, 0}},
    {MICROSOFT, "SkipSimplifiedLayerNormalization", 0, {0, 1}},
    {MICROSOFT, "SkipSimplifiedLayerNormalization", 3, {1, 0}},
    /* A cache that is as long as the present one is its buffer. */
    {MICROSOFT, "Attention", 1, {4, 4}},
    {MICROSOFT, "DecoderMaskedMultiHeadAttention", 1, {5, 5}},
    {MICROSOFT, "DecoderMaskedMultiHeadAttention", 2, {6, 6}},
    {MICROSOFT, "DecoderMaskedSelfAttention", 1, {4, 4}},
    {MICROSOFT, "DynamicSparseAttention", 1, {3, 3}},
    {MICROSOFT, "DynamicSparseAttention", 2, {4, 4}},
    {MICROSOFT, "GroupQueryAttention", 1, {3, 3}},
    {MICROSOFT, "GroupQueryAttention", 2, {4, 4}},
    {MICROSOFT, "MultiHeadAttention", 1, {6, 6}},
    {MICROSOFT, "MultiHeadAttention", 2, {7, 7}},
    {MICROSOFT, "PagedAttention", 1, {3, 3}},
    {MICROSOFT, "PagedAttention", 2, {4, 4}},
    {MICROSOFT, "QAttention", 1, {8, 8}},
    {MICROSOFT, "SparseAttention", 1, {3, 3}},
    {MICROSOFT, "SparseAttention", 2, {4, 4}},
    {MICROSOFT, "SparsePagedAttention", 1, {3, 3}},
    {MICROSOFT, "SparsePagedAttention", 2, {4, 4}},
};

static bool is_elementwise(const oc_row *row)
{
    return row->op && (row->op->infer == oc_unary_infer ||
                       row->op->infer == oc_broadcast_infer);
}

static bool is_for(const overwriting *entry, const oc_row *row, size_t output)
{
    return entry->output == output &&
           strcmp(row->node->op_type, entry->op_type) == 0 &&
           strcmp(row->node->domain, entry->domain) == 0;
}

/* The k-th input to try for a result, or SIZE_MAX. */
static size_t candidate(const oc_row *row, size_t output, size_t k)
{
    if (is_elementwise(row))
        return output == 0 && k < row->input_count ? k : SIZE_MAX;
    for (size_t i = 0; k < 2 && i < sizeof(rows) / sizeof(*rows); i++)
        if (is_for(&rows[i], row, output))
            return rows[i].input[k];
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

/* Another result of the node is written there. */
static bool is_taken(const oc_plan *plan, const oc_row *row, uint32_t from)
{
    for (size_t k = 0; k < row->output_count; k++) {
        const oc_value_id value = row->node->output[k];
        if (value == OC_NO_VALUE)
            continue;
        const uint32_t made = row->frame->name[value].buffer;
        if (plan->buffer[made].over && resolved(plan, made) == from)
            return true;
    }
    return false;
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

/* The buffer that the row's own result has, or OC_NO_BUFFER. */
static uint32_t made_by(const oc_plan *plan, const oc_row *row, size_t output,
                        size_t step)
{
    const oc_value_id value = row->node->output[output];
    if (value == OC_NO_VALUE)
        return OC_NO_BUFFER;
    const uint32_t to = row->frame->name[value].buffer;
    const oc_buffer *made = &plan->buffer[to];
    return made->absorbed || made->first != step || made->value != value ||
                   made->scope != row->frame->scope
               ? OC_NO_BUFFER
               : to;
}

static void try_output(oc_plan *plan, const oc_row *row, size_t output,
                       size_t step)
{
    const oc_node *node = row->node;
    const uint32_t to = made_by(plan, row, output, step);
    size_t input;
    for (size_t k = 0; to != OC_NO_BUFFER &&
                       (input = candidate(row, output, k)) < row->input_count;
         k++) {
        if (node->input[input] == OC_NO_VALUE)
            continue;
        const uint32_t from =
            resolved(plan, row->frame->name[node->input[input]].buffer);
        if (!may_overwrite(plan, row, input, from, to, step) ||
            is_taken(plan, row, from))
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
        if (row->silent || row->body || !row->frame->name)
            continue;
        for (size_t k = 0; k < row->output_count; k++)
            try_output(plan, row, k, step);
    }
}
