/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/main.c - which command runs, and how the program ends.
 */
#include <string.h>

#include "cli/table.h"

static int print_version(void)
{
    printf("onnxcost %s\n", ONNXCOST_VERSION);
    return terminal_finish() ? EXIT_DONE : EXIT_NO_ANSWER;
}

static int print_help(const cli_options *options)
{
    if (options->named)
        help_print_command(stdout, options->verb);
    else
        help_print_overview(stdout);
    return terminal_finish() ? EXIT_DONE : EXIT_NO_ANSWER;
}

/* A pipe is read as a model, a keyboard is not. */
static bool reads_keyboard(const cli_options *options)
{
    for (size_t i = 0; i < options->operand_count; i++)
        if (strcmp(options->operands[i], "-") == 0 && terminal_is_tty(0))
            return true;
    return false;
}

static int run(const cli_options *options)
{
    if (options->help)
        return print_help(options);
    if (options->version)
        return print_version();
    if ((options->verb == VERB_REPORT && options->operand_count == 0) ||
        reads_keyboard(options)) {
        help_print_short(stderr);
        return EXIT_NO_ANSWER;
    }
    return command_rows[options->verb].run(options);
}

int main(int argc, char **argv)
{
    cli_options options;
    oc_error err = {.offset = OC_NO_OFFSET};
    int code = EXIT_NO_ANSWER;
    terminal_start();
    if (options_parse(&options, argc, argv, &err))
        code = run(&options);
    else
        print_error(&err);
    options_free(&options);
    return code;
}
