/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/squeeze_excite.c - channels weighed by what is left of
 * them when space is averaged away:
 *
 *   x * sigmoid(W2 * act(W1 * mean(x)))
 *
 * with Sigmoid or HardSigmoid, and any activation between the projections.
 */
#include "analyzers/blocks/patterns.h"

#define MOST_VIEWS 4

static const oc_row *put(oc_pattern_block *block, const oc_row *row)
{
    oc_pattern_put(block, row);
    return row;
}

/* What makes a wire, reshapes put and looked through. */
static const oc_row *maker_of(oc_net *net, uint32_t wire,
                              oc_pattern_block *block)
{
    const oc_row *row = oc_net_maker(net, oc_pattern_uncast(net, wire));
    for (int i = 0; i < MOST_VIEWS; i++) {
        if (oc_net_part(net, row) != OC_PART_RESHAPE)
            break;
        row = oc_pattern_from(net, put(block, row), 0);
    }
    return row;
}

static bool is_bias(oc_net *net, const oc_row *row)
{
    return oc_row_is(row, "", "Add") &&
           (oc_net_is_weight(net, oc_net_input(net, row, 0)) ||
            oc_net_is_weight(net, oc_net_input(net, row, 1)));
}

/* The projection that makes a wire: what it reads, or OC_NO_WIRE. */
static uint32_t projected(oc_net *net, uint32_t wire, oc_pattern_block *block)
{
    oc_contraction product;
    size_t activation;
    const oc_row *row = maker_of(net, wire, block);
    if (is_bias(net, row)) {
        const size_t k = oc_net_is_weight(net, oc_net_input(net, row, 0));
        row = maker_of(net, oc_net_input(net, put(block, row), k), block);
    }
    if (!oc_parametric(net, row, &product, &activation))
        return OC_NO_WIRE;
    return oc_net_input(net, put(block, row), activation);
}

/* What an activation is of: one operator, or a product with a sigmoid. */
static uint32_t activated(oc_net *net, uint32_t wire, oc_pattern_block *block)
{
    const oc_row *row = maker_of(net, wire, block);
    const oc_part part = oc_net_part(net, row);
    if (part == OC_PART_NONLINEAR || part == OC_PART_SOFT_CAP)
        return oc_net_input(net, put(block, row), 0);
    if (!oc_row_is(row, "", "Mul"))
        return OC_NO_WIRE;
    for (size_t i = 0; i < 2; i++) {
        const oc_row *gate = oc_pattern_from(net, row, i);
        const uint32_t x =
            oc_pattern_uncast(net, oc_net_input(net, row, 1 - i));
        if (oc_net_part(net, gate) != OC_PART_NONLINEAR ||
            !oc_pattern_reads(net, gate, x))
            continue;
        oc_pattern_put(block, gate);
        oc_pattern_put(block, row);
        return x;
    }
    return OC_NO_WIRE;
}

static bool averages(const oc_row *row)
{
    return oc_row_is(row, "", "ReduceMean") ||
           oc_row_is(row, "", "GlobalAveragePool") ||
           oc_row_is(row, "", "AveragePool");
}

/* The product with what was averaged. */
static bool put_gated(oc_net *net, const oc_row *sigmoid, uint32_t x,
                      oc_pattern_block *block)
{
    const oc_row *row = oc_pattern_next(net, sigmoid);
    for (int i = 0; i < MOST_VIEWS; i++) {
        const oc_part part = oc_net_part(net, row);
        if (part != OC_PART_RESHAPE && part != OC_PART_EXPAND)
            break;
        row = oc_pattern_next(net, put(block, row));
    }
    return oc_row_is(row, "", "Mul") &&
           oc_pattern_reads(net, put(block, row), x);
}

/* From the gate's sigmoid on. */
bool oc_recognise_squeeze_excite(oc_net *net, const oc_row *sigmoid,
                                 oc_pattern_block *block)
{
    uint32_t wire = projected(net, oc_net_input(net, sigmoid, 0), block);
    wire = activated(net, wire, block);
    wire = projected(net, wire, block);
    const oc_row *mean = maker_of(net, wire, block);
    if (!averages(mean))
        return false;
    block->kind = "squeeze-excite";
    oc_pattern_put(block, mean);
    oc_pattern_put(block, sigmoid);
    return put_gated(net, sigmoid,
                     oc_pattern_uncast(net, oc_net_input(net, mean, 0)), block);
}
