/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/cli.h - the program around the library.
 *
 * In here: what its files share. The program sees the library as any other
 * program does: through include/onnxcost/ only.
 */
#ifndef OC_CLI_CLI_H
#define OC_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "onnxcost/analyze.h"
#include "onnxcost/error.h"
#include "onnxcost/model.h"
#include "onnxcost/write.h"

enum { EXIT_DONE = 0, EXIT_NO_ANSWER = 2 };

/* ---- options ---- */

typedef enum cli_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV } cli_format;

typedef struct cli_output {
    cli_format format;
    const char *path;
} cli_output;

/* Arrays have room for one element an argument byte at most: they are made
 * once, by options_parse(). */
typedef struct cli_options {
    bool help, version, quiet, verbose;
    const char *const *models;
    size_t model_count;
    cli_format format;
    cli_output *outputs;
    size_t output_count;
    oc_binding *dims;
    size_t dim_count;
    oc_input_shape *shapes;
    size_t shape_count;
    oc_limits limits;
    oc_text_options text;
    const char *color; /* "auto", "always", "never" */
    void *blocks;      /* what the above lives in */
} cli_options;

/* False with a filled error. Strings are lent from argv. */
bool options_parse(cli_options *options, int argc, char **argv, oc_error *err);
void options_free(cli_options *options);
void options_print_help(FILE *stream);
void options_print_short_help(FILE *stream);
/* The long name nearest to a misspelt one, or NULL. */
const char *options_nearest(const char *name);
/* Whether a flag as typed ("-n", "--top=3") is ours; *takes_value says
 * whether the next argument belongs to it. */
bool options_know(const char *flag, bool *takes_value);

/* ---- values of options ---- */

/* Zeroed, freed by options_free(); never NULL: err is filled and the program
 * ends in main() when memory is out. */
void *options_alloc(cli_options *options, size_t count, size_t size,
                    oc_error *err);
bool add_dims(cli_options *options, char *text, oc_error *err);
bool add_shape(cli_options *options, char *text, oc_error *err);
bool add_output(cli_options *options, char *text, oc_error *err);
bool set_limit(cli_options *options, char *text, oc_error *err);
bool parse_count(size_t *count, const char *text, const char *flag,
                 oc_error *err);
/* Index of text in the names, or false with an error that lists them. */
bool parse_word(unsigned *index, const char *text, const char *flag,
                const char *const *names, size_t count, oc_error *err);
bool parse_format(cli_format *format, const char *text, size_t bytes);

/* ---- advice ---- */

/* Fills err for a flag that is not ours: the command with flags of other
 * tools put into our words, or the nearest flag. */
void advise(oc_error *err, const char *flag, int argc, char **argv);
/* err with this code, id and message; false for `return fail(...)`. */
OC_PRINTF(3, 4)
bool fail(oc_error *err, const char *id, const char *format, ...);
OC_PRINTF(2, 3)
void hint(oc_error *err, const char *format, ...);

/* ---- the terminal and the system ---- */

void terminal_start(void);
bool terminal_is_tty(int stream);
size_t terminal_columns(void); /* of standard output, or COLUMNS, or 120 */
bool terminal_is_utf8(void);
/* While held, Ctrl-C and the like wait: no file is left half made. */
void terminal_hold_signals(bool hold);
bool terminal_wants_color(const char *when);
void print_error(const oc_error *err);
void print_diagnostics(const oc_report *report, const cli_options *options);
/* Flushes; false when what was printed did not get through. */
bool terminal_finish(void);

/* ---- commands ---- */

int command_report(const cli_options *options);

#endif
