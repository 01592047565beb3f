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
#include <stdint.h>
#include <stdio.h>

#include "onnxcost/analyze.h"
#include "onnxcost/error.h"
#include "onnxcost/model.h"
#include "onnxcost/write.h"

/* The worst of several models is the largest. */
enum { EXIT_DONE = 0, EXIT_OVER = 1, EXIT_NO_ANSWER = 2 };

/* ---- options ---- */

typedef enum cli_verb {
    VERB_REPORT,
    VERB_CHECK,
    VERB_EXPLAIN,
    VERB_OPS,
    VERB_COMPLETION,
    VERB_HELP,
    VERB_COUNT
} cli_verb;

typedef enum cli_format {
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_CSV,
    FORMAT_HTML,
    FORMAT_MARKDOWN,
    FORMAT_COUNT
} cli_format;

/* The gates: --max-flops and so on. */
enum {
    CLI_MAX_FLOPS,
    CLI_MAX_MACS,
    CLI_MAX_PARAMS,
    CLI_MAX_WEIGHTS,
    CLI_MAX_PEAK,
    CLI_MAX_TRAFFIC,
    CLI_MAX_NODES,
    CLI_MAX_COUNT
};

typedef struct cli_maximum {
    bool given;
    int64_t value;
} cli_maximum;

typedef struct cli_output {
    cli_format format;
    const char *path;
} cli_output;

/* Arrays have room for one element an argument byte at most: they are made
 * once, by options_parse(). */
typedef struct cli_options {
    bool help, version, quiet, verbose;
    bool named; /* the command stands on the line */
    cli_verb verb;
    const char *const *operands; /* behind the command: models, a node, ... */
    size_t operand_count;
    cli_format format;
    cli_maximum maximum[CLI_MAX_COUNT];
    cli_output *outputs;
    size_t output_count;
    oc_binding *dims;
    size_t dim_count;
    oc_input_shape *shapes;
    size_t shape_count;
    const char **counting;
    size_t counting_count;
    const char *order;
    int64_t peak_flops, bandwidth_bytes; /* 0: not given */
    oc_binding *peaks;                   /* FLOPs a second, by element type */
    size_t peak_count;
    oc_limits limits;
    int64_t sram_bytes;
    oc_flash flash;
    int64_t *lengths;
    size_t length_count;
    oc_text_options text;
    void *blocks; /* what the above lives in */
} cli_options;

/* False with a filled error. Strings are lent from argv. */
bool options_parse(cli_options *options, int argc, char **argv, oc_error *err);
void options_free(cli_options *options);
/* The long name nearest to a misspelt one, or NULL. */
const char *options_nearest(const char *name);
/* Whether a flag as typed ("-n", "--top=3") is ours; *takes_value says
 * whether the next argument belongs to it. */
bool options_know(const char *flag, bool *takes_value);

/* ---- help ---- */

void help_print_overview(FILE *stream);
void help_print_short(FILE *stream);
void help_print_command(FILE *stream, cli_verb verb);

/* ---- words that were meant ---- */

/* How many letters must be changed, added, dropped or swapped. */
size_t spelling_distance(const char *a, const char *b);
/* So far away is another word. */
size_t spelling_tolerance(const char *word);

/* ---- values of options ---- */

/* Zeroed, freed by options_free(); never NULL: err is filled and the program
 * ends in main() when memory is out. */
void *options_alloc(cli_options *options, size_t count, size_t size,
                    oc_error *err);
bool add_dims(cli_options *options, char *text, oc_error *err);
bool add_shape(cli_options *options, char *text, oc_error *err);
bool add_output(cli_options *options, char *text, oc_error *err);
bool set_limit(cli_options *options, char *text, oc_error *err);
/* "128,4Ki" */
bool add_lengths(cli_options *options, char *text, oc_error *err);
bool set_sram(cli_options *options, const char *text, oc_error *err);
bool set_maximum(cli_options *options, size_t which, const char *text,
                 oc_error *err);
/* 989T, or float16=312T,float=19.5T, where a plain number is for all types
 * that are not named. */
bool add_peaks(cli_options *options, char *text, oc_error *err);
/* Of --bandwidth: above 0. */
bool set_rate(int64_t *rate, const char *text, const char *flag, oc_error *err);
bool parse_count(size_t *count, const char *text, const char *flag,
                 oc_error *err);
/* Index of text in the names, or false with an error that lists them. */
bool parse_word(unsigned *index, const char *text, const char *flag,
                const char *const *names, size_t count, oc_error *err);
bool parse_format(cli_format *format, const char *text, size_t bytes);
const char *format_name(cli_format format);

typedef struct limit_row {
    const char *name;
    size_t at; /* in oc_limits */
    const char *standard, *meaning;
} limit_row;
extern const limit_row limit_rows[];
extern const size_t limit_row_count;

/* ---- advice ---- */

/* Fills err for a flag that is not ours: the command with flags of other
 * tools put into our words, or the nearest flag. */
void advise(oc_error *err, const char *flag, int argc, char **argv);
/* The whole command line again, for another command. */
void advise_command(oc_error *err, const char *command, int argc, char **argv);
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
/* "auto", "always", "never"; a stream is judged by itself. */
void terminal_set_color(const char *when);
bool terminal_wants_color(int stream);
void print_error(const oc_error *err);
void print_warning(const char *id, const char *message);
void print_diagnostics(const oc_report *report, const cli_options *options);
/* Flushes; false, having said why, when what was printed did not get
 * through. */
bool terminal_finish(void);

/* ---- commands ---- */

/* Loads and analyses; *out is the caller's. `explain` names a node to be
 * derived, or is NULL. */
oc_status analyze_model(oc_report **out, const char *path, const char *explain,
                        const cli_options *options, oc_error *err);
/* The -o files, and what -f asks for on standard output: text by
 * `write_text`. */
typedef oc_status text_writer(const oc_report *, const oc_text_options *,
                              const oc_sink *, oc_error *);
oc_status write_outputs(const oc_report *report, text_writer *write_text,
                        const cli_options *options, oc_error *err);
/* Says what went wrong, unless it is a reader that has seen enough. */
void print_failure(const oc_error *err);

int command_report(const cli_options *options);
int command_check(const cli_options *options);
int command_explain(const cli_options *options);
int command_ops(const cli_options *options);
int command_completion(const cli_options *options);
int command_help(const cli_options *options);

#endif
