#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input through the program: exit 2, one error with its id, no output.

Every kind of file that is no model, or an invalid one; limits just inside
and just outside. Files are made on the spot.
"""
import gzip
import os
import subprocess
import sys
import tempfile

from onnx import TensorProto, helper

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness
from support.wire import field


def value(name):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 4])


def model(nodes, outputs=("y",), name="g"):
    graph = helper.make_graph(nodes, name, [value("x")],
                              [value(output) for output in outputs])
    return helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21)]).SerializeToString()


def relu(inside="x", outside="y"):
    return helper.make_node("Relu", [inside], [outside])


def deep(levels):
    """A graph attribute in a node in a graph attribute ..."""
    graph = field(2, b"g")
    for _ in range(levels):
        graph = field(1, field(4, b"If") + field(5, field(1, b"b") +
                                                 field(6, graph)))
    return field(7, graph)


def kinds(good):
    """name -> (bytes, id or its beginning)"""
    packed = gzip.compress(good)
    return {
        "empty": (b"", "input.empty"),
        "zeros": (bytes(4096), "input.zeros"),
        "LFS pointer": (b"version https://git-lfs.github.com/spec/v1\n"
                        b"oid sha256:00\nsize 9\n", "input.lfs-pointer"),
        "zip": (b"PK\x03\x04" + bytes(60), "input."),
        "HTML": (b"<!DOCTYPE html><html></html>", "input."),
        "wrong wire type": (b"\x0f" + good, "wire."),
        "a group": (b"\x3b" + good, "wire."),
        "graph as a number": (b"\x38\x01" + good, "wire."),
        "overlong varint": (b"\x08" + b"\xff" * 11 + good, "wire."),
        "length past the end": (b"\x3a\xff\xff\xff\xff\x0f", "wire."),
        "trailing bytes": (good + b"\xff", "wire."),
        "repeated graph": (good + field(7, field(2, b"h")), ""),
        "nested beyond depth": (deep(200), "limit.depth"),
        "gzip cut": (packed[:-9], "gzip."),
        "gzip CRC": (packed[:-8] + bytes(8), "gzip."),
        "gzip tail": (packed + b"tail", "gzip."),
        "NUL in a name": (model([relu()], name="a\0b"), ""),
        "cycle": (model([relu("y", "z"), relu("z", "y")]), "model.cycle"),
        "unknown input": (model([relu("nowhere")]), "model."),
        "unknown output": (model([relu()], ["absent"]),
                           "model.unknown-output"),
        "duplicate value": (model([relu(), relu()]), "model.duplicate-value"),
    }


class Program:
    def __init__(self, binary, folder, tally):
        self.binary, self.folder, self.tally = binary, folder, tally

    def write(self, data):
        path = os.path.join(self.folder, "m.onnx")
        with open(path, "wb") as file:
            file.write(data)
        return path

    def run(self, *arguments):
        return subprocess.run([self.binary, *arguments], timeout=20,
                              stdin=subprocess.DEVNULL, capture_output=True)

    def refuses(self, name, error, path, *arguments):
        report = os.path.join(self.folder, "r.json")
        done = self.run(path, "-o", report, *arguments)
        said = done.stderr.decode(errors="replace")
        problems = [
            done.returncode != 2 and "exit %d" % done.returncode,
            said.count("error[") != 1 and "not one error: " + said,
            "error[%s" % error not in said and "no %s: %s" % (error, said),
            done.stdout and "something on stdout",
            os.path.exists(report) and "left a report"]
        self.tally.add(name, [problem for problem in problems if problem])

    def accepts(self, name, *arguments):
        done = self.run(*arguments)
        self.tally.add(name, [done.stderr.decode()] if done.returncode else [])


def files(program, good):
    for name, (data, error) in kinds(good).items():
        program.refuses(name, error, program.write(data))
    bomb = gzip.compress(field(99, bytes(50 << 20)))
    program.refuses("gzip bomb", "limit.decompressed", program.write(bomb),
                    "--limit", "decompressed=1MiB")
    program.refuses("directory", "input.directory", program.folder)
    program.refuses("/dev/zero", "input.zeros", "/dev/zero")
    fifo = os.path.join(program.folder, "fifo")
    os.mkfifo(fifo)
    program.refuses("FIFO without writer", "input.", fifo)
    program.refuses("absent", "input.open", fifo + "2")


def prefixes(program, good):
    """A cut file is refused, but for one that is a model by itself."""
    whole = sum(program.run(program.write(good[:size])).returncode == 0
                for size in range(len(good)))
    program.tally.add("prefixes", ["%d accepted" % whole] if whole > 1 else [])


def limits(program, good):
    nodes = [relu("x" if i == 0 else "v%d" % i,
                  "y" if i == 9 else "v%d" % (i + 1)) for i in range(10)]
    path = program.write(model(nodes))
    for name, least in (("nodes", 10), ("rank", 2)):
        program.accepts(name + " just inside", path, "--limit",
                        "%s=%d" % (name, least))
        program.refuses(name + " just outside", "limit." + name, path,
                        "--limit", "%s=%d" % (name, least - 1))
    for name in ("items", "metadata", "name", "report"):
        program.refuses(name + " of 1", "limit." + name, path, "-f", "json",
                        "--limit", name + "=1")
    for levels in (3000, 4000):
        done = program.run(program.write(deep(levels)), "--limit",
                           "depth=10000")
        program.tally.add("%d levels" % levels, [] if done.returncode in (
            0, 2) else ["exit %d" % done.returncode])


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    good = model([relu()])
    with tempfile.TemporaryDirectory() as folder:
        program = Program(options.binary, folder, tally)
        files(program, good)
        prefixes(program, good)
        limits(program, good)
    tally.close()


if __name__ == "__main__":
    main()
