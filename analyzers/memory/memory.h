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

/* A value: where its bytes are, and the unit that gives it. */
typedef struct oc_memory_name {
    uint32_t buffer; /* or OC_NO_BUFFER */
    uint32_t unit;   /* or OC_NO_UNIT: nothing has to run first */
} oc_memory_name;

/* A node of the main graph, or of a function called there, with all rows of
 * its bodies: what an order can move. */
typedef struct oc_unit {
    uint32_t first, last; /* rows */
} oc_unit;

#define OC_NO_UNIT 0 /* units count from 1 */

/* A unit reads a value that is in a buffer and that another unit gives. */
typedef struct oc_unit_use {
    uint32_t unit, giver, buffer;
} oc_unit_use;

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
    oc_expr bytes;        /* exact, or OC_UNKNOWN */
    oc_expr size;         /* rounded up to the alignment */
    uint32_t unit;        /* that makes it, or OC_NO_UNIT */
    uint32_t first, last; /* steps, both inclusive; none when first > last */
    uint32_t next_first;  /* the next that starts at its step, or 0 */
    uint32_t next_last;   /* the next that ends at its step, or 0 */
    uint32_t same;        /* what it becomes without a copy, or itself */
    uint32_t over;        /* the buffer it is written over, or 0 */
    bool is_input;        /* of the graph */
    bool is_output;       /* some name of it is an output of the graph */
    bool absorbed;        /* another buffer is counted for it */
    bool too_large;       /* for 63 bits: its bytes are not counted */
} oc_buffer;

typedef struct oc_plan {
    oc_builder *b;
    oc_memory_options options;
    uint32_t count, room; /* number 0 is OC_NO_BUFFER */
    oc_buffer *buffer;
    bool *is_output;                /* one a value of the main graph */
    uint32_t unit_count, unit_room; /* the newest is the one at work */
    oc_unit *unit;
    size_t use_count, use_room; /* only for an order other than the file's */
    oc_unit_use *use;
    size_t step_count;      /* rows; one where there are none, for the inputs */
    bool order_optimal;     /* no other one has a lower peak */
    uint32_t *row_at;       /* one a step, or NULL: steps are rows */
    uint32_t *step_of;      /* one a row, or NULL */
    oc_expr sum;            /* of what nodes allocate */
    oc_certainty certainty; /* of sizes that differ from run to run */
    oc_expr *replacement;   /* one a symbol, all OC_UNKNOWN */
    oc_i128 *plain;         /* one a symbol: see oc_plan_plain() */
    bool *is_plain;
    uint32_t *first_at, *last_at; /* one a step: the buffers there */
    oc_expr *live;                /* one a step: bytes, or OC_UNKNOWN */
    bool cut;             /* a formula of live bytes became too long to go on */
    bool overflow;        /* or beyond 128 bits */
    size_t unknown_count; /* buffers of which no size is known */
} oc_plan;

static inline size_t oc_plan_row(const oc_plan *plan, size_t step)
{
    return plan->row_at ? plan->row_at[step] : step;
}
static inline size_t oc_plan_step(const oc_plan *plan, size_t row)
{
    return plan->step_of ? plan->step_of[row] : row;
}

/* liveness.c, bodies.c, sizes.c: buffers and the rows between which they live.
 */
void oc_plan_liveness(oc_plan *plan);

/* order.c: another order of the nodes with a lower peak, if one is found. */
void oc_plan_reorder(oc_plan *plan);

/* inplace.c: outputs that are written over an input that dies. */
void oc_plan_in_place(oc_plan *plan);

/* peak.c: live bytes of every step, and the largest of them. */
void oc_plan_sweep(oc_plan *plan);
/* A size where every symbol is what a person may have in mind; 0 when there
 * is none. */
oc_i128 oc_plan_plain(oc_plan *plan, oc_expr bytes);
/* Steps whose live bytes are the largest for some sizes, one when static. */
typedef struct oc_peaks {
    size_t count;
    const uint32_t *step;
    bool cut; /* there are more */
} oc_peaks;
oc_peaks oc_plan_peaks(oc_plan *plan);

static inline bool oc_buffer_is_live(const oc_buffer *buffer, size_t step)
{
    return !buffer->absorbed && buffer->first <= step && step <= buffer->last;
}
const char *oc_buffer_name(const oc_plan *plan, uint32_t buffer);

/* arena.c: one allocation for all buffers, once sizes are integers. */
typedef struct oc_slot {
    uint32_t buffer, first, last; /* steps */
    int64_t offset, bytes;
} oc_slot;
#define OC_MOST_TRIED 4 /* orders */
typedef struct oc_packing {
    int64_t bytes;
    const char *order; /* in which they were placed */
    size_t count;
    const oc_slot *slot; /* by rising first step */
    size_t tried_count;
    oc_report_tried tried[OC_MOST_TRIED];
} oc_packing;
typedef enum oc_packed {
    OC_PACKED,
    OC_PACK_SYMBOLIC,
    OC_PACK_TOO_MUCH
} oc_packed;
oc_packed oc_plan_pack(oc_plan *plan, int64_t lower_bound, oc_packing *out);

/* machine.c: `machine` of the report, where its peaks are given. */
void oc_builder_machine(oc_builder *b);

/* report.c: fills totals and `memory` of the report. */
void oc_builder_memory(oc_builder *b);

#endif
