/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/analyze.h - from a model to its report.
 */
#ifndef ONNXCOST_ANALYZE_H
#define ONNXCOST_ANALYZE_H

#include <stddef.h>

#include "onnxcost/compat.h"
#include "onnxcost/error.h"
#include "onnxcost/formula.h"
#include "onnxcost/model.h"
#include "onnxcost/report.h"

OC_BEGIN_API

/* Replaces the declared shape of a graph input. */
typedef struct oc_input_shape {
    const char *name; /* NULL: the only input there is */
    size_t rank;
    const char *const *dims; /* each an integer or a symbol */
} oc_input_shape;

typedef struct oc_analyze_options {
    size_t struct_size;
    const oc_binding *dims; /* symbol = value */
    size_t dim_count;
    const oc_input_shape *shapes;
    size_t shape_count;
    oc_limits limits;
    /* Counting options as the user gave them; echoed in the report. None is
     * there yet: any is OC_ERR_USAGE. */
    const char *const *counting;
    size_t counting_count;
    /* A node whose figures the report shall derive (oc_report.derivation):
     * its name, "#17" for a row, or the name of one of its outputs. NULL:
     * none. */
    const char *explain;
} oc_analyze_options;

/**
 * Infers all shapes and counts all costs.
 * @param[out] out  on success the caller's, to be released by
 *                  oc_report_free(); it does not need the model any more.
 * @param options   NULL for the defaults.
 * @return OC_OK, also when single nodes could not be inferred or costed (the
 *         report says so); OC_ERR_USAGE for an unknown symbol, input, node or
 *         counting option, a shape of the wrong rank, or a binding that
 *         violates an assumption; OC_ERR_LIMIT; OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_analyze(oc_report **out, const oc_model *model,
                     const oc_analyze_options *options, oc_error *err);

OC_END_API

#endif
