/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/liveness.c - which buffers there are, and from which row
 * to which they live: of plain nodes and calls; bodies.c has the others.
 *
 * A view is another name of its buffer.
 */
#include "analyzers/memory/liveness.h"

#include <string.h>

/* ---- buffers ---- */

static oc_memory_name *names_of(const oc_plan *plan, oc_frame *frame)
{
    if (!frame->name)
        frame->name = OC_NEW(plan->b->a->arena, oc_memory_name,
                             frame->scope->value_count);
    return frame->name;
}

uint32_t oc_buffer_of(const oc_frame *frame, oc_value_id value)
{
    return value == OC_NO_VALUE ? OC_NO_BUFFER : frame->name[value].buffer;
}

void oc_plan_set_name(const oc_plan *plan, const oc_frame *frame,
                      oc_value_id value, uint32_t buffer)
{
    frame->name[value] = (oc_memory_name){buffer, plan->unit_count - 1};
}

static uint32_t append(oc_plan *plan, oc_buffer buffer)
{
    if (plan->count == plan->room) {
        oc_arena *arena = plan->b->a->arena;
        oc_buffer *more = OC_NEW(arena, oc_buffer, 2 * (size_t)plan->room);
        memcpy(more, plan->buffer, plan->count * sizeof(*more));
        plan->buffer = more;
        plan->room *= 2;
    }
    plan->buffer[plan->count] = buffer;
    plan->buffer[plan->count].same = plan->count;
    return plan->count++;
}

/* A buffer for a value, from row `first` on; its readers make it live
 * longer. */
uint32_t oc_plan_allocate(oc_plan *plan, const oc_place *place,
                          const oc_frame *frame, oc_value_id value,
                          const oc_fact *fact, size_t first)
{
    oc_expr bytes = oc_plan_size(plan, place, fact);
    const bool too_large = oc_plan_is_too_large(plan, fact, bytes);
    if (too_large)
        bytes = OC_UNKNOWN;
    oc_buffer buffer = {
        .scope = frame->scope,
        .value = value,
        .home = place,
        .unit = plan->unit_count - 1,
        .bytes = bytes,
        .size = oc_expr_is(bytes, 0) ? bytes : oc_plan_rounded(plan, bytes),
        .first = (uint32_t)first,
        .last = (uint32_t)first,
        .too_large = too_large};
    plan->unknown_count += !oc_expr_is_known(bytes);
    return append(plan, buffer);
}

void oc_place_count(const oc_place *place, oc_expr bytes)
{
    if (oc_expr_is_known(bytes))
        oc_sum_add(place->sum, bytes);
}

/* What a node allocates counts in the sum. */
uint32_t oc_plan_allocate_output(oc_plan *plan, const oc_place *place,
                                 const oc_frame *frame, oc_value_id value,
                                 const oc_fact *fact, size_t first)
{
    const uint32_t made =
        oc_plan_allocate(plan, place, frame, value, fact, first);
    oc_place_count(place, plan->buffer[made].bytes);
    return made;
}

void oc_plan_keep(oc_plan *plan, uint32_t buffer, size_t row)
{
    if (buffer != OC_NO_BUFFER && plan->buffer[buffer].last < row)
        plan->buffer[buffer].last = (uint32_t)row;
}

/* Read at a row of `place`: what is captured lives until that ends. */
static void use(oc_plan *plan, const oc_place *place, uint32_t buffer,
                size_t row)
{
    if (buffer == OC_NO_BUFFER)
        return;
    const oc_place *home = plan->buffer[buffer].home;
    for (; place && place != home; place = place->outer)
        if (place->last > row)
            row = place->last;
    oc_plan_keep(plan, buffer, row);
}

static void append_use(oc_plan *plan, oc_memory_name name)
{
    if (plan->use_count == plan->use_room) {
        const size_t room = plan->use_room ? 2 * plan->use_room : 256;
        oc_unit_use *more = OC_NEW(plan->b->a->arena, oc_unit_use, room);
        if (plan->use_count)
            memcpy(more, plan->use, plan->use_count * sizeof(*more));
        plan->use = more;
        plan->use_room = room;
    }
    plan->use[plan->use_count++] =
        (oc_unit_use){plan->unit_count - 1, name.unit, name.buffer};
}

void oc_plan_read(oc_plan *plan, const oc_place *place, const oc_frame *frame,
                  oc_value_id value, size_t row)
{
    if (value == OC_NO_VALUE)
        return;
    const oc_memory_name name = frame->name[value];
    use(plan, place, name.buffer, row);
    if (plan->options.reorder && name.unit != plan->unit_count - 1)
        append_use(plan, name);
}

/* The caller of the model owns inputs: an output that only shows one is a
 * copy of it. */
uint32_t oc_plan_named(oc_plan *plan, const oc_place *place,
                       const oc_frame *frame, oc_value_id value,
                       const oc_fact *fact, uint32_t buffer, size_t row)
{
    if (buffer != OC_NO_BUFFER && plan->buffer[buffer].is_input &&
        frame == plan->b->a->main && plan->is_output[value])
        return oc_plan_allocate_output(plan, place, frame, value, fact, row);
    return buffer;
}

/* ---- plain nodes ---- */

void oc_plan_use_operands(oc_plan *plan, const oc_place *place,
                          const oc_row *row, size_t i)
{
    for (size_t k = 0; k < row->node->input_count; k++)
        oc_plan_read(plan, place, row->frame, row->node->input[k], i);
}

/* A graph that is an operand of a node, not a body of rows. */
static void use_captured(oc_plan *plan, const oc_place *place,
                         const oc_frame *frame, const oc_node *node, size_t i)
{
    for (size_t k = 0; k < node->attribute_count; k++) {
        const oc_attribute *attribute = &node->attribute[k];
        if (attribute->type != OC_ATTR_GRAPH &&
            attribute->type != OC_ATTR_GRAPHS)
            continue;
        for (size_t g = 0; g < attribute->count; g++)
            for (size_t n = 0; n < attribute->graphs[g]->node_count; n++) {
                const oc_node *inner = attribute->graphs[g]->node[n];
                for (size_t j = 0; j < inner->input_count; j++)
                    oc_plan_read(plan, place, frame, inner->input[j], i);
                use_captured(plan, place, frame, inner, i);
            }
    }
}

static uint32_t buffer_of_output(oc_plan *plan, const oc_place *place,
                                 const oc_row *row, size_t k, size_t i)
{
    const oc_value_id value = row->node->output[k];
    const oc_fact *fact = row->output[k];
    if (row->role == OC_ROLE_FOLDED)
        return OC_NO_BUFFER;
    if (fact && fact->root != value && row->input_count)
        return oc_plan_named(plan, place, row->frame, value, fact,
                             oc_buffer_of(row->frame, row->node->input[0]), i);
    if (row->role == OC_ROLE_SHAPE)
        return OC_NO_BUFFER;
    return oc_plan_allocate_output(plan, place, row->frame, value, fact, i);
}

static void plan_node(oc_plan *plan, const oc_place *place, const oc_row *row,
                      size_t i)
{
    oc_plan_use_operands(plan, place, row, i);
    use_captured(plan, place, row->frame, row->node, i);
    for (size_t k = 0; k < row->output_count; k++)
        if (row->node->output[k] != OC_NO_VALUE)
            oc_plan_set_name(plan, row->frame, row->node->output[k],
                             buffer_of_output(plan, place, row, k, i));
}

/* ---- calls: as if the body stood in their place ---- */

/* What the body gives, under the name that the caller has for it. */
static void leave_call(oc_plan *plan, const oc_place *place, const oc_row *row,
                       size_t k)
{
    const oc_body *body = row->body;
    const oc_value_id value = row->node->output[k];
    oc_memory_name name = {OC_NO_BUFFER, OC_NO_UNIT};
    if (k < body->graph->output_count && body->graph->output[k] != OC_NO_VALUE)
        name = body->frame->name[body->graph->output[k]];
    const uint32_t buffer =
        oc_plan_named(plan, place, row->frame, value, row->output[k],
                      name.buffer, body->end - 1);
    if (buffer == name.buffer)
        row->frame->name[value] = name;
    else
        oc_plan_set_name(plan, row->frame, value, buffer);
}

static void plan_call(oc_plan *plan, const oc_place *place, const oc_row *row)
{
    const oc_body *body = row->body;
    const oc_node *node = row->node;
    oc_memory_name *inner = names_of(plan, body->frame);
    for (size_t k = 0; k < body->graph->input_count; k++)
        if (k < node->input_count && node->input[k] != OC_NO_VALUE)
            inner[body->graph->input[k]] = row->frame->name[node->input[k]];
    oc_plan_rows(plan, place, body->first, body->end);
    for (size_t k = 0; k < row->output_count; k++)
        if (node->output[k] != OC_NO_VALUE)
            leave_call(plan, place, row, k);
}

/* ---- all rows ---- */

static size_t last_row(const oc_row *row, size_t i)
{
    for (const oc_body *body = row->body; body; body = body->next)
        if (body->end > i + 1)
            i = body->end - 1;
    return i;
}

static bool is_call(const oc_row *row)
{
    return row->body && row->body->kind == OC_BODY_CALL;
}

static void begin_unit(oc_plan *plan, size_t first, size_t last)
{
    if (plan->unit_count == plan->unit_room) {
        oc_unit *more =
            OC_NEW(plan->b->a->arena, oc_unit, 2 * (size_t)plan->unit_room);
        memcpy(more, plan->unit, plan->unit_count * sizeof(*more));
        plan->unit = more;
        plan->unit_room *= 2;
    }
    plan->unit[plan->unit_count++] = (oc_unit){(uint32_t)first, (uint32_t)last};
}

static void plan_row(oc_plan *plan, const oc_place *place, const oc_row *row,
                     size_t i)
{
    const size_t last = last_row(row, i);
    if (!place->outer)
        begin_unit(plan, i, is_call(row) ? i : last);
    if (!row->body || row->body->kind == OC_BODY_FUSED)
        plan_node(plan, place, row, i);
    else if (is_call(row))
        plan_call(plan, place, row);
    else if (row->body->kind == OC_BODY_LOOP)
        oc_plan_loop(plan, place, row, i, last);
    else if (row->body->kind == OC_BODY_DECODER)
        oc_plan_generation(plan, place, row, i, last);
    else
        oc_plan_if(plan, place, row, i, last);
}

/* Bodies nest as deep as the file's message depth and calls allow. */
void oc_plan_rows(oc_plan *plan, const oc_place *place, size_t first,
                  size_t end)
{
    for (size_t i = first; i < end;) {
        const oc_row *row = plan->b->a->row[i];
        plan_row(plan, place, row, i);
        i = last_row(row, i) + 1;
    }
}

/* ---- the model's inputs and outputs ---- */

static void plan_inputs(oc_plan *plan, const oc_place *place)
{
    const oc_graph *graph = plan->b->a->graph;
    oc_frame *frame = plan->b->a->main;
    for (size_t i = 0; i < graph->input_count; i++) {
        const oc_value_id value = graph->input[i];
        const uint32_t made = oc_plan_allocate(plan, place, frame, value,
                                               oc_frame_fact(frame, value), 0);
        plan->buffer[made].is_input = true;
        oc_plan_set_name(plan, frame, value, made);
    }
}

static void keep_graph_outputs(oc_plan *plan)
{
    const oc_analysis *a = plan->b->a;
    for (size_t i = 0; i < a->graph->output_count; i++) {
        const uint32_t buffer = oc_buffer_of(a->main, a->graph->output[i]);
        if (buffer == OC_NO_BUFFER)
            continue;
        plan->buffer[buffer].is_output = true;
        if (a->row_count)
            oc_plan_keep(plan, buffer, a->row_count - 1);
    }
}

void oc_plan_liveness(oc_plan *plan)
{
    oc_analysis *a = plan->b->a;
    oc_place *all = OC_NEW(a->arena, oc_place, 1);
    all->sum = oc_sum_new(a->space);
    plan->step_count = a->row_count ? a->row_count : 1;
    plan->room = 256;
    plan->buffer = OC_NEW(a->arena, oc_buffer, plan->room);
    plan->count = 1;
    plan->unit_room = 256;
    plan->unit = OC_NEW(a->arena, oc_unit, plan->unit_room);
    plan->unit_count = 1;
    plan->replacement = OC_NEW(a->arena, oc_expr, oc_symbol_count(a->space));
    plan->is_output = OC_NEW(a->arena, bool, a->main->scope->value_count);
    for (size_t i = 0; i < a->graph->output_count; i++)
        if (a->graph->output[i] != OC_NO_VALUE)
            plan->is_output[a->graph->output[i]] = true;
    names_of(plan, a->main);
    plan_inputs(plan, all);
    oc_plan_rows(plan, all, 0, a->row_count);
    keep_graph_outputs(plan);
    plan->sum = oc_sum_value(all->sum);
}

const char *oc_buffer_name(const oc_plan *plan, uint32_t buffer)
{
    const oc_buffer *b = &plan->buffer[buffer];
    return b->value == OC_NO_VALUE ? "" : b->scope->value[b->value].name;
}
