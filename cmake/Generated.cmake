# SPDX-License-Identifier: Apache-2.0
# What the built program writes about itself: man page and completions.
#
# One table of options in cli/ is the source of all of them, so they are made
# at build time and never stored.
function(onnxcost_writes what file destination)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/generated/${file})
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:onnxcost_cli>
            -DWHAT=${what} -DOUTPUT=${output}
            -P ${PROJECT_SOURCE_DIR}/cmake/WriteOutput.cmake
    DEPENDS onnxcost_cli cmake/WriteOutput.cmake VERBATIM)
  target_sources(onnxcost_generated PRIVATE ${output})
  install(FILES ${output} DESTINATION ${destination})
endfunction()

add_custom_target(onnxcost_generated ALL)
onnxcost_writes(man onnxcost.1 ${CMAKE_INSTALL_MANDIR}/man1)
onnxcost_writes(bash onnxcost
  ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
onnxcost_writes(zsh _onnxcost ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
onnxcost_writes(fish onnxcost.fish
  ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
