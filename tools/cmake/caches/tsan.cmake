# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# Data races, with clang: cmake -S . -B build/tsan -C tools/cmake/caches/tsan.cmake
set(CMAKE_CXX_COMPILER clang++ CACHE STRING "")
set(GCRISK_SANITIZE "thread" CACHE STRING "")
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1" CACHE STRING "")
set(GCRISK_OPTIMISE "-O1" CACHE STRING "")
set(GCRISK_TEST_PREFIX "tsan." CACHE STRING "")
