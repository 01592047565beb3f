#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ONNX's own backend tests: the shapes and types of their expected outputs.

    check_backend.py [--run BINARY] [--only REGEX] [--list]

Every test of onnx.backend.test (the node tests, and those stored with it:
simple models, exports of PyTorch's, whole networks without their weights) runs
in five passes, the declared shapes of its outputs erased:
  given     as it is: a dim is right, or honestly a formula or unknown;
  bound     its tensor inputs turned into initializers, so that sizes which
            depend on data can follow: every dim is right, unless sequences
            are left as inputs. OPEN names the operators whose sizes cannot be
            known without doing their work;
  symbolic  its float inputs given symbols for dims: formulas give the right
            dims at the true sizes, and no assumption is violated there;
  binding   the symbolic model with these sizes by --dim: all its tensors and
            totals are what the formulas say (as corpus/check_bind.py has it),
            but that less bytes may move where a slice is of all there is, and
            that sizes of 0 are left out: a node that then does nothing has
            formulas for when it does;
  values    bound, and each small output, cast to integers, taken for a shape
            by ConstantOfShape: the elements that are known are right.
"""
import collections
import glob
import os
import re
import sys
import tempfile
import warnings

import numpy
import onnx
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.case.test_case import TestCase

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from corpus import check_bind
from support import harness

# Sizes that depend on the contents of strings, images or scores.
OPEN = {"ImageDecoder", "NonMaxSuppression", "StringNormalizer", "StringSplit"}
# Float inputs up to this size are bound in the symbolic pass: scales, bounds.
STEERING_ELEMENTS = 8
# Outputs up to this size are read as shapes in the pass of values.
READ_ELEMENTS = 64
PASSES = ("given", "bound", "symbolic", "binding", "values")
FLOATS = ("FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16")


STORED = os.path.join(os.path.dirname(onnx.backend.test.__file__), "data")
STORED_SETS = ("simple", "pytorch-converted", "pytorch-operator")


# ---- tests that are stored as files ----

def inputs_of(model):
    """Without initializers, which are inputs too in older files."""
    stored = {tensor.name for tensor in model.graph.initializer}
    return [info for info in model.graph.input if info.name not in stored]


def stored_value(path, info):
    kind = info.type.WhichOneof("value")
    proto = {"sequence_type": onnx.SequenceProto,
             "optional_type": onnx.OptionalProto}.get(kind, onnx.TensorProto)()
    with open(path, "rb") as file:
        proto.ParseFromString(file.read())
    if kind == "sequence_type":
        return onnx.numpy_helper.to_list(proto)
    if kind == "optional_type":
        return onnx.numpy_helper.to_optional(proto)
    return onnx.numpy_helper.to_array(proto)


def stored_case(folder):
    model = onnx.load(os.path.join(folder, "model.onnx"))
    data = os.path.join(folder, "test_data_set_0")
    sets = [[stored_value(os.path.join(data, "%s_%d.pb" % (what, i)), info)
             for i, info in enumerate(infos)]
            for what, infos in (("input", inputs_of(model)),
                                ("output", model.graph.output))]
    return test_case(os.path.basename(folder), model, *sets)


def light_case(path):
    """A network with an output, and inputs of any value."""
    model = onnx.load(path)
    values = [numpy.zeros([dim.dim_value for dim in
                           info.type.tensor_type.shape.dim], numpy.float32)
              for info in inputs_of(model)]
    output = onnx.load_tensor(path.replace(".onnx", "_output_0.pb"))
    return test_case(os.path.basename(path)[:-5], model, values, [output])


def test_case(name, model, inputs, outputs):
    return TestCase(name=name, model_name=name, url=None, model_dir=None,
                    model=model, data_sets=[(inputs, outputs)], kind="node",
                    rtol=0, atol=0)


def all_cases():
    yield from collect_testcases(None)
    for name in STORED_SETS:
        for folder in sorted(glob.glob(os.path.join(STORED, name, "test_*"))):
            yield stored_case(folder)
    for path in sorted(glob.glob(os.path.join(STORED, "light", "*.onnx"))):
        yield light_case(path)


# ---- what a test says ----

def elem_name(elem_type):
    return onnx.TensorProto.DataType.Name(elem_type)


def shape_of(value):
    return list(value.dims if isinstance(value, onnx.TensorProto)
                else numpy.asarray(value).shape)


def tensor_of(value, name):
    if isinstance(value, onnx.TensorProto):
        tensor = onnx.TensorProto()
        tensor.CopyFrom(value)
        tensor.name = name
        return tensor
    return onnx.numpy_helper.from_array(numpy.asarray(value), name)


def is_tensor(info):
    return info.type.WhichOneof("value") == "tensor_type"


def is_steering(info, value):
    """What may decide a shape: integers, strings, short float vectors."""
    shape = shape_of(value)
    return (elem_name(info.type.tensor_type.elem_type) not in FLOATS or
            (len(shape) < 2 and numpy.prod(shape) <= STEERING_ELEMENTS))


def make_symbolic(info, value, env):
    dims = info.type.tensor_type.shape.dim
    del dims[:]
    for axis, size in enumerate(shape_of(value)):
        symbol = "%s_%d" % (re.sub(r"\W", "_", info.name), axis)
        dims.add().dim_param = symbol
        env[symbol] = size


def readable(info, value):
    """A numeric tensor whose elements an int64 can hold."""
    if not is_tensor(info) or isinstance(value, onnx.TensorProto):
        return False
    array = numpy.asarray(value)
    return (array.dtype.kind in "fiub" and array.size <= READ_ELEMENTS and
            bool(numpy.isfinite(array).all()) and
            bool((numpy.abs(array.astype(float)) < 2**31).all()))


def magnitudes(array):
    wide = array if array.dtype.kind == "f" else array.astype(numpy.int64)
    return numpy.abs(wide).flatten()


def read_as_shapes(model, values):
    """Appends to every readable output what turns its elements to dims. The
    magnitudes of the elements."""
    graph = model.graph
    outputs = [(info.name, value) for info, value in zip(graph.output, values)
               if readable(info, value)]
    del graph.output[:]
    for name, _ in outputs:
        made = ["%s/%d" % (name, step) for step in range(4)]
        graph.initializer.append(onnx.numpy_helper.from_array(
            numpy.array([-1], numpy.int64), made[3] + "shape"))
        graph.node.extend([
            onnx.helper.make_node("Cast", [name], [made[0]], to=7),
            onnx.helper.make_node("Abs", [made[0]], [made[1]]),
            onnx.helper.make_node("Reshape", [made[1], made[3] + "shape"],
                                  [made[2]]),
            onnx.helper.make_node("ConstantOfShape", [made[2]], [made[3]])])
        graph.output.append(onnx.helper.make_tensor_value_info(
            made[3], onnx.TensorProto.FLOAT, None))
    return [magnitudes(numpy.asarray(value)) for _, value in outputs]


def prepare(case, which):
    """The model of a pass, and the true values of its symbols."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    graph, env, bound = model.graph, {}, []
    for info, value in zip(inputs_of(model), case.data_sets[0][0]):
        if which == "given" or not is_tensor(info) or value is None:
            continue
        if which in ("bound", "values") or is_steering(info, value):
            graph.initializer.append(tensor_of(value, info.name))
            bound.append(info.name)
        else:
            make_symbolic(info, value, env)
    kept = [info for info in graph.input if info.name not in bound]
    del graph.input[:]
    graph.input.extend(kept)
    for info in graph.output:
        if is_tensor(info):
            info.type.tensor_type.ClearField("shape")
    return model, env


def judge_tensor(info, value, said, env, strict):
    problems = []
    want_type = elem_name(info.type.tensor_type.elem_type).lower()
    if said["elem_type"] not in (want_type, None if not strict else want_type):
        problems.append("%s is %s, not %s" % (info.name, said["elem_type"],
                                              want_type))
    want = shape_of(value)
    got = harness.shape_of(said, env)
    open_dims = got is None or None in got
    if got is None:
        wrong = strict
    else:
        wrong = len(got) != len(want) or (strict and open_dims) or any(
            g is not None and g != w for g, w in zip(got, want))
    if wrong:
        problems.append("%s is %s, not %s" % (info.name, said["shape"], want))
    return problems


def judge(case, report, env, strict):
    problems = []
    said = {tensor["name"]: tensor for tensor in report["outputs"]}
    for info, value in zip(case.model.graph.output, case.data_sets[0][1]):
        tensor = said.get(info.name)
        if tensor is None:
            problems.append("%s is missing" % info.name)
        elif is_tensor(info) and "shape" in tensor:
            problems += judge_tensor(info, value, tensor, env, strict)
        elif isinstance(value, list):
            while tensor.get("type") == "optional":
                tensor = tensor["element"] or {}
            length = harness.evaluate(tensor.get("length"), env)
            if length != len(value) and (strict or length is not None):
                problems.append("%s has length %s, not %d" %
                                (info.name, tensor.get("length"), len(value)))
    for entry in report["assumptions"]:
        if violated(entry, env):
            problems.append("assumes %s" % entry)
    problems += [entry["message"] for entry in report["diagnostics"]
                 if entry["severity"] == "error" or
                 entry["id"] == "shape.invalid"]
    return problems


def run_values(binary, case, path):
    model, _ = prepare(case, "values")
    wanted = read_as_shapes(model, case.data_sets[0][1])
    opset = max((entry.version for entry in model.opset_import
                if entry.domain in ("", "ai.onnx")), default=0)
    if not wanted or opset < 9:
        return []
    onnx.save(model, path)
    done = harness.run_json(binary, path)
    if done.report is None:
        return [done.problem]
    problems = []
    for tensor, want in zip(done.report["outputs"], wanted):
        got = tensor["shape"]
        slack = 1 if want.dtype.kind == "f" else 0  # a rounding may differ
        if got is not None and (len(got) != len(want) or any(
                isinstance(g, int) and abs(g - int(w)) > slack
                for g, w in zip(got, want))):
            problems.append("elements of %s are %s, not %s" % (
                tensor["name"].split("/")[0], got, want.tolist()))
    return problems


def violated(entry, env):
    left = harness.evaluate(entry["left"], env)
    right = harness.evaluate(entry["right"], env)
    if left is None or (right is None and entry["kind"] != "nonzero"):
        return False
    return not {"equal": lambda: left == right,
                "at-most": lambda: left <= right,
                "divides": lambda: left != 0 and right % left == 0,
                "nonzero": lambda: left != 0}[entry["kind"]]()


def run_binding(binary, case, path):
    """Reports before and after the sizes of inputs are known."""
    model, values = prepare(case, "symbolic")
    onnx.save(model, path)
    symbolic = harness.run_json(binary, path).report
    if symbolic is None:
        return []  # the symbolic pass says why
    names = check_bind.open_symbols(symbolic)
    if 0 in values.values():
        return []
    sizes = {name: values[name] for name in names if name in values}
    dims = [word for item in sizes.items()
            for word in ("--dim", "%s=%d" % item)]
    return check_bind.compare(
        symbolic, harness.run_json(binary, path, *dims), sizes, views=True)


def run(binary, case, which, folder):
    """The problems of one pass."""
    path = os.path.join(folder, "%s_%s.onnx" % (case.name, which))
    if which == "values":
        return run_values(binary, case, path)
    if which == "binding":
        return run_binding(binary, case, path)
    model, values = prepare(case, which)
    onnx.save(model, path)
    done = harness.run_json(binary, path)
    if done.report is None:
        return [done.problem]
    strict = (which == "bound" and not model.graph.input and not any(
        node.op_type in OPEN for node in case.model.graph.node))
    env = harness.environment(done.report, values)
    return judge(case, done.report, env, strict)


def has_data(case):
    return bool(case.data_sets) and len(case.data_sets[0][0]) == len(
        inputs_of(case.model))


def main():
    def add(parser):
        parser.add_argument("--run", dest="binary", help="same as --binary")
        parser.add_argument("--list", action="store_true",
                            help="only name the tests and their operators")

    options = harness.options(__doc__, add)
    warnings.simplefilter("ignore")
    tally = harness.Tally()
    cases = [case for case in all_cases()
             if re.search(options.only, case.name)]
    if options.list:
        for case in cases:
            print(case.name, *sorted({n.op_type for n in
                                      case.model.graph.node}))
        return
    failed_operators = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        def work(case):
            return [run(options.binary, case, which, folder)
                    for which in PASSES]

        judged = [case for case in cases if has_data(case)]
        tally.skipped = len(cases) - len(judged)
        for case, passes in zip(judged, harness.each(work, judged)):
            for which, problems in zip(PASSES, passes):
                tally.add("%s (%s)" % (case.name, which), problems)
                if problems:
                    failed_operators.update({n.op_type for n in
                                             case.model.graph.node})
    if failed_operators:
        print("failed by operator: " + ", ".join(
            "%s %d" % pair for pair in failed_operators.most_common()))
    print("%d tests of onnx.backend.test in %d passes" % (len(judged),
                                                          len(PASSES)))
    tally.close()


if __name__ == "__main__":
    main()
