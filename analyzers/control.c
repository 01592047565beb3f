/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/control.c - If and calls of local functions.
 *
 * In here: bodies that run at most once a visit. Loops are in loop.c, text
 * generation in generate.c, what changes scores in modify.c.
 */
#include "analyzers/generate.h"
#include "analyzers/loop.h"
#include "analyzers/modify.h"
#include "analyzers/region.h"

#include <string.h>

/* ---- joining what two branches give ---- */

static oc_expr join_dims(oc_analysis *a, oc_expr left, oc_expr right)
{
    if (left == right || !oc_expr_is_known(left) || !oc_expr_is_known(right))
        return left == right ? left : OC_UNKNOWN;
    return oc_analysis_fresh(a, "if", OC_SYMBOL_DATA,
                             oc_expr_min(a->space, left, right),
                             oc_expr_max(a->space, left, right));
}

static oc_type join_types(oc_analysis *a, const oc_type *left,
                          const oc_type *right)
{
    oc_type type = oc_type_copy(a, left);
    if (oc_type_equal(left, right))
        return type;
    if (left->kind != right->kind)
        return (oc_type){.rank = OC_RANK_UNKNOWN};
    if (left->elem_type != right->elem_type)
        type.elem_type = OC_ELEM_UNKNOWN;
    if (left->rank != right->rank)
        type.rank = OC_RANK_UNKNOWN;
    for (int axis = 0; axis < type.rank; axis++)
        type.dim[axis] = join_dims(a, left->dim[axis], right->dim[axis]);
    if (left->length != right->length)
        type.length = OC_UNKNOWN;
    type.each = NULL;
    if (left->element && right->element) {
        oc_type *element = OC_NEW(a->arena, oc_type, 1);
        *element = join_types(a, left->element, right->element);
        type.element = element;
    }
    return type;
}

static const oc_block *join_blocks(oc_analysis *a, const oc_type *type,
                                   const oc_block *left, const oc_block *right)
{
    if (!left || !right || left->count != right->count)
        return NULL;
    oc_expr *element = OC_NEW(a->arena, oc_expr, left->count);
    for (size_t i = 0; i < left->count; i++)
        element[i] = left->element[i] == right->element[i] ? left->element[i]
                                                           : OC_UNKNOWN;
    return oc_block_new(a, type, element);
}

static const oc_fact *join_facts(oc_analysis *a, const oc_fact *left,
                                 const oc_fact *right)
{
    oc_fact *fact = oc_fact_new(a, NULL);
    fact->type = join_types(a, &left->type, &right->type);
    fact->block = join_blocks(a, &fact->type, left->block, right->block);
    return fact;
}

/* ---- If ---- */

/* The element types of MACs that come together: unknown where they differ. */
static void join_types_of_macs(oc_row *into, const oc_row *more)
{
    const bool none = oc_expr_is(into->metric[OC_MACS], 0);
    if (oc_expr_is(more->metric[OC_MACS], 0))
        return;
    if (!none && (into->macs_left != more->macs_left ||
                  into->macs_right != more->macs_right)) {
        into->macs_left = into->macs_right = OC_ELEM_UNKNOWN;
    } else {
        into->macs_left = more->macs_left;
        into->macs_right = more->macs_right;
    }
}

/* Sums the counted rows after `from`, which then no longer count. */
static void absorb(oc_analysis *a, size_t from, oc_row *into)
{
    for (size_t i = from; i < a->row_count; i++) {
        oc_row *row = a->row[i];
        if (!row->counted || row->silent)
            continue;
        row->counted = false;
        join_types_of_macs(into, row);
        for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
            into->metric[metric] = oc_expr_add(a->space, into->metric[metric],
                                               row->metric[metric]);
            if (into->certainty[metric] < row->certainty[metric])
                into->certainty[metric] = row->certainty[metric];
        }
        into->unknown |= row->unknown;
    }
}

/* The dearer of two branches, metric by metric. */
static void take_dearer(oc_analysis *a, oc_row *row, const oc_row *other)
{
    join_types_of_macs(row, other);
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        row->metric[metric] =
            oc_expr_max(a->space, row->metric[metric], other->metric[metric]);
        if (row->certainty[metric] < other->certainty[metric])
            row->certainty[metric] = other->certainty[metric];
    }
    row->unknown |= other->unknown;
}

static void run_branch(oc_analysis *a, oc_frame *frame, oc_row *row,
                       const oc_graph *graph, const char *attribute, size_t k,
                       bool silent)
{
    const oc_region region = {oc_region_name(a, row->node, k, attribute), row,
                              OC_BODY_BRANCH, true, silent};
    oc_region_run(a, frame, graph, region);
}

static void run_decided(oc_analysis *a, oc_frame *frame, oc_row *row,
                        const oc_graph *const graph[2], bool condition)
{
    static const char *const names[] = {"then_branch", "else_branch"};
    const oc_node *node = row->node;
    const size_t k = oc_region_count(a, node->op_type);
    const size_t taken = condition ? 0 : 1, other = 1 - taken;
    const size_t rows = a->row_count;
    run_branch(a, frame, row, graph[taken], names[taken], k, false);
    absorb(a, rows, row);
    for (size_t i = 0; i < node->output_count; i++)
        oc_frame_set(
            a, frame, node->output[i],
            oc_fact_renamed(a, oc_region_output(a, frame, graph[taken], i)));
    const oc_point point = oc_point_here(a);
    run_branch(a, frame, row, graph[other], names[other], k, true);
    oc_point_rollback_ledger(a, point);
}

static void run_undecided(oc_analysis *a, oc_frame *frame, oc_row *row,
                          const oc_graph *const graph[2])
{
    const oc_node *node = row->node;
    const size_t k = oc_region_count(a, node->op_type);
    oc_row *other = OC_NEW(a->arena, oc_row, 1);
    *other = *row;
    oc_point point = oc_point_here(a);
    run_branch(a, frame, row, graph[0], "then_branch", k, false);
    absorb(a, point.rows, row);
    oc_point_doubt(a, point);
    point = oc_point_here(a);
    run_branch(a, frame, row, graph[1], "else_branch", k, false);
    absorb(a, point.rows, other);
    oc_point_doubt(a, point);
    take_dearer(a, row, other);
    row->note = "undecided condition: the dearer branch of each figure";
    for (size_t i = 0; i < node->output_count; i++)
        if (node->output[i] != OC_NO_VALUE)
            oc_frame_set(a, frame, node->output[i],
                         join_facts(a, oc_region_output(a, frame, graph[0], i),
                                    oc_region_output(a, frame, graph[1], i)));
}

static void infer_if(oc_analysis *a, oc_frame *frame, const oc_node *node,
                     oc_row *row)
{
    const oc_graph *const graph[2] = {
        oc_region_graph(frame, node, "then_branch"),
        oc_region_graph(frame, node, "else_branch")};
    const oc_fact *condition =
        node->input_count ? oc_frame_fact(frame, node->input[0]) : NULL;
    if (!graph[0] || !graph[1] || !condition) {
        oc_region_invalid(a, frame, row, "has no condition or branch");
        return;
    }
    const oc_block *block = condition->block;
    if (block && block->count == 1 && oc_expr_is_immediate(block->element[0]))
        run_decided(a, frame, row, graph, !oc_expr_is(block->element[0], 0));
    else
        run_undecided(a, frame, row, graph);
}

/* ---- calls of local functions ---- */

static void unknown_outputs(oc_analysis *a, oc_frame *frame,
                            const oc_node *node)
{
    for (size_t i = 0; i < node->output_count; i++)
        oc_frame_set(a, frame, node->output[i], oc_fact_unknown(a));
}

static oc_frame *frame_of_call(oc_analysis *a, oc_frame *caller,
                               const oc_node *node)
{
    const oc_function *function = node->function;
    oc_frame *frame = oc_frame_new(a, function->graph);
    frame->opset = function->opset;
    frame->opset_count = function->opset_count;
    frame->caller = caller;
    frame->call = node;
    for (size_t i = 0; i < function->graph->input_count; i++) {
        const oc_fact *given = i < node->input_count
                                   ? oc_frame_fact(caller, node->input[i])
                                   : NULL;
        if (given)
            oc_frame_set(a, frame, function->graph->input[i],
                         oc_fact_renamed(a, given));
    }
    return frame;
}

void oc_infer_call(oc_analysis *a, oc_frame *frame, const oc_node *node)
{
    const oc_function *function = node->function;
    if (function->calls_itself) {
        oc_row *row = oc_row_new(a, frame, node);
        oc_region_invalid(a, frame, row, "is a function that calls itself");
        return;
    }
    /* A row without figures: the call's outputs have their place in it. */
    oc_row *row = oc_row_new(a, frame, node);
    oc_frame *body = frame_of_call(a, frame, node);
    const char *outer = a->subgraph ? a->subgraph : "";
    const oc_region region = {
        oc_arena_printf(a->arena, "%s%s%s#%zu", outer, *outer ? "/" : "",
                        function->name, oc_region_count(a, function->name) + 1),
        row, OC_BODY_CALL, a->counted, false};
    oc_region_run(a, body, function->graph, region);
    unknown_outputs(a, frame, node);
    for (size_t i = 0; i < node->output_count; i++)
        oc_frame_set(
            a, frame, node->output[i],
            oc_fact_renamed(a, oc_region_output(a, body, function->graph, i)));
    oc_row_outputs(a, row);
}

/* ---- which of them a node is ---- */

typedef struct control_row {
    const char *op_type;
    void (*infer)(oc_analysis *, oc_frame *, const oc_node *, oc_row *);
    const char *rule;
} control_row;

static const control_row controls[] = {
    {"If", infer_if,
     "the branch that is taken; where that is not known, the dearer one for "
     "each figure"},
    {"Loop", oc_infer_loop,
     "nothing itself: its body's rows are worth all iterations"},
    {"Scan", oc_infer_scan,
     "nothing itself: its body's rows are worth all iterations"},
    {"SequenceMap", oc_infer_sequence_map,
     "nothing itself: its body's rows are worth all elements"},
};

/* All four operators that generate text. */
static const control_row generation = {
    NULL, oc_infer_generation,
    "nothing itself: its decoder's rows are worth the prompt at once, then one "
    "token in each step up to max_length, which is an upper bound; not known "
    "with an encoder"};

static const control_row *find_control(const char *domain, const char *op_type)
{
    if (oc_generates(domain, op_type))
        return &generation;
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
        if (!*domain && strcmp(op_type, controls[i].op_type) == 0)
            return &controls[i];
    return NULL;
}

const char *oc_control_rule(const char *domain, const char *op_type,
                            bool is_call)
{
    const control_row *found = find_control(domain, op_type);
    if (is_call)
        return "nothing itself: the rows of the function's body follow";
    return found ? found->rule : NULL;
}

bool oc_infer_control(oc_analysis *a, oc_frame *frame, const oc_node *node)
{
    if (oc_modifies(node)) {
        oc_infer_operator(a, frame, node);
        oc_infer_modifiers(a, frame, node);
        return true;
    }
    const control_row *found = find_control(node->domain, node->op_type);
    if (!found)
        return false;
    oc_row *row = oc_region_row(a, frame, node);
    found->infer(a, frame, node, row);
    oc_row_outputs(a, row);
    return true;
}
