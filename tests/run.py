#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run every test and count: the C programs of build/dev, the check_*.py.

    run.py [--slow] [--c-build build/dev] [--binary build/release/onnxcost]

A C program reports its cmocka tests as TAP; a Python check prints a line
"N passed, N failed" (", N skipped" may follow) and exits nonzero on failure.
Whatever dies without saying so counts as one failure. --slow adds the
slow_*.py.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
C_TIMEOUT_S = 120
CHECK_TIMEOUT_S = 420
SLOW_TIMEOUT_S = 3600


def run(command, timeout, env=None):
    """The exit code (None: out of time) and all output."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=timeout, env={**os.environ, **(env or {})})
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


def c_programs(build):
    """[(name, command)] of all tests that CMake knows."""
    listing = subprocess.run(
        ["ctest", "--test-dir", build, "--show-only=json-v1"],
        check=True, capture_output=True).stdout
    return [(test["name"], test["command"])
            for test in json.loads(listing)["tests"] if "command" in test]


def run_c(program):
    name, command = program
    code, output = run(command, C_TIMEOUT_S, {"CMOCKA_MESSAGE_OUTPUT": "TAP"})
    skipped = len(re.findall(r"^(?:not )?ok \d+ .*# SKIP", output, re.M))
    passed = len(re.findall(r"^ok \d+", output, re.M))
    failed = len(re.findall(r"^not ok \d+", output, re.M))
    passed -= len(re.findall(r"^ok \d+ .*# SKIP", output, re.M))
    failed -= len(re.findall(r"^not ok \d+ .*# SKIP", output, re.M))
    return finished(name, code, output, passed, failed, skipped)


def run_check(path, binary, timeout):
    code, output = run([sys.executable, path, "--binary", binary], timeout)
    found = SUMMARY.findall(output)
    passed, failed, skipped = (int(n or 0) for n in
                               (found[-1] if found else (0, 0, 0)))
    if not found:
        code = code or "no summary"
    return finished(os.path.relpath(path, HERE), code, output, passed, failed,
                    skipped)


def finished(name, code, output, passed, failed, skipped):
    if code != 0 and failed == 0:
        failed = 1
    if failed:
        state = "out of time" if code is None else "exit %s" % code
        print("-- %s: %d failed (%s)\n%s" % (name, failed, state,
                                             output.strip()))
    return passed, failed, skipped


def checks(prefix):
    return sorted(os.path.join(folder, file)
                  for folder, _, files in os.walk(HERE) for file in files
                  if file.startswith(prefix) and file.endswith(".py"))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--c-build", default="build/dev")
    parser.add_argument("--binary", default="build/release/onnxcost")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(run_c, c_programs(options.c_build)))
    print("C tests: %d passed, %d failed, %d skipped" %
          tuple(map(sum, zip((0, 0, 0), *results))))
    plan = [(path, CHECK_TIMEOUT_S) for path in checks("check_")]
    if options.slow:
        plan += [(path, SLOW_TIMEOUT_S) for path in checks("slow_")]
    for path, timeout in plan:
        began = time.time()
        result = run_check(path, binary, timeout)
        print("%s: %d passed, %d failed, %d skipped (%.0f s)" % (
            os.path.relpath(path, HERE), *result, time.time() - began))
        sys.stdout.flush()
        results.append(result)

    passed, failed, skipped = map(sum, zip((0, 0, 0), *results))
    print("%d passed, %d failed%s" % (
        passed, failed, ", %d skipped" % skipped if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
