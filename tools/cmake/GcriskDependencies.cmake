# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(Boost 1.74 REQUIRED)  # Boost.Math, headers only
find_package(OpenSSL REQUIRED)     # SHA-256
find_package(PkgConfig REQUIRED)
pkg_check_modules(htslib REQUIRED IMPORTED_TARGET htslib>=1.16)
find_package(ZLIB REQUIRED)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate)  # BGZF, as htslib does it
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
# Linked alone: its compile flag would be put on every file of the library.
pkg_check_modules(simdjson REQUIRED simdjson)
if(GCRISK_TESTS)
  find_package(GTest REQUIRED)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()
