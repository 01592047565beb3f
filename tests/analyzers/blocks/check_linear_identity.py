#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""In a transformer every matrix costs one MAC an element and token.

MACs beside the cores of attention equal tokens * (parameters - tables that
are only looked up - vectors - experts that do not run). What a weight is, is
read here from the ONNX file, by what reads it. BERT's pooler sees one token;
ALBERT's layers share their matrices, which run as often as they are read.
"""
import gzip
import math
import os
import sys
import tempfile

import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.dirname(__file__))
import transformers
from check_configurations import (BERT, DEEPSEEK_V2, FALCON, GPT2, LLAMA2,
                                  LLAMA3, built, exported)
from support import harness

EXPORTS = ("gpt2", "llama", "qwen", "mistral", "gemma2", "falcon", "mixtral",
           "deepseek", "genai", "t5_small", "optimum_t5", "whisper_tiny_dec",
           "own_tied_lm", "bart_encdec", "bert_base", "roberta",
           "optimum_bert", "distilbert", "albert")
BUILT = {"GPT-2": GPT2, "BERT-base": BERT, "Llama-2-7B": LLAMA2,
         "Llama-3-8B": LLAMA3, "Falcon-7B": FALCON}
BUILT.update(
    ("DeepSeek-V2, experts by " + spelling,
     built(transformers.deepseek, *DEEPSEEK_V2, spelling))
    for spelling in transformers.EXPERTS)
TOKENS = (13, 1024)
# Keys and values of 4 layers are made of 1500 frames, however long the text.
FRAMES = {"whisper_tiny_decoder_D": (1500, 4 * 2 * 384 * 384)}

FLOATS = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.UINT8,
          TensorProto.INT8}
MOVES = {"Transpose", "Reshape", "Cast", "Identity", "Unsqueeze", "Squeeze",
         "Expand", "DynamicQuantizeLinear"}
TURNS = MOVES | {"Mul", "MatMul", "Concat"}
# Inputs that are matrices; what they are scaled with; tables of rows; angles.
MATRICES = {"MatMul": (0, 1), "Gemm": (0, 1), "MatMulInteger": (0, 1),
            "MatMulNBits": (1,), "Attention": (1,), "MoE": (2, 4),
            "QMoE": (2, 5)}
SCALES = {"MatMulNBits": (2, 3), "QMoE": (3, 6), "DequantizeLinear": (1, 2)}
LOOKUPS = {"Gather": (0,), "GatherND": (0,),
           "EmbedLayerNormalization": (2, 3, 4)}
ANGLES = {"GroupQueryAttention": (7, 8)}


def attribute(node, name):
    return next((helper.get_attribute_value(a) for a in node.attribute
                 if a.name == name), None)


def load(path):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rb") as file:
        return onnx.load_model_from_string(file.read())


def stored(model):
    """All tensors, with their names."""
    for tensor in model.graph.initializer:
        yield tensor.name, tensor
    for node in model.graph.node:
        value = attribute(node, "value")
        if node.op_type == "Constant" and value is not None:
            yield node.output[0], value


class Weights:
    """Elements of all weights of a file, by what reads them: matrices that
    run for every token, experts that do not run, what runs once, tables,
    vectors. Beside them frequencies that are multiplied like matrices, and
    matrices that further products read again."""

    def __init__(self, model):
        self.running = self.idle = self.once = 0
        self.tables = self.vectors = self.turned = self.again = 0
        self.readers, self.maker = {}, {}
        for node in model.graph.node:
            for index, name in enumerate(node.input):
                self.readers.setdefault(name, []).append((node, index))
            self.maker.update((name, node) for name in node.output)
        self.tensors = dict(stored(model))
        for name, tensor in self.tensors.items():
            if tensor.data_type in FLOATS and math.prod(tensor.dims) > 1:
                self.sort(tensor, list(self.final_readers(name)))

    def final_readers(self, name):
        for node, index in self.readers.get(name, ()):
            if node.op_type in MOVES and index == 0:
                yield from self.final_readers(node.output[0])
            else:
                yield node, index

    def sort(self, tensor, readers):
        def reads(table):
            return [node for node, index in readers
                    if index in table.get(node.op_type, ())]

        count = math.prod(tensor.dims)
        if reads(SCALES) or reads(ANGLES):
            return
        if self.becomes_angles(readers):
            self.turned += count if reads(MATRICES) else 0
        elif reads(MATRICES):
            self.add_matrix(reads(MATRICES)[0], tensor.dims)
            self.again += count * (len(reads(MATRICES)) - 1)
        elif reads(LOOKUPS) and len(tensor.dims) == 3:
            self.add_experts(count, tensor.dims[0], self.chosen())
        elif reads(LOOKUPS):
            self.tables += count
        else:
            self.vectors += count

    def becomes_angles(self, readers):
        steps = [node for node, _ in readers]
        while steps:
            node = steps.pop()
            if node.op_type in ("Cos", "Sin"):
                return True
            if node.op_type in TURNS and len(steps) < 8:
                steps += [after for after, _ in
                          self.readers.get(node.output[0], ())]
        return False

    def chosen(self):
        """K of the last TopK: one before it chooses groups of experts."""
        top = [node for node in self.maker.values()
               if node.op_type == "TopK"][-1]
        return int(numpy_helper.to_array(self.tensors[top.input[1]]).item())

    def add_experts(self, count, experts, chosen):
        self.running += count * chosen // experts
        self.idle += count - count * chosen // experts

    def add_matrix(self, node, dims):
        count = math.prod(dims)
        if node.op_type == "MatMulNBits":
            count = attribute(node, "K") * attribute(node, "N")
        if node.op_type == "QMoE":
            count *= 8 // attribute(node, "expert_weight_bits")
        if node.op_type in ("MoE", "QMoE"):
            self.add_experts(count, dims[0], attribute(node, "k"))
        elif self.sees_one_token(node):
            self.once += count
        else:
            self.running += count

    def sees_one_token(self, product):
        node = self.maker.get(product.input[0])
        while node is not None and node.op_type in MOVES:
            node = self.maker.get(node.input[0])
        return (node is not None and node.op_type == "Gather" and
                attribute(node, "axis") == 1)


def size_of(symbol, tokens):
    if "batch" in symbol:
        return 1
    if symbol == "kv_cache_dim":
        return 64
    return 0 if symbol in ("past", "past_sequence_length",
                           "past_decoder_sequence_length") else tokens


def compare(report, weights, tokens, name):
    env = harness.environment(report, {
        symbol["name"]: size_of(symbol["name"], tokens)
        for symbol in report["symbols"]})
    macs = harness.evaluate(report["totals"]["macs"], env)
    linear = macs - sum(harness.evaluate(block["core"]["macs"], env)
                        for block in report["attention"])
    params = report["totals"]["params"]["value"]
    frames, framed = FRAMES.get(name, (tokens, 0))
    running = (params - weights.tables - weights.vectors - weights.idle -
               weights.once)
    want = (tokens * (running + weights.turned + weights.again - framed) +
            frames * framed + weights.once)
    return [] if linear == want else [
        "%d tokens: %d MACs beside the cores, expected %d" % (tokens, linear,
                                                              want)]


def check(work):
    binary, name, path = work
    run = harness.run_json(binary, path)
    if run.report is None:
        return [run.problem]
    weights = Weights(load(path))
    params = (weights.running + weights.idle + weights.once +
              weights.tables + weights.vectors)
    said = run.report["totals"]["params"]["value"]
    problems = [] if said == params else [
        "%s parameters, the file has %d" % (said, params)]
    kinds = {block["kind"] for block in run.report["blocks"]}
    if bool(weights.idle) != ("mixture-of-experts" in kinds):
        problems.append("experts: %s" % kinds)
    idle = sum(block["params"] - block["active_params"]
               for block in run.report["blocks"]
               if block["kind"] == "mixture-of-experts")
    if idle != weights.idle:
        problems.append("%d parameters do not run, expected %d" % (
            idle, weights.idle))
    for tokens in TOKENS:
        problems += compare(run.report, weights, tokens, name)
    return problems


def main():
    options = harness.options(__doc__)
    tally = harness.Tally()
    with tempfile.TemporaryDirectory() as folder:
        models = {name: exported(name) for name in harness.corpus()
                  if any(part in name for part in EXPORTS)}
        models.update(BUILT)
        work = [(options.binary, name, make(folder))
                for name, make in models.items() if options.only in name]
        for (_, name, _), problems in zip(work, harness.each(check, work)):
            tally.add("%s: a MAC an element and token" % name, problems)
    tally.close()


if __name__ == "__main__":
    main()
