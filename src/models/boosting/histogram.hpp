// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/trees/features.hpp"
#include "models/trees/sample_tiles.hpp"
#include "quantise.hpp"

namespace gcrisk::models::boosting {

using trees::SampleTiles;

// Sums of quantised gradients and hessians.
struct Sums {
  std::int64_t gradient = 0;
  std::int64_t hessian = 0;
};

// The samples of a node as the histogram kernel wants them: for each four of them the sixteen sums
// of every choice among them, as bytes. Made once a node, used by all tiles.
// Memory: 8 bytes a sample and digit.
struct NodeSamples {
  NodeSamples(const Quantised& values, std::span<const std::uint32_t> rows);

  static constexpr std::size_t kBatch = 16;       // samples in a round of the kernel
  static constexpr std::size_t kTableBytes = 32;  // of four samples: gradients, then hessians

  std::size_t n_samples;
  std::size_t n_digits;
  std::vector<std::uint32_t> rows;                // padded to whole batches with weightless ones
  std::vector<std::vector<std::uint8_t>> tables;  // one a digit
  std::vector<std::int64_t>
      offsets;  // of a digit's gradient sums, which are kept from going below 0
  Sums total;
};

// Histograms of one tile's 256 variants over a node. For each plane of the 2-bit codes the sums
// over the samples whose bit is set: `low` (no copy of A1, or missing), `high` (at most one copy)
// and `both` (no copy); with the node's total they give all four bins, and without missing calls
// `low` and `high` are what goes left at the two cuts of a variant.
struct TileHistogram {
  enum Plane { kLow, kHigh, kBoth };
  std::int32_t gradient[3][SampleTiles::kVariants];  // kBoth only where the tile has missing calls
  std::int32_t hessian[3][SampleTiles::kVariants];
};

// Fills `out`. Exact, therefore independent of the order of samples. Cost: about a tenth of a
// cycle a call with 256-bit registers.
void histogram_of_tile(const SampleTiles& tiles,
                       std::size_t t,
                       const NodeSamples& node,
                       TileHistogram& out);
// parent - child, into `parent`.
void subtract(TileHistogram& parent, const TileHistogram& child, bool has_missing);

// Bins of a binned column, kMissingBin last: 256 sums.
using ColumnHistogram = std::vector<Sums>;
void histogram_of_column(const trees::BinnedColumn& column,
                         const Quantised& values,
                         std::span<const std::uint32_t> rows,
                         Sums* out);

}  // namespace gcrisk::models::boosting
