/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/bodies.c - buffers of If, Loop, Scan and text generation.
 *
 * What a body captures lives as long as the body runs. An If's result is what
 * the branch made; a Loop has its state twice, and its stacked results whole.
 * Text generation is its prompt, then a loop over steps.
 */
#include "analyzers/memory/liveness.h"

/* ---- If ---- */

static uint32_t branch_output(const oc_body *body, size_t k)
{
    return k < body->graph->output_count
               ? oc_buffer_of(body->frame, body->graph->output[k])
               : OC_NO_BUFFER;
}

/* What a branch gives lives until it has run. */
static void keep_outputs(oc_plan *plan, const oc_place *place,
                         const oc_body *body)
{
    for (size_t k = 0; k < body->graph->output_count; k++) {
        const uint32_t buffer = branch_output(body, k);
        if (plan->buffer[buffer].home == place && body->end > body->first)
            oc_plan_keep(plan, buffer, body->end - 1);
        else
            oc_plan_read(plan, place, body->frame, body->graph->output[k],
                         place->last);
    }
}

static void plan_decided(oc_plan *plan, const oc_place *place,
                         const oc_row *row, const oc_body *taken, size_t last)
{
    oc_place *inside = OC_NEW(plan->b->a->arena, oc_place, 1);
    *inside = (oc_place){.outer = place, .last = last, .sum = place->sum};
    oc_plan_rows(plan, inside, taken->first, taken->end);
    keep_outputs(plan, inside, taken);
    for (size_t k = 0; k < row->output_count; k++) {
        const oc_value_id value = row->node->output[k];
        const uint32_t buffer = branch_output(taken, k);
        if (value == OC_NO_VALUE)
            continue;
        if (plan->buffer[buffer].home == inside)
            plan->buffer[buffer].home = place;
        oc_plan_set_name(plan, row->frame, value,
                         oc_plan_named(plan, place, row->frame, value,
                                       row->output[k], buffer, last));
    }
}

/* From the row behind the If on: before, it is what the branch made. */
static uint32_t joined(oc_plan *plan, const oc_place *place, const oc_row *row,
                       size_t k, size_t last, const oc_place *const inside[2])
{
    const oc_value_id value = row->node->output[k];
    const uint32_t from[2] = {branch_output(row->body, k),
                              branch_output(row->body->next, k)};
    bool made = false;
    for (int i = 0; i < 2; i++)
        made |= from[i] && plan->buffer[from[i]].home == inside[i];
    if (!made && from[0] == from[1])
        return oc_plan_named(plan, place, row->frame, value, row->output[k],
                             from[0], last);
    const uint32_t out = oc_plan_allocate(plan, place, row->frame, value,
                                          row->output[k], last + 1);
    plan->buffer[out].last = (uint32_t)last;
    for (int i = 0; i < 2; i++)
        if (from[i] && plan->buffer[from[i]].home == inside[i] &&
            plan->buffer[from[i]].same == from[i])
            plan->buffer[from[i]].same = out;
    return out;
}

static void plan_undecided(oc_plan *plan, const oc_place *place,
                           const oc_row *row, size_t last)
{
    const oc_place *inside[2];
    const oc_body *body = row->body;
    oc_space *space = plan->b->a->space;
    for (int i = 0; i < 2; i++, body = body->next) {
        oc_place *branch = OC_NEW(plan->b->a->arena, oc_place, 1);
        *branch =
            (oc_place){.outer = place, .last = last, .sum = oc_sum_new(space)};
        oc_plan_rows(plan, branch, body->first, body->end);
        keep_outputs(plan, branch, body);
        inside[i] = branch;
    }
    oc_place_count(place, oc_expr_max(space, oc_sum_value(inside[0]->sum),
                                      oc_sum_value(inside[1]->sum)));
    for (size_t k = 0; k < row->output_count; k++)
        if (row->node->output[k] != OC_NO_VALUE)
            oc_plan_set_name(plan, row->frame, row->node->output[k],
                             joined(plan, place, row, k, last, inside));
}

void oc_plan_if(oc_plan *plan, const oc_place *place, const oc_row *row,
                size_t i, size_t last)
{
    oc_plan_use_operands(plan, place, row, i);
    const oc_body *taken = NULL;
    for (const oc_body *body = row->body; body; body = body->next)
        if (body->silent)
            taken = body == row->body ? body->next : row->body;
    if (taken)
        plan_decided(plan, place, row, taken,
                     taken->end > taken->first ? taken->end - 1 : i);
    else
        plan_undecided(plan, place, row, last);
}

/* ---- Loop, Scan, SequenceMap ---- */

static const oc_expr *varying_of(oc_plan *plan, const oc_body *body)
{
    oc_analysis *a = plan->b->a;
    const size_t symbols = oc_symbol_count(a->space);
    oc_expr *zero = OC_NEW(a->arena, oc_expr, symbols);
    for (size_t i = body->iteration_symbol + 1; i < symbols; i++) {
        const oc_symbol_kind kind = oc_symbol_at(a->space, i)->kind;
        if (kind == OC_SYMBOL_DATA || kind == OC_SYMBOL_TRIP)
            zero[i] = oc_expr_of(0);
    }
    return zero;
}

/* The state that enters, and what the loop makes itself: iteration number
 * and condition. Slices of what it scans are views. */
static void enter_loop(oc_plan *plan, const oc_place *inside,
                       const oc_body *body, size_t i)
{
    const oc_graph *graph = body->graph;
    const size_t end = body->first_input + body->state_count;
    for (size_t k = 0; k < graph->input_count && k < end; k++) {
        const oc_value_id value = graph->input[k];
        const uint32_t made =
            oc_plan_allocate(plan, inside, body->frame, value,
                             oc_frame_fact(body->frame, value), i);
        oc_plan_set_name(plan, body->frame, value, made);
        if (k >= body->first_input)
            oc_plan_keep(plan, made, inside->last);
    }
}

static void absorb(oc_plan *plan, const oc_place *inside, uint32_t buffer)
{
    if (buffer != OC_NO_BUFFER && plan->buffer[buffer].home == inside)
        plan->buffer[buffer].absorbed = true;
}

/* State that an iteration hands on as it came is a view of what entered. */
static bool passes(oc_plan *plan, const oc_row *row, size_t k)
{
    const oc_body *body = row->body;
    const uint32_t in =
        oc_buffer_of(body->frame, body->graph->input[body->first_input + k]);
    return branch_output(body, body->first_output + k) == in &&
           !plan->buffer[in].absorbed;
}

static uint32_t operand_of_state(const oc_row *row, size_t k)
{
    const size_t first =
        row->node->input_count >= row->body->graph->input_count
            ? row->node->input_count - row->body->graph->input_count
            : 0;
    const size_t at = row->body->first_input + first + k;
    return at < row->node->input_count
               ? oc_buffer_of(row->frame, row->node->input[at])
               : OC_NO_BUFFER;
}

/* Output k of a loop: a buffer from its first row on, which what the body
 * makes goes into. */
static uint32_t loop_output(oc_plan *plan, const oc_place *place,
                            const oc_row *row, size_t k, size_t i, size_t last)
{
    const uint32_t out = oc_plan_allocate_output(
        plan, place, row->frame, row->node->output[k], row->output[k], i);
    oc_plan_keep(plan, out, last);
    return out;
}

/* Also of state that no one reads afterwards. */
static void leave_state(oc_plan *plan, const oc_place *place,
                        const oc_place *inside, const oc_row *row, size_t k,
                        size_t i)
{
    const oc_body *body = row->body;
    const bool is_named =
        k < row->output_count && row->node->output[k] != OC_NO_VALUE;
    const size_t last = inside->last;
    const oc_value_id in = body->graph->input[body->first_input + k];
    uint32_t out;
    if (passes(plan, row, k)) {
        out = operand_of_state(row, k);
        plan->buffer[oc_buffer_of(body->frame, in)].absorbed = true;
    } else if (is_named) {
        out = loop_output(plan, place, row, k, i, last);
        absorb(plan, inside, branch_output(body, body->first_output + k));
    } else {
        out = oc_plan_allocate_output(plan, inside, body->frame, in,
                                      oc_frame_fact(body->frame, in), i);
        oc_plan_keep(plan, out, last);
        absorb(plan, inside, branch_output(body, body->first_output + k));
    }
    if (is_named)
        oc_plan_set_name(plan, row->frame, row->node->output[k],
                         oc_plan_named(plan, place, row->frame,
                                       row->node->output[k], row->output[k],
                                       out, last));
}

static void leave_loop(oc_plan *plan, const oc_place *place,
                       const oc_place *inside, const oc_row *row, size_t i)
{
    const oc_body *body = row->body;
    for (size_t k = 0; k < body->graph->output_count; k++)
        oc_plan_read(plan, inside, body->frame, body->graph->output[k],
                     body->end - 1);
    for (size_t k = 0; k < body->state_count; k++)
        leave_state(plan, place, inside, row, k, i);
    for (size_t k = body->state_count; k < row->output_count; k++) {
        if (row->node->output[k] == OC_NO_VALUE)
            continue;
        oc_plan_set_name(plan, row->frame, row->node->output[k],
                         loop_output(plan, place, row, k, i, inside->last));
        absorb(plan, inside, branch_output(body, body->first_output + k));
    }
}

void oc_plan_loop(oc_plan *plan, const oc_place *place, const oc_row *row,
                  size_t i, size_t last)
{
    oc_place *inside = OC_NEW(plan->b->a->arena, oc_place, 1);
    *inside = (oc_place){.outer = place,
                         .last = last,
                         .body = row->body,
                         .sum = place->sum,
                         .varying = varying_of(plan, row->body)};
    oc_plan_use_operands(plan, place, row, last);
    enter_loop(plan, inside, row->body, i);
    oc_plan_rows(plan, inside, row->body->first, row->body->end);
    leave_loop(plan, place, inside, row, i);
}

/* ---- text generation ---- */

/* A body in a frame of its own still sees what is around it. */
static void inherit_names(const oc_plan *plan, const oc_row *row,
                          oc_frame *frame)
{
    frame->name =
        oc_arena_copy(plan->b->a->arena, row->frame->name,
                      frame->scope->value_count * sizeof(frame->name[0]));
}

static bool is_state(const oc_body *body, size_t k, size_t first)
{
    return body->kind == OC_BODY_LOOP && k >= first &&
           k < first + body->state_count;
}

static void enter_decoder(oc_plan *plan, const oc_place *inside,
                          const oc_body *body)
{
    for (size_t k = 0; k < body->graph->input_count; k++) {
        const oc_value_id value = body->graph->input[k];
        const uint32_t made =
            oc_plan_allocate(plan, inside, body->frame, value,
                             oc_frame_fact(body->frame, value), body->first);
        oc_plan_set_name(plan, body->frame, value, made);
        if (is_state(body, k, body->first_input))
            oc_plan_keep(plan, made, body->end - 1);
    }
}

/* Caches of the prompt are what the steps begin with; its logits, the first
 * output, only give the first token. */
static void leave_decoder(oc_plan *plan, const oc_place *inside,
                          const oc_body *body)
{
    for (size_t k = 0; k < body->graph->output_count; k++) {
        const oc_value_id value = body->graph->output[k];
        oc_plan_read(plan, inside, body->frame, value,
                     body->kind == OC_BODY_LOOP || k == 0 ? body->end - 1
                                                          : inside->last);
        if (!is_state(body, k, body->first_output))
            continue;
        absorb(plan, inside, branch_output(body, k));
        oc_plan_keep(plan,
                     oc_plan_allocate_output(plan, inside, body->frame, value,
                                             oc_frame_fact(body->frame, value),
                                             body->first),
                     body->end - 1);
    }
}

static void plan_decoder(oc_plan *plan, const oc_place *place,
                         const oc_row *row, oc_body *body, size_t last)
{
    oc_place *inside = OC_NEW(plan->b->a->arena, oc_place, 1);
    const bool repeats = body->kind == OC_BODY_LOOP;
    *inside = (oc_place){.outer = place,
                         .last = last,
                         .body = repeats ? body : NULL,
                         .sum = place->sum,
                         .varying = repeats ? varying_of(plan, body) : NULL};
    inherit_names(plan, row, body->frame);
    enter_decoder(plan, inside, body);
    oc_plan_rows(plan, inside, body->first, body->end);
    leave_decoder(plan, inside, body);
}

/* It may stop before all steps are done. */
void oc_plan_generation(oc_plan *plan, const oc_place *place, const oc_row *row,
                        size_t i, size_t last)
{
    oc_plan_use_operands(plan, place, row, last);
    for (oc_body *body = row->body; body; body = body->next) {
        oc_plan_worsen(plan, body->silent ? OC_LOWER_BOUND : OC_UPPER_BOUND);
        if (!body->silent && body->end > body->first)
            plan_decoder(plan, place, row, body, last);
    }
    for (size_t k = 0; k < row->output_count; k++)
        if (row->node->output[k] != OC_NO_VALUE)
            oc_plan_set_name(plan, row->frame, row->node->output[k],
                             loop_output(plan, place, row, k, i, last));
}
