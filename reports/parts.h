/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/parts.h - parts of a model with attention, in words.
 */
#ifndef OC_REPORTS_PARTS_H
#define OC_REPORTS_PARTS_H

#include "reports/page.h"

/* "attention core (32 blocks, gqa 32/8 heads, d = 128)" */
const char *oc_part_label(oc_page *page, const oc_report_part *part);

#endif
