/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ties.c - a matrix that may be stored twice.
 *
 * Exporters write a tied output projection as a second, transposed copy of
 * the embedding table. Contents are not read, so the figures count both; that
 * they may be one is said beside.
 */
#include <string.h>

#include "analyzers/analysis.h"

/* The initializer that an operand is, when it is one matrix. */
static const oc_tensor *matrix_of(const oc_row *row, size_t i)
{
    const oc_fact *fact = i < row->input_count ? row->input[i] : NULL;
    if (!fact || !fact->constant || fact->type.rank != 2 || !fact->origins ||
        fact->origins->count != 1)
        return NULL;
    return fact->origins->tensor[0];
}

static bool is_operator(const oc_row *row, const char *op_type)
{
    return !row->silent && strcmp(row->node->op_type, op_type) == 0 &&
           !*row->node->domain;
}

static bool makes_graph_output(const oc_analysis *a, const oc_row *row)
{
    if (row->frame != a->main || !row->node->output_count)
        return false;
    for (size_t i = 0; i < a->graph->output_count; i++)
        if (a->graph->output[i] == row->node->output[0])
            return true;
    return false;
}

/* [rows, columns] of one are [columns, rows] of the other. */
static bool reversed(const oc_type *a, const oc_type *b)
{
    return a->dim[0] == b->dim[1] && a->dim[1] == b->dim[0];
}

static void note_tie(oc_analysis *a, const oc_tensor *table,
                     const oc_tensor *product, size_t row, const char *params)
{
    oc_analysis_note(
        a, OC_INFO, "weights.possible-tie", row,
        oc_arena_printf(a->arena,
                        "\"%s\" and \"%s\" may be one matrix stored twice: "
                        "%s parameters as stored, %llu fewer if so",
                        table->name, product->name, params,
                        (unsigned long long)product->numel));
}

/* Few rows make a graph output, so few pairs are looked at. */
static void compare_tables(oc_analysis *a, size_t product, const char *params)
{
    const oc_row *row = a->row[product];
    const oc_tensor *matrix = matrix_of(row, 1);
    for (size_t i = 0; matrix && i < a->row_count; i++) {
        const oc_row *gather = a->row[i];
        const oc_tensor *table =
            is_operator(gather, "Gather") ? matrix_of(gather, 0) : NULL;
        if (!table || table == matrix ||
            !reversed(&gather->input[0]->type, &row->input[1]->type))
            continue;
        note_tie(a, table, matrix, product, params);
        return;
    }
}

#define MOST_PRODUCTS 16

void oc_note_ties(oc_analysis *a, oc_expr params)
{
    const char *text = oc_expr_text(a->space, a->arena, params);
    size_t looked = 0;
    for (size_t i = 0; i < a->row_count && looked < MOST_PRODUCTS; i++) {
        if (!is_operator(a->row[i], "MatMul") ||
            !makes_graph_output(a, a->row[i]))
            continue;
        compare_tables(a, i, text);
        looked++;
    }
}
