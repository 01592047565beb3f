/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/table.h - the commands and options there are.
 *
 * In here: the two tables from which parsing, help, corrections, completions
 * and the manual page come. Not in here: what they do.
 */
#ifndef OC_CLI_TABLE_H
#define OC_CLI_TABLE_H

#include "cli/cli.h"

/* Options without a letter. Their codes are positions in a mask, too. */
enum {
    OPTION_FIRST_LONG = 256,
    OPTION_INPUT_SHAPE = OPTION_FIRST_LONG,
    OPTION_BY,
    OPTION_LENGTHS,
    OPTION_DEPTH,
    OPTION_SORT,
    OPTION_LIMIT,
    OPTION_SRAM,
    OPTION_FLASH,
    OPTION_COUNT,
    OPTION_ORDER,
    OPTION_PEAK_FLOPS,
    OPTION_BANDWIDTH,
    OPTION_COLOR,
    OPTION_MAX /* the first gate; its index among them is added */
};

typedef struct option_row {
    int code;            /* its letter, if it has one; 0 heads a group */
    const char *name;    /* without the dashes */
    const char *value;   /* what help calls it; NULL: takes none */
    const char *choices; /* the values there are, or NULL */
    unsigned verbs;      /* commands that take it: bits 1 << cli_verb */
    const char *help;
} option_row;

extern const option_row option_rows[];
extern const size_t option_row_count;

static inline bool option_is_heading(const option_row *row)
{
    return row->code == 0;
}
static inline bool option_has_letter(const option_row *row)
{
    return row->code < OPTION_FIRST_LONG;
}
static inline bool option_fits(const option_row *row, cli_verb verb)
{
    return (row->verbs >> verb & 1) != 0;
}

typedef struct command_row {
    const char *name;
    const char *operands; /* what help calls them */
    const char *summary;  /* a line */
    const char *details;  /* paragraphs */
    const char *example;  /* a command line without "onnxcost " */
    size_t least, most;   /* operands */
    unsigned formats;     /* of -f: bits 1 << cli_format */
    int (*run)(const cli_options *options);
} command_row;

extern const command_row command_rows[VERB_COUNT];

#define COMMAND_MOST SIZE_MAX

/* Words that can follow "completion", and topics of "help" that are neither
 * commands nor diagnostics. NULL ends them. */
extern const char *const completion_words[];
extern const char *const help_topics[];

/* False for a word that names no command. */
bool command_find(cli_verb *verb, const char *word);

/* Of a "a, b, c" list: the length of the word at *text, which moves behind
 * it and its comma; 0 at the end. */
size_t next_choice(const char **word, const char **text);

#endif
