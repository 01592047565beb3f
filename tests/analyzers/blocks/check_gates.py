#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gates and hard activations are named however they are spelt, and what only
looks like one is not."""
import os
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.dirname(__file__))
from graphs import Graph
from support import harness

C, R = 8, 2
CASES = []


def case(sentence, *kinds):
    def add(build):
        CASES.append((sentence, build, sorted(kinds)))
        return build
    return add


def number(g, value):
    return g.constant(value, numpy.float32)


def picture(g):
    return g.input(1, C, 4, 4)


def clipped(g, x, least=0, most=6, shift=3):
    return g.op("Clip", g.op("Add", x, number(g, shift)), number(g, least),
                number(g, most))


def mean(g, x):
    return g.op("ReduceMean", x, g.constant([2, 3]), keepdims=1)


def conv(g, x, width_in, width_out):
    return g.op("Conv", x, g.weight(width_out, width_in, 1, 1))


def gate(g, x):
    return g.op("Sigmoid", conv(g, g.op("Relu", conv(g, x, C, R)), R, C))


@case("HardSwish is one", "hard-swish")
def operator(g):
    g.output(g.op("HardSwish", picture(g)))


@case("a product with HardSigmoid is HardSwish", "hard-swish")
def hard_sigmoid(g):
    x = picture(g)
    g.output(g.op("Mul", x, g.op("HardSigmoid", x)))


@case("a product with Clip, divided behind, is HardSwish", "hard-swish")
def divided_behind(g):
    x = picture(g)
    g.output(g.op("Div", g.op("Mul", x, clipped(g, x)), number(g, 6)))


@case("a product with Clip, divided before, is HardSwish", "hard-swish")
def divided_before(g):
    x = picture(g)
    sixth = g.op("Mul", clipped(g, x), number(g, 1 / 6))
    g.output(g.op("Mul", sixth, x))


@case("a clipped value that multiplies another is none")
def another(g):
    x, y = picture(g), picture(g)
    g.output(g.op("Div", g.op("Mul", y, clipped(g, x)), number(g, 6)))


@case("a product with Clip to other bounds is none")
def other_bounds(g):
    x = picture(g)
    g.output(g.op("Div", g.op("Mul", x, clipped(g, x, -1)), number(g, 6)))


@case("a gate of 1x1 convolutions is squeeze and excite", "squeeze-excite")
def squeeze(g):
    x = picture(g)
    g.output(g.op("Mul", gate(g, mean(g, x)), x))


@case("a gate of matrices and views is squeeze and excite", "squeeze-excite",
      "silu")
def matrices(g):
    x = picture(g)
    y = g.reshape(g.op("GlobalAveragePool", x), 1, C)
    y = g.op("Add", g.linear(y, C, R), g.weight(R))
    y = g.op("Mul", y, g.op("Sigmoid", y))
    y = g.op("HardSigmoid", g.op("Add", g.linear(y, R, C), g.weight(C)))
    g.output(g.op("Mul", x, g.reshape(y, 1, C, 1, 1)))


@case("a gate of what another value's mean says is none")
def another_mean(g):
    x, y = picture(g), picture(g)
    g.output(g.op("Mul", gate(g, mean(g, y)), x))


@case("a gate of the whole picture is none")
def no_mean(g):
    x = picture(g)
    g.output(g.op("Mul", gate(g, x), x))


def check(binary, folder, build, expected):
    graph = Graph()
    build(graph)
    run = harness.run_json(binary, graph.save(folder))
    if run.report is None:
        return [run.problem]
    got = sorted(block["kind"] for block in run.report["blocks"])
    return [] if got == expected else ["%s, expected %s" % (got, expected)]


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for sentence, build, expected in CASES:
            if options.only in sentence:
                tally.add(sentence, check(options.binary, folder, build,
                                          expected))
    tally.close()


if __name__ == "__main__":
    main()
