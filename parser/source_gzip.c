/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/source_gzip.c - the source that decompresses another one.
 *
 * Every member is inflated to its end, where zlib checks its CRC and length;
 * behind it comes another member or nothing. gzread() is not used: it passes
 * truncated and trailing data without a word.
 */
#include "parser/source.h"

#include <limits.h>

#define ZLIB_CONST /* next_in points to const */
#include <zlib.h>

#include "base/error.h"
#include "parser/limits.h"

#define WINDOW ((size_t)64 << 10)
#define GZIP_ONLY 31 /* inflateInit2: a window of 2^15 and a gzip header */

struct gzip_source {
    oc_source base;
    oc_source *inner;
    z_stream stream;
    uint64_t members;
    uint64_t most_members, most_bytes;
    bool ended;
    unsigned char *window;
};

static struct gzip_source *of(oc_source *source)
{
    return (struct gzip_source *)source;
}

static bool corrupt(struct gzip_source *self, const char *why)
{
    oc_error *err = self->base.err;
    oc_fail_at(err, OC_ERR_INPUT, "gzip.corrupt",
               (size_t)oc_source_offset(&self->base),
               "the gzip data is damaged at its byte %llu: %s",
               (unsigned long long)oc_source_offset(self->inner), why);
    oc_error_hint(err, "compress or copy the file again");
    return false;
}

static bool cut_short(struct gzip_source *self)
{
    oc_error *err = self->base.err;
    oc_fail_at(err, OC_ERR_INPUT, "gzip.truncated",
               (size_t)oc_source_offset(&self->base),
               "the gzip data ends inside a member, at its byte %llu",
               (unsigned long long)oc_source_offset(self->inner));
    oc_error_hint(err, "the file is incomplete: copy it again");
    return false;
}

/* One member is whole: another one, or the end. */
static bool end_member(struct gzip_source *self)
{
    size_t bytes;
    if (!oc_source_more(self->inner, &bytes))
        return false;
    self->ended = !bytes;
    if (self->ended)
        return true;
    if (++self->members >= self->most_members) {
        oc_limit_fail(self->base.err, "members", self->most_members,
                      (size_t)oc_source_offset(&self->base), "gzip members");
        return false;
    }
    return inflateReset(&self->stream) == Z_OK || corrupt(self, "reset");
}

/* Inflates from the inner window into ours, once. */
static bool step(struct gzip_source *self)
{
    oc_source *inner = self->inner;
    size_t bytes;
    if (!oc_source_more(inner, &bytes))
        return false;
    if (!bytes)
        return cut_short(self);
    z_stream *stream = &self->stream;
    stream->next_in = inner->at;
    stream->avail_in = bytes < UINT_MAX ? (uInt)bytes : UINT_MAX;
    int code = inflate(stream, Z_NO_FLUSH);
    inner->at = stream->next_in;
    if (code == Z_STREAM_END)
        return end_member(self);
    if (code == Z_OK || code == Z_BUF_ERROR)
        return true;
    if (code != Z_MEM_ERROR)
        return corrupt(self, stream->msg ? stream->msg : "not a member");
    oc_fail(self->base.err, OC_ERR_NOMEM, "memory.exhausted",
            "out of memory for decompression");
    return false;
}

static bool fill_inflated(oc_source *source)
{
    struct gzip_source *self = of(source);
    self->stream.next_out = self->window;
    self->stream.avail_out = WINDOW;
    while (!self->ended && self->stream.avail_out == WINDOW)
        if (!step(self))
            return false;
    size_t got = WINDOW - self->stream.avail_out;
    source->at = self->window;
    source->end = self->window + got;
    source->end_offset += got;
    if (source->end_offset <= self->most_bytes)
        return true;
    oc_limit_fail(source->err, "decompressed", self->most_bytes,
                  (size_t)source->end_offset, "decompressed bytes");
    return false;
}

static bool finish_inner(oc_source *source)
{
    return oc_source_finish(of(source)->inner);
}

static void close_both(oc_source *source)
{
    (void)inflateEnd(&of(source)->stream);
    oc_source_close(of(source)->inner);
}

bool oc_source_gzip(oc_source **out, oc_source *inner, const oc_limits *limits,
                    oc_arena *arena)
{
    struct gzip_source *self = OC_NEW(arena, struct gzip_source, 1);
    self->window = OC_NEW(arena, unsigned char, WINDOW);
    self->inner = inner;
    self->most_members = limits->members;
    self->most_bytes = limits->decompressed;
    self->base.size = OC_SIZE_UNKNOWN;
    self->base.err = inner->err;
    self->base.at = self->base.end = self->window;
    self->base.fill = fill_inflated;
    self->base.finish = finish_inner;
    self->base.close = close_both;
    if (inflateInit2(&self->stream, GZIP_ONLY) != Z_OK) {
        oc_fail(inner->err, OC_ERR_NOMEM, "memory.exhausted",
                "out of memory for decompression");
        return false;
    }
    *out = &self->base;
    return true;
}
