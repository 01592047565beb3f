# SPDX-License-Identifier: Apache-2.0
"""What the Python checks share: running onnxcost, reading what it says.

In here: one run of the binary, formulas of a report as integers, the truth
files, counting. Not in here: what is right (each check says that itself).
Only the standard library.
"""
import argparse
import gzip
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.path.join(TESTS, "data", "corpus")
KNOWN = os.path.join(TESTS, "data", "known")
TIMEOUT_S = 20
PROCESSES = 2


class Run:
    """One finished run: `report` is None unless it exited 0 with JSON."""

    def __init__(self, code, stdout, stderr):
        self.code = code
        self.stdout = stdout
        self.stderr = stderr.decode(errors="replace").strip()
        self.report = None
        self.problem = ""
        if code is None:
            self.problem = "no answer in %d s" % TIMEOUT_S
        elif code != 0:
            self.problem = "exit %d: %s" % (code, self.stderr[:160])

    def parse(self):
        if not self.problem:
            try:
                self.report = json.loads(self.stdout)
            except ValueError as error:
                self.problem = "no JSON: %s" % error
        return self


def run(binary, *arguments, env=None, cwd=None):
    try:
        done = subprocess.run(
            [binary, *arguments], stdin=subprocess.DEVNULL,
            capture_output=True, timeout=TIMEOUT_S, cwd=cwd,
            env={**os.environ, **(env or {})})
    except subprocess.TimeoutExpired:
        return Run(None, b"", b"")
    return Run(done.returncode, done.stdout, done.stderr)


def run_json(binary, model, *arguments):
    return run(binary, model, "-f", "json", *arguments).parse()


def corpus(pattern=""):
    """Names of the corpus models that contain `pattern`."""
    return sorted(name[:-len(".onnx.gz")] for name in os.listdir(CORPUS)
                  if name.endswith(".onnx.gz") and pattern in name)


def model_path(name):
    return os.path.join(CORPUS, name + ".onnx.gz")


def truth_of(name):
    with gzip.open(os.path.join(CORPUS, name + ".json.gz")) as file:
        return json.load(file)


def evaluate(said, env):
    """An integer, formula, quantity or null of a report; None: not known."""
    if isinstance(said, dict):
        value = said.get("value")
        return value if value is not None else evaluate(said.get("formula"),
                                                        env)
    if not isinstance(said, str):
        return said
    try:
        return int(eval(said, {"__builtins__": {}, "min": min, "max": max},
                        env))
    except (NameError, ZeroDivisionError):
        return None


def environment(report, values):
    """Values for the report's symbols, given by name or by original name;
    definitions follow from them."""
    env = {}
    for symbol in report["symbols"]:
        for name in (symbol.get("original"), symbol["name"]):
            if name in values:
                env[symbol["name"]] = values[name]
                break
    for definition in report["definitions"]:
        value = evaluate(definition["formula"], env)
        if value is not None:
            env[definition["name"]] = value
    return env


def tensors(report, subgraphs=False):
    """name -> tensor, of inputs, outputs and what the listed nodes make."""
    found = {tensor["name"]: tensor
             for tensor in report["inputs"] + report["outputs"]}
    for node in report["nodes"]:
        if subgraphs or not node["subgraph"]:
            prefix = (node["subgraph"] or "") if subgraphs else ""
            for tensor in node["outputs"]:
                name = tensor["name"]
                found[prefix + ":" + name if prefix else name] = tensor
    return found


def shape_of(tensor, env):
    """Dims as integers or None each; None: the rank is unknown."""
    dims = tensor.get("shape")
    return None if dims is None else [evaluate(dim, env) for dim in dims]


def options(description, add=None):
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--binary", default=os.path.join(os.path.dirname(TESTS), "build",
                                         "release", "onnxcost"))
    parser.add_argument("--only", default="", help="part of a model's name")
    parser.add_argument("-v", "--verbose", action="store_true")
    if add:
        add(parser)
    chosen = parser.parse_args()
    chosen.binary = os.path.abspath(chosen.binary)
    return chosen


def each(work, items):
    """work(item) of all items, PROCESSES at a time, in order."""
    with ThreadPoolExecutor(PROCESSES) as pool:
        yield from pool.map(work, items)


class Tally:
    """Counts verdicts; `close` prints the summary and leaves."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, problems):
        """One test: passed when there are no problems."""
        if problems:
            self.failed += 1
            print("FAILED %s" % name)
            for problem in problems[:6]:
                print("       %s" % problem)
        else:
            self.passed += 1

    def skip(self, why, count=1):
        self.skipped += count
        print("skipped %d: %s" % (count, why))

    def close(self):
        print("%d passed, %d failed%s" % (
            self.passed, self.failed,
            ", %d skipped" % self.skipped if self.skipped else ""))
        sys.exit(1 if self.failed else 0)
