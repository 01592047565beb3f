/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/source.c - what all sources share, and the one over memory.
 */
#include "parser/source.h"

#include <inttypes.h>

#include "base/error.h"

bool oc_source_truncated(oc_source *source)
{
    uint64_t offset = oc_source_offset(source);
    oc_fail_at(source->err, OC_ERR_INPUT, "wire.truncated", (size_t)offset,
               "the input ends at byte %" PRIu64 ", inside a field", offset);
    return false;
}

bool oc_source_more(oc_source *source, size_t *bytes)
{
    if (source->at == source->end && !source->fill(source))
        return false;
    *bytes = (size_t)(source->end - source->at);
    return true;
}

bool oc_source_byte(oc_source *source, unsigned char *byte)
{
    size_t bytes;
    if (!oc_source_more(source, &bytes))
        return false;
    if (!bytes)
        return oc_source_truncated(source);
    *byte = *source->at++;
    return true;
}

/* Skips what the window holds of `bytes`; returns the rest. */
static uint64_t skip_in_window(oc_source *source, uint64_t bytes)
{
    uint64_t held = (uint64_t)(source->end - source->at);
    uint64_t step = bytes < held ? bytes : held;
    source->at += step;
    return bytes - step;
}

bool oc_source_skip(oc_source *source, uint64_t bytes)
{
    bytes = skip_in_window(source, bytes);
    if (bytes && source->jump)
        return source->jump(source, bytes);
    while (bytes) {
        size_t more;
        if (!oc_source_more(source, &more))
            return false;
        if (!more)
            return oc_source_truncated(source);
        bytes = skip_in_window(source, bytes);
    }
    return true;
}

bool oc_source_finish(oc_source *source)
{
    return !source->finish || source->finish(source);
}

void oc_source_close(oc_source *source)
{
    if (source && source->close)
        source->close(source);
}

/* Memory has one window: all of it. */
static bool fill_nothing(oc_source *source)
{
    (void)source;
    return true;
}

/* Puts gzip over *out when its first bytes say so. */
static bool unwrap(oc_source **out, const oc_limits *limits, oc_arena *arena)
{
    oc_source *source = *out;
    size_t bytes;
    if (!oc_source_more(source, &bytes))
        return false;
    if (bytes < 2 || source->at[0] != 0x1f || source->at[1] != 0x8b)
        return true;
    return oc_source_gzip(out, source, limits, arena);
}

bool oc_source_memory(oc_source **out, const void *data, size_t bytes,
                      const oc_limits *limits, oc_arena *arena, oc_error *err)
{
    oc_source *source = OC_NEW(arena, oc_source, 1);
    source->at = data ? data : (const unsigned char *)"";
    source->end = source->at + (data ? bytes : 0);
    source->end_offset = source->size = (uint64_t)(source->end - source->at);
    source->err = err;
    source->fill = fill_nothing;
    *out = source;
    return unwrap(out, limits, arena);
}

bool oc_source_open(oc_source **out, const char *path, const oc_limits *limits,
                    oc_arena *arena, oc_error *err)
{
    return oc_source_file(out, path, limits, arena, err) &&
           unwrap(out, limits, arena);
}
