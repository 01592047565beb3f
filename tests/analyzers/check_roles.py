#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an initializer counts as: by who reads it, and through what.

Each case is a small model in ONNX's text form; its inputs called w* become
initializers. What is to be counted is written as the arithmetic a reader can
check: parameters, buffers, quantisation elements, bytes stored.
"""
import os
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper, parser

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from support import harness

COUNTED = ("params", "buffers", "quantization_elements")
CASES = []


def model_of(text, edit, finish):
    model = parser.parse_model(
        '<ir_version: 10, opset_import: ["" : 21, "local" : 1]>\n' + text)
    rng = np.random.default_rng(3)
    values = {}
    for item in list(model.graph.input):
        if item.name.startswith("w"):
            tensor = item.type.tensor_type
            shape = [dim.dim_value for dim in tensor.shape.dim]
            values[item.name] = np.asarray(rng.integers(1, 7, shape)).astype(
                onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type))
            model.graph.input.remove(item)
    if edit:
        edit(values)
    for name, value in values.items():
        model.graph.initializer.append(numpy_helper.from_array(value, name))
    if finish:
        finish(model)
    return model


def case(name, text, params=0, buffers=0, quantization_elements=0, edit=None,
         finish=None, bytes_stored=None):
    """`edit` changes the initializers' values, `finish` the model."""
    CASES.append((name, model_of(text, edit, finish),
                  (params, buffers, quantization_elements), bytes_stored))


case("weights_of_contractions", """
g (float[b,8] x, float[8,16] w1, float[16] w2, float[4,16] w3, float[4] w4) => (y) {
  p = MatMul(x, w1) q = Add(p, w2) y = Gemm<transB=1>(q, w3, w4)
}""", params=8 * 16 + 16 + 4 * 16 + 4, bytes_stored=4 * (8*16 + 16 + 64 + 4))

case("batch_normalization", """
g (float[b,3,8,8] x, float[6,3,3,3] w1, float[6] w2, float[6] w3, float[6] w4, float[6] w5) => (y) {
  p = Conv(x, w1) y = BatchNormalization(p, w2, w3, w4, w5)
}""", params=6 * 27 + 2 * 6, buffers=2 * 6)

case("tied_embedding_and_head", """
g (int64[b,t] ids, float[50,8] w) => (y) {
  e = Gather(w, ids) wt = Transpose<perm=[1,0]>(w) y = MatMul(e, wt)
}""", params=50 * 8)

case("weight_through_a_chain", """
g (float[b,8] x, float16[16,12] w1) => (y)
<int64[1] zero = {0}, int64[1] four = {4}, int64[1] twelve = {12}, int64[2] s = {8, 16}> {
  a = Cast<to=1>(w1) c = Slice(a, four, twelve, four0) d = Identity(c)
  y = MatMul(x, e)
}""".replace("four0", "one").replace("int64[1] zero = {0}", "int64[1] one = {1}")
     .replace("d = Identity(c)", "d = Reshape(c, s) e = Identity(d)"),
     params=16 * 12)

case("weight_through_split_and_concat", """
g (float[b,8] x, float[8,4] w1, float[8,4] w2) => (y, z) {
  c = Concat<axis=1>(w1, w2)
  p, q = Split<axis=1, num_outputs=2>(c)
  y = MatMul(x, p) z = MatMul(x, q)
}""", params=64)

case("weight_used_twice_counts_once", """
g (float[b,8] x, float[8,8] w1) => (y) {
  p = MatMul(x, w1) q = Relu(p) y = MatMul(q, w1)
}""", params=64)

case("prelu_of_one_slope", """
g (float[b,8] x, float[1] w1) => (y) { y = PRelu(x, w1) }""", params=1)

case("scalars_are_not_counted", """
g (float[b,8] x, float w1, float[1] w2) => (y) {
  p = Mul(x, w1) y = Add(p, w2)
}""")

case("elementwise_constants_are_parameters", """
g (float[b,3,4] x, float[3,1] w1, float[3,1] w2, float[4] w3) => (y) {
  p = Sub(x, w1) q = Div(p, w2) y = Pow(q, w3)
}""", params=3 + 3 + 4)

case("shape_like_operands_are_not_counted", """
g (float[b,8] x, int64[3] w1, int64[4] w2, int64[2] w3) => (y) {
  p = Reshape(x, w1) y = Transpose<perm=[0,1,2]>(p)
}""", edit=lambda values: values.update(w1=np.array([-1, 2, 4])))

case("integer_indices_are_not_counted", """
g (float[b,8] x, int64[3] w1) => (y) { y = Gather<axis=1>(x, w1) }""",
     edit=lambda values: values.update(w1=np.array([0, 1, 2])))

case("quantised_weight", """
g (float[b,8] x, int8[8,16] w1, float[16] w2, int8[16] w3) => (y) {
  w = DequantizeLinear<axis=1>(w1, w2, w3) y = MatMul(x, w)
}""", params=8 * 16, quantization_elements=32, bytes_stored=128 + 64 + 16)

case("quantised_weight_transposed", """
g (float[b,8] x, int8[16,8] w1, float[16] w2, int8[16] w3) => (y) {
  w = DequantizeLinear<axis=0>(w1, w2, w3) wt = Transpose<perm=[1,0]>(w)
  y = MatMul(x, wt)
}""", params=8 * 16, quantization_elements=32)

case("quantised_bias", """
g (float[b,8] x, int8[16,8] w1, float[16] w2, int32[16] w3, float[16] w4) => (y) {
  w = DequantizeLinear<axis=0>(w1, w2) c = DequantizeLinear<axis=0>(w3, w4)
  y = Gemm<transB=1>(x, w, c)
}""", params=8 * 16 + 16, quantization_elements=32)

case("quantised_table", """
g (int64[b,t] ids, int8[50,8] w1, float[50] w2) => (y) {
  w = DequantizeLinear<axis=0>(w1, w2) y = Gather(w, ids)
}""", params=400, quantization_elements=50)

case("four_bits", """
g (float[b,8] x, int4[8,16] w1, float[16] w2) => (y) {
  w = DequantizeLinear<axis=1>(w1, w2) y = MatMul(x, w)
}""", params=8 * 16, quantization_elements=16, bytes_stored=64 + 64)

case("quantised_operators", """
g (uint8[b,8] x, float w1, uint8 w2, int8[8,4] w3, float[4] w4, int8[4] w5, float w6, uint8 w7) => (y) {
  y = QLinearMatMul(x, w1, w2, w3, w4, w5, w6, w7)
}""", params=32, quantization_elements=12)

case("rotary_tables_stored", """
g (float[b,h,t,8] x, float[64,8] w1, float[64,8] w2, int64[t] pos) => (y)
<int64[1] zero = {0}, int64[1] four = {4}, int64[1] eight = {8}, int64[1] last = {3}> {
  cos = Gather(w1, pos) sin = Gather(w2, pos)
  x1 = Slice(x, zero, four, last) x2 = Slice(x, four, eight, last)
  n = Neg(x2) r = Concat<axis=-1>(n, x1)
  p = Mul(x, cos) q = Mul(r, sin) y = Add(p, q)
}""", buffers=2 * 64 * 8)

case("rotary_frequencies", """
g (float[b,t] pos, float[1,1,4] w1) => (y, z)
<int64[1] last = {2}> {
  p = Unsqueeze(pos, last) a = Mul(p, w1) e = Concat<axis=-1>(a, a)
  y = Cos(e) z = Sin(e)
}""", buffers=4)

case("rotary_frequencies_by_matmul", """
g (float[b,1,t] pos, float[4,1] w1) => (y, z) {
  a = MatMul(w1, pos) y = Cos(a) z = Sin(a)
}""", buffers=4)

case("rotary_tables_folded", """
g (float[b,t,8] x, float[16,1] w1, float[1,8] w2) => (y) {
  a = Mul(w1, w2) c = Cos(a) d = Sin(a)
  p = MatMul(x, dt) y = Add(p, cc)
}""".replace("p = MatMul(x, dt) y = Add(p, cc)",
             "e = Add(c, d) f = Transpose<perm=[1,0]>(e) y = MatMul(x, f)"),
     buffers=16 + 8)

case("mask_in_scores", """
g (float[b,h,t,8] q, float[b,h,8,t] k, float[1,1,16,16] w1) => (y)
<int64[1] zero = {0}, int64[1] s = {16}> {
  a = MatMul(q, k) m = Add(a, w1) y = Softmax(m)
}""", buffers=256)

case("mask_in_where", """
g (float[b,h,16,8] q, float[b,h,8,16] k, bool[1,1,16,16] w1, float[1] w2) => (y) {
  a = MatMul(q, k) m = Where(w1, a, w2) y = Softmax(m)
}""", buffers=256)

case("bias_table_in_scores", """
g (float[b,4,16,8] q, float[b,4,8,16] k, float[1,4,16,16] w1) => (y) {
  a = MatMul(q, k) m = Add(a, w1) y = Softmax(m)
}""", params=4 * 256)

case("bias_of_rank_one_before_softmax", """
g (float[b,8] x, float[8,16] w1, float[16] w2) => (y) {
  a = MatMul(x, w1) m = Add(a, w2) y = Softmax(m)
}""", params=8 * 16 + 16)

case("constant_that_only_leaves", """
g (float[b,8] x, float[8,16] w1) => (y, z) { y = Relu(x) z = Identity(w1) }""")

case("constant_added_to_constants", """
g (float[b,8] x, float[8] w1, float[8] w2) => (y) {
  w = Add(w1, w2) y = Mul(x, w)
}""", params=16)

case("generated_constants_are_not_stored", """
g (float[b,8] x) => (y)
<int64[2] s = {8, 4}> {
  w = ConstantOfShape<value = float[1] {2.0}>(s) y = MatMul(x, w)
}""")

case("constant_nodes_count", """
g (float[b,4] x) => (y) {
  w = Constant<value = float[4] {1, 2, 3, 4}>() y = Mul(x, w)
}""", params=4)

case("class_token_by_concat_and_positions_by_slice", """
g (float[b,t,8] x, float[1,1,8] w1, float[1,64,8] w2) => (y)
<int64[1] zero = {0}, int64[1] one = {1}, int64[1] axis = {1}> {
  s = Shape(x) n0 = Slice(s, zero, one) u = Concat<axis=0>(n0, one, one)
  c = Expand(w1, u) e = Concat<axis=1>(c, x)
  es = Shape(e) t1 = Gather(es, one)
  p = Slice(w2, zero, t1, axis) y = Add(e, p)
}""", params=8 + 64 * 8)

case("recurrent_weights", """
g (float[t,b,4] x, float[1,12,4] w1, float[1,12,3] w2, float[1,24] w3) => (y, yh) {
  y, yh = LSTM<hidden_size=3>(x, w1, w2, w3)
}""", params=12 * 4 + 12 * 3 + 24)

case("normalisation", """
g (float[b,t,8] x, float[8] w1, float[8] w2) => (y) {
  y = LayerNormalization(x, w1, w2)
}""", params=16)

case("unused_initializers_are_not_counted", """
g (float[b,8] x, float[8,8] w1, float[8,8] w2) => (y) { y = MatMul(x, w1) }""",
     params=64)

case("parameter_wins_over_buffer", """
g (float[b,6,4,4] x, float[6] w1, float[6] w2) => (y) {
  y = BatchNormalization(x, w1, w2, w1, w2)
}""", params=12)

case("weight_in_a_function", """
g (float[b,8] x, float[8,8] w1) => (y) {
  p = local.dense(x, w1) y = local.dense(p, w1)
}
<domain: "local", opset_import: ["" : 21]>
dense (a, w) => (r) {
  s = Constant<value = float[8] {1, 2, 3, 4, 5, 6, 7, 8}>()
  p = MatMul(a, w) r = Mul(p, s) }
""", params=64 + 8)

case("weight_captured_by_a_loop", """
g (float[b,8] x, float[8,8] w1, int64 n) => (y)
<bool on = {1}> {
  y = Loop (n, on, x) <body = body (int64 i, bool c, float[b,8] s) =>
    (c2, s2) { c2 = Identity(c) wt = Transpose<perm=[1,0]>(w1) s2 = MatMul(s, wt) }>
}""", params=64)

case("weight_as_initial_state", """
g (float[t,8] x, float[8] w1) => (y, ys) {
  y, ys = Scan <num_scan_inputs=1, body = body (float[8] s, float[8] xt) =>
    (s2, o) { s2 = Add(s, xt) o = Relu(s2) }> (w1, x)
}""", params=8)


case("initializers_that_are_inputs_too", """
g (float[b,8] x, float[8,16] w1) => (y) { y = MatMul(x, w1) }""",
     params=128, finish=lambda model: model.graph.input.append(
         onnx.helper.make_tensor_value_info("w1", 1, [8, 16])))

case("initializers_of_old_files", """
g (float[b,8] x, float[8,16] w1) => (y) { y = MatMul(x, w1) }""",
     params=128, finish=lambda model: (
         setattr(model, "ir_version", 3), model.graph.input.append(
             onnx.helper.make_tensor_value_info("w1", 1, [8, 16]))))


def make_sparse(model):
    """Five of the elements are stored."""
    dense = model.graph.initializer.pop()
    sparse = model.graph.sparse_initializer.add()
    sparse.values.CopyFrom(numpy_helper.from_array(
        np.ones(5, np.float32), dense.name))
    sparse.indices.CopyFrom(numpy_helper.from_array(np.arange(5), ""))
    sparse.dims.extend(dense.dims)


case("sparse_initializers_count_what_is_stored", """
g (float[b,8] x, float[8,16] w1) => (y) { y = MatMul(x, w1) }""",
     params=5, finish=make_sparse)


def keep_outside(location):
    def change(model):
        for tensor in model.graph.initializer:
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            for key, value in (("location", location(tensor.name)),
                               ("offset", "0"), ("length", "256")):
                entry = tensor.external_data.add()
                entry.key, entry.value = key, value
    return change


PAIR = """
g (float[b,8] x, float[8,8] w1, float[8,8] w2) => (y) {
  p = MatMul(x, w1) y = MatMul(p, w2)
}"""
case("one_place_outside_is_one_tensor", PAIR, params=64,
     finish=keep_outside(lambda name: "weights.bin"))
case("two_places_outside_are_two", PAIR, params=128,
     finish=keep_outside(lambda name: name + ".bin"))

case("packed_four_bits", """
g (float[b,64] x, uint8[32,2,16] w1, float[32,2] w2, uint8[32,1] w3) => (y) {
  y = com.microsoft.MatMulNBits<K=64, N=32, bits=4, block_size=32>(x, w1, w2, w3)
}""", params=64 * 32, quantization_elements=32 * 2 + 32,
     bytes_stored=32 * 2 * 16 + 4 * 64 + 32,
     finish=lambda model: model.opset_import.append(
         onnx.helper.make_opsetid("com.microsoft", 1)))

case("weights_under_a_branch_and_outside", """
g (float[b,8] x, bool c, float[8,8] w1, float[8] w2) => (y) {
  p = MatMul(x, w1)
  y = If (c) <then_branch = t () => (r) { r = MatMul(p, w1) },
              else_branch = e () => (r) { r = Add(p, w2) }>
}""", params=72)

case("normalisation_in_a_function", """
g (float[b,6,4,4] x, float[6] w1, float[6] w2, float[6] w3, float[6] w4) => (y) {
  y = local.norm(x, w1, w2, w3, w4)
}
<domain: "local", opset_import: ["" : 21]>
norm (a, s, c, m, v) => (r) { r = BatchNormalization(a, s, c, m, v) }
""", params=12, buffers=12)

case("angles_that_a_function_is_given", """
g (float[b,t,1] pos, float[1,1,4] w1) => (y) {
  a = Mul(pos, w1) y = local.outer(a)
}
<domain: "local", opset_import: ["" : 21, "local" : 1]>
outer (p) => (r) { q = Concat<axis=-1>(p, p) r = local.turn(q) }
<domain: "local", opset_import: ["" : 21]>
turn (p) => (r) { r = Cos(p) }
""", buffers=4)

case("what_a_function_does_not_read", """
g (float[b,6] x, float[6] w1) => (y) { y = local.ignore(x, w1) }
<domain: "local", opset_import: ["" : 21]>
ignore (a, s) => (r) { r = Relu(a) }
""")

case("rotary_table_in_a_function", """
g (float[b,t] pos, float[1,1,4] w1) => (y) { y = local.turn(pos, w1) }
<domain: "local", opset_import: ["" : 21]>
turn (p, f) => (r) {
  last = Constant<value = int64[1] {2}>()
  q = Unsqueeze(p, last) a = Mul(q, f) r = Cos(a) }
""", buffers=4)


def rows_agree(report):
    """Every parameter belongs to the row that reads it first."""
    rows = sum(row["params"] for row in report["nodes"])
    total = report["totals"]["params"]["value"]
    return [] if rows == total else ["rows have %d of %d params" % (
        rows, total)]


def check(work):
    binary, (name, model, wanted, stored), folder = work
    path = os.path.join(folder, name + ".onnx")
    onnx.save(model, path)
    run = harness.run_json(binary, path)
    if run.report is None:
        return [run.problem]
    totals = run.report["totals"]
    problems = ["%s are %s, should be %d" % (key, totals[key]["value"], value)
                for key, value in zip(COUNTED, wanted)
                if totals[key]["value"] != value]
    if stored is not None and totals["weight_bytes"]["value"] != stored:
        problems.append("weight_bytes are %s, should be %d" % (
            totals["weight_bytes"]["value"], stored))
    return problems + rows_agree(run.report)


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    cases = [c for c in CASES if options.only in c[0]]
    with tempfile.TemporaryDirectory() as folder:
        work = [(options.binary, c, folder) for c in cases]
        for c, problems in zip(cases, harness.each(check, work)):
            tally.add(c[0], problems)
    tally.close()


if __name__ == "__main__":
    main()
