#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sequences, optionals and maps: what is in them, and that they cost nothing.

Each case is a small model in ONNX's text form, the types that its values must
have, and the bytes that its nodes must read and write; none does a FLOP.
Tensors are moved by pointer, so a sequence moves no byte until its elements
are put into one tensor.
"""
import os
import sys
import tempfile

import onnx
from onnx import parser

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

N = 5
ONE = "float[?,n]"  # 2 or 3 rows
CASES = {
    "sequences": ("""
        g (float[2,n] a, float[3,n] b, int64 i) => (s, e, l, t, c, d) {
          s = SequenceConstruct(a, b) e = SequenceErase(s, i)
          l = SequenceLength(s) t = SequenceAt(s, i)
          c = ConcatFromSequence<axis=0>(s) d = SequenceInsert(s, a) }""",
        {"s": "2 x " + ONE, "e": "1 x " + ONE, "l": "int64[]", "t": ONE,
         "c": "float[5,n]", "d": "3 x " + ONE},
        {"ConcatFromSequence": (4 * 5 * N, 4 * 5 * N)}),
    "an_empty_sequence": ("""
        g () => (s, l) { s = SequenceEmpty() l = SequenceLength(s) }""",
        {"s": "0 x float[..]", "l": "int64[]"}, {}),
    "optionals": ("""
        g (float[2,n] a) => (o, h, x) {
          o = Optional(a) h = OptionalHasElement(o)
          x = OptionalGetElement(o) }""",
        {"o": "? float[2,n]", "h": "bool[]", "x": "float[2,n]"}, {}),
    "rows_as_maps": ("""
        g (float[4,3] a) => (z) {
          z = ai.onnx.ml.ZipMap<classlabels_int64s=[1,2,3]>(a) }""",
        {"z": "4 x int64:float[]"}, {"ZipMap": (4 * 12, 0)}),
    "maps_as_tensors": ("""
        g (map(int64, float) a, map(string, float) b) => (y, z) {
          y = ai.onnx.ml.CastMap<cast_to="TO_FLOAT", map_form="DENSE">(a)
          z = ai.onnx.ml.DictVectorizer<string_vocabulary=["a","b"]>(b) }""",
        {"y": "float[..]", "z": "float[1,2]"},
        {"CastMap": (0, None), "DictVectorizer": (0, 4 * 2)}),
    "categories": ("""
        g (string[4] a, int64[4] b) => (y, z) {
          y = ai.onnx.ml.CategoryMapper<cats_strings=["a","b"],
                                        cats_int64s=[1,2]>(a)
          z = ai.onnx.ml.CategoryMapper<cats_strings=["a","b"],
                                        cats_int64s=[1,2]>(b) }""",
        {"y": "int64[4]", "z": "string[4]"}, {}),
}


def model_of(text):
    return parser.parse_model(
        '<ir_version: 10, opset_import: ["" : 21, "ai.onnx.ml" : 3]>' + text)


def operators():
    """What the cases prove, for check_coverage.py."""
    return {(node.domain, node.op_type) for text, _, _ in CASES.values()
            for node in model_of(text).graph.node}


def spelt(said):
    """A type of a report, short; sizes that data decides as "?"."""
    kind = said.get("type", "tensor")
    if kind == "sequence":
        return "%s x %s" % (said["length"], spelt(said["element"]))
    if kind == "optional":
        return "? " + spelt(said["element"])
    if kind == "map":
        return "%s:%s" % (said["key_type"], spelt(said["value"]))
    if said["shape"] is None:
        return said["elem_type"] + "[..]"
    return "%s[%s]" % (said["elem_type"], ",".join(
        "?" if dim is None or "_" in str(dim) else str(dim)
        for dim in said["shape"]))


def problems_of(binary, text, types, moved):
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(model_of(text).SerializeToString())
        file.flush()
        done = harness.run_json(binary, file.name)
    if done.report is None:
        return [done.problem]
    problems = ["%s is %s" % (said["name"], spelt(said))
                for said in done.report["outputs"]
                if spelt(said) != types[said["name"]]]
    # both parts together have 5 rows
    env = harness.environment(done.report, {"n": N, **{
        symbol["name"]: 5 for symbol in done.report["symbols"]
        if symbol["name"] != "n"}})
    for node in done.report["nodes"]:
        if node["op_type"] == "CategoryMapper":
            continue # strings have no size
        figures = (node["flops"], harness.evaluate(node["read_bytes"], env),
                   harness.evaluate(node["write_bytes"], env))
        want = (0, *moved.get(node["op_type"], (0, 0)))
        if figures != want:
            problems.append("%s costs %s, not %s" % (
                node["op_type"], figures, want))
    return problems


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    for name, case in CASES.items():
        if options.only in name:
            tally.add(name, problems_of(options.binary, *case))
    tally.close()


if __name__ == "__main__":
    main()
