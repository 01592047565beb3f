/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/options.c - the command line.
 *
 * In here: parsing by the tables of table.c. Not in here: the values of
 * options (values.c), flags of other tools (advice.c), help (help.c).
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/table.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- names ---- */

const char *options_nearest(const char *name)
{
    const char *nearest = NULL;
    size_t best = spelling_tolerance(name) + 1;
    for (size_t i = 0; i < option_row_count; i++) {
        if (option_is_heading(&option_rows[i]))
            continue;
        size_t far = spelling_distance(name, option_rows[i].name);
        if (far < best) {
            best = far;
            nearest = option_rows[i].name;
        }
    }
    return nearest;
}

static bool is_row(const option_row *row, const char *flag, size_t bytes)
{
    if (option_is_heading(row))
        return false;
    if (strncmp(flag, "--", 2) == 0)
        return strlen(row->name) == bytes - 2 &&
               strncmp(row->name, flag + 2, bytes - 2) == 0;
    return option_has_letter(row) && bytes == 2 && flag[1] == (char)row->code;
}

bool options_know(const char *flag, bool *takes_value)
{
    size_t bytes = strcspn(flag, "=");
    for (size_t i = 0; i < option_row_count; i++)
        if (is_row(&option_rows[i], flag, bytes)) {
            *takes_value = option_rows[i].value != NULL && flag[bytes] == '\0';
            return true;
        }
    return false;
}

/* ---- parsing ---- */

enum { MOST_OPTIONS = 64 };

/* What getopt_long() wants, from the table. */
typedef struct getopt_form {
    char letters[2 + 2 * MOST_OPTIONS];
    struct option names[MOST_OPTIONS + 1];
} getopt_form;

static getopt_form form_of_table(void)
{
    getopt_form form = {.letters = ":"}; /* tells a missing value apart */
    size_t letter = 1, name = 0;
    for (size_t i = 0; i < option_row_count && name < MOST_OPTIONS; i++) {
        const option_row *row = &option_rows[i];
        if (option_is_heading(row))
            continue;
        form.names[name++] = (struct option){
            row->name, row->value ? required_argument : no_argument, NULL,
            row->code};
        if (option_has_letter(row))
            form.letters[letter++] = (char)row->code;
        if (option_has_letter(row) && row->value)
            form.letters[letter++] = ':';
    }
    return form;
}

static const option_row *row_of(int code)
{
    for (size_t i = 0; i < option_row_count; i++)
        if (option_rows[i].code == code)
            return &option_rows[i];
    return NULL;
}

/* The place of optarg among the row's choices. */
static bool parse_choice(unsigned *index, int code, oc_error *err)
{
    const option_row *row = row_of(code);
    const char *left = row->choices, *word;
    size_t bytes;
    for (*index = 0; (bytes = next_choice(&word, &left)) > 0; ++*index)
        if (strlen(optarg) == bytes && strncmp(word, optarg, bytes) == 0)
            return true;
    fail(err, "usage.value", "--%s cannot be '%s'", row->name, optarg);
    hint(err, "one of: %s", row->choices);
    return false;
}

static bool parse_view(cli_options *options, int code, oc_error *err)
{
    unsigned index = 0;
    switch (code) {
    case OPTION_BY:
        if (!parse_choice(&index, code, err))
            return false;
        options->text.by = (oc_text_table)(OC_TABLE_OP + index);
        return true;
    case OPTION_SORT:
        if (!parse_choice(&index, code, err))
            return false;
        options->text.sort = (oc_text_sort)index;
        return true;
    case OPTION_DEPTH:
        return parse_count(&options->text.depth, optarg, "--depth", err);
    default:
        if (!parse_count(&options->text.rows, optarg, "-n", err))
            return false;
        if (options->text.rows == 0)
            options->text.rows = OC_ROWS_ALL;
        return true;
    }
}

static bool parse_flash(cli_options *options, oc_error *err)
{
    unsigned index = 0;
    if (!parse_choice(&index, OPTION_FLASH, err))
        return false;
    options->flash = (oc_flash)index;
    return true;
}

static bool parse_order(cli_options *options, oc_error *err)
{
    unsigned index = 0;
    if (!parse_choice(&index, OPTION_ORDER, err))
        return false;
    options->order = optarg;
    return true;
}

static bool parse_color(oc_error *err)
{
    static const char *const whens[] = {"auto", "always", "never"};
    unsigned index = 0;
    if (!parse_choice(&index, OPTION_COLOR, err))
        return false;
    terminal_set_color(whens[index]);
    return true;
}

static bool parse_stdout_format(cli_options *options, int argc, char **argv,
                                oc_error *err)
{
    if (parse_format(&options->format, optarg, strlen(optarg)))
        return true;
    fail(err, "usage.format", "there is no format '%s': %s", optarg,
         row_of('f')->choices);
    if (strpbrk(optarg, ".:"))
        advise(err, "-f", argc, argv);
    return false;
}

static bool parse_option(cli_options *options, int code, int argc, char **argv,
                         oc_error *err)
{
    if (code >= OPTION_MAX)
        return set_maximum(options, (size_t)(code - OPTION_MAX), optarg, err);
    switch (code) {
    case OPTION_INPUT_SHAPE:
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
    case OPTION_LIMIT:
        return set_limit(options, optarg, err);
    case OPTION_LENGTHS:
        return add_lengths(options, optarg, err);
    case OPTION_SRAM:
        return set_sram(options, optarg, err);
    case OPTION_FLASH:
        return parse_flash(options, err);
    case OPTION_COUNT:
        options->counting[options->counting_count++] = optarg;
        return true;
    case OPTION_ORDER:
        return parse_order(options, err);
    case OPTION_PEAK_FLOPS:
        return add_peaks(options, optarg, err);
    case OPTION_BANDWIDTH:
        return set_rate(&options->bandwidth_bytes, optarg, "--bandwidth", err);
    case OPTION_COLOR:
        return parse_color(err);
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
    if (optopt > 0 && optopt < OPTION_FIRST_LONG)
        snprintf(name, room, "-%c", optopt);
    if (optopt > 0 && row_of(optopt))
        snprintf(name, room, "--%s", row_of(optopt)->name);
}

static bool refuse(int code, int argc, char **argv, oc_error *err)
{
    char flag[64];
    bool ignored;
    name_flag(flag, sizeof(flag), argv);
    if (code == ':')
        fail(err, "usage.missing-value", "%s needs a value", flag);
    else if (options_know(flag, &ignored))
        fail(err, "usage.extra-value", "%s takes no value", flag);
    else
        fail(err, "usage.unknown-flag", "%s is not an onnxcost flag", flag);
    if (strcmp(err->id, "usage.unknown-flag") == 0)
        advise(err, flag, argc, argv);
    else
        hint(err, "onnxcost --help shows how it is used");
    return false;
}

/* ---- the command and its operands ---- */

static bool looks_like_file(const char *text)
{
    return strcmp(text, "-") == 0 || strpbrk(text, "./") != NULL;
}

static const char *nearest_command(const char *word)
{
    const char *nearest = NULL;
    size_t best = spelling_tolerance(word) + 1;
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        size_t far = spelling_distance(word, command_rows[i].name);
        if (far < best) {
            best = far;
            nearest = command_rows[i].name;
        }
    }
    return nearest;
}

static bool unknown_command(const char *word, oc_error *err)
{
    const char *nearest = nearest_command(word);
    char buffer[OC_SHELL_ROOM];
    const char *file = oc_shell_word(buffer, sizeof(buffer), word, "FILE");
    fail(err, "usage.unknown-command", "there is no command '%s'", word);
    if (nearest)
        hint(err, "did you mean onnxcost %s? A file is ./%s", nearest, file);
    else
        hint(err,
             "onnxcost ./%s if it is a file; the commands are report, check, "
             "explain, ops, completion, help",
             file);
    return false;
}

/* A bare word is a command, so that new commands never clash with files. */
static bool take_command(cli_options *options, int argc, char **argv,
                         oc_error *err)
{
    int first = optind;
    options->named = first < argc && command_find(&options->verb, argv[first]);
    if (options->named)
        first++;
    else if (first < argc && !looks_like_file(argv[first]))
        return unknown_command(argv[first], err);
    options->operands = (const char *const *)argv + first;
    options->operand_count = (size_t)(argc - first);
    return true;
}

/* The first command that takes an option. */
static const char *home_of(const option_row *row)
{
    unsigned verb = 0;
    while (verb + 1 < VERB_COUNT && !option_fits(row, (cli_verb)verb))
        verb++;
    return command_rows[verb].name;
}

/* What was given belongs to the command. */
static bool check_options(const cli_options *options, const bool *given,
                          int argc, char **argv, oc_error *err)
{
    const command_row *command = &command_rows[options->verb];
    for (size_t i = 0; i < option_row_count; i++) {
        const option_row *row = &option_rows[i];
        if (!given[i] || option_fits(row, options->verb))
            continue;
        fail(err, "usage.option", "--%s is no option of onnxcost %s", row->name,
             command->name);
        if (options->verb == VERB_REPORT)
            advise_command(err, home_of(row), argc, argv);
        else
            hint(err, "it is one of onnxcost %s; onnxcost help %s",
                 home_of(row), command->name);
        return false;
    }
    return true;
}

static bool has_format(const command_row *command, cli_format format)
{
    return format == FORMAT_TEXT || (command->formats >> format & 1) != 0;
}

static bool check_format(const command_row *command, cli_format format,
                         oc_error *err)
{
    size_t used = 0;
    if (has_format(command, format))
        return true;
    fail(err, "usage.format", "onnxcost %s writes no %s", command->name,
         format_name(format));
    for (unsigned i = 0; i < FORMAT_COUNT && used < sizeof(err->hint); i++)
        if (has_format(command, (cli_format)i))
            used += (size_t)snprintf(
                err->hint + used, sizeof(err->hint) - used, "%s%s",
                used ? ", " : "one of: ", format_name((cli_format)i));
    return false;
}

static bool check_operands(const cli_options *options, oc_error *err)
{
    const command_row *command = &command_rows[options->verb];
    const size_t count = options->operand_count;
    if (options->verb == VERB_REPORT && count == 0)
        return true; /* a short help says more */
    if (count < command->least || count > command->most) {
        fail(err, "usage.operands", "onnxcost %s takes %s", command->name,
             command->operands);
        hint(err, "onnxcost %s", command->example);
        return false;
    }
    if (count > 1 && options->output_count > 0)
        return fail(err, "usage.output",
                    "-o takes one model, and there are %zu", count);
    return true;
}

/* False where there is no regular file. */
static bool regular_file(struct stat *facts, const char *path)
{
    const int found =
        strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, facts) : stat(path, facts);
    return found == 0 && S_ISREG(facts->st_mode);
}

/* A report would take the place of its model, under any of its names. */
static bool spares_model(const cli_options *options, oc_error *err)
{
    struct stat model, output;
    for (size_t i = 0; i < options->output_count; i++) {
        const char *path = options->outputs[i].path;
        if (strcmp(path, "-") == 0 || !regular_file(&output, path) ||
            !regular_file(&model, options->operands[0]) ||
            model.st_dev != output.st_dev || model.st_ino != output.st_ino)
            continue;
        fail(err, "usage.output", "-o %s would overwrite the model", path);
        hint(err, "name another file: -o report.json");
        return false;
    }
    return true;
}

static bool is_one_file(const char *a, const char *b)
{
    struct stat left, right;
    return strcmp(a, b) == 0 ||
           (stat(a, &left) == 0 && stat(b, &right) == 0 &&
            left.st_dev == right.st_dev && left.st_ino == right.st_ino);
}

/* The second would take the place of the first. */
static bool outputs_differ(const cli_options *options, oc_error *err)
{
    for (size_t i = 1; i < options->output_count; i++)
        for (size_t k = 0; k < i; k++)
            if (is_one_file(options->outputs[i].path, options->outputs[k].path))
                return fail(err, "usage.output",
                            "-o names one file twice: %s and %s",
                            options->outputs[k].path, options->outputs[i].path);
    return true;
}

static bool check_all(const cli_options *options, const bool *given, int argc,
                      char **argv, oc_error *err)
{
    const command_row *command = &command_rows[options->verb];
    if (options->help || options->version)
        return true;
    if (!check_options(options, given, argc, argv, err) ||
        !check_format(command, options->format, err))
        return false;
    for (size_t i = 0; i < options->output_count; i++)
        if (!check_format(command, options->outputs[i].format, err))
            return false;
    return check_operands(options, err) && outputs_differ(options, err) &&
           (options->operand_count == 0 || spares_model(options, err));
}

/* ---- the whole ---- */

/* Every value is a part of an argument: so many there may be at most. */
static bool make_room(cli_options *options, int argc, char **argv,
                      oc_error *err)
{
    size_t most = 1;
    for (int i = 1; i < argc; i++)
        most += strlen(argv[i]) + 1;
    options->dims = options_alloc(options, most, sizeof(oc_binding), err);
    options->peaks = options_alloc(options, most, sizeof(oc_binding), err);
    options->shapes =
        options_alloc(options, (size_t)argc, sizeof(oc_input_shape), err);
    options->outputs =
        options_alloc(options, (size_t)argc, sizeof(cli_output), err);
    options->counting =
        options_alloc(options, (size_t)argc, sizeof(char *), err);
    options->lengths = options_alloc(options, most, sizeof(int64_t), err);
    return options->dims && options->peaks && options->shapes &&
           options->outputs && options->counting && options->lengths;
}

/* -h anywhere, whatever else is wrong; of the command that is named. */
static bool asks_for_help(cli_options *options, int argc, char **argv)
{
    bool asks = false;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        asks |= strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0;
    for (int i = 1; asks && i < argc; i++)
        if (command_find(&options->verb, argv[i])) {
            options->named = true;
            break;
        }
    return asks;
}

bool options_parse(cli_options *options, int argc, char **argv, oc_error *err)
{
    getopt_form form = form_of_table();
    bool given[MOST_OPTIONS + 16] = {false}; /* one a row of the table */
    int code;
    *options = (cli_options){.text = {.struct_size = sizeof(oc_text_options)}};
    options->help = asks_for_help(options, argc, argv);
    if (options->help)
        return true;
    if (!make_room(options, argc, argv, err))
        return false;
    opterr = 0;
    while ((code = getopt_long(argc, argv, form.letters, form.names, NULL)) !=
           -1) {
        if (code == '?' || code == ':')
            return refuse(code, argc, argv, err);
        given[row_of(code) - option_rows] = true;
        if (!parse_option(options, code, argc, argv, err))
            return false;
    }
    return take_command(options, argc, argv, err) &&
           check_all(options, given, argc, argv, err);
}
