/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/generate.c - onnxruntime's text generation: GreedySearch,
 * Sampling, BeamSearch, WhisperBeamSearch.
 *
 * A decoder reads the prompt once, then one token in each further step, with
 * the keys and values of all steps before it. It stops early when a sequence
 * ends, so that the figures of steps are upper bounds. What the search itself
 * does to the scores is not counted.
 *
 * Not in here: generation by encoder and decoder, whose parts are several
 * contracts of onnxruntime's: its figures are unknown.
 */
#include "analyzers/generate.h"

#include <string.h>

#include "analyzers/loop.h"

/* Inputs of the node. */
enum { PROMPT, MOST, BEAMS = 3, RETURNED };
/* Inputs of a decoder: ids, positions, mask, past keys and values; then, when
 * these are one buffer with the present, how full it is and whose beams. */
enum { IDS, POSITIONS, MASK, PAST };

typedef struct generation {
    oc_analysis *a;
    oc_frame *frame;
    const oc_node *node;
    oc_row *row;
    size_t k; /* of its operator, for the names of its bodies */
    bool beams;
    oc_expr batch, prompt, most; /* prompt and most: tokens */
    oc_expr width, returned;     /* beams of an example, and how many stay */
    oc_expr rows;                /* batch * width */
    oc_expr vocabulary;
    size_t caches; /* of the decoder */
    bool shared;   /* with room for all tokens */
} generation;

/* ---- the node ---- */

bool oc_generates(const char *domain, const char *op_type)
{
    static const char *const names[] = {"BeamSearch", "GreedySearch",
                                        "Sampling", "WhisperBeamSearch"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(op_type, names[i]) == 0)
            return strcmp(domain, "com.microsoft") == 0;
    return false;
}

static bool searches_beams(const oc_node *node)
{
    return strstr(node->op_type, "BeamSearch") != NULL;
}

bool oc_generation_decides(const oc_node *node, size_t input)
{
    return input == MOST ||
           (searches_beams(node) && (input == BEAMS || input == RETURNED));
}

/* A length or a number: what the operand holds, or a symbol for it. */
static oc_expr number_of(const generation *g, size_t i, const char *name)
{
    const oc_node *node = g->node;
    const oc_fact *fact =
        i < node->input_count ? oc_frame_fact(g->frame, node->input[i]) : NULL;
    if (fact && fact->block && fact->block->count == 1 &&
        oc_expr_is_known(fact->block->element[0]))
        return fact->block->element[0];
    return oc_analysis_fresh(g->a, name, OC_SYMBOL_DATA, OC_UNKNOWN,
                             OC_UNKNOWN);
}

static int64_t attribute_of(const generation *g, const char *name)
{
    const oc_attribute *found = oc_node_attribute(g->frame, g->node, name);
    return found && found->type == OC_ATTR_INT ? found->i : 0;
}

static generation generation_of(oc_analysis *a, oc_frame *frame,
                                const oc_node *node, oc_row *row)
{
    generation g = {.a = a, .frame = frame, .node = node, .row = row};
    const oc_fact *ids =
        node->input_count ? oc_frame_fact(frame, node->input[PROMPT]) : NULL;
    g.k = oc_region_count(a, node->op_type);
    g.beams = searches_beams(node);
    g.most = number_of(&g, MOST, "max_length");
    g.width = g.beams ? number_of(&g, BEAMS, "num_beams") : oc_expr_of(1);
    g.returned =
        g.beams ? number_of(&g, RETURNED, "num_return_sequences") : g.width;
    if (ids && ids->type.rank >= 2) {
        g.batch = ids->type.dim[0];
        g.prompt = ids->type.dim[1];
    }
    g.rows = oc_expr_mul(a->space, g.batch, g.width);
    const int64_t words = attribute_of(&g, "vocab_size");
    g.vocabulary = words > 0 ? oc_expr_int(a->space, words) : OC_UNKNOWN;
    return g;
}

/* ---- what a body is given ---- */

/* A run of a body has facts of its own: the decoder may run as the first one
 * and as all others. */
static oc_frame *frame_of_run(const generation *g)
{
    oc_arena *arena = g->a->arena;
    const size_t count = g->frame->scope->value_count;
    oc_frame *own = OC_NEW(arena, oc_frame, 1);
    *own = *g->frame;
    own->fact = oc_arena_copy(arena, own->fact, count * sizeof(own->fact[0]));
    own->producer =
        oc_arena_copy(arena, own->producer, count * sizeof(own->producer[0]));
    own->root_last_use = oc_arena_copy(arena, own->root_last_use,
                                       count * sizeof(own->root_last_use[0]));
    return own;
}

static const oc_declared_type *declared(const generation *g, oc_value_id id)
{
    return &g->frame->scope->value[id].declared;
}

/* An input with these dims, in the type that the body declares. */
static oc_fact *tensor(const generation *g, oc_value_id id, int rank,
                       const oc_expr *dim)
{
    oc_fact *fact = oc_fact_new(g->a, NULL);
    fact->type = (oc_type){.kind = OC_KIND_TENSOR,
                           .elem_type = declared(g, id)->elem_type,
                           .rank = rank};
    if (rank > 0)
        fact->type.dim = oc_arena_copy(
            g->a->arena, dim, (size_t)rank * sizeof(fact->type.dim[0]));
    return fact;
}

/* Keys and values [2, rows, heads, positions, width] of one layer. */
static oc_fact *cache(const generation *g, oc_value_id id, oc_expr positions)
{
    const oc_declared_type *type = declared(g, id);
    oc_expr dim[5] = {oc_expr_of(2), g->rows, OC_UNKNOWN, positions,
                      OC_UNKNOWN};
    for (size_t axis = 2; axis < 5 && type->has_shape && type->rank == 5;
         axis += 2)
        if (type->dim[axis].has_value && type->dim[axis].value > 0)
            dim[axis] = oc_expr_int(g->a->space, type->dim[axis].value);
    return tensor(g, id, 5, dim);
}

/* Input i of a decoder that reads so many new tokens, when there are `total`
 * with those before. */
static oc_fact *input_of(const generation *g, const oc_graph *body, size_t i,
                         oc_expr tokens, oc_expr total)
{
    const oc_value_id id = body->input[i];
    const oc_expr one = oc_expr_of(1);
    const oc_expr ids[2] = {g->rows, tokens}, mask[2] = {g->rows, total};
    const oc_expr whose[3] = {g->batch, g->width, g->most};
    if (i < MASK)
        return tensor(g, id, 2, ids);
    if (i == MASK)
        return tensor(g, id, 2, mask);
    if (i < PAST + g->caches)
        return cache(g, id, g->shared ? g->most : oc_expr_of(0));
    return i < PAST + g->caches + 2 ? tensor(g, id, 1, &one)
                                    : tensor(g, id, 3, whose);
}

/* ---- a decoder alone ---- */

static bool fits(const generation *g, const oc_graph *body)
{
    return body && body->output_count == g->caches + 1 &&
           body->input_count >= PAST + g->caches;
}

static oc_frame *run_prompt(generation *g, const oc_graph *body,
                            const char *name)
{
    oc_frame *own = frame_of_run(g);
    for (size_t i = 0; i < body->input_count; i++)
        oc_frame_set(g->a, own, body->input[i],
                     input_of(g, body, i, g->prompt, g->prompt));
    const oc_region region = {oc_region_name(g->a, g->node, g->k, name), g->row,
                              OC_BODY_DECODER, g->a->counted, false};
    oc_region_run(g->a, own, body, region);
    const oc_fact *logits = oc_region_output(g->a, own, body, 0);
    if (!oc_expr_is_known(g->vocabulary) && logits->type.rank > 0)
        g->vocabulary = logits->type.dim[logits->type.rank - 1];
    return own;
}

/* What the steps may cost at most, since they may be fewer. */
static void bound_steps(const oc_loop *l)
{
    for (size_t i = l->start.rows; i < l->a->row_count; i++) {
        oc_row *row = l->a->row[i];
        for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
            if (oc_expr_is(row->metric[metric], 0) ||
                row->certainty[metric] >= OC_UPPER_BOUND)
                continue;
            row->upper[metric] = row->metric[metric];
            row->certainty[metric] = OC_UPPER_BOUND;
        }
    }
}

/* One token of every row in each step; the prompt has given the first. */
static void run_steps(const generation *g, const oc_graph *body,
                      const oc_frame *first, const oc_graph *first_body,
                      oc_expr steps)
{
    oc_analysis *a = g->a;
    oc_loop l = oc_loop_of(a, frame_of_run(g), g->row, body,
                           oc_region_name(a, g->node, g->k, "decoder"));
    const oc_expr one = oc_expr_of(1);
    const oc_expr before = oc_expr_add(a->space, g->prompt, l.iteration);
    const oc_expr total = oc_expr_add(a->space, before, one);
    l.most = steps;
    l.runs = oc_expr_at_most(a->space, one, steps) == OC_YES;
    l.count = g->caches;
    l.first_input = PAST;
    l.first_output = 1;
    l.state = OC_NEW(a->arena, oc_carried, l.count);
    for (size_t i = 0; i < l.count; i++) {
        l.state[i].initial = oc_region_output(a, first, first_body, 1 + i);
        l.state[i].entering = oc_loop_entering(a, l.state[i].initial);
    }
    for (size_t i = 0; i < body->input_count; i++)
        oc_loop_set_input(&l, i, input_of(g, body, i, one, total));
    oc_loop_run(&l);
    oc_loop_finish(&l, steps);
    bound_steps(&l);
}

/* ---- bodies that are not counted ---- */

static void leave_unknown(const generation *g)
{
    for (int metric = 0; metric < OC_METRIC_COUNT; metric++) {
        g->row->metric[metric] = OC_UNKNOWN;
        g->row->certainty[metric] = OC_NOT_KNOWN;
    }
    g->row->unknown = true;
    g->row->note = "generation by encoder and decoder is not counted";
}

/* Their weights are parameters all the same. */
static void look_into(const generation *g, const char *name)
{
    const oc_graph *body = oc_region_graph(g->frame, g->node, name);
    if (!body)
        return;
    oc_frame *own = frame_of_run(g);
    const oc_point point = oc_point_here(g->a);
    for (size_t i = 0; i < body->input_count; i++)
        oc_frame_set(g->a, own, body->input[i],
                     tensor(g, body->input[i], OC_RANK_UNKNOWN, NULL));
    const oc_region region = {oc_region_name(g->a, g->node, g->k, name), g->row,
                              OC_BODY_DECODER, true, true};
    oc_region_run(g->a, own, body, region);
    oc_point_rollback_ledger(g->a, point);
}

/* ---- results ---- */

static void set_output(const generation *g, size_t i, int elem_type, int rank,
                       const oc_expr *dim)
{
    const oc_node *node = g->node;
    oc_fact *fact = oc_fact_new(g->a, NULL);
    if (i >= node->output_count)
        return;
    fact->type = (oc_type){
        .kind = OC_KIND_TENSOR,
        .elem_type = elem_type,
        .rank = rank,
        .dim = oc_arena_copy(g->a->arena, dim, (size_t)rank * sizeof(*dim))};
    oc_frame_set(g->a, g->frame, node->output[i], fact);
}

/* Ids of every sequence; then their scores, and those of each step. */
static void set_outputs(const generation *g, oc_expr generated)
{
    const oc_expr all[] = {g->batch, g->returned, g->most};
    const oc_expr one[] = {g->batch, g->most};
    const oc_expr filtered[] = {g->batch, g->vocabulary};
    const oc_expr each[] = {generated, g->batch, g->width, g->vocabulary};
    const oc_expr scores[] = {g->batch, g->returned, OC_UNKNOWN, OC_UNKNOWN,
                              OC_UNKNOWN};
    if (!g->beams) {
        set_output(g, 0, OC_ELEM_INT32, 2, one);
        set_output(g, 1, OC_ELEM_FLOAT, 2, filtered);
        return;
    }
    set_output(g, 0, OC_ELEM_INT32, 3, all);
    set_output(g, 1, OC_ELEM_FLOAT, 2, all);
    set_output(g, 2, OC_ELEM_FLOAT, 4, each);
    set_output(g, 3, OC_ELEM_FLOAT, 5, scores);
    set_output(g, 4, OC_ELEM_FLOAT, 1, all);
}

/* Encoder and decoder start from other ids than input 0 has. */
static void infer_encoded(generation *g)
{
    look_into(g, "encoder");
    look_into(g, "init_decoder");
    look_into(g, "decoder");
    leave_unknown(g);
    set_outputs(g, OC_UNKNOWN);
}

void oc_infer_generation(oc_analysis *a, oc_frame *frame, const oc_node *node,
                         oc_row *row)
{
    generation g = generation_of(a, frame, node, row);
    const oc_graph *decoder = oc_region_graph(frame, node, "decoder");
    const oc_graph *first = oc_region_graph(frame, node, "init_decoder");
    const char *name = first ? "init_decoder" : "decoder";
    const oc_expr one = oc_expr_of(1);
    if (attribute_of(&g, "model_type") != 0 ||
        oc_node_attribute(frame, node, "encoder")) {
        infer_encoded(&g);
        return;
    }
    if (!first)
        first = decoder;
    g.caches = decoder && decoder->output_count ? decoder->output_count - 1 : 0;
    g.shared = decoder && decoder->input_count > PAST + g.caches;
    const oc_expr read = oc_expr_add(a->space, g.prompt, one);
    if (!fits(&g, decoder) || !fits(&g, first)) {
        oc_region_invalid(a, frame, row, "has no decoder that fits it");
        return;
    }
    if (oc_expr_is_known(read) && oc_assume(a->space, OC_AT_MOST, read, g.most,
                                            a->row_count - 1) == OC_NO) {
        oc_region_invalid(a, frame, row, "has a prompt of max_length or more");
        return;
    }
    const oc_frame *own = run_prompt(&g, first, name);
    run_steps(&g, decoder, own, first, oc_expr_sub(a->space, g.most, read));
    set_outputs(&g, oc_expr_sub(a->space, g.most, g.prompt));
}
