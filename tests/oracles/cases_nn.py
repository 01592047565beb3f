# SPDX-License-Identifier: Apache-2.0
"""Cases of neural-network operators that ONNX's own node tests leave out.

In here: nodes with their operands, spelt short. Not in here: what they cost
(law_nn.py).

An operand is "2x3" (float), "i8:2x3" (another type), "" (left out), "=0" (the
same tensor as operand 0) or an array: a constant whose values steer. Outputs
are a number where ONNX infers shapes itself, else operand-like texts.
"""
import numpy
import onnx

TYPES = {"f16": numpy.float16, "f64": numpy.float64, "i8": numpy.int8,
         "u8": numpy.uint8, "i16": numpy.int16, "i32": numpy.int32,
         "i64": numpy.int64, "b": numpy.bool_, "f32": numpy.float32}


class Written:
    def __init__(self, op_type, operands, outputs, domain, opset, attributes):
        self.op_type = op_type
        self.domain = domain
        self.opsets = {"": 22 if domain else opset}
        if domain:
            self.opsets[domain] = opset
        self.attributes = attributes
        self.tensors, self.outputs, self.steering = {}, {}, set()
        self.input_names = [self.operand(index, text)
                            for index, text in enumerate(operands)]
        self.output_names = [self.output(index, text)
                             for index, text in enumerate(outputs)]

    def operand(self, index, text):
        name = "x%d" % index
        if isinstance(text, numpy.ndarray):
            self.steering.add(name)
            self.tensors[name] = text
            return name
        if text[:1] == "=":
            return "x" + text[1:]
        if not text:
            return ""
        self.tensors[name] = zeros(text)
        return name

    def output(self, index, text):
        name = "y%d" % index
        if text == "":
            return ""
        if text != "?":
            self.outputs[name] = zeros(text)
        return name


def zeros(text):
    kind, _, dims = text.rpartition(":")
    shape = [int(dim) for dim in dims.split("x")] if dims != "scalar" else []
    if kind == "bf16":
        return onnx.helper.make_tensor(
            "t", onnx.TensorProto.BFLOAT16, shape,
            [0] * int(numpy.prod(shape)))
    return numpy.zeros(shape, TYPES[kind or "f32"])


CASES = []


def add(op_type, operands, outputs, domain, opset, attributes):
    entry = Written(op_type, operands, outputs, domain, opset, attributes)
    entry.name = "%s_%d" % (op_type, len(CASES))
    CASES.append(entry)


def case(op_type, *operands, out=1, opset=22, **attributes):
    outputs = ["?"] * out if isinstance(out, int) else out
    add(op_type, operands, outputs, "", opset, attributes)


def contrib(op_type, *operands, out, **attributes):
    add(op_type, operands, out, "com.microsoft", 1, attributes)


def ml(op_type, *operands, out, opset, **attributes):
    add(op_type, operands, out, "ai.onnx.ml", opset, attributes)


def ints(*values):
    return numpy.array(values, numpy.int64)


def floats(*values):
    return numpy.array(values, numpy.float32)


def contractions():
    for kind in ("", "f16:", "f64:", "bf16:", "i32:"):
        case("MatMul", kind + "2x3x4", kind + "4x5")
    for a, b in (("4", "4"), ("4", "4x3"), ("3x4", "4"), ("2x3x4", "4"),
                 ("5x1x3x4", "2x4x6"), ("1x1", "1x1"), ("1x4", "4x1"),
                 ("0x4", "4x3"), ("3x0", "0x4"), ("3x3", "=0"),
                 ("2x3x3", "=0"), ("7x1x3x2", "1x5x2x3")):
        for opset in (1, 9, 13, 22):
            if opset > 1:
                case("MatMul", a, b, opset=opset)
    for attributes in ({}, {"alpha": 0.5}, {"beta": 2.0}, {"beta": 0.0},
                       {"alpha": 2.0, "beta": 0.5, "transA": 1}):
        a = "4x3" if attributes.get("transA") else "3x4"
        for bias in ([], ["5"], ["3x1"], ["1"], ["3x5"], ["scalar"]):
            case("Gemm", a, "4x5", *bias, opset=13 if bias else 11,
                 **attributes)
    case("Gemm", "3x3", "=0", "=0", opset=13)
    case("Gemm", "3x4", "4x5", "3x5", opset=1, out=["3x5"])
    case("Gemm", "3x4", "4x5", "5", opset=6, broadcast=1)
    case("Gemm", "3x4", "5x4", "5", opset=7, transB=1)
    case("Gemm", "f16:3x4", "f16:5x4", "f16:5", transB=1)
    for points in ([], ["u8:scalar"], ["u8:scalar", "u8:scalar"],
                   ["", "u8:scalar"], ["u8:3"], ["u8:3", "u8:5"]):
        case("MatMulInteger", "u8:3x4", "u8:4x5", *points)
    for scale in ("scalar", "5"):
        case("QLinearMatMul", "u8:3x4", "scalar", "u8:scalar", "u8:4x5", scale,
             "u8:" + scale, "scalar", "u8:scalar", opset=10)
    case("Det", "2x5x5")
    case("Det", "4x4")
    case("AffineGrid", "3x2x3", ints(3, 2, 4, 5))
    contrib("Inverse", "2x3x3", out=["2x3x3"])


def convolutions():
    for opset in (1, 11, 22):
        case("Conv", "2x4x7x7", "6x4x3x3", opset=opset)
        case("Conv", "2x4x7x7", "6x4x3x3", "6", opset=opset, strides=[2, 2],
             pads=[1, 1, 1, 1])
    case("Conv", "2x4x9", "6x2x3", "6", group=2, dilations=[2])
    case("Conv", "1x4x5x5", "4x1x3x3", group=4, auto_pad="SAME_UPPER")
    case("Conv", "1x4x5x5", "8x1x3x3", group=4, auto_pad="VALID")
    case("Conv", "1x4x6x5", "2x4x3x2", auto_pad="SAME_LOWER", strides=[2, 2])
    case("Conv", "1x2x4x4x4", "3x2x2x2x2", "3")
    case("Conv", "f16:2x3x6x6", "f16:4x3x1x1", "f16:4")
    case("Conv", "1x1x3x3", "1x1x3x3", "1")
    case("Conv", "0x3x4x4", "2x3x3x3", "2")
    case("ConvInteger", "u8:2x3x5x5", "u8:4x3x3x3", "u8:scalar", "u8:4")
    case("ConvInteger", "u8:2x3x5x5", "u8:4x3x3x3")
    case("ConvInteger", "u8:2x4x5x5", "i8:4x2x3x3", "u8:scalar", group=2,
         strides=[2, 2])
    for bias in ([], ["i32:4"]):
        for scale in ("scalar", "4"):
            case("QLinearConv", "u8:2x3x5x5", "scalar", "u8:scalar",
                 "u8:4x3x3x3", scale, "u8:" + scale, "scalar", "u8:scalar",
                 *bias, pads=[1, 1, 1, 1])
    case("ConvTranspose", "2x4x5x5", "4x3x3x3", "3", strides=[2, 2],
         pads=[1, 1, 1, 1], output_padding=[1, 1])
    case("ConvTranspose", "2x4x5", "4x3x3", group=2, opset=11)
    case("ConvTranspose", "1x4x5x5", "4x2x3x3", "2",
         auto_pad="SAME_LOWER", strides=[2, 2])
    case("ConvTranspose", "1x2x4x4", "2x3x2x2", "3", dilations=[2, 2],
         opset=1)
    case("DeformConv", "2x4x5x5", "6x4x3x3", "2x18x3x3", "6", "2x9x3x3",
         opset=19)
    case("DeformConv", "2x4x5x5", "6x2x3x3", "2x36x3x3", opset=22, group=2,
         offset_group=2)
    case("DeformConv", "2x4x5x5", "6x2x3x3", "2x36x3x3", "", "2x18x3x3",
         opset=22, group=2, offset_group=2)


def einsums():
    for equation, *shapes in (
            ("bhid,bhjd->bhij", "2x3x4x5", "2x3x6x5"),
            ("ij,jk,kl->il", "2x3", "3x4", "4x5"),
            ("ij,jk,kl,lm->im", "9x2", "2x8", "8x3", "3x7"),
            ("i,j->ij", "3", "4"), ("i,i->i", "4", "4"),
            ("i,i,i->i", "4", "4", "4"),
            ("ii->i", "4x4"), ("ii->", "4x4"), ("ij->", "3x4"),
            ("iij->j", "3x3x4"), ("iij->ij", "3x3x4"),
            ("ij,jk", "2x3", "3x4"), ("ba,a", "2x3", "3"),
            ("...ij,...jk->...ik", "2x3x4", "2x4x5"),
            ("...ij,jk->...ik", "2x3x4", "4x5"),
            ("...i,...i", "2x1x3", "2x5x3"), ("...ij->...", "2x3x4"),
            ("b...,b...->b...", "2x3", "2x3"),
            ("ijk,j->ik", "2x3x4", "3"), ("ijk,lm->il", "2x3x4", "5x6"),
            ("ab,ac,ad->bcd", "2x3", "2x4", "2x5"),
            ("ab,bc,ca->", "3x4", "4x5", "5x3"),
            ("i,->i", "4", "scalar"), ("abc,acd,ae->bde", "2x3x4", "2x4x5",
                                       "2x6")):
        case("Einsum", *shapes, opset=12, equation=equation)
    case("Einsum", "3x3", "=0", opset=12, equation="ij,jk->ik")
    case("Einsum", "f16:3x4", "f16:4x5", opset=12, equation="ij,jk->ik")


def recurrent():
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}
    for op_type, wide in gates.items():
        states = 3 if op_type == "LSTM" else 2
        for directions, name in ((1, "forward"), (2, "bidirectional"),
                                 (1, "reverse")):
            sizes = ["5x2x3", "%dx%dx3" % (directions, 4 * wide),
                     "%dx%dx4" % (directions, 4 * wide)]
            bias = "%dx%d" % (directions, 8 * wide)
            state = "%dx2x4" % directions
            more = [state] * (states - 1)
            for opset in (7, 14, 22):
                case(op_type, *sizes, out=states, opset=opset, hidden_size=4,
                     direction=name)
            case(op_type, *sizes, bias, "i32:2", *more, out=1,
                 hidden_size=4, direction=name)
            case(op_type, *sizes, bias, out=1, hidden_size=4, clip=3.0,
                 direction=name)
            case(op_type, *[s.replace("5x2", "2x5") for s in sizes], bias,
                 out=states, hidden_size=4, direction=name, layout=1)
    for attributes in ({}, {"linear_before_reset": 1},
                       {"linear_before_reset": 1, "clip": 1.0}):
        case("GRU", "5x2x3", "1x6x3", "1x6x2", "1x12", hidden_size=2, out=2,
             **attributes)
        case("GRU", "5x2x3", "1x6x3", "1x6x2", hidden_size=2, out=2,
             **attributes)
    for names in (["Relu", "Tanh"], ["HardSigmoid", "Softsign"],
                  ["Softplus", "Elu"], ["Affine", "ScaledTanh"],
                  ["LeakyRelu", "ThresholdedRelu"]):
        case("GRU", "3x2x3", "1x6x3", "1x6x2", "1x12", hidden_size=2, out=2,
             activations=names)
        case("RNN", "3x2x3", "2x2x3", "2x2x2", "2x4", hidden_size=2, out=2,
             activations=names, direction="bidirectional")
        case("LSTM", "3x2x3", "1x8x3", "1x8x2", "1x16", hidden_size=2, out=3,
             activations=names + ["Tanh"])
    for attributes in ({}, {"input_forget": 1}, {"clip": 2.0},
                       {"input_forget": 1, "clip": 2.0}):
        for bias in ("", "1x16"):
            case("LSTM", "3x2x3", "1x8x3", "1x8x2", bias, "", "1x2x2", "1x2x2",
                 "1x6", hidden_size=2, out=3, **attributes)
            case("LSTM", "3x2x3", "1x8x3", "1x8x2", bias, hidden_size=2,
                 out=3, **attributes)
    case("LSTM", "f16:3x2x3", "f16:1x8x3", "f16:1x8x2", "f16:1x16",
         hidden_size=2, out=3)


def pools():
    for opset in (1, 10, 22):
        case("MaxPool", "2x3x7x7", opset=opset, kernel_shape=[3, 2])
        case("AveragePool", "2x3x7x7", opset=opset, kernel_shape=[3, 2],
             strides=[2, 2], pads=[1, 0, 1, 1])
    case("MaxPool", "2x3x7x7", out=2, kernel_shape=[3, 3], ceil_mode=1,
         strides=[2, 2])
    case("MaxPool", "i8:2x3x8", kernel_shape=[3], dilations=[2])
    case("MaxPool", "f16:1x3x4x4x4", kernel_shape=[2, 2, 2])
    case("MaxPool", "2x3x4x4", kernel_shape=[4, 4])
    case("MaxPool", "2x3x4x4", kernel_shape=[1, 1])
    for p in (1, 2, 3):
        case("LpPool", "2x3x7x7", kernel_shape=[3, 3], p=p)
        case("LpPool", "2x3x7x7", kernel_shape=[3, 3], p=p, opset=2)
        case("GlobalLpPool", "2x3x4x5", p=p)
    case("LpPool", "2x3x7x7", kernel_shape=[3, 3])
    case("GlobalLpPool", "2x3x4x5", opset=2)
    for op_type in ("GlobalMaxPool", "GlobalAveragePool"):
        for shape in ("2x3x4x5", "2x3x7", "2x3x2x2x2", "1x1x4x4",
                      "f16:2x3x1x1"):
            case(op_type, shape, opset=1 if shape[0] != "f" else 22)
    case("MaxUnpool", "2x3x2x2", "i64:2x3x2x2", opset=11,
         kernel_shape=[2, 2], strides=[2, 2])


def norms():
    for opset in (7, 9, 14, 15):
        case("BatchNormalization", "2x3x4x5", *["3"] * 4, opset=opset)
    case("BatchNormalization", "2x3", *["3"] * 4, opset=15)
    case("BatchNormalization", "f16:2x3x4", *["3"] * 4, opset=15)
    case("BatchNormalization", "2x1x4", *["1"] * 4, opset=15)
    case("BatchNormalization", "2x3x4x5", *["3"] * 4, out=3, opset=15,
         training_mode=1)
    case("BatchNormalization", "2x3x4x5", *["3"] * 4, opset=9,
         out=["2x3x4x5", "3", "3", "3", "3"])
    for axis in (-1, 1, 2):
        width = {-1: "5", 1: "4x5", 2: "5"}[axis]
        case("LayerNormalization", "3x4x5", width, width, opset=17, axis=axis)
        case("LayerNormalization", "3x4x5", width, opset=17, axis=axis)
        case("RMSNormalization", "3x4x5", width, opset=23, axis=axis)
    case("LayerNormalization", "f16:3x4x5", "f16:5", "f16:5", out=3, opset=17)
    case("LayerNormalization", "3x4x5", "5", "5", out=["?", "", "?"], opset=17)
    case("LayerNormalization", "3x4x1", "1", "1", opset=17)
    case("LayerNormalization", "5", "5", "=1", opset=17)
    for opset in (6, 22):
        case("InstanceNormalization", "2x3x4x5", "3", "3", opset=opset)
    case("InstanceNormalization", "2x3x7", "3", "=1")
    case("GroupNormalization", "2x6x4x5", "3", "3", opset=18, num_groups=3,
         out=["2x6x4x5"])
    case("GroupNormalization", "2x6x4x5", "6", "6", opset=21, num_groups=3,
         out=["2x6x4x5"])
    case("GroupNormalization", "f16:2x6x8", "f16:6", "f16:6", opset=21,
         num_groups=6, out=["f16:2x6x8"])
    for axes in ({}, {"axes": [0, 2]}, {"axes": [1]}):
        case("MeanVarianceNormalization", "2x3x4x5", opset=13,
             out=["2x3x4x5"], **axes)
    for p in (1, 2):
        for axis in (0, 1, -1):
            case("LpNormalization", "2x3x4", opset=1, p=p, axis=axis)
    case("LRN", "2x7x3x3", size=5)
    case("LRN", "2x7x3x3", size=4, opset=1)


def softmaxes():
    for op_type in ("Softmax", "LogSoftmax", "Hardmax"):
        for opset in (1, 11, 13):
            case(op_type, "2x3x4", opset=opset)
            case(op_type, "2x3x4", opset=opset, axis=0)
            case(op_type, "2x3x4", opset=opset, axis=2)
        case(op_type, "f16:2x3x4", axis=-2, opset=13)
        case(op_type, "5", opset=13)
        case(op_type, "3x1", opset=13)
        case(op_type, "1x1", opset=13)
        case(op_type, "0x4", opset=13)
    for reduction in ("none", "sum", "mean"):
        for weights in ([], ["5"]):
            for shapes in (("3x5", "i64:3"), ("3x5x2x2", "i64:3x2x2"),
                           ("f16:3x5x4", "i32:3x4")):
                weight = ["f16:5"] if weights and shapes[0][0] == "f" \
                    else weights
                case("NegativeLogLikelihoodLoss", *shapes, *weight, opset=13,
                     reduction=reduction)
                case("SoftmaxCrossEntropyLoss", *shapes, *weight, opset=13,
                     reduction=reduction, out=2)
                case("SoftmaxCrossEntropyLoss", *shapes, *weight, opset=13,
                     reduction=reduction, ignore_index=0)


def attentions():
    for opset in (23, 24):
        case("Attention", "2x3x4x8", "2x3x6x8", "2x3x6x5", opset=opset)
        case("Attention", "2x4x24", "2x6x12", "2x6x10", opset=opset,
             q_num_heads=4, kv_num_heads=2, is_causal=1)
        case("Attention", "2x3x4x8", "2x3x6x8", "2x3x6x5", "4x9",
             "2x3x3x8", "2x3x3x5", out=3, opset=opset, softcap=2.0)
        case("Attention", "2x3x4x8", "2x3x6x8", "2x3x6x5", "b:2x1x4x6",
             out=["?", "", "", "?"], opset=opset, scale=1.0)
    case("Attention", "f16:2x3x1x8", "f16:2x3x1x8", "f16:2x3x1x8", "",
         "f16:2x3x7x8", "f16:2x3x7x8", out=3, opset=23)
    case("Attention", "2x3x4x8", "=0", "=0", opset=23)
    case("Attention", "2x3x4x8", "2x3x6x8", "=1", opset=23)
    case("RotaryEmbedding", "2x3x4x8", "10x4", "10x4", "i64:2x4", opset=23)
    case("RotaryEmbedding", "2x4x24", "10x2", "10x2", "i64:2x4", opset=23,
         num_heads=3, rotary_embedding_dim=4)
    case("RotaryEmbedding", "2x3x4x8", "2x4x4", "2x4x4", opset=23,
         interleaved=1)
    contrib("RotaryEmbedding", "2x4x24", "i64:2x4", "10x4", "10x4",
            out=["2x4x24"])
    contrib("RotaryEmbedding", "2x3x4x8", "i64:2x4", "10x4", "10x4",
            out=["2x3x4x8"])
    contrib("RotaryEmbedding", "2x4x24", "i64:1", "10x2", "10x2",
            out=["2x4x24"], num_heads=3, rotary_embedding_dim=4)
    contrib("Attention", "2x5x6", "6x24", "24", out=["2x5x8"], num_heads=2)
    contrib("Attention", "2x5x6", "6x24", out=["2x5x8"], num_heads=2,
            unidirectional=1)
    contrib("Attention", "2x5x6", "6x24", "24", "i32:2x5", "2x2x2x3x4",
            out=["2x5x8", "2x2x2x8x4"], num_heads=2)
    contrib("Attention", "2x5x6", "6x24", "24", "i32:2", "", "2x2x5x5",
            out=["2x5x8"], num_heads=2)
    contrib("Attention", "2x5x6", "6x22", "22", out=["2x5x6"], num_heads=2,
            qkv_hidden_sizes=[8, 8, 6])
    contrib("Attention", "2x5x6", "6x24", "24", out=["2x5x8"], num_heads=2,
            do_rotary=1)
    contrib("MultiHeadAttention", "2x5x8", "2x7x8", "2x7x6", out=["2x5x6"],
            num_heads=2)
    contrib("MultiHeadAttention", "2x5x8", "2x7x8", "2x7x6", "22",
            out=["2x5x6"], num_heads=2)
    contrib("MultiHeadAttention", "2x5x8", "2x5x8", "2x5x8", "24", "i32:2x8",
            "1x2x5x8", "2x2x3x4", "2x2x3x4",
            out=["2x5x8", "2x2x8x4", "2x2x8x4"], num_heads=2)
    contrib("MultiHeadAttention", "2x5x2x3x4", "", "", "24", out=["2x5x8"],
            num_heads=2)
    contrib("MultiHeadAttention", "2x5x8", "2x7x2x2x4", out=["2x5x8"],
            num_heads=2)
    contrib("MultiHeadAttention", "2x5x8", "2x2x7x4", "2x2x7x4",
            out=["2x5x8"], num_heads=2)
    total = numpy.array(5, numpy.int32)
    for extra in ({}, {"softcap": 3.0}, {"smooth_softmax": 1},
                  {"local_window_size": 2}, {"scale": 0.5}):
        contrib("GroupQueryAttention", "2x2x32", "2x2x16", "2x2x16",
                "2x2x3x8", "2x2x3x8", "i32:2", total,
                out=["2x2x32", "2x2x5x8", "2x2x5x8"], num_heads=4,
                kv_num_heads=2, **extra)
    contrib("GroupQueryAttention", "2x2x64", "", "", "2x2x9x8", "2x2x9x8",
            "i32:2", total, out=["2x2x32", "2x2x9x8", "2x2x9x8"],
            num_heads=4, kv_num_heads=2)
    contrib("GroupQueryAttention", "2x2x32", "2x2x16", "2x2x16", "2x2x9x8",
            "2x2x9x8", "i32:2", total, "20x4", "20x4",
            out=["2x2x32", "2x2x9x8", "2x2x9x8"], num_heads=4,
            kv_num_heads=2, do_rotary=1)
    contrib("GroupQueryAttention", "f16:2x5x32", "f16:2x5x16", "f16:2x5x16",
            "", "", "i32:2", total, "f16:20x2", "f16:20x2",
            out=["f16:2x5x32", "f16:2x2x5x8", "f16:2x2x5x8"], num_heads=4,
            kv_num_heads=2, do_rotary=1)


def sampling():
    for mode in ("nearest", "linear", "cubic"):
        for scales in (floats(1, 1, 2, 2), floats(1, 1, 0.5, 0.5),
                       floats(1, 1, 1, 2), floats(1, 1, 1, 1),
                       floats(1, 1, 0.6, 0.8), floats(1, 1, 2, 0.5),
                       floats(1, 1, 1.1, 1)):
            case("Resize", "2x3x4x6", "", scales, opset=13, mode=mode)
        case("Resize", "2x3x4x6", "", "", ints(2, 3, 9, 6), opset=13,
             mode=mode)
        case("Resize", "f16:2x3x4x6", "", "", ints(9, 5), opset=19,
             mode=mode, axes=[2, 3])
        case("Resize", "2x3x4x6", "", "", ints(2, 3, 3, 2), opset=19,
             mode=mode, antialias=1)
        case("Resize", "2x3x4x6", "", floats(1, 1, 0.6, 0.3), opset=19,
             mode=mode, antialias=1)
    case("Resize", "2x3x4x6", floats(1, 1, 2, 2), opset=10, mode="linear")
    case("Resize", "2x3x4", "", floats(1, 1, 2), opset=13, mode="linear")
    case("Resize", "2x3x4x4x4", "", floats(1, 1, 2, 2, 2), opset=13,
         mode="linear")
    case("Upsample", "2x3x4x6", floats(1, 1, 2, 3), opset=9, mode="linear")
    case("Upsample", "2x3x4x6", opset=7, mode="nearest",
         scales=[1.0, 1.0, 2.0, 3.0])
    for mode in ("bilinear", "nearest", "bicubic"):
        case("GridSample", "2x3x4x5", "2x6x7x2", opset=16, mode=mode)
        case("GridSample", "2x3x9x9", "2x2x2x2", opset=16, mode=mode)
    case("GridSample", "2x3x4x5x6", "2x2x3x2x3", opset=20, mode="linear")
    for ratio in (1, 2, 3):
        case("RoiAlign", "2x3x8x8", "5x4", "i64:5", opset=16,
             output_height=2, output_width=3, sampling_ratio=ratio,
             mode="avg" if ratio < 3 else "max")
    for most in (0, 3, 20): # none, or some that data decides
        case("NonMaxSuppression", "2x9x4", "2x5x9", ints(most), opset=11,
             out=["i64:1x3" if most else "i64:0x3"])
    case("NonMaxSuppression", "2x9x4", "2x5x9", opset=11, out=["i64:0x3"])


def signals():
    length = numpy.array(12, numpy.int64)
    axis = numpy.array(1, numpy.int64)
    case("DFT", "2x10x2", opset=17, axis=1)
    case("DFT", "2x10x1", length, opset=17, axis=1)
    case("DFT", "2x9x3x1", "", axis, opset=20, onesided=1)
    case("DFT", "2x9x3x2", length, axis, opset=20, inverse=1)
    case("DFT", "f64:2x16x1", "", axis, opset=20, onesided=1)
    case("DFT", "2x8x2", opset=20)
    case("DFT", "1x5x1", "", axis, opset=20, onesided=1)
    case("DFT", "3x5x1", "", axis, opset=20, onesided=1)
    step = numpy.array(4, numpy.int64)
    case("STFT", "2x40x1", step, "12", length, opset=17, out=["2x8x7x2"])
    case("STFT", "2x40x1", step, "", length, opset=17, onesided=0)
    case("STFT", "2x40x2", step, "12", opset=17, onesided=0)
    case("STFT", "f64:2x40x1", step, "f64:16", opset=17, out=["f64:2x7x9x2"])


def quantisation():
    for scale in ("scalar", "3", "1"):
        shape = {"axis": 1}
        case("QuantizeLinear", "2x3x4", scale, "u8:" + scale, opset=13,
             **shape)
        case("QuantizeLinear", "2x3x4", scale, opset=13, **shape)
        case("DequantizeLinear", "u8:2x3x4", scale, "u8:" + scale, opset=13,
             **shape)
        case("DequantizeLinear", "i8:2x3x4", scale, opset=13, **shape)
    case("QuantizeLinear", "2x6", "2x3", "u8:2x3", opset=21, axis=1,
         block_size=2)
    case("DequantizeLinear", "i32:6", "scalar", opset=10)
    case("DynamicQuantizeLinear", "2x3x4", out=3, opset=11)
    case("DynamicQuantizeLinear", "1x1", out=3, opset=11)


def machine_learning():
    ml("Scaler", "3x4", out=["3x4"], offset=[0.0] * 4, scale=[1.0] * 4,
       opset=1)
    ml("Imputer", "3x4", out=["3x4"], imputed_value_floats=[0.0] * 4, opset=1)
    ml("Binarizer", "3x4", out=["3x4"], opset=1)
    for norm in ("MAX", "L1", "L2"):
        ml("Normalizer", "3x4", out=["3x4"], norm=norm, opset=1)
    for post in ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"):
        ml("LinearRegressor", "3x4", out=["3x2"], coefficients=[1.0] * 8,
           intercepts=[0.0] * 2, targets=2, post_transform=post, opset=1)
        ml("LinearClassifier", "3x4", out=["i64:3", "3x3"],
           coefficients=[1.0] * 12, intercepts=[0.0] * 3,
           classlabels_ints=[0, 1, 2], post_transform=post, opset=1)
    ml("LinearRegressor", "3x4", out=["3x1"], coefficients=[1.0] * 4, opset=1)
    for kernel in ("LINEAR", "POLY", "RBF", "SIGMOID"):
        ml("SVMRegressor", "3x4", out=["3x1"], n_supports=5, opset=1,
           coefficients=[1.0] * 5, support_vectors=[1.0] * 20, rho=[0.5],
           kernel_type=kernel, kernel_params=[1.0, 0.0, 2.0])
        ml("SVMClassifier", "3x4", out=["i64:3", "3x3"], opset=1,
           coefficients=[1.0] * 12, support_vectors=[1.0] * 24,
           rho=[0.5] * 3, vectors_per_class=[2, 3, 1],
           classlabels_ints=[0, 1, 2], kernel_type=kernel,
           kernel_params=[1.0, 0.0, 2.0])
    tree = {"nodes_treeids": [0, 0, 0, 0, 0, 1, 1, 1],
            "nodes_nodeids": [0, 1, 2, 3, 4, 0, 1, 2],
            "nodes_featureids": [0, 1, 0, 0, 0, 1, 0, 0],
            "nodes_values": [0.5] * 8,
            "nodes_modes": ["BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF",
                            "LEAF", "BRANCH_LT", "LEAF", "LEAF"],
            "nodes_truenodeids": [1, 3, 0, 0, 0, 1, 0, 0],
            "nodes_falsenodeids": [2, 4, 0, 0, 0, 2, 0, 0]}
    leaves = {"treeids": [0, 0, 0, 1, 1], "nodeids": [2, 3, 4, 1, 2],
              "ids": [0] * 5, "weights": [1.0] * 5}
    for aggregate in ("SUM", "AVERAGE"):
        ml("TreeEnsembleRegressor", "6x4", out=["6x1"], n_targets=1, opset=1,
           aggregate_function=aggregate, **tree,
           **{"target_" + k: v for k, v in leaves.items()})
    ml("TreeEnsembleClassifier", "6x4", out=["i64:6", "6x2"], opset=1,
       classlabels_int64s=[0, 1], post_transform="LOGISTIC", **tree,
       **{"class_" + k: v for k, v in leaves.items()})
    ml("FeatureVectorizer", "3x4", "3x2", out=["3x6"], opset=1,
       inputdimensions=[4, 2])
    ml("OneHotEncoder", "i64:3x4", out=["3x4x5"], opset=1,
       cats_int64s=[0, 1, 2, 3, 4])


def fused():
    contrib("FusedMatMul", "2x3x4", "2x4x5", out=["2x3x5"])
    contrib("FusedMatMul", "2x4x3", "5x4", out=["2x3x5"], transA=1, transB=1,
            alpha=0.5)
    contrib("FusedGemm", "3x4", "4x5", "5", out=["3x5"], activation="Relu")
    contrib("FusedGemm", "3x4", "4x5", out=["3x5"], activation="LeakyRelu",
            alpha=0.5)
    for activation in ("Relu", "Sigmoid", "Tanh", "LeakyRelu", "Clip",
                       "HardSigmoid"):
        contrib("FusedConv", "2x3x5x5", "4x3x3x3", "4", out=["2x4x3x3"],
                activation=activation,
                **({"activation_params": [0.0, 6.0]}
                   if activation in ("Clip", "HardSigmoid") else {}))
    contrib("FusedConv", "2x3x5x5", "4x3x3x3", "4", "2x4x3x3",
            out=["2x4x3x3"], activation="Relu")
    for points in ([""], ["u8:5x1"]):
        contrib("MatMulNBits", "2x3x32", "u8:5x2x8", "5x2", *points,
                out=["2x3x5"], K=32, N=5, bits=4, block_size=16)
    contrib("MatMulNBits", "2x3x20", "u8:5x2x8", "5x2", "", "", "5",
            out=["2x3x5"], K=20, N=5, bits=4, block_size=16)
    contrib("DynamicQuantizeMatMul", "2x3x4", "u8:4x5", "5", "u8:5", "5",
            out=["2x3x5"])
    contrib("DynamicQuantizeMatMul", "2x3x4", "u8:4x5", "scalar",
            out=["2x3x5"])
    contrib("MatMulIntegerToFloat", "u8:3x4", "u8:4x5", "scalar", "5",
            "u8:scalar", "u8:5", "5", out=["3x5"])
    contrib("MatMulIntegerToFloat", "u8:3x4", "u8:4x5", "scalar", "scalar",
            out=["3x5"])
    contrib("SkipLayerNormalization", "2x3x8", "2x3x8", "8", "8", "8",
            out=["2x3x8", "", "", "2x3x8"])
    contrib("SkipLayerNormalization", "2x3x8", "=0", "8", out=["2x3x8"])
    contrib("SkipLayerNormalization", "f16:2x3x8", "f16:2x3x8", "f16:8",
            "f16:8", out=["f16:2x3x8"])
    contrib("SkipSimplifiedLayerNormalization", "2x3x8", "2x3x8", "8", "8",
            out=["2x3x8"])
    contrib("SkipSimplifiedLayerNormalization", "2x3x8", "2x3x8", "8",
            out=["2x3x8", "", "", "2x3x8"])
    case("SimplifiedLayerNormalization", "2x3x8", "8", out=["2x3x8"],
         opset=17)
    for activation in (0, 1):
        contrib("GroupNorm", "2x4x4x6", "6", "6", out=["2x4x4x6"], groups=3,
                activation=activation)
    contrib("EmbedLayerNormalization", "i32:2x5", "i32:2x5", "30x8", "16x8",
            "2x8", "8", "8", "i32:2x5", out=["2x5x8", "i32:2"])
    contrib("EmbedLayerNormalization", "i32:2x5", "", "30x8", "16x8", "",
            "8", "8", out=["2x5x8", "i32:2"])
    contrib("BiasGelu", "2x3x8", "8", out=["2x3x8"])
    contrib("Gelu", "2x3x8", out=["2x3x8"])
    contrib("FastGelu", "2x3x8", "8", out=["2x3x8"])
    contrib("FastGelu", "2x3x8", out=["2x3x8"])
    contrib("QuickGelu", "2x3x8", out=["2x3x8"])
    contrib("BiasSplitGelu", "2x3x8", "8", out=["2x3x4"])
    contrib("BiasAdd", "2x3x8", "8", "2x3x8", out=["2x3x8"])
    contrib("BiasSoftmax", "2x3x4x5", "2x1x1x5", out=["2x3x4x5"], axis=3,
            is_inner_broadcast=0)
    for op_type in ("QLinearAdd", "QLinearMul"):
        contrib(op_type, "u8:2x3x4", "scalar", "u8:scalar", "u8:4", "scalar",
                "u8:scalar", "scalar", "u8:scalar", out=["u8:2x3x4"])
        contrib(op_type, "u8:2x3x4", "scalar", "u8:scalar", "=0", "scalar",
                "u8:scalar", "scalar", "u8:scalar", out=["u8:2x3x4"])
    for op_type in ("QLinearSigmoid", "QLinearLeakyRelu"):
        contrib(op_type, "u8:2x3x4", "scalar", "u8:scalar", "scalar",
                "u8:scalar", out=["u8:2x3x4"])
    contrib("QLinearGlobalAveragePool", "u8:2x3x4x5", "scalar", "u8:scalar",
            "scalar", "u8:scalar", out=["u8:2x3x1x1"])
    contrib("QLinearAveragePool", "u8:2x3x4x5", "scalar", "u8:scalar",
            "scalar", "u8:scalar", out=["u8:2x3x3x4"], kernel_shape=[2, 2])
    contrib("CDist", "3x4", "5x4", out=["3x5"], metric="euclidean")
    contrib("ComplexMul", "3x4x2", "3x4x2", out=["3x4x2"])
    contrib("ComplexMulConj", "3x4x2", "=0", out=["3x4x2"])


def more_of_microsoft():
    contrib("TransposeMatMul", "2x3x4", "5x4", out=["2x3x5"], transB=1)
    for tail in (["", "scalar", "u8:scalar"], ["i32:5", "scalar", "u8:scalar"],
                 ["i32:5"], []):
        kind = "u8:" if len(tail) == 3 else ""
        contrib("QGemm", "u8:3x4", "scalar", "u8:scalar", "u8:4x5", "scalar",
                "u8:scalar", *tail, out=[kind + "3x5"])
    contrib("GemmFastGelu", "3x4", "4x5", "5", out=["3x5"])
    contrib("GemmFastGelu", "3x4", "4x5", out=["3x5"])
    contrib("MatMulBnb4", "2x3x32", "u8:80", "10", out=["2x3x5"], K=32, N=5,
            block_size=16, quant_type=1)
    contrib("MulInteger", "u8:3x4", "u8:scalar", "u8:4", "u8:scalar",
            out=["i32:3x4"])
    contrib("MulInteger", "u8:3x4", "", "u8:4", out=["i32:3x4"])
    contrib("QLinearSoftmax", "u8:3x4", "scalar", "u8:scalar", "scalar",
            "u8:scalar", out=["u8:3x4"], axis=-1, opset=13)
    contrib("QLinearReduceMean", "u8:3x4x5", "scalar", "u8:scalar", "scalar",
            "u8:scalar", out=["u8:3x1x5"], axes=[1], keepdims=1)
    contrib("QLinearWhere", "b:3x4", "u8:3x4", "scalar", "u8:scalar", "u8:4",
            "scalar", "u8:scalar", "scalar", "u8:scalar", out=["u8:3x4"])
    contrib("CropAndResize", "2x3x8x8", "5x4", "i32:5",
            numpy.array([2, 3], numpy.int32), out=["5x3x2x3"])
    contrib("SkipGroupNorm", "2x4x4x6", "6", "6", "2x4x4x6", "6",
            out=["2x4x4x6", "2x4x4x6"], groups=3, activation=1)
    contrib("SkipGroupNorm", "2x4x4x6", "6", "6", "2x4x4x6",
            out=["2x4x4x6"], groups=3, activation=0)
    contrib("Rfft", "2x3x8", out=["2x3x5x2"], signal_ndim=1, normalized=0,
            onesided=1)
    contrib("Irfft", "2x3x5x2", out=["2x3x8"], signal_ndim=1, normalized=0,
            onesided=1)
    contrib("CausalConvWithState", "2x4x8", "4x1x3", "4", "2x4x2",
            out=["2x4x8", "2x4x2"], activation="silu")
    rules = {"linear": ["", "", ""], "gated": ["", "2x4x4", ""],
             "delta": ["", "", "2x4x2"],
             "gated_delta": ["2x2x8x6", "2x4x16", "2x4x2"]}
    for rule, (state, decay, beta) in rules.items():
        contrib("LinearAttention", "2x4x32", "2x4x16", "2x4x12", state,
                decay if decay != "2x4x4" else "2x4x2", beta,
                out=["2x4x24", "2x2x8x6"], q_num_heads=4, kv_num_heads=2,
                update_rule=rule)
    contrib("DynamicQuantizeLSTM", "3x2x4", "u8:1x4x8", "u8:1x2x8", "1x16",
            "", "", "", "", "1x1", "u8:1x1", "1x1", "u8:1x1",
            out=["3x1x2x2", "1x2x2", "1x2x2"], hidden_size=2)
    contrib("QAttention", "u8:2x5x6", "u8:6x24", "24", "scalar", "scalar",
            "i32:2x5", "u8:scalar", "u8:scalar", out=["2x5x8"], num_heads=2)
    contrib("DecoderMaskedMultiHeadAttention", "2x1x8", "2x1x8", "2x1x8",
            "", "", "2x2x6x4", "2x2x6x4",
            out=["2x1x8", "2x2x7x4", "2x2x7x4"], num_heads=2)
    contrib("DecoderMaskedMultiHeadAttention", "2x1x8", "2x2x6x4", "2x2x6x4",
            out=["2x1x8"], num_heads=2)
    contrib("GatherBlockQuantized", "u8:40x32", "i64:2x3", "40x2",
            out=["2x3x32"], gather_axis=0, quantize_axis=1, block_size=16,
            bits=8)
    for fc3 in ("", "3x6x8"):
        for biases in (("", ""), ("3x6", "3x8")):
            for chosen in (1, 2):
                contrib("MoE", "5x8", "5x3", "3x6x8", biases[0], "3x8x6",
                        biases[1], fc3, out=["5x8"], k=chosen,
                        activation_type="silu" if fc3 else "gelu")
    contrib("MoE", "1x8", "1x4", "4x6x8", "", "4x8x6", out=["1x8"], k=2,
            activation_type="relu")
    contrib("NhwcMaxPool", "u8:2x7x7x3", out=["u8:2x5x5x3"],
            kernel_shape=[3, 3])
    contrib("IsAllFinite", "3x4", "5", out=["b:scalar"])


def all_cases():
    if not CASES:
        for group in (contractions, convolutions, einsums, recurrent, pools,
                      norms, softmaxes, attentions, sampling, signals,
                      quantisation, machine_learning, fused,
                      more_of_microsoft):
            group()
    return CASES
