/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/ops.c - the ops command: what operators cost, in words.
 */
#include <string.h>

#include "cli/cli.h"

#include "onnxcost/operators.h"

static const char counted[] =
    "1 MAC (multiply-accumulate) = 2 FLOPs. Transcendentals (exp, log, sqrt, "
    "tanh, sin,\npowers, ...) are counted apart, one each: what one costs "
    "differs by an order of\nmagnitude between machines. Padding and masked "
    "scores are counted.\n";

static const char *domain_name(const oc_operator *op)
{
    return op->domain[0] != '\0' ? op->domain : "ai.onnx";
}

/* What stands before a rule that says why there are no figures. */
static const char *prefix_of(const oc_operator_rule *rule)
{
    return rule->counted ? "" : "not known: ";
}

/* ---- all ---- */

static void print_newest(const oc_operator *op)
{
    const oc_operator_rule *newest =
        op->rule_count > 0 ? &op->rules[op->rule_count - 1] : NULL;
    printf("  %-32s %s%s\n", op->op_type, newest ? prefix_of(newest) : "",
           newest ? newest->rule : "no rule: unknown");
}

static void print_all(const oc_operator *list, size_t count)
{
    const char *domain = NULL;
    fputs(counted, stdout);
    for (size_t i = 0; i < count; i++) {
        const oc_operator *op = &list[i];
        if (!domain || strcmp(domain, op->domain) != 0)
            printf("\n%s\n", domain_name(op));
        domain = op->domain;
        print_newest(op);
    }
}

/* A '|' would end a cell. */
static void print_cell(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '|')
            fputs("\\|", stdout);
        else
            putchar(*text);
}

static void print_row(const oc_operator *op, const oc_operator_rule *rule)
{
    const bool sole = op->rule_count <= 1;
    printf("| `%s` | %s | ", op->op_type, op->versions);
    if (!rule) {
        fputs("no rule: figures are unknown | |\n", stdout);
        return;
    }
    if (!sole)
        printf("from opset %d: ", rule->since_version);
    fputs(prefix_of(rule), stdout);
    print_cell(rule->rule);
    printf(" | %s |\n", rule->source ? rule->source : "");
}

static void print_markdown(const oc_operator *list, size_t count)
{
    const char *domain = NULL;
    size_t counted_ops = 0;
    for (size_t i = 0; i < count; i++)
        counted_ops += list[i].rule_count > 0 &&
                       list[i].rules[list[i].rule_count - 1].counted;
    printf("# Operators\n\nMade by `onnxcost ops -f markdown`: %zu operators; "
           "what %zu of them cost cannot be known from a file, and their rows "
           "say why.\n\n",
           count, count - counted_ops);
    fputs(counted, stdout);
    for (size_t i = 0; i < count; i++) {
        const oc_operator *op = &list[i];
        if (!domain || strcmp(domain, op->domain) != 0)
            printf("\n## %s\n\n| operator | opsets | rule | source |\n"
                   "| --- | --- | --- | --- |\n",
                   domain_name(op));
        domain = op->domain;
        if (op->rule_count == 0)
            print_row(op, NULL);
        for (size_t r = 0; r < op->rule_count; r++)
            print_row(op, &op->rules[r]);
    }
}

/* ---- one ---- */

static void print_rule(const oc_operator *op, size_t index)
{
    const oc_operator_rule *rule = &op->rules[index];
    if (op->rule_count > 1)
        printf("  from opset %d\n", rule->since_version);
    printf("  rule     %s%s\n", prefix_of(rule), rule->rule);
    if (rule->source)
        printf("  source   %s\n", rule->source);
}

static void print_one(const oc_operator *op)
{
    printf("%s%s%s   opsets %s%s\n", op->domain,
           op->domain[0] != '\0' ? "::" : "", op->op_type, op->versions,
           op->removed_in ? " (removed since)" : "");
    printf("  inputs   %s\n  outputs  %s\n", op->inputs, op->outputs);
    for (size_t i = 0; i < op->rule_count; i++)
        print_rule(op, i);
    if (op->rule_count == 0)
        fputs("  rule     none: its figures are unknown, totals with it lower "
              "bounds\n",
              stdout);
}

/* "Attention" is one in every domain, "com.microsoft::Attention" in one. */
static bool is_meant(const oc_operator *op, const char *name)
{
    const char *colons = strstr(name, "::");
    if (!colons)
        return strcmp(op->op_type, name) == 0;
    const size_t bytes = (size_t)(colons - name);
    const char *domain = domain_name(op);
    return strcmp(op->op_type, colons + 2) == 0 && strlen(domain) == bytes &&
           strncmp(domain, name, bytes) == 0;
}

static const char *nearest_operator(const oc_operator *list, size_t count,
                                    const char *name)
{
    const char *nearest = NULL;
    size_t best = spelling_tolerance(name) + 2;
    for (size_t i = 0; i < count; i++) {
        const size_t far = spelling_distance(name, list[i].op_type);
        if (far < best) {
            best = far;
            nearest = list[i].op_type;
        }
    }
    return nearest;
}

static bool print_named(const oc_operator *list, size_t count, const char *name,
                        oc_error *err)
{
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (!is_meant(&list[i], name))
            continue;
        print_one(&list[i]);
        putchar('\n');
        found = true;
    }
    if (found) {
        fputs(counted, stdout);
        return true;
    }
    const char *nearest = nearest_operator(list, count, name);
    fail(err, "usage.unknown-operator", "there is no operator '%s'", name);
    if (nearest)
        hint(err, "did you mean onnxcost ops %s?", nearest);
    else
        hint(err, "onnxcost ops lists them all");
    return false;
}

int command_ops(const cli_options *options)
{
    oc_error err = {.offset = OC_NO_OFFSET};
    oc_operators *operators = NULL;
    size_t count = 0;
    bool done = oc_operators_new(&operators, &err) == OC_OK;
    if (done) {
        const oc_operator *list = oc_operators_list(operators, &count);
        if (options->operand_count > 0)
            done = print_named(list, count, options->operands[0], &err);
        else if (options->format == FORMAT_MARKDOWN)
            print_markdown(list, count);
        else
            print_all(list, count);
    }
    oc_operators_free(operators);
    if (!done) {
        print_error(&err);
        return EXIT_NO_ANSWER;
    }
    return terminal_finish() ? EXIT_DONE : EXIT_NO_ANSWER;
}
