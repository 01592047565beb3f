#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One surface: --help, help of every command, the completions for bash, zsh
and fish, the manual page, README.md and docs/operators.md say the same.

What they say is read back from each in its own language; the shells that are
installed are asked themselves.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

ROOT = os.path.dirname(harness.TESTS)
COMMANDS = ("report", "check", "explain", "ops", "completion", "help")
FLAG = re.compile(r"(?<![\w-])--([a-z][a-z-]+)")


def output(binary, *arguments):
    return harness.run(binary, *arguments).stdout.decode()


def flags_of_help(text):
    return set(re.findall(r"^  (?:-\w, |    )--([a-z-]+)", text, re.M))


def flags_of_readme():
    """Those of the table of options."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| (`-.*?) \|", file.read(), re.M)
    return set(FLAG.findall("\n".join(rows)))


def flags_used_in_docs():
    """(file, flag) of lines that call onnxcost."""
    for folder in (ROOT, os.path.join(ROOT, "docs")):
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".md"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                for line in file:
                    if re.search(r"\bonnxcost (?!completion)", line):
                        yield from ((name, flag)
                                    for flag in FLAG.findall(line))


def same(tally, name, got, wanted):
    tally.add(name, ["%s: %s" % (what, sorted(names)) for what, names in (
        ("missing", wanted - got), ("surplus", got - wanted)) if names])


def texts(binary, tally, by_command):
    every = set().union(*by_command.values())
    same(tally, "--help has the flags of report",
         flags_of_help(output(binary, "--help")), by_command["report"])
    bash = output(binary, "completion", "bash")
    zsh = output(binary, "completion", "zsh")
    fish = output(binary, "completion", "fish")
    man = output(binary, "completion", "man").replace("\\-", "-")
    for command in COMMANDS:
        listed = re.search(r'^ +%s\) words="(.*)" ;;' % command, bash, re.M)
        same(tally, "bash completes the flags of " + command,
             set(FLAG.findall(listed[1])), by_command[command])
        block = re.search(r"^        %s\) _arguments(.*?);;$" % command, zsh,
                          re.M | re.S)
        same(tally, "zsh completes the flags of " + command,
             set(re.findall(r"--([a-z-]+)=?\[|,--([a-z-]+)=?\}", block[1])
                 and [a or b for a, b in re.findall(
                     r"--([a-z-]+)=?\[|,--([a-z-]+)=?\}", block[1])]),
             by_command[command])
    same(tally, "fish completes all flags",
         set(re.findall(r" -l ([a-z-]+)", fish)), every)
    same(tally, "the manual page has all flags",
         set(re.findall(r"^(?:\\fB-\w\\fR, )?\\fB--([a-z-]+)\\fR", man, re.M)),
         every)
    of_man = {command: set() for command in COMMANDS}
    for flag, commands in re.findall(
            r"\\fB--([a-z-]+)\\fR.*?\n\(([a-z, ]+)\)\n", man, re.S):
        for command in commands.split(", "):
            of_man[command].add(flag)
    same(tally, "the manual page says which command takes which flag",
         {(c, f) for c in COMMANDS for f in of_man[c]},
         {(c, f) for c in COMMANDS for f in by_command[c]})
    same(tally, "README.md has all flags, and no other", flags_of_readme(),
         every)
    tally.add("what the docs call exists", [
        "%s: --%s" % use for use in flags_used_in_docs()
        if use[1] not in every and not use[1].endswith("-")])


def shells(binary, tally):
    with tempfile.TemporaryDirectory() as folder:
        for shell in ("bash", "zsh", "fish"):
            path = os.path.join(folder, shell)
            with open(path, "w") as file:
                file.write(output(binary, "completion", shell))
            if not shutil.which(shell):
                tally.skip("no %s here" % shell)
                continue
            done = subprocess.run([shell, "-n", path], capture_output=True)
            tally.add("%s reads its completions" % shell,
                      [done.stderr.decode()] if done.returncode or done.stderr
                      else [])
        bash_completes(tally, os.path.join(folder, "bash"))


def completions(script, words):
    """What bash offers for the last of the words."""
    ask = ("source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _onnxcost; "
           "printf '%%s\\n' \"${COMPREPLY[@]}\"" % (
               script, " ".join("'%s'" % word for word in words),
               len(words) - 1))
    done = subprocess.run(["bash", "-c", ask], capture_output=True)
    return set(done.stdout.decode().split()), done.stderr.decode()


def bash_completes(tally, script):
    for words, wanted in (
            (["onnxcost", "ch"], "check"),
            (["onnxcost", "check", "m.onnx", "--max-fl"], "--max-flops"),
            (["onnxcost", "m.onnx", "--sort", "tr"], "traffic"),
            (["onnxcost", "m.onnx", "-f", "js"], "json"),
            (["onnxcost", "help", "lim"], "limits"),
            (["onnxcost", "completion", "z"], "zsh")):
        got, said = completions(script, words)
        tally.add("bash completes " + " ".join(words),
                  [] if wanted in got and not said else [str(got), said])
    got, _ = completions(script, ["onnxcost", "report", "--max"])
    tally.add("report has no --max-flops to complete",
              [str(got)] if any("max" in word for word in got) else [])


def manual(binary, tally):
    if not shutil.which("groff"):
        tally.skip("no groff here")
        return
    done = subprocess.run(
        ["groff", "-man", "-Tascii", "-ww", "-z"],
        input=output(binary, "completion", "man").encode(),
        capture_output=True)
    tally.add("groff reads the manual page",
              [done.stderr.decode()] if done.returncode or done.stderr else [])


def operators(binary, tally):
    with open(os.path.join(ROOT, "docs", "operators.md"),
              encoding="utf-8") as file:
        kept = file.read()
    made = output(binary, "ops", "-f", "markdown")
    tally.add("docs/operators.md is what ops -f markdown prints",
              [] if kept == made else ["made anew it differs"])
    listed = output(binary, "ops")
    rows = set(re.findall(r"^\| `(\w+)`", made, re.M))
    tally.add("ops lists the same operators", [
        op for op in rows
        if not re.search(r"^  %s\s" % op, listed, re.M)][:5])
    for op, words in (("Softmax", "4n - 2"), ("com.microsoft::Attention", "MAC"),
                      ("If", "branch"), ("Tokenizer", "not known")):
        text = output(binary, "ops", op)
        tally.add("ops %s says its rule" % op,
                  [] if words in text and "1 MAC" in text and "= 2 FLOPs"
                  in text else [text])


def examples(binary, tally):
    """What README.md and docs/gates.md show, run again."""
    for page, command, locale in (
            (("README.md",), [], "C.UTF-8"),
            (("docs", "gates.md"), ["check"], "C")):
        with open(os.path.join(ROOT, *page), encoding="utf-8") as file:
            shown = re.search(r"^\$ onnxcost (.*resnet50\.onnx.*)\n((?:.*\n)*?)"
                              r"(?=```|\$ )", file.read(), re.M)
        words = shown[1].split()
        done = harness.run(binary, *words, cwd=os.path.join(ROOT, "samples"),
                           env={"LC_ALL": locale, "COLUMNS": "120"})
        tally.add("%s shows what %s prints" % (page[-1], " ".join(words)),
                  [] if shown[2] == done.stdout.decode() and
                  command == words[:len(command)]
                  else [done.stdout.decode() + done.stderr])


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    by_command = {command: flags_of_help(output(options.binary, "help",
                                                command))
                  for command in COMMANDS}
    tally.add("every command has help", [
        command for command in COMMANDS if not by_command[command]])
    texts(options.binary, tally, by_command)
    shells(options.binary, tally)
    manual(options.binary, tally)
    operators(options.binary, tally)
    examples(options.binary, tally)
    tally.close()


if __name__ == "__main__":
    main()
