# SPDX-License-Identifier: Apache-2.0
"""Every operator of analyzers/schema.def, used as nobody should.

In here: one model per operator, of nodes with missing and surplus inputs,
wrong ranks and types, and absurd attributes. Equal seeds give equal models.
Not in here: what must become of them (check_graphs.py).
"""
import os
import random
import re

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
LARGE = 2**63 - 1
SCHEMA = re.compile(r'^OC_SCHEMA\("([^"]*)", "([^"]*)", "([^"]*)", (-?\d+), '
                    r'(-?\d+), (-?\d+), (-?\d+),', re.M)
INTEGERS = [0, 1, -1, 2, 3, 7, -2, 64, 1000, 2**31 - 1, 2**31, -2**31, 2**32,
            2**62, LARGE, -LARGE, -2**63]
BODIES = ("body", "then_branch", "else_branch", "decoder", "init_decoder",
          "encoder", "score_mod", "prob_mod")
FLOATS = [0.0, 1.0, -1.0, 0.5, 1e-30, 1e30, 3.4e38, float("nan"),
          float("inf"), float("-inf")]
STRINGS = [b"", b"NOTSET", b"SAME_UPPER", b"VALID", b"sum", b"add", b"linear",
           b"cubic", b"ij,jk->ik", b"...i,i...->...", b"ii,ii->", b"->", b",",
           b"reverse", b"bidirectional", b"bilinear", b"constant", b"wrap",
           b"mean", b"gelu", b"\xff\xfe", b"x" * 5000, b"DCR"]
DIMS = [0, 1, 2, 3, 4, 5, 8, 16, "a", "b", "a + 1", "2*a", "a // 0", 2**31,
        2**40, 2**62, LARGE, -1, None]
TYPES = [1, 1, 1, 1, 6, 7, 7, 7, 9, 10, 11, 2, 3, 8, 16, 22, 15, 0, 999]


def operators():
    """[(domain, op_type, [opset], most inputs, most outputs)]"""
    with open(os.path.join(ROOT, "analyzers", "schema.def")) as file:
        return [(domain, op, [int(v) for v in versions.split()], int(most),
                 int(outputs))
                for domain, op, versions, _, most, outputs, _ in
                SCHEMA.findall(file.read())]


def attribute_names():
    """All names that rules ask for."""
    names = {*BODIES, "model_type", "vocab_size"}
    for folder, _, files in os.walk(os.path.join(ROOT, "analyzers")):
        for name in files:
            with open(os.path.join(folder, name)) as file:
                for call in re.findall(r'oc_op_\w+\(\s*op,\s*"(\w+)"',
                                       file.read()):
                    names.add(call)
    return sorted(names)


def known_attributes(domain, op, names):
    """Those of ONNX's schema; for others the names that any rule asks for."""
    found = set()
    for version in (1, 7, 11, 13, 18, 28):
        try:
            found |= set(onnx.defs.get_schema(op, version, domain).attributes)
        except onnx.defs.SchemaError:
            pass
    if op.endswith("Search") or op == "Sampling":
        return [*BODIES[3:6], "model_type", "vocab_size"]
    return sorted(found) or names


class Abuse:
    def __init__(self, domain, op, versions, inputs, outputs, names, seed):
        self.random = random.Random("%s %s %d" % (domain, op, seed))
        self.domain, self.op = domain, op
        self.version = self.random.choice([versions[0], versions[-1]])
        self.inputs, self.outputs = inputs, outputs
        self.names = known_attributes(domain, op, names)
        self.graph_inputs, self.initializers = [], []
        self.values = [""]

    # ---- what there is to read ----

    def shape(self):
        count = self.random.choice([0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 6, 9])
        dims = self.random.choice([DIMS, DIMS[:12], DIMS[1:8]])
        return [self.random.choice(dims) for _ in range(count)]

    def tensor_type(self):
        shape = None if self.random.random() < 0.1 else self.shape()
        return helper.make_tensor_type_proto(self.random.choice(TYPES), shape)

    def add_inputs(self):
        for i in range(24):
            kind = self.tensor_type()
            if i % 8 == 0:
                kind = helper.make_sequence_type_proto(kind)
            elif i % 8 == 1:
                kind = helper.make_optional_type_proto(kind)
            name = "x%d" % i
            self.graph_inputs.append(helper.make_value_info(name, kind))
            self.values.append(name)

    def add_initializers(self):
        pick = self.random.choice
        for i in range(20):
            count = pick([0, 1, 1, 2, 3, 4, 4, 8])
            few = pick([INTEGERS, INTEGERS[:7], INTEGERS[1:6:2]])
            if i % 4 == 3:
                array = numpy.array([pick(FLOATS) for _ in range(count)],
                                    numpy.float32)
            else:
                array = numpy.array([pick(few) for _ in range(count)],
                                    numpy.int64)
            if count == 1 and pick([True, False]):
                array = array.reshape(())
            name = "c%d" % i
            self.initializers.append(numpy_helper.from_array(array, name))
            self.values.append(name)

    # ---- attributes ----

    def body(self, depth):
        """A graph that may read and give anything."""
        name = "%s%d" % (self.op, self.random.randrange(10**9))
        ins = [helper.make_value_info("%s_i%d" % (name, i),
                                      self.tensor_type())
               for i in range(self.random.randrange(5))]
        values = [v.name for v in ins] + self.values
        nodes, outs = [], []
        for i in range(self.random.randrange(4)):
            out = "%s_o%d" % (name, i)
            op = self.random.choice(["Identity", "Add", "Concat", "Shape",
                                     "Reshape", self.op if depth else "Relu"])
            more = {"axis": 0} if op == "Concat" != self.op else {}
            node = helper.make_node(
                op, [self.random.choice(values) for _ in range(2)], [out],
                **more)
            if op == self.op:
                self.add_attributes(node, depth - 1)
            nodes.append(node)
            values.append(out)
        for i in range(self.random.randrange(4)):
            n = values.index("") + 1 # an output has a name
            outs.append(helper.make_value_info(self.random.choice(values[n:]),
                                               self.tensor_type()))
        return helper.make_graph(nodes, name, ins, outs)

    def attribute(self, name, depth):
        pick = self.random.choice
        attribute = onnx.AttributeProto(name=name)
        kind = self.random.randrange(12)
        if name in BODIES and depth >= 0:
            kind = 9
        if kind < 3:
            attribute.type, attribute.i = 2, pick(INTEGERS)
        elif kind < 6:
            few = pick([INTEGERS, INTEGERS[:5], [1, 2]])
            count = pick([0, 1, 2, 2, 3, 4, 4, 6, 2000])
            attribute.type = 7
            attribute.ints.extend(pick(few) for _ in range(count))
        elif kind == 6:
            attribute.type, attribute.f = 1, pick(FLOATS)
        elif kind == 7:
            attribute.type, attribute.s = 3, pick(STRINGS)
        elif kind == 8:
            attribute.type = 8
            attribute.strings.extend(pick(STRINGS) for _ in range(3))
        elif kind == 9 and depth >= 0:
            attribute.type = 5
            attribute.g.CopyFrom(self.body(depth))
        elif kind == 10:
            attribute.type = 4
            attribute.t.CopyFrom(numpy_helper.from_array(
                numpy.array([pick(INTEGERS)], numpy.int64)))
        else:
            attribute.type = 6
            attribute.floats.extend(FLOATS)
        return attribute

    def add_attributes(self, node, depth):
        count = min(len(self.names), self.random.choice([0, 2, 4, 8]))
        wanted = set(self.random.sample(self.names, count))
        wanted |= {"body", "then_branch", "else_branch"} & set(self.names)
        for name in sorted(wanted):
            node.attribute.append(self.attribute(name, depth))

    # ---- nodes ----

    def node(self, index):
        pick = self.random.choice
        most = self.inputs if self.inputs >= 0 else pick([1, 3, 9])
        count = pick([most, most, most, most, most + 1, max(0, most - 1), 0])
        outs = self.outputs if self.outputs >= 0 else 3
        outs = pick([outs, 1, 1, outs + 1])
        node = helper.make_node(
            self.op, [pick(self.values) for _ in range(count)],
            ["y%d_%d" % (index, i) for i in range(outs)],
            domain=self.domain, name="n%d" % index)
        self.add_attributes(node, 1)
        self.values.append(node.output[0])
        return node

    def model(self, count):
        self.add_inputs()
        self.add_initializers()
        nodes = [self.node(index) for index in range(count)]
        outputs = [onnx.ValueInfoProto(name=name)
                   for node in nodes for name in node.output]
        graph = helper.make_graph(nodes, "abuse", self.graph_inputs, outputs,
                                  initializer=self.initializers)
        opsets = {"": 28, "ai.onnx.ml": 5, "com.microsoft": 1,
                  "ai.onnx.preview.training": 1}
        opsets[self.domain] = self.version
        return helper.make_model(graph, ir_version=10, opset_imports=[
            helper.make_opsetid(*item) for item in opsets.items()])


def models(count, seed):
    """(name, model) of every operator, each with `count` nodes."""
    names = attribute_names()
    for domain, op, versions, inputs, outputs in operators():
        abuse = Abuse(domain, op, versions, inputs, outputs, names, seed)
        yield domain + "." + op, abuse.model(count)
