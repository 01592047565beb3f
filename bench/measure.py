# SPDX-License-Identifier: Apache-2.0
"""One command, measured: as a whole process, in instructions, by phases.

In here: bench/spawn.c, valgrind and perf, and reading what they say. Not in
here: what is run, how often, and what comes of it.
"""
import json
import os
import re
import signal
import subprocess
import tempfile

TIMEOUT_S = 300
COUNT_TIMEOUT_S = 1800
CACHEGRIND = re.compile(r"I\s+refs:\s+([\d,]+)")
# "39,424,064 (99.20%)  ???:main [/usr/bin/onnxcost]", "'2" where recursive.
INCLUSIVE = re.compile(r"^\s*([\d,]+) \([ \d.]+%\)\s+\S*?:([^\[]+?)(?: \[|$)")
TOTAL = re.compile(r"^\s*([\d,]+)[^\n]*PROGRAM TOTALS", re.M)


class Stopped(Exception):
    """The command ended otherwise than by answering; says why."""


def number(text):
    return int(text.replace(",", ""))


class Process:
    """What one run took: `wall_ms`, `cpu_ms`, `peak_mib`, and its output."""

    def __init__(self, line, stdout):
        wall_ns, user_us, system_us, peak_kib, _ = map(int, line.split())
        self.wall_ms = wall_ns / 1e6
        self.cpu_ms = (user_us + system_us) / 1e3
        self.peak_mib = peak_kib / 1024
        self.stdout = stdout


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing said"


def call(command, folder, timeout, cwd=None):
    """subprocess.run, with files for output, and an end to grandchildren."""
    paths = [os.path.join(folder, name) for name in ("stdout", "stderr")]
    with open(paths[0], "w+b") as out, open(paths[1], "w+b") as err:
        started = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=err, cwd=cwd,
                                   start_new_session=True)
        try:
            started.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
            raise Stopped("no answer in %d s" % timeout) from None
        out.seek(0)
        err.seek(0)
        return (started.returncode, out.read().decode(errors="replace"),
                err.read().decode(errors="replace"))


def process(spawn, command, cwd=None):
    """One whole process by spawn.c; Stopped when it does not exit with 0."""
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result")
        _, stdout, stderr = call([spawn, result, *command], folder, TIMEOUT_S,
                                 cwd)
        with open(result, encoding="ascii") as file:
            line = file.read()
    if line.split()[-1:] != ["0"]:
        raise Stopped(last_line(stderr))
    return Process(line, stdout)


def counted(command):
    """What a counter says of a command that must exit with 0."""
    with tempfile.TemporaryDirectory() as folder:
        code, _, stderr = call(command, folder, COUNT_TIMEOUT_S)
    if code != 0:
        raise Stopped(last_line(stderr))
    return stderr


def perf_counts():
    """Whether this machine lets perf count instructions."""
    try:
        return perf(["true"]) > 0
    except (Stopped, OSError):
        return False


def perf(command):
    said = counted(["perf", "stat", "-x,", "-e", "instructions:u", *command])
    count = last_line(said).split(",")[0]
    if not count.isdigit():
        raise Stopped(last_line(said))
    return int(count)


def cachegrind(command):
    """Instructions, without callgrind's call graph: twice as soon."""
    said = counted(["valgrind", "--tool=cachegrind", "--cache-sim=no",
                    "--cachegrind-out-file=/dev/null", *command])
    return number(CACHEGRIND.search(said).group(1))


def callgrind(command):
    """(instructions, {function: instructions with all that it calls})."""
    with tempfile.TemporaryDirectory() as folder:
        profile = os.path.join(folder, "profile")
        counted(["valgrind", "--tool=callgrind",
                 "--callgrind-out-file=" + profile, *command])
        said = subprocess.run(
            ["callgrind_annotate", "--inclusive=yes", "--threshold=100",
             profile], check=True, capture_output=True, text=True).stdout
    inclusive = {}
    for line in said.splitlines():
        found = INCLUSIVE.match(line)
        if found:
            count, name = number(found.group(1)), found.group(2)
            inclusive[name] = max(count, inclusive.get(name, 0))
    return number(TOTAL.search(said).group(1)), inclusive


def figures(process_):
    """What a rival's script handed back."""
    try:
        return json.loads(last_line(process_.stdout))
    except ValueError:
        return {}
