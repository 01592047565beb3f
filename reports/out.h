/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/out.h - bytes on their way to a sink, buffered, with sticky failure.
 *
 * Writers put and put, and ask once at the end whether all went well.
 */
#ifndef OC_REPORTS_OUT_H
#define OC_REPORTS_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "onnxcost/write.h"

typedef struct oc_out {
    const oc_sink *sink;
    oc_error *err;
    oc_status status;
    size_t used;
    char buffer[16384];
} oc_out;

void oc_out_open(oc_out *out, const oc_sink *sink, oc_error *err);
void oc_out_put(oc_out *out, const char *data, size_t bytes);
void oc_out_puts(oc_out *out, const char *text);
static inline void oc_out_char(oc_out *out, char c)
{
    if (out->used == sizeof(out->buffer))
        oc_out_put(out, &c, 1);
    else
        out->buffer[out->used++] = c;
}
void oc_out_int(oc_out *out, int64_t value);
void oc_out_repeat(oc_out *out, char c, size_t count);
/* Keeps the first failure, for writers that meet one of their own. */
void oc_out_fail(oc_out *out, oc_status status);
/* Hands over what is left; the first failure or OC_OK. */
oc_status oc_out_close(oc_out *out);

#endif
