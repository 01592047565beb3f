#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""valgrind on the release build: no bad access, no leak, on every exit path.

The sanitizers watch the C tests with every allocation a block of its own;
this watches the arenas as users have them.
"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

VALGRIND = ("--quiet", "--error-exitcode=99", "--leak-check=full",
            "--show-leak-kinds=definite,indirect")
MODELS = ("gpt2_past_D", "tv_resnet50_D", "script_loop_if_T",
          "genai_phi3_int4_cpu", "fn_resnet18_T_modulefunctions",
          "own_yololike_D", "custom_fusedmoe_T", "unet_nearest_D_dynhw")
FORMATS = ("text", "json", "csv")


def cases(folder):
    """(name, arguments) of runs that succeed, and of runs that cannot."""
    for model in MODELS:
        for form in FORMATS:
            yield ("%s as %s" % (model, form),
                   [harness.model_path(model), "-f", form])
    gpt2 = harness.model_path("gpt2_past_D")
    yield "bound", [gpt2, "--dim", "batch=1,seq=7,past=9"]
    yield "a wrong name to bind", [gpt2, "--dim", "no_such=1"]
    yield "a missing file", [os.path.join(folder, "none.onnx")]
    yield "a directory", [folder]
    with open(gpt2, "rb") as file:
        data = file.read()
    cut = os.path.join(folder, "cut.onnx.gz")
    with open(cut, "wb") as file:
        file.write(data[:len(data) // 2])
    yield "half a file", [cut]
    yield "an unwritable place", [gpt2, "-o", "/no/such/place/r.json"]


def main():
    options = harness.options(__doc__)
    harness.TIMEOUT_S = 600
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        work = list(cases(folder))

        def run(case):
            return harness.run("valgrind", *VALGRIND, options.binary,
                               *case[1])

        for (name, _), done in zip(work, harness.each(run, work)):
            tally.add(name, [] if done.code in (0, 2) else
                      [done.problem or done.stderr[-400:]])
    tally.close()


if __name__ == "__main__":
    main()
