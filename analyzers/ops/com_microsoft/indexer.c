/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/indexer.c - SparseAttentionIndexer and its
 * packed form: which cached entries a query will attend to.
 *
 * Entries stand for `compress_ratio` tokens each. "qsa" averages the keys of
 * a block; "csa" weighs those of two windows by a softmax for each channel.
 * All queries are scored against all entries, the best are kept. Figures are
 * estimates of the documented equations.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"
#include "analyzers/ops/norm.h"
#include "analyzers/ops/rotary.h"
#include "analyzers/ops/softmax.h"

enum { QUERY, KEY, QUERY_NORM, KEY_NORM, COS };

/* Positions of inputs that differ: of the key state, and of `state_lengths`
 * (packed) or the valid length of the state. */
typedef struct layout {
    bool packed;
    size_t state, length, buffer;
} layout;

typedef struct indexer {
    bool compresses; /* csa */
    oc_expr ratio, capacity;
    oc_expr kept; /* entries, of a query */
    oc_expr heads, width;
    oc_expr batch, tokens; /* new ones, of a sequence; packed: of all */
    oc_expr queries;       /* of all sequences */
    oc_expr made;          /* new entries of all sequences */
    oc_expr entries;       /* that a query is scored against */
} indexer;

static oc_expr positive(oc_op *op, const char *attribute)
{
    const int64_t value = oc_op_attr_int(op, attribute, 0);
    if (value > 0)
        return oc_int(op, value);
    oc_op_fail(op, "a ratio, budget or number of entries must be positive");
    return OC_UNKNOWN;
}

static bool reads_policy(oc_op *op, indexer *x)
{
    const char *policy = oc_op_attr_string(op, "policy_mode", "");
    x->compresses = strcmp(policy, "csa") == 0;
    x->ratio = positive(op, "compress_ratio");
    if (!x->compresses && strcmp(policy, "qsa") != 0) {
        oc_op_fail(op, "policy_mode is neither qsa nor csa");
        return false;
    }
    if (!oc_expr_is_known(x->ratio))
        return false;
    if (x->compresses) {
        x->kept = x->capacity = positive(op, "index_topk");
        return true;
    }
    const oc_expr budget = positive(op, "token_budget");
    x->kept = oc_floor_div(op, budget, x->ratio);
    x->capacity = oc_plus(op, oc_add(op, budget, x->ratio), -1);
    return true;
}

/* Heads are as many as fit into the query, and the key when it is in there. */
static void read_query(oc_op *op, indexer *x)
{
    const layout *at = oc_op_data(op);
    const oc_shape q = oc_op_input(op, QUERY), norm = oc_op_input(op, 2);
    const size_t rank = at->packed ? 2 : 3;
    if (oc_op_has_rank(op, QUERY) && q.rank != rank)
        oc_op_fail(op, "the query has another rank");
    if (q.rank != rank || norm.rank != 1 || oc_expr_is(norm.dim[0], 0))
        return;
    x->width = norm.dim[0];
    if (oc_assume_that(op, OC_ASSUME_DIVIDES, x->width, q.dim[rank - 1]) ==
        OC_NO)
        oc_op_fail(op, "the query is no multiple of the head size");
    const oc_expr vectors = oc_floor_div(op, q.dim[rank - 1], x->width);
    x->heads = oc_op_has_input(op, KEY) ? vectors : oc_plus(op, vectors, -1);
    x->tokens = q.dim[rank - 2];
    x->queries = oc_op_vectors(op, QUERY);
}

/* Tokens that wait to be compressed, of a buffer that may hold a complete
 * window before them. */
static oc_expr waiting(oc_op *op, const indexer *x)
{
    const layout *at = oc_op_data(op);
    const oc_shape buffer = oc_op_input(op, at->buffer);
    return buffer.rank == 4 ? oc_mod(op, buffer.dim[2], x->ratio) : OC_UNKNOWN;
}

/* Entries of a sequence that this call completes. */
static oc_expr completed(oc_op *op, const indexer *x)
{
    return oc_floor_div(op, oc_add(op, waiting(op, x), x->tokens), x->ratio);
}

static void read_state(oc_op *op, indexer *x)
{
    const layout *at = oc_op_data(op);
    const oc_shape state = oc_op_input(op, at->state);
    if (oc_op_has_rank(op, at->state) && state.rank != 3)
        oc_op_fail(op, "the key state must have 3 dims");
    if (state.rank != 3)
        return;
    x->batch = state.dim[0];
    if (at->packed) {
        x->made = oc_floor_div(op, x->tokens, x->ratio);
        x->entries = state.dim[1];
        return;
    }
    const bool grows = !oc_op_has_input(op, at->length);
    oc_expr most = state.dim[1];
    if (x->compresses) {
        const oc_expr made = completed(op, x);
        x->made = oc_mul(op, x->batch, made);
        x->entries = grows ? oc_add(op, most, made) : most;
        return;
    }
    if (grows)
        most = oc_add(op, most, x->tokens);
    x->entries = oc_floor_div(op, most, x->ratio);
    x->made = oc_mul(op, x->batch, x->entries);
}

static bool indexer_of(oc_op *op, indexer *x)
{
    *x = (indexer){0};
    if (!reads_policy(op, x))
        return false;
    read_query(op, x);
    read_state(op, x);
    return true;
}

/* ---- shapes ---- */

/* After the call the buffer holds the last complete window, if there ever was
 * one, and what waits. */
static void infer_buffer(oc_op *op, const indexer *x)
{
    const layout *at = oc_op_data(op);
    const oc_shape buffer = oc_op_input(op, at->buffer);
    if (!x->compresses || buffer.rank != 4)
        return;
    oc_shape y = oc_shape_new(op, 4);
    for (size_t axis = 0; axis < 4; axis++)
        y.dim[axis] = buffer.dim[axis];
    const oc_expr windows =
        oc_add(op, oc_floor_div(op, buffer.dim[2], x->ratio), completed(op, x));
    const oc_expr rest =
        oc_mod(op, oc_add(op, waiting(op, x), x->tokens), x->ratio);
    y.dim[2] = oc_add(op, rest,
                      oc_mul(op, x->ratio, oc_min(op, oc_expr_of(1), windows)));
    oc_op_set_output(op, 2, oc_op_dtype(op, at->buffer), y);
}

static void infer_dense(oc_op *op)
{
    const layout *at = oc_op_data(op);
    indexer x;
    const int type = oc_op_dtype(op, QUERY);
    oc_op_set_dtype(op, 0, OC_ELEM_INT32);
    oc_op_set_dtype(op, 1, type);
    oc_op_set_dtype(op, 2, type);
    if (!indexer_of(op, &x))
        return;
    oc_shape chosen = oc_shape_new(op, 3), present = oc_shape_new(op, 3);
    chosen.dim[0] = present.dim[0] = x.batch;
    chosen.dim[1] = x.tokens;
    chosen.dim[2] = x.capacity;
    const oc_shape past = oc_op_input(op, at->state);
    const bool grows = !oc_op_has_input(op, at->length);
    const oc_expr more = !grows         ? oc_expr_of(0)
                         : x.compresses ? completed(op, &x)
                                        : x.tokens;
    present.dim[1] =
        past.rank == 3 ? oc_add(op, past.dim[1], more) : OC_UNKNOWN;
    present.dim[2] = x.width;
    oc_op_set_output(op, 0, OC_ELEM_INT32, chosen);
    oc_op_set_output(op, 1, type, present);
    infer_buffer(op, &x);
}

/* States keep their shapes; a transition is as wide as a key. */
static void infer_packed(oc_op *op)
{
    const layout *at = oc_op_data(op);
    indexer x;
    oc_op_set_dtype(op, 0, OC_ELEM_INT32);
    if (!indexer_of(op, &x))
        return;
    oc_shape chosen = oc_shape_new(op, 2), counts = oc_shape_new(op, 1);
    oc_shape update = oc_shape_new(op, 3);
    chosen.dim[0] = counts.dim[0] = x.tokens;
    chosen.dim[1] = x.capacity;
    update.dim[0] = x.batch;
    update.dim[1] = oc_int(op, oc_op_attr_int(op, "state_update_capacity", 0));
    update.dim[2] = x.width;
    oc_op_set_output(op, 0, OC_ELEM_INT32, chosen);
    oc_op_set_output(op, 1, OC_ELEM_INT32, counts);
    for (size_t i = 0; i < 4; i++) /* keys, buffers, lengths */
        oc_op_copy_type(op, 2 + i, at->state + i);
    oc_op_set_output(op, 6, oc_op_dtype(op, QUERY), update);
}

/* ---- costs ---- */

/* Norm and rotation of so many vectors. */
static void cost_vectors(oc_op *op, oc_cost *sum, const indexer *x,
                         oc_expr vectors)
{
    oc_norm_cost(op, sum, 4, oc_mul(op, vectors, x->width), 1, vectors);
    oc_rotary_flops(op, sum,
                    oc_mul(op, vectors,
                           x->compresses
                               ? oc_rotary_width(op, COS)
                               : oc_floor_div(op, oc_rotary_width(op, COS),
                                              oc_expr_of(2))));
}

/* A mean of `ratio` keys, or a sum of twice as many by their softmax. */
static void cost_entries(oc_op *op, oc_cost *sum, const indexer *x)
{
    const oc_expr channels = oc_mul(op, x->made, x->width);
    const oc_expr slots = oc_mul(op, channels, x->ratio);
    if (!x->compresses) {
        oc_cost_add(sum, OC_FLOPS, "mean keys", slots);
        return;
    }
    const oc_expr both = oc_times(op, 2, slots);
    oc_cost_add(sum, OC_FLOPS, "bias of the gates", both);
    oc_softmax_cost(op, sum, both, channels);
    oc_cost_add(sum, OC_MACS, "gates * keys", both);
}

/* Of every pair of query and entry a product for each head, its ReLU, their
 * sum, its scale, perhaps the head's weight. */
static void cost_scores(oc_op *op, oc_cost *sum, const indexer *x)
{
    const oc_expr pairs = oc_mul(op, x->queries, x->entries);
    const oc_expr products = oc_mul(op, pairs, x->heads);
    const oc_expr kept = oc_max(op, oc_expr_of(2), x->kept);
    oc_cost_add(sum, OC_MACS, "scores * width", oc_mul(op, products, x->width));
    oc_cost_add(sum, OC_FLOPS, "rectify, sum and scale",
                oc_times(op, x->compresses ? 3 : 2, products));
    oc_cost_add(sum, OC_FLOPS, "best entries",
                oc_mul(op, pairs, oc_clog2(op, kept)));
}

static void cost(oc_op *op, oc_cost *sum)
{
    indexer x;
    if (!indexer_of(op, &x))
        return;
    oc_cost_is(sum, OC_MACS, OC_ESTIMATE);
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_is(sum, OC_TRANSCENDENTALS, OC_ESTIMATE);
    oc_cost_types(sum, oc_op_dtype(op, QUERY), oc_op_dtype(op, QUERY));
    cost_vectors(op, sum, &x, oc_mul(op, x.queries, x.heads));
    cost_vectors(op, sum, &x, x.made);
    cost_entries(op, sum, &x);
    cost_scores(op, sum, &x);
}

#define INDEXER(name, infer_function, ...)                                     \
    OC_MICROSOFT(name,                                                         \
                 "estimate of its documented equations: norm and rotation of " \
                 "every query and new entry, a mean or a softmax of the keys " \
                 "of an entry, one MAC per query, head, entry and channel, "   \
                 "the best entries by a heap",                                 \
                 infer_function, cost, .weight_inputs = OC_IN(2) | OC_IN(3),   \
                 .buffer_inputs = OC_IN(4) | OC_IN(5),                         \
                 .data = &(const layout){__VA_ARGS__})

OC_OP_DEFINE(microsoft_indexer) = {
    INDEXER("SparseAttentionIndexer", infer_dense, .state = 7, .length = 12,
            .buffer = 13),
    INDEXER("PackedSparseAttentionIndexer", infer_packed, .packed = true,
            .state = 12, .length = 15, .buffer = 13),
    {0},
};
