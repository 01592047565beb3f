#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ONNX's node tests at every older version of their operators.

The tests of onnx.backend.test are of the newest versions. Here each goes back
to every version that its operator had before, at the last opset that had it:
by onnx.version_converter; where it cannot, by the number of the opset alone,
if ONNX's checker and its own inference find nothing wrong with the node as it
stands. What the model gives is the same, so output shapes and types must be,
as it is and with its inputs bound. What cannot be an older node is counted.
Of each version of an operator a few tests are enough; --all takes all.
"""
import collections
import os
import sys
import tempfile
import warnings

import onnx
from onnx.backend.test.case.node import collect_testcases

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import check_backend as backend
from support import harness

PASSES = ("given", "bound")
FEW = 2
# Of these the converter keeps the operands, which have others in older opsets.
MISCONVERTED = {"Scan"}
# Before this opset operands broadcast by an attribute alone.
BROADCASTING = 7


def versions():
    """op_type -> its versions in ai.onnx, oldest first."""
    found = collections.defaultdict(set)
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "" and not schema.deprecated:
            found[schema.name].add(schema.since_version)
    return {name: sorted(numbers) for name, numbers in found.items()}


def opset_of(model):
    return next((entry.version for entry in model.opset_import
                 if entry.domain in ("", "ai.onnx")), 0)


def older_opsets(case, known):
    """The last opset of each older version of the case's only operator."""
    nodes = case.model.graph.node
    if (len(nodes) != 1 or nodes[0].domain not in ("", "ai.onnx") or
            nodes[0].op_type in MISCONVERTED):
        return []
    numbers = known[nodes[0].op_type]
    ends = [number - 1 for number in numbers[1:]]
    return [end for end in ends if end < opset_of(case.model)]


def converted(model, opset):
    try:
        made = onnx.version_converter.convert_version(model, opset)
        onnx.checker.check_model(made)
        return made if opset_of(made) == opset else None
    except Exception:  # the converter has many of its own
        return None


def renumbered(case, opset):
    """The node as it stands, if an older opset has one like it."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    for entry in model.opset_import:
        if entry.domain in ("", "ai.onnx"):
            entry.version = opset
    shapes = {str(backend.shape_of(value)) for value in case.data_sets[0][0]
              if value is not None and not isinstance(value, list)}
    if opset < BROADCASTING and len(shapes) > 1:
        return None
    try:
        onnx.checker.check_model(model)
        inferred = onnx.shape_inference.infer_shapes(
            model, check_type=True, strict_mode=True)
    except Exception:
        return None
    return model if agrees(case, inferred) else None


def agrees(case, inferred):
    """ONNX's own inference has no other dims than the test."""
    for info, value in zip(inferred.graph.output, case.data_sets[0][1]):
        if not backend.is_tensor(info):
            continue
        dims = info.type.tensor_type.shape.dim
        want = backend.shape_of(value)
        if len(dims) != len(want) or any(
                dim.HasField("dim_value") and dim.dim_value != size
                for dim, size in zip(dims, want)):
            return False
    return True


def older_cases(cases, counts, most):
    known, taken = versions(), collections.Counter()
    for case in cases:
        for opset in older_opsets(case, known):
            version = case.model.graph.node[0].op_type, opset
            if taken[version] >= most:
                continue
            model = converted(case.model, opset)
            how = "converted"
            if model is None or not fits(case, model):
                model, how = renumbered(case, opset), "renumbered"
            counts[how if model is not None else "left out"] += 1
            if model is not None:
                taken[version] += 1
                yield backend.test_case(
                    "%s_opset_%d_%s" % (case.name, opset, how), model,
                    *case.data_sets[0])


def fits(case, model):
    """The converter kept inputs and outputs."""
    old, new = case.model.graph, model.graph
    return ([info.name for info in old.output] ==
            [info.name for info in new.output] and
            [info.name for info in old.input] ==
            [info.name for info in backend.inputs_of(model)])


def main():
    options = harness.options(__doc__, lambda parser: parser.add_argument(
        "--all", action="store_true"))
    warnings.simplefilter("ignore")
    tally = harness.Tally()
    counts = collections.Counter()
    cases = list(older_cases(
        [case for case in collect_testcases(None)
         if backend.has_data(case) and "_expanded" not in case.name and
         options.only in case.name], counts,
        sys.maxsize if options.all else FEW))
    with tempfile.TemporaryDirectory() as folder:
        def work(case):
            return [backend.run(options.binary, case, which, folder)
                    for which in PASSES]

        for case, passes in zip(cases, harness.each(work, cases)):
            for which, problems in zip(PASSES, passes):
                tally.add("%s (%s)" % (case.name, which), problems)
    operators = {case.model.graph.node[0].op_type for case in cases}
    print("%d older nodes of %d operators: %d converted, %d renumbered, %d "
          "have no older form" % (len(cases), len(operators),
                                  counts["converted"], counts["renumbered"],
                                  counts["left out"]))
    tally.close()


if __name__ == "__main__":
    main()
