// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "sample_tiles.hpp"

namespace gcrisk::models::trees {

// A column of numbers cut into at most 255 ordered bins; bin 255 is missing. Value x falls into
// the first bin whose cut is not below it.
struct BinnedColumn {
  static constexpr std::uint8_t kMissingBin = 255;
  std::vector<double> cuts;  // ascending; x <= cuts[b] for bins up to b; one fewer than bins
  std::vector<std::uint8_t> bins;
  std::size_t n_bins() const { return cuts.size() + 1; }
};

// Cuts at the midpoints of neighbouring values where there are at most 255 of them, otherwise at
// 254 quantiles.
BinnedColumn bin_column(const double* values, std::size_t n);

// What a tree is grown on: packed variants first (feature j is variant j), then the binned
// clinical and molecular columns. The genotypes are there twice: variant by variant, compact, so
// that a row is one pointer, for nodes of many samples, and sample by sample for small ones.
class Features {
 public:
  Features(const cohort::Dataset& data, const base::Context& context);

  std::size_t n_samples() const noexcept { return n_samples_; }
  std::size_t n_variants() const noexcept { return genotypes_.n_variants(); }
  std::size_t size() const noexcept { return genotypes_.n_variants() + columns_.size(); }
  bool is_variant(std::size_t feature) const noexcept { return feature < genotypes_.n_variants(); }
  const std::uint8_t* variant(std::size_t feature) const {
    return genotypes_.row(feature, no_scratch_);
  }
  const SampleTiles& tiles() const noexcept { return tiles_; }
  const BinnedColumn& column(std::size_t feature) const {
    return columns_[feature - genotypes_.n_variants()];
  }
  // The value at which the cut behind a bin lies.
  double threshold(std::size_t feature, std::size_t bin) const {
    return is_variant(feature) ? static_cast<double>(bin) + 0.5 : column(feature).cuts[bin];
  }
  // Which way a sample goes at that cut.
  bool goes_left(std::size_t feature, std::uint32_t row, std::size_t bin, bool missing_left) const {
    if (is_variant(feature)) {
      const int count = genotype::kA1Count[tiles_.code(feature, row)];
      return count < 0 ? missing_left : static_cast<std::size_t>(count) <= bin;
    }
    const std::uint8_t own = column(feature).bins[row];
    return own == BinnedColumn::kMissingBin ? missing_left : own <= bin;
  }

 private:
  std::size_t n_samples_;
  genotype::GenotypeView genotypes_;
  SampleTiles tiles_;
  std::vector<BinnedColumn> columns_;
  mutable genotype::RowScratch no_scratch_;  // stays empty: the view is compact
};

}  // namespace gcrisk::models::trees
