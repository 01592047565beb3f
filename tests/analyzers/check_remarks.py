#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a report says beside its figures, and what that does to them.

Each case is a small model in ONNX's text form and the diagnostics that its
report must have, and no other.
"""
import os
import sys
import tempfile

import onnx
from onnx import parser

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

CASES = {
    "nothing_to_say": (21, """
        g (float[b,8] x) => (float[b,8] y) { y = Relu(x) }""", set()),
    "a_declared_shape_that_is_not_so": (21, """
        g (float[2,8] x) => (float[2,8] y) <float[2,9] p> {
          p = Relu(x) y = Abs(p) }""", {"model.stale-type"}),
    "a_declared_type_that_is_not_so": (21, """
        g (float[2,8] x) => (int64[2,8] y) { y = Relu(x) }""",
        {"model.stale-type"}),
    "an_opset_to_come": (99, """
        g (float[2,8] x) => (y) { y = Relu(x) }""", {"model.opset"}),
    "nodes_that_nothing_needs": (21, """
        g (float[2,8] x) => (y) { y = Relu(x) z = Abs(x) }""",
        {"model.dead-nodes"}),
    "an_operator_that_was_removed": (11, """
        g (float[4] x, int64[2] i, float[2] u) => (y) {
          y = Scatter(x, i, u) }""", {"model.removed-operator"}),
    "an_operator_before_its_time": (10, """
        g (float[2,8] x) => (y) { y = HardSwish(x) }""", {"cost.unknown"}),
    "an_operator_nobody_knows": (21, """
        g (float[2,8] x) => (float[2,8] y) { y = local.Magic(x) }""",
        {"cost.unknown"}),
    "a_matrix_that_may_be_stored_twice": (21, """
        g (int64[b,s] ids) => (y)
          <float[7,4] table = {0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,
                               19,20,21,22,23,24,25,26,27},
           float[4,7] head = {0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,
                              19,20,21,22,23,24,25,26,27}> {
          x = Gather(table, ids) y = MatMul(x, head) }""",
        {"weights.possible-tie"}),
    "shapes_that_contradict": (21, """
        g (float[2,8] x, float[9,4] w) => (y) { y = MatMul(x, w) }""",
        {"shape.invalid", "cost.unknown"}),
    "a_figure_beyond_128_bits": (21, """
        g (float[4611686018427387904,4611686018427387904] x,
           float[4611686018427387904,4611686018427387904] w) => (y) {
          y = MatMul(x, w) }""", {"arith.overflow", "cost.unknown"}),
}


def model_of(opset, text):
    model = parser.parse_model(
        '<ir_version: 10, opset_import: ["" : %d, "local" : 1]>' % opset
        + text)
    return model.SerializeToString()


def problems_of(binary, opset, text, expected):
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(model_of(opset, text))
        file.flush()
        done = harness.run_json(binary, file.name)
    if done.problem:
        return [done.problem]
    said = {d["id"] for d in done.report["diagnostics"]}
    problems = []
    if said != expected:
        problems.append("says %s, not %s" % (sorted(said), sorted(expected)))
    unknown = "cost.unknown" in expected
    flops = done.report["totals"]["flops"]["status"]
    if (flops == "lower-bound") != unknown:
        problems.append("flops are %s" % flops)
    return problems


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    for name, (opset, text, expected) in CASES.items():
        if options.only in name:
            tally.add(name, problems_of(options.binary, opset, text,
                                        expected))
    tally.close()


if __name__ == "__main__":
    main()
