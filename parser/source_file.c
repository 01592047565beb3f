/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/source_file.c - the source over a regular file or a pipe.
 *
 * A regular file is read by position. After a jump the next bytes are likely
 * to be one small message before the next jump, so little is read at first
 * and more with every window that was used up.
 */
#include "parser/source.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/os.h"
#include "parser/limits.h"

#define WINDOW_LEAST ((size_t)4 << 10)
#define WINDOW_MOST ((size_t)64 << 10)

struct file_source {
    oc_source base;
    oc_file file;
    uint64_t most; /* bytes taken from a pipe */
    size_t ahead;  /* bytes to read next */
    unsigned char *window;
};

static struct file_source *of(oc_source *source)
{
    return (struct file_source *)source;
}

static void show(struct file_source *self, size_t bytes)
{
    self->base.at = self->window;
    self->base.end = self->window + bytes;
    self->base.end_offset += bytes;
}

static bool changed(oc_source *source)
{
    oc_fail_at(source->err, OC_ERR_IO, "input.changed",
               (size_t)source->end_offset, "file changed while reading");
    return false;
}

static bool fill_from_file(oc_source *source)
{
    struct file_source *self = of(source);
    uint64_t left = source->size - source->end_offset;
    size_t want = left < self->ahead ? (size_t)left : self->ahead;
    size_t got;
    if (oc_os_read_at(&self->file, self->window, want, source->end_offset, &got,
                      source->err) != OC_OK)
        return false;
    if (got < want)
        return changed(source);
    show(self, got);
    if (self->ahead < WINDOW_MOST)
        self->ahead *= 2;
    return true;
}

static bool jump_in_file(oc_source *source, uint64_t bytes)
{
    if (bytes > source->size - source->end_offset) {
        source->end_offset = source->size;
        return oc_source_truncated(source);
    }
    source->end_offset += bytes;
    of(source)->ahead = WINDOW_LEAST;
    return true;
}

static bool fill_from_pipe(oc_source *source)
{
    struct file_source *self = of(source);
    size_t got;
    if (oc_os_read(&self->file, self->window, WINDOW_MOST, &got, source->err) !=
        OC_OK)
        return false;
    show(self, got);
    if (source->end_offset <= self->most)
        return true;
    oc_limit_fail(source->err, "decompressed", self->most,
                  (size_t)source->end_offset, "bytes from a pipe");
    return false;
}

static bool finish_file(oc_source *source)
{
    return oc_os_unchanged(&of(source)->file, source->err) == OC_OK;
}

static void close_file(oc_source *source)
{
    oc_os_close(&of(source)->file);
}

static bool choose_kind(struct file_source *self, const char *path,
                        oc_error *err)
{
    oc_source *source = &self->base;
    switch (self->file.kind) {
    case OC_FILE_REGULAR:
        source->size = self->file.size_bytes;
        source->fill = fill_from_file;
        source->jump = jump_in_file;
        source->finish = finish_file;
        return true;
    case OC_FILE_PIPE:
        source->size = OC_SIZE_UNKNOWN;
        source->fill = fill_from_pipe;
        return true;
    case OC_FILE_DIRECTORY:
        oc_fail(err, OC_ERR_INPUT, "input.directory", "%s is a directory",
                path);
        oc_error_hint(err, "name the .onnx file inside it");
        return false;
    case OC_FILE_OTHER:
        break;
    }
    oc_fail(err, OC_ERR_INPUT, "input.device",
            "%s is neither a file nor a pipe", path);
    oc_error_hint(err, "name an .onnx file, or - for standard input");
    return false;
}

bool oc_source_file(oc_source **out, const char *path, const oc_limits *limits,
                    oc_arena *arena, oc_error *err)
{
    struct file_source *self = OC_NEW(arena, struct file_source, 1);
    self->window = OC_NEW(arena, unsigned char, WINDOW_MOST);
    self->ahead = WINDOW_LEAST;
    self->most = limits->decompressed;
    self->base.err = err;
    if (oc_os_open(&self->file, path, err) != OC_OK)
        return false;
    self->base.close = close_file;
    *out = &self->base;
    return choose_kind(self, path, err);
}
