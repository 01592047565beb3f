#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile strings in every field of a model, in every format: parsed back
they are the same string, and nothing else happens.

What must be so of each string of strings.py:
- JSON has it, each byte that is not UTF-8 as U+FFFD.
- CSV has it behind its guards: an apostrophe in front of what a spreadsheet
  would compute or a log would run, controls spelt \\xNN or \\u{...}. That
  cannot be undone where a name has such a spelling itself: JSON is exact.
- Text and errors have it spelt like that, "##" as "#\\x23"; no line begins
  with it.
- No format has a raw control or a command of a CI system; exit codes are those
  of the same model with plain names; no file appears.
HTML is judged when the program can write it.
"""
import csv
import html.parser
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

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from hostile import strings
from support import harness

TIMEOUT_S = 60
UTF8 = {"LC_ALL": "C.UTF-8"}
csv.field_size_limit(1 << 30)
# What must not be raw: stated here independently of reports/unicode.c.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U0010ffff]")
COMMAND = re.compile(r"^\s*::|##\[|##teamcity\[", re.M)
STYLES = re.compile("\x1b\\[(?:0|1|1;3[136])m")
# Those that come out raw.
BLANKS = "((?:(?![\n\u2028\u2029\x85\x1c-\x1f\x0b-\r])\\s)*)"
GUARDED = tuple("=+-@\t\r")


def spell(character):
    code = ord(character)
    return ("\\x%02x" if code < 256 else "\\u{%x}") % code


def shown(text, utf8=True):
    """As text and errors show it."""
    text = re.sub("##+", lambda found: "#" + "\\x23" * (len(found[0]) - 1),
                  text)
    text = HIDDEN.sub(lambda found: spell(found[0]), text)
    return text if utf8 else re.sub("[^\x00-\x7f]",
                                    lambda found: spell(found[0]), text)


def cell(text):
    """As CSV has it, when csv has read it."""
    guarded = re.sub(r"#(?=#\[|#teamcity\[)", "#'", text)
    guarded = re.sub("(?<=\n)" + BLANKS + "::", r"\1'::", guarded)
    guarded = HIDDEN.sub(lambda found: found[0] if found[0] in "\n\t" else
                         spell(found[0]), guarded)
    return "'" + guarded if text.startswith(GUARDED) else guarded


def uncell(text):
    """What a reader who knows the guards makes of a cell."""
    if re.match(r"'(?:[=+@\t-]|\\x0d)", text):
        text = text[1:]
    text = re.sub(r"#'(?=#)", "#", text)
    text = re.sub("(\n\\s*)'::", r"\1::", text)
    return re.sub(r"\\x([0-9a-f]{2})|\\u\{([0-9a-f]+)\}",
                  lambda found: chr(int(found[1] or found[2], 16)), text)


# ---- what a stream may hold ----

def begins_with(text, name):
    """A line that a model's string begins. Blanks and what is hardly a word
    begin lines of ours, too."""
    start = shown(name).strip()[:24]
    return len(start) > 2 and any(
        line.strip().startswith(start) for line in text.splitlines())


def stream_problems(what, data, name, lines=True, allowed="\n"):
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return ["%s: %s" % (what, error)]
    raw = {found for found in HIDDEN.findall(text) if found not in allowed}
    command = COMMAND.search(text)
    return [problem for problem in (
        raw and "%s: raw %r" % (what, sorted(raw)),
        command and "%s: a command: %r" % (
            what, text[max(0, command.start() - 40):command.end() + 20]),
        lines and begins_with(text, name) and
        "%s: a line begins with it" % what) if problem]


class Done:
    def __init__(self, code, stdout, stderr=b""):
        self.code, self.stdout, self.stderr = code, stdout, stderr


class Case:
    """One string: its model, alone in a folder, and what was wrong."""

    def __init__(self, binary, folder, name, model):
        self.binary, self.folder, self.name = binary, folder, name
        self.model = model
        self.text = strings.decoded(model.text)
        self.problems = []
        self.codes = []
        with open(os.path.join(folder, "m.onnx"), "wb") as file:
            file.write(model.data)

    def bad(self, what, problem=True):
        if problem:
            self.problems.append(what)

    def run(self, *arguments, env=None):
        done = subprocess.run(
            [self.binary, *arguments], cwd=self.folder, capture_output=True,
            stdin=subprocess.DEVNULL, timeout=TIMEOUT_S,
            env={**os.environ, **UTF8, **(env or {})})
        self.codes.append(done.returncode)
        what = " ".join(part if isinstance(part, str) else repr(part)
                        for part in arguments)[:60]
        self.problems += stream_problems(
            "stderr of " + what, done.stderr, self.text)
        self.bad("exit %d of %s: %r" % (done.returncode, what,
                                        done.stderr[-300:]),
                 done.returncode not in (0, 1, 2) or
                 b"Sanitizer" in done.stderr or
                 b"runtime error: " in done.stderr)
        return Done(done.returncode, done.stdout, done.stderr)

    def output(self, form, *more):
        done = self.run("m.onnx", "-f", form, *more)
        self.bad("exit %d of %s" % (done.code, form), done.code != 0)
        return done.stdout


# ---- JSON ----

def json_strings(value, found):
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, dict):
        for part in value.values():
            json_strings(part, found)
    elif isinstance(value, list):
        for part in value:
            json_strings(part, found)
    return found


def tagged(case, *names):
    return [case.text + "~" + name for name in names]


def wanted_scopes(case, report):
    """From node names, and from metadata that is printed lists or paths."""
    text = case.text
    found = {node["name"]: node["scope"] for node in report["nodes"]}
    row, = tagged(case, "r")
    plain = row.lstrip("/")
    wanted = {row: plain.rpartition("/")[0]}
    if not set(text) & set("'\""):
        wanted[tagged(case, "scoped")[0]] = text + "~sc"
    if "/" not in text and ": " not in text:
        wanted[tagged(case, "/deep/er/add")[0]] = text + "~ns"
    for name, scope in wanted.items():
        case.bad("JSON: scope %r, not %r" % (found.get(name), scope),
                 found.get(name) != scope)


def check_json(case):
    data = case.output("json")
    case.problems += stream_problems("JSON", data, case.text, lines=False)
    report = case.report = json.loads(data)
    text, model = case.text, report["model"]
    rows = [(node["name"], node["op_type"], node["domain"])
            for node in report["nodes"]]
    missing = [row for row in case.rows if row not in rows]
    case.bad("JSON: no row %r" % missing[:1], missing)
    for place, said, wanted in (
            ("producer", model["producer"], text),
            ("producer_version", model["producer_version"], text),
            ("graph", model["graph"], text),
            ("opsets", [opset["domain"] for opset in model["opsets"]],
             [""] + tagged(case, "dom", "fd")),
            ("external_data", [file["file"] for file in
                               model["external_data"]], [text]),
            ("inputs", [value["name"] for value in report["inputs"]],
             tagged(case, "x", "n", "u")),
            ("outputs", [value["name"] for value in report["outputs"]],
             tagged(case, "z", "f", "m", "k", "nz", "sg", "ks", "lp")),
            ("coverage", [(op["op"], op["domain"]) for op in
                          report["coverage"]["unknown"]],
             [tuple(tagged(case, "op", "dom"))])):
        case.bad("JSON: %s is %r" % (place, said), said != wanted)
    originals = {symbol["original"] for symbol in report["symbols"]}
    missing = set(tagged(case, "batch", "n", "declared")) - originals
    case.bad("JSON: no symbol %r" % missing, missing)
    everywhere = json_strings(report, set())
    missing = set(tagged(case, "y", "w", "zero", "one", "bias", "a", "p", "q",
                         "s", "c", "d", "v", "w2")) - everywhere
    case.bad("JSON: no tensor %r" % missing, missing)
    wanted_scopes(case, report)
    path = os.path.join(case.folder, "r.json")
    case.run("m.onnx", "-q", "-o", "r.json")
    with open(path, "rb") as file:
        case.bad("the file is not like the stream", file.read() != data)
    os.remove(path)


# ---- CSV ----

def check_csv(case):
    data = case.output("csv")
    case.problems += stream_problems("CSV", data, case.text, lines=False,
                                     allowed="\n\t")
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    nodes = case.report["nodes"]
    case.bad("CSV: %d rows" % len(rows), len(rows) != len(nodes))
    spelt = re.search(r"\\[xu]|^'|#'#|\n\s*'::", case.text)
    for row, node in zip(rows, nodes):
        for key in ("name", "op_type", "domain", "scope", "subgraph"):
            wanted = node[key] or ""
            case.bad("CSV: %s %r" % (key, row[key][:60]),
                     row[key] != cell(wanted))
            case.bad("CSV: %s %r is not undone" % (key, row[key][:60]),
                     not spelt and uncell(row[key]) != wanted)


# ---- text ----

def on_terminal(case, *arguments):
    """What a terminal gets of both streams; None where there is none."""
    try:
        controller, terminal = pty.openpty()
    except OSError:
        return None
    process = subprocess.Popen(
        [case.binary, *arguments], cwd=case.folder, stdin=subprocess.DEVNULL,
        stdout=terminal, stderr=terminal, env={**os.environ, **UTF8})
    os.close(terminal)
    said = b""
    while select.select([controller], [], [], TIMEOUT_S)[0]:
        try:
            part = os.read(controller, 1 << 16)
        except OSError:
            break
        if not part:
            break
        said += part
    os.close(controller)
    case.codes.append(process.wait(TIMEOUT_S))
    return STYLES.sub("", said.replace(b"\r\n", b"\n").decode(
        errors="surrogateescape")).encode(errors="surrogateescape")


def check_text(case):
    whole = case.output("text", "-w", "-n", "0", "--by", "node")
    case.problems += stream_problems("text", whole, case.text)
    words = whole.decode(errors="replace")
    for text in [case.text] + tagged(
            case, "x", "n", "u", "z", "lp", "op", "dom", "r", "odd", "mm",
            "scoped", "inner", "batch", "declared"):
        case.bad("text: no %r" % shown(text)[:60], shown(text) not in words)
    for by in ("op", "scope"):
        case.problems += stream_problems(
            "text by " + by, case.output("text", "--by", by, "--depth", "9"),
            case.text)
    terminal = on_terminal(case, "m.onnx", "-v", "--by", "node")
    if terminal is not None:
        case.problems += stream_problems("terminal", terminal, case.text)
    plain = case.run("m.onnx", "--by", "node", "-w", env={"LC_ALL": "C"})
    case.bad("not ASCII in the C locale", not plain.stdout.isascii() or
             not plain.stderr.isascii())
    case.problems += stream_problems("text in ASCII", plain.stdout, case.text)
    case.bad("no %r in ASCII" % case.text[:60],
             shown(case.text, False) not in plain.stdout.decode())


def check_size(case):
    """A name does not fill a screen, and a page of text not a disk."""
    for arguments in ([], ["--by", "node"], ["--by", "scope", "--depth", "9"]):
        said = case.output("text", *arguments)
        case.bad("%d bytes of text" % len(said), len(said) > 100_000)


def check_commands(case):
    """check and explain: exit codes are compared with the plain model's."""
    data = strings.decoded(case.model.text)
    for arguments in (["--max-flops", "1G"], ["--max-params", "1"],
                      ["--max-nodes", "99", "-f", "json"]):
        said = case.run("check", "m.onnx", *arguments).stdout
        case.problems += stream_problems("check", said, case.text,
                                         lines="json" not in arguments)
    nodes = ["#1", "#2", "#5"]
    nodes += tagged(case, "r", "lp") # as reports have them
    for node in nodes:
        done = case.run("explain", "--", "m.onnx", node)
        case.problems += stream_problems("explain", done.stdout, case.text)
        case.bad("explain says %d to %r" % (done.code, node[:40]),
                 done.code != 0)
    case.bad("explain has no operand", shown(data + "~lp") not in case.run(
        "explain", "m.onnx", "#11").stdout.decode())


# ---- HTML ----

class Page(html.parser.HTMLParser):
    """The elements and attributes, and the text."""

    def __init__(self, data):
        super().__init__(convert_charrefs=True)
        self.elements, self.attributes, self.words = [], [], ""
        self.inert = 0 # within script and style
        self.feed(data)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, tuple(name for name, _ in attributes)))
        self.inert += tag in ("script", "style")
        self.attributes += [value for _, value in attributes if value]

    def handle_endtag(self, tag):
        self.inert -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.inert:
            self.words += data # a control is an element of its own

    def handle_comment(self, data):
        self.elements.append(("comment", ()))

    def kinds(self):
        """Which there are: how often depends on the text."""
        return set(self.elements)


def writes_html(binary, folder):
    said = harness.run(binary, "m.onnx", "-f", "html", cwd=folder).stdout
    return said[:200].lower().lstrip().startswith(b"<!doctype html")


def check_html(case, plain):
    data = case.output("html")
    case.problems += stream_problems("HTML", data, case.text, lines=False,
                                     allowed="\n\t")
    page = Page(data.decode(errors="replace"))
    more = page.kinds() - Page(plain).kinds()
    case.bad("HTML: new elements %r" % sorted(more)[:3], more)
    words = page.words + "\n".join(page.attributes)
    longest = 60 # a page may cut names
    for text in tagged(case, "r", "x", "op", "mm"):
        case.bad("HTML: no %r" % text[:60], len(text) < longest and
                 text not in words and shown(text) not in words)


# ---- errors that name what was typed, or what the model says ----

def broken(model):
    """Models that are refused with a message about a name."""
    text, data = model.text, model.data
    f = strings.fields
    relu = strings.node(b"Relu", [text], [text + b"~"], text)
    outputs = (12, model.value(b"", strings.FLOAT, [2]))

    def whole(*graph):
        return f((1, 10), (7, f((2, b"g"), *graph)), (8, f((2, 17))))
    yield "unknown value", whole((1, relu), outputs)
    yield "unknown output", whole(outputs)
    yield "cycle", whole(
        (1, strings.node(b"Relu", [text + b"~"], [text + b"~2"], text)),
        (1, strings.node(b"Relu", [text + b"~2"], [text + b"~"], text)),
        outputs)
    yield "duplicate value", whole(
        (11, model.value(b"x", strings.FLOAT, [2])),
        (1, strings.node(b"Relu", [text + b"~x"], [text + b"~"], text)),
        (1, strings.node(b"Relu", [text + b"~x"], [text + b"~"], text)),
        outputs)
    yield "bad external data", data.replace(
        strings.entry(b"length", b"64"), strings.entry(b"length", b"6x"))
    yield "a tail", data + b"\xff" + text


def check_broken(case):
    for what, data in broken(case.model):
        with open(os.path.join(case.folder, "m.onnx"), "wb") as file:
            file.write(data)
        done = case.run("m.onnx", "-o", "r.json")
        errors = done.stderr.count(b"error[")
        case.bad("%s: exit %d, %d errors" % (what, done.code, errors),
                 done.code != 2 or errors != 1 or done.stdout)
    with open(os.path.join(case.folder, "m.onnx"), "wb") as file:
        file.write(case.model.data)


def check_typed(case):
    """A hostile word at every place of the command line."""
    text = case.model.text
    if len(text) >= strings.LONG_BYTES: # messages are cut
        return
    value = b"=" + text
    for arguments in (
            [b"./" + text.replace(b"/", b"_") + b".onnx"], [text + b"/."],
            ["m.onnx", b"--input-shape=" + text + b":1,2"],
            ["m.onnx", b"--input-shape=" + text],
            ["m.onnx", b"--dim" + value + b"=1"], ["m.onnx", b"--dim" + value],
            ["m.onnx", b"--format" + value], ["m.onnx", b"--output" + value],
            ["m.onnx", b"-oxlsx:" + text], ["m.onnx", b"--by" + value],
            ["m.onnx", b"--top" + value], ["m.onnx", b"--limit" + value],
            ["m.onnx", b"--limit" + value + b"=3"],
            ["check", "m.onnx", b"--max-flops" + value],
            ["explain", "--", "m.onnx", b"no " + text],
            ["ops", "--", b"no " + text], ["help", "--", b"no " + text],
            ["completion", "--", b"no " + text],
            [b"no" + text.translate(None, b"./")],
            ["m.onnx", b"--no-" + text]):
        done = case.run(*arguments)
        case.bad("exit %d of %r" % (done.code, arguments), done.code != 2)
        errors = re.findall(rb"^error\[", done.stderr, re.M)
        case.bad("%d errors of %r" % (len(errors), arguments),
                 len(errors) != 1)
        case.bad("stdout of %r" % arguments, done.stdout)


# A shell's words are never more than they were.
COMMANDS = re.compile(r"[;&|<>$`]")


def check_advice(case):
    """What is suggested runs nothing but what it says."""
    done = case.run("m.onnx", b"--input-shape=" + case.model.tag(b"x") +
                    b":1,2,3") if len(case.model.text) < 1000 else None
    if done is None:
        return
    case.bad("no rank error: %r" % done.stderr[:200],
             b"usage.shape-mismatch" not in done.stderr)
    advice = done.stderr.decode().partition("  do: ")[2].rstrip("\n")
    words = shlex.split(advice)
    case.bad("advice of %d words: %s" % (len(words), advice), len(words) != 2)
    bare = re.sub(r"'[^']*'|\\'", "", advice)
    case.bad("a shell runs part of %s" % advice, COMMANDS.search(bare))


# ---- a file of that name ----

def check_file_name(case):
    name = case.model.text.replace(b"/", b"_")[:200] + b".onnx"
    path = os.path.join(case.folder.encode(), name)
    with open(path, "wb") as file:
        file.write(case.model.data)
    text = strings.decoded(name)
    report = json.loads(case.run(b"./" + name, "-f", "json").stdout)
    case.bad("file %r" % report["model"]["file"],
             report["model"]["file"] != text)
    for arguments in ([], ["-f", "csv"], ["-q", b"-ocsv:" + name + b".csv"]):
        said = case.run(b"./" + name, *arguments).stdout
        case.problems += stream_problems("file name", said, text,
                                         allowed="\n\t", lines=not arguments)
    terminal = on_terminal(case, b"./" + name)
    if terminal is not None:
        case.problems += stream_problems("terminal", terminal, text)
        advice = terminal.decode().partition("  next: ")[2].strip()
        case.bad("advice: %s" % advice, len(shlex.split(advice)) != 4)
    os.remove(path)
    os.remove(path + b".csv")
    with open(path, "wb") as file: # it is no model now
        file.write(b"version https://git-lfs.github.com/spec/v1\n")
    case.run(b"./" + name)
    os.remove(path)


# ---- a megabyte ----

def check_megabyte(binary, text):
    data = strings.megabyte(text)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.onnx")
        with open(path, "wb") as file:
            file.write(data)
        report = harness.run_json(binary, path)
        table = harness.run(binary, path, "-f", "csv")
        words = [harness.run(binary, path, *more).stdout
                 for more in ([], ["--by", "node"], ["--by", "scope"])]
        over = harness.run(binary, path, "--limit", "name=%d" % len(text))
    if report.problem:
        return [report.problem]
    wanted = [strings.decoded(text + name) for name in (b"r", b"odd")]
    rows = csv.DictReader(io.StringIO(table.stdout.decode(), newline=""))
    return [problem for bad, problem in (
        ([node["name"] for node in report.report["nodes"]] != wanted, "JSON"),
        ([row["name"] for row in rows] != list(map(cell, wanted)), "CSV"),
        (len(report.stdout) > 24 * len(data),
         "%d bytes of JSON" % len(report.stdout)),
        (any(len(text) > 20_000 for text in words), "a page of %d bytes" %
         max(map(len, words))),
        (over.code != 2 or "error[limit.name]" not in over.stderr[:40],
         "limit.name: " + over.stderr[:60])) if bad]


def check_symbols(binary, letters, names):
    """A long dim_param does not make every formula long."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.onnx")
        with open(path, "wb") as file:
            file.write(strings.long_symbol(letters))
        report = harness.run_json(binary, path)
        bound = harness.run_json(binary, path, *(
            ["--dim", "a" * letters + "=3"] if letters < 10_000 else []))
    if report.problem or bound.problem:
        return [report.problem or bound.problem]
    said = [symbol["name"] for symbol in report.report["symbols"]]
    originals = [symbol["original"] for symbol in report.report["symbols"]]
    return [problem for bad, problem in (
        (said != names, "symbols %r" % said),
        (originals != ["a" * letters, "b" * letters], "originals"),
        (len(report.stdout) > 50 * 300 * 20 + 9 * letters,
         "%d bytes" % len(report.stdout))) if bad]


# ---- the whole ----

def attempt(check, case):
    """What does not parse is a finding like any other."""
    try:
        check(case)
    except (ValueError, KeyError, csv.Error) as error:
        case.bad("%s: %r" % (check.__name__, error))


def judge(work):
    binary, name, text, plain, page = work
    with tempfile.TemporaryDirectory() as folder:
        case = Case(binary, folder, name, strings.Model(text))
        case.rows = [tuple(map(strings.decoded, row))
                     for row in case.model.rows]
        checks = [check_json, check_csv, check_text, check_size,
                  check_commands]
        for check in checks + ([lambda case: check_html(case, page)]
                               if page else []):
            attempt(check, case)
        codes = list(case.codes)
        for check in (check_broken, check_typed, check_advice,
                      check_file_name):
            attempt(check, case)
        case.bad("exit codes %r, of plain names %r" % (codes, plain),
                 plain is not None and codes[:len(plain)] != plain)
        left = sorted(os.listdir(folder.encode()))
        case.bad("files: %r" % left, left != [b"m.onnx"])
    return name, case.problems, codes


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    page = None
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "m.onnx"), "wb") as file:
            file.write(strings.Model(strings.PLAIN).data)
        if writes_html(options.binary, folder):
            page = harness.run(options.binary, "m.onnx", "-f", "html",
                               cwd=folder).stdout.decode()
    name, problems, plain = judge((options.binary, "plain names",
                                   strings.PLAIN, None, page))
    tally.add(name, problems)
    chosen = {**strings.HOSTILE, **strings.LONG}
    work = [(options.binary, name, text, plain, page)
            for name, text in chosen.items() if options.only in name]
    for name, problems, _ in harness.each(judge, work):
        tally.add("hostile everywhere: " + name, problems)
    for kind in (b"a", "\u5c42".encode()):
        text = kind * (strings.MEGABYTE // len(kind))
        tally.add("names of a megabyte of %r" % kind,
                  check_megabyte(options.binary, text))
    for letters, names in ((255, ["a" * 255, "b" * 255]),
                           (256, ["d_0", "d_1"]),
                           (strings.MEGABYTE, ["d_0", "d_1"])):
        tally.add("dim_params of %d letters" % letters,
                  check_symbols(options.binary, letters, names))
    if page is None:
        tally.skip("this build writes no HTML", len(work))
    tally.close()


if __name__ == "__main__":
    main()
