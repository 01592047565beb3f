/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/inherit.c - what outputs have of their inputs beside shapes: being
 * constant, being shape arithmetic, the initializers they show, the bytes
 * behind a dequantised weight.
 */
#include <string.h>

#include "analyzers/context.h"

bool oc_context_is_constant(const oc_context *c)
{
    if (c->descriptor && (c->descriptor->traits & OC_TRAIT_RANDOM))
        return false;
    for (size_t i = 0; i < c->input_count; i++)
        if (c->input[i] && !c->input[i]->constant)
            return false;
    return true;
}

bool oc_context_is_from_shapes(const oc_context *c)
{
    bool any = c->descriptor && (c->descriptor->traits & OC_TRAIT_SHAPE);
    if (any)
        return true;
    if (c->descriptor && (c->descriptor->traits & OC_TRAIT_RANDOM))
        return false;
    for (size_t i = 0; i < c->input_count; i++) {
        if (!c->input[i])
            continue;
        if (!c->input[i]->constant && !c->input[i]->from_shapes)
            return false;
        any |= c->input[i]->from_shapes;
    }
    return any;
}

static int compare(const oc_tensor *left, const oc_tensor *right)
{
    const uintptr_t a = (uintptr_t)left, b = (uintptr_t)right;
    return (a > b) - (a < b);
}

/* Both together, each tensor once. They are sets: kept in the order of
 * addresses, on which nothing depends. */
static const oc_origins *join(oc_analysis *a, const oc_origins *left,
                              const oc_origins *right)
{
    if (!left || !right || left == right)
        return left ? left : right;
    oc_origins *both = OC_NEW(a->arena, oc_origins, 1);
    const oc_tensor **tensor =
        OC_NEW(a->arena, const oc_tensor *, left->count + right->count);
    size_t l = 0, r = 0;
    while (l < left->count || r < right->count) {
        const int order = l == left->count ? 1
                          : r == right->count
                              ? -1
                              : compare(left->tensor[l], right->tensor[r]);
        tensor[both->count++] = order <= 0 ? left->tensor[l] : right->tensor[r];
        l += order <= 0;
        r += order >= 0;
    }
    both->tensor = tensor;
    return both;
}

/* Long chains of joins would copy quadratically. */
#define MOST_ORIGINS 1024

static const oc_origins *join_inputs(const oc_context *c)
{
    const oc_origins *origins = NULL;
    for (size_t i = 0; i < c->input_count; i++) {
        if (!c->input[i] || oc_context_is_shape_like(c, i) ||
            oc_context_is_scale(c, i))
            continue;
        const oc_origins *more = c->input[i]->origins;
        if (origins && more && origins->count + more->count > MOST_ORIGINS)
            c->a->origins_cut = true;
        else
            origins = join(c->a, origins, more);
    }
    return origins;
}

const oc_origins *oc_context_origins(const oc_context *c, bool folded)
{
    const bool follows = c->descriptor && (c->descriptor->traits &
                                           (OC_TRAIT_FOLLOWS | OC_TRAIT_VIEW));
    if (folded)
        return join_inputs(c);
    return follows && c->input_count && c->input[0] ? c->input[0]->origins
                                                    : NULL;
}

/* The tensor of a Constant node, which no initializer holds. */
const oc_origins *oc_context_own_origins(const oc_context *c)
{
    if (strcmp(c->node->op_type, "Constant") != 0 || *c->node->domain)
        return NULL;
    for (size_t i = 0; i < c->node->attribute_count; i++) {
        const oc_attribute *attribute =
            oc_node_attribute(c->frame, c->node, c->node->attribute[i].name);
        if (attribute && attribute->vector)
            return oc_origins_of_tensor(c->a, attribute->vector);
        if (attribute && attribute->count && attribute->tensors)
            return oc_origins_of_tensor(c->a, attribute->tensors);
    }
    return NULL;
}

static bool is_operator(const oc_context *c, const char *op_type)
{
    return strcmp(c->node->op_type, op_type) == 0;
}

/* Who reads a weight that was dequantised once and for all touches what is
 * stored: the quantised elements, and scales and zero points that are more
 * than one element. */
oc_expr oc_context_stored_bytes(oc_context *c, bool folded)
{
    const oc_fact *first = c->input_count ? c->input[0] : NULL;
    if (!folded || !first)
        return OC_UNKNOWN;
    if (!is_operator(c, "DequantizeLinear")) {
        const bool keeps =
            c->descriptor &&
            (c->descriptor->traits & (OC_TRAIT_FOLLOWS | OC_TRAIT_VIEW));
        return keeps ? first->stored_bytes : OC_UNKNOWN;
    }
    oc_expr bytes = oc_expr_of(0);
    for (size_t i = 0; i < c->input_count; i++) {
        if (!c->input[i])
            continue;
        const oc_expr numel = oc_fact_numel(c->a, c->input[i]);
        if (!oc_expr_is(numel, 1))
            bytes = oc_expr_add(c->a->space, bytes,
                                oc_fact_bytes(c->a, c->input[i], numel));
    }
    return bytes;
}
