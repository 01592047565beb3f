/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/registry.h - which rule holds for an operator at an opset.
 */
#ifndef OC_ANALYZERS_REGISTRY_H
#define OC_ANALYZERS_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "onnxcost/plugin.h"

/* An operator that ONNX or ONNX Runtime defines. */
typedef struct oc_schema {
    const char *domain, *op_type;
    const char *versions; /* "1 6 13": the opsets that changed it */
    int min_inputs, max_inputs, max_outputs; /* -1: any number */
    int removed_in;                          /* 0: still there */
    const char *input_names, *output_names;  /* "X W B", "inputs..." */
} oc_schema;

typedef struct oc_registry oc_registry;

/* Lives in arena, which must have an escape. Holds the built-in rules. */
oc_registry *oc_registry_new(oc_arena *arena);

/* NULL when there is none. The newest rule not above the opset. */
const oc_op_descriptor *oc_registry_find(const oc_registry *registry,
                                         const char *domain,
                                         const char *op_type, int64_t opset);
const oc_schema *oc_schema_find(const char *domain, const char *op_type);
/* The newest version of a schema not above the opset; 0 when it came later. */
int oc_schema_version(const oc_schema *schema, int64_t opset);

/* All rules, file by file. */
size_t oc_registry_count(const oc_registry *registry);
const oc_op_descriptor *oc_registry_at(const oc_registry *registry,
                                       size_t index);
size_t oc_schema_count(void);
const oc_schema *oc_schema_at(size_t index);

#endif
