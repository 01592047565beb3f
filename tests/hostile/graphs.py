# SPDX-License-Identifier: Apache-2.0
"""Valid graphs that are expensive for a careless analysis.

In here: one function per way to make work out of few bytes; each gives a
model. Not in here: what must become of them (check_graphs.py).
"""
import numpy
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
OPSETS = [helper.make_opsetid("", 21), helper.make_opsetid("local", 1)]
node = helper.make_node


def value(name, shape=None, elem_type=FLOAT):
    return helper.make_tensor_value_info(name, elem_type, shape)


def constant(name, values, dtype=numpy.int64):
    return numpy_helper.from_array(numpy.array(values, dtype), name)


def model(nodes, inputs, outputs, initializers=(), functions=()):
    graph = helper.make_graph(
        nodes, "g", inputs,
        [value(o) if isinstance(o, str) else o for o in outputs],
        initializer=list(initializers))
    return helper.make_model(graph, opset_imports=OPSETS, ir_version=10,
                             functions=list(functions))


# ---- bodies ----

def nested_loops(depth):
    """Each iteration makes the state longer, in every loop of the nest."""
    nodes = [node("Concat", ["s0", "x"], ["o0"], axis=0)]
    for d in range(1, depth + 1):
        inner = "%d" % (d - 1)
        body = helper.make_graph(
            nodes + [node("Identity", ["c" + inner], ["cc" + inner])],
            "b%d" % d,
            [value("i" + inner, [], INT64), value("c" + inner, [], BOOL),
             value("s" + inner)],
            [value("cc" + inner, [], BOOL), value("o" + inner)])
        nodes = [node("Loop", ["M", "", "s%d" % d], ["o%d" % d], body=body)]
    return model(nodes, [value("x", [2, "n"]), value("s%d" % depth, [1, "n"]),
                         value("M", [], INT64)], ["o%d" % depth])


def nested_ifs(depth):
    """Two branches each, of which one is as deep again."""
    branch = helper.make_graph([node("Relu", ["x"], ["r0"])], "g0", [],
                               [value("r0")])
    for d in range(1, depth + 1):
        other = helper.make_graph([node("Abs", ["x"], ["z%d" % d])],
                                  "e%d" % d, [], [value("z%d" % d)])
        branch = helper.make_graph(
            [node("If", ["c"], ["r%d" % d], then_branch=branch,
                  else_branch=other)], "g%d" % d, [], [value("r%d" % d)])
    return model(branch.node, [value("x", ["n"]), value("c", [], BOOL)],
                 ["r%d" % depth])


def many_loops(count):
    """Side by side, each with a state whose shape changes."""
    nodes = []
    for i in range(count):
        body = helper.make_graph(
            [node("Concat", ["s%d" % i, "x"], ["t%d" % i], axis=0),
             node("Identity", ["k%d" % i], ["l%d" % i])], "b%d" % i,
            [value("j%d" % i, [], INT64), value("k%d" % i, [], BOOL),
             value("s%d" % i)],
            [value("l%d" % i, [], BOOL), value("t%d" % i)])
        nodes.append(node("Loop", ["M", "", "y%d" % i], ["y%d" % (i + 1)],
                          body=body))
    return model(nodes, [value("x", [2, "n"]), value("y0", [1, "n"]),
                         value("M", [], INT64)], ["y%d" % count])


def doubling_functions(depth):
    """2^depth calls."""
    functions = []
    for i in range(depth):
        inner = "f%d" % (i - 1)
        nodes = [node("Relu", ["a"], ["b"])] if i == 0 else [
            node(inner, ["a"], ["t"], domain="local"),
            node(inner, ["t"], ["b"], domain="local")]
        functions.append(helper.make_function(
            "local", "f%d" % i, ["a"], ["b"], nodes, OPSETS))
    return model([node("f%d" % (depth - 1), ["x"], ["y"], domain="local")],
                 [value("x", ["n", 4])], ["y"], functions=functions)


def chained_functions(count, nested):
    """One after the other, or each in the one before."""
    functions, calls = [], []
    for i in range(count):
        nodes = [node("Relu", ["a"], ["b"])]
        if nested and i:
            nodes = [node("f%d" % (i - 1), ["a"], ["b"], domain="local")]
        functions.append(helper.make_function(
            "local", "f%d" % i, ["a"], ["b"], nodes, OPSETS))
        calls.append(node("f%d" % i, ["x%d" % i], ["x%d" % (i + 1)],
                          domain="local"))
    if nested:
        calls = [node("f%d" % (count - 1), ["x0"], ["x%d" % count],
                      domain="local")]
    return model(calls, [value("x0", ["n", 4])], ["x%d" % count],
                 functions=functions)


# ---- long chains ----

def chain(op, count, shape=("a", "b"), second=None, elem_type=FLOAT, **more):
    others = [second] if second else []
    nodes = [node(op, ["x%d" % i] + others, ["x%d" % (i + 1)], **more)
             for i in range(count)]
    inputs = [value("x0", shape, elem_type)]
    if second:
        inputs.append(value(second, shape, elem_type))
    return model(nodes, inputs, ["x%d" % count])


def folded_constants(count, elements):
    nodes = [node("Add", ["c%d" % i, "c%d" % i if i % 2 else "c0"],
                  ["c%d" % (i + 1)]) for i in range(count)]
    nodes.append(node("Add", ["c%d" % count, "x"], ["y"]))
    return model(nodes, [value("x", [elements], INT64)], ["y"],
                 [constant("c0", range(elements))])


def shape_arithmetic(count, steps):
    """`steps` in turn on the sizes of x and three constants."""
    nodes = [node("Shape", ["x"], ["u0"])]
    for i in range(count):
        op = steps[i % len(steps)]
        other = "u0" if i % 3 == 0 else "k" if i % 3 == 1 else "u%d" % i
        nodes.append(node(op, ["u%d" % i, other], ["u%d" % (i + 1)]))
    nodes.append(node("ConstantOfShape", ["u%d" % count], ["y"]))
    return model(nodes, [value("x", ["a", "b", "c"])], ["y"],
                 [constant("k", [3, 700, 11])])


def clamped_squares(count):
    nodes, last = [node("Shape", ["x"], ["s"])], "s"
    for i in range(count):
        nodes += [node("Mul" if i % 3 else "Add",
                       [last, last if i % 2 else "s"], ["t%d" % i]),
                  node("Min" if i % 5 else "Div", ["t%d" % i, "k"],
                       ["u%d" % i])]
        last = "u%d" % i
    nodes.append(node("ConstantOfShape", [last], ["y"]))
    return model(nodes, [value("x", ["a", "b", "c"])], ["y"],
                 [constant("k", [3, 700, 11])])


def growing_sums(count):
    """Sizes that are sums of 1, 2, 3, ... symbols; each is used."""
    nodes = [node("Concat", ["x0", "x1"], ["y1"], axis=0)]
    for i in range(2, count):
        nodes.append(node("Concat", ["y%d" % (i - 1), "x%d" % i],
                          ["y%d" % i], axis=0))
    return model(nodes, [value("x%d" % i, ["n%d" % i]) for i in range(count)],
                 ["y%d" % (count - 1)])


def squared_sums(symbols, count):
    """(n0 + n1 + ...)^(2^count) elements."""
    names = ["n%d" % i for i in range(symbols)]
    nodes = [node("Concat", names, ["y"], axis=0), node("Shape", ["y"], ["s0"])]
    for i in range(count):
        nodes.append(node("Mul", ["s%d" % i] * 2, ["s%d" % (i + 1)]))
    nodes.append(node("ConstantOfShape", ["s%d" % count], ["z"]))
    return model(nodes, [value(name, [name]) for name in names], ["z"])


def data_dependent(count, op="NonZero"):
    return chain(op, count)


# ---- wide nodes ----

def einsums(count, operands, symbolic):
    """Chains of matrices whose best order nobody can tell."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    terms = [letters[i:i + 2] for i in range(operands)]
    equation = ",".join(terms) + "->a" + letters[operands]
    size = (lambda i: "n%d" % i) if symbolic else (lambda i: 2 + i * 7 % 5)
    inputs = [value("x%d" % i, [size(i), size(i + 1)])
              for i in range(operands)]
    nodes = [node("Einsum", [v.name for v in inputs], ["y%d" % i],
                  equation=equation) for i in range(count)]
    return model(nodes, inputs, ["y%d" % i for i in range(count)])


def different_einsums(count, operands):
    """The same with dims of its own for each."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    inputs, nodes = [], []
    for k in range(count):
        names = ["x%d_%d" % (k, i) for i in range(operands)]
        inputs += [value(name, ["n%d_%d" % (k, i), "n%d_%d" % (k, i + 1)])
                   for i, name in enumerate(names)]
        equation = ",".join(letters[i:i + 2] for i in range(operands))
        nodes.append(node("Einsum", names, ["y%d" % k],
                          equation=equation + "->a" + letters[operands]))
    return model(nodes, inputs, ["y%d" % k for k in range(count)])


def wide_concat(count, axis):
    return model([node("Concat", ["x"] * count, ["y"], axis=axis)],
                 [value("x", ["a", "b"])], ["y"])


def wide_split(count):
    outputs = ["y%d" % i for i in range(count)]
    return model([node("Split", ["x"], outputs, axis=0, num_outputs=count)],
                 [value("x", ["n", 4])], outputs)


def wide_transpose(rank, perm):
    return model([node("Transpose", ["x"], ["y"], perm=perm)],
                 [value("x", ["d%d" % i for i in range(rank)])], ["y"])


def ranked(rank, dim, op="Relu", second=False):
    inputs = [value("x", [dim] * rank)]
    if second:
        inputs.append(value("w", [dim] * rank))
    return model([node(op, [v.name for v in inputs], ["y"])], inputs, ["y"])


def many_broadcasts(rank, count):
    """Dims that are equal, or one of them is 1: nobody knows."""
    inputs = [value("x%d" % i, ["d%d_%d" % (i, k) for k in range(rank)])
              for i in range(count + 1)]
    nodes = [node("Add", ["y%d" % i if i else "x0", "x%d" % (i + 1)],
                  ["y%d" % (i + 1)]) for i in range(count)]
    return model(nodes, inputs, ["y%d" % count])


def joined_weights(count):
    """All that were joined are behind each of the values."""
    weights = [constant("w%d" % i, numpy.ones((2, 2)), numpy.float32)
               for i in range(count)]
    nodes = [node("Concat", ["w0" if i == 1 else "q%d" % (i - 1), "w%d" % i],
                  ["q%d" % i], axis=0) for i in range(1, count)]
    nodes.append(node("MatMul", ["x", "q%d" % (count - 1)], ["y"]))
    return model(nodes, [value("x", ["n", 2 * count])], ["y"], weights)


def one_value_many_readers(count):
    nodes = [node("Relu", ["x"], ["y%d" % i]) for i in range(count)]
    return model(nodes, [value("x", ["a", "b"])],
                 ["y%d" % i for i in range(count)])


def reshapes(count):
    """Divisions of products by products."""
    nodes, last = [], "x"
    for i in range(count):
        nodes.append(node("Reshape", [last, "m%d" % (i % 3)], ["r%d" % i]))
        last = "r%d" % i
    return model(nodes, [value("x", ["a", "b", "c"])], [last],
                 [constant("m0", [7, -1, 3]), constant("m1", [-1, 5]),
                  constant("m2", [0, -1])])


def ranges(count):
    """Lengths that are ceilings of quotients of each other."""
    nodes = [node("Size", ["x"], ["n0"])]
    for i in range(count):
        nodes += [node("Range", ["zero", "n%d" % i, "step"], ["r%d" % i]),
                  node("Size", ["r%d" % i], ["m%d" % i]),
                  node("Mul", ["m%d" % i, "m%d" % i], ["n%d" % (i + 1)])]
    return model(nodes, [value("x", ["a", "b"])], ["r%d" % (count - 1)],
                 [constant("zero", 0), constant("step", 3)])


def paddings(count):
    nodes = [node("Pad", ["x%d" % i, "p"], ["x%d" % (i + 1)])
             for i in range(count)]
    return model(nodes, [value("x0", [2**62, "n"])], ["x%d" % count],
                 [constant("p", [2**62, -2**63, 2**63 - 1, 2**62])])


def convolutions(count):
    """Quotients of quotients of a symbol."""
    nodes = [node("Conv", ["x%d" % i, "w"], ["x%d" % (i + 1)],
                  kernel_shape=[3], strides=[2], pads=[1, 2])
             for i in range(count)]
    return model(nodes, [value("x0", ["n", 4, "length"])], ["x%d" % count],
                 [constant("w", numpy.ones((4, 4, 3)), numpy.float32)])


def resizes(count):
    nodes = [node("Resize", ["x%d" % i, "", "scales"], ["x%d" % (i + 1)])
             for i in range(count)]
    return model(nodes, [value("x0", ["n", "h"])], ["x%d" % count],
                 [constant("scales", [1.7, 0.3], numpy.float32)])


def models():
    """(name, function that makes it)"""
    return {
        "loops nested 3": lambda: nested_loops(3),
        "loops nested 8": lambda: nested_loops(8),
        "loops nested 25": lambda: nested_loops(25),
        "ifs nested 28": lambda: nested_ifs(28),
        "2,000 loops": lambda: many_loops(2000),
        "2^40 calls": lambda: doubling_functions(40),
        "2^18 calls": lambda: doubling_functions(18),
        "9,000 functions in a row": lambda: chained_functions(9000, False),
        "9,000 functions nested": lambda: chained_functions(9000, True),
        "90 functions nested": lambda: chained_functions(90, True),
        "100,000 Relu": lambda: chain("Relu", 100000),
        "100,000 Add": lambda: chain("Add", 100000, second="z"),
        "50,000 Transpose": lambda: chain("Transpose", 50000, perm=[1, 0]),
        "20,000 folds of 4,096": lambda: folded_constants(20000, 4096),
        "20,000 folds of 1,024": lambda: folded_constants(20000, 1024),
        "clamped squares": lambda: clamped_squares(2000),
        "Min and Mul": lambda: shape_arithmetic(3000, ["Min", "Mul"]),
        "Max and Div": lambda: shape_arithmetic(3000, ["Max", "Div", "Add"]),
        "Mul": lambda: shape_arithmetic(3000, ["Mul"]),
        "Mod and Mul": lambda: shape_arithmetic(3000, ["Mul", "Mod", "Add"]),
        "Div and Sub": lambda: shape_arithmetic(3000, ["Div", "Sub", "Mul"]),
        "Max, Mul, Min": lambda: shape_arithmetic(
            3000, ["Max", "Mul", "Min", "Add"]),
        "Sub and Max": lambda: shape_arithmetic(3000, ["Sub", "Max", "Mul"]),
        "3,000 growing sums": lambda: growing_sums(3000),
        "12 symbols squared 8 times": lambda: squared_sums(12, 8),
        "3 symbols squared 60 times": lambda: squared_sums(3, 60),
        "5,000 NonZero": lambda: data_dependent(5000),
        "1,000 Einsums alike": lambda: einsums(1000, 8, True),
        "1,000 Einsums of integers": lambda: einsums(1000, 8, False),
        "300 Einsums of their own": lambda: different_einsums(300, 8),
        "20 Einsums of 24": lambda: einsums(20, 24, True),
        "Concat of 100,000": lambda: wide_concat(100000, 1),
        "Concat along -2^63": lambda: wide_concat(1000, -2**63),
        "Split in 100,000": lambda: wide_split(100000),
        "Transpose of rank 1,024": lambda: wide_transpose(
            1024, list(reversed(range(1024)))),
        "Transpose by 2^62": lambda: wide_transpose(3, [2**62, -1, 0]),
        "Transpose by 100,000": lambda: wide_transpose(3, [0] * 100000),
        "rank 1,024 of 2^40": lambda: ranked(1024, 2**40),
        "rank 1,024 of n": lambda: ranked(1024, "n"),
        "dims of 2^62": lambda: ranked(2, 2**62, "MatMul", True),
        "rank 1,024 Add": lambda: ranked(1024, "n", "Add", True),
        "rank 64 unknown broadcasts": lambda: many_broadcasts(64, 30),
        "rank 2 unknown broadcasts": lambda: many_broadcasts(2, 1000),
        "3,000 joined weights": lambda: joined_weights(3000),
        "50,000 readers": lambda: one_value_many_readers(50000),
        "3,000 Reshape": lambda: reshapes(3000),
        "1,000 Range": lambda: ranges(1000),
        "Pad by 2^62": lambda: paddings(1000),
        "2,000 strided Conv": lambda: convolutions(2000),
        "2,000 Resize": lambda: resizes(2000),
    }
