#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Binding after inference and before it must agree, on every dynamic export.

Each model with open input symbols is run once without bindings and once with
each of four sets of sizes (primes, ones, no past, odd composites). The first
run's formulas, evaluated at the set, must be the second run's figures: shapes,
params, macs, flops and transcendentals always; bytes and memory too when no
dim becomes 0 or 1, else the bound figure may only be smaller, since views and
scalars then appear (the peak may be larger as well: a slice that has become a
view keeps all of its tensor). A branch that the binding decides may only cost
less.
Sizes that violate an assumption of the symbolic report must be refused
(exit 2) or met by a mismatch diagnostic.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

ALWAYS = ("params", "macs", "flops", "transcendentals")
BYTES = ("read_bytes", "write_bytes", "sum_activation_bytes",
         "peak_activation_bytes")
PRIMES = [n for n in range(3, 1000) if all(n % p for p in range(2, n))]
ODD = [n for n in range(9, 1000, 2) if n not in PRIMES]
TRIES = 400


def open_symbols(report):
    return [symbol["name"] for symbol in report["symbols"]
            if symbol["kind"] == "input" and symbol["value"] is None]


def holds(assumption, env):
    """False only when it is violated for certain."""
    left = harness.evaluate(assumption["left"], env)
    right = harness.evaluate(assumption["right"], env)
    kind = assumption["kind"]
    if left is None or (right is None and kind != "nonzero"):
        return True
    if kind == "equal":
        return left == right
    if kind == "at-most":
        return left <= right
    if kind == "divides":
        return left != 0 and right % left == 0
    return left != 0


def allowed(report, sizes):
    env = harness.environment(report, sizes)
    return all(holds(entry, env) for entry in report["assumptions"])


def picked(names, pool, attempt):
    """Distinct strides, so that no two symbols move together."""
    return {name: pool[(index + attempt * (2 * index + 1)) % len(pool)]
            for index, name in enumerate(names)}


def choose(report, names, pool, fixed):
    """Sizes from the pool that the report allows; else the first ones."""
    for attempt in range(TRIES):
        sizes = {**picked(names, pool, attempt), **fixed}
        if allowed(report, sizes):
            return sizes
    return {**picked(names, pool, 0), **fixed}


def size_sets(report):
    names = open_symbols(report)
    # past, past_sequence_length; not past_plus_seq, total_sequence_length
    past = {name: 0 for name in names
            if "past" in name and "plus" not in name and "+" not in name}
    sets = [("primes", choose(report, names, PRIMES, {})),
            ("ones", {name: 1 for name in names}),
            ("odd", choose(report, names, ODD, {}))]
    if past:
        sets.append(("no past", choose(report, names, PRIMES, past)))
    return sets


def refused(run):
    """True when sizes were found wrong, by exit code or diagnostic."""
    if run.report is None:
        return run.code == 2
    return any(entry["id"] == "shape.invalid"
               for entry in run.report["diagnostics"])


def compare_shapes(symbolic, bound, env):
    """(problems, whether a dim is below 2)."""
    problems, small = [], False
    there = harness.tensors(bound)
    for name, tensor in harness.tensors(symbolic).items():
        dims = harness.shape_of(tensor, env)
        if dims is None:
            continue
        small = small or any(isinstance(said, str) and dim is not None and
                             dim < 2
                             for said, dim in zip(tensor["shape"], dims))
        if name not in there:
            problems.append("%s is missing when bound" % name)
            continue
        got = harness.shape_of(there[name], {})
        if got is None or len(got) != len(dims) or any(
                want is not None and have is not None and want != have
                for want, have in zip(dims, got)):
            problems.append("%s is %s, bound %s" % (name, dims, got))
    return problems, small


def compare_totals(symbolic, bound, env, small):
    problems = []
    branches = any(node["op_type"] == "If" for node in symbolic["nodes"])
    for key in ALWAYS + BYTES:
        said, got = symbolic["totals"][key], bound["totals"][key]
        want, have = harness.evaluate(said, env), harness.evaluate(got, {})
        if want is None or have is None or said["status"] == "unknown":
            continue
        if small and key == "peak_activation_bytes":
            continue
        less_is_fine = branches or (small and key in BYTES)
        more_is_fine = said["status"] == "lower-bound"
        if have != want and not (less_is_fine and have < want) and not (
                more_is_fine and have > want):
            problems.append("%s is %d, bound %d" % (key, want, have))
    return problems


def compare(symbolic, run, sizes, views=False):
    """`views`: these sizes may make views of nodes, which move no bytes."""
    env = harness.environment(symbolic, sizes)
    if not allowed(symbolic, sizes):
        return [] if refused(run) else ["violates an assumption, but passed"]
    if run.report is None:
        return [run.problem]
    if refused(run):
        return ["mismatch at sizes that no assumption forbids"]
    problems, small = compare_shapes(symbolic, run.report, env)
    return problems + compare_totals(symbolic, run.report, env,
                                     small or views)


def check(work):
    """[(name of the set, problems)] of one model; None: nothing to bind."""
    binary, name = work
    run = harness.run_json(binary, harness.model_path(name))
    if run.report is None:
        return [("unbound", [run.problem])]
    if not open_symbols(run.report):
        return None
    results = []
    for label, sizes in size_sets(run.report):
        dims = [word for symbol, size in sizes.items()
                for word in ("--dim", "%s=%d" % (symbol, size))]
        bound = harness.run_json(binary, harness.model_path(name), *dims)
        results.append(("%s %s" % (label, sizes),
                        compare(run.report, bound, sizes)))
    return results


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    names = harness.corpus(options.only)
    work = [(options.binary, name) for name in names]
    for name, results in zip(names, harness.each(check, work)):
        for label, problems in results or []:
            tally.add("%s, %s" % (name, label), problems)
    tally.close()


if __name__ == "__main__":
    main()
