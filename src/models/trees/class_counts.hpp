// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "features.hpp"

namespace gcrisk::models::trees {

// In-bag copies of two classes by genotype code: the first class in the lower half of a word, the
// second in the upper.
using ClassCounts = std::array<std::uint64_t, 4>;

// Samples of a node with their copies, those of the first class before the others.
struct NodeRows {
  std::span<const std::uint32_t> rows;
  std::span<const std::uint32_t> copies;
  std::size_t n_first;
  std::size_t chunk;  // so many samples have no more than 65,535 copies together
};

// Counts of some variants over a node, one sample after the other. Cost: two loads, a product and
// an addition a call. Few samples are looked up in their own lines, which stay in the cache while
// the tree grows below the node.
void count_in_rows(const Features& features,
                   std::span<const std::size_t> variants,
                   const NodeRows& node,
                   ClassCounts* out);

}  // namespace gcrisk::models::trees
