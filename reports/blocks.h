/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/blocks.h - attention blocks for people: which are one row, and in
 * which words.
 */
#ifndef OC_REPORTS_BLOCKS_H
#define OC_REPORTS_BLOCKS_H

#include "reports/page.h"

/* The end of the blocks from `first` on that differ in nothing but numbers of
 * their names. */
size_t oc_blocks_alike(oc_page *page, size_t first);
/* "causal, window 64, padding"; "?" when undecided. */
const char *oc_block_mask(oc_page *page, const oc_report_attention *block);

#endif
