/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/attention_core.c - what fused attention operators share.
 *
 * Masked and padded scores are counted like any other: how many a causal
 * mask or a window makes useless is reported beside, never deducted.
 */
#include "analyzers/ops/attention_core.h"

#include "analyzers/ops/softmax.h"

void oc_attention_dense(oc_op *op, oc_attention *a)
{
    a->rows = oc_mul(op, oc_mul(op, a->batch, a->heads), a->queries);
    a->scores = oc_mul(op, a->rows, a->keys);
}

oc_expr oc_attention_per_head(oc_op *op, oc_expr width, oc_expr heads)
{
    if (!oc_expr_is_known(width) || !oc_expr_is_known(heads) ||
        oc_expr_is(heads, 0))
        return OC_UNKNOWN;
    if (oc_assume_that(op, OC_ASSUME_DIVIDES, heads, width) == OC_NO)
        oc_op_fail(op, "the hidden size is no multiple of the heads");
    return oc_floor_div(op, width, heads);
}

oc_expr oc_attention_heads(oc_op *op, const char *attribute)
{
    const int64_t heads = oc_op_attr_int(op, attribute, 0);
    if (heads > 0)
        return oc_int(op, heads);
    oc_op_fail(op, "the number of heads must be positive");
    return OC_UNKNOWN;
}

void oc_attention_groups(oc_op *op, oc_expr heads, oc_expr kv_heads)
{
    if (!oc_expr_is_known(heads) || !oc_expr_is_known(kv_heads))
        return;
    if (oc_expr_is(kv_heads, 0) ||
        oc_assume_that(op, OC_ASSUME_DIVIDES, kv_heads, heads) == OC_NO)
        oc_op_fail(op, "query heads are no multiple of key/value heads");
}

oc_shape oc_attention_operand(oc_op *op, size_t input)
{
    const oc_shape x = oc_op_input(op, input);
    if (x.rank == 3)
        return x;
    if (oc_op_has_rank(op, input))
        oc_op_fail(op, "input, query, key and value must have 3 dims");
    return oc_shape_new(op, 3);
}

void oc_attention_split(oc_op *op, oc_attention *a, oc_expr columns)
{
    const int64_t *sizes;
    const size_t given = oc_op_attr_ints(op, "qkv_hidden_sizes", &sizes);
    oc_expr q = OC_UNKNOWN, v = OC_UNKNOWN;
    if (given == 0) {
        q = v = oc_attention_per_head(op, columns, oc_expr_of(3));
    } else if (given == 3) {
        q = oc_int(op, sizes[0]);
        v = oc_int(op, sizes[2]);
        oc_unify(op, columns, oc_add(op, oc_times(op, 2, q), v));
    } else {
        oc_op_fail(op, "qkv_hidden_sizes must have 3 elements");
    }
    a->qk_width = oc_attention_per_head(op, q, a->heads);
    a->v_width = oc_attention_per_head(op, v, a->heads);
}

oc_shape oc_attention_shape(oc_op *op, oc_expr batch, oc_expr heads,
                            oc_expr positions, oc_expr width)
{
    oc_shape shape = oc_shape_new(op, 4);
    shape.dim[0] = batch;
    shape.dim[1] = heads;
    shape.dim[2] = positions;
    shape.dim[3] = width;
    return shape;
}

void oc_attention_core(oc_op *op, oc_cost *sum, const oc_attention *a)
{
    if (oc_expr_is(a->scores, 0))
        return;
    oc_cost_add(sum, OC_MACS, "scores * query width",
                oc_mul(op, a->scores, a->qk_width));
    oc_cost_add(sum, OC_MACS, "scores * value width",
                oc_mul(op, a->scores, a->v_width));
    if (oc_op_attr_float(op, "softcap", 0) != 0) {
        oc_cost_add(sum, OC_FLOPS, "softcap", oc_times(op, 2, a->scores));
        oc_cost_add(sum, OC_TRANSCENDENTALS, "softcap", a->scores);
    }
    oc_softmax_cost(op, sum, a->scores, a->rows);
}

void oc_attention_scale(oc_cost *sum, const oc_attention *a)
{
    oc_cost_add(sum, OC_FLOPS, "scale scores", a->scores);
}

void oc_attention_masks(oc_op *op, oc_cost *sum, const oc_attention *a,
                        uint32_t inputs)
{
    for (size_t i = 0; i < 32; i++)
        if ((inputs & OC_IN(i)) && oc_op_has_input(op, i))
            oc_cost_add(sum, OC_FLOPS, "mask or bias", a->scores);
}
