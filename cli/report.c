/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/report.c - the report command: load, analyze, write.
 */
#include <string.h>

#include "cli/cli.h"

static oc_status write_format(const oc_report *report, cli_format format,
                              const oc_text_options *text, const oc_sink *sink,
                              oc_error *err)
{
    switch (format) {
    case FORMAT_JSON:
        return oc_report_write_json(report, sink, err);
    case FORMAT_CSV:
        return oc_report_write_csv(report, sink, err);
    default:
        return oc_report_write_text(report, text, sink, err);
    }
}

static oc_status write_file(const oc_report *report, const cli_output *output,
                            const oc_text_options *text, uint64_t limit_bytes,
                            oc_error *err)
{
    oc_file_sink *file = NULL;
    oc_status status = oc_file_sink_open(&file, output->path, err);
    if (status != OC_OK)
        return status;
    oc_file_sink_limit(file, limit_bytes);
    status =
        write_format(report, output->format, text, oc_file_sink_get(file), err);
    if (status == OC_OK)
        status = oc_file_sink_commit(file, err);
    oc_file_sink_free(file);
    return status;
}

/* A file has no terminal. */
static oc_text_options file_text(const cli_options *options)
{
    oc_text_options text = options->text;
    text.utf8 = true;
    return text;
}

static oc_text_options terminal_text(const cli_options *options)
{
    oc_text_options text = options->text;
    text.utf8 = terminal_is_utf8();
    text.columns = terminal_columns();
    text.color = terminal_wants_color(options->color);
    return text;
}

/* -q leaves standard output to a format that was asked for. */
static bool wants_stdout(const cli_options *options)
{
    return !options->quiet || options->format != FORMAT_TEXT;
}

static oc_status write_all(const oc_report *report, const cli_options *options,
                           oc_error *err)
{
    oc_text_options in_file = file_text(options);
    oc_text_options on_terminal = terminal_text(options);
    cli_output standard = {options->format, "-"};
    for (size_t i = 0; i < options->output_count; i++) {
        terminal_hold_signals(true);
        oc_status status = write_file(report, &options->outputs[i], &in_file,
                                      options->limits.report, err);
        terminal_hold_signals(false);
        if (status != OC_OK)
            return status;
    }
    return wants_stdout(options) ? write_file(report, &standard, &on_terminal,
                                              options->limits.report, err)
                                 : OC_OK;
}

static oc_status analyze(oc_report **out, const char *path,
                         const cli_options *options, oc_error *err)
{
    oc_model *model = NULL;
    oc_load_options load = {.struct_size = sizeof(load),
                            .limits = options->limits};
    oc_analyze_options analysis = {.struct_size = sizeof(analysis),
                                   .dims = options->dims,
                                   .dim_count = options->dim_count,
                                   .shapes = options->shapes,
                                   .shape_count = options->shape_count,
                                   .limits = options->limits};
    oc_status status = oc_model_load_file(&model, path, &load, err);
    if (status == OC_OK)
        status = oc_analyze(out, model, &analysis, err);
    oc_model_free(model);
    if (status != OC_OK && err->where[0] == '\0' && !strstr(err->message, path))
        snprintf(err->where, sizeof(err->where), "%s", path);
    return status;
}

static oc_status report_model(const char *path, const cli_options *options,
                              oc_error *err)
{
    oc_report *report = NULL;
    oc_status status = analyze(&report, path, options, err);
    if (status == OC_OK) {
        print_diagnostics(report, options);
        status = write_all(report, options, err);
    }
    oc_report_free(report);
    return status;
}

int command_report(const cli_options *options)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < options->model_count; i++) {
        oc_error err = {.offset = OC_NO_OFFSET};
        if (report_model(options->models[i], options, &err) == OC_OK)
            continue;
        /* A reader that has seen enough (head, less) knows already. */
        if (strcmp(err.id, "output.closed") != 0)
            print_error(&err);
        code = EXIT_NO_ANSWER;
    }
    return code;
}
