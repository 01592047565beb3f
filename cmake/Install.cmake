# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where: GNU's directories, as Debian has them.
#
# In here: library, program, headers, the CMake and pkg-config packages,
# documentation. Nothing installed knows where it is: a prefix may be chosen
# at installation (--prefix, DESTDIR) and moved afterwards.
# Not in here: what the built program writes itself (Generated.cmake).
include(CMakePackageConfigHelpers)

install(TARGETS onnxcost EXPORT onnxcost)
install(DIRECTORY include/onnxcost DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
if(TARGET onnxcost_cli)
  install(TARGETS onnxcost_cli)
  # Only a program with a shared library has to look for it.
  if(BUILD_SHARED_LIBS AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    file(RELATIVE_PATH bin_to_lib
      ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
    set_target_properties(onnxcost_cli PROPERTIES
      INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
  endif()
endif()

# ---- find_package(onnxcost) ----

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/onnxcost)
configure_file(cmake/onnxcostConfig.cmake.in onnxcostConfig.cmake @ONLY)
# As with SOVERSION: before 1.0 only the same minor version will do.
write_basic_package_version_file(onnxcostConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/onnxcostConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/onnxcostConfigVersion.cmake
  DESTINATION ${package_dir})
install(EXPORT onnxcost FILE onnxcostTargets.cmake NAMESPACE onnxcost::
  DESTINATION ${package_dir})

# ---- pkg-config ----

# Whoever links the archive links what it needs; a shared library has it.
set(pc_needs "libprotobuf-c >= 1.4.1, zlib, jansson, libxxhash")
if(BUILD_SHARED_LIBS)
  set(pc_requires "Requires.private: ${pc_needs}")
  set(pc_libs "Libs: -L\${libdir} -lonnxcost\nLibs.private: -lm")
else()
  set(pc_requires "Requires: ${pc_needs}")
  set(pc_libs "Libs: -L\${libdir} -lonnxcost -lm")
endif()
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH pc_to_prefix
    ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  string(REGEX REPLACE "/$" "" pc_prefix "\${pcfiledir}/${pc_to_prefix}")
endif()
set(pc_libdir "\${prefix}")
cmake_path(APPEND pc_libdir ${CMAKE_INSTALL_LIBDIR})
set(pc_includedir "\${prefix}")
cmake_path(APPEND pc_includedir ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(cmake/onnxcost.pc.in onnxcost.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/onnxcost.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# ---- documentation ----

install(FILES LICENSE README.md CHANGELOG.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY samples/api DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
