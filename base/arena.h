/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/arena.h - memory with the lifetime of its owner.
 *
 * In here: allocation that is freed as a whole. Nothing in an arena is freed
 * alone. Under ONNXCOST_ARENA_BLOCKS (the sanitizer presets) every allocation
 * is a block of its own, so that an overrun is caught.
 */
#ifndef OC_BASE_ARENA_H
#define OC_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "onnxcost/compat.h"

struct oc_arena_block;

/* An all-zero arena is empty and ready. */
typedef struct oc_arena {
    struct oc_arena_block *newest;
    char *next;         /* free space in the newest block */
    size_t left;        /* bytes of it */
    size_t held_bytes;  /* of all blocks */
    size_t limit_bytes; /* 0: none */
    /*
     * Where to go when memory or the limit is exhausted; NULL: allocation
     * returns NULL. An owner that sets it may leave results unchecked.
     */
    jmp_buf *escape;
} oc_arena;

/* count * size bytes, zeroed, aligned for any object; NULL (or a jump to
 * arena->escape) when that overflows, exceeds the limit or memory is out.
 * count * size == 0 gives a valid pointer. */
void *oc_arena_alloc(oc_arena *arena, size_t count, size_t size);

#define OC_NEW(arena, type, count)                                             \
    ((type *)oc_arena_alloc(arena, count, sizeof(type)))

void *oc_arena_copy(oc_arena *arena, const void *data, size_t bytes);
/* A copy of text[0..bytes) with a NUL behind it. */
char *oc_arena_text(oc_arena *arena, const char *text, size_t bytes);
OC_PRINTF(2, 3)
char *oc_arena_printf(oc_arena *arena, const char *format, ...);

/* Forgets all contents; keeps one block for reuse. */
void oc_arena_reset(oc_arena *arena);
void oc_arena_free(oc_arena *arena); /* leaves it empty and ready */

#endif
