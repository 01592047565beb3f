/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/file.c - a sink that is a file.
 */
#include <stdlib.h>

#include "onnxcost/write.h"

#include "base/error.h"
#include "base/os.h"

struct oc_file_sink {
    oc_output output;
    oc_sink sink;
};

static oc_status write_file(void *context, const void *data, size_t bytes,
                            oc_error *err)
{
    oc_file_sink *file = context;
    return oc_os_write(&file->output, data, bytes, err);
}

oc_status oc_file_sink_open(oc_file_sink **out, const char *path, oc_error *err)
{
    oc_file_sink *file = calloc(1, sizeof(*file));
    if (!file)
        return oc_fail(err, OC_ERR_NOMEM, "memory", "out of memory opening %s",
                       path);
    oc_status status = oc_os_create(&file->output, path, err);
    if (status != OC_OK) {
        free(file);
        return status;
    }
    file->sink = (oc_sink){.write = write_file, .context = file};
    *out = file;
    return OC_OK;
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
