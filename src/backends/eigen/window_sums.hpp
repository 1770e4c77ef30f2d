// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gcrisk::backends::eigen {

// A row that begins at an offset, times a number.
struct Scaled {
  float scale;
  std::uint32_t offset;
};

// Numbers of a sum that are kept in registers at a time.
inline constexpr std::size_t kStrip = 80;

// out[0 … width) += the sum over entries of scale * rows[offset …], in the order of entries.
// Reads up to a register beyond each row; writes nothing beyond `out`.
void add_scaled_rows(const float* rows,
                     std::span<const Scaled> entries,
                     std::size_t width,
                     float* out);

}  // namespace gcrisk::backends::eigen
