#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every figure of nodes that compute element by element, reduce or move data.

    check_costs_data.py [--binary BINARY] [--only REGEX]

law_data.py says what a node costs; here are the graphs: ONNX's own node tests
(their expanded forms too, where rows of other operators are not judged) and
hand-made ones for attributes, older opsets, types, scalars, constants and the
rules that look beyond one node. Each runs twice: with its static shapes, then
with a symbol for every dim of 2 and more of its inputs, where the formulas
must give the same figures at the true sizes. Last come the smaller models of
the corpus at one sample of sizes, with the shapes that the report gives.
"""
import gzip
import os
import re
import sys
import tempfile
import warnings

import onnx
from onnx.backend.test.case.node import collect_testcases

import check_backend as backend
import graphs_data
import law_data as law

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

# Operators with bodies, which law_data.py does not count.
CONTROL = {"FlexAttention", "If", "Loop", "Scan", "SequenceMap"}
# Operands whose type or shape alone counts need no value.
VALUES = {op_type: indices for op_type, indices in law.STEERING.items()
          if op_type not in ("CastLike", "EyeLike", "RandomNormalLike",
                             "RandomUniformLike", "HannWindow",
                             "HammingWindow", "BlackmanWindow")}
FIGURES = {"macs": "macs", "flops": "flops",
           "transcendentals": "transcendentals", "read_bytes": "read",
           "write_bytes": "write", "weight_bytes": "weight", "role": "role"}
PASSES = ("static", "symbolic")
# Models of the corpus up to this many nodes: the larger repeat themselves.
MOST_NODES = 500
# A power is cheap only where its exponent is a number, not a symbol; that one
# element is left can depend on sizes.
STATIC_ONLY = {"powers/Pow_of_size", "slices/Slice_to_one_element",
               "slices/Slice_1_to_one_element",
               "slices/Slice_one_element_of_vector"}


class Case:
    """A model and what is known of its tensors: name -> Tensor."""

    def __init__(self, name, model, tensors, bound=()):
        self.name = name
        self.model = model
        self.tensors = tensors
        self.values = dict(bound)  # of graph inputs that became symbols


class Sequence(law.Tensor):
    """Its elements taken together."""

    def __init__(self, name, elements):
        super().__init__(name, None, ())
        self.elements = elements

    @property
    def numel(self):
        return sum(tensor.numel for tensor in self.elements)

    @property
    def bytes(self):
        return sum(tensor.bytes for tensor in self.elements)


def elem_type_of(info):
    kind = info.type
    while kind.WhichOneof("value") != "tensor_type":
        inner = getattr(kind, kind.WhichOneof("value"))
        kind = inner.elem_type
    return kind.tensor_type.elem_type


def tensor_of(info, value):
    elem_type = elem_type_of(info)
    if isinstance(value, list) or value is None:
        return Sequence(info.name, [
            law.Tensor(info.name, elem_type, backend.shape_of(element))
            for element in value or []])
    return law.Tensor(info.name, elem_type, backend.shape_of(value))


def steering_names(graph):
    """Graph inputs that only say what a result looks like."""
    steering, other = set(), set()
    for node in graph.node:
        for index, name in enumerate(node.input):
            which = index in VALUES.get(node.op_type, ())
            (steering if which else other).add(name)
    return steering - other


def backend_case(case):
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    graph, tensors, kept, bound = model.graph, {}, [], {}
    inputs, outputs = case.data_sets[0]
    steering = steering_names(graph)
    if all(info.name in steering for info in graph.input):
        steering = set()
    for info, value in zip(case.model.graph.input, inputs):
        tensors[info.name] = tensor_of(info, value)
        if info.name in steering and backend.is_tensor(info):
            graph.initializer.append(backend.tensor_of(value, info.name))
            del tensors[info.name]
        else:
            kept.append(info)
    del graph.input[:]
    graph.input.extend(kept)
    for info, value in zip(graph.output, outputs):
        tensors[info.name] = tensor_of(info, value)
    for info, value in zip(case.model.graph.input, inputs):
        bound.update(symbols_of(info, value))
    return Case(case.name, model, tensors, bound)


def symbols_of(info, value):
    """An integer input that steers shapes becomes symbols."""
    if not backend.is_tensor(info) or isinstance(value, onnx.TensorProto):
        return {}
    array = backend.numpy.asarray(value)
    if array.dtype.kind not in "iu" or array.size > 64:
        return {}
    if array.ndim == 0:
        return {info.name: int(array)}
    return {"%s_%d" % (info.name, index): int(element)
            for index, element in enumerate(array.reshape(-1))}


def backend_cases():
    for case in collect_testcases(None):
        graph = case.model.graph
        if backend.has_data(case) and not any(
                node.op_type in CONTROL for node in graph.node):
            yield backend_case(case)


def made_case(name, text):
    model = onnx.parser.parse_model(text)
    for info in model.graph.output:
        if backend.is_tensor(info):
            info.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    tensors = {}
    for info in [*inferred.graph.input, *inferred.graph.value_info,
                 *inferred.graph.output]:
        if not backend.is_tensor(info):
            continue
        kind = info.type.tensor_type
        dims = [dim.dim_value if dim.HasField("dim_value") else None
                for dim in kind.shape.dim]
        if kind.HasField("shape") and None not in dims:
            tensors[info.name] = law.Tensor(info.name, kind.elem_type, dims)
    return Case(name, model, tensors)


def symbolic(case):
    """The case with symbols for dims; their sizes join its values."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    values = dict(case.values)
    fixed = steering_names(model.graph) | {
        node.input[1] for node in model.graph.node
        if node.op_type == "GatherND"}
    for info in model.graph.input:
        if (not backend.is_tensor(info) or info.name in fixed or
                info.name not in case.tensors):
            continue
        for axis, dim in enumerate(info.type.tensor_type.shape.dim):
            size = case.tensors[info.name].shape[axis]
            if size >= 2:
                dim.dim_param = "%s_dim%d" % (
                    re.sub(r"\W", "_", info.name), axis)
                values[dim.dim_param] = size
    for info in model.graph.output:
        if backend.is_tensor(info):
            info.type.tensor_type.ClearField("shape")
    return model, values


def from_report(said, env):
    dims = harness.shape_of(said, env)
    if dims is None or None in dims or said["elem_type"] is None:
        return None
    return law.Tensor(said["name"], onnx.TensorProto.DataType.Value(
        said["elem_type"].upper()), dims)


def sizes_that_data_decide(case, report, values):
    """Symbols of the report that a result's true shape gives away; any size
    will do for others."""
    found = dict(values)
    for tensor in harness.tensors(report).values():
        known = case.tensors.get(tensor["name"])
        if known is None or tensor.get("shape") is None:
            continue
        for said, size in zip(tensor["shape"], known.shape):
            if isinstance(said, str) and said.isidentifier():
                found.setdefault(said, size)
    for symbol in report["symbols"]:
        if symbol["kind"] == "data-dependent":
            found.setdefault(symbol["name"], 3)
    return found


def judge(case, model, values, report):
    env = harness.environment(
        report, sizes_that_data_decide(case, report, values))
    said = harness.tensors(report)

    def look_up(name):
        known = case.tensors.get(name)
        if known is None and name in said and "shape" in said[name]:
            return from_report(said[name], env)
        if isinstance(known, Sequence):
            return Sequence(known.name, known.elements)
        return known and law.Tensor(name, known.elem_type, known.shape)

    wanted = law.Graph(model, look_up).rows()
    got = report["nodes"]
    if len(got) != len(wanted):
        return ["%d rows, not %d" % (len(got), len(wanted))]
    problems = []
    for row, want in zip(got, wanted):
        if not is_view_by_chance(row, want):
            problems += judge_row(row, want, env)
    return problems


def is_view_by_chance(row, want):
    """Nothing moves only because two sizes that have nothing to do with each
    other are equal, or one is 0: with symbols for them it is a copy."""
    return (want.role == "view" and row["role"] == "data" and
            isinstance(row["traffic_bytes"], str))


def judge_row(row, want, env):
    problems = []
    for key, field in FIGURES.items():
        right = getattr(want, field)
        said = row[key] if key == "role" else harness.evaluate(row[key], env)
        if right is not None and said != right:
            problems.append("%s %s: %s is %s = %s, not %s" % (
                row["op_type"], row["index"], key, row[key], said, right))
    return problems


def run(binary, case, which, folder):
    path = os.path.join(tempfile.mkdtemp(dir=folder), "%s_%s.onnx" % (
        re.sub(r"\W", "_", case.name), which))
    model, values = ((case.model, case.values) if which == "static"
                     else symbolic(case))
    onnx.save(model, path)
    done = harness.run_json(binary, path)
    if done.report is None:
        return [done.problem]
    return judge(case, model, values, done.report)


def small_models(pattern):
    """(name, model) of the corpus, without bodies and calls."""
    for name in harness.corpus(pattern):
        with gzip.open(harness.model_path(name)) as file:
            model = onnx.load_model_from_string(file.read())
        nodes = model.graph.node
        if len(nodes) <= MOST_NODES and not model.functions and not any(
                node.op_type in CONTROL for node in nodes):
            yield name, model


def run_model(binary, name, model):
    """Sizes far above 1, so that no view or scalar appears by chance."""
    done = harness.run_json(binary, harness.model_path(name))
    if done.report is None:
        return [done.problem]
    values = {symbol["name"]: 960 + 64 * k
              for k, symbol in enumerate(done.report["symbols"])}
    return judge(Case(name, model, {}), model, values, done.report)


def main():
    options = harness.options(__doc__)
    warnings.simplefilter("ignore")
    cases = [made_case(name, text) for name, text in graphs_data.graphs()]
    cases = [case for case in [*cases, *backend_cases()]
             if re.search(options.only, case.name)]
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        def work(case):
            return [run(options.binary, case, which, folder)
                    for which in PASSES[:1 if case.name in STATIC_ONLY
                                        else None]]

        for case, passes in zip(cases, harness.each(work, cases)):
            for which, problems in zip(PASSES, passes):
                tally.add("%s (%s)" % (case.name, which), problems)
    models = list(small_models(options.only))
    for (name, _), problems in zip(models, harness.each(
            lambda item: run_model(options.binary, *item), models)):
        tally.add(name, problems)
    tally.close()


if __name__ == "__main__":
    main()
