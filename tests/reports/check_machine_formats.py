#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""JSON and CSV of every export: the same bytes twice, and the same sums.

The second JSON run has another locale, time zone and directory. In CSV the
columns of counted rows must add up to the JSON totals; a row without a figure
has an empty cell and makes the total no more than what is known.
"""
import csv
import io
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

SUMMED = ("macs", "flops", "transcendentals", "read_bytes", "write_bytes")
ELSEWHERE = {"LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati",
             "COLUMNS": "40"}


def same_bytes(binary, path):
    first = harness.run_json(binary, path)
    second = harness.run(binary, path, "-f", "json", env=ELSEWHERE, cwd="/")
    if first.report is None:
        return first, [first.problem]
    same = first.stdout == second.stdout
    return first, [] if same else ["two runs differ"]


def sums(report, text):
    problems = []
    rows = list(csv.DictReader(io.StringIO(text)))
    if len(rows) != len(report["nodes"]):
        problems.append("%d CSV rows, %d JSON nodes" % (len(rows),
                                                        len(report["nodes"])))
    for key in SUMMED:
        total = report["totals"][key]
        cells = [row[key] for row in rows if row["counted"] == "true"]
        if "" in cells or total["value"] is None:
            continue
        if sum(map(int, cells)) != total["value"]:
            problems.append("%s: CSV %d, JSON %d" % (
                key, sum(map(int, cells)), total["value"]))
    return problems


def check(work):
    binary, name = work
    path = harness.model_path(name)
    first, problems = same_bytes(binary, path)
    if first.report is None:
        return problems
    table = harness.run(binary, path, "-f", "csv")
    if table.code != 0:
        return problems + [table.problem]
    return problems + sums(first.report, table.stdout.decode())


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    names = harness.corpus(options.only)
    work = [(options.binary, name) for name in names]
    for name, problems in zip(names, harness.each(check, work)):
        tally.add(name, problems)
    tally.close()


if __name__ == "__main__":
    main()
