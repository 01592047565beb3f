#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Text generation against the steps it takes, one by one.

A decoder of one layer (embedding, attention with a cache, a head) stands in
GreedySearch, Sampling and BeamSearch. Python takes the steps that onnxruntime
would take if no sequence ended early: the prompt, then one token after the
other until max_length. The report's formulas at these sizes, and the report
with the sizes in the file, must say the same, as upper bounds.
"""
import os
import sys
import tempfile

import numpy
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

WIDTH, HEADS, WORDS = 8, 2, 11
INT32, FLOAT = TensorProto.INT32, TensorProto.FLOAT
# Parameters: embedding, projections and their bias, head.
STORED = WORDS * WIDTH + WIDTH * 3 * WIDTH + 3 * WIDTH + WIDTH * WORDS
#        batch, prompt, max_length, beams
SIZES = [(1, 4, 10, 1), (2, 1, 2, 1), (3, 5, 17, 4), (2, 7, 9, 3)]
OPERATORS = ("GreedySearch", "Sampling", "BeamSearch")


def weight(name, *shape):
    return numpy_helper.from_array(numpy.zeros(shape, numpy.float32), name)


def decoder(shared, name):
    """logits and the present of one layer; with a buffer of max_length it is
    told how full that is."""
    past = [2, "rows", HEADS, "past", WIDTH // HEADS]
    inputs = [("input_ids", INT32, ["rows", "new"]),
              ("position_ids", INT32, ["rows", "new"]),
              ("attention_mask", INT32, ["rows", "total"]),
              ("past_0", FLOAT, past)]
    operands, attributes = ["x", "w", "b", "", "past_0"], {}
    if shared:
        inputs.append(("past_sequence_length", INT32, [1]))
        operands += ["", "past_sequence_length"]
        attributes["past_present_share_buffer"] = 1
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["x"]),
        helper.make_node("Attention", operands, ["y", "present_0"],
                         domain="com.microsoft", num_heads=HEADS,
                         unidirectional=1, **attributes),
        helper.make_node("MatMul", ["y", "head"], ["logits"])]
    return helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(
            "logits", FLOAT, ["rows", "new", WORDS]),
         helper.make_tensor_value_info("present_0", FLOAT, past)])


def weights():
    return [weight("table", WORDS, WIDTH), weight("w", WIDTH, 3 * WIDTH),
            weight("b", 3 * WIDTH), weight("head", WIDTH, WORDS)]


def node_of(op, shared, init, **more):
    inputs = ["ids", "most"]
    outputs = ["sequences"]
    if op == "BeamSearch":
        inputs += ["", "beams", "returned"]
        outputs += ["scores_of_all", "scores"]
    bodies = {"decoder": decoder(shared, "decoder")}
    if init:
        bodies["init_decoder"] = renamed(decoder(shared, "init"))
    return helper.make_node(
        op, inputs, outputs, domain="com.microsoft", eos_token_id=0,
        pad_token_id=0, **bodies, **more)


def renamed(graph):
    """A scope has one value of a name: another body has others."""
    kept = {tensor.name for tensor in weights()} | {""}
    for node in graph.node:
        node.input[:] = [n if n in kept else n + "_i" for n in node.input]
        node.output[:] = [n + "_i" for n in node.output]
    for value in [*graph.input, *graph.output]:
        value.name += "_i"
    return graph


def model_of(op, sizes=None, shared=False, init=False, **more):
    """Sizes in the file, or symbols."""
    given = sizes or ("batch", "prompt", None, None)
    numbers = {"most": given[2], "beams": given[3], "returned": 1}
    inputs = [helper.make_tensor_value_info("ids", INT32, given[:2])]
    stored = weights()
    for name in ("most", "beams", "returned")[:3 if op == "BeamSearch" else 1]:
        if numbers[name] is None:
            inputs.append(helper.make_tensor_value_info(name, INT32, [1]))
        else:
            stored.append(numpy_helper.from_array(
                numpy.array([numbers[name]], numpy.int32), name))
    node = node_of(op, shared, init, **more)
    outputs = [helper.make_empty_tensor_value_info(name)
               for name in node.output]
    graph = helper.make_graph([node], "g", inputs, outputs, stored)
    return helper.make_model(graph, ir_version=8, opset_imports=[
        helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])


# ---- what one run of the decoder does ----

def step(rows, new, keys):
    """MACs, other FLOPs, transcendentals."""
    scores = rows * HEADS * new * keys
    macs = (rows * new * WIDTH * 3 * WIDTH + 2 * scores * (WIDTH // HEADS) +
            rows * new * WIDTH * WORDS)
    flops = (rows * new * 3 * WIDTH + scores +
             4 * scores - 2 * rows * HEADS * new)
    return macs, flops, scores


def all_steps(batch, prompt, most, beams, shared):
    rows = batch * beams
    length = prompt
    total = step(rows, prompt, most if shared else prompt)
    length += 1
    while length < most:
        more = step(rows, 1, most if shared else length)
        total = tuple(a + b for a, b in zip(total, more))
        length += 1
    macs, flops, transcendentals = total
    return {"macs": macs, "flops": 2 * macs + flops,
            "transcendentals": transcendentals, "params": STORED}


# ---- verdicts ----

def report_of(binary, model):
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(model.SerializeToString())
        file.flush()
        return harness.run_json(binary, file.name)


def compare(label, report, env, sizes, op, shared=False):
    batch, prompt, most, beams = sizes
    env = harness.environment(report, env)
    problems = []
    for figure, want in all_steps(batch, prompt, most, beams, shared).items():
        said = report["totals"][figure]
        got = harness.evaluate(said, env)
        status = "exact" if figure == "params" else "upper-bound"
        if prompt + 1 == most and said["status"] == "exact":
            status = "exact" # no step may be left out
        if got != want or said["status"] != status:
            problems.append("%s: %s of %s is %s (%s), not %d" % (
                label, figure, sizes, got, said["status"], want))
    shapes = [harness.shape_of(tensor, env) for tensor in report["outputs"]]
    right = [[batch, most]] if op != "BeamSearch" else [
        [batch, 1, most], [batch, 1], [most - prompt, batch, beams, WORDS]]
    if shapes != right:
        problems.append("%s: outputs are %s" % (label, shapes))
    return problems


def symbolic_problems(binary, op, **more):
    done = report_of(binary, model_of(op, **more))
    if done.report is None:
        return [done.problem]
    problems = []
    for sizes in SIZES:
        if op != "BeamSearch":
            sizes = sizes[:3] + (1,)
        env = {"batch": sizes[0], "prompt": sizes[1], "most_0": sizes[2],
               "beams_0": sizes[3], "returned_0": 1}
        problems += compare("symbolic", done.report, env, sizes, op,
                            more.get("shared", False))
    return problems


def bound_problems(binary, op, **more):
    problems = []
    for sizes in SIZES:
        if op != "BeamSearch":
            sizes = sizes[:3] + (1,)
        done = report_of(binary, model_of(op, sizes, **more))
        problems += ([done.problem] if done.report is None else
                     compare("bound", done.report, {}, sizes, op,
                             more.get("shared", False)))
    return problems


def short_problems(binary):
    """There is nothing to generate after a prompt of max_length."""
    done = report_of(binary, model_of("GreedySearch", (2, 5, 5, 1)))
    said = {entry["id"] for entry in done.report["diagnostics"]}
    return [] if "shape.invalid" in said else ["is taken for granted"]


def encoder_problems(binary, op):
    """Figures are unknown, weights are parameters, ids have their shape."""
    model = model_of("BeamSearch", (2, 5, 9, 3), model_type=1)
    model.graph.node[0].op_type = op
    report = report_of(binary, model).report
    shape = report["outputs"][0]["shape"]
    return [what for what, wrong in (
        ("macs are %s" % report["totals"]["macs"],
         report["nodes"][0]["macs"] is not None),
        ("parameters are %s" % report["totals"]["params"]["value"],
         report["totals"]["params"]["value"] != STORED),
        ("ids are %s" % shape, shape != [2, 1, 9])) if wrong]


def operators():
    """What this proves, for check_coverage.py."""
    return {("com.microsoft", op) for op in (*OPERATORS, "WhisperBeamSearch")}


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    for op in OPERATORS:
        for more in ({}, {"init": True}, {"shared": True}):
            name = "%s %s" % (op, " ".join(more) or "alone")
            if options.only not in name:
                continue
            tally.add(name + ", symbolic",
                      symbolic_problems(options.binary, op, **more))
            tally.add(name + ", bound",
                      bound_problems(options.binary, op, **more))
    tally.add("a prompt without room", short_problems(options.binary))
    for op in ("BeamSearch", "WhisperBeamSearch"):
        tally.add("%s with an encoder" % op,
                  encoder_problems(options.binary, op))
    tally.close()


if __name__ == "__main__":
    main()
