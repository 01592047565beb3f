# SPDX-License-Identifier: Apache-2.0
"""onnx-tool: load, infer shapes, count, write the table of all nodes."""
import os
import tempfile

import common
import numpy
import onnx_tool

options = common.arguments(__doc__)
inputs = {}
for given in options.input:
    name, shape = given.split("=")
    inputs[name] = numpy.zeros([int(dim) for dim in shape.split("x")],
                               numpy.int64)
model = onnx_tool.Model(common.load(options) if options.weightless
                        else options.model)
model.graph.graph_reorder_nodes()
model.graph.shape_infer(inputs or None)
model.graph.profile()
with tempfile.TemporaryDirectory() as folder:
    model.graph.print_node_map(os.path.join(folder, "nodes.csv"))
common.say(macs=str(int(model.graph.macs[0])), params=int(model.graph.params))
