/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/report.c - memory in the report: sum, peak, what is alive
 * there, live bytes of every row, and what is said where they are not whole.
 */
#include "analyzers/memory/memory.h"

#include "base/text.h"

/* ---- the plan ---- */

static void exclude_interface(oc_plan *plan)
{
    for (uint32_t i = 1; i < plan->count; i++)
        plan->buffer[i].absorbed |=
            plan->buffer[i].is_input || plan->buffer[i].is_output;
}

static void make_plan(oc_plan *plan)
{
    oc_plan_liveness(plan);
    if (!plan->options.inputs_counted)
        exclude_interface(plan);
    oc_plan_sweep(plan);
}

/* ---- totals ---- */

static oc_certainty certainty_of(const oc_plan *plan)
{
    if (plan->unknown_count)
        return OC_LOWER_BOUND;
    return plan->estimated ? OC_ESTIMATE : OC_EXACT;
}

/* "max(first, second, ...)" */
static const char *greatest(oc_plan *plan, const oc_peaks *peaks)
{
    oc_builder *b = plan->b;
    oc_text text = {.arena = b->arena};
    oc_text_puts(&text, "max(");
    for (size_t i = 0; i < peaks->count; i++) {
        if (i > 0)
            oc_text_puts(&text, ", ");
        oc_text_puts(&text, oc_builder_formula(b, plan->live[peaks->row[i]]));
    }
    oc_text_puts(&text, ")");
    return text.data;
}

static void fill_peak(oc_plan *plan, const oc_peaks *peaks)
{
    oc_quantity *total =
        &plan->b->report->totals[OC_TOTAL_PEAK_ACTIVATION_BYTES];
    const bool part = plan->cut || peaks->cut;
    const oc_certainty certainty = part ? OC_LOWER_BOUND : certainty_of(plan);
    if (peaks->count == 1)
        *total =
            oc_builder_quantity(plan->b, plan->live[peaks->row[0]], certainty);
    else if (peaks->count)
        *total = (oc_quantity){.formula = greatest(plan, peaks),
                               .status = oc_builder_status(certainty)};
}

/* ---- live sets ---- */

/* Names of all live sets together. */
#define MOST_LISTED ((size_t)1 << 20)

static void fill_live(oc_plan *plan, oc_report_peak *peak, size_t row,
                      size_t *left)
{
    oc_builder *b = plan->b;
    size_t count = 0;
    for (uint32_t i = 1; i < plan->count; i++)
        count += oc_buffer_is_live(&plan->buffer[i], row);
    if (count > *left)
        return;
    *left -= count;
    oc_report_buffer *live = OC_NEW(b->arena, oc_report_buffer, count);
    peak->live = live;
    for (uint32_t i = 1; i < plan->count; i++)
        if (oc_buffer_is_live(&plan->buffer[i], row))
            live[peak->live_count++] = (oc_report_buffer){
                oc_builder_string(b, oc_buffer_name(plan, i)),
                oc_builder_figure(b, plan->buffer[i].size)};
}

static void fill_peaks(oc_plan *plan, const oc_peaks *peaks,
                       oc_report_memory *memory)
{
    oc_builder *b = plan->b;
    size_t left = MOST_LISTED;
    oc_report_peak *list = OC_NEW(b->arena, oc_report_peak, peaks->count);
    for (size_t i = 0; i < peaks->count; i++) {
        const uint32_t row = peaks->row[i];
        list[i].node = oc_builder_row(b, row);
        list[i].bytes = oc_builder_figure(b, plan->live[row]);
        fill_live(plan, &list[i], row, &left);
    }
    memory->peak_count = peaks->count;
    memory->peaks = list;
    memory->peak_node = OC_NO_NODE;
    if (peaks->count) {
        memory->peak_node = list[0].node;
        memory->live_count = list[0].live_count;
        memory->live = list[0].live;
    }
}

static void fill_steps(oc_plan *plan, oc_report_memory *memory)
{
    oc_builder *b = plan->b;
    oc_figure *steps = OC_NEW(b->arena, oc_figure, b->row_count);
    for (size_t i = 0; i < b->a->row_count; i++)
        if (b->listed[i] != OC_NO_NODE)
            steps[b->listed[i]] = oc_builder_figure(b, plan->live[i]);
    memory->step_count = b->row_count;
    memory->steps = steps;
    b->live = steps;
}

/* ---- what is left out ---- */

static void note(oc_plan *plan, const char *id, size_t row, const char *message)
{
    oc_analysis_note(plan->b->a, OC_WARNING, id,
                     row < plan->b->a->row_count ? row : OC_NO_ROW, message);
}

static void note_unknown(oc_plan *plan)
{
    oc_analysis *a = plan->b->a;
    const size_t count = plan->unknown_count;
    if (!count)
        return;
    note(plan, "memory.unknown-size", plan->buffer[plan->unknown].first,
         oc_arena_printf(a->arena,
                         "the size of %zu tensor%s is not known, first \"%s\": "
                         "memory figures are lower bounds",
                         count, count == 1 ? "" : "s",
                         oc_buffer_name(plan, plan->unknown)));
}

static void note_large(oc_plan *plan)
{
    oc_analysis *a = plan->b->a;
    for (uint32_t i = 1; i < plan->count; i++) {
        const oc_expr bytes = plan->buffer[i].bytes;
        oc_i128 value;
        if (oc_expr_is_immediate(bytes) ||
            !oc_expr_to_int(a->space, bytes, &value) || value <= INT64_MAX)
            continue;
        note(plan, "memory.size", plan->buffer[i].first,
             oc_arena_printf(a->arena, "the bytes of \"%s\" are beyond 63 bits",
                             oc_buffer_name(plan, i)));
    }
}

static void note_cut(oc_plan *plan, const oc_peaks *peaks)
{
    if (plan->cut || peaks->cut)
        note(plan, "memory.formula", OC_NO_ROW,
             "the peak has too many symbols for one formula: it is a lower "
             "bound; --dim binds them");
}

/* ---- the whole ---- */

void oc_builder_memory(oc_builder *b)
{
    oc_plan plan = {.b = b,
                    .options = {.alignment = 64, .inputs_counted = true}};
    oc_report_memory *memory = OC_NEW(b->arena, oc_report_memory, 1);
    make_plan(&plan);
    const oc_peaks peaks = oc_plan_peaks(&plan);
    b->report->totals[OC_TOTAL_SUM_ACTIVATION_BYTES] =
        oc_builder_quantity(b, plan.sum, certainty_of(&plan));
    fill_peak(&plan, &peaks);
    *memory = (oc_report_memory){.order = "file",
                                 .alignment = plan.options.alignment,
                                 .in_place = plan.options.in_place,
                                 .inputs_counted = plan.options.inputs_counted};
    fill_peaks(&plan, &peaks, memory);
    fill_steps(&plan, memory);
    note_unknown(&plan);
    note_large(&plan);
    note_cut(&plan, &peaks);
    b->report->memory = memory;
}
