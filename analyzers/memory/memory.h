/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/memory.h - who is alive when, and how much that is.
 *
 * In here: the plan that the files of this folder share. Steps are the rows
 * of the analysis; a body's rows follow its parent's, so that one line of
 * steps holds all of them.
 * Not in here: bytes that move (context_cost.c).
 */
#ifndef OC_ANALYZERS_MEMORY_H
#define OC_ANALYZERS_MEMORY_H

#include "analyzers/builder.h"

/* A value that needs no buffer: weights, constants, shape arithmetic. */
#define OC_NO_BUFFER 0

/* What executes again and again, or not at all: the rows of a body. */
typedef struct oc_place {
    const struct oc_place *outer; /* NULL: the main graph and its calls */
    size_t last;                  /* row up to which captured values live */
    const oc_body *body;          /* of a loop, or NULL */
    oc_sum *sum;                  /* of what is allocated in it */
    const oc_expr *varying;       /* of a loop: sizes that vary, as 0 */
} oc_place;

/* One allocation, under all names that it has. */
typedef struct oc_buffer {
    const oc_scope *scope;
    oc_value_id value; /* its first name */
    const oc_place *home;
    oc_expr bytes;        /* exact */
    oc_expr size;         /* rounded up to the alignment */
    uint32_t first, last; /* rows, both inclusive; none when first > last */
    uint32_t next_first;  /* the next that starts at its row, or 0 */
    uint32_t next_last;   /* the next that ends at its row, or 0 */
    uint32_t same;        /* what it becomes without a copy, or itself */
    bool is_input;        /* of the graph */
    bool is_output;       /* some name of it is an output of the graph */
    bool absorbed;        /* another buffer is counted for it */
} oc_buffer;

typedef struct oc_memory_options {
    int64_t alignment;
    bool in_place, inputs_counted;
} oc_memory_options;

typedef struct oc_plan {
    oc_builder *b;
    oc_memory_options options;
    uint32_t count, room; /* number 0 is OC_NO_BUFFER */
    oc_buffer *buffer;
    bool *is_output; /* one a value of the main graph */
    oc_expr sum;     /* of what nodes allocate */
    bool estimated;  /* sizes vary from one iteration to the next */
    oc_expr *replacement;
    uint32_t *first_at, *last_at; /* one a row: the buffers there */
    oc_expr *live;                /* one a row: bytes, or OC_UNKNOWN */
    bool cut;             /* a formula of live bytes became too long to go on */
    size_t unknown_count; /* buffers of which no size is known */
    uint32_t unknown;     /* the first of them */
} oc_plan;

/* liveness.c: buffers and the rows between which they live. */
void oc_plan_liveness(oc_plan *plan);

/* inplace.c: outputs that are written over an input that dies. */
void oc_plan_in_place(oc_plan *plan);

/* peak.c: live bytes of every row, and the largest of them. */
void oc_plan_sweep(oc_plan *plan);
/* Rows whose live bytes are the largest for some sizes, one when static. */
typedef struct oc_peaks {
    size_t count;
    const uint32_t *row;
    bool cut; /* there are more */
} oc_peaks;
oc_peaks oc_plan_peaks(oc_plan *plan);

static inline bool oc_buffer_is_live(const oc_buffer *buffer, size_t row)
{
    return !buffer->absorbed && buffer->first <= row && row <= buffer->last;
}
const char *oc_buffer_name(const oc_plan *plan, uint32_t buffer);

/* report.c: fills totals and `memory` of the report. */
void oc_builder_memory(oc_builder *b);

#endif
