/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/options.c - counting options and the order of nodes, as
 * the user gives them.
 */
#include <string.h>

#include "analyzers/memory/memory.h"
#include "base/error.h"
#include "base/text.h"

#define MOST_ALIGNMENT ((int64_t)1 << 30)

static bool read_alignment(int64_t *alignment, const char *text)
{
    oc_i128 value;
    if (!oc_i128_parse(&value, text, strlen(text)) || value < 1 ||
        value > MOST_ALIGNMENT)
        return false;
    *alignment = (int64_t)value;
    return true;
}

static bool read_counting(oc_memory_options *out, const char *text)
{
    static const char align[] = "align=";
    if (strcmp(text, "in-place") == 0)
        out->in_place = true;
    else if (strcmp(text, "io=exclude") == 0)
        out->inputs_counted = false;
    else if (strncmp(text, align, sizeof(align) - 1) == 0)
        return read_alignment(&out->alignment, text + sizeof(align) - 1);
    else
        return false;
    return true;
}

static bool read_order(oc_memory_options *out, const char *text)
{
    if (!text || strcmp(text, "file") == 0)
        return true;
    out->reorder = strcmp(text, "min-peak") == 0;
    return out->reorder;
}

static bool is_elem_type(const char *name)
{
    for (int type = OC_ELEM_FLOAT; type <= OC_ELEM_INT2; type++)
        if (strcmp(oc_elem_name(type), name) == 0)
            return true;
    return false;
}

static bool read_types(const oc_analyze_options *options, oc_error *err)
{
    for (size_t i = 0; i < options->peak_flops_type_count; i++) {
        const oc_binding *peak = &options->peak_flops_by_type[i];
        if (is_elem_type(peak->name) && peak->value > 0)
            continue;
        oc_fail(err, OC_ERR_USAGE, "usage.elem-type",
                is_elem_type(peak->name)
                    ? "the peak of element type \"%s\" is not above 0"
                    : "there is no element type \"%s\"",
                peak->name);
        oc_error_hint(err, "--peak-flops float16=312T,float=19.5T: names as "
                           "ONNX has them");
        return false;
    }
    return true;
}

static bool read_machine(const oc_analyze_options *options, oc_error *err)
{
    const bool peak = options->peak_flops || options->peak_flops_type_count;
    if (!read_types(options, err))
        return false;
    if (options->peak_flops >= 0 && options->bandwidth_bytes >= 0 &&
        peak == (options->bandwidth_bytes != 0))
        return true;
    oc_fail(err, OC_ERR_USAGE, "usage.machine",
            "one peak of a machine says nothing without the other");
    oc_error_hint(err, "--peak-flops 989T --bandwidth 3.35T");
    return false;
}

bool oc_memory_options_read(oc_memory_options *out,
                            const oc_analyze_options *options, oc_error *err)
{
    *out = (oc_memory_options){.alignment = 64, .inputs_counted = true};
    for (size_t i = 0; i < options->counting_count; i++) {
        if (read_counting(out, options->counting[i]))
            continue;
        oc_fail(err, OC_ERR_USAGE, "usage.count",
                "there is no counting option \"%s\"", options->counting[i]);
        oc_error_hint(err, "in-place, align=N (1 to 2^30) or io=exclude");
        return false;
    }
    if (!read_machine(options, err))
        return false;
    if (read_order(out, options->order))
        return true;
    oc_fail(err, OC_ERR_USAGE, "usage.order", "there is no order \"%s\"",
            options->order);
    oc_error_hint(err, "file or min-peak");
    return false;
}
