/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/file.c - a sink that is a file.
 */
#include <stdlib.h>

#include "onnxcost/write.h"

#include "base/error.h"
#include "base/os.h"

#define MOST_BYTES ((uint64_t)256 << 20)

struct oc_file_sink {
    oc_output output;
    oc_sink sink;
    uint64_t left_bytes; /* of the limit */
    uint64_t limit_bytes;
};

static oc_status write_file(void *context, const void *data, size_t bytes,
                            oc_error *err)
{
    oc_file_sink *file = context;
    if (bytes > file->left_bytes) {
        oc_fail(err, OC_ERR_LIMIT, "limit.report",
                "the report is longer than %llu bytes",
                (unsigned long long)file->limit_bytes);
        oc_error_hint(err, "--limit report=N allows more");
        return OC_ERR_LIMIT;
    }
    file->left_bytes -= bytes;
    return oc_os_write(&file->output, data, bytes, err);
}

oc_status oc_file_sink_open(oc_file_sink **out, const char *path, oc_error *err)
{
    oc_file_sink *file = calloc(1, sizeof(*file));
    if (!file)
        return oc_fail(err, OC_ERR_NOMEM, "memory.exhausted",
                       "out of memory opening %s", path);
    oc_status status = oc_os_create(&file->output, path, err);
    if (status != OC_OK) {
        free(file);
        return status;
    }
    file->sink = (oc_sink){.write = write_file, .context = file};
    oc_file_sink_limit(file, MOST_BYTES);
    *out = file;
    return OC_OK;
}

void oc_file_sink_limit(oc_file_sink *file, uint64_t bytes)
{
    file->limit_bytes = file->left_bytes = bytes ? bytes : MOST_BYTES;
}

const oc_sink *oc_file_sink_get(const oc_file_sink *file)
{
    return &file->sink;
}

oc_status oc_file_sink_commit(oc_file_sink *file, oc_error *err)
{
    return oc_os_commit(&file->output, err);
}

void oc_file_sink_free(oc_file_sink *file)
{
    if (file)
        oc_os_discard(&file->output);
    free(file);
}
