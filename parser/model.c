/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/model.c - from a path or memory to a model.
 *
 * In here: the order of the steps, what they share, and the one place where
 * exhausted memory comes out. The compact copy and the messages are gone
 * before a load returns.
 */
#include "parser/model.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "parser/limits.h"
#include "parser/load.h"
#include "parser/scan.h"
#include "parser/sniff.h"
#include "parser/source.h"

#define OPSETS_SINCE_IR 3 /* from there on opset_import must be there */

struct job {
    const char *path; /* or the name of what is in memory */
    bool from_memory;
    const void *data;
    size_t bytes;
    oc_limits limits;
    oc_arena scratch;
    oc_source *source;
    oc_compact compact;
    oc_model *model;
    oc_error err;
    jmp_buf escape;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static bool open_source(struct job *job)
{
    return job->from_memory
               ? oc_source_memory(&job->source, job->data, job->bytes,
                                  &job->limits, &job->scratch, &job->err)
               : oc_source_open(&job->source, job->path, &job->limits,
                                &job->scratch, &job->err);
}

static bool load_versions(oc_loader *loader, const Onnx__ModelProto *message)
{
    static const oc_opset first = {"", 1};
    oc_model_facts *facts = &loader->model->facts;
    facts->ir_version = message->ir_version;
    facts->producer = oc_load_text(loader, message->producer_name);
    facts->producer_version = oc_load_text(loader, message->producer_version);
    bool is_old =
        message->has_ir_version && facts->ir_version < OPSETS_SINCE_IR;
    if (!message->n_opset_import && !is_old)
        return oc_load_refuse(loader, "model.no-opset", NULL,
                              "it imports no operator set, as every model "
                              "since IR version 3 does");
    if (!message->n_opset_import || !message->has_ir_version)
        oc_load_note(loader, OC_NOTE_NO_VERSION, NULL, OC_NO_OFFSET);
    oc_load_opsets(loader, &facts->opset, &facts->opset_count,
                   message->opset_import, message->n_opset_import, &first,
                   message->n_opset_import ? 0 : 1);
    return true;
}

static bool load_main_graph(oc_loader *loader, const Onnx__ModelProto *message)
{
    Onnx__GraphProto *main_graph;
    oc_graph *graph = OC_NEW(loader->arena, oc_graph, 1);
    loader->model->graph = graph;
    return oc_load_unpack(loader, &main_graph, message->graph,
                          &onnx__graph_proto__descriptor) &&
           oc_load_scope(loader, graph, &(oc_body){.graph = main_graph});
}

static void note_scan(oc_loader *loader)
{
    const oc_compact *compact = loader->compact;
    if (compact->not_utf8_count) {
        oc_load_note(loader, OC_NOTE_NOT_UTF8, NULL,
                     (size_t)compact->not_utf8_offset);
        loader->notes[OC_NOTE_NOT_UTF8].count = compact->not_utf8_count;
    }
    if (compact->unknown_fields) {
        oc_load_note(loader, OC_NOTE_UNKNOWN_FIELDS, NULL, OC_NO_OFFSET);
        loader->notes[OC_NOTE_UNKNOWN_FIELDS].count = compact->unknown_fields;
    }
}

static bool load_messages(struct job *job)
{
    oc_loader loader = {
        .model = job->model,
        .arena = &job->model->arena,
        .scratch = &job->scratch,
        .err = &job->err,
        .file = base_name(job->path),
        .compact = &job->compact,
        .texts = oc_map_new(&job->scratch),
        .externals = oc_map_new(&job->scratch),
        .functions = oc_map_new(&job->scratch),
    };
    oc_model_facts *facts = &job->model->facts;
    Onnx__ModelProto *message;
    facts->file = oc_load_text(&loader, loader.file);
    facts->file_bytes = oc_source_offset(job->source);
    note_scan(&loader);
    if (!oc_load_unpack(&loader, &message, 0, &onnx__model_proto__descriptor) ||
        !load_versions(&loader, message) ||
        !oc_load_function_names(&loader, message) ||
        !load_main_graph(&loader, message) ||
        !oc_load_functions(&loader, message))
        return false;
    oc_load_external_files(&loader);
    oc_load_notes(&loader);
    return oc_load_fingerprint(&loader, facts->fingerprint);
}

static bool run_steps(struct job *job)
{
    if (!open_source(job) || !oc_sniff(job->source, job->path))
        return false;
    bool loaded =
        oc_scan(&job->compact, job->source, &job->limits, &job->scratch);
    if (loaded) {
        size_t memory = oc_limits_memory(&job->limits, job->compact.kept_bytes);
        job->scratch.limit_bytes = job->model->arena.limit_bytes = memory;
        loaded = load_messages(job);
    }
    oc_error_where(&job->err, "%s", base_name(job->path));
    return loaded;
}

/* An arena does not say whether its limit or the system said no; a limit
 * that was far away was not it. */
static void out_of_memory(struct job *job)
{
    const oc_arena *scratch = &job->scratch;
    const oc_arena *kept = &job->model->arena;
    if (scratch->held_bytes > scratch->limit_bytes / 4 ||
        kept->held_bytes > kept->limit_bytes / 4)
        (void)oc_limit_fail(&job->err, "memory", scratch->limit_bytes,
                            OC_NO_OFFSET,
                            "bytes of memory for messages or graph");
    else
        oc_fail(&job->err, OC_ERR_NOMEM, "memory.exhausted",
                "out of memory reading %s", job->path);
    oc_error_where(&job->err, "%s", base_name(job->path));
}

/* The only function that an exhausted arena returns to. */
static bool run(struct job *job)
{
    size_t memory = oc_limits_memory(&job->limits, UINT64_MAX / 16);
    job->scratch.limit_bytes = job->model->arena.limit_bytes = memory;
    job->scratch.escape = job->model->arena.escape = &job->escape;
    if (setjmp(job->escape)) {
        out_of_memory(job);
        return false;
    }
    return run_steps(job);
}

static oc_status load(oc_model **out, struct job *job,
                      const oc_load_options *options, oc_error *err)
{
    *out = NULL;
    if (options && options->struct_size < sizeof(*options))
        return oc_fail(err, OC_ERR_USAGE, "usage.struct-size",
                       "oc_load_options.struct_size is too small");
    job->limits = oc_limits_resolve(options ? &options->limits : NULL);
    job->model = calloc(1, sizeof(*job->model));
    if (!job->model)
        return oc_fail(err, OC_ERR_NOMEM, "memory.exhausted",
                       "out of memory reading %s", job->path);
    bool loaded = run(job);
    oc_source_close(job->source);
    oc_compact_free(&job->compact);
    oc_arena_free(&job->scratch);
    if (loaded) {
        job->model->arena.escape = NULL;
        *out = job->model;
        return OC_OK;
    }
    oc_model_free(job->model);
    if (err && err->code == OC_OK)
        *err = job->err;
    return job->err.code;
}

oc_status oc_model_load_file(oc_model **out, const char *path,
                             const oc_load_options *options, oc_error *err)
{
    struct job job = {.path = path};
    return load(out, &job, options, err);
}

oc_status oc_model_load_memory(oc_model **out, const char *name,
                               const void *data, size_t bytes,
                               const oc_load_options *options, oc_error *err)
{
    struct job job = {
        .path = name, .from_memory = true, .data = data, .bytes = bytes};
    return load(out, &job, options, err);
}

void oc_model_free(oc_model *model)
{
    if (!model)
        return;
    oc_arena_free(&model->arena);
    free(model);
}

const oc_graph *oc_model_graph(const oc_model *model)
{
    return model->graph;
}

const oc_model_facts *oc_model_get_facts(const oc_model *model)
{
    return &model->facts;
}
