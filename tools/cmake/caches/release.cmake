# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# What is shipped: runs on any x86-64-v2 machine, fast on AVX2 and AVX-512.
#   cmake -S . -B build/release -C tools/cmake/caches/release.cmake
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
set(GCRISK_LEVELS "x86-64-v2;x86-64-v3;x86-64-v4" CACHE STRING "")
set(GCRISK_TESTS OFF CACHE BOOL "")
