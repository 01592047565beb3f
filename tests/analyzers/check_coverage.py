#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every operator is known, at every version, and proved by tests.

    check_coverage.py [--binary BINARY] [-v]

  rules   every row of data/operators.csv is one of `onnxcost ops`, at the
          same versions or more, and has a rule;
  nodes   a node made from every schema of onnx and onnxruntime, with the
          fewest and the most inputs it allows: one row, at the version of the
          schema, with a rule that accepts its arity. Where ONNX's own
          inference finds nothing wrong with its shapes, it is counted how
          many are analysed without a complaint;
  tests   every operator is in a test of its output shapes, and in one of its
          figures. A C test is one of shapes when its function reads
          r.outputs, one of figures when it reads a figure; assert_op() is
          both. ONNX's node tests (check_backend.py, check_costs_*.py), the
          cases of oracles/, and the models of check_control.py,
          check_containers.py and check_generate.py are tests of what their
          checks compare.
"""
import csv
import glob
import os
import re
import sys
import tempfile
import warnings

import onnx
from onnx.backend.test.case.node import collect_testcases

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "oracles")]
import check_containers
import check_control
import check_costs_data
import check_costs_nn
import check_generate
import graphs_data
import valid_nodes
from support import harness

FIGURE = re.compile(r"\.(?:macs|flops|transcendentals|read_bytes|write_bytes|"
                    r"params|macs_formula|flops_formula)\b")
CALL = re.compile(r'(?:run_op(?:_outputs)?|assert_op)\(\s*((?:\w+\s*)?"[^"]*")')
# Moved between devices by onnxruntime itself, never written into files.
INTERNAL = {"MemcpyFromHost", "MemcpyToHost"}


def rows():
    """[(domain, op, [version])] of the table."""
    with open(os.path.join(harness.TESTS, "data", "operators.csv")) as file:
        return [("" if row["domain"] == "ai.onnx" else row["domain"],
                 row["op"], row["since_versions"].split(";"))
                for row in csv.DictReader(file)]


# ---- rules ----

def printed_rules(binary):
    """(domain, op) -> (versions, rule) of `onnxcost ops`."""
    found, domain = {}, ""
    text = harness.run(binary, "ops", "-f", "markdown").stdout.decode()
    for line in text.splitlines():
        if line.startswith("## "):
            domain = "" if line[3:] == "ai.onnx" else line[3:]
        row = re.match(r"\| `(\w+)` \| ([\d ]*)[^|]*\| ([^|]*) \|", line)
        if row:
            found[domain, row[1]] = (row[2].split(), row[3])
    return found


def check_rules(binary, tally):
    known = printed_rules(binary)
    ruled = 0
    for domain, op, versions in rows():
        have, rule = known.get((domain, op), ([], "not known"))
        missing = [version for version in versions if version not in have]
        problems = ["version %s is not known" % v for v in missing]
        if "no rule" in rule or not rule:
            problems.append("has no rule")
        ruled += not problems
        tally.add("rule of %s::%s" % (domain or "ai.onnx", op), problems)
    print("%d of %d operators have a rule" % (ruled, len(rows())))


# ---- nodes ----

def nodes():
    """(schema, how many inputs, model, whether ONNX accepts its shapes)"""
    for schema in valid_nodes.onnx_schemas():
        for count in schema.arities():
            yield (schema, count, *valid_nodes.best_model(schema, count))
    for schema in valid_nodes.runtime_schemas():
        for count in schema.arities():
            yield (schema, count,
                   schema.model(count, [valid_nodes.SHAPES[0]]), False)


def judge_node(schema, done):
    if done.report is None:
        return [done.problem], False
    said = [(entry["id"], entry["message"])
            for entry in done.report["diagnostics"]]
    problems = [message for _, message in said
                if " inputs, expected " in message or
                "no cost rule" in message]
    row = next((node for node in done.report["nodes"]
                if node["op_type"] == schema.op and not node["subgraph"]),
               None)
    if row is None or row["since_version"] != schema.version:
        problems.append("its row is of version %s" % (
            row and row["since_version"]))
    return problems, all(what != "shape.invalid" for what, _ in said)


def check_nodes(binary, tally):
    made = [node for node in nodes() if node[0].op not in INTERNAL]
    accepted = clean = 0
    with tempfile.TemporaryDirectory() as folder:
        def run(node):
            schema, count, model, _ = node
            path = os.path.join(folder, "%s_%s_%d_%d.onnx" % (
                schema.domain, schema.op, schema.version, count))
            onnx.save(model, path)
            done = harness.run_json(binary, path)
            os.unlink(path)
            return judge_node(schema, done)

        for (schema, count, _, fits), (problems, valid) in zip(
                made, harness.each(run, made)):
            accepted += fits
            clean += fits and valid
            tally.add("%s-%d with %d inputs" % (
                schema.op, schema.version, count), problems)
    print("%d nodes of %d operators at %d versions; ONNX accepts the shapes "
          "of %d, %d of these without a complaint of ours" % (
              len(made), len({(s.domain, s.op) for s, _, _, _ in made}),
              len({(s.domain, s.op, s.version) for s, _, _, _ in made}),
              accepted, clean))


# ---- tests ----

def expand(text, macros):
    """`NHWC "Conv@11"` as ("com.ms.internal.nhwc", "Conv")."""
    prefix, _, name = text.partition('"')
    name = macros.get(prefix.strip(), "") + name.rstrip('"').split("@")[0]
    domain, _, op = name.rpartition("::")
    return domain, op


def c_tests():
    """(operator, of shapes, of figures) of the C tests."""
    for path in sorted(glob.glob(os.path.join(HERE, "ops", "**", "test_*.c"),
                                 recursive=True)):
        with open(path) as file:
            text = file.read()
        macros = dict(re.findall(r'#define (\w+) "([^"]*)"', text))
        for function in re.split(r"\n(?=static |int main)", text):
            asserts = "assert_op(" in function
            shapes = asserts or ".outputs" in function
            figures = asserts or FIGURE.search(function) is not None
            for call in CALL.findall(function):
                yield expand(call, macros), shapes, figures


def models_of_data():
    for _, text in graphs_data.graphs():
        yield onnx.parser.parse_model(text)
    for case in check_costs_data.backend_cases():
        yield case.model


def tested():
    """The operators in tests of shapes, and of figures."""
    shapes, figures = set(), set()
    for operator, of_shapes, of_figures in c_tests():
        shapes |= {operator} if of_shapes else set()
        figures |= {operator} if of_figures else set()
    for test in collect_testcases(None):
        shapes |= {(node.domain, node.op_type)
                   for node in test.model.graph.node}
    for case in (*check_costs_nn.written_cases(),
                 *check_costs_nn.backend_cases()):
        operator = (case.node.domain, case.node.op_type)
        shapes.add(operator)
        if check_costs_nn.expected(case, "given"):
            figures.add(operator)
    for model in models_of_data():
        figures |= {(node.domain, node.op_type) for node in model.graph.node}
    for check in (check_control, check_containers, check_generate):
        for operator in check.operators():
            shapes.add(operator)
            figures.add(operator)
    return shapes, figures


def check_tests(tally):
    shapes, figures = tested()
    for domain, op, _ in rows():
        problems = []
        if (domain, op) not in shapes:
            problems.append("is in no test of shapes")
        if (domain, op) not in figures:
            problems.append("is in no test of figures")
        tally.add("tests of %s::%s" % (domain or "ai.onnx", op), problems)
    names = {(domain, op) for domain, op, _ in rows()}
    print("%d of %d operators are in a test of shapes, %d in one of figures"
          % (len(names & shapes), len(names), len(names & figures)))


def main():
    options = harness.options(__doc__)
    warnings.simplefilter("ignore")
    tally = harness.Tally()
    check_rules(options.binary, tally)
    check_nodes(options.binary, tally)
    check_tests(tally)
    tally.close()


if __name__ == "__main__":
    main()
