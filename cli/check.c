/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/check.c - the check command: limits from the command line, verdicts,
 * the exit code.
 */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#include "onnxcost/gate.h"

static const struct {
    const char *rule, *metric;
} maxima[CLI_MAX_COUNT] = {
    [CLI_MAX_FLOPS] = {"--max-flops", "flops"},
    [CLI_MAX_MACS] = {"--max-macs", "macs"},
    [CLI_MAX_PARAMS] = {"--max-params", "params"},
    [CLI_MAX_WEIGHTS] = {"--max-weights", "weights"},
    [CLI_MAX_PEAK] = {"--max-peak-activations", "peak-activations"},
    [CLI_MAX_TRAFFIC] = {"--max-traffic", "traffic"},
    [CLI_MAX_NODES] = {"--max-nodes", "nodes"},
};

static size_t list_rules(oc_gate_rule rules[CLI_MAX_COUNT],
                         const cli_options *options)
{
    size_t count = 0;
    for (size_t i = 0; i < CLI_MAX_COUNT; i++)
        if (options->maximum[i].given)
            rules[count++] = (oc_gate_rule){.rule = maxima[i].rule,
                                            .metric = maxima[i].metric,
                                            .limit = options->maximum[i].value};
    return count;
}

/* ---- symbols without a value ---- */

/* "flops and macs": the metrics that could not be judged. */
static void list_metrics(char *text, size_t room, const oc_gate *gate)
{
    size_t count, used = 0;
    const oc_report_check *checks = oc_gate_checks(gate, &count);
    for (size_t i = 0; i < count && used < room; i++)
        if (checks[i].status == OC_CHECK_UNANSWERABLE)
            used += (size_t)snprintf(text + used, room - used, "%s%s",
                                     used ? ", " : "", checks[i].metric);
}

static void print_unbound(const oc_gate *gate, const char *path)
{
    size_t count, used = 0;
    const oc_gate_symbol *symbols = oc_gate_unbound(gate, &count);
    oc_error err = {.offset = OC_NO_OFFSET};
    char metrics[128];
    if (count == 0)
        return;
    list_metrics(metrics, sizeof(metrics), gate);
    fail(&err, "usage.unbound-symbol",
         "cannot check %s: \"%s\"%s%s%s has no value", metrics, symbols[0].name,
         symbols[0].place[0] != '\0' ? " (" : "", symbols[0].place,
         symbols[0].place[0] != '\0' ? ")" : "");
    snprintf(err.where, sizeof(err.where), "%s", path);
    used = (size_t)snprintf(err.hint, sizeof(err.hint), "add --dim ");
    for (size_t i = 0; i < count && used < sizeof(err.hint); i++)
        used += (size_t)snprintf(err.hint + used, sizeof(err.hint) - used,
                                 "%s%s=%lld", i > 0 ? "," : "", symbols[i].name,
                                 (long long)symbols[i].example);
    if (used < sizeof(err.hint))
        snprintf(err.hint + used, sizeof(err.hint) - used,
                 ", or dims: { %s: %lld%s } in onnxcost.yaml", symbols[0].name,
                 (long long)symbols[0].example, count > 1 ? ", ..." : "");
    print_error(&err);
}

/* ---- one model ---- */

static int code_of(oc_report_verdict verdict)
{
    static const int codes[] = {[OC_CHECK_PASSED] = EXIT_DONE,
                                [OC_CHECK_WARNED] = EXIT_DONE,
                                [OC_CHECK_FAILED] = EXIT_OVER,
                                [OC_CHECK_UNANSWERABLE] = EXIT_NO_ANSWER};
    return codes[verdict];
}

/* The report with its verdicts in every format; a gate that has failed stays
 * failed when its output does not get through. */
static int answer(const oc_report *report, const oc_gate *gate,
                  const char *path, const cli_options *options)
{
    oc_error err = {.offset = OC_NO_OFFSET};
    const int code = code_of(oc_gate_verdict(gate));
    oc_report checked = *report;
    checked.checks = oc_gate_checks(gate, &checked.check_count);
    print_diagnostics(report, options);
    const oc_status status =
        write_outputs(&checked, oc_report_write_checks, options, &err);
    print_unbound(gate, path);
    if (status == OC_OK)
        return code;
    print_failure(&err);
    return code == EXIT_OVER ? EXIT_OVER : EXIT_NO_ANSWER;
}

static int check_model(const char *path, const oc_gate_rule *rules,
                       size_t rule_count, const cli_options *options)
{
    oc_error err = {.offset = OC_NO_OFFSET};
    oc_report *report = NULL;
    oc_gate *gate = NULL;
    int code = EXIT_NO_ANSWER;
    if (analyze_model(&report, path, NULL, options, &err) == OC_OK &&
        oc_gate_check(&gate, report, rules, rule_count, &err) == OC_OK)
        code = answer(report, gate, path, options);
    else
        print_failure(&err);
    oc_gate_free(gate);
    oc_report_free(report);
    return code;
}

/* Until budget files are read, nobody shall believe that one is. */
static void note_budget_file(void)
{
    if (access("onnxcost.yaml", F_OK) == 0)
        print_warning("gate.budget-file",
                      "onnxcost.yaml is not read by this version: only the "
                      "limits of the command line are checked");
}

int command_check(const cli_options *options)
{
    oc_gate_rule rules[CLI_MAX_COUNT];
    const size_t count = list_rules(rules, options);
    oc_error err = {.offset = OC_NO_OFFSET};
    char word[OC_SHELL_ROOM];
    int worst = EXIT_DONE;
    note_budget_file();
    if (count == 0) {
        fail(&err, "usage.no-limit", "there is nothing to check");
        hint(&err,
             "onnxcost check %s --max-flops 8.5G; onnxcost help check "
             "lists the limits",
             oc_shell_word(word, sizeof(word), options->operands[0], "FILE"));
        print_error(&err);
        return EXIT_NO_ANSWER;
    }
    for (size_t i = 0; i < options->operand_count; i++) {
        const int code =
            check_model(options->operands[i], rules, count, options);
        worst = code > worst ? code : worst;
    }
    return worst;
}
