#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random nests of If and Loop: every exact figure is what really runs.

Each seed is a model of matrices of four columns whose rows grow, with loops
in branches in loops. onnxruntime says the shapes, support/counting.py counts;
check_control.py has the cases that a person thought of, and the comparisons.
"""
import os
import random
import sys
import tempfile

import onnx

sys.path.insert(0, os.path.dirname(__file__))
import check_control as control
from check_control import counting, harness

SEEDS = 150
MOST_DEPTH = 2
RUNS = (dict(b=2, d=3, n=2, m=3, c=True), dict(b=3, d=2, n=1, m=0, c=False))


class Writer:
    """Nodes as text over the values that a scope can see."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0

    def name(self):
        self.count += 1
        return "v%d" % self.count

    def of(self, *choices):
        return self.random.choice(choices)

    def plain(self, values):
        a, b, out, turned = (self.of(*values), self.of(*values), self.name(),
                             self.name())
        return self.of(
            "%s = %s(%s)" % (out, self.of("Relu", "Exp", "Tanh", "Neg"), a),
            "%s = MatMul(%s, w)" % (out, a),
            "%s = Concat<axis=0>(%s, %s)" % (out, a, b),
            "%s = Transpose<perm=[1,0]>(%s) " % (turned, a) +
            "s%s = MatMul(%s, %s) " % (out, a, turned) +
            "%s = MatMul(s%s, %s)" % (out, out, a)), [out]

    def branches(self, values, depth):
        parts = []
        for _ in range(2):
            text, inner = self.nodes(values, depth - 1)
            parts += [self.name(), self.name()]
            parts[-2:] = ["%s () => (%s) { %s %s = Relu(%s) }" % (
                parts[-2], parts[-1], text, parts[-1], self.of(*inner))]
        out = self.name()
        return "%s = If (%s) <then_branch = %s, else_branch = %s>" % (
            out, self.of("c", "on", "off"), *parts), [out]

    def loop(self, values, depth):
        count = self.of(1, 2)
        initial = [self.of(*values) for _ in range(count)]
        states, made, outs = ([self.name() for _ in range(count)]
                              for _ in range(3))
        text, inner = self.nodes(values + states, depth - 1)
        for state, out in zip(states, made):
            text += " %s = " % out + self.of(
                "Relu(%s)" % state, "Exp(%s)" % self.of(*inner),
                "Concat<axis=0>(%s, %s)" % (state, self.of(*values)))
        entering = ", ".join("float[D%s,4] %s" % (s, s) for s in states)
        i, going, goes, body = (self.name() for _ in range(4))
        return ("%s = Loop (%s, on, %s) <body = %s (int64 %s, bool %s, %s) => "
                "(%s, %s) { %s = Identity(%s) %s }>" % (
                    ", ".join(outs), self.of("n", "m", "three"),
                    ", ".join(initial), body, i, going, entering, goes,
                    ", ".join(made), goes, going, text)), outs

    def nodes(self, values, depth):
        texts, values = [], list(values)
        for _ in range(self.of(1, 2, 3)):
            kind = self.random.random() if depth else 0
            text, made = (self.plain(values) if kind < 0.5 else
                          self.branches(values, depth) if kind < 0.7 else
                          self.loop(values, depth))
            texts.append(text)
            values += made
        return " ".join(texts), values

    def model(self):
        text, values = self.nodes(["x", "z"], MOST_DEPTH)
        return """
g (float[b,4] x, float[d,4] z, int64 n, int64 m, bool c, float[4,4] w) => (y)
<bool on = {1}, bool off = {0}, int64 three = {3}> {
  %s y = Relu(%s) }""" % (text, values[-1])


def compare(label, report, env, shapes, counts):
    problems = control.compare_shapes(label, report, env, shapes, False)
    problems += control.compare_rows(label, report, env)
    return problems + control.compare_totals(label, report, env, counts,
                                             False)


def check(work):
    binary, seed, folder = work
    model = control.model_of(control.Case(str(seed), Writer(seed).model(), []))
    path = os.path.join(folder, "%d.onnx" % seed)
    onnx.save(model, path)
    symbolic = harness.run_json(binary, path)
    if symbolic.report is None:
        return [symbolic.problem]
    problems = control.compare_structure(symbolic.report)
    known = {symbol["name"] for symbol in symbolic.report["symbols"]}
    for run in RUNS:
        feeds = control.feeds_of(model, run)
        env = {name: value for name, value in run.items() if name in known}
        dims = ["--dim=%s=%d" % item for item in env.items()]
        bound = harness.run_json(binary, path, *dims)
        if bound.report is None:
            return [bound.problem]
        shapes = control.ort_shapes(path, feeds)
        counts = control.counted(model, feeds, False)
        env = harness.environment(symbolic.report, env)
        problems += compare("formula", symbolic.report, env, shapes, counts)
        problems += compare("bound", bound.report, {}, shapes, counts)
    return problems


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        work = [(options.binary, seed, folder) for seed in range(SEEDS)]
        for seed, problems in enumerate(harness.each(check, work)):
            tally.add("seed %d" % seed, problems)
    tally.close()


if __name__ == "__main__":
    main()
