#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""callgrind: twice the nodes cost at most 2.3 times the instructions.

The graphs of bench/graphs.py, doubled four times.
"""
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

sys.path.insert(0, os.path.join(os.path.dirname(harness.TESTS), "bench"))
import graphs

SIZES = (250, 500, 1000, 2000, 4000)
MOST = 2.3
COLLECTED = re.compile(r"Collected : (\d+)")


def instructions(binary, path):
    """None when the run failed."""
    done = harness.run("valgrind", "--tool=callgrind",
                       "--callgrind-out-file=/dev/null", binary, path,
                       "-f", "json")
    found = COLLECTED.search(done.stderr)
    return int(found.group(1)) if done.code == 0 and found else None


def main():
    options = harness.options(__doc__)
    harness.TIMEOUT_S = 600
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for kind in graphs.KINDS:
            before = None
            for count in SIZES:
                path = os.path.join(folder, "m.onnx")
                graphs.write(kind, count, path)
                now = instructions(options.binary, path)
                name = "%s of %d nodes" % (kind, count)
                if now is None:
                    tally.add(name, ["the run failed"])
                elif before:
                    print("%s: %d instructions, %.2f times" % (
                        name, now, now / before))
                    tally.add(name, [] if now <= MOST * before else
                              ["%d, before %d" % (now, before)])
                before = now
    tally.close()


if __name__ == "__main__":
    main()
