/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/scan_state.h - what the two halves of the scan share.
 *
 * In here: where the walk is, and what it may ask of single values.
 * Functions that return bool have filled source->err when they return false.
 */
#ifndef OC_PARSER_SCAN_STATE_H
#define OC_PARSER_SCAN_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/model.h"

#include "base/arena.h"
#include "parser/compact.h"
#include "parser/schema.h"
#include "parser/source.h"
#include "parser/wire.h"

#define OC_NOT_COPIED SIZE_MAX

/* A message that was entered and not yet left. */
struct oc_frame {
    oc_message message;
    uint64_t begin, end; /* of its content, in the source */
    size_t segment;      /* that it is copied to */
    size_t start;        /* of its tag there */
    size_t length_at;    /* of its length, or OC_NOT_COPIED: a whole segment */
    size_t key_at, key_bytes; /* of an entry */
    uint32_t seen;            /* bit per single field */
    uint64_t rank;
    uint64_t payload_kept, payload_skipped;
    uint64_t raw_bytes;
    int32_t elem_type; /* of a tensor, once it is read */
};

/* The walk. */
struct oc_scanner {
    oc_source *source;
    const oc_limits *limits;
    oc_arena *arena;
    oc_compact *out;
    struct oc_frame *frames;
    size_t depth, frame_room;
    uint64_t counts[OC_COUNTER_COUNT];
    uint64_t retained_bytes; /* kept, but for payload */
    bool in_payload;
};

/* A field whose tag was just read. */
struct oc_scanned {
    const oc_field *spec;
    uint32_t number;
    oc_wire wire;
    uint64_t begin; /* of its tag */
    uint64_t bytes; /* of its value, unless that is a varint */
};

static inline struct oc_frame *oc_scan_top(struct oc_scanner *scan)
{
    return &scan->frames[scan->depth - 1];
}

static inline oc_segment *oc_scan_copy(struct oc_scanner *scan)
{
    return &scan->out->segment[oc_scan_top(scan)->segment];
}

static inline uint64_t oc_scan_offset(const struct oc_scanner *scan)
{
    return oc_source_offset(scan->source);
}

/* ---- scan_value.c ---- */

OC_PRINTF(4, 5)
bool oc_scan_refuse(struct oc_scanner *scan, const char *id, uint64_t at,
                    const char *format, ...);
bool oc_scan_limit(struct oc_scanner *scan, const char *name, uint64_t most,
                   const char *what);
bool oc_scan_out_of_memory(struct oc_scanner *scan);
/* `what` at `at` ends behind its message, or the input. */
bool oc_scan_outside(struct oc_scanner *scan, const char *what, uint64_t at);

bool oc_scan_put_field(struct oc_scanner *scan, uint32_t number,
                       uint64_t value);
/* Reserves a length; *length_at is where it is to be filled in. */
bool oc_scan_put_begin(struct oc_scanner *scan, uint32_t number,
                       size_t *length_at);
void oc_scan_fill_length(oc_segment *copy, size_t at);
/* Takes back what was written since the copy had `bytes`. */
void oc_scan_take_back(struct oc_scanner *scan, size_t bytes);

/* Finds out how many bytes the value has, and that the message has them. */
bool oc_scan_read_size(struct oc_scanner *scan, struct oc_scanned *field);
/* Moves past the value of a field that is not kept. */
bool oc_scan_skip(struct oc_scanner *scan, const struct oc_scanned *field);
/* Counts one element of a field whose elements are dims. */
bool oc_scan_count_dims(struct oc_scanner *scan, const oc_field *spec);
/* Whether the entry that is being read has a key that is kept. */
bool oc_scan_keeps_entry(struct oc_scanner *scan);
/* Copies a value of any kind but a message. */
bool oc_scan_keep(struct oc_scanner *scan, const struct oc_scanned *field);

#endif
