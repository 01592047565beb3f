#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Outputs that fail, of every command: exit 2 (a gate that has failed keeps
its 1), one line that says why, no partial file, no temporary, the old report
as it was, and the model, too.

Full devices, closed streams, readers that leave, places that cannot be
written, signals. tests/cli/check_cli.py has the simple cases.
"""
import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

from onnx import TensorProto, helper

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

TIMEOUT_S = 20
NOBODY = 65534
OLD = b"the old report"
MODEL = "m.onnx"
LARGE = os.path.join(harness.TESTS, "..", "samples", "gpt2.onnx.gz")
FAILS = ["check", MODEL, "--max-nodes", "0"]
PASSES = ["check", MODEL, "--max-nodes", "9"]
# Each writes to standard output; the exit code is that of an error there.
COMMANDS = [([MODEL], 2), ([MODEL, "-f", "json"], 2),
            ([MODEL, "-f", "csv"], 2), (PASSES, 2), (FAILS, 1), (FAILS + ["-f", "json"], 1),
            (["explain", MODEL, "#0"], 2), (["ops"], 2), (["ops", "Relu"], 2),
            (["ops", "-f", "markdown"], 2), (["help"], 2),
            (["help", "diagnostics"], 2), (["help", "input.empty"], 2),
            (["completion", "bash"], 2), (["completion", "zsh"], 2),
            (["completion", "fish"], 2), (["completion", "man"], 2),
            (["-h"], 2), (["check", "-h"], 2), (["-V"], 2)]


class Outputs:
    """A folder with a small model, an old report, and what else a test puts
    into it."""

    def __init__(self, binary, tally):
        self.binary, self.tally = binary, tally
        self.place = tempfile.TemporaryDirectory()
        self.folder = self.place.name
        os.chmod(self.folder, 0o755)
        known = os.path.join(harness.KNOWN, "mish.onnx")
        with open(known, "rb") as file:
            self.model = file.read()
        self.write(MODEL, self.model)
        self.write("old.json", OLD)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def start(self, *arguments, **more):
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE, "cwd": self.folder, **more}
        return subprocess.Popen([self.binary, *arguments], **more)

    def run(self, *arguments, **more):
        process = self.start(*arguments, **more)
        stdout, stderr = process.communicate(timeout=TIMEOUT_S)
        return process.returncode, stdout or b"", stderr or b""

    def shell(self, line, *arguments):
        """`line` with "$@" as the program and its arguments."""
        done = subprocess.run(
            ["sh", "-c", line, "sh", self.binary, *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, cwd=self.folder,
            timeout=TIMEOUT_S)
        return done.returncode, done.stdout, done.stderr

    def unchanged(self, extra=()):
        """What the folder has too much, and what is not as it was."""
        left = set(os.listdir(self.folder)) - {MODEL, "old.json", *extra}
        return [problem for problem in (
            left and "left behind: %s" % sorted(left),
            self.read("old.json") != OLD and "the old report has changed",
            self.read(MODEL) != self.model and "the model has changed")
            if problem]

    def expect(self, name, done, code, error=None, extra=()):
        """`error`: the id of the one error; "" for none; None for any."""
        said = done[2].decode(errors="replace")
        errors = said.count("error[")
        wrong = [done[0] != code and "exit %d, not %d" % (done[0], code)]
        if error is not None:
            wrong += [errors != bool(error) and "%d errors" % errors,
                      error and "error[%s]: " % error not in said and
                      "no %s" % error]
        wrong = [problem for problem in wrong if problem]
        if wrong:
            wrong.append(said[:300])
        self.tally.add(name, wrong + self.unchanged(extra))

    def refuses(self, name, error, *arguments, **more):
        """By an option -o, as report and as a gate that passes or fails."""
        extra = more.pop("extra", ())
        for command, code in (([MODEL, "-q"], 2), (PASSES + ["-q"], 2),
                              (FAILS + ["-q"], 2 if error.startswith("usage")
                               else 1)):
            self.expect("%s: %s" % (name, " ".join(command[:1])),
                        self.run(*command, *arguments, **more), code, error,
                        extra)

    def remove(self, *names):
        for name in names:
            os.remove(self.path(name))


# ---- standard streams ----

def full_devices(out):
    with open("/dev/full", "wb") as full:
        for command, code in COMMANDS:
            out.expect("a full device under " + " ".join(command),
                       out.run(*command, stdout=full), code, "output.write")
            done = out.run(*command, stderr=full)
            out.expect("nothing can be said by " + " ".join(command), done,
                       1 if code == 1 else 0)
        out.expect("an error that cannot be said is exit 2",
                   out.run("absent.onnx", stderr=full), 2)


def closed_streams(out):
    for command, code in COMMANDS:
        name = " ".join(command)
        out.expect("closed standard output under " + name,
                   out.shell('"$@" >&-', *command), code, "output.write")
        whole = out.run(*command)
        done = out.shell('"$@" 2>&-', *command)
        out.expect("closed standard error under " + name, done, whole[0])
        out.tally.add("and all of its output", [] if done[1] == whole[1]
                      else ["differs"])
        out.expect("all streams closed under " + name,
                   out.shell('"$@" <&- >&- 2>&-', *command), code)
    out.expect("closed standard input is no model",
               out.shell('"$@" <&-', "-"), 2)
    out.expect("closed standard error, and an error",
               out.shell('"$@" 2>&-', "absent.onnx"), 2)
    done = out.shell('"$@" 2>&- >&-', MODEL, "-q", "-o", "r.json")
    out.expect("closed streams do not become the file", done, 0, None,
               ("r.json",))
    out.tally.add("which is a report", [] if json.loads(out.read("r.json"))
                  else ["empty"])
    out.remove("r.json")


def readers_that_leave(out):
    """The reading end is closed before anything is written to the pipe."""
    for command, code in COMMANDS:
        for whose in (signal.SIG_DFL, signal.SIG_IGN):
            reading, writing = os.pipe()
            os.close(reading)
            done = out.run(*command, stdout=writing, preexec_fn=lambda:
                           signal.signal(signal.SIGPIPE, whose),
                           restore_signals=False)
            os.close(writing)
            out.expect("nobody reads %s" % " ".join(command), done, code, "")
    reading, writing = os.pipe()
    process = out.start(LARGE, "-f", "json", stdout=writing)
    os.close(writing)
    os.read(reading, 100)
    os.close(reading)
    _, stderr = process.communicate(timeout=TIMEOUT_S)
    out.expect("a reader that leaves after 100 bytes",
               (process.returncode, b"", stderr), 2, "")


# ---- files ----

def places(out):
    os.mkdir(out.path("folder.json"))
    out.refuses("a directory", "output.directory", "-o", "folder.json",
                extra=("folder.json",))
    out.refuses("a directory by its slash", "output.directory", "-o",
                "json:folder.json/", extra=("folder.json",))
    os.rmdir(out.path("folder.json"))
    out.refuses("no directory", "output.create", "-o", "absent/r.json")
    out.refuses("a file as directory", "output.create", "-o",
                "old.json/r.json")
    out.refuses("a name too long", "output.write", "-o", "a" * 300 + ".json")
    done = out.run(MODEL, "-q", "-o", "a" * 300 + ".json")
    out.tally.add("and the reason is said", [] if b"too long" in done[2]
                  else [done[2].decode()])
    name = "b" * 250 + ".json"
    out.expect("a name as long as may be",
               out.run(MODEL, "-q", "-o", name), 0, "", (name,))
    out.remove(name)
    os.symlink("old.json", out.path("link.json"))
    os.symlink("absent.json", out.path("dangling.json"))
    for link in ("link.json", "dangling.json"):
        out.refuses("a symbolic link", "output.link", "-o", link,
                    extra=("link.json", "dangling.json"))
    out.remove("link.json", "dangling.json")
    out.refuses("a file system of the kernel", "output.create", "-o",
                "/proc/r.json")
    read_only(out)


def read_only(out):
    """Root may write everywhere: another user shall not."""
    more = {"user": NOBODY} if os.geteuid() == 0 else {}
    os.chmod(out.folder, 0o555)
    program = out.binary
    if more: # its own folder may be private
        out.place2 = tempfile.TemporaryDirectory()
        os.chmod(out.place2.name, 0o755)
        out.binary = os.path.join(out.place2.name, "onnxcost")
        with open(program, "rb") as file, open(out.binary, "wb") as copy:
            copy.write(file.read())
        os.chmod(out.binary, 0o755)
    try:
        out.refuses("a directory that may not be written", "output.create",
                    "-o", "r.json", **more)
        out.refuses("and an old report in it", "output.create", "-o",
                    "old.json", **more)
    finally:
        out.binary = program
        os.chmod(out.folder, 0o755)


def sizes(out):
    """RLIMIT_FSIZE: the system refuses to write on, and sends a signal that
    would kill."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    for path in ("r.json", "old.json"):
        out.refuses("a file that may not grow, " + path, "output.write", "-o",
                    path, preexec_fn=limit)
        out.refuses("a report beyond its limit, " + path, "limit.report",
                    "--limit", "report=1000", "-o", path)
    with open(out.path("stdout"), "wb") as file:
        done = out.run(MODEL, "-f", "json", stdout=file, preexec_fn=limit)
    out.expect("standard output that may not grow", done, 2, "output.write",
               ("stdout",))
    out.remove("stdout")


def special_files(out):
    out.expect("/dev/null", out.run(MODEL, "-q", "-o", "json:/dev/null"), 0,
               "")
    out.tally.add("is still a device", [] if stat.S_ISCHR(os.stat(
        "/dev/null").st_mode) else ["no longer"])
    out.refuses("a full device", "output.write", "-o", "json:/dev/full")
    out.expect("/dev/stdout", out.run(MODEL, "-q", "-o", "csv:/dev/stdout"),
               0, "")
    os.mkfifo(out.path("fifo"))
    process = out.start(MODEL, "-q", "-o", "json:fifo")
    with open(out.path("fifo"), "rb") as file:
        data = file.read()
    _, stderr = process.communicate(timeout=TIMEOUT_S)
    out.expect("a FIFO", (process.returncode, b"", stderr), 0, "", ("fifo",))
    out.tally.add("has the report", [] if json.loads(data) else ["empty"])
    process = out.start(MODEL, "-q", "-o", "json:fifo")
    reading = os.open(out.path("fifo"), os.O_RDONLY)
    os.close(reading)
    _, stderr = process.communicate(timeout=TIMEOUT_S)
    # What fits into the FIFO may be gone before its reader is.
    out.expect("a FIFO whose reader leaves",
               (process.returncode and 2, b"", stderr), process.returncode,
               "", ("fifo",))
    out.remove("fifo")


def other_devices(out):
    """The temporary is beside the file, so that a rename is one."""
    shared = "/dev/shm"
    if not os.access(shared, os.W_OK) or os.stat(
            shared).st_dev == os.stat(out.folder).st_dev:
        out.tally.skip("no second file system")
        return
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        path = os.path.join(folder, "r.json")
        out.expect("a file on another device",
                   out.run(MODEL, "-q", "-o", path), 0, "")
        out.tally.add("is there alone", [] if os.listdir(folder) == [
            "r.json"] else os.listdir(folder))


def several(out):
    for bad, error in (("absent/r.csv", "output.create"),
                       ("csv:/dev/full", "output.write")):
        done = out.run(MODEL, "-o", "r.json", "-o", bad, "-o", "s.csv")
        out.expect("the second of three, " + bad, done, 2, error, ("r.json",))
        out.tally.add("the first is whole", [] if json.loads(
            out.read("r.json")) else ["cut"])
        out.remove("r.json")
    out.expect("the old report before one that fails",
               out.run(MODEL, "-o", "absent/r.csv", "-o", "old.json"), 2,
               "output.create")


def models(out):
    """A report never takes the place of its model."""
    os.symlink(MODEL, out.path("link.onnx"))
    os.link(out.path(MODEL), out.path("hard.onnx"))
    names = ("link.onnx", "hard.onnx")
    for model, output in ((MODEL, MODEL), ("./" + MODEL, MODEL),
                          (MODEL, out.path(MODEL)), ("link.onnx", MODEL),
                          (MODEL, "link.onnx"), (MODEL, "hard.onnx")):
        for command in ([model], ["check", model, "--max-nodes", "0"]):
            out.expect("the model as output, %s as %s" % (model, output),
                       out.run(*command, "-q", "-o", "json:" + output), 2,
                       "usage.output", names)
    out.remove(*names)
    with open(out.path(MODEL), "rb") as file:
        out.expect("the model as standard input and as output",
                   out.run("-", "-q", "-o", "json:" + MODEL, stdin=file), 2,
                   "usage.output")
    out.write("bad.onnx", b"\xff" * 50)
    out.expect("no model, and an old report",
               out.run("bad.onnx", "-o", "old.json"), 2, None, ("bad.onnx",))
    out.expect("which may be a bad model itself",
               out.run("bad.onnx", "-o", "json:bad.onnx"), 2, "usage.output",
               ("bad.onnx",))
    out.remove("bad.onnx")


def data(out):
    """Nor that of the model's weights, nor one report that of another."""
    os.mkdir(out.path("sub"))
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4],
                          data_location=TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value="w.bin")
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])],
        [weights])
    out.write("sub/m.onnx", helper.make_model(graph).SerializeToString())
    out.write("sub/w.bin", bytes(16))
    names = ("sub",)
    for output in ("sub/w.bin", "./sub/../sub/w.bin", out.path("sub/w.bin")):
        out.expect("external data as output, " + output,
                   out.run("sub/m.onnx", "-q", "-o", "json:" + output), 2,
                   "usage.output", names)
    with open(out.path("sub/w.bin"), "rb") as file:
        out.tally.add("external data are as they were",
                      [] if file.read() == bytes(16) else ["changed"])
    out.expect("a name that no data have",
               out.run("sub/m.onnx", "-q", "-o", "json:w.bin"), 0, None,
               names + ("w.bin",))
    shutil.rmtree(out.path("sub"))
    for twice in (("w.bin", "w.bin"), ("w.bin", "./w.bin"), ("-", "-")):
        out.expect("one file twice, %s and %s" % twice,
                   out.run(MODEL, "-q", "-o", "json:" + twice[0], "-o",
                           "csv:" + twice[1]), 2, "usage.output", ("w.bin",))
    out.remove("w.bin")


def modes(out):
    for mask, mode in ((0o077, 0o600), (0o022, 0o644)):
        done = out.run(MODEL, "-q", "-o", "r.json", umask=mask)
        got = os.stat(out.path("r.json")).st_mode & 0o777
        out.expect("a new file", done, 0, "", ("r.json",))
        out.tally.add("has the mode that umask leaves", [] if got == mode
                      else ["%o" % got])
        out.remove("r.json")
    out.write("r.json", OLD)
    os.chmod(out.path("r.json"), 0o640)
    out.run(MODEL, "-q", "-o", "r.json")
    got = os.stat(out.path("r.json")).st_mode & 0o777
    out.tally.add("an old file keeps its mode", [] if got == 0o640 else
                  ["%o" % got])
    out.remove("r.json")


def not_theirs(out):
    for command in (["explain", MODEL, "#0"], ["ops"], ["help"],
                    ["completion", "bash"]):
        out.expect("%s has no -o" % command[0],
                   out.run(*command, "-o", "r.json"), 2, "usage.option")


# ---- signals ----

def waits(process):
    """True as soon as the process sleeps; it does nothing else then."""
    for _ in range(TIMEOUT_S * 100):
        with open("/proc/%d/stat" % process.pid) as file:
            if file.read().rpartition(")")[2].split()[0] == "S":
                return True
        time.sleep(0.01)
    return False


def end(out, name, process, number, extra=()):
    if not waits(process):
        out.tally.add(name, ["it does not wait"])
    process.send_signal(number)
    try:
        stdout, stderr = process.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        out.tally.add(name, ["signal %d does not end it" % number])
        return
    out.expect("%s, signal %d" % (name, number),
               (process.returncode, stdout, stderr), -number, "", extra)


def signals(out):
    if not os.path.exists("/proc/self/stat"):
        out.tally.skip("no /proc to see who waits")
        return
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                   signal.SIGKILL):
        for command in (["-"], ["check", "-", "--max-nodes", "0"]):
            process = out.start(*command, "-o", "old.json", "-o", "r.json",
                                stdin=subprocess.PIPE)
            end(out, "while the model comes", process, number)
        process = out.start(LARGE, "-f", "json", "-o", "r.json")
        end(out, "while nobody reads on", process, number, ("r.json",))
        out.tally.add("the file is whole", [] if json.loads(
            out.read("r.json")) else ["cut"])
        out.remove("r.json")
        os.mkfifo(out.path("fifo"))
        process = out.start(MODEL, "-o", "json:fifo")
        end(out, "while nobody opens the FIFO", process, number, ("fifo",))
        out.remove("fifo")


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    # Whoever started this may ignore them, and those started would, too.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    out = Outputs(options.binary, tally)
    for group in (full_devices, closed_streams, readers_that_leave, places,
                  sizes, special_files, other_devices, several, models, data,
                  modes, not_theirs, signals):
        if options.only in group.__name__:
            group(out)
    out.place.cleanup()
    tally.close()


if __name__ == "__main__":
    main()
