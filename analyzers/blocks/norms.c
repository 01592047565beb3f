/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/norms.c - LayerNorm and RMSNorm in primitives.
 *
 *   d / Sqrt(ReduceMean(d * d) + epsilon) [* gain] [+ bias]
 *
 * with d = x - ReduceMean(x), or x itself; the division may be a Reciprocal
 * or Div(1, .) and a Mul.
 */
#include "analyzers/blocks/patterns.h"

/* What is squared under the mean, or OC_NO_WIRE. */
static uint32_t squared(oc_net *net, const oc_row *mean,
                        oc_pattern_block *block)
{
    const oc_row *square = oc_pattern_from(net, mean, 0);
    if (oc_row_is(square, "", "Pow") &&
        oc_pattern_has_constant(net, square, 2)) {
        oc_pattern_put(block, square);
        return oc_pattern_uncast(net, oc_net_input(net, square, 0));
    }
    if (!oc_row_is(square, "", "Mul") ||
        oc_net_input(net, square, 0) != oc_net_input(net, square, 1))
        return OC_NO_WIRE;
    oc_pattern_put(block, square);
    return oc_pattern_uncast(net, oc_net_input(net, square, 0));
}

/* d = x - ReduceMean(x). */
static bool is_centred(oc_net *net, uint32_t wire, oc_pattern_block *block)
{
    const oc_row *minus = oc_net_maker(net, wire);
    const oc_row *mean =
        oc_row_is(minus, "", "Sub") ? oc_pattern_from(net, minus, 1) : NULL;
    if (!oc_row_is(mean, "", "ReduceMean") ||
        oc_pattern_uncast(net, oc_net_input(net, mean, 0)) !=
            oc_pattern_uncast(net, oc_net_input(net, minus, 0)))
        return false;
    oc_pattern_put(block, minus);
    oc_pattern_put(block, mean);
    return true;
}

/* The row in which d is divided. */
static const oc_row *division(oc_net *net, const oc_row *root, uint32_t d,
                              oc_pattern_block *block)
{
    const oc_row *next = oc_pattern_next(net, root);
    if (oc_row_is(next, "", "Reciprocal") ||
        (oc_row_is(next, "", "Div") && oc_pattern_has_constant(net, next, 1))) {
        oc_pattern_put(block, next);
        next = oc_pattern_next(net, next);
        return oc_row_is(next, "", "Mul") && oc_pattern_reads(net, next, d)
                   ? next
                   : NULL;
    }
    return oc_row_is(next, "", "Div") && oc_pattern_reads(net, next, d) ? next
                                                                        : NULL;
}

static void put_affine(oc_net *net, const oc_row *row, oc_pattern_block *block)
{
    static const char *const op_types[] = {"Mul", "Add"};
    for (size_t i = 0; i < 2; i++) {
        const oc_row *next = oc_pattern_next(net, row);
        if (!oc_row_is(next, "", op_types[i]) ||
            (!oc_net_is_weight(net, oc_net_input(net, next, 0)) &&
             !oc_net_is_weight(net, oc_net_input(net, next, 1))))
            continue;
        oc_pattern_put(block, next);
        row = next;
    }
}

bool oc_recognise_norm(oc_net *net, const oc_row *root, oc_pattern_block *block)
{
    const oc_row *plus = oc_pattern_from(net, root, 0);
    const oc_row *mean = NULL;
    for (size_t i = 0; oc_row_is(plus, "", "Add") && i < 2; i++)
        if (oc_row_is(oc_pattern_from(net, plus, i), "", "ReduceMean"))
            mean = oc_pattern_from(net, plus, i);
    if (!mean)
        return false;
    const uint32_t d = squared(net, mean, block);
    if (d == OC_NO_WIRE)
        return false;
    const oc_row *divided = division(net, root, d, block);
    if (!divided)
        return false;
    block->kind = is_centred(net, d, block) ? "layer-norm" : "rms-norm";
    oc_pattern_put(block, root);
    oc_pattern_put(block, plus);
    oc_pattern_put(block, mean);
    oc_pattern_put(block, divided);
    put_affine(net, divided, block);
    return true;
}
