/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/compact.c - the copy of a model without its weights.
 */
#include "parser/compact.h"

#include <stdlib.h>

bool oc_compact_add(oc_compact *compact, size_t *index)
{
    if (compact->segment_count == compact->segment_room) {
        size_t room = compact->segment_room ? 2 * compact->segment_room : 16;
        oc_segment *segment =
            realloc(compact->segment, room * sizeof(*segment));
        if (!segment)
            return false;
        compact->segment = segment;
        compact->segment_room = room;
    }
    *index = compact->segment_count++;
    compact->segment[*index] = (oc_segment){0};
    return true;
}

/* Makes room for `bytes` more. */
bool oc_segment_grow(oc_segment *segment, size_t bytes)
{
    size_t room = segment->room ? segment->room : 128;
    while (room - segment->bytes < bytes)
        room *= 2;
    char *grown = realloc(segment->data, room);
    if (!grown)
        return false;
    segment->data = grown;
    segment->room = room;
    return true;
}

void oc_segment_free(oc_segment *segment)
{
    free(segment->data);
    *segment = (oc_segment){0};
}

void oc_compact_free(oc_compact *compact)
{
    for (size_t i = 0; i < compact->segment_count; i++)
        oc_segment_free(&compact->segment[i]);
    free(compact->segment);
    *compact = (oc_compact){0};
}
