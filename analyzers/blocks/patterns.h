/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/patterns.h - blocks other than attention: what recognisers
 * need to walk a few operators from one to the next.
 */
#ifndef OC_ANALYZERS_BLOCKS_PATTERNS_H
#define OC_ANALYZERS_BLOCKS_PATTERNS_H

#include "analyzers/blocks/blocks.h"

#define OC_MOST_PATTERN_ROWS 32

typedef struct oc_pattern_block {
    const char *kind;
    size_t count;
    const oc_row *row[OC_MOST_PATTERN_ROWS];
    oc_expr experts, chosen; /* OC_UNKNOWN: no mixture */
    oc_expr active_params;
} oc_pattern_block;

/* Answers whether `anchor` is in such a block, and fills it. */
typedef bool oc_recogniser(oc_net *net, const oc_row *anchor,
                           oc_pattern_block *block);

void oc_pattern_put(oc_pattern_block *block, const oc_row *row);
/* What makes input i, casts and identities looked through; NULL: a leaf. */
const oc_row *oc_pattern_from(oc_net *net, const oc_row *row, size_t i);
/* The only row that reads output 0, casts looked through; or NULL. */
const oc_row *oc_pattern_next(oc_net *net, const oc_row *row);
/* Output 0 of `row` is read as this input of `user`. */
bool oc_pattern_reads(oc_net *net, const oc_row *user, uint32_t wire);
/* The other operand of a binary operator than `wire`. */
uint32_t oc_pattern_other(oc_net *net, const oc_row *row, uint32_t wire);
/* A wire without the casts that lead to it. */
uint32_t oc_pattern_uncast(oc_net *net, uint32_t wire);
/* A constant of one element near `value`. */
bool oc_pattern_is_constant(oc_net *net, uint32_t wire, double value);
/* A constant operand of a binary operator near `value`. */
bool oc_pattern_has_constant(oc_net *net, const oc_row *row, double value);

/* norms.c */
oc_recogniser oc_recognise_norm;
/* activations.c */
oc_recogniser oc_recognise_gelu;
oc_recogniser oc_recognise_tanh_gelu;
oc_recogniser oc_recognise_sigmoid;
oc_recogniser oc_recognise_hard_swish;
oc_recogniser oc_recognise_clipped_swish;
oc_recogniser oc_recognise_softmax;
oc_recogniser oc_recognise_conv;
oc_recogniser oc_recognise_rotary;
/* squeeze_excite.c */
oc_recogniser oc_recognise_squeeze_excite;
/* feed_forward.c */
oc_recogniser oc_recognise_feed_forward;
oc_recogniser oc_recognise_mixture;

/* patterns.c: looks at all rows, and reports what is found. */
void oc_blocks_report_patterns(const oc_blocks *blocks);
bool oc_blocks_have_patterns(const oc_analysis *a);

#endif
