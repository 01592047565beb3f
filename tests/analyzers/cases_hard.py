# SPDX-License-Identifier: Apache-2.0
"""Small models for each of the twenty hard semantics of shapes.

In here: graphs in ONNX's text form, the sizes to run them at, and what is
known of them beforehand. Not in here: how they are judged
(check_hard_cases.py).
"""
import numpy as np
import onnx
from onnx import helper, numpy_helper, parser

FAR = 2**63 - 1
CASES = []


class Case:
    """`runs`: values by name: dims of inputs, values of inputs, and symbols
    that only data decides (given as `_name`). `want`: sizes of outputs as
    arithmetic, needed where `ort` is off. `open`: outputs that only data
    decides; `open_symbolic`: those that sizes decide. `says`: ids of the
    warnings that the model as it is must have, `may_say` of others.
    `formula`: shapes as they must read; `assumes`: all assumptions, as text.
    `refused`: sizes that cannot be. `refused_with`: the model is refused."""

    def __init__(self, number, name, model, runs, ort=True, want=None,
                 open="", open_symbolic="", says="", may_say="",
                 formula=None, assumes=None, refused=(), refused_with=""):
        self.number = number
        self.name = "%02d %s" % (number, name)
        self.model = model
        self.runs = runs
        self.runs_in_ort = ort
        self.want = want or {}
        self.open = set(open.split())
        self.open_symbolic = set(open_symbolic.split())
        self.says = set(says.split())
        self.may_say = set(may_say.split())
        self.formula = formula or {}
        self.assumes = assumes
        self.refused = refused
        self.refused_with = refused_with


def model_of(text, opset=21, more="", ir=10):
    domains = {"local": 1, "com.microsoft": 1, "ai.onnx.ml": 3, "custom": 1}
    opsets = ['"" : %d' % opset] + [
        '"%s" : %d' % (domain, version) for domain, version in domains.items()
        if domain + "." in text]
    return parser.parse_model(
        "<ir_version: %d, opset_import: [%s]>\n%s\n%s" % (
            ir, ", ".join(opsets), text, more))


def add(number, name, text, runs, opset=21, more="", ir=10, **known):
    model = text if isinstance(text, onnx.ModelProto) else model_of(
        text, opset, more, ir)
    CASES.append(Case(number, name, model, runs, **known))


def all_cases():
    if not CASES:
        for write in (shape_tensors, shape_versions, expand_idiom, reshapes,
                      slices, roundings, float_maths, integer_maths, sized,
                      data_dependent, caches, names, loops, branches,
                      containers, contractions, migrations, hygiene,
                      functions, failures):
            write()
    return CASES


# ---- 1 ----

def shape_tensors():
    add(1, "F.pad builds a rank 2 value, reverses and transposes it", """
g (float[b,c,t] x) => (y)
<int64[2] pads = {2, 4}, int64[1] four = {4}, int64[2] rows = {-1, 2},
 int64[1] back = {-1}, int64[1] low = {-9223372036854775807},
 int64[1] zero = {0}, int64[1] flat = {-1}> {
  zeros = ConstantOfShape<value = int64[1] {0}>(four)
  all = Concat<axis = 0>(pads, zeros)
  two = Reshape(all, rows)
  turned = Slice(two, back, low, zero, back)
  columns = Transpose<perm = [1, 0]>(turned)
  line = Reshape(columns, flat)
  p = Cast<to = 7>(line)
  y = Pad(x, p)
}""", [dict(b=2, c=3, t=5), dict(b=1, c=1, t=1), dict(b=3, c=2, t=0)],
        want={"y": "b, c, t + 6"}, formula={"y": "b, c, t + 6"}, assumes=[])
    add(1, "pads of rank 2 that are computed from a dim", """
g (float[b,h] x) => (y)
<int64[1] seven = {7}, int64[1] one = {1}, int64[2] rows = {-1, 2},
 int64[1] flat = {-1}, int64[1] zero = {0}, int64[2] none = {0, 0}> {
  s = Shape(x)
  h = Gather(s, one)
  over = Mod(h, seven)
  d = Sub(seven, over)
  need = Mod(d, seven)
  own = Concat<axis = 0>(zero, need)
  all = Concat<axis = 0>(none, own)
  two = Reshape(all, rows)
  columns = Transpose<perm = [1, 0]>(two)
  p = Reshape(columns, flat)
  y = Pad(x, p)
}""", [dict(b=2, h=7), dict(b=2, h=8), dict(b=1, h=13), dict(b=1, h=0)],
        want={"y": "b, 7 * ((h + 6) // 7)"}, assumes=[])
    for opset in (11, 13, 21):
        axes = ("Unsqueeze<axes = [0]>(%s)" if opset < 13 else
                "Unsqueeze(%s, zero)")
        add(1, "heads are split by a division, opset %d" % opset, """
g (float[b,s,768] x) => (y, z)
<int64 i0 = {0}, int64 i1 = {1}, int64 i2 = {2}, int64 heads = {12},
 int64[1] h1 = {12}, int64[1] zero = {0}> {
  d = Shape(x)
  b = Gather(d, i0)
  s = Gather(d, i1)
  w = Gather(d, i2)
  k = Div(w, heads)
  b1 = %s
  s1 = %s
  k1 = %s
  w1 = %s
  to = Concat<axis = 0>(b1, s1, h1, k1)
  y = Reshape(x, to)
  t = Transpose<perm = [0, 2, 1, 3]>(y)
  u = Transpose<perm = [0, 2, 1, 3]>(t)
  back = Concat<axis = 0>(b1, s1, w1)
  z = Reshape(u, back)
}""" % tuple(axes % name for name in ("b", "s", "k", "w")),
            [dict(b=2, s=3), dict(b=1, s=0)], opset=opset,
            formula={"y": "b, s, 12, 64", "z": "b, s, 768"}, assumes=[])
    add(1, "a product of dims, then back by the same Shape", """
g (float[b,s,n] x) => (y, z)
<int64[2] to = {-1, 768}, int64[1] last = {2}> {
  d = Shape(x)
  q = Expand(x, d)
  lead = Shape<end = 2>(x)
  n = Gather(d, last)
  minus = Constant<value = int64[1] {-1}>()
  flat = Concat<axis = 0>(minus, n)
  y = Reshape(q, flat)
  full = Concat<axis = 0>(lead, minus)
  z = Reshape(y, full)
}""", [dict(b=2, s=3, n=4), dict(b=1, s=5, n=7)],
        formula={"y": "b*s, n", "z": "b, s, n"})
    add(1, "a dim is replaced inside a shape by Scatter", """
g (float[b,s,4] x) => (y, z)
<int64[1] one = {1}, int64[1] seven = {7}, int64[1,1] at = {1}> {
  d = Shape(x)
  e = ScatterElements<axis = 0>(d, one, seven)
  y = ConstantOfShape(e)
  f = ScatterND(d, at, seven)
  z = ConstantOfShape(f)
}""", [dict(b=2, s=3), dict(b=5, s=1)], want={"y": "b, 7, 4", "z": "b, 7, 4"},
        open_symbolic="y z", open="y z")
    add(1, "dims go through Squeeze, Reshape, Identity, Flatten and Tile", """
g (float[b,s] x) => (y, z)
<int64[1] zero = {0}, int64[2] square = {1, 2}, int64[1] two = {2},
 int64[2] once = {1, 2}> {
  d = Shape(x)
  a = Identity(d)
  r = Reshape(a, square)
  f = Flatten<axis = 1>(r)
  q = Squeeze(f, zero)
  y = ConstantOfShape(q)
  t = Tile(q, two)
  z = ConstantOfShape(t)
}""", [dict(b=2, s=3), dict(b=5, s=1)], want={"z": "b, s, b, s"})
    add(1, "a part of a split shape", """
g (float[a,b,c,d] x) => (y, z, w)
<int64[2] parts = {1, 3}, int64[1] zero = {0}> {
  s = Shape(x)
  p, q = Split<axis = 0>(s, parts)
  y = ConstantOfShape(q)
  z = Expand(x, s)
  r = Concat<axis = 0>(q, p)
  w = ConstantOfShape(r)
}""", [dict(a=2, b=3, c=4, d=5), dict(a=1, b=0, c=2, d=7)],
        formula={"y": "b, c, d", "w": "b, c, d, a"})


# ---- 2 ----

def shape_versions():
    parts = [("start = 1", "s, 4, 5"), ("end = 2", "b, s"),
             ("start = -1", "5"), ("start = 1, end = -1", "s, 4"),
             ("start = -9, end = 9", "b, s, 4, 5"), ("start = 3, end = 1", ""),
             ("start = -2, end = -1", "4"), ("start = 9", ""),
             ("end = -9", "")]
    for attributes, want in parts:
        add(2, "Shape with " + attributes, """
g (float[b,s,4,5] x) => (y) {
  d = Shape<%s>(x)
  y = ConstantOfShape(d)
}""" % attributes, [dict(b=2, s=3), dict(b=1, s=0)], opset=15,
            want={"y": want}, formula={"y": want})
    add(2, "Size of a tensor is the product of its dims", """
g (float[b,s,4] x, float v) => (y, z)
<int64[1] zero = {0}> {
  n = Size(x)
  n1 = Unsqueeze(n, zero)
  y = ConstantOfShape(n1)
  m = Size(v)
  m1 = Unsqueeze(m, zero)
  z = ConstantOfShape(m1)
}""", [dict(b=2, s=3, v=1.0), dict(b=3, s=0, v=1.0)],
        formula={"y": "4*b*s", "z": "1"})
    add(2, "the last dim by a negative index, as scalar and as vector", """
g (float[b,n] x) => (y, z, w)
<int64 last = {-1}, int64[1] last1 = {-1}, int64[1] zero = {0},
 int64 zero0 = {0}, int64 step = {1}> {
  s = Shape(x)
  n = Gather(s, last)
  y = Range(zero0, n, step)
  n1 = Gather(s, last1)
  z = ConstantOfShape(n1)
  u = Unsqueeze(n, zero)
  w = Expand(x, s)
}""", [dict(b=2, n=3), dict(b=1, n=6)], formula={"y": "n", "z": "n"})
    add(2, "the shape of a scalar is empty", """
g (float v) => (y, z) {
  s = Shape(v)
  y = ConstantOfShape(s)
  r = Shape(s)
  z = ConstantOfShape(r)
}""", [dict(v=1.0)], want={"y": "", "z": "0"})
    add(2, "rank 0 and rank 1 stay apart through arithmetic", """
g (float[b,n] x) => (y, z)
<int64 one = {1}, int64[1] one1 = {1}, int64 two = {2}, int64[1] zero = {0}> {
  s = Shape(x)
  n = Gather(s, one)
  m = Mul(n, two)
  k = Mul(n, one1)
  i = Shape(m)
  y = ConstantOfShape(i)
  z = ConstantOfShape(k)
}""", [dict(b=2, n=3)], want={"y": "", "z": "n"})


# ---- 3 ----

def expand_idiom():
    add(3, "minus one stands for a dim, Where puts a one for it", """
g (float[b,1,1,s] x) => (y)
<int64[4] to = {-1, 1, 7, -1}, int64 minus = {-1}, int64[1] four = {4}> {
  ones = ConstantOfShape<value = int64[1] {1}>(four)
  c = Equal(to, minus)
  t = Where(c, ones, to)
  y = Expand(x, t)
}""", [dict(b=2, s=3), dict(b=1, s=1)], formula={"y": "b, 1, 7, s"},
        assumes=[])
    add(3, "a dim is never minus one", """
g (float[b,1,1,s] x) => (y)
<int64 minus = {-1}, int64[1] four = {4}, int64 i0 = {0}, int64[1] zero = {0},
 int64 i3 = {3}, int64[1] one = {1}> {
  d = Shape(x)
  b = Gather(d, i0)
  s = Gather(d, i3)
  b1 = Unsqueeze(b, zero)
  s1 = Unsqueeze(s, zero)
  to = Concat<axis = 0>(b1, one, s1, s1)
  ones = ConstantOfShape<value = int64[1] {1}>(four)
  c = Equal(to, minus)
  t = Where(c, ones, to)
  y = Expand(x, t)
}""", [dict(b=2, s=3), dict(b=1, s=1)], formula={"y": "b, 1, s, s"},
        assumes=[])
    add(3, "Where on an unknown condition gives what both arms are", """
g (float[b,s] x, bool[1] c) => (y, z)
<int64[1] one = {1}, int64[1] zero = {0}> {
  s = Shape<start = 1>(x)
  n = Where(c, s, s)
  y = ConstantOfShape(n)
  e = Add(s, one)
  m = Where(c, s, e)
  z = ConstantOfShape(m)
}""", [dict(b=2, s=3, c=[True]), dict(b=2, s=4, c=[False])],
        formula={"y": "s"}, open_symbolic="z", open="z")
    add(3, "a literal minus one in Expand's shape is a one", """
g (float[b,s] x) => (y)
<int64[3] to = {4, -1, -1}> { y = Expand(x, to) }""",
        [dict(b=2, s=3), dict(b=1, s=1)], ort=False, want={"y": "4, b, s"},
        says="shape.expand")
    add(3, "conditions joined by And, Or and Not", """
g (float[b,s] x) => (y)
<int64[2] to = {-1, 5}, int64[2] minus = {-1, -1}, int64[2] zero = {0, 0},
 int64[2] ones = {1, 1}> {
  low = Less(to, zero)
  e = Equal(to, minus)
  n = Not(e)
  high = Greater(to, zero)
  keep = And(n, high)
  drop = Or(low, e)
  k = Not(drop)
  both = And(keep, k)
  t = Where(both, to, ones)
  y = ConstantOfShape(t)
}""", [dict(b=2, s=3)], want={"y": "1, 5"}, formula={"y": "1, 5"})
    add(3, "Expand both ways between a dim and a one", """
g (float[b,1] x, float[1,s] z) => (y)
<int64[1] zero = {0}> {
  a = Shape<end = 1>(x)
  c = Shape<start = 1>(z)
  to = Concat<axis = 0>(a, c)
  u = Expand(x, to)
  v = Expand(z, to)
  y = Add(u, v)
}""", [dict(b=2, s=3), dict(b=1, s=1), dict(b=0, s=4)],
        formula={"y": "b, s"}, assumes=[])


# ---- 4 ----

def reshapes():
    add(4, "zero copies the dim, minus one takes the rest", """
g (float[b,s,12,64] x) => (y, z, w)
<int64[3] to = {0, 0, -1}, int64[2] flat = {0, -1}, int64[3] mid = {0, -1, 64}>
{ y = Reshape(x, to) z = Reshape(x, flat) w = Reshape(x, mid) }""",
        [dict(b=2, s=3), dict(b=1, s=1)],
        formula={"y": "b, s, 768", "z": "b, 768*s", "w": "b, 12*s, 64"},
        assumes=[])
    add(4, "allowzero takes zero as a size", """
g (float[0,b,4] x) => (y, z)
<int64[3] to = {4, 0, 3}, int64[2] two = {0, 9}> {
  y = Reshape<allowzero = 1>(x, to)
  z = Reshape<allowzero = 1>(x, two)
}""", [dict(b=2), dict(b=5)], want={"y": "4, 0, 3", "z": "0, 9"})
    add(4, "what is left over must divide", """
g (float[b,n] x) => (y)
<int64[2] to = {-1, 7}> { y = Reshape(x, to) }""",
        [dict(b=7, n=3), dict(b=2, n=14)], want={"y": "b * n // 7, 7"},
        assumes=["7 | b*n"], refused=[dict(b=2, n=3), dict(b=1, n=6)])
    add(4, "sizes cancel before anything is divided", """
g (float[b,s,96] x) => (y, z)
<int64[1] w = {8}, int64[1] minus = {-1}> {
  b = Shape<end = 1>(x)
  s = Shape<start = 1, end = 2>(x)
  t1 = Concat<axis = 0>(b, minus, w)
  y = Reshape(x, t1)
  t2 = Concat<axis = 0>(minus, s, w)
  z = Reshape(y, t2)
}""", [dict(b=2, s=3), dict(b=1, s=5)],
        formula={"y": "b, 12*s, 8", "z": "12*b, s, 8"}, assumes=[])
    add(4, "a size that is not known has a known place", """
g (float[b,4] x, float n) => (y)
<int64[1] zero = {0}, int64[1] minus = {-1}> {
  r = Exp(n)
  k = Cast<to = 7>(r)
  k1 = Unsqueeze(k, zero)
  to = Concat<axis = 0>(k1, minus)
  y = Reshape(x, to)
}""", [dict(b=2, n=0.0), dict(b=3, n=0.7)], open="y")
    add(4, "an integer input as the target is symbols", """
g (float[b,6] x, int64[3] to) => (y) { y = Reshape(x, to) }""",
        [dict(b=2, to=[3, 2, 2]), dict(b=4, to=[1, 24, 1])],
        formula={"y": "to_0, to_1, to_2"}, refused=[dict(b=2, to=[3, 2, 5])])
    add(4, "an empty target makes a scalar", """
g (float[1,1] x) => (y)
<int64[0] to = {}> { y = Reshape(x, to) }""", [dict()], want={"y": ""})
    add(4, "minus one beside a dim that is zero", """
g (float[b,0,4] x) => (y)
<int64[2] to = {-1, 8}> { y = Reshape(x, to) }""", [dict(b=2)],
        want={"y": "0, 8"})
    add(4, "Flatten, Squeeze and Unsqueeze take any axis", """
g (float[b,1,s,4,1] x) => (f0, f2, f5, fm, q, qa, u)
<int64[2] axes = {1, -1}, int64[3] wide = {0, -1, 3}> {
  f0 = Flatten<axis = 0>(x)
  f2 = Flatten<axis = 2>(x)
  f5 = Flatten<axis = 5>(x)
  fm = Flatten<axis = -1>(x)
  q = Squeeze(x, axes)
  qa = Squeeze(q, )
  u = Unsqueeze(q, wide)
}""".replace("qa = Squeeze(q, )", "qa = Squeeze(x, axes)"),
        [dict(b=2, s=3), dict(b=1, s=1)],
        formula={"f0": "1, 4*b*s", "f2": "b, 4*s", "f5": "4*b*s, 1",
                 "q": "b, s, 4", "u": "1, b, s, 1, 4, 1"
                 .replace("1, b, s, 1, 4, 1", "1, b, s, 1, 4, 1")})


# ---- 5 ----

def slices():
    def one(name, starts, ends, steps, want, runs, axis=1, **known):
        add(5, name, """
g (float[b,n] x) => (y)
<int64[1] a = {%d}, int64[1] z = {%d}, int64[1] axis = {%d},
 int64[1] k = {%d}> { y = Slice(x, a, z, axis, k) }""" % (
            starts, ends, axis, steps), runs, want={"y": want}, **known)

    many = [dict(b=2, n=n) for n in (9, 5, 3, 1, 0)]
    one("to the end by INT64_MAX", 2, FAR, 1, "b, max(n - 2, 0)", many)
    one("to the end by INT32_MAX", 0, 2**31 - 1, 1, "b, n", many)
    one("a negative start is clamped", -5, FAR, 1, "b, min(n, 5)", many)
    one("a negative end", 0, -2, 1, "b, max(n - 2, 0)", many)
    one("both from the end", -4, -1, 1,
        "b, max(0, (n - 1) - max(n - 4, 0))", many)
    one("a table is cut to fewer rows", 0, 4, 1, "b, min(n, 4)", many)
    one("every second", 1, FAR, 2, "b, max(0, n // 2)", many)
    one("every third of a part", 1, 8, 3,
        "b, max(0, (min(n, 8) - min(n, 1) + 2) // 3)", many)
    one("backwards through all", -1, -FAR - 1, -1, "b, n", many)
    one("backwards by two from the fifth", 4, -FAR, -2,
        "b, (min(n - 1, 4) + 2) // 2", many)
    one("backwards with an end in sight", FAR, 2, -1, "b, max(0, n - 3)",
        many)
    one("nothing where the start is behind the end", 3, 1, 1, "b, 0", many)
    one("a negative axis", 1, 3, 1, "b, min(n, 3) - min(n, 1)", many, axis=-1)
    one("the rest by INT_MIN", -1, -2**31, -1, "b, n", many)
    add(5, "all axes where none are named", """
g (float[b,n,8] x) => (y)
<int64[2] a = {0, 1}, int64[2] z = {1, 3}> { y = Slice(x, a, z) }""",
        [dict(b=2, n=5), dict(b=1, n=2), dict(b=0, n=1)],
        want={"y": "min(b, 1), min(n, 3) - min(n, 1), 8"})
    add(5, "a bound from data leaves the other axes", """
g (float[b,n,8] x, float v) => (y)
<int64[1] one = {1}, int64[2] axes = {1, 2}, int64[1] zero = {0},
 int64[2] a = {0, 2}> {
  e = Exp(v)
  k = Cast<to = 7>(e)
  k1 = Unsqueeze(k, zero)
  six = Constant<value = int64[1] {6}>()
  z = Concat<axis = 0>(k1, six)
  y = Slice(x, a, z, axes)
}""", [dict(b=2, n=5, v=0.0), dict(b=3, n=4, v=1.0)], open="y")
    add(5, "the last tokens of a table, by a dim", """
g (float[b,n] x, float[c,m] t) => (y)
<int64[1] far = {9223372036854775807}, int64[1] axis = {1}> {
  n = Shape<start = 1>(x)
  k = Neg(n)
  y = Slice(t, k, far, axis)
}""", [dict(b=2, n=3, c=1, m=7), dict(b=2, n=7, c=1, m=7),
       dict(b=2, n=9, c=1, m=4)], want={"y": "c, min(m, n)"})
    add(5, "positions from past to past and new", """
g (float[b,p] past, float[b,n] x, float[1024,8] table) => (y)
<int64[1] axis = {0}> {
  p = Shape<start = 1>(past)
  n = Shape<start = 1>(x)
  e = Add(p, n)
  y = Slice(table, p, e, axis)
}""", [dict(b=1, p=0, n=5), dict(b=1, p=7, n=1), dict(b=1, p=1020, n=4)],
        want={"y": "n, 8"}, open_symbolic="y")
    add(5, "bounds as attributes, opset 1", """
g (float[b,n,8] x) => (y, z) {
  y = Slice<starts = [1, -3], ends = [2147483647, 9223372036854775807],
            axes = [1, 2]>(x)
  z = Slice<starts = [0, 1], ends = [1, -1]>(x)
}""", [dict(b=2, n=5), dict(b=1, n=2)], opset=9,
        want={"y": "b, max(n - 1, 0), 3", "z": "min(b, 1), max(n - 2, 0), 8"})


# ---- 6 ----

def roundings():
    for auto in ("SAME_UPPER", "SAME_LOWER"):
        add(6, "%s is a ceiling division" % auto, """
g (float[b,3,h,w] x, float[8,3,3,3] k) => (y, z) {
  y = Conv<auto_pad = "%s", strides = [2, 2]>(x, k)
  z = MaxPool<auto_pad = "%s", kernel_shape = [3, 3], strides = [3, 2]>(x)
}""" % (auto, auto), [dict(b=1, h=7, w=8), dict(b=2, h=9, w=1)],
            want={"y": "b, 8, (h + 1) // 2, (w + 1) // 2",
                  "z": "b, 3, (h + 2) // 3, (w + 1) // 2"})
    add(6, "convolution with stride, dilation and uneven pads", """
g (float[b,3,h,w] x, float[8,3,3,3] k, float[6,3,2,5] k2) => (y, z, v) {
  y = Conv<strides = [2, 2], pads = [1, 1, 1, 1]>(x, k)
  z = Conv<strides = [2, 3], dilations = [2, 1], pads = [0, 1, 2, 0]>(x, k2)
  v = Conv<auto_pad = "VALID", strides = [4, 4]>(x, k)
}""", [dict(b=1, h=7, w=8), dict(b=2, h=12, w=15)],
        want={"y": "b, 8, (h + 1) // 2, (w + 1) // 2",
              "z": "b, 6, (h - 1) // 2 + 1, (w - 4) // 3 + 1",
              "v": "b, 8, (h - 3) // 4 + 1, (w - 3) // 4 + 1"})
    for pool in ("MaxPool", "AveragePool"):
        add(6, "%s leaves out windows that start in the padding" % pool, """
g (float[b,3,h,w] x) => (y, z) {
  y = %s<kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1>(x)
  z = %s<kernel_shape = [2, 2], strides = [3, 3], pads = [1, 1, 1, 1],
         ceil_mode = 1>(x)
}""" % (pool, pool), [dict(b=1, h=h, w=w) for h, w in
                      ((7, 8), (5, 6), (9, 4), (3, 10))], opset=19,
            open_symbolic="")
    add(6, "transposed convolution, with padding and a wanted size", """
g (float[b,4,h,w] x, float[4,6,3,3] k) => (y, z, v) {
  y = ConvTranspose<strides = [2, 2], pads = [1, 1, 1, 1],
                    output_padding = [1, 1]>(x, k)
  z = ConvTranspose<strides = [2, 3], dilations = [2, 1]>(x, k)
  v = ConvTranspose<auto_pad = "SAME_UPPER", strides = [2, 2]>(x, k)
}""", [dict(b=1, h=7, w=8), dict(b=2, h=1, w=3)],
        want={"y": "b, 6, 2 * h, 2 * w",
              "z": "b, 6, 2 * (h - 1) + 5, 3 * (w - 1) + 3",
              "v": "b, 6, 2 * h, 2 * w"})
    add(6, "a resize by scales is floored exactly", """
g (float[b,3,h,w] x) => (y, z, v)
<float[4] up = {1, 1, 2, 2}, float[4] half = {1, 1, 0.5, 0.5},
 float[4] odd = {1, 1, 1.5, 0.3}> {
  y = Resize<mode = "nearest">(x, , up)
  z = Resize<mode = "linear">(x, , half)
  v = Resize<mode = "nearest">(x, , odd)
}""", [dict(b=1, h=7, w=8), dict(b=2, h=9, w=20), dict(b=1, h=30, w=10)],
        want={"y": "b, 3, 2 * h, 2 * w", "z": "b, 3, h // 2, w // 2"})
    add(6, "a resize by sizes, of some axes, keeping the ratio", """
g (float[b,3,h,w] x, float[b,5,i,j] like) => (y, z, v, u)
<int64[2] to = {12, 7}, float[2] scales = {2.0, 0.5}> {
  s = Shape<start = 2>(like)
  lead = Shape<end = 2>(x)
  all = Concat<axis = 0>(lead, s)
  y = Resize(x, , , all)
  z = Resize<axes = [2, 3]>(x, , scales)
  v = Resize<axes = [2, 3], keep_aspect_ratio_policy = "not_larger">(x, , , to)
  u = Resize<axes = [3, 2], keep_aspect_ratio_policy = "not_smaller">(x, , , to)
}""", [dict(b=1, h=7, w=8, i=3, j=4), dict(b=2, h=9, w=20, i=30, j=1)],
        opset=19, want={"y": "b, 3, i, j", "z": "b, 3, 2 * h, w // 2"},
        open_symbolic="v u")
    # As ONNX's schema has it; what runs today takes no account of the region.
    add(6, "a resize that crops", """
g (float[1,1,h,w] x) => (y)
<float[8] roi = {0, 0, 0.25, 0.25, 1, 1, 0.75, 0.75},
 float[4] scales = {1, 1, 2, 2}> {
  y = Resize<coordinate_transformation_mode = "tf_crop_and_resize">
      (x, roi, scales)
}""", [dict(h=8, w=8), dict(h=5, w=12)], opset=13, ort=False,
        want={"y": "1, 1, h, w"}, formula={"y": "1, 1, h, w"})
    add(6, "a split into chunks has a short last one", """
g (float[b,n] x, float[b,10] z) => (p, q, r, s, t, u) {
  p, q, r = Split<axis = 1, num_outputs = 3>(x)
  s, t, u = Split<axis = 1, num_outputs = 3>(z)
}""", [dict(b=1, n=9), dict(b=2, n=8)], opset=18,
        want={"s": "b, 4", "u": "b, 2", "p": "b, (n + 2) // 3"})
    add(6, "a skip connection across two roundings", """
g (float[b,3,h,w] x, float[8,3,3,3] k) => (y)
<float[4] up = {1, 1, 2, 2}> {
  d = Conv<strides = [2, 2], pads = [1, 1, 1, 1]>(x, k)
  u = Resize<mode = "nearest">(d, , up)
  y = Concat<axis = 1>(x, u)
}""", [dict(b=1, h=8, w=6), dict(b=2, h=2, w=4)], want={"y": "b, 11, h, w"},
        refused=[dict(b=1, h=7, w=6), dict(b=1, h=8, w=5)])
    add(6, "space to depth, depth to space, im2col", """
g (float[b,12,h,w] x) => (y, z) {
  y = DepthToSpace<blocksize = 2>(x)
  z = SpaceToDepth<blocksize = 2>(y)
}""", [dict(b=1, h=8, w=6), dict(b=2, h=3, w=5)],
        formula={"y": "b, 3, 2*h, 2*w", "z": "b, 12, h, w"}, assumes=[])


# ---- 7 ----

def float_maths():
    add(7, "interpolate through floats, opset 11", """
g (float[b,3,h,w] x) => (y)
<int64 i2 = {2}, int64 i3 = {3}, float two = {2.0}, int64[1] lead1 = {2},
 int64[1] zero = {0}, float[0] none = {}> {
  s = Shape(x)
  h = Gather(s, i2)
  w = Gather(s, i3)
  hf = Cast<to = 1>(h)
  wf = Cast<to = 1>(w)
  h2 = Mul(hf, two)
  w2 = Mul(wf, two)
  hr = Floor(h2)
  wr = Floor(w2)
  hi = Cast<to = 7>(hr)
  wi = Cast<to = 7>(wr)
  hu = Unsqueeze<axes = [0]>(hi)
  wu = Unsqueeze<axes = [0]>(wi)
  hw = Concat<axis = 0>(hu, wu)
  lead = Slice(s, zero, lead1, zero)
  to = Concat<axis = 0>(lead, hw)
  y = Resize<mode = "nearest">(x, none, none, to)
}""", [dict(b=1, h=7, w=8), dict(b=2, h=1, w=3)], opset=11,
        formula={"y": "b, 3, 2*h, 2*w"})
    add(7, "a rational scale is kept exact and truncated", """
g (float[b,n] x) => (y, z, w)
<float s = {1.5}, float q = {0.25}, float half = {0.5}, int64[1] one = {1},
 float[1] three = {3.0}> {
  n = Shape<start = 1>(x)
  f = Cast<to = 1>(n)
  a = Mul(f, s)
  ai = Cast<to = 7>(a)
  y = ConstantOfShape(ai)
  b = Mul(f, q)
  c = Ceil(b)
  ci = Cast<to = 7>(c)
  z = ConstantOfShape(ci)
  d = Div(f, three)
  e = Floor(d)
  ei = Cast<to = 7>(e)
  w = ConstantOfShape(ei)
}""", [dict(b=1, n=7), dict(b=1, n=8), dict(b=1, n=0), dict(b=1, n=1)],
        want={"y": "3 * n // 2", "z": "(n + 3) // 4", "w": "n // 3"})
    add(7, "the scales of a resize are a quotient of sizes", """
g (float[b,3,h,w] x) => (y)
<float two = {2.0}, float[2] ones = {1, 1}> {
  s = Shape<start = 2>(x)
  f = Cast<to = 1>(s)
  t = Mul(f, two)
  g = Floor(t)
  k = Div(g, f)
  scales = Concat<axis = 0>(ones, k)
  y = Resize<mode = "nearest">(x, , scales)
}""", [dict(b=1, h=7, w=8), dict(b=2, h=1, w=3)], want={"y": "b, 3, 2*h, 2*w"},
        open_symbolic="y")
    add(7, "constants go through roots, symbols do not", """
g (float[b,n] x) => (y, z)
<float k = {49.0}, int64[1] zero = {0}> {
  r = Sqrt(k)
  i = Cast<to = 7>(r)
  i1 = Unsqueeze(i, zero)
  y = ConstantOfShape(i1)
  n = Shape<start = 1>(x)
  f = Cast<to = 1>(n)
  q = Sqrt(f)
  c = Cast<to = 7>(q)
  z = ConstantOfShape(c)
}""", [dict(b=1, n=9), dict(b=1, n=16)], want={"y": "7"},
        formula={"y": "7"}, open_symbolic="z", open="z")
    add(7, "a float is cast towards zero", """
g (float[b,n] x) => (y)
<float[1] k = {-2.7}, float[1] m = {3.9}, int64[1] five = {5}> {
  i = Cast<to = 7>(k)
  j = Cast<to = 7>(m)
  a = Add(i, five)
  s = Concat<axis = 0>(a, j)
  y = ConstantOfShape(s)
}""", [dict(b=1, n=9)], want={"y": "3, 3"})


# ---- 8 ----

def integer_maths():
    add(8, "windows of seven, padded", """
g (float[b,h,w,4] x) => (y)
<int64[1] seven = {7}, int64[1] i1 = {1}, int64[1] i2 = {2},
 int64[5] five = {0, 0, 0, 0, 0}, int64[1] z1 = {0}> {
  s = Shape(x)
  h = Gather(s, i1)
  w = Gather(s, i2)
  hm = Mod(h, seven)
  hs = Sub(seven, hm)
  hp = Mod(hs, seven)
  wm = Mod(w, seven)
  ws = Sub(seven, wm)
  wp = Mod(ws, seven)
  p = Concat<axis = 0>(five, hp, wp, z1)
  y = Pad(x, p)
}""", [dict(b=1, h=7, w=8), dict(b=2, h=13, w=15), dict(b=1, h=1, w=0)],
        want={"y": "b, 7 * ((h + 6) // 7), 7 * ((w + 6) // 7), 4"},
        assumes=[])
    add(8, "division truncates where the numerator may be negative", """
g (float[b,n] x) => (y, z)
<int64[1] three = {3}, int64[1] two = {2}, int64[1] ten = {10}> {
  n = Shape<start = 1>(x)
  d = Sub(three, n)
  q = Div(d, two)
  a = Add(q, ten)
  y = ConstantOfShape(a)
  e = Div(n, two)
  z = ConstantOfShape(e)
}""", [dict(b=1, n=n) for n in (0, 1, 2, 3, 4, 5, 6, 9)],
        want={"z": "n // 2"}, open_symbolic="y")
    add(8, "the sign of a remainder", """
g (float[b,n] x) => (y, z)
<int64[1] three = {3}, int64[1] five = {5}, int64[1] ten = {10}> {
  n = Shape<start = 1>(x)
  d = Sub(three, n)
  m = Mod(d, five)
  y = ConstantOfShape(m)
  f = Mod<fmod = 1>(d, five)
  a = Add(f, ten)
  z = ConstantOfShape(a)
}""", [dict(b=1, n=n) for n in (0, 1, 3, 4, 5, 9, 14)],
        want={"y": "(3 - n) % 5"})
    add(8, "minimum, maximum, negation and magnitude of dims", """
g (float[b,n] x, float[m] v) => (y, z, w, u)
<int64[1] k = {100}> {
  n = Shape<start = 1>(x)
  m = Shape(v)
  a = Min(n, m)
  y = ConstantOfShape(a)
  c = Max(n, m, k)
  z = ConstantOfShape(c)
  d = Sub(n, m)
  e = Abs(d)
  w = ConstantOfShape(e)
  f = Neg(d)
  g = Add(f, n)
  u = ConstantOfShape(g)
}""", [dict(b=1, n=3, m=5), dict(b=1, n=7, m=2), dict(b=1, n=200, m=0)],
        want={"y": "min(n, m)", "z": "max(n, m, 100)", "w": "max(n-m, m-n)",
              "u": "m"}, formula={"u": "m"})
    add(8, "products, maxima, sums and running sums of a shape", """
g (float[a,b,4] x) => (y, z, w, u, v)
<int64[1] zero = {0}, int64 axis = {0}, int64[1] five = {5}> {
  s = Shape(x)
  p = ReduceProd<keepdims = 1>(s)
  y = ConstantOfShape(p)
  m = ReduceMax<keepdims = 1>(s, zero)
  z = ConstantOfShape(m)
  n = ReduceSum<keepdims = 1>(s, zero)
  w = ConstantOfShape(n)
  c = CumSum(s, axis)
  u = ConstantOfShape(c)
  l = ReduceMin<keepdims = 0>(s, zero)
  q = Unsqueeze(l, zero)
  v = ConstantOfShape(q)
}""", [dict(a=2, b=3), dict(a=1, b=5), dict(a=7, b=1)],
        want={"y": "a * b * 4", "z": "max(a, b, 4)", "w": "a + b + 4",
              "u": "a, a + b, a + b + 4", "v": "min(a, b, 4)"})
    add(8, "chunks of a sequence with an overlap", """
g (float[b,n,8] x) => (y)
<int64[1] w = {4}, int64[1] one = {1}, int64[1] two = {2}> {
  n = Shape<start = 1, end = 2>(x)
  m = Mul(n, two)
  d = Div(m, w)
  c = Sub(d, one)
  t = Concat<axis = 0>(c, w)
  y = ConstantOfShape(t)
}""", [dict(b=1, n=8), dict(b=1, n=11), dict(b=1, n=4)],
        want={"y": "n // 2 - 1, 4"})


# ---- 9 ----

def sized():
    add(9, "Range of sizes, forwards and backwards", """
g (float[b,n] x, float[p] past) => (y, z, w, v)
<int64 zero = {0}, int64 one = {1}, int64 two = {2}, int64 back = {-3},
 int64 i1 = {1}, int64 i0 = {0}> {
  s = Shape(x)
  n = Gather(s, i1)
  t = Shape(past)
  p = Gather(t, i0)
  e = Add(p, n)
  y = Range(p, e, one)
  z = Range(zero, n, two)
  w = Range(n, zero, back)
  v = Range(n, p, one)
}""", [dict(b=1, n=5, p=0), dict(b=1, n=1, p=7), dict(b=1, n=8, p=8),
       dict(b=1, n=0, p=2)],
        want={"y": "n", "z": "(n + 1) // 2", "w": "(n + 2) // 3",
              "v": "max(0, p - n)"}, formula={"y": "n"})
    add(9, "Range of floats where all is constant", """
g (float[b] x) => (y, z)
<float a = {0.0}, float e = {1.0}, float d = {0.25}, float f = {10.0},
 float k = {3.0}> { y = Range(a, e, d) z = Range(a, f, k) }""",
        [dict(b=1)], want={"y": "4", "z": "4"})
    add(9, "Tile, OneHot and Expand by sizes", """
g (float[b,n] x, int64[m] ids) => (y, z, v)
<int64[1] two = {2}, float[2] values = {0, 1}, int64[1] one = {1}> {
  s = Shape(x)
  n = Shape<start = 1>(x)
  r = Concat<axis = 0>(two, n)
  y = Tile(x, r)
  z = OneHot<axis = -1>(ids, n, values)
  w = OneHot<axis = 0>(ids, n, values)
  v = Transpose(w)
}""", [dict(b=2, n=3, m=4), dict(b=1, n=1, m=0)],
        want={"y": "2*b, n*n", "z": "m, n", "v": "m, n"})
    add(9, "the k best, k from a dim", """
g (float[b,n] x) => (y, i, z, j)
<int64[1] most = {5}> {
  n = Shape<start = 1>(x)
  k = Min(n, most)
  y, i = TopK<axis = -1>(x, k)
  q = Exp(x)
  z, j = TopK<axis = 0, largest = 0>(q, one)
  one = Constant<value = int64[1] {1}>()
}""".replace("  one = Constant<value = int64[1] {1}>()\n", "").replace(
    "<int64[1] most = {5}>", "<int64[1] most = {5}, int64[1] one = {1}>"),
        [dict(b=2, n=3), dict(b=1, n=9)],
        want={"y": "b, min(n, 5)", "z": "1, n"})
    add(9, "triangles and diagonals", """
g (float[b,n] x) => (y, z, w)
<int64 one = {1}> {
  n = Shape<start = 1>(x)
  s = Concat<axis = 0>(n, n)
  q = ConstantOfShape(s)
  y = Trilu<upper = 1>(q, one)
  z = EyeLike(q)
  w = Trilu<upper = 0>(z)
}""", [dict(b=2, n=3), dict(b=1, n=1)], formula={"y": "n, n", "z": "n, n"})
    add(9, "at most so many boxes are kept", """
g (float[1,n,4] boxes, float[1,2,n] scores) => (y)
<int64 most = {3}, float iou = {0.5}> {
  y = NonMaxSuppression(boxes, scores, most, iou)
}""", [dict(n=4, _nonmaxsuppression_0=None)], open="y")
    add(9, "constants of a size that is a product", """
g (float[b,n,4] x) => (y)
<int64[2] to = {-1, 2}> {
  s = Size(x)
  z = Constant<value = int64[1] {0}>()
  v = Unsqueeze(s, z)
  c = ConstantOfShape<value = float[1] {1}>(v)
  y = Reshape(c, to)
}""", [dict(b=2, n=3), dict(b=1, n=1)], formula={"y": "2*b*n, 2"},
        assumes=[])


# ---- 10 ----

def data_dependent():
    mask = [True, False, True, True, False, False]
    add(10, "a dim that data decides has a name, one for one mask", """
g (float[b,n] x, bool[6] m, float[6,4] v) => (i, y, z) {
  i = NonZero(m)
  k = NonZero(m)
  t = Transpose(i)
  y = GatherND(v, t)
  u = Transpose(k)
  w = GatherND(v, u)
  z = Add(y, w)
}""", [dict(b=1, n=2, m=mask, _nonzero_0=3)],
        formula={"i": "1, nonzero_0", "z": "nonzero_0, 4"}, assumes=[])
    add(10, "Unique, Compress and NonZero of a tensor", """
g (float[n] x, bool[m] c, float[n,m] v) => (u, ui, uinv, uc, y, z) {
  u, ui, uinv, uc = Unique(x)
  y = Compress<axis = 1>(v, c)
  z = Compress(v, c)
}""", [dict(n=4, m=3, x=[1, 2, 1, 3], c=[True, False, True], _unique_0=3,
            _compress_0=2, _compress_1=2)])
    add(10, "what is stacked and sliced behind it keeps its other dims", """
g (float[b,n] x, float[b,n] v) => (y, z) {
  i = NonZero(x)
  t = Transpose(i)
  y = GatherND(v, t)
  e = Exp(y)
  z = Concat<axis = 0>(e, y)
}""", [dict(b=2, n=3, _nonzero_0=6)], formula={"z": "2*nonzero_0"})
    add(10, "strings are split into who knows how many", """
g (string[n] s) => (y, k) { y, k = StringSplit(s) }""",
        [dict(n=2, s=["a b", "c"], _stringsplit_0=2)], opset=20,
        may_say="cost.unknown")
    add(10, "boxes that are left over", """
g (float[1,n,4] boxes, float[1,1,n] scores) => (y, z)
<int64 most = {3}, float iou = {0.5}, int64[1] col = {2}> {
  y = NonMaxSuppression(boxes, scores, most, iou)
  i = Gather<axis = 1>(y, col)
  q = Cast<to = 1>(i)
  z = Exp(q)
}""", [dict(n=2, boxes=[[[0, 0, 1, 1], [2, 2, 3, 3]]], scores=[[[1, .5]]],
            _nonmaxsuppression_0=2)],
        formula={"y": "nonmaxsuppression_0, 3", "z": "nonmaxsuppression_0, 1"})


# ---- 11 ----

def caches():
    prefill = [dict(b=2, past=0, seq=5), dict(b=1, past=7, seq=1),
               dict(b=1, past=3, seq=2)]
    add(11, "a cache that may be empty grows by what is new", """
g (float[b,4,past,8] pk, float[b,4,seq,8] k, float[b,4,seq,8] q) => (c, y)
{
  c = Concat<axis = 2>(pk, k)
  t = Transpose<perm = [0, 1, 3, 2]>(c)
  y = MatMul(q, t)
}""", prefill, formula={"c": "b, 4, past + seq, 8",
                        "y": "b, 4, seq, past + seq"}, assumes=[])
    add(11, "dims are written as sums of other names", """
g (float[b,past] p, float[b,seq] x, float[b,"past + seq"] m) => (y, z) {
  c = Concat<axis = 1>(p, x)
  y = Add(c, m)
  z = Mul(m, c)
}""".replace('"past + seq"', "total"), prefill, want={"y": "b, past + seq"})
    CASES[-1].model.graph.input[2].type.tensor_type.shape.dim[
        1].dim_param = "past + seq"
    CASES[-1].formula = {"y": "b, past + seq", "z": "b, past + seq"}
    CASES[-1].assumes = []
    add(11, "a total that the file never relates to its parts", """
g (float[b,past] p, float[b,seq] x, float[b,total] m) => (y) {
  c = Concat<axis = 1>(p, x)
  y = Add(c, m)
}""", [dict(b=2, past=4, seq=5, total=9), dict(b=1, past=7, seq=1, total=8)],
        want={"y": "b, past + seq"}, refused=[dict(b=2, past=4, seq=5,
                                                   total=8)])
    add(11, "past + 1 as a whole name", """
g (float[b,past] p, float[b,n] m) => (y)
<int64[1] one = {1}> {
  b = Shape<end = 1>(p)
  t = Concat<axis = 0>(b, one)
  e = ConstantOfShape(t)
  c = Concat<axis = 1>(p, e)
  y = Add(c, m)
}""", [dict(b=2, past=0), dict(b=1, past=7)], want={"y": "b, past + 1"})
    CASES[-1].model.graph.input[1].type.tensor_type.shape.dim[
        1].dim_param = "past + 1"
    CASES[-1].assumes = []
    add(11, "Attention keeps past and present", """
g (float[b,4,seq,8] q, float[b,2,seq,8] k, float[b,2,seq,8] v,
   float[b,2,past,8] pk, float[b,2,past,8] pv) => (y, nk, nv) {
  y, nk, nv = Attention(q, k, v, , pk, pv)
}""", prefill, opset=23, formula={"y": "b, 4, seq, 8",
                                  "nk": "b, 2, seq + past, 8",
                                  "nv": "b, 2, seq + past, 8"})
    add(11, "MultiHeadAttention of com.microsoft keeps its past", """
g (float[b,seq,32] q, float[b,seq,32] k, float[b,seq,32] v,
   float[b,4,past,8] pk, float[b,4,past,8] pv) => (y, nk, nv) {
  y, nk, nv = com.microsoft.MultiHeadAttention<num_heads = 4>
              (q, k, v, , , , pk, pv)
}""", [dict(b=2, past=2, seq=5), dict(b=1, past=7, seq=1)],
        formula={"nk": "b, 4, seq + past, 8"})
    add(11, "GroupQueryAttention's buffer or a longer one", """
g (float[b,seq,32] q, float[b,seq,16] k, float[b,seq,16] v,
   float[b,2,past,8] pk, float[b,2,past,8] pv, int32[b] lens, int32 total)
   => (y, nk, nv) {
  y, nk, nv = com.microsoft.GroupQueryAttention<num_heads = 4,
              kv_num_heads = 2>(q, k, v, pk, pv, lens, total)
}""", [dict(b=1, past=0, seq=5, lens=[4], total=5),
       dict(b=1, past=8, seq=1, lens=[3], total=4),
       dict(b=1, past=7, seq=1, lens=[7], total=8)],
        want={"nk": "b, 2, max(total, past), 8"})
    add(11, "a state that the sequence does not change", """
g (float[b,4,seq] x, float[4,1,3] k, float[b,4,2] state) => (y, next) {
  y, next = CausalConvWithState(x, k, , state)
}""", [dict(b=2, seq=5), dict(b=1, seq=1)], opset=27, ort=False,
        want={"y": "b, 4, seq", "next": "b, 4, 2"})


# ---- 12 ----

def renamed(number, name, spelling, runs, size, **known):
    """A graph whose input has a dim_param of any text."""
    model = model_of("""
g (float[b,n] x) => (y, z) { y = Relu(x) z = Concat<axis = 1>(x, y) }""")
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_param = spelling
    for run in runs:
        run[spelling] = run.pop("size")
    add(number, name, model, runs, **known)


def names():
    for spelling in ("unk__13", "DynamicDimension.0", "x.45_dim_1", "16H",
                     "class", "min", "seq len", "b'", "ünïcode", "a" * 300,
                     "1e5", "-", "//", "b//0", "lambda", "__import__"):
        renamed(12, "dim_param %s" % ascii(spelling)[1:31].replace(
            "/", "slash").replace("\\", ""), spelling,
                [dict(b=2, size=3), dict(b=1, size=7)], None)
    for spelling in ("?", "None", "-1", "", "0"):
        model = model_of("""
g (float[b,n] x, float[b,m] v) => (y, z) {
  y = Relu(x)
  z = Concat<axis = 1>(y, v)
}""")
        for info in model.graph.input:
            info.type.tensor_type.shape.dim[1].dim_param = spelling
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "b"
        add(12, "dim_param '%s' is a symbol of its own each time" % (
            spelling.replace("?", "question mark")), model,
            [dict(b=2, x=np.zeros((2, 3)), v=np.zeros((2, 5)))],
            open_symbolic="y z", open="y z")
    model = model_of("""
g (float[n,m] x, float[n,m] v) => (y) { y = Concat<axis = 1>(x, v) }""")
    for info in model.graph.input:
        info.type.tensor_type.shape.dim[0].dim_param = "2"
    add(12, "a number written as a string is a size of its own", model,
        [{"2": 2, "m": 4}], open_symbolic="y", open="y")
    for size in (-1, -7):
        model = model_of("""
g (float[n,4] x, float[4,4] w) => (y) { y = MatMul(x, w) }""")
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = size
        add(12, "dim_value %d is a symbol with a warning" % size, model,
            [dict(x=np.zeros((3, 4)))], ort=False, want={"y": "3, 4"},
            open_symbolic="y", open="y", says="model.negative-dim")
    stale = model_of("""
g (float[b,s] x) => (float[b,9] y, z) {
  t = Concat<axis = 1>(x, x)
  y = Relu(t)
  z = Exp(t)
}""")
    stale.graph.value_info.append(helper.make_tensor_value_info(
        "t", onnx.TensorProto.FLOAT, ["b", 77, 3]))
    add(12, "a stale declared rank is reported and not trusted", stale,
        [dict(b=2, s=3), dict(b=1, s=5)], ort=False,
        want={"y": "b, 2*s", "z": "b, 2*s"}, says="model.stale-type",
        formula={"y": "b, 2*s", "z": "b, 2*s"}, assumes=[])
    wrong = model_of("""
g (float[b,6] x) => (y) { t = Relu(x) y = Concat<axis = 1>(t, t) }""")
    wrong.graph.value_info.append(helper.make_tensor_value_info(
        "t", onnx.TensorProto.INT64, ["b", 5]))
    add(12, "a stale declared size and type are reported and not trusted",
        wrong, [dict(b=2), dict(b=1)], ort=False, want={"y": "b, 12"},
        says="model.stale-type", formula={"y": "b, 12"})
    free = model_of("""
g (float[b,s] x) => (y) { t = Relu(x) y = Concat<axis = 1>(t, t) }""")
    free.graph.value_info.append(helper.make_tensor_value_info(
        "t", onnx.TensorProto.FLOAT, ["Relut_dim_0", "Relut_dim_1"]))
    add(12, "names that only a value_info has are free", free,
        [dict(b=2, s=3)], formula={"y": "b, 2*s"}, assumes=[])
    add(12, "a name in a body is the name outside", """
g (float[b,s] x, bool c) => (y) {
  y = If (c) <then_branch = t () => (float[b,s] z) { z = Exp(x) },
              else_branch = e () => (float[b,s] z) { z = Relu(x) }>
}""", [dict(b=2, s=3, c=True), dict(b=2, s=3, c=False)],
        formula={"y": "b, s"}, assumes=[])
    add(12, "inputs that must agree although each has its name", """
g (float[unk__1,4] x, float[unk__2,4] v) => (y) { y = Add(x, v) }""",
        [dict(unk__1=3, unk__2=3), dict(unk__1=1, unk__2=5)],
        want={"y": "max(unk__1, unk__2), 4"},
        refused=[dict(unk__1=3, unk__2=4)])


# ---- 13 ----

def body(text, states, name="body"):
    return "body = %s (int64 i, bool c%s) => (c2%s) { c2 = Identity(c) %s }"


def loops():
    runs = [dict(b=3, n=4), dict(b=2, n=1), dict(b=2, n=0)]
    add(13, "a state that keeps its shape, and what is stacked", """
g (float[b,4] x, int64 n) => (y, ys) {
  y, ys = Loop (n, , x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2, o) { c2 = Identity(c) s2 = Exp(s) o = Concat<axis=1>(s, s2) }>
}""", runs[:2], formula={"y": "b, 4"}, want={"ys": "n, b, 8"})
    add(13, "a state that grows by a constant", """
g (float[b,4] x, int64 n) => (y) {
  y = Loop (n, , x) <body = body (int64 i, bool c, float[k,4] s) =>
    (c2, s2) { c2 = Identity(c) s2 = Concat<axis=0>(s, x, x) }>
}""", runs, want={"y": "b + 2 * b * max(0, n), 4"})
    add(13, "two states, one growing with the other", """
g (float[1,4] x, int64 n) => (y, v) {
  y, v = Loop (n, , x, x) <
    body = body (int64 i, bool c, float[k,4] s, float[l,4] u) =>
    (c2, s2, u2) { c2 = Identity(c) s2 = Concat<axis=0>(s, x)
                   u2 = Concat<axis=0>(u, s) }>
}""", [dict(n=4), dict(n=0), dict(n=9)],
        want={"y": "n + 1, 4", "v": "1 + n * (n + 1) // 2, 4"})
    add(13, "the condition decides, the trip count is the most", """
g (float[b,4] x, int64 n, float lim) => (y, ys)
<bool t = {1}> {
  y, ys = Loop (n, t, x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2, o) { f = Cast<to=1>(i) c2 = Less(f, lim) s2 = Exp(s)
                  o = Exp(s2) }>
}""", [dict(b=3, n=9, lim=2.5, _trip_0=4), dict(b=2, n=2, lim=9.0, _trip_0=2)],
        want={"ys": "trip_0, b, 4"})
    add(13, "a constant condition leaves the trip count", """
g (float[b,4] x) => (y, ys)
<bool t = {1}, int64 five = {5}> {
  y, ys = Loop (five, t, x) <body = body (int64 i, bool c, float[b,4] s) =>
    (c2, s2, o) { c2 = Constant<value = bool {1}>() s2 = Exp(s)
                  o = Exp(s2) }>
}""", [dict(b=3), dict(b=0)], formula={"y": "b, 4", "ys": "5, b, 4"})
    add(13, "a condition that is false from the start", """
g (float[b,4] x) => (y)
<bool t = {0}, int64 five = {5}> {
  y = Loop (five, t, x) <body = body (int64 i, bool c, float[k,4] s) =>
    (c2, s2) { c2 = Identity(c) s2 = Concat<axis=0>(s, s) }>
}""", [dict(b=3), dict(b=2)], formula={"y": "b, 4"})
    add(13, "a shape that doubles is widened", """
g (float[b,4] x, int64 n) => (y) {
  y = Loop (n, , x) <body = body (int64 i, bool c, float[k,4] s) =>
    (c2, s2) { c2 = Identity(c) s2 = Concat<axis=0>(s, s) }>
}""", [dict(b=3, n=2), dict(b=2, n=0), dict(b=1, n=5)],
        open="y", open_symbolic="y")
    add(13, "a rank that grows is widened", """
g (float[b,4] x, int64 n) => (y, z)
<int64[1] zero = {0}> {
  y, z = Loop (n, , x, x) <
    body = body (int64 i, bool c, float s, float[b,4] u) =>
    (c2, s2, u2) { c2 = Identity(c) s2 = Unsqueeze(s, zero) u2 = Exp(u) }>
}""", [dict(b=3, n=2), dict(b=2, n=0)], formula={"z": "b, 4"}, ort=False,
        want={"z": "b, 4", "y": "*([1]*n), b, 4"}, open="y")
    add(13, "a trip count that is a dim", """
g (float[t,b,4] x, float[b,4] h) => (y, ys)
<int64 i0 = {0}> {
  s = Shape(x)
  n = Gather(s, i0)
  y, ys = Loop (n, , h) <body = body (int64 i, bool c, float[b,4] s0) =>
    (c2, s2, o) { c2 = Identity(c) xt = Gather(x, i) s2 = Add(s0, xt)
                  o = Tanh(s2) }>
}""", [dict(t=3, b=2), dict(t=1, b=1)],
        formula={"y": "b, 4", "ys": "t, b, 4"}, assumes=[])
    add(13, "a counter that is carried sizes what follows", """
g (float[b,4] x, int64 n) => (y)
<int64[1] one = {1}, int64[1] three = {3}> {
  k = Loop (n, , one) <body = body (int64 i, bool c, int64[1] k0) =>
    (c2, k2) { c2 = Identity(c) k2 = Add(k0, three) }>
  y = ConstantOfShape(k)
}""", runs, want={"y": "1 + 3 * n"})
    add(13, "a loop in a loop over a triangle", """
g (float[b,4] x, int64 n) => (y) {
  y = Loop (n, , x) <body = outer (int64 i, bool c, float[k,4] s) =>
    (c2, s2) { c2 = Identity(c)
      s2 = Loop (i, , s) <body = inner (int64 j, bool d, float[l,4] u) =>
        (d2, u2) { d2 = Identity(d) u2 = Concat<axis=0>(u, x) }> }>
}""", [dict(b=3, n=4), dict(b=1, n=7), dict(b=1, n=0)],
        want={"y": "b + b * (n * (n - 1) // 2), 4"}, open_symbolic="y",
        open="y")


# ---- 14 ----

def branches():
    squeeze = """
g (float[b,n,4] x) => (y)
<int64 one = {1}, int64[1] axis = {1}> {
  s = Shape(x)
  n = Gather(s, one)
  c = Equal(n, one)
  y = If (c) <then_branch = t () => (z) { z = Squeeze(x, axis) },
              else_branch = e () => (z) { z = Identity(x) }>
}"""
    add(14, "squeeze of a dim that is one or not", squeeze,
        [dict(b=2, n=1), dict(b=2, n=3)], open_symbolic="y")
    add(14, "squeeze of a dim that is one", squeeze.replace(
        "[b,n,4]", "[b,1,4]"), [dict(b=2), dict(b=1)],
        formula={"y": "b, 4"}, assumes=[])
    add(14, "squeeze of a dim that is never one", squeeze.replace(
        "[b,n,4]", "[b,3,4]"), [dict(b=2), dict(b=1)], ort=False,
        want={"y": "b, 3, 4"},
        formula={"y": "b, 3, 4"}, assumes=[])
    two = squeeze.replace("s = Shape(x)", "p = Concat<axis = 1>(x, x) "
                          "q = Concat<axis = 1>(p, x, r) s = Shape(q)")
    add(14, "squeeze of a dim that is provably more than one", two.replace(
        "<int64 one", "<float[1,2,4] r0 = {1,2,3,4,5,6,7,8}, int64 one"
        ).replace("s = Shape(q)", "s = Shape(q)").replace(
        "(p, x, r)", "(p, x, r)").replace(
        "p = Concat", "b1 = Shape<end = 1>(x) k = Constant<value_ints = [2, 4]"
        ">() to = Concat<axis = 0>(b1, k) r = Expand(r0, to) p = Concat"
        ).replace("Squeeze(x, axis)", "Squeeze(q, axis)").replace(
        "Identity(x)", "Identity(q)"),
        [dict(b=2, n=1), dict(b=2, n=3), dict(b=1, n=0)],
        formula={"y": "b, 3*n + 2, 4"}, assumes=[])
    add(14, "equal dims are kept, others are between both", """
g (float[b,4] x, float[b,9] v, bool c) => (y) {
  y = If (c) <then_branch = t () => (z) { z = Exp(x) },
              else_branch = e () => (z) { z = Exp(v) }>
}""", [dict(b=2, c=True, _if_0=4), dict(b=3, c=False, _if_0=9)],
        formula={"y": "b, if_0"}, assumes=[])
    add(14, "branches of different rank leave none, and go on", """
g (float[b,4] x, bool c) => (y, z)
<int64[1] axis = {1}> {
  r = If (c) <then_branch = t () => (z) { z = Relu(x) },
              else_branch = e () => (z) { z = ReduceSum<keepdims=0>(x, axis) }>
  y = Exp(r)
  z = Tanh(x)
}""", [dict(b=3, c=True), dict(b=5, c=False)], open="y",
        may_say="cost.unknown", formula={"z": "b, 4"})
    add(14, "a rank decides", """
g (float[b,n,4] x) => (y)
<int64[1] axis = {0}, int64[1] three = {3}> {
  s = Shape(x)
  r = Shape(s)
  c = Equal(r, three)
  y = If (c) <then_branch = t () => (z) { z = Unsqueeze(x, axis) },
              else_branch = e () => (z) { z = Squeeze(x, axis) }>
}""", [dict(b=2, n=1), dict(b=2, n=3)], formula={"y": "1, b, n, 4"},
        assumes=[])
    add(14, "an undecided If inside a decided one", """
g (float[b,4] x, bool c) => (y)
<bool t = {1}> {
  y = If (t) <
    then_branch = t () => (z) {
      z = If (c) <then_branch = u () => (v) { v = Exp(x) },
                  else_branch = w () => (v) { v = Relu(x) }> },
    else_branch = e () => (z) { z = ReduceSum(x) }>
}""", [dict(b=2, c=True), dict(b=2, c=False)], formula={"y": "b, 4"})
    add(14, "a value that a branch makes sizes what follows", """
g (float[b,n] x) => (y)
<int64 one = {1}, int64 five = {5}, int64[1] zero = {0}> {
  s = Shape(x)
  n = Gather(s, one)
  c = Less(n, five)
  k = If (c) <then_branch = t () => (z) { z = Add(n, five) },
              else_branch = e () => (z) { z = Identity(n) }>
  k1 = Unsqueeze(k, zero)
  y = ConstantOfShape(k1)
}""", [dict(b=1, n=3), dict(b=1, n=8)], open_symbolic="y")


# ---- 15 ----

def containers():
    add(15, "Scan along any axis, in any direction", """
g (float[b,t,4] x, float[t,b] z, float[b,4] h) => (y, ys, zs) {
  y, ys, zs = Scan <num_scan_inputs=2, scan_input_axes=[-2,0],
      scan_input_directions=[1,0], scan_output_axes=[1,-1],
      scan_output_directions=[0,1],
      body = body (float[b,4] s, float[b,4] xt, float[b] zt) =>
    (s2, o, oz) { q = Add(xt, s) s2 = Tanh(q) o = Relu(s2) oz = Exp(zt) }>
    (h, x, z)
}""", [dict(b=2, t=3), dict(b=3, t=1)],
        formula={"y": "b, 4", "ys": "b, t, 4", "zs": "b, t"}, assumes=[])
    add(15, "Scan of opset 8 has a batch axis", """
g (float[b,t,4] x, float[b,4] h) => (y, ys) {
  y, ys = Scan <num_scan_inputs=1, body = body (float[4] s, float[4] xt) =>
    (s2, o) { q = Add(xt, s) s2 = Tanh(q) o = Relu(s2) }> (, h, x)
}""", [dict(b=2, t=3), dict(b=3, t=1)], opset=8,
        formula={"y": "b, 4", "ys": "b, t, 4"})
    add(15, "two scans must be of one length", """
g (float[t,4] x, float[u,2] z) => (ys, zs) {
  ys, zs = Scan <num_scan_inputs=2, body = body (float[4] xt, float[2] zt) =>
    (o, oz) { o = Exp(xt) oz = Relu(zt) }> (x, z)
}""", [dict(t=3, u=3)], want={"ys": "t, 4"}, refused=[dict(t=3, u=4)])
    add(15, "SequenceMap over tensors of two lengths", """
g (float[b,4] x, float[d,4] z, float[4,2] w) => (m, y) {
  sq = SequenceConstruct(x, z)
  m = SequenceMap <body = body (float[k,4] a) => (float[k,2] r)
    { p = MatMul(a, w) r = Exp(p) }> (sq)
  y = ConcatFromSequence<axis=0>(m)
}""", [dict(b=2, d=3), dict(b=3, d=1)], open="m y",
        says="cost.unknown")
    add(15, "a split by length, by lengths, into ones and into slices", """
g (float[n,6] x) => (a, b, c, d, ca, sb)
<int64 four = {4}, int64[3] parts = {1, 2, 3}, int64 one = {1}> {
  a = SplitToSequence<axis = 1>(x, four)
  b = SplitToSequence<axis = 1>(x, parts)
  c = SplitToSequence<axis = 1, keepdims = 1>(x)
  d = SplitToSequence<axis = 1, keepdims = 0>(x)
  ca = ConcatFromSequence<axis = 1>(a)
  sb = SequenceAt(b, one)
}""", [dict(n=2), dict(n=5)], want={"ca": "n, 6", "sb": "n, 2"})
    add(15, "a split of a symbolic length", """
g (float[n,4] x) => (s, y, k)
<int64 two = {2}> {
  s = SplitToSequence<axis = 0>(x, two)
  y = ConcatFromSequence<axis = 0>(s)
  k = SequenceLength(s)
}""", [dict(n=4), dict(n=5), dict(n=1)], want={"y": "n, 4"},
        open_symbolic="s y")
    add(15, "insert, erase and look up, from either end", """
g (float[b,4] x, float[b,5] z, float[b,6] v) => (s, e, p, q, st)
<int64 one = {1}, int64 minus = {-1}, int64 zero = {0}> {
  s0 = SequenceConstruct(x, z)
  s = SequenceInsert(s0, v, one)
  e = SequenceErase(s, minus)
  p = SequenceAt(s, minus)
  q = SequenceAt(e, one)
  t0 = SequenceConstruct(x, x)
  st = ConcatFromSequence<axis = 0, new_axis = 1>(t0)
}""", [dict(b=2), dict(b=3)],
        formula={"p": "b, 5", "q": "b, 6", "st": "2, b, 4"})
    add(15, "an empty sequence that is filled", """
g (float[b,4] x) => (n, y) {
  s0 = SequenceEmpty<dtype = 1>()
  s1 = SequenceInsert(s0, x)
  s2 = SequenceInsert(s1, x)
  n = SequenceLength(s2)
  y = ConcatFromSequence<axis = 1>(s2)
}""", [dict(b=2), dict(b=3)], formula={"y": "b, 8"})
    add(15, "optionals of tensors and of sequences", """
g (float[b,4] x) => (h, y, z, k) {
  o = Optional(x)
  h = OptionalHasElement(o)
  y = OptionalGetElement(o)
  s = SequenceConstruct(x, x)
  p = Optional(s)
  q = OptionalGetElement(p)
  z = ConcatFromSequence<axis = 0>(q)
  k = OptionalGetElement(x)
}""", [dict(b=2), dict(b=3)], opset=18,
        formula={"y": "b, 4", "z": "2*b, 4", "k": "b, 4"})
    sequence = model_of("""
g (seq(float[b,4]) s) => (n, y, k)
<int64 zero = {0}> {
  n = SequenceLength(s)
  y = SequenceAt(s, zero)
  k = Exp(y)
}""")
    add(15, "a sequence that is an input", sequence,
        [dict(b=2, s=[np.zeros((2, 4), np.float32)] * 3)],
        formula={"y": "b, 4", "k": "b, 4"}, open_symbolic="y k")
    add(15, "maps of labels and scores", """
g (float[b,3] x) => (label, m) {
  label, scores = ai.onnx.ml.LinearClassifier<classlabels_ints = [0, 1, 2],
      coefficients = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
      intercepts = [0.0, 0.0, 0.0], multi_class = 1>(x)
  m = ai.onnx.ml.ZipMap<classlabels_int64s = [0, 1, 2]>(scores)
}""", [dict(b=2), dict(b=1)], want={"label": "b"})
    vector = model_of("""
g (float[b] d) => (y) {
  y = ai.onnx.ml.DictVectorizer<string_vocabulary = ["a", "b", "c"]>(d)
}""")
    info = vector.graph.input[0].type
    info.ClearField("tensor_type")
    info.map_type.key_type = onnx.TensorProto.STRING
    info.map_type.value_type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    add(15, "a map becomes a row", vector, [dict(d={"a": 1.0, "c": 2.0})],
        want={"y": "1, 3"})


# ---- 16 ----

def contractions():
    for equation, shapes, want in (
            ("bij,bjk->bik", ("b,i,4", "b,4,k"), "b, i, k"),
            ("...ij,...jk", ("b,h,i,4", "b,h,4,k"), "b, h, i, k"),
            ("...ij,jk->...ik", ("b,h,i,4", "4,k"), "b, h, i, k"),
            ("ij->ji", ("b,i",), "i, b"), ("ii->i", ("4,4",), "4"),
            ("ii", ("4,4",), ""), ("ba", ("b,i",), "i, b"),
            ("ij,ij->", ("b,i", "b,i"), ""),
            ("bhld,bsd->bhls", ("b,h,l,8", "b,s,8"), "b, h, l, s"),
            ("...,...", ("b,h", "b,h"), "b, h"),
            ("i...->...", ("b,h,4",), "h, 4"),
            ("ij,jk,kl->il", ("b,3", "3,h", "h,l"), "b, l"),
            ("bi , bj -> b i j", ("b,i", "b,k"), "b, i, k"),
            ("Aa,aB->AB", ("b,3", "3,h"), "b, h")):
        inputs = ", ".join("float[%s] x%d" % pair
                           for pair in zip(shapes, range(9)))
        add(16, "einsum '%s'" % equation.replace("->", " to "), """
g (%s) => (y) { y = Einsum<equation = "%s">(%s) }""" % (
            inputs, equation, ", ".join("x%d" % i
                                        for i in range(len(shapes)))),
            [dict(b=2, h=3, i=5, k=7, l=4, s=6)], want={"y": want},
            formula={"y": want})
    add(16, "einsum over a label that is one in one operand", """
g (float[1,4] x, float[b,4] v) => (y) {
  y = Einsum<equation = "ij,ij->ij">(x, v)
}""", [dict(b=2), dict(b=1)], want={"y": "b, 4"})
    for a, b, want in (("4", "4", ""), ("4", "4,n", "n"), ("b,4", "4", "b"),
                       ("a,b,4", "4", "a, b"), ("4", "a,4,n", "a, n"),
                       ("a,1,b,4", "c,4,n", "a, c, b, n"),
                       ("1,b,4", "a,4,n", "a, b, n"),
                       ("b,4", "a,c,4,n", "a, c, b, n")):
        add(16, "MatMul of [%s] and [%s]" % (a, b), """
g (float[%s] x, float[%s] v) => (y) { y = MatMul(x, v) }""" % (a, b),
            [dict(a=2, b=3, c=5, n=7), dict(a=1, b=1, c=1, n=1)],
            want={"y": want}, formula={"y": want}, assumes=[])
    for c in ("1", "n", "m,1", "1,n", "m,n", "1,1"):
        add(16, "Gemm takes C of [%s] one way" % c, """
g (float[m,k] x, float[n,k] v, float[%s] c) => (y) {
  y = Gemm<transB = 1, alpha = 0.5>(x, v, c)
}""" % c, [dict(m=3, n=5, k=4), dict(m=1, n=1, k=2)], formula={"y": "m, n"},
            assumes=[])
    add(16, "Add broadcasts along an axis before opset 7", """
g (float[b,c,h,w] x, float[c] v, float[c,h] u, float[1] o) => (y, z, k) {
  y = Add<broadcast = 1, axis = 1>(x, v)
  z = Mul<broadcast = 1, axis = 1>(x, u)
  k = Sub<broadcast = 1>(x, o)
}""", [dict(b=2, c=3, h=4, w=5)], opset=6, ort=False,
        want={"y": "b, c, h, w", "z": "b, c, h, w", "k": "b, c, h, w"},
        formula={"y": "b, c, h, w"}, assumes=[])
    add(16, "BatchNormalization of opset 9 has five outputs", """
g (float[b,c,h,w] x, float[c] s, float[c] v, float[c] m, float[c] n)
  => (y, om, on, sm, sv) {
  y, om, on, sm, sv = BatchNormalization(x, s, v, m, n)
}""", [dict(b=2, c=3, h=4, w=5)], opset=9, ort=False,
        want={"y": "b, c, h, w", "om": "c", "on": "c", "sm": "c", "sv": "c"})
    add(16, "numpy's broadcasting of three", """
g (float[a,1,c] x, float[b,1] v, float[c] u) => (y, z) {
  s = Add(x, v)
  y = Add(s, u)
  z = Max(x, v, u)
}""", [dict(a=2, b=3, c=4), dict(a=1, b=1, c=1), dict(a=2, b=0, c=4)],
        formula={"y": "a, b, c", "z": "a, b, c"}, assumes=[])


# ---- 17 ----

def versions(name, text, opsets, runs, **known):
    for opset in opsets:
        add(17, "%s, opset %d" % (name, opset), text, runs, opset=opset,
            **known)


def migrations():
    sizes = [dict(b=2, n=5), dict(b=1, n=7)]
    one = "g (float[b,n] x) => (y) "
    box = "g (float[b,n,4,6] x) => (y) "
    versions("Slice by attributes", one +
             "{ y = Slice<axes = [1], starts = [1], ends = [-1]>(x) }",
             (7, 9), sizes, want={"y": "b, max(0, n - 2)"})
    versions("Slice by inputs", one + """
<int64[1] a = {1}, int64[1] z = {-1}, int64[1] k = {1}> {
  y = Slice(x, a, z, k) }""", (10, 11, 13), sizes,
        want={"y": "b, max(0, n - 2)"})
    versions("Clip by attributes", one + "{ y = Clip<min = 0.0, max = 1.0>(x)"
             " }", (6, 7, 10), sizes, formula={"y": "b, n"})
    versions("Clip by inputs", one + """
<float a = {0.0}, float z = {1.0}> { y = Clip(x, a, z) }""", (11, 12, 13),
        sizes, formula={"y": "b, n"})
    versions("Pad by attributes", one + "{ y = Pad<pads = [0, 1, 2, 3]>(x) }",
             (2, 7, 10), sizes, formula={"y": "b + 2, n + 4"})
    versions("Pad by paddings", one +
             "{ y = Pad<paddings = [0, 1, 2, 3]>(x) }", (1,), sizes,
             ort=False, want={"y": "b + 2, n + 4"})
    versions("Pad by inputs", one + """
<int64[4] p = {0, 1, 2, 3}, float v = {0.0}> { y = Pad(x, p, v) }""",
        (11, 13, 18, 21, 23), sizes, formula={"y": "b + 2, n + 4"})
    versions("Pad of some axes", one + """
<int64[2] p = {1, 3}, float v = {0.0}, int64[1] a = {-1}> {
  y = Pad(x, p, v, a) }""", (18, 21), sizes, formula={"y": "b, n + 4"})
    versions("Pad that takes away", one + """
<int64[4] p = {0, -1, 0, -2}> { y = Pad(x, p) }""", (13,), sizes,
        want={"y": "b, n - 3"})
    versions("Squeeze and Unsqueeze by attributes", """
g (float[b,1,n,1] x) => (y, z, w) {
  y = Squeeze<axes = [1, 3]>(x)
  z = Unsqueeze<axes = [0, 3]>(y)
  w = Squeeze<axes = [3]>(x)
}""", (7, 11), sizes, formula={"y": "b, n", "z": "1, b, n, 1",
                               "w": "b, 1, n"})
    versions("Squeeze and Unsqueeze by inputs", """
g (float[b,1,n,1] x) => (y, z)
<int64[2] a = {1, -1}, int64[2] k = {0, -1}> {
  y = Squeeze(x, a)
  z = Unsqueeze(y, k)
}""", (13, 21, 23), sizes, formula={"y": "b, n", "z": "1, b, n, 1"})
    versions("ReduceSum by attributes", box +
             "{ y = ReduceSum<axes = [1, 3], keepdims = 0>(x) }", (7, 11),
             sizes, formula={"y": "b, 4"})
    versions("ReduceSum by inputs", box + """
<int64[2] a = {1, -1}> { y = ReduceSum<keepdims = 0>(x, a) }""", (13, 18),
        sizes, formula={"y": "b, 4"})
    versions("ReduceSum of nothing", box + """
<int64[0] a = {}> { y = ReduceSum<noop_with_empty_axes = 1>(x, a) }""",
        (13, 18), sizes, formula={"y": "b, n, 4, 6"})
    for op in ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd",
               "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
               "ReduceSumSquare"):
        versions(op + " by attributes", box +
                 "{ y = %s<axes = [-2, 1], keepdims = 1>(x) }" % op,
                 (11, 13), sizes, formula={"y": "b, 1, 1, 6"})
        versions(op + " by inputs", box + """
<int64[2] a = {-2, 1}> { y = %s<keepdims = 1>(x, a) }""" % op, (18,), sizes,
            formula={"y": "b, 1, 1, 6"})
        versions(op + " of all", box + "{ y = %s<keepdims = 0>(x) }" % op,
                 (11, 18), sizes, formula={"y": ""})
    versions("Split by attributes", """
g (float[b,6] x) => (p, q, r, s) {
  p, q = Split<axis = 1, split = [2, 4]>(x)
  r, s = Split<axis = 1>(x)
}""", (2, 11), sizes, formula={"p": "b, 2", "q": "b, 4", "r": "b, 3"})
    versions("Split by inputs", """
g (float[b,6] x) => (p, q)
<int64[2] k = {2, 4}> { p, q = Split<axis = 1>(x, k) }""", (13, 18), sizes,
        formula={"p": "b, 2", "q": "b, 4"})
    versions("Split of opset 1 by an input", """
g (float[b,6] x, float[2] k) => (p, q) { p, q = Split<axis = 1>(x, k) }""",
        (1,), sizes, ort=False, want={"p": "b, 2", "q": "b, 4"},
        open="p q")
    versions("Reshape by an attribute", box +
             "{ y = Reshape<shape = [0, -1]>(x) }", (1, 4), sizes, ort=False,
             want={"y": "b, 24 * n"}, formula={"y": "b, 24*n"})
    versions("Reshape by an input", box + """
<int64[2] k = {0, -1}> { y = Reshape(x, k) }""", (5, 13, 14, 19, 21), sizes,
        formula={"y": "b, 24*n"})
    versions("Upsample by two attributes", box +
             "{ y = Upsample<height_scale = 2.0, width_scale = 1.5>(x) }",
             (1,), sizes, ort=False, want={"y": "b, n, 8, 9"})
    versions("Upsample by an attribute", box +
             "{ y = Upsample<scales = [1.0, 1.0, 2.0, 1.5]>(x) }", (7,),
             sizes, want={"y": "b, n, 8, 9"})
    versions("Upsample by an input", box + """
<float[4] k = {1, 1, 2, 1.5}> { y = Upsample(x, k) }""", (9,), sizes,
        want={"y": "b, n, 8, 9"})
    versions("TopK by an attribute", """
g (float[b,9] x) => (y, i) { y, i = TopK<axis = 1, k = 3>(x) }""", (1, 9),
        sizes, want={"y": "b, 3", "i": "b, 3"})
    CASES[-2].runs_in_ort = False
    versions("TopK by an input", """
g (float[b,9] x) => (y, i)
<int64[1] k = {3}> { y, i = TopK<axis = 1>(x, k) }""", (10, 11), sizes,
        formula={"y": "b, 3", "i": "b, 3"})
    versions("Dropout by attributes", """
g (float[b,n] x) => (y, m) { y, m = Dropout<ratio = 0.5>(x) }""", (7, 10),
        sizes, formula={"y": "b, n", "m": "b, n"})
    versions("Dropout with is_test", """
g (float[b,n] x) => (y) { y = Dropout<ratio = 0.5, is_test = 1>(x) }""",
        (1, 6), sizes, ort=False, want={"y": "b, n"})
    versions("Dropout by inputs", """
g (float[b,n] x) => (y, m)
<float r = {0.5}, bool t = {0}> { y, m = Dropout(x, r, t) }""", (12, 13, 22),
        sizes, formula={"y": "b, n", "m": "b, n"})
    for op in ("Softmax", "LogSoftmax", "Hardmax"):
        versions(op + " flattens or not", """
g (float[b,n,4] x) => (y, z) { y = %s<axis = 1>(x) z = %s(x) }""" % (op, op),
            (7, 11, 13), sizes, formula={"y": "b, n, 4", "z": "b, n, 4"})
    norm = """
g (float[b,c,n] x, float[c] s, float[c] v, float[c] m, float[c] k) => (%s) {
  %s = BatchNormalization<%s>(x, s, v, m, k) }"""
    small = [dict(b=2, c=3, n=5)]
    for opset, names, attributes in (
            (1, "y", "is_test = 1"), (6, "y", "is_test = 1"),
            (7, "y", "spatial = 1"), (9, "y", "momentum = 0.9"),
            (9, "y, a, e, d, f", "momentum = 0.9"),
            (14, "y", "epsilon = 0.01"), (15, "y", "epsilon = 0.01"),
            (14, "y, a, e", "training_mode = 1"),
            (15, "y, a, e", "training_mode = 1")):
        want = {name: "b, c, n" if name == "y" else "c"
                for name in names.split(", ")}
        add(17, "BatchNormalization with %d outputs, %s, opset %d" % (
            len(want), attributes, opset), norm % (names, names, attributes),
            small, opset=opset, want=want, formula=want,
            ort=opset > 6 and len(want) == 1)
    up = "g (float[b,n,4,6] x) => (y) "
    versions("Resize by scales alone", up + """
<float[4] k = {1, 1, 2, 1.5}> { y = Resize<mode = "nearest">(x, k) }""",
        (10,), sizes, want={"y": "b, n, 8, 9"})
    versions("Resize by scales after a region", up + """
<float[0] r = {}, float[4] k = {1, 1, 2, 1.5}> {
  y = Resize<mode = "nearest">(x, r, k) }""", (11, 13, 18, 19), sizes,
        want={"y": "b, n, 8, 9"})
    versions("Resize by sizes with scales that are empty", """
g (float[2,3,4,6] x) => (y)
<float[0] r = {}, int64[4] k = {2, 3, 5, 7}> {
  y = Resize<mode = "linear">(x, r, r, k) }""", (11, 13, 19), [dict()],
        want={"y": "2, 3, 5, 7"})
    versions("Resize of some axes", up + """
<float[2] k = {2, 1.5}> {
  y = Resize<mode = "nearest", axes = [2, 3]>(x, , k) }""", (18, 19), sizes,
        want={"y": "b, n, 8, 9"})
    versions("an operator by the opset of its own domain", """
g (float[b,n] x) => (y) { y = com.microsoft.Gelu(x) }""", (7, 21), sizes,
        formula={"y": "b, n"})


# ---- 18 ----

def graph_of(nodes, inputs, outputs, initializers=(), ir=8, opset=17,
             sparse=(), infos=()):
    graph = helper.make_graph(
        nodes, "g", inputs,
        [onnx.ValueInfoProto(name=name) for name in outputs],
        initializer=list(initializers), sparse_initializer=list(sparse),
        value_info=list(infos))
    return helper.make_model(graph, ir_version=ir, opset_imports=[
        helper.make_opsetid("", opset)])


def value(name, dims, kind=onnx.TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, dims)


def constant(name, values, dtype=np.int64):
    return numpy_helper.from_array(np.array(values, dtype), name)


def hygiene():
    node = helper.make_node
    x = value("x", ["b", "n"])
    sizes = [dict(b=2, n=6), dict(b=1, n=3)]
    to = value("to", [2], onnx.TensorProto.INT64)
    reshape = [node("Reshape", ["x", "to"], ["y"])]
    for ir in (3, 8):
        add(18, "an initializer that is an input too, IR %d" % ir, graph_of(
            reshape, [x, to], ["y"], [constant("to", [-1, 3])], ir, 11),
            sizes, want={"y": "b * n // 3, 3"})
    add(18, "empty names of optional inputs and outputs", graph_of(
        [node("Clip", ["x", "", "high"], ["a"]),
         node("Clip", ["a", "", ""], ["c"]),
         node("Clip", ["c"], ["y"]),
         node("TopK", ["y", "k"], ["t", "i"]),
         node("Dropout", ["x"], ["z", ""])], [x], ["y", "i", "z"],
        [constant("high", 1.0, np.float32), constant("k", [2])]), sizes,
        formula={"y": "b, n", "i": "b, 2", "z": "b, n"})
    lstm = [node("LSTM", ["s", "w", "r", "", "", "h", "c"], ["", "yh", "yc"],
                 hidden_size=4)]
    add(18, "a recurrent node that leaves out what is in the middle",
        graph_of(lstm, [value("s", ["t", "b", 3]), value("w", [1, 16, 3]),
                        value("r", [1, 16, 4]), value("h", [1, "b", 4]),
                        value("c", [1, "b", 4])], ["yh", "yc"]),
        [dict(t=5, b=2), dict(t=1, b=1)],
        formula={"yh": "1, b, 4", "yc": "1, b, 4"})
    sparse = helper.make_sparse_tensor(
        constant("w", [1.0, 2.0], np.float32), constant("", [1, 7]), [4, 3])
    add(18, "a sparse initializer has the shape it says", graph_of(
        [node("MatMul", ["x", "w"], ["y"])], [value("x", ["b", 4])], ["y"],
        sparse=[sparse], ir=8), sizes[:1], ort=False, want={"y": "b, 3"},
        formula={"y": "b, 3"})
    forms = [("value", constant("", [2, 3]), "2, 3"),
             ("value_int", 5, "5"), ("value_ints", [2, 3], "2, 3")]
    for name, attribute, want in forms:
        nodes = [node("Constant", [], ["k"], **{name: attribute})]
        if name == "value_int":
            nodes += [node("Unsqueeze", ["k", "zero"], ["k1"])]
        nodes += [node("ConstantOfShape",
                       ["k1" if name == "value_int" else "k"], ["y"])]
        add(18, "Constant by " + name, graph_of(
            nodes, [x], ["y"], [constant("zero", [0])]), sizes[:1],
            want={"y": want})
    floats = [("value_float", 2.5, ""), ("value_floats", [1.5, 2.0], "2"),
              ("value_string", "a", ""), ("value_strings", ["a", "b"], "2")]
    for name, attribute, want in floats:
        add(18, "Constant by " + name, graph_of(
            [node("Constant", [], ["y"], **{name: attribute})], [x], ["y"]),
            sizes[:1], want={"y": want})
    sparse = helper.make_sparse_tensor(
        constant("v", [2.0], np.float32), constant("", [3]), [4, 6])
    add(18, "Constant by sparse_value", graph_of(
        [node("Constant", [], ["k"], sparse_value=sparse),
         node("Identity", ["k"], ["y"])], [x], ["y"]), sizes[:1], ort=False,
        want={"y": "4, 6"})
    for field in ("raw_data", "int64_data", "int32_data"):
        kind = (onnx.TensorProto.INT32 if field == "int32_data" else
                onnx.TensorProto.INT64)
        tensor = onnx.TensorProto(name="k", data_type=kind, dims=[2])
        if field == "raw_data":
            tensor.raw_data = np.array([2, -1], np.int64).tobytes()
        else:
            getattr(tensor, field).extend([2, -1])
        add(18, "a shape in " + field, graph_of(
            [node("Cast", ["k"], ["k64"], to=7),
             node("Reshape", ["x", "k64"], ["y"])], [x], ["y"], [tensor]),
            [dict(b=2, n=6), dict(b=4, n=3)], want={"y": "2, b * n // 2"})
    inner = helper.make_graph(
        [node("Exp", ["a"], ["b0"]), node("Concat", ["b0", "a"], ["z"],
                                          axis=0)],
        "inner", [], [value("z", None)])
    other = helper.make_graph([node("Relu", ["a"], ["z"])], "other", [],
                              [value("z", None)])
    cond = value("c", [], onnx.TensorProto.BOOL)
    add(18, "a body reads outer names and may use one again", graph_of(
        [node("Relu", ["x"], ["a"]),
         node("If", ["c"], ["y"], then_branch=inner, else_branch=other),
         node("Tanh", ["a"], ["b0"]), node("Exp", ["b0"], ["z"])],
        [x, cond], ["y", "z"]),
        [dict(b=2, n=3, c=True, _if_0=4), dict(b=2, n=3, c=False, _if_0=2)],
        ort=False, want={"y": "if_0, n", "z": "b, n"})
    shadow = helper.make_graph(
        [node("Identity", ["d"], ["d2"]),
         node("Concat", ["a", "a"], ["o"], axis=1)], "body",
        [value("i", [], onnx.TensorProto.INT64),
         value("d", [], onnx.TensorProto.BOOL), value("a", None)],
        [value("d2", [], onnx.TensorProto.BOOL), value("a2", None),
         value("o", None)])
    shadow.node.append(node("Exp", ["a"], ["a2"]))
    add(18, "an input of a body shadows an outer name", graph_of(
        [node("Concat", ["x", "x"], ["a"], axis=1),
         node("Loop", ["m", "", "x"], ["y", "ys"], body=shadow),
         node("Relu", ["a"], ["z"])], [x], ["y", "ys", "z"],
        [constant("m", 3)]), sizes, ort=False,
        want={"y": "b, n", "ys": "3, b, 2 * n", "z": "b, 2 * n"},
        formula={"y": "b, n", "ys": "3, b, 2*n", "z": "b, 2*n"})
    add(18, "nodes in the wrong order", graph_of(
        [node("Exp", ["a"], ["y"]), node("Concat", ["x", "r"], ["a"], axis=0),
         node("Relu", ["x"], ["r"])], [x], ["y"]), sizes, ort=False,
        want={"y": "2 * b, n"}, says="model.unsorted",
        formula={"y": "2*b, n"})
    add(18, "nodes in a circle", graph_of(
        [node("Exp", ["a"], ["y"]), node("Relu", ["y"], ["a"])], [x], ["y"]),
        [], refused_with="model.cycle")
    add(18, "a name that is made twice", graph_of(
        [node("Exp", ["x"], ["y"]), node("Relu", ["x"], ["y"])], [x], ["y"]),
        [], refused_with="model.duplicate-value")
    add(18, "a name that nobody makes", graph_of(
        [node("Exp", ["nobody"], ["y"])], [x], ["y"]), [],
        refused_with="model.unknown-value")


# ---- 19 ----

FUNCTIONS = """
<domain: "local", opset_import: ["" : 12]>
old (a) => (r) { u = Unsqueeze<axes = [0]>(a) s = Squeeze<axes = [0]>(u)
                 r = ReduceSum<axes = [1], keepdims = 0>(s) }
<domain: "local", opset_import: ["" : 21]>
turn <perm: ints = [1, 0]> (a) => (r) { r = Transpose<perm: ints = @perm>(a) }
<domain: "local", opset_import: ["" : 21]>
cat <axis> (a, b) => (r) { r = Concat<axis: int = @axis>(a, b) }
<domain: "local", opset_import: ["" : 21, "local" : 1]>
both <axis> (a, b) => (r, q) {
  r = local.cat<axis: int = @axis>(a, b) q = local.turn(r) }
<domain: "local", opset_import: ["" : 21]>
clip (a, low, high) => (r) { r = Clip(a, low, high) }
<domain: "local", opset_import: ["" : 21]>
view (a, to) => (r) { r = Reshape(a, to) }
<domain: "local", opset_import: ["" : 21]>
count (a) => (n) { s = Shape(a) n = ReduceProd<keepdims = 1>(s) }
<domain: "local", overload: "rows", opset_import: ["" : 21]>
join (a) => (r) { r = Concat<axis = 0>(a, a) }
<domain: "local", overload: "columns", opset_import: ["" : 21]>
join (a) => (r) { r = Concat<axis = 1>(a, a) }
<domain: "local", opset_import: ["" : 21]>
grow (a, n) => (r) {
  r = Loop (n, , a) <body = body (int64 i, bool c, float[k,4] s) =>
    (c2, s2) { c2 = Identity(c) s2 = Concat<axis=0>(s, a) }> }
"""


def functions():
    sizes = [dict(b=2, n=3), dict(b=1, n=7)]

    def call(name, text, **known):
        add(19, name, text, known.pop("runs", sizes), more=FUNCTIONS, **known)

    call("a function has its own opset", """
g (float[b,n] x) => (y) { y = local.old(x) }""", ort=False, want={"y": "b"},
         formula={"y": "b"})
    call("attributes by reference, given and by default", """
g (float[b,n] x) => (y, z, w) {
  y = local.turn(x)
  z = local.turn<perm = [0, 1]>(x)
  w = local.cat<axis = 1>(x, z)
}""", formula={"y": "n, b", "z": "b, n", "w": "b, 2*n"})
    call("a reference is handed on to an inner call", """
g (float[b,n] x, float[m,n] v) => (y, q, z, p) {
  y, q = local.both<axis = 0>(x, v)
  z, p = local.both<axis = 1>(x, x)
}""", runs=[dict(b=2, n=3, m=5), dict(b=1, n=7, m=1)],
         formula={"y": "b + m, n", "q": "n, b + m", "z": "b, 2*n",
                  "p": "2*n, b"})
    call("an operand that is left out is absent inside", """
g (float[b,n] x) => (y, z)
<float one = {1.0}> {
  y = local.clip(x, , one)
  z = local.clip(x)
}""", formula={"y": "b, n", "z": "b, n"})
    call("each call has shapes of its own", """
g (float[b,n] x) => (y, z, w)
<int64[1] flat = {-1}, int64[2] rows = {-1, 1}> {
  y = local.view(x, flat)
  z = local.view(x, rows)
  u = local.view(z, flat)
  w = local.view(u, rows)
}""", formula={"y": "b*n", "z": "b*n, 1", "w": "b*n, 1"})
    call("a value comes out of a function and sizes what follows", """
g (float[b,n] x) => (y) { k = local.count(x) y = ConstantOfShape(k) }""",
         formula={"y": "b*n"})
    call("overloads are told apart", """
g (float[b,n] x) => (y, z) {
  y = local.join:rows(x)
  z = local.join:columns(x)
}""", formula={"y": "2*b, n", "z": "b, 2*n"})
    call("a loop in a function, called twice", """
g (float[b,4] x, int64 n, int64 m) => (y, z) {
  y = local.grow(x, n)
  z = local.grow(y, m)
}""", runs=[dict(b=2, n=3, m=1), dict(b=1, n=0, m=2)],
         want={"y": "b * (n + 1), 4", "z": "b * (n + 1) * (m + 1), 4"})
    call("names inside are not names outside", """
g (float[b,n] a) => (r, s) {
  s = Relu(a)
  u = local.turn(s)
  r = Exp(u)
}""", formula={"r": "n, b", "s": "b, n"})
    recursive = """
<domain: "local", opset_import: ["" : 21, "local" : 1]>
again (a) => (r) { r = local.again(a) }"""
    add(19, "a function that calls itself has no answer",
        model_of("g (float[b,n] x) => (y) { y = local.again(x) }",
                 more=recursive), sizes, ort=False, want={"y": "b, n"},
        open="y", says="shape.invalid cost.unknown")
    stale = model_of("g (float[b,n] x) => (y) { y = local.turn(x) }",
                     more=FUNCTIONS)
    for function in stale.functions:
        if function.name == "turn":
            function.value_info.append(value("r", ["p", "q", "r", "s"]))
    add(19, "what a function declares of its values is not trusted", stale,
        sizes, ort=False, want={"y": "n, b"}, formula={"y": "n, b"},
        says="model.stale-type")
    add(19, "an operator of ONNX's that a model defines anew", """
g (float[b,n] x) => (y) { y = custom.Join(x) }""", sizes, more="""
<domain: "custom", opset_import: ["" : 21]>
Join (a) => (r) { r = Concat<axis = 1>(a, a) }""", formula={"y": "b, 2*n"})


# ---- 20 ----

def failures():
    sizes = [dict(b=2, n=6), dict(b=1, n=3)]
    add(20, "an unknown operator leaves the rest", """
g (float[b,n] x) => (y, z) {
  y = custom.Unknown(x)
  z = Concat<axis = 1>(x, x)
}""", sizes, ort=False, want={"y": "1", "z": "b, 2*n"}, open="y",
        says="cost.unknown", formula={"z": "b, 2*n"})
    seeded = model_of("""
g (float[b,n] x) => (y, z) {
  u = custom.Unknown(x)
  y = Concat<axis = 1>(u, x)
  z = Shape(u)
}""")
    seeded.graph.value_info.append(value("u", ["b", 7]))
    add(20, "a declared type stands in for an unknown operator", seeded,
        sizes, ort=False, want={"y": "b, n + 7", "z": "2"},
        says="cost.unknown", formula={"y": "b, n + 7", "z": "2"})
    output = model_of("""
g (float[b,n] x) => (float[b,3] y, z) { y = custom.Unknown(x) z = Exp(y) }""")
    add(20, "a declared output stands in too", output, sizes, ort=False,
        want={"y": "b, 3", "z": "b, 3"}, says="cost.unknown",
        formula={"y": "b, 3", "z": "b, 3"})
    add(20, "one bad node does not stop the others", """
g (float[b,n] x, float[4,5] v, float[6,7] w) => (y, z, u) {
  y = MatMul(v, w)
  z = Relu(x)
  u = Exp(y)
}""", sizes, ort=False, want={"y": "1", "u": "1", "z": "b, n"}, open="y u",
        says="shape.invalid cost.unknown", formula={"z": "b, n"})
    rankless = model_of("g (float[b,n] x, float v) => (y, z) "
                        "{ y = Exp(v) z = Relu(x) }")
    rankless.graph.input[1].type.tensor_type.ClearField("shape")
    add(20, "an input without a rank", rankless,
        [dict(b=2, n=3, v=[[1.0, 2.0]])], open="y", says="cost.unknown",
        formula={"z": "b, n"})
    add(20, "rank by what follows an unknown one", """
g (float[b,n] x) => (y, z)
<int64[3] to = {2, 3, 4}, int64[2] two = {-1, 8}> {
  u = custom.Unknown(x)
  y = Reshape(u, to)
  z = Reshape(u, two)
}""", sizes, ort=False, want={"y": "2, 3, 4", "z": "1, 8"}, open="z",
        says="cost.unknown", formula={"y": "2, 3, 4"})
