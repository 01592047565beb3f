/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/machine.c - nodes against the two peaks of a machine: what
 * limits each, and the least time that all of them take one after another.
 *
 * Every operand is read and every result written, nothing is fused: that time
 * is a bound, no prediction.
 */
#include "analyzers/memory/memory.h"

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

static oc_report_bound bound_of(const oc_report_machine *machine, int64_t flops,
                                int64_t bytes)
{
    if (flops == 0 && bytes == 0)
        return OC_BOUND_UNKNOWN;
    return (oc_i128)flops * machine->bandwidth_bytes >=
                   (oc_i128)bytes * machine->peak_flops
               ? OC_BOUND_COMPUTE
               : OC_BOUND_MEMORY;
}

static double seconds_of(const oc_report_machine *machine, int64_t flops,
                         int64_t bytes)
{
    const double compute = (double)flops / (double)machine->peak_flops;
    const double memory = (double)bytes / (double)machine->bandwidth_bytes;
    return compute > memory ? compute : memory;
}

/* Rows of which a figure is open add nothing: it is a bound all the same. */
static void fill_row(const oc_builder *b, oc_report_machine *machine,
                     const oc_row *row, oc_report_intensity *node)
{
    int64_t flops, bytes;
    if (!integers_of(b, row, &flops, &bytes)) {
        machine->whole &= !row->counted;
        return;
    }
    node->bound = (uint8_t)bound_of(machine, flops, bytes);
    node->has_intensity = bytes > 0;
    if (bytes > 0)
        node->intensity = (double)flops / (double)bytes;
    if (!row->counted)
        return;
    machine->seconds += seconds_of(machine, flops, bytes);
    machine->compute_bound += node->bound == OC_BOUND_COMPUTE;
    machine->memory_bound += node->bound == OC_BOUND_MEMORY;
}

void oc_builder_machine(oc_builder *b)
{
    const oc_analyze_options *options = b->a->options;
    if (!options->peak_flops)
        return;
    oc_report_machine *machine = OC_NEW(b->arena, oc_report_machine, 1);
    oc_report_intensity *nodes =
        OC_NEW(b->arena, oc_report_intensity, b->row_count);
    *machine = (oc_report_machine){.peak_flops = options->peak_flops,
                                   .bandwidth_bytes = options->bandwidth_bytes,
                                   .whole = true,
                                   .node_count = b->row_count,
                                   .nodes = nodes};
    for (size_t i = 0; i < b->row_count; i++)
        fill_row(b, machine, b->row[i], &nodes[i]);
    b->report->machine = machine;
}
