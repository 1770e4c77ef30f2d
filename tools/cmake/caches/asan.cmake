# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# Address and undefined behaviour: cmake -S . -B build/asan -C tools/cmake/caches/asan.cmake
set(GCRISK_SANITIZE "address,undefined,float-divide-by-zero" CACHE STRING "")
# Little optimisation and line tables only: the tests of the whole program stay within minutes.
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1 -D_GLIBCXX_ASSERTIONS" CACHE STRING "")
set(GCRISK_OPTIMISE "-O1" CACHE STRING "")
set(GCRISK_TEST_PREFIX "asan." CACHE STRING "")
