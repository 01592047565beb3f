#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory of bodies and of long graphs, counted by hand.

Live bytes of every row, without rounding, of branches, loops, scans, calls,
text generation, and of what is written over an operand that dies; sizes that
no machine has; then graphs of 100,000 nodes, views and buffers that live at
the same time, and of 20,000 symbols, which must give their figures within a
run's usual time.
"""
import os
import sys
import tempfile

import numpy
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import check_generate
from support import harness

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
node = helper.make_node
MANY = 100000
MICROSOFT = "com.microsoft"


def value(name, shape=None, elem_type=FLOAT):
    return helper.make_tensor_value_info(name, elem_type, shape)


def constant(name, values, dtype=numpy.int64):
    return numpy_helper.from_array(numpy.array(values, dtype), name)


def model(nodes, inputs, outputs, initializers=(), functions=()):
    graph = helper.make_graph(nodes, "g", inputs, [value(o) for o in outputs],
                              list(initializers))
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 21),
                              helper.make_opsetid("local", 1),
                              helper.make_opsetid(MICROSOFT, 1)],
        ir_version=10, functions=list(functions))


def body(name, nodes, inputs, outputs):
    return helper.make_graph(nodes, name, inputs,
                             [value(o) for o in outputs])


X = value("x", [4, 8])  # 128 bytes


def undecided_if():
    """Rows: Relu, If, then (Exp, Concat), else (Abs), Neg. a is captured by
    both branches, so it lives through both; the If's result is what a branch
    made, 256 bytes or 128."""
    then = body("t", [node("Exp", ["a"], ["t0"]),
                      node("Concat", ["t0", "a"], ["t1"], axis=0)], [], ["t1"])
    other = body("e", [node("Abs", ["a"], ["e0"])], [], ["e0"])
    nodes = [node("Relu", ["x"], ["a"]),
             node("If", ["c"], ["y"], then_branch=then, else_branch=other),
             node("Neg", ["x"], ["z"])]
    # x and c are inputs; c is 1 byte and dies in the If; y (8 rows or 4) has
    # rows of its own only in the symbol if_0, from Neg on
    return (model(nodes, [X, value("c", [], BOOL)], ["y", "z"]),
            [257, 257, 128 * 3, 128 * 3 + 256, 128 * 3, "32*(if_0 + 8)"])


def decided_if():
    """A condition that is stored: as if the branch stood there."""
    then = body("t", [node("Exp", ["a"], ["t0"])], [], ["t0"])
    other = body("e", [node("Abs", ["a"], ["e0"])], [], ["e0"])
    nodes = [node("Relu", ["x"], ["a"]),
             node("If", ["c"], ["y"], then_branch=then, else_branch=other),
             node("Neg", ["y"], ["z"])]
    return (model(nodes, [X], ["z"], [constant("c", True, bool)]),
            [256, 128, 256, 256])


def loop():
    """Rows: Relu, Loop, body (Identity, Exp, Add, Relu). State twice (128
    each) beside its initial value a, three stacked rows of 128, the iteration
    number (8) and the condition (1) while they are read; in the body only t
    (128): what Add makes is the state that goes out, what Relu makes a row of
    the stack."""
    inner = body("b", [node("Identity", ["k"], ["k1"]),
                       node("Exp", ["s"], ["t"]),
                       node("Add", ["s", "t"], ["s1"]),
                       node("Relu", ["s1"], ["o"])],
                 [value("i", [], INT64), value("k", [], BOOL),
                  value("s", [4, 8])], ["k1", "s1", "o"])
    nodes = [node("Relu", ["x"], ["a"]),
             node("Loop", ["m", "", "a"], ["r", "stack"], body=inner)]
    held = 128 + 2 * 128 + 3 * 128 + 1  # the condition is an output as well
    return (model(nodes, [X], ["r", "stack"], [constant("m", 3)]),
            [256, held + 8, held, held + 128, held + 128, held])


def loop_without_change():
    """State that is handed on as it came is a view: no second buffer."""
    inner = body("b", [node("Identity", ["k"], ["k1"]),
                       node("Identity", ["s"], ["s1"]),
                       node("Exp", ["s"], ["o"])],
                 [value("i", [], INT64), value("k", [], BOOL),
                  value("s", [4, 8])], ["k1", "s1", "o"])
    nodes = [node("Relu", ["x"], ["a"]),
             node("Loop", ["m", "", "a"], ["r", "stack"], body=inner),
             node("Neg", ["r"], ["y"])]
    held = 128 + 2 * 128 + 1
    return (model(nodes, [X], ["y", "stack"], [constant("m", 2)]),
            [256, held + 8, held, held, held, 128 + 128 + 256])


def scan():
    """Rows: Scan, body (Add, Relu), Neg. Slices of x are views of it; the
    state (32 bytes) is there twice beside its initial value."""
    inner = body("b", [node("Add", ["s", "row"], ["s1"]),
                       node("Relu", ["s1"], ["o"])],
                 [value("s", [8]), value("row", [8])], ["s1", "o"])
    nodes = [node("Scan", ["first", "x"], ["last", "all"], body=inner,
                  num_scan_inputs=1),
             node("Neg", ["all"], ["y"])]
    held = 32 + 128 + 2 * 32 + 128
    return (model(nodes, [value("first", [8]), X], ["last", "y"]),
            [held, held, held, 32 + 128 + 128])


def call():
    """A function is its body: what the caller hands in dies inside, what the
    body gives is the caller's without a copy."""
    function = helper.make_function(
        "local", "F", ["p"], ["q"],
        [node("Exp", ["p"], ["t"]), node("Neg", ["t"], ["u"]),
         node("Identity", ["u"], ["q"])], [helper.make_opsetid("", 21)])
    nodes = [node("Relu", ["x"], ["a"]),
             node("F", ["a"], ["b"], domain="local"),
             node("Abs", ["b"], ["y"])]
    return (model(nodes, [X], ["y"], functions=[function]),
            [256, 128, 256, 256, 128, 256])


BY_HAND = (undecided_if, decided_if, loop, loop_without_change, scan, call)


# ---- text generation ----

def generation(op, batch, prompt, most, beams):
    """Rows: the operator; the decoder on the prompt (Gather, Attention,
    MatMul); the decoder of the last step. Ids and results live throughout.
    What Gather sees first are ids, positions and mask; no node reads the last
    two. The cache of the prompt lives on beside those of the steps, of which
    one comes in and one goes out; logits die when a token is chosen."""
    width, words = check_generate.WIDTH, check_generate.WORDS
    rows = batch * beams

    def floats(*dims):
        return 4 * rows * int(numpy.prod(dims))
    outer = 4 * batch * (prompt + most)
    if op == "BeamSearch":
        outer += 4 * batch * (1 + (most - prompt) * beams * words)

    def once(new, total, held, present):
        """Rows of one run; `present` lives in the last two, or is `held`."""
        x = floats(new, width)
        return [held + floats(2 * new + total) + x,
                held + present + 2 * x,
                held + present + x + floats(new, words)]

    def cache(length):
        return floats(2, length, width)
    steps = outer + cache(prompt) + cache(most - 2) + cache(most - 1)
    return (check_generate.model_of(op, (batch, prompt, most, beams)),
            [outer] + once(prompt, prompt, outer, cache(prompt)) +
            once(1, most - 1, steps, 0))


GENERATIONS = (("GreedySearch", 1, 4, 10, 1), ("GreedySearch", 3, 5, 17, 1),
               ("Sampling", 2, 7, 9, 1), ("BeamSearch", 1, 4, 10, 2),
               ("BeamSearch", 3, 5, 17, 4))


# ---- in place ----

ROW = constant("row", [1.0] * 8, numpy.float32)
# Operator, constants behind its first operand.
OVER_THE_FIRST = (
    ("", "Softmax", []), ("", "RMSNormalization", ["row"]),
    ("", "LayerNormalization", ["row"]),
    ("", "SimplifiedLayerNormalization", ["row"]),
    (MICROSOFT, "FastGelu", ["row"]), (MICROSOFT, "BiasGelu", ["row"]),
    (MICROSOFT, "Gelu", []), (MICROSOFT, "QuickGelu", []),
)


def over_the_first(domain, op, constants):
    """x dies in Relu, whose result is written over twice."""
    nodes = [node("Relu", ["x"], ["a"]),
             node(op, ["a"] + constants, ["b"], domain=domain),
             node("Neg", ["b"], ["y"])]
    made = model(nodes, [X], ["y"], [ROW])
    made.opset_import[0].version = 23  # RMSNormalization
    return made, [256, 128, 128]


def skip(first, second, live):
    """y over the first operand, the sum over the other."""
    nodes = [node("Relu", ["x"], ["a"]), node("Exp", ["x"], ["b"]),
             node("SkipLayerNormalization", [first, second, "row"],
                  ["n", "", "", "s"], domain=MICROSOFT),
             node("Add", ["n", "s"], ["y"])]
    outputs = ["y"] if first != second else ["y", "b"]
    return model(nodes, [X], outputs, [ROW]), live


def skip_of_two():
    return skip("a", "b", [256, 384, 256, 256])


def skip_of_one():
    """Only one of the results has the place of the operand."""
    return skip("a", "a", [256, 384, 384, 384])


def scatter(op, data, live):
    """Relu(x), or x itself, with a row of 32 bytes put into it."""
    shape = [1, 1] if op == "ScatterND" else [1, 8]
    index = constant("i", numpy.zeros(shape))
    nodes = [node("Relu", ["x"], ["a"]),
             node(op, [data, "i", "u"], ["b"]),
             node("Neg", ["b"], ["y"])]
    return (model(nodes, [X, value("u", [1, 8])],
                  ["y"] if data == "a" else ["y", "a"], [index]), live)


def cache(length, live):
    """Keys and values of `length` positions, made by nodes; eight are there
    when the new one has come."""
    past = [1, 1, length, 4]
    nodes = [node("Relu", ["k0"], ["k1"]), node("Relu", ["v0"], ["v1"]),
             node("GroupQueryAttention",
                  ["q", "k", "v", "k1", "v1", "used", "all"],
                  ["y", "k2", "v2"], domain=MICROSOFT, num_heads=2,
                  kv_num_heads=1)]
    inputs = [value("q", [1, 1, 8]), value("k", [1, 1, 4]),
              value("v", [1, 1, 4]), value("k0", past), value("v0", past)]
    return (model(nodes, inputs, ["y", "k2", "v2"],
                  [constant("used", [7], numpy.int32),
                   constant("all", 8, numpy.int32)]), live)


def cache_as_long_as_the_present():
    """32 + 16 + 16 are inputs, 32 is the result, a cache is 8 * 4 * 4."""
    return cache(8, [64 + 3 * 128, 64 + 3 * 128, 64 + 2 * 128 + 32])


def cache_that_grows():
    past, present = 7 * 4 * 4, 8 * 4 * 4
    return cache(7, [64 + 3 * past, 64 + 3 * past,
                     64 + 2 * past + 2 * present + 32])


def scatter_into_a_result():
    return scatter("ScatterND", "a", [288, 160, 128])


def scatter_elements_into_a_result():
    return scatter("ScatterElements", "a", [288, 160, 128])


def scatter_into_an_input():
    """x is the caller's: b has its own place, y that of b."""
    return scatter("ScatterND", "x", [288, 416, 256])


IN_PLACE = (skip_of_two, skip_of_one, cache_as_long_as_the_present,
            cache_that_grows, scatter_into_a_result,
            scatter_elements_into_a_result, scatter_into_an_input)


# ---- sizes that no machine has ----

def large(dims):
    """a has two bytes an element; the rest, 128 + 4, is counted."""
    nodes = [node("Grow", ["x"], ["a"], domain="local"),
             node("Shrink", ["a"], ["y"], domain="local")]
    made = model(nodes, [X], ["y"])
    made.graph.value_info.append(value("a", dims, TensorProto.FLOAT16))
    made.graph.output[0].CopyFrom(value("y", [1]))
    return made


def large_input(dims):
    return model([node("Shrink", ["x"], ["y"], domain="local")],
                 [value("x", dims)], ["y"])


def judge_large(binary, dims):
    """An error that names tensor and node; the rest is a lower bound, and a
    gate on it fails."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(large(dims).SerializeToString())
        file.flush()
        got = harness.run_json(binary, file.name, "--count", "align=1")
        gate = harness.run(binary, "check", file.name,
                           "--max-peak-activations", "1M")
    if got.report is None:
        return [got.problem]
    report = got.report
    said = [(d["severity"], d["node"]) for d in report["diagnostics"]
            if d["id"] == "memory.size" and '"a"' in d["message"]]
    problems = [] if said == [("error", 0)] else ["diagnostics: %s" % said]
    if gate.code != 1:
        problems.append("check ends with %s" % gate.code)
    if "error[memory.size]" not in got.stderr:
        problems.append("the terminal says: %s" % got.stderr)
    if report["memory"]["unknown"] != ["a"]:
        problems.append("unknown: %s" % report["memory"]["unknown"])
    if report["memory"]["steps"] != [128, 4]:
        problems.append("steps %s" % report["memory"]["steps"])
    for key, want in (("peak_activation_bytes", 128),
                      ("sum_activation_bytes", 4)):
        total = report["totals"][key]
        if (total["value"], total["status"]) != (want, "lower-bound"):
            problems.append("%s: %s" % (key, total))
    return problems


def judge_large_input(binary):
    """It is no node's."""
    got = run(binary, large_input([2 ** 62]))
    if got.report is None:
        return [got.problem]
    said = [(d["severity"], d["node"]) for d in got.report["diagnostics"]
            if d["id"] == "memory.size" and '"x"' in d["message"]]
    return [] if said == [("error", None)] else ["%s" % said]


def judge_largest(binary):
    """2^63 - 2 bytes can be counted."""
    got = run(binary, large([2 ** 62 - 1]), "--count", "align=1")
    if got.report is None:
        return [got.problem]
    total = got.report["totals"]["sum_activation_bytes"]
    said = [d for d in got.report["diagnostics"] if d["id"] == "memory.size"]
    return ["%s" % said] * bool(said) + (
        [] if (total["formula"], total["status"]) ==
        (str(2 ** 63 + 2), "exact") else ["%s" % total])


# ---- orders ----

def wide(count):
    """Blocks, each of two ways of 8 rows that end in one: 8 + 1 rows are what
    a node needs, 8 + 1 + 1 what a block does."""
    nodes, x = [], "x"
    for i in range(count):
        names = {k: "%s%d" % (k, i) for k in "abcdy"}
        nodes += [
            node("Concat", [x] * 8, [names["a"]], axis=0),
            node("Concat", [x] * 8, [names["b"]], axis=0),
            node("ReduceMax", [names["a"], "axes"], [names["c"]]),
            node("ReduceMin", [names["b"], "axes"], [names["d"]]),
            node("Add", [names["c"], names["d"]], [names["y"]])]
        x = names["y"]
    return model(nodes, [value("x", [1, 16])], [x],
                 [constant("axes", [0])])


def judge_order(binary, made, rows, optimal):
    """The peak of the best order, and whether it is said to be the best."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(made.SerializeToString())
        file.flush()
        got = harness.run_json(binary, file.name, "--order", "min-peak")
        text = harness.run(binary, file.name, "--order",
                           "min-peak").stdout.decode()
    if got.report is None:
        return [got.problem]
    problems = []
    memory = got.report["memory"]
    if memory["peak"]["bytes"] != 64 * rows:
        problems.append("peak %s" % memory["peak"])
    if memory["order_optimal"] is not optimal:
        problems.append("optimal: %s" % memory["order_optimal"])
    words = "min-peak order (%s)" % ("exact" if optimal else "searched")
    return problems + [text] * (words not in text)


# ---- long graphs ----

def chain(count=MANY):
    nodes = [node("Relu", ["x%d" % i], ["x%d" % (i + 1)])
             for i in range(count)]
    return model(nodes, [value("x0", [4, 8])], ["x%d" % count]), 256


def views():
    nodes = [node("Relu", ["x0"], ["v0"])]
    nodes += [node("Identity", ["v%d" % i], ["v%d" % (i + 1)])
              for i in range(MANY)]
    nodes += [node("Neg", ["v%d" % MANY], ["y"])]
    return model(nodes, [value("x0", [4, 8])], ["y"]), 256


def alive_at_once():
    """All are outputs: they live to the end, with x until the last reads it."""
    nodes = [node("Relu", ["x0"], ["y%d" % i]) for i in range(MANY)]
    return (model(nodes, [value("x0", [4, 8])],
                  ["y%d" % i for i in range(MANY)]), 128 * (MANY + 1))


# ---- a symbol for each of 20,000 inputs ----

SYMBOLS = 20000


def many_symbols(one):
    """Each n0, n1, ... long; to one node, or each to its own."""
    names = ["x%d" % i for i in range(SYMBOLS)]
    nodes = ([node("Concat", names, ["y"], axis=0)] if one else
             [node("Relu", [name], ["y" + name]) for name in names])
    outputs = ["y"] if one else ["y" + name for name in names]
    return model(nodes, [value(name, ["n" + name]) for name in names], outputs)


def judge_symbols(binary, one):
    """The live set at the peak, with all that its formula names, where every
    size is 3."""
    got = run(binary, many_symbols(one), "--count", "align=1")
    if got.report is None:
        return [got.problem]
    sizes = {"nx%d" % i: 3 for i in range(SYMBOLS)}
    sys.setrecursionlimit(4 * SYMBOLS)  # Python's parser, on long sums
    said = harness.evaluate(got.report["memory"]["peak"]["bytes"],
                            harness.environment(got.report, sizes))
    whole = 4 * sum(sizes.values())
    want = 2 * whole if one else whole + 4 * 3
    status = got.report["totals"]["peak_activation_bytes"]["status"]
    return [] if (said, status) == (want, "exact") else [
        "%s, %s, not %s" % (said, status, want)]


def run(binary, made, *arguments):
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(made.SerializeToString())
        file.flush()
        return harness.run_json(binary, file.name, *arguments)


def judge_by_hand(binary, made, wanted, *arguments):
    got = run(binary, made, "--count", "align=1", *arguments)
    if got.report is None:
        return [got.problem]
    steps = got.report["memory"]["steps"]
    return [] if steps == wanted else ["%s, not %s" % (steps, wanted)]


def judge_long(binary, make):
    made, peak = make()
    got = run(binary, made)
    if got.report is None:
        return [got.problem]
    said = got.report["totals"]["peak_activation_bytes"]["value"]
    return [] if said == peak else ["peak %s, not %d" % (said, peak)]


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    for make in BY_HAND:
        tally.add(make.__name__, judge_by_hand(options.binary, *make()))
    for case in GENERATIONS:
        tally.add("%s, %d of %d to %d, beams %d" % case,
                  judge_by_hand(options.binary, *generation(*case)))
    for make in IN_PLACE:
        tally.add(make.__name__, judge_by_hand(options.binary, *make(),
                                               "--count", "in-place"))
    for case in OVER_THE_FIRST:
        tally.add("%s is written over what it reads" % case[1],
                  judge_by_hand(options.binary, *over_the_first(*case),
                                "--count", "in-place"))
    for power in ((62,), (62, 62), (62, 62, 62)):
        tally.add("2^%d elements are an error on their tensor" % sum(power),
                  judge_large(options.binary, [2 ** p for p in power]))
    tally.add("an input beyond 63 bits is an error on it",
              judge_large_input(options.binary))
    tally.add("2^63 - 2 bytes are no error", judge_largest(options.binary))
    for name, made, rows, optimal in (
            ("all orders of 10 nodes are tried", wide(2), 10, True),
            ("of 100 nodes the order is searched", wide(20), 10, False),
            ("of 1000 nodes each needs the peak", chain(1000)[0], 4, True)):
        tally.add(name, judge_order(options.binary, made, rows, optimal))
    tally.add("20,000 symbols in one node have one sum",
              judge_symbols(options.binary, True))
    tally.add("20,000 symbols in as many nodes have a sum and one more",
              judge_symbols(options.binary, False))
    for make in (chain, views, alive_at_once):
        tally.add(make.__name__, judge_long(options.binary, make))
    tally.close()


if __name__ == "__main__":
    main()
