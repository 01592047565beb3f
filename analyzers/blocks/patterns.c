/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/patterns.c - looks for the blocks that are not attention
 * and sums their nodes.
 */
#include "analyzers/blocks/patterns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- from one operator to the next ---- */

void oc_pattern_put(oc_pattern_block *block, const oc_row *row)
{
    for (size_t i = 0; i < block->count; i++)
        if (block->row[i] == row)
            return;
    if (row && block->count < OC_MOST_PATTERN_ROWS)
        block->row[block->count++] = row;
}

static bool is_cast(const oc_row *row)
{
    return oc_row_is(row, "", "Cast") || oc_row_is(row, "", "Identity");
}

uint32_t oc_pattern_uncast(oc_net *net, uint32_t wire)
{
    for (int i = 0; i < 4 && is_cast(oc_net_maker(net, wire)); i++)
        wire = oc_net_input(net, oc_net_maker(net, wire), 0);
    return wire;
}

const oc_row *oc_pattern_from(oc_net *net, const oc_row *row, size_t i)
{
    return oc_net_maker(net, oc_pattern_uncast(net, oc_net_input(net, row, i)));
}

const oc_row *oc_pattern_next(oc_net *net, const oc_row *row)
{
    for (int i = 0; i < 4; i++) {
        const oc_wire *wire = &net->wire[oc_net_output(net, row, 0)];
        if (wire->use_count != 1)
            return NULL;
        row = net->a->row[net->use[wire->first_use].row];
        if (!is_cast(row))
            return row;
    }
    return NULL;
}

bool oc_pattern_reads(oc_net *net, const oc_row *user, uint32_t wire)
{
    for (size_t i = 0; i < user->input_count; i++)
        if (oc_pattern_uncast(net, oc_net_input(net, user, i)) == wire)
            return true;
    return false;
}

uint32_t oc_pattern_other(oc_net *net, const oc_row *row, uint32_t wire)
{
    for (size_t i = 0; i < row->input_count && i < 2; i++)
        if (oc_pattern_uncast(net, oc_net_input(net, row, i)) != wire)
            return oc_pattern_uncast(net, oc_net_input(net, row, i));
    return wire; /* both are */
}

bool oc_pattern_is_constant(oc_net *net, uint32_t wire, double value)
{
    const oc_fact *fact = wire == OC_NO_WIRE ? NULL : net->wire[wire].fact;
    oc_i128 numerator;
    int64_t denominator;
    return fact && fact->block && fact->block->count == 1 &&
           oc_expr_to_rational(net->a->space, fact->block->element[0],
                               &numerator, &denominator) &&
           fabs((double)numerator / (double)denominator - value) <=
               1e-2 * fabs(value);
}

bool oc_pattern_has_constant(oc_net *net, const oc_row *row, double value)
{
    for (size_t i = 0; i < row->input_count; i++)
        if (oc_pattern_is_constant(net, oc_net_input(net, row, i), value))
            return true;
    return false;
}

/* ---- the report ---- */

static const struct {
    const char *op_type; /* of anchors: what comes first is tried first */
    oc_recogniser *recognise;
} recognisers[] = {
    {"Sqrt", oc_recognise_norm},
    {"Erf", oc_recognise_gelu},
    {"Tanh", oc_recognise_tanh_gelu},
    {"Sigmoid", oc_recognise_sigmoid},
    {"Sigmoid", oc_recognise_squeeze_excite},
    {"HardSigmoid", oc_recognise_sigmoid},
    {"HardSigmoid", oc_recognise_squeeze_excite},
    {"HardSwish", oc_recognise_hard_swish},
    {"Clip", oc_recognise_clipped_swish},
    {"Div", oc_recognise_softmax},
    {"BatchNormalization", oc_recognise_conv},
    {"Neg", oc_recognise_rotary},
    {"TopK", oc_recognise_mixture},
    {"MoE", oc_recognise_mixture},
    {"QMoE", oc_recognise_mixture},
};
#define RECOGNISER_COUNT (sizeof(recognisers) / sizeof(recognisers[0]))

static bool recognise(oc_net *net, const oc_row *row, oc_pattern_block *block)
{
    for (size_t i = 0; i < RECOGNISER_COUNT; i++) {
        *block = (oc_pattern_block){0};
        if (strcmp(row->node->op_type, recognisers[i].op_type) == 0 &&
            recognisers[i].recognise(net, row, block))
            return true;
    }
    *block = (oc_pattern_block){0};
    return oc_is_contraction(oc_net_part(net, row)) &&
           oc_recognise_feed_forward(net, row, block);
}

static bool is_anchor(const char *op_type)
{
    for (size_t k = 0; k < RECOGNISER_COUNT; k++)
        if (strcmp(op_type, recognisers[k].op_type) == 0)
            return true;
    return false;
}

/* Products with matrices come in twos around an activation. */
bool oc_blocks_have_patterns(const oc_analysis *a)
{
    size_t products = 0;
    for (size_t i = 0; i < a->row_count; i++) {
        const char *op_type = a->row[i]->node->op_type;
        if (a->row[i]->folded)
            continue;
        products += strstr(op_type, "MatMul") || strstr(op_type, "Gemm");
        if (products == 2 || is_anchor(op_type))
            return true;
    }
    return false;
}

static int compare_rows(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void fill_nodes(const oc_builder *b, const oc_pattern_block *block,
                       oc_report_block *out)
{
    uint32_t *list = OC_NEW(b->arena, uint32_t, block->count);
    for (size_t i = 0; i < block->count; i++) {
        const uint32_t node = oc_builder_row(b, block->row[i]->index);
        if (node != OC_NO_NODE)
            list[out->node_count++] = node;
    }
    qsort(list, out->node_count, sizeof(*list), compare_rows);
    out->nodes = list;
}

static oc_expr sum_of(oc_builder *b, const oc_pattern_block *block,
                      oc_metric metric)
{
    oc_expr sum = oc_expr_of(0);
    for (size_t i = 0; i < block->count; i++)
        sum = oc_expr_add(b->a->space, sum, block->row[i]->metric[metric]);
    return sum;
}

static void fill_block(oc_builder *b, const oc_pattern_block *block,
                       oc_report_block *out)
{
    oc_expr params = oc_expr_of(0);
    for (size_t i = 0; i < block->count; i++)
        params = oc_expr_add(b->a->space, params, block->row[i]->params);
    out->kind = block->kind;
    fill_nodes(b, block, out);
    out->scope = out->node_count > 0 ? b->scope[out->nodes[0]] : "";
    out->macs = oc_builder_figure(b, sum_of(b, block, OC_MACS));
    out->flops = oc_builder_figure(b, sum_of(b, block, OC_FLOPS));
    out->transcendentals =
        oc_builder_figure(b, sum_of(b, block, OC_TRANSCENDENTALS));
    out->params = oc_builder_figure(b, params);
    if (!oc_expr_is_known(block->experts))
        return;
    out->experts = oc_builder_figure(b, block->experts);
    out->chosen = oc_builder_figure(b, block->chosen);
    out->active_params = oc_builder_figure(b, block->active_params);
    out->active_macs = out->macs; /* only those that are chosen run */
}

void oc_blocks_report_patterns(const oc_blocks *blocks)
{
    oc_builder *b = blocks->b;
    oc_net *net = blocks->net;
    size_t count = 0, room = 0;
    oc_report_block *list = NULL;
    for (size_t i = 0; i < net->row_count; i++) {
        const oc_row *row = net->a->row[i];
        oc_pattern_block block = {0};
        if (row->silent || row->folded || !recognise(net, row, &block))
            continue;
        if (count == room) {
            room = room ? 2 * room : 32;
            oc_report_block *more = OC_NEW(b->arena, oc_report_block, room);
            if (count)
                memcpy(more, list, count * sizeof(*more));
            list = more;
        }
        fill_block(b, &block, &list[count++]);
    }
    b->report->block_count = count;
    b->report->blocks = list;
}
