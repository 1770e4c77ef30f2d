# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# How everything is compiled. `gcrisk_settings` is linked privately by each target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, RelWithDebInfo or Debug" FORCE)
endif()

include(GNUInstallDirs)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
# A shorter one would be filled up with blank entries, that is with the current folder.
set(CMAKE_BUILD_RPATH "${CMAKE_INSTALL_RPATH}")
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)  # libraries of a conda or Spack environment

find_program(GCRISK_CCACHE ccache)
if(GCRISK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GCRISK_CCACHE})
endif()

add_library(gcrisk_settings INTERFACE)
target_compile_options(gcrisk_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wnon-virtual-dtor
  -Wno-sign-conversion -Wno-missing-field-initializers
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # false alarms of GCC 12 on string addition
  $<$<BOOL:${GCRISK_WERROR}>:-Werror>)
target_compile_definitions(gcrisk_settings INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

# The library's own optimisation; the cache files of the sanitizers choose a cheaper one.
set(GCRISK_OPTIMISE "-O3" CACHE STRING "Optimisation of the library")
mark_as_advanced(GCRISK_OPTIMISE GCRISK_CCACHE)

# Three quarters of a small file's time is parsing these. Off by default: a file that compiles only
# because of them lacks an include, and the default build is what shows it.
option(GCRISK_PRECOMPILE "Parse the heaviest headers once" OFF)
mark_as_advanced(GCRISK_PRECOMPILE)
set(GCRISK_HEAVY_HEADERS <Eigen/Core> <algorithm> <array> <cmath> <filesystem> <functional> <map>
                         <memory> <optional> <span> <string> <string_view> <unordered_map> <vector>)

if(GCRISK_SANITIZE)
  target_compile_options(gcrisk_settings INTERFACE
    -fsanitize=${GCRISK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if("address" IN_LIST sanitizers AND "undefined" IN_LIST sanitizers)
    # The address sanitizer stops there as well; without these a build takes a quarter less time.
    target_compile_options(gcrisk_settings INTERFACE -fno-sanitize=null,object-size,vptr)
  endif()
  target_link_options(gcrisk_settings INTERFACE -fsanitize=${GCRISK_SANITIZE})
endif()
if(GCRISK_FUZZ)
  target_compile_options(gcrisk_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
