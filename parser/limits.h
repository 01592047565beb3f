/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/limits.h - what a file may make us do.
 *
 * In here: the defaults of oc_limits as far as reading is concerned, and the
 * one wording of "too much".
 */
#ifndef OC_PARSER_LIMITS_H
#define OC_PARSER_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "onnxcost/error.h"
#include "onnxcost/model.h"

/* The wanted limits (NULL: none) with a default for every zero. */
oc_limits oc_limits_resolve(const oc_limits *wanted);

/* Of parse and graph, once the scan knows what it has kept. */
size_t oc_limits_memory(const oc_limits *limits, uint64_t retained_bytes);

/* Fills err with id "limit.<name>" and the flag that raises it. */
oc_status oc_limit_fail(oc_error *err, const char *name, uint64_t limit,
                        size_t offset, const char *what);

#endif
