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

static bool read_machine(const oc_analyze_options *options, oc_error *err)
{
    if (options->peak_flops >= 0 && options->bandwidth_bytes >= 0 &&
        !options->peak_flops == !options->bandwidth_bytes)
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
