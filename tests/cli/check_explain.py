#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""explain: every figure it derives is the cell of the CSV, from formulas
over dims that give it.

One node of every operator of every model of the corpus, with and without
bindings; the numbers put in are multiplied out here.
"""
import csv
import io
import os
import re
import sys
import tempfile

from onnx import TensorProto, helper, save

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

TITLES = {"MACs": "macs", "FLOPs": "flops",
          "Transcendentals": "transcendentals", "Bytes read": "read_bytes",
          "Bytes written": "write_bytes", "Parameters": "params"}
FIGURE = re.compile(r"^  (%s) +(.*?)(?:, (?:an? .* bound|an estimate))?$" %
                    "|".join(TITLES))
STEP = re.compile(r"^ {20}( {4}|  = )(.*)$")


def plain(text):
    """A formula as Python reads it."""
    text = text.replace("\u00b7", "*").replace("\u00b2", "**2")
    return re.sub(r"(?<=\d) (?=\d)", "", text).replace("^", "**")


def parse(text):
    """{figure: (result, [the steps of each term])}"""
    figures, current = {}, None
    for line in text.splitlines():
        figure, step = FIGURE.match(line), STEP.match(line)
        if figure:
            current = figures[TITLES[figure[1]]] = (plain(figure[2]), [])
        elif current and step and current[1]:
            current[1][-1].append(plain(step[2]))
        elif current and line.startswith(" " * 20):
            current[1].append([])
    return figures


def cell(row, figure):
    """As the CSV has it: the formula where there is no number."""
    if row[figure] or figure not in ("macs", "flops"):
        return row[figure]
    return row[figure + "_formula"]


def number(text):
    return text if re.fullmatch(r"-?\d+", text) else ""


def values_differ(steps):
    """Numbers put in give the result, where all of them are numbers."""
    values = [step for step in steps if re.fullmatch(r"[\d+*/() -]+", step)]
    results = {eval(value) for value in values}
    return len(results) > 1 and "%s differ" % values


def problems(text, row):
    figures = parse(text)
    found = ["no " + title for title, figure in TITLES.items()
             if figure not in figures]
    for figure, (result, terms) in figures.items():
        wanted = cell(row, figure)
        if wanted and wanted != result:
            found.append("%s: %s, the CSV has %s" % (figure, result, wanted))
        if not wanted and number(result):
            found.append("%s: %s, the CSV has none" % (figure, result))
        found += [problem for problem in map(values_differ, terms) if problem]
    return found


def judge(binary, path, name, tally, *arguments):
    listing = harness.run(binary, path, "-q", "-f", "csv", *arguments)
    if listing.code != 0:
        tally.add(name, [listing.stderr])
        return 0, 0
    seen, formulas, terms = set(), 0, 0
    found = []
    for row in csv.DictReader(io.StringIO(listing.stdout.decode())):
        if (row["domain"], row["op_type"]) in seen:
            continue
        seen.add((row["domain"], row["op_type"]))
        done = harness.run(binary, "explain", path, "#" + row["index"],
                           *arguments, env={"LC_ALL": "C.UTF-8"})
        text = done.stdout.decode()
        if done.code != 0:
            found.append("#%s: %s" % (row["index"], done.stderr))
            continue
        found += ["#%s %s: %s" % (row["index"], row["op_type"], problem)
                  for problem in problems(text, row)]
        steps = [step for _, parts in parse(text).values() for step in parts]
        terms += len(steps)
        formulas += sum(len(step) > 1 for step in steps)
    tally.add(name, found)
    return formulas, terms


def corpus(options, tally):
    formulas = terms = 0
    for name in harness.corpus(options.only):
        path = harness.model_path(name)
        part = judge(options.binary, path, name, tally)
        formulas, terms = formulas + part[0], terms + part[1]
    if not options.only:
        tally.add("most terms are derived from dims: %d of %d" % (
            formulas, terms), [] if formulas > 0.9 * terms else ["too few"])


def model(folder):
    """Names that stand for several things."""
    def value(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"], name="first"),
             helper.make_node("Relu", ["h"], ["#0"], name="second"),
             helper.make_node("Odd", ["#0"], ["z"], name="#1", domain="acme")]
    path = os.path.join(folder, "m.onnx")
    save(helper.make_model(
        helper.make_graph(nodes, "g", [value("x", ["n", 3]),
                                       value("w", [3, 5])],
                          [value("z", None)]),
        opset_imports=[helper.make_opsetid("", 17),
                       helper.make_opsetid("acme", 1)]), path)
    return path


def names(binary, tally):
    with tempfile.TemporaryDirectory() as folder:
        path = model(folder)

        def first_line(node, *arguments):
            done = harness.run(binary, "explain", path, node, *arguments)
            return done.stdout.decode().split("\n")[0]
        for node, wanted in (("second", "node #1 second"),
                             ("h", "node #0 first"), ("#2", "node #2 #1"),
                             ("#1", "node #2 #1"), ("#0", "node #1 second")):
            got = first_line(node)
            tally.add("%s is %s" % (node, wanted),
                      [] if got == wanted else [got])
        done = harness.run(binary, "explain", path, "#2")
        tally.add("an operator without a rule is unknown, not 0",
                  [] if b"MACs              unknown" in done.stdout and
                  b"rule              none" in done.stdout
                  else [done.stdout.decode()])
        done = harness.run(binary, "explain", path, "irst")
        tally.add("a part of a name is answered with the name",
                  [] if done.code == 2 and '"first"' in done.stderr
                  else [done.stderr])
        done = harness.run(binary, "explain", path, "first", "-d", "n=7",
                           env={"LC_ALL": "C"})
        tally.add("bindings are put in",
                  [] if b"= 3*7*5\n" in done.stdout else [done.stdout.decode()])


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    names(options.binary, tally)
    corpus(options, tally)
    tally.close()


if __name__ == "__main__":
    main()
