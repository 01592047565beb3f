#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Control flow and function calls against runs that really happen.

Each case is a small model in ONNX's text form. At several sizes it is run by
onnxruntime, which says the shapes, and by support/counting.py, which counts
every operation of every iteration. The symbolic report's formulas at those
sizes, and the report with the sizes bound, must say the same: output shapes,
macs, flops, transcendentals; the sum over counted rows must be the totals.
"""
import os
import re
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper, parser

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import counting, harness

onnxruntime.set_default_logger_severity(4)
BYTES = ("read_bytes", "write_bytes", "sum_activation_bytes",
         "peak_activation_bytes")
ROWS = counting.METRICS + ("read_bytes", "write_bytes")


class Case:
    """`runs`: sizes and values by name: dims of inputs, scalar inputs, and
    symbols that only data decides (given as `_name`). Inputs called w* become
    initializers. `branches`: which reports decide every If: "none", "bound"
    or "both". `params`: what the initializers must be counted as. `exact`:
    "bound": only the bound report has exact figures; False: neither has, and
    both must say so."""

    def __init__(self, name, text, runs, params=None, branches="none",
                 assumptions=0, opset=21, more="", exact=True):
        self.name = name
        self.text = text
        self.runs = runs
        self.params = params
        self.branches = branches
        self.assumptions = assumptions
        self.opset = opset
        self.more = more
        self.exact = exact


CASES = []


def case(*arguments, **options):
    CASES.append(Case(*arguments, **options))


# ---- If ----

case("if_undecided_equal_shapes", """
g (float[b,4] x, bool c, float[4,4] w) => (float[b,4] y) {
  y = If (c) <then_branch = t () => (z) { z = MatMul(x, w) },
              else_branch = e () => (z) { z1 = Exp(x) z = Add(z1, x) }>
}""", [dict(b=3, c=True), dict(b=5, c=False)], params=16)

case("if_undecided_unequal_shapes", """
g (float[b,4] x, bool c, float[4,8] w) => (y, s) {
  y = If (c) <then_branch = t () => (z) { z = MatMul(x, w) },
              else_branch = e () => (z) { z = Relu(x) }>
  s = Relu(y)
}""", [dict(b=3, c=True, _if_0=8), dict(b=5, c=False, _if_0=4)], params=32)

case("if_undecided_different_ranks", """
g (float[b,4] x, bool c) => (y)
<int64[1] axis = {1}> {
  y = If (c) <then_branch = t () => (z) { z = Relu(x) },
              else_branch = e () => (z) { z = ReduceSum<keepdims=0>(x, axis) }>
}""", [dict(b=3, c=True), dict(b=5, c=False)], exact=False)

case("if_decided_by_constant", """
g (float[b,4] x, float[4,8] w, float[4,16] w2) => (y)
<bool c = {1}> {
  y = If (c) <then_branch = t () => (z) { z = MatMul(x, w) },
              else_branch = e () => (z) { z = MatMul(x, w2) }>
}""", [dict(b=3), dict(b=7)], params=32 + 64, branches="both")

case("if_decided_by_shape", """
g (float[b,n] x) => (y)
<int64[1] one = {1}, int64[1] axis = {1}> {
  shape = Shape(x)
  n = Gather(shape, one)
  c = Equal(n, one)
  y = If (c) <then_branch = t () => (z) { z = Squeeze(x, axis) },
              else_branch = e () => (z) { z1 = Exp(x) z = Relu(z1) }>
}""", [dict(b=3, n=1), dict(b=7, n=4)], branches="bound")

case("if_nested", """
g (float[b,4] x, bool c, bool d, float[4,4] w) => (float[b,4] y) {
  y = If (c) <
    then_branch = t () => (z) {
      q = MatMul(x, w)
      z = If (d) <then_branch = tt () => (u) { u = MatMul(q, w) },
                  else_branch = te () => (u) { u = Exp(q) }>
    },
    else_branch = e () => (z) { z = Tanh(x) }>
}""", [dict(b=3, c=True, d=True), dict(b=2, c=True, d=False),
       dict(b=4, c=False, d=False)], params=16)

case("if_shadowed_name_and_capture", """
g (float[b,4] x, bool c) => (y, z) {
  z = Relu(x)
  y = If (c) <then_branch = t () => (r) { q = Exp(z) r = Add(q, x) },
              else_branch = e () => (r) { q = Concat<axis=0>(z, z)
                                          r = Slice_0(q) }>
}""".replace("r = Slice_0(q)", "r = Neg(z)"),
     [dict(b=3, c=True), dict(b=2, c=False)])

# ---- Loop ----

case("loop_constant_trip", """
g (float[b,4] x, float[4,4] w) => (y)
<int64 m = {5}, bool t = {1}> {
  y = Loop (m, t, x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2) { c2 = Identity(c) p = MatMul(s, w) s2 = Relu(p) }>
}""", [dict(b=3), dict(b=2)], params=16)

case("loop_symbolic_trip_absent_condition_stacked", """
g (float[b,4] x, int64 n, float[4,4] w) => (y, ys) {
  y, ys = Loop (n, , x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2, o) { c2 = Identity(c) s2 = MatMul(s, w) o = Exp(s2) }>
}""", [dict(b=3, n=4), dict(b=2, n=0), dict(b=2, n=1)], params=16)

case("loop_trip_of_a_dim", """
g (float[b,t,4] x, float[4,4] w) => (y, ys)
<int64 one = {1}, bool on = {1}, int64[1] axis = {1}, float[1,4] s0 = {0, 0, 0, 0}> {
  shape = Shape(x)
  n = Gather(shape, one)
  y, ys = Loop (n, on, s0) <body = body (int64 i, bool c, float[k,4] s) =>
    (c2, s2, o) { c2 = Identity(c) xt = Gather<axis=1>(x, i)
      p = MatMul(xt, w) s2 = Relu(s) o = Add(p, s2) }>
}""", [dict(b=3, t=6), dict(b=2, t=1), dict(b=1, t=2)])

case("loop_dynamic_condition", """
g (float[4] x, float lim) => (y, k)
<bool t = {1}, int64 zero = {0}, int64 one = {1}> {
  y, k = Loop (, t, x, zero) <body = body (int64 i, bool c, float[4] s, int64 a) =>
    (c2, s2, a2) { a2 = Add(a, one) f = Cast<to=1>(a2)
      c2 = Less(f, lim) s2 = Exp(s) }>
}""", [dict(lim=3.0, _trip_0=3), dict(lim=7.0, _trip_0=7)])

case("loop_dynamic_condition_with_bound", """
g (float[4] x, float lim, int64 n) => (y, ys)
<bool t = {1}> {
  y, ys = Loop (n, t, x) <body = body (int64 i, bool c, float[4] s) =>
    (c2, s2, o) { f = Cast<to=1>(i) c2 = Less(f, lim) s2 = Relu(s) o = Relu(s2) }>
}""", [dict(n=9, lim=3.0, _trip_0=4), dict(n=2, lim=30.0, _trip_0=2)])

case("loop_initially_false", """
g (float[b,4] x) => (y)
<int64 m = {5}, bool t = {0}> {
  y = Loop (m, t, x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2) { c2 = Identity(c) s2 = Relu(s) }>
}""", [dict(b=3), dict(b=2)])

case("loop_condition_false_inside", """
g (float[b,4] x, int64 n) => (y, ys)
<bool t = {1}, bool f = {0}> {
  y, ys = Loop (n, t, x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2, o) { c2 = Identity(f) s2 = Exp(s) o = Exp(s2) }>
}""", [dict(b=3, n=4), dict(b=2, n=0)])

case("loop_condition_given_as_input", """
g (float[b,4] x, int64 n, bool t) => (y) {
  y = Loop (n, t, x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2) { c2 = Identity(c) s2 = Exp(s) }>
}""", [dict(b=3, n=4, t=True, _trip_0=4), dict(b=2, n=4, t=False, _trip_0=0)])

case("loop_growing_concat", """
g (float[b,4] x, int64 n, float[4,4] w) => (y)
<bool t = {1}> {
  y = Loop (n, t, x) <body = body (int64 i, bool c, float[k,4] s) =>
    (c2, s2) { c2 = Identity(c) p = MatMul(s, w) q = Exp(p)
               s2 = Concat<axis=0>(q, x) }>
}""", [dict(b=3, n=4), dict(b=2, n=1), dict(b=2, n=0), dict(b=5, n=7)])

case("loop_growing_attention", """
g (float[1,4] x, int64 n) => (y)
<bool t = {1}> {
  y = Loop (n, t, x) <body = body (int64 i, bool c, float[k,4] s) =>
    (c2, s2) { c2 = Identity(c) st = Transpose<perm=[1,0]>(s)
               a = MatMul(s, st) v = MatMul(a, s)
               s2 = Concat<axis=0>(v, x) }>
}""", [dict(n=4), dict(n=1), dict(n=0), dict(n=9)])

case("loop_growing_two_states", """
g (float[b,4] x, float[b,2] z, int64 n) => (y, v, k)
<bool t = {1}, int64 four = {4}, int64 two = {2}> {
  y, v, k = Loop (n, t, x, z, four) <
    body = body (int64 i, bool c, float[p,4] s, float[b,q] u, int64 k0) =>
    (c2, s2, u2, k2) { c2 = Identity(c) s2 = Concat<axis=0>(s, x, x)
               e = Exp(u) u2 = Concat<axis=1>(e, z) k2 = Add(k0, two) }>
}""", [dict(b=3, n=4), dict(b=2, n=1), dict(b=2, n=0)])

case("loop_grown_value_sizes", """
g (float[b,4] x, int64 n) => (y)
<bool t = {1}, int64[1] one = {1}, int64[1] three = {3}, int64[1] zero = {0}> {
  k, q = Loop (n, t, one, x) <
    body = body (int64 i, bool c, int64[1] k0, float[b,4] u) =>
    (c2, k2, u2) { c2 = Identity(c) k2 = Add(k0, three) u2 = Relu(u) }>
  z = ConstantOfShape(k)
  y = Exp(z)
}""", [dict(b=3, n=4), dict(b=2, n=1), dict(b=2, n=0)])

case("loop_doubling", """
g (float[b,4] x, int64 n) => (y)
<bool t = {1}> {
  y = Loop (n, t, x) <body = body (int64 i, bool c, float[p,4] s) =>
    (c2, s2) { c2 = Identity(c) e = Exp(s) s2 = Concat<axis=0>(e, e) }>
}""", [dict(b=3, n=4), dict(b=2, n=1)], exact=False)

case("loop_of_slices", """
g (float[t,4] x, int64 n) => (ys)
<bool on = {1}, int64[1] zero = {0}, int64[1] one = {1}> {
  ys = Loop (n, on) <body = body (int64 i, bool c) =>
    (c2, o) { c2 = Identity(c) i1 = Unsqueeze(i, zero) e = Add(i1, one)
      p = Slice(x, zero, e, zero) o1 = Exp(p)
      o = ReduceSum<keepdims=0>(o1, zero) }>
}""", [dict(t=9, n=4), dict(t=9, n=1), dict(t=9, n=9)], exact="bound")

case("loop_nested", """
g (float[b,4] x, int64 n, int64 m, float[4,4] w) => (y)
<bool on = {1}> {
  y = Loop (n, on, x) <body = outer (int64 i, bool c, float[b,4] s) =>
    (c2, s2) { c2 = Identity(c) r = Relu(s)
      s2 = Loop (m, on, r) <body = inner (int64 j, bool d, float[b,4] u) =>
        (d2, u2) { d2 = Identity(d) v = MatMul(u, w) u2 = Exp(v) }>
    }>
}""", [dict(b=3, n=4, m=3), dict(b=2, n=1, m=0), dict(b=2, n=0, m=2)],
     params=16)

case("loop_nested_triangle", """
g (float[b,4] x, int64 n) => (y)
<bool on = {1}> {
  y = Loop (n, on, x) <body = outer (int64 i, bool c, float[b,4] s) =>
    (c2, s2) { c2 = Identity(c)
      s2 = Loop (i, on, s) <body = inner (int64 j, bool d, float[b,4] u) =>
        (d2, u2) { d2 = Identity(d) u2 = Exp(u) }>
    }>
}""", [dict(b=3, n=4), dict(b=2, n=1), dict(b=2, n=0), dict(b=1, n=7)])

case("loop_nested_growing_inside", """
g (float[1,4] x, int64 n, int64 m) => (y)
<bool on = {1}> {
  y = Loop (n, on, x) <body = outer (int64 i, bool c, float[p,4] s) =>
    (c2, s2) { c2 = Identity(c)
      s2 = Loop (m, on, s) <body = inner (int64 j, bool d, float[q,4] u) =>
        (d2, u2) { d2 = Identity(d) e = Exp(u) u2 = Concat<axis=0>(e, x) }>
    }>
}""", [dict(n=4, m=3), dict(n=1, m=2), dict(n=3, m=0)])

case("loop_inside_undecided_if", """
g (float[b,4] x, int64 n, bool c, float[4,4] w) => (y)
<bool on = {1}> {
  y = If (c) <
    then_branch = t () => (z) {
      z = Loop (n, on, x) <body = body (int64 i, bool d, float[b,4] s) =>
        (d2, s2) { d2 = Identity(d) s2 = MatMul(s, w) }> },
    else_branch = e () => (z) { z = Exp(x) }>
}""", [dict(b=3, n=4, c=True), dict(b=3, n=4, c=False)], params=16)

case("if_inside_loop_on_iteration", """
g (float[b,4] x, int64 n, float[4,4] w) => (y)
<bool on = {1}, int64 two = {2}, int64 zero = {0}> {
  y = Loop (n, on, x) <body = body (int64 i, bool d, float[b,4] s) =>
    (d2, s2) { d2 = Identity(d) m = Mod(i, two) c = Equal(m, zero)
      s2 = If (c) <then_branch = t () => (z) { z = MatMul(s, w) },
                   else_branch = e () => (z) { z = Exp(s) }> }>
}""", [dict(b=3, n=4), dict(b=3, n=2), dict(b=2, n=0)], params=16)

case("if_inside_loop_decided_by_iteration", """
g (float[b,4] x, int64 n, float[4,4] w) => (y)
<bool on = {1}, int64 zero = {0}> {
  y = Loop (n, on, x) <body = body (int64 i, bool d, float[b,4] s) =>
    (d2, s2) { d2 = Identity(d) c = Less(i, zero)
      s2 = If (c) <then_branch = t () => (z) { z = MatMul(s, w) },
                   else_branch = e () => (z) { z = Exp(s) }> }>
}""", [dict(b=3, n=4), dict(b=3, n=1)], params=16, branches="both")

case("loop_of_sequences", """
g (float[b,4] x, int64 n) => (y)
<bool on = {1}> {
  s0 = SequenceEmpty<dtype=1>()
  sq = Loop (n, on, s0) <body = body (int64 i, bool d, seq(float[b,4]) s) =>
    (d2, s2) { d2 = Identity(d) e = Exp(x) s2 = SequenceInsert(s, e) }>
  y = ConcatFromSequence<axis=0>(sq)
}""", [dict(b=3, n=4), dict(b=2, n=1)])

case("loop_swaps_states", """
g (float[b,4] x, float[d,4] z, int64 n) => (y, v)
<bool on = {1}> {
  y, v = Loop (n, on, x, z) <body = body (int64 i, bool c, float[p,4] s, float[q,4] u) =>
    (c2, s2, u2) { c2 = Identity(c) s2 = Exp(u) u2 = Relu(s) }>
}""", [dict(b=3, d=5, n=4), dict(b=2, d=3, n=1)], exact=False)

case("loop_state_from_other_state", """
g (float[b,4] x, float[d,4] z, int64 n) => (y, v)
<bool on = {1}> {
  y, v = Loop (n, on, x, z) <body = body (int64 i, bool c, float[p,4] s, float[q,4] u) =>
    (c2, s2, u2) { c2 = Identity(c) s2 = Exp(s) u2 = Concat<axis=0>(u, s) }>
}""", [dict(b=3, d=5, n=4), dict(b=2, d=3, n=1), dict(b=2, d=3, n=0)])

case("loop_quadratic_growth", """
g (float[1,4] x, int64 n) => (y, v)
<bool on = {1}> {
  y, v = Loop (n, on, x, x) <body = body (int64 i, bool c, float[p,4] s, float[q,4] u) =>
    (c2, s2, u2) { c2 = Identity(c) s2 = Concat<axis=0>(s, x) e = Exp(u)
                   u2 = Concat<axis=0>(e, s) }>
}""", [dict(n=4), dict(n=1), dict(n=0)])

case("loop_replaces_state_once", """
g (float[b,4] x, float[d,4] z, int64 n) => (y, ys)
<bool on = {1}> {
  y, ys = Loop (n, on, x) <body = body (int64 i, bool c, float[p,4] s) =>
    (c2, s2, o) { c2 = Identity(c) e = Exp(s)
      o = ReduceSum<keepdims=0>(e) s2 = Relu(z) }>
}""", [dict(b=3, d=5, n=4), dict(b=2, d=3, n=1)], exact=False)

case("loop_shrinking", """
g (float[t,4] x, int64 n) => (y)
<bool on = {1}, int64[1] one = {1}, int64[1] far = {9223372036854775807}, int64[1] zero = {0}> {
  y = Loop (n, on, x) <body = body (int64 i, bool c, float[p,4] s) =>
    (c2, s2) { c2 = Identity(c) e = Exp(s) s2 = Slice(e, one, far, zero) }>
}""", [dict(t=9, n=4), dict(t=9, n=1), dict(t=9, n=0)], exact="bound")

case("loop_passes_state_and_captures", """
g (float[b,4] x, int64 n, float[4,4] w) => (y, z, ys)
<bool on = {1}> {
  r = Relu(x)
  y, z, ys = Loop (n, on, x, r) <body = body (int64 i, bool c, float[b,4] s, float[b,4] u) =>
    (c2, s2, u, o) { c2 = Identity(c) p = MatMul(r, w) s2 = Add(p, u) o = Identity(r) }>
}""", [dict(b=3, n=4), dict(b=2, n=1)])

# ---- Scan ----

case("scan_rnn", """
g (float[t,4] x, float[4] h, float[4,4] w) => (y, ys) {
  y, ys = Scan <num_scan_inputs=1, body = body (float[4] s, float[4] xt) =>
    (s2, o) { p = MatMul(xt, w) q = Add(p, s) s2 = Tanh(q) o = Relu(s2) }> (h, x)
}""", [dict(t=3), dict(t=1), dict(t=6)], params=16)

case("scan_axes_and_directions", """
g (float[b,t,4] x, float[t,b] z, float[b,4] h) => (y, ys, zs) {
  y, ys, zs = Scan <num_scan_inputs=2, scan_input_axes=[1,0],
      scan_input_directions=[1,0], scan_output_axes=[1,-1],
      scan_output_directions=[0,1],
      body = body (float[b,4] s, float[b,4] xt, float[b] zt) =>
    (s2, o, oz) { q = Add(xt, s) s2 = Tanh(q) o = Relu(s2) oz = Exp(zt) }> (h, x, z)
}""", [dict(b=2, t=3), dict(b=3, t=1)])

case("scan_no_state_two_outputs", """
g (float[t,4] x, float[t,2] z) => (ys, zs) {
  ys, zs = Scan <num_scan_inputs=2, body = body (float[4] xt, float[2] zt) =>
    (o, oz) { o = Exp(xt) oz = Relu(zt) }> (x, z)
}""", [dict(t=3), dict(t=1)])

case("scan_of_a_scan", """
g (float[t,u,4] x, float[4] h) => (y, ys) {
  y, ys = Scan <num_scan_inputs=1, body = body (float[4] s, float[u,4] xt) =>
    (s2, o) { s2, o = Scan <num_scan_inputs=1,
      body = inner (float[4] a, float[4] xu) => (a2, v)
        { a1 = Add(a, xu) a2 = Tanh(a1) v = Exp(a2) }> (s, xt) }> (h, x)
}""", [dict(t=3, u=2), dict(t=1, u=4)])

case("scan_8_batched", """
g (float[b,t,4] x, float[b,4] h, float[4,4] w) => (y, ys) {
  y, ys = Scan <num_scan_inputs=1, body = body (float[4] s, float[4] xt) =>
    (s2, o) { p = MatMul(xt, w) q = Add(p, s) s2 = Tanh(q) o = Relu(s2) }> (, h, x)
}""", [dict(b=2, t=3), dict(b=3, t=1)], opset=8)

# ---- SequenceMap ----

case("sequence_map", """
g (float[b,4] x, float[d,4] z, float[4,2] w) => (y) {
  sq = SequenceConstruct(x, x, x)
  ms = SequenceMap <body = body (float[b,4] a) => (float[b,2] r) { p = MatMul(a, w) r = Exp(p) }> (sq)
  y = ConcatFromSequence<axis=0>(ms)
}""", [dict(b=2, d=3), dict(b=3, d=1)], params=8)

# ---- functions ----

FUNCTIONS = """
<domain: "local", opset_import: ["" : 21, "local" : 1]>
dense <k> (a, w) => (r) { p = MatMul(a, w) r = Transpose<perm: ints = @k>(p) }
<domain: "local", opset_import: ["" : 21, "local" : 1]>
gate (a) => (x) { h = Sigmoid(a) x = Mul(a, h) }
<domain: "local", opset_import: ["" : 21, "local" : 1]>
twice (x) => (y) { h = local.gate(x) y = local.gate(h) }
<domain: "local", opset_import: ["" : 21, "local" : 1]>
choose (c, x) => (y) {
  y = If (c) <then_branch = t () => (z) { z = Exp(x) },
              else_branch = e () => (z) { h = Relu(x) z = Tanh(h) }> }
<domain: "local", opset_import: ["" : 21, "local" : 1]>
repeat (n, x, w) => (y) {
  t = Constant<value = bool {1}>()
  y = Loop (n, t, x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2) { c2 = Identity(c) h = MatMul(s, w) s2 = local.gate(h) }> }
<domain: "local", opset_import: ["" : 21]>
turned <k: ints = [1,0]> (a, w) => (r) { p = MatMul(a, w) r = Transpose<perm: ints = @k>(p) }
<domain: "local", opset_import: ["" : 21]>
affine (a, w, c) => (r) { r = Gemm<transB = 1>(a, w, c) }
<domain: "local", overload: "plain", opset_import: ["" : 21]>
act (a) => (r) { r = Relu(a) }
<domain: "local", overload: "soft", opset_import: ["" : 21]>
act (a) => (r) { e = Exp(a) r = Tanh(e) }
<domain: "local", opset_import: ["" : 21]>
pick (c, a, d) => (r) {
  s = Exp(a)
  r = If (c) <then_branch = t () => (z) { z = Add(s, a) },
              else_branch = e () => (z) { u = Relu(d) z = Tanh(u) }> }
<domain: "local", opset_import: ["" : 21]>
switch <on> (a) => (r) {
  i = Constant<value_int: int = @on>()
  c = Cast<to = 9>(i)
  r = If (c) <then_branch = t () => (z) { z = Exp(a) },
              else_branch = e () => (z) { z = Relu(a) }> }
<domain: "local", opset_import: ["" : 21]>
squeeze1 (a) => (r) {
  one = Constant<value = int64[1] {1}>()
  n = Shape<start = 1, end = 2>(a)
  c = Equal(n, one)
  r = If (c) <then_branch = t () => (z) { z = ReduceSum<keepdims = 0>(a, one) },
              else_branch = e () => (z) { z = Exp(a) }> }
<domain: "local", opset_import: ["" : 21]>
tiled (a, n) => (r) {
  zero = Constant<value = int64[1] {0}>()
  one = Constant<value = int64[1] {1}>()
  k = Unsqueeze(n, zero)
  t = Concat<axis = 0>(k, one)
  e = Expand(one, k)
  f = Cast<to = 1>(e)
  r = Exp(f) }
<domain: "local", opset_import: ["" : 21]>
shaped (a, k) => (r) { e = Exp(a) r = Reshape(e, k) }
"""

case("function_attribute_by_reference", """
g (float[b,4] x, float[4,8] w) => (y, z) {
  y = local.dense <k=[1,0]> (x, w)
  z = local.dense <k=[0,1]> (x, w)
}""", [dict(b=3), dict(b=2)], params=32, more=FUNCTIONS)

case("function_nested_and_reused_names", """
g (float[b,4] x) => (y) {
  h = local.gate(x)
  a = local.twice(h)
  hh = Concat<axis=0>(a, h)
  y = local.twice(hh)
}""", [dict(b=3), dict(b=2)], more=FUNCTIONS)

case("function_with_if_in_loop", """
g (float[b,4] x, int64 n, bool c) => (y)
<bool on = {1}> {
  y = Loop (n, on, x) <body = body (int64 i, bool d, float[b,4] s) =>
    (d2, s2) { d2 = Identity(d) h = local.choose(c, s) s2 = local.twice(h) }>
}""", [dict(b=3, n=4, c=True), dict(b=2, n=1, c=False)], more=FUNCTIONS)

case("function_with_loop", """
g (float[b,4] x, float[d,4] z, int64 n, int64 m, float[4,4] w) => (y, v) {
  y = local.repeat(n, x, w)
  v = local.repeat(m, z, w)
}""", [dict(b=3, d=2, n=4, m=2), dict(b=2, d=5, n=1, m=0)], params=16,
     more=FUNCTIONS)

case("function_in_if", """
g (float[b,4] x, bool c, int64 n, float[4,4] w) => (y) {
  y = If (c) <then_branch = t () => (z) { z = local.repeat(n, x, w) },
              else_branch = e () => (z) { z = local.twice(x) }>
}""", [dict(b=3, n=4, c=True), dict(b=2, n=1, c=False)], params=16,
     more=FUNCTIONS)

case("function_default_attribute", """
g (float[b,4] x, float[4,8] w) => (y, z) {
  y = local.turned (x, w)
  z = local.turned <k=[0,1]> (x, w)
}""", [dict(b=3), dict(b=2)], params=32, more=FUNCTIONS)

case("function_without_optional_input", """
g (float[b,4] x, float[8,4] w, float[8] w2) => (y, z) {
  y = local.affine (x, w, w2)
  z = local.affine (x, w)
}""", [dict(b=3), dict(b=2)], params=40, more=FUNCTIONS)

case("function_overloads", """
g (float[b,4] x) => (y, z) {
  y = local.act:plain (x)
  z = local.act:soft (x)
}""", [dict(b=3), dict(b=2)], more=FUNCTIONS)

case("function_several_shapes", """
g (float[b,4] x, float[b,c,6] z, float[5] v) => (y1, y2, y3) {
  y1 = local.twice(x)
  y2 = local.twice(z)
  y3 = local.twice(v)
}""", [dict(b=3, c=2), dict(b=2, c=5)], more=FUNCTIONS)

case("function_captures_inside_if", """
g (float[b,4] x, float[b,4] z, bool c) => (y) {
  y = local.pick(c, x, z)
}""", [dict(b=3, c=True), dict(b=2, c=False)], more=FUNCTIONS)

case("function_decides_by_attribute", """
g (float[b,4] x) => (y, z) {
  y = local.switch<on = 1>(x)
  z = local.switch<on = 0>(x)
}""", [dict(b=3), dict(b=2)], more=FUNCTIONS, branches="both")

case("function_decides_by_shape", """
g (float[b,4] x, float[b,1] z) => (y, v) {
  y = local.squeeze1(x)
  v = local.squeeze1(z)
}""", [dict(b=3), dict(b=2)], more=FUNCTIONS, branches="both")

case("integer_input_steers_through_a_function", """
g (float[b,4] x, int64 n, int64[2] k) => (y, z) {
  y = local.tiled(x, n)
  z = local.shaped(x, k)
}""", [dict(b=3, n=4, k_0=6, k_1=2), dict(b=2, n=1, k_0=4, k_1=2)],
     more=FUNCTIONS, assumptions=1)

case("integer_input_steers_through_loop_state", """
g (float[b,4] x, int64 n, int64[1] k) => (y)
<bool on = {1}, int64[1] s0 = {0}> {
  s, = Loop (n, on, s0) <body = body (int64 i, bool c, int64[1] s1) =>
    (c2, s2) { c2 = Identity(c) s2 = Add(s1, k) }>
  z = ConstantOfShape(s)
  y = Exp(z)
}""".replace("s, =", "s ="), [dict(b=3, n=4, k_0=2), dict(b=2, n=3, k_0=5)])

case("integer_input_steers_through_a_branch", """
g (float[b,4] x, int64 n, int64[1] k) => (y)
<int64 three = {3}> {
  c = Less(n, three)
  s = If (c) <then_branch = t () => (z) { z = Add(k, k) },
              else_branch = e () => (z) { z = Identity(k) }>
  v = ConstantOfShape(s)
  y = Exp(v)
}""", [dict(b=3, n=4, k_0=2), dict(b=2, n=2, k_0=5)], exact="bound",
     branches="bound")

# ---- what is taken for granted ----

case("branch_assumes_nothing", """
g (float[b,4] x, float[d,4] z, bool c) => (y)
<int64 zero = {0}> {
  y = If (c) <then_branch = t () => (r) { q = Add(x, z) r = Gather(q, zero) },
              else_branch = e () => (r) { q = Exp(x) r = Gather(z, zero) }>
}""", [dict(b=3, d=3, c=True), dict(b=2, d=2, c=False)])

case("loop_that_may_not_run_assumes_nothing", """
g (float[b,4] x, float[d,4] z, int64 n) => (y)
<bool on = {1}> {
  y = Loop (n, on, x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2) { c2 = Identity(c) p = Concat<axis=1>(s, z)
      s2 = Exp(s) }>
}""".replace("p = Concat<axis=1>(s, z)", "").replace("Exp(s)", "Add(s, z)"),
     [dict(b=3, d=3, n=2), dict(b=2, d=2, n=1)], exact=False)

case("loop_that_runs_assumes", """
g (float[b,4] x, float[d,4] z) => (y)
<bool on = {1}, int64 n = {3}> {
  y = Loop (n, on, x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2) { c2 = Identity(c) p = Concat<axis=1>(s, z)
      q = ReduceSum<keepdims=1>(p) s2 = Mul(s, q) }>
}""", [dict(b=3, d=3), dict(b=2, d=2)], assumptions=1)

case("branch_initializers_count", """
g (float[b,4] x, bool c) => (y) {
  y = If (c) <then_branch = t () => (r) { v = Constant<value = float[4] {1, 2, 3, 4}>() r = Mul(x, v) },
              else_branch = e () => (r) { v = Constant<value = float[1,4] {1, 2, 3, 5}>() r = Add(x, v) }>
}""", [dict(b=3, c=True), dict(b=2, c=False)], params=8)

case("branch_not_taken_keeps_its_weights", """
g (float[b,4] x) => (y)
<bool c = {0}> {
  y = If (c) <then_branch = t () => (r) { v = Constant<value = float[4] {1, 2, 3, 4}>() r = Mul(x, v) },
              else_branch = e () => (r) { r = Exp(x) }>
}""", [dict(b=3), dict(b=2)], params=4, branches="both")

case("loop_in_a_branch_not_taken", """
g (float[b,4] x, float[4,4] w, int64 n) => (y)
<bool c = {0}, bool on = {1}> {
  y = If (c) <then_branch = t () => (r) {
      r = Loop (n, on, x) <body = body (int64 i, bool d, float[b,4] s) =>
        (d2, s2) { d2 = Identity(d) s2 = MatMul(s, w) }> },
    else_branch = e () => (r) { r = local.twice(x) }>
}""", [dict(b=3, n=2), dict(b=2, n=0)], params=16, branches="both",
     more=FUNCTIONS)

case("sequence_map_with_a_tensor_beside", """
g (float[b,4] x, float[4] z) => (y) {
  sq = SequenceConstruct(x, x, x)
  ms = SequenceMap <body = body (float[b,4] a, float[4] v) => (float[b,4] r, float[b,4] q)
    { p = Mul(a, v) r = Exp(p) q = Tanh(p) }> (sq, z)
  y = ConcatFromSequence<axis=1>(ms)
}""".replace("(float[b,4] r, float[b,4] q)", "(float[b,4] r)").replace("q = Tanh(p) ", ""),
     [dict(b=2), dict(b=3)])

case("loop_over_elements_of_a_split", """
g (float[t,4] x, float[4,4] w) => (y)
<int64 two = {2}, bool on = {1}> {
  sq = SplitToSequence<axis=0>(x, two)
  n = SequenceLength(sq)
  e0 = SequenceEmpty<dtype=1>()
  r = Loop (n, on, e0) <body = body (int64 i, bool c, seq(float[k,4]) s) =>
    (c2, s2) { c2 = Identity(c) p = SequenceAt(sq, i) q = MatMul(p, w)
               s2 = SequenceInsert(s, q) }>
  y = ConcatFromSequence<axis=0>(r)
}""", [dict(t=4), dict(t=8)], exact=False)

case("scan_inside_if_inside_loop", """
g (float[t,4] x, float[4] h, int64 n, bool c) => (y)
<bool on = {1}> {
  y = Loop (n, on, h) <body = body (int64 i, bool d, float[4] s) =>
    (d2, s2) { d2 = Identity(d)
      s2 = If (c) <
        then_branch = th () => (z) {
          z, zs = Scan <num_scan_inputs=1, body = sb (float[4] a, float[4] xt) =>
            (a2, o) { q = Add(a, xt) a2 = Tanh(q) o = Relu(a2) }> (s, x) },
        else_branch = el () => (z) { z = Exp(s) }> }>
}""", [dict(t=3, n=2, c=True), dict(t=2, n=3, c=True)])

case("scan_declared_wrongly", """
g (float[t,4] x, float[4] h) => (y, ys) {
  y, ys = Scan <num_scan_inputs=1, body = body (s, xt) =>
    (s2, o) { p = Exp(xt) s2 = Add(p, s) o = Relu(s2) }> (h, x)
}""", [dict(t=3), dict(t=2)])


# ---- running one ----

def model_of(c):
    text = '<ir_version: 10, opset_import: ["" : %d, "local" : 1]>\n%s\n%s' % (
        c.opset, c.text, c.more)
    model = parser.parse_model(text)
    rng = np.random.default_rng(7)
    for item in list(model.graph.input):
        if item.name.startswith("w"):
            shape = [d.dim_value for d in item.type.tensor_type.shape.dim]
            model.graph.initializer.append(numpy_helper.from_array(
                rng.random(shape, np.float32) / 4, item.name))
            model.graph.input.remove(item)
    if not any(f.domain == "local" for f in model.functions):
        model.opset_import.pop()
    return model


def operators():
    """The control flow that the cases prove, for check_coverage.py."""
    found, graphs = set(), [model_of(c).graph for c in CASES]
    while graphs:
        graph = graphs.pop()
        for node in graph.node:
            inner = [attribute.g for attribute in node.attribute
                     if attribute.type == onnx.AttributeProto.GRAPH]
            graphs += inner
            if inner:
                found.add((node.domain, node.op_type))
    return found


def feeds_of(model, run):
    rng = np.random.default_rng(11)
    feeds = {}
    for item in model.graph.input:
        tensor = item.type.tensor_type
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        shape = [run[d.dim_param] if d.dim_param else d.dim_value
                 for d in tensor.shape.dim]
        elements = [value for name, value in run.items()
                    if name.rpartition("_")[0] == item.name]
        given = run.get(item.name, elements or None)
        feeds[item.name] = (rng.random(shape, np.float32) if given is None
                            else np.asarray(given)).astype(dtype)
    return feeds


def ort_shapes(path, feeds):
    session = onnxruntime.InferenceSession(
        path, providers=["CPUExecutionProvider"])
    return [None if isinstance(made, list) else list(made.shape)
            for made in session.run(None, feeds)]


def values_of(run):
    """Of symbols: what only data decides is given as `_name`."""
    return {name.lstrip("_"): value for name, value in run.items()
            if type(value) is int}


def compare_shapes(label, report, env, shapes, exact):
    """Where data decides a size it may be unknown, but never wrong."""
    problems = []
    for tensor, shape in zip(report["outputs"], shapes):
        said = harness.shape_of(tensor, env)
        if shape is None or shape and shape[0] == 0:  # not run: it guesses
            continue
        if not exact and (said is None or shape == [
                d if d is not None else n for d, n in zip(said, shape)]):
            continue
        if said != shape:
            problems.append("%s: %s is %s (%s), run gives %s" % (
                label, tensor["name"], said, tensor["shape"], shape))
    return problems


def is_right(total, said, count, exact, at_least):
    """What is no exact figure must say so, and be no more than a bound."""
    if said == count or (at_least and said is not None and said > count):
        return total["status"] == "exact" or not exact
    return not exact and (
        said is None or total["status"] == "estimate" or
        (total["status"] == "lower-bound" and said < count))


def compare_totals(label, report, env, counts, exact, at_least=False):
    problems = []
    for key, count in zip(counting.METRICS, counts):
        total = report["totals"][key]
        said = harness.evaluate(total, env)
        if not is_right(total, said, count, exact, at_least):
            problems.append("%s: %s is %s (%s, %s), counted %s" % (
                label, key, said, total["formula"], total["status"], count))
    return problems


BODIES = ("Loop", "Scan", "SequenceMap")
STEP = re.compile(r"^(If_\d+\.(then|else)_branch|(Loop|Scan|SequenceMap)_\d+"
                  r"\.body|\w+#\d+)$")


def compare_structure(report):
    """Rows in a branch are in the If's row; a body's row follows its node's,
    which carries no figure itself."""
    problems = []
    for row, after in zip(report["nodes"], report["nodes"][1:] + [{}]):
        steps = (row["subgraph"] or "").split("/") if row["subgraph"] else []
        name = "%s in %s" % (row["op_type"], row["subgraph"])
        if not all(STEP.match(step) for step in steps):
            problems.append("%s: no such subgraph" % name)
        if row["counted"] == any("_branch" in step for step in steps):
            problems.append("%s: counted is %s" % (name, row["counted"]))
        if row["op_type"] in BODIES or row["domain"] == "local":
            inside = (row["subgraph"] or "") + ("/" if steps else "")
            if any(row[key] for key in ROWS):
                problems.append("%s has figures" % name)
            if not (after.get("subgraph") or "").startswith(
                    inside + row["op_type"]):
                problems.append("%s is not followed by its body" % name)
    return problems


def compare_rows(label, report, env):
    problems = []
    for key in ROWS:
        total = report["totals"][key]
        parts = [harness.evaluate(row[key], env) for row in report["nodes"]
                 if row["counted"]]
        if total["status"] == "unknown" or None in parts:
            continue
        said = harness.evaluate(total, env)
        if said != sum(parts):
            problems.append("%s: %s is %s, its rows sum to %s" % (
                label, key, said, sum(parts)))
    return problems


def compare_reports(symbolic, bound, env):
    """Bytes too: no size is below 2, else the bound ones may be less."""
    problems = []
    small = min(env.values(), default=2) < 2
    for key in BYTES:
        said = harness.evaluate(symbolic["totals"][key], env)
        have = harness.evaluate(bound["totals"][key], {})
        if said is not None and have is not None and (
                have > said or (have < said and not small)):
            problems.append("%s is %s, bound %s" % (key, said, have))
    return problems


def counted(model, feeds, decided):
    counter = counting.Counter(model, decided)
    counter.run(feeds)
    return counter.counts


def check_run(binary, c, model, path, symbolic, run):
    feeds = feeds_of(model, run)
    shapes = ort_shapes(path, feeds)
    env = harness.environment(symbolic, values_of(run))
    dims = [word for name, value in values_of(run).items()
            for word in ("--dim", "%s=%d" % (name, value))]
    bound = harness.run_json(binary, path, *dims)
    if bound.report is None:
        return [bound.problem]
    counts = counted(model, feeds, c.branches != "none")
    problems = compare_shapes("formula", symbolic, env, shapes,
                              c.exact is True and c.branches != "bound")
    problems += compare_totals("formula", symbolic, env, counts,
                               c.exact is True, c.branches == "bound")
    problems += compare_rows("formula", symbolic, env)
    problems += compare_shapes("bound", bound.report, {}, shapes, c.exact)
    problems += compare_totals("bound", bound.report, {}, counts, c.exact)
    problems += compare_rows("bound", bound.report, {})
    if c.branches != "bound" and c.exact is True:
        problems += compare_reports(symbolic, bound.report, env)
    return ["%s: %s" % (run, problem) for problem in problems]


def check(work):
    binary, c, folder = work
    model = model_of(c)
    path = os.path.join(folder, c.name + ".onnx")
    onnx.save(model, path)
    run = harness.run_json(binary, path)
    if run.report is None:
        return [run.problem]
    problems = []
    params = harness.evaluate(run.report["totals"]["params"], {})
    if c.params is not None and params != c.params:
        problems.append("params are %s, should be %d" % (params, c.params))
    if len(run.report["assumptions"]) != c.assumptions:
        problems.append("assumptions: %s" % run.report["assumptions"])
    problems += compare_structure(run.report)
    for sizes in c.runs:
        try:
            problems += check_run(binary, c, model, path, run.report, sizes)
        except Exception as error:  # of an oracle: the case is wrong
            problems.append("%s: %r" % (sizes, error))
    return problems


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    cases = [c for c in CASES if options.only in c.name]
    with tempfile.TemporaryDirectory() as folder:
        work = [(options.binary, c, folder) for c in cases]
        for c, problems in zip(cases, harness.each(check, work)):
            tally.add(c.name, problems)
    tally.close()


if __name__ == "__main__":
    main()
