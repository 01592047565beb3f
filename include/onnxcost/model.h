/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/model.h - loading a model without its weights.
 */
#ifndef ONNXCOST_MODEL_H
#define ONNXCOST_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"
#include "onnxcost/error.h"

OC_BEGIN_API

typedef struct oc_model oc_model;

/*
 * Limits on what a file may make us do; zero means the default. A limit hit
 * is OC_ERR_LIMIT with id "limit.<name>".
 */
typedef struct oc_limits {
    uint64_t depth;        /* nested messages: 100, at most 10,000 */
    uint64_t decompressed; /* bytes of a gzip or pipe: 2^31 - 1 */
    uint64_t metadata;     /* retained bytes: 256 MiB */
    uint64_t memory;       /* of parse and graph: max(256 MiB, 16 x retained),
                              at most 4 GiB */
    uint64_t nodes;        /* subgraphs included: 2,000,000 */
    uint64_t items;   /* values, initializers, attributes, strings: 4,000,000 */
    uint64_t unknown; /* unknown fields: 100,000 */
    uint64_t rank;    /* 1,024 */
    uint64_t functions;   /* local functions: 10,000 */
    uint64_t call_depth;  /* 100 */
    uint64_t inlined;     /* nodes of inlined calls: 2,000,000 */
    uint64_t expressions; /* 10,000,000 */
    uint64_t name;        /* bytes of a stored name: 1 MiB */
    uint64_t members;     /* gzip members: 65,536 */
    uint64_t report;      /* bytes of a report: 256 MiB */
} oc_limits;

typedef struct oc_load_options {
    size_t struct_size;
    oc_limits limits;
} oc_load_options;

/**
 * Reads a model: plain, gzip, or "-" for standard input. Weight payloads are
 * skipped, external data is never opened.
 * @param[out] out  on success the caller's, to be released by
 *                  oc_model_free().
 * @param options   NULL for the defaults.
 * @return OC_OK; OC_ERR_IO; OC_ERR_INPUT with a byte offset or a node;
 *         OC_ERR_LIMIT naming the limit; OC_ERR_NOMEM.
 */
OC_NODISCARD
oc_status oc_model_load_file(oc_model **out, const char *path,
                             const oc_load_options *options, oc_error *err);
/** The same from memory; `name` stands for the file name in reports. */
OC_NODISCARD
oc_status oc_model_load_memory(oc_model **out, const char *name,
                               const void *data, size_t bytes,
                               const oc_load_options *options, oc_error *err);
void oc_model_free(oc_model *model); /* NULL is fine */

OC_END_API

#endif
