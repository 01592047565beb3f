/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/names.c - which value a name means, graph within graph.
 */
#include "parser/names.h"

#include <string.h>

#include "base/map.h"

struct change {
    const char *name;
    oc_value_id before; /* OC_NO_VALUE: not bound */
};

struct oc_names {
    oc_arena *arena;
    oc_map *map;
    size_t depth; /* of graphs that were entered and not left */
    struct change *log;
    size_t count, room;
};

oc_names *oc_names_new(oc_arena *arena)
{
    oc_names *names = OC_NEW(arena, oc_names, 1);
    names->arena = arena;
    names->map = oc_map_new(arena);
    return names;
}

oc_value_id oc_names_find(const oc_names *names, const char *name)
{
    uint64_t value;
    return oc_map_get(names->map, name, strlen(name), &value)
               ? (oc_value_id)value
               : OC_NO_VALUE;
}

static struct change *next_change(oc_names *names)
{
    if (names->count == names->room) {
        size_t room = names->room ? 2 * names->room : 64;
        struct change *log = OC_NEW(names->arena, struct change, room);
        if (names->count)
            memcpy(log, names->log, names->count * sizeof(*log));
        names->log = log;
        names->room = room;
    }
    return &names->log[names->count++];
}

void oc_names_bind(oc_names *names, const char *name, oc_value_id value,
                   oc_value_id before)
{
    if (names->depth > 1) /* nothing comes after the outermost graph */
        *next_change(names) = (struct change){name, before};
    (void)oc_map_put(names->map, name, strlen(name), value);
}

size_t oc_names_enter(oc_names *names, size_t count)
{
    names->depth++;
    (void)oc_map_reserve(names->map, count);
    return names->count;
}

void oc_names_leave(oc_names *names, size_t entered)
{
    names->depth--;
    while (names->count > entered) {
        const struct change *change = &names->log[--names->count];
        size_t bytes = strlen(change->name);
        if (change->before == OC_NO_VALUE)
            (void)oc_map_remove(names->map, change->name, bytes);
        else
            (void)oc_map_put(names->map, change->name, bytes, change->before);
    }
}
