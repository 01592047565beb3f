/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/descriptor.h - descriptors as rows of a table, for families
 * whose operators differ in little.
 */
#ifndef OC_ANALYZERS_OPS_DESCRIPTOR_H
#define OC_ANALYZERS_OPS_DESCRIPTOR_H

#include "onnxcost/plugin.h"

/* After infer come the cost function or NULL, then the fields that only some
 * descriptors have: one list, since C17 wants `...` to be no empty one. */
/* clang-format off */
#define OC_DESCRIPTOR(in_domain, name, version, words, op_source,            \
                      infer_function, ...)                                   \
    {.domain = in_domain,                                                    \
     .op_type = name,                                                        \
     .since_version = version,                                               \
     .rule = words,                                                          \
     .source = op_source,                                                    \
     .infer = infer_function,                                                \
     .cost = __VA_ARGS__}
/* clang-format on */

/* `newest` names the version of the operator that was read: "Conv-22". */
#define OC_ONNX(name, version, words, newest, infer_function, ...)             \
    OC_DESCRIPTOR("", name, version, words, "ONNX operators, " newest,         \
                  infer_function, __VA_ARGS__)
#define OC_ONNX_ML(name, version, words, newest, infer_function, ...)          \
    OC_DESCRIPTOR("ai.onnx.ml", name, version, words,                          \
                  "ONNX ML operators, " newest, infer_function, __VA_ARGS__)

/* Operators of ONNX Runtime, in one of its domains; in com.microsoft. */
#define OC_CONTRIB(in_domain, name, version, words, infer_function, ...)       \
    OC_DESCRIPTOR(in_domain, name, version, words,                             \
                  "ONNX Runtime contrib operators, " name, infer_function,     \
                  __VA_ARGS__)
#define OC_MICROSOFT(name, words, infer_function, ...)                         \
    OC_CONTRIB("com.microsoft", name, 1, words, infer_function, __VA_ARGS__)

#endif
