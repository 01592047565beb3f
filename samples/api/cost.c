/* SPDX-License-Identifier: Apache-2.0 */
/*
 * samples/api/cost.c - a program of your own on libonnxcost.
 *
 *     cost MODEL [SYMBOL=VALUE]...
 *
 * Prints what a model costs in total, and its ten dearest nodes. The way is
 * always the same: load a model, analyze it, read the report, free both.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onnxcost/onnxcost.h>

#define DEAREST 10

/* A name may hold anything that a file can: never print one as it is. */
static void print_name(FILE *stream, const char *name)
{
    char safe[256];
    oc_print_safe(safe, sizeof(safe), name, false);
    fputs(safe, stream);
}

/* An error has a code to branch on, a message to read, a place to look at
 * and often a hint; any of the texts may be empty. */
static void print_error(const oc_error *err)
{
    fputs("cost: ", stderr);
    print_name(stderr, err->where);
    fputs(err->where[0] ? ": " : "", stderr);
    print_name(stderr, err->message);
    fprintf(stderr, " [%s]\n", err->id);
    if (err->hint[0]) {
        fputs("hint: ", stderr);
        print_name(stderr, err->hint);
        fputc('\n', stderr);
    }
}

/* ---- figures ---- */

/* What stands before a figure that is not exact. */
static const char *sign_of(oc_figure_status status)
{
    switch (status) {
    case OC_FIGURE_EXACT:
        return "";
    case OC_FIGURE_ESTIMATE:
        return "~ ";
    case OC_FIGURE_UPPER_BOUND:
        return "<= ";
    case OC_FIGURE_LOWER_BOUND:
        return ">= "; /* something is left out */
    case OC_FIGURE_UNKNOWN:
        break;
    }
    return "? ";
}

/* An integer, a formula in the symbols that are still open, or not known,
 * which is never printed as 0. */
static void print_figure(oc_figure figure, oc_figure_status status)
{
    if (!oc_figure_is_known(figure))
        puts("?");
    else if (oc_figure_is_static(figure))
        printf("%s%lld\n", sign_of(status), (long long)figure.value);
    else
        printf("%s%s\n", sign_of(status), figure.formula);
}

/* A total says by has_value what a figure of a row says by its formula. */
static void print_quantity(const oc_quantity *total)
{
    const oc_figure formula = {total->formula, 0};
    print_figure(total->has_value ? oc_figure_of(total->value) : formula,
                 total->status);
}

static void print_totals(const oc_report *report)
{
    for (int total = 0; total < OC_TOTAL_COUNT; total++) {
        printf("%-26s", oc_total_name((oc_total)total));
        print_quantity(&report->totals[total]);
    }
    printf("%-26s%lld of %lld\n", "nodes costed",
           (long long)report->coverage.costed,
           (long long)report->coverage.nodes);
}

/* Formulas are over symbols and over these. */
static void print_definitions(const oc_report *report)
{
    for (size_t i = 0; i < report->definition_count; i++)
        printf("where %s = %s\n", report->definitions[i].name,
               report->definitions[i].formula);
}

/* ---- the dearest nodes ---- */

typedef struct ranked {
    size_t index;
    oc_i128 flops;
} ranked;

/* An integer above 2^63 - 1 stands in the formula, as digits. */
static bool to_integer(oc_figure figure, oc_i128 *value)
{
    if (oc_figure_is_static(figure)) {
        *value = figure.value;
        return true;
    }
    return oc_figure_is_known(figure) &&
           oc_formula_evaluate(value, figure.formula, NULL, 0, NULL, NULL, 0,
                               NULL) == OC_OK;
}

/* Dearest first, then in order of execution. */
static int compare(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->flops != b->flops)
        return a->flops < b->flops ? 1 : -1;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* Sums run over `counted` rows alone, so only these are ranked. Returns how
 * many there are; *open is how many more have no number. */
static size_t rank_nodes(const oc_report *report, ranked *ranking, size_t *open)
{
    size_t count = 0;
    *open = 0;
    for (size_t i = 0; i < report->node_count; i++) {
        oc_i128 flops;
        if (!report->nodes[i].counted)
            continue;
        if (to_integer(report->nodes[i].flops, &flops))
            ranking[count++] = (ranked){i, flops};
        else
            ++*open;
    }
    qsort(ranking, count, sizeof(*ranking), compare);
    return count;
}

static void print_node(const oc_report *report, size_t index)
{
    const oc_report_node *node = &report->nodes[index];
    printf("  #%zu ", index);
    print_name(stdout, node->op_type);
    putchar(' ');
    print_name(stdout, node->name);
    fputs("  flops ", stdout);
    print_figure(node->flops, (oc_figure_status)node->status);
}

static bool print_dearest(const oc_report *report)
{
    size_t open;
    ranked *ranking = calloc(report->node_count + 1, sizeof(*ranking));
    if (!ranking) {
        fputs("cost: out of memory\n", stderr);
        return false;
    }
    size_t count = rank_nodes(report, ranking, &open);
    puts("dearest nodes:");
    if (open > 0)
        printf("  not ranked: %zu without a number; are all symbols bound?\n",
               open);
    for (size_t i = 0; i < count && i < DEAREST && ranking[i].flops > 0; i++)
        print_node(report, ranking[i].index);
    free(ranking);
    return true;
}

/* ---- the program ---- */

/* What stopped nothing, but should be known: operators without a rule, say. */
static void print_diagnostics(const oc_report *report)
{
    for (size_t i = 0; i < report->diagnostic_count; i++) {
        const oc_report_diagnostic *found = &report->diagnostics[i];
        if (found->severity == OC_INFO)
            continue;
        fprintf(stderr, "cost: %s: ", found->id);
        print_name(stderr, found->message);
        fputc('\n', stderr);
    }
}

/* "batch=4": the name is cut off in place, and lent to the binding. */
static bool parse_binding(oc_binding *binding, char *text)
{
    char *equals = strrchr(text, '='), *end;
    if (!equals || equals == text || !equals[1])
        return false;
    errno = 0;
    const long long value = strtoll(equals + 1, &end, 10);
    if (errno != 0 || *end)
        return false;
    *equals = '\0';
    *binding = (oc_binding){.name = text, .value = value};
    return true;
}

/* Every call that can fail returns a status and fills *err; the first cause
 * wins. On success *report is the caller's. */
static oc_status analyze_file(oc_report **report, const char *path,
                              const oc_binding *dims, size_t dim_count,
                              oc_error *err)
{
    const oc_analyze_options options = {
        .struct_size = sizeof(options), .dims = dims, .dim_count = dim_count};
    oc_model *model = NULL;
    oc_status status = oc_model_load_file(&model, path, NULL, err);
    if (status == OC_OK)
        status = oc_analyze(report, model, &options, err);
    oc_model_free(model); /* the report does not need it any more */
    return status;
}

static bool report_file(const char *path, const oc_binding *dims,
                        size_t dim_count)
{
    oc_report *report = NULL;
    oc_error err = {.offset = OC_NO_OFFSET};
    if (analyze_file(&report, path, dims, dim_count, &err) != OC_OK) {
        print_error(&err);
        return false;
    }
    print_diagnostics(report);
    print_totals(report);
    print_definitions(report);
    const bool printed = print_dearest(report);
    oc_report_free(report);
    return printed;
}

int main(int argc, char **argv)
{
    size_t dim_count = 0;
    oc_binding *dims = calloc((size_t)argc + 1, sizeof(*dims));
    bool understood = argc > 1 && dims;
    for (int i = 2; i < argc && understood; i++)
        understood = parse_binding(&dims[dim_count++], argv[i]);
    if (!understood)
        fputs("usage: cost MODEL [SYMBOL=VALUE]...\n", stderr);
    bool done = understood && report_file(argv[1], dims, dim_count);
    free(dims);
    if (fclose(stdout) != 0 && done) {
        perror("cost: standard output");
        done = false;
    }
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
