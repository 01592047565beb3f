/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/einsum.c - Einsum: the equation and the shape of the result.
 *
 * A term names the axes of an operand by letters; "..." stands for all axes
 * that have none, aligned at the last. What the output does not name is
 * summed.
 */
#include "analyzers/ops/einsum.h"

#include <string.h>

#define LETTERS 128 /* keys below are letters, the rest axes of "..." */

typedef struct reader {
    oc_op *op;
    oc_einsum e;
    size_t key[OC_EINSUM_LABELS];
    size_t uses[OC_EINSUM_LABELS];
    size_t hidden; /* axes that "..." stands for: the most of any term */
} reader;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The number of a label, or label_count when it is new. */
static size_t find(const reader *r, size_t key)
{
    size_t label = 0;
    while (label < r->e.label_count && r->key[label] != key)
        label++;
    return label;
}

/* Another axis of operand `operand`. Extents of 1 are stretched. */
static void add_axis(reader *r, size_t operand, size_t key, oc_expr dim,
                     uint64_t *ones)
{
    const size_t label = find(r, key);
    if (label == OC_EINSUM_LABELS) {
        oc_op_fail(r->op, "the equation has more than 64 labels");
        return;
    }
    oc_expr *extent = &r->e.extent[label];
    if (label == r->e.label_count) {
        r->key[label] = key;
        *extent = dim;
        r->e.label_count++;
    } else if (key >= LETTERS) {
        *extent = oc_broadcast(r->op, *extent, dim);
    } else if (oc_expr_is(*extent, 1)) {
        *extent = dim;
    } else if (!oc_expr_is(dim, 1)) {
        *extent = oc_unify(r->op, *extent, dim);
    }
    r->uses[label]++;
    r->e.operand[operand] |= UINT64_C(1) << label;
    if (oc_expr_is(dim, 1))
        ones[operand] |= UINT64_C(1) << label;
}

/* One more symbol of a term: a letter, "..." as LETTERS, or 0 at its end. */
static size_t next_symbol(reader *r, const char **text)
{
    while (**text == ' ')
        (*text)++;
    const char c = **text;
    if (is_letter(c)) {
        (*text)++;
        return (size_t)c;
    }
    if (strncmp(*text, "...", 3) == 0) {
        *text += 3;
        return LETTERS;
    }
    if (c != '\0' && c != ',' && strncmp(*text, "->", 2) != 0)
        oc_op_fail(r->op, "the equation cannot be read");
    return 0;
}

/* Letters of a term, and how many "..." it has. */
static size_t count_letters(reader *r, const char *text, size_t *dots)
{
    size_t letters = 0, symbol;
    *dots = 0;
    while ((symbol = next_symbol(r, &text)) != 0) {
        if (symbol == LETTERS)
            ++*dots;
        else
            letters++;
    }
    return letters;
}

/* The term of one operand; *text moves to its end. */
static void read_operand(reader *r, size_t operand, const char **text,
                         uint64_t *ones)
{
    size_t dots, symbol, axis = 0;
    const size_t letters = count_letters(r, *text, &dots);
    const bool ranked = oc_op_has_rank(r->op, operand);
    oc_shape shape = {.rank = letters};
    if (ranked || dots > 0)
        shape = oc_op_input(r->op, operand);
    if (dots > 1 || shape.rank < letters ||
        (dots == 0 && shape.rank > letters)) {
        oc_op_fail(r->op, "a term does not fit the rank of its operand");
        return;
    }
    const size_t hidden = shape.rank - letters;
    if (hidden > r->hidden)
        r->hidden = hidden;
    while ((symbol = next_symbol(r, text)) != 0) {
        const size_t axes = symbol == LETTERS ? hidden : 1;
        for (size_t left = axes; left-- > 0; axis++)
            add_axis(r, operand, symbol == LETTERS ? LETTERS + left : symbol,
                     shape.dim ? shape.dim[axis] : OC_UNKNOWN, ones);
    }
}

/* All terms before "->"; where the text goes on after them. */
static const char *read_operands(reader *r, const char *text)
{
    const size_t count = oc_op_input_count(r->op);
    uint64_t *ones = OC_OP_NEW(r->op, uint64_t, count);
    r->e.operand_count = count;
    r->e.operand = OC_OP_NEW(r->op, uint64_t, count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && *text++ != ',') {
            oc_op_fail(r->op, "the equation has fewer terms than operands");
            return "";
        }
        read_operand(r, i, &text, ones);
    }
    /* an axis that is stretched is none of its operand */
    for (size_t i = 0; i < count; i++)
        for (size_t label = 0; label < r->e.label_count; label++)
            if (!oc_expr_is(r->e.extent[label], 1))
                r->e.operand[i] &= ~(ones[i] & (UINT64_C(1) << label));
    return text;
}

/* ---- the output ---- */

static void output_axis(reader *r, oc_shape *y, size_t key)
{
    const size_t label = find(r, key);
    const uint64_t bit = label < r->e.label_count ? UINT64_C(1) << label : 0;
    if (bit == 0 || (r->e.result & bit) != 0) {
        oc_op_fail(r->op, "the output names a label that no operand has, or "
                          "one twice");
        return;
    }
    r->e.result |= bit;
    y->dim[y->rank++] = r->e.extent[label];
}

static void output_hidden(reader *r, oc_shape *y)
{
    for (size_t left = r->hidden; left-- > 0;)
        output_axis(r, y, LETTERS + left);
}

/* What "->" is followed by, or the labels used once in alphabetical order. */
static oc_shape read_output(reader *r, const char *text)
{
    oc_shape y = oc_shape_new(r->op, OC_EINSUM_LABELS);
    y.rank = 0;
    if (strncmp(text, "->", 2) != 0) {
        output_hidden(r, &y);
        for (size_t key = 'A'; key <= 'z'; key++) {
            const size_t label = find(r, key);
            if (label < r->e.label_count && r->uses[label] == 1)
                output_axis(r, &y, key);
        }
        if (*text != '\0')
            oc_op_fail(r->op, "the equation has more terms than operands");
        return y;
    }
    size_t symbol;
    for (text += 2; (symbol = next_symbol(r, &text)) != 0;) {
        if (symbol == LETTERS)
            output_hidden(r, &y);
        else
            output_axis(r, &y, symbol);
    }
    if (*text != '\0')
        oc_op_fail(r->op, "the equation cannot be read");
    return y;
}

static oc_shape read_equation(oc_op *op, oc_einsum *e)
{
    reader r = {.op = op};
    const char *text = oc_op_attr_string(op, "equation", "");
    const oc_shape y = read_output(&r, read_operands(&r, text));
    *e = r.e;
    return y;
}

static void infer(oc_op *op)
{
    oc_einsum equation;
    const oc_shape y = read_equation(op, &equation);
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

static void cost(oc_op *op, oc_cost *sum)
{
    oc_einsum equation;
    read_equation(op, &equation);
    oc_einsum_cost(op, sum, &equation);
}

OC_OP_DEFINE(einsum) = {
    {.domain = "",
     .op_type = "Einsum",
     .since_version = 12,
     .rule = "operands two at a time in the cheapest order: a MAC per "
             "combination of the labels of both when one is summed, else a "
             "product; labels of one operand alone are summed first",
     .source = "ONNX operators, Einsum-12",
     .infer = infer,
     .cost = cost,
     .weight_inputs = UINT32_MAX},
    {0},
};
