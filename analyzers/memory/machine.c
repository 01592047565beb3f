/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/machine.c - nodes against the peaks of a machine: what
 * limits each, and the least time that all of them take one after another.
 *
 * Every operand is read and every result written, nothing is fused: that time
 * is a bound, no prediction.
 */
#include <string.h>

#include "analyzers/memory/memory.h"

/* ---- peaks by type ---- */

/* Of a type given twice the last counts. */
static void fill_types(oc_builder *b, oc_report_machine *machine)
{
    const oc_analyze_options *options = b->a->options;
    oc_binding *peaks =
        OC_NEW(b->arena, oc_binding, options->peak_flops_type_count);
    for (size_t i = 0; i < options->peak_flops_type_count; i++) {
        const oc_binding *given = &options->peak_flops_by_type[i];
        size_t k = 0;
        while (k < machine->type_count && strcmp(peaks[k].name, given->name))
            k++;
        machine->type_count += k == machine->type_count;
        peaks[k] =
            (oc_binding){oc_builder_string(b, given->name), given->value};
    }
    machine->peak_flops_by_type = peaks;
}

static const char *type_of(const oc_row *row)
{
    if (!oc_expr_is(row->metric[OC_MACS], 0))
        return oc_elem_name(row->macs_left);
    if (!row->output_count || !row->output[0])
        return NULL;
    return oc_elem_name(row->output[0]->type.elem_type);
}

/* 0: none is given. */
static int64_t peak_of(const oc_report_machine *machine, const char *elem_type)
{
    for (size_t i = 0; elem_type && i < machine->type_count; i++)
        if (strcmp(machine->peak_flops_by_type[i].name, elem_type) == 0)
            return machine->peak_flops_by_type[i].value;
    return machine->peak_flops;
}

/* ---- nodes ---- */

static bool integers_of(const oc_builder *b, const oc_row *row, int64_t *flops,
                        int64_t *bytes)
{
    oc_space *space = b->a->space;
    return oc_expr_to_i64(space, row->metric[OC_FLOPS], flops) &&
           oc_expr_to_i64(space,
                          oc_expr_add(space, row->metric[OC_READ_BYTES],
                                      row->metric[OC_WRITE_BYTES]),
                          bytes);
}

static oc_report_bound bound_of(const oc_report_machine *machine, int64_t peak,
                                int64_t flops, int64_t bytes)
{
    if (flops == 0)
        return bytes ? OC_BOUND_MEMORY : OC_BOUND_UNKNOWN;
    if (peak == 0)
        return OC_BOUND_UNKNOWN;
    return (oc_i128)flops * machine->bandwidth_bytes >= (oc_i128)bytes * peak
               ? OC_BOUND_COMPUTE
               : OC_BOUND_MEMORY;
}

/* Bytes alone take so long, whatever is not known of FLOPs. */
static double seconds_of(const oc_report_machine *machine, int64_t peak,
                         int64_t flops, int64_t bytes)
{
    const double compute = peak ? (double)flops / (double)peak : 0;
    const double memory = (double)bytes / (double)machine->bandwidth_bytes;
    return compute > memory ? compute : memory;
}

/* Rows of which a figure is open add nothing: it is a bound all the same. */
static void fill_row(const oc_builder *b, oc_report_machine *machine,
                     const oc_row *row, oc_report_intensity *node)
{
    int64_t flops, bytes;
    node->elem_type = type_of(row);
    if (!integers_of(b, row, &flops, &bytes)) {
        machine->whole &= !row->counted;
        return;
    }
    const int64_t peak = peak_of(machine, node->elem_type);
    node->bound = (uint8_t)bound_of(machine, peak, flops, bytes);
    node->has_intensity = bytes > 0;
    if (bytes > 0)
        node->intensity = (double)flops / (double)bytes;
    if (!row->counted)
        return;
    machine->seconds += seconds_of(machine, peak, flops, bytes);
    machine->compute_bound += node->bound == OC_BOUND_COMPUTE;
    machine->memory_bound += node->bound == OC_BOUND_MEMORY;
    machine->without_peak += flops > 0 && peak == 0;
}

void oc_builder_machine(oc_builder *b)
{
    const oc_analyze_options *options = b->a->options;
    if (!options->bandwidth_bytes)
        return;
    oc_report_machine *machine = OC_NEW(b->arena, oc_report_machine, 1);
    oc_report_intensity *nodes =
        OC_NEW(b->arena, oc_report_intensity, b->row_count);
    *machine = (oc_report_machine){.has_peak_flops = options->peak_flops > 0,
                                   .peak_flops = options->peak_flops,
                                   .bandwidth_bytes = options->bandwidth_bytes,
                                   .whole = true,
                                   .node_count = b->row_count,
                                   .nodes = nodes};
    fill_types(b, machine);
    for (size_t i = 0; i < b->row_count; i++)
        fill_row(b, machine, b->row[i], &nodes[i]);
    b->report->machine = machine;
}
