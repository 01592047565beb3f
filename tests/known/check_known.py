#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small models whose cost can be counted by hand: every figure is exact.

tests/data/known/known.csv holds the arithmetic and its value. Where it has no
value the figure is a formula in batch and seq; the custom operator's figures
must say that they are a lower bound or unknown.
"""
import csv
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

METRICS = ("macs", "flops", "transcendentals", "params")
SAMPLE = {"batch": 3, "seq": 7}


def judge(row, metric, quantity):
    if row["case"] == "custom_op" and metric != "params":
        fine = quantity["status"] in ("lower-bound", "unknown")
        return [] if fine else ["%s, not a lower bound" % quantity]
    if row[metric + "_value"]:
        want = int(row[metric + "_value"])
        fine = quantity["value"] == want and quantity["status"] == "exact"
        return [] if fine else ["%s, not %d = %s" % (quantity, want,
                                                     row[metric])]
    want = harness.evaluate(row[metric], SAMPLE)
    fine = (quantity["value"] is None and
            harness.evaluate(quantity, SAMPLE) == want)
    return [] if fine else ["%s, not %s" % (quantity, row[metric])]


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with open(os.path.join(harness.KNOWN, "known.csv")) as file:
        rows = [row for row in csv.DictReader(file)
                if options.only in row["case"]]

    def run(row):
        model = os.path.join(harness.KNOWN, row["case"] + ".onnx")
        return harness.run_json(options.binary, model)

    for row, done in zip(rows, harness.each(run, rows)):
        for metric in METRICS:
            problems = ([done.problem] if done.report is None else
                        judge(row, metric, done.report["totals"][metric]))
            tally.add("%s %s" % (row["case"], metric), problems)
    tally.close()


if __name__ == "__main__":
    main()
