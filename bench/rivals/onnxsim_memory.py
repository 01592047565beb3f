# SPDX-License-Identifier: Apache-2.0
"""onnxsim: an arena for all activations, by `plan_activation_memory`; the
shapes are in the file."""
import common
import onnx
from onnxsim import plan_activation_memory

options = common.arguments(__doc__)
model = onnx.load(options.model)
plan = plan_activation_memory(model, run_shape_inference=False)
constants = {name for node in model.graph.node if node.op_type == "Constant"
             for name in node.output}
common.say(arena=plan.arena_bytes,
           alive=common.most_alive(model.graph, plan.tensor_offsets),
           left_out=len(set(plan.unplanned) - constants))
