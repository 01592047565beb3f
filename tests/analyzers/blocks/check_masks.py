#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Masks are told from how they are made, whatever sizes are bound.

A causal mask hides nothing from one query, and a window nothing from few
keys: what is bound does not change what a file says. Where the file itself has
one query, nothing can be said.
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

HEADS, WIDTH = 4, 2


def length(g, x, axis):
    return g.op("Gather", g.op("Shape", x), g.constant(axis), axis=0)


def count_to(g, end):
    return g.op("Range", g.constant(0), end, g.constant(1))


def positions(g, queries, keys):
    """Of queries in all keys, as a column; of keys, as a row."""
    past = g.op("Sub", keys, queries)
    i = g.op("Add", count_to(g, queries), past)
    return (g.op("Unsqueeze", i, g.constant([1])),
            g.op("Unsqueeze", count_to(g, keys), g.constant([0])))


def causal(g, x, k):
    i, j = positions(g, length(g, x, 1), length(g, k, 2))
    return g.op("LessOrEqual", j, i)


def windowed(g, x, k):
    i, j = positions(g, length(g, x, 1), length(g, k, 2))
    near = g.op("Greater", j, g.op("Sub", i, g.constant(20)))
    return g.op("And", g.op("LessOrEqual", j, i), near)


def only_padded(g, x, k):
    """A mask whose length is a name of its own."""
    fed = g.op("Cast", g.input(1, "total"), to=TensorProto.BOOL)
    fed = g.op("Slice", fed, g.constant([0]), g.op(
        "Unsqueeze", length(g, k, 2), g.constant([0])), g.constant([1]))
    return g.op("Unsqueeze", fed, g.constant([1]))


def padded(g, x, k):
    return g.op("And", causal(g, x, k), only_padded(g, x, k))


def gathered(g, x, k):
    """Read at the keys' positions, so that it must be long enough."""
    fed = g.op("Cast", g.input("total"), to=TensorProto.BOOL)
    i, j = positions(g, length(g, x, 1), length(g, k, 2))
    return g.op("And", g.op("LessOrEqual", j, i),
                g.op("Gather", fed, j, axis=0))


def build(g, mask, queries="seq", past="past"):
    x = g.input(1, queries, HEADS * WIDTH)
    q, k, v = (g.op("Transpose", g.reshape(
        g.linear(x, HEADS * WIDTH, HEADS * WIDTH), 0, 0, HEADS, WIDTH),
        perm=[0, 2, 1, 3]) for _ in range(3))
    if past:
        k, v = (g.op("Concat", g.input(1, HEADS, past, WIDTH), new, axis=2)
                for new in (k, v))
    shown = g.op("Where", mask(g, x, k), g.constant(0, numpy.float32),
                 g.constant(-1e9, numpy.float32))
    y = g.op("Transpose", g.core(q, k, v, shown), perm=[0, 2, 1, 3])
    g.output(g.linear(g.reshape(y, 0, 0, HEADS * WIDTH), HEADS * WIDTH,
                      HEADS * WIDTH))


# sentence: mask, queries and keys before them in the file, bindings, and
# what is said: mask, causal, window.
CASES = {
    "a causal mask is one where sizes are open":
        (causal, "seq", "past", "", ("computed", True, None)),
    "a causal mask is one when one query is bound":
        (causal, "seq", "past", "seq=1", ("computed", True, None)),
    "a causal mask is one when one query without a past is bound":
        (causal, "seq", None, "seq=1", ("computed", True, None)),
    "a causal mask is one when all sizes are bound":
        (causal, "seq", "past", "seq=3,past=40", ("computed", True, None)),
    "nothing is said of a causal mask where the file has one query":
        (causal, 1, "past", "", (None, None, None)),
    "padding is seen where the file has one query":
        (only_padded, 1, "past", "", ("padding", None, None)),
    "a window is said when fewer keys are bound":
        (windowed, "seq", "past", "seq=3,past=4", ("computed", True, 20)),
    "a window is said when one query is bound":
        (windowed, "seq", "past", "seq=1,past=4", ("computed", True, 20)),
    "padding beside a causal mask is seen when one query is bound":
        (padded, "seq", "past", "seq=1,past=30", ("padding", True, None)),
    "an input beside many bound keys is as long as they are":
        (gathered, "seq", "past", "past=30", ("padding", True, None)),
}


def check(binary, folder, case):
    mask, queries, past, bindings, expected = case
    graph = Graph()
    build(graph, mask, queries, past)
    arguments = ("--dim", bindings) if bindings else ()
    run = harness.run_json(binary, graph.save(folder), *arguments)
    if run.report is None:
        return [run.problem]
    got = [(block["mask"], block["causal"], block["window"])
           for block in run.report["attention"]]
    return [] if got == [expected] else ["%s, expected %s" % (got, expected)]


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for sentence, case in CASES.items():
            if options.only in sentence:
                tally.add(sentence, check(options.binary, folder, case))
    tally.close()


if __name__ == "__main__":
    main()
