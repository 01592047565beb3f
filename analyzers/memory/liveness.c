/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/liveness.c - which buffers there are, and from which row
 * to which they live.
 *
 * A view is another name of its buffer. What a body captures lives as long as
 * the body runs. An If's result is what the branch made; a Loop has its state
 * twice, and its stacked results whole. Text generation is its prompt, then a
 * loop over steps.
 */
#include "analyzers/memory/memory.h"

#include <string.h>

/* ---- sizes ---- */

static void worsen(oc_plan *plan, oc_certainty certainty)
{
    if (plan->certainty < certainty)
        plan->certainty = certainty;
}

static oc_expr type_bytes(oc_analysis *a, const oc_type *type);

/* Its elements, each by its own size where they differ. */
static oc_expr sequence_bytes(oc_analysis *a, const oc_type *type)
{
    const size_t count = oc_type_each_count(type);
    oc_expr sum = oc_expr_of(0);
    if (oc_expr_is(type->length, 0))
        return sum;
    for (size_t i = 0; i < count; i++)
        sum = oc_expr_add(a->space, sum, type_bytes(a, &type->each[i]));
    if (count)
        return sum;
    return type->element ? oc_expr_mul(a->space, type->length,
                                       type_bytes(a, type->element))
                         : OC_UNKNOWN;
}

static oc_expr type_bytes(oc_analysis *a, const oc_type *type)
{
    const oc_fact fact = {.type = *type};
    switch (type->kind) {
    case OC_KIND_TENSOR:
        return oc_fact_bytes(a, &fact, oc_fact_numel(a, &fact));
    case OC_KIND_SEQUENCE:
        return sequence_bytes(a, type);
    case OC_KIND_OPTIONAL:
        return type->element ? type_bytes(a, type->element) : OC_UNKNOWN;
    default:
        return OC_UNKNOWN;
    }
}

static oc_expr at_iteration(const oc_plan *plan, const oc_body *body, oc_expr e,
                            oc_expr iteration)
{
    plan->replacement[body->iteration_symbol] = iteration;
    e = oc_expr_substitute(plan->b->a->space, e, plan->replacement);
    plan->replacement[body->iteration_symbol] = OC_UNKNOWN;
    return e;
}

/* The largest that a size of a loop's body becomes: that of the last
 * iteration, unless it shrinks. */
static oc_expr over_iterations(oc_plan *plan, const oc_place *place, oc_expr e)
{
    oc_space *space = plan->b->a->space;
    const oc_body *body = place->body;
    if (oc_expr_substitute(space, e, place->varying) != e)
        worsen(plan, OC_ESTIMATE);
    const oc_expr first = at_iteration(plan, body, e, oc_expr_of(0));
    if (first == e)
        return e;
    const oc_expr last = at_iteration(
        plan, body, e, oc_expr_sub(space, body->trip, oc_expr_of(1)));
    const oc_expr i = oc_symbol_expr(space, body->iteration_symbol);
    const oc_expr next =
        at_iteration(plan, body, e, oc_expr_add(space, i, oc_expr_of(1)));
    if (oc_expr_at_most(space, e, next) == OC_YES)
        return last;
    if (oc_expr_at_most(space, next, e) == OC_YES)
        return first;
    worsen(plan, OC_ESTIMATE);
    return oc_expr_max(space, first, last);
}

static oc_expr size_in(oc_plan *plan, const oc_place *place,
                       const oc_fact *fact)
{
    oc_expr bytes = fact ? type_bytes(plan->b->a, &fact->type) : OC_UNKNOWN;
    for (; place; place = place->outer)
        if (place->body && oc_expr_is_known(bytes) &&
            !oc_expr_is_immediate(bytes))
            bytes = over_iterations(plan, place, bytes);
    return bytes;
}

static oc_expr rounded(const oc_plan *plan, oc_expr bytes)
{
    const int64_t align = plan->options.alignment;
    oc_space *space = plan->b->a->space;
    if (align == 1)
        return bytes;
    return oc_expr_mul(space, oc_expr_ceil_div(space, bytes, oc_expr_of(align)),
                       oc_expr_of(align));
}

static bool is_whole(const oc_type *type)
{
    if (type->kind != OC_KIND_TENSOR || type->rank < 0 ||
        oc_elem_bits(type->elem_type) == 0)
        return false;
    for (int axis = 0; axis < type->rank; axis++)
        if (!oc_expr_is_known(type->dim[axis]))
            return false;
    return true;
}

/* Beyond 63 bits, or even what is counted with. */
static bool is_too_large(const oc_plan *plan, const oc_fact *fact,
                         oc_expr bytes)
{
    oc_i128 value;
    if (!oc_expr_is_known(bytes))
        return fact && is_whole(&fact->type);
    return !oc_expr_is_immediate(bytes) &&
           oc_expr_to_int(plan->b->a->space, bytes, &value) &&
           value > INT64_MAX;
}

/* ---- buffers ---- */

static oc_memory_name *names_of(const oc_plan *plan, oc_frame *frame)
{
    if (!frame->name)
        frame->name = OC_NEW(plan->b->a->arena, oc_memory_name,
                             frame->scope->value_count);
    return frame->name;
}

static uint32_t buffer_of(const oc_frame *frame, oc_value_id value)
{
    return value == OC_NO_VALUE ? OC_NO_BUFFER : frame->name[value].buffer;
}

static void set_name(const oc_plan *plan, const oc_frame *frame,
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
static uint32_t allocate(oc_plan *plan, const oc_place *place,
                         const oc_frame *frame, oc_value_id value,
                         const oc_fact *fact, size_t first)
{
    oc_expr bytes = size_in(plan, place, fact);
    const bool too_large = is_too_large(plan, fact, bytes);
    if (too_large)
        bytes = OC_UNKNOWN;
    oc_buffer buffer = {.scope = frame->scope,
                        .value = value,
                        .home = place,
                        .unit = plan->unit_count - 1,
                        .bytes = bytes,
                        .size =
                            oc_expr_is(bytes, 0) ? bytes : rounded(plan, bytes),
                        .first = (uint32_t)first,
                        .last = (uint32_t)first,
                        .too_large = too_large};
    plan->unknown_count += !oc_expr_is_known(bytes);
    return append(plan, buffer);
}

static void count(const oc_place *place, oc_expr bytes)
{
    if (oc_expr_is_known(bytes))
        oc_sum_add(place->sum, bytes);
}

/* What a node allocates counts in the sum. */
static uint32_t allocate_output(oc_plan *plan, const oc_place *place,
                                const oc_frame *frame, oc_value_id value,
                                const oc_fact *fact, size_t first)
{
    const uint32_t made = allocate(plan, place, frame, value, fact, first);
    count(place, plan->buffer[made].bytes);
    return made;
}

static void keep_until(oc_plan *plan, uint32_t buffer, size_t row)
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
    keep_until(plan, buffer, row);
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

static void read_value(oc_plan *plan, const oc_place *place,
                       const oc_frame *frame, oc_value_id value, size_t row)
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
static uint32_t named(oc_plan *plan, const oc_place *place,
                      const oc_frame *frame, oc_value_id value,
                      const oc_fact *fact, uint32_t buffer, size_t row)
{
    if (buffer != OC_NO_BUFFER && plan->buffer[buffer].is_input &&
        frame == plan->b->a->main && plan->is_output[value])
        return allocate_output(plan, place, frame, value, fact, row);
    return buffer;
}

/* ---- plain nodes ---- */

static void use_operands(oc_plan *plan, const oc_place *place,
                         const oc_row *row, size_t i)
{
    for (size_t k = 0; k < row->node->input_count; k++)
        read_value(plan, place, row->frame, row->node->input[k], i);
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
                    read_value(plan, place, frame, inner->input[j], i);
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
        return named(plan, place, row->frame, value, fact,
                     buffer_of(row->frame, row->node->input[0]), i);
    if (row->role == OC_ROLE_SHAPE)
        return OC_NO_BUFFER;
    return allocate_output(plan, place, row->frame, value, fact, i);
}

static void plan_node(oc_plan *plan, const oc_place *place, const oc_row *row,
                      size_t i)
{
    use_operands(plan, place, row, i);
    use_captured(plan, place, row->frame, row->node, i);
    for (size_t k = 0; k < row->output_count; k++)
        if (row->node->output[k] != OC_NO_VALUE)
            set_name(plan, row->frame, row->node->output[k],
                     buffer_of_output(plan, place, row, k, i));
}

static void plan_rows(oc_plan *plan, const oc_place *place, size_t first,
                      size_t end);

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
    const uint32_t buffer = named(plan, place, row->frame, value,
                                  row->output[k], name.buffer, body->end - 1);
    if (buffer == name.buffer)
        row->frame->name[value] = name;
    else
        set_name(plan, row->frame, value, buffer);
}

static void plan_call(oc_plan *plan, const oc_place *place, const oc_row *row)
{
    const oc_body *body = row->body;
    const oc_node *node = row->node;
    oc_memory_name *inner = names_of(plan, body->frame);
    for (size_t k = 0; k < body->graph->input_count; k++)
        if (k < node->input_count && node->input[k] != OC_NO_VALUE)
            inner[body->graph->input[k]] = row->frame->name[node->input[k]];
    plan_rows(plan, place, body->first, body->end);
    for (size_t k = 0; k < row->output_count; k++)
        if (node->output[k] != OC_NO_VALUE)
            leave_call(plan, place, row, k);
}

/* ---- If ---- */

static uint32_t branch_output(const oc_body *body, size_t k)
{
    return k < body->graph->output_count
               ? buffer_of(body->frame, body->graph->output[k])
               : OC_NO_BUFFER;
}

/* What a branch gives lives until it has run. */
static void keep_outputs(oc_plan *plan, const oc_place *place,
                         const oc_body *body)
{
    for (size_t k = 0; k < body->graph->output_count; k++) {
        const uint32_t buffer = branch_output(body, k);
        if (plan->buffer[buffer].home == place && body->end > body->first)
            keep_until(plan, buffer, body->end - 1);
        else
            read_value(plan, place, body->frame, body->graph->output[k],
                       place->last);
    }
}

static void plan_decided(oc_plan *plan, const oc_place *place,
                         const oc_row *row, const oc_body *taken, size_t last)
{
    oc_place *inside = OC_NEW(plan->b->a->arena, oc_place, 1);
    *inside = (oc_place){.outer = place, .last = last, .sum = place->sum};
    plan_rows(plan, inside, taken->first, taken->end);
    keep_outputs(plan, inside, taken);
    for (size_t k = 0; k < row->output_count; k++) {
        const oc_value_id value = row->node->output[k];
        const uint32_t buffer = branch_output(taken, k);
        if (value == OC_NO_VALUE)
            continue;
        if (plan->buffer[buffer].home == inside)
            plan->buffer[buffer].home = place;
        set_name(plan, row->frame, value,
                 named(plan, place, row->frame, value, row->output[k], buffer,
                       last));
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
        return named(plan, place, row->frame, value, row->output[k], from[0],
                     last);
    const uint32_t out =
        allocate(plan, place, row->frame, value, row->output[k], last + 1);
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
        plan_rows(plan, branch, body->first, body->end);
        keep_outputs(plan, branch, body);
        inside[i] = branch;
    }
    count(place, oc_expr_max(space, oc_sum_value(inside[0]->sum),
                             oc_sum_value(inside[1]->sum)));
    for (size_t k = 0; k < row->output_count; k++)
        if (row->node->output[k] != OC_NO_VALUE)
            set_name(plan, row->frame, row->node->output[k],
                     joined(plan, place, row, k, last, inside));
}

static void plan_if(oc_plan *plan, const oc_place *place, const oc_row *row,
                    size_t i, size_t last)
{
    use_operands(plan, place, row, i);
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
        const uint32_t made = allocate(plan, inside, body->frame, value,
                                       oc_frame_fact(body->frame, value), i);
        set_name(plan, body->frame, value, made);
        if (k >= body->first_input)
            keep_until(plan, made, inside->last);
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
        buffer_of(body->frame, body->graph->input[body->first_input + k]);
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
               ? buffer_of(row->frame, row->node->input[at])
               : OC_NO_BUFFER;
}

/* Output k of a loop: a buffer from its first row on, which what the body
 * makes goes into. */
static uint32_t loop_output(oc_plan *plan, const oc_place *place,
                            const oc_row *row, size_t k, size_t i, size_t last)
{
    const uint32_t out = allocate_output(
        plan, place, row->frame, row->node->output[k], row->output[k], i);
    keep_until(plan, out, last);
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
        plan->buffer[buffer_of(body->frame, in)].absorbed = true;
    } else if (is_named) {
        out = loop_output(plan, place, row, k, i, last);
        absorb(plan, inside, branch_output(body, body->first_output + k));
    } else {
        out = allocate_output(plan, inside, body->frame, in,
                              oc_frame_fact(body->frame, in), i);
        keep_until(plan, out, last);
        absorb(plan, inside, branch_output(body, body->first_output + k));
    }
    if (is_named)
        set_name(plan, row->frame, row->node->output[k],
                 named(plan, place, row->frame, row->node->output[k],
                       row->output[k], out, last));
}

static void leave_loop(oc_plan *plan, const oc_place *place,
                       const oc_place *inside, const oc_row *row, size_t i)
{
    const oc_body *body = row->body;
    for (size_t k = 0; k < body->graph->output_count; k++)
        read_value(plan, inside, body->frame, body->graph->output[k],
                   body->end - 1);
    for (size_t k = 0; k < body->state_count; k++)
        leave_state(plan, place, inside, row, k, i);
    for (size_t k = body->state_count; k < row->output_count; k++) {
        if (row->node->output[k] == OC_NO_VALUE)
            continue;
        set_name(plan, row->frame, row->node->output[k],
                 loop_output(plan, place, row, k, i, inside->last));
        absorb(plan, inside, branch_output(body, body->first_output + k));
    }
}

static void plan_loop(oc_plan *plan, const oc_place *place, const oc_row *row,
                      size_t i, size_t last)
{
    oc_place *inside = OC_NEW(plan->b->a->arena, oc_place, 1);
    *inside = (oc_place){.outer = place,
                         .last = last,
                         .body = row->body,
                         .sum = place->sum,
                         .varying = varying_of(plan, row->body)};
    use_operands(plan, place, row, last);
    enter_loop(plan, inside, row->body, i);
    plan_rows(plan, inside, row->body->first, row->body->end);
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
            allocate(plan, inside, body->frame, value,
                     oc_frame_fact(body->frame, value), body->first);
        set_name(plan, body->frame, value, made);
        if (is_state(body, k, body->first_input))
            keep_until(plan, made, body->end - 1);
    }
}

/* Caches of the prompt are what the steps begin with; its logits, the first
 * output, only give the first token. */
static void leave_decoder(oc_plan *plan, const oc_place *inside,
                          const oc_body *body)
{
    for (size_t k = 0; k < body->graph->output_count; k++) {
        const oc_value_id value = body->graph->output[k];
        read_value(plan, inside, body->frame, value,
                   body->kind == OC_BODY_LOOP || k == 0 ? body->end - 1
                                                        : inside->last);
        if (!is_state(body, k, body->first_output))
            continue;
        absorb(plan, inside, branch_output(body, k));
        keep_until(plan,
                   allocate_output(plan, inside, body->frame, value,
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
    plan_rows(plan, inside, body->first, body->end);
    leave_decoder(plan, inside, body);
}

/* It may stop before all steps are done. */
static void plan_generation(oc_plan *plan, const oc_place *place,
                            const oc_row *row, size_t i, size_t last)
{
    use_operands(plan, place, row, last);
    for (oc_body *body = row->body; body; body = body->next) {
        worsen(plan, body->silent ? OC_LOWER_BOUND : OC_UPPER_BOUND);
        if (!body->silent && body->end > body->first)
            plan_decoder(plan, place, row, body, last);
    }
    for (size_t k = 0; k < row->output_count; k++)
        if (row->node->output[k] != OC_NO_VALUE)
            set_name(plan, row->frame, row->node->output[k],
                     loop_output(plan, place, row, k, i, last));
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
        plan_loop(plan, place, row, i, last);
    else if (row->body->kind == OC_BODY_DECODER)
        plan_generation(plan, place, row, i, last);
    else
        plan_if(plan, place, row, i, last);
}

/* Bodies nest as deep as the file's message depth and calls allow. */
static void plan_rows(oc_plan *plan, const oc_place *place, size_t first,
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
        const uint32_t made =
            allocate(plan, place, frame, value, oc_frame_fact(frame, value), 0);
        plan->buffer[made].is_input = true;
        set_name(plan, frame, value, made);
    }
}

static void keep_graph_outputs(oc_plan *plan)
{
    const oc_analysis *a = plan->b->a;
    for (size_t i = 0; i < a->graph->output_count; i++) {
        const uint32_t buffer = buffer_of(a->main, a->graph->output[i]);
        if (buffer == OC_NO_BUFFER)
            continue;
        plan->buffer[buffer].is_output = true;
        if (a->row_count)
            keep_until(plan, buffer, a->row_count - 1);
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
    plan_rows(plan, all, 0, a->row_count);
    keep_graph_outputs(plan);
    plan->sum = oc_sum_value(all->sum);
}

const char *oc_buffer_name(const oc_plan *plan, uint32_t buffer)
{
    const oc_buffer *b = &plan->buffer[buffer];
    return b->value == OC_NO_VALUE ? "" : b->scope->value[b->value].name;
}
