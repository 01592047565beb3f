# SPDX-License-Identifier: Apache-2.0
"""onnx-tool: an arena for all activations, by `compress_memory`, of the graph
as it is and without the arithmetic of shapes; the smaller one counts."""
import warnings

import common
import numpy
import onnx
import onnx_tool

ALIGN = 64
options = common.arguments(__doc__)
model = onnx.load(options.model)
types = {value.name: onnx.helper.tensor_dtype_to_np_dtype(
    value.type.tensor_type.elem_type) for value in model.graph.input}
inputs = {}
for given in options.input:
    name, _, shape = given.partition("=")
    inputs[name] = numpy.zeros([int(dim) for dim in shape.split("x") if dim],
                               types[name])
graph = onnx_tool.Model(model).graph
graph.graph_reorder_nodes()
graph.shape_infer(inputs)
plans = []
for of in (graph, graph.get_compute_graph()):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        blocks, size = of.compress_memory(ALIGN)
    lost = sum("is missing" in str(warning.message) for warning in said)
    plans.append((size, lost, blocks))
size, lost, blocks = min(plans, key=lambda plan: plan[0])
sizes = {name: -(-graph.tensormap[name].get_memsize() // ALIGN) * ALIGN
         for name in blocks}
common.say(arena=int(size), lost_outputs=lost, alive=int(common.most_alive(
    model.graph, {name: (tuple(block)[0], sizes[name])
                  for name, block in blocks.items()})))
