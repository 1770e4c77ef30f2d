// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "gcrisk/genotype/packed_matrix.hpp"

// How the kernels look at a packed row: 64-bit words of 32 samples, the last one cut short.
namespace gcrisk::genotype {

// The lower bit of each 2-bit field.
inline constexpr std::uint64_t kLowBits = 0x5555555555555555ULL;

// Word `w` of a row of `row_bytes` bytes; fields past its end read as 0.
inline std::uint64_t load_word(const std::uint8_t* row, std::size_t row_bytes, std::size_t w) {
  std::uint64_t word = 0;
  std::memcpy(&word, row + 8 * w, std::min<std::size_t>(8, row_bytes - 8 * w));
  return word;
}

inline std::uint64_t load_whole_word(const std::uint8_t* row, std::size_t w) {
  std::uint64_t word;
  std::memcpy(&word, row + 8 * w, 8);
  return word;
}

// The lower bits of the fields of word `w` that hold a sample.
inline std::uint64_t valid_fields(std::size_t n_samples, std::size_t w) {
  const std::size_t left = n_samples - 32 * w;
  return left >= 32 ? kLowBits : kLowBits & ((std::uint64_t{1} << (2 * left)) - 1);
}

inline Code code_at(const std::uint8_t* row, std::size_t i) {
  return static_cast<Code>(row[i / 4] >> (2 * (i % 4)) & 3);
}

}  // namespace gcrisk::genotype
