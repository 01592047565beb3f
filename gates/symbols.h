/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gates/symbols.h - which free symbols of inputs the figures of a gate need.
 */
#ifndef OC_GATES_SYMBOLS_H
#define OC_GATES_SYMBOLS_H

#include "onnxcost/gate.h"

#include "base/arena.h"

typedef struct oc_gate_names oc_gate_names;

/* Lives in arena, which must have an escape. */
oc_gate_names *oc_gate_names_new(const oc_report *report, oc_arena *arena);
/* Marks the symbols that a formula needs, through definitions too; false
 * when it needs none. */
bool oc_gate_names_mark(oc_gate_names *names, const char *formula);
/* All that were marked, in the report's order. */
const oc_gate_symbol *oc_gate_names_marked(const oc_gate_names *names,
                                           size_t *count);

#endif
