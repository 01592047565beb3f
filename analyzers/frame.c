/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/frame.c - what an analysis writes down as it goes: frames and
 * their facts, rows, notes; and how it gives up.
 *
 * Not in here: what runs when (infer.c).
 */
#include "analyzers/analysis.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* ---- frames ---- */

oc_frame *oc_frame_new(oc_analysis *a, const oc_graph *graph)
{
    oc_frame *frame = OC_NEW(a->arena, oc_frame, 1);
    const size_t count = graph->scope->value_count;
    frame->scope = graph->scope;
    frame->fact = OC_NEW(a->arena, const oc_fact *, count);
    frame->producer = OC_NEW(a->arena, oc_row *, count);
    frame->live = oc_liveness_of(a, graph);
    frame->root_last_use =
        oc_arena_copy(a->arena, frame->live->last_use,
                      count * sizeof(frame->root_last_use[0]));
    return frame;
}

const oc_fact *oc_frame_fact(const oc_frame *frame, oc_value_id value)
{
    return value == OC_NO_VALUE ? NULL : frame->fact[value];
}

void oc_frame_set(oc_analysis *a, oc_frame *frame, oc_value_id value,
                  const oc_fact *fact)
{
    if (value == OC_NO_VALUE)
        return;
    if (fact->root != OC_NO_VALUE) {
        frame->fact[value] = fact;
        return;
    }
    oc_fact *own = OC_NEW(a->arena, oc_fact, 1);
    *own = *fact;
    own->root = value;
    frame->fact[value] = own;
}

oc_value_id oc_frame_outside(const oc_frame *frame, oc_value_id value)
{
    const oc_graph *graph = frame->call->function->graph;
    for (size_t i = 0; i < graph->input_count; i++)
        if (graph->input[i] == value && i < frame->call->input_count)
            return frame->call->input[i];
    return OC_NO_VALUE;
}

int64_t oc_frame_opset(const oc_frame *frame, const char *domain)
{
    for (size_t i = 0; i < frame->opset_count; i++)
        if (strcmp(frame->opset[i].domain, domain) == 0)
            return frame->opset[i].version;
    return *domain ? 1 : OC_NEWEST_OPSET;
}

/* A function body's attribute may stand for one of its call. */
const oc_attribute *oc_node_attribute(const oc_frame *frame,
                                      const oc_node *node, const char *name)
{
    for (;;) {
        const oc_attribute *found = NULL;
        for (size_t i = 0; i < node->attribute_count && !found; i++)
            if (strcmp(node->attribute[i].name, name) == 0)
                found = &node->attribute[i];
        const oc_function *function = node->function;
        for (size_t i = 0; function && !found && i < function->default_count;
             i++)
            if (strcmp(function->default_attribute[i].name, name) == 0)
                return &function->default_attribute[i];
        if (!found || !found->reference)
            return found;
        if (!frame->call)
            return NULL;
        name = found->reference;
        node = frame->call;
        frame = frame->caller;
    }
}

/* ---- rows and notes ---- */

static oc_row *append_row(oc_analysis *a)
{
    if (a->row_count == a->row_room) {
        const size_t room = a->row_room ? 2 * a->row_room : 256;
        oc_row **row = OC_NEW(a->arena, oc_row *, room);
        if (a->row_count)
            memcpy(row, a->row, a->row_count * sizeof(*row));
        a->row = row;
        a->row_room = room;
    }
    a->row[a->row_count] = OC_NEW(a->arena, oc_row, 1);
    return a->row[a->row_count++];
}

oc_row *oc_row_new(oc_analysis *a, oc_frame *frame, const oc_node *node)
{
    oc_row *row = append_row(a);
    for (size_t i = 0; i < node->output_count; i++)
        if (node->output[i] != OC_NO_VALUE)
            frame->producer[node->output[i]] = row;
    const oc_fact **input =
        OC_NEW(a->arena, const oc_fact *, node->input_count);
    for (size_t i = 0; i < node->input_count; i++)
        input[i] = oc_frame_fact(frame, node->input[i]);
    row->node = node;
    row->frame = frame;
    row->subgraph = a->subgraph;
    row->input_count = node->input_count;
    row->input = input;
    row->executions = a->executions;
    row->counted = a->counted;
    row->silent = a->silent;
    row->weight_bytes = oc_expr_of(0);
    row->params = oc_expr_of(0);
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++)
        row->metric[metric] = oc_expr_of(0);
    return row;
}

void oc_row_outputs(oc_analysis *a, oc_row *row)
{
    const oc_node *node = row->node;
    const oc_fact **output =
        OC_NEW(a->arena, const oc_fact *, node->output_count);
    for (size_t i = 0; i < node->output_count; i++)
        output[i] = oc_frame_fact(row->frame, node->output[i]);
    row->output_count = node->output_count;
    row->output = output;
}

void oc_analysis_note(oc_analysis *a, oc_report_severity severity,
                      const char *id, size_t row, const char *message)
{
    if (a->note_count == a->note_room) {
        const size_t room = a->note_room ? 2 * a->note_room : 16;
        oc_note_row *note = OC_NEW(a->arena, oc_note_row, room);
        if (a->note_count)
            memcpy(note, a->note, a->note_count * sizeof(*note));
        a->note = note;
        a->note_room = room;
    }
    a->note[a->note_count++] = (oc_note_row){.severity = severity,
                                             .id = id,
                                             .message = message,
                                             .row = row,
                                             .offset = OC_NO_OFFSET};
}

/* ---- giving up ---- */

void oc_analysis_stop(oc_analysis *a, oc_status status, const char *id,
                      const char *format, ...)
{
    char message[200];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof(message), format, list);
    va_end(list);
    oc_fail(a->err, status, id, "%s", message);
    if (status == OC_ERR_LIMIT && strcmp(id, "limit.loops") != 0)
        oc_error_hint(a->err, "--limit %s=N allows more", id + 6);
    a->stopped = status;
    longjmp(*a->arena->escape, 1);
}
