/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/write.h - a finished report as text, JSON, CSV or HTML, and
 * back from JSON.
 *
 * In here: the formats, where their bytes go, names made safe to print.
 * Not in here: what a report says (report.h).
 *
 * Each format is a pure function of the report and its options: equal
 * reports give equal bytes, whatever the locale. A report is only read:
 * several threads may write one. Pointers must not be NULL unless said
 * otherwise.
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

/*
 * Where a format goes, the caller's to provide (or oc_file_sink_get()).
 * `write` takes the bytes in order, in pieces of any size, and must take all
 * or fail: it then fills err, which may be NULL, and returns its code, which
 * ends the writing and is what the caller of the format gets. It is not
 * called again after a failure.
 */
typedef struct oc_sink {
    oc_status (*write)(void *context, const void *data, size_t bytes,
                       oc_error *err);
    void *context; /* handed to `write`, otherwise not touched */
} oc_sink;

/* Which tables follow the summary. */
typedef enum oc_text_table {
    OC_TABLE_DEFAULT, /* operators, and parts or modules */
    OC_TABLE_OP,
    OC_TABLE_SCOPE,
    OC_TABLE_NODE,
    OC_TABLE_ATTENTION,
    OC_TABLE_PART
} oc_text_table;

/* Rows stand in falling order of this. */
typedef enum oc_text_sort {
    OC_SORT_FLOPS,
    OC_SORT_MACS,
    OC_SORT_PARAMS,
    OC_SORT_MEMORY, /* live bytes; rows without sort by traffic */
    OC_SORT_TRAFFIC
} oc_text_sort;

#define OC_ROWS_DEFAULT 0    /* 10 rows of a table */
#define OC_ROWS_ALL SIZE_MAX /* all of them */

/* How text is laid out; zero is the default of each. */
typedef struct oc_text_options {
    size_t struct_size; /* sizeof(oc_text_options) */
    oc_text_table by;
    oc_text_sort sort;
    size_t rows;    /* of a table; OC_ROWS_DEFAULT is 10 */
    size_t depth;   /* of modules; 0 is 2 */
    size_t columns; /* of the terminal; 0 is 80, at least 40 are used */
    bool wide;      /* names are never cut, exact integers */
    bool utf8;      /* else * >= -> for what ASCII lacks */
    bool color;     /* ANSI sequences */
} oc_text_options;

/* How a page is laid out; zero is the default. */
typedef struct oc_html_options {
    size_t struct_size; /* sizeof(oc_html_options) */
    size_t rows;        /* of the table of nodes; OC_ROWS_DEFAULT is 50 */
} oc_html_options;

/*
 * A string of a model for a terminal or a log: controls (C0, DEL, C1), what
 * reorders or hides text, and the second '#' of a pair as \xNN or \u{...},
 * invalid UTF-8 as U+FFFD; all that is not ASCII as \u{...} unless `utf8`.
 * `buffer` has `room` bytes and may be NULL when room is 0. The result is the
 * length of the whole, as snprintf() gives it; the buffer is always
 * terminated (unless room is 0) and never ends within an escape.
 */
size_t oc_print_safe(char *buffer, size_t room, const char *text, bool utf8);

/*
 * A report as text for people, as JSON (docs/report.schema.json), as CSV with
 * a row a node, as a page of HTML. Each returns OC_OK, OC_ERR_NOMEM or what the
 * sink returned; options may be NULL for the defaults. What the sink took
 * before a failure is no whole report.
 */
OC_NODISCARD
oc_status oc_report_write_text(const oc_report *report,
                               const oc_text_options *options,
                               const oc_sink *sink, oc_error *err);
/*
 * Several reports as text: titles, a line each, a line of what they add up to.
 * Starts zeroed; `failed` is the caller's to count, models that have no report
 * make the sums lower bounds. Figures that are open stand at a sample point of
 * their model, with a star.
 */
#define OC_MODELS_COLUMNS 5
typedef struct oc_models_sum {
    oc_i128 value;
    size_t known, left_out;
    bool at_point; /* of some model */
    oc_figure_status worst;
} oc_models_sum;
typedef struct oc_models {
    size_t count, failed;
    int64_t nodes, costed;
    oc_models_sum sum[OC_MODELS_COLUMNS];
} oc_models;
OC_NODISCARD
oc_status oc_models_write_titles(oc_models *models,
                                 const oc_text_options *options,
                                 const oc_sink *sink, oc_error *err);
OC_NODISCARD
oc_status oc_models_write_row(oc_models *models, const oc_report *report,
                              const oc_text_options *options,
                              const oc_sink *sink, oc_error *err);
OC_NODISCARD
oc_status oc_models_write_total(oc_models *models,
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
/* One file that requests nothing and runs nothing (docs/page.md). */
OC_NODISCARD
oc_status oc_report_write_html(const oc_report *report,
                               const oc_html_options *options,
                               const oc_sink *sink, oc_error *err);

/**
 * Reads what oc_report_write_json() wrote, of this major schema_version;
 * unknown keys are skipped, missing ones are unknown. The text may come from
 * anywhere.
 * @param[out] out  set only on OC_OK; the caller's, to be released by
 *                  oc_report_free().
 * @param data      need not outlive the call, nor end with a NUL.
 * @return OC_OK; OC_ERR_INPUT for what is no JSON ("input.json", with a byte
 *         offset) or no report of a known version ("input.report");
 *         OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_report_read_json(oc_report **out, const char *data, size_t bytes,
                              oc_error *err);

/* ---- files ---- */

/* An output that appears under its name only when it is whole. For one
 * thread at a time. */
typedef struct oc_file_sink oc_file_sink;

/**
 * Opens a file to be written, beside its final name; a file of that name is
 * replaced when the new one is committed, and keeps its permissions.
 * @param[out] out  set only on OC_OK; the caller's, to be released by
 *                  oc_file_sink_free().
 * @param path      "-" is standard output (file descriptor 1: flush stdio
 *                  before); devices and pipes are written to as they are.
 * @return OC_OK; OC_ERR_IO for a directory ("output.directory"), a symbolic
 *         link ("output.link") or what cannot be made ("output.create");
 *         OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_file_sink_open(oc_file_sink **out, const char *path,
                            oc_error *err);
/** From now on at most so many bytes; 0 is the default of 256 MiB. */
void oc_file_sink_limit(oc_file_sink *file, uint64_t bytes);
/**
 * Lent: valid until the file sink is freed. Its `write` returns OC_OK,
 * OC_ERR_LIMIT ("limit.report"), or OC_ERR_IO ("output.write", and
 * "output.closed" when nobody reads the pipe, unless SIGPIPE ends the
 * process: the library leaves signals alone).
 */
const oc_sink *oc_file_sink_get(const oc_file_sink *file);
/**
 * Brings the bytes to the disk and gives the file its name. Nothing may be
 * written after it, whatever it returns; the sink is still to be freed.
 * @return OC_OK or OC_ERR_IO ("output.write"): then nothing has the name that
 *         did not have it before.
 */
OC_NODISCARD
oc_status oc_file_sink_commit(oc_file_sink *file, oc_error *err);
/** Without a commit nothing is left behind. NULL is fine. */
void oc_file_sink_free(oc_file_sink *file);

OC_END_API

#endif
