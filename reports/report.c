/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/report.c - the end of a report's life.
 */
#include "onnxcost/report.h"

#include <stdlib.h>

#include "base/arena.h"

void oc_report_free(oc_report *report)
{
    oc_arena *owner = report ? report->memory_owner : NULL;
    if (owner)
        oc_arena_free(owner);
    free(owner);
}
