#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Help: each diagnostic, limit and command that there is, and no other.

The ids are read out of the C sources, in three ways: literals that look like
"wire.truncated", whatever is passed where a function takes a parameter called
id, and names of limits, from which "limit.NAME" is made. A new one without a
row in cli/diagnostics.def fails here.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

ROOT = os.path.dirname(harness.TESTS)
ROWS = os.path.join("cli", "diagnostics.def")
ELSEWHERE = {"build", "tests"}  # folders whose sources print no diagnostics
COMMANDS = ("report", "check", "explain", "ops", "completion", "help")
LEVELS = ("info", "warning", "error")
# Literals that only look like ids.
NOT_IDS = {"ai.onnx", "com.microsoft", "onnxcost.yaml"}
# Who makes "limit.NAME" of the second argument.
LIMIT_CALLS = {"oc_limit_fail", "oc_scan_limit"}
LOOKUPS = {"print_diagnostic_of"}  # take any id, and print none
# What fields of oc_limits are called otherwise than --limit calls them.
LIMIT_NAMES = {"inlined": "inline"}
NO_FLAG = {"loops"}  # limits that nothing raises
# Flags of other programs that remedies name.
FOREIGN_FLAGS = {"--include", "--tflite"}

COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\')'
                     r"|/\*.*?\*/|//[^\n]*", re.S)
LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')
ID = re.compile(r"[a-z][a-z0-9]*\.[a-z0-9][a-z0-9-]*")
FUNCTION = re.compile(r"^[a-z][\w *]*?\b(\w+)\(([^;{}()]*)\)\s*[;{]", re.M)


# ---- C sources ----

def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def code_of(path):
    """A source without its comments."""
    return COMMENT.sub(lambda found: found[1] or " ", read(path))


def sources():
    """path -> code of all that is compiled, but for the rows themselves."""
    found = {}
    for folder, folders, files in os.walk(ROOT):
        if folder == ROOT:
            folders[:] = [name for name in folders
                          if name not in ELSEWHERE and name[0] != "."]
        for name in files:
            path = os.path.relpath(os.path.join(folder, name), ROOT)
            if name.endswith((".c", ".h", ".def")) and path != ROWS:
                found[path] = code_of(path)
    return found


def arguments(code, at):
    """The texts between the commas of the parentheses that open at `at`."""
    depth, texts, begin = 0, [], at + 1
    for token in re.finditer(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
                             r"|[()\[\]{},]", code[at:]):
        where, sign = at + token.start(), token[0]
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 or (depth == 1 and sign == ","):
            texts.append(code[begin:where])
            begin = where + 1
        if depth == 0:
            return texts
    return texts


def calls(code, name):
    """The arguments of each call; definitions look alike, calls through
    tables of functions are left out."""
    for found in re.finditer(r"(?<![\w.>])%s\(" % name, code):
        yield arguments(code, found.end() - 1)


def takers(code):
    """name -> the place of its parameter `id`, or None, of all functions that
    are declared or defined."""
    found = {}
    for name, parameters in FUNCTION.findall(code):
        places = [i for i, text in enumerate(parameters.split(","))
                  if re.search(r"\bconst char \*id$", text.strip())]
        found[name] = places[0] if places else None
    return found


def literals(text):
    return LITERAL.findall(text)


def ids_passed(code, positions, problems, path):
    for name, place in positions.items():
        for given in calls(code, name):
            text = given[place] if place < len(given) else ""
            if not literals(text) and not re.search(r"\bid\b", text):
                problems.append("%s: which id does %s() get from '%s'?" % (
                    path, name, text.strip()))
            yield from literals(text)


def limits_named(code, problems, path):
    for call in LIMIT_CALLS:
        for given in calls(code, call):
            text = given[1] if len(given) > 1 else ""
            if not literals(text) and not re.search(r"\bname\b", text):
                problems.append("%s: which limit does %s() get from '%s'?" % (
                    path, call, text.strip()))
            yield from literals(text)


def ids_of(codes, problems):
    """id -> the files that mention it."""
    shared = {}
    found = {}
    for path, code in codes.items():
        if path.endswith(".h"):
            shared.update(takers(code))
    for path, code in codes.items():
        positions = {name: place
                     for name, place in {**shared, **takers(code)}.items()
                     if place is not None and name not in LOOKUPS}
        ids = {text for text in literals(code) if ID.fullmatch(text)}
        ids |= set(ids_passed(code, positions, problems, path))
        ids |= {"limit." + name
                for name in limits_named(code, problems, path)}
        for text in literals(code):
            if re.fullmatch(r"[a-z]+\.%s", text) and text != "limit.%s":
                problems.append('%s: who makes ids of "%s"?' % (path, text))
        for name in ids - NOT_IDS:
            found.setdefault(name, []).append(path)
    return found


def levels_noted(codes):
    """(id, level) of what is put into reports."""
    severities = {"OC_INFO": "info", "OC_WARNING": "warning"}
    for code in codes.values():
        for given in calls(code, "oc_analysis_note"):
            if len(given) > 2 and given[1].strip() in severities:
                for name in literals(given[2]):
                    yield name, severities[given[1].strip()]


# ---- the rows ----

def joined(text):
    """The string that adjacent literals make."""
    return "".join(literals(text)).replace('\\"', '"').replace("\\\\", "\\")


def rows():
    """[(id, level, meaning, remedy)] in their order."""
    return [tuple(joined(text) for text in given)
            for given in calls(code_of(ROWS), "OC_DIAGNOSTIC")]


def check_rows(tally, table, codes):
    problems = []
    mentioned = ids_of(codes, problems)
    tally.add("every call names its id", problems)
    ids = [row[0] for row in table]
    tally.add("rows are sorted, and no id is there twice",
              [] if ids == sorted(set(ids)) else
              [b for a, b in zip(ids, ids[1:]) if a >= b])
    for name in sorted(mentioned):
        tally.add("explained: " + name, [] if name in ids else
                  ["%s says it: it needs a row, or is none of the ids "
                   "(NOT_IDS)" % ", ".join(mentioned[name])])
    for name in ids:
        tally.add("said: " + name,
                  [] if name in mentioned else ["no source says it"])
    known = {row[0]: row[1] for row in table}
    for name, level in sorted(set(levels_noted(codes))):
        tally.add("level of " + name,
                  [] if LEVELS.index(known.get(name, "error")) >=
                  LEVELS.index(level) else ["it is printed as " + level])


def check_wording(tally, table):
    long = [line for line in read(ROWS).splitlines() if len(line) > 80]
    tally.add("lines have 80 columns", long)
    for name, level, meaning, remedy in table:
        words = meaning + remedy
        tally.add("wording of " + name, [
            problem for bad, problem in (
                (level not in LEVELS, "level " + level),
                (not words.isascii(), "not ASCII"),
                ("  " in words, "two blanks"),
                (not meaning.endswith("."), "the meaning is no sentence"),
                (not remedy, "no remedy")) if bad])


# ---- the program ----

def said_lines(run):
    return run.stdout.decode().splitlines()


def flat(text):
    return " ".join(text.split())


# What is broken when it is wrapped: Python takes no indent there.
WHOLE = re.compile(r"^(?:\w+ -c '[^']*'|\w+ [^;,]*\| onnxcost -)")


def explanation_problems(binary, row):
    name, level, meaning, remedy = row
    run = harness.run(binary, "help", name)
    said = run.stdout.decode()
    command = WHOLE.search(remedy)
    return [problem for bad, problem in (
        (run.code != 0, "exit %s" % run.code),
        (run.stderr, run.stderr),
        ("%s[%s]" % (level, name) not in said, "no %s[%s]" % (level, name)),
        (flat(meaning) not in flat(said), "no meaning: " + said),
        ("do: " + flat(remedy) not in flat(said), "no remedy: " + said),
        (command and command[0] not in said, "a command is broken: " + said),
        (any(len(line) > 80 for line in said.splitlines()), "wide lines"),
    ) if bad]


def check_explanations(tally, binary, table):
    def problems(row):
        return explanation_problems(binary, row)
    for row, found in zip(table, harness.each(problems, table)):
        tally.add("help " + row[0], found)


def check_diagnostics(tally, binary, table):
    run = harness.run(binary, "help", "diagnostics")
    listed = [tuple(reversed(line.split())) for line in said_lines(run)
              if line.split()[:1] and line.split()[0] in LEVELS]
    wanted = [row[:2] for row in table]
    tally.add("help diagnostics lists them all", [
        "%s: listed or explained, not both" % " ".join(pair)
        for pair in sorted(set(listed) ^ set(wanted))] or
        ([] if listed == wanted else ["another order"]))


def fields_of_limits():
    fields = re.search(r"typedef struct oc_limits \{(.*?)\}",
                       code_of("include/onnxcost/model.h"), re.S)[1]
    return {LIMIT_NAMES.get(name, name.replace("_", "-"))
            for name in re.findall(r"uint64_t (\w+);", fields)}


def check_limits(tally, binary, table):
    fields = fields_of_limits()
    run = harness.run(binary, "help", "limits")
    # A row has more than its name; so has prose, which begins at the margin.
    listed = re.findall(r"^  ([a-z-]+) +\S", run.stdout.decode(), re.M)
    documented = re.findall(r"^\| `([a-z-]+)` \|", read("docs/limits.md"),
                            re.M)
    explained = {row[0].partition(".")[2] for row in table
                 if row[0].startswith("limit.")}
    for name, found in (("help limits", listed),
                        ("docs/limits.md", documented),
                        ("diagnostics", explained - NO_FLAG)):
        tally.add(name + " has the limits of oc_limits",
                  sorted(set(found) ^ fields))


def check_commands(tally, binary):
    for command in COMMANDS:
        run = harness.run(binary, "help", command)
        asked = harness.run(binary, command, "-h")
        tally.add("help " + command, [problem for bad, problem in (
            (run.code != 0, "exit %s" % run.code),
            (run.stderr, run.stderr),
            (b"onnxcost" not in run.stdout, "nothing said"),
            (command.encode() not in run.stdout, "not of " + command),
            (asked.code != 0, "exit %s of -h" % asked.code),
            (asked.stdout != run.stdout, "-h says something else"),
        ) if bad])


def check_unknown(tally, binary):
    for topic, advice in (("input.lfs-pointr", "input.lfs-pointer"),
                          ("wire.lenght", "wire.length"),
                          ("usage.unkown-flag", "usage.unknown-flag"),
                          ("no-such-topic-at-all", "help"),
                          ("", "help")):
        run = harness.run(binary, "help", topic)
        tally.add("no topic '%s'" % topic, [problem for bad, problem in (
            (run.code != 2, "exit %s" % run.code),
            (run.stdout, "something on standard output"),
            (not run.stderr.startswith("error[usage.unknown-topic]: "),
             run.stderr),
            (not re.search(r"\n  do: .*\b%s(?![\w-])" % re.escape(advice),
                           run.stderr), "no '%s': %s" % (advice, run.stderr)),
        ) if bad])


def check_remedies(tally, binary, table):
    """A flag that a text names exists; a limit is one that is taken."""
    known = set(FOREIGN_FLAGS)
    for command in COMMANDS:
        run = harness.run(binary, "help", command)
        known |= set(re.findall(r"--[a-z][a-z-]*", run.stdout.decode()))
    model = harness.model_path(harness.corpus()[0])
    for name, _, meaning, remedy in table:
        text = meaning + " " + remedy
        flags = set(re.findall(r"--[a-z][a-z-]*[a-z]\b", text))
        problems = ["%s is no flag" % flag for flag in sorted(flags - known)
                    if flag != "--max"]
        for limit in re.findall(r"--limit ([a-z-]+=\d\w*)", text):
            run = harness.run(binary, model, "-q", "--limit", limit)
            if run.code != 0:
                problems.append("--limit %s: %s" % (limit, run.stderr))
        tally.add("flags of " + name, problems)


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    table, codes = rows(), sources()
    check_rows(tally, table, codes)
    check_wording(tally, table)
    check_explanations(tally, options.binary, table)
    check_diagnostics(tally, options.binary, table)
    check_limits(tally, options.binary, table)
    check_commands(tally, options.binary)
    check_unknown(tally, options.binary)
    check_remedies(tally, options.binary, table)
    tally.close()


if __name__ == "__main__":
    main()
