/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/names.h - which value a name means, graph within graph.
 *
 * In here: one map for all nested graphs, with an undo log: entering a graph
 * may shadow outer names, leaving it brings them back. A lookup costs the
 * same at any depth.
 */
#ifndef OC_PARSER_NAMES_H
#define OC_PARSER_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "parser/model.h"

typedef struct oc_names oc_names;

/* All memory is out of `arena`, which must have an escape. */
oc_names *oc_names_new(oc_arena *arena);

/* OC_NO_VALUE when no visible value has this name. */
oc_value_id oc_names_find(const oc_names *names, const char *name);
/* Makes `name`, which must outlive the scope, mean `value`; `before` is what
 * oc_names_find() says of it now. */
void oc_names_bind(oc_names *names, const char *name, oc_value_id value,
                   oc_value_id before);

/* A graph with `count` values. Returns where the undo log is, to be given
 * back on leaving. */
size_t oc_names_enter(oc_names *names, size_t count);
void oc_names_leave(oc_names *names, size_t entered);

#endif
