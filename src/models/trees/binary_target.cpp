// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "binary_target.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace gcrisk::models::trees {

BinaryTarget::BinaryTarget(const Features& features, std::span<const double> classes) {
  std::vector<std::uint32_t> rows(classes.size());
  std::iota(rows.begin(), rows.end(), 0U);
  const auto second = std::stable_partition(
      rows.begin(), rows.end(), [&](std::uint32_t row) { return classes[row] == 0; });
  everybody_.fill(features.tiles(),
                  rows,
                  static_cast<std::size_t>(second - rows.begin()),
                  GenotypeBlock::Layout::kSideBySide);
}

}  // namespace gcrisk::models::trees
