/* SPDX-License-Identifier: Apache-2.0 */
/*
 * support/test.h - cmocka, and one operator run from three lines of text.
 */
#ifndef OC_TEST_H
#define OC_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FIGURE_UNKNOWN INT64_C(-1)
#define FIGURE_SYMBOLIC INT64_C(-2) /* look at the formula */

typedef struct result {
    char outputs[1024]; /* "f32[1,64,112,112] i64[batch]"; "?" unknown */
    int64_t macs, flops, transcendentals, params, buffers;
    int64_t read_bytes, write_bytes;
    char macs_formula[512], flops_formula[512];
    char status[16];       /* of the node: "exact", "unknown", ... */
    char role[16];         /* "compute", "view", ... */
    char diagnostic[256];  /* the first one's message, or "" */
    char assumptions[512]; /* "seq <= 1024; a == b" */
} result;

/*
 * Runs a model of one node, at ai.onnx opset 21 and com.microsoft 1.
 *
 * op_type     "Conv", "com.microsoft::Gelu", "Conv@11" (at that opset)
 * attributes  "strides=2,2 axis=1 alpha=0.5 mode=cubic axes=1,": a list holds
 *             a comma, a float a point
 * inputs      "f32[1,3,h,w] i64[2]=3,4 c:f32[64] _": graph inputs; with
 *             values or "c:" an initializer; "_" an omitted one
 * outputs     how many: run_op() has one
 */
result run_op_outputs(const char *op_type, const char *attributes,
                      const char *inputs, int outputs);
result run_op(const char *op_type, const char *attributes, const char *inputs);

/*
 * Runs it with as many outputs as `outputs` has, and asserts those and its
 * figures; `flops` are the ones beyond two a MAC.
 */
#define assert_op(...) assert_op_at(__FILE__, __LINE__, __VA_ARGS__)
void assert_op_at(const char *file, int line, const char *op_type,
                  const char *attributes, const char *inputs,
                  const char *outputs, int64_t macs, int64_t flops,
                  int64_t transcendentals);
/* Asserts that there is a diagnostic. */
#define assert_refused(op_type, attributes, inputs)                            \
    assert_string_not_equal(run_op(op_type, attributes, inputs).diagnostic, "")

#endif
