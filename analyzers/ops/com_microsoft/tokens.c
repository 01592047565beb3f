/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/tokens.c - work on token ids and characters:
 * MurmurHash3, NGramHashMapping and its packed form, NGramRepeatBlock,
 * BifurcationDetector, WordConvEmbedding.
 *
 * Not in here: Tokenizer (opaque.c), text generation.
 */
#include "analyzers/ops/common.h"
#include "analyzers/ops/descriptor.h"

/* ---- MurmurHash3: every element hashed by itself ---- */

static void infer_hash(oc_op *op)
{
    const bool positive = oc_op_attr_int(op, "positive", 1) != 0;
    oc_op_set_output(op, 0, positive ? OC_ELEM_UINT32 : OC_ELEM_INT32,
                     oc_op_input(op, 0));
}

/* Words of 32 bits in an element; 0: as many as the string has. */
static int64_t words_of(int elem_type)
{
    switch (elem_type) {
    case OC_ELEM_INT32:
    case OC_ELEM_UINT32:
    case OC_ELEM_FLOAT:
        return 1;
    case OC_ELEM_INT64:
    case OC_ELEM_UINT64:
    case OC_ELEM_DOUBLE:
        return 2;
    default:
        return 0;
    }
}

/* Of a word 3 products, 1 addition, 1 exclusive or and 2 rotations of 3 each;
 * of an element 4 exclusive ors, 3 shifts and 2 products at the end. */
static void cost_hash(oc_op *op, oc_cost *sum)
{
    const int64_t words = words_of(oc_op_dtype(op, 0));
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_add(sum, OC_FLOPS, "mix",
                words == 0
                    ? OC_UNKNOWN
                    : oc_times(op, 11 * words + 9, oc_op_input_numel(op, 0)));
}

/* ---- n-grams of token ids, hashed by several heads for each length ---- */

/* Positions of a row's inputs; 0 where there are none. */
typedef struct mapping {
    size_t ends, offsets;
} mapping;

/* A positive or at least so large attribute; sticky failure otherwise. */
static oc_expr attribute_of(oc_op *op, const char *name, int64_t least)
{
    const int64_t value = oc_op_attr_int(op, name, 0);
    if (value >= least)
        return oc_int(op, value);
    oc_op_fail(op, "an n-gram size or number of heads is too small");
    return OC_UNKNOWN;
}

/* Hashes of a token: one for each head of each length from 2 on. */
static oc_expr hashes_of(oc_op *op)
{
    return oc_mul(op, oc_plus(op, attribute_of(op, "max_ngram_size", 2), -1),
                  attribute_of(op, "n_head_per_ngram", 1));
}

static void infer_mapping(oc_op *op)
{
    const mapping *at = oc_op_data(op);
    const oc_shape ids = oc_op_input(op, 0);
    const int type = oc_op_dtype(op, 0);
    const oc_expr history =
        oc_plus(op, attribute_of(op, "max_ngram_size", 2), -1);
    oc_shape y = oc_shape_new(op, ids.rank + 1), past = oc_shape_new(op, 2);
    for (size_t axis = 0; axis < ids.rank; axis++)
        y.dim[axis] = ids.dim[axis];
    y.dim[ids.rank] = hashes_of(op);
    past.dim[1] = history;
    if (at->ends) {
        const oc_shape ends = oc_op_input(op, at->ends);
        past.dim[0] =
            ends.rank == 1 ? oc_plus(op, ends.dim[0], -1) : OC_UNKNOWN;
    } else {
        past.dim[0] = ids.rank ? ids.dim[0] : OC_UNKNOWN;
    }
    if (oc_op_has_rank(op, 0) && ids.rank != (at->ends ? 1 : 2))
        oc_op_fail(op, "input_ids have another rank");
    oc_op_set_output(op, 0, type, y);
    oc_op_set_output(op, 1, type, past);
    oc_op_set_output(op, 2, OC_ELEM_INT32, past);
    oc_shape update = oc_shape_new(op, 3);
    update.dim[0] = past.dim[0];
    update.dim[1] = oc_int(op, oc_op_attr_int(op, "state_update_capacity", 0));
    update.dim[2] = history;
    oc_op_set_output(op, 3, type, update);
}

/* Of a token n products and n - 1 exclusive ors, which shorter n-grams share;
 * of a hash a modulo and perhaps an offset. */
static void cost_mapping(oc_op *op, oc_cost *sum)
{
    const mapping *at = oc_op_data(op);
    const oc_expr n = attribute_of(op, "max_ngram_size", 2);
    const int64_t each = oc_op_has_input(op, at->offsets) ? 2 : 1;
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_add(sum, OC_FLOPS, "mix tokens",
                oc_mul(op, oc_op_input_numel(op, 0),
                       oc_plus(op, oc_times(op, 2, n), -1)));
    oc_cost_add(sum, OC_FLOPS, "hashes",
                oc_times(op, each, oc_op_output_numel(op, 0)));
}

/* ---- NGramRepeatBlock ---- */

static void infer_repeats(oc_op *op)
{
    oc_op_copy_type(op, 0, 1);
}

/* Every n-gram's first n - 1 tokens are compared with the last n - 1. */
static void cost_repeats(oc_op *op, oc_cost *sum)
{
    const oc_shape ids = oc_op_input(op, 0);
    const oc_expr n = attribute_of(op, "ngram_size", 1);
    if (ids.rank != 2) {
        oc_op_needs(op);
        return;
    }
    const oc_expr grams = oc_plus(op, oc_sub(op, ids.dim[1], n), 1);
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_add(sum, OC_FLOPS, "comparisons",
                oc_mul(op, oc_mul(op, ids.dim[0], oc_plus(op, n, -1)),
                       oc_max(op, oc_expr_of(0), grams)));
}

/* ---- BifurcationDetector: predicted tokens that deviate are appended ---- */

static oc_expr length_of(oc_op *op, size_t input)
{
    const oc_shape tokens = oc_op_input(op, input);
    if (oc_op_has_rank(op, input) && tokens.rank != 1)
        oc_op_fail(op, "tokens must have 1 dim");
    return tokens.rank == 1 ? tokens.dim[0] : OC_UNKNOWN;
}

static void infer_bifurcation(oc_op *op)
{
    const oc_expr now = length_of(op, 1);
    const bool predicted = oc_op_has_input(op, 3);
    oc_shape y = oc_shape_new(op, 1);
    y.dim[0] =
        predicted ? oc_fresh(op, now, oc_add(op, now, length_of(op, 3))) : now;
    oc_op_set_output(op, 0, oc_op_dtype(op, 1), y);
    oc_op_copy_type(op, 1, 2);
}

/* ---- WordConvEmbedding: words [.., characters], a filter W [M, 1, window,
 * width] over their embeddings C, its greatest result for each word ---- */

enum { WORDS, FILTER, CHARACTERS = 3 };

static void infer_words(oc_op *op)
{
    oc_shape y = oc_op_input(op, WORDS);
    const oc_shape w = oc_op_input(op, FILTER);
    oc_op_set_dtype(op, 0, oc_op_dtype(op, FILTER));
    if (!oc_op_has_rank(op, WORDS) || !oc_op_has_rank(op, FILTER))
        return;
    if (y.rank == 0 || w.rank != 4) {
        oc_op_fail(op, "words must have characters, and W 4 dims");
        return;
    }
    y.dim[y.rank - 1] = w.dim[0];
    oc_op_set_output(op, 0, oc_op_dtype(op, FILTER), y);
}

/* All characters count, whatever padding words end with. */
static void cost_words(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, WORDS), w = oc_op_input(op, FILTER);
    if (x.rank == 0 || w.rank != 4) {
        oc_op_needs(op);
        return;
    }
    const oc_expr words = oc_op_vectors(op, WORDS), zero = oc_expr_of(0);
    const oc_expr last = oc_sub(op, x.dim[x.rank - 1], w.dim[2]);
    const oc_expr positions = oc_max(op, zero, oc_plus(op, last, 1));
    const oc_expr results = oc_mul(op, oc_mul(op, words, positions), w.dim[0]);
    oc_cost_is(sum, OC_MACS, OC_ESTIMATE);
    oc_cost_is(sum, OC_FLOPS, OC_ESTIMATE);
    oc_cost_is(sum, OC_TRANSCENDENTALS, OC_ESTIMATE);
    oc_cost_types(sum, oc_op_dtype(op, FILTER), oc_op_dtype(op, FILTER));
    oc_cost_add(sum, OC_MACS, "positions * weights",
                oc_mul(op, results, oc_shape_product(op, w, 1, 4)));
    oc_cost_add(sum, OC_FLOPS, "bias, and the greatest",
                oc_times(op, 2, results));
    oc_cost_add(sum, OC_TRANSCENDENTALS, "tanh", results);
    oc_cost_read(sum, CHARACTERS, oc_mul(op, oc_shape_numel(op, x), w.dim[3]));
}

#define MAPPING                                                                \
    "estimate of its documented equations: 2 n - 1 FLOPs per token for "       \
    "n-grams up to n, 1 per hash and 1 for its offset"

OC_OP_DEFINE(microsoft_tokens) = {
    OC_MICROSOFT("MurmurHash3",
                 "estimate: 11 FLOPs per 32-bit word and 9 per element; "
                 "unknown for strings, whose lengths are",
                 infer_hash, cost_hash),
    OC_MICROSOFT("NGramHashMapping", MAPPING, infer_mapping, cost_mapping,
                 .data = &(const mapping){.offsets = 4}),
    OC_MICROSOFT("VarlenNGramHashMapping", MAPPING, infer_mapping, cost_mapping,
                 .data = &(const mapping){.ends = 3, .offsets = 5}),
    OC_MICROSOFT("NGramRepeatBlock",
                 "estimate: n - 1 comparisons per n-gram of a sequence",
                 infer_repeats, cost_repeats),
    OC_MICROSOFT("BifurcationDetector",
                 "moves bytes: as many tokens as agree with the prediction",
                 infer_bifurcation, NULL, .traits = OC_TRAIT_MOVES),
    OC_MICROSOFT("WordConvEmbedding",
                 "estimate: one MAC per weight at every position of its window "
                 "in a word; 2 FLOPs and a tanh per result of one",
                 infer_words, cost_words,
                 .weight_inputs = OC_IN(1) | OC_IN(2) | OC_IN(3)),
    {0},
};
