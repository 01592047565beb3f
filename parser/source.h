/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/source.h - bytes in order, wherever they come from.
 *
 * In here: reading, skipping and counting over a regular file, a pipe, gzip
 * or memory. Nothing is mapped: a file that shrinks under us is an error,
 * and memory stays that of one window.
 * Not in here: what the bytes mean.
 *
 * Functions that return bool have filled source->err when they return false.
 * A source and its windows live in the arena it was made in; an allocation
 * that fails leaves by the arena's escape.
 */
#ifndef OC_PARSER_SOURCE_H
#define OC_PARSER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/error.h"
#include "onnxcost/model.h"

#include "base/arena.h"

#define OC_SIZE_UNKNOWN UINT64_MAX

typedef struct oc_source oc_source;
struct oc_source {
    const unsigned char *at;  /* the next byte of the window */
    const unsigned char *end; /* behind its last one */
    uint64_t end_offset;      /* of `end` in the uncompressed input */
    uint64_t size;            /* of that input, or OC_SIZE_UNKNOWN */
    oc_error *err;
    /* Called when the window is empty; leaves it so only at the end. */
    bool (*fill)(oc_source *source);
    /* Moves beyond an empty window; NULL: the bytes have to be read. */
    bool (*jump)(oc_source *source, uint64_t bytes);
    /* Once all was read; NULL: nothing left to check. */
    bool (*finish)(oc_source *source);
    void (*close)(oc_source *source); /* NULL: nothing to close */
};

/* A file or, for "-", standard input. What starts like gzip is decompressed.
 * *out is to be closed whenever it is set, after a failure or an escape too. */
bool oc_source_open(oc_source **out, const char *path, const oc_limits *limits,
                    oc_arena *arena, oc_error *err);
bool oc_source_memory(oc_source **out, const void *data, size_t bytes,
                      const oc_limits *limits, oc_arena *arena, oc_error *err);
void oc_source_close(oc_source *source); /* NULL is fine */

static inline uint64_t oc_source_offset(const oc_source *source)
{
    return source->end_offset - (uint64_t)(source->end - source->at);
}

/* Window bytes at hand, after filling an empty window: 0 at the end. */
bool oc_source_more(oc_source *source, size_t *bytes);
/* One byte, or false with "wire.truncated". */
bool oc_source_byte(oc_source *source, unsigned char *byte);
bool oc_source_skip(oc_source *source, uint64_t bytes);
/* After the last byte: the file is what it was when it was opened. */
bool oc_source_finish(oc_source *source);
/* Says that the input ends inside a field; returns false. */
bool oc_source_truncated(oc_source *source);

/* The makers behind oc_source_open(): a file of any kind, and gzip over
 * another source, which is closed with it. */
bool oc_source_file(oc_source **out, const char *path, const oc_limits *limits,
                    oc_arena *arena, oc_error *err);
bool oc_source_gzip(oc_source **out, oc_source *inner, const oc_limits *limits,
                    oc_arena *arena);

#endif
