/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/text.c - StringConcat, StringSplit, StringNormalizer,
 * RegexFullMatch, TfIdfVectorizer. What they do to characters is not
 * arithmetic, so they only move data.
 */
#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/movement.h"

static void infer_concat(oc_op *op)
{
    const oc_shape y =
        oc_shapes_broadcast(op, oc_op_input(op, 0), oc_op_input(op, 1));
    oc_op_set_output(op, 0, OC_ELEM_STRING, y);
}

/* A new last axis is as long as the string with most parts. */
static void infer_split(oc_op *op)
{
    const int64_t most = oc_op_attr_int(op, "maxsplit", -1);
    const oc_shape x = oc_op_input(op, 0);
    const oc_shape y = oc_shape_new(op, x.rank + 1);
    const oc_expr limit =
        most >= 0 ? oc_plus(op, oc_int(op, most), 1) : OC_UNKNOWN;
    for (size_t axis = 0; axis < x.rank; axis++)
        y.dim[axis] = x.dim[axis];
    y.dim[x.rank] = oc_fresh(op, OC_UNKNOWN, limit);
    oc_op_set_output(op, 0, OC_ELEM_STRING, y);
    oc_op_set_output(op, 1, OC_ELEM_INT64, x);
}

/* [C] or [1, C]; stop words leave the last dim shorter, but never empty. */
static void infer_normalizer(oc_op *op)
{
    const char *const *words;
    const bool removes = oc_op_attr_strings(op, "stopwords", &words) > 0;
    const oc_shape y = oc_op_input(op, 0);
    if (oc_op_has_rank(op, 0) && y.rank != 1 && y.rank != 2)
        oc_op_fail(op, "X is neither [C] nor [1, C]");
    if (removes && y.rank > 0 && !oc_expr_is(y.dim[y.rank - 1], 1))
        y.dim[y.rank - 1] = oc_fresh(op, oc_expr_of(1), y.dim[y.rank - 1]);
    oc_op_set_output(op, 0, OC_ELEM_STRING, y);
}

static void infer_match(oc_op *op)
{
    oc_op_set_output(op, 0, OC_ELEM_BOOL, oc_op_input(op, 0));
}

/* One column for each n-gram index. */
static void infer_tfidf(oc_op *op)
{
    const int64_t *index;
    const size_t count = oc_op_attr_ints(op, "ngram_indexes", &index);
    int64_t last = -1;
    for (size_t i = 0; i < count; i++)
        last = index[i] > last ? index[i] : last;
    const oc_shape x = oc_op_input(op, 0);
    if (oc_op_has_rank(op, 0) && x.rank != 1 && x.rank != 2)
        oc_op_fail(op, "X is neither [C] nor [N, C]");
    const oc_shape y = oc_shape_new(op, x.rank);
    if (x.rank > 0) {
        y.dim[0] = x.dim[0];
        y.dim[x.rank - 1] = oc_plus(op, oc_int(op, last), 1);
    }
    oc_op_set_output(op, 0, OC_ELEM_FLOAT, y);
}

#define TEXT(name, since, newest, function)                                    \
    OC_ONNX(name, since,                                                       \
            "inputs read, outputs written, strings without their "             \
            "characters",                                                      \
            newest, function, NULL, .traits = OC_TRAIT_MOVES)

OC_OP_DEFINE(text) = {
    TEXT("StringConcat", 20, "StringConcat-20", infer_concat),
    TEXT("StringSplit", 20, "StringSplit-20", infer_split),
    TEXT("StringNormalizer", 10, "StringNormalizer-10", infer_normalizer),
    TEXT("RegexFullMatch", 20, "RegexFullMatch-20", infer_match),
    TEXT("TfIdfVectorizer", 9, "TfIdfVectorizer-9", infer_tfidf),
    {0},
};
