# SPDX-License-Identifier: Apache-2.0
"""Runs a small model node by node and counts what it really does.

In here: an interpreter of graphs, bodies and functions over numpy, with the
multiplications, flops and transcendentals of each node that runs. It counts
by looping; nothing is multiplied by a trip count. Operators themselves come
from ONNX's reference implementation.
Not in here: shapes as formulas, what onnxcost says.
"""
import numpy as np
import onnx
from onnx import helper
from onnx.reference import ReferenceEvaluator

ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Relu", "Greater", "Less", "Equal",
               "And", "Or", "Not", "Neg", "Abs", "Min", "Max", "Where", "Mod",
               "GreaterOrEqual", "LessOrEqual"}
TRANSCENDENTAL = {"Exp", "Tanh", "Sigmoid", "Sqrt", "Sin", "Cos"}
FREE = {"Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Shape", "Size",
        "Concat", "Slice", "Gather", "Expand", "Transpose", "Constant",
        "ConstantOfShape", "Range", "SequenceEmpty", "SequenceInsert",
        "SequenceAt", "SequenceConstruct", "ConcatFromSequence",
        "SplitToSequence", "SequenceLength", "Split", "DequantizeLinear"}
METRICS = ("macs", "flops", "transcendentals")
CONSTANT, SHAPES, DATA = 0, 1, 2


class Value:
    """`kind`: made of constants alone, of shapes too, or of data."""

    def __init__(self, array, kind):
        self.array = array
        self.kind = kind

    @property
    def free(self):
        return self.kind == CONSTANT or (
            self.kind == SHAPES and np.ndim(self.array) <= 1)


def cost_of(op_type, inputs, output):
    """(macs, flops, transcendentals) of one leaf."""
    if op_type == "MatMul":
        macs = output.size * inputs[0].shape[-1]
        return macs, 2 * macs, 0
    if op_type == "Gemm":
        macs = output.size * inputs[0].shape[1]
        return macs, 2 * macs + (output.size if len(inputs) > 2 else 0), 0
    if op_type == "ReduceSum":
        return 0, inputs[0].size - output.size, 0
    if op_type in ELEMENTWISE:
        return 0, output.size, 0
    if op_type in TRANSCENDENTAL:
        return 0, 0, output.size
    if op_type in FREE:
        return 0, 0, 0
    raise KeyError(op_type)


class Counter:
    """`decided`: an If runs the branch its condition says, and no other;
    else it costs the maximum of both, metric by metric."""

    def __init__(self, model, decided=False):
        self.model = model
        self.decided = decided
        self.counts = [0, 0, 0]
        self.opset = {item.domain: item.version for item in model.opset_import}
        self.functions = {(f.domain, f.name, getattr(f, "overload", "")): f
                          for f in model.functions}

    def run(self, feeds):
        env = {name: Value(array, DATA) for name, array in feeds.items()}
        return [value.array for value in self.graph(self.model.graph, env)]

    def graph(self, graph, env, attributes=None):
        env = dict(env)
        for tensor in graph.initializer:
            env[tensor.name] = Value(onnx.numpy_helper.to_array(tensor),
                                     CONSTANT)
        outputs = {output.name for output in graph.output}
        self.nodes(live(graph.node, outputs), env, attributes or {})
        return [env[output.name] for output in graph.output]

    def nodes(self, nodes, env, attributes):
        for node in nodes:
            node = resolved(node, attributes, env)
            key = (node.domain, node.op_type, getattr(node, "overload", ""))
            special = {"If": self.infer_if, "Loop": self.infer_loop,
                       "Scan": self.infer_scan,
                       "SequenceMap": self.infer_map}.get(node.op_type)
            if key in self.functions:
                outputs = self.call(self.functions[key], node, env)
            elif special:
                outputs = special(node, env, attributes)
            else:
                outputs = self.leaf(node, env)
            for name, value in zip(node.output, outputs):
                if name:
                    env[name] = value

    def leaf(self, node, env):
        given = {name: env[name] for name in node.input if name}
        feeds = {name: value.array for name, value in given.items()}
        # Numpy's own results would do; the reference is nearer to ONNX.
        made = ReferenceEvaluator(node).run(None, feeds)
        kind = max([value.kind for value in given.values()], default=CONSTANT)
        if node.op_type in ("Shape", "Size"):
            kind = SHAPES
        outputs = [Value(array, kind) for array in made]
        if not outputs[0].free:
            arrays = [env[name].array for name in node.input if name]
            self.add(cost_of(node.op_type, arrays, np.asarray(made[0])
                             if not isinstance(made[0], list) else None))
        return outputs

    def add(self, counts):
        self.counts = [a + b for a, b in zip(self.counts, counts)]

    # ---- bodies ----

    def call(self, function, node, env):
        defaults = {a.name: a for a in function.attribute_proto}
        given = {a.name: a for a in node.attribute}
        inner = {name: env[outer]
                 for name, outer in zip(function.input, node.input) if outer}
        self_env = dict(inner)
        self.nodes(live(function.node, set(function.output)), self_env,
                   {**defaults, **given})
        return [self_env[name] for name in function.output]

    def infer_if(self, node, env, attributes):
        condition = env[node.input[0]]
        taken = bool(np.asarray(condition.array).item())
        graphs = [attribute(node, "then_branch"), attribute(node, "else_branch")]
        if condition.kind == CONSTANT or self.decided:
            return self.graph(graphs[0 if taken else 1], env, attributes)
        before, results, counts = self.counts, [], []
        for graph in graphs:
            self.counts = [0, 0, 0]
            results.append(self.graph(graph, env, attributes))
            counts.append(self.counts)
        self.counts = before
        self.add([max(pair) for pair in zip(*counts)])
        return [Value(value.array, DATA)
                for value in results[0 if taken else 1]]

    def infer_loop(self, node, env, attributes):
        body = attribute(node, "body")
        most = env[node.input[0]].array.item() if node.input[0] else 1 << 62
        going = (bool(env[node.input[1]].array.item())
                 if len(node.input) > 1 and node.input[1] else True)
        state = [Value(env[name].array, DATA) for name in node.input[2:]]
        stacked = [[] for _ in body.output[1 + len(state):]]
        iteration = 0
        while going and iteration < most:
            inner = dict(env)
            inner[body.input[0].name] = Value(np.int64(iteration), DATA)
            inner[body.input[1].name] = Value(np.bool_(going), DATA)
            for item, value in zip(body.input[2:], state):
                inner[item.name] = value
            made = self.graph(body, inner, attributes)
            going = bool(np.asarray(made[0].array).item())
            state = [Value(v.array, DATA) for v in made[1:1 + len(state)]]
            for pile, value in zip(stacked, made[1 + len(state):]):
                pile.append(value.array)
            iteration += 1
        self.trip = iteration
        return state + [Value(np.stack(pile) if pile else np.zeros(0), DATA)
                        for pile in stacked]

    def infer_scan(self, node, env, attributes):
        if self.opset[""] == 8:
            return self.scan_batches(node, env, attributes)
        return self.scan(node, list(node.input), env, attributes)

    def scan_batches(self, node, env, attributes):
        """Opset 8: operand 0 are lengths, all others have a batch axis."""
        operands = list(node.input)[1:]
        results = []
        for i in range(len(env[operands[0]].array)):
            one = {name: Value(env[name].array[i], env[name].kind)
                   for name in operands}
            results.append(self.scan(node, operands, {**env, **one},
                                     attributes))
        return [Value(np.stack([value.array for value in column]), DATA)
                for column in zip(*results)]

    def scan(self, node, operands, env, attributes):
        body = attribute(node, "body")
        scans = attribute(node, "num_scan_inputs")
        count = len(operands) - scans
        state = [Value(env[name].array, DATA) for name in operands[:count]]
        stacks = len(body.output) - count
        axes = attribute(node, "scan_input_axes") or [0] * scans
        turned = attribute(node, "scan_input_directions") or [0] * scans
        out_axes = attribute(node, "scan_output_axes") or [0] * stacks
        out_turned = attribute(node, "scan_output_directions") or [0] * stacks
        given = [np.moveaxis(env[name].array, axis, 0)[::-1 if turn else 1]
                 for name, axis, turn in zip(operands[count:], axes, turned)]
        piles = [[] for _ in range(stacks)]
        for slices in zip(*given):
            inner = dict(env)
            entering = state + [Value(part, DATA) for part in slices]
            for item, value in zip(body.input, entering):
                inner[item.name] = value
            made = self.graph(body, inner, attributes)
            state = [Value(v.array, DATA) for v in made[:count]]
            for pile, value in zip(piles, made[count:]):
                pile.append(value.array)
        return state + [
            Value(np.stack(pile[::-1 if turn else 1], axis), DATA)
            for pile, axis, turn in zip(piles, out_axes, out_turned)]

    def infer_map(self, node, env, attributes):
        body = attribute(node, "body")
        whole = [env[name].array for name in node.input]
        results = [[] for _ in body.output]
        for i in range(len(whole[0])):
            inner = dict(env)
            for item, value in zip(body.input, whole):
                inner[item.name] = Value(
                    value[i] if isinstance(value, list) else value, DATA)
            for pile, value in zip(results,
                                   self.graph(body, inner, attributes)):
                pile.append(value.array)
        return [Value(pile, DATA) for pile in results]


def live(nodes, needed):
    """The nodes that `needed` names depend on; bodies may capture any."""
    kept = []
    for node in reversed(nodes):
        if needed & set(node.output):
            kept.append(node)
            needed |= names_in(node)
    return kept[::-1]


def names_in(node):
    names = set(node.input)
    for item in node.attribute:
        for graph in [item.g, *item.graphs]:
            outputs = {output.name for output in graph.output}
            names |= outputs
            for inner in live(graph.node, outputs):
                names |= names_in(inner)
    return names


def attribute(node, name):
    for item in node.attribute:
        if item.name == name:
            return helper.get_attribute_value(item)
    return None


def resolved(node, attributes, env):
    """A function body's node with its call's attributes in place; an operand
    that the call leaves out is left out here."""
    if all(name in env for name in node.input if name) and not any(item.ref_attr_name for item in node.attribute):
        return node
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    del copy.attribute[:], copy.input[:]
    copy.input.extend(name if name in env else "" for name in node.input)
    for item in node.attribute:
        if not item.ref_attr_name:
            copy.attribute.append(item)
        elif item.ref_attr_name in attributes:
            copy.attribute.append(attributes[item.ref_attr_name])
            copy.attribute[-1].name = item.name
    return copy
