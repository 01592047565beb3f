/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/write.h - a finished report as text, JSON or CSV, and back.
 *
 * Each format is a pure function of the report and its options: equal
 * reports give equal bytes, whatever the locale.
 */
#ifndef ONNXCOST_WRITE_H
#define ONNXCOST_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"
#include "onnxcost/error.h"
#include "onnxcost/report.h"

OC_BEGIN_API

/* Takes the bytes in order; a failure ends the writing and is returned. */
typedef struct oc_sink {
    oc_status (*write)(void *context, const void *data, size_t bytes,
                       oc_error *err);
    void *context;
} oc_sink;

typedef enum oc_text_table {
    OC_TABLE_DEFAULT, /* operators and modules */
    OC_TABLE_OP,
    OC_TABLE_SCOPE,
    OC_TABLE_NODE,
    OC_TABLE_ATTENTION
} oc_text_table;

typedef enum oc_text_sort {
    OC_SORT_FLOPS,
    OC_SORT_MACS,
    OC_SORT_PARAMS,
    OC_SORT_MEMORY, /* live bytes; rows without sort by traffic */
    OC_SORT_TRAFFIC
} oc_text_sort;

#define OC_ROWS_DEFAULT 0
#define OC_ROWS_ALL SIZE_MAX

typedef struct oc_text_options {
    size_t struct_size;
    oc_text_table by;
    oc_text_sort sort;
    size_t rows;    /* OC_ROWS_DEFAULT is 10 */
    size_t depth;   /* of modules; 0 is 2 */
    size_t columns; /* of the terminal; 0 is 80 */
    bool wide;      /* names are never cut, exact integers */
    bool utf8;      /* else * >= -> for what ASCII lacks */
    bool color;
} oc_text_options;

/**
 * A string of a model for a terminal or a log: controls (C0, DEL, C1), what
 * reorders or hides text, and the second '#' of a pair as \xNN or \u{...},
 * invalid UTF-8 as U+FFFD; all that is not ASCII as \u{...} unless `utf8`.
 * @return the length of the whole, as snprintf() does; the buffer is always
 *         terminated (unless room is 0) and never ends within an escape.
 */
size_t oc_print_safe(char *buffer, size_t room, const char *text, bool utf8);

/* Each returns OC_OK, OC_ERR_NOMEM or what the sink returned. options may be
 * NULL. */
OC_NODISCARD
oc_status oc_report_write_text(const oc_report *report,
                               const oc_text_options *options,
                               const oc_sink *sink, oc_error *err);
/* The verdicts of report->checks: a line each, failures last. */
OC_NODISCARD
oc_status oc_report_write_checks(const oc_report *report,
                                 const oc_text_options *options,
                                 const oc_sink *sink, oc_error *err);
/* report->derivation: shapes, rule, formula, numbers, result. */
OC_NODISCARD
oc_status oc_report_write_derivation(const oc_report *report,
                                     const oc_text_options *options,
                                     const oc_sink *sink, oc_error *err);
OC_NODISCARD
oc_status oc_report_write_json(const oc_report *report, const oc_sink *sink,
                               oc_error *err);
OC_NODISCARD
oc_status oc_report_write_csv(const oc_report *report, const oc_sink *sink,
                              oc_error *err);

/**
 * Reads what oc_report_write_json() wrote; unknown keys are skipped.
 * @param[out] out  on success the caller's: oc_report_free().
 * @return OC_OK; OC_ERR_INPUT for what is no report of a known version;
 *         OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_report_read_json(oc_report **out, const char *data, size_t bytes,
                              oc_error *err);

/* ---- files ---- */

/* An output that appears under its name only when it is whole. */
typedef struct oc_file_sink oc_file_sink;

/** "-" is standard output. *out is the caller's: oc_file_sink_free(). */
OC_NODISCARD
oc_status oc_file_sink_open(oc_file_sink **out, const char *path,
                            oc_error *err);
/* Writing more is OC_ERR_LIMIT; 0 is the default of 256 MiB. */
void oc_file_sink_limit(oc_file_sink *file, uint64_t bytes);
/* Lent: valid until the file sink is freed. */
const oc_sink *oc_file_sink_get(const oc_file_sink *file);
/** Gives the file its name; nothing may be written after it. */
OC_NODISCARD
oc_status oc_file_sink_commit(oc_file_sink *file, oc_error *err);
/* Without a commit nothing is left behind. NULL is fine. */
void oc_file_sink_free(oc_file_sink *file);

OC_END_API

#endif
