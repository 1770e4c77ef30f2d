# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# Combinations of options that cannot work are refused here, each with a sentence.
cmake_minimum_required(VERSION 3.22)  # a test runs this file as a script
function(gcrisk_refuse sentence hint)
  message(FATAL_ERROR "gcrisk: ${sentence}\n  hint: ${hint}")
endfunction()

string(REPLACE "," ";" sanitizers "${GCRISK_SANITIZE}")
foreach(name IN LISTS sanitizers)
  if(NOT name MATCHES "^(address|undefined|float-divide-by-zero|thread)$")
    gcrisk_refuse("GCRISK_SANITIZE: '${name}' is not one of address, undefined, float-divide-by-zero, thread"
                  "-C tools/cmake/caches/asan.cmake sets what the tests use")
  endif()
endforeach()
if("thread" IN_LIST sanitizers AND "address" IN_LIST sanitizers)
  gcrisk_refuse("GCRISK_SANITIZE: address and thread exclude each other in one build"
                "make two builds, with the cache files asan.cmake and tsan.cmake of tools/cmake/caches")
endif()

set(known_levels native x86-64-v2 x86-64-v3 x86-64-v4)
list(LENGTH GCRISK_LEVELS n_levels)
set(last_index -1)
foreach(level IN LISTS GCRISK_LEVELS)
  list(FIND known_levels "${level}" index)
  if(index EQUAL -1)
    gcrisk_refuse("GCRISK_LEVELS: '${level}' is not one of native, x86-64-v2, x86-64-v3, x86-64-v4"
                  "-C tools/cmake/caches/release.cmake sets the levels that are shipped")
  endif()
  if(level STREQUAL "native" AND n_levels GREATER 1)
    gcrisk_refuse("GCRISK_LEVELS: native is for this machine alone and stands by itself"
                  "drop native, or the other levels")
  endif()
  if(NOT index GREATER last_index)
    gcrisk_refuse("GCRISK_LEVELS: '${level}' comes behind a higher or equal level, the lowest comes first"
                  "write x86-64-v2;x86-64-v3;x86-64-v4, or some of them in that order")
  endif()
  set(last_index ${index})
endforeach()
if(n_levels EQUAL 0)
  gcrisk_refuse("GCRISK_LEVELS: is empty, at least one level is expected" "-DGCRISK_LEVELS=native")
endif()
if(NOT GCRISK_LEVELS STREQUAL "native" AND NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  gcrisk_refuse("GCRISK_LEVELS: ${GCRISK_LEVELS} need an x86-64 processor, this one is ${CMAKE_SYSTEM_PROCESSOR}"
                "-DGCRISK_LEVELS=native")
endif()
if(GCRISK_SANITIZE AND n_levels GREATER 1)
  gcrisk_refuse("GCRISK_SANITIZE: a build with sanitizers has one level, not ${GCRISK_LEVELS}"
                "-DGCRISK_LEVELS=native")
endif()

if(GCRISK_FUZZ AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  gcrisk_refuse("GCRISK_FUZZ: libFuzzer comes with clang, the compiler is ${CMAKE_CXX_COMPILER_ID}"
                "-C tools/cmake/caches/fuzz.cmake, in a build folder of its own")
endif()
if(GCRISK_FUZZ AND NOT GCRISK_TESTS)
  gcrisk_refuse("GCRISK_FUZZ: the fuzz targets are part of the tests, which GCRISK_TESTS=OFF leaves out"
                "-DGCRISK_TESTS=ON")
endif()
if(GCRISK_BENCH AND (GCRISK_SANITIZE OR GCRISK_FUZZ))
  gcrisk_refuse("GCRISK_BENCH: times taken under sanitizers say nothing"
                "make two builds, with the cache files bench.cmake and asan.cmake of tools/cmake/caches")
endif()

if(GCRISK_TORCH)
  foreach(part IN ITEMS lib/libtorch_cpu.so lib/libc10.so include/ATen/core/Tensor.h)
    if(NOT EXISTS ${GCRISK_TORCH}/${part})
      gcrisk_refuse("GCRISK_TORCH: ${GCRISK_TORCH} has no ${part}, the folder torch of PyPI's wheel is expected"
                    "tools/setup --torch gets it, or -DGCRISK_TORCH= builds without")
    endif()
  endforeach()
  if(GCRISK_SANITIZE)
    gcrisk_refuse("GCRISK_TORCH: LibTorch's own libraries have no sanitizers, which then report its memory"
                  "leave GCRISK_TORCH out of builds with sanitizers")
  endif()
endif()
