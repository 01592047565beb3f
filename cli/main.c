/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/main.c - which command runs, and how the program ends.
 */
#include <string.h>

#include "cli/cli.h"

static int print_and_end(void (*print)(FILE *))
{
    print(stdout);
    return terminal_finish() ? EXIT_DONE : EXIT_NO_ANSWER;
}

static void print_version(FILE *stream)
{
    fprintf(stream, "onnxcost %s\n", ONNXCOST_VERSION);
}

/* A pipe is read as a model, a keyboard is not. */
static bool reads_keyboard(const cli_options *options)
{
    for (size_t i = 0; i < options->model_count; i++)
        if (strcmp(options->models[i], "-") == 0 && terminal_is_tty(0))
            return true;
    return false;
}

static int run(const cli_options *options)
{
    if (options->help)
        return print_and_end(options_print_help);
    if (options->version)
        return print_and_end(print_version);
    if (options->model_count > 0 && !reads_keyboard(options))
        return command_report(options);
    options_print_short_help(stderr);
    return EXIT_NO_ANSWER;
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
