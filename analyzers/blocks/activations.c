/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/activations.c - GELU, SiLU, HardSwish and softmax, rotary
 * embeddings, convolutions with a normalisation behind them.
 */
#include "analyzers/blocks/patterns.h"

/* ---- GELU ---- */

/* y -> (y + 1) * x * 0.5, the last two in any order. */
static bool put_gelu_tail(oc_net *net, const oc_row *row, uint32_t x,
                          oc_pattern_block *block)
{
    const oc_row *plus = oc_pattern_next(net, row);
    if (!oc_row_is(plus, "", "Add") || !oc_pattern_has_constant(net, plus, 1))
        return false;
    const oc_row *first = oc_pattern_next(net, plus);
    if (!oc_row_is(first, "", "Mul"))
        return false;
    oc_pattern_put(block, plus);
    oc_pattern_put(block, first);
    const oc_row *halved = oc_net_maker(
        net, oc_pattern_other(net, first, oc_net_output(net, plus, 0)));
    const oc_row *second = oc_pattern_next(net, first);
    if (oc_row_is(halved, "", "Mul") &&
        oc_pattern_has_constant(net, halved, 0.5) &&
        oc_pattern_reads(net, halved, x)) {
        oc_pattern_put(block, halved);
        return true;
    }
    if (!oc_row_is(second, "", "Mul"))
        return false;
    oc_pattern_put(block, second);
    return oc_pattern_reads(net, first, x) || oc_pattern_reads(net, second, x);
}

/* Erf(x / sqrt(2)) */
bool oc_recognise_gelu(oc_net *net, const oc_row *erf, oc_pattern_block *block)
{
    const oc_row *scaled = oc_pattern_from(net, erf, 0);
    if (!oc_row_is(scaled, "", "Div") && !oc_row_is(scaled, "", "Mul"))
        return false;
    block->kind = "gelu";
    oc_pattern_put(block, scaled);
    oc_pattern_put(block, erf);
    return put_gelu_tail(
        net, erf, oc_pattern_uncast(net, oc_net_input(net, scaled, 0)), block);
}

/* x * x * x, by Pow or by two Mul. */
static bool put_cube(oc_net *net, const oc_row *row, uint32_t x,
                     oc_pattern_block *block)
{
    if (oc_row_is(row, "", "Pow") && oc_pattern_has_constant(net, row, 3) &&
        oc_pattern_reads(net, row, x)) {
        oc_pattern_put(block, row);
        return true;
    }
    if (!oc_row_is(row, "", "Mul") || !oc_pattern_reads(net, row, x))
        return false;
    const oc_row *square = oc_net_maker(net, oc_pattern_other(net, row, x));
    if (!oc_row_is(square, "", "Mul") || !oc_pattern_reads(net, square, x))
        return false;
    oc_pattern_put(block, row);
    oc_pattern_put(block, square);
    return true;
}

/* Tanh(sqrt(2 / pi) * (x + 0.044715 * x * x * x)) */
bool oc_recognise_tanh_gelu(oc_net *net, const oc_row *tanh,
                            oc_pattern_block *block)
{
    const oc_row *scaled = oc_pattern_from(net, tanh, 0);
    if (!oc_row_is(scaled, "", "Mul"))
        return false;
    const oc_row *sum = NULL;
    for (size_t i = 0; i < 2 && !oc_row_is(sum, "", "Add"); i++)
        sum = oc_pattern_from(net, scaled, i);
    if (!oc_row_is(sum, "", "Add"))
        return false;
    for (size_t i = 0; i < 2; i++) {
        const uint32_t x = oc_pattern_uncast(net, oc_net_input(net, sum, i));
        const oc_row *part = oc_pattern_from(net, sum, 1 - i);
        if (!oc_row_is(part, "", "Mul") ||
            !oc_pattern_has_constant(net, part, 0.044715))
            continue;
        const oc_row *cube = oc_pattern_from(net, part, 0);
        block->kind = "gelu-tanh";
        oc_pattern_put(block, part);
        if (!put_cube(net, cube, x, block) &&
            !put_cube(net, oc_pattern_from(net, part, 1), x, block))
            return false;
        oc_pattern_put(block, sum);
        oc_pattern_put(block, scaled);
        oc_pattern_put(block, tanh);
        return put_gelu_tail(net, tanh, x, block);
    }
    return false;
}

/* ---- gates of one operand ---- */

/* x * Sigmoid(x), x * HardSigmoid(x), x * Sigmoid(1.702 * x) */
bool oc_recognise_sigmoid(oc_net *net, const oc_row *sigmoid,
                          oc_pattern_block *block)
{
    uint32_t x = oc_pattern_uncast(net, oc_net_input(net, sigmoid, 0));
    const oc_row *scaled = oc_net_maker(net, x);
    const oc_row *gated = oc_pattern_next(net, sigmoid);
    const bool hard = oc_row_is(sigmoid, "", "HardSigmoid");
    if (!oc_row_is(gated, "", "Mul"))
        return false;
    block->kind = hard ? "hard-swish" : "silu";
    if (!hard && !oc_pattern_reads(net, gated, x) &&
        oc_row_is(scaled, "", "Mul") &&
        oc_pattern_has_constant(net, scaled, 1.702)) {
        x = oc_pattern_uncast(net, oc_net_input(net, scaled, 0));
        block->kind = "gelu-sigmoid";
        oc_pattern_put(block, scaled);
    }
    oc_pattern_put(block, sigmoid);
    oc_pattern_put(block, gated);
    return oc_pattern_reads(net, gated, x);
}

/* In one operator. */
bool oc_recognise_hard_swish(oc_net *net, const oc_row *row,
                             oc_pattern_block *block)
{
    (void)net;
    block->kind = "hard-swish";
    oc_pattern_put(block, row);
    return *row->node->domain == '\0';
}

/* Attributes in old opsets, then operands. */
static bool clips_to(oc_net *net, const oc_row *clip, double most)
{
    const oc_attribute *upper =
        oc_node_attribute(clip->frame, clip->node, "max");
    const oc_attribute *lower =
        oc_node_attribute(clip->frame, clip->node, "min");
    if (upper && lower)
        return upper->type == OC_ATTR_FLOAT && lower->type == OC_ATTR_FLOAT &&
               (double)upper->f == most && lower->f == 0.0F;
    return oc_pattern_is_constant(net, oc_net_input(net, clip, 1), 0) &&
           oc_pattern_is_constant(net, oc_net_input(net, clip, 2), most);
}

static bool is_sixth(oc_net *net, const oc_row *row)
{
    return (oc_row_is(row, "", "Div") &&
            oc_pattern_is_constant(net, oc_net_input(net, row, 1), 6)) ||
           (oc_row_is(row, "", "Mul") &&
            oc_pattern_has_constant(net, row, 1.0 / 6));
}

/* x * Clip(x + 3, 0, 6) / 6, divided before or after. */
bool oc_recognise_clipped_swish(oc_net *net, const oc_row *clip,
                                oc_pattern_block *block)
{
    const oc_row *plus = oc_pattern_from(net, clip, 0);
    const oc_row *first = oc_pattern_next(net, clip);
    const oc_row *second = first ? oc_pattern_next(net, first) : NULL;
    if (!oc_row_is(plus, "", "Add") || !oc_pattern_has_constant(net, plus, 3) ||
        !clips_to(net, clip, 6))
        return false;
    const oc_row *sixth = is_sixth(net, first) ? first : second;
    const oc_row *gated = sixth == first ? second : first;
    const size_t from = oc_net_is_data(net, oc_net_input(net, plus, 0)) ? 0 : 1;
    const uint32_t x = oc_pattern_uncast(net, oc_net_input(net, plus, from));
    block->kind = "hard-swish";
    oc_pattern_put(block, plus);
    oc_pattern_put(block, clip);
    oc_pattern_put(block, first);
    oc_pattern_put(block, second);
    return is_sixth(net, sixth) && oc_row_is(gated, "", "Mul") &&
           oc_pattern_reads(net, gated, x);
}

/* Exp(x) / ReduceSum(Exp(x)), x perhaps less its maximum. */
bool oc_recognise_softmax(oc_net *net, const oc_row *row,
                          oc_pattern_block *block)
{
    const uint32_t e = oc_net_input(net, row, 0);
    const oc_row *exp = oc_net_maker(net, e);
    const oc_row *sum = oc_pattern_from(net, row, 1);
    if (!oc_row_is(exp, "", "Exp") || !oc_row_is(sum, "", "ReduceSum") ||
        oc_net_input(net, sum, 0) != e)
        return false;
    block->kind = "softmax";
    const oc_row *minus = oc_pattern_from(net, exp, 0);
    const oc_row *most =
        oc_row_is(minus, "", "Sub") ? oc_pattern_from(net, minus, 1) : NULL;
    if (oc_row_is(most, "", "ReduceMax")) {
        oc_pattern_put(block, most);
        oc_pattern_put(block, minus);
    }
    oc_pattern_put(block, exp);
    oc_pattern_put(block, sum);
    oc_pattern_put(block, row);
    return true;
}

/* ---- rotary embedding ---- */

/* x * cos + Concat(-half, half) * sin, from the Neg on. */
bool oc_recognise_rotary(oc_net *net, const oc_row *neg,
                         oc_pattern_block *block)
{
    const oc_row *turned = oc_pattern_next(net, neg);
    const oc_row *sine =
        oc_row_is(turned, "", "Concat") ? oc_pattern_next(net, turned) : NULL;
    const oc_row *sum =
        oc_row_is(sine, "", "Mul") ? oc_pattern_next(net, sine) : NULL;
    if (!oc_row_is(sum, "", "Add"))
        return false;
    const oc_row *cosine = oc_net_maker(
        net, oc_pattern_other(net, sum, oc_net_output(net, sine, 0)));
    if (!oc_row_is(cosine, "", "Mul"))
        return false;
    block->kind = "rotary-embedding";
    for (size_t i = 0; i < turned->input_count; i++) {
        const oc_row *half = oc_pattern_from(net, turned, i);
        if (half == neg)
            half = oc_pattern_from(net, neg, 0);
        if (oc_row_is(half, "", "Slice") || oc_row_is(half, "", "Split"))
            oc_pattern_put(block, half);
    }
    oc_pattern_put(block, neg);
    oc_pattern_put(block, turned);
    oc_pattern_put(block, sine);
    oc_pattern_put(block, cosine);
    oc_pattern_put(block, sum);
    return true;
}

/* ---- convolution, normalisation, activation ---- */

bool oc_recognise_conv(oc_net *net, const oc_row *norm, oc_pattern_block *block)
{
    const oc_row *conv = oc_pattern_from(net, norm, 0);
    if (oc_net_part(net, conv) != OC_PART_CONV ||
        oc_pattern_next(net, conv) != norm)
        return false;
    const oc_row *next = oc_pattern_next(net, norm);
    const oc_part part = oc_net_part(net, next);
    block->kind = "conv-norm";
    oc_pattern_put(block, conv);
    oc_pattern_put(block, norm);
    if (part == OC_PART_NONLINEAR || part == OC_PART_SOFT_CAP) {
        block->kind = "conv-norm-activation";
        oc_pattern_put(block, next);
    }
    return true;
}
