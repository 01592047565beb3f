# SPDX-License-Identifier: Apache-2.0
"""onnxsim: the metrics that it prints before and after simplifying."""
import common
from onnxsim.model_info import ModelInfo

options = common.arguments(__doc__)
info = ModelInfo(common.load(options))
common.say(macs=str(info.macs))
