#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""JSON reports against docs/report.schema.json, by the jsonschema package.

Beyond validity: every key that is written is in the schema, and keys come in
the order in which the schema lists them.
"""
import json
import os
import sys

from jsonschema import Draft202012Validator

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

SCHEMA = os.path.join(os.path.dirname(harness.TESTS), "docs",
                      "report.schema.json")
ROWS = 200  # of an array: the validator is slow, and rows are alike
GOLDEN = os.path.join(os.path.dirname(__file__), "golden")


class Judge:
    def __init__(self):
        with open(SCHEMA, encoding="utf-8") as file:
            self.schema = json.load(file)
        Draft202012Validator.check_schema(self.schema)
        self.validator = Draft202012Validator(self.schema)

    def problems(self, report):
        report = {key: value[:ROWS] if isinstance(value, list) else value
                  for key, value in report.items()}
        found = ["%s: %s" % ("/".join(map(str, error.absolute_path)),
                             error.message[:160])
                 for error in self.validator.iter_errors(report)]
        return found or list(self.unlisted(self.schema, report, ""))

    def resolved(self, schema, value):
        """The alternative that the value is an instance of."""
        while True:
            if "$ref" in schema:
                schema = self.schema["$defs"][schema["$ref"].split("/")[-1]]
            elif "anyOf" in schema or "oneOf" in schema:
                schema = next(
                    one for one in schema.get("anyOf") or schema["oneOf"]
                    if self.validator.evolve(schema=one).is_valid(value))
            else:
                return schema

    def unlisted(self, schema, value, path):
        schema = self.resolved(schema, value)
        if isinstance(value, list):
            for i, item in enumerate(value):
                yield from self.unlisted(schema["items"], item,
                                         "%s/%d" % (path, i))
        elif isinstance(value, dict) and "properties" in schema:
            listed = [key for key in schema["properties"] if key in value]
            if listed != list(value):
                yield "%s: keys %s, schema %s" % (path, list(value), listed)
            for key in listed:
                yield from self.unlisted(schema["properties"][key],
                                         value[key], path + "/" + key)


def corrupt(report):
    """Reports that must not pass."""
    def changed(change):
        copy = json.loads(json.dumps(report))
        change(copy)
        return copy
    yield changed(lambda r: r.pop("nodes"))
    yield changed(lambda r: r.update(schema_version="2.0"))
    yield changed(lambda r: r["totals"]["macs"].update(value=1.5))
    yield changed(lambda r: r["totals"]["macs"].update(status="good"))
    yield changed(lambda r: r["nodes"][0].update(macs=""))
    yield changed(lambda r: r["nodes"][0].pop("counted"))
    yield changed(lambda r: r["inputs"][0].update(type="tensor"))
    yield changed(lambda r: r["bindings"].update(batch="1"))


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    judge = Judge()
    for name in sorted(os.listdir(GOLDEN)):
        if name.endswith(".json"):
            with open(os.path.join(GOLDEN, name), encoding="utf-8") as file:
                report = json.load(file)
            tally.add(name, judge.problems(report))
            for i, wrong in enumerate(corrupt(report)):
                tally.add("%s, fault %d" % (name, i),
                          [] if judge.problems(wrong) else ["passes"])
    names = harness.corpus(options.only)
    runs = harness.each(
        lambda name: harness.run_json(options.binary,
                                      harness.model_path(name)), names)
    for name, run in zip(names, runs):
        tally.add(name, [run.problem] if run.problem
                  else judge.problems(run.report))
    tally.close()


if __name__ == "__main__":
    main()
