#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is attention is found in any spelling; what only looks like it is not.

Every graph is built here, operator by operator. A graph that is nearly
attention has no block, or one that says it is unresolved.
"""
import os
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.dirname(__file__))
from graphs import Graph, attention
from support import harness

B, T, S, D, H, W = 1, 4, 6, 8, 4, 2
CASES = []


def case(sentence, *expected):
    """Blocks expected: (kind, heads, kv_heads, qk_dim, v_dim) each."""
    def add(build):
        CASES.append((sentence, build, list(expected)))
        return build
    return add


def stream(g, tokens=T):
    """An activation that is no graph input itself."""
    return g.op("Relu", g.input(B, tokens, D))


# ---- attention ----

@case("MHA is found", ("mha", H, H, W, W))
def mha(g):
    x = stream(g)
    g.output(attention(g, x, x))


@case("GQA is found through Expand", ("gqa", H, 2, W, W))
def gqa(g):
    x = stream(g)
    g.output(attention(g, x, x, groups=2))


@case("MQA is found through Expand", ("mqa", H, 1, W, W))
def mqa(g):
    x = stream(g)
    g.output(attention(g, x, x, groups=1))


@case("keys of another stream make it cross", ("cross", H, H, W, W))
def cross(g):
    g.output(attention(g, stream(g), stream(g, S), keys=S))


@case("keys of both streams together make it cross", ("cross", H, H, W, W))
def both_streams(g):
    x, other = stream(g), stream(g, 2)
    g.output(attention(g, x, g.op("Concat", x, other, axis=1), keys=S))


@case("keys with a second stream behind one projection each are joint",
      ("cross", H, H, W, W))
def joint(g):
    x, other = stream(g), stream(g, 2)

    def joined(width):
        return g.op("Concat", g.heads(g.linear(x, D, width), B, T, H, W),
                    g.heads(g.linear(other, D, width), B, 2, H, W), axis=2)
    q = g.heads(g.linear(x, D, H * W), B, T, H, W)
    y = g.core(q, joined(H * W), joined(H * W))
    g.output(g.linear(g.merge(y, B, T, H * W), H * W, D))


@case("the softmax axis is followed when it is not the last",
      ("mha", H, H, W, W))
def keys_first(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    p = g.op("Softmax", g.op("MatMul", k, g.turned(q)), axis=-2)
    y = g.op("MatMul", g.turned(p), v)
    g.output(g.linear(g.merge(y, B, T, D), D, D))


@case("a sink beside the scores is looked through", ("mha", H, H, W, W))
def sink(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    scores = g.op("MatMul", q, g.turned(k))
    sinks = g.op("Expand", g.weight(1, H, 1, 1), g.constant([B, H, T, 1]))
    p = g.op("Softmax", g.op("Concat", scores, sinks, axis=-1), axis=-1)
    p = g.op("Slice", p, g.constant([0]), g.constant([T]), g.constant([3]))
    g.output(g.linear(g.merge(g.op("MatMul", p, v), B, T, D), D, D))


@case("talking heads are looked through", ("mha", H, H, W, W))
def talking_heads(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    scores = g.op("MatMul", q, g.turned(k))

    def talk(scores):
        return g.op("Einsum", scores, g.weight(H, H),
                    equation="bhts,hk->bkts")
    p = talk(g.op("Softmax", talk(scores), axis=-1))
    g.output(g.linear(g.merge(g.op("MatMul", p, v), B, T, D), D, D))


@case("Einsum cores and projections are read", ("mha", H, H, W, W))
def einsum(g):
    x = stream(g)
    q, k, v = (g.op("Einsum", x, g.weight(D, H, W),
                    equation="btd,dhk->bthk") for _ in range(3))
    p = g.op("Softmax", g.op("Einsum", q, k, equation="bthd,bshd->bhts"),
             axis=-1)
    y = g.op("Einsum", p, v, equation="bhts,bshd->bthd")
    g.output(g.op("Einsum", y, g.weight(H, W, D), equation="bthk,hkd->btd"))


@case("GQA is found in five dims", ("gqa", H, 2, W, W))
def five_dims(g):
    x = stream(g)
    q = g.op("Transpose", g.reshape(g.linear(x, D, D), B, T, 2, 2, W),
             perm=[0, 2, 3, 1, 4])

    def grouped():
        return g.op("Transpose",
                    g.reshape(g.linear(x, D, 2 * W), B, T, 2, 1, W),
                    perm=[0, 2, 3, 1, 4])
    k, v = grouped(), grouped()
    scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 2, 4, 3]))
    y = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    y = g.reshape(g.op("Transpose", y, perm=[0, 3, 1, 2, 4]), B, T, D)
    g.output(g.linear(y, D, D))


@case("GQA is found through a Gather that repeats heads",
      ("gqa", H, 2, W, W))
def gathered(g):
    x = stream(g)
    q = g.heads(g.linear(x, D, D), B, T, H, W)
    k, v = (g.op("Gather", g.heads(g.linear(x, D, 2 * W), B, T, 2, W),
                 g.constant([0, 0, 1, 1]), axis=1) for _ in range(2))
    g.output(g.linear(g.merge(g.core(q, k, v), B, T, D), D, D))


@case("GQA is found through Tile", ("gqa", H, 2, W, W))
def tiled(g):
    x = stream(g)
    q = g.heads(g.linear(x, D, D), B, T, H, W)
    k, v = (g.op("Tile", g.heads(g.linear(x, D, 2 * W), B, T, 2, W),
                 g.constant([1, 2, 1, 1])) for _ in range(2))
    g.output(g.linear(g.merge(g.core(q, k, v), B, T, D), D, D))


@case("MQA is found with heads folded into the queries",
      ("mqa", H, 1, W, W))
def folded(g):
    x = stream(g)
    q = g.reshape(g.linear(x, D, D), B, T * H, W)
    k, v = g.linear(x, D, W), g.linear(x, D, W)
    scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 2, 1]))
    y = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    g.output(g.linear(g.reshape(y, B, T, D), D, D))


@case("a softmax in primitives is a softmax", ("mha", H, H, W, W))
def primitives(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    s = g.op("MatMul", q, g.turned(k))
    e = g.op("Exp", g.op("Sub", s, g.op("ReduceMax", s, g.constant([-1]))))
    p = g.op("Div", e, g.op("ReduceSum", e, g.constant([-1])))
    g.output(g.linear(g.merge(g.op("MatMul", p, v), B, T, D), D, D))


@case("a cache that keys are scattered into is a cache",
      ("mha", H, H, W, W))
def scattered(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    at = g.constant(numpy.array([[[[h, t]] for t in range(T)]
                                 for h in range(H)]).reshape(H, T, 2))
    full = []
    for new in (k, v):
        old = g.input(H, S, W)
        full.append(g.op("Unsqueeze", g.op(
            "ScatterND", old, at, g.op("Squeeze", new, g.constant([0]))),
            g.constant([0])))
    g.output(g.linear(g.merge(g.core(q, *full), B, T, D), D, D))


@case("MLA is found", ("mla", H, None, 4, W))
def mla(g):
    g.output(latent(g, stream(g)))


def latent(g, x, r=4, rq=4, dn=2, dr=2, dv=2):
    """DeepSeek's block without norms and rotation."""
    q = g.linear(g.linear(x, D, rq), rq, H * (dn + dr))
    q = g.heads(q, B, T, H, dn + dr)
    down = g.linear(x, D, r + dr)
    c, rope = g.op("Split", down, g.constant([r, dr]), outputs=2, axis=-1)
    up = g.heads(g.linear(c, r, H * (dn + dv)), B, T, H, dn + dv)
    k, v = g.op("Split", up, g.constant([dn, dv]), outputs=2, axis=-1)
    rope = g.op("Expand", g.reshape(rope, B, 1, T, dr),
                g.constant([B, H, T, dr]))
    y = g.core(q, g.op("Concat", k, rope, axis=-1), v)
    return g.linear(g.merge(y, B, T, H * dv), H * dv, D)


def absorbed(g, x, r=4, rq=4, dn=2, dr=2, dv=2):
    """The same with the up-projections on the queries' side."""
    q = g.linear(g.linear(x, D, rq), rq, H * (dn + dr))
    q = g.heads(q, B, T, H, dn + dr)
    q, rotated = g.op("Split", q, g.constant([dn, dr]), outputs=2, axis=-1)
    q = g.op("Concat", g.op("MatMul", q, g.weight(H, dn, r)), rotated,
             axis=-1)
    down = g.reshape(g.linear(x, D, r + dr), B, 1, T, r + dr)
    c = g.op("Slice", down, g.constant([0]), g.constant([r]),
             g.constant([3]))
    y = g.op("MatMul", g.core(q, down, c), g.weight(H, r, dv))
    return g.linear(g.merge(y, B, T, H * dv), H * dv, D)


@case("absorbed MLA is found", ("mla-absorbed", H, None, 6, 4))
def mla_absorbed(g):
    g.output(absorbed(g, stream(g)))


@case("pooled queries do not change the heads", ("mha", H, H, W, W))
def pooled_queries(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    q = g.op("MaxPool", q, kernel_shape=[2, 1], strides=[2, 1])
    g.output(g.linear(g.merge(g.core(q, k, v), B, T // 2, D), D, D))


@case("cut queries do not change the heads", ("mha", H, H, W, W))
def cut_queries(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    q = g.op("Slice", q, g.constant([0]), g.constant([1]), g.constant([2]))
    g.output(g.linear(g.merge(g.core(q, k, v), B, 1, D), D, D))


@case("a learned query over projected keys and values is cross",
      ("cross", 1, 1, D, D))
def learned_query(g):
    x = stream(g)
    k, v = g.linear(x, D, D), g.linear(x, D, D)
    scores = g.op("MatMul", k, g.weight(D, 1))
    p = g.op("Softmax", g.op("Transpose", scores, perm=[0, 2, 1]), axis=-1)
    g.output(g.op("MatMul", p, v))


@case("probabilities used by two products are one block",
      ("mha", H, H, W, W))
def two_values(g):
    x = stream(g)
    q, k, v, u = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(4))
    p = g.op("Softmax", g.op("MatMul", q, g.turned(k)), axis=-1)
    for value in (v, u):
        y = g.merge(g.op("MatMul", p, value), B, T, D)
        g.output(g.linear(y, D, D))


@case("attention in a branch is found", ("mha", H, H, W, W))
def in_a_branch(g):
    from onnx import TensorProto, helper
    x = stream(g)
    choice = g.input(1, kind=TensorProto.BOOL)
    bodies = []
    for inside in (True, False):
        outer, g.nodes = g.nodes, []
        y = attention(g, x, x) if inside else g.op("Neg", x)
        bodies.append(helper.make_graph(
            g.nodes, "branch", [],
            [helper.make_tensor_value_info(y, TensorProto.FLOAT, None)]))
        g.nodes = outer
    g.output(g.op("If", choice, then_branch=bodies[0],
                  else_branch=bodies[1]))


# ---- nearly ----

@case("a softmax classifier has none")
def classifier(g):
    g.output(g.op("Softmax", g.linear(stream(g), D, 10), axis=-1))


@case("a classifier whose softmax meets a constant has none")
def classifier_with_table(g):
    p = g.op("Softmax", g.linear(stream(g), D, 10), axis=-1)
    g.output(g.linear(p, 10, D))


@case("a router has none")
def router(g):
    p = g.op("Softmax", g.linear(stream(g), D, 4), axis=-1)
    best, at = g.op("TopK", p, g.constant([2]), outputs=2)
    g.output(g.op("Div", best, g.op("ReduceSum", best, g.constant([-1]))))


@case("a softmax mix of experts has none")
def mix_of_experts(g):
    x = stream(g)
    p = g.reshape(g.op("Softmax", g.linear(x, D, 3), axis=-1), B, T, 1, 3)
    experts = [g.op("Unsqueeze", g.linear(x, D, D), g.constant([2]))
               for _ in range(3)]
    g.output(g.op("MatMul", p, g.op("Concat", *experts, axis=2)))


@case("a softmax gate has none")
def gate(g):
    x = stream(g)
    y = g.op("Mul", g.op("Softmax", g.linear(x, D, D), axis=-1), x)
    g.output(g.linear(y, D, D))


@case("pooling of unprojected tokens by one learned query has none")
def pooling(g):
    x = stream(g)
    scores = g.op("Transpose", g.linear(x, D, 1), perm=[0, 2, 1])
    g.output(g.op("MatMul", g.op("Softmax", scores, axis=-1), x))


@case("a softmax over the queries has none")
def over_queries(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    p = g.op("Softmax", g.op("MatMul", q, g.turned(k)), axis=-2)
    g.output(g.linear(g.merge(g.op("MatMul", p, v), B, T, D), D, D))


@case("additive attention has none")
def additive(g):
    x = stream(g)
    q = g.op("Unsqueeze", g.linear(x, D, D), g.constant([2]))
    k = g.op("Unsqueeze", g.linear(x, D, D), g.constant([1]))
    e = g.linear(g.op("Tanh", g.op("Add", q, k)), D, 1)
    p = g.op("Softmax", g.op("Squeeze", e, g.constant([3])), axis=-1)
    g.output(g.op("MatMul", p, g.linear(x, D, D)))


@case("linear attention without scores has none")
def linear_attention(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    q, k = g.op("Softmax", q, axis=-1), g.op("Softmax", k, axis=-2)
    state = g.op("MatMul", g.turned(k), v)
    y = g.merge(g.op("MatMul", q, state), B, T, D)
    g.output(g.linear(y, D, D))


@case("attention of channels is unresolved", ("unresolved",) + 4 * (None,))
def channels(g):
    x = stream(g)
    q, k, v = (g.op("Transpose", g.linear(x, D, D), perm=[0, 2, 1])
               for _ in range(3))
    scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 2, 1]))
    y = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    g.output(g.linear(g.op("Transpose", y, perm=[0, 2, 1]), D, D))


@case("attention of an input to itself is unresolved",
      ("unresolved",) + 4 * (None,))
def unprojected(g):
    x = g.input(B, T, D)
    scores = g.op("MatMul", x, g.op("Transpose", x, perm=[0, 2, 1]))
    g.output(g.op("MatMul", g.op("Softmax", scores, axis=-1), x))


@case("sigmoid attention has no softmax to anchor it")
def sigmoid(g):
    x = stream(g)
    q, k, v = (g.heads(g.linear(x, D, D), B, T, H, W) for _ in range(3))
    p = g.op("Sigmoid", g.op("MatMul", q, g.turned(k)))
    g.output(g.linear(g.merge(g.op("MatMul", p, v), B, T, D), D, D))


@case("constant attention is folded and not listed")
def constant(g):
    x = g.weight(B, T, D)
    g.output(g.op("Add", attention(g, x, x), g.input(B, T, D)))


DIMS = ("heads", "kv_heads", "qk_dim", "v_dim")


def found(block):
    latent_kind = block["kind"].startswith("mla")
    dims = [block["dims"][dim] for dim in DIMS]
    if latent_kind:
        dims[1] = None
    if block["kind"] == "unresolved":
        dims = [None] * len(DIMS)
    return (block["kind"], *dims)


def check(binary, folder, build, expected):
    graph = Graph()
    build(graph)
    run = harness.run_json(binary, graph.save(folder))
    if run.report is None:
        return [run.problem]
    got = [found(block) for block in run.report["attention"]]
    problems = [] if got == expected else ["found %s" % got]
    for block in run.report["attention"]:
        said = any(d["id"] == "attention.unresolved" and
                   d["node"] == block["anchor"]
                   for d in run.report["diagnostics"])
        if said != (block["kind"] == "unresolved"):
            problems.append("a diagnostic says why: %s" % said)
    return problems


def cache_total(binary, folder, *builds):
    """(bytes a token, status) of a graph of these parts."""
    graph = Graph()
    for build in builds:
        build(graph)
    total = harness.run_json(binary, graph.save(folder)).report["totals"][
        "kv_cache_bytes_per_token"]
    return total["value"], total["status"]


def caches(binary, folder):
    """A block that is not resolved may keep one, too."""
    size = 4 * H * (W + W)
    return ["%s, not %s" % (got, wanted) for got, wanted in (
        (cache_total(binary, folder, scattered), (size, "exact")),
        (cache_total(binary, folder, scattered, channels),
         (size, "lower-bound")),
        (cache_total(binary, folder, channels), (None, "unknown")))
            if got != wanted]


def unknown_parts(binary, folder):
    """A fused operator behind one of which nothing is known, and another
    whose 4 * 8 * 24 MACs of projections are."""
    graph = Graph()
    weight = graph.weight(8, 24)
    x = graph.op("Mystery", graph.input(1, 4, 8), domain="com.microsoft")
    for stream in (x, graph.input(1, 4, 8)):
        graph.output(graph.op("Attention", stream, weight, num_heads=2,
                              domain="com.microsoft"))
    run = harness.run_json(binary, graph.save(folder))
    if run.report is None:
        return [run.problem]
    got = sorted((part["part"], str(part["macs"]), part["status"])
                 for part in run.report["parts"])
    wanted = [("attention-core", "256", "exact"),
              ("attention-core", "None", "unknown"),
              ("attention-projections", "768", "lower-bound"),
              ("rest", "None", "unknown")]
    return [] if got == wanted else [str(got)]


def chain(folder):
    """A hundred thousand softmaxes, each of which reads the one before."""
    graph = Graph()
    x = graph.input(T, D)
    for _ in range(100000):
        x = graph.op("Softmax", x, axis=-1)
    graph.output(x)
    return graph.save(folder)


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for sentence, build, expected in CASES:
            if options.only in sentence:
                tally.add(sentence, check(options.binary, folder, build,
                                          expected))
        tally.add("a block that is not resolved makes the cache a lower bound",
                  caches(options.binary, folder))
        tally.add("what is not known of a fused operator is no 0 in a part",
                  unknown_parts(options.binary, folder))
        run = harness.run(options.binary, chain(folder), "-q")
        tally.add("a chain of 100000 softmaxes ends",
                  [run.problem] if run.problem else [])
    tally.close()


if __name__ == "__main__":
    main()
