# SPDX-License-Identifier: Apache-2.0
"""Graphs of attention, and of what only looks like it, as ONNX models.

In here: a graph that is written operator by operator, and the operators that
exporters spell attention with. Not in here: what is right about them.
"""
import os
import tempfile

import numpy
from onnx import TensorProto, helper, numpy_helper


class Graph:
    """Names are made up on the way: nothing may depend on them."""

    def __init__(self, opset=18):
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []
        self.opset = opset
        self.count = 0

    def name(self):
        self.count += 1
        return "t%d" % self.count

    def input(self, *shape, kind=TensorProto.FLOAT):
        name = self.name()
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def weight(self, *shape):
        name = self.name()
        values = numpy.arange(1, 1 + int(numpy.prod(shape)),
                              dtype=numpy.float32).reshape(shape)
        self.weights.append(numpy_helper.from_array(values / 7, name))
        return name

    def constant(self, values, dtype=numpy.int64):
        name = self.name()
        self.weights.append(
            numpy_helper.from_array(numpy.array(values, dtype), name))
        return name

    def op(self, op_type, *inputs, outputs=1, domain="", **attributes):
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(
            op_type, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def output(self, name):
        self.outputs.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, None))

    def save(self, folder):
        graph = helper.make_graph(self.nodes, "graph", self.inputs,
                                  self.outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[
            helper.make_opsetid("", self.opset),
            helper.make_opsetid("com.microsoft", 1)], ir_version=9)
        descriptor, path = tempfile.mkstemp(".onnx", dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(model.SerializeToString())
        return path

    # ---- what attention is spelt with ----

    def linear(self, x, width_in, width_out):
        return self.op("MatMul", x, self.weight(width_in, width_out))

    def reshape(self, x, *shape):
        return self.op("Reshape", x, self.constant(shape))

    def heads(self, x, batch, tokens, heads, width):
        """[B, T, h*d] to [B, h, T, d]"""
        return self.op("Transpose",
                       self.reshape(x, batch, tokens, heads, width),
                       perm=[0, 2, 1, 3])

    def merge(self, x, batch, tokens, width):
        return self.reshape(self.op("Transpose", x, perm=[0, 2, 1, 3]),
                            batch, tokens, width)

    def repeat(self, x, batch, groups, times, tokens, width):
        """[B, g, S, d] to [B, g*times, S, d], as transformers does"""
        spread = self.op("Unsqueeze", x, self.constant([2]))
        spread = self.op("Expand", spread, self.constant(
            [batch, groups, times, tokens, width]))
        return self.reshape(spread, batch, groups * times, tokens, width)

    def turned(self, k):
        return self.op("Transpose", k, perm=[0, 1, 3, 2])

    def core(self, q, k, v, mask=None, scale=True):
        """softmax(q k' * scale + mask) v"""
        scores = self.op("MatMul", q, self.turned(k))
        if scale:
            scores = self.op("Mul", scores,
                             self.constant(0.5, numpy.float32))
        if mask:
            scores = self.op("Add", scores, mask)
        return self.op("MatMul", self.op("Softmax", scores, axis=-1), v)


def attention(graph, x, context, batch=1, tokens=4, keys=4, width=8, heads=4,
              groups=4, head=2, mask=None):
    """One block of separate projections; x and context are streams."""
    q = graph.heads(graph.linear(x, width, heads * head), batch, tokens,
                    heads, head)
    k = graph.heads(graph.linear(context, width, groups * head), batch, keys,
                    groups, head)
    v = graph.heads(graph.linear(context, width, groups * head), batch, keys,
                    groups, head)
    if groups < heads:
        k = graph.repeat(k, batch, groups, heads // groups, keys, head)
        v = graph.repeat(v, batch, groups, heads // groups, keys, head)
    y = graph.merge(graph.core(q, k, v, mask), batch, tokens, heads * head)
    return graph.linear(y, heads * head, width)
