/* SPDX-License-Identifier: Apache-2.0 */
/*
 * support/report.h - reports made by hand, and sinks that keep or refuse.
 */
#ifndef OC_TEST_REPORT_H
#define OC_TEST_REPORT_H

#include "onnxcost/report.h"
#include "onnxcost/write.h"

#include "base/text.h"

/* Conv and Relu on [1,3,8,8]: every figure is an integer. */
const oc_report *static_report(void);
/* A decoder layer in batch_size, sequence_length, past_sequence_length with
 * an operator that nobody knows, and something in every array. */
const oc_report *symbolic_report(void);
/* Every string is `text`, every array has one element. */
const oc_report *hostile_report(const char *text);

/* Appends to the oc_text that is its context. */
oc_status keep_bytes(void *context, const void *data, size_t bytes,
                     oc_error *err);

typedef oc_status report_writer(const oc_report *report, const oc_sink *sink,
                                oc_error *err);
/* What the writer writes; fails the test when it fails. */
const char *written(oc_arena *arena, report_writer *writer,
                    const oc_report *report);
const char *written_html(oc_arena *arena, const oc_html_options *options,
                         const oc_report *report);
const char *written_text(oc_arena *arena, const oc_text_options *options,
                         const oc_report *report);

#endif
