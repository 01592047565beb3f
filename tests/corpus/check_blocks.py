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
    "feed-forward": (500 + 8, 51 + 1),
    "gated-feed-forward": (184 + 32, 20 + 4),
    "hard-swish": (81, 4),
    "squeeze-excite": (92, 9),
    "mixture-of-experts": (2, 1),
    "conv-norm": (48, 3),
    "conv-norm-activation": (77, 3),
}
# The same blocks by how they are spelt.
SPELLINGS = {
    "RMSNorm with Reciprocal": (295, 13),
    "RMSNorm with Div": (130, 10),
    "feed-forward with nothing but an activation": (500, 51),
    "feed-forward with a depthwise convolution": (8, 1),
    "gated by a projection of its own": (184, 20),
    "gated by half of a projection": (32, 4),
}
# Quantised around the activation; 1x1 convolutions; experts; no attention.
OTHERWISE = {"bert_base_dynint8", "q_vit_b_16_dynamic_int8",
             "timm_coatnet_0_rw_224_D", "mixtral_batched_D",
             "tv_convnext_tiny_D"}
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
    return problems, [
        (block, spelling(block, [report["nodes"][index]["op_type"]
                                 for index in block["nodes"]]))
        for block in report["blocks"]]


def spelling(block, op_types):
    """A key of SPELLINGS, or None."""
    products = sum("MatMul" in op_type or "Gemm" in op_type
                   for op_type in op_types)
    if block["kind"] == "rms-norm":
        return "RMSNorm with " + (
            "Reciprocal" if "Reciprocal" in op_types else "Div")
    if block["kind"] == "feed-forward":
        return "feed-forward with " + (
            "a depthwise convolution" if "Conv" in op_types else
            "nothing but an activation")
    if block["kind"] == "gated-feed-forward":
        return "gated by " + ("a projection of its own" if products == 3 else
                              "half of a projection")
    return None


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
        tally.add("blocks of " + name,
                  problems + mixtures([block for block, _ in blocks]))
        for block, spelt in blocks:
            for kind in {block["kind"], spelt} - {None}:
                count[kind] += 1
                models[kind].add(name)
    expected = {**COUNTS, **SPELLINGS}
    for kind in sorted(set(count) | set(expected)) if not options.only else ():
        got = (count[kind], len(models[kind]))
        tally.add("%s in all exports" % kind,
                  [] if got == expected.get(kind) else ["%d in %d" % got])
    tally.close()


if __name__ == "__main__":
    main()
