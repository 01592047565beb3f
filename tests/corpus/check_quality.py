#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Formulas stay as simple as they can be, over all exports together.

Counts what inference could not resolve: floor divisions, minima, maxima and
broadcasts left in shapes (each distinct one once a model), assumptions, and
symbols whose value only data decides. The bounds are what sound rules reach on
these models; a figure above them means that a rule was lost, even where every
value is still right.
"""
import ast
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

# Assumptions: 20 ends of position tables and sizes baked into constants, 13
# sequences that are not empty, 8 skip connections, 3 widths of caches, and 3
# images or sounds that hold at least one window.
BOUNDS = {"floor divisions": 51, "minima": 110, "maxima": 3, "broadcasts": 0,
          "assumptions": 45, "data-dependent symbols": 115}


def is_call(node, name):
    return (isinstance(node, ast.Call) and
            getattr(node.func, "id", None) == name)


def is_broadcast(node):
    """a*b//max(1, min(a, b)): the spelling of "equal or 1"."""
    return (isinstance(node, ast.BinOp) and
            isinstance(node.op, ast.FloorDiv) and
            is_call(node.right, "max") and
            any(is_call(each, "min") for each in node.right.args))


def atoms(formula, found):
    tree = ast.parse(formula, mode="eval")
    inside = set()
    for node in ast.walk(tree):
        if is_broadcast(node):
            found["broadcasts"].add(ast.unparse(node))
            inside.update(map(id, ast.walk(node.right)))
            inside.add(id(node))
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        text = ast.unparse(node)
        if is_call(node, "min"):
            found["minima"].add(text)
        elif is_call(node, "max"):
            found["maxima"].add(text)
        elif isinstance(node, ast.BinOp) and isinstance(
                node.op, (ast.FloorDiv, ast.Mod)):
            found["floor divisions"].add(text.replace("%", "//"))


def count(report):
    found = {key: set() for key in BOUNDS}
    formulas = {dim for tensor in
                harness.tensors(report, subgraphs=True).values()
                for dim in tensor.get("shape") or [] if isinstance(dim, str)}
    formulas.update(entry["formula"] for entry in report["definitions"])
    for formula in formulas:
        atoms(formula, found)
    counts = {key: len(each) for key, each in found.items()}
    counts["assumptions"] = len(report["assumptions"])
    counts["data-dependent symbols"] = sum(
        symbol["kind"] in ("data-dependent", "trip-count")
        for symbol in report["symbols"])
    return counts


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    names = harness.corpus(options.only)
    total = dict.fromkeys(BOUNDS, 0)

    def run(name):
        return harness.run_json(options.binary, harness.model_path(name))

    for name, done in zip(names, harness.each(run, names)):
        if done.report is None:
            tally.add(name, [done.problem])
            continue
        counts = count(done.report)
        if options.verbose:
            print(name, {key: n for key, n in counts.items() if n})
        for key, n in counts.items():
            total[key] += n
    for key, bound in BOUNDS.items():
        print("%s: %d, at most %d" % (key, total[key], bound))
        tally.add(key, [] if total[key] <= bound else
                  ["%d, above %d" % (total[key], bound)])
    tally.close()


if __name__ == "__main__":
    main()
