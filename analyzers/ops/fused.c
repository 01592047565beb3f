/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/fused.c - activations inside other operators.
 */
#include "analyzers/ops/fused.h"

#include <ctype.h>

static const oc_activation activations[] = {
    {"", 0, 0},          {"none", 0, 0},
    {"identity", 0, 0},  {"relu", 1, 0},
    {"leakyrelu", 2, 0}, {"thresholdedrelu", 2, 0},
    {"affine", 2, 0},    {"clip", 2, 0},
    {"softsign", 3, 0},  {"hardsigmoid", 4, 0},
    {"hardswish", 5, 0}, {"sigmoid", 0, 1},
    {"tanh", 0, 1},      {"scaledtanh", 2, 1},
    {"elu", 3, 1},       {"selu", 4, 1},
    {"silu", 1, 1},      {"swish", 1, 1},
    {"quickgelu", 2, 1}, {"gelu", 4, 1},
    {"fastgelu", 8, 1},  {"gelu_tanh", 8, 1},
    {"softplus", 1, 2},  {"parametricsoftplus", 3, 2},
    {"celu", 6, 1},      {"shrink", 3, 0},
};

static bool same_name(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return tolower((unsigned char)*a) == tolower((unsigned char)*b);
}

const oc_activation *oc_activation_find(const char *name)
{
    for (size_t i = 0; i < sizeof(activations) / sizeof(activations[0]); i++)
        if (same_name(activations[i].name, name))
            return &activations[i];
    return NULL;
}

void oc_fused_activation_named(oc_op *op, oc_cost *sum, const char *name,
                               oc_expr elements)
{
    const oc_activation *found = oc_activation_find(name);
    if (!found || found->flops)
        oc_cost_add(sum, OC_FLOPS, "activation",
                    found ? oc_times(op, found->flops, elements) : OC_UNKNOWN);
    if (!found || found->transcendentals)
        oc_cost_add(sum, OC_TRANSCENDENTALS, "activation",
                    found ? oc_times(op, found->transcendentals, elements)
                          : OC_UNKNOWN);
}

void oc_fused_activation(oc_op *op, oc_cost *sum, oc_expr elements)
{
    oc_fused_activation_named(op, sum, oc_op_attr_string(op, "activation", ""),
                              elements);
}
