/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/error.h - a code to branch on, a message to read, a place to look.
 *
 * In here: oc_status, oc_error, words of suggested commands. Not in here:
 * diagnostics of a report, which do not stop a run (report.h).
 *
 * Every function that can fail returns an oc_status and takes an oc_error *,
 * which may be NULL. The first cause wins: an error that is filled already is
 * left as it is, so each attempt begins with a fresh one.
 */
#ifndef ONNXCOST_ERROR_H
#define ONNXCOST_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"

OC_BEGIN_API

/* New codes are only added at the end: treat one you do not know as a
 * failure. */
typedef enum oc_status {
    OC_OK = 0,
    OC_ERR_USAGE,    /* a wrong option, name, binding or formula */
    OC_ERR_INPUT,    /* not a model (or report), or an invalid one */
    OC_ERR_LIMIT,    /* a limit was reached; `id` is "limit.<name>" */
    OC_ERR_IO,       /* the system failed to read or write */
    OC_ERR_NOMEM,    /* out of memory */
    OC_ERR_SHAPE,    /* a formula divides by zero for these sizes */
    OC_ERR_OVERFLOW, /* the value of a formula is beyond 128 bits */
    OC_ERR_INTERNAL  /* a defect of onnxcost itself */
} oc_status;

#define OC_NO_OFFSET SIZE_MAX

/*
 * What went wrong. A fresh one is {.offset = OC_NO_OFFSET} or all zero. Texts
 * are NUL-terminated, cut at their room, and "" when there is nothing to say;
 * `code`, `id` and `message` are set by every failure. `where`, `message` and
 * `hint` may hold bytes of the model: print them by oc_print_safe() (write.h).
 * Branch on `code` and `id`; the other texts are for people and may change.
 */
typedef struct oc_error {
    oc_status code;
    size_t offset;     /* byte in the (uncompressed) file, or OC_NO_OFFSET */
    char id[48];       /* "input.lfs-pointer", "limit.depth" */
    char where[160];   /* "resnet50.onnx: node 17 (Conv) '/layer1/conv'" */
    char message[256]; /* "W has rank 3, expected 4" */
    char hint[1024];   /* what to do: "git lfs pull --include a.onnx" */
} oc_error;

#define OC_SHELL_ROOM 512

/**
 * A name as one word of a command line that is suggested, quoted where a
 * POSIX shell needs it.
 * @param room  of the buffer; OC_SHELL_ROOM suits most names.
 * @return buffer; or `otherwise`, a stand-in such as "FILE", when the word
 *         does not fit or holds control characters.
 */
const char *oc_shell_word(char *buffer, size_t room, const char *word,
                          const char *otherwise);

OC_END_API

#endif
