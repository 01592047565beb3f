# SPDX-License-Identifier: Apache-2.0
"""onnxruntime: symbolic shape inference. It counts nothing."""
import common
from onnxruntime.tools.symbolic_shape_infer import SymbolicShapeInference

options = common.arguments(__doc__)
inferred = SymbolicShapeInference.infer_shapes(common.load(options),
                                               auto_merge=True)
common.say(shaped=common.shaped(inferred))
