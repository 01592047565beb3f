# SPDX-License-Identifier: Apache-2.0
"""A small node of every operator at every version, as its schema allows.

In here: operands and attributes made from the schemas of onnx and
onnxruntime, tried until ONNX's own checks accept them. Not in here: what must
become of the nodes (check_coverage.py).
"""
import itertools

import onnx
from onnx import AttributeProto, TensorProto, helper
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

TYPES = {"tensor(float)": 1, "tensor(int64)": 7, "tensor(int32)": 6,
         "tensor(bool)": 9, "tensor(string)": 8, "tensor(uint8)": 2,
         "tensor(int8)": 3, "tensor(int16)": 5, "tensor(uint32)": 12,
         "tensor(uint64)": 13, "tensor(float16)": 10,
         "tensor(bfloat16)": 16, "tensor(double)": 11,
         "tensor(complex64)": 14, "tensor(float8e4m3fn)": 17}
# The same shape for all operands, then a first one and another for the rest.
SHAPES = ((2, 2, 2, 2), (2, 2, 2), (2, 2), (2,), (), (1, 1, 1, 1), (1,))
# Schemas with `1, any number` take two.
MANY = 2
BODIES = ("body", "then_branch", "else_branch", "decoder")


def body():
    return helper.make_graph([], "body", [], [])


def attribute_of(name, kind):
    """A value that most operators can live with."""
    kind = str(kind).rsplit(".", 1)[-1]
    made = {"INT": 1, "INTS": [1, 1], "FLOAT": 1.0, "FLOATS": [1.0, 1.0],
            "STRING": "x", "STRINGS": ["x", "y"],
            "TENSOR": helper.make_tensor("t", TensorProto.FLOAT, [1], [1.0]),
            "SPARSE_TENSOR": helper.make_sparse_tensor(
                helper.make_tensor("v", TensorProto.FLOAT, [1], [1.0]),
                helper.make_tensor("i", TensorProto.INT64, [1], [0]), [2]),
            "TYPE_PROTO": helper.make_tensor_type_proto(1, [2]),
            "GRAPH": None}[kind]
    return helper.make_attribute(name, body() if kind == "GRAPH" else made)


class Schema:
    """What both libraries say alike."""

    def __init__(self, schema):
        self.domain, self.op = schema.domain, schema.name
        self.version = schema.since_version
        self.min_inputs, self.max_inputs = schema.min_input, schema.max_input
        self.min_outputs = schema.min_output
        self.inputs = list(schema.inputs)
        self.constraints = {
            constraint.type_param_str: list(constraint.allowed_type_strs)
            for constraint in schema.type_constraints}
        self.required = [
            (name, attribute.type)
            for name, attribute in sorted(schema.attributes.items())
            if attribute.required]

    def arities(self):
        """Fewest and most inputs."""
        most = self.max_inputs
        if most > 64:
            most = max(self.min_inputs, MANY)
        return sorted({self.min_inputs, most})

    def formal(self, i):
        return self.inputs[min(i, len(self.inputs) - 1)]

    def types(self, i):
        """Type strings that operand i may have, the plainest first."""
        said = self.formal(i).type_str if hasattr(
            self.formal(i), "type_str") else self.formal(i).typeStr
        allowed = self.constraints.get(said, [said])
        return [kind for kind in TYPES if kind in allowed] or allowed

    def operand(self, i, shape):
        kind = self.types(i)[0]
        if kind in TYPES:
            return helper.make_tensor_type_proto(TYPES[kind], shape)
        inner = helper.make_tensor_type_proto(1, shape)
        if kind.startswith("seq(map"):
            return helper.make_sequence_type_proto(
                helper.make_map_type_proto(7, inner))
        if kind.startswith("map("):
            key = 8 if kind.startswith("map(string") else 7
            return helper.make_map_type_proto(key, inner)
        if kind.startswith("optional(seq"):
            return helper.make_optional_type_proto(
                helper.make_sequence_type_proto(inner))
        if kind.startswith("optional"):
            return helper.make_optional_type_proto(inner)
        return helper.make_sequence_type_proto(inner)

    def model(self, count, shapes):
        names = ["x%d" % i for i in range(count)]
        node = helper.make_node(
            self.op, names, ["y%d" % i for i in range(max(
                1, self.min_outputs))], domain=self.domain)
        node.attribute.extend(attribute_of(*item) for item in self.required)
        graph = helper.make_graph(
            [node], "g",
            [helper.make_value_info(name, self.operand(i, shapes[min(
                i, len(shapes) - 1)])) for i, name in enumerate(names)],
            [onnx.ValueInfoProto(name=name) for name in node.output])
        opsets = {"": 28}
        opsets[self.domain] = self.version
        return helper.make_model(
            graph, ir_version=10, opset_imports=[
                helper.make_opsetid(*entry) for entry in opsets.items()])


def accepted(model):
    """Whether ONNX's own inference finds nothing wrong."""
    try:
        onnx.shape_inference.infer_shapes(model, strict_mode=True)
        return True
    except Exception:
        return False


def best_model(schema, count):
    """(model, whether ONNX accepts its shapes)"""
    choices = [[shape] for shape in SHAPES]
    choices += [list(pair) for pair in itertools.permutations(SHAPES, 2)]
    for shapes in choices:
        model = schema.model(count, shapes)
        if accepted(model):
            return model, True
    return schema.model(count, [SHAPES[0]]), False


def onnx_schemas():
    for schema in onnx.defs.get_all_schemas_with_history():
        if not schema.deprecated:
            yield Schema(schema)


def runtime_schemas():
    """Those of onnxruntime's own domains and of its own operators."""
    known = {(schema.domain, schema.name)
             for schema in onnx.defs.get_all_schemas_with_history()}
    for schema in runtime.get_all_operator_schema():
        if (schema.domain, schema.name) not in known:
            yield RuntimeSchema(schema)


class RuntimeSchema(Schema):
    def __init__(self, schema):
        self.domain, self.op = schema.domain, schema.name
        self.version = schema.since_version
        self.inputs = list(schema.inputs)
        options = [str(one.option).rsplit(".", 1)[-1] for one in self.inputs]
        single = [i for i, option in enumerate(options) if option == "Single"]
        self.min_inputs = single[-1] + 1 if single else 0
        self.max_inputs = (2**31 if "Variadic" in options
                           else len(self.inputs))
        if "Variadic" in options:
            self.min_inputs = len(options)
        self.min_outputs = 1
        self.constraints = {}
        self.required = [
            (name, attribute.type)
            for name, attribute in sorted(schema.attributes.items())
            if attribute.required]

    def types(self, i):
        return ["tensor(float)"]
