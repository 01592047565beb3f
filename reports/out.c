/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/out.c - bytes on their way to a sink, buffered.
 */
#include "reports/out.h"

#include <string.h>

#include "base/text.h"

void oc_out_open(oc_out *out, const oc_sink *sink, oc_error *err)
{
    out->sink = sink;
    out->err = err;
    out->status = OC_OK;
    out->used = 0;
}

static void hand_over(oc_out *out, const char *data, size_t bytes)
{
    if (out->status == OC_OK && bytes > 0)
        out->status =
            out->sink->write(out->sink->context, data, bytes, out->err);
}

static void flush(oc_out *out)
{
    hand_over(out, out->buffer, out->used);
    out->used = 0;
}

void oc_out_put(oc_out *out, const char *data, size_t bytes)
{
    if (bytes > sizeof(out->buffer) - out->used)
        flush(out);
    if (bytes > sizeof(out->buffer)) {
        hand_over(out, data, bytes);
        return;
    }
    memcpy(out->buffer + out->used, data, bytes);
    out->used += bytes;
}

void oc_out_puts(oc_out *out, const char *text)
{
    oc_out_put(out, text, strlen(text));
}

void oc_out_int(oc_out *out, int64_t value)
{
    char digits[OC_I128_DIGITS];
    oc_out_puts(out, oc_i128_print(digits, value));
}

void oc_out_repeat(oc_out *out, char c, size_t count)
{
    while (count-- > 0)
        oc_out_char(out, c);
}

void oc_out_fail(oc_out *out, oc_status status)
{
    if (out->status == OC_OK)
        out->status = status;
}

oc_status oc_out_close(oc_out *out)
{
    flush(out);
    return out->status;
}
