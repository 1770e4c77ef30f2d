# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# libFuzzer targets, with clang: cmake -S . -B build/fuzz -C tools/cmake/caches/fuzz.cmake
# (`tools/dev/fuzz` builds and runs them)
set(CMAKE_CXX_COMPILER clang++ CACHE STRING "")
set(GCRISK_FUZZ ON CACHE BOOL "")
set(GCRISK_SANITIZE "address,undefined" CACHE STRING "")
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1" CACHE STRING "")
set(GCRISK_OPTIMISE "-O1" CACHE STRING "")
set(GCRISK_TEST_PREFIX "fuzzer." CACHE STRING "")
set(GCRISK_PRECOMPILE ON CACHE BOOL "")
