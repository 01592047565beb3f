# SPDX-License-Identifier: Apache-2.0
# cmake -DPROGRAM=onnxcost -DWHAT=man -DOUTPUT=onnxcost.1 -P WriteOutput.cmake
#
# What PROGRAM prints goes to OUTPUT, which appears only when it is whole.
get_filename_component(directory ${OUTPUT} DIRECTORY)
file(MAKE_DIRECTORY ${directory})
execute_process(COMMAND ${PROGRAM} completion ${WHAT}
  OUTPUT_FILE ${OUTPUT}.part COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${OUTPUT}.part ${OUTPUT})
