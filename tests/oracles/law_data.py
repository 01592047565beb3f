# SPDX-License-Identifier: Apache-2.0
"""What nodes cost, counted from the operators' definitions alone.

In here: element-wise operators, activations, reductions, sorts, everything
that moves data, samples, optimisers, quantisation, losses; and the rules that
hold for every node: folding, the shape subgraph, views, scalars. Not in here:
products, pooling, norms, attention, control flow. Nothing of this is taken
from the C code: where the two differ, one of them is wrong.
"""
import math

import numpy
import onnx
from onnx.reference import ReferenceEvaluator

TENSOR = onnx.TensorProto
BITS = {TENSOR.FLOAT: 32, TENSOR.UINT8: 8, TENSOR.INT8: 8, TENSOR.UINT16: 16,
        TENSOR.INT16: 16, TENSOR.INT32: 32, TENSOR.INT64: 64, TENSOR.BOOL: 8,
        TENSOR.FLOAT16: 16, TENSOR.DOUBLE: 64, TENSOR.UINT32: 32,
        TENSOR.UINT64: 64, TENSOR.COMPLEX64: 64, TENSOR.COMPLEX128: 128,
        TENSOR.BFLOAT16: 16, TENSOR.FLOAT8E4M3FN: 8, TENSOR.FLOAT8E4M3FNUZ: 8,
        TENSOR.FLOAT8E5M2: 8, TENSOR.FLOAT8E5M2FNUZ: 8,
        TENSOR.FLOAT8E8M0: 8, TENSOR.UINT4: 4, TENSOR.INT4: 4,
        TENSOR.FLOAT4E2M1: 4, TENSOR.UINT2: 2, TENSOR.INT2: 2}


class Tensor:
    """A tensor of known shape; `value` only where an operator may look."""

    def __init__(self, name, elem_type, shape, value=None):
        self.name = name
        self.elem_type = elem_type
        self.shape = None if shape is None else tuple(shape)
        self.value = value
        self.constant = False
        self.stored = False  # in the file, or computed from what is
        self.of_shapes = False  # depends on sizes and constants alone
        self.root = name  # the tensor that it is a view of
        self.sources = None  # what is read in its place: {name: bytes}

    @property
    def numel(self):
        return math.prod(self.shape)

    def bytes_of(self, count):
        """None: strings have no size that could be known."""
        bits = BITS.get(self.elem_type)
        return None if bits is None else -(-count * bits // 8)

    @property
    def bytes(self):
        return 0 if self.numel <= 1 else self.bytes_of(self.numel)

    def touched(self):
        if self.sources is not None:
            return self.sources
        return {self.name: self.bytes}


class Unknown(Exception):
    """A rule asks for a value that is not known."""


class Row:
    """One node's figures; None: the law does not say."""

    def __init__(self, node):
        self.node = node
        self.macs = self.flops = self.transcendentals = 0
        self.read = self.write = 0
        self.weight = None
        self.role = None


class Node:
    """A node with its tensors and attributes, as the rules want them."""

    def __init__(self, proto, inputs, outputs, opset):
        self.proto = proto
        self.op_type = proto.op_type
        self.inputs = inputs
        self.outputs = outputs
        self.opset = opset
        self.attributes = {a.name: onnx.helper.get_attribute_value(a)
                           for a in proto.attribute}

    def input(self, index):
        return self.inputs[index] if index < len(self.inputs) else None

    def output(self, index):
        return self.outputs[index] if index < len(self.outputs) else None

    def get(self, name, default=None):
        return self.attributes.get(name, default)

    def ints(self, name, index):
        """Integers given by an attribute or by an operand."""
        if name in self.attributes:
            given = self.attributes[name]
            return list(given) if isinstance(given, (list, tuple)) else [given]
        tensor = self.input(index)
        if tensor is None:
            return None
        return [int(v) for v in value_of(tensor).reshape(-1)]

    @property
    def x(self):
        return self.inputs[0]

    @property
    def y(self):
        return next(output for output in self.outputs if output is not None)

    @property
    def present(self):
        return [tensor for tensor in self.inputs if tensor is not None]

    @property
    def made(self):
        return [tensor for tensor in self.outputs if tensor is not None]


def value_of(tensor):
    if tensor.value is None:
        raise Unknown(tensor.name)
    return numpy.asarray(tensor.value)


def ceil_log2(count):
    return max(0, (count - 1).bit_length())


def outer_rows(shape, axis):
    axis += len(shape) if axis < 0 else 0
    return math.prod(shape[:axis])


# Operands that only say what the result looks like: never read.
STEERING = {
    "Reshape": {1}, "Expand": {1}, "ConstantOfShape": {0},
    "Slice": {1, 2, 3, 4}, "Pad": {1, 2, 3}, "Tile": {1, 2}, "Split": {1},
    "SplitToSequence": {1},
    "Squeeze": {1}, "Unsqueeze": {1}, "TopK": {1}, "Range": {0, 1, 2},
    "OneHot": {1, 2}, "CumSum": {1}, "CumProd": {1}, "CenterCropPad": {1},
    "Trilu": {1}, "CastLike": {1}, "EyeLike": {0}, "RandomNormalLike": {0},
    "RandomUniformLike": {0}, "HannWindow": {0}, "HammingWindow": {0},
    "BlackmanWindow": {0}, "Col2Im": {1, 2}, "Dropout": {1, 2},
    **{"Reduce" + kind: {1} for kind in (
        "L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod",
        "Sum", "SumSquare")}}

FLOPS_AND_TRANSCENDENTALS = {
    **{name: (1, 0) for name in (
        "Relu", "Abs", "Neg", "Sign", "Floor", "Ceil", "Round", "Reciprocal",
        "Not", "IsNaN", "IsInf", "Add", "Sub", "Mul", "Div", "Mod", "Equal",
        "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or",
        "Xor", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor",
        "BitwiseNot", "Where")},
    **{name: (0, 1) for name in (
        "Exp", "Log", "Sqrt", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan",
        "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Tanh", "Erf", "Sigmoid",
        "RandomNormal", "RandomUniform", "RandomNormalLike",
        "RandomUniformLike")},
    "LeakyRelu": (2, 0), "PRelu": (2, 0), "ThresholdedRelu": (2, 0),
    "Shrink": (3, 0), "Softsign": (3, 0), "HardSigmoid": (4, 0),
    "HardSwish": (5, 0), "Elu": (3, 1), "Selu": (4, 1), "Celu": (6, 1),
    "Softplus": (1, 2), "Mish": (2, 3), "Bernoulli": (1, 1),
    "HannWindow": (3, 1), "HammingWindow": (3, 1), "BlackmanWindow": (6, 2)}

# Per input element, per output element: flops, then transcendentals.
REDUCTIONS = {
    **{name: (1, -1, 0, 0) for name in (
        "ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin", "ArgMax",
        "ArgMin")},
    "ReduceMean": (1, 0, 0, 0), "ReduceL1": (2, -1, 0, 0),
    "ReduceSumSquare": (2, -1, 0, 0), "ReduceL2": (2, -1, 0, 1),
    "ReduceLogSum": (1, -1, 0, 1), "ReduceLogSumExp": (3, -1, 1, 1)}

RANDOM = {"RandomNormal", "RandomUniform", "RandomNormalLike",
          "RandomUniformLike", "Bernoulli", "Multinomial"}
# Pointer moves.
POINTERS = {"SequenceConstruct", "SequenceEmpty", "SequenceInsert",
            "SequenceErase", "SequenceAt", "SequenceLength", "Optional",
            "OptionalHasElement", "OptionalGetElement"}
ALIASES = {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity",
           "ExpandDims", "BitCast"}
MOVES = {"Transpose", "Concat", "Split", "Slice", "Gather", "GatherElements",
         "GatherND", "Scatter", "ScatterElements", "ScatterND",
         "TensorScatter", "Pad", "Tile", "Expand", "Cast", "CastLike",
         "DepthToSpace", "SpaceToDepth", "ReverseSequence", "Trilu",
         "OneHot", "EyeLike", "Range", "ConstantOfShape", "CenterCropPad",
         "Compress", "ConcatFromSequence", "SplitToSequence", "StringConcat",
         "StringSplit", "StringNormalizer", "RegexFullMatch",
         "TfIdfVectorizer"} | ALIASES | POINTERS


def pow_counts(node):
    """Only a single exponent of known value saves the power."""
    exponent = node.input(1)
    if exponent.numel > 1 or exponent.value is None:
        return 0, 1
    value = float(numpy.asarray(exponent.value).reshape(-1)[0])
    return {2: (1, 0), 3: (2, 0), 4: (2, 0), 1: (0, 0), -1: (1, 0)}.get(
        value, (0, 1))


def per_element(node):
    """(flops, transcendentals) for each element of the output."""
    op_type = node.op_type
    if op_type == "Pow":
        return pow_counts(node)
    if op_type in ("Sum", "Max", "Min"):
        return len(node.present) - 1, 0
    if op_type == "Mean":
        return len(node.present), 0
    if op_type == "Clip":
        given = (sum(name in node.attributes for name in ("min", "max"))
                 if node.opset < 11 else len(node.present) - 1)
        return given, 0
    if op_type == "Swish":
        return (1, 1) if node.get("alpha", 1.0) == 1.0 else (2, 1)
    if op_type == "SwiGLU":
        return (2, 1) if node.get("alpha", 1.0) == 1.0 else (3, 1)
    if op_type == "Gelu":
        return (8, 1) if node.get("approximate") == b"tanh" else (4, 1)
    if op_type == "QuantizeLinear":
        return 4 + (node.input(2) is not None), 0
    if op_type == "DequantizeLinear":
        return 1 + (node.input(2) is not None), 0
    return FLOPS_AND_TRANSCENDENTALS.get(op_type)


def is_view_reduction(node):
    axes = node.ints("axes", 1)
    return not axes and bool(node.get("noop_with_empty_axes", 0))


def reduce(node, row):
    of_x, of_y, t_of_x, t_of_y = REDUCTIONS[node.op_type]
    if node.x.numel and not is_view(node):
        row.flops = of_x * node.x.numel + of_y * node.y.numel
        row.transcendentals = t_of_x * node.x.numel + t_of_y * node.y.numel


def softmax(node, row, x=None, log=None):
    x = x or node.x
    log = log if log is not None else node.op_type == "LogSoftmax"
    axis = node.get("axis", 1 if node.opset < 13 else -1)
    if node.op_type == "SoftmaxCrossEntropyLoss":
        rows = x.numel // x.shape[1] if x.numel else 0
    elif node.opset < 13:
        rows = outer_rows(x.shape, axis)
    else:
        rows = x.numel // x.shape[axis] if x.numel else 0
    if not x.numel:
        return
    if node.op_type == "Hardmax":
        row.flops = 2 * x.numel - rows
    else:
        row.flops = 4 * x.numel - 2 * rows
        row.transcendentals = x.numel + (rows if log else 0)


def loss(node, row):
    if node.op_type == "SoftmaxCrossEntropyLoss":
        softmax(node, row, log=True)
    targets = node.input(1).numel
    row.flops += 2 * targets
    kind = node.get("reduction", b"mean")
    if targets and kind != b"none":
        row.flops += targets - (kind == b"sum")
        if kind == b"mean" and node.input(2) is not None:
            row.flops += targets - 1


def scan_sum(node, row):
    axis = int(value_of(node.input(1)).reshape(-1)[0])
    length = node.x.shape[axis]
    if length:
        row.flops = node.y.numel - node.y.numel // length


def top_k(node, row):
    k = node.ints("k", 1)[0]
    row.flops = node.x.numel * ceil_log2(max(2, k))


def multinomial(node, row):
    batch, classes = node.x.shape
    samples = node.get("sample_size", 1)
    row.flops = batch * (classes + samples * ceil_log2(classes))
    row.transcendentals = batch * samples


def optimize(node, row):
    flops, transcendentals, states = {
        "Adagrad": (8, 1, 3), "Adam": (14, 1, 4),
        "Momentum": (9 if node.get("mode") == b"nesterov" else 7, 0, 3)
    }[node.op_type]
    count = sum(tensor.numel
                for tensor in node.inputs[2:2 + (len(node.inputs) - 2) //
                                          states])
    row.flops, row.transcendentals = flops * count, transcendentals * count


def is_training(node):
    if node.opset < 7:
        return not node.get("is_test", 0)
    mode = node.input(2)
    return (node.opset >= 12 and mode is not None and
            bool(value_of(mode).reshape(-1)[0]))


COUNTS = {
    **dict.fromkeys(REDUCTIONS, reduce),
    "Softmax": softmax, "LogSoftmax": softmax, "Hardmax": softmax,
    "NegativeLogLikelihoodLoss": loss, "SoftmaxCrossEntropyLoss": loss,
    "CumSum": scan_sum, "CumProd": scan_sum, "TopK": top_k,
    "Multinomial": multinomial,
    **dict.fromkeys(("Adagrad", "Adam", "Momentum"), optimize)}


def count(node, row):
    """macs, flops, transcendentals; False: not this page's operator."""
    op_type = node.op_type
    if op_type in COUNTS:
        COUNTS[op_type](node, row)
    elif op_type in MOVES:
        if node.op_type in ("Scatter", "ScatterElements", "ScatterND"):
            combine = node.get("reduction", b"none") != b"none"
            row.flops = node.input(2).numel * combine
    elif op_type == "Dropout":
        if is_training(node):
            row.flops, row.transcendentals = 2 * node.x.numel, node.x.numel
    elif op_type == "NonZero":
        row.flops = node.x.numel
    elif op_type == "Unique":
        row.flops = node.x.numel * ceil_log2(node.x.numel)
    elif op_type == "Col2Im":
        row.flops = node.x.numel
    elif op_type == "DynamicQuantizeLinear":
        row.flops = 7 * node.x.numel + 7
    elif per_element(node):
        flops, transcendentals = per_element(node)
        row.flops = flops * node.y.numel
        row.transcendentals = transcendentals * node.y.numel
    else:
        return False
    return True


def moves_only_ones(node):
    rank = len(node.x.shape)
    perm = node.get("perm", list(range(rank))[::-1])
    real = [axis for axis in perm if node.x.shape[axis] != 1]
    return real == sorted(real)


def outermost(shape, axis):
    """Nothing but ones stands before the axis."""
    return all(size == 1 for size in shape[:axis])


def is_view_slice(node):
    x, y = node.x.shape, node.y.shape
    starts = node.ints("starts", 1)
    axes = node.ints("axes", 3) or list(range(len(starts)))
    steps = node.ints("steps", 4) or [1] * len(starts)
    axes = [axis % len(x) for axis in axes]
    step = dict(zip(axes, steps))
    changed = [axis for axis in range(len(x))
               if x[axis] != y[axis] or
               (step.get(axis, 1) != 1 and x[axis] > 1)]
    if not changed:
        return True
    return (len(changed) == 1 and step.get(changed[0], 1) == 1 and
            outermost(x, changed[0]))


def is_view(node):
    op_type = node.op_type
    if op_type in ALIASES:
        return True
    if op_type in REDUCTIONS and op_type.startswith("Reduce"):
        return is_view_reduction(node)
    if op_type == "Dropout":
        return not is_training(node) and node.output(1) is None
    if op_type in ("Cast", "CastLike"):
        return node.x.elem_type == node.y.elem_type
    if op_type == "Transpose":
        return moves_only_ones(node)
    if op_type in ("Expand", "Tile", "CenterCropPad"):
        return node.x.shape == node.y.shape
    if op_type == "Pad":
        return not any(node.ints("paddings" if node.opset < 2 else "pads",
                                 1))
    if op_type == "Concat":
        return len(node.present) == 1
    if op_type == "Split":
        if len(node.made) == 1 and node.y.shape == node.x.shape:
            return True
        return outermost(node.x.shape,
                         node.get("axis", 0) % len(node.x.shape))
    return op_type == "Slice" and is_view_slice(node)


def selected(tensor, count):
    """Bytes of `count` elements picked out of a tensor: of one that is stored
    quantised, that share of what is stored."""
    if tensor.numel <= 1:
        return 0
    if tensor.sources is not None:
        return -(-count * sum(tensor.sources.values()) // tensor.numel)
    return tensor.bytes_of(count)


UPDATED = "elements of data that an update is combined with"


def traffic_of_scatter(node, reads, writes):
    data, indices, updates = node.inputs[:3]
    if node.op_type == "TensorScatter":
        updates, indices = node.inputs[1], node.input(2)
    combine = node.get("reduction", b"none") != b"none"
    moved = selected(data, updates.numel)
    reads.update(updates.touched())
    if indices is not None:
        reads.update(indices.touched())
    if combine:
        reads[UPDATED] = moved
    writes["updates"] = moved
    if not node.dies:
        reads.update(data.touched())
        writes["copy"] = data.bytes


def traffic(node, row):
    reads, writes = {}, {t.name: t.bytes for t in node.made}
    op_type = node.op_type
    steering = STEERING.get(op_type, ())
    if is_view(node):
        writes = {}
    elif op_type in ("Scatter", "ScatterElements", "ScatterND",
                     "TensorScatter"):
        writes = {}
        traffic_of_scatter(node, reads, writes)
    elif op_type in ("Gather", "GatherElements", "GatherND", "Compress"):
        reads[node.x.name] = selected(node.x, node.y.numel)
        reads.update(node.input(1).touched())
    elif op_type == "StringNormalizer":  # what is kept depends on the data
        reads, writes = node.x.touched(), {"kept": None}
    elif op_type in ("Slice", "Split"):
        reads[node.x.name] = selected(node.x, sum(t.numel for t in node.made))
    elif op_type == "Dropout" and not is_training(node):
        del writes[node.y.name]
    else:
        for index, tensor in enumerate(node.inputs):
            if tensor is not None and index not in steering:
                reads.update(tensor.touched())
    row.read = total(reads)
    row.write = total(writes)
    return reads


def total(parts):
    return (None if any(part is None for part in parts.values())
            else sum(parts.values()))


def role(node, row):
    if not row.flops and not row.transcendentals:
        if row.read or row.write or row.read is None or row.write is None:
            return "data"
        if node.op_type in MOVES or is_view(node):
            return "view"
    return "compute"


def payload(proto):
    """None: the file leaves it out."""
    try:
        return onnx.numpy_helper.to_array(proto)
    except Exception:  # of many kinds
        return None


class Graph:
    """The rules that look beyond one node."""

    def __init__(self, model, look_up):
        """look_up(name, elem_type) gives a Tensor for what a node makes."""
        self.model = model
        self.look_up = look_up
        self.tensors = {}
        self.opset = {entry.domain: entry.version
                      for entry in model.opset_import}

    def add_initializers(self):
        for proto in self.model.graph.initializer:
            value = payload(proto)
            tensor = Tensor(proto.name, proto.data_type, proto.dims, value)
            tensor.constant = tensor.stored = True
            self.tensors[proto.name] = tensor

    def live(self):
        wanted = {info.name for info in self.model.graph.output}
        kept = []
        for node in reversed(self.model.graph.node):
            if wanted & set(node.output) - {""}:
                kept.append(node)
                wanted |= set(node.input)
        return kept[::-1]

    def rows(self):
        self.add_initializers()
        self.nodes = self.live()
        return [self.row(position, proto)
                for position, proto in enumerate(self.nodes)]

    def get(self, name):
        if not name:
            return None
        if name not in self.tensors:
            self.tensors[name] = (self.look_up(name) or
                                  Tensor(name, None, None))
        return self.tensors[name]

    def dies(self, position, name):
        """An intermediate that nothing reads later, by any name."""
        root = self.tensors[name].root
        if self.tensors[root].constant or any(
                info.name == root for info in self.model.graph.input):
            return False
        aliases = {t.name for t in self.tensors.values() if t.root == root}
        later = {i for n in self.nodes[position + 1:] for i in n.input}
        outputs = {info.name for info in self.model.graph.output}
        return not aliases & (later | outputs)

    def evaluate(self, node):
        """Small values that constants and sizes alone decide."""
        if any(t.value is None for t in node.present) or any(
                t.numel > 4096 for t in node.made) or any(
                BITS.get(t.elem_type) is None for t in node.made):
            return
        try:
            found = ReferenceEvaluator(node.proto).run(
                None, {t.name: t.value for t in node.present})
        except Exception:  # some operators have no reference
            return
        for tensor, value in zip(node.made, found):
            tensor.value = numpy.asarray(value)

    def row(self, position, proto):
        inputs = [self.get(name) for name in proto.input]
        outputs = [self.get(name) for name in proto.output]
        node = Node(proto, inputs, outputs, self.opset.get(proto.domain, 1))
        row = Row(proto)
        if proto.op_type not in RANDOM and all(
                t.constant for t in node.present):
            self.fold(node)
            row.role, row.weight = "folded", 0
            return row
        sizes = proto.op_type in ("Shape", "Size")
        of_shapes = sizes or (
            any(t.of_shapes for t in node.present) and
            all(t.constant or t.of_shapes for t in node.present))
        for tensor in node.made:
            tensor.of_shapes = of_shapes
        if proto.op_type in POINTERS:
            row.role, row.weight = "view", 0
            return row
        if proto.op_type in ("SplitToSequence", "ConcatFromSequence"):
            return copy(row, node)
        if any(t.shape is None for t in node.present + node.made):
            return not_judged(row)
        if sizes:
            node.made[0].value = numpy.array(
                size_of(node), dtype=numpy.int64)
        elif proto.op_type == "CastLike":
            node.y.value = node.x.value
        elif of_shapes:
            self.evaluate(node)
        if of_shapes and all(len(t.shape) <= 1 for t in node.made):
            row.role, row.weight = "shape", 0
            return row
        try:
            self.cost(node, position, row)
        except Unknown:
            return not_judged(row)
        if of_shapes and row.role and not is_view(node):
            row.role = "mask"
        return row

    def cost(self, node, position, row):
        node.dies = (node.op_type in ("Scatter", "ScatterElements",
                                      "ScatterND", "TensorScatter") and
                     self.dies(position, node.x.name))
        if not count(node, row):
            not_judged(row)
            return
        reads = traffic(node, row)
        row.role = role(node, row)
        if is_view(node):
            for tensor in node.made:
                tensor.root = node.x.root
                tensor.stored = node.x.stored
        stored = {name for t in node.present if t.stored
                  for name in (*t.touched(), t.name)}
        if node.present and node.x.stored:
            stored.add(UPDATED)
        row.weight = total({name: size for name, size in reads.items()
                            if name in stored})

    def fold(self, node):
        steering = STEERING.get(node.op_type, ())
        for tensor in node.made:
            tensor.constant = True
            tensor.stored = node.op_type == "Constant" or any(
                operand.stored for index, operand in enumerate(node.inputs)
                if operand is not None and index not in steering)
        if node.op_type == "DequantizeLinear":
            node.y.sources = {name: size for t in node.present
                              for name, size in t.touched().items()}
        elif node.op_type == "Transpose" or (node.op_type in MOVES and
                                             is_view(node)):
            node.y.sources = node.x.sources
        self.evaluate(node)


def copy(row, node):
    """Every element of the tensor that is cut or joined."""
    whole = node.x if node.op_type == "SplitToSequence" else node.y
    if whole.shape is None:
        return not_judged(row)
    row.read = row.write = whole.bytes
    row.role = "data"
    return row


def not_judged(row):
    row.macs = row.flops = row.transcendentals = None
    row.read = row.write = row.role = None
    return row


def size_of(node):
    if node.op_type == "Size":
        return node.x.numel
    return node.x.shape[slice(node.get("start", None),
                              node.get("end", None))]
