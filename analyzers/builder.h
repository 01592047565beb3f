/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/builder.h - turning an analysis into an oc_report.
 *
 * In here: the builder that report.c and its helpers share. All strings and
 * arrays of the report live in the report's own arena.
 */
#ifndef OC_ANALYZERS_BUILDER_H
#define OC_ANALYZERS_BUILDER_H

#include "analyzers/analysis.h"

typedef struct oc_builder {
    oc_analysis *a;
    oc_arena *arena; /* of the report */
    oc_report *report;
    oc_map *texts;       /* expression handle -> its formula */
    oc_map *tensors;     /* fact address, name -> oc_report_tensor */
    oc_map *symbols;     /* name -> index in the space */
    bool *symbol_used;   /* one a symbol: some formula names it */
    oc_map *definitions; /* name -> index of the LET */
    size_t symbol_count; /* those after it are only of a derivation */
    size_t definition_count;
    bool *definition_used; /* one a LET */
    size_t row_count;      /* listed rows */
    const oc_row **row;    /* listed rows, in order */
    const char **scope;    /* one a listed row */
    uint32_t *listed;      /* one a row of the analysis, or OC_NO_NODE */
    oc_report_node *nodes; /* the report's */
    oc_expr flops, macs;   /* the totals; macs only when none is left out */
    const oc_figure *live; /* bytes, one a listed row */
} oc_builder;

/* builder.c */
oc_figure oc_builder_figure(oc_builder *b, oc_expr e);
const char *oc_builder_formula(oc_builder *b, oc_expr e);
/* Valid UTF-8 in the report's arena; U+FFFD for what is not. */
const char *oc_builder_string(oc_builder *b, const char *text);
oc_quantity oc_builder_quantity(oc_builder *b, oc_expr e,
                                oc_certainty certainty);
oc_figure_status oc_builder_status(oc_certainty certainty);
const oc_report_tensor *oc_builder_tensor(oc_builder *b, const char *name,
                                          const oc_fact *fact);

/* report_rows.c */
void oc_builder_list_rows(oc_builder *b);
void oc_builder_nodes(oc_builder *b);
/* Recognised blocks: blocks/blocks.c, after the nodes are listed. */
void oc_builder_blocks(oc_builder *b);
/* The listed row of a row of the analysis, or OC_NO_NODE. */
uint32_t oc_builder_row(const oc_builder *b, size_t row);
/* The worst of a row's figures. */
oc_certainty oc_row_certainty(const oc_row *row);

/* report_findings.c: symbols are indexed before the first formula and listed
 * after the last one, since formulas say which are used. */
void oc_builder_index_symbols(oc_builder *b);
/* Those that were made since: a sum of many terms makes some. */
void oc_builder_index_definitions(oc_builder *b);
void oc_builder_coverage(oc_builder *b);
void oc_builder_assumptions(oc_builder *b);
void oc_builder_definitions(oc_builder *b);
void oc_builder_symbols(oc_builder *b);
void oc_builder_note_unknown(oc_builder *b);
void oc_builder_note_overflow(oc_builder *b);
void oc_builder_diagnostics(oc_builder *b);

/* derive.c: of the node that the options name. */
void oc_builder_derivation(oc_builder *b);

/* scopes.c: the module path of a row; until the scratch arena is reset. */
const char *oc_builder_scope(oc_builder *b, const oc_row *row);
void oc_builder_groups(oc_builder *b);

/* Sums of one group of rows. */
typedef struct oc_group_sum {
    oc_sum *metric[OC_METRIC_COUNT];
    oc_sum *params;
    oc_certainty worst[OC_METRIC_COUNT];
    size_t known[OC_METRIC_COUNT]; /* counted rows whose figure is known */
    size_t counted;
    int64_t nodes;
} oc_group_sum;
void oc_group_sum_start(oc_builder *b, oc_group_sum *sum);
void oc_group_sum_add(oc_group_sum *sum, const oc_row *row);
/* Fills all figures of a group, and its nodes. */
void oc_group_sum_finish(oc_builder *b, oc_report_group *group,
                         const oc_group_sum *sum);

#endif
