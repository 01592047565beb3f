# SPDX-License-Identifier: Apache-2.0
"""Cases of operators of com.microsoft that cost little or are rarely met.

In here: nodes with their operands, spelt as in cases_nn.py. Not in here: what
must become of them (check_runtime.py).
"""
import numpy

import cases_nn

CASES = []


def case(op_type, *operands, out=1, **attributes):
    outputs = ["?"] * out if isinstance(out, int) else out
    entry = cases_nn.Written(op_type, operands, outputs, "com.microsoft", 1,
                             attributes)
    entry.name = "more_%s_%d" % (op_type, len(CASES))
    CASES.append(entry)


def i32(*values):
    return numpy.array(values, numpy.int32)


def moved():
    case("ExpandDims", "2x3x4", numpy.array(1, numpy.int32))
    case("ExpandDims", "2x3x4", numpy.array(-1, numpy.int32))
    case("Pad", "2x3x4", cases_nn.ints(0, 1, 2, 3, 0, 1), mode="constant")
    case("Pad", "2x3x4", cases_nn.ints(0, 0, -1, 0, 1, 0))
    case("GatherND", "3x4x5", numpy.array([[0, 1], [2, 3]], numpy.int64))
    case("Trilu", "2x5x5")
    case("Trilu", "2x5x6", numpy.array(1, numpy.int64), upper=0)
    case("Unique", "9", out=3)
    case("UnfoldTensor", "2x9x3", dim=1, size=4, step=2)
    case("UnfoldTensor", "8", dim=-1, size=3)
    case("Range", numpy.array(1, numpy.int32), numpy.array(9, numpy.int32),
         numpy.array(3, numpy.int32))
    case("Range", numpy.array(0.0, numpy.float32),
         numpy.array(1.0, numpy.float32), numpy.array(0.3, numpy.float32))
    case("Range", numpy.array(0, numpy.int64), numpy.array(4, numpy.int64))
    case("GridSample", "2x3x8x9", "2x4x5x2")
    case("SampleOp", "2x3")
    case("ReduceSumInteger", "i8:2x3x4", axes=[1], keepdims=1)
    case("NGramRepeatBlock", "i64:2x6", "2x9", ngram_size=3)
    case("CropAndResize", "1x3x8x9", "2x4", "i32:2", i32(5, 7),
         mode="nearest")
    case("MaxpoolWithMask", "1x3x8x9", "i32:1x3x8x9", kernel_shape=[3, 3],
         strides=[2, 2], pads=[1, 1, 1, 1])
    case("MaxpoolWithMask", "2x3x9x9", "i32:2x3x9x9", kernel_shape=[2, 2])
    case("Tokenizer", numpy.array(["ab c", "d"]), mark=0, pad_value="#",
         separators=[" "], mincharnum=1)
    case("MurmurHash3", "i32:2x3")
    case("MurmurHash3", numpy.array(["a", "b"]), positive=0)
    case("DynamicTimeWarping", "1x4x6", out=["?"])
    case("IsAllFinite", "3x4", "5")
    case("ConvTransposeWithDynamicPads", "1x3x4x5", "3x2x3x3",
         cases_nn.ints(1, 0, 1, 0), strides=[2, 2])
    case("ConvTransposeWithDynamicPads", "1x3x4x5", "3x2x3x3",
         cases_nn.ints(0, 0, 0, 0))


def quantised():
    for kind, point in (("u8", "u8:scalar"), ("i8", "i8:scalar")):
        case("QuantizeLinear", "2x3x4", "scalar", point)
        case("DequantizeLinear", kind + ":2x3x4", "scalar", point)
    case("QuantizeLinear", "2x3x4", "3", "u8:3", axis=1)
    case("DequantizeLinear", "u8:2x3x4", "3", "u8:3", axis=1)
    case("QLinearConcat", "scalar", "u8:scalar", "u8:2x3", "scalar",
         "u8:scalar", "u8:2x5", "scalar", "u8:scalar", axis=1)
    case("QLinearConv", "u8:1x8x8x4", "scalar", "u8:scalar", "u8:6x4x3x3",
         "scalar", "u8:scalar", "scalar", "u8:scalar", channels_last=1,
         kernel_shape=[3, 3])
    case("QLinearConv", "u8:1x4x8x8", "scalar", "u8:scalar", "u8:6x4x3x3",
         "scalar", "u8:scalar", "scalar", "u8:scalar", "i32:6",
         strides=[2, 2], pads=[1, 1, 1, 1])
    case("QLinearAveragePool", "u8:1x7x8x3", "scalar", "u8:scalar", "scalar",
         "u8:scalar", channels_last=1, kernel_shape=[3, 3], strides=[2, 2],
         ceil_mode=1)
    case("QLinearGlobalAveragePool", "u8:2x4x5x3", "scalar", "u8:scalar",
         "scalar", "u8:scalar", channels_last=1)
    case("NhwcMaxPool", "u8:1x9x8x3", kernel_shape=[3, 3], strides=[2, 2],
         pads=[1, 1, 1, 1], ceil_mode=1)
    case("QEmbedLayerNormalization", "i32:2x5", "i32:2x5", "u8:30x8",
         "u8:16x8", "u8:2x8", "u8:8", "u8:8", "", "scalar", "scalar",
         "scalar", "scalar", "scalar", "u8:scalar", "u8:scalar", "u8:scalar",
         "u8:scalar", "u8:scalar", out=2)
    case("MatMulFpQ4", "2x32", "u8:160", cases_nn.ints(32, 8),
         blk_quant_type=1)
    case("GatherBlockQuantized", "u8:4x8x16", "i64:3", "4x8x1",
         gather_axis=0, quantize_axis=2, block_size=16, bits=8)
    case("MatMulNBits", "2x3x32", "u8:5x2x8", "10", K=32, N=5, bits=4,
         block_size=16)
    case("QMoE", "5x32", "5x3", "u8:3x16x16", "3x16", "", "u8:3x32x8", "3x32",
         "", k=1, activation_type="gelu", expert_weight_bits=4)


def attention():
    heads = {"num_heads": 2}
    case("Attention", "2x5x6", "6x24", "24", "i32:2", **heads)
    case("Attention", "2x5x6", "6x24", "24", "", "2x2x2x3x4", out=2, **heads)
    case("Attention", "2x5x6", "6x24", "24", **heads, unidirectional=1)
    case("Attention", "2x5x6", "6x20", "20", **heads,
         qkv_hidden_sizes=[8, 8, 4])
    case("MultiHeadAttention", "2x5x8", "2x7x8", "2x7x12", **heads)
    case("MultiHeadAttention", "2x5x8", "2x2x7x4", "2x2x7x6", **heads)
    case("MultiHeadAttention", "2x5x2x3x4", **heads)
    case("MultiHeadAttention", "2x5x8", "2x7x2x2x4", **heads)
    case("MultiHeadAttention", "2x5x8", "2x5x8", "2x5x8", "24", **heads)
    case("MultiHeadAttention", "2x1x8", "2x1x8", "2x1x8", "", "", "",
         "2x2x3x4", "2x2x3x4", out=3, **heads)
    case("MultiHeadAttention", "2x5x8", "2x7x8", "2x7x8", "", "", "2x2x5x7",
         **heads)
    groups = {"num_heads": 4, "kv_num_heads": 2}
    case("GroupQueryAttention", "1x5x32", "1x5x16", "1x5x16", "", "", i32(4),
         numpy.array(5, numpy.int32), out=3, **groups)
    case("GroupQueryAttention", "1x5x64", "", "", "", "", i32(4),
         numpy.array(5, numpy.int32), out=3, **groups)
    case("GroupQueryAttention", "1x1x32", "1x1x16", "1x1x16", "1x2x7x8",
         "1x2x7x8", i32(7), numpy.array(8, numpy.int32), out=3, **groups)
    case("GroupQueryAttention", "1x1x64", "1x1x32", "1x1x32", "1x2x16x16",
         "1x2x16x16", i32(7), numpy.array(8, numpy.int32), "32x8", "32x8",
         out=3, do_rotary=1, **groups)
    case("DecoderMaskedMultiHeadAttention", "2x1x8", "2x1x8", "2x1x8",
         "", "", "2x2x6x4", "2x2x6x4", i32(3),
         num_heads=2, past_present_share_buffer=1, out=3)
    case("SparseAttention", "1x5x32", "1x5x32", "1x5x32", "1x2x16x16",
         "1x2x16x16", i32(0, 1).reshape(1, 2), i32(0).reshape(1, 1), numpy.array(5, numpy.int32), i32(5), out=3,
         num_heads=2, kv_num_heads=2, sparse_block_size=16)
    case("RotaryEmbedding", "2x5x16", "i64:1", "20x4", "20x4")
    case("RotaryEmbedding", "2x2x5x8", "i64:2x5", "20x4", "20x4")
    case("RotaryEmbedding", "2x5x16", "i64:1", "20x2", "20x2", num_heads=2,
         rotary_embedding_dim=4)


def fused():
    case("FusedConv", "1x3x7x8", "4x3x3x3", "4", activation="Relu",
         strides=[2, 2], pads=[1, 1, 1, 1])
    case("FusedConv", "1x4x9", "6x2x3", group=2, dilations=[2],
         activation="Tanh")
    case("FusedGemm", "4x3", "5x4", "5", transA=1, transB=1,
         activation="Sigmoid")
    case("FusedMatMul", "2x3x4", "4x5", transBatchA=0)
    case("FusedMatMul", "3x2x4", "3x4x5", transBatchA=1, transBatchB=0)
    case("FusedMatMul", "4", "4x5")
    case("TransposeMatMul", "4x3", "4x5", transA=1)
    case("FusedMatMulActivation", "2x3x4", "4x5", activation="Relu")
    case("QuickGelu", "2x3", alpha=1.5)
    case("BiasDropout", "2x3x8", "8", "2x3x8", out=2)
    case("BitmaskDropout", "2x3x8", out=2)
    case("ScaledSiLU", "2x3x8")
    case("GatedAdd", "2x3x8", "2x3x8", "2x3x1")
    case("Inverse", "3x3")
    case("CDist", "3x4", "5x4", metric="sqeuclidean")
    case("WordConvEmbedding", "i32:3x5", "7x1x2x3",
         "7", "10x3")
    case("SkipLayerNormalization", "2x3x8", "2x3x8", "8", "8", "8",
         out=["?", "", "", "?"])
    case("SkipLayerNormalization", "2x3x8", "1x3x8", "8")
    case("SkipLayerNormalization", "2x3x8", "3x8", "8")
    case("SkipSimplifiedLayerNormalization", "2x3x8", "2x3x8", "8",
         out=["?", "", "", "?"])
    case("EmbedLayerNormalization", "i32:2x5", "i32:2x5", "30x8", "16x8",
         "2x8", "8", "8", "i32:2x5", "", out=["?", "?", "?"])
    case("BiasSoftmax", "2x3x4x5", "2x1x1x5", axis=3,
         is_inner_broadcast=0)
    case("BiasGelu", "2x3x8", "8")
    case("TorchEmbedding", "10x4", "i64:2x3")
    case("SparseToDenseMatMul", "3x4", "4x5")


def all_cases():
    if not CASES:
        for group in (moved, quantised, attention, fused):
            group()
    return CASES
