#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Expensive graphs and abused operators: an answer or a refusal, soon.

Each graph of graphs.py goes through the release build: exit 0 or 2 in 5
seconds of CPU time with less than 1 GiB. Each model of abuse.py goes through
the build with sanitizers, where there is one: no report of theirs, and no
negative figure. Models are made on the spot.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from hostile import abuse, graphs
from support import harness

SECONDS = 5
BYTES = 2**30
FIGURES = ("executions", "macs", "flops", "transcendentals", "params",
           "weight_bytes", "read_bytes", "write_bytes", "traffic_bytes",
           "live_bytes")


def confine():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def analyse(binary, path, confined):
    try:
        return subprocess.run(
            [binary, path, "-f", "json"], capture_output=True, timeout=120,
            preexec_fn=confine if confined else None)
    except subprocess.TimeoutExpired:
        return None


def negative(said):
    value = said.get("value") if isinstance(said, dict) else said
    return isinstance(value, int) and value < 0


def problems_of(done):
    if done is None:
        return ["no answer in 2 minutes"]
    if done.returncode == 2:
        errors = done.stderr.count(b"error[")
        return [] if errors == 1 and not done.stdout else [
            "%d errors, %d bytes of output" % (errors, len(done.stdout))]
    if done.returncode != 0:
        return ["exit %d" % done.returncode,
                done.stderr.decode(errors="replace")[:1500]]
    report = json.loads(done.stdout)
    found = ["total of %s" % key for key, said in report["totals"].items()
             if negative(said)]
    found += ["%s of node %s" % (key, node["name"])
              for node in report["nodes"] for key in FIGURES
              if negative(node.get(key))]
    return ["negative: " + what for what in found]


def run(work):
    name, make, binary, confined = work
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.onnx")
        with open(path, "wb") as file:
            file.write(make().SerializeToString())
        return name, problems_of(analyse(binary, path, confined))


def main():
    def add(parser):
        parser.add_argument("--sanitized", default="")
        parser.add_argument("--nodes", type=int, default=20)
        parser.add_argument("--seed", type=int, default=11)
    options = harness.options(__doc__, add)
    sanitized = options.sanitized or os.path.join(
        harness.TESTS, "..", "build", "dev", "onnxcost")
    if not os.path.exists(sanitized):
        sanitized = options.binary
    work = [(name, make, options.binary, True)
            for name, make in graphs.models().items()]
    work += [(name, lambda model=model: model, sanitized, False)
             for name, model in abuse.models(options.nodes, options.seed)]
    tally = harness.Tally()
    for name, problems in harness.each(
            run, [item for item in work if options.only in item[0]]):
        tally.add(name, problems)
    tally.close()


if __name__ == "__main__":
    main()
