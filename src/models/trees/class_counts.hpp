// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "gcrisk/genotype/packed_matrix.hpp"

namespace gcrisk::models::trees {

// Samples of two classes, bootstrap copies counted: the first class in the lower half of a word,
// the second in the upper.
using ClassCount = std::uint64_t;

constexpr ClassCount both_classes(std::uint64_t first, std::uint64_t second) {
  return first | second << 32;
}
constexpr std::array<double, 2> numbers_of(ClassCount count) {
  return {static_cast<double>(count & 0xffffffffU), static_cast<double>(count >> 32)};
}

// By genotype code.
using ClassCounts = std::array<ClassCount, 4>;

}  // namespace gcrisk::models::trees
