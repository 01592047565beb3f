#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line: what is accepted, what is refused and with which advice,
where output goes, and what is left behind when it cannot get there.

Models are made on the spot with the onnx package.
"""
import csv
import io
import json
import os
import pty
import shlex
import subprocess
import sys
import tempfile

import onnx
from onnx import TensorProto, helper

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

HOSTILE = "\x1b]52;c;x\x07\r\n::error::x##[add-mask]y\x7f\u009b\u202e"


def save(path, nodes, inputs, outputs, **more):
    graph = helper.make_graph(nodes, "g", inputs, outputs, **more)
    onnx.save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17),
                              helper.make_opsetid("acme", 1)]), path)


def value(name, shape, elem_type=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, elem_type, shape)


def make_models(folder):
    relu = helper.make_node("Relu", ["data"], ["y"], name="r")
    save(os.path.join(folder, "relu.onnx"), [relu],
         [value("data", ["batch", 3, "height", "width"])],
         [value("y", None)])
    save(os.path.join(folder, "two.onnx"),
         [helper.make_node("MatMul", ["a:0", "b"], ["y"], name="m")],
         [value("a:0", ["n", 4]), value("b", [4, "k"])], [value("y", None)])
    save(os.path.join(folder, "hostile.onnx"),
         [helper.make_node("Relu", ["x"], [HOSTILE + "y"], name=HOSTILE),
          helper.make_node("Odd", [HOSTILE + "y"], ["z"], name="=1+1",
                           domain="acme")],
         [value("x", [1, 8])], [value("z", None)])


class Cli:
    def __init__(self, binary, folder, tally):
        self.binary, self.folder, self.tally = binary, folder, tally

    def run(self, *arguments, stdin=b"", env=None, stdout=subprocess.PIPE):
        return subprocess.run(
            [self.binary, *arguments], input=stdin, stdout=stdout,
            stderr=subprocess.PIPE, cwd=self.folder, timeout=20,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})})

    def check(self, name, *problems):
        self.tally.add(name, [problem for problem in problems if problem])

    def accepts(self, name, *arguments):
        done = self.run(*arguments)
        self.check(name, done.returncode and "exit %d: %s" % (
            done.returncode, done.stderr.decode()))
        return done.stdout

    def refuses(self, name, error, *arguments, advice=""):
        done = self.run(*arguments)
        said = done.stderr.decode()
        self.check(
            name,
            done.returncode != 2 and "exit %d" % done.returncode,
            "error[%s]: " % error not in said and said,
            advice not in said and "no '%s' in: %s" % (advice, said),
            done.stdout and "something on stdout")
        return said


def shapes(cli):
    """Every spelling means the same."""
    wanted = cli.accepts("plain shape", "relu.onnx", "-f", "json",
                         "--input-shape", "1,3,224,224")
    total = json.loads(wanted)["totals"]["flops"]["value"]
    cli.check("flops of the shape", total != 3 * 224 * 224 and str(total))
    for spelling in ("1x3x224x224", "[1,3,224,224]", "[1x3x224x224]",
                     "data:1,3,224,224", "data:1x3x224x224",
                     "data:[1,3,224,224]", " 1, 3, 224, 224"):
        got = cli.accepts("shape " + spelling, "relu.onnx", "-f", "json",
                          "--input-shape", spelling)
        cli.check("same as 1,3,224,224: " + spelling,
                  got != wanted and "differs")
    got = cli.accepts("symbols in shapes", "relu.onnx", "-f", "json",
                      "--input-shape", "data:nx3x8x8")
    flops = json.loads(got)["totals"]["flops"]["formula"]
    cli.check("formula in n", flops != "192*n" and str(flops))
    cli.accepts("a name with a colon", "two.onnx", "--input-shape",
                "a:0:2,4", "--input-shape", "b:4x5")
    for wrong in ("[1,3", "1,,3", "data:", ":1,3", "1,3]", "]", "["):
        done = cli.run("relu.onnx", "--input-shape", wrong)
        cli.check("refused shape " + wrong,
                  done.returncode != 2 and "exit %d" % done.returncode)


def dims(cli):
    wanted = cli.accepts("dims", "relu.onnx", "-f", "json", "-d",
                         "batch=2,height=8,width=9")
    flops = json.loads(wanted)["totals"]["flops"]["value"]
    cli.check("flops of the dims", flops != 2 * 3 * 8 * 9 and str(flops))
    for arguments in (["--dim", "batch=2", "--dim", "height=8", "-dwidth=9"],
                      ["--dim=batch:2,height:8,width:9"],
                      ["-d", "batch=2", "-d", "height:8,width=9"]):
        got = cli.accepts("dims " + " ".join(arguments), *arguments,
                          "relu.onnx", "-f", "json")
        cli.check("same dims " + " ".join(arguments),
                  got != wanted and "differs")
    cli.refuses("unknown symbol", "usage.unknown-symbol", "relu.onnx", "-d",
                "seq=1", advice="batch")
    for wrong in ("batch", "batch=", "=1", "batch=1.5", "batch=x", "batch=1,",
                  "batch=99999999999999999999"):
        cli.refuses("dim " + wrong, "usage.dim", "relu.onnx", "-d", wrong)


def foreign(cli):
    """The advice for a flag of another tool is a command that works."""
    for typed in ("relu.onnx --overwrite-input-shape data:1,3,224,224",
                  "relu.onnx --shapes=data:1x3x224x224",
                  "relu.onnx --input-shapes data:[1,3,224,224]",
                  "two.onnx --input-shapes a:0:[2,4] b:[4,5]",
                  "relu.onnx --dim_param batch --dim_value 1",
                  "relu.onnx -f batch:1",
                  "-i relu.onnx -d data:1x3x224x224 -f out.csv",
                  "relu.onnx --batch 1 --height 128",
                  "relu.onnx --set batch=1"):
        done = cli.run(*shlex.split(typed))
        said = done.stderr.decode()
        advice = said.partition("  do: onnxcost ")[2].strip()
        cli.check("advice for " + typed,
                  done.returncode != 2 and "exit %d" % done.returncode,
                  not advice and said)
        if advice:
            cli.accepts("advised: " + advice, *shlex.split(advice))


def usage(cli):
    helped = cli.run()
    cli.check("no arguments", helped.returncode != 2 and "exit",
              len(helped.stderr.splitlines()) > 20 and "too long",
              helped.stdout and "help on stdout")
    for arguments in (["-h"], ["relu.onnx", "--help"], ["help"],
                      ["--bogus", "-h"]):
        text = cli.accepts("help: " + " ".join(arguments), *arguments)
        cli.check("all options", b"--input-shape" not in text and "missing")
    version = cli.accepts("version", "-V")
    cli.check("one line", not version.startswith(b"onnxcost ") and version)
    cli.accepts("report by name", "report", "relu.onnx")
    cli.refuses("unknown command", "usage.unknown-command", "measure",
                "relu.onnx", advice="./measure")
    cli.refuses("misspelt command", "usage.unknown-command", "exlpain",
                "relu.onnx", advice="onnxcost explain")
    cli.refuses("swapped letters", "usage.unknown-flag", "relu.onnx", "--tpo",
                "3", advice="--top")
    cli.refuses("another command's option", "usage.option", "relu.onnx",
                "--max-flops", "3",
                advice="onnxcost check --max-flops 3 relu.onnx")
    cli.refuses("misspelt", "usage.unknown-flag", "relu.onnx", "--inptu-shape",
                "1", advice="--input-shape")
    cli.refuses("no value", "usage.missing-value", "relu.onnx", "--top")
    cli.refuses("a value", "usage.extra-value", "relu.onnx", "--wide=3",
                advice="--wide")
    cli.refuses("bad number", "usage.number", "relu.onnx", "-n", "-1")
    cli.refuses("bad word", "usage.value", "relu.onnx", "--by", "color",
                advice="attention")
    cli.refuses("bad format", "usage.format", "relu.onnx", "-f", "xlsx")
    cli.refuses("another command's format", "usage.format", "relu.onnx", "-f",
                "markdown", advice="csv")
    cli.refuses("bad extension", "usage.format", "relu.onnx", "-o", "a.xlsx")
    cli.refuses("bad limit", "usage.value", "relu.onnx", "--limit", "x=1",
                advice="depth")
    cli.refuses("limit reached", "limit.nodes", "relu.onnx", "two.onnx",
                "hostile.onnx", "-q", "--limit", "nodes=1")
    cli.accepts("limit raised", "relu.onnx", "--limit", "nodes=4k",
                "--limit", "memory=1GiB")
    cli.refuses("no file", "input.open", "absent.onnx")
    for by in ("op", "scope", "node", "attention", "part"):
        for sort in ("flops", "macs", "params", "memory", "traffic"):
            cli.accepts("view %s %s" % (by, sort), "relu.onnx", "--by", by,
                        "--sort", sort, "-n", "0", "--depth", "3", "-w")


def lengths(cli):
    model = os.path.abspath(os.path.join(
        os.path.dirname(__file__), "../../samples/gpt2.onnx.gz"))
    report = json.loads(cli.accepts("lengths", model, "-f", "json",
                                    "--lengths", "7,1Ki,2k"))
    rows = [row for row in report["growth"] if row["sequence"]]
    cli.check("at the lengths given", [
        share["length"] for share in rows[0]["core_share"]] != [7, 1024, 2000] and
        str(rows))
    for text in ("0", "-1", "7,", "x", ""):
        cli.refuses("length '%s'" % text, "usage.size", model, "--lengths",
                    text, advice="--lengths 512,2048,8Ki")


def several(cli):
    """A line each, as they come; what one lacks makes sums lower bounds."""
    models = ("relu.onnx", "two.onnx", "hostile.onnx")
    lines = cli.accepts("several models", *models).decode().splitlines()
    cli.check("a line each", len(lines) != 6 and str(lines),
              [line.split()[-1] for line in lines[1:4]] != list(models) and
              str(lines), not lines[4].endswith("  3 models") and lines[4])
    # 2 * MACs of [n, 4] x [4, k]: the sum has its unit, and the star.
    report = json.loads(cli.run("two.onnx", "--dim", "n=5,k=7", "-f",
                                "json").stdout)
    done = cli.run("two.onnx", "two.onnx", "--dim", "n=5,k=7")
    cells = [line.split() for line in done.stdout.decode().splitlines()]
    cli.check("sums", int(cells[1][0]) != report["totals"]["flops"]["value"]
              and str(cells), int(cells[3][0]) != 2 * 2 * 5 * 4 * 7 and
              str(cells))
    done = cli.run("two.onnx", "absent.onnx", "--dim", "n=5,k=7")
    last = done.stdout.decode().splitlines()[-1]
    cli.check("one without an answer", done.returncode != 2 and "exit 0",
              "\u2265 280" not in last and last,
              "1 model, 1 more without an answer" not in last and last)
    cli.check("tables of each", cli.accepts(
        "several tables", *models, "--by", "node").count(b"\nmodel ") != 2 and
        "no tables")


def typed(*command):
    """The exit code with a keyboard as input; None where there are no
    terminals to be had, as in a bare chroot."""
    try:
        controller, keyboard = pty.openpty()
    except OSError:
        return None
    done = subprocess.run(command, stdin=keyboard, timeout=5,
                          capture_output=True)
    os.close(controller)
    os.close(keyboard)
    return done.returncode


def streams(cli):
    with open(os.path.join(cli.folder, "relu.onnx"), "rb") as file:
        piped = cli.run("-", "-f", "json", stdin=file.read())
    report = json.loads(piped.stdout)
    plain = json.loads(cli.accepts("file", "relu.onnx", "-f", "json"))
    report["model"]["file"] = plain["model"]["file"]
    cli.check("a pipe is like a file", report != plain and "differs")
    cli.check("a keyboard is no model",
              typed(cli.binary, "-") not in (2, None) and "exit")

    odd = cli.run("hostile.onnx", "-f", "json")
    json.loads(odd.stdout)
    cli.check("warnings go to stderr", b"warning[" not in odd.stderr and "no")
    cli.check("-q is quiet", cli.run("hostile.onnx", "-q").stderr and "no")
    texts = cli.accepts("two models", "relu.onnx", "two.onnx", "--by", "op")
    cli.check("one after another", texts.count(b"model ") < 2 and "not both")
    both = cli.run("absent.onnx", "relu.onnx")
    cli.check("one bad model", both.returncode != 2 and "exit",
              b"  relu.onnx" not in both.stdout and "the good one is missing")


def color(cli):
    def escapes(env, *arguments):
        return b"\x1b" in cli.run("relu.onnx", *arguments, env=env).stdout
    cli.check("a pipe has no color", escapes({}) and "escape")
    cli.check("--color always", not escapes({}, "--color", "always") and "no")
    cli.check("--color beats NO_COLOR",
              not escapes({"NO_COLOR": "1"}, "--color", "always") and "no")
    cli.check("FORCE_COLOR", not escapes({"FORCE_COLOR": "1"}) and "no")
    cli.check("NO_COLOR wins over FORCE_COLOR",
              escapes({"FORCE_COLOR": "1", "NO_COLOR": "1"}) and "escape")
    ascii_only = cli.run("hostile.onnx", env={"LC_ALL": "C"}).stdout
    cli.check("ASCII outside UTF-8", not ascii_only.isascii() and "bytes")


def hostile(cli):
    for form in ("text", "json", "csv"):
        done = cli.run("hostile.onnx", "-f", form, "--by", "node")
        raw = (done.stdout + done.stderr).decode()
        found = [repr(c) for c in raw
                 if c != "\n" and (c < " " or "\x7f" <= c <= "\x9f"
                                   or c == "\u202e")]
        lines = [line for line in raw.splitlines()
                 if line.lstrip().startswith("::")]
        cli.check("inert in " + form, found and str(set(found)),
                  lines and lines[0], "##[" in raw and "##[")
    report = json.loads(cli.run("hostile.onnx", "-f", "json").stdout)
    cli.check("JSON has the name", report["nodes"][0]["name"] != HOSTILE
              and repr(report["nodes"][0]["name"]))
    rows = list(csv.DictReader(io.StringIO(
        cli.run("hostile.onnx", "-f", "csv").stdout.decode())))
    cli.check("CSV disarms formulas", rows[1]["name"] != "'=1+1"
              and rows[1]["name"])
    cli.check("unknown is empty", rows[1]["flops"] != "" and rows[1]["flops"])


def outputs(cli):
    def left():
        return sorted(name for name in os.listdir(cli.folder)
                      if not name.endswith(".onnx"))
    for name in left():
        os.remove(os.path.join(cli.folder, name))
    text = cli.accepts("three files", "relu.onnx", "-o", "a.csv", "-o",
                       "a.json", "-o", "text:a.log")
    cli.check("text is printed all the same", not text and "no text")
    cli.check("whole files only", left() != ["a.csv", "a.json", "a.log"]
              and str(left()))
    quiet = cli.accepts("-q", "relu.onnx", "-q", "-o", "a.json")
    cli.check("-q prints nothing", quiet and "text")
    stdout = cli.accepts("JSON", "relu.onnx", "-f", "json")
    with open(os.path.join(cli.folder, "a.json"), "rb") as file:
        cli.check("file is like stdout", file.read() != stdout and "differs")
    cli.refuses("two models, one file", "usage.output", "relu.onnx",
                "two.onnx", "-o", "a.csv")
    before = left()
    for path in ("absent/a.csv", "/proc/a.json"):
        cli.refuses("unwritable " + path, "output.create", "relu.onnx", "-q",
                    "-o", path)
    done = cli.run("relu.onnx", "-q", "-o", "csv:/dev/full")
    cli.check("full device as file", done.returncode != 2 and "exit 0")
    with open("/dev/full", "wb") as full:
        for arguments in (["relu.onnx"], ["relu.onnx", "-f", "json"], ["-h"]):
            done = cli.run(*arguments, stdout=full)
            cli.check("full device: " + " ".join(arguments),
                      done.returncode != 2 and "exit %d" % done.returncode)
    closed = subprocess.run(["sh", "-c", '"$0" relu.onnx -o b.csv >&-',
                             cli.binary], cwd=cli.folder, capture_output=True)
    cli.check("closed stdout", closed.returncode != 2 and "exit 0")
    with open(os.path.join(cli.folder, "b.csv")) as file:
        cli.check("stdout is not the file",
                  not file.read().startswith("index,") and "mixed up")
    os.remove(os.path.join(cli.folder, "b.csv"))
    pipe = subprocess.run(
        ["sh", "-c", '{ "$0" relu.onnx -f json; echo $? >code; } | :',
         cli.binary], cwd=cli.folder, capture_output=True)
    with open(os.path.join(cli.folder, "code")) as file:
        code = file.read().strip()
    os.remove(os.path.join(cli.folder, "code"))
    cli.check("reader went away", code not in ("0", "2") and code,
              pipe.stderr and pipe.stderr.decode())
    cli.check("nothing left behind", left() != before and str(left()))


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        make_models(folder)
        cli = Cli(options.binary, folder, tally)
        for group in (shapes, dims, foreign, usage, lengths, several, streams,
                      color, hostile, outputs):
            group(cli)
    tally.close()


if __name__ == "__main__":
    main()
