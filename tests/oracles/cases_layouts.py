# SPDX-License-Identifier: Apache-2.0
"""Cases of operators that onnxruntime lays out or fuses anew.

In here: nodes with their operands, spelt as in cases_nn.py. Not in here: what
they cost (law_layouts.py).
"""
import cases_nn

CASES = []


def case(domain, op_type, *operands, out, opset=1, **attributes):
    entry = cases_nn.Written(op_type, operands, out, domain, opset, attributes)
    entry.name = "layout_%s_%d" % (op_type, len(CASES))
    CASES.append(entry)


def nhwc():
    domain = "com.ms.internal.nhwc"

    def last(op_type, *operands, **more):
        case(domain, op_type, *operands, opset=22, **more)

    for bias in ([], ["6"]):
        last("Conv", "2x7x8x4", "6x4x3x3", *bias, out=["2x5x6x6"])
    last("Conv", "1x7x9x4", "6x2x3x3", group=2, strides=[2, 2],
         out=["1x3x4x6"])
    last("Conv", "1x9x4", "6x4x3", pads=[1, 1], out=["1x9x6"])
    last("ConvTranspose", "1x4x5x3", "3x2x3x3", "2", out=["1x6x7x2"])
    last("MaxPool", "2x7x8x3", kernel_shape=[3, 2], out=["2x5x7x3"])
    last("AveragePool", "2x7x8x3", kernel_shape=[3, 3], strides=[2, 2],
         out=["2x3x3x3"])
    last("LpPool", "2x7x8x3", kernel_shape=[2, 2], out=["2x6x7x3"])
    for op_type in ("GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"):
        last(op_type, "2x5x6x3", out=["2x1x1x3"])
    last("InstanceNormalization", "2x5x6x3", "3", "3", out=["2x5x6x3"])
    last("BatchNormalization", "2x5x6x3", "3", "3", "3", "3",
         out=["2x5x6x3"])
    case(domain, "QLinearConv", "u8:1x8x8x4", "scalar", "u8:scalar",
         "u8:6x4x3x3", "scalar", "u8:scalar", "scalar", "u8:scalar", "i32:6",
         opset=10, out=["u8:1x6x6x6"])


def blocked():
    domain = "com.microsoft.nchwc"
    for bias in ([], ["16"]):
        case(domain, "Conv", "1x16x8x8", "16x16x3x3", *bias,
             kernel_shape=[3, 3], out=["1x16x6x6"])
    case(domain, "Conv", "1x16x8x8", "32x16x1x1", kernel_shape=[1, 1],
         strides=[2, 2], out=["1x32x4x4"])
    for op_type in ("MaxPool", "AveragePool"):
        case(domain, op_type, "1x16x8x8", kernel_shape=[2, 2], strides=[2, 2],
             out=["1x16x4x4"])
    for op_type in ("GlobalMaxPool", "GlobalAveragePool"):
        case(domain, op_type, "1x16x8x8", out=["1x16x1x1"])


def fused():
    domain = "com.microsoft"
    for activation in ("Relu", "Tanh", "LeakyRelu", "Sigmoid"):
        case(domain, "FusedMatMulActivation", "2x3x4", "4x5",
             activation=activation, out=["2x3x5"])
    case(domain, "FusedMatMulActivation", "2x4x3", "5x4", transA=1, transB=1,
         alpha=0.5, activation="Relu", out=["2x3x5"])
    case(domain, "MatMulInteger16", "i16:3x4", "i16:4x5", out=["i32:3x5"])
    for gains in ("8", "4"):
        case(domain, "GatedRMSNorm", "2x3x8", gains, "2x3x8", out=["2x3x8"])
    quantized = ["u8:1x8x8x4", "scalar", "u8:scalar", "u8:6x4x3x3", "scalar",
                 "u8:scalar", "scalar", "u8:scalar"]
    case(domain, "QLinearConv", *quantized, channels_last=1,
         out=["u8:1x6x6x6"])
    case(domain, "QLinearConv", "u8:1x4x8x8", *quantized[1:], "i32:6",
         pads=[1, 1, 1, 1], out=["u8:1x6x8x8"])
    case(domain, "QLinearConcat", "scalar", "u8:scalar", "u8:2x3", "scalar",
         "u8:scalar", "u8:2x5", "scalar", "u8:scalar", axis=1,
         out=["u8:2x8"])


def all_cases():
    if not CASES:
        for group in (nhwc, blocked, fused):
            group()
    return CASES
