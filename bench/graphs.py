# SPDX-License-Identifier: Apache-2.0
"""Graphs of any number of nodes, made as exporters make them.

    graphs.py KIND NODES OUT.onnx

In here: the kinds of graphs whose cost must grow with their nodes and with
nothing else. Weights are dims and a type; their bytes are said to be in a file
that does not exist. Not in here: what is measured on them.
"""
import math
import sys

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

HIDDEN, HEADS, HEAD = 64, 4, 16
CHANNELS = 64


class Builder:
    """A graph that grows node by node; `path` is the module of the next."""

    def __init__(self, name, source, dims):
        self.model = ModelProto(ir_version=8, producer_name="bench")
        self.model.opset_import.append(helper.make_opsetid("", 20))
        self.graph = self.model.graph
        self.graph.name = name
        self.graph.input.append(helper.make_tensor_value_info(
            source, TensorProto.FLOAT, dims))
        self.dims = dims
        self.path = ""
        self.weight_bytes = 0

    def node(self, op_type, inputs, **attributes):
        """Appends a node; its output is named as the node."""
        name = "%s/%s_%d" % (self.path, op_type, len(self.graph.node))
        node = self.graph.node.add(op_type=op_type, name=name, input=inputs,
                                   output=[name + "_output_0"])
        for key, value in attributes.items():
            node.attribute.append(helper.make_attribute(key, value))
        return node.output[0]

    def weight(self, role, *dims):
        tensor = self.graph.initializer.add(
            name="%s.%s" % (self.path[1:].replace("/", "."), role), dims=dims,
            data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
        size = 4 * math.prod(dims)
        for key, value in (("location", "weights.bin"),
                           ("offset", str(self.weight_bytes)),
                           ("length", str(size))):
            tensor.external_data.add(key=key, value=value)
        self.weight_bytes += size
        return tensor.name

    def integers(self, name, values):
        self.graph.initializer.append(numpy_helper.from_array(
            np.array(values, np.int64), name))

    def finish(self, last):
        self.graph.output.append(helper.make_tensor_value_info(
            last, TensorProto.FLOAT, self.dims))
        return self.model


def linear(build, role, x, rows, columns):
    home = build.path
    build.path += "/" + role
    product = build.node("MatMul", [x, build.weight("weight", rows, columns)])
    y = build.node("Add", [build.weight("bias", columns), product])
    build.path = home
    return y


def normalized(build, role, x):
    home = build.path
    build.path += "/" + role
    y = build.node("LayerNormalization", [
        x, build.weight("weight", HIDDEN), build.weight("bias", HIDDEN)],
        axis=-1)
    build.path = home
    return y


def split_heads(build, x, heads_shape, order):
    apart = build.node("Reshape", [x, heads_shape])
    return build.node("Transpose", [apart], perm=order)


def attention(build, x):
    """Multi-head, with the arithmetic of shapes that exporters write."""
    shape = build.node("Shape", [x])
    batch = build.node("Gather", [shape, "index_0"], axis=0)
    length = build.node("Gather", [shape, "index_1"], axis=0)
    batch = build.node("Unsqueeze", [batch, "axis_0"])
    length = build.node("Unsqueeze", [length, "axis_0"])
    apart = build.node("Concat", [batch, length, "heads", "head"], axis=0)
    joined = build.node("Concat", [batch, length, "rest"], axis=0)
    query, key, value = (
        split_heads(build, linear(build, role, x, HIDDEN, HIDDEN), apart, order)
        for role, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]),
                            ("value", [0, 2, 1, 3])))
    scores = build.node("Div", [build.node("MatMul", [query, key]), "scale"])
    share = build.node("Softmax", [scores], axis=-1)
    mixed = build.node("Transpose", [build.node("MatMul", [share, value])],
                       perm=[0, 2, 1, 3])
    return linear(build, "output", build.node("Reshape", [mixed, joined]),
                  HIDDEN, HIDDEN)


def transformer_layer(build, index, x):
    home = "/encoder/layers.%d" % index
    build.path = home + "/attention"
    mixed = attention(build, normalized(build, "norm", x))
    build.path = home
    x = build.node("Add", [x, mixed])
    build.path = home + "/mlp"
    y = linear(build, "up", normalized(build, "norm", x), HIDDEN, 4 * HIDDEN)
    y = linear(build, "down", build.node("Gelu", [y]), 4 * HIDDEN, HIDDEN)
    build.path = home
    return build.node("Add", [x, y])


def transformer_start(name, dims):
    build = Builder(name, "x", dims)
    for name, values in (("index_0", 0), ("index_1", 1), ("axis_0", [0]),
                         ("heads", [HEADS]), ("head", [HEAD]),
                         ("rest", [-1])):
        build.integers(name, values)
    build.graph.initializer.append(numpy_helper.from_array(
        np.array(4, np.float32), "scale"))
    return build


def unit(build, role, x):
    home = build.path
    build.path = home + "/conv" + role
    y = build.node("Conv", [x, build.weight("weight", CHANNELS, CHANNELS, 3,
                                            3)],
                   kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    build.path = home + "/norm" + role
    y = build.node("BatchNormalization", [y] + [
        build.weight(part, CHANNELS)
        for part in ("weight", "bias", "running_mean", "running_var")])
    build.path = home
    return y


def residual_block(build, index, x):
    build.path = "/stage%d/stage%d.%d" % (index // 100, index // 100,
                                          index % 100)
    y = build.node("Relu", [unit(build, "1", x)])
    y = unit(build, "2", y)
    return build.node("Relu", [build.node("Add", [y, x])])


# Kind: how the graph starts, what one layer of it is.
KINDS = {
    "transformer": (
        lambda: transformer_start("transformer", [1, 128, HIDDEN]),
        transformer_layer),
    "convolutional": (
        lambda: Builder("convolutional", "x", [1, CHANNELS, 56, 56]),
        residual_block),
    "symbolic": (
        lambda: transformer_start("symbolic", ["batch", "seq", HIDDEN]),
        transformer_layer),
}


def layer_nodes(kind):
    """How many nodes one layer of that kind has."""
    start, layer = KINDS[kind]
    build = start()
    layer(build, 0, "x")
    return len(build.graph.node)


def make(kind, nodes):
    """A model of exactly `nodes` nodes: whole layers, then Relus."""
    start, layer = KINDS[kind]
    build, last = start(), "x"
    for index in range(nodes // layer_nodes(kind)):
        last = layer(build, index, last)
    build.path = "/tail"
    while len(build.graph.node) < nodes:
        last = build.node("Relu", [last])
    return build.finish(last)


def write(kind, nodes, path):
    with open(path, "wb") as file:
        file.write(make(kind, nodes).SerializeToString(deterministic=True))


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), sys.argv[3])
