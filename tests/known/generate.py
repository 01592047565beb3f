# SPDX-License-Identifier: Apache-2.0
"""Known answers: small models whose cost can be checked by hand.

Writes NAME.onnx for every case and known.csv with the truth and, where they
were run, the figures of onnx-tool 1.0.1, onnx-opcounter 0.0.4, HaoLine, and
digestai (MACs, or FLOPs where the column says so). Needs: onnx, numpy.
"""
import csv, sys
import numpy as np
from onnx import TensorProto as T, helper as h, numpy_helper as nh, save, load
from onnx import parser

F = T.FLOAT
rng = np.random.default_rng(7)
cases = []


def init(name, *dims, dtype=np.float32):
    """A weight; above 64 KiB only a reference to a data file that does not exist."""
    size = int(np.prod(dims)) * np.dtype(dtype).itemsize
    if size <= 65536:
        return nh.from_array(rng.standard_normal(dims).astype(dtype), name)
    t = T(name=name, dims=dims, data_type=h.np_dtype_to_tensor_dtype(np.dtype(dtype)), data_location=T.EXTERNAL)
    for key, value in (("location", "weights.bin"), ("offset", "0"), ("length", str(size))):
        t.external_data.add(key=key, value=value)
    return t


def vi(name, dims, t=F):
    return h.make_tensor_value_info(name, t, dims)


def case(name, nodes, inputs, outputs, inits=(), opset=17, domains=(), functions=(), ir=8, **truth):
    g = h.make_graph(nodes, name, inputs, outputs, list(inits))
    m = h.make_model(g, opset_imports=[h.make_opsetid("", opset)] + [h.make_opsetid(d, v) for d, v in domains],
                     functions=list(functions), ir_version=ir, producer_name="known answers")
    save(m, f"{name}.onnx")
    cases.append((name, truth))


N = h.make_node
case("gemm_transb", [N("Gemm", ["x", "w", "b"], ["y"], transB=1)], [vi("x", [1, 512])], [vi("y", [1, 1000])],
     [init("w", 1000, 512), init("b", 1000)],
     macs="512*1000", flops="2*512*1000 + 1000", transcendentals="0", params="512*1000 + 1000",
     peers="onnx-tool 513000 MACs; HaoLine 1000 FLOPs")
case("conv_transpose", [N("ConvTranspose", ["x", "w", "b"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1], kernel_shape=[4, 4])],
     [vi("x", [1, 64, 28, 28])], [vi("y", [1, 32, 56, 56])], [init("w", 64, 32, 4, 4), init("b", 32)],
     macs="64*28*28 * 32*4*4", flops="2*(64*28*28 * 32*4*4) + 32*56*56", transcendentals="0", params="64*32*16 + 32",
     peers="onnx-tool 51480576; opcounter 102760448; HaoLine 100352; digestai 205520896 FLOPs")
case("conv_stride2_batch2", [N("Conv", ["x", "w", "b"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1])],
     [vi("x", [2, 3, 224, 224])], [vi("y", [2, 64, 112, 112])], [init("w", 64, 3, 3, 3), init("b", 64)],
     macs="2*64*112*112 * 3*3*3", flops="2*(2*64*112*112 * 27) + 2*64*112*112", transcendentals="0", params="64*27 + 64",
     peers="HaoLine 44154880 FLOPs (batch ignored)")
case("conv1d", [N("Conv", ["x", "w"], ["y"])], [vi("x", [1, 16, 102])], [vi("y", [1, 32, 100])], [init("w", 32, 16, 3)],
     macs="32*100 * 16*3", flops="2*32*100*48", transcendentals="0", params="32*16*3", peers="HaoLine 0")
case("conv3d_dilated_grouped", [N("Conv", ["x", "w"], ["y"], group=4, dilations=[2, 2, 2])],
     [vi("x", [1, 8, 9, 9, 9])], [vi("y", [1, 12, 5, 5, 5])], [init("w", 12, 2, 3, 3, 3)],
     macs="12*5*5*5 * 2*27", flops="2*12*125*54", transcendentals="0", params="12*2*27", peers="")
case("conv_same_upper", [N("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2])],
     [vi("x", [1, 3, 224, 224])], [vi("y", [1, 32, 112, 112])], [init("w", 32, 3, 3, 3)],
     macs="32*112*112 * 27", flops="2*32*112*112*27", transcendentals="0", params="32*27", peers="digestai 346816512 FLOPs")
case("conv_depthwise", [N("Conv", ["x", "w"], ["y"], group=32, pads=[1, 1, 1, 1])],
     [vi("x", [1, 32, 56, 56])], [vi("y", [1, 32, 56, 56])], [init("w", 32, 1, 3, 3)],
     macs="32*56*56 * 9", flops="2*32*56*56*9", transcendentals="0", params="32*9", peers="")
case("matmul_broadcast", [N("MatMul", ["a", "b"], ["y"])], [vi("a", [16, 64]), vi("b", [8, 64, 128])], [vi("y", [8, 16, 128])],
     macs="8*16*64*128", flops="2*8*16*64*128", transcendentals="0", params="0", peers="opcounter 131072; HaoLine 262144 FLOPs; digestai 262144 FLOPs")
case("matmul_vectors", [N("MatMul", ["a", "b"], ["y"])], [vi("a", [64]), vi("b", [3, 64, 5])], [vi("y", [3, 5])],
     macs="3*64*5", flops="2*3*64*5", transcendentals="0", params="0", peers="")
case("matmul_symbolic", [N("MatMul", ["x", "w"], ["y"])], [vi("x", ["batch", "seq", 64])], [vi("y", ["batch", "seq", 128])], [init("w", 64, 128)],
     macs="8192*batch*seq", flops="16384*batch*seq", transcendentals="0", params="8192", peers="onnx-tool ValueError; opcounter 0; HaoLine 0")
case("einsum_qk", [N("Einsum", ["q", "k"], ["s"], equation="bhid,bhjd->bhij")], [vi("q", [1, 12, 128, 64]), vi("k", [1, 12, 128, 64])], [vi("s", [1, 12, 128, 128])],
     macs="12*128*128*64", flops="2*12*128*128*64", transcendentals="0", params="0", peers="opcounter 196608; HaoLine 196608 FLOPs")
case("einsum_three_operands", [N("Einsum", ["a", "b", "c"], ["y"], equation="ij,jk,kl->il")],
     [vi("a", [2, 100]), vi("b", [100, 100]), vi("c", [100, 3])], [vi("y", [2, 3])],
     macs="2*100*100 + 2*100*3", flops="2*(20000 + 600)", transcendentals="0", params="0", peers="best path (ij,jk) first: 20600; the other: 100*100*3 + 2*100*3 = 30600")
case("custom_op", [N("Fancy", ["x"], ["y"], domain="com.acme"), N("Relu", ["y"], ["z"])], [vi("x", [4, 8])], [vi("z", [4, 8])],
     domains=[("com.acme", 1)], macs=">=0", flops=">=0 (Relu is 32 once y's shape is known: the declared output may supply it)", transcendentals=">=0", params="0",
     peers="onnx-tool exception; opcounter KeyError; HaoLine 32 silently; digestai 0 silently")
case("contrib_mha", [N("MultiHeadAttention", ["q", "k", "v"], ["y"], domain="com.microsoft", num_heads=12)],
     [vi(n, [1, 128, 768]) for n in "qkv"], [vi("y", [1, 128, 768])], domains=[("com.microsoft", 1)],
     macs="12*128*128*(64 + 64)", flops="2*12*128*128*128 + scale 12*128*128 + softmax 4*12*128*128 - 2*12*128", transcendentals="12*128*128", params="0",
     peers="onnx-tool exception; opcounter 98304; HaoLine 328138752 FLOPs; digestai 0")
case("tied_weight", [N("MatMul", ["x", "w"], ["h"]), N("MatMul", ["h", "w"], ["y"])], [vi("x", [2, 64])], [vi("y", [2, 64])], [init("w", 64, 64)],
     macs="2 * 2*64*64", flops="4 * 2*64*64", transcendentals="0", params="64*64", peers="onnx-tool 8192 params; digestai 8192 params")
case("embedding", [N("Gather", ["table", "ids"], ["e"]), N("MatMul", ["e", "w"], ["y"])], [vi("ids", [1, 7], T.INT64)], [vi("y", [1, 7, 10])],
     [init("table", 30000, 64), init("w", 64, 10)], macs="7*64*10", flops="2*7*64*10", transcendentals="0", params="30000*64 + 640", peers="onnx-tool 640 params")
case("shape_initializer", [N("Reshape", ["x", "shape"], ["y"])], [vi("x", [2, 6])], [vi("y", [3, 4])],
     [nh.from_array(np.array([3, 4]), "shape")], macs="0", flops="0", transcendentals="0", params="0", peers="all: 2 params")
for name, d in (("lstm", 1), ("lstm_bidirectional", 2)):
    case(name, [N("LSTM", ["x", "w", "r", "b"], ["y"], hidden_size=128, direction="forward" if d == 1 else "bidirectional")],
         [vi("x", [10, 2, 64])], [vi("y", [10, d, 2, 128])], [init("w", d, 512, 64), init("r", d, 512, 128), init("b", d, 1024)],
         macs=f"{d}*10*2 * 4*128*(64 + 128)", flops=f"2*macs + {d}*10*2*(4*128 + 4*128)", transcendentals=f"{d}*10*2*5*128",
         params=f"{d}*(4*128*(64 + 128) + 8*128)", peers="opcounter 2560" if d == 1 else "yobx half; onnx-tool 4433920 with its gate weights")


def matmul_graph(name, body_in, body_out):
    return h.make_graph([N("MatMul", [body_in, "w"], [body_out])], name, [], [vi(body_out, [4, 64])])


w = init("w", 64, 64)
case("if_two_branches", [N("If", ["c"], ["y"], then_branch=matmul_graph("t", "x", "yt"),
                           else_branch=h.make_graph([N("Relu", ["x"], ["ye"])], "e", [], [vi("ye", [4, 64])]))],
     [vi("c", [], T.BOOL), vi("x", [4, 64])], [vi("y", [4, 64])], [w],
     macs="4*64*64 (the dearer branch)", flops="2*4*64*64", transcendentals="0", params="64*64", peers="onnx-tool exception; opcounter KeyError")
body = h.make_graph([N("MatMul", ["s", "w"], ["s2"]), N("Identity", ["cin"], ["cout"])], "b",
                    [vi("i", [], T.INT64), vi("cin", [], T.BOOL), vi("s", [4, 64])], [vi("cout", [], T.BOOL), vi("s2", [4, 64])])
case("loop_ten_times", [N("Loop", ["m", "", "x"], ["y"], body=body)], [vi("x", [4, 64])], [vi("y", [4, 64])],
     [nh.from_array(np.array(10), "m"), w], macs="10 * 4*64*64", flops="20 * 4*64*64", transcendentals="0", params="64*64",
     peers="onnx-tool exception; opcounter 1024; digestai 0")
fn = h.make_function("local", "Block", ["a", "m"], ["r"], [N("MatMul", ["a", "m"], ["t"]), N("Relu", ["t"], ["r"])], [h.make_opsetid("", 17)])
case("local_function", [N("Block", ["x", "w"], ["h"], domain="local"), N("Block", ["h", "w"], ["y"], domain="local")],
     [vi("x", [16, 64])], [vi("y", [16, 64])], [w], domains=[("local", 1)], functions=[fn],
     macs="2 * 16*64*64", flops="2*(2*16*64*64 + 16*64)", transcendentals="0", params="64*64", peers="onnx-tool exception; opcounter 2048; HaoLine 2048; digestai 0")
q = [nh.from_array(np.array(v, dtype=t), n) for n, v, t in
     (("xs", .1, np.float32), ("xz", 3, np.uint8), ("ws", .1, np.float32), ("wz", 0, np.int8), ("ys", .1, np.float32), ("yz", 5, np.uint8))]
case("qlinear_conv", [N("QLinearConv", ["x", "xs", "xz", "wq", "ws", "wz", "ys", "yz"], ["y"], pads=[1, 1, 1, 1])],
     [vi("x", [1, 8, 28, 28], T.UINT8)], [vi("y", [1, 64, 28, 28], T.UINT8)],
     q + [nh.from_array(rng.integers(-8, 8, (64, 8, 3, 3)).astype(np.int8), "wq")],
     macs="64*28*28 * 8*9", flops="2*macs + zero point 8*28*28 + requantise 5*64*28*28", transcendentals="0", params="64*8*9", peers="opcounter KeyError; HaoLine 25088 FLOPs")
bf = h.make_tensor("wb", T.BFLOAT16, [64, 32], np.zeros(64 * 32 * 2, np.uint8).tobytes(), raw=True)
case("bfloat16_weight", [N("MatMul", ["x", "wb"], ["y"])], [vi("x", [4, 64], T.BFLOAT16)], [vi("y", [4, 32], T.BFLOAT16)], [bf],
     macs="4*64*32", flops="2*4*64*32", transcendentals="0", params="64*32", peers="onnx-tool crash")
case("mish", [N("Mish", ["x"], ["y"])], [vi("x", [10, 100])], [vi("y", [10, 100])], opset=18,
     macs="0", flops="2*1000", transcendentals="3*1000", params="0", peers="onnx-tool exception")
case("global_max_pool", [N("GlobalMaxPool", ["x"], ["y"])], [vi("x", [2, 5, 7, 7])], [vi("y", [2, 5, 1, 1])],
     macs="0", flops="2*5*49 - 2*5", transcendentals="0", params="0", peers="onnx-tool exception")
for op in ("Sigmoid", "Tanh", "Erf", "Exp", "Sqrt"):
    case(op.lower() + "_1000", [N(op, ["x"], ["y"])], [vi("x", [1000])], [vi("y", [1000])],
         macs="0", flops="0", transcendentals="1000", params="0",
         peers="onnx-tool " + {"Sigmoid": "32000", "Tanh": "76000", "Erf": "0", "Exp": "32000", "Sqrt": "24000"}[op])
case("layer_norm", [N("LayerNormalization", ["x", "g", "b"], ["y"])], [vi("x", [2, 7, 16])], [vi("y", [2, 7, 16])], [init("g", 16), init("b", 16)],
     macs="0", flops="7*2*7*16 + 2*14", transcendentals="14", params="32", peers="fvcore 5 per element")
case("softmax_before_13", [N("Softmax", ["x"], ["y"], axis=1)], [vi("x", [2, 3, 5])], [vi("y", [2, 3, 5])], opset=11,
     macs="0", flops="4*30 - 2*2", transcendentals="30", params="0", peers="rows are 2 (dims before the axis), not 6")
case("attention_gqa_23", [N("Attention", ["q", "k", "v"], ["y"], is_causal=1)],
     [vi("q", [2, 8, 5, 16]), vi("k", [2, 2, 9, 16]), vi("v", [2, 2, 9, 24])], [vi("y", [2, 8, 5, 24])], opset=23, ir=11,
     macs="2*8*5*9*(16 + 24)", flops="2*macs + scale 2*(5*8*16 + 9*2*16) + softmax 4*720 - 2*2*8*5", transcendentals="720", params="0",
     peers="none counts it")
pool = h.make_node("AveragePool", ["x"], ["y"], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
case("average_pool_ceil", [pool], [vi("x", [1, 4, 8, 8])], [vi("y", [1, 4, 4, 4])], opset=19, macs="0", flops="4*16*9", transcendentals="0", params="0", peers="")


def text(e):
    return "" if e is None else str(e)


def value(e):
    """The leading arithmetic of an expectation, evaluated; blank if symbolic."""
    try:
        return eval(e.split("(the")[0], {"__builtins__": {}})
    except Exception:
        return ""


with open("known.csv", "w", newline="") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerow(["case", "macs", "flops", "transcendentals", "params", "macs_value", "flops_value", "transcendentals_value", "params_value", "rivals"])
    for name, t in cases:
        vals = {k: value(t[k]) for k in ("macs", "flops", "transcendentals", "params")}
        fl = t["flops"]
        if vals["flops"] == "" and isinstance(vals["macs"], int) and not fl.startswith(">="):
            import re
            s = fl.replace("macs", str(vals["macs"]))
            s = re.sub(r"[a-z]+ (point )?(?=[0-9])", "", s)
            s = re.sub(r"\b(scale|mask|softmax|requantise|zero point)\b", "", s)
            try:
                vals["flops"] = eval(s, {"__builtins__": {}})
            except Exception as ex:
                print("no value:", name, s, ex, file=sys.stderr)
        out.writerow([name, t["macs"], fl, t["transcendentals"], t["params"], vals["macs"], vals["flops"], vals["transcendentals"], vals["params"], t["peers"]])
