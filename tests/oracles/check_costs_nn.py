#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Costs of neural-network operators against loops that do their work.

    check_costs_nn.py [--binary BINARY] [--only TEXT]

One node per model: ONNX's own node tests, whose arrays give every shape and
type, and the cases of cases_*.py. law_*.py count what a naive
implementation does; onnxcost has to say the same, and the shapes of the
outputs, in three passes:
  given     operands are graph inputs, except those that only say shapes;
  weights   all operands but the first are initializers: what is a parameter,
            a buffer or an element of quantisation as well;
  symbolic  dims of the graph inputs are symbols: the formulas at the true
            sizes. Where one of these is below 2, formulas of bytes may say
            more: what becomes a view or a scalar there is not known. A
            figure that calls itself an upper bound may be above.
"""
import os
import sys
import tempfile
import warnings

import numpy
import onnx
from onnx.backend.test.case.node import collect_testcases

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import cases_layouts
import cases_nn
import law_layouts  # noqa: F401, adds its laws
import law_nn
from support import harness

PASSES = ("given", "weights", "symbolic")
BYTES = ("read_bytes", "write_bytes")
INTEGERS = (onnx.TensorProto.INT32, onnx.TensorProto.INT64)


class Case:
    """One node with what it reads: name -> TensorProto."""

    def __init__(self, name, node, opsets, tensors, outputs, steering=()):
        self.name = name
        self.node = node
        self.opsets = opsets
        self.tensors = tensors
        self.outputs = outputs  # name -> (shape, elem_type)
        self.steering = set(steering)

    @property
    def version(self):
        return self.opsets[self.node.domain]

    def read_names(self):
        return list(dict.fromkeys(name for name in self.node.input if name))

    def constants(self, which):
        """Operands that are initializers in a pass."""
        if which != "weights":
            return self.steering
        return self.steering | set(self.read_names()[1:])

    def tensor(self, name, which):
        proto = self.tensors[name]
        value = None
        if name in self.constants(which):
            value = onnx.numpy_helper.to_array(proto)
        return law_nn.Tensor(name, proto.dims, proto.data_type, value)

    def law_node(self, which):
        attributes = {a.name: onnx.helper.get_attribute_value(a)
                      for a in self.node.attribute}
        return law_nn.Node(
            self.node.domain, self.node.op_type, self.version, attributes,
            [self.tensor(name, which) if name else None
             for name in self.node.input],
            [law_nn.Tensor(name, *self.outputs[name]) if name else None
             for name in self.node.output])

    def model(self, which):
        """The model of a pass, and the true values of its symbols."""
        env, inputs = {}, []
        for name in self.read_names():
            if name in self.constants(which):
                continue
            dims = list(self.tensors[name].dims)
            if not dims and self.tensors[name].data_type in INTEGERS:
                env[name] = int(onnx.numpy_helper.to_array(
                    self.tensors[name]))
            if which == "symbolic":
                symbols = ["%s_%d" % (name, axis) for axis in range(len(dims))]
                env.update(zip(symbols, dims))
                dims = symbols
            inputs.append(onnx.helper.make_tensor_value_info(
                name, self.tensors[name].data_type, dims))
        outputs = [onnx.ValueInfoProto(name=name)
                   for name in self.node.output if name]
        graph = onnx.helper.make_graph(
            [self.node], "g", inputs, outputs,
            [self.tensors[name] for name in self.read_names()
             if name in self.constants(which)])
        imports = [onnx.helper.make_opsetid(*entry)
                   for entry in self.opsets.items()]
        return onnx.helper.make_model(graph, opset_imports=imports,
                                      ir_version=10), env


def tensor_proto(name, value):
    if isinstance(value, onnx.TensorProto):
        proto = onnx.TensorProto()
        proto.CopyFrom(value)
        proto.name = name
        return proto
    array = numpy.asarray(value)
    return onnx.numpy_helper.from_array(array, name)


def elem_type_of(value):
    return (value.data_type if isinstance(value, onnx.TensorProto) else
            onnx.helper.np_dtype_to_tensor_dtype(numpy.asarray(value).dtype))


def shape_of(value):
    return list(value.dims if isinstance(value, onnx.TensorProto) else
                numpy.asarray(value).shape)


def steering_names(node):
    """Operands that only say shapes: initializers in every pass."""
    positions = law_nn.shape_like(node.domain, node.op_type)
    return {name for index, name in enumerate(node.input)
            if index in positions and name}


def backend_cases():
    for test in collect_testcases(None):
        nodes = test.model.graph.node
        if (len(nodes) != 1 or not test.data_sets or
                not law_nn.knows(nodes[0].domain, nodes[0].op_type)):
            continue
        graph = test.model.graph
        tensors = {info.name: tensor_proto(info.name, value) for info, value
                   in zip(graph.input, test.data_sets[0][0])}
        outputs = {info.name: (shape_of(value),
                               info.type.tensor_type.elem_type)
                   for info, value in zip(graph.output, test.data_sets[0][1])}
        yield Case(test.name, nodes[0],
                   {entry.domain: entry.version
                    for entry in test.model.opset_import},
                   tensors, outputs, steering_names(nodes[0]))


def inferred_outputs(case):
    """Shapes and types by ONNX's own inference."""
    model, _ = case.model("given")
    inferred = onnx.shape_inference.infer_shapes(
        model, strict_mode=True, data_prop=True)
    found = {}
    for info in inferred.graph.output:
        tensor = info.type.tensor_type
        dims = tensor.shape.dim
        if not (tensor.HasField("shape") and
                all(dim.HasField("dim_value") for dim in dims)):
            raise ValueError("%s needs its outputs written" % case.name)
        found[info.name] = ([dim.dim_value for dim in dims],
                            tensor.elem_type)
    return found


def written_cases():
    for entry in cases_nn.all_cases() + cases_layouts.all_cases():
        node = onnx.helper.make_node(
            entry.op_type, entry.input_names, entry.output_names,
            domain=entry.domain, **entry.attributes)
        tensors = {name: tensor_proto(name, value)
                   for name, value in entry.tensors.items()}
        outputs = {name: (shape_of(value), elem_type_of(value))
                   for name, value in entry.outputs.items()}
        case = Case(entry.name, node, entry.opsets, tensors, outputs,
                    entry.steering | steering_names(node))
        if not outputs:
            case.outputs = inferred_outputs(case)
        yield case


def expected(case, which):
    """What the law says: figure -> value, of those it settles."""
    node = case.law_node(which)
    count = law_nn.cost(node)
    figures = {name: getattr(count, name) for name in sorted(count.judged)}
    if which == "weights":
        figures.update(law_nn.stored(node))
    return figures


def compare(case, which, report, env):
    env = harness.environment(report, env)
    loose = which == "symbolic" and min(env.values(), default=2) < 2
    problems = []
    for figure, want in expected(case, which).items():
        got = harness.evaluate(report["totals"][figure], env)
        status = report["totals"][figure]["status"]
        above = (loose and figure in BYTES) or status == "upper-bound"
        if got is None or not (got == want or above and got > want):
            problems.append("%s: %s is %s, not %s" % (
                which, figure,
                report["totals"][figure]["formula"] if got is None else got,
                want))
    return problems


def compare_shapes(case, which, report, env):
    """Dims that are known must be the right ones."""
    env = harness.environment(report, env)
    said = harness.tensors(report)
    problems = []
    for name, (shape, _) in case.outputs.items():
        dims = harness.shape_of(said[name], env) if name in said else None
        if dims is None or len(dims) != len(shape) or any(
                got not in (None, want) for got, want in zip(dims, shape)):
            problems.append("%s: %s is %s, not %s" % (which, name, dims,
                                                      list(shape)))
    return problems


def passes_of(case):
    if len(case.read_names()) < 2 or not case.tensors:
        return ("given", "symbolic")
    return PASSES


def judge(binary, case, folder):
    problems = []
    for which in passes_of(case):
        model, env = case.model(which)
        path = os.path.join(folder, "%s_%s.onnx" % (case.name, which))
        onnx.save(model, path)
        done = harness.run_json(binary, path)
        os.unlink(path)
        if done.report is None:
            problems.append(which + ": " + done.problem)
            continue
        problems += compare(case, which, done.report, env)
        problems += compare_shapes(case, which, done.report, env)
    return problems


def main():
    options = harness.options(__doc__)
    warnings.simplefilter("ignore")
    tally = harness.Tally()
    cases = [case for source in (written_cases(), backend_cases())
             for case in source if options.only in case.name]
    with tempfile.TemporaryDirectory() as folder:
        for case, problems in zip(cases, harness.each(
                lambda case: judge(options.binary, case, folder), cases)):
            tally.add("%s (%s)" % (case.name, case.node.op_type), problems)
    tally.close()


if __name__ == "__main__":
    main()
