#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""callgrind: twice the nodes cost at most 2.3 times the instructions.

Chains and transformer-like stacks, with open dims, are made with the onnx
package and doubled four times.
"""
import os
import re
import sys
import tempfile

from onnx import TensorProto, helper, save

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

SIZES = (250, 500, 1000, 2000, 4000)
MOST = 2.3
COLLECTED = re.compile(r"Collected : (\d+)")


def weight(name, dims):
    """Dims and type only: the bytes are said to be in another file."""
    tensor = TensorProto(name=name, dims=dims, data_type=TensorProto.FLOAT,
                         data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights.bin")
    return tensor


def chain(count):
    """Relu after Relu."""
    nodes = [helper.make_node("Relu", ["v%d" % i], ["v%d" % (i + 1)])
             for i in range(count)]
    return nodes, ["batch", 64], []


def perceptron(count):
    """MatMul, Add, Relu, each with weights of its own."""
    nodes, weights = [], []
    for i in range(0, count - 2, 3):
        nodes += [
            helper.make_node("MatMul", ["v%d" % i, "w%d" % i],
                             ["v%d" % (i + 1)]),
            helper.make_node("Add", ["v%d" % (i + 1), "b%d" % i],
                             ["v%d" % (i + 2)]),
            helper.make_node("Relu", ["v%d" % (i + 2)], ["v%d" % (i + 3)])]
        weights += [weight("w%d" % i, [64, 64]), weight("b%d" % i, [64])]
    return nodes, ["batch", 64], weights


def reshaped(count):
    """Shape arithmetic: each step flattens and restores by Shape."""
    nodes, weights = [], [
        helper.make_tensor("flat", TensorProto.INT64, [2], [-1, 8])]
    for i in range(0, count - 2, 3):
        last = "v%d" % (i + 3)
        nodes += [
            helper.make_node("Shape", ["v%d" % i], ["s%d" % i]),
            helper.make_node("Reshape", ["v%d" % i, "flat"], ["f%d" % i]),
            helper.make_node("Reshape", ["f%d" % i, "s%d" % i], [last])]
    return nodes, ["batch", "seq", 64], weights


def write(path, make, count):
    nodes, dims, weights = make(count)
    last = nodes[-1].output[0]
    graph = helper.make_graph(
        nodes, make.__name__,
        [helper.make_tensor_value_info("v0", TensorProto.FLOAT, dims)],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, dims)],
        weights)
    save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8),
        path)


def instructions(binary, path):
    """None when the run failed."""
    done = harness.run("valgrind", "--tool=callgrind",
                       "--callgrind-out-file=/dev/null", binary, path,
                       "-f", "json")
    found = COLLECTED.search(done.stderr)
    return int(found.group(1)) if done.code == 0 and found else None


def main():
    options = harness.options(__doc__)
    harness.TIMEOUT_S = 600
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for make in (chain, perceptron, reshaped):
            before = None
            for count in SIZES:
                path = os.path.join(folder, "m.onnx")
                write(path, make, count)
                now = instructions(options.binary, path)
                name = "%s of %d nodes" % (make.__name__, count)
                if now is None:
                    tally.add(name, ["the run failed"])
                elif before:
                    print("%s: %d instructions, %.2f times" % (
                        name, now, now / before))
                    tally.add(name, [] if now <= MOST * before else
                              ["%d, before %d" % (now, before)])
                before = now
    tally.close()


if __name__ == "__main__":
    main()
