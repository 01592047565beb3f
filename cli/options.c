/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/options.c - the command line.
 *
 * In here: the one table of options, from which come parsing, help and
 * corrections. Not in here: the values of options (values.c), flags of other
 * tools (advice.c).
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Options without a letter. */
enum { FIRST_LONG = 256, INPUT_SHAPE, BY, DEPTH, SORT, LIMIT, COLOR };

typedef struct option_row {
    int code; /* its letter, if it has one */
    const char *name;
    const char *value; /* what help calls it; NULL: takes none */
    const char *help;
} option_row;

/* A row without a code heads a group. */
static const option_row rows[] = {
    {0, "shapes", NULL, NULL},
    {INPUT_SHAPE, "input-shape", "[NAME:]DIMS",
     "shape of an input: 1,3,224,224 or 1x3x224x224, brackets\n"
     "allowed; entries are integers or symbols; repeat per input"},
    {'d', "dim", "SYM=INT",
     "value of a symbol: --dim batch=1,seq=128; repeatable"},
    {0, "output", NULL, NULL},
    {'f', "format", "FORMAT", "of standard output: text, json, csv"},
    {'o', "output", "[FORMAT:]FILE",
     "also write FILE, format from its extension; repeatable"},
    {'q', "quiet", NULL, "no text besides -o files, no warnings"},
    {'v', "verbose", NULL, "all warnings and remarks"},
    {COLOR, "color", "WHEN", "auto, always, never"},
    {0, "view", NULL, NULL},
    {BY, "by", "WHAT", "rows are: op, scope, node, attention"},
    {'n', "top", "N", "so many rows (10; 0 is all)"},
    {DEPTH, "depth", "N", "of modules (2)"},
    {SORT, "sort", "METRIC", "flops, macs, params, memory, traffic"},
    {'w', "wide", NULL, "whole names and exact integers"},
    {0, "limits", NULL, NULL},
    {LIMIT, "limit", "NAME=N",
     "raise or lower a limit: depth, nodes, memory, ...; repeatable"},
    {0, "other", NULL, NULL},
    {'h', "help", NULL, "this text"},
    {'V', "version", NULL, "name and version"},
};

static bool is_option(const option_row *row)
{
    return row->code != 0;
}

static bool has_letter(const option_row *row)
{
    return row->code < FIRST_LONG;
}

/* ---- help ---- */

static void print_row(FILE *stream, const option_row *row)
{
    enum { COLUMN = 30 };
    char flag[COLUMN * 2];
    snprintf(flag, sizeof(flag), "%s%s--%s%s%s",
             has_letter(row) ? (char[]){'-', (char)row->code, '\0'} : "  ",
             has_letter(row) ? ", " : "  ", row->name, row->value ? " " : "",
             row->value ? row->value : "");
    fprintf(stream, "  %-*s ", COLUMN, flag);
    for (const char *text = row->help; *text; text++) {
        fputc(*text, stream);
        if (*text == '\n')
            fprintf(stream, "%*s", COLUMN + 3, "");
    }
    fputc('\n', stream);
}

void options_print_help(FILE *stream)
{
    fputs("onnxcost [report] MODEL...   what an ONNX model costs, without "
          "running it\n\n"
          "MODEL is a .onnx file, also gzipped, or - for standard input. "
          "Weights are not\nread: external data may be absent. Exit codes: "
          "0 done, 2 could not answer.\n",
          stream);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (is_option(&rows[i]))
            print_row(stream, &rows[i]);
        else
            fprintf(stream, "\n%s\n", rows[i].name);
}

void options_print_short_help(FILE *stream)
{
    fputs("onnxcost MODEL...   what an ONNX model costs, without running it\n"
          "\n"
          "  onnxcost model.onnx                    parameters, FLOPs, memory\n"
          "  onnxcost model.onnx --dim batch=1      with a symbol bound\n"
          "  onnxcost model.onnx -o nodes.csv       every node in a table\n"
          "\n"
          "onnxcost --help lists all options.\n",
          stream);
}

/* ---- names ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance (Levenshtein) of names shorter than the row. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 32 };
    size_t row[LONGEST + 1];
    size_t length = strlen(b);
    if (length > LONGEST || strlen(a) > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least(replaced, least(row[j - 1], row[j]) + 1);
        }
    }
    return row[length];
}

const char *options_nearest(const char *name)
{
    const char *nearest = NULL;
    size_t best = 1 + strlen(name) / 4; /* further away: another word */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t far = distance(name, rows[i].name);
        if (is_option(&rows[i]) && far < best) {
            best = far;
            nearest = rows[i].name;
        }
    }
    return nearest;
}

static bool is_row(const option_row *row, const char *flag, size_t bytes)
{
    if (!is_option(row))
        return false;
    if (strncmp(flag, "--", 2) == 0)
        return strlen(row->name) == bytes - 2 &&
               strncmp(row->name, flag + 2, bytes - 2) == 0;
    return has_letter(row) && bytes == 2 && flag[1] == (char)row->code;
}

bool options_know(const char *flag, bool *takes_value)
{
    size_t bytes = strcspn(flag, "=");
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (is_row(&rows[i], flag, bytes)) {
            *takes_value = rows[i].value != NULL && flag[bytes] == '\0';
            return true;
        }
    return false;
}

/* ---- parsing ---- */

/* What getopt_long() wants, from the table. */
typedef struct getopt_form {
    char letters[2 + 2 * COUNT_OF(rows)];
    struct option names[COUNT_OF(rows) + 1];
} getopt_form;

static getopt_form form_of_rows(void)
{
    getopt_form form = {.letters = ":"}; /* tells a missing value apart */
    size_t letter = 1, name = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const option_row *row = &rows[i];
        if (!is_option(row))
            continue;
        form.names[name++] = (struct option){
            row->name, row->value ? required_argument : no_argument, NULL,
            row->code};
        if (has_letter(row))
            form.letters[letter++] = (char)row->code;
        if (has_letter(row) && row->value)
            form.letters[letter++] = ':';
    }
    return form;
}

static bool parse_view(cli_options *options, int code, oc_error *err)
{
    static const char *const tables[] = {"op", "scope", "node", "attention"};
    static const char *const sorts[] = {"flops", "macs", "params", "memory",
                                        "traffic"};
    unsigned index = 0;
    switch (code) {
    case BY:
        if (!parse_word(&index, optarg, "--by", tables, COUNT_OF(tables), err))
            return false;
        options->text.by = (oc_text_table)(OC_TABLE_OP + index);
        return true;
    case SORT:
        if (!parse_word(&index, optarg, "--sort", sorts, COUNT_OF(sorts), err))
            return false;
        options->text.sort = (oc_text_sort)index;
        return true;
    case DEPTH:
        return parse_count(&options->text.depth, optarg, "--depth", err);
    default:
        if (!parse_count(&options->text.rows, optarg, "-n", err))
            return false;
        if (options->text.rows == 0)
            options->text.rows = OC_ROWS_ALL;
        return true;
    }
}

static bool parse_color(cli_options *options, oc_error *err)
{
    static const char *const whens[] = {"auto", "always", "never"};
    unsigned index = 0;
    if (!parse_word(&index, optarg, "--color", whens, COUNT_OF(whens), err))
        return false;
    options->color = whens[index];
    return true;
}

static bool parse_stdout_format(cli_options *options, int argc, char **argv,
                                oc_error *err)
{
    if (parse_format(&options->format, optarg, strlen(optarg)))
        return true;
    fail(err, "usage.format", "there is no format '%s': text, json, csv",
         optarg);
    if (strpbrk(optarg, ".:"))
        advise(err, "-f", argc, argv);
    return false;
}

static bool parse_option(cli_options *options, int code, int argc, char **argv,
                         oc_error *err)
{
    switch (code) {
    case INPUT_SHAPE:
        return add_shape(options, optarg, err);
    case 'd':
        if (add_dims(options, optarg, err))
            return true;
        if (strchr(optarg, ':'))
            advise(err, "-d", argc, argv);
        return false;
    case 'f':
        return parse_stdout_format(options, argc, argv, err);
    case 'o':
        return add_output(options, optarg, err);
    case LIMIT:
        return set_limit(options, optarg, err);
    case COLOR:
        return parse_color(options, err);
    case 'q':
        options->quiet = true;
        return true;
    case 'v':
        options->verbose = true;
        return true;
    case 'w':
        options->text.wide = true;
        return true;
    case 'h':
        options->help = true;
        return true;
    case 'V':
        options->version = true;
        return true;
    default:
        return parse_view(options, code, err);
    }
}

/* The flag that getopt_long() stumbled over, without its value. */
static void name_flag(char *name, size_t room, char **argv)
{
    const char *flag = argv[optind - 1];
    snprintf(name, room, "%.*s", (int)strcspn(flag, "="), flag);
    if (optopt > 0 && optopt < FIRST_LONG)
        snprintf(name, room, "-%c", optopt);
    for (size_t i = 0; optopt > 0 && i < COUNT_OF(rows); i++)
        if (rows[i].code == optopt)
            snprintf(name, room, "--%s", rows[i].name);
}

static bool refuse(int code, int argc, char **argv, oc_error *err)
{
    char flag[64];
    bool ignored;
    name_flag(flag, sizeof(flag), argv);
    if (code == ':')
        return fail(err, "usage.missing-value", "%s needs a value", flag);
    if (options_know(flag, &ignored))
        return fail(err, "usage.extra-value", "%s takes no value", flag);
    fail(err, "usage.unknown-flag", "%s is not an onnxcost flag", flag);
    advise(err, flag, argc, argv);
    return false;
}

static bool looks_like_file(const char *text)
{
    return strcmp(text, "-") == 0 || strpbrk(text, "./") != NULL;
}

/* A bare word is a command, so that new commands never clash with files. */
static bool take_models(cli_options *options, int argc, char **argv,
                        oc_error *err)
{
    int first = optind;
    const char *word = first < argc ? argv[first] : "-";
    if (strcmp(word, "report") == 0)
        first++;
    else if (strcmp(word, "help") == 0)
        options->help = true;
    else if (!looks_like_file(word)) {
        fail(err, "usage.unknown-command", "there is no command '%s'", word);
        hint(err, "onnxcost ./%s   if it is a file; commands: report, help",
             word);
        return false;
    }
    options->models = (const char *const *)argv + first;
    options->model_count = (size_t)(argc - first);
    if (options->model_count > 1 && options->output_count > 0)
        return fail(err, "usage.output",
                    "-o takes one model, and there are %zu",
                    options->model_count);
    return true;
}

/* Every value is a part of an argument: so many there may be at most. */
static bool make_room(cli_options *options, int argc, char **argv,
                      oc_error *err)
{
    size_t most = 1;
    for (int i = 1; i < argc; i++)
        most += strlen(argv[i]) + 1;
    options->dims = options_alloc(options, most, sizeof(oc_binding), err);
    options->shapes =
        options_alloc(options, (size_t)argc, sizeof(oc_input_shape), err);
    options->outputs =
        options_alloc(options, (size_t)argc, sizeof(cli_output), err);
    return options->dims && options->shapes && options->outputs;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

bool options_parse(cli_options *options, int argc, char **argv, oc_error *err)
{
    getopt_form form = form_of_rows();
    int code;
    *options = (cli_options){.color = "auto",
                             .text = {.struct_size = sizeof(oc_text_options)}};
    options->help = asks_for_help(argc, argv);
    if (options->help)
        return true;
    if (!make_room(options, argc, argv, err))
        return false;
    opterr = 0;
    while ((code = getopt_long(argc, argv, form.letters, form.names, NULL)) !=
           -1) {
        if (code == '?' || code == ':')
            return refuse(code, argc, argv, err);
        if (!parse_option(options, code, argc, argv, err))
            return false;
    }
    return take_models(options, argc, argv, err);
}
