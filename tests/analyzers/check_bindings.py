#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bindings: what --dim and --input-shape may say, and what they must not.

Each case is a small model in ONNX's text form with command lines. A line
either gives output shapes, or must end with exit code 2 and a message that
holds certain words.
"""
import os
import sys
import tempfile

import onnx
from onnx import parser

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

CASES = []


def case(name, text, *lines):
    """A line: its arguments, then the shapes of the outputs, as text, or the
    words of an error."""
    CASES.append((name, text, lines))


ONE = "g (float[b,c,4] x) => (y) { y = Relu(x) }"
TWO = """g (float[b,s] x, float[b,4] z) => (y, v) {
  y = Relu(x) v = Relu(z) }"""

case("dim_binds", ONE,
     ("", "[b,c,4]"),
     ("--dim b=3", "[3,c,4]"),
     ("--dim b=3,c=5", "[3,5,4]"),
     ("-d b=3 -d c=5", "[3,5,4]"),
     ("-d b=0,c=1", "[0,1,4]"),
     ("-d b=3 -d b=4", "[4,c,4]"),
     ("-d b=-1", "error usage.out-of-range b"),
     ("-d b=x", "error"),
     ("-d b=", "error"),
     ("-d =3", "error"),
     ("-d nobody=3", 'error usage.unknown-symbol "nobody" b, c'),
     ("-d b=99999999999999999999", "error"))

case("input_shape_spellings", ONE,
     ("--input-shape 2,3,4", "[2,3,4]"),
     ("--input-shape 2x3x4", "[2,3,4]"),
     ("--input-shape [2,3,4]", "[2,3,4]"),
     ("--input-shape x:2,3,4", "[2,3,4]"),
     ("--input-shape x:2x3x4", "[2,3,4]"),
     ("--input-shape x:[2,3,4]", "[2,3,4]"),
     ("--input-shape b,7,4", "[b,7,4]"),
     ("--input-shape x:n,m,4", "[n,m,4]"),
     ("--input-shape x:n,n,4", "[n,n,4]"),
     ("--input-shape x:n,n,4 -d n=5", "[5,5,4]"),
     ("--input-shape 2,3", "error usage.shape-mismatch"),
     ("--input-shape 2,3,4,5", "error usage.shape-mismatch"),
     ("--input-shape q:2,3,4", 'error usage.unknown-input "q"'),
     ("--input-shape 2,-3,4", "error"),
     ("--input-shape 2,3,8", "[2,3,8]"))

case("input_shape_names_an_input", TWO,
     ("--input-shape 2,3", "error usage.input-name"),
     ("--input-shape x:2,3", "[2,3] [2,4]"),
     ("--input-shape x:2,3 --input-shape z:2,4", "[2,3] [2,4]"),
     ("--input-shape x:2,3 --input-shape z:5,4",
      "error usage.shape-mismatch"),
     ("--input-shape x:2,3 -d b=2", "[2,3] [2,4]"),
     ("--input-shape x:2,3 -d b=5", "error"))

case("names_with_colons_and_slashes",
     'g (float[b,4] "in/x:0") => (y) { y = Relu("in/x:0") }',
     ("--input-shape in/x:0:3,4", "[3,4]"))

case("dim_param_expressions",
     """g (float[b,past,4] x, float[b,total,4] z) => (y, v) {
     y = Relu(x) v = Relu(z) }""".replace("total", "past_plus_seq"),
     ("-d past=3", "[b,3,4] [b,past_plus_seq,4]"))

case("assumption_from_adding",
     "g (float[n] x, float[m] z) => (y) { y = Mul(x, z) }",
     ("-d n=3,m=3", "[3]"),
     ("-d n=3,m=1", "[3]"),
     ("-d n=1,m=4", "[4]"),
     ("-d n=3,m=4", "error Mul"))

case("assumption_from_concat",
     "g (float[n,2] x, float[m,2] z) => (y) { y = Concat<axis=1>(x, z) }",
     ("", "[n,4]"),
     ("-d n=3,m=3", "[3,4]"),
     ("-d n=3", "[3,4]"),
     ("-d n=3,m=4", "error usage.assumption Concat n == m"))

case("assumption_from_gather",
     """g (float[s,4] x) => (y)
     <int64 k = {5}> { y = Gather(x, k) }""",
     ("-d s=6", "[4]"),
     ("-d s=5", "error usage.assumption Gather 6 <= s"))

case("assumption_from_reshape",
     """g (float[s,4] x) => (y)
     <int64[2] k = {-1, 3}> { y = Reshape(x, k) }""",
     ("-d s=6", "[8,3]"),
     ("-d s=5", "error Reshape"))

case("data_dependent_symbols",
     "g (float[n] x) => (y) { y = NonZero(x) }",
     ("", "[1,nonzero_0]"),
     ("-d n=6", "[1,nonzero_0]"),
     ("-d n=6,nonzero_0=4", "[1,4]"),
     ("-d nonzero_0=4", "[1,4]"),
     ("-d n=3,nonzero_0=4", "error nonzero_0"))

case("trip_counts_bind",
     """g (float[4] x, bool t, int64 n) => (y, ys)
     { y, ys = Loop (n, t, x) <body = body (int64 i, bool c, float[4] s) =>
       (c2, s2, o) { r = ReduceSum<keepdims=0>(s) k = Cast<to=9>(r)
                     c2 = Identity(k) s2 = Relu(s) o = Exp(s) }> }""",
     ("", "[4] [trip_0,4]"),
     ("-d trip_0=3", "[4] [3,4]"),
     ("-d trip_0=3,n=5", "[4] [3,4]"),
     ("-d trip_0=3,n=2", "error trip_0"),
     ("-d iteration_0=3", "error usage.unknown-symbol"))

case("integer_inputs_bind",
     """g (float[b,4] x, int64[2] k, int64 n) => (y, z)
     <int64[1] zero = {0}> {
       y = Reshape(x, k) m = Unsqueeze(n, zero) z = Expand(m, m) }""",
     ("-d k_0=2,k_1=8,b=4", "[2,8] [n]"),
     ("-d n=7,b=4,k_0=4,k_1=4", "[4,4] [7]"),
     ("-d k_0=-1,k_1=8,b=4,n=3", "[2,8] [3]"))

case("odd_dim_params",
     'g (float["?","None","-1","2","batch size","16H"] x) => (y) '
     '{ y = Relu(x) }',
     ("", "[d_2,d_3,d_4,2,d_0,d_1]"),
     ("-d d_0=3", "[d_2,d_3,d_4,2,3,d_1]"))


def model_of(text):
    return parser.parse_model(
        '<ir_version: 10, opset_import: ["" : 21]>\n' + text)


def shapes_of(report):
    return " ".join("[%s]" % ",".join(str(dim) for dim in tensor["shape"])
                    for tensor in report["outputs"])


def check_line(binary, path, arguments, wanted):
    run = harness.run_json(binary, path, *arguments.split())
    if not wanted.startswith("error"):
        if run.report is None:
            return [run.problem]
        got = shapes_of(run.report)
        return [] if got == wanted else ["%s, not %s" % (got, wanted)]
    if run.code != 2:
        return ["exit %s, not 2" % run.code]
    return ["\"%s\" does not say \"%s\"" % (run.stderr, word)
            for word in [wanted[len("error "):]]
            if not all(part in run.stderr for part in word.split())]


def check(work):
    binary, (name, text, lines), folder = work
    path = os.path.join(folder, name + ".onnx")
    onnx.save(model_of(text), path)
    return [(arguments, check_line(binary, path, arguments, wanted))
            for arguments, wanted in lines]


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    cases = [c for c in CASES if options.only in c[0]]
    with tempfile.TemporaryDirectory() as folder:
        work = [(options.binary, c, folder) for c in cases]
        for c, results in zip(cases, harness.each(check, work)):
            for arguments, problems in results:
                tally.add("%s: %s" % (c[0], arguments), problems)
    tally.close()


if __name__ == "__main__":
    main()
