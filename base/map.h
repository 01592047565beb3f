/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/map.h - a string map with a random seed, so that a file cannot choose
 * its collisions. Iteration order is not offered: no output may depend on it.
 */
#ifndef OC_BASE_MAP_H
#define OC_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct oc_map oc_map;

/* Lives in `arena`; NULL when memory is out. Keys are copied by reference:
 * they must outlive the map. */
oc_map *oc_map_new(oc_arena *arena);
size_t oc_map_count(const oc_map *map);

/* False when absent. */
bool oc_map_get(const oc_map *map, const char *key, size_t key_bytes,
                uint64_t *value);
/* Makes room for so many keys more. False when memory is out. */
bool oc_map_reserve(oc_map *map, size_t more);
/* Inserts or replaces. False when memory is out, or the key is of 4 GiB. */
bool oc_map_put(oc_map *map, const char *key, size_t key_bytes, uint64_t value);
/* True when the key was there. */
bool oc_map_remove(oc_map *map, const char *key, size_t key_bytes);

#endif
