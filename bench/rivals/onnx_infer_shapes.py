# SPDX-License-Identifier: Apache-2.0
"""onnx: load, infer_shapes. It counts nothing; it is what others start from."""
import common
from onnx import shape_inference

options = common.arguments(__doc__)
inferred = shape_inference.infer_shapes(common.load(options))
common.say(shaped=common.shaped(inferred))
