/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbolic/table.h - hashing and probing for the tables of a space.
 */
#ifndef OC_SYMBOLIC_TABLE_H
#define OC_SYMBOLIC_TABLE_H

#include "symbolic/internal.h"

/* A 64 by 64 bit product folded: every bit of both reaches every bit. */
static inline uint64_t oc_mix(uint64_t a, uint64_t b)
{
    oc_u128 product = (oc_u128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) *
                      (b ^ UINT64_C(0xd6e8feb86659fd93));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Steps through the numbers put under `hash`; *at begins as the hash. */
static inline bool oc_index_next(const oc_index *index, uint32_t hash,
                                 size_t *at, size_t *number)
{
    while (index->room) {
        struct oc_index_slot slot = index->slots[*at & (index->room - 1)];
        if (!slot.number)
            return false;
        ++*at;
        *number = slot.number - 1;
        if (slot.hash == hash)
            return true;
    }
    return false;
}

void oc_index_put(oc_space *space, oc_index *index, uint32_t hash,
                  size_t number);

#endif
