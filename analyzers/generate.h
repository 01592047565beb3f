/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/generate.h - text generation, whose bodies are a decoder and what
 * comes before it.
 */
#ifndef OC_ANALYZERS_GENERATE_H
#define OC_ANALYZERS_GENERATE_H

#include "analyzers/analysis.h"

/* The operator is one of them. */
bool oc_generates(const char *domain, const char *op_type);
/* The operand is a length or a number of sequences. */
bool oc_generation_decides(const oc_node *node, size_t input);

void oc_infer_generation(oc_analysis *a, oc_frame *frame, const oc_node *node,
                         oc_row *row);

#endif
