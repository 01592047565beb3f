#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real exports: every shape and every settled figure, bound and symbolic.

Each model of tests/data/corpus is run twice: with the shapes of its truth
bound, and without any binding, when the formulas are evaluated with the
truth's bindings. Both must give the sizes that onnxruntime saw and the
figures of an independent count. A dim that depends on data may stay open, a
bound may be given as a bound; nothing may be wrong, missing, or fail, and no
more may be open or unknown than what only data can decide.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

FIGURES = ("macs", "params", "flops", "transcendentals", "read_bytes",
           "write_bytes", "buffers", "sum_activation_bytes",
           "peak_activation_bytes")
# Values of both runs below NonZero and its like, and below custom operators.
OPEN_MOST = 3110
# The truth has numpy's names of two types.
ELEM_TYPES = {"float32": "float", "float64": "double"}


def judge_values(report, truth, env):
    """(problems, open): what differs, and how many dims only data decides."""
    seen = harness.tensors(report)
    problems, left_open = [], 0
    for name, (elem_type, shape) in truth["values"].items():
        if name not in seen:
            problems.append("%s is missing" % name)
            continue
        said = harness.shape_of(seen[name], env)
        told = seen[name].get("elem_type")
        if said is None or (len(said) == len(shape) and None in said and all(
                s in (None, t) for s, t in zip(said, shape))):
            left_open += 1
        elif said != shape or (told and
                               told != ELEM_TYPES.get(elem_type, elem_type)):
            problems.append("%s is %s%s, not %s%s" % (name, elem_type, shape,
                                                      told, said))
    return problems, left_open


def judge_figure(quantity, want, env):
    """"" when the quantity says `want`, or honestly less; else why not."""
    status = quantity["status"]
    got = harness.evaluate(quantity, env)
    if got is None or status == "unknown" or got == want:
        return ""
    if status == "lower-bound" and got < want:
        return ""
    if status == "upper-bound" and got > want:
        return ""
    return "%s %d, not %d" % (status, got, want)


def judge_figures(report, wanted, env):
    problems = []
    for key in FIGURES:
        if wanted.get(key) is not None:
            wrong = judge_figure(report["totals"][key], wanted[key], env)
            if wrong:
                problems.append("%s: %s" % (key, wrong))
    return problems


def unknown_figures(report, wanted):
    return sum(wanted.get(key) is not None and
               report["totals"][key]["status"] == "unknown"
               for key in FIGURES)


def wanted_figures(truth):
    wanted = dict(truth.get("figures", {}))
    for key in ("macs", "params"):
        if truth.get("expected_" + key) is not None:
            wanted[key] = truth["expected_" + key]
    return wanted


def binding_arguments(truth):
    if not truth["inputs"]:
        return [word for name, value in truth["bindings"].items()
                for word in ("--dim", "%s=%d" % (name, value))]
    return [word for name, dims in truth["inputs"].items() if dims
            for word in ("--input-shape",
                         "%s:%s" % (name, ",".join(map(str, dims))))]


def check(work):
    binary, name, mode = work
    truth = harness.truth_of(name)
    bound = mode == "bound"
    run = harness.run_json(binary, harness.model_path(name),
                           *(binding_arguments(truth) if bound else []))
    if run.report is None:
        return name, mode, [run.problem], 0, 0
    given = {**truth.get("figures", {}).get("bindings", {}),
             **truth["bindings"]}
    env = harness.environment(run.report, {} if bound else given)
    wanted = wanted_figures(truth)
    problems, left_open = judge_values(run.report, truth, env)
    problems += judge_figures(run.report, wanted, env)
    if not bound and "figures_at" in truth:
        there = truth["figures_at"]
        env = harness.environment(run.report, there["bindings"])
        problems += ["at %s: %s" % (there["bindings"], problem) for problem
                     in judge_figures(run.report, there, env)]
    return name, mode, problems, left_open, unknown_figures(run.report, wanted)


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    left_open = unknown = 0
    work = [(options.binary, name, mode)
            for name in harness.corpus(options.only)
            for mode in ("bound", "symbolic")]
    for name, mode, problems, opened, missing in harness.each(check, work):
        tally.add("%s, %s" % (name, mode), problems)
        left_open += opened
        unknown += missing
    tally.add("what stays open", [] if left_open <= OPEN_MOST else
              ["%d values, above %d" % (left_open, OPEN_MOST)])
    tally.add("no total is unknown", [] if unknown == 0 else
              ["%d totals" % unknown])
    tally.close()


if __name__ == "__main__":
    main()
