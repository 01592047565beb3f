/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/csv.c - the nodes of a report as CSV (RFC 4180, UTF-8, LF).
 *
 * A figure that is no plain integer is an empty cell, never 0: symbolic ones
 * stand as formulas in columns of their own.
 */
#include <string.h>

#include "onnxcost/write.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/text.h"
#include "reports/figure.h"
#include "reports/out.h"
#include "reports/schema.h"
#include "reports/unicode.h"

static const char header[] =
    "index,name,op_type,domain,scope,subgraph,executions,status,macs,flops,"
    "transcendentals,params,weight_bytes,read_bytes,write_bytes,traffic_bytes,"
    "live_bytes,intensity_flop_per_byte,flops_percent,attention,input_shapes,"
    "output_shapes,macs_formula,flops_formula,counted\n";

/* ---- cells of text ---- */

/* What a spreadsheet would run as a formula. */
static bool starts_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

/* Blanks of Unicode, as the runners trim them, that come out raw. */
static bool is_blank(uint32_t code)
{
    static const uint32_t blanks[] = {' ',    '\t',   0x00A0, 0x1680,
                                      0x202F, 0x205F, 0x3000};
    for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
        if (code == blanks[i])
            return true;
    return code >= 0x2000 && code <= 0x200A;
}

/* Whether only blanks stand between `at` and a line feed of the text. */
static bool begins_line(const char *at, const char *text)
{
    const char *line = at;
    oc_rune rune;
    while (line > text && line[-1] != '\n')
        line--;
    if (line == text)
        return false;
    while (line < at && oc_rune_next(&rune, &line, at))
        if (!is_blank(rune.code))
            return false;
    return true;
}

/* What the log of a CI system would run: "##[command]" and "##teamcity["
 * anywhere, "::command::" where a line of the cell begins. */
static bool starts_command(const char *at, const char *text)
{
    if (at > text && at[-1] == '#' &&
        (strncmp(at, "#[", 2) == 0 || strncmp(at, "#teamcity[", 10) == 0))
        return true;
    return strncmp(at, "::", 2) == 0 && begins_line(at, text);
}

/* Line feeds and tabs are text; of the other controls none is raw. */
static bool is_hidden(uint32_t code)
{
    return oc_rune_is_control(code) && code != '\n' && code != '\t';
}

static void put_rune(oc_out *out, const oc_rune *rune)
{
    char spelt[OC_RUNE_ROOM];
    if (rune->code == '"')
        oc_out_puts(out, "\"\"");
    else if (!rune->valid)
        oc_out_puts(out, OC_REPLACEMENT_UTF8);
    else if (is_hidden(rune->code))
        oc_out_put(out, spelt, oc_rune_spell(spelt, rune->code));
    else
        oc_out_put(out, rune->data, rune->bytes);
}

/* An apostrophe disarms formulas and commands. */
static void put_guarded(oc_out *out, const char *text)
{
    const char *end = text + strlen(text);
    const char *at = text;
    oc_rune rune;
    if (starts_formula(text))
        oc_out_char(out, '\'');
    while (oc_rune_next(&rune, &at, end)) {
        if (starts_command(rune.data, text))
            oc_out_char(out, '\'');
        put_rune(out, &rune);
    }
}

static void put_text(oc_out *out, const char *text)
{
    bool quoted = strpbrk(text, ",\"\n") != NULL;
    if (quoted)
        oc_out_char(out, '"');
    put_guarded(out, text);
    if (quoted)
        oc_out_char(out, '"');
}

/* ---- other cells ---- */

static void put_figure(oc_out *out, oc_figure figure)
{
    oc_i128 value;
    char digits[OC_I128_DIGITS];
    if (oc_figure_integer(&value, figure))
        oc_out_puts(out, oc_i128_print(digits, value));
}

static void put_formula(oc_out *out, oc_figure figure)
{
    if (oc_figure_is_known(figure))
        put_text(out, figure.formula);
}

/* scale * a / b with four decimals; empty when that has no meaning. */
static void put_ratio(oc_out *out, int scale, oc_figure a, oc_figure b)
{
    oc_i128 over, under, parts, rest;
    char digits[OC_I128_DIGITS];
    if (!oc_figure_integer(&over, a) || !oc_figure_integer(&under, b) ||
        under == 0 || !oc_mul_i128(&over, over, 10000 * (oc_i128)scale) ||
        !oc_add_i128(&over, over, under / 2) ||
        !oc_floor_div_i128(&parts, over, under))
        return;
    oc_out_puts(out, oc_i128_print(digits, parts / 10000));
    oc_out_char(out, '.');
    rest = 10000 + parts % 10000; /* keeps the leading zeros */
    oc_out_puts(out, oc_i128_print(digits, rest) + 1);
}

static void put_dim(oc_text *text, oc_figure dim)
{
    char digits[OC_I128_DIGITS];
    if (oc_figure_is_static(dim))
        oc_text_puts(text, oc_i128_print(digits, dim.value));
    else if (oc_figure_is_known(dim))
        oc_text_printf(text, "(%s)", dim.formula);
    else
        oc_text_puts(text, "?");
}

/* "1x3x224x224", "(batch)x128", "scalar", "?" of unknown rank, "sequence". */
static void put_shape(oc_text *text, const oc_report_tensor *tensor)
{
    if (tensor->kind > OC_REPORT_SPARSE)
        oc_text_puts(text, oc_schema_tensor_names[tensor->kind]);
    else if (!tensor->has_shape)
        oc_text_puts(text, tensor->name[0] == '\0' ? "" : "?");
    else if (tensor->rank == 0)
        oc_text_puts(text, "scalar");
    for (size_t i = 0; tensor->has_shape && i < tensor->rank; i++) {
        oc_text_puts(text, i > 0 ? "x" : "");
        put_dim(text, tensor->dims[i]);
    }
}

static void put_shapes(oc_out *out, oc_arena *scratch,
                       const oc_report_tensor *const *tensors, size_t count)
{
    oc_text text = {.arena = scratch};
    for (size_t i = 0; i < count; i++) {
        oc_text_puts(&text, i > 0 ? ";" : "");
        put_shape(&text, tensors[i]);
    }
    if (text.failed)
        oc_out_fail(out, oc_fail(out->err, OC_ERR_NOMEM, "memory.exhausted",
                                 "out of memory writing CSV"));
    else if (text.data)
        put_text(out, text.data);
    oc_arena_reset(scratch);
}

/* ---- rows ---- */

static void put_names(oc_out *out, const oc_report_node *node, size_t index)
{
    const char *subgraph = node->subgraph ? node->subgraph : "";
    const char *const names[] = {node->name, node->op_type, node->domain,
                                 node->scope, subgraph};
    oc_out_int(out, (int64_t)index);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        oc_out_char(out, ',');
        put_text(out, names[i]);
    }
}

static void put_figures(oc_out *out, const oc_report_node *node)
{
    const oc_figure figures[] = {
        node->macs,        node->flops,         node->transcendentals,
        node->params,      node->weight_bytes,  node->read_bytes,
        node->write_bytes, node->traffic_bytes, node->live_bytes};
    oc_out_char(out, ',');
    put_figure(out, node->executions);
    oc_out_char(out, ',');
    oc_out_puts(out, oc_schema_status_names[node->status]);
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        oc_out_char(out, ',');
        put_figure(out, figures[i]);
    }
}

/* Of a sum that leaves something out there is no share. */
static oc_figure whole_flops(const oc_report *report)
{
    const oc_quantity *flops = &report->totals[OC_TOTAL_FLOPS];
    if (flops->status <= OC_FIGURE_LOWER_BOUND)
        return (oc_figure){0};
    return oc_quantity_figure(flops);
}

static void put_row(oc_out *out, oc_arena *scratch, const oc_report *report,
                    size_t index)
{
    const oc_report_node *node = &report->nodes[index];
    put_names(out, node, index);
    put_figures(out, node);
    oc_out_char(out, ',');
    put_ratio(out, 1, node->flops, node->traffic_bytes);
    oc_out_char(out, ',');
    if (node->counted)
        put_ratio(out, 100, node->flops, whole_flops(report));
    oc_out_char(out, ',');
    if (node->attention != OC_NO_BLOCK)
        oc_out_int(out, node->attention);
    oc_out_char(out, ',');
    put_shapes(out, scratch, node->inputs, node->input_count);
    oc_out_char(out, ',');
    put_shapes(out, scratch, node->outputs, node->output_count);
    oc_out_char(out, ',');
    put_formula(out, node->macs);
    oc_out_char(out, ',');
    put_formula(out, node->flops);
    oc_out_puts(out, node->counted ? ",true\n" : ",false\n");
}

oc_status oc_report_write_csv(const oc_report *report, const oc_sink *sink,
                              oc_error *err)
{
    oc_out out;
    oc_arena scratch = {0};
    oc_out_open(&out, sink, err);
    oc_out_puts(&out, header);
    for (size_t i = 0; i < report->node_count; i++)
        put_row(&out, &scratch, report, i);
    oc_arena_free(&scratch);
    return oc_out_close(&out);
}
