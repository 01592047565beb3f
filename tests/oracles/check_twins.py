#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An operator and the function that ONNX spells it with have the same shapes.

Many node tests of onnx.backend.test come twice: the operator alone, and its
function body's nodes (`_expanded`). Both get symbols for the dims of their
inputs; outputs must have equal dims at the true sizes and at others that no
assumption of either forbids. A dim may be open on one side.

Figures may differ: an operator is counted as its rule has it, not as one way
to spell it. MACs are of contractions alone, and contractions are spelt with
contractions: they must be equal, but for operators whose rule counts others
(DIFFERENT). How many agree in flops and transcendentals is only reported.
"""
import collections
import os
import sys
import tempfile
import warnings

import onnx
from onnx.backend.test.case.node import collect_testcases

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import check_backend as backend
from corpus import check_bind
from support import harness

TRIES = 40
FIGURES = ("macs", "flops", "transcendentals")
# A grid in the plane is spelt with the matrices of one in space.
DIFFERENT = {"AffineGrid"}


def pairs(only):
    """(the operator's test, its expanded one)"""
    cases = {case.name: case for case in collect_testcases(None)
             if backend.has_data(case)}
    for name, case in sorted(cases.items()):
        base, found, _ = name.partition("_expanded")
        if found and base in cases and only in name:
            yield cases[base], case


def path_of(case, folder):
    return os.path.join(folder, case.name + ".onnx")


def symbolic(binary, case, folder):
    model, env = backend.prepare(case, "symbolic")
    path = path_of(case, folder)
    onnx.save(model, path)
    done = harness.run_json(binary, path)
    return done, env


def other_sizes(binary, cases, reports, env, folder):
    """Sizes that neither forbids by an assumption or a dim that is a number;
    None when none is found."""
    names = sorted(env)
    for attempt in range(TRIES):
        sizes = check_bind.picked(names, check_bind.PRIMES, attempt)
        if not all(check_bind.allowed(report, sizes) for report in reports):
            continue
        dims = [word for symbol in reports[0]["symbols"]
                if symbol["name"] in sizes for word in
                ("--dim", "%s=%d" % (symbol["name"], sizes[symbol["name"]]))]
        runs = [harness.run_json(binary, path_of(case, folder), *dims)
                for case in cases]
        return None if any(map(check_bind.refused, runs)) else sizes
    return None


def differ(reports, sizes):
    """Outputs by position: names are the same in both."""
    problems = []
    outputs = [{tensor["name"]: harness.shape_of(
        tensor, harness.environment(report, sizes))
        for tensor in report["outputs"] if "shape" in tensor}
        for report in reports]
    for name in outputs[0]:
        left, right = outputs[0][name], outputs[1].get(name)
        if left is None or right is None:
            continue
        if len(left) != len(right) or any(
                None not in pair and pair[0] != pair[1]
                for pair in zip(left, right)):
            problems.append("%s is %s, spelt out %s at %s" % (
                name, left, right, sizes))
    return problems


def figures(report, env):
    return {key: harness.evaluate(report["totals"][key], env)
            for key in FIGURES}


def judge(binary, fused, spelt, folder, same):
    # Two may be spelt out from one: each pair has a place of its own.
    folder = tempfile.mkdtemp(dir=folder)
    runs = [symbolic(binary, case, folder) for case in (fused, spelt)]
    problems = [done.problem for done, _ in runs if done.problem]
    if problems:
        return problems
    reports, env = [done.report for done, _ in runs], runs[0][1]
    if set(env) != set(runs[1][1]):
        return ["other inputs"]
    others = other_sizes(binary, (fused, spelt), reports, env, folder)
    same["sizes", others is not None] += 1
    for sizes in (env, others):
        if sizes:
            problems += differ(reports, sizes)
    said = [figures(report, harness.environment(report, env))
            for report in reports]
    for key in FIGURES:
        same[key, said[0][key] == said[1][key]] += 1
    op_type = fused.model.graph.node[0].op_type
    known = said[0]["macs"] is not None and said[1]["macs"] is not None
    if known and said[0]["macs"] != said[1]["macs"] and (
            op_type not in DIFFERENT):
        problems.append("macs of %s are %d, spelt out %d" % (
            op_type, said[0]["macs"], said[1]["macs"]))
    return problems


def main():
    options = harness.options(__doc__)
    warnings.simplefilter("ignore")
    tally, same = harness.Tally(), collections.Counter()
    found = list(pairs(options.only))
    with tempfile.TemporaryDirectory() as folder:
        work = [(options.binary, *pair, folder, same) for pair in found]
        for pair, problems in zip(found, harness.each(
                lambda item: judge(*item), work)):
            tally.add(pair[1].name, problems)
    equal = ", ".join("%s %d" % (key, same[key, True]) for key in FIGURES)
    print("%d operators beside their functions, %d at other sizes too; equal "
          "%s" % (len(found), same["sizes", True], equal))
    tally.close()


if __name__ == "__main__":
    main()
