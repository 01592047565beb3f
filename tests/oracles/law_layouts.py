# SPDX-License-Identifier: Apache-2.0
"""What operators that onnxruntime lays out or fuses anew cost, in loops.

In here: com.microsoft.nchwc and com.ms.internal.nhwc, which count as the plain
operators on tensors turned back, and contractions of com.microsoft with an
end of their own. Not in here: the plain operators (law_nn.py), the cases
(cases_layouts.py).
"""
import law_nn
from law_nn import QUANT, contrib, law, matmul

QUANTIZED = {i: QUANT for i in (1, 2, 4, 5, 6, 7)}


def channels_first(tensor):
    if tensor is None or len(tensor.shape) < 3:
        return tensor
    shape = (tensor.shape[0], tensor.shape[-1], *tensor.shape[1:-1])
    return law_nn.Tensor(tensor.name, shape, tensor.elem_type, tensor.value)


def turned(node, *operands):
    """The node of the plain operator: data operands channels first."""
    inputs = [channels_first(tensor) if i in operands else tensor
              for i, tensor in enumerate(node.inputs)]
    return law_nn.Node("", node.op_type, node.version, node.attributes,
                       inputs, [channels_first(t) for t in node.outputs])


def in_nhwc(*names, domain="com.ms.internal.nhwc", roles=None):
    for name in names:
        plain = law_nn.LAWS["", name]
        law(name, domain=domain, roles=roles or law_nn.ROLES["", name])(
            lambda node, count, plain=plain: plain(turned(node, 0), count))


in_nhwc("Conv", "MaxPool", "AveragePool", "LpPool", "GlobalMaxPool",
        "GlobalAveragePool", "GlobalLpPool", "InstanceNormalization",
        "ConvTranspose", "BatchNormalization", "QLinearConv")

for _name in ("Conv", "MaxPool", "AveragePool", "GlobalMaxPool",
              "GlobalAveragePool"):
    law(_name, domain="com.microsoft.nchwc",
        roles=law_nn.ROLES["", _name])(law_nn.LAWS["", _name])


@contrib("QLinearConv", roles=QUANTIZED)
def _(node, count):
    last = node.attr("channels_last", 0)
    law_nn.LAWS["", "QLinearConv"](turned(node, 0) if last else node, count)


@contrib("FusedMatMulActivation")
def _(node, count):
    law_nn.LAWS["com.microsoft", "FusedMatMul"](node, count)
    count.activate(node.attr("activation"), node.output(0).numel)


@contrib("MatMulInteger16")
def _(node, count):
    matmul(count, node.input(0).shape, node.input(1).shape)


@contrib("GatedRMSNorm")
def _(node, count):
    width = node.input(1).numel  # of a head, of which a row has several
    for _ in range(node.input(0).numel // width):
        law_nn.root_mean_square(count, width)
    count.each(node.input(0).numel, 2)  # both products of a gate, swish
    count.transcendentals += node.input(0).numel


# Integers that are joined are data, as index constants are.
law_nn.ROLES["com.microsoft", "QLinearConcat"] = {
    i: None if i > 1 and i % 3 == 2 else QUANT for i in range(8)}
