#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure onnxcost beside other tools; write results.json and the page.

    bench.py [--quick] [--only PART[,PART...]]

Parts: rivals, memory, phases, growth; one that is not measured keeps its
figures.
--quick: two models, fewer runs, graphs of up to 100,000 nodes; its results and
page go to build/bench, and leave the published ones alone. bench/run sets up
what this needs and calls it.

In here: what is run, how often, in which order. Not in here: how one run is
measured (measure.py), how the page looks (render.py).
"""
import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata

import graphs
import inline
import measure
import planning
import render

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
CORPUS = os.path.join(ROOT, "tests", "data", "corpus")
WORK = os.path.join(ROOT, "build", "bench")
BINARY = os.path.join(ROOT, "build", "release", "onnxcost")
# The same, each file optimised alone.
PARTED = os.path.join(ROOT, "build", "bench", "functions", "onnxcost")
SPAWN = os.path.join(WORK, "spawn")
PARTS = ("rivals", "memory", "phases", "growth")

TOKENS = {"batch": 1, "seq": 128}
TOKEN_INPUTS = ["input_ids=1x128", "attention_mask=1x128"]
# Name, file of the corpus, whether its weights are rebuilt, values for its
# open dims, the same for tools without symbols.
MODELS = (
    ("ResNet-50", "tv_resnet50_D", True, {}, []),
    ("ViT-B/16", "tv_vit_b_16_D", True, {}, []),
    ("Swin-T", "tv_swin_t_D", True, {}, []),
    ("GPT-2", "gpt2_small_D", True, TOKENS, TOKEN_INPUTS),
    ("GPT-2, no weights", "full_gpt2_small_D", False, TOKENS, TOKEN_INPUTS),
    ("Llama-3-8B, no weights", "full_llama3_8b_D", False, TOKENS,
     TOKEN_INPUTS),
    ("Falcon-7B, no weights", "full_falcon_7b_D", False, TOKENS,
     TOKEN_INPUTS),
)
QUICK_MODELS = ("ViT-B/16", "Llama-3-8B, no weights")
PHASE_MODELS = ("ResNet-50", "ViT-B/16", "GPT-2", "Llama-3-8B, no weights")
# Package, script.
RIVALS = (
    ("onnx", "onnx_infer_shapes.py"),
    ("onnx-tool", "onnx_tool_profile.py"),
    ("onnxsim", "onnxsim_metrics.py"),
    ("onnxruntime", "onnxruntime_symbolic.py"),
)
# A rival runs this often, or less when it has taken ENOUGH_S already.
ROUNDS, QUICK_ROUNDS, FEWEST, ENOUGH_S = 5, 3, 3, 15
SIZES = (1000, 10000, 100000, 1000000)
FORMATS = ("text", "json", "csv")
# 1,000,000 nodes are more than the 256 MiB of graph that are read unasked.
RAISED = ["--limit", "metadata=1073741824"]
GROWTH_MIB = 6000  # that a count of 1,000,000 nodes may need, roughly


def progress(*words):
    print("  ", *words, flush=True)


# ---- models ----

def prepared(name, is_inline):
    """The path of the model, made anew when its source or maker is newer."""
    source = os.path.join(CORPUS, name + ".onnx.gz")
    path = os.path.join(WORK, name, "model.onnx")
    newest = max(map(os.path.getmtime, (source, inline.__file__)))
    if not os.path.exists(path) or os.path.getmtime(path) < newest:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        (inline.rebuild if is_inline else inline.unpack)(source, path)
    return path


def warm(path):
    """Reads a file once, so that all find it in the page cache."""
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


# ---- beside rivals ----

class Samples:
    """The runs of one command on one model."""

    def __init__(self, command, cwd=None):
        self.command = command
        self.cwd = cwd
        self.runs = []
        self.stops = ""
        self.says = {}

    def run(self):
        try:
            done = measure.process(SPAWN, self.command, self.cwd)
        except measure.Stopped as stopped:
            self.stops = str(stopped).replace(WORK + os.sep, "")
            return
        self.runs.append(done)
        self.says = measure.figures(done)

    def wants_more(self, rounds):
        taken_s = sum(run.wall_ms for run in self.runs) / 1000
        return not self.stops and (len(self.runs) < FEWEST or (
            len(self.runs) < rounds and taken_s < ENOUGH_S))

    def result(self):
        if self.stops:
            return {"stops": self.stops[:200]}
        return {key: [round(getattr(run, key), 3) for run in self.runs]
                for key in ("wall_ms", "cpu_ms", "peak_mib")}


def rival_command(script, path, is_inline, inputs):
    return [sys.executable, os.path.join(HERE, "rivals", script), path,
            *([] if is_inline else ["--weightless"]),
            *(word for given in inputs for word in ("--input", given))]


def total(report, name):
    """Quoted when it is a bound."""
    quantity = report["totals"][name]
    sign = {"exact": "", "lower-bound": ">= "}.get(quantity["status"], "~ ")
    return "%s%s" % (sign, quantity["value"])


def own_figures(path, bindings):
    """What onnxcost says at the values that rivals get."""
    dims = ["--dim=%s=%d" % item for item in bindings.items()]
    said = subprocess.run([BINARY, path, "-f", "json", *dims], check=True,
                          capture_output=True).stdout
    report = json.loads(said)
    return {"nodes": report["model"]["nodes"],
            "macs": total(report, "macs"), "params": total(report, "params")}


def rival_figures(says, bindings):
    """Formulas at `bindings`; sympy writes them as Python does."""
    figures = dict(says)
    if "macs" in figures:
        figures["macs"] = str(eval(figures["macs"], {"__builtins__": {}},
                                   dict(bindings)))
    return figures


def beside_rivals(model, rounds):
    """In turn: onnxcost, a rival, onnxcost, the next rival, ..."""
    name, file, is_inline, bindings, inputs = model
    path = prepared(file, is_inline)
    warm(path)
    own = Samples([BINARY, path])
    own_json = Samples([BINARY, path, "-f", "json"])
    # onnxruntime looks for files of weights in the working directory.
    rivals = {package: Samples(rival_command(script, path, is_inline, inputs),
                               os.path.dirname(path))
              for package, script in RIVALS}
    own.run()  # not counted: the first run finds its program on the disk
    own.runs.clear()
    while any(rival.wants_more(rounds) for rival in rivals.values()):
        for rival in rivals.values():
            own.run()
            own_json.run()
            if rival.wants_more(rounds):
                rival.run()
    progress(name, *("%s %d" % (package, len(rival.runs))
                     for package, rival in rivals.items()))
    return {"name": name, "file": file, "inline": is_inline,
            "file_bytes": os.path.getsize(path), "bindings": bindings,
            "says": own_figures(path, bindings),
            "onnxcost": own.result(), "onnxcost -f json": own_json.result(),
            "rivals": {package: {
                **rival.result(),
                "says": rival_figures(rival.says, bindings)}
                for package, rival in rivals.items()}}


def floors(rounds):
    """What a process costs that does nothing."""
    commands = {"true": ["true"], "python": [sys.executable, "-c", ""],
                "onnx": [sys.executable, "-c", "import onnx"]}
    samples = {name: Samples(command) for name, command in commands.items()}
    for _ in range(rounds):
        for sample in samples.values():
            sample.run()
    return {name: sample.result() for name, sample in samples.items()}


def measure_rivals(quick):
    rounds = QUICK_ROUNDS if quick else ROUNDS
    return {"floors": floors(rounds * 3),
            "models": [beside_rivals(model, rounds) for model in MODELS
                       if not quick or model[0] in QUICK_MODELS]}


# ---- arenas ----

def measure_memory(quick):
    found = []
    for name, file in planning.MODELS:
        if not quick or name in QUICK_MODELS:
            found.append(planning.plans(BINARY, name, file, WORK))
            progress(name)
    return found


# ---- phases ----

def phases(path):
    """Instructions by what they are for; parts of a phase follow it."""
    total_, by = measure.callgrind([PARTED, path])
    written = {"text": by.get("oc_report_write_text")}
    for form in FORMATS[1:]:
        of_form = measure.callgrind([PARTED, path, "-f", form])[1]
        written[form] = of_form.get("oc_report_write_" + form)
    return {
        "total": total_,
        "main": by.get("main"),
        "load": by.get("oc_model_load_file"),
        "scan": by.get("oc_scan"),
        "unpack": by.get("oc_load_unpack"),
        "analyze": by.get("oc_analyze"),
        "infer": by.get("oc_infer_graph"),
        "report": by.get("oc_analysis_report"),
        "free": by.get("oc_model_free", 0) + by.get("oc_report_free", 0),
        "write": written,
    }


def measure_phases(quick):
    found = []
    for name, file, is_inline, *_ in MODELS:
        if name in (QUICK_MODELS if quick else PHASE_MODELS):
            found.append({"name": name,
                          **phases(prepared(file, is_inline))})
            progress(name, found[-1]["total"], "instructions")
    return found


# ---- growth ----

def graph_path(kind, nodes):
    path = os.path.join(WORK, "%s-%d.onnx" % (kind, nodes))
    if (not os.path.exists(path) or
            os.path.getmtime(path) < os.path.getmtime(graphs.__file__)):
        graphs.write(kind, nodes, path)
    return path


def free_mib():
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    return 0


def timed_growth(kind, nodes):
    path = graph_path(kind, nodes)
    warm(path)
    sample = Samples([BINARY, path, *RAISED])
    for _ in range(1 if nodes > 100000 else 3):
        sample.run()
    return {"kind": kind, "nodes": nodes,
            "file_bytes": os.path.getsize(path), **sample.result()}


def measure_growth(quick):
    sizes = [size for size in SIZES if not quick or size <= 100000]
    found = [timed_growth(kind, nodes) for kind in graphs.KINDS
             for nodes in sizes]
    with_perf = measure.perf_counts()
    count = measure.perf if with_perf else measure.cachegrind

    def counted(row):
        try:
            row["instructions"] = count(
                [BINARY, graph_path(row["kind"], row["nodes"]), *RAISED])
        except measure.Stopped as stopped:
            row["instructions_stops"] = str(stopped)[:200]
        progress(row["kind"], row["nodes"], row.get("instructions"))

    # Counts do not depend on what else runs: two at a time, longest first.
    workers = 2 if free_mib() > 2 * GROWTH_MIB else 1
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(counted, sorted(found, key=lambda row: -row["nodes"])))
    return {"counter": "perf" if with_perf else "valgrind", "rows": found}


# ---- all of it ----

def cpu_model():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def circumstances(quick):
    version = subprocess.run([BINARY, "--version"], check=True,
                             capture_output=True, text=True).stdout.split()[1]
    return {
        "date": datetime.date.today().isoformat(),
        "quick": quick,
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "kernel": "%s %s" % (platform.system(),
                              platform.release().split("-")[0]),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "versions": {"onnxcost": version, **{
            package: metadata.version(package) for package, _ in RIVALS}},
    }


def options():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default=",".join(PARTS), metavar="PART")
    chosen = parser.parse_args()
    chosen.only = chosen.only.split(",")
    unknown = set(chosen.only) - set(PARTS)
    if unknown:
        parser.error("no such part: %s (there are %s)" % (
            ", ".join(sorted(unknown)), ", ".join(PARTS)))
    return chosen


def main():
    chosen = options()
    os.makedirs(WORK, exist_ok=True)
    paths = ((os.path.join(WORK, "quick.json"), os.path.join(WORK, "quick.md"))
             if chosen.quick else (render.RESULTS, render.PAGE))
    results = render.read(paths[0]) if os.path.exists(paths[0]) else {}
    for part in PARTS:
        if part in chosen.only:
            began = time.time()
            print("measuring %s" % part, flush=True)
            around = circumstances(chosen.quick)
            found = globals()["measure_" + part](chosen.quick)
            results[part] = {"around": around, "found": found}
            progress("%.0f s" % (time.time() - began))
            render.save(results, *paths)
    print("wrote %s" % " and ".join(
        os.path.relpath(path, ROOT) for path in paths))


if __name__ == "__main__":
    main()
