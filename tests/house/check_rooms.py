#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every file stays in its room: what it may include, and how it opens."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

ROOT = os.path.dirname(harness.TESTS)
# Room: the rooms (or single headers) whose headers it may include.
MAY_INCLUDE = {
    "include": {"onnxcost"},
    "base": {"onnxcost", "base"},
    "symbolic": {"onnxcost", "base", "symbolic"},
    "parser": {"onnxcost", "base", "parser", "proto"},
    "analyzers": {"onnxcost", "base", "symbolic", "analyzers",
                  "parser/model.h"},
    "reports": {"onnxcost", "base", "reports"},
    "gates": {"onnxcost", "base", "gates"},
    "cli": {"onnxcost", "cli"},
}
# Third party headers, and the rooms that meet them.
THIRD_PARTY = {
    "zlib.h": {"parser"},
    "protobuf-c/protobuf-c.h": {"parser"},
    "xxhash.h": {"base", "parser", "analyzers"},
    "jansson.h": {"reports", "gates"},
    "yaml.h": {"gates"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
OPENS = "SPDX-License-Identifier: Apache-2.0"
HAS_SPDX = (".c", ".h", ".def", ".py", ".sh", ".ts", ".cmake", ".proto")
SKIPPED = {".git", ".venv", "build", "node_modules"}


def all_paths():
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(set(folders) - SKIPPED)
        for file in sorted(files):
            yield os.path.relpath(os.path.join(folder, file), ROOT)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def forbidden(path, bracket, header):
    room = path.split("/")[0]
    if header in THIRD_PARTY:
        return room not in THIRD_PARTY[header]
    if bracket == "<" and not header.startswith("onnxcost/"):
        return False
    if header.startswith("onnxcost/"):
        return False
    return (header.split("/")[0] not in MAY_INCLUDE[room] and
            header not in MAY_INCLUDE[room])


def wrong_includes(path):
    return ["%s includes %s" % (path, header)
            for bracket, header in INCLUDE.findall(read(path))
            if forbidden(path, bracket, header)]


def main():
    harness.options(__doc__)
    tally = harness.Tally()
    paths = list(all_paths())
    sources = [path for path in paths if path.endswith((".c", ".h"))]
    for room in MAY_INCLUDE:
        tally.add("%s looks only where it may" % room, [
            problem for path in sources if path.startswith(room + "/")
            for problem in wrong_includes(path)])
    tally.add("built-in operators use what plugins have", [
        "%s includes %s" % (path, header) for path in sources
        if path.startswith("analyzers/ops/")
        for bracket, header in INCLUDE.findall(read(path))
        if bracket == '"' and not header.startswith(
            ("onnxcost/", "analyzers/ops/"))])
    tally.add("files open with their licence", [
        path for path in paths if path.endswith(HAS_SPDX) and
        OPENS not in "".join(read(path).splitlines()[:3])])
    tally.add("C files say what they are for", [
        path for path in sources if path.startswith(tuple(MAY_INCLUDE)) and
        not re.match(r"/\*[^\n]*\*/\n(?:#define[^\n]*\n)?\n?/\*", read(path))])
    tally.add("compiler extensions live in compat.h", [
        path for path in sources if path != "include/onnxcost/compat.h" and
        re.search(r"__attribute__|__builtin_|__extension__", read(path))])
    tally.add("the library neither prints nor exits", [
        path for path in sources
        if path.startswith(tuple(MAY_INCLUDE)) and
        not path.startswith("cli/") and
        re.search(r"\b(?:printf|puts|exit|abort|fprintf)\s*\(", read(path))])
    tally.close()


if __name__ == "__main__":
    main()
