/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/map.c - a string map: open addressing with linear probing.
 *
 * The hash is XXH3 under a random secret, drawn anew for every map with its
 * first key: many maps stay empty.
 */
#include "base/map.h"

#include <string.h>

#include <xxhash.h>

#include "base/os.h"

enum { FIRST_ROOM = 16, SECRET_BYTES = 192 };

struct slot {
    const char *key; /* NULL: the slot is free */
    uint64_t value;
    uint32_t key_bytes;
    uint32_t hash;
};

struct oc_map {
    oc_arena *arena;
    struct slot *slots;
    size_t room; /* a power of two, or 0 */
    size_t count;
    unsigned char secret[SECRET_BYTES];
};

oc_map *oc_map_new(oc_arena *arena)
{
    oc_map *map = OC_NEW(arena, oc_map, 1);
    if (map)
        map->arena = arena;
    return map;
}

size_t oc_map_count(const oc_map *map)
{
    return map->count;
}

static bool same_key(const struct slot *slot, uint32_t hash, const char *key,
                     size_t key_bytes)
{
    return slot->hash == hash && slot->key_bytes == key_bytes &&
           (key_bytes == 0 || memcmp(slot->key, key, key_bytes) == 0);
}

static uint32_t hash_of(const oc_map *map, const char *key, size_t key_bytes)
{
    return (uint32_t)XXH3_64bits_withSecret(key_bytes ? key : "", key_bytes,
                                            map->secret, sizeof(map->secret));
}

/* The slot of the key, or the free one where it belongs. */
static struct slot *find(const oc_map *map, uint32_t hash, const char *key,
                         size_t key_bytes)
{
    size_t index = hash & (map->room - 1);
    while (map->slots[index].key &&
           !same_key(&map->slots[index], hash, key, key_bytes))
        index = (index + 1) & (map->room - 1);
    return &map->slots[index];
}

static bool resize(oc_map *map, size_t room)
{
    const oc_map old = *map;
    struct slot *slots = OC_NEW(map->arena, struct slot, room);
    if (!slots)
        return false;
    if (!old.room)
        oc_os_random(map->secret, sizeof(map->secret));
    map->slots = slots;
    map->room = room;
    for (size_t i = 0; i < old.room; i++) {
        const struct slot *slot = &old.slots[i];
        if (slot->key)
            *find(map, slot->hash, slot->key, slot->key_bytes) = *slot;
    }
    return true;
}

bool oc_map_reserve(oc_map *map, size_t more)
{
    size_t room = map->room ? map->room : FIRST_ROOM;
    while (more > room / 4 * 3 || map->count > room / 4 * 3 - more) {
        if (room > SIZE_MAX / 2)
            return false;
        room *= 2;
    }
    return room == map->room || resize(map, room);
}

bool oc_map_get(const oc_map *map, const char *key, size_t key_bytes,
                uint64_t *value)
{
    if (!map->count)
        return false;
    const struct slot *slot =
        find(map, hash_of(map, key, key_bytes), key, key_bytes);
    if (!slot->key)
        return false;
    *value = slot->value;
    return true;
}

bool oc_map_put(oc_map *map, const char *key, size_t key_bytes, uint64_t value)
{
    if (key_bytes > UINT32_MAX || !oc_map_reserve(map, 1))
        return false;
    uint32_t hash = hash_of(map, key, key_bytes);
    struct slot *slot = find(map, hash, key, key_bytes);
    if (!slot->key) {
        map->count++;
        *slot = (struct slot){.key = key_bytes ? key : "",
                              .key_bytes = (uint32_t)key_bytes,
                              .hash = hash};
    }
    slot->value = value;
    return true;
}

bool oc_map_remove(oc_map *map, const char *key, size_t key_bytes)
{
    if (!map->count)
        return false;
    struct slot *hole = find(map, hash_of(map, key, key_bytes), key, key_bytes);
    if (!hole->key)
        return false;
    size_t mask = map->room - 1;
    size_t empty = (size_t)(hole - map->slots);
    /* What was pushed past the hole moves back into it: no probe that would
     * have met the removed key may stop short. */
    for (size_t i = (empty + 1) & mask; map->slots[i].key; i = (i + 1) & mask) {
        size_t home = map->slots[i].hash & mask;
        if (((i - home) & mask) >= ((i - empty) & mask)) {
            map->slots[empty] = map->slots[i];
            empty = i;
        }
    }
    map->slots[empty] = (struct slot){0};
    map->count--;
    return true;
}
