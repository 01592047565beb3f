/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/analyze.c - from a model to its report: the one way in.
 *
 * A binding is applied before inference. Where that meets a contradiction,
 * the model is inferred once more without bindings, to tell the user which
 * assumption of the model the bindings violate; and where they hide what masks
 * are, when that is asked for.
 */
#include "onnxcost/analyze.h"

#include <stdlib.h>
#include <string.h>

#include "analyzers/analysis.h"
#include "base/checked.h"
#include "base/error.h"

/* ---- options ---- */

static oc_status check_size(const oc_analyze_options *options, oc_error *err)
{
    if (options->struct_size >= sizeof(*options))
        return OC_OK;
    return oc_fail(err, OC_ERR_USAGE, "usage.struct-size",
                   "oc_analyze_options.struct_size is too small");
}

static oc_status check_lengths(const oc_analyze_options *options, oc_error *err)
{
    for (size_t i = 0; i < options->length_count; i++)
        if (options->lengths[i] < 1)
            return oc_fail(err, OC_ERR_USAGE, "usage.lengths",
                           "%lld is no length of a sequence",
                           (long long)options->lengths[i]);
    return OC_OK;
}

static uint64_t or_default(uint64_t given, uint64_t fallback)
{
    return given ? given : fallback;
}

/* ---- one analysis ---- */

static void start(oc_analysis *a)
{
    a->space = oc_space_new(
        a->arena, (size_t)or_default(a->limits.expressions, 10000000));
    a->registry = oc_registry_new(a->arena);
    a->graph = oc_model_graph(a->model);
    a->facts = oc_model_get_facts(a->model);
    a->symbols = oc_map_new(a->arena);
    a->fresh = oc_map_new(a->arena);
    a->fresh_counts = oc_map_new(a->arena);
    a->region_counts = oc_map_new(a->arena);
    a->binding_used = OC_NEW(a->arena, bool, a->options->dim_count);
    a->limits.call_depth = or_default(a->limits.call_depth, 100);
    a->limits.inlined = or_default(a->limits.inlined, 2000000);
    a->executions = oc_expr_of(1);
    a->counted = true;
    a->main = oc_frame_new(a, a->graph);
    a->main->opset = a->facts->opset;
    a->main->opset_count = a->facts->opset_count;
}

static bool imports_onnx(const oc_analysis *a)
{
    for (size_t i = 0; i < a->facts->opset_count; i++)
        if (!*a->facts->opset[i].domain)
            return true;
    return false;
}

static void check_opset(oc_analysis *a)
{
    const int64_t opset = oc_frame_opset(a->main, "");
    if (opset > OC_NEWEST_OPSET)
        oc_analysis_note(
            a, OC_WARNING, "model.opset", OC_NO_ROW,
            oc_arena_printf(a->arena,
                            "opset %lld is newer than %d, the newest known; "
                            "the newest rules are used",
                            (long long)opset, OC_NEWEST_OPSET));
    if (!imports_onnx(a))
        oc_analysis_note(a, OC_WARNING, "model.opset", OC_NO_ROW,
                         "the model imports no opset of ai.onnx; the newest "
                         "rules are used");
    const size_t dead = a->main->live->dead_nodes;
    if (dead)
        oc_analysis_note(a, OC_INFO, "model.dead-nodes", OC_NO_ROW,
                         oc_arena_printf(a->arena,
                                         "%zu node%s of which no output "
                                         "depends are left out",
                                         dead, dead == 1 ? "" : "s"));
}

/* Declared types are compared with inference, and never win over it. */
static void note_stale(oc_analysis *a)
{
    if (a->stale_count)
        oc_analysis_note(
            a, OC_WARNING, "model.stale-type", OC_NO_ROW,
            oc_arena_printf(a->arena,
                            "the file declares %zu value%s otherwise than "
                            "inferred, first \"%s\"; inference is right",
                            a->stale_count, a->stale_count == 1 ? "" : "s",
                            a->stale));
}

static oc_status infer(oc_analysis *a)
{
    start(a);
    oc_check_calls(a);
    const oc_status status = oc_analysis_inputs(a, a->err);
    if (status != OC_OK)
        return status;
    check_opset(a);
    oc_infer_graph(a, a->main, a->graph);
    note_stale(a);
    if (!oc_space_full(a->space))
        return OC_OK;
    oc_fail(a->err, OC_ERR_LIMIT, "limit.expressions",
            "the expression table is full");
    oc_error_hint(a->err, "--limit expressions=N allows more");
    return OC_ERR_LIMIT;
}

/* ---- bindings against the assumptions ---- */

/* Values of the symbols of `a` by the bindings that `bound` used. */
static void values_of(const oc_analysis *a, const oc_analysis *bound,
                      oc_i128 *values, bool *known)
{
    for (size_t i = 0; i < oc_symbol_count(a->space); i++) {
        const oc_symbol *symbol = oc_symbol_at(a->space, i);
        uint64_t handle;
        const char *name = symbol->original ? symbol->original : symbol->name;
        if (!oc_map_get(bound->symbols, name, strlen(name), &handle))
            continue;
        known[i] = oc_expr_to_int(bound->space, handle, &values[i]);
    }
}

static bool evaluate(oc_analysis *a, oc_expr e, const oc_i128 *values,
                     const bool *known, oc_i128 *value)
{
    int64_t denominator;
    oc_error ignored = {.offset = OC_NO_OFFSET};
    return oc_expr_is_known(e) &&
           oc_expr_evaluate(a->space, e, values, known, value, &denominator,
                            &ignored) == OC_OK &&
           denominator == 1;
}

static bool is_violated(oc_analysis *a, const oc_assumption *assumption,
                        const oc_i128 *values, const bool *known)
{
    oc_i128 left, right = 0, rest;
    if (!evaluate(a, assumption->left, values, known, &left) ||
        (assumption->relation != OC_NONZERO &&
         !evaluate(a, assumption->right, values, known, &right)))
        return false;
    switch (assumption->relation) {
    case OC_EQUAL:
        return left != right;
    case OC_AT_MOST:
        return left > right;
    case OC_DIVIDES:
        return !oc_floor_mod_i128(&rest, right, left) || rest != 0;
    case OC_NONZERO:
        return left == 0;
    }
    return false;
}

static void name_node(oc_analysis *a, size_t row)
{
    if (row < a->row_count) {
        const oc_node *node = a->row[row]->node;
        oc_error_where(a->err, "%s: node %zu (%s) '%s'", a->facts->file,
                       node->index, node->op_type, node->name);
    }
    oc_error_hint(a->err, "bind other values with --dim or --input-shape");
}

static oc_status violation(oc_analysis *a, const oc_assumption *assumption)
{
    static const char *const words[] = {[OC_EQUAL] = "==",
                                        [OC_AT_MOST] = "<=",
                                        [OC_DIVIDES] = "divides",
                                        [OC_NONZERO] = "!= 0"};
    const char *left = oc_expr_text(a->space, a->arena, assumption->left);
    const char *right =
        assumption->relation == OC_NONZERO
            ? ""
            : oc_expr_text(a->space, a->arena, assumption->right);
    oc_fail(a->err, OC_ERR_USAGE, "usage.assumption",
            "the bindings violate what the graph needs: %s %s %s", left,
            words[assumption->relation], right);
    name_node(a, assumption->node);
    return OC_ERR_USAGE;
}

static oc_status check_assumptions(oc_analysis *a, const oc_analysis *bound)
{
    const size_t count = oc_symbol_count(a->space);
    oc_i128 *values = OC_NEW(a->arena, oc_i128, count);
    bool *known = OC_NEW(a->arena, bool, count);
    values_of(a, bound, values, known);
    for (size_t i = 0; i < oc_assumption_count(a->space); i++) {
        const oc_assumption *assumption = oc_assumption_at(a->space, i);
        if (is_violated(a, assumption, values, known))
            return violation(a, assumption);
    }
    return OC_OK;
}

static const oc_note_row *contradiction(const oc_analysis *a)
{
    for (size_t i = 0; i < a->note_count; i++)
        if (a->note[i].contradiction)
            return &a->note[i];
    return NULL;
}

/* Without bindings any two sizes broadcast that are equal or 1: nothing is
 * assumed, and still not all values can be. */
static oc_status check_contradictions(const oc_analysis *free_form,
                                      oc_analysis *a)
{
    const oc_note_row *found = contradiction(a);
    if (!found || contradiction(free_form))
        return OC_OK;
    oc_fail(a->err, OC_ERR_USAGE, "usage.assumption",
            "the bindings are not what the graph needs: %s", found->message);
    name_node(a, found->row);
    return OC_ERR_USAGE;
}

/* ---- the way in ---- */

/* Analyses of real models need 5 KB a node; each arena may have this. */
#define MEMORY_LEAST ((uint64_t)384 << 20)
#define MEMORY_PER_NODE ((uint64_t)16 << 10)
#define MEMORY_MOST ((uint64_t)8 << 30)

static size_t most_memory(const oc_model *model, const oc_limits *limits)
{
    const uint64_t nodes = oc_model_get_facts(model)->node_count;
    uint64_t bytes = MEMORY_LEAST + nodes * MEMORY_PER_NODE;
    bytes =
        or_default(limits->memory, bytes < MEMORY_MOST ? bytes : MEMORY_MOST);
    return bytes < SIZE_MAX ? (size_t)bytes : SIZE_MAX;
}

typedef struct oc_work {
    oc_arena bound, unbound, scratch;
    oc_arena aside; /* scratch of the unbound, beside a report in the making */
    oc_arena *report;
    jmp_buf escape;
    oc_analysis *free_form;
    bool tried, inferred; /* the unbound, aside */
    oc_error ignored;     /* what it ran into there */
} oc_work;

static oc_status infer_unbound(oc_work *work, const oc_analysis *a,
                               oc_arena *scratch, oc_error *err)
{
    const oc_analysis fresh = {.arena = &work->unbound,
                               .scratch = scratch,
                               .model = a->model,
                               .options = a->options,
                               .limits = a->limits,
                               .err = err};
    *work->free_form = fresh;
    return infer(work->free_form);
}

/* What it runs into is not the report's. Nothing here changes after setjmp()
 * but what the pointers show. */
static void try_unbound(oc_work *work, const oc_analysis *a)
{
    jmp_buf escape;
    work->tried = true;
    work->unbound.escape = work->aside.escape = &escape;
    if (setjmp(escape) == 0)
        work->inferred =
            infer_unbound(work, a, &work->aside, &work->ignored) == OC_OK;
    work->free_form->stopped = OC_OK;
    work->unbound.escape = work->aside.escape = &work->escape;
}

oc_analysis *oc_analysis_unbound(const oc_analysis *a)
{
    oc_work *work = a->work;
    if (!a->bound)
        return NULL;
    if (!work->tried)
        try_unbound(work, a);
    return work->inferred ? work->free_form : NULL;
}

static oc_status run(oc_work *work, oc_analysis *a, oc_report **out)
{
    oc_status status = infer(a);
    if (status == OC_OK)
        status = oc_analysis_bindings_used(a, a->err);
    if (status == OC_OK && a->bound && (a->refuted || contradiction(a))) {
        status = infer_unbound(work, a, &work->scratch, a->err);
        if (status == OC_OK)
            status = check_assumptions(work->free_form, a);
        if (status == OC_OK)
            status = check_contradictions(work->free_form, a);
    }
    if (status == OC_OK)
        oc_analysis_report(a, work->report, out);
    return status;
}

static void release(oc_work *work, bool with_report)
{
    oc_arena_free(&work->bound);
    oc_arena_free(&work->unbound);
    oc_arena_free(&work->scratch);
    oc_arena_free(&work->aside);
    if (with_report && work->report) {
        oc_arena_free(work->report);
        free(work->report);
    } else if (work->report) {
        work->report->escape = NULL;
    }
    free(work);
}

static oc_work *work_new(size_t memory)
{
    oc_work *work = calloc(1, sizeof(*work));
    if (!work)
        return NULL;
    work->report = calloc(1, sizeof(*work->report));
    if (!work->report) {
        free(work);
        return NULL;
    }
    work->bound.limit_bytes = work->unbound.limit_bytes = memory;
    work->scratch.limit_bytes = work->report->limit_bytes = memory;
    work->aside.limit_bytes = memory;
    work->bound.escape = work->unbound.escape = &work->escape;
    work->scratch.escape = work->report->escape = &work->escape;
    work->aside.escape = &work->escape;
    return work;
}

/* An arena does not say whether its limit or the system said no; a limit
 * that was far away was not it. */
static oc_status out_of_memory(const oc_work *work, oc_error *err)
{
    const oc_arena *arena[] = {&work->bound, &work->unbound, &work->scratch,
                               &work->aside, work->report};
    const size_t limit = work->bound.limit_bytes;
    for (size_t i = 0; i < sizeof(arena) / sizeof(arena[0]); i++) {
        if (arena[i]->held_bytes <= limit / 4)
            continue;
        oc_fail(err, OC_ERR_LIMIT, "limit.memory",
                "the analysis needs more than %zu bytes of memory", limit);
        oc_error_hint(err, "--limit memory=N allows more");
        return OC_ERR_LIMIT;
    }
    return oc_fail(err, OC_ERR_NOMEM, "memory.exhausted", "out of memory");
}

/* Nothing here changes after setjmp() but what the pointers show. */
static oc_status guarded(oc_work *work, oc_analysis *a, oc_report **out)
{
    if (setjmp(work->escape) == 0)
        return run(work, &a[0], out);
    if (a[0].stopped != OC_OK)
        return a[0].stopped;
    if (a[1].stopped != OC_OK)
        return a[1].stopped;
    return out_of_memory(work, a[0].err);
}

static oc_status analyze(oc_report **out, const oc_model *model,
                         const oc_analyze_options *options,
                         const oc_memory_options *memory, oc_error *err)
{
    oc_work *work = work_new(most_memory(model, &options->limits));
    oc_analysis *a = calloc(2, sizeof(*a));
    oc_status status = OC_ERR_NOMEM;
    if (!work || !a) {
        oc_fail(err, status, "memory.exhausted", "out of memory");
    } else {
        *a = (oc_analysis){.arena = &work->bound,
                           .scratch = &work->scratch,
                           .model = model,
                           .options = options,
                           .memory = *memory,
                           .limits = options->limits,
                           .bound = options->dim_count || options->shape_count,
                           .err = err,
                           .work = work};
        work->free_form = &a[1];
        status = guarded(work, a, out);
    }
    free(a);
    if (work)
        release(work, status != OC_OK);
    return status;
}

oc_status oc_analyze(oc_report **out, const oc_model *model,
                     const oc_analyze_options *options, oc_error *err)
{
    const oc_analyze_options defaults = {.struct_size = sizeof(defaults)};
    oc_error own = {.offset = OC_NO_OFFSET};
    oc_error *reported = err ? err : &own;
    const oc_analyze_options *used = options ? options : &defaults;
    oc_memory_options memory;
    oc_status status = check_size(used, reported);
    if (status == OC_OK)
        status = check_lengths(used, reported);
    if (status != OC_OK)
        return status;
    if (!oc_memory_options_read(&memory, used, reported))
        return OC_ERR_USAGE;
    return analyze(out, model, used, &memory, reported);
}
