/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/table.c - the commands and options there are.
 */
#include "cli/table.h"

#include <string.h>

#define ON(verb) (1u << VERB_##verb)
#define AS(format) (1u << FORMAT_##format)

enum {
    MODELS = ON(REPORT) | ON(CHECK) | ON(EXPLAIN), /* take a model */
    FILES = ON(REPORT) | ON(CHECK),                /* write -o files */
    ALL = MODELS | ON(OPS) | ON(COMPLETION) | ON(HELP)
};

#define MAX_ROW(index, name, words)                                            \
    {                                                                          \
        OPTION_MAX + (index), "max-" name, "V", NULL, ON(CHECK), words         \
    }

const option_row option_rows[] = {
    {.name = "shapes"},
    {OPTION_INPUT_SHAPE, "input-shape", "[NAME:]DIMS", NULL, MODELS,
     "shape of an input: 1,3,224,224 or 1x3x224x224, brackets\n"
     "allowed; entries are integers or symbols; repeat per input"},
    {'d', "dim", "SYM=INT", NULL, MODELS,
     "value of a symbol: --dim batch=1,seq=128; repeatable"},
    {.name = "gate"},
    MAX_ROW(CLI_MAX_FLOPS, "flops", "at most so many FLOPs: 4G, 4.1e9"),
    MAX_ROW(CLI_MAX_MACS, "macs", "at most so many MACs"),
    MAX_ROW(CLI_MAX_PARAMS, "params", "at most so many parameters: 25_000_000"),
    MAX_ROW(CLI_MAX_WEIGHTS, "weights",
            "at most so many bytes of weights: 64MB, 64MiB"),
    MAX_ROW(CLI_MAX_PEAK, "peak-activations",
            "at most so many bytes of activations at once"),
    MAX_ROW(CLI_MAX_TRAFFIC, "traffic",
            "at most so many bytes read and written"),
    MAX_ROW(CLI_MAX_NODES, "nodes", "at most so many nodes"),
    {.name = "output"},
    {'f', "format", "FORMAT", "text, json, csv, html, markdown",
     MODELS | ON(OPS),
     "of standard output: text, json, csv, html;\n"
     "of ops: text, markdown"},
    {'o', "output", "[FORMAT:]FILE", NULL, FILES,
     "also write FILE, format from its extension; repeatable"},
    {'q', "quiet", NULL, NULL, MODELS, "no text besides -o files, no warnings"},
    {'v', "verbose", NULL, NULL, MODELS, "all warnings and remarks"},
    {OPTION_COLOR, "color", "WHEN", "auto, always, never", ALL,
     "auto, always, never"},
    {.name = "view"},
    {OPTION_BY, "by", "WHAT", "op, scope, node, attention, part", ON(REPORT),
     "rows are: op, scope, node, attention, part (of a model\n"
     "with attention)"},
    {OPTION_LENGTHS, "lengths", "N,N,...", NULL, ON(REPORT),
     "sequences at which the share of attention is given"},
    {'n', "top", "N", NULL, ON(REPORT),
     "so many rows (10, on a page 50; 0 is all)"},
    {OPTION_DEPTH, "depth", "N", NULL, ON(REPORT), "of modules (2)"},
    {OPTION_SORT, "sort", "METRIC", "flops, macs, params, memory, traffic",
     ON(REPORT), "flops, macs, params, memory, traffic"},
    {'w', "wide", NULL, NULL, FILES, "whole names and exact integers"},
    {.name = "memory"},
    {OPTION_COUNT, "count", "NAME[=V]", NULL, FILES,
     "in-place: outputs over inputs that die; align=N: buffers in\n"
     "multiples of N bytes (64); io=exclude: without the model's\n"
     "inputs and outputs; repeatable"},
    {OPTION_ORDER, "order", "ORDER", "file, min-peak", FILES,
     "of nodes, for memory: file, min-peak (searched)"},
    {.name = "machine"},
    {OPTION_PEAK_FLOPS, "peak-flops", "[TYPE=]V", NULL, FILES,
     "FLOPs a second that it can do at most: 989T, or by the type\n"
     "of elements: float16=312T,float=19.5T; repeatable"},
    {OPTION_BANDWIDTH, "bandwidth", "V", NULL, FILES,
     "bytes a second from its memory at most: 3.35T"},
    {OPTION_SRAM, "sram", "BYTES", NULL, MODELS,
     "fast memory that attention may fill: 192KiB"},
    {OPTION_FLASH, "flash", "VERSION", "v2, v1, v1-released", MODELS,
     "fused attention is: v2, v1, v1-released"},
    {.name = "limits"},
    {OPTION_LIMIT, "limit", "NAME=N", NULL, MODELS,
     "raise or lower a limit: see onnxcost help limits; repeatable"},
    {.name = "other"},
    {'h', "help", NULL, NULL, ALL, "help, also of a command"},
    {'V', "version", NULL, NULL, ALL, "name and version"},
};
const size_t option_row_count = sizeof(option_rows) / sizeof(option_rows[0]);

const command_row command_rows[VERB_COUNT] = {
    [VERB_REPORT] =
        {"report", "MODEL...", "what a model costs (the default command)",
         "MODEL is a .onnx file, also gzipped, or - for standard input. "
         "Weights are not\nread: external data may be absent. Where sizes "
         "are open, figures are formulas;\n--dim and --input-shape bind "
         "them. 1 MAC = 2 FLOPs; both are always given.",
         "model.onnx --dim batch=1,seq=128 -o report.html", 1, COMMAND_MOST,
         AS(TEXT) | AS(JSON) | AS(CSV) | AS(HTML), command_report},
    [VERB_CHECK] =
        {"check", "MODEL... --max-METRIC V",
         "a gate for CI: exit 1 when a "
         "limit is exceeded",
         "Passes when an exact figure, or a known upper bound, is at most the "
         "limit. A\nfigure that is unknown, an estimate or a lower bound does "
         "not pass. A symbol\nwithout a value is exit 2: bind it with --dim. "
         "V: 4G, 4.1e9, 25_000_000, 64MB\n(10^6), 64MiB (2^20).",
         "check model.onnx --max-flops 8.5G --max-params 26M", 1, COMMAND_MOST,
         AS(TEXT) | AS(JSON) | AS(CSV) | AS(HTML), command_check},
    [VERB_EXPLAIN] =
        {"explain", "MODEL NODE", "how the figures of one node come about",
         "NODE is a node's name, #INDEX as reports number them, or the name "
         "of one of\nits outputs. Shows shapes, the rule with its source, "
         "the formula, the numbers\nput in, and the result, which equals "
         "the CSV cell.",
         "explain model.onnx /layer1/layer1.0/conv1/Conv", 2, 2, AS(TEXT),
         command_explain},
    [VERB_OPS] = {"ops", "[OP]",
                  "the rules: which operators are known, what they cost",
                  "OP is an operator's name, also with its domain: "
                  "com.microsoft::Attention.",
                  "ops Softmax", 0, 1, AS(TEXT) | AS(MARKDOWN), command_ops},
    [VERB_COMPLETION] =
        {"completion", "bash|zsh|fish|man",
         "completions for a shell, or the manual page",
         "bash: source <(onnxcost completion bash). zsh: a file _onnxcost in "
         "$fpath.\nfish: ~/.config/fish/completions/onnxcost.fish. man: the "
         "text of onnxcost.1.",
         "completion bash", 1, 1, 0, command_completion},
    [VERB_HELP] =
        {"help", "[COMMAND|TOPIC|DIAGNOSTIC]",
         "of a command, of limits, of a diagnostic",
         "Topics: limits, diagnostics. A diagnostic is what stands in the "
         "brackets of\nerror[...] or warning[...].",
         "help input.lfs-pointer", 0, 1, 0, command_help},
};

const char *const completion_words[] = {"bash", "zsh", "fish", "man", NULL};
const char *const help_topics[] = {"limits", "diagnostics", NULL};

bool command_find(cli_verb *verb, const char *word)
{
    for (unsigned i = 0; i < VERB_COUNT; i++)
        if (strcmp(command_rows[i].name, word) == 0) {
            *verb = (cli_verb)i;
            return true;
        }
    return false;
}

size_t next_choice(const char **word, const char **text)
{
    *word = *text + strspn(*text, ", ");
    size_t bytes = strcspn(*word, ",");
    *text = *word + bytes;
    return bytes;
}
