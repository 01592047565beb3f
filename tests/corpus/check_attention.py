#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every attention block of the exports is found, and nothing else is.

Compares kind, how many, heads, kv_heads, qk_dim and v_dim with the settled
truth; a model without attention must have none. A latent cache has no
kv_heads to compare. A window, a mask or a cache does not change the kind.
"""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness


def key(kind, heads, kv_heads, qk_dim, v_dim):
    latent = kind.startswith("mla")
    return ("mla" if latent else kind, heads, None if latent else kv_heads,
            qk_dim, v_dim)


def wanted(truth):
    blocks = collections.Counter()
    for kind, count, *dims in truth["attention_blocks"]:
        blocks[key(kind, *dims)] += count
    return blocks


def found(report):
    return collections.Counter(
        key(block["kind"], *(block["dims"][dim] for dim in
                             ("heads", "kv_heads", "qk_dim", "v_dim")))
        for block in report["attention"])


def check(work):
    """(problems, how many blocks were found)"""
    binary, name, truth = work
    run = harness.run_json(binary, harness.model_path(name))
    if run.report is None:
        return [run.problem], 0
    want, got = wanted(truth), found(run.report)
    problems = [] if want == got else [
        "missing %s, surplus %s" % (dict(want - got), dict(got - want))]
    return problems, len(run.report["attention"])


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    work = []
    for name in harness.corpus(options.only):
        truth = harness.truth_of(name)
        if "attention_blocks" in truth:
            work.append((options.binary, name, truth))
    results = list(harness.each(check, work))
    if not any(count for _, count in results):
        tally.skip("no attention block is recognised in any model",
                   len(results))
        tally.close()
    for (_, name, _), (problems, _) in zip(work, results):
        tally.add(name, problems)
    tally.close()


if __name__ == "__main__":
    main()
