#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pieces of bench/ work; what they measure is not judged here."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

BENCH = os.path.join(os.path.dirname(harness.TESTS), "bench")
sys.path.insert(0, BENCH)
import graphs
import inline
import planning
import render

MODELS = ("own_minibert_T", "seq_lstm_text_T", "h_resnet50_fp16")
SIZES = (1, 100, 333)
PLANNED = ("own_yololike_T_dynhw", "own_minibert_T")
# What a rebuilt file says differently: where its bytes are.
OF_THE_FILE = ("file", "bytes", "fingerprint", "external_data")


def without_file(report):
    model = {key: value for key, value in report["model"].items()
             if key not in OF_THE_FILE}
    return {**report, "model": model}


def rebuilt(binary, name, folder):
    """Problems: what a rebuilt file reports that the weightless did not."""
    path = os.path.join(folder, name + ".onnx")
    inline.rebuild(harness.model_path(name), path)
    runs = [harness.run_json(binary, model)
            for model in (harness.model_path(name), path)]
    problems = [run.problem for run in runs if run.problem]
    if problems:
        return problems
    before, after = (run.report for run in runs)
    missing = sum(file["bytes"] for file in before["model"]["external_data"])
    if after["model"]["external_data"]:
        problems.append("still refers to files")
    if os.path.getsize(path) < missing:
        problems.append("%d bytes, %d were missing" % (os.path.getsize(path),
                                                       missing))
    if without_file(before) != without_file(after):
        problems += [key for key in before
                     if without_file(before)[key] != without_file(after)[key]]
    return problems


def generated(binary, kind, nodes, folder):
    path = os.path.join(folder, "graph.onnx")
    graphs.write(kind, nodes, path)
    run = harness.run_json(binary, path)
    if run.problem:
        return [run.problem]
    report = run.report
    problems = [diagnostic["message"] for diagnostic in report["diagnostics"]]
    if report["model"]["nodes"] != nodes:
        problems.append("%d nodes" % report["model"]["nodes"])
    if report["coverage"]["costed"] != report["coverage"]["nodes"]:
        problems.append("not all nodes are costed")
    is_open = bool(report["symbols"])
    if is_open != (kind == "symbolic"):
        problems.append("symbols: %s" % report["symbols"])
    return problems


def bound(binary, name, folder):
    """Problems: another arena in the file for all planners than by
    --input-shape."""
    path, inputs = planning.prepared(name, folder)
    shapes = [word for given in inputs for word in
              ("--input-shape", given.replace("=", ":").replace("x", ","))]
    run = harness.run_json(binary, harness.model_path(name), *shapes)
    if run.problem:
        return [run.problem]
    want = run.report["memory"]["arena"]["bytes"]
    got = planning.own_plan(binary, path, ("align=64",))["arena"]
    return [] if got == want else ["%d bytes, not %d" % (got, want)]


def page_problems():
    results = render.read()
    with open(render.PAGE, encoding="utf-8") as file:
        page = file.read()
    with open(render.RESULTS, encoding="utf-8") as file:
        text = file.read()
    return ([] if page == render.page(results) else
            ["docs/benchmarks.md is another: python3 bench/render.py"]) + (
                [] if text == render.compact(results) else
                ["bench/results.json is not as render.py writes it"])


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for name in MODELS:
            tally.add("%s rebuilt reports what it did without weights" % name,
                      rebuilt(options.binary, name, folder))
        for kind in graphs.KINDS:
            for nodes in SIZES:
                tally.add("%s has %d nodes, all costed" % (kind, nodes),
                          generated(options.binary, kind, nodes, folder))
        for name in PLANNED:
            tally.add("%s with bound sizes has the arena of its binding" %
                      name, bound(options.binary, name, folder))
    tally.add("the page shows what results.json has", page_problems())
    tally.close()


if __name__ == "__main__":
    main()
