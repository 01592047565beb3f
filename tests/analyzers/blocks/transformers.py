# SPDX-License-Identifier: Apache-2.0
"""Transformers of published sizes, spelt as exporters spell them.

In here: models whose weights are dims and a type without a file, so that a
model of 236 billion parameters takes less than a megabyte. Sizes are named
`batch` and `seq`. Not in here: what they cost.
"""
import math

from onnx import TensorProto, helper

from graphs import Graph

BITS = {TensorProto.FLOAT: 32, TensorProto.FLOAT16: 16, TensorProto.UINT8: 8}
EXPERTS = ("gathered", "gathered of the best groups", "MoE", "QMoE")


class Hollow(Graph):
    """Reshape takes its sizes from Shape, as exporters of open axes do.
    `fused`: one operator is the core of attention."""

    def __init__(self, element=TensorProto.FLOAT16, fused=False):
        super().__init__(opset=23 if fused else 18)
        self.element, self.fused = element, fused
        self.number = ("float32" if element == TensorProto.FLOAT else
                       "float16")
        self.ids = self.input("batch", "seq", kind=TensorProto.INT64)
        sizes = self.op("Shape", self.ids)
        self.size = {
            name: self.op("Gather", sizes, self.constant([axis]), axis=0)
            for axis, name in enumerate(("batch", "seq"))}
        self.constants = {}
        self.written = 0

    def output(self, name):
        self.outputs.append(
            helper.make_tensor_value_info(name, self.element, None))

    def absent(self, element, *shape):
        tensor = TensorProto(
            name=self.name(), dims=shape, data_type=element,
            data_location=TensorProto.EXTERNAL)
        length = math.prod(shape) * BITS[element] // 8
        for key, value in (("location", "weights.bin"),
                           ("offset", self.written), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        self.written += length
        self.weights.append(tensor)
        return tensor.name

    def weight(self, *shape):
        return self.absent(self.element, *shape)

    def integers(self, *values):
        """Written once, like what exporters share."""
        if values not in self.constants:
            self.constants[values] = self.constant(values)
        return self.constants[values]

    def scalar(self, value):
        if value not in self.constants:
            self.constants[value] = self.constant(value, self.number)
        return self.constants[value]

    def reshape(self, x, *shape):
        if not any(dim in self.size for dim in shape):
            return self.op("Reshape", x, self.integers(*shape))
        return self.op("Reshape", x, self.sizes(*shape))

    def sizes(self, *shape):
        return self.op("Concat", *(
            self.size[dim] if dim in self.size else self.integers(dim)
            for dim in shape), axis=0)

    # ---- parts ----

    def positions(self):
        zero, one = self.constant(0), self.constant(1)
        length = self.op("Squeeze", self.size["seq"])
        return self.op("Range", zero, length, one)

    def table(self, count, width, indices):
        return self.op("Gather", self.weight(count, width), indices)

    def biased(self, x, width_in, width_out):
        """MatMul and Add, the bias first."""
        return self.op("Add", self.weight(width_out),
                       self.linear(x, width_in, width_out))

    def gemm(self, x, width_in, width_out):
        """Conv1D of transformers: a Gemm of two dims, and back."""
        y = self.op("Gemm", self.reshape(x, -1, width_in),
                    self.weight(width_in, width_out), self.weight(width_out))
        return self.reshape(y, "batch", "seq", width_out)

    def layer_norm(self, x, width):
        return self.op("LayerNormalization", x, self.weight(width),
                       self.weight(width), axis=-1)

    def rms_norm(self, x, width):
        square = self.op("Pow", x, self.scalar(2))
        mean = self.op("ReduceMean", square, self.integers(-1))
        root = self.op("Sqrt", self.op("Add", mean, self.scalar(1e-5)))
        return self.op("Mul", self.weight(width), self.op(
            "Mul", x, self.op("Div", self.scalar(1), root)))

    def gelu(self, x):
        erf = self.op("Erf", self.op("Div", x, self.scalar(1.4142)))
        half = self.op("Mul", x, self.op("Add", erf, self.scalar(1)))
        return self.op("Mul", half, self.scalar(0.5))

    def gelu_tanh(self, x):
        cube = self.op("Mul", self.op("Pow", x, self.scalar(3)),
                       self.scalar(0.044715))
        inner = self.op("Mul", self.op("Add", x, cube), self.scalar(0.79788))
        tail = self.op("Add", self.op("Tanh", inner), self.scalar(1))
        return self.op("Mul", self.op("Mul", x, self.scalar(0.5)), tail)

    def silu(self, x):
        return self.op("Mul", x, self.op("Sigmoid", x))

    def gated(self, x, width, inner):
        gate = self.silu(self.linear(x, width, inner))
        return self.linear(self.op("Mul", gate,
                                   self.linear(x, width, inner)),
                           inner, width)

    def angles(self, width):
        """Cosine and sine of all positions, for the halves of a head."""
        rows = self.op("Cast", self.op("Unsqueeze", self.positions(),
                                       self.integers(1)), to=self.element)
        half = self.op("Mul", rows, self.constant([[0.5] * (width // 2)],
                                                  self.number))
        both = self.op("Concat", half, half, axis=-1)
        return self.op("Cos", both), self.op("Sin", both)

    def rotary(self, x, width, angles):
        cosine, sine = angles
        parts = [self.op("Slice", x, self.integers(begin),
                         self.integers(end), self.integers(-1))
                 for begin, end in ((0, width // 2), (width // 2, width))]
        turned = self.op("Concat", self.op("Neg", parts[1]), parts[0],
                         axis=-1)
        return self.op("Add", self.op("Mul", x, cosine),
                       self.op("Mul", turned, sine))

    def causal_mask(self):
        """0 where a key may be seen, [T, T]."""
        rows = self.positions()
        seen = self.op("LessOrEqual",
                       self.op("Unsqueeze", rows, self.integers(0)),
                       self.op("Unsqueeze", rows, self.integers(1)))
        return self.op("Where", seen, self.scalar(0), self.scalar(-65504))

    def repeat(self, x, groups, times, width):
        spread = self.op("Expand", self.op("Unsqueeze", x, self.integers(2)),
                         self.sizes("batch", groups, times, "seq", width))
        return self.reshape(spread, "batch", groups * times, "seq", width)

    def attend(self, q, k, v, mask, width):
        return self.merge(self.core(q, k, v, mask), "batch", "seq", width)

    def core(self, q, k, v, mask=None, scale=True):
        if self.fused:
            return self.op("Attention", q, k, v, is_causal=1)
        scores = self.op("MatMul", q, self.turned(k))
        if scale:
            scores = self.op("Div", scores, self.scalar(11.3137))
        if mask:
            scores = self.op("Add", scores, mask)
        return self.op("MatMul", self.op("Softmax", scores, axis=-1), v)

    def split(self, x, *parts, axis=-1):
        return self.op("Split", x, self.integers(*parts), axis=axis,
                       outputs=len(parts))

    def add(self, x, y):
        return self.op("Add", x, y)


def gpt2(layers, width, heads, vocabulary, context):
    g = Hollow()
    positions = g.op("Unsqueeze", g.positions(), g.integers(0))
    head = g.weight(vocabulary, width)
    x = g.add(g.op("Gather", head, g.ids), g.table(context, width, positions))
    mask = g.causal_mask()
    for _ in range(layers):
        parts = g.split(g.gemm(g.layer_norm(x, width), width, 3 * width),
                        width, width, width, axis=2)
        q, k, v = (g.heads(part, "batch", "seq", heads, width // heads)
                   for part in parts)
        x = g.add(x, g.gemm(g.attend(q, k, v, mask, width), width, width))
        inner = g.gelu_tanh(g.gemm(g.layer_norm(x, width), width, 4 * width))
        x = g.add(x, g.gemm(inner, 4 * width, width))
    g.output(g.op("MatMul", g.layer_norm(x, width),
                  g.op("Transpose", head, perm=[1, 0])))
    return g


def bert(layers, width, heads, vocabulary, context):
    """Biases beside the products, K turned in one step, a pooler."""
    g = Hollow()
    kinds = g.input("batch", "seq", kind=TensorProto.INT64)
    padding = g.input("batch", "seq", kind=TensorProto.INT64)
    positions = g.op("Unsqueeze", g.positions(), g.integers(0))
    x = g.add(g.add(g.table(vocabulary, width, g.ids),
                    g.table(2, width, kinds)),
              g.table(context, width, positions))
    x = g.layer_norm(x, width)
    kept = g.op("Cast", g.op("Unsqueeze", padding, g.integers(1, 2)),
                to=g.element)
    mask = g.op("Mul", g.op("Sub", g.scalar(1), kept), g.scalar(-65504))
    for _ in range(layers):
        q, v = (g.heads(g.biased(x, width, width), "batch", "seq", heads,
                        width // heads) for _ in range(2))
        k = g.op("Transpose", g.reshape(
            g.biased(x, width, width), "batch", "seq", heads,
            width // heads), perm=[0, 2, 3, 1])
        scores = g.op("Div", g.op("MatMul", q, k), g.scalar(8))
        probabilities = g.op("Softmax", g.add(scores, mask), axis=-1)
        y = g.merge(g.op("MatMul", probabilities, v), "batch", "seq", width)
        x = g.layer_norm(g.add(g.biased(y, width, width), x), width)
        inner = g.gelu(g.biased(x, width, 4 * width))
        x = g.layer_norm(g.add(g.biased(inner, 4 * width, width), x), width)
    g.output(x)
    first = g.op("Gather", x, g.constant(0), axis=1)
    g.output(g.op("Tanh", g.op("Gemm", first, g.weight(width, width),
                               g.weight(width), transB=1)))
    return g


def llama(layers, width, heads, groups, inner, vocabulary):
    g = Hollow()
    head = width // heads
    x = g.table(vocabulary, width, g.ids)
    mask, angles = g.causal_mask(), g.angles(head)
    for _ in range(layers):
        y = g.rms_norm(x, width)
        q, k, v = (g.heads(g.linear(y, width, count * head), "batch", "seq",
                           count, head) for count in (heads, groups, groups))
        q, k = (g.rotary(part, head, angles) for part in (q, k))
        if groups < heads:
            k, v = (g.repeat(part, groups, heads // groups, head)
                    for part in (k, v))
        x = g.add(x, g.linear(g.attend(q, k, v, mask, width), width, width))
        x = g.add(x, g.gated(g.rms_norm(x, width), width, inner))
    g.output(g.linear(g.rms_norm(x, width), width, vocabulary))
    return g


def falcon(layers, heads, head, vocabulary):
    """One key head, its product broadcast; attention and feed-forward side by
    side; the head's matrix stored beside the table."""
    g = Hollow()
    width = heads * head
    x = g.table(vocabulary, width, g.ids)
    mask, angles = g.causal_mask(), g.angles(head)
    for _ in range(layers):
        y = g.layer_norm(x, width)
        qkv = g.reshape(g.linear(y, width, width + 2 * head), "batch", "seq",
                        heads + 2, head)
        q, k, v = (g.op("Transpose", part, perm=[0, 2, 1, 3])
                   for part in g.split(qkv, heads, 1, 1, axis=2))
        q, k = (g.rotary(part, head, angles) for part in (q, k))
        seen = g.linear(g.attend(q, k, v, mask, width), width, width)
        inner = g.gelu(g.linear(y, width, 4 * width))
        x = g.add(x, g.add(seen, g.linear(inner, 4 * width, width)))
    g.output(g.linear(g.layer_norm(x, width), width, vocabulary))
    return g


# ---- DeepSeek-V2 ----

def latent_parts(g, x, sizes, angles):
    """Queries in two parts, the latent and the rotary key."""
    width, heads, rank, latent, plain, rope, _ = sizes
    q = g.linear(g.rms_norm(g.linear(x, width, rank), rank), rank,
                 heads * (plain + rope))
    q_plain, q_rope = g.split(g.heads(q, "batch", "seq", heads,
                                      plain + rope), plain, rope)
    shared, k_rope = g.split(g.linear(x, width, latent + rope), latent, rope)
    k_rope = g.rotary(g.heads(k_rope, "batch", "seq", 1, rope), rope, angles)
    return (q_plain, g.rotary(q_rope, rope, angles),
            g.rms_norm(shared, latent), k_rope)


def kept(g, new, *shape):
    """New rows behind those of earlier tokens, which are kept."""
    past = g.input(*shape, kind=g.element)
    rows = g.op("Concat", past, new, axis=shape.index("past"))
    g.output(rows)
    return rows


def absorbed(g, q_plain, q_rope, shared, k_rope, sizes):
    """The latent is what keys and values are."""
    _, heads, _, latent, plain, _, value = sizes
    turned = g.op("MatMul", q_plain, g.weight(heads, plain, latent))
    rows = g.op("Unsqueeze", shared, g.integers(1))
    y = g.core(g.op("Concat", turned, q_rope, axis=-1),
               g.op("Concat", rows, k_rope, axis=-1), rows)
    return g.op("MatMul", y, g.weight(heads, latent, value))


def latent_attention(g, x, sizes, mask, angles, cache=None):
    """`cache`: of latents, which are projected again or stay as they are
    (absorbed), or of keys and values (expanded)."""
    width, heads, _, latent, plain, rope, value = sizes
    q_plain, q_rope, shared, k_rope = latent_parts(g, x, sizes, angles)
    if cache in ("latent", "absorbed"):
        shared = kept(g, shared, "batch", "past", latent)
        k_rope = kept(g, k_rope, "batch", 1, "past", rope)
    if cache == "absorbed":
        y = absorbed(g, q_plain, q_rope, shared, k_rope, sizes)
    else:
        kv = g.linear(shared, latent, heads * (plain + value))
        kv = g.op("Transpose", g.reshape(kv, 0, -1, heads, plain + value),
                  perm=[0, 2, 1, 3])
        k, v = g.split(kv, plain, value)
        k = g.op("Concat", k, g.op("Expand", k_rope,
                                   g.integers(1, heads, 1, 1)), axis=-1)
        if cache == "expanded":
            k = kept(g, k, "batch", heads, "past", plain + rope)
            v = kept(g, v, "batch", heads, "past", value)
        y = g.core(g.op("Concat", q_plain, q_rope, axis=-1), k, v, mask)
    return g.linear(g.merge(y, "batch", "seq", heads * value),
                    heads * value, width)


def router(g, rows, width, experts):
    return g.op("Gemm", rows, g.weight(experts, width), transB=1)


def best_groups(g, odds, groups, experts):
    """Odds of the experts outside the best groups are 0."""
    best = g.op("ReduceMax", g.reshape(odds, -1, groups, experts // groups),
                g.integers(-1), keepdims=0)
    _, index = g.op("TopK", best, g.integers(groups // 2), axis=-1, outputs=2)
    ones = g.op("Expand", g.scalar(1.0), g.op("Shape", index))
    kept = g.op("ScatterElements", g.op("Sub", best, best), index, ones,
                axis=-1)
    kept = g.op("Expand", g.op("Unsqueeze", kept, g.integers(-1)),
                g.integers(1, 1, experts // groups))
    dropped = g.op("Not", g.op("Cast", g.reshape(kept, -1, experts),
                               to=TensorProto.BOOL))
    return g.op("Where", dropped, g.scalar(0.0), odds)


def experts_of_groups(g, rows, width, inner, experts, chosen):
    return gathered_experts(g, rows, width, inner, experts, chosen, groups=2)


def gathered_experts(g, rows, width, inner, experts, chosen, groups=1):
    """The matrices of the chosen experts are looked up, the gate's two halves
    in one, and stand on the left of the products."""
    odds = g.op("Softmax", router(g, rows, width, experts), axis=-1)
    if groups > 1:
        odds = best_groups(g, odds, groups, experts)
    weight, index = g.op("TopK", odds, g.integers(chosen), axis=-1,
                         outputs=2)
    index = g.op("Unsqueeze", g.reshape(index, -1), g.integers(-1))
    spread = g.op("Expand", g.op("Unsqueeze", rows, g.integers(1)),
                  g.integers(1, chosen, 1))
    spread = g.op("Unsqueeze", g.reshape(spread, -1, width), g.integers(-1))

    def product(x, height, depth):
        matrix = g.op("GatherND", g.weight(experts, height, depth), index)
        return g.op("Squeeze", g.op("MatMul", matrix, x), g.integers(-1))

    gate, up = g.split(product(spread, 2 * inner, width), inner, inner)
    y = g.op("Unsqueeze", g.op("Mul", g.silu(gate), up), g.integers(-1))
    y = g.op("Mul", product(y, width, inner),
             g.op("Unsqueeze", g.reshape(weight, -1), g.integers(-1)))
    return g.op("ReduceSum", g.reshape(y, -1, chosen, width),
                g.integers(1), keepdims=0)


def fused_experts(g, rows, width, inner, experts, chosen):
    return g.op("MoE", rows, router(g, rows, width, experts),
                g.weight(experts, 2 * inner, width), "",
                g.weight(experts, width, inner), domain="com.microsoft",
                k=chosen, activation_type="swiglu", swiglu_fusion=1)


def quantised_experts(g, rows, width, inner, experts, chosen):
    """Two weights of 4 bits in a byte, a scale a row."""
    def packed(height, depth):
        return (g.absent(TensorProto.UINT8, experts, height, depth // 2),
                g.weight(experts, height), "")

    return g.op("QMoE", rows, router(g, rows, width, experts),
                *packed(2 * inner, width), *packed(width, inner),
                domain="com.microsoft", k=chosen, expert_weight_bits=4,
                activation_type="swiglu", swiglu_fusion=1)


def deepseek(layers, sizes, dense, inner, experts, shared, chosen, vocabulary,
             spelling="gathered", fused=False):
    """Latent attention; the first layer is dense, the others are mixtures
    with `shared` experts, as one, for all tokens beside those chosen."""
    g = Hollow(fused=fused)
    width, rope = sizes[0], sizes[5]
    mixture = dict(zip(EXPERTS, (gathered_experts, experts_of_groups,
                                 fused_experts,
                                 quantised_experts)))[spelling]
    x = g.table(vocabulary, width, g.ids)
    mask, angles = g.causal_mask(), g.angles(rope)
    for layer in range(layers):
        x = g.add(x, latent_attention(g, g.rms_norm(x, width), sizes, mask,
                                      angles))
        y = g.rms_norm(x, width)
        if layer == 0:
            x = g.add(x, g.gated(y, width, dense))
            continue
        rows = g.reshape(y, -1, width)
        routed = g.reshape(mixture(g, rows, width, inner, experts, chosen),
                           "batch", "seq", width)
        x = g.add(x, g.add(routed, g.gated(y, width, shared * inner)))
    g.output(g.linear(g.rms_norm(x, width), width, vocabulary))
    return g


def latent_step(cache, sizes, fused):
    """One layer behind a cache of past tokens."""
    g = Hollow(fused=fused)
    width, rope = sizes[0], sizes[5]
    x = g.rms_norm(g.table(32, width, g.ids), width)
    g.output(latent_attention(g, x, sizes, None, g.angles(rope), cache))
    return g
