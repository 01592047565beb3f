/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/report.c - the report command: load, analyze, write. The parts that
 * other commands share are here too.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

/* ---- writing ---- */

/* How a report is written as text, and the options of that. */
typedef struct text_form {
    text_writer *write;
    oc_text_options options;
} text_form;

static oc_status write_format(const oc_report *report, cli_format format,
                              const text_form *text, const oc_sink *sink,
                              oc_error *err)
{
    const oc_html_options html = {.struct_size = sizeof(html),
                                  .rows = text->options.rows};
    switch (format) {
    case FORMAT_JSON:
        return oc_report_write_json(report, sink, err);
    case FORMAT_CSV:
        return oc_report_write_csv(report, sink, err);
    case FORMAT_HTML:
        return oc_report_write_html(report, &html, sink, err);
    default:
        return text->write(report, &text->options, sink, err);
    }
}

static oc_status write_file(const oc_report *report, const cli_output *output,
                            const text_form *text, uint64_t limit_bytes,
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
    text.color = terminal_wants_color(STDOUT_FILENO);
    return text;
}

/* -q leaves standard output to a format that was asked for. */
static bool wants_stdout(const cli_options *options)
{
    return !options->quiet || options->format != FORMAT_TEXT;
}

/* A pipe or device may make the program wait, and leaves nothing behind. */
static bool is_stream(const char *path)
{
    struct stat facts;
    return strcmp(path, "-") == 0 ||
           (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode));
}

/* ---- files that must stay ---- */

/* Where external data lies: beside the model. */
static bool is_data_file(const struct stat *output, const char *model,
                         const char *location)
{
    char path[PATH_MAX];
    struct stat data;
    const char *slash = strrchr(model, '/');
    const int folder =
        slash && location[0] != '/' ? (int)(slash - model) + 1 : 0;
    const int length =
        snprintf(path, sizeof(path), "%.*s%s", folder, model, location);
    return length > 0 && (size_t)length < sizeof(path) &&
           stat(path, &data) == 0 && data.st_dev == output->st_dev &&
           data.st_ino == output->st_ino;
}

/* A report would take the place of the model's weights. */
static oc_status spare_data(const oc_report *report, const cli_options *options,
                            oc_error *err)
{
    struct stat output;
    for (size_t i = 0; i < options->output_count; i++) {
        const char *path = options->outputs[i].path;
        if (stat(path, &output) != 0 || !S_ISREG(output.st_mode))
            continue;
        for (size_t k = 0; k < report->model.external_count; k++)
            if (is_data_file(&output, options->operands[0],
                             report->model.external[k].file)) {
                fail(err, "usage.output",
                     "-o %s would overwrite the model's external data", path);
                hint(err, "name another file: -o report.json");
                return OC_ERR_USAGE;
            }
    }
    return OC_OK;
}

oc_status write_outputs(const oc_report *report, text_writer *write_text,
                        const cli_options *options, oc_error *err)
{
    const oc_status spared = spare_data(report, options, err);
    if (spared != OC_OK)
        return spared;
    const text_form in_file = {write_text, file_text(options)};
    const text_form on_terminal = {write_text, terminal_text(options)};
    const cli_output standard = {options->format, "-"};
    for (size_t i = 0; i < options->output_count; i++) {
        terminal_hold_signals(!is_stream(options->outputs[i].path));
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

/* ---- analysing ---- */

oc_status analyze_model(oc_report **out, const char *path, const char *explain,
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
                                   .limits = options->limits,
                                   .counting = options->counting,
                                   .counting_count = options->counting_count,
                                   .order = options->order,
                                   .peak_flops = options->peak_flops,
                                   .bandwidth_bytes = options->bandwidth_bytes,
                                   .explain = explain,
                                   .sram_bytes = options->sram_bytes,
                                   .flash = options->flash,
                                   .lengths = options->lengths,
                                   .length_count = options->length_count,
                                   .peak_flops_by_type = options->peaks,
                                   .peak_flops_type_count =
                                       options->peak_count};
    oc_status status = oc_model_load_file(&model, path, &load, err);
    if (status == OC_OK)
        status = oc_analyze(out, model, &analysis, err);
    oc_model_free(model);
    if (status != OC_OK && err->where[0] == '\0' && !strstr(err->message, path))
        snprintf(err->where, sizeof(err->where), "%s", path);
    return status;
}

/* ---- the command ---- */

/* What to do next, for people: no program reads a terminal. */
static void suggest(const char *path, const cli_options *options)
{
    if (options->quiet || options->format != FORMAT_TEXT ||
        options->output_count > 0 || !terminal_is_tty(STDOUT_FILENO) ||
        strcmp(path, "-") == 0)
        return;
    char word[OC_SHELL_ROOM], safe[OC_SHELL_ROOM];
    const char *file = oc_shell_word(word, sizeof(word), path, "FILE");
    if (oc_print_safe(safe, sizeof(safe), file, terminal_is_utf8()) <
        sizeof(safe))
        printf("  next: onnxcost %s -o report.html\n", safe);
    fflush(stdout);
}

static oc_status report_model(const char *path, const cli_options *options,
                              oc_error *err)
{
    oc_report *report = NULL;
    oc_status status = analyze_model(&report, path, NULL, options, err);
    if (status == OC_OK) {
        print_diagnostics(report, options);
        status = write_outputs(report, oc_report_write_text, options, err);
    }
    if (status == OC_OK)
        suggest(path, options);
    oc_report_free(report);
    return status;
}

/* Several models are a line each, whatever a table would show of one. */
static bool wants_lines(const cli_options *options)
{
    return options->operand_count > 1 && options->format == FORMAT_TEXT &&
           options->text.by == OC_TABLE_DEFAULT && !options->quiet;
}

/* What comes next of the lines: the report's, titles or totals. */
static oc_status write_lines(oc_models *models, const oc_report *report,
                             const cli_options *options, oc_error *err)
{
    const oc_text_options text = terminal_text(options);
    oc_file_sink *file = NULL;
    oc_status status = oc_file_sink_open(&file, "-", err);
    if (status != OC_OK)
        return status;
    const oc_sink *sink = oc_file_sink_get(file);
    if (report)
        status = oc_models_write_row(models, report, &text, sink, err);
    else if (models->count + models->failed == 0)
        status = oc_models_write_titles(models, &text, sink, err);
    else
        status = oc_models_write_total(models, &text, sink, err);
    if (status == OC_OK)
        status = oc_file_sink_commit(file, err);
    oc_file_sink_free(file);
    return status;
}

static oc_status line_of_model(oc_models *models, const char *path,
                               const cli_options *options, oc_error *err)
{
    oc_report *report = NULL;
    oc_status status = analyze_model(&report, path, NULL, options, err);
    models->failed += status != OC_OK;
    if (status == OC_OK) {
        print_diagnostics(report, options);
        status = write_lines(models, report, options, err);
    }
    oc_report_free(report);
    return status;
}

static int report_lines(const cli_options *options)
{
    oc_models models = {0};
    oc_error err = {.offset = OC_NO_OFFSET};
    int code = EXIT_DONE;
    oc_status status = write_lines(&models, NULL, options, &err);
    for (size_t i = 0; status == OC_OK && i < options->operand_count; i++) {
        oc_error own = {.offset = OC_NO_OFFSET};
        if (line_of_model(&models, options->operands[i], options, &own) ==
            OC_OK)
            continue;
        print_failure(&own);
        code = EXIT_NO_ANSWER;
    }
    if (status == OC_OK)
        status = write_lines(&models, NULL, options, &err);
    if (status == OC_OK)
        return code;
    print_failure(&err);
    return EXIT_NO_ANSWER;
}

int command_report(const cli_options *options)
{
    if (wants_lines(options))
        return report_lines(options);
    int code = EXIT_DONE;
    for (size_t i = 0; i < options->operand_count; i++) {
        oc_error err = {.offset = OC_NO_OFFSET};
        if (report_model(options->operands[i], options, &err) == OC_OK)
            continue;
        print_failure(&err);
        code = EXIT_NO_ANSWER;
    }
    return code;
}
