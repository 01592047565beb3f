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
    if (plan->options.reorder)
        oc_plan_reorder(plan);
    if (plan->options.in_place)
        oc_plan_in_place(plan);
    oc_plan_sweep(plan);
}

/* ---- totals ---- */

static oc_certainty certainty_of(const oc_plan *plan)
{
    if (plan->unknown_count)
        return OC_LOWER_BOUND;
    return plan->certainty;
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
        oc_text_puts(&text, oc_builder_formula(b, plan->live[peaks->step[i]]));
    }
    oc_text_puts(&text, ")");
    return text.data;
}

static oc_quantity peak_of(oc_plan *plan, const oc_peaks *peaks)
{
    const oc_certainty certainty = plan->cut || plan->overflow || peaks->cut
                                       ? OC_LOWER_BOUND
                                       : certainty_of(plan);
    if (peaks->count == 0)
        return (oc_quantity){0};
    if (peaks->count == 1)
        return oc_builder_quantity(plan->b, plan->live[peaks->step[0]],
                                   certainty);
    return (oc_quantity){.formula = greatest(plan, peaks),
                         .status = oc_builder_status(certainty)};
}

/* The peak of the same plan if nothing were written over what dies. */
static oc_quantity peak_without_reuse(const oc_plan *plan)
{
    oc_plan other = {.b = plan->b, .options = plan->options};
    other.options.in_place = false;
    make_plan(&other);
    const oc_peaks peaks = oc_plan_peaks(&other);
    return peak_of(&other, &peaks);
}

/* ---- live sets ---- */

/* Names of all live sets together, beside the first. */
#define MOST_LISTED ((size_t)1 << 16)

/* One a step. */
static size_t *live_counts(const oc_plan *plan)
{
    oc_arena *arena = plan->b->a->arena;
    size_t *count = OC_NEW(arena, size_t, plan->step_count + 1);
    for (uint32_t i = 1; i < plan->count; i++) {
        const oc_buffer *buffer = &plan->buffer[i];
        if (buffer->absorbed || buffer->first > buffer->last)
            continue;
        count[buffer->first]++;
        count[buffer->last + 1]--; /* may wrap, until all are added */
    }
    for (size_t i = 1; i < plan->step_count; i++)
        count[i] += count[i - 1];
    return count;
}

static oc_report_peak live_set(oc_plan *plan, size_t step, size_t count,
                               size_t *left)
{
    oc_builder *b = plan->b;
    oc_report_peak peak = {.node = oc_builder_row(b, oc_plan_row(plan, step)),
                           .bytes = oc_builder_figure(b, plan->live[step])};
    if (count > *left)
        return peak;
    *left -= count;
    oc_report_buffer *live = OC_NEW(b->arena, oc_report_buffer, count);
    peak.live = live;
    for (uint32_t i = 1; i < plan->count; i++)
        if (oc_buffer_is_live(&plan->buffer[i], step))
            live[peak.live_count++] = (oc_report_buffer){
                oc_builder_string(b, oc_buffer_name(plan, i)),
                oc_builder_figure(b, plan->buffer[i].size)};
    return peak;
}

static void fill_peaks(oc_plan *plan, const oc_peaks *peaks,
                       oc_report_memory *memory)
{
    size_t all = SIZE_MAX, left = MOST_LISTED;
    memory->peak_node = OC_NO_NODE;
    if (!peaks->count)
        return;
    const size_t *count = live_counts(plan);
    const oc_report_peak first =
        live_set(plan, peaks->step[0], count[peaks->step[0]], &all);
    oc_report_peak *others =
        OC_NEW(plan->b->arena, oc_report_peak, peaks->count - 1);
    for (size_t i = 1; i < peaks->count; i++)
        others[i - 1] =
            live_set(plan, peaks->step[i], count[peaks->step[i]], &left);
    memory->peak_node = first.node;
    memory->peak_bytes = first.bytes;
    memory->live_count = first.live_count;
    memory->live = first.live;
    memory->other_count = peaks->count - 1;
    memory->others = others;
}

/* Terms of the formulas of all rows; the rows behind have none. */
#define MOST_PRINTED ((size_t)1 << 18)
#define MOST_PRINTED_PER_ROW 32

static void fill_steps(oc_plan *plan, oc_report_memory *memory)
{
    oc_builder *b = plan->b;
    oc_figure *steps = OC_NEW(b->arena, oc_figure, b->row_count);
    size_t left = MOST_PRINTED + MOST_PRINTED_PER_ROW * b->row_count;
    for (size_t i = 0; i < b->a->row_count; i++) {
        const oc_expr live = plan->live[oc_plan_step(plan, i)];
        const size_t terms = oc_expr_term_count(b->a->space, live);
        if (b->listed[i] == OC_NO_NODE)
            continue;
        left = terms < left ? left - terms : 0;
        if (left)
            steps[b->listed[i]] = oc_builder_figure(b, live);
    }
    memory->step_count = b->row_count;
    memory->steps = steps;
    b->live = steps;
}

/* ---- the arena ---- */

static uint32_t row_of_step(const oc_plan *plan, size_t step)
{
    return oc_builder_row(plan->b, oc_plan_row(plan, step));
}

static void fill_slots(oc_plan *plan, const oc_packing *packing,
                       oc_report_memory *memory)
{
    oc_builder *b = plan->b;
    oc_report_slot *slots = OC_NEW(b->arena, oc_report_slot, packing->count);
    for (size_t i = 0; i < packing->count; i++) {
        const oc_slot *slot = &packing->slot[i];
        slots[i] = (oc_report_slot){
            .name = oc_builder_string(b, oc_buffer_name(plan, slot->buffer)),
            .offset = slot->offset,
            .bytes = slot->bytes,
            .first = row_of_step(plan, slot->first),
            .last = row_of_step(plan, slot->last)};
    }
    memory->tried_count = packing->tried_count;
    memory->tried =
        oc_arena_copy(b->arena, packing->tried,
                      packing->tried_count * sizeof(packing->tried[0]));
    memory->slot_count = packing->count;
    memory->slots = slots;
}

/* Offsets depend on all sizes: there are none while one is open. */
static void fill_arena(oc_plan *plan, const oc_peaks *peaks,
                       oc_report_memory *memory)
{
    oc_builder *b = plan->b;
    int64_t bound;
    oc_packing packing;
    if (plan->unknown_count || plan->cut || plan->overflow ||
        peaks->count != 1 ||
        !oc_expr_to_i64(b->a->space, plan->live[peaks->step[0]], &bound))
        return;
    switch (oc_plan_pack(plan, bound, &packing)) {
    case OC_PACK_SYMBOLIC:
        return;
    case OC_PACK_TOO_MUCH:
        oc_analysis_note(b->a, OC_INFO, "memory.arena", OC_NO_ROW,
                         "too many buffers are alive at once to place them "
                         "all: of the arena only a lower bound is known, the "
                         "peak");
        b->report->totals[OC_TOTAL_ARENA_BYTES] = (oc_quantity){
            .has_value = true, .value = bound, .status = OC_FIGURE_LOWER_BOUND};
        return;
    case OC_PACKED:
        break;
    }
    b->report->totals[OC_TOTAL_ARENA_BYTES] =
        (oc_quantity){.has_value = true,
                      .value = packing.bytes,
                      .status = oc_builder_status(certainty_of(plan))};
    memory->has_arena = true;
    memory->arena_bytes = packing.bytes;
    memory->arena_lower_bound = bound;
    memory->arena_order = packing.order;
    fill_slots(plan, &packing, memory);
}

/* ---- what is left out ---- */

static void note(oc_plan *plan, oc_report_severity severity, const char *id,
                 size_t row, const char *message)
{
    oc_analysis_note(plan->b->a, severity, id,
                     row < plan->b->a->row_count ? row : OC_NO_ROW, message);
}

static bool is_unknown(const oc_plan *plan, uint32_t i)
{
    return !oc_expr_is_known(plan->buffer[i].bytes);
}

/* Names in one message. */
#define MOST_NAMED 8

/* "a", "b" and 3 others */
static const char *names_of_unknown(oc_plan *plan, size_t count)
{
    oc_text text = {.arena = plan->b->a->arena};
    size_t named = 0;
    for (uint32_t i = 1; i < plan->count && named < MOST_NAMED; i++)
        if (is_unknown(plan, i) && !plan->buffer[i].too_large)
            oc_text_printf(&text, "%s\"%s\"", named++ ? ", " : "",
                           oc_buffer_name(plan, i));
    if (count > named)
        oc_text_printf(&text, " and %zu others", count - named);
    return text.data;
}

/* Where the first of them is made. */
static void note_unknown(oc_plan *plan)
{
    oc_analysis *a = plan->b->a;
    size_t count = 0, row = OC_NO_ROW;
    for (uint32_t i = 1; i < plan->count; i++)
        if (is_unknown(plan, i) && !plan->buffer[i].too_large && count++ == 0)
            row = plan->buffer[i].unit
                      ? oc_plan_row(plan, plan->buffer[i].first)
                      : OC_NO_ROW;
    if (count)
        note(plan, OC_WARNING, "memory.unknown-size", row,
             oc_arena_printf(a->arena,
                             "the size of %zu tensor%s is not known: %s: "
                             "memory figures are lower bounds without %s",
                             count, count == 1 ? "" : "s",
                             names_of_unknown(plan, count),
                             count == 1 ? "it" : "them"));
}

static void note_large(oc_plan *plan)
{
    for (uint32_t i = 1; i < plan->count; i++)
        if (plan->buffer[i].too_large)
            note(plan, OC_ERROR, "memory.size",
                 plan->buffer[i].is_input
                     ? OC_NO_ROW
                     : oc_plan_row(plan, plan->buffer[i].first),
                 oc_arena_printf(plan->b->a->arena,
                                 "the bytes of \"%s\" are beyond 63 bits: "
                                 "memory figures are lower bounds without it",
                                 oc_buffer_name(plan, i)));
}

static void note_cut(oc_plan *plan, const oc_peaks *peaks)
{
    if (plan->cut || peaks->cut)
        note(plan, OC_WARNING, "memory.formula", OC_NO_ROW,
             "the peak has too many symbols for one formula: it is a lower "
             "bound; --dim binds them");
}

static void fill_unknown(oc_plan *plan, oc_report_memory *memory)
{
    oc_builder *b = plan->b;
    const char **names = OC_NEW(b->arena, const char *, plan->unknown_count);
    for (uint32_t i = 1; i < plan->count; i++)
        if (is_unknown(plan, i))
            names[memory->unknown_count++] =
                oc_builder_string(b, oc_buffer_name(plan, i));
    memory->unknown = names;
}

/* ---- the whole ---- */

static void fill_totals(oc_plan *plan, const oc_peaks *peaks,
                        oc_report_memory *memory)
{
    oc_quantity *totals = plan->b->report->totals;
    totals[OC_TOTAL_SUM_ACTIVATION_BYTES] =
        oc_builder_quantity(plan->b, plan->sum, certainty_of(plan));
    totals[OC_TOTAL_PEAK_ACTIVATION_BYTES] = peak_of(plan, peaks);
    memory->peak_without_reuse = plan->options.in_place
                                     ? peak_without_reuse(plan)
                                     : totals[OC_TOTAL_PEAK_ACTIVATION_BYTES];
}

static void fill_schedule(const oc_plan *plan, oc_report_memory *memory)
{
    oc_builder *b = plan->b;
    if (!plan->row_at)
        return;
    uint32_t *schedule = OC_NEW(b->arena, uint32_t, b->row_count);
    for (size_t step = 0; step < b->a->row_count; step++)
        if (row_of_step(plan, step) != OC_NO_NODE)
            schedule[memory->schedule_count++] = row_of_step(plan, step);
    memory->schedule = schedule;
}

/* Of what the order was chosen for: sizes that are numbers, of all buffers,
 * each in its own place. */
static oc_tri optimality_of(const oc_plan *plan)
{
    if (!plan->options.reorder)
        return OC_MAYBE;
    return plan->order_optimal && !plan->unknown_count &&
                   !plan->options.in_place
               ? OC_YES
               : OC_NO;
}

void oc_builder_memory(oc_builder *b)
{
    oc_plan plan = {.b = b, .options = b->a->memory};
    oc_report_memory *memory = OC_NEW(b->arena, oc_report_memory, 1);
    make_plan(&plan);
    const oc_peaks peaks = oc_plan_peaks(&plan);
    *memory =
        (oc_report_memory){.order = plan.options.reorder ? "min-peak" : "file",
                           .alignment = plan.options.alignment,
                           .in_place = plan.options.in_place,
                           .inputs_counted = plan.options.inputs_counted,
                           .order_optimal = optimality_of(&plan)};
    fill_peaks(&plan, &peaks, memory);
    fill_totals(&plan, &peaks, memory);
    fill_steps(&plan, memory);
    fill_schedule(&plan, memory);
    fill_arena(&plan, &peaks, memory);
    fill_unknown(&plan, memory);
    note_unknown(&plan);
    note_large(&plan);
    note_cut(&plan, &peaks);
    b->report->memory = memory;
}
