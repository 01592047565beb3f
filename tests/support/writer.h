/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/support/writer.h - protobuf messages made by hand, valid or not.
 *
 * Field numbers are given as in ONNX; nothing is checked, so that a test can
 * write what no writer of protobuf would.
 */
#ifndef OC_TESTS_WRITER_H
#define OC_TESTS_WRITER_H

#include <stddef.h>
#include <stdint.h>

typedef struct writer {
    char *data;
    size_t bytes, room;
    size_t *open; /* where the lengths of open messages are */
    size_t depth, open_room;
} writer;

void writer_free(writer *w);

void write_raw(writer *w, const void *data, size_t bytes);
void write_varint(writer *w, uint64_t value);
void write_tag(writer *w, uint32_t field, unsigned wire);

/* Whole fields. */
void write_number(writer *w, uint32_t field, uint64_t value);
void write_float(writer *w, uint32_t field, float value);
void write_block(writer *w, uint32_t field, const void *data, size_t bytes);
void write_text(writer *w, uint32_t field, const char *text);

/* A message: everything between is inside. */
void write_begin(writer *w, uint32_t field);
void write_end(writer *w);

/* ---- models ---- */

/* IR version 10, ai.onnx 21, and an open graph "g"; write_end() closes it. */
void write_model(writer *w);
/* A ValueInfoProto without a type: graph input 11, output 12. */
void write_value(writer *w, uint32_t field, const char *name);
/* An open NodeProto. Names are parted by spaces; "_" is an empty one. */
void write_node_begin(writer *w, uint32_t field, const char *op_type,
                      const char *inputs, const char *outputs);
/* The same, closed, in a graph. */
void write_node(writer *w, const char *op_type, const char *inputs,
                const char *outputs);
/* An open float TensorProto of one element. */
void write_tensor_begin(writer *w, uint32_t field, const char *name);

#endif
