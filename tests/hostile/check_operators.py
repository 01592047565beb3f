#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every operator with one thing wrong: a diagnostic on that node, no more.

One model per operator: a node that is right (from ONNX's node tests, the
cases of oracles/, or its schema), and beside it the same node once for each
thing that can be wrong: a required input missing, an input too many, operands
of other ranks and types, and each integer attribute absurd in several ways.
Behind every node stands one that reads it. Run by the build with sanitizers,
where there is one:
  always    exit 0, no report of theirs, no negative figure, and the right
            node is as it is alone: no diagnostic, its shape known;
  a number of inputs, and ATTRIBUTES, that cannot be: a diagnostic on that
            node, and what reads it unknown.
abuse.py, which check_graphs.py runs, has many things wrong at once.
"""
import collections
import os
import sys
import tempfile
import warnings

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "oracles"),
                os.path.join(HERE, "..", "analyzers")]
import cases_nn
import cases_runtime
import valid_nodes
from hostile import abuse, check_graphs
from support import harness

LOW, FAR = -2**63, 2**63 - 1
# Values that no operator can live with, of attributes that several share.
ATTRIBUTES = {"axis": (99, -99, LOW, FAR), "axes": ([99], [LOW]),
              "group": (0, -1, LOW), "strides": ([0], [-1], [LOW]),
              "dilations": ([0], [-1], [LOW]),
              "kernel_shape": ([0], [-3], [LOW])}
ABSURD = (0, -1, LOW, FAR, 2**31)
CONTROL = {"If", "Loop", "Scan", "SequenceMap"}


class Base:
    """A node that is right: `inputs`: name -> TypeProto, `constants`: name ->
    TensorProto; how many inputs it may have."""

    def __init__(self, node, opsets, inputs, constants, sure):
        self.node = onnx.NodeProto()
        self.node.CopyFrom(node)
        self.opsets = opsets
        self.inputs = inputs
        self.constants = constants
        self.sure = sure


def type_of(value):
    if isinstance(value, list):
        return helper.make_sequence_type_proto(type_of(value[0]) if value else
                                               helper.make_tensor_type_proto(
                                                   TensorProto.FLOAT, None))
    if isinstance(value, TensorProto):
        return helper.make_tensor_type_proto(value.data_type, value.dims)
    array = numpy.asarray(value)
    return helper.make_tensor_type_proto(
        helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)


def base_of(node, opsets, values):
    """Integers of up to one dim are constant: they may say sizes."""
    inputs, constants = {}, {}
    for name, value in values.items():
        if (not isinstance(value, (list, TensorProto)) and
                numpy.asarray(value).dtype.kind in "iu" and
                numpy.asarray(value).ndim < 2):
            constants[name] = numpy_helper.from_array(
                numpy.asarray(value), name)
        else:
            inputs[name] = type_of(value)
    return Base(node, opsets, inputs, constants, True)


def tested_bases():
    for test in collect_testcases(None):
        graph = test.model.graph
        if len(graph.node) == 1 and test.data_sets and all(
                value is not None for value in test.data_sets[0][0]):
            values = dict(zip([info.name for info in graph.input],
                              test.data_sets[0][0]))
            yield base_of(graph.node[0], {
                entry.domain: entry.version
                for entry in test.model.opset_import}, values)


def written_bases():
    for entry in cases_nn.all_cases() + cases_runtime.all_cases():
        node = helper.make_node(
            entry.op_type, entry.input_names, entry.output_names,
            domain=entry.domain, **entry.attributes)
        yield base_of(node, dict(entry.opsets), entry.tensors)


def schema_bases():
    newest = {}
    for schema in [*valid_nodes.onnx_schemas(),
                   *valid_nodes.runtime_schemas()]:
        key = schema.domain, schema.op
        if key not in newest or schema.version > newest[key].version:
            newest[key] = schema
    for schema in newest.values():
        model, _ = valid_nodes.best_model(schema, schema.arities()[0])
        yield Base(model.graph.node[0],
                   {entry.domain: entry.version
                    for entry in model.opset_import},
                   {info.name: info.type for info in model.graph.input}, {},
                   False)


def bases():
    """(domain, operator) -> the best base: most attributes, then first."""
    best = {}
    for source in (tested_bases(), written_bases(), schema_bases()):
        found = {}
        for base in source:
            key = ("" if base.node.domain == "ai.onnx" else base.node.domain,
                   base.node.op_type)
            if key not in found or (len(found[key].node.attribute) <
                                    len(base.node.attribute)):
                found[key] = base
        best = {**found, **best}
    return best


# ---- one thing wrong ----

class Model:
    """Nodes side by side that read the same inputs."""

    def __init__(self, base):
        self.base = base
        self.inputs = dict(base.inputs)
        self.nodes, self.demanded = [], {}

    def add(self, name, node, demanded=False):
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.name = name
        del copy.output[:]
        prefix = "y%d_" % len(self.nodes)
        copy.output.extend(prefix + str(i)
                           for i in range(max(1, len(node.output))))
        self.nodes.append(copy)
        self.demanded[name] = demanded

    def build(self):
        readers = [helper.make_node("Identity", [node.output[0]],
                                    [node.output[0] + "_read"])
                   for node in self.nodes]
        graph = helper.make_graph(
            self.nodes + readers, "g",
            [helper.make_value_info(name, kind)
             for name, kind in self.inputs.items()],
            [onnx.ValueInfoProto(name=name) for node in self.nodes + readers
             for name in node.output], list(self.base.constants.values()))
        opsets = {"": 28, **self.base.opsets}
        return helper.make_model(graph, ir_version=10, opset_imports=[
            helper.make_opsetid(*entry) for entry in opsets.items()])


def changed(node, inputs=None, attribute=None):
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    if inputs is not None:
        del copy.input[:]
        copy.input.extend(inputs)
    if attribute is not None:
        kept = [a for a in copy.attribute if a.name != attribute.name]
        del copy.attribute[:]
        copy.attribute.extend(kept + [attribute])
    return copy


def add_arities(model, schema):
    node, (fewest, most) = model.base.node, schema
    given = list(node.input)
    if fewest > 0:
        model.add("missing", changed(node, given[:fewest - 1]), True)
        model.add("empty", changed(node, [""] * len(given)), True)
    if 0 <= most < 64 and given:
        extra = given + [given[0]] * (most + 1 - len(given))
        model.add("surplus", changed(node, extra), True)


def add_types(model):
    """Other ranks and types of each operand."""
    node = model.base.node
    for i, name in enumerate(node.input):
        kind = model.base.inputs.get(name)
        if kind is None or kind.WhichOneof("value") != "tensor_type":
            continue
        elem = kind.tensor_type.elem_type
        others = {"rank0": helper.make_tensor_type_proto(elem, []),
                  "rank9": helper.make_tensor_type_proto(elem, [2] * 9),
                  "empty": helper.make_tensor_type_proto(elem, [0, 0]),
                  "huge": helper.make_tensor_type_proto(
                      elem, [2**62] * len(kind.tensor_type.shape.dim)),
                  "string": helper.make_tensor_type_proto(
                      TensorProto.STRING, [2, 3]),
                  "sequence": helper.make_sequence_type_proto(kind)}
        for label, other in others.items():
            new = "%s_%s" % (name, label)
            model.inputs[new] = other
            model.add("%s of input %d" % (label, i), changed(
                node, [new if k == i else old
                       for k, old in enumerate(node.input)]))


def attributes_of(base):
    """Integer attributes: of the node, and of its newest schema."""
    kinds = {a.name: a.type for a in base.node.attribute}
    domain = "" if base.node.domain == "ai.onnx" else base.node.domain
    try:
        schema = onnx.defs.get_schema(base.node.op_type, base.opsets.get(
            domain, 1), domain)
        for name, attribute in schema.attributes.items():
            kinds.setdefault(name, int(attribute.type.value))
    except onnx.defs.SchemaError:
        pass
    return {name: kind for name, kind in kinds.items()
            if kind in (onnx.AttributeProto.INT, onnx.AttributeProto.INTS)}


def add_attributes(model):
    node = model.base.node
    there = {a.name: a for a in node.attribute}
    for name, kind in sorted(attributes_of(model.base).items()):
        ints = kind == onnx.AttributeProto.INTS
        demanded = ATTRIBUTES.get(name, ()) if (
            model.base.sure and name in there) else ()
        for value in demanded:
            if ints:
                length = len(there[name].ints) or 1
                value = (value if isinstance(value, list) else [value])
                value = value + list(there[name].ints)[1:length]
            if isinstance(value, list) == ints:
                model.add("%s = %s" % (name, value), changed(
                    node, attribute=helper.make_attribute(name, value)), True)
        for value in ABSURD:
            value = [value] * 3 if ints else value
            model.add("%s is %s" % (name, value), changed(
                node, attribute=helper.make_attribute(name, value)))


def model_of(base, schema):
    model = Model(base)
    model.add("right", base.node)
    if base.node.op_type not in CONTROL:
        add_arities(model, schema)
    add_types(model)
    add_attributes(model)
    return model


# ---- judging ----

def known_shape(tensor):
    """Of a sequence that of its elements."""
    while tensor and "shape" not in tensor:
        tensor = tensor.get("element")
    return tensor["shape"] if tensor else None


def judge(binary, key, model, folder):
    path = os.path.join(folder, "%s.%s.onnx" % key)
    with open(path, "wb") as file:
        file.write(model.build().SerializeToString())
    done = check_graphs.analyse(binary, path, False)
    os.unlink(path)
    problems = check_graphs.problems_of(done)
    if problems or done.returncode:
        return problems or [done.stderr.decode(errors="replace")[:300]]
    report = harness.Run(0, done.stdout, b"").parse().report
    rows = {row["name"]: row for row in report["nodes"] if row["name"]}
    noted = {entry["node"] for entry in report["diagnostics"]
             if entry["id"] == "shape.invalid"}
    shapes = {tensor["name"]: known_shape(tensor)
              for tensor in report["outputs"]}
    for node in model.nodes:
        row, read = rows[node.name], node.output[0] + "_read"
        if node.name == "right" and model.base.sure and row["index"] in noted:
            problems.append("the right node is not")
        if not model.demanded[node.name]:
            continue
        if row["index"] not in noted:
            problems.append("%s: no diagnostic" % node.name)
        elif shapes.get(read) is not None:
            problems.append("%s: %s after it" % (node.name, shapes[read]))
    return problems


def arities():
    """(domain, operator) -> fewest and most inputs."""
    with open(os.path.join(abuse.ROOT, "analyzers", "schema.def")) as file:
        return {(domain, op): (int(fewest), int(most))
                for domain, op, _, fewest, most, _, _ in
                abuse.SCHEMA.findall(file.read())}


def main():
    options = harness.options(__doc__, lambda parser: parser.add_argument(
        "--sanitized", default=""))
    warnings.simplefilter("ignore")
    sanitized = options.sanitized or os.path.join(
        harness.TESTS, "..", "build", "dev", "onnxcost")
    if not os.path.exists(sanitized):
        sanitized = options.binary
    known, found = arities(), bases()
    models = {key: model_of(found[key], known[key]) for key in sorted(known)
              if key in found and options.only in key[1]}
    tally, counts = harness.Tally(), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for (key, model), problems in zip(models.items(), harness.each(
                lambda item: judge(sanitized, *item, folder),
                models.items())):
            tally.add("%s.%s" % key, problems)
            counts["wrong"] += len(model.nodes) - 1
            counts["demanded"] += sum(model.demanded.values())
    if not options.only and len(models) < len(known):
        tally.skip("no schema to make a node from: " + ", ".join(
            "%s.%s" % key for key in sorted(set(known) - set(models))),
                   len(known) - len(models))
    print("%d nodes of %d operators with one thing wrong, %d of them must have "
          "a diagnostic" % (counts["wrong"], len(models), counts["demanded"]))
    tally.close()


if __name__ == "__main__":
    main()
