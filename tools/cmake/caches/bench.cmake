# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# Micro-benchmarks of the kernels: cmake -S . -B build/bench -C tools/cmake/caches/bench.cmake
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
set(GCRISK_BENCH ON CACHE BOOL "")
set(GCRISK_TESTS OFF CACHE BOOL "")
