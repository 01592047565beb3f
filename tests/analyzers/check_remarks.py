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
        g (float[2,8] x) => (y) { y = HardSwish(x) }""",
        {"cost.unknown", "memory.unknown-size"}),
    "an_operator_nobody_knows": (21, """
        g (float[2,8] x) => (float[2,8] y) { y = local.Magic(x) }""",
        {"cost.unknown"}),
    "a_compiled_node": (21, """
        g (float[2,8] x) => (float[2,8] y) { y = com.microsoft.EPContext(x) }
        """, {"cost.unknown"}),
    "scores_changed_by_a_body_that_is_none": (21, """
        g (float[1,2,3,4] q) => (y) {
          y = ai.onnx.preview.FlexAttention<score_mod = b () => () {}>(q, q, q)
        }""", {"shape.invalid", "cost.unknown", "attention.unresolved"}),
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
        {"shape.invalid", "cost.unknown", "memory.unknown-size"}),
    "an_exponent_that_is_a_size": (21, """
        g (float[b,8] x) => (y) <int64[1] first = {0}> {
          s = Shape(x) n = Gather(s, first) e = Cast<to=1>(n)
          y = Pow(x, e) }""", set()),
    "a_figure_beyond_128_bits": (21, """
        g (float[4611686018427387904,4611686018427387904] x,
           float[4611686018427387904,4611686018427387904] w) => (y) {
          y = MatMul(x, w) }""",
        {"arith.overflow", "cost.unknown", "memory.size"}),
}


# Of transcendentals, where it is not exact.
STATUS = {"a_compiled_node": "lower-bound",
          "an_exponent_that_is_a_size": "estimate",
          "an_operator_before_its_time": "lower-bound",
          "an_operator_nobody_knows": "lower-bound",
          "scores_changed_by_a_body_that_is_none": "lower-bound",
          "shapes_that_contradict": "lower-bound"}


# Its state has 6 elements at first and 18 in the last iteration.
GROWING = """
    g (float[2,3] x) => (y, z) <int64 m = {5}, bool c = {1},
                                float[1,3] row = {1,1,1}> {
      y, z = Loop <body = b (int64 i, bool k, s) => (bool k2, t, int64 n) {
        k2 = Identity(k) t = Concat<axis=0>(s, row) p = NonZero(s) n = Size(p)
      }> (m, c, x) }"""


# A product of floats in one branch, of what is given in the other.
BRANCHES = """
    g (bool c, float[2,3] x, float[3,2] w, int32[2,3] i, int32[3,2] k) => (y) {
      y = If <then_branch = t () => (p) { q = MatMul(x, w) p = Cast<to=7>(q) },
              else_branch = e () => (r) { v = MatMul(%s) r = Cast<to=7>(v) }
          > (c) }"""


def model_of(opset, text):
    model = parser.parse_model(
        '<ir_version: 10, opset_import: ["" : %d, "local" : 1]>' % opset
        + text)
    return model.SerializeToString()


def zeros_for_unknown(report):
    """Groups of which nothing is known, with a figure all the same."""
    unknown = {node["op_type"] for node in report["nodes"]
               if node["flops"] is None}
    known = {node["op_type"] for node in report["nodes"]
             if node["flops"] is not None}
    return ["by_op says %s FLOPs of %s" % (group["flops"], group["op_type"])
            for group in report["by_op"]
            if group["op_type"] in unknown - known and
            (group["flops"] is not None or group["status"] != "unknown")]


def report_of(binary, opset, text):
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(model_of(opset, text))
        file.flush()
        return harness.run_json(binary, file.name)


def problems_of(binary, opset, text, expected, status):
    done = report_of(binary, opset, text)
    if done.problem:
        return [done.problem]
    said = {d["id"] for d in done.report["diagnostics"]}
    problems = zeros_for_unknown(done.report)
    figure = done.report["totals"]["transcendentals"]["status"]
    if figure != status:
        problems.append("transcendentals are %s, not %s" % (figure, status))
    if said != expected:
        problems.append("says %s, not %s" % (sorted(said), sorted(expected)))
    unknown = "cost.unknown" in expected
    flops = done.report["totals"]["flops"]["status"]
    if (flops == "lower-bound") != unknown:
        problems.append("flops are %s" % flops)
    return problems


def bounds_too_low(binary):
    """A size found in the body is bounded by what it is in every iteration."""
    done = report_of(binary, 21, GROWING)
    if done.problem:
        return [done.problem]
    sizes = [symbol for symbol in done.report["symbols"]
             if symbol["name"].startswith("nonzero_")]
    return ["no size of NonZero"] * (not sizes) + [
        "%s is at most %d" % (symbol["name"], symbol["upper"])
        for symbol in sizes
        if symbol["upper"] is not None and symbol["upper"] < 18]


def wrong_types(binary):
    """MACs of an If are of the types its branches multiply, if of one."""
    problems = []
    for factors, wanted in (("x, w", "float"), ("i, k", None)):
        done = report_of(binary, 21, BRANCHES % factors)
        if done.problem:
            return [done.problem]
        types = [(line["left"], line["right"])
                 for line in done.report["macs_by_type"]]
        if types != [(wanted, wanted)]:
            problems.append("MatMul(%s) gives %s" % (factors, types))
    return problems


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    for name, (opset, text, expected) in CASES.items():
        if options.only in name:
            tally.add(name, problems_of(options.binary, opset, text, expected,
                                        STATUS.get(name, "exact")))
    if options.only in "sizes_in_a_loop_that_grows":
        tally.add("sizes_in_a_loop_that_grows",
                  bounds_too_low(options.binary))
    if options.only in "types_of_macs_in_branches":
        tally.add("types_of_macs_in_branches", wrong_types(options.binary))
    tally.close()


if __name__ == "__main__":
    main()
