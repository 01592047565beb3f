# SPDX-License-Identifier: Apache-2.0
"""Ten models with all sizes bound, and what each planner needs for them.

In here: the models, files that every planner can read, one arena by each
tool under the same rules. Not in here: time (bench.py), the page (render.py).
"""
import gzip
import json
import os
import subprocess
import sys

from onnx import TensorProto, helper

import inline
import measure

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(os.path.dirname(HERE), "tests", "data", "corpus")

# Name, file of the corpus.
MODELS = (
    ("ResNet-50", "tv_resnet50_D"),
    ("MobileNetV2", "tv_mobilenet_v2_T"),
    ("ViT-B/16", "tv_vit_b_16_D"),
    ("Swin-T", "tv_swin_t_D"),
    ("BERT-base", "bert_base_T"),
    ("GPT-2", "gpt2_small_T"),
    ("Llama, past keys", "llama_gqa_past_T"),
    ("T5 encoder", "t5_small_encoder_T"),
    ("U-Net", "unet_convtranspose_T_dynhw"),
    ("YOLO", "own_yololike_T"),
)
# Package, script, what onnxcost is told so that its rules are the same.
RIVALS = (
    ("onnx-tool", "onnx_tool_memory.py", ("align=64",)),
    ("onnxsim", "onnxsim_memory.py", ("align=1", "in-place")),
)
TIMEOUT_S = 600
ELEM_TYPES = {"float32": "float", "float64": "double"}  # as numpy has them


def truth_of(name):
    with gzip.open(os.path.join(CORPUS, name + ".json.gz")) as file:
        return json.load(file)


def tensor(name, elem_type, shape):
    return helper.make_tensor_value_info(
        name, TensorProto.DataType.Value(
            ELEM_TYPES.get(elem_type, elem_type).upper()), shape)


def bind(model, truth):
    """Every shape as onnxruntime has it: none is left to a tool's own
    inference where it takes what it is given."""
    values = {name: tensor(name, elem_type, shape)
              for name, (elem_type, shape) in truth["values"].items()}
    for value in (*model.graph.input, *model.graph.output):
        known = values.pop(value.name, None)
        if known is not None:
            value.CopyFrom(known)
    made = {name for node in model.graph.node for name in node.output}
    model.graph.ClearField("value_info")
    model.graph.value_info.extend(
        value for name, value in values.items() if name in made)


def prepared(name, folder):
    """The path of the model with weights and bound sizes, and its inputs."""
    truth = truth_of(name)
    path = os.path.join(folder, name + ".bound.onnx")
    model = inline.load(os.path.join(CORPUS, name + ".onnx.gz"))
    inline.fill(model)
    bind(model, truth)
    inline.write(model, path)
    return path, ["%s=%s" % (key, "x".join(map(str, shape)))
                  for key, shape in truth["inputs"].items()]


def own_plan(binary, path, counting):
    said = subprocess.run(
        [binary, path, "-f", "json",
         *("--count=" + option for option in counting)], check=True,
        capture_output=True).stdout
    arena = json.loads(said)["memory"]["arena"]
    return {"arena": arena["bytes"], "alive": arena["lower_bound"]}


def rival_plan(script, path, inputs, folder):
    command = [sys.executable, os.path.join(HERE, "rivals", script), path,
               *(word for given in inputs for word in ("--input", given))]
    code, stdout, stderr = measure.call(command, folder, TIMEOUT_S)
    if code != 0:
        return {"stops": measure.last_line(stderr)[:200]}
    return json.loads(measure.last_line(stdout))


def plans(binary, name, file, folder):
    path, inputs = prepared(file, folder)
    found = {"name": name, "file": file, "beside": {}}
    for package, script, counting in RIVALS:
        try:
            theirs = rival_plan(script, path, inputs, folder)
        except measure.Stopped as stopped:
            theirs = {"stops": str(stopped)}
        found["beside"][package] = {
            "counting": list(counting),
            "onnxcost": own_plan(binary, path, counting), "rival": theirs}
        if "stops" in theirs:
            theirs["stops"] = theirs["stops"].replace(folder + os.sep, "")
    os.unlink(path)
    return found
