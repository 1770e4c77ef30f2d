# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# Address and undefined behaviour: cmake -S . -B build/asan -C tools/cmake/caches/asan.cmake
set(GCRISK_SANITIZE "address,undefined,float-divide-by-zero" CACHE STRING "")
# The library with little optimisation, the tests with none, and line tables only: building and
# running all of it stays within minutes.
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O0 -g1 -D_GLIBCXX_ASSERTIONS" CACHE STRING "")
set(GCRISK_OPTIMISE "-O1" CACHE STRING "")
set(GCRISK_TEST_PREFIX "asan." CACHE STRING "")
set(GCRISK_PRECOMPILE ON CACHE BOOL "")
