/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/number.c - value numbers: equal numbers are equal values, so that
 * one operator on the same values makes the same data-dependent size.
 */
#include <string.h>

#include <xxhash.h>

#include "analyzers/context.h"

uint64_t oc_number_mix(uint64_t number, uint64_t with)
{
    const uint64_t both[2] = {number, with};
    return XXH3_64bits(both, sizeof(both));
}

static uint64_t mix_text(uint64_t number, const char *text)
{
    return oc_number_mix(number, XXH3_64bits(text, strlen(text)));
}

static uint64_t mix_tensor(uint64_t number, const oc_tensor *tensor)
{
    number = oc_number_mix(number, (uint64_t)tensor->elem_type);
    for (size_t axis = 0; axis < tensor->rank; axis++)
        number = oc_number_mix(number, (uint64_t)tensor->dim[axis]);
    if (!tensor->data)
        return oc_number_mix(number, (uint64_t)(uintptr_t)tensor);
    return oc_number_mix(number, XXH3_64bits(tensor->data, tensor->data_bytes));
}

static uint64_t mix_attribute(uint64_t number, const oc_attribute *attribute)
{
    number = mix_text(number, attribute->name);
    switch (attribute->type) {
    case OC_ATTR_INT:
        return oc_number_mix(number, (uint64_t)attribute->i);
    case OC_ATTR_FLOAT:
        return oc_number_mix(number, XXH3_64bits(&attribute->f, sizeof(float)));
    case OC_ATTR_STRING:
        return oc_number_mix(
            number, XXH3_64bits(attribute->s.data, attribute->s.bytes));
    case OC_ATTR_INTS:
        return oc_number_mix(
            number,
            XXH3_64bits(attribute->ints, attribute->count * sizeof(int64_t)));
    case OC_ATTR_FLOATS:
        return oc_number_mix(
            number,
            XXH3_64bits(attribute->floats, attribute->count * sizeof(float)));
    case OC_ATTR_TENSOR:
        return mix_tensor(number, attribute->tensors);
    default: /* equal only to itself */
        return oc_number_mix(number, (uint64_t)(uintptr_t)attribute);
    }
}

/* The same operator with the same attributes on the same values. */
uint64_t oc_context_number(const oc_context *c)
{
    uint64_t number = mix_text(mix_text(1, c->node->domain), c->node->op_type);
    for (size_t i = 0; i < c->node->attribute_count; i++) {
        const oc_attribute *attribute = &c->node->attribute[i];
        if (attribute->reference)
            attribute = oc_node_attribute(c->frame, c->node, attribute->name);
        if (attribute)
            number = mix_attribute(number, attribute);
    }
    for (size_t i = 0; i < c->input_count; i++)
        number = oc_number_mix(number, c->input[i] ? c->input[i]->number : 0);
    if (c->descriptor && (c->descriptor->traits & OC_TRAIT_RANDOM))
        number = oc_number_mix(number, ++c->a->next_number);
    return number;
}

/* Constants of equal contents are equal values. */
uint64_t oc_block_number(const oc_fact *fact)
{
    uint64_t number = oc_number_mix(2, (uint64_t)fact->type.elem_type);
    number =
        oc_number_mix(number, XXH3_64bits(fact->block->dim,
                                          fact->block->rank * sizeof(int64_t)));
    return oc_number_mix(number,
                         XXH3_64bits(fact->block->element,
                                     fact->block->count * sizeof(oc_expr)));
}

bool oc_block_is_known(const oc_block *block)
{
    for (size_t i = 0; i < block->count; i++)
        if (!oc_expr_is_known(block->element[i]))
            return false;
    return true;
}
