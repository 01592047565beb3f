/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/model.h - loading a model without its weights.
 *
 * In here: reading and checking a file, limits on what it may make us do.
 * Not in here: what it costs (analyze.h); the model itself is opaque.
 */
#ifndef ONNXCOST_MODEL_H
#define ONNXCOST_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"
#include "onnxcost/error.h"

OC_BEGIN_API

/* A loaded model: names, operators, types and small constants, no weights.
 * It is not changed after it was made, so several threads may analyze it. */
typedef struct oc_model oc_model;

/*
 * Limits on what a file may make us do; zero means the default. A limit that
 * is reached is OC_ERR_LIMIT with the id that stands here; docs/limits.md
 * says more. Those of a load:
 */
typedef struct oc_limits {
    uint64_t depth;        /* limit.depth, of nested messages: 100; at most
                              10,000 */
    uint64_t decompressed; /* limit.decompressed, bytes that a gzip file or a
                              pipe gives: 2^31 - 1 */
    uint64_t metadata;     /* limit.metadata, bytes that are kept of a file:
                              256 MiB; at most 1 GiB */
    uint64_t memory;       /* limit.memory, bytes that an arena may hold, of
                              which there are a few. Of a load: 16 times the
                              bytes kept, from 256 MiB to 4 GiB. Of an
                              analysis: 384 MiB and 16 KiB a node, at most
                              8 GiB */
    uint64_t nodes;        /* limit.nodes, subgraphs included: 2,000,000 */
    uint64_t items;        /* limit.items, of values, of initializers, of
                              attributes, of strings: 4,000,000 each */
    uint64_t unknown;      /* limit.unknown, fields ONNX does not have:
                              100,000 */
    uint64_t rank;         /* limit.rank, dims of a tensor: 1,024 */
    uint64_t functions;    /* limit.functions, local ones: 10,000 */
    /* Of an analysis, like `memory`: */
    uint64_t call_depth;  /* limit.call-depth, calls within calls: 100 */
    uint64_t inlined;     /* limit.inline, nodes that calls expand to:
                             2,000,000 */
    uint64_t expressions; /* limit.expressions, distinct ones: 10,000,000 */
    /* Of a load again: */
    uint64_t name;    /* limit.name, bytes of a name: 1 MiB */
    uint64_t members; /* limit.members, of a gzip file: 65,536 */
    /* Of neither: for oc_file_sink_limit() (write.h), bytes: 256 MiB. */
    uint64_t report;
} oc_limits;

typedef struct oc_load_options {
    size_t struct_size; /* sizeof(oc_load_options) */
    oc_limits limits;
} oc_load_options;

/**
 * Reads a model from a regular file, plain or gzip, or from a pipe. Weights
 * are skipped, external data is never opened; a file is read, never mapped.
 * @param[out] out  on OC_OK the caller's, to be released by
 *                  oc_model_free(); else NULL.
 * @param path      "-" is standard input (file descriptor 0).
 * @param options   NULL for the defaults.
 * @param err       may be NULL. `where` names the file and, in an invalid
 *                  model, the node; `offset` is of the uncompressed file.
 * @return OC_OK;
 *         OC_ERR_IO when opening or reading fails ("input.open",
 *         "input.read") or the file changed meanwhile ("input.changed");
 *         OC_ERR_INPUT for what is no model ("input.lfs-pointer" and other
 *         "input.*", by what it is), a damaged one ("wire.*", "gzip.*",
 *         "text.nul") or one against the rules of ONNX ("model.*");
 *         OC_ERR_LIMIT ("limit.<name>"), where `hint` names the flag of the
 *         program; OC_ERR_USAGE when struct_size is too small
 *         ("usage.struct-size"); OC_ERR_NOMEM; OC_ERR_INTERNAL.
 */
OC_NODISCARD
oc_status oc_model_load_file(oc_model **out, const char *path,
                             const oc_load_options *options, oc_error *err);
/**
 * The same from memory, plain or gzip, which need not outlive the call.
 * @param name  stands for the path in errors, its last part for the file in
 *              reports.
 * @param data  may be NULL when there are no bytes ("input.empty").
 * @return as oc_model_load_file(), but never OC_ERR_IO.
 */
OC_NODISCARD
oc_status oc_model_load_memory(oc_model **out, const char *name,
                               const void *data, size_t bytes,
                               const oc_load_options *options, oc_error *err);
/** Releases a model; reports made from it stay. NULL is fine. */
void oc_model_free(oc_model *model);

OC_END_API

#endif
