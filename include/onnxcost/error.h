/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/error.h - a code to branch on, a message to read, a place to look.
 *
 * In here: oc_status, oc_error. Not in here: diagnostics of a report, which
 * do not stop a run (report.h).
 */
#ifndef ONNXCOST_ERROR_H
#define ONNXCOST_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"

typedef enum oc_status {
    OC_OK = 0,
    OC_ERR_USAGE,    /* a wrong option, name or binding */
    OC_ERR_INPUT,    /* not a model, or an invalid one */
    OC_ERR_LIMIT,    /* a limit was reached; `hint` names the flag */
    OC_ERR_IO,       /* reading or writing failed */
    OC_ERR_NOMEM,    /* out of memory */
    OC_ERR_SHAPE,    /* shapes contradict */
    OC_ERR_OVERFLOW, /* a figure is beyond 128 bits */
    OC_ERR_INTERNAL  /* a defect of onnxcost itself */
} oc_status;

#define OC_NO_OFFSET SIZE_MAX

/* A fresh one is {.offset = OC_NO_OFFSET} or all zero. */
typedef struct oc_error {
    oc_status code;
    size_t offset;     /* byte in the (uncompressed) file, or OC_NO_OFFSET */
    char id[48];       /* "input.lfs-pointer", "limit.depth" */
    char where[160];   /* "resnet50.onnx: node 17 (Conv) '/layer1/conv'" */
    char message[256]; /* "W has rank 3, expected 4" */
    char hint[1024];   /* what to do: "git lfs pull --include a.onnx" */
} oc_error;

#endif
