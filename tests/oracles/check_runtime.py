#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What onnxruntime adds to ONNX, against what it gives when it runs.

The cases of cases_nn.py that are of com.microsoft or ai.onnx.ml, and those of
cases_runtime.py for other operators of com.microsoft, one node each. What
onnxruntime's CPU kernels make of them, unoptimised, are the right types and
shapes. The report must have them with the sizes in the model and with symbols
for the dims of its float operands, at the true sizes; a dim that only data
decides may be open. What the installed runtime has no kernel for, or does not
take, is counted and named.
"""
import collections
import json
import os
import sys
import tempfile
import warnings

import numpy
import onnx
import onnxruntime

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import cases_nn
import cases_runtime
from support import harness

onnxruntime.set_default_logger_severity(4)
DOMAINS = ("com.microsoft", "ai.onnx.ml")
MODES = ("static", "symbolic")
KINDS = {"float32": "float", "float64": "double"}
# Operands up to this size may say sizes: they are constant with symbols.
STEERING_ELEMENTS = 8


def array_of(value):
    return (onnx.numpy_helper.to_array(value)
            if isinstance(value, onnx.TensorProto) else numpy.asarray(value))


def is_symbolic(value):
    return value.dtype.kind == "f" and value.size > STEERING_ELEMENTS


def model_of(case, mode):
    """The model, and the values of its symbols."""
    env, inputs, constants = {}, [], []
    for name in dict.fromkeys(filter(None, case.input_names)):
        value = case.tensors[name]
        proto = (value if isinstance(value, onnx.TensorProto) else
                 onnx.numpy_helper.from_array(value))
        array, dims = array_of(value), list(proto.dims)
        if name in case.steering or (mode == "symbolic" and
                                     not is_symbolic(array)):
            constants.append(onnx.numpy_helper.from_array(array, name))
            continue
        if mode == "symbolic":
            symbols = ["%s_%d" % (name, axis) for axis in range(len(dims))]
            env.update(zip(symbols, dims))
            dims = symbols
        inputs.append(onnx.helper.make_tensor_value_info(
            name, proto.data_type, dims))
    node = onnx.helper.make_node(
        case.op_type, case.input_names, case.output_names,
        domain=case.domain, **case.attributes)
    graph = onnx.helper.make_graph(
        [node], "g", inputs, [onnx.ValueInfoProto(name=name)
                              for name in case.output_names if name],
        constants)
    return onnx.helper.make_model(
        graph, ir_version=10, opset_imports=[
            onnx.helper.make_opsetid(*entry)
            for entry in case.opsets.items()]), env


def run(model, case):
    """name -> (type, shape) of what comes out."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options,
        providers=["CPUExecutionProvider"])
    feeds = {info.name: array_of(case.tensors[info.name])
             for info in model.graph.input}
    names = [output.name for output in session.get_outputs()]
    made = zip(names, session.run(names, feeds))
    return {name: (KINDS.get(str(value.dtype), str(value.dtype)),
                   list(value.shape))
            for name, value in made if isinstance(value, numpy.ndarray)}


def truth_of(case):
    """What run() gives, or in words why there is nothing. In a process of its
    own: the runtime may die of a node."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            said = run(model_of(case, "static")[0], case)
        except Exception as error:  # whatever the runtime does not take
            said = str(error)
        os.write(writer, json.dumps(said).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        said = file.read()
    os.waitpid(child, 0)
    return json.loads(said) if said else "the runtime dies"


def compare(mode, report, env, truth):
    env = harness.environment(report, env)
    problems = []
    for tensor in report["outputs"]:
        if tensor["name"] not in truth:
            continue
        kind, shape = truth[tensor["name"]]
        said = harness.shape_of(tensor, env)
        if kind != "object" and tensor["elem_type"] not in (None, kind):
            problems.append("%s: %s is %s, not %s" % (
                mode, tensor["name"], tensor["elem_type"], kind))
        if said is None or len(said) != len(shape) or any(
                have not in (None, want) for have, want in zip(said, shape)):
            problems.append("%s: %s is %s, run gives %s" % (
                mode, tensor["name"], tensor["shape"], shape))
    return problems + [
        "%s: %s" % (mode, entry["message"]) for entry in report["diagnostics"]
        if entry["id"] == "shape.invalid"]


def judge(binary, case, truth, folder):
    problems = []
    for mode in MODES:
        model, env = model_of(case, mode)
        path = os.path.join(folder, "%s_%s.onnx" % (case.name, mode))
        onnx.save(model, path)
        done = harness.run_json(binary, path)
        problems += ([done.problem] if done.report is None else
                     compare(mode, done.report, env, truth))
    return problems


def main():
    options = harness.options(__doc__)
    warnings.simplefilter("ignore")
    tally, left_out = harness.Tally(), collections.Counter()
    cases = [case for case in cases_nn.all_cases() +
             cases_runtime.all_cases()
             if case.domain in DOMAINS and options.only in case.name]
    truths = [truth_of(case) for case in cases]
    left_out.update((case.domain, case.op_type) for case, truth in
                    zip(cases, truths) if isinstance(truth, str))
    for case, truth in zip(cases, truths):
        if options.verbose and isinstance(truth, str):
            print("%s: %s" % (case.name, truth[:200]))
    work = [pair for pair in zip(cases, truths) if isinstance(pair[1], dict)]
    ran = {(case.domain, case.op_type) for case, _ in work}
    with tempfile.TemporaryDirectory() as folder:
        for (case, _), problems in zip(work, harness.each(
                lambda pair: judge(options.binary, *pair, folder), work)):
            tally.add(case.name, problems)
    never = sorted(name for domain, name in set(left_out) - ran)
    if left_out:
        tally.skip("the runtime does not run them; never " +
                   ", ".join(never), sum(left_out.values()))
    print("%d nodes of %d operators run by onnxruntime in %d modes" % (
        tally.passed + tally.failed, len(ran), len(MODES)))
    tally.close()


if __name__ == "__main__":
    main()
