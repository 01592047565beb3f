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


def most_alive(graph, blocks):
    """Bytes of the most blocks that a plan has alive at once; one that several
    results share counts once. Inputs live from the first node on, outputs to
    the last. `blocks`: name -> (offset, bytes)."""
    end = len(graph.node)
    first = {value.name: 0 for value in graph.input}
    last = {}
    for i, node in enumerate(graph.node):
        last.update((name, i) for name in node.input)
        first.update((name, i) for name in node.output)
    last.update((value.name, end) for value in graph.output)
    live = [set() for _ in range(end + 1)]
    for name, (offset, size) in blocks.items():
        start = first.get(name, 0)
        for i in range(start, last.get(name, start) + 1):
            live[i].add((offset, size))
    return max(sum(size for _, size in step) for step in live)


def say(**figures):
    print(json.dumps(figures))
