# SPDX-License-Identifier: Apache-2.0
"""What the rivals' scripts share: their arguments, how a figure is handed back.

In here: no measuring, and nothing a user of the tool would not write.
"""
import argparse
import json


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model")
    parser.add_argument("--weightless", action="store_true",
                        help="the weights' file has no bytes to load")
    parser.add_argument("--input", action="append", default=[],
                        metavar="NAME=1x128", help="for tools without symbols")
    return parser.parse_args()


def load(options):
    """As onnx loads it; without the weights where there are none."""
    import onnx
    return onnx.load(options.model, load_external_data=not options.weightless)


def is_known(dim):
    """A number or a formula; unk__0 and the like stand for "no idea"."""
    return dim.HasField("dim_value") or (
        dim.dim_param != "" and not dim.dim_param.startswith("unk__"))


def shaped(model):
    """How many results of nodes have a known shape, how many there are."""
    known = {value.name for value in [*model.graph.value_info,
                                      *model.graph.output]
             if value.type.tensor_type.HasField("shape") and
             all(map(is_known, value.type.tensor_type.shape.dim))}
    results = [name for node in model.graph.node for name in node.output
               if name]
    return [sum(name in known for name in results), len(results)]


def say(**figures):
    print(json.dumps(figures))
