#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Blocks that exporters spell in primitives are found, as often as they occur.

Figures of every block are the sums of its nodes. Feed-forward blocks of a
transformer are as many as its self-attention blocks, with the exceptions that
are named.
"""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

# kind: (blocks, models) of all exports.
COUNTS = {
    "layer-norm": (22, 2),
    "rms-norm": (425, 23),
    "gelu": (144, 16),
    "gelu-tanh": (64, 6),
    "gelu-sigmoid": (24, 2),
    "silu": (642, 33),
    "rotary-embedding": (344, 17),
    "feed-forward": (490, 51),
    "gated-feed-forward": (216, 24),
    "mixture-of-experts": (2, 1),
    "conv-norm": (48, 3),
    "conv-norm-activation": (77, 3),
}
# Quantised around the activation; 1x1 convolutions; experts.
OTHERWISE = {"bert_base_dynint8", "q_vit_b_16_dynamic_int8",
             "timm_coatnet_0_rw_224_D", "mixtral_batched_D"}
METRICS = ("macs", "flops", "transcendentals", "params")


def check(work):
    binary, name = work
    run = harness.run_json(binary, harness.model_path(name))
    if run.report is None:
        return [run.problem], []
    report, problems = run.report, []
    env = harness.environment(report, dict.fromkeys(
        (symbol["name"] for symbol in report["symbols"]), 64))
    for number, block in enumerate(report["blocks"]):
        for metric in METRICS:
            nodes = sum(harness.evaluate(report["nodes"][index][metric],
                                         env) or 0
                        for index in block["nodes"])
            said = harness.evaluate(block[metric], env)
            if said != nodes:
                problems.append("%s %d: %s %s, nodes %s" % (
                    block["kind"], number, metric, said, nodes))
    kinds = [block["kind"] for block in report["blocks"]]
    forward = sum(kind.endswith("feed-forward") for kind in kinds)
    selves = sum(block["kind"] != "cross" for block in report["attention"])
    if forward != selves and name not in OTHERWISE:
        problems.append("%d feed-forward blocks, %d of self-attention" % (
            forward, selves))
    return problems, report["blocks"]


def mixtures(blocks):
    """Of a model with 4 experts of which 2 run: half of their weights."""
    return ["%s of %s experts, %s of %s parameters" % (
        block["chosen"], block["experts"], block["active_params"],
        block["params"]) for block in blocks
        if block["kind"] == "mixture-of-experts" and (
            block["experts"], block["chosen"], block["params"] -
            block["active_params"]) != (4, 2, block["active_params"] - 2048)]


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    names = harness.corpus(options.only)
    work = [(options.binary, name) for name in names]
    count = collections.Counter()
    models = collections.defaultdict(set)
    for name, (problems, blocks) in zip(names, harness.each(check, work)):
        tally.add("blocks of " + name, problems + mixtures(blocks))
        for block in blocks:
            count[block["kind"]] += 1
            models[block["kind"]].add(name)
    for kind in sorted(set(count) | set(COUNTS)) if not options.only else ():
        got = (count[kind], len(models[kind]))
        tally.add("%s in all exports" % kind,
                  [] if got == COUNTS.get(kind) else ["%d in %d" % got])
    tally.close()


if __name__ == "__main__":
    main()
