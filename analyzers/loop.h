/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/loop.h - operators whose body runs many times.
 *
 * Their row carries no figures; the body's rows carry those of all
 * iterations.
 */
#ifndef OC_ANALYZERS_LOOP_H
#define OC_ANALYZERS_LOOP_H

#include "analyzers/analysis.h"

void oc_infer_loop(oc_analysis *a, oc_frame *frame, const oc_node *node,
                   oc_row *row);
void oc_infer_scan(oc_analysis *a, oc_frame *frame, const oc_node *node,
                   oc_row *row);
void oc_infer_sequence_map(oc_analysis *a, oc_frame *frame, const oc_node *node,
                           oc_row *row);

#endif
