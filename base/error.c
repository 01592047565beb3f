/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/error.c - filling an oc_error: the first cause wins.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

OC_PRINTF(5, 0)
static oc_status fill(oc_error *err, oc_status code, const char *id,
                      size_t offset, const char *format, va_list values)
{
    if (!err || err->code != OC_OK)
        return code;
    *err = (oc_error){.code = code, .offset = offset};
    snprintf(err->id, sizeof(err->id), "%s", id);
    vsnprintf(err->message, sizeof(err->message), format, values);
    return code;
}

oc_status oc_fail(oc_error *err, oc_status code, const char *id,
                  const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fill(err, code, id, OC_NO_OFFSET, format, values);
    va_end(values);
    return code;
}

oc_status oc_fail_at(oc_error *err, oc_status code, const char *id,
                     size_t offset, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fill(err, code, id, offset, format, values);
    va_end(values);
    return code;
}

void oc_error_where(oc_error *err, const char *format, ...)
{
    if (!err || err->code == OC_OK || err->where[0])
        return;
    va_list values;
    va_start(values, format);
    vsnprintf(err->where, sizeof(err->where), format, values);
    va_end(values);
}

void oc_error_hint(oc_error *err, const char *format, ...)
{
    if (!err || err->code == OC_OK || err->hint[0])
        return;
    va_list values;
    va_start(values, format);
    vsnprintf(err->hint, sizeof(err->hint), format, values);
    va_end(values);
}
