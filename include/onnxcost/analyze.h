/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/analyze.h - from a model to its report.
 *
 * In here: what symbols are bound to, and the one way in.
 * Not in here: what comes out (report.h), in which format (write.h).
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

/* Replaces the declared shape of a graph input; of several for one input the
 * first counts. */
typedef struct oc_input_shape {
    const char *name;        /* NULL: the only input there is */
    size_t rank;             /* that of the input, where its rank is declared */
    const char *const *dims; /* rank of them: an integer >= 0 ("224"), a
                                symbol or an expression over symbols; a number
                                that the file declares gives way */
} oc_input_shape;

/* How a fused attention kernel goes about its tiles. */
typedef enum oc_flash {
    OC_FLASH_V2, /* the default */
    OC_FLASH_V1, /* as the paper states it */
    OC_FLASH_V1_RELEASED
} oc_flash;

/* All of it is lent for the call alone. */
typedef struct oc_analyze_options {
    size_t struct_size; /* sizeof(oc_analyze_options) */
    /* symbol = value, by the name of a report's symbol or as the model spells
     * it; each must be a symbol that the model has. */
    const oc_binding *dims;
    size_t dim_count;
    const oc_input_shape *shapes;
    size_t shape_count;
    oc_limits limits; /* memory, call_depth, inlined, expressions */
    /* Counting options as the user gave them; echoed in the report:
     * "in-place", "align=N", "io=exclude". */
    const char *const *counting;
    size_t counting_count;
    const char *order; /* of the nodes: "file" (NULL) or "min-peak" */
    /* What a machine can do at most in a second; both or none (0). For the
     * first peak_flops_by_type may stand, or say what differs from it. */
    int64_t peak_flops, bandwidth_bytes;
    /* A node whose figures the report shall derive (oc_report.derivation):
     * its name, "#17" for a row, or the name of one of its outputs. NULL:
     * none. */
    const char *explain;
    int64_t sram_bytes; /* of fast memory that a tile of attention may fill;
                           0: 98304 elements */
    oc_flash flash;
    /* Sequence lengths at which oc_report_growth.shares are; 0: some powers
     * of 2 that the model can reach. */
    const int64_t *lengths;
    size_t length_count;
    /* FLOPs a second of an element type, by its ONNX name: "float16". */
    const oc_binding *peak_flops_by_type;
    size_t peak_flops_type_count;
} oc_analyze_options;

/**
 * Infers all shapes and counts all costs. Nothing is executed and no file is
 * opened; equal models and options give equal reports.
 * @param[out] out  set only on OC_OK; the caller's, to be released by
 *                  oc_report_free(). It does not need the model any more.
 * @param model     only read.
 * @param options   NULL for the defaults.
 * @param err       may be NULL. `where` names the node, where there is one.
 * @return OC_OK, also when single nodes could not be inferred or costed (the
 *         report says so: coverage, diagnostics, the status of figures);
 *         OC_ERR_USAGE for a binding of an unknown symbol
 *         ("usage.unknown-symbol"), one outside the symbol's range
 *         ("usage.out-of-range") or against what the graph needs
 *         ("usage.assumption"); for the shape of an unknown input
 *         ("usage.unknown-input"), without a name where there are several
 *         ("usage.input-name"), of another rank, against another shape or
 *         binding ("usage.shape-mismatch") or below 0
 *         ("usage.negative-dim"); for a node to explain that is not there
 *         ("usage.unknown-node"); for a counting option ("usage.count") or an
 *         order ("usage.order") that there is not; for a length below 1
 *         ("usage.lengths"); for one peak of a machine without the other
 *         ("usage.machine"), or of a type of elements that there is not
 *         ("usage.elem-type"); for a struct_size that is too
 *         small ("usage.struct-size");
 *         OC_ERR_LIMIT ("limit.memory", "limit.expressions",
 *         "limit.call-depth", "limit.inline", or "limit.loops", which no
 *         option raises); OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_analyze(oc_report **out, const oc_model *model,
                     const oc_analyze_options *options, oc_error *err);

OC_END_API

#endif
