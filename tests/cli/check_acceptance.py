#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What users can count on, one sentence a test: the summary, formulas, the
errors and their advice, streams and terminals, machine formats, explain,
gates, outputs.

Numbers in front of the names are those of the list of acceptance points; a
point that another check judges in depth has its line here all the same. Real
models are those of samples/ and tests/data/corpus; small ones are made on the
spot.
"""
import csv
import gzip
import io
import json
import os
import pty
import re
import select
import shlex
import subprocess
import sys
import tempfile
import unicodedata

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from jsonschema import Draft202012Validator

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

ROOT = os.path.dirname(harness.TESTS)
RESNET = os.path.join(ROOT, "samples", "resnet50.onnx.gz")
GPT2 = os.path.join(ROOT, "samples", "gpt2.onnx.gz")
BATCHED = harness.model_path("tv_resnet50_T_dynbatch")
CUSTOM = harness.model_path("custom_fusedmoe_T")
SUMS = ("macs", "flops", "transcendentals", "read_bytes", "write_bytes")


def value(name, shape, elem_type=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, elem_type, shape)


def save(path, nodes, inputs, outputs, opsets=(("", 17),), **more):
    graph = helper.make_graph(nodes, "g", inputs, outputs, **more)
    onnx.save(helper.make_model(graph, opset_imports=[
        helper.make_opsetid(*opset) for opset in opsets]), path)


def made_models(folder):
    """What people type at: a detector's input, a language model's, two."""
    def path(name):
        return os.path.join(folder, name)
    save(path("image.onnx"), [helper.make_node("Relu", ["data"], ["y"])],
         [value("data", ["N", 3, "H", "W"])], [value("y", None)])
    ids = TensorProto.INT64
    save(path("text.onnx"),
         [helper.make_node("Mul", ["input_ids", "attention_mask"], ["y"])],
         [value("input_ids", ["batch_size", "sequence_length"], ids),
          value("attention_mask", ["batch_size", "sequence_length"], ids)],
         [value("y", None, ids)])
    save(path("two.onnx"), [helper.make_node("MatMul", ["a", "b"], ["y"])],
         [value("a", ["n", 3, "h", "w"]), value("b", ["w", "k"])],
         [value("y", None)])
    save(path("s.onnx"), [helper.make_node("Relu", ["x"], ["y"])],
         [value("x", ["S", 64])], [value("y", None)])
    weight = numpy_helper.from_array(numpy.zeros((64, 64), "float32"), "w")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])], "g",
        [value("x", ["n", 64])], [value("y", None)], initializer=[weight])
    onnx.save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)]),
        path("external.onnx"), save_as_external_data=True,
        location="external.data", size_threshold=0)


class Point:
    """The program in a folder of models; collects what does not hold."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.problems = []

    def holds(self, fact, otherwise):
        if not fact:
            self.problems.append(str(otherwise)[:600])
        return fact

    def run(self, *arguments, code=0, stdin=b"", env=None):
        done = subprocess.run(
            [self.binary, *arguments], cwd=self.folder, input=stdin,
            capture_output=True, timeout=harness.TIMEOUT_S,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})})
        said = harness.Run(done.returncode, done.stdout, done.stderr)
        if code is not None:
            self.holds(said.code == code, "exit %s of %s: %s" % (
                said.code, " ".join(arguments), said.stderr))
        said.text = done.stdout.decode()
        return said

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "-f", "json").stdout)

    def rows(self, *arguments):
        text = self.run(*arguments, "-f", "csv").text
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def terminal(self, *arguments, env=None, code=0):
        """All that a terminal shows when it is every stream, or None."""
        try:
            controller, terminal = pty.openpty()
        except OSError:
            return None
        clean = {name: value for name, value in os.environ.items()
                 if name not in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")}
        process = subprocess.Popen(
            [self.binary, *arguments], cwd=self.folder, stdin=terminal,
            stdout=terminal, stderr=terminal,
            env={**clean, "LC_ALL": "C.UTF-8", **(env or {})})
        os.close(terminal)
        said = b""
        while select.select([controller], [], [], harness.TIMEOUT_S)[0]:
            try:
                part = os.read(controller, 1 << 16)
            except OSError:
                break # the other end is closed
            if not part:
                break
            said += part
        os.close(controller)
        got = process.wait(harness.TIMEOUT_S)
        self.holds(got == code, "exit %d on a terminal: %r" % (got, said))
        return said.decode().replace("\r\n", "\n")

    def path(self, name):
        return os.path.join(self.folder, name)


def summary_of(text):
    """The lines above the first table."""
    lines = text.splitlines()
    table = next((i for i, line in enumerate(lines) if re.match(
        r"\s+(FLOPs|params)\b.*\bnodes\b", line)), None)
    return lines[:table], lines[table:] if table else []


# ---- 1 to 3: the report ----

def static_summary(point):
    text = point.run(RESNET).text
    summary, tables = summary_of(text)
    point.holds(len(summary) < 25, "%d lines" % len(summary))
    point.holds(len(tables) > 10, "no tables")
    totals = point.json(RESNET)["totals"]
    wanted = ["Parameters", "GFLOPs", "GMACs", "Traffic", "Coverage"]
    if totals["peak_activation_bytes"]["status"] != "unknown":
        wanted.append("Peak activations")
    for word in wanted:
        point.holds(any(word in line for line in summary), "no " + word)


def second_difference(formula, symbol, env):
    at = [harness.evaluate(formula, {**env, symbol: k}) for k in range(4)]
    first = [b - a for a, b in zip(at, at[1:])]
    return [b - a for a, b in zip(first, first[1:])]


def symbolic_batch(point):
    said = point.run(BATCHED)
    report = point.json(BATCHED)
    symbol, = [s["name"] for s in report["symbols"]]
    formula = report["totals"]["flops"]["formula"]
    point.holds(symbol in formula, formula)
    at = [harness.evaluate(formula, {symbol: n}) for n in (1, 2)]
    point.holds(at[1] == 2 * at[0] > 10**9, at)
    line = next(line for line in said.text.splitlines() if "FLOPs  " in line)
    letter = symbol if len(symbol) <= 3 else symbol[0].upper()
    point.holds(re.search(r"\d·%s$" % letter, line), line)
    point.holds(said.stderr == "", said.stderr)


def decoder(point):
    text = point.run(GPT2).text
    report = point.json(GPT2)
    names = [symbol["name"] for symbol in report["symbols"]]
    point.holds(len(names) >= 3, names)
    env = dict.fromkeys(names, 5)
    curve = second_difference(report["totals"]["flops"]["formula"], "seq",
                              env)
    point.holds(curve[0] == curve[1] > 0, "differences %r" % curve)
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if "sample points" in line)
    point.holds("--dim batch=1" in lines[first], lines[first])
    titles = lines[first + 1].split()
    point.holds(titles[:4] == ["B", "seq", "past_plus_seq", "past"], titles)
    rows = []
    for line in lines[first + 2:]:
        if not line.strip():
            break
        rows.append(line.split()[:4])
    point.holds(len(rows) >= 3 and all(
        cell.isdigit() for row in rows for cell in row), rows)
    for label in ("decode", "prefill"):
        point.holds(label in text, "no " + label)
    point.holds(re.search(r"^  \* at B=\d+ seq=\d+ past_plus_seq=\d+ "
                          r"past=\d+$", text, re.M), "no footnote")


# ---- 4 and 5: files ----

def external_data(point):
    data = point.path("external.data")
    point.holds(os.path.getsize(data) == 64 * 64 * 4, "not made")
    before = [point.run("external.onnx", *form).stdout
              for form in (["-f", "json"], ["-f", "csv"], [])]
    os.rename(data, data + ".away")
    after = [point.run("external.onnx", *form)
             for form in (["-f", "json"], ["-f", "csv"], [])]
    os.rename(data + ".away", data)
    point.holds(before == [said.stdout for said in after], "differs")
    lines = [line for line in after[2].text.splitlines()
             if "external data" in line]
    point.holds(len(lines) == 1 and "16.00 KiB external data (not read)" in
                lines[0], lines)
    point.holds(after[2].stderr == "", after[2].stderr)


def no_models(point):
    with gzip.open(RESNET) as file:
        cut = file.read()[:5000]
    kinds = {"pointer.onnx": b"version https://git-lfs.github.com/spec/v1\n"
                             b"oid sha256:0\nsize 9\n",
             "zip.onnx": b"PK\x03\x04" + bytes(60), "empty.onnx": b"",
             "folder.onnx": None, "cut.onnx": cut}
    ids, messages, remedies = set(), set(), set()
    for name, data in kinds.items():
        path = point.path(name)
        if data is None:
            os.mkdir(path)
        else:
            with open(path, "wb") as file:
                file.write(data)
        said = point.run(name, code=2)
        found = re.fullmatch(r"error\[([a-z.-]+)\]: (.*)\n  do: (.*)",
                             said.stderr)
        if point.holds(found and name in found[2], said.stderr):
            ids.add(found[1])
            messages.add(found[2].replace(name, ""))
            remedies.add(found[3].replace(name, ""))
        point.holds(said.stdout == b"", "something on stdout")
    point.holds(len(ids) == len(messages) == len(remedies) == 5, ids)


# ---- 6 and 7: standard input, no arguments ----

def piped(point):
    for path in (RESNET, GPT2, point.path("two.onnx")):
        with open(path, "rb") as file:
            data = file.read()
        pipe = json.loads(point.run("-", "-f", "json", stdin=data).stdout)
        plain = point.json(path)
        point.holds(pipe["model"].pop("file") != plain["model"].pop("file"),
                    "the same name")
        if path.endswith(".gz"): # the length is what was decompressed
            point.holds(pipe["model"]["bytes"] > len(data), "no length")
        point.holds(pipe == plain, "differs: %s" % path)


def keyboard(point):
    for command in (["-"], ["check", "-", "--max-flops", "1"],
                    ["explain", "-", "#0"]):
        said = point.terminal(*command, code=2)
        point.holds(said is None or "onnxcost model.onnx" in said, said)


def no_arguments(point):
    said = point.run(code=2)
    for text in (said.stderr, point.terminal(code=2)):
        if text is None:
            continue
        point.holds(len(text.splitlines()) <= 20, "too long")
        point.holds(len(re.findall(r"^  onnxcost \S+\.onnx", text, re.M)) >= 2,
                    text)
    point.holds(said.stdout == b"", "help on standard output")


def help_anywhere(point):
    for arguments in (["-h"], ["--help"], ["x.onnx", "-h"], ["-h", "x.onnx"],
                      ["check", "-h"], ["check", "x.onnx", "--help"],
                      ["explain", "--help", "x.onnx"], ["--bogus", "-h"],
                      ["x.onnx", "--dim", "-h"], ["nonsense", "-h"]):
        said = point.run(*arguments)
        point.holds("--input-shape" in said.text and not said.stderr,
                    "%s: %s" % (arguments, said.stderr))


# ---- 8 to 10: what is typed ----

# Everything that the table of other tools' spellings has, and the variants
# that their documents show.
HABITS = """\
image.onnx --overwrite-input-shape data:1,3,224,224
image.onnx --overwrite-input-shape=data:1,3,224,224
two.onnx --overwrite-input-shape a:1,3,8,8 b:8,4
--overwrite-input-shape data:1,3,224,224 image.onnx
image.onnx --overwrite-input-shape 1,3,224,224
--onnx=image.onnx --shapes=data:1x3x224x224
--onnx=two.onnx --shapes=a:1x3x224x224,b:224x128
--onnx=text.onnx --shapes=input_ids:1x128,attention_mask:1x128
--onnx=image.onnx --minShapes=data:1x3x8x8 --optShapes=data:1x3x64x64 \
--maxShapes=data:8x3x99x99
two.onnx --input-shapes a:[1,3,224,224] b:[224,10]
--input-shapes a:[1,3,224,224] b:[224,10] --model two.onnx
two.onnx --input-shapes "a:[1,3,224,224] b:[224,10]"
two.onnx --input-shapes a:[1,3,224,224],b:[224,10]
image.onnx --input-shapes data:[1,3,224,224]
image.onnx --dim_param N --dim_value 1
--dim_param N --dim_value 1 image.onnx
image.onnx --dim_param=N --dim_value=1
text.onnx --dim_param batch_size --dim_value 1 --dim_param sequence_length \
--dim_value 128
-f N:1 image.onnx
-f N:1 -f H:224 -f W:224 image.onnx
image.onnx -f N:1
-i image.onnx -d data:1x3x224x224 -f out.csv
-i image.onnx -d data:1x3x224x224
-i image.onnx -f out.csv
-i two.onnx -d a:1x3x8x8 b:8x4 -f out.csv
-m image.onnx --batch 1
text.onnx --batch_size 1 --sequence_length 128
--model text.onnx --batch_size 1 --sequence_length 128
text.onnx --batch_size=1 --sequence_length=128
--batch_size 1 --sequence_length 128 text.onnx
s.onnx --set S=128
s.onnx --set=S=128
--set S=128 s.onnx"""
# Spellings of other tools that are ours, too.
SHARED = """\
image.onnx --input-shape data:1,3,224,224
image.onnx --input-shape 1,3,224,224
image.onnx --input-shape data:1x3x224x224
image.onnx --input-shape data:[1,3,224,224]
image.onnx --dim N=1
image.onnx --dim N:1
image.onnx -d N:1,H=2
text.onnx --dim batch_size=1,sequence_length=128"""


def habits(point):
    save(point.path("batch.onnx"),
         [helper.make_node("Relu", ["data"], ["y"])],
         [value("data", ["batch", 3])], [value("y", None)])
    for line in HABITS.splitlines():
        if "--batch 1" in line:
            line = line.replace("image.onnx", "batch.onnx")
        said = point.run(*shlex.split(line), code=2)
        found = re.fullmatch(r"error\[usage\.(unknown-flag|format|dim)\]: "
                             r"(.*)\n  do: (.*)", said.stderr)
        if not point.holds(found, "%s: %s" % (line, said.stderr)):
            continue
        advised = shlex.split(found[3])
        point.holds(advised[0] == "onnxcost", found[3])
        done = point.run(*advised[1:])
        point.holds(done.text.startswith("model "), "%s: %s" % (
            found[3], done.text[:80]))
        given = re.findall(r"\d+", re.sub(r"--(min|max)Shapes=\S+", "", line))
        kept = re.findall(r"\d+", found[3])
        point.holds(sorted(given) == sorted(kept), "%s became %s" % (
            line, found[3]))
        if os.path.exists(point.path("out.csv")):
            point.holds("out.csv" in line, "out.csv appeared")
            os.remove(point.path("out.csv"))
        else:
            point.holds("out.csv" not in line, "no out.csv: " + line)


def habits_on_real_models(point):
    """The same on models as they are exported."""
    for line in ("%s --overwrite-input-shape input:1,3,224,224" % RESNET,
                 "--onnx=%s --shapes=input:1x3x224x224" % RESNET,
                 "%s --input-shapes input:[1,3,224,224]" % RESNET,
                 "-i %s -d input:1x3x224x224 -f out.csv" % RESNET,
                 "%s --dim_param batch --dim_value 1" % GPT2,
                 "%s --batch 1 --seq 128" % GPT2,
                 "-f batch:1 -f seq:128 %s" % GPT2,
                 "%s --set batch=1 --set seq=128" % GPT2,
                 "%s --shapes=input_ids:1x128,position_ids:1x128" % GPT2):
        said = point.run(*shlex.split(line), code=2)
        advice = said.stderr.partition("  do: onnxcost ")[2]
        if point.holds(advice, "%s: %s" % (line, said.stderr)):
            point.run(*shlex.split(advice))
    os.remove(point.path("out.csv"))


def shared_spellings(point):
    for line in SHARED.splitlines():
        point.run(*shlex.split(line))


def wrong_symbol(point):
    said = point.run("text.onnx", "--dim", "batch=1", code=2).stderr
    for words in ("error[usage.unknown-symbol]", '"batch"', "batch_size",
                  "sequence_length"):
        point.holds(words in said, "no %s: %s" % (words, said))


def shape_spellings(point):
    for path, name, dims in ((RESNET, "input", "1,3,224,224"),
                             (point.path("image.onnx"), "data", "2,3,32,48")):
        wanted = point.run(path, "--input-shape", dims, "-f", "json").stdout
        crosses = dims.replace(",", "x")
        for spelling in (crosses, "[%s]" % dims, "[%s]" % crosses,
                         "%s:%s" % (name, dims), "%s:%s" % (name, crosses),
                         "%s:[%s]" % (name, dims)):
            got = point.run(path, "--input-shape", spelling, "-f", "json")
            point.holds(got.stdout == wanted, "%s differs" % spelling)


# ---- 11 and 12: streams ----

def escapes(point):
    for form in ("text", "json", "csv"):
        said = point.run(CUSTOM, "-f", form, env={"TERM": "xterm-256color"})
        point.holds(b"\x1b" not in said.stdout and "\x1b" not in said.stderr,
                    "escape in " + form)
    said = point.run(CUSTOM, "--color", "always")
    point.holds("\x1b[" in said.text and "\x1b[" in said.stderr, "no color")
    on = point.terminal(CUSTOM)
    point.holds(on is None or "\x1b[" in on, "no color on a terminal")
    off = point.terminal(CUSTOM, env={"NO_COLOR": "1"})
    point.holds(off is None or "\x1b" not in off, off)
    off = point.terminal(CUSTOM, "--color", "never")
    point.holds(off is None or "\x1b" not in off, off)


def only_the_result(point):
    said = point.run(CUSTOM, "-f", "json")
    point.holds("warning[" in said.stderr, "no warning to try it with")
    done = subprocess.run([sys.executable, "-m", "json.tool"],
                          input=said.stdout, capture_output=True)
    point.holds(done.returncode == 0, done.stderr)


# ---- 13 to 16: machine formats, derivations ----

def schema(point):
    with open(os.path.join(ROOT, "docs", "report.schema.json")) as file:
        validator = Draft202012Validator(json.load(file))
    for path in (RESNET, CUSTOM, point.path("two.onnx")):
        report = point.json(path)
        for key, rows in report.items():
            report[key] = rows[:30] if isinstance(rows, list) else rows
        errors = [error.message for error in validator.iter_errors(report)]
        point.holds(not errors, errors[:1])
        point.holds(point.run(path, "-f", "json").stdout ==
                    point.run(path, "-f", "json").stdout, "two runs differ")


# Bound where they have symbols; each column must be whole then.
SUMMED = [(RESNET, ""), (GPT2, "batch=2,seq=7,past=5,past_plus_seq=12"),
          ("tv_swin_t_D", ""), ("q_resnet50_qdq_int8", ""),
          ("bert_base_T", ""), ("sd_unet_D_opset23", ""),
          ("tv_resnet50_T_dynbatch", "batch=3"),
          ("fn_resnet18_T_modulefunctions", ""),
          ("tv_resnet18_T_training", ""), ("h_resnet50_fp16", "")]


def bound(point, name, dims):
    """The flags for a model, as far as it has the symbols."""
    path = name if os.path.isabs(name) else harness.model_path(name)
    free = [symbol["name"] for symbol in point.json(path)["symbols"]
            if symbol["kind"] == "input"]
    given = dict(pair.split("=") for pair in dims.split(",") if pair)
    flags = ["--dim=%s=%s" % (symbol, given.get(symbol, "8"))
             for symbol in free]
    return [path] + flags


def column_sums(point):
    judged = 0
    for name, dims in SUMMED:
        model = bound(point, name, dims)
        totals = point.json(*model)["totals"]
        rows = [row for row in point.rows(*model) if row["counted"] == "true"]
        for key in SUMS:
            if totals[key]["status"] != "exact":
                continue
            total = totals[key]["value"]
            cells = [row[key] for row in rows]
            judged += 1
            point.holds("" not in cells and sum(map(int, cells)) == total,
                        "%s of %s: %s, not %s" % (key, name, sum(
                            int(cell or 0) for cell in cells), total))
    point.holds(judged > 40, "%d sums judged" % judged)


def formula_sums(point):
    """The same where figures are formulas, at a point of no meaning."""
    for path in (GPT2, BATCHED):
        report = point.json(path)
        env = harness.environment(report, {
            symbol["name"]: 11 + 2 * i
            for i, symbol in enumerate(report["symbols"])})
        rows = [row for row in point.rows(path) if row["counted"] == "true"]
        for key in ("macs", "flops"):
            said = sum(harness.evaluate(
                int(row[key]) if row[key] else row[key + "_formula"], env)
                for row in rows)
            total = harness.evaluate(report["totals"][key], env)
            point.holds(said == total, "%s: %d, not %d" % (key, said, total))


def macs_and_flops(point):
    for path in (RESNET, GPT2, BATCHED, CUSTOM, point.path("two.onnx")):
        for more in ([], ["--by", "op"], ["--by", "scope"], ["--by", "node"],
                     ["-w"]):
            text = point.run(path, *more).text
            point.holds("1 MAC = 2 FLOPs" in text, "no ratio")
            for line in text.splitlines():
                if re.search(r"\bFLOPs\b", line) and "%" in line:
                    point.holds("MACs" in line, line)
    point.holds(point.json(RESNET)["conventions"]["flops_per_mac"] == 2,
                "no flops_per_mac")
    header = point.run(RESNET, "-f", "csv").text.splitlines()[0]
    point.holds("macs,flops" in header, header)
    said = point.run("explain", RESNET, "#0").text
    point.holds("1 MAC = 2 FLOPs" in said and "MACs" in said, said)
    point.holds("= 2 FLOPs" in point.run("ops").text, "ops has no ratio")


def softmax_rule(point):
    text = point.run("ops", "Softmax").text
    point.holds(re.search(r"exp", text) and "FLOPs" in text, text)
    point.holds(re.search(r"ONNX operators, Softmax", text), "no source")


def derived(text):
    """title -> integer or formula, of an explain in ASCII."""
    found = {}
    for title, key in (("MACs", "macs"), ("FLOPs", "flops"),
                       ("Transcendentals", "transcendentals"),
                       ("Bytes read", "read_bytes"),
                       ("Bytes written", "write_bytes"),
                       ("Parameters", "params")):
        line = re.search(r"^  %s +(.*)$" % title, text, re.M)
        said = re.sub(r"(?<=\d) (?=\d{3}\b)", "", line[1])
        found[key] = said.replace("^", "**")
    return found


def explained(point):
    """Nodes of every operator, bound and not."""
    for model in ([RESNET], [GPT2], bound(point, GPT2, SUMMED[1][1]),
                  [harness.model_path("tv_mobilenet_v3_large_D")]):
        report = point.json(*model)
        env = harness.environment(report, {
            symbol["name"]: 9 + 2 * i
            for i, symbol in enumerate(report["symbols"])})
        rows = point.rows(*model)
        chosen = {(row["op_type"], row["macs"] == ""): row for row in rows}
        for row in chosen.values():
            text = point.run("explain", model[0], "#" + row["index"],
                             *model[1:], env={"LC_ALL": "C"}).text
            for key, said in derived(text).items():
                wanted = row[key] or row.get(key + "_formula")
                if not wanted:
                    wanted = str(report["nodes"][int(row["index"])][key])
                point.holds(harness.evaluate(said, env) ==
                            harness.evaluate(wanted, env),
                            "%s of #%s: %s, not %s" % (key, row["index"],
                                                       said, wanted))


def derivation_has_steps(point):
    """Formula, numbers put in, result, in that order."""
    text = point.run("explain", RESNET, "#3").text
    for words in ("X = float [1,64,56,56]", "W = float [64,64,1,1]",
                  "Y = float [1,64,56,56]"):
        point.holds(words in text, "no " + words)
    steps = re.search(r"W\[0\].*Y\[\d\]\n +(= [\d·]+)\n +(= 12 845 056)\n",
                      text)
    point.holds(steps, text)
    point.holds(eval(steps[1][2:].replace("·", "*")) == 12845056, steps[1])


# ---- 17: what is not known ----

def custom_operator(point):
    text = point.run(CUSTOM).text
    point.holds(re.search(r"^  (Compute|FLOPs) +≥ ", text, re.M), text[:500])
    coverage = re.search(r"Coverage +(\d+)/(\d+) nodes", text)
    point.holds(int(coverage[1]) < int(coverage[2]), coverage[0])
    row = next(row for row in point.rows(CUSTOM) if row["status"] == "unknown")
    point.holds(row["flops"] == row["macs"] == "", row)
    model = bound(point, CUSTOM, "batch=1,seq=8")
    point.run("check", *model, "--max-flops", "1e15", code=1)


# ---- 19 to 21: gates ----

def over_and_under(point):
    flops = point.json(RESNET)["totals"]["flops"]["value"]
    said = point.run("check", RESNET, "--max-flops", "4G", code=1)
    last = "\n".join(said.text.splitlines()[-2:])
    for words in ("FAILED", "flops", "8.21 G", "4.00 G", "4.21 G over",
                  "exceeded", "--max-flops"):
        point.holds(words in last, "no '%s': %s" % (words, last))
    said = point.run("check", RESNET, "--max-flops", "40G")
    point.holds("under" in said.text.splitlines()[-2], said.text)
    point.run("check", RESNET, "--max-flops", str(flops))
    point.run("check", RESNET, "--max-flops", str(flops - 1), code=1)
    said = point.run("check", RESNET, "--max-flops", "40G", "--max-params",
                     "1M", "--max-traffic", "1GiB", code=1)
    point.holds("params" in said.text.splitlines()[-3], said.text)
    verdicts = [check["status"] for check in json.loads(point.run(
        "check", RESNET, "--max-flops", "4G", "-f", "json",
        code=1).stdout)["checks"]]
    point.holds(verdicts == ["failed"], verdicts)


def alike_when_rounded(point):
    flops = point.json(RESNET)["totals"]["flops"]["value"]
    for limit, code, words in ((flops - 1, 1, "1 over"),
                               (flops + 1, 0, "1 under")):
        text = point.run("check", RESNET, "--max-flops", str(limit),
                         code=code).text
        for number in (str(flops), str(limit), words):
            point.holds(number in text, "no %s: %s" % (number, text))


def unbound_symbol(point):
    said = point.run("check", GPT2, "--max-flops", "900G", code=2)
    advice = said.stderr.partition("  do: ")[2]
    point.holds("error[usage.unbound-symbol]" in said.stderr, said.stderr)
    point.holds('"batch"' in said.stderr and "input_ids dim 0" in said.stderr,
                said.stderr)
    flag = re.search(r"add (--dim \S+?),? or dims: \{ batch: \d", advice)
    if point.holds(flag and "onnxcost.yaml" in advice, advice):
        point.run("check", GPT2, "--max-flops", "900G", *flag[1].split())
    point.run("check", GPT2, "--max-params", "1G")


# ---- 30 and 31: names, outputs ----

HOSTILE = "a\x1b[31m\x1b]52;c;eA==\x07\rb\u202ec"


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else
               0 if unicodedata.combining(c) else 1 for c in text)


def hostile_names(point):
    names = [HOSTILE, "\u5c42/\u6ce8\u610f\u529b", "\u30ea\u30b7", "plain",
             "e\u0301te\u0301"]
    nodes = [helper.make_node("Op" + name, ["x"], ["y%d" % i],
                              name="node " + name, domain="acme")
             for i, name in enumerate(names)]
    save(point.path("names.onnx"), nodes, [value("x", [4])],
         [onnx.ValueInfoProto(name="y%d" % i) for i in range(len(names))],
         opsets=(("", 17), ("acme", 1)))
    text = point.run("names.onnx", "--by", "node").text
    for words in ("a\\x1b[31m\\x1b]52;c;eA==\\x07\\x0db\\u{202e}c",
                  "\u5c42/\u6ce8\u610f\u529b"):
        point.holds(words in text, "no " + words)
    raw = [c for c in text if c != "\n" and (c < " " or c in "\x7f\u202e")]
    point.holds(not raw, raw)
    rows = [line for line in text.splitlines() if "acme::" in line]
    rows = [row for row in rows if "#" in row]
    point.holds(len(rows) == len(names), rows)
    point.holds(len({columns(row[:row.index("#")]) for row in rows}) == 1,
                "\n".join(rows))
    on = point.terminal("names.onnx", "--by", "node", "--color", "never")
    if on is not None:
        rows = [line for line in on.splitlines() if re.search(r"#\d ", line)
                and "acme::" in line]
        point.holds(len({columns(row[:row.index("#")]) for row in rows}) == 1,
                    "\n".join(rows))


def written_once(point):
    """Standard input can be read one time."""
    with open(RESNET, "rb") as file:
        said = point.run("-", "-q", "-o", "report.txt", "-o", "nodes.csv",
                         "-o", "r.json", stdin=file.read())
    point.holds(said.stdout == b"" and said.stderr == "", said.stderr)
    with open(point.path("r.json"), "rb") as file:
        total = json.load(file)["totals"]["flops"]["value"]
    with open(point.path("nodes.csv"), newline="") as file:
        point.holds(sum(int(row["flops"]) for row in csv.DictReader(file)) ==
                    total, "the files differ")
    with open(point.path("report.txt")) as file:
        point.holds("8.21 GFLOPs" in file.read(), "no text")
    for name in ("report.txt", "nodes.csv", "r.json"):
        os.remove(point.path(name))
    before = sorted(os.listdir(point.folder))
    said = point.run(RESNET, "-q", "-o", "absent/r.json", code=2)
    point.holds("error[output.create]" in said.stderr, said.stderr)
    point.holds(before == sorted(os.listdir(point.folder)), "left behind")


# ---- 39: one surface ----

def flags(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]*[a-z])\b", text))


def one_surface(point):
    """tests/cli/check_surface.py reads each in its own language."""
    by_help = set()
    for command in ("report", "check", "explain", "ops", "completion", "help"):
        by_help |= flags("\n".join(
            line for line in point.run("help", command).text.splitlines()
            if re.match(r"  (-\w, |    )--", line)))
    point.holds(len(by_help) > 15, by_help)
    for shell in ("bash", "zsh", "man"):
        text = point.run("completion", shell).text
        text = text.replace("\\-", "-").replace("\\fB", " ")
        point.holds(by_help <= flags(text), "%s lacks %s" % (
            shell, by_help - flags(text)))
    fish = set(re.findall(r" -l ([a-z-]+)", point.run("completion",
                                                      "fish").text))
    point.holds(by_help == fish, by_help ^ fish)
    with open(os.path.join(ROOT, "README.md")) as file:
        readme = flags(file.read())
    point.holds(by_help <= readme, "README.md lacks %s" % (by_help - readme))


POINTS = [
    ("1: a static model prints its summary in less than 25 lines above the "
     "tables", static_summary),
    ("2: a symbolic batch needs no flag and gives a formula in it",
     symbolic_batch),
    ("3: a decoder's FLOPs have degree 2 in the sequence, and every sample "
     "point says where it is", decoder),
    ("4: without its external data a model has the same numbers and one line "
     "about it", external_data),
    ("5: an LFS pointer, a zip, an empty file, a directory and a cut file: "
     "five causes, five remedies", no_models),
    ("6: a pipe equals the file but for its name", piped),
    ("6: a keyboard is no model: help, exit 2", keyboard),
    ("7: no arguments print a short help with examples, exit 2", no_arguments),
    ("7: -h anywhere prints help, exit 0", help_anywhere),
    ("8: what is typed by habit gets a command that works", habits),
    ("8: on real models, too", habits_on_real_models),
    ("8: what we share with other tools works as it is", shared_spellings),
    ("9: a symbol that is not there lists those that are", wrong_symbol),
    ("10: all spellings of a shape give the same bytes", shape_spellings),
    ("11: escapes go to terminals that want them, or where they are asked "
     "for", escapes),
    ("12: standard output has the result alone", only_the_result),
    ("13: JSON is what the schema says, and the same in two runs", schema),
    ("14: column sums of CSV are the totals of JSON", column_sums),
    ("14: and so are those of formulas", formula_sums),
    ("15: MACs and FLOPs stand together, with the ratio", macs_and_flops),
    ("15: ops Softmax states the rule and where it is from", softmax_rule),
    ("16: what explain arrives at is the cell of CSV", explained),
    ("16: explain shows shapes, formula, numbers, result",
     derivation_has_steps),
    ("17: what has no rule is a lower bound, an empty cell and a failed gate",
     custom_operator),
    ("19: over is exit 1 with value, limit and distance on the last lines, "
     "under is exit 0", over_and_under),
    ("20: numbers that round alike are printed in full", alike_when_rounded),
    ("21: a gate with an unbound symbol is exit 2, and names flag and key",
     unbound_symbol),
    ("30: hostile names are escaped, and columns hold beside wide ones",
     hostile_names),
    ("31: three outputs of one reading; none where one cannot be",
     written_once),
    ("39: help, completions, manual page and README.md have the same flags",
     one_surface),
]


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        made_models(folder)
        for name, judge in POINTS:
            if options.only not in name:
                continue
            point = Point(options.binary, folder)
            judge(point)
            tally.add(name, point.problems)
    tally.close()


if __name__ == "__main__":
    main()
