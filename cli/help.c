/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/help.c - what the program says of itself.
 *
 * In here: help of the whole, of a command, of limits, of a diagnostic.
 * Not in here: the tables it is made from (table.c, values.c,
 * diagnostics.def).
 */
#include <string.h>

#include "cli/table.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- commands and options ---- */

static void print_option(FILE *stream, const option_row *row)
{
    enum { COLUMN = 30 };
    char flag[COLUMN * 2];
    snprintf(flag, sizeof(flag), "%s%s--%s%s%s",
             option_has_letter(row) ? (char[]){'-', (char)row->code, '\0'}
                                    : "  ",
             option_has_letter(row) ? ", " : "  ", row->name,
             row->value ? " " : "", row->value ? row->value : "");
    fprintf(stream, "  %-*s ", COLUMN, flag);
    for (const char *text = row->help; *text; text++) {
        fputc(*text, stream);
        if (*text == '\n')
            fprintf(stream, "%*s", COLUMN + 3, "");
    }
    fputc('\n', stream);
}

/* A group without options of the command has no heading either. */
static void print_options(FILE *stream, cli_verb verb)
{
    const char *heading = NULL;
    for (size_t i = 0; i < option_row_count; i++) {
        const option_row *row = &option_rows[i];
        if (option_is_heading(row)) {
            heading = row->name;
        } else if (option_fits(row, verb)) {
            if (heading)
                fprintf(stream, "\n%s\n", heading);
            heading = NULL;
            print_option(stream, row);
        }
    }
}

void help_print_command(FILE *stream, cli_verb verb)
{
    const command_row *command = &command_rows[verb];
    fprintf(stream, "onnxcost %s %s   %s\n\n%s\n\n  onnxcost %s\n",
            verb == VERB_REPORT ? "[report]" : command->name, command->operands,
            command->summary, command->details, command->example);
    print_options(stream, verb);
}

void help_print_overview(FILE *stream)
{
    fputs("onnxcost MODEL...   what an ONNX model costs, without running it"
          "\n\n",
          stream);
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        char usage[64];
        snprintf(usage, sizeof(usage), "%s %s", command_rows[i].name,
                 command_rows[i].operands);
        fprintf(stream, "  %-32s %s\n", usage, command_rows[i].summary);
    }
    fprintf(stream,
            "\nExit codes: 0 done, gate passed; 1 gate failed; 2 could not "
            "answer.\n\n%s\n",
            command_rows[VERB_REPORT].details);
    print_options(stream, VERB_REPORT);
    fputs("\nonnxcost help COMMAND has the options of the other commands.\n",
          stream);
}

void help_print_short(FILE *stream)
{
    fputs("onnxcost MODEL...   what an ONNX model costs, without running it\n"
          "\n"
          "  onnxcost model.onnx                    parameters, FLOPs, memory\n"
          "  onnxcost model.onnx --dim batch=1      with a symbol bound\n"
          "  onnxcost model.onnx -o report.html     a page to look at\n"
          "  onnxcost check model.onnx --max-flops 4G      a gate for CI\n"
          "\n"
          "onnxcost --help lists all commands and options.\n",
          stream);
}

/* ---- topics ---- */

static void print_limits(FILE *stream)
{
    fputs("What a file may make onnxcost do. A limit that is reached ends the "
          "run with exit\ncode 2; --limit NAME=N changes it, and may be "
          "repeated.\n\n",
          stream);
    for (size_t i = 0; i < limit_row_count; i++)
        fprintf(stream, "  %-13s %10s  %s\n", limit_rows[i].name,
                limit_rows[i].standard, limit_rows[i].meaning);
}

/* ---- diagnostics ---- */

typedef struct diagnostic_row {
    const char *id, *level, *meaning, *remedy;
} diagnostic_row;

static const diagnostic_row diagnostics[] = {
#define OC_DIAGNOSTIC(id, level, meaning, remedy) {id, level, meaning, remedy},
#include "cli/diagnostics.def"
#undef OC_DIAGNOSTIC
};

static void print_diagnostics_list(FILE *stream)
{
    fputs("onnxcost help DIAGNOSTIC says what to do.\n\n", stream);
    for (size_t i = 0; i < COUNT_OF(diagnostics); i++)
        fprintf(stream, "  %-8s %s\n", diagnostics[i].level, diagnostics[i].id);
}

/* Words of text in lines of 78 columns, behind an indent. */
static void print_wrapped(FILE *stream, const char *first, const char *text)
{
    enum { INDENT = 6, WIDTH = 78 };
    int column = fprintf(stream, "%-*s", INDENT, first);
    while (*text) {
        const int bytes = (int)strcspn(text, " ");
        if (column + 1 + bytes > WIDTH && column > INDENT)
            column = fprintf(stream, "\n%*s", INDENT, "") - 1;
        column +=
            fprintf(stream, "%s%.*s", column > INDENT ? " " : "", bytes, text);
        text += bytes;
        text += strspn(text, " ");
    }
    fputc('\n', stream);
}

static void print_diagnostic_help(FILE *stream, const diagnostic_row *row)
{
    fprintf(stream, "%s[%s]\n", row->level, row->id);
    print_wrapped(stream, "", row->meaning);
    print_wrapped(stream, "  do:", row->remedy);
}

struct nearest {
    const char *word;
    size_t best;
};

static void consider(struct nearest *nearest, const char *meant,
                     const char *candidate)
{
    const size_t far = spelling_distance(meant, candidate);
    if (far < nearest->best)
        *nearest = (struct nearest){candidate, far};
}

/* Of all that help knows. */
static const char *nearest_topic(const char *word)
{
    struct nearest nearest = {NULL, spelling_tolerance(word) + 1};
    for (size_t i = 0; i < COUNT_OF(diagnostics); i++)
        consider(&nearest, word, diagnostics[i].id);
    for (unsigned i = 0; i < VERB_COUNT; i++)
        consider(&nearest, word, command_rows[i].name);
    for (size_t i = 0; help_topics[i]; i++)
        consider(&nearest, word, help_topics[i]);
    return nearest.word;
}

static bool print_diagnostic_of(FILE *stream, const char *id, oc_error *err)
{
    for (size_t i = 0; i < COUNT_OF(diagnostics); i++)
        if (strcmp(diagnostics[i].id, id) == 0) {
            print_diagnostic_help(stream, &diagnostics[i]);
            return true;
        }
    const char *nearest = nearest_topic(id);
    fail(err, "usage.unknown-topic", "there is no help on '%s'", id);
    if (nearest)
        hint(err, "did you mean onnxcost help %s?", nearest);
    else
        hint(err, "onnxcost help lists commands, onnxcost help diagnostics "
                  "what stands in brackets");
    return false;
}

static bool print_topic(FILE *stream, const char *topic, oc_error *err)
{
    cli_verb verb;
    if (command_find(&verb, topic))
        help_print_command(stream, verb);
    else if (strcmp(topic, "limits") == 0)
        print_limits(stream);
    else if (strcmp(topic, "diagnostics") == 0)
        print_diagnostics_list(stream);
    else
        return print_diagnostic_of(stream, topic, err);
    return true;
}

int command_help(const cli_options *options)
{
    oc_error err = {.offset = OC_NO_OFFSET};
    if (options->operand_count == 0)
        help_print_overview(stdout);
    else if (!print_topic(stdout, options->operands[0], &err)) {
        print_error(&err);
        return EXIT_NO_ANSWER;
    }
    return terminal_finish() ? EXIT_DONE : EXIT_NO_ANSWER;
}
