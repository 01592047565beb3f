#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The twenty hard semantics of shapes, each at several sizes in three modes.

The models of cases_hard.py are run by onnxruntime, unoptimised, at every set
of sizes: the shapes and types it makes are right. Where it has no kernel, and
beside it where a case says so, sizes are arithmetic written in the case. Then
the report must agree with them in every mode:
  symbolic  as the model is: the formulas at these sizes;
  bound     with the sizes given by --dim;
  static    with the sizes written into the model, integer inputs constant.
What only data decides may stay open where the case says so, never be wrong.
Assumptions must hold at these sizes, sizes that a case calls refused must
violate one, and no diagnostic may appear but those the case names.
"""
import collections
import os
import sys
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import cases_hard
from support import harness

onnxruntime.set_default_logger_severity(4)
MODES = ("symbolic", "bound", "static")
KINDS = {"float32": "float", "float64": "double", "str": "string"}
WORD = {"equal": "%s == %s", "at-most": "%s <= %s", "divides": "%s | %s",
        "nonzero": "%s != %s"}


# ---- feeding and rewriting models ----

def dims_of(info):
    return info.type.tensor_type.shape.dim


def numbers(run):
    return {name: value for name, value in run.items() if type(value) is int}


def size_of(dim, run):
    """A dim_param may be an expression over others."""
    if not dim.dim_param:
        return dim.dim_value
    if dim.dim_param in run:
        return run[dim.dim_param]
    return eval(dim.dim_param, {"__builtins__": {}}, numbers(run))


def elem_type(info):
    return info.type.tensor_type.elem_type


def is_tensor(info):
    return info.type.WhichOneof("value") == "tensor_type"


def feed_of(info, run, rng):
    if not is_tensor(info):
        return run[info.name]
    dtype = onnx.helper.tensor_dtype_to_np_dtype(elem_type(info))
    if info.name in run:
        return np.asarray(run[info.name]).astype(dtype)
    shape = [size_of(dim, run) for dim in dims_of(info)]
    return rng.random(shape).astype(dtype)


def feeds_of(model, run):
    rng = np.random.default_rng(5)
    constant = {tensor.name for tensor in model.graph.initializer}
    constant |= {t.values.name for t in model.graph.sparse_initializer}
    return {info.name: feed_of(info, run, rng) for info in model.graph.input
            if info.name not in constant or info.name in run}


def static_model(model, run, feeds):
    """Sizes in place of symbols; integers that are inputs become constant."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    for info in list(graph.input):
        if not is_tensor(info) or info.name not in feeds:
            continue
        if feeds[info.name].dtype.kind in "ib" and info.name in run:
            graph.input.remove(info)
            graph.initializer.append(onnx.numpy_helper.from_array(
                feeds[info.name], info.name))
            continue
        for dim, size in zip(dims_of(info), feeds[info.name].shape):
            dim.dim_value = size
    return copy


# ---- what is right ----

def shape_of(made):
    """A tensor's (type, shape); of a sequence a list of them; of an absent
    optional None; of maps their count."""
    if made is None:
        return None
    if isinstance(made, dict):
        return "map"
    if isinstance(made, list) and (not made or not np.isscalar(made[0])):
        return [shape_of(element) for element in made]
    array = np.asarray(made)
    name = "string" if array.dtype.kind in "OUS" else str(array.dtype)
    return KINDS.get(name, name), list(array.shape)


def session_of(model):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options,
        providers=["CPUExecutionProvider"])


def wanted(texts, run):
    """Sizes that a case writes as arithmetic: name -> shape."""
    env = {"__builtins__": {}, "min": min, "max": max, **values_of(run)}
    return {name: list(eval("[%s]" % text, env))
            for name, text in texts.items()}


def truth_of(case, run, feeds):
    """[output -> what it is], and what contradicts the case itself."""
    made, problems = {}, []
    names = [info.name for info in case.model.graph.output]
    if case.runs_in_ort:
        made = dict(zip(names, map(shape_of, session_of(case.model).run(
            None, feeds))))
    for name, shape in wanted(case.want, run).items():
        if name not in made:
            made[name] = (None, shape)
        elif made[name][1] != shape:
            problems.append("the case says %s is %s, run gives %s" % (
                name, shape, made[name]))
    problems += ["nobody says what %s is" % name for name in names
                 if name not in made]
    return made, problems


# ---- what the report says ----


def is_open(tensor):
    """Something of it has no size, not even a formula."""
    if tensor is None or "type" in tensor:
        return tensor is None or tensor["type"] == "map" or (
            tensor.get("length", 0) is None) or is_open(tensor.get("element"))
    dims = tensor["shape"]
    return (dims is None or None in dims or
            tensor["elem_type"] in (None, "string"))


def follows(report):
    """Said of sizes that stay open: the peak is then a lower bound."""
    return {"memory.unknown-size"} if any(
        is_open(tensor) for tensor in report["inputs"] + report["outputs"] +
        [out for node in report["nodes"] for out in node["outputs"]]
    ) else set()


def agrees(said, shape, may_be_open):
    if said is None:
        return may_be_open
    return len(said) == len(shape) and all(
        have == want or (have is None and may_be_open)
        for have, want in zip(said, shape))


def judge_tensor(tensor, truth, env, may_be_open):
    kind, shape = truth
    said = tensor.get("elem_type")
    if kind and said != kind and not (may_be_open and said is None):
        return "%s is %s, not %s" % (tensor["name"], said, kind)
    if "shape" not in tensor or not agrees(
            harness.shape_of(tensor, env), shape, may_be_open):
        return "%s is %s (%s), not %s" % (
            tensor["name"], harness.shape_of(tensor, env),
            tensor.get("shape"), shape)
    return ""


def judge_sequence(tensor, truth, env, may_be_open):
    """One shape stands for all elements: where they differ it is open."""
    if tensor.get("type") != "sequence":
        return "%s is no sequence" % tensor["name"]
    length = harness.evaluate(tensor["length"], env)
    if length != len(truth) and (length is not None or not may_be_open):
        return "%s has length %s, not %d" % (tensor["name"], length,
                                             len(truth))
    element = tensor["element"] or {}
    alike = all(part == truth[0] for part in truth)
    for part in truth if element.get("elem_type") else []:
        problem = judge_value({**element, "name": tensor["name"] + "[]"},
                              part, env, may_be_open or not alike)
        if problem:
            return problem
    return ""


def judge_value(tensor, truth, env, may_be_open):
    while tensor.get("type") == "optional":
        if truth is None:
            return ""
        tensor = {**tensor["element"], "name": tensor["name"]}
    if truth == "map":
        return "" if tensor.get("type") == "map" else "no map"
    if isinstance(truth, list):
        return judge_sequence(tensor, truth, env, may_be_open)
    if truth is None:
        return "%s is %s, not absent" % (tensor["name"], tensor)
    return judge_tensor(tensor, truth, env, may_be_open)


def violated(entry, env):
    left = harness.evaluate(entry["left"], env)
    right = harness.evaluate(entry["right"], env) if entry["right"] else 0
    if left is None or right is None:
        return False
    return not {"equal": lambda: left == right,
                "at-most": lambda: left <= right,
                "divides": lambda: left != 0 and right % left == 0,
                "nonzero": lambda: left != 0}[entry["kind"]]()


def assumption(entry):
    return WORD[entry["kind"]] % (
        entry["left"], 0 if entry["right"] is None else entry["right"])


def judge_findings(case, mode, report, env):
    problems = ["assumes " + assumption(entry)
                for entry in report["assumptions"] if violated(entry, env)]
    said = {entry["id"] for entry in report["diagnostics"]
            if entry["severity"] != "info"}
    must = case.says if mode == "symbolic" else set()
    problems += ["says " + name
                 for name in sorted(said - case.says - case.may_say -
                                    follows(report))]
    problems += ["does not say " + name for name in sorted(must - said)]
    return problems


def judge(case, mode, report, env, truth):
    problems = judge_findings(case, mode, report, env)
    loose = case.open | (case.open_symbolic if mode == "symbolic" else set())
    for tensor in report["outputs"]:
        problem = judge_value(tensor, truth[tensor["name"]], env,
                              tensor["name"] in loose)
        problems += [problem] if problem else []
    return ["%s: %s" % (mode, problem) for problem in problems]


def judge_text(case, report):
    """Formulas and assumptions that the case spells."""
    problems = []
    there = {tensor["name"]: tensor for tensor in report["outputs"]}
    for name, text in case.formula.items():
        shape = there[name].get("shape")
        said = None if shape is None else ", ".join(map(str, shape))
        if said != text:
            problems.append("%s is [%s], not [%s]" % (name, said, text))
    said = sorted(assumption(entry) for entry in report["assumptions"])
    if case.assumes is not None and said != sorted(case.assumes):
        problems.append("assumes %s" % said)
    return problems


# ---- the three modes ----

def known_symbols(report):
    return {symbol["name"]: symbol.get("original") or symbol["name"]
            for symbol in report["symbols"]}


def arguments(report, run):
    """--dim for every symbol there is a size for; it may have an alias."""
    words = []
    values = values_of(run)
    for name, original in known_symbols(report).items():
        for spelling in (original, name):
            if spelling in values:
                words += ["--dim", "%s=%d" % (name, values[spelling])]
                break
    return words


def unmarked(name):
    """Of a symbol that only data decides, its name."""
    return name[1:] if name[:1] == "_" != name[1:2] else name


def values_of(run):
    values = {}
    for name, value in run.items():
        if type(value) is int:
            values[unmarked(name)] = value
        elif isinstance(value, list):
            values.update(("%s_%d" % (name, i), n)
                          for i, n in enumerate(np.ravel(value).tolist())
                          if type(n) is int)
    return values


def check_run(binary, case, path, symbolic, run):
    feeds = feeds_of(case.model, run)
    truth, problems = truth_of(case, run, feeds)
    if problems:
        return problems
    env = harness.environment(symbolic, values_of(run))
    problems += judge(case, "symbolic", symbolic, env, truth)
    bound = harness.run_json(binary, path, *arguments(symbolic, run))
    problems += [bound.problem] if bound.report is None else judge(
        case, "bound", bound.report, {}, truth)
    with_sizes = path.replace(".onnx", "_static.onnx")
    onnx.save(static_model(case.model, run, feeds), with_sizes)
    static = harness.run_json(binary, with_sizes)
    problems += [static.problem] if static.report is None else judge(
        case, "static", static.report, harness.environment(
            static.report, values_of(run)), truth)
    return problems


def check_refusal(binary, path, symbolic, run):
    """Bound to such sizes, the model has an assumption or a node against it."""
    done = harness.run_json(binary, path, *arguments(symbolic, run))
    if done.report is None:
        return [] if done.code == 2 else [done.problem]
    return [] if any(entry["id"] == "shape.invalid"
                     for entry in done.report["diagnostics"]) else [
                         "%s is accepted" % run]


def check(work):
    binary, case, folder = work
    path = os.path.join(folder, "%s.onnx" % case.name.replace(" ", "_"))
    onnx.save(case.model, path)
    done = harness.run_json(binary, path)
    if done.report is None:
        refused = case.refused_with and case.refused_with in done.stderr
        return [] if refused else [done.problem]
    problems = judge_text(case, done.report)
    if case.refused_with:
        problems.append("is accepted")
    for run in case.runs:
        try:
            problems += ["%s: %s" % (run, problem) for problem in check_run(
                binary, case, path, done.report, run)]
        except Exception as error:  # of an oracle: the case is wrong
            problems.append("%s: %s" % (run, str(error)[:600]))
    for run in case.refused:
        problems += check_refusal(binary, path, done.report, run)
    return problems


def main():
    options = harness.options(__doc__)
    warnings.simplefilter("ignore")
    tally = harness.Tally()
    cases = [case for case in cases_hard.all_cases()
             if options.only in case.name]
    counts = collections.Counter(case.number for case in cases)
    runs = sum(len(case.runs) for case in cases)
    with tempfile.TemporaryDirectory() as folder:
        work = [(options.binary, case, folder) for case in cases]
        for case, problems in zip(cases, harness.each(check, work)):
            tally.add(case.name, problems)
    if not options.only:
        tally.add("all twenty have models",
                  [str(n) for n in range(1, 21) if not counts[n]])
    print("%d semantics, %d models, %d runs in %d modes, %d by onnxruntime" % (
        len(counts), len(cases), runs, len(MODES),
        sum(len(case.runs) for case in cases if case.runs_in_ort)))
    tally.close()


if __name__ == "__main__":
    main()
