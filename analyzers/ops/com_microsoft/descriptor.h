/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/com_microsoft/descriptor.h - what every descriptor of an ONNX
 * Runtime operator says, for the tables of them.
 */
#ifndef OC_ANALYZERS_OPS_COM_MICROSOFT_DESCRIPTOR_H
#define OC_ANALYZERS_OPS_COM_MICROSOFT_DESCRIPTOR_H

#include "onnxcost/plugin.h"

/* After infer come the cost function or NULL, then the fields that only some
 * descriptors have: one list, since C17 wants `...` to be no empty one. */
#define OC_CONTRIB(in_domain, name, version, words, infer_function, ...)       \
    {                                                                          \
        .domain = in_domain, .op_type = name, .since_version = version,        \
        .rule = words, .source = "ONNX Runtime contrib operators, " name,      \
        .infer = infer_function, .cost = __VA_ARGS__                           \
    }
#define OC_MICROSOFT(name, words, infer_function, ...)                         \
    OC_CONTRIB("com.microsoft", name, 1, words, infer_function, __VA_ARGS__)

#endif
