# SPDX-License-Identifier: Apache-2.0
"""Full-size files from weightless ones: random weights where bytes are missing.

    inline.py MODEL.onnx[.gz] OUT.onnx

Every tensor that refers to external data gets as many bytes as it says, finite
values of its type; they are for reading, not for running. Integers are 0 or 1,
so that indices stay in range.
"""
import gzip
import os
import sys

import numpy as np
from onnx import ModelProto, TensorProto

SEED = 1
SPREAD = np.float32(0.02)  # as weights are: small, around zero


def floats(random, count):
    return random.standard_normal(count, dtype=np.float32) * SPREAD


def bfloat16(random, count):
    return (floats(random, count).view(np.uint32) >> 16).astype(np.uint16)


def whole(random, count):
    return random.integers(0, 2, count, dtype=np.uint8)


def any_bytes(random, count):
    return random.integers(0, 256, count, dtype=np.uint8)


MAKERS = {
    TensorProto.FLOAT: (4, floats),
    TensorProto.DOUBLE: (
        8, lambda random, count: floats(random, count).astype(np.float64)),
    TensorProto.FLOAT16: (
        2, lambda random, count: floats(random, count).astype(np.float16)),
    TensorProto.BFLOAT16: (2, bfloat16),
    TensorProto.INT64: (
        8, lambda random, count: whole(random, count).astype(np.int64)),
    TensorProto.INT32: (
        4, lambda random, count: whole(random, count).astype(np.int32)),
    TensorProto.BOOL: (1, whole),
}


def values(random, elem_type, size):
    """`size` bytes: finite values, or any bytes for the types of one byte."""
    width, make = MAKERS.get(elem_type, (1, any_bytes))
    return make(random, -(-size // width)).tobytes()[:size]


def tensors(graph):
    """All of a graph or function, those of attributes and subgraphs too."""
    yield from getattr(graph, "initializer", ())
    for sparse in getattr(graph, "sparse_initializer", ()):
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            if attribute.HasField("g"):
                yield from tensors(attribute.g)
            for subgraph in attribute.graphs:
                yield from tensors(subgraph)


def external(model):
    """(tensor, what it says of its bytes) of all that are elsewhere."""
    for owner in (model.graph, *model.functions):
        for tensor in tensors(owner):
            if tensor.data_location == TensorProto.EXTERNAL:
                yield tensor, {entry.key: entry.value
                               for entry in tensor.external_data}


def fill(model):
    random = np.random.default_rng(SEED)
    for tensor, said in external(model):
        tensor.ClearField("external_data")
        tensor.ClearField("data_location")
        tensor.raw_data = values(random, tensor.data_type,
                                 int(said["length"]))


def load(path):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rb") as file:
        return ModelProto.FromString(file.read())


def write(model, target):
    with open(target, "wb") as file:
        file.write(model.SerializeToString(deterministic=True))


def rebuild(source, target):
    model = load(source)
    fill(model)
    write(model, target)


def unpack(source, target):
    """As it is, beside files of weights that have a size and no bytes."""
    model = load(source)
    write(model, target)
    for _, said in external(model):
        path = os.path.join(os.path.dirname(target),
                            os.path.basename(said["location"]))
        with open(path, "ab") as file:
            end = int(said.get("offset", 0)) + int(said["length"])
            file.truncate(max(end, file.tell()))


if __name__ == "__main__":
    rebuild(*sys.argv[1:])
