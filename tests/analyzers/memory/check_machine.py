#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nodes against the peaks of a machine, counted by hand.

Six nodes in four types of elements; one peak for all, one for each type, some
types without one. Flops, bytes and times stand here as arithmetic.
"""
import os
import sys
import tempfile

import numpy
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
from support import harness

node = helper.make_node
F16, F32, I8 = TensorProto.FLOAT16, TensorProto.FLOAT, TensorProto.INT8

# In order: type of the work, flops, bytes moved. MatMul is 4x8 by 8x16.
MATMUL = ("float16", 2 * 4 * 8 * 16, 2 * (4 * 8 + 8 * 16 + 4 * 16))
RELU = ("float16", 64, 2 * (64 + 64))
CAST = ("float", 0, 2 * 64 + 4 * 64)
ADD = ("float", 64, 4 * (64 + 64))  # both operands are one tensor
INTEGER = ("int8", 2 * 4 * 8 * 16, 4 * 8 + 8 * 16 + 4 * 4 * 16)
VIEW = ("float", 0, 0)
NODES = [MATMUL, RELU, CAST, ADD, INTEGER, VIEW]
BANDWIDTH = 1000


def model():
    nodes = [node("MatMul", ["x", "w"], ["a"]),
             node("Relu", ["a"], ["b"]),
             node("Cast", ["b"], ["c"], to=F32),
             node("Add", ["c", "c"], ["d"]),
             node("MatMulInteger", ["q", "v"], ["e"]),
             node("Reshape", ["d", "s"], ["y"])]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", F16, [4, 8]),
                     helper.make_tensor_value_info("q", I8, [4, 8])],
        [helper.make_empty_tensor_value_info(name) for name in ("y", "e")],
        [numpy_helper.from_array(numpy.zeros((8, 16), numpy.float16), "w"),
         numpy_helper.from_array(numpy.zeros((8, 16), numpy.int8), "v"),
         numpy_helper.from_array(numpy.array([64]), "s")])
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def run(binary, *arguments):
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(model().SerializeToString())
        file.flush()
        return harness.run_json(binary, file.name, *arguments)


def wanted(peaks, default):
    """(bound of each node, seconds, nodes without a peak): roofline."""
    bounds, seconds, without = [], 0, 0
    for elem_type, flops, size in NODES:
        peak = peaks.get(elem_type, default)
        compute = flops / peak if peak else 0
        seconds += max(compute, size / BANDWIDTH)
        without += flops > 0 and not peak
        if flops and peak:
            bounds.append("compute" if compute >= size / BANDWIDTH
                          else "memory")
        else:
            bounds.append("memory" if size and not flops else None)
    return bounds, seconds, without


def judge(binary, text, peaks, default):
    made = run(binary, "--peak-flops", text, "--bandwidth", str(BANDWIDTH))
    if made.report is None:
        return [made.problem]
    machine = made.report["machine"]
    bounds, seconds, without = wanted(peaks, default)
    got = {
        "types": [row["elem_type"] for row in machine["nodes"]],
        "bounds": [row["bound"] for row in machine["nodes"]],
        "intensity": [row["intensity"] for row in machine["nodes"]],
        "nodes without a peak": machine["without_peak"],
        "peaks": machine["peak_flops_by_type"],
        "peak": machine["peak_flops"],
        "compute": machine["compute_bound"],
        "memory": machine["memory_bound"]}
    want = {
        "types": [elem_type for elem_type, _, _ in NODES],
        "bounds": bounds,
        "intensity": [float("%.6g" % (flops / size)) if size else None
                      for _, flops, size in NODES],
        "nodes without a peak": without,
        "peaks": peaks,
        "peak": default,
        "compute": bounds.count("compute"),
        "memory": bounds.count("memory")}
    problems = ["%s: %s, not %s" % (key, got[key], want[key])
                for key in want if got[key] != want[key]]
    if abs(machine["least_seconds_unfused"] - seconds) > 1e-5 * seconds:
        problems.append("%s s, not %s" % (machine["least_seconds_unfused"],
                                          seconds))
    return problems


def judge_refused(binary, arguments, id_):
    made = run(binary, *arguments)
    return [] if made.code == 2 and id_ in made.stderr else [
        "exit %s: %s" % (made.code, made.stderr[:160])]


def judge_text(binary):
    """For people: peaks by type, and that nodes have none."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(model().SerializeToString())
        file.flush()
        said = harness.run(binary, file.name, "--peak-flops",
                           "float16=312T,float=19.5T", "--bandwidth",
                           "2T").stdout.decode()
    return [part for part in ("a bound, no prediction",
                              "1 of types without a peak",
                              "312.0 TFLOP/s (float16)",
                              "19.50 TFLOP/s (float)") if part not in said]


CASES = (
    ("one peak is for all types", "1000", {}, 1000),
    ("each type has its own peak", "float16=1000,float=100,int8=8k",
     {"float16": 1000, "float": 100, "int8": 8000}, None),
    ("a type without a peak has no bound", "float16=1000",
     {"float16": 1000}, None),
    ("a plain number is for the other types", "500,float16=1000",
     {"float16": 1000}, 500),
    ("of a type given twice the last counts", "int8=1,int8=4k,9",
     {"int8": 4000}, 9),
)
REFUSED = (
    ("a type that there is not", ("float17=1T",), "usage.elem-type"),
    ("a type without a number", ("float16=",), "usage.size"),
    ("a peak of 0", ("float16=0",), "usage.size"),
    ("an empty type", ("=1T",), "usage.elem-type"),
)


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    for name, text, peaks, default in CASES:
        tally.add(name, judge(options.binary, text, peaks, default))
    for name, values, id_ in REFUSED:
        arguments = ("--bandwidth", "1T", "--peak-flops", *values)
        tally.add(name + " is refused",
                  judge_refused(options.binary, arguments, id_))
    tally.add("peaks of types without a bandwidth are refused",
              judge_refused(options.binary, ("--peak-flops", "float=1T"),
                            "usage.machine"))
    tally.add("the text says which peaks there are",
              judge_text(options.binary))
    tally.close()


if __name__ == "__main__":
    main()
