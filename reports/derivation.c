/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/derivation.c - how the figures of one node come about, for people.
 *
 * In here: operands, the rule, and for every figure its terms: formula,
 * numbers put in, result. Not in here: the terms themselves.
 */
#include <string.h>

#include "onnxcost/write.h"

#include "base/text.h"
#include "reports/figure.h"
#include "reports/page.h"

static const char *exact_text(oc_page *page, oc_figure figure)
{
    char digits[OC_I128_DIGITS];
    oc_i128 value;
    if (oc_figure_integer(&value, figure))
        return oc_page_formula(
            page, oc_page_printf(page, "%s", oc_i128_print(digits, value)));
    return oc_figure_is_known(figure) ? oc_page_formula(page, figure.formula)
                                      : "unknown";
}

/* ---- the node ---- */

static const char *role_text(const oc_report_node *node)
{
    switch ((oc_report_role)node->role) {
    case OC_ROLE_VIEW:
        return "a view: no bytes move";
    case OC_ROLE_SHAPE:
        return "feeds only shape arithmetic: costs nothing";
    case OC_ROLE_FOLDED:
        return "constant: nothing is left to do at run time";
    case OC_ROLE_MASK:
        return "makes a mask out of shapes";
    case OC_ROLE_DATA:
        return "moves bytes, computes nothing";
    case OC_ROLE_COMPUTE:
        break;
    }
    return "";
}

static void put_node(oc_page *page, const oc_report_node *node, uint32_t row)
{
    const char *role = role_text(node);
    oc_page_bold(page, true);
    oc_out_puts(&page->out,
                oc_page_printf(page, "node %s", oc_page_node(page, row)));
    oc_page_bold(page, false);
    oc_out_char(&page->out, '\n');
    oc_page_line(page, "operator",
                 oc_page_printf(page, "%s, since version %u",
                                oc_page_op(page, node->domain, node->op_type),
                                (unsigned)node->since_version));
    if (node->scope[0] != '\0')
        oc_page_line(page, "module", oc_page_name(page, node->scope));
    if (node->subgraph)
        oc_page_line(page, "subgraph", oc_page_name(page, node->subgraph));
    if (role[0] != '\0')
        oc_page_line(page, "role", role);
    if (node->note)
        oc_page_line(page, "note", oc_page_name(page, node->note));
    if (!node->counted)
        oc_page_line(page, "counted",
                     "no: the row of the node above it stands for it");
}

static void put_operands(oc_page *page, const char *label,
                         const oc_report_operand *operands, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const oc_report_tensor *tensor = operands[i].tensor;
        if (tensor->name[0] == '\0' && !tensor->has_shape)
            continue;
        oc_page_line(
            page, label,
            oc_page_printf(
                page, "%s = %s %s  %s", oc_page_name(page, operands[i].formal),
                oc_page_name(page, tensor->elem_type ? tensor->elem_type : ""),
                oc_page_shape(page, tensor), oc_page_name(page, tensor->name)));
        label = "";
    }
}

/* ---- the figures ---- */

static const struct {
    const char *metric, *title;
} titles[] = {{"macs", "MACs"},
              {"flops", "FLOPs"},
              {"transcendentals", "Transcendentals"},
              {"read_bytes", "Bytes read"},
              {"write_bytes", "Bytes written"}};

static const char *title_of(const char *metric)
{
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (strcmp(titles[i].metric, metric) == 0)
            return titles[i].title;
    return metric;
}

static const char *status_text(oc_figure_status status)
{
    static const char *const words[] = {
        [OC_FIGURE_UNKNOWN] = "unknown",
        [OC_FIGURE_LOWER_BOUND] = "a lower bound",
        [OC_FIGURE_UPPER_BOUND] = "an upper bound",
        [OC_FIGURE_ESTIMATE] = "an estimate",
        [OC_FIGURE_EXACT] = ""};
    return words[status];
}

/* "Y[0]*W[1]", "= 8*3", "= 24"; a step that changes nothing is left out. */
static void put_term(oc_page *page, const oc_report_term *term)
{
    const char *amount = exact_text(page, term->amount);
    const char *formula =
        term->formula ? oc_page_formula(page, term->formula) : NULL;
    const char *values =
        term->values ? oc_page_formula(page, term->values) : NULL;
    oc_page_line(page, "", oc_page_name(page, term->label));
    if (formula && strcmp(formula, amount) != 0)
        oc_page_line(page, "", oc_page_printf(page, "    %s", formula));
    if (values && strcmp(values, amount) != 0 && strcmp(values, formula) != 0)
        oc_page_line(page, "", oc_page_printf(page, "  = %s", values));
    oc_page_line(page, "", oc_page_printf(page, "  = %s", amount));
}

static bool is_once(oc_figure executions)
{
    return oc_figure_is_static(executions) && executions.value == 1;
}

static void put_sum(oc_page *page, const oc_report_sum *sum)
{
    const char *status = status_text(sum->status);
    const char *result = exact_text(page, sum->result);
    oc_page_bold(page, true);
    oc_page_line(page, title_of(sum->metric),
                 oc_page_printf(page, "%s%s%s", result,
                                status[0] != '\0' && strcmp(status, result) != 0
                                    ? ", "
                                    : "",
                                strcmp(status, result) != 0 ? status : ""));
    oc_page_bold(page, false);
    for (size_t i = 0; i < sum->term_count; i++)
        put_term(page, &sum->terms[i]);
    if (sum->term_count > 0 && !is_once(sum->executions))
        oc_page_line(page, "",
                     oc_page_printf(page, "times %s executions",
                                    exact_text(page, sum->executions)));
}

static void put_derivation(oc_page *page)
{
    const oc_report_derivation *derivation = page->report->derivation;
    const oc_report_node *node = &page->report->nodes[derivation->node];
    put_node(page, node, derivation->node);
    put_operands(page, "inputs", derivation->inputs, derivation->input_count);
    put_operands(page, "outputs", derivation->outputs,
                 derivation->output_count);
    oc_out_char(&page->out, '\n');
    oc_page_line(page, "rule",
                 derivation->rule
                     ? oc_page_printf(page, "%s%s",
                                      derivation->counted ? "" : "not known: ",
                                      oc_page_name(page, derivation->rule))
                     : "none: what it costs is unknown");
    if (derivation->source)
        oc_page_line(page, "source", oc_page_name(page, derivation->source));
    oc_page_line(page, "", "1 MAC = 2 FLOPs");
    oc_out_char(&page->out, '\n');
    for (size_t i = 0; i < derivation->sum_count; i++)
        put_sum(page, &derivation->sums[i]);
    oc_page_line(page, "Parameters", exact_text(page, node->params));
}

oc_status oc_report_write_derivation(const oc_report *report,
                                     const oc_text_options *options,
                                     const oc_sink *sink, oc_error *err)
{
    /* Nothing is cut, and no number rounded. */
    oc_text_options whole = options ? *options : (oc_text_options){0};
    whole.wide = true;
    return oc_page_write(report, &whole, sink, put_derivation, NULL, err);
}
