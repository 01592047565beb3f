/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/memory/liveness.h - what liveness.c, bodies.c and sizes.c share.
 */
#ifndef OC_ANALYZERS_LIVENESS_H
#define OC_ANALYZERS_LIVENESS_H

#include "analyzers/memory/memory.h"

/* sizes.c */
/* Sizes differ from run to run, or with the iteration. */
void oc_plan_worsen(oc_plan *plan, oc_certainty certainty);
/* OC_UNKNOWN where there is none. */
oc_expr oc_plan_size(oc_plan *plan, const oc_place *place, const oc_fact *fact);
oc_expr oc_plan_rounded(const oc_plan *plan, oc_expr bytes);
bool oc_plan_is_too_large(const oc_plan *plan, const oc_fact *fact,
                          oc_expr bytes);

/* liveness.c */
uint32_t oc_buffer_of(const oc_frame *frame, oc_value_id value);
void oc_plan_set_name(const oc_plan *plan, const oc_frame *frame,
                      oc_value_id value, uint32_t buffer);
uint32_t oc_plan_allocate(oc_plan *plan, const oc_place *place,
                          const oc_frame *frame, oc_value_id value,
                          const oc_fact *fact, size_t first);
/* In the sum of its place, too. */
uint32_t oc_plan_allocate_output(oc_plan *plan, const oc_place *place,
                                 const oc_frame *frame, oc_value_id value,
                                 const oc_fact *fact, size_t first);
void oc_place_count(const oc_place *place, oc_expr bytes);
void oc_plan_keep(oc_plan *plan, uint32_t buffer, size_t row);
void oc_plan_read(oc_plan *plan, const oc_place *place, const oc_frame *frame,
                  oc_value_id value, size_t row);
/* The buffer, or a copy of it where it may not be handed on. */
uint32_t oc_plan_named(oc_plan *plan, const oc_place *place,
                       const oc_frame *frame, oc_value_id value,
                       const oc_fact *fact, uint32_t buffer, size_t row);
void oc_plan_use_operands(oc_plan *plan, const oc_place *place,
                          const oc_row *row, size_t i);
void oc_plan_rows(oc_plan *plan, const oc_place *place, size_t first,
                  size_t end);

/* bodies.c: the row `i`, whose bodies end at the row `last`. */
void oc_plan_if(oc_plan *plan, const oc_place *place, const oc_row *row,
                size_t i, size_t last);
void oc_plan_loop(oc_plan *plan, const oc_place *place, const oc_row *row,
                  size_t i, size_t last);
void oc_plan_generation(oc_plan *plan, const oc_place *place, const oc_row *row,
                        size_t i, size_t last);

#endif
