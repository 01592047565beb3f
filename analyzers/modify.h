/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/modify.h - an attention whose scores bodies change.
 */
#ifndef OC_ANALYZERS_MODIFY_H
#define OC_ANALYZERS_MODIFY_H

#include "analyzers/analysis.h"

/* The operator has such bodies. */
bool oc_modifies(const oc_node *node);
/* Their rows, after the node's own. */
void oc_infer_modifiers(oc_analysis *a, oc_frame *frame, const oc_node *node);

#endif
