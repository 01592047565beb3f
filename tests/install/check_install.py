#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is installed is whole: it builds others, moves, and is documented.

Installs the build tree of --binary and a shared build made here, each into a
prefix that is moved afterwards; builds samples/api on both, by CMake and by
pkg-config, and holds its totals to the program's; compiles every header
alone; compares what headers declare, docs/api.md lists and the shared
library shows.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

ROOT = os.path.dirname(harness.TESTS)
API = os.path.join(ROOT, "samples", "api")
HEADERS = sorted(glob.glob(os.path.join(ROOT, "include", "onnxcost", "*.h")))
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
# Integers, formulas, and figures of every status.
MODELS = [("samples/resnet50.onnx.gz", []),
          ("samples/gpt2.onnx.gz", []),
          ("samples/gpt2.onnx.gz", ["batch=2", "seq=16", "past=0",
                                    "past_plus_seq=16"]),
          ("tests/data/known/custom_op.onnx", []),
          ("tests/data/corpus/mixtral_batched_D.onnx.gz", []),
          ("tests/data/corpus/tv_ssdlite320_T.onnx.gz", [])]
INSTALLED = [
    "bin/onnxcost", "lib*/**/libonnxcost.*", "lib*/**/pkgconfig/onnxcost.pc",
    "lib*/**/cmake/onnxcost/onnxcostConfig.cmake",
    "lib*/**/cmake/onnxcost/onnxcostConfigVersion.cmake",
    "lib*/**/cmake/onnxcost/onnxcostTargets.cmake",
    "share/doc/onnxcost/LICENSE", "share/doc/onnxcost/docs/api.md",
    "share/doc/onnxcost/examples/api/cost.c"]
GENERATED = [
    "share/man/man1/onnxcost.1", "share/zsh/site-functions/_onnxcost",
    "share/bash-completion/completions/onnxcost",
    "share/fish/vendor_completions.d/onnxcost.fish"]
# A plugin's own function, which the library declares and does not have.
OF_PLUGINS = {"oc_plugin_entry"}


def do(*command, env=None, cwd=None):
    """What a command printed, and the problem when it failed."""
    done = subprocess.run(command, env={**os.environ, **(env or {})}, cwd=cwd,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = done.stdout.decode(errors="replace")
    failed = "%s: exit %d\n%s" % (" ".join(command[:4]), done.returncode,
                                  output[-2000:])
    return output, [failed] if done.returncode else []


def files_of(folder):
    return {os.path.join(path, file)
            for path, _, files in os.walk(folder) for file in files}


def found(prefix, pattern):
    return glob.glob(os.path.join(prefix, pattern), recursive=True)


# ---- what is installed ----

def install(build, prefix):
    """cmake --install: all that it lists, and nothing else."""
    _, problems = do("cmake", "--install", build, "--prefix", prefix)
    if problems:
        return problems
    with open(os.path.join(build, "install_manifest.txt")) as file:
        listed = set(file.read().split("\n")) - {""}
    return ["in one of list and prefix: %s" % path
            for path in listed ^ files_of(prefix)]


def missing(build, prefix):
    wanted = INSTALLED + ["include/onnxcost/" + os.path.basename(header)
                          for header in HEADERS]
    if os.path.isdir(os.path.join(build, "generated")):
        wanted += GENERATED
    return ["nothing is %s" % pattern for pattern in wanted
            if not found(prefix, pattern)]


def holding(prefix, places):
    """Text files that name a place of this machine."""
    for path in sorted(files_of(prefix)):
        with open(path, "rb") as file:
            data = file.read()
        if b"\0" not in data:
            yield from ("%s names %s" % (path, place) for place in places
                        if place.encode() in data)


# ---- building on it ----

def by_cmake(prefix, build, source=API):
    _, problems = do("cmake", "-S", source, "-B", build, "-G", "Ninja",
                     "-DCMAKE_PREFIX_PATH=" + prefix)
    if not problems:
        _, problems = do("cmake", "--build", build)
    return os.path.join(build, "cost"), problems


def by_pkg_config(prefix, build):
    path = found(prefix, "lib*/**/pkgconfig")[0]
    flags, problems = do("pkg-config", "--cflags", "--libs", "onnxcost",
                         env={"PKG_CONFIG_PATH": path})
    program = os.path.join(build, "cost")
    os.makedirs(build, exist_ok=True)
    if not problems:
        _, problems = do("gcc", "-std=c17", *STRICT,
                         os.path.join(API, "cost.c"), "-o", program,
                         *flags.split())
    return program, problems


def said(text):
    """name -> what stands beside it, of the lines of totals."""
    return dict(re.findall(r"^([a-z_]+) +(.+)$",
                           text.split("dearest nodes")[0], re.M))


def expected(quantity):
    """As the sample shows one."""
    sign = {"exact": "", "estimate": "~ ", "lower-bound": ">= ",
            "upper-bound": "<= ", "unknown": "? "}[quantity["status"]]
    shown = quantity["value"] if quantity["value"] is not None else \
        quantity["formula"]
    return "?" if shown is None else "%s%s" % (sign, shown)


def agrees(program, libraries, binary, model, dims):
    """The sample says of a model what the program says."""
    path = os.path.join(ROOT, model)
    run = harness.run_json(binary, path, *(["--dim", ",".join(dims)]
                                           if dims else []))
    output, problems = do(program, path, *dims,
                          env={"LD_LIBRARY_PATH": libraries})
    if run.problem or problems:
        return problems + [run.problem]
    totals = {name: expected(total)
              for name, total in run.report["totals"].items()}
    return ["%s: the sample says %s, the program %s" % (
        name, said(output).get(name), totals[name])
        for name in totals if said(output).get(name) != totals[name]]


def works(program, prefix, binary):
    libraries = os.path.dirname(found(prefix, "lib*/**/libonnxcost.*")[0])
    return [problem for model, dims in MODELS
            for problem in agrees(program, libraries, binary, model, dims)]


def build_and_try(maker, prefix, build, binary):
    program, problems = maker(prefix, build)
    return problems or works(program, prefix, binary)


def asks_for(version, folder):
    """The sample, asking for another version."""
    os.makedirs(folder)
    shutil.copy(os.path.join(API, "cost.c"), folder)
    with open(os.path.join(API, "CMakeLists.txt")) as file:
        text = file.read()
    with open(os.path.join(folder, "CMakeLists.txt"), "w") as file:
        file.write(re.sub(r"find_package\(onnxcost \S+",
                          "find_package(onnxcost " + version, text))
    return folder


def accepts(prefix, version, folder):
    source = asks_for(version, os.path.join(folder, version))
    return not do("cmake", "-S", source, "-B", source + "/build", "-G", "Ninja",
                  "-DCMAKE_PREFIX_PATH=" + prefix)[1]


# ---- headers ----

def compile_alone(compiler, header, prefix, folder):
    name = os.path.basename(header)
    in_cxx = compiler.endswith("++")
    source = os.path.join(folder, "%s_%s.%s" % (compiler, name,
                                                "cc" if in_cxx else "c"))
    with open(source, "w") as file:
        file.write("#include <onnxcost/%s>\n" % name)
    return do(compiler, "-std=c++17" if in_cxx else "-std=c17", *STRICT,
              "-I" + os.path.join(prefix, "include"), "-fsyntax-only",
              source)[1]


def check_headers(tally, prefix, folder):
    for compiler in ("gcc", "clang", "g++", "clang++"):
        name = "every header compiles alone with " + compiler
        if not shutil.which(compiler):
            tally.skip(name + ", which is not there")
            continue
        tally.add(name, [
            problem for problems in harness.each(
                lambda header: compile_alone(compiler, header, prefix, folder),
                HEADERS)
            for problem in problems])


COMMENT = re.compile(r"/\*.*?\*/", re.S)
# A function that is declared, or defined in the header.
FUNCTION = re.compile(
    r"^(?:static inline )?(?:const )?(?:struct )?\w+[ \*]+(oc_\w+)\(", re.M)


def functions_of(header):
    """[(name, is inline, is documented)] of a header. A comment stands above
    the function or the ones that it follows without a blank line, or after
    it."""
    with open(header) as file:
        text = file.read()
    blank = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    for match in FUNCTION.finditer(blank):
        end = text.index("\n", blank.index(")", match.end()))
        paragraph = text[:end].rsplit("\n\n", 1)[-1]
        yield (match.group(1), match.group().startswith("static inline"),
               "*/" in paragraph)


def check_documents(tally):
    functions = [(header, *function) for header in HEADERS
                 for function in functions_of(header)]
    with open(os.path.join(ROOT, "docs", "api.md")) as file:
        page = set(re.findall(r"\boc_\w+\b", file.read()))
    everything = set()
    for header in HEADERS:
        with open(header) as file:
            everything |= set(re.findall(r"\boc_\w+\b", file.read()))
    tally.add("every function of a public header is documented there", [
        "%s: %s" % (os.path.basename(header), name)
        for header, name, _, documented in functions if not documented])
    declared = {name for _, name, is_inline, _ in functions if not is_inline}
    tally.add("docs/api.md lists every function", sorted(declared - page))
    tally.add("docs/api.md names only what is there",
              sorted(page - everything))
    return declared - OF_PLUGINS


def check_exports(tally, prefix, declared):
    library = found(prefix, "lib*/**/libonnxcost.so")[0]
    output, problems = do("nm", "-D", "--defined-only", library)
    shown = {line.split()[-1] for line in output.splitlines()}
    tally.add("a shared library shows what is declared, and nothing else",
              problems + ["declared or shown, not both: " + name
                          for name in sorted(declared ^ shown)])


# ---- the whole ----

def check_tree(tally, kind, build, folder, binary):
    """Installs a build; returns where it ends up."""
    prefix, moved = (os.path.join(folder, kind + suffix)
                     for suffix in ("", "-moved"))
    problems = install(build, prefix)
    tally.add("%s: what is installed is what is listed" % kind,
              problems or missing(build, prefix))
    if problems:
        return None
    tally.add("%s: no installed text knows where it was built" % kind,
              list(holding(prefix, (ROOT, os.path.abspath(build), folder))))
    for maker in (by_cmake, by_pkg_config):
        where = os.path.join(folder, kind + maker.__name__)
        tally.add("%s: a program is built on it %s" % (
            kind, maker.__name__.replace("_", " ")),
            build_and_try(maker, prefix, where, binary))
    os.rename(prefix, moved)
    for maker in (by_cmake, by_pkg_config):
        where = os.path.join(folder, kind + "-moved" + maker.__name__)
        tally.add("%s: and %s when it was moved" % (
            kind, maker.__name__.replace("_", " ")),
            build_and_try(maker, moved, where, binary))
    tally.add("%s: the program runs when it was moved" % kind,
              do(os.path.join(moved, "bin", "onnxcost"), "--version")[1])
    return moved


def build_shared(build):
    _, problems = do("cmake", "-S", ROOT, "-B", build, "-G", "Ninja",
                     "-DBUILD_SHARED_LIBS=ON", "-DCMAKE_BUILD_TYPE=Debug",
                     "-DCMAKE_C_FLAGS_DEBUG=-O0")
    return problems or do("cmake", "--build", build)[1]


def check_versions(tally, prefix, folder):
    tally.add("find_package takes the same minor version, no other", [
        "%s: %s" % (version, not wanted)
        for version, wanted in (("0.1", True), ("0.1.0", True),
                                ("0.0", False), ("0.2", False), ("1.0", False))
        if accepts(prefix, version, folder) != wanted])


def main():
    binary = harness.options(__doc__).binary
    build = os.path.dirname(binary)
    tally = harness.Tally()
    declared = check_documents(tally)
    with tempfile.TemporaryDirectory() as folder:
        prefix = check_tree(tally, "archive", build, folder, binary)
        if prefix:
            check_headers(tally, prefix, folder)
            check_versions(tally, prefix, folder)
        shared = os.path.join(folder, "build")
        problems = build_shared(shared)
        tally.add("a shared library can be built", problems)
        if not problems:
            moved = check_tree(tally, "shared", shared, folder, binary)
            if moved:
                check_exports(tally, moved, declared)
    tally.close()


if __name__ == "__main__":
    main()
