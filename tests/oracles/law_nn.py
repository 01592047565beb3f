# SPDX-License-Identifier: Apache-2.0
"""What neural-network operators cost, counted by doing their work in loops.

In here: one function per operator that walks the loops of a naive
implementation and counts multiply-accumulates, other arithmetic and
transcendental evaluations, and the bytes that must move; the role of each
constant operand. Written from the counting rules and from ONNX's operator
definitions alone, so that it can disagree with the tool. Not in here: the
cases and the comparison (check_costs_nn.py).

The rules in short: a MAC is a multiply and an add of a dot product whose
accumulator starts at 0; 2 flops each. Every other add, multiply, divide,
compare or select is a flop; exp, log, sqrt, tanh, sigmoid and the like are
transcendentals and no flops. Each operand is read once, each named output
written once, tensors of one element and shape-like operands are free.
"""
import itertools
import math
from fractions import Fraction

import numpy
import onnx
from onnx import TensorProto
from onnx.reference import ReferenceEvaluator

BITS = {"FLOAT": 32, "DOUBLE": 64, "FLOAT16": 16, "BFLOAT16": 16,
        "INT64": 64, "INT32": 32, "INT16": 16, "INT8": 8, "UINT64": 64,
        "UINT32": 32, "UINT16": 16, "UINT8": 8, "BOOL": 8, "COMPLEX64": 64,
        "COMPLEX128": 128, "FLOAT8E4M3FN": 8, "FLOAT8E4M3FNUZ": 8,
        "FLOAT8E5M2": 8, "FLOAT8E5M2FNUZ": 8, "FLOAT8E8M0": 8, "INT4": 4,
        "UINT4": 4, "FLOAT4E2M1": 4, "INT2": 2, "UINT2": 2}

# Operands that only say shapes, positions or amounts: never traffic.
SHAPE_LIKE = {"AffineGrid": {1}, "Resize": {1, 2, 3}, "Upsample": {1},
              "MaxUnpool": {2}, "Col2Im": {1, 2}, "DFT": {1, 2},
              "NonMaxSuppression": {2, 3, 4}, "STFT": {1, 3}}

# (flops, transcendentals) of an activation of one element.
ACTIVATIONS = {"Relu": (1, 0), "Tanh": (0, 1), "Sigmoid": (0, 1),
               "Affine": (2, 0), "LeakyRelu": (2, 0),
               "ThresholdedRelu": (2, 0), "ScaledTanh": (2, 1),
               "HardSigmoid": (4, 0), "Elu": (3, 1), "Softsign": (3, 0),
               "Softplus": (1, 2), "Clip": (2, 0), "HardSwish": (5, 0),
               "": (0, 0)}

# Operators whose other operands are weights and biases by definition.
WEIGHS = {"MatMul", "Gemm", "Einsum", "MatMulInteger", "QLinearMatMul", "Conv",
          "ConvInteger", "QLinearConv", "ConvTranspose", "DeformConv",
          "BatchNormalization", "LayerNormalization", "InstanceNormalization"}

QUANT = "quantization_elements"

# (operator, input index): elements that packed weights stand for.
PACKED = {(op_type, 1): lambda node: node.attr("N") * node.attr("K")
          for op_type in ("MatMulNBits", "MatMulBnb4")}

LAWS = {}
# (domain, operator) -> {input index: role}; what is not named is a parameter.
ROLES = {}


class Tensor:
    def __init__(self, name, shape, elem_type, value=None):
        self.name = name
        self.shape = tuple(int(dim) for dim in shape)
        self.elem_type = elem_type
        self.value = value  # of a constant

    @property
    def constant(self):
        return self.value is not None

    @property
    def numel(self):
        return math.prod(self.shape)

    @property
    def kind(self):
        return TensorProto.DataType.Name(self.elem_type)

    def size(self, elements=None):
        """Bytes of so many of its elements; a single element is free."""
        elements = self.numel if elements is None else elements
        if self.numel <= 1:
            return 0
        return -(-elements * BITS[self.kind] // 8)


class Node:
    def __init__(self, domain, op_type, version, attributes, inputs, outputs):
        self.domain = "" if domain == "ai.onnx" else domain
        self.op_type = op_type
        self.version = version
        self.attributes = attributes
        self.inputs = inputs
        self.outputs = outputs

    def attr(self, name, default=None):
        value = self.attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value

    def input(self, index):
        return self.inputs[index] if index < len(self.inputs) else None

    def output(self, index):
        return self.outputs[index] if index < len(self.outputs) else None

    def has(self, index):
        return self.input(index) is not None


class Count:
    """What a node costs. `partly` holds the operands of which only so many
    elements are touched; `judged` the figures that the rules settle."""

    def __init__(self):
        self.macs = self.other = self.transcendentals = 0
        self.partly_read, self.partly_written = {}, {}
        self.judged = {"macs", "flops", "transcendentals", "read_bytes",
                       "write_bytes"}

    @property
    def flops(self):
        return math.floor(2 * self.macs + self.other + Fraction(1, 2))

    def activate(self, name, times):
        flops, transcendentals = ACTIVATIONS[name]
        for _ in range(times):
            self.other += flops
            self.transcendentals += transcendentals

    def dot(self, length):
        for _ in range(length):
            self.macs += 1

    def total(self, length):
        """A sum, product or extremum of so many numbers."""
        for _ in range(1, length):
            self.other += 1

    def mean(self, length):
        self.total(length)
        self.other += 1  # divide

    def each(self, elements, flops=1):
        for _ in range(elements):
            self.other += flops


def loops(*sizes):
    return itertools.product(*map(range, sizes))


def law(*names, domain="", roles=None):
    def register(function):
        for name in names:
            LAWS[domain, name] = function
            ROLES[domain, name] = roles or {}
        return function
    return register


def contrib(*names, roles=None):
    return law(*names, domain="com.microsoft", roles=roles)


def knows(domain, op_type):
    return ("" if domain == "ai.onnx" else domain, op_type) in LAWS


def shape_like(domain, op_type):
    if domain == "com.microsoft":
        return {3} if op_type == "CropAndResize" else set()
    return SHAPE_LIKE.get(op_type, set())


def cost(node):
    count = Count()
    LAWS[node.domain, node.op_type](node, count)
    free = shape_like(node.domain, node.op_type)
    read = {}
    for index, tensor in enumerate(node.inputs):
        if tensor is not None and index not in free:
            read[tensor.name] = tensor
    written = [t for t in node.outputs if t is not None]
    if any(t.kind == "STRING" for t in [*read.values(), *written]):
        count.judged -= {"read_bytes", "write_bytes"}
        return count
    count.read_bytes = sum(t.size(count.partly_read.get(t.name))
                           for t in read.values())
    count.write_bytes = sum(t.size(count.partly_written.get(t.name))
                            for t in written)
    return count


def stored(node):
    """Elements of the constants by role: params, buffers, quantization. A
    single element counts where the operand is a weight, a bias or a scale by
    the operator's definition, and nowhere else."""
    found = {"params": {}, "buffers": {}, "quantization_elements": {}}
    roles = ROLES[node.domain, node.op_type]
    free = shape_like(node.domain, node.op_type)
    weighs = node.op_type in WEIGHS
    for index, tensor in enumerate(node.inputs):
        if tensor is None or not tensor.constant or index in free:
            continue
        role = roles.get(index, "params")
        if role == QUANT or role and (tensor.numel > 1 or weighs):
            found[role][tensor.name] = PACKED.get(
                (node.op_type, index), lambda node: tensor.numel)(node)
    return {role: sum(names.values()) for role, names in found.items()}


# Contractions


def broadcast(*shapes):
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(0 if 0 in dims else max(dims) for dims in zip(*padded))


def matmul(count, a, b):
    """The MACs of a numpy matmul of two shapes, one at a time."""
    a = (1,) + a if len(a) == 1 else a
    b = b + (1,) if len(b) == 1 else b
    for _ in loops(*broadcast(a[:-2], b[:-2]), a[-2], b[-1]):
        count.dot(a[-1])


@law("MatMul")
def _(node, count):
    matmul(count, node.input(0).shape, node.input(1).shape)


def gemm(node, count):
    a, b = node.input(0).shape, node.input(1).shape
    rows, inner = a[::-1] if node.attr("transA", 0) else a
    columns = b[0] if node.attr("transB", 0) else b[1]
    matmul(count, (rows, inner), (inner, columns))
    for _ in loops(rows, columns):
        count.other += node.attr("alpha", 1.0) != 1
        count.other += node.has(2)
    if node.has(2) and node.attr("beta", 1.0) != 1:
        count.each(node.input(2).numel)


@law("Gemm")
def _(node, count):
    gemm(node, count)


def zero_points(count, a, b, has_a, has_b):
    """Taken off every element of A; of B, unless that was done before."""
    if has_a:
        count.each(a.numel)
    if has_b and not b.constant:
        count.each(b.numel)


@law("MatMulInteger", roles={2: QUANT, 3: QUANT})
def _(node, count):
    a, b = node.input(0), node.input(1)
    matmul(count, a.shape, b.shape)
    zero_points(count, a, b, node.has(2), node.has(3))


@law("QLinearMatMul", roles={i: QUANT for i in (1, 2, 4, 5, 6, 7)})
def _(node, count):
    a, b = node.input(0), node.input(3)
    matmul(count, a.shape, b.shape)
    zero_points(count, a, b, True, True)
    count.each(node.output(0).numel, 5)


def convolve(node, count, x, w):
    """Padding's taps are counted like all others."""
    channels = x.shape[1] // node.attr("group", 1)
    for _ in loops(*node.output(0).shape, channels):
        for _ in loops(*w.shape[2:]):
            count.macs += 1


@law("Conv")
def _(node, count):
    convolve(node, count, node.input(0), node.input(1))
    if node.has(2):
        count.each(node.output(0).numel)


@law("ConvInteger", roles={2: QUANT, 3: QUANT})
def _(node, count):
    convolve(node, count, node.input(0), node.input(1))
    zero_points(count, node.input(0), None, node.has(2), False)


@law("QLinearConv", roles={i: QUANT for i in (1, 2, 4, 5, 6, 7)})
def _(node, count):
    convolve(node, count, node.input(0), node.input(3))
    zero_points(count, node.input(0), None, True, False)
    count.each(node.output(0).numel, 5 + node.has(8))


@law("ConvTranspose")
def _(node, count):
    w = node.input(1).shape
    for _ in loops(*node.input(0).shape, *w[1:]):
        count.macs += 1
    if node.has(2):
        count.each(node.output(0).numel)


@law("DeformConv")
def _(node, count):
    x, w = node.input(0), node.input(1)
    convolve(node, count, x, w)
    if node.has(3):
        count.each(node.output(0).numel)
    m, places = len(w.shape) - 2, node.output(0).shape[2:]
    for _ in loops(x.shape[0], x.shape[1], *w.shape[2:], *places):
        count.other += 2 * 2**m - 1 + node.has(4)  # interpolate, mask
    for _ in loops(x.shape[0], node.attr("offset_group", 1), *w.shape[2:],
                   *places):
        count.other += 4 * m + 2**m * (m - 1)  # where, and the corner weights


@law("CausalConvWithState")
def _(node, count):
    x, w = node.input(0).shape, node.input(1).shape
    silu = node.attr("activation", "none") in ("silu", "swish")
    for _ in loops(*x):
        count.dot(w[-1])
        count.other += node.has(2) + silu
        count.transcendentals += silu


@law("AffineGrid")
def _(node, count):
    shape = node.output(0).shape
    m = shape[-1]
    for _ in loops(*shape[:-1], m):
        count.dot(m + 1)


@law("Det")
def _(node, count):
    for _ in loops(*node.input(0).shape[:-2]):
        count.other += Fraction(2 * node.input(0).shape[-1]**3, 3)


@contrib("Inverse")
def _(node, count):
    for _ in loops(*node.input(0).shape[:-2]):
        count.other += 2 * node.input(0).shape[-1]**3


# Einsum


def einsum_terms(equation, shapes):
    """[{label: size}] of the operands (a diagonal taken), output labels."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms, labels_seen = [], []
    for term, shape in zip(left.split(","), shapes):
        labels = list(term)
        if "..." in term:
            head, tail = term.split("...")
            rank = len(shape) - len(head) - len(tail)
            dots = ["." + str(rank - i) for i in range(rank)]
            labels = list(head) + dots + list(tail)
        labels_seen += labels
        sizes = {}
        for label, size in zip(labels, shape):
            sizes[label] = max(size, sizes.get(label, 1)) if size else 0
        terms.append(sizes)
    every = sorted(set(labels_seen))
    dots = [label for label in every if label[0] == "."]
    if arrow:
        output = set(right.replace("...", ""))
        output |= set(dots) if "..." in right else set()
    else:
        output = {label for label in every if labels_seen.count(label) == 1}
        output |= set(dots)
    return terms, output


def size_of(sizes):
    return math.prod(sizes.values())


def merge(a, b):
    return {label: max(a.get(label, 1), b.get(label, 1))
            if 0 not in (a.get(label, 1), b.get(label, 1)) else 0
            for label in {**a, **b}}


def cheapest(terms, output):
    """(macs, other flops) of the best order: every order is tried."""
    if len(terms) == 1:
        return 0, 0
    best = None
    for i, j in itertools.combinations(range(len(terms)), 2):
        rest = [t for k, t in enumerate(terms) if k not in (i, j)]
        both = merge(terms[i], terms[j])
        kept = {label: size for label, size in both.items()
                if label in output or any(label in t for t in rest)}
        macs, other = cheapest(rest + [kept], output)
        if len(kept) < len(both):
            macs += size_of(both)
        else:
            other += size_of(both)
        best = min(best or (macs, other), (macs, other))
    return best


@law("Einsum")
def _(node, count):
    terms, output = einsum_terms(node.attr("equation"),
                                 [t.shape for t in node.inputs])
    for index, term in enumerate(terms):
        others = terms[:index] + terms[index + 1:]
        kept = {label: size for label, size in term.items()
                if label in output or any(label in t for t in others)}
        for _ in loops(*kept.values()):
            count.total(size_of(term) // max(1, size_of(kept)))
        terms[index] = kept
    macs, other = cheapest(terms, output)
    count.macs += macs
    count.other += other


# Recurrent


def activation_names(node, defaults, directions):
    given = [name.decode() if isinstance(name, bytes) else name
             for name in node.attr("activations", [])]
    names = {name.lower(): name for name in ACTIVATIONS}
    given = [names[name.lower()] for name in given] or defaults * directions
    width = len(defaults)
    return [given[i * width:(i + 1) * width] for i in range(directions)]


def recurrent_dims(node):
    """directions, steps, batch, input width, hidden width."""
    x, w, r = (node.input(i).shape for i in range(3))
    steps, batch = x[1::-1] if node.attr("layout", 0) else x[:2]
    return w[0], steps, batch, x[2], node.attr("hidden_size", r[2])


def gate(node, count, inputs, hidden, bias, activation):
    """One element of a gate: W x + R h + b, one accumulator."""
    count.dot(inputs + hidden)
    count.other += bias
    clip_and_activate(node, count, activation)


def clip_and_activate(node, count, activation):
    if node.attr("clip") is not None:
        count.other += 2
    count.activate(activation, 1)


STATE = {4: None}


@law("RNN", roles=STATE)
def _(node, count):
    directions, steps, batch, inputs, hidden = recurrent_dims(node)
    for (f,) in activation_names(node, ["Tanh"], directions):
        for _ in loops(steps, batch, hidden):
            gate(node, count, inputs, hidden, node.has(3), f)


@law("GRU", roles=STATE)
def _(node, count):
    directions, steps, batch, inputs, hidden = recurrent_dims(node)
    bias = node.has(3)
    for f, g in activation_names(node, ["Sigmoid", "Tanh"], directions):
        for _ in loops(steps, batch, hidden):
            gate(node, count, inputs, hidden, bias, f)  # z
            gate(node, count, inputs, hidden, bias, f)  # r
            if node.attr("linear_before_reset", 0):
                count.dot(inputs)
                count.dot(hidden)
                count.other += bias + 1  # (R h + Rb) * r
                count.other += bias + 1  # + Wb, and the sum of both
            else:
                count.other += 1  # r * h
                count.dot(inputs + hidden)
                count.other += bias
            clip_and_activate(node, count, g)
            count.other += 4  # (1 - z) * n + z * h


@law("LSTM", roles=STATE)
def _(node, count):
    directions, steps, batch, inputs, hidden = recurrent_dims(node)
    bias, peepholes = node.has(3), node.has(7)
    coupled = node.attr("input_forget", 0)
    defaults = ["Sigmoid", "Tanh", "Tanh"]
    for f, g, h in activation_names(node, defaults, directions):
        for _ in loops(steps, batch, hidden):
            for _ in range(2 if coupled else 3):  # i, o and f
                count.other += 2 * peepholes  # + p * c
                gate(node, count, inputs, hidden, bias, f)
            count.other += 1 if coupled else 0  # f = 1 - i
            gate(node, count, inputs, hidden, bias, g)  # c
            count.other += 3  # f * C + i * c
            count.activate(h, 1)
            count.other += 1  # o * h(C)


# Pooling


def windows(node):
    return loops(*node.output(0).shape)


@law("MaxPool")
def _(node, count):
    for _ in windows(node):
        count.total(math.prod(node.attr("kernel_shape")))


@law("AveragePool")
def _(node, count):
    for _ in windows(node):
        count.mean(math.prod(node.attr("kernel_shape")))


def norm_of(count, length, p):
    """(sum |x|^p)^(1/p): a magnitude or square each, and the sum."""
    count.each(length)
    count.total(length)
    if p == 2:
        count.transcendentals += 1
    elif p != 1:
        count.transcendentals += length + 1


@law("LpPool")
def _(node, count):
    for _ in windows(node):
        norm_of(count, math.prod(node.attr("kernel_shape")), node.attr("p", 2))


@law("GlobalMaxPool")
def _(node, count):
    for _ in windows(node):
        count.total(math.prod(node.input(0).shape[2:]))


@law("GlobalAveragePool")
def _(node, count):
    for _ in windows(node):
        count.mean(math.prod(node.input(0).shape[2:]))


@law("GlobalLpPool")
def _(node, count):
    for _ in windows(node):
        norm_of(count, math.prod(node.input(0).shape[2:]), node.attr("p", 2))


@law("MaxUnpool", roles={1: None})
def _(node, count):
    pass


@law("Col2Im")
def _(node, count):
    count.each(node.input(0).numel)


# Normalisation


@law("BatchNormalization", roles={3: "buffers", 4: "buffers"})
def _(node, count):
    x = node.input(0)
    channels = x.shape[1] if len(x.shape) > 1 else 1
    training = node.attr("training_mode", 0)
    if node.version < 14:
        training = sum(t is not None for t in node.outputs) > 1
    if training:
        for _ in range(channels):
            standardise(count, x.numel // channels, True)
            count.other += 6  # both running statistics
    else:
        count.each(x.numel, 2)
        if not (node.input(3).constant and node.input(4).constant):
            count.each(channels, 4)
            count.transcendentals += channels


def standardise(count, length, bias):
    """One row: centre, divide by the deviation, scale, shift."""
    count.mean(length)
    count.each(length)  # - mean
    count.each(length)  # squared
    count.mean(length)
    count.other += 2  # + epsilon, 1 / deviation
    count.transcendentals += 1
    count.each(length, 2 + bias)


def rows_of(shape, axis):
    """Length and number of the rows that start at an axis."""
    axis = axis % len(shape) if shape else 0
    return math.prod(shape[axis:]), math.prod(shape[:axis])


@law("LayerNormalization")
def _(node, count):
    length, rows = rows_of(node.input(0).shape, node.attr("axis", -1))
    for _ in range(rows):
        standardise(count, length, node.has(2))


@law("InstanceNormalization")
def _(node, count):
    x = node.input(0).shape
    for _ in loops(*x[:2]):
        standardise(count, math.prod(x[2:]), True)


@law("GroupNormalization")
def _(node, count):
    x, groups = node.input(0), node.attr("num_groups")
    for _ in loops(x.shape[0], groups):
        standardise(count, x.numel // x.shape[0] // groups, True)


def root_mean_square(count, length):
    count.each(length)  # squared
    count.mean(length)
    count.other += 1  # + epsilon
    count.transcendentals += 1
    count.each(length, 2)  # divided, scaled


@law("RMSNormalization", "SimplifiedLayerNormalization")
def _(node, count):
    length, rows = rows_of(node.input(0).shape, node.attr("axis", -1))
    for _ in range(rows):
        root_mean_square(count, length)


@law("MeanVarianceNormalization")
def _(node, count):
    x = node.input(0)
    length = math.prod(x.shape[axis] for axis in node.attr("axes", [0, 2, 3]))
    for _ in range(x.numel // length):
        count.mean(length)  # of x
        count.each(length)  # x squared
        count.mean(length)  # of that
        count.other += 2  # minus the square of the mean
        count.transcendentals += 1
        count.other += 1  # + epsilon
        count.each(length, 2)  # (x - mean) / deviation


@law("LpNormalization")
def _(node, count):
    x = node.input(0)
    length = x.shape[node.attr("axis", -1)]
    for _ in range(x.numel // length):
        count.each(length)  # magnitudes or squares
        count.total(length)
        count.transcendentals += node.attr("p", 2) == 2
        count.each(length)  # divided


@law("LRN")
def _(node, count):
    for _ in range(node.input(0).numel):
        count.other += 1  # squared
        count.total(node.attr("size"))
        count.other += 3  # * alpha / size, + bias, x / power
        count.transcendentals += 1


# Softmax and losses


def softmax_rows(node):
    shape = node.input(0).shape
    if node.version < 13:
        length, rows = rows_of(shape, node.attr("axis", 1))
    elif shape:
        length = shape[node.attr("axis", -1)]
        rows = node.input(0).numel // length if length else 0
    else:
        length = rows = 1
    return length, rows


def softmax(count, length):
    count.total(length)  # greatest
    count.each(length)  # taken off
    count.transcendentals += length
    count.total(length)  # sum
    count.each(length)  # divided


def log_softmax(count, length):
    count.total(length)
    count.each(length)
    count.transcendentals += length
    count.total(length)
    count.transcendentals += 1
    count.each(length)


@law("Softmax")
def _(node, count):
    length, rows = softmax_rows(node)
    for _ in range(rows):
        softmax(count, length)


@law("LogSoftmax")
def _(node, count):
    length, rows = softmax_rows(node)
    for _ in range(rows):
        log_softmax(count, length)


@law("Hardmax")
def _(node, count):
    length, rows = softmax_rows(node)
    for _ in range(rows):
        count.total(length)
        count.each(length)


def pick_loss(node, count):
    targets = node.input(1).numel
    reduction = node.attr("reduction", "mean")
    count.each(targets, 2)  # negated, weighted
    if reduction != "none":
        count.total(targets)
    if reduction == "mean":
        count.other += 1
        if node.has(2):
            count.total(targets)  # of the weights


@law("NegativeLogLikelihoodLoss", roles={1: None})
def _(node, count):
    pick_loss(node, count)


@law("SoftmaxCrossEntropyLoss", roles={1: None})
def _(node, count):
    classes = node.input(0).shape[1]
    for _ in range(node.input(0).numel // classes):
        log_softmax(count, classes)
    pick_loss(node, count)


# Attention


def core(count, batch, heads, queries, keys, dk, dv):
    """Products and softmax; elements of the scores."""
    for _ in loops(batch, heads, queries):
        for _ in range(keys):
            count.dot(dk)
        softmax(count, keys)
        for _ in range(dv):
            count.dot(keys)
    return batch * heads * queries * keys


def heads_apart(tensor, heads):
    """batch, heads, length, width of [B,h,T,d] or [B,T,h*d]."""
    shape = tensor.shape
    if len(shape) == 4:
        return shape
    return shape[0], heads, shape[1], shape[2] // heads


@law("Attention", roles={3: "buffers", 6: None})
def _(node, count):
    batch, heads, queries, dk = heads_apart(node.input(0),
                                            node.attr("q_num_heads"))
    _, groups, keys, _ = heads_apart(node.input(1), node.attr("kv_num_heads"))
    dv = heads_apart(node.input(2), node.attr("kv_num_heads"))[3]
    if node.has(4):
        keys += node.input(4).shape[2]
    scores = core(count, batch, heads, queries, keys, dk, dv)
    for _ in loops(batch, queries, heads, dk):
        count.other += 1  # scale of q
    for _ in loops(batch, keys, groups, dk):
        count.other += 1  # scale of k
    if node.has(3):
        count.each(scores)
    if node.attr("softcap", 0.0):
        count.each(scores, 2)
        count.transcendentals += scores


BODY = {"Add": (1, 0), "Sub": (1, 0), "Mul": (1, 0), "Div": (1, 0),
        "GreaterOrEqual": (1, 0), "Where": (1, 0), "Tanh": (0, 1)}


def apply_body(count, graph, shape):
    """Runs a body on scores of this shape to see what each node makes."""
    body = onnx.GraphProto()
    body.CopyFrom(graph)
    del body.output[:]
    body.output.extend(onnx.ValueInfoProto(name=name)
                       for node in body.node for name in node.output)
    model = onnx.helper.make_model(
        body, opset_imports=[onnx.helper.make_opsetid("", 23)])
    made = ReferenceEvaluator(model).run(
        None, {body.input[0].name: numpy.zeros(shape, numpy.float32)})
    for node, value in zip(body.node, made):
        flops, transcendentals = BODY.get(node.op_type, (0, 0))
        count.other += flops * numpy.size(value)
        count.transcendentals += transcendentals * numpy.size(value)


@law("FlexAttention", domain="ai.onnx.preview")
def _(node, count):
    batch, heads, queries, dk = node.input(0).shape
    _, groups, keys, dv = node.input(1).shape[:3] + node.input(2).shape[3:]
    core(count, batch, heads, queries, keys, dk, dv)
    count.each(batch * queries * heads * dk)  # scale of q
    count.each(batch * keys * groups * dk)  # scale of k
    for name in ("score_mod", "prob_mod"):
        if name in node.attributes:
            apply_body(count, node.attributes[name],
                       (batch, heads, queries, keys))


def rotary(count, cos, sin, positions, batch, heads, steps, width):
    for _ in loops(batch, heads, steps, width):
        count.other += 3
    if positions is not None:
        for table in (cos, sin):
            count.partly_read[table.name] = batch * steps * width // 2


@law("RotaryEmbedding", roles={1: "buffers", 2: "buffers", 3: None})
def _(node, count):
    cos, sin, positions = node.input(1), node.input(2), node.input(3)
    batch, heads, steps, width = heads_apart(node.input(0),
                                             node.attr("num_heads"))
    width = node.attr("rotary_embedding_dim", 0) or width
    rotary(count, cos, sin, positions, batch, heads, steps, width)


@contrib("RotaryEmbedding", roles={1: None, 2: "buffers", 3: "buffers"})
def _(node, count):
    positions, cos, sin = node.input(1), node.input(2), node.input(3)
    shape = node.input(0).shape
    batch, steps = ((shape[0], shape[2]) if len(shape) == 4 else shape[:2])
    width = node.attr("rotary_embedding_dim", 0)
    if len(shape) == 4:
        heads, width = shape[1], width or shape[3]
    elif width:
        heads = node.attr("num_heads")
    else:
        width = 2 * cos.shape[1]
        heads = shape[2] // width
    rotary(count, cos, sin, positions, batch, heads, steps, width)


def linear_attention(node, count):
    query, key, value = (node.input(i).shape for i in range(3))
    heads, groups = node.attr("q_num_heads"), node.attr("kv_num_heads")
    rule = node.attr("update_rule", "gated_delta")
    gated, delta = "gated" in rule, "delta" in rule
    dk, dv = query[2] // heads, value[2] // groups
    for _ in loops(query[0], query[1], groups):
        if gated:
            wide = node.input(4).shape[2] == groups * dk
            count.transcendentals += dk if wide else 1
            count.each(dk * dv)  # decay of the state
        if delta:
            for _ in range(dv):
                count.dot(dk)  # what the state recalls
            count.each(dv, 2)  # taken off, times beta
        for _ in loops(dk, dv):
            count.macs += 1  # outer product into the state
    for _ in loops(query[0], query[1], max(heads, groups), dv):
        count.dot(dk)
        count.other += 1  # scale


law("LinearAttention")(linear_attention)
contrib("LinearAttention")(linear_attention)


# Sampling and detection


def resized(node, scales):
    """Scales of the axes that are resized, as exact fractions."""
    x, y = node.input(0).shape, node.output(0).shape
    if scales is not None:
        axes = node.attr("axes", list(range(len(x))))
        by_axis = {axis % len(x): Fraction(float(scale))
                   for axis, scale in zip(axes, scales)}
        return [scale for axis, scale in by_axis.items()
                if scale != 1 or x[axis] != y[axis]]
    return [Fraction(o, i) for i, o in zip(x, y) if i != o]


def resize(node, count, mode, scales, antialias):
    x, y = node.input(0), node.output(0)
    scales = resized(node, scales)
    if not scales:
        return
    if mode == "nearest":
        count.partly_read[x.name] = min(x.numel, y.numel)
        return
    taps = [math.ceil((2 if mode == "linear" else 4) *
                      (max(1, 1 / scale) if antialias else 1))
            for scale in scales]
    for _ in range(y.numel):
        for _ in loops(*taps):
            count.other += 2  # times its weight, and the sum
        count.other -= 1


@law("Resize", roles={1: None, 2: None, 3: None})
def _(node, count):
    index = 1 if node.version == 10 else 2
    scales = node.input(index)
    scales = None if scales is None else scales.value.flatten().tolist()
    resize(node, count, node.attr("mode", "nearest"), scales or None,
           node.attr("antialias", 0))


@law("Upsample", roles={1: None})
def _(node, count):
    scales = (node.attr("scales") if node.version < 9 else
              node.input(1).value.tolist())
    resize(node, count, node.attr("mode", "nearest"), scales, 0)


@law("GridSample")
def _(node, count):
    x, y = node.input(0), node.output(0)
    m = len(x.shape) - 2
    mode = {"bilinear": "linear", "bicubic": "cubic"}.get(
        node.attr("mode", "linear"), node.attr("mode", "linear"))
    side = {"nearest": 1, "linear": 2, "cubic": 4}[mode]
    count.partly_read[x.name] = min(x.numel, side**m * y.numel)
    for _ in loops(y.shape[0], *y.shape[2:]):
        count.other += {"nearest": 4 * m, "linear": 6 * m + 2**m * (m - 1),
                        "cubic": 36 * m}[mode]
    if side > 1:
        for _ in range(y.numel):
            count.other += 2 * side**m - 1


@law("RoiAlign", roles={2: None})
def _(node, count):
    y, points = node.output(0), node.attr("sampling_ratio")**2
    for _ in loops(y.shape[0], *y.shape[2:], points):
        count.other += 16
    for _ in loops(*y.shape, points):
        count.other += 8


def log2_up(n):
    return (n - 1).bit_length() if n > 0 else 0


@law("NonMaxSuppression")
def _(node, count):
    batch, classes, boxes = node.input(1).shape
    most = int(node.input(2).value.flatten()[0]) if node.has(2) else 0
    for _ in loops(batch, classes):
        count.other += boxes * log2_up(boxes) + 16 * boxes * min(boxes, most)
    count.judged -= {"write_bytes"}


# Signals


@law("DFT")
def _(node, count):
    x, y = node.input(0), node.output(0)
    axis = node.attr("axis", 1) if node.version < 20 else (
        int(node.input(2).value) if node.has(2) else -2)
    inverse, onesided = node.attr("inverse", 0), node.attr("onesided", 0)
    length = int(node.input(1).value) if node.has(1) else (
        y.shape[axis] if onesided and inverse else x.shape[axis])
    others = x.numel // x.shape[-1] // x.shape[axis]
    for _ in range(others):
        count.other += (Fraction(5, 2) if onesided else 5) * (
            length * log2_up(length))
        if inverse:
            count.each(length, 2)


@law("STFT")
def _(node, count):
    frames = node.output(0).shape[1]
    length = (int(node.input(3).value) if node.has(3) else
              node.input(2).shape[0])
    onesided = node.attr("onesided", 1)
    for _ in loops(node.input(0).shape[0], frames):
        if node.has(2):
            count.each(length)
        count.other += (Fraction(5, 2) if onesided else 5) * (
            length * log2_up(length))


@law("HannWindow", "HammingWindow")
def _(node, count):
    count.each(node.output(0).numel, 3)
    count.transcendentals += node.output(0).numel


@law("BlackmanWindow")
def _(node, count):
    count.each(node.output(0).numel, 6)
    count.transcendentals += 2 * node.output(0).numel


# Quantisation


@law("QuantizeLinear", roles={1: QUANT, 2: QUANT})
def _(node, count):
    count.each(node.output(0).numel, 4 + node.has(2))


@law("DequantizeLinear", roles={1: QUANT, 2: QUANT})
def _(node, count):
    count.each(node.output(0).numel, 1 + node.has(2))


def quantize_dynamically(count, elements):
    count.total(elements)  # least
    count.total(elements)  # greatest
    count.other += 9
    count.each(elements, 5)


@law("DynamicQuantizeLinear")
def _(node, count):
    quantize_dynamically(count, node.input(0).numel)


# ai.onnx.ml


def ml(*names):
    return law(*names, domain="ai.onnx.ml")


@ml("Scaler", "Imputer")
def _(node, count):
    count.each(node.output(0).numel, 2)


@ml("Binarizer")
def _(node, count):
    count.each(node.output(0).numel)


@ml("Normalizer")
def _(node, count):
    shape = node.input(0).shape
    norm = node.attr("norm", "MAX")
    for _ in loops(*shape[:-1]):
        count.total(shape[-1])
        count.each(shape[-1], 1 if norm == "MAX" else 2)
        count.transcendentals += norm == "L2"


def post_transform(node, count, rows, width):
    kind = node.attr("post_transform", "NONE")
    for _ in range(rows):
        if kind == "LOGISTIC":
            count.transcendentals += width
        elif kind == "PROBIT":
            count.transcendentals += 3 * width
        elif kind in ("SOFTMAX", "SOFTMAX_ZERO"):
            softmax(count, width)


def rows_and_features(tensor):
    shape = tensor.shape
    return (shape[0], shape[1]) if len(shape) == 2 else (1, shape[0])


def linear(node, count, width):
    rows, features = rows_and_features(node.input(0))
    for _ in loops(rows, width):
        count.dot(features)
        count.other += bool(node.attr("intercepts"))
    post_transform(node, count, rows, width)


@ml("LinearRegressor")
def _(node, count):
    linear(node, count, node.attr("targets", 1))


@ml("LinearClassifier")
def _(node, count):
    labels = (node.attr("classlabels_ints") or
              node.attr("classlabels_strings"))
    linear(node, count, len(labels))


def kernels(node, count, rows, features, vectors):
    """A row against every support vector."""
    kind = node.attr("kernel_type", "LINEAR")
    flops, transcendentals = {"LINEAR": (0, 0), "POLY": (2, 1),
                              "RBF": (features + 1, 1),
                              "SIGMOID": (2, 1)}[kind]
    for _ in loops(rows, vectors):
        count.dot(features)
        count.other += flops
        count.transcendentals += transcendentals


@ml("SVMRegressor")
def _(node, count):
    rows, features = rows_and_features(node.input(0))
    vectors = node.attr("n_supports", 0)
    kernels(node, count, rows, features, vectors)
    for _ in range(rows):
        count.dot(vectors)
    post_transform(node, count, rows, 1)


@ml("SVMClassifier")
def _(node, count):
    rows, features = rows_and_features(node.input(0))
    vectors = sum(node.attr("vectors_per_class"))
    kernels(node, count, rows, features, vectors)
    for _ in range(rows):
        count.dot(vectors * (len(node.attr("classlabels_ints")) - 1))


def deepest(node_index, children):
    """Compares on the longest way from a node to a leaf."""
    return 1 + max(0 if leaf else deepest(index, children)
                   for index, leaf in children[node_index])


@ml("TreeEnsemble")
def _(node, count):
    names = ("nodes_truenodeids", "nodes_trueleafs", "nodes_falsenodeids",
             "nodes_falseleafs")
    children = [((a, b), (c, d)) for a, b, c, d in
                zip(*(node.attr(name) for name in names))]
    for _ in range(node.input(0).shape[0]):
        for root in node.attr("tree_roots"):
            count.each(deepest(root, children))
            count.other += 1  # the leaf's value
        if node.attr("aggregate_function", 1) == 0:
            count.each(node.attr("n_targets"))
    count.judged -= {"read_bytes"}


@ml("TreeEnsembleRegressor", "TreeEnsembleClassifier")
def _(node, count):
    """Trees with as many values at each leaf."""
    ids = list(zip(node.attr("nodes_treeids"), node.attr("nodes_nodeids")))
    modes = [mode.decode() for mode in node.attr("nodes_modes")]
    place = {pair: index for index, pair in enumerate(ids)}
    kind = "target" if node.op_type.endswith("Regressor") else "class"
    values = list(zip(node.attr(kind + "_treeids"),
                      node.attr(kind + "_nodeids")))

    def child(index, name):
        return place[ids[index][0], node.attr(name)[index]]

    children = [
        () if modes[i] == "LEAF" else
        tuple((child(i, name), modes[child(i, name)] == "LEAF")
              for name in ("nodes_truenodeids", "nodes_falsenodeids"))
        for i in range(len(ids))]
    rows = node.input(0).shape[0]
    width = (node.attr("n_targets", 1) if kind == "target" else
             len(node.attr("classlabels_int64s")))
    for _ in range(rows):
        for tree in sorted(set(node.attr("nodes_treeids"))):
            root = place[tree, min(n for t, n in ids if t == tree)]
            if children[root]:
                count.each(deepest(root, children))
            count.each(values.count(next(v for v in values if v[0] == tree)))
        if node.attr("aggregate_function", "SUM") == "AVERAGE":
            count.each(width)
    post_transform(node, count, rows, width)
    count.judged -= {"read_bytes"}


@ml("LabelEncoder", "FeatureVectorizer", "OneHotEncoder")
def _(node, count):
    pass


@law("ArrayFeatureExtractor", domain="ai.onnx.ml", roles={1: None})
def _(node, count):
    count.partly_read[node.input(0).name] = node.output(0).numel


# com.microsoft: attention


@contrib("Attention", roles={3: None})
def _(node, count):
    batch, steps, inputs = node.input(0).shape
    heads = node.attr("num_heads")
    sizes = node.attr("qkv_hidden_sizes") or [node.input(1).shape[1] // 3] * 3
    for _ in loops(batch, steps, sum(sizes)):
        count.dot(inputs)
        count.other += node.has(2)
    keys = steps
    if node.attr("past_present_share_buffer", 0):
        keys = node.input(4).shape[3]
        count.partly_written[node.output(1).name] = (
            batch * steps * (sizes[1] + sizes[2]))
    elif node.has(4):
        keys += node.input(4).shape[3]
    scores = core(count, batch, heads, steps, keys, sizes[0] // heads,
                  sizes[2] // heads)
    count.each(scores, 1 + node.has(3) + node.has(5))  # scale, masks
    if node.attr("do_rotary", 0):
        width = node.attr("rotary_embedding_dim", 0) or sizes[0] // heads
        for _ in loops(batch, steps, 2 * heads, width):
            count.other += 3


@contrib("MultiHeadAttention", roles={4: None})
def _(node, count):
    query, key, value = node.input(0), node.input(1), node.input(2)
    heads = node.attr("num_heads")
    if len(query.shape) == 5:  # packed: B, T, h, 3, d
        batch, steps, _, _, dk = query.shape
        new, dv = steps, dk
    else:
        batch, steps, dk = query.shape
        dk //= heads
        if len(key.shape) == 5:  # packed: B, S, h, 2, d
            new, dv = key.shape[1], key.shape[4]
        elif len(key.shape) == 4:  # B, h, S, d
            new, dv = key.shape[2], value.shape[3]
        else:
            new, dv = key.shape[1], value.shape[2] // heads
    keys = new + (node.input(6).shape[2] if node.has(6) else 0)
    scores = core(count, batch, heads, steps, keys, dk, dv)
    count.each(scores, 1 + node.has(4) + node.has(5))
    if node.has(3):
        count.each(batch * steps * heads * dk)
        count.each(batch * new * heads * (dk + dv))


@contrib("GroupQueryAttention",
         roles={5: None, 6: None, 7: "buffers", 8: "buffers", 9: None,
                10: "buffers"})
def _(node, count):
    heads, groups = node.attr("num_heads"), node.attr("kv_num_heads")
    batch, steps, width = node.input(0).shape
    dk = width // (heads if node.has(1) else heads + 2 * groups)
    present = node.output(1)
    keys = present.shape[2]
    scores = core(count, batch, heads, steps, keys, dk, dk)
    count.each(scores, 1 + node.has(10))
    if node.attr("softcap", 0.0):
        count.each(scores, 2)
        count.transcendentals += scores
    if node.attr("smooth_softmax", 0) or node.has(11):
        count.each(batch * heads * steps)
    if node.attr("do_rotary", 0):
        cos, sin = node.input(7), node.input(8)
        rotary(count, cos, sin, True, batch, heads + groups, steps,
               2 * cos.shape[1])
    if node.has(3) and node.input(3).shape == present.shape:
        for tensor in node.outputs[1:3]:
            count.partly_written[tensor.name] = batch * groups * steps * dk


# com.microsoft: the rest


@contrib("FusedMatMul")
def _(node, count):
    a, b = node.input(0).shape, node.input(1).shape
    a = a[:-2] + (a[-1], a[-2]) if node.attr("transA", 0) else a
    b = b[:-2] + (b[-1], b[-2]) if node.attr("transB", 0) else b
    matmul(count, a, b)
    if node.attr("alpha", 1.0) != 1:
        count.each(node.output(0).numel)


@contrib("FusedGemm")
def _(node, count):
    gemm(node, count)
    count.activate(node.attr("activation", ""), node.output(0).numel)


@contrib("FusedConv")
def _(node, count):
    convolve(node, count, node.input(0), node.input(1))
    count.each(node.output(0).numel, node.has(2) + node.has(3))
    count.activate(node.attr("activation", ""), node.output(0).numel)


@contrib("MatMulNBits", roles={2: QUANT, 3: QUANT, 4: QUANT})
def _(node, count):
    rows = math.prod(node.input(0).shape[:-1])
    inner, columns = node.attr("K"), node.attr("N")
    matmul(count, (rows, inner), (inner, columns))
    count.each(inner * columns, 2)
    if node.has(5):
        count.each(node.output(0).numel)


@contrib("DynamicQuantizeMatMul", roles={2: QUANT, 3: QUANT})
def _(node, count):
    a, b = node.input(0), node.input(1)
    matmul(count, a.shape, b.shape)
    quantize_dynamically(count, a.numel)
    zero_points(count, a, b, False, node.has(3))
    count.each(node.output(0).numel, 2 + node.has(4))


@contrib("MatMulIntegerToFloat", roles={i: QUANT for i in (2, 3, 4, 5)})
def _(node, count):
    a, b = node.input(0), node.input(1)
    matmul(count, a.shape, b.shape)
    zero_points(count, a, b, node.has(4), node.has(5))
    count.each(node.output(0).numel, 2 + node.has(6))


@contrib("SkipLayerNormalization")
def _(node, count):
    shape = node.input(0).shape
    count.each(node.input(0).numel, 1 + node.has(4))
    for _ in loops(*shape[:-1]):
        standardise(count, shape[-1], node.has(3))


@contrib("SkipSimplifiedLayerNormalization")
def _(node, count):
    shape = node.input(0).shape
    count.each(node.input(0).numel, 1 + node.has(3))
    for _ in loops(*shape[:-1]):
        root_mean_square(count, shape[-1])


@contrib("GroupNorm")
def _(node, count):
    x, groups = node.input(0), node.attr("groups")
    for _ in loops(x.shape[0], groups):
        standardise(count, x.numel // x.shape[0] // groups, True)
    if node.attr("activation"):
        count.each(x.numel)
        count.transcendentals += x.numel


@contrib("EmbedLayerNormalization",
         roles={0: None, 1: None, 7: None, 8: None})
def _(node, count):
    batch, steps = node.input(0).shape
    tables = [t for t in (node.input(i) for i in (2, 3, 4)) if t is not None]
    width = tables[0].shape[1]
    for table in tables:
        count.partly_read[table.name] = batch * steps * width
        count.each(batch * steps * width)
    count.other -= batch * steps * width  # the first one is not added
    for _ in loops(batch, steps):
        standardise(count, width, True)


@contrib("BiasGelu", "Gelu")
def _(node, count):
    count.each(node.output(0).numel, 4 + node.has(1))
    count.transcendentals += node.output(0).numel


@contrib("FastGelu")
def _(node, count):
    count.each(node.output(0).numel, 8 + node.has(1))
    count.transcendentals += node.output(0).numel


@contrib("QuickGelu")
def _(node, count):
    count.each(node.output(0).numel, 2)
    count.transcendentals += node.output(0).numel


@contrib("BiasSplitGelu")
def _(node, count):
    count.each(node.input(0).numel)
    count.each(node.output(0).numel, 5)
    count.transcendentals += node.output(0).numel


@contrib("BiasAdd")
def _(node, count):
    count.each(node.output(0).numel, 2)


@contrib("BiasSoftmax")
def _(node, count):
    length, rows = rows_of(node.input(0).shape, node.attr("axis", 1))
    count.each(node.output(0).numel)
    for _ in range(rows):
        softmax(count, length)


QLINEAR_BINARY = {i: QUANT for i in (1, 2, 4, 5, 6, 7)}
QLINEAR_UNARY = {i: QUANT for i in (1, 2, 3, 4)}


@contrib("QLinearAdd", "QLinearMul", roles=QLINEAR_BINARY)
def _(node, count):
    count.each(node.output(0).numel, 5 + 1)
    count.each(node.input(0).numel, 2)
    count.each(node.input(3).numel, 2)


@contrib("QLinearSigmoid", roles=QLINEAR_UNARY)
def _(node, count):
    count.each(node.output(0).numel, 5 + 2)
    count.transcendentals += node.output(0).numel


@contrib("QLinearLeakyRelu", roles=QLINEAR_UNARY)
def _(node, count):
    count.each(node.output(0).numel, 5 + 2 + 2)


@contrib("QLinearGlobalAveragePool", roles=QLINEAR_UNARY)
def _(node, count):
    for _ in windows(node):
        count.mean(math.prod(node.input(0).shape[2:]))
    count.each(node.input(0).numel, 2)
    count.each(node.output(0).numel, 5)


@contrib("QLinearAveragePool", roles=QLINEAR_UNARY)
def _(node, count):
    for _ in windows(node):
        count.mean(math.prod(node.attr("kernel_shape")))
    count.each(node.input(0).numel, 2)
    count.each(node.output(0).numel, 5)


@contrib("CDist")
def _(node, count):
    a, b = node.input(0).shape, node.input(1).shape
    for _ in loops(a[0], b[0]):
        count.dot(a[1])
        count.other += 3
        count.transcendentals += 1


@contrib("ComplexMul", "ComplexMulConj")
def _(node, count):
    count.each(node.output(0).numel, 3)


@contrib("TransposeMatMul")
def _(node, count):
    LAWS["com.microsoft", "FusedMatMul"](node, count)


@contrib("QGemm", roles={i: QUANT for i in (1, 2, 4, 5, 7, 8)})
def _(node, count):
    a, b = node.input(0).shape, node.input(3).shape
    matmul(count, a, b[::-1] if node.attr("transB", 0) else b)
    count.each(node.output(0).numel, node.has(6) + 5 * node.has(7) +
               (node.attr("alpha", 1.0) != 1))


@contrib("GemmFastGelu")
def _(node, count):
    matmul(count, node.input(0).shape, node.input(1).shape)
    count.each(node.output(0).numel, 8 + node.has(2))
    count.transcendentals += node.output(0).numel


@contrib("MatMulBnb4", roles={2: QUANT})
def _(node, count):
    rows = math.prod(node.input(0).shape[:-1])
    inner, columns = node.attr("K"), node.attr("N")
    matmul(count, (rows, inner), (inner, columns))
    count.each(inner * columns)


@contrib("MulInteger", roles={1: QUANT, 2: None, 3: QUANT})
def _(node, count):
    count.each(node.output(0).numel)
    for index in (0, 2):
        if node.has(index + 1):
            count.each(node.input(index).numel)


@contrib("QLinearSoftmax", roles=QLINEAR_UNARY)
def _(node, count):
    length = node.input(0).shape[node.attr("axis", -1)]
    for _ in range(node.input(0).numel // length):
        softmax(count, length)
    count.each(node.output(0).numel, 5 + 2)


@contrib("QLinearConcat")
def _(node, count):
    for tensor in node.inputs[2::3]:
        count.each(tensor.numel, 2)
    count.each(node.output(0).numel, 5)


@contrib("QLinearReduceMean", roles=QLINEAR_UNARY)
def _(node, count):
    x, y = node.input(0).numel, node.output(0).numel
    for _ in range(y):
        count.mean(x // y)
    count.each(x, 2)
    count.each(y, 5)


@contrib("QLinearWhere", roles={i: QUANT for i in (2, 3, 5, 6, 7, 8)})
def _(node, count):
    count.each(node.output(0).numel, 5 + 1)
    count.each(node.input(1).numel, 2)
    count.each(node.input(4).numel, 2)


@contrib("CropAndResize", roles={2: None, 3: None})
def _(node, count):
    y = node.output(0).shape
    for _ in loops(*y):
        count.other += 7
    for _ in loops(y[0], *y[2:]):
        count.other += 16


@contrib("SkipGroupNorm")
def _(node, count):
    LAWS["com.microsoft", "GroupNorm"](node, count)
    count.each(node.input(0).numel, 1 + node.has(4))


@contrib("Rfft")
def _(node, count):
    length = node.input(0).shape[-1]
    for _ in range(node.input(0).numel // length):
        count.other += Fraction(5, 2) * length * log2_up(length)


@contrib("Irfft")
def _(node, count):
    length = node.output(0).shape[-1]
    for _ in range(node.output(0).numel // length):
        count.other += Fraction(5, 2) * length * log2_up(length) + 2 * length


contrib("CausalConvWithState")(LAWS["", "CausalConvWithState"])


@contrib("DynamicQuantizeLSTM",
         roles={4: None, 8: QUANT, 9: QUANT, 10: QUANT, 11: QUANT})
def _(node, count):
    steps, batch, inputs = node.input(0).shape
    directions, hidden = node.input(1).shape[0], node.attr("hidden_size")
    LAWS["", "LSTM"](node, count)
    for _ in loops(directions, steps):
        quantize_dynamically(count, batch * inputs)
        quantize_dynamically(count, batch * hidden)
    count.each(directions * steps * batch * 4 * hidden, 2)


@contrib("QAttention", roles={3: QUANT, 4: QUANT, 5: None, 6: QUANT, 7: QUANT})
def _(node, count):
    batch, steps, inputs = node.input(0).shape
    heads, width = node.attr("num_heads"), node.input(1).shape[1]
    for _ in loops(batch, steps, width):
        count.dot(inputs)
        count.other += node.has(2) + 2
    keys = steps + (node.input(8).shape[3] if node.has(8) else 0)
    wide = width // 3 // heads
    scores = core(count, batch, heads, steps, keys, wide, wide)
    count.each(scores, 1 + node.has(5))


@contrib("DecoderMaskedMultiHeadAttention", roles={3: None, 7: None})
def _(node, count):
    heads = node.attr("num_heads")
    batch, steps, width = node.input(0).shape
    key = node.input(1).shape
    new = key[2] if len(key) == 4 else key[1]
    keys = new + (node.input(5).shape[2] if node.has(5) else 0)
    wide = width // heads
    scores = core(count, batch, heads, steps, keys, wide, wide)
    count.each(scores, 1 + node.has(3) + node.has(4))


@contrib("GatherBlockQuantized", roles={1: None, 2: QUANT, 3: QUANT})
def _(node, count):
    y = node.output(0)
    count.each(y.numel, 2)
    rows = node.input(1).numel
    for index in (0, 2, 3):
        if node.has(index):
            table = node.input(index)
            count.partly_read[table.name] = (
                rows * table.numel // table.shape[0])


@contrib("MoE")
def _(node, count):
    tokens, wide = node.input(0).shape
    experts, chosen = node.input(1).shape[1], node.attr("k", 1)
    inner = node.input(4).shape[2]
    gated = node.has(6)
    activation = {"relu": (1, 0), "gelu": (4, 1), "silu": (1, 1)}[
        node.attr("activation_type", "relu")]
    for _ in range(tokens):
        softmax(count, experts)
        count.other += experts * log2_up(max(2, chosen))
        for _ in range(chosen):
            for _ in range(inner):
                count.dot(wide)
                count.other += node.has(3) + activation[0]
                count.transcendentals += activation[1]
                if gated:
                    count.dot(wide)
                    count.other += node.has(7) + 1  # bias, product
            for _ in range(wide):
                count.dot(inner)
                count.other += node.has(5)
        count.other += (2 * chosen - 1) * wide  # weighted sum
    touched = min(experts, tokens * chosen)
    for tensor in node.inputs[2:]:
        if tensor is not None and len(tensor.shape) == 3:
            count.partly_read[tensor.name] = tensor.numel // experts * touched
    if any(node.has(index) for index in (3, 5, 7)):
        count.judged -= {"read_bytes"}  # of biases: all, or those touched


@contrib("NhwcMaxPool")
def _(node, count):
    for _ in windows(node):
        count.total(math.prod(node.attr("kernel_shape")))


@contrib("IsAllFinite")
def _(node, count):
    for tensor in node.inputs:
        count.each(tensor.numel)
