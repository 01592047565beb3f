/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/arena.c - memory with the lifetime of its owner.
 *
 * In here: zeroed blocks in a list, filled by objects from the front and by
 * text, which needs no alignment, from the back. Blocks grow with the arena,
 * so that small arenas stay small, up to a size that the system's allocator
 * keeps for the next arena instead of giving it back: pages that are new cost
 * more than anything done with them.
 * Under ONNXCOST_ARENA_BLOCKS every allocation is a block of its own.
 */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ALIGNMENT = _Alignof(max_align_t),
    FIRST_BLOCK_BYTES = 4096,
    LAST_BLOCK_BYTES = 64 << 10
};

struct oc_arena_block {
    struct oc_arena_block *older;
    size_t bytes; /* of data */
    _Alignas(max_align_t) char data[];
};

static void *exhausted(oc_arena *arena)
{
    if (arena->escape)
        longjmp(*arena->escape, 1);
    return NULL;
}

/* A zeroed block that is in the arena's account but not yet in its list. */
static struct oc_arena_block *block_new(oc_arena *arena, size_t bytes)
{
    size_t header = sizeof(struct oc_arena_block);
    size_t limit = arena->limit_bytes ? arena->limit_bytes : SIZE_MAX;
    if (arena->held_bytes > limit || bytes > limit - arena->held_bytes ||
        bytes > SIZE_MAX - header)
        return NULL;
    struct oc_arena_block *block = calloc(1, header + bytes);
    if (!block)
        return NULL;
    block->bytes = bytes;
    arena->held_bytes += bytes;
    return block;
}

/* A block that serves one allocation and leaves the current one in use. */
static void *alloc_alone(oc_arena *arena, size_t bytes)
{
    struct oc_arena_block *block = block_new(arena, bytes);
    if (!block)
        return exhausted(arena);
    if (arena->newest && arena->left > 0) {
        block->older = arena->newest->older;
        arena->newest->older = block;
    } else {
        block->older = arena->newest;
        arena->newest = block;
        arena->next = block->data + bytes; /* it is full */
    }
    return block->data;
}

#ifdef ONNXCOST_ARENA_BLOCKS

static void *alloc_front(oc_arena *arena, size_t bytes)
{
    return alloc_alone(arena, bytes);
}

static void *alloc_back(oc_arena *arena, size_t bytes)
{
    return alloc_alone(arena, bytes);
}

#else

static size_t next_block_bytes(const oc_arena *arena)
{
    size_t bytes = arena->held_bytes;
    if (bytes < FIRST_BLOCK_BYTES)
        return FIRST_BLOCK_BYTES;
    return bytes < LAST_BLOCK_BYTES ? bytes : LAST_BLOCK_BYTES;
}

/* False when that is no use: large allocations do not waste the rest of the
 * current block, and near the limit a block of just the size asked may still
 * fit. */
static bool next_block(oc_arena *arena, size_t bytes)
{
    size_t room = next_block_bytes(arena);
    struct oc_arena_block *block =
        bytes > room / 4 ? NULL : block_new(arena, room);
    if (!block)
        return false;
    block->older = arena->newest;
    arena->newest = block;
    arena->next = block->data;
    arena->left = room;
    return true;
}

static void *alloc_front(oc_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX - ALIGNMENT)
        return exhausted(arena);
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes > arena->left && !next_block(arena, bytes))
        return alloc_alone(arena, bytes);
    void *data = arena->next;
    arena->next += bytes;
    arena->left -= bytes;
    return data;
}

static void *alloc_back(oc_arena *arena, size_t bytes)
{
    if (bytes > arena->left && !next_block(arena, bytes))
        return alloc_alone(arena, bytes);
    arena->left -= bytes;
    return arena->next + arena->left;
}

#endif

void *oc_arena_alloc(oc_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (OC_MUL_OVERFLOWS(count, size, &bytes))
        return exhausted(arena);
    return alloc_front(arena, bytes ? bytes : 1);
}

void *oc_arena_copy(oc_arena *arena, const void *data, size_t bytes)
{
    void *copy = oc_arena_alloc(arena, 1, bytes);
    if (copy && bytes > 0)
        memcpy(copy, data, bytes);
    return copy;
}

char *oc_arena_text(oc_arena *arena, const char *text, size_t bytes)
{
    if (bytes == SIZE_MAX)
        return exhausted(arena);
    char *copy = alloc_back(arena, bytes + 1);
    if (copy && bytes > 0)
        memcpy(copy, text, bytes);
    return copy;
}

char *oc_arena_printf(oc_arena *arena, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int length = vsnprintf(NULL, 0, format, values);
    va_end(values);
    if (length < 0)
        return exhausted(arena);
    size_t room = (size_t)length + 1;
    char *text = alloc_back(arena, room);
    if (!text)
        return NULL;
    va_start(values, format);
    vsnprintf(text, room, format, values);
    va_end(values);
    return text;
}

static void free_blocks(struct oc_arena_block *block)
{
    while (block) {
        struct oc_arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void oc_arena_reset(oc_arena *arena)
{
#ifdef ONNXCOST_ARENA_BLOCKS
    oc_arena_free(arena);
#else
    struct oc_arena_block *kept = arena->newest;
    if (!kept)
        return;
    free_blocks(kept->older);
    kept->older = NULL;
    /* What was used, from the front and from the back. */
    char *end = arena->next + arena->left;
    memset(kept->data, 0, (size_t)(arena->next - kept->data));
    memset(end, 0, (size_t)(kept->data + kept->bytes - end));
    arena->next = kept->data;
    arena->left = kept->bytes;
    arena->held_bytes = kept->bytes;
#endif
}

void oc_arena_free(oc_arena *arena)
{
    free_blocks(arena->newest);
    arena->newest = NULL;
    arena->next = NULL;
    arena->left = 0;
    arena->held_bytes = 0;
}
