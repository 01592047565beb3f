#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small attention blocks cost what can be counted by hand.

One batch, 4 tokens, width 8, 4 heads of 2, no biases, the scores scaled: every
number below is arithmetic on these. A is the number of scores.
"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.dirname(__file__))
from check_near_attention import absorbed, latent
from graphs import Graph, attention
from support import harness

A = 4 * 4 * 4
SOFTMAX = 4 * A - 2 * 4 * 4


def self_attention(groups):
    def build(g):
        x = g.input(1, 4, 8)
        g.output(attention(g, x, x, groups=groups))
    return build


def cross(g):
    g.output(attention(g, g.input(2, 3, 8), g.input(2, 5, 8), batch=2,
                       tokens=3, keys=5))


def decode(g):
    """One new token behind 7 in a cache of two heads."""
    x = g.input(1, 1, 8)
    q = g.heads(g.linear(x, 8, 8), 1, 1, 4, 2)
    kept = []
    for _ in range(2):
        new = g.heads(g.linear(x, 8, 4), 1, 1, 2, 2)
        full = g.op("Concat", g.input(1, 2, 7, 2), new, axis=2)
        g.output(full)
        kept.append(g.repeat(full, 1, 2, 2, 8, 2))
    g.output(g.linear(g.merge(g.core(q, *kept), 1, 1, 8), 8, 8))


# name: graph, kind, params, projections, core, A, flops beyond 2 * MACs,
# bytes a cached token takes at 2 bytes an element.
ROWS = {
    "MHA": (self_attention(4), "mha", 256, 1024, 256, A, A + SOFTMAX, 32),
    "GQA": (self_attention(2), "gqa", 192, 768, 256, A, A + SOFTMAX, 16),
    "MQA": (self_attention(1), "mqa", 160, 640, 256, A, A + SOFTMAX, 8),
    "MLA": (lambda g: g.output(latent(g, g.input(1, 4, 8))), "mla", 272,
            1088, 384, A, A + SOFTMAX, 12),
    "absorbed MLA": (lambda g: g.output(absorbed(g, g.input(1, 4, 8))),
                     "mla-absorbed", 272, 1088, 640, A, A + SOFTMAX, 12),
    "cross-attention": (cross, "cross", 256, 2048, 480, 120, 552, None),
    "GQA with a cache": (decode, "gqa", 192, 192, 128, 32, 32 + 120, 16),
}


def check(binary, folder, row):
    build, kind, params, linear, core, scores, other, cached = row
    graph = Graph()
    build(graph)
    run = harness.run_json(binary, graph.save(folder))
    if run.report is None:
        return [run.problem]
    totals = {key: value["value"]
              for key, value in run.report["totals"].items()}
    if len(run.report["attention"]) != 1:
        return ["%d blocks" % len(run.report["attention"])]
    block = run.report["attention"][0]
    flops = 2 * (linear + core) + other
    checks = [
        ("kind", block["kind"], kind),
        ("params", totals["params"], params),
        ("params of the block", block["projections"]["params"], params),
        ("macs", totals["macs"], linear + core),
        ("projections", block["projections"]["macs"], linear),
        ("core", block["core"]["macs"], core),
        ("flops", totals["flops"], flops),
        ("flops of the core", block["core"]["flops"], 2 * core + other),
        ("transcendentals", block["core"]["transcendentals"], scores)]
    if block["cache"]:  # kept in 4 bytes an element here
        checks.append(("cache", block["kv_cache_bytes_per_token"], 2 * cached))
    return ["%s %s, expected %s" % found
            for found in checks if found[1] != found[2]]


def traffic(binary, folder):
    """K is turned in one step: 1280 elements of 4 bytes move."""
    g = Graph()
    x = g.input(1, 4, 8)
    q, v = (g.heads(g.linear(x, 8, 8), 1, 4, 4, 2) for _ in range(2))
    k = g.op("Transpose", g.reshape(g.linear(x, 8, 8), 1, 4, 4, 2),
             perm=[0, 2, 3, 1])
    scores = g.op("Mul", g.op("MatMul", q, k),
                  g.constant(0.5, "float32"))
    y = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    g.output(g.linear(g.merge(y, 1, 4, 8), 8, 8))
    run = harness.run_json(binary, g.save(folder))
    if run.report is None:
        return [run.problem]
    moved = run.report["totals"]["traffic_bytes"]["value"]
    least = run.report["attention"][0]["traffic"]["minimal_bytes"]
    return (["moved %s" % moved] if moved != 5120 else []) + (
        ["at least %s" % least] if least != 512 else [])


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for name, row in ROWS.items():
            tally.add(name + " costs what is counted by hand",
                      check(options.binary, folder, row))
        tally.add("MHA moves what is counted by hand",
                  traffic(options.binary, folder))
    tally.close()


if __name__ == "__main__":
    main()
