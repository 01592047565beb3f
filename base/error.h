/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/error.h - filling an oc_error: the first cause wins, callers above
 * add the place.
 */
#ifndef OC_BASE_ERROR_H
#define OC_BASE_ERROR_H

#include "onnxcost/error.h"

/* Each returns `code`. err may be NULL; one already filled is kept. `id` is
 * the diagnostic's name ("wire.truncated"). */
OC_PRINTF(4, 5)
oc_status oc_fail(oc_error *err, oc_status code, const char *id,
                  const char *format, ...);
OC_PRINTF(5, 6)
oc_status oc_fail_at(oc_error *err, oc_status code, const char *id,
                     size_t offset, const char *format, ...);

/* Sets `where` (unless set) or `hint` (unless set) of a filled error. */
OC_PRINTF(2, 3)
void oc_error_where(oc_error *err, const char *format, ...);
OC_PRINTF(2, 3)
void oc_error_hint(oc_error *err, const char *format, ...);

#endif
