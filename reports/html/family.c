/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/family.c - the families by which the page colours operators.
 *
 * What has no row here is judged by its cost: multiply-accumulates make a
 * contraction, no arithmetic at all makes movement, the rest is element-wise.
 */
#include <string.h>

#include "reports/figure.h"
#include "reports/html/html.h"

/* In the order of the names. */
static const struct {
    const char *op_type;
    oc_family family;
} rows[] = {
    {"ArgMax", OC_FAMILY_NORM},
    {"ArgMin", OC_FAMILY_NORM},
    {"Attention", OC_FAMILY_ATTENTION},
    {"AveragePool", OC_FAMILY_NORM},
    {"BatchNormalization", OC_FAMILY_NORM},
    {"BiasSoftmax", OC_FAMILY_NORM},
    {"BranchwiseRMSNorm", OC_FAMILY_NORM},
    {"DecoderAttention", OC_FAMILY_ATTENTION},
    {"DecoderMaskedMultiHeadAttention", OC_FAMILY_ATTENTION},
    {"DecoderMaskedSelfAttention", OC_FAMILY_ATTENTION},
    {"DmlFusedBatchNormalization", OC_FAMILY_NORM},
    {"DmlFusedInstanceNormalization", OC_FAMILY_NORM},
    {"DmlFusedMeanVarianceNormalization", OC_FAMILY_NORM},
    {"DynamicSparseAttention", OC_FAMILY_ATTENTION},
    {"EmbedLayerNormalization", OC_FAMILY_NORM},
    {"FlexAttention", OC_FAMILY_ATTENTION},
    {"GatedRMSNorm", OC_FAMILY_NORM},
    {"GlobalAveragePool", OC_FAMILY_NORM},
    {"GlobalLpPool", OC_FAMILY_NORM},
    {"GlobalMaxPool", OC_FAMILY_NORM},
    {"GroupNorm", OC_FAMILY_NORM},
    {"GroupNormalization", OC_FAMILY_NORM},
    {"GroupQueryAttention", OC_FAMILY_ATTENTION},
    {"Hardmax", OC_FAMILY_NORM},
    {"InstanceNormalization", OC_FAMILY_NORM},
    {"LRN", OC_FAMILY_NORM},
    {"LayerNormalization", OC_FAMILY_NORM},
    {"LinearAttention", OC_FAMILY_ATTENTION},
    {"LogSoftmax", OC_FAMILY_NORM},
    {"LongformerAttention", OC_FAMILY_ATTENTION},
    {"LpNormalization", OC_FAMILY_NORM},
    {"LpPool", OC_FAMILY_NORM},
    {"MaxPool", OC_FAMILY_NORM},
    {"MaxRoiPool", OC_FAMILY_NORM},
    {"MaxUnpool", OC_FAMILY_NORM},
    {"MaxpoolWithMask", OC_FAMILY_NORM},
    {"MeanVarianceNormalization", OC_FAMILY_NORM},
    {"MultiHeadAttention", OC_FAMILY_ATTENTION},
    {"NhwcMaxPool", OC_FAMILY_NORM},
    {"PackedAttention", OC_FAMILY_ATTENTION},
    {"PackedMultiHeadAttention", OC_FAMILY_ATTENTION},
    {"PagedAttention", OC_FAMILY_ATTENTION},
    {"QAttention", OC_FAMILY_ATTENTION},
    {"QEmbedLayerNormalization", OC_FAMILY_NORM},
    {"QLinearAveragePool", OC_FAMILY_NORM},
    {"QLinearGlobalAveragePool", OC_FAMILY_NORM},
    {"QLinearReduceMean", OC_FAMILY_NORM},
    {"QLinearSoftmax", OC_FAMILY_NORM},
    {"QOrderedAttention", OC_FAMILY_ATTENTION},
    {"QOrderedLayerNormalization", OC_FAMILY_NORM},
    {"QOrderedLongformerAttention", OC_FAMILY_ATTENTION},
    {"RMSNormalization", OC_FAMILY_NORM},
    {"ReduceL1", OC_FAMILY_NORM},
    {"ReduceL2", OC_FAMILY_NORM},
    {"ReduceLogSum", OC_FAMILY_NORM},
    {"ReduceLogSumExp", OC_FAMILY_NORM},
    {"ReduceMax", OC_FAMILY_NORM},
    {"ReduceMean", OC_FAMILY_NORM},
    {"ReduceMin", OC_FAMILY_NORM},
    {"ReduceProd", OC_FAMILY_NORM},
    {"ReduceSum", OC_FAMILY_NORM},
    {"ReduceSumInteger", OC_FAMILY_NORM},
    {"ReduceSumSquare", OC_FAMILY_NORM},
    {"RoiAlign", OC_FAMILY_NORM},
    {"SimplifiedLayerNormalization", OC_FAMILY_NORM},
    {"SkipGroupNorm", OC_FAMILY_NORM},
    {"SkipLayerNormalization", OC_FAMILY_NORM},
    {"SkipSimplifiedLayerNormalization", OC_FAMILY_NORM},
    {"Softmax", OC_FAMILY_NORM},
    {"SparseAttention", OC_FAMILY_ATTENTION},
    {"SparsePagedAttention", OC_FAMILY_ATTENTION},
    {"TopK", OC_FAMILY_NORM},
};

static oc_family named(const char *op_type)
{
    size_t low = 0, high = sizeof(rows) / sizeof(rows[0]);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(op_type, rows[middle].op_type);
        if (order == 0)
            return rows[middle].family;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return OC_FAMILY_NONE;
}

static bool is_zero(oc_figure figure)
{
    oc_i128 value;
    return oc_figure_integer(&value, figure) && value == 0;
}

static bool is_costless(const oc_report_node *node)
{
    return is_zero(node->macs) && is_zero(node->flops) &&
           is_zero(node->transcendentals);
}

/* Products and softmax of a block that was recognised; its projections are
 * no part of it. */
static bool is_core(const oc_report_node *node)
{
    return node->attention != OC_NO_BLOCK && is_zero(node->params);
}

oc_family oc_html_family(const oc_report_node *node)
{
    oc_family family = named(node->op_type);
    if (!oc_figure_is_known(node->flops))
        return OC_FAMILY_UNKNOWN;
    if (is_costless(node) || node->role == OC_ROLE_SHAPE ||
        node->role == OC_ROLE_FOLDED || node->role == OC_ROLE_VIEW)
        return OC_FAMILY_MOVEMENT;
    if (is_core(node))
        return OC_FAMILY_ATTENTION;
    if (family != OC_FAMILY_NONE)
        return family;
    return is_zero(node->macs) || !oc_figure_is_known(node->macs)
               ? OC_FAMILY_ELEMENTWISE
               : OC_FAMILY_CONTRACTION;
}

const char *oc_html_family_name(oc_family family)
{
    static const char *const names[OC_FAMILY_COUNT] = {
        [OC_FAMILY_NONE] = "",
        [OC_FAMILY_CONTRACTION] = "Contraction",
        [OC_FAMILY_ATTENTION] = "Attention core",
        [OC_FAMILY_NORM] = "Norm, pool, reduce",
        [OC_FAMILY_ELEMENTWISE] = "Element-wise",
        [OC_FAMILY_MOVEMENT] = "Movement, shape",
        [OC_FAMILY_UNKNOWN] = "Unknown"};
    return names[family];
}
