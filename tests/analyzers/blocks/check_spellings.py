#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One block of attention costs the same in every spelling.

Each block is built in primitives and in every operator that can hold it.
Expected are closed forms: core batch * heads * queries * keys * (qk_dim +
v_dim), projections rows * width in * width out. Each graph is asked three
times: with sizes in the file, with sizes that are bound, and by its formulas.
"""
import os
import sys
import tempfile

import numpy
from onnx import TensorProto

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.dirname(__file__))
from graphs import Graph
from support import harness

B, T, S, P, D, H = 2, 5, 7, 3, 16, 4
SIZES = {"batch": B, "seq": T, "keys": S, "past": P, "total": P + T,
         "tokens": B * T}
MS = "com.microsoft"


class Block:
    """What is to be spelt. `cross`: keys come from another stream; `past`:
    those of earlier tokens are kept; `given`: all of them are; `learned`:
    queries are projected from a constant that is spread over the batch."""

    def __init__(self, kind, groups=H, qk=8, v=8, causal=False, past=False,
                 given=False, learned=False):
        self.kind, self.groups, self.qk, self.v = kind, groups, qk, v
        self.causal, self.past, self.given = causal, past, given
        self.cross, self.learned = kind == "cross", learned

    def figures(self):
        past = P if self.past else 0
        keys = S if self.cross else T + past
        rows = 0 if self.given else B * (S if self.cross else T)
        kept = self.groups * (self.qk + self.v)
        pairs = T * past + T * (T + 1) // 2 if self.causal else T * keys
        linear = B * T * D * H * self.qk + rows * D * kept
        linear += B * T * H * self.v * D
        core = B * H * (self.qk + self.v)
        return {"kind": self.kind, "batch": B, "heads": H,
                "kv_heads": self.groups, "query_length": T,
                "key_length": keys, "past_length": past, "qk_dim": self.qk,
                "v_dim": self.v, "model_dim": D, "causal": self.causal,
                "core": core * T * keys, "projections": linear,
                "useful": core * pairs if self.causal else None,
                "macs": linear + core * T * keys,
                "cached": 4 * kept if self.past or self.causal else None}


BLOCKS = {
    "MHA": Block("mha"),
    "MHA with narrow values": Block("mha", v=4),
    "causal MHA": Block("mha", causal=True),
    "MHA with a cache": Block("mha", causal=True, past=True),
    "GQA": Block("gqa", groups=2),
    "causal GQA": Block("gqa", groups=2, causal=True),
    "GQA with a cache": Block("gqa", groups=2, causal=True, past=True),
    "MQA": Block("mqa", groups=1),
    "MQA with a cache": Block("mqa", groups=1, causal=True, past=True),
    "cross-attention": Block("cross"),
    "cross-attention with narrow values": Block("cross", v=4),
    "cross-attention of groups": Block("cross", groups=2),
    "cross-attention with keys that are kept": Block("cross", given=True),
    "cross-attention of a learned query": Block("cross", learned=True),
}


class Sized(Graph):
    """Sizes are numbers, or names of what is open."""

    def __init__(self, opset, free, product=None, joint=None):
        super().__init__(opset)
        self.free, self.joint = free, joint
        self.product = product or Graph.linear

    def linear(self, x, width_in, width_out):
        return self.product(self, x, width_in, width_out)

    def dims(self, *shape):
        return [dim if self.free or isinstance(dim, int) else SIZES[dim]
                for dim in shape]

    def take(self, *shape, kind=TensorProto.FLOAT):
        return self.input(*self.dims(*shape), kind=kind)

    def stream(self, length):
        return self.op("Relu", self.take("batch", length, D))

    def spread(self, x, heads, width):
        """[B, T, h * d] to [B, h, T, d]"""
        return self.heads(x, 0, 0, heads, width)

    def learned(self, other):
        """T rows of a constant for each of a batch."""
        batch = self.op("Slice", self.op("Shape", other), self.constant([0]),
                        self.constant([1]))
        return self.op("Expand", self.weight(1, T, D), self.op(
            "Concat", batch, self.constant([1, 1]), axis=0))

    def joined(self, x, width):
        return self.linear(self.merge(x, 0, 0, H * width), H * width, D)

    def repeated(self, x, block, width):
        if block.groups == H:
            return x
        wide = self.op("Expand", self.op("Unsqueeze", x, self.constant([2])),
                       self.constant([1, 1, H // block.groups, 1, 1]))
        return self.reshape(wide, 0, H, -1, width)

    def size(self, x, axis):
        return self.op("Gather", self.op("Shape", x), self.constant(axis))

    def mask(self, q, k):
        """0 where key j <= query i + keys - queries."""
        queries, keys = self.size(q, 2), self.size(k, 2)
        one = self.constant(1)
        column = self.op("Range", self.constant(0), keys, one)
        row = self.op("Range", self.op("Sub", keys, queries), keys, one)
        seen = self.op("LessOrEqual",
                       self.op("Unsqueeze", column, self.constant([0])),
                       self.op("Unsqueeze", row, self.constant([1])))
        return self.op("Where", seen, self.constant(0, numpy.float32),
                       self.constant(-1e9, numpy.float32))

    def past_of(self, block, width):
        return self.take("batch", block.groups, "past", width)


def streams(g, block):
    """What queries are made of, and keys."""
    if not block.learned:
        x = g.stream("seq")
        return x, g.stream("keys") if block.cross else x
    context = g.stream("keys")
    return g.learned(context), context


def projected(g, block):
    """Rows of queries, keys and values."""
    x, context = streams(g, block)
    widths = [H * block.qk, block.groups * block.qk, block.groups * block.v]
    if g.joint is None:
        return tuple(g.linear(of, D, width) for of, width in
                     zip((x, context, context), widths))
    if block.cross:
        return g.linear(x, D, widths[0]), *g.joint(g, context, widths[1:])
    return g.joint(g, x, widths)


# ---- products with weights ----

def gemm(g, x, width_in, width_out):
    """Of two dims, W turned, a bias, and back."""
    y = g.op("Gemm", g.reshape(x, -1, width_in), g.weight(width_out, width_in),
             g.weight(width_out), transB=1)
    sizes = g.op("Slice", g.op("Shape", x), g.constant([0]), g.constant([2]))
    return g.op("Reshape", y, g.op("Concat", sizes, g.constant([width_out]),
                                   axis=0))


def convolution(g, x, width_in, width_out):
    y = g.op("Conv", g.op("Transpose", x, perm=[0, 2, 1]),
             g.weight(width_out, width_in, 1))
    return g.op("Transpose", y, perm=[0, 2, 1])


def turned_weight(g, x, width_in, width_out):
    w = g.op("Transpose", g.weight(width_out, width_in), perm=[1, 0])
    return g.op("Add", g.weight(width_out), g.op("MatMul", x, w))


def dequantised(g, x, width_in, width_out):
    """Both operands stand behind QuantizeLinear and DequantizeLinear."""
    scale, zero = g.constant(0.1, numpy.float32), g.constant(0, numpy.int8)
    x = g.op("DequantizeLinear", g.op("QuantizeLinear", x, scale, zero),
             scale, zero)
    w = g.constant(numpy.ones((width_in, width_out)), numpy.int8)
    return g.op("MatMul", x, g.op("DequantizeLinear", w, scale, zero))


def integers(g, x, width_in, width_out):
    x, scale, zero = g.op("DynamicQuantizeLinear", x, outputs=3)
    w = g.constant(numpy.ones((width_in, width_out)), numpy.int8)
    y = g.op("MatMulInteger", x, w, zero, g.constant(0, numpy.int8))
    return g.op("Mul", g.op("Cast", y, to=TensorProto.FLOAT), scale)


def four_bits(g, x, width_in, width_out):
    packed = g.constant(numpy.ones((width_out, width_in // 16, 8)),
                        numpy.uint8)
    return g.op("MatMulNBits", x, packed, g.weight(width_out, width_in // 16),
                domain=MS, K=width_in, N=width_out, bits=4, block_size=16)


# ---- one product for several operands ----

def split(g, x, widths):
    return g.op("Split", g.linear(x, D, sum(widths)), g.constant(widths),
                axis=-1, outputs=len(widths))


def slices(g, x, widths):
    y, ends = g.linear(x, D, sum(widths)), numpy.cumsum(widths)
    return [g.op("Slice", y, g.constant([end - width]), g.constant([end]),
                 g.constant([-1])) for end, width in zip(ends, widths)]


def indexed(g, x, widths):
    """Unsqueeze, Transpose, Squeeze and an index, as torch packs its own."""
    y = g.reshape(g.linear(x, D, sum(widths)), 0, 0, len(widths), widths[0])
    y = g.op("Transpose", g.op("Unsqueeze", y, g.constant([0])),
             perm=[3, 1, 2, 0, 4])
    y = g.op("Squeeze", y, g.constant([3]))
    return [g.op("Gather", y, g.constant(index), axis=0)
            for index in range(len(widths))]


PRODUCTS = {"Gemm": gemm, "a 1x1 Conv": convolution,
            "a weight that is turned": turned_weight,
            "QuantizeLinear and DequantizeLinear": dequantised,
            "MatMulInteger": integers, "MatMulNBits": four_bits}
JOINTS = {"Split": split, "slices": slices, "an index": indexed}


def kept_keys(g, block):
    """Keys and values of an encoder, by heads."""
    return (g.take("batch", H, "keys", block.qk),
            g.take("batch", H, "keys", block.v))


def spread(g, block):
    if block.given:
        q = g.linear(g.stream("seq"), D, H * block.qk)
        return (g.spread(q, H, block.qk), *kept_keys(g, block))
    q, k, v = projected(g, block)
    return (g.spread(q, H, block.qk), g.spread(k, block.groups, block.qk),
            g.spread(v, block.groups, block.v))


def with_past(g, block, k, v):
    """Behind what is kept of earlier tokens, which becomes an output."""
    if not block.past:
        return k, v
    k = g.op("Concat", g.past_of(block, block.qk), k, axis=2)
    v = g.op("Concat", g.past_of(block, block.v), v, axis=2)
    g.output(k)
    g.output(v)
    return k, v


# ---- spellings: (opset, which blocks, how) ----

SPELLINGS = {}


def any_block(block):
    return True


def made(block):
    """Keys are made here."""
    return not block.given


def alike(block):
    """As many heads of keys as of queries."""
    return block.groups == H


def whole(block):
    """One product can make queries, keys and values."""
    return alike(block) and not block.cross


def bare(block):
    """One product, nothing masked or kept."""
    return whole(block) and not block.causal


def even(block):
    """Keys and values are as wide, and can be one operand."""
    return made(block) and alike(block) and block.v == block.qk


def spelling(name, opset=18, only=any_block):
    def add(build):
        SPELLINGS[name] = (opset, only, build)
        return build
    return add


@spelling("primitives")
def primitives(g, block):
    q, k, v = spread(g, block)
    k, v = with_past(g, block, k, v)
    mask = g.mask(q, k) if block.causal else None
    g.output(g.joined(g.core(q, g.repeated(k, block, block.qk),
                             g.repeated(v, block, block.v), mask), block.v))


@spelling("primitives, scaled on both sides, softmax by hand")
def by_hand(g, block):
    q, k, v = spread(g, block)
    k, v = with_past(g, block, k, v)
    mask = g.mask(q, k) if block.causal else None
    k, v = g.repeated(k, block, block.qk), g.repeated(v, block, block.v)
    half = g.constant(0.64, numpy.float32)
    scores = g.op("MatMul", g.op("Mul", q, half),
                  g.op("Mul", g.turned(k), half))
    scores = g.op("Add", scores, mask) if mask else scores
    most = g.op("ReduceMax", scores, g.constant([-1]), keepdims=1)
    powers = g.op("Exp", g.op("Sub", scores, most))
    total = g.op("ReduceSum", powers, g.constant([-1]), keepdims=1)
    g.output(g.joined(g.op("MatMul", g.op("Div", powers, total), v),
                      block.v))


@spelling("primitives, heads in the batch", only=lambda block: alike(block)
          and not block.past)
def merged_heads(g, block):
    """[B * h, T, d] for both products, as older exports write it."""
    q, k, v = spread(g, block)
    mask = g.mask(q, k) if block.causal else None
    q, k, v = (g.op("Reshape", x, g.op("Concat", g.constant([-1]), g.op(
        "Slice", g.op("Shape", x), g.constant([2]), g.constant([4])), axis=0))
        for x in (q, k, v))
    scores = g.op("Mul", g.op("MatMul", q, g.op("Transpose", k,
                                                perm=[0, 2, 1])),
                  g.constant(0.5, numpy.float32))
    scores = g.op("Add", scores, mask) if mask else scores
    y = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    sizes = g.op("Concat", g.constant([-1, H]), g.op(
        "Slice", g.op("Shape", y), g.constant([1]), g.constant([3])), axis=0)
    g.output(g.joined(g.op("Reshape", y, sizes), block.v))


@spelling("primitives, Einsum over rows",
          only=lambda block: made(block) and not block.causal)
def einsum(g, block):
    """Queries of five dims meet a key head of their group."""
    q, k, v = projected(g, block)
    q = g.reshape(q, 0, 0, block.groups, H // block.groups, block.qk)
    k = g.reshape(k, 0, 0, block.groups, block.qk)
    v = g.reshape(v, 0, 0, block.groups, block.v)
    scores = g.op("Einsum", q, k, equation="btgrd,bsgd->bgrts")
    y = g.op("Einsum", g.op("Softmax", scores, axis=-1), v,
             equation="bgrts,bsgd->btgrd")
    g.output(g.linear(g.reshape(y, 0, 0, H * block.v), H * block.v, D))


def onnx_attention(g, block, q, k, v, **attributes):
    past = [] if not block.past else [
        "", g.past_of(block, block.qk), g.past_of(block, block.v)]
    results = g.op("Attention", q, k, v, *past, outputs=3 if past else 1,
                   is_causal=int(block.causal), **attributes)
    if not past:
        return results
    g.output(results[1])
    g.output(results[2])
    return results[0]


@spelling("Attention of four dims", opset=23)
def attention_of_heads(g, block):
    g.output(g.joined(onnx_attention(g, block, *spread(g, block)), block.v))


@spelling("Attention of three dims", opset=23, only=made)
def attention_of_rows(g, block):
    y = onnx_attention(g, block, *projected(g, block), q_num_heads=H,
                       kv_num_heads=block.groups)
    g.output(g.linear(y, H * block.v, D))


@spelling("Attention behind repeated heads", opset=23,
          only=lambda block: block.groups < H)
def attention_repeated(g, block):
    q, k, v = spread(g, block)
    k, v = with_past(g, block, k, v)
    y = g.op("Attention", q, g.repeated(k, block, block.qk),
             g.repeated(v, block, block.v), is_causal=int(block.causal))
    g.output(g.joined(y, block.v))


def contrib(g, op_type, block, *inputs, past=(), outputs=1, **attributes):
    results = g.op(op_type, *inputs, *past, outputs=outputs, domain=MS,
                   num_heads=H, **attributes)
    for result in results[1:] if outputs > 1 else ():
        g.output(result)
    y = results[0] if outputs > 1 else results
    g.output(g.linear(y, H * block.v, D))


@spelling("com.microsoft Attention", only=whole)
def contrib_attention(g, block):
    widths = [H * block.qk, H * block.qk, H * block.v]
    past = ["", g.take(2, "batch", H, "past", block.qk)] if block.past else []
    contrib(g, "Attention", block, g.stream("seq"),
            g.weight(D, sum(widths)), g.weight(sum(widths)), past=past,
            outputs=2 if past else 1, unidirectional=int(block.causal),
            qkv_hidden_sizes=widths)


@spelling("QAttention", only=lambda block: whole(block) and even(block))
def quantised_attention(g, block):
    x, scale, zero = g.op("DynamicQuantizeLinear", g.stream("seq"), outputs=3)
    width = 3 * H * block.qk
    past = [g.take(2, "batch", H, "past", block.qk)] if block.past else []
    contrib(g, "QAttention", block, x, g.constant(
        numpy.ones((D, width)), numpy.int8), g.weight(width), scale,
        g.constant(0.1, numpy.float32), "", zero, g.constant(0, numpy.int8),
        past=past, outputs=2 if past else 1,
        unidirectional=int(block.causal))


@spelling("MultiHeadAttention", only=alike)
def multi_head(g, block):
    past = ["", "", "", g.past_of(block, block.qk),
            g.past_of(block, block.v)] if block.past else []
    rows = projected(g, block) if made(block) else (
        g.linear(g.stream("seq"), D, H * block.qk), *kept_keys(g, block))
    contrib(g, "MultiHeadAttention", block, *rows, past=past,
            outputs=3 if past else 1, unidirectional=int(block.causal))


@spelling("MultiHeadAttention of packed keys and values", 
          only=lambda block: even(block) and not block.past)
def packed_keys(g, block):
    x, context = streams(g, block)
    kv = g.reshape(g.linear(context, D, 2 * H * block.qk), 0, 0, H, 2,
                   block.qk)
    contrib(g, "MultiHeadAttention", block, g.linear(x, D, H * block.qk), kv,
            unidirectional=int(block.causal))


@spelling("MultiHeadAttention of one packed operand", only=lambda block:
          whole(block) and even(block) and not block.past)
def packed_rows(g, block):
    qkv = g.reshape(g.linear(g.stream("seq"), D, 3 * H * block.qk), 0, 0, H,
                    3, block.qk)
    contrib(g, "MultiHeadAttention", block, qkv,
            unidirectional=int(block.causal))


def grouped(g, block, *rows):
    past = ["", ""] if not block.past else [
        g.past_of(block, block.qk), g.past_of(block, block.v)]
    seen = g.take("batch", "total" if block.past else "seq",
                  kind=TensorProto.INT64)
    total = g.op("Cast", g.size(seen, 1), to=TensorProto.INT32)
    last = g.op("Cast", g.op("Sub", g.op("ReduceSum", seen, g.constant([1]),
                                         keepdims=0), g.constant([1])),
                to=TensorProto.INT32)
    contrib(g, "GroupQueryAttention", block, *rows, past=[*past, last, total],
            outputs=3, kv_num_heads=block.groups)


@spelling("GroupQueryAttention", only=lambda block: block.causal)
def group_query(g, block):
    grouped(g, block, *projected(g, block))


@spelling("GroupQueryAttention of one packed operand",
          only=lambda block: block.causal)
def group_query_packed(g, block):
    width = (H + 2 * block.groups) * block.qk
    grouped(g, block, g.linear(g.stream("seq"), D, width), "", "")


# ---- sequences without padding between them ----

def packed_tokens(g, block):
    rows = g.op("Relu", g.take("tokens", D))
    offset = g.take("batch", "seq", kind=TensorProto.INT32)
    ends = (g.input("sequences", kind=TensorProto.INT32) if g.free else
            g.constant(range(0, B * T + 1, T), numpy.int32))
    return rows, offset, ends


@spelling("PackedAttention", only=bare)
def packed_attention(g, block):
    widths = [H * block.qk, H * block.qk, H * block.v]
    rows, offset, ends = packed_tokens(g, block)
    contrib(g, "PackedAttention", block, rows, g.weight(D, sum(widths)),
            g.weight(sum(widths)), offset, ends, qkv_hidden_sizes=widths)


@spelling("PackedMultiHeadAttention", only=bare)
def packed_multi_head(g, block):
    rows, offset, ends = packed_tokens(g, block)
    contrib(g, "PackedMultiHeadAttention", block,
            g.linear(rows, D, H * block.qk), g.linear(rows, D, H * block.qk),
            g.linear(rows, D, H * block.v), "", offset, ends)


# ---- what is said of them ----

def said(report, env):
    block, = report["attention"]

    def value(of):
        return harness.evaluate(of, env)

    return {"kind": block["kind"], "causal": block["causal"],
            **{dim: value(of) for dim, of in block["dims"].items()},
            "core": value(block["core"]["macs"]),
            "projections": value(block["projections"]["macs"]),
            "useful": value(block["core"]["macs_causal"]),
            "macs": value(report["totals"]["macs"]),
            "cached": value(block["kv_cache_bytes_per_token"])}


def compare(report, want):
    """Squared lengths of sequences that are packed are a symbol: B * T * T."""
    if len(report["attention"]) != 1:
        return ["%d blocks" % len(report["attention"])]
    values = {symbol["name"]: SIZES.get(symbol["name"], B * T * T)
              for symbol in report["symbols"]}
    got = said(report, harness.environment(report, values))
    return ["%s is %s, expected %s" % (key, got[key], want[key])
            for key in want if got[key] != want[key]]


def check(binary, folder, name, block, product=None, joint=None):
    opset, _, build = SPELLINGS[name]
    problems = []
    for free in (False, True):
        want = block.figures()
        graph = Sized(opset, free, product, joint)
        build(graph, block)
        path = graph.save(folder)
        names = {dim for value in graph.inputs
                 for dim in (d.dim_param
                             for d in value.type.tensor_type.shape.dim)
                 if dim in SIZES}
        bound = ",".join("%s=%d" % (dim, SIZES[dim]) for dim in sorted(names))
        for dims in ((), ("--dim", bound)) if free else ((),):
            if name.startswith("Packed"):  # one sequence of all rows
                want.update(batch=1, query_length=B * T,
                            key_length=None if free and not dims else T)
            run = harness.run_json(binary, path, *dims)
            how = "bound" if dims else "open" if free else "static"
            found = [run.problem] if run.report is None else compare(
                run.report, want)
            problems += ["%s: %s" % (how, problem) for problem in found]
    return problems


def work():
    """(sentence, spelling, block, product with weights, joint product)"""
    for name, block in BLOCKS.items():
        for way, (_, fits, _) in SPELLINGS.items():
            if fits(block):
                yield "%s by %s" % (name, way), way, block, None, None
    for name in ("MHA", "GQA with a cache", "cross-attention"):
        block = BLOCKS[name]
        for way in ("primitives", "Attention of four dims",
                    "Attention of three dims", "MultiHeadAttention",
                    "GroupQueryAttention"):
            if not SPELLINGS[way][1](block):
                continue
            sentence = "%s by %s behind " % (name, way)
            for how, product in PRODUCTS.items():
                yield sentence + how, way, block, product, None
            for how, joint in JOINTS.items():
                if joint is not indexed or alike(block):
                    yield sentence + how, way, block, None, joint


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for sentence, *how in work():
            if options.only in sentence:
                tally.add(sentence, check(options.binary, folder, *how))
    tally.close()


if __name__ == "__main__":
    main()
