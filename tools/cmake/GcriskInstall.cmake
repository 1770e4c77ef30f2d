# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: the program, the library of each level, its headers, and what
# `find_package(gcrisk)` needs. src/CMakeLists.txt installs the libraries of the higher levels.
include(CMakePackageConfigHelpers)

set(gcrisk_config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/gcrisk)
install(TARGETS gcrisk RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS gcrisk_core EXPORT gcrisk_targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/gcrisk DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp")
if(EXISTS ${PROJECT_SOURCE_DIR}/data/reference)
  install(DIRECTORY data/reference DESTINATION ${CMAKE_INSTALL_DATADIR}/gcrisk)
  # The program finds its tables beside its library in the build folder as well.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share/gcrisk)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/data/reference ${CMAKE_BINARY_DIR}/share/gcrisk/reference
       SYMBOLIC)
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT gcrisk_targets NAMESPACE gcrisk:: FILE gcrisk-targets.cmake
        DESTINATION ${gcrisk_config_folder})
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/gcrisk-config.cmake.in ${CMAKE_BINARY_DIR}/cmake/gcrisk-config.cmake
  INSTALL_DESTINATION ${gcrisk_config_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/cmake/gcrisk-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/cmake/gcrisk-config.cmake
              ${CMAKE_BINARY_DIR}/cmake/gcrisk-config-version.cmake
        DESTINATION ${gcrisk_config_folder})
